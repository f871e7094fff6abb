//! Histories that were read to their end, and do not come to what their explorer counts.

use rusqlite::{OptionalExtension, params};

use super::incidents::{self, Finding};
use super::ledger::time;
use super::totals::said;
use super::{Store, StoreError};
use crate::domain::{Address, Amount, IncidentKind, Provenance, RawAnswer, Said, Time, Totals, format};

/// What a history came to, and under which totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// What the explorer said of the address.
    pub said: Said,
    /// What the ledger held when all was read.
    pub ledger: Totals,
    /// That is just what the explorer shows: its totals do not add up.
    pub miscounted: bool,
    /// When that was.
    pub at: Time,
}

impl Store {
    /// Notes that an explorer's history of an address was read to its end and is not what it counts. Where the ledger holds just what it
    /// shows, that is an incident, with the totals as the answer that told it.
    pub fn record_walked(
        &mut self,
        address: &Address,
        walked: &Walked,
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            let (totals_id, request): (i64, i64) = work
                .prepare_cached(
                    "SELECT t.totals_id, t.request_id FROM totals t JOIN request r USING (request_id)
                     WHERE t.address = ?1 AND r.explorer = ?2 ORDER BY t.totals_id DESC LIMIT 1",
                )?
                .query_row([address.as_str(), &provenance.explorer], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let held = walked.ledger;
            work.prepare_cached("INSERT OR REPLACE INTO walked VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?
                .execute(params![
                    address.as_str(),
                    provenance.explorer,
                    totals_id,
                    walked.at.timestamp(),
                    walked.miscounted,
                    held.tx_count,
                    held.received.to_sat(),
                    held.spent.to_sat(),
                    held.mempool_tx_count,
                    held.mempool_received.to_sat(),
                    held.mempool_spent.to_sat(),
                ])?;
            if walked.miscounted {
                let (kind, address) = (IncidentKind::WrongTotals, Some(address.to_string()));
                let finding = Finding { kind, address, txid: None, what: walked.to_string() };
                incidents::note(&work, &finding, provenance, raw, request)?;
            }
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// What the history of an address came to, when this explorer's was read to its end last and was not what it counts.
    pub fn walked(&self, address: &Address, explorer: &str) -> Result<Option<Walked>, StoreError> {
        self.db
            .prepare_cached(
                "SELECT t.tx_count, t.received, t.spent, t.mempool_tx_count, t.mempool_received, t.mempool_spent,
                        t.all_tx_count, t.all_received, t.all_spent, w.at, w.miscounted,
                        w.tx_count, w.received, w.spent, w.mempool_tx_count, w.mempool_received, w.mempool_spent
                 FROM walked w JOIN totals t USING (totals_id) WHERE w.address = ?1 AND w.explorer = ?2",
            )
            .and_then(|mut q| {
                q.query_row([address.as_str(), explorer], |row| {
                    let sat = |at| Ok::<_, rusqlite::Error>(Amount::from_sat(row.get(at)?));
                    let ledger = Totals {
                        tx_count: row.get(11)?,
                        received: sat(12)?,
                        spent: sat(13)?,
                        mempool_tx_count: row.get(14)?,
                        mempool_received: sat(15)?,
                        mempool_spent: sat(16)?,
                    };
                    Ok(Walked { said: said(row, 0)?, ledger, miscounted: row.get(10)?, at: time(row.get(9)?) })
                })
                .optional()
            })
            .map_err(|error| self.explain(error))
    }
}

impl std::fmt::Display for Walked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (said, shown) = (self.said.everything(), self.ledger.together());
        let sat = |sum: Option<Amount>| sum.map_or("unknown".to_owned(), |sum| format::grouped(sum.to_sat()));
        let count = |count: Option<u64>| count.map_or("unknown".to_owned(), format::grouped);
        write!(
            f,
            "this explorer's totals do not add up: it counts {} transactions, {} sat received and {} spent; its own history, read to \
             its end, holds {}, {} and {}",
            count(said.tx_count),
            sat(said.received),
            sat(said.spent),
            count(shown.tx_count),
            sat(shown.received),
            sat(shown.spent),
        )
    }
}
