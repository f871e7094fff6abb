use rusqlite::{OptionalExtension, Row, params};

use super::kept;
use super::request::insert_request;
use super::{Store, StoreError};
use crate::domain::{Address, Amount, Check, Provenance, RawAnswer, Said, Sums, Time};

impl Store {
    /// Records what an explorer said of an address as of a moment, with its newest block then at `tip_height`. Said again
    /// unchanged by the same explorer, only the end of the span moves on.
    pub fn record_totals(
        &mut self,
        address: &Address,
        said: &Said,
        as_of: Time,
        tip_height: Option<u32>,
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        self.append_totals(address, said, (as_of, tip_height), provenance, raw)
            .map_err(|error| super::explain(&path, error))
    }

    fn append_totals(
        &mut self,
        address: &Address,
        said: &Said,
        (as_of, tip_height): (Time, Option<u32>),
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> rusqlite::Result<()> {
        let keeps = self.keeps_answers;
        let work = self.db.transaction()?;
        let last = work
            .prepare_cached(&format!("{SELECT} AND r.explorer = ?2 ORDER BY t.totals_id DESC LIMIT 1"))?
            .query_row(params![address.as_str(), provenance.explorer], |row| Ok((row.get::<_, i64>(0)?, check(row)?)))
            .optional()?;
        match last {
            Some((id, last)) if last.said == *said => {
                work.prepare_cached(
                    "UPDATE totals SET said_to = max(said_to, ?2), tip_height = coalesce(?3, tip_height),
                        answered = iif(EXISTS (SELECT 1 FROM totals o WHERE o.address = totals.address AND o.answered > totals.answered),
                            (SELECT max(answered) + 1 FROM totals), answered)
                     WHERE totals_id = ?1",
                )?
                .execute(params![id, as_of.timestamp(), tip_height])?;
            }
            _ => {
                let request = insert_request(&work, provenance)?;
                if keeps {
                    kept::keep(&work, request, raw)?;
                }
                let [confirmed, waiting, together] = [said.confirmed, said.waiting, said.together].map(columns);
                work.prepare_cached(
                    "INSERT INTO totals (answered, address, request_id, said_from, said_to, tip_height, tx_count, received, spent,
                         mempool_tx_count, mempool_received, mempool_spent, all_tx_count, all_received, all_spent)
                     VALUES ((SELECT coalesce(max(answered), 0) + 1 FROM totals), ?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                )?
                .execute(params![
                    address.as_str(),
                    request,
                    as_of.timestamp(),
                    tip_height,
                    confirmed.0,
                    confirmed.1,
                    confirmed.2,
                    waiting.0,
                    waiting.1,
                    waiting.2,
                    together.0,
                    together.1,
                    together.2,
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
            .prepare_cached(&format!("{SELECT} ORDER BY t.said_to DESC, t.answered DESC, t.totals_id DESC LIMIT 1"))?
            .query_row([address.as_str()], check)
            .optional()
    }
}

type Columns = (Option<u64>, Option<u64>, Option<u64>);

fn columns(sums: Sums) -> Columns {
    (sums.tx_count, sums.received.map(Amount::to_sat), sums.spent.map(Amount::to_sat))
}

const SELECT: &str = "SELECT t.totals_id, r.explorer, t.said_to, t.tx_count, t.received, t.spent,
    t.mempool_tx_count, t.mempool_received, t.mempool_spent, t.all_tx_count, t.all_received, t.all_spent, t.tip_height
    FROM totals t JOIN request r USING (request_id) WHERE t.address = ?1";

/// What was said, in nine columns from this one on.
pub(super) fn said(row: &Row<'_>, from: usize) -> rusqlite::Result<Said> {
    let sums = |at: usize| -> rusqlite::Result<Sums> {
        let amount = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<u64>>(at)?.map(Amount::from_sat));
        Ok(Sums { tx_count: row.get(at)?, received: amount(at + 1)?, spent: amount(at + 2)? })
    };
    Ok(Said { confirmed: sums(from)?, waiting: sums(from + 3)?, together: sums(from + 6)? })
}

fn check(row: &Row<'_>) -> rusqlite::Result<Check> {
    Ok(Check {
        explorer: row.get(1)?,
        as_of: super::ledger::time(row.get(2)?),
        tip_height: row.get(12)?,
        said: said(row, 3)?,
    })
}
