//! What was told and cannot be true, with the answer that told it.

use rusqlite::{Connection, Row, params};

use super::kept;
use super::ledger::{parsed, time};
use super::request::{commit, insert_request};
use super::{Store, StoreError};
use crate::domain::{Incident, IncidentKind, Provenance, RawAnswer};

/// An incident to be written down.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What kind of thing.
    pub kind: IncidentKind,
    /// The address whose history it was told with.
    pub address: Option<String>,
    /// The transaction, as told.
    pub txid: Option<String>,
    /// What does not agree.
    pub what: String,
}

impl Store {
    /// Writes incidents down with the answer that told them; the same again is counted.
    pub fn record_incidents(
        &mut self,
        findings: &[Finding],
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || {
            let work = self.db.transaction()?;
            let begun = work.total_changes();
            let request = insert_request(&work, provenance)?;
            for finding in findings {
                note(&work, finding, provenance, raw, request)?;
            }
            commit(work, request, begun)
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// All incidents, the newest last.
    pub fn incidents(&self) -> Result<Vec<Incident>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Incident>> {
            self.db
                .prepare_cached(
                    "SELECT i.incident_id, i.kind, r.explorer, r.url, i.address, i.txid, i.what, i.times, r.asked_at, i.last_at,
                            r.sha256
                     FROM incident i JOIN request r USING (request_id) ORDER BY i.incident_id",
                )?
                .query_map([], incident)?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }
}

/// Notes an incident within a transaction of the caller's.
pub(super) fn note(
    db: &Connection,
    finding: &Finding,
    provenance: &Provenance,
    raw: &[RawAnswer],
    request: i64,
) -> rusqlite::Result<()> {
    let at = provenance.asked_at.timestamp();
    let again = db
        .prepare_cached(
            "UPDATE incident SET times = times + 1, last_at = max(last_at, ?6) WHERE incident_id = (
                SELECT i.incident_id FROM incident i JOIN request r USING (request_id)
                WHERE r.explorer = ?1 AND i.kind = ?2 AND i.address IS ?3 AND i.txid IS ?4 AND i.what = ?5)",
        )?
        .execute(params![provenance.explorer, finding.kind.name(), finding.address, finding.txid, finding.what, at])?;
    if again > 0 {
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO incident (request_id, kind, address, txid, what, last_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![request, finding.kind.name(), finding.address, finding.txid, finding.what, at])?;
    for (n, answer) in raw.iter().enumerate() {
        // The question's own answer, and what was asked further about this very transaction.
        if n == 0 || finding.txid.as_ref().is_some_and(|txid| answer.provenance.url.contains(txid.as_str())) {
            kept::body(db, answer)?;
        }
    }
    Ok(())
}

fn incident(row: &Row<'_>) -> rusqlite::Result<Incident> {
    Ok(Incident {
        id: row.get(0)?,
        kind: parsed::<IncidentKind>(row, 1)?,
        explorer: row.get(2)?,
        url: row.get(3)?,
        address: row.get(4)?,
        txid: row.get(5)?,
        what: row.get(6)?,
        times: row.get(7)?,
        first_at: time(row.get(8)?),
        last_at: time(row.get(9)?),
        sha256: row.get(10)?,
    })
}
