use rusqlite::{OptionalExtension, Row, params};

use super::page::insert_request;
use super::{Store, StoreError};
use crate::domain::{Address, Amount, Check, Provenance, Time, Totals};

impl Store {
    /// Records what an explorer said of an address as of a moment. Said again unchanged by the same explorer, only the
    /// end of the span moves on.
    pub fn record_totals(
        &mut self,
        address: &Address,
        totals: &Totals,
        as_of: Time,
        provenance: &Provenance,
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        self.append_totals(address, totals, as_of, provenance).map_err(|error| super::explain(&path, error))
    }

    fn append_totals(
        &mut self,
        address: &Address,
        totals: &Totals,
        as_of: Time,
        provenance: &Provenance,
    ) -> rusqlite::Result<()> {
        let work = self.db.transaction()?;
        let last = work
            .prepare_cached(&format!("{SELECT} AND r.explorer = ?2 ORDER BY t.totals_id DESC LIMIT 1"))?
            .query_row(params![address.as_str(), provenance.explorer], |row| Ok((row.get::<_, i64>(0)?, check(row)?)))
            .optional()?;
        match last {
            Some((id, said)) if said.totals == *totals => {
                work.prepare_cached("UPDATE totals SET said_to = max(said_to, ?2) WHERE totals_id = ?1")?
                    .execute(params![id, as_of.timestamp()])?;
            }
            _ => {
                let request = insert_request(&work, provenance)?;
                work.prepare_cached(
                    "INSERT INTO totals (address, request_id, said_from, said_to, tx_count, received, spent,
                                         mempool_tx_count, mempool_received, mempool_spent)
                     VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    address.as_str(),
                    request,
                    as_of.timestamp(),
                    totals.tx_count,
                    totals.received.to_sat(),
                    totals.spent.to_sat(),
                    totals.mempool_tx_count,
                    totals.mempool_received.to_sat(),
                    totals.mempool_spent.to_sat(),
                ])?;
            }
        }
        work.commit()
    }

    /// The newest answer about an address, whoever gave it.
    pub fn last_check(&self, address: &Address) -> Result<Option<Check>, StoreError> {
        self.newest_check(address).map_err(|error| self.explain(error))
    }

    pub(super) fn newest_check(&self, address: &Address) -> rusqlite::Result<Option<Check>> {
        self.db
            .prepare_cached(&format!("{SELECT} ORDER BY t.said_to DESC, t.totals_id DESC LIMIT 1"))?
            .query_row([address.as_str()], check)
            .optional()
    }
}

const SELECT: &str = "SELECT t.totals_id, r.explorer, t.said_to, t.tx_count, t.received, t.spent,
    t.mempool_tx_count, t.mempool_received, t.mempool_spent
    FROM totals t JOIN request r USING (request_id) WHERE t.address = ?1";

fn check(row: &Row<'_>) -> rusqlite::Result<Check> {
    Ok(Check {
        explorer: row.get(1)?,
        as_of: super::ledger::time(row.get(2)?),
        totals: Totals {
            tx_count: row.get(3)?,
            received: Amount::from_sat(row.get(4)?),
            spent: Amount::from_sat(row.get(5)?),
            mempool_tx_count: row.get(6)?,
            mempool_received: Amount::from_sat(row.get(7)?),
            mempool_spent: Amount::from_sat(row.get(8)?),
        },
    })
}
