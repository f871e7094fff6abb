use std::str::FromStr;

use bitcoin::{BlockHash, Txid};
use chrono::DateTime;
use rusqlite::Row;
use rusqlite::types::Type;

use super::{Store, StoreError};
use crate::domain::{Address, AddressRecord, Amount, BlockRef, Inflow, Ledger, Spend, Time, Totals};

impl Store {
    /// Everything recorded of these addresses, in one consistent reading.
    pub fn ledger<'a>(&self, addresses: impl IntoIterator<Item = &'a Address>) -> Result<Ledger, StoreError> {
        self.read_ledger(addresses).map_err(|error| self.explain(error))
    }

    fn read_ledger<'a>(&self, addresses: impl IntoIterator<Item = &'a Address>) -> rusqlite::Result<Ledger> {
        // A transaction that only reads: what another process writes meanwhile is not seen half.
        let reading = self.db.unchecked_transaction()?;
        let mut ledger = Ledger::default();
        for address in addresses {
            let inflows = self.inflows(address)?;
            let spends = self.spends(address)?;
            ledger.addresses.push(AddressRecord {
                address: address.clone(),
                check: self.newest_check(address)?,
                ledger: Totals::of(&inflows, &spends),
            });
            ledger.inflows.extend(inflows);
            ledger.spends.extend(spends);
        }
        reading.finish()?;
        Ok(ledger)
    }

    fn inflows(&self, address: &Address) -> rusqlite::Result<Vec<Inflow>> {
        self.db
            .prepare_cached(
                "SELECT s.txid, o.vout, o.sats, s.block_height, s.block_hash, s.block_time, s.first_seen, r.explorer
                 FROM tx_output o JOIN tx_state s USING (tx_id) JOIN request r USING (request_id)
                 WHERE o.address = ?1 AND s.state <> 'gone'",
            )?
            .query_map([address.as_str()], |row| {
                Ok(Inflow {
                    txid: parsed(row, 0)?,
                    vout: row.get(1)?,
                    address: address.clone(),
                    value: Amount::from_sat(row.get(2)?),
                    block: block(row)?,
                    first_seen: row.get::<_, Option<i64>>(6)?.map(time),
                    explorer: row.get(7)?,
                })
            })?
            .collect()
    }

    fn spends(&self, address: &Address) -> rusqlite::Result<Vec<Spend>> {
        self.db
            .prepare_cached(
                "SELECT s.txid, i.vin, i.sats, s.block_height, s.block_hash, s.block_time, s.first_seen, r.explorer
                 FROM tx_input i JOIN tx_state s USING (tx_id) JOIN request r USING (request_id)
                 WHERE i.address = ?1 AND s.state <> 'gone'",
            )?
            .query_map([address.as_str()], |row| {
                Ok(Spend {
                    txid: parsed(row, 0)?,
                    vin: row.get(1)?,
                    address: address.clone(),
                    value: Amount::from_sat(row.get(2)?),
                    block: block(row)?,
                    first_seen: row.get::<_, Option<i64>>(6)?.map(time),
                    explorer: row.get(7)?,
                })
            })?
            .collect()
    }

    /// The transactions of an address that the ledger takes for present, confirmed or waiting.
    pub fn present_txids(&self, address: &Address) -> Result<Vec<Txid>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Txid>> {
            self.db
                .prepare_cached(
                    "SELECT DISTINCT s.txid FROM tx_state s WHERE s.state <> 'gone' AND s.tx_id IN (
                        SELECT tx_id FROM tx_output WHERE address = ?1
                        UNION SELECT tx_id FROM tx_input WHERE address = ?1)
                     ORDER BY s.txid",
                )?
                .query_map([address.as_str()], |row| parsed::<Txid>(row, 0))?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }
}

fn block(row: &Row<'_>) -> rusqlite::Result<Option<BlockRef>> {
    let (Some(height), Some(seconds)) = (row.get(3)?, row.get(5)?) else { return Ok(None) };
    let hash = row.get::<_, Option<String>>(4)?.is_some().then(|| parsed::<BlockHash>(row, 4)).transpose()?;
    Ok(Some(BlockRef { height, hash, time: time(seconds) }))
}

fn parsed<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| {
        let reason = format!("\"{text}\" is not a hash");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, reason.into())
    })
}

pub(super) fn time(seconds: i64) -> Time {
    // Block times are 32-bit and our own are of today: always in range.
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
