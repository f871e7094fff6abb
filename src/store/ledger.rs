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
        let _moment = self.begin_reading()?;
        let mut ledger = Ledger::default();
        for address in addresses {
            let inflows = self.inflows(address)?;
            let spends = self.spends(address)?;
            let mut record = AddressRecord::new(address.clone(), self.newest_check(address)?, &inflows, &spends);
            record.followed_to = self.followed_to(address)?;
            ledger.addresses.push(record);
            ledger.inflows.extend(inflows);
            ledger.spends.extend(spends);
        }
        Ok(ledger)
    }

    fn inflows(&self, address: &Address) -> rusqlite::Result<Vec<Inflow>> {
        self.db
            .prepare_cached(
                "SELECT s.txid, o.vout, o.sats, s.block_height, s.block_hash, s.block_time, s.first_seen, r.explorer,
                        (SELECT t.trust FROM tx_trust t WHERE t.tx_id = s.tx_id)
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
                    trust: parsed(row, 8)?,
                })
            })?
            .collect()
    }

    fn spends(&self, address: &Address) -> rusqlite::Result<Vec<Spend>> {
        self.db
            .prepare_cached(
                "SELECT s.txid, i.vin, i.sats, s.block_height, s.block_hash, s.block_time, s.first_seen, r.explorer,
                        (SELECT t.trust FROM tx_trust t WHERE t.tx_id = s.tx_id),
                        (SELECT coalesce(sum(o.sats), 0) FROM tx_output o WHERE o.tx_id = s.tx_id)
                 FROM spend i JOIN tx_state s USING (tx_id) JOIN request r USING (request_id)
                 WHERE i.address = ?1 AND s.state <> 'gone'",
            )?
            .query_map([address.as_str()], |row| {
                Ok(Spend {
                    txid: parsed(row, 0)?,
                    vin: row.get(1)?,
                    address: address.clone(),
                    value: row.get::<_, Option<u64>>(2)?.map(Amount::from_sat),
                    paid: Amount::from_sat(row.get(9)?),
                    block: block(row)?,
                    first_seen: row.get::<_, Option<i64>>(6)?.map(time),
                    explorer: row.get(7)?,
                    trust: parsed(row, 8)?,
                })
            })?
            .collect()
    }

    /// What the ledger holds of an address, added up by the database: the same as the sum over its rows.
    pub fn address_totals(&self, address: &Address) -> Result<Totals, StoreError> {
        self.sum_up(address).map_err(|error| self.explain(error))
    }

    pub(super) fn sum_up(&self, address: &Address) -> rusqlite::Result<Totals> {
        let mut query = self.db.prepare_cached(
            "WITH row AS (
                SELECT o.tx_id, o.sats AS received, 0 AS spent FROM tx_output o WHERE o.address = ?1
                UNION ALL SELECT i.tx_id, 0, i.sats FROM spend i WHERE i.address = ?1 AND i.sats IS NOT NULL)
             SELECT s.state, count(DISTINCT row.tx_id), sum(row.received), sum(row.spent)
             FROM row JOIN tx_state s USING (tx_id) WHERE s.state <> 'gone' GROUP BY s.state",
        )?;
        let mut totals = Totals::default();
        let mut rows = query.query([address.as_str()])?;
        while let Some(row) = rows.next()? {
            let (count, received, spent) = (row.get(1)?, Amount::from_sat(row.get(2)?), Amount::from_sat(row.get(3)?));
            if row.get::<_, String>(0)? == "mempool" {
                (totals.mempool_tx_count, totals.mempool_received, totals.mempool_spent) = (count, received, spent);
            } else {
                (totals.tx_count, totals.received, totals.spent) = (count, received, spent);
            }
        }
        Ok(totals)
    }

    /// The transactions of an address that the ledger takes for present, confirmed or waiting.
    pub fn present_txids(&self, address: &Address) -> Result<Vec<Txid>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Txid>> {
            self.db
                .prepare_cached(
                    "SELECT DISTINCT s.txid FROM tx_state s WHERE s.state <> 'gone' AND s.tx_id IN (
                        SELECT tx_id FROM tx_output WHERE address = ?1
                        UNION SELECT tx_id FROM spend WHERE address = ?1)
                     ORDER BY s.txid",
                )?
                .query_map([address.as_str()], |row| parsed::<Txid>(row, 0))?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }

    /// The transactions of an address whose content hashes to their txid.
    pub fn proven_txids(&self, address: &Address) -> Result<Vec<Txid>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Txid>> {
            self.db
                .prepare_cached(
                    "SELECT txid FROM tx WHERE recomputed AND tx_id IN (
                        SELECT tx_id FROM tx_output WHERE address = ?1 UNION SELECT tx_id FROM spend WHERE address = ?1)",
                )?
                .query_map([address.as_str()], |row| parsed::<Txid>(row, 0))?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }

    /// Where the confirmed transactions among these stand.
    pub fn blocks_of(&self, txids: &[Txid]) -> Result<Vec<(Txid, BlockRef)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(Txid, BlockRef)>> {
            let mut query = self.db.prepare_cached(
                "SELECT txid, NULL, NULL, block_height, block_hash, block_time FROM tx_state
                 WHERE txid = ?1 AND state = 'confirmed'",
            )?;
            let mut out = Vec::new();
            for txid in txids {
                let mut rows = query.query([txid.to_string()])?;
                while let Some(row) = rows.next()? {
                    if let Some(block) = block(row)? {
                        out.push((*txid, block));
                    }
                }
            }
            Ok(out)
        };
        read().map_err(|error| self.explain(error))
    }

    /// The transactions of an address that an explorer should be asked about again, though the sums agree: those in these
    /// blocks, which left the chain, and, if an explorer is named that can prove them, those whose txid was never recomputed; not those that
    /// it has told of itself, without.
    pub fn unsettled(
        &self,
        address: &Address,
        blocks: &[BlockHash],
        proves: Option<&str>,
    ) -> Result<Vec<Txid>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Txid>> {
            let blocks: Vec<String> = blocks.iter().map(BlockHash::to_string).collect();
            let mut query = self.db.prepare_cached(
                "SELECT DISTINCT s.txid, s.block_hash, s.recomputed OR EXISTS (SELECT 1 FROM observation o JOIN request r USING (request_id)
                    WHERE o.tx_id = s.tx_id AND r.explorer IS ?2) FROM tx_state s WHERE s.state <> 'gone' AND s.tx_id IN (
                    SELECT tx_id FROM tx_output WHERE address = ?1 UNION SELECT tx_id FROM spend WHERE address = ?1)",
            )?;
            let mut out = Vec::new();
            let mut rows = query.query(rusqlite::params![address.as_str(), proves])?;
            while let Some(row) = rows.next()? {
                let left = row.get::<_, Option<String>>(1)?.is_some_and(|hash| blocks.contains(&hash));
                if left || (proves.is_some() && !row.get::<_, bool>(2)?) {
                    out.push(parsed(row, 0)?);
                }
            }
            Ok(out)
        };
        read().map_err(|error| self.explain(error))
    }

    /// The transactions of an address that wait, as far as the ledger knows.
    pub fn waiting_txids(&self, address: &Address) -> Result<Vec<Txid>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Txid>> {
            self.db
                .prepare_cached(
                    "SELECT DISTINCT s.txid FROM tx_state s WHERE s.state = 'mempool' AND s.tx_id IN (
                        SELECT tx_id FROM tx_output WHERE address = ?1 UNION SELECT tx_id FROM spend WHERE address = ?1)",
                )?
                .query_map([address.as_str()], |row| parsed::<Txid>(row, 0))?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }

    /// The height of the highest block that a present transaction of the address stands in.
    pub fn highest_block(&self, address: &Address) -> Result<Option<u32>, StoreError> {
        self.db
            .prepare_cached(
                "SELECT max(s.block_height) FROM tx_state s WHERE s.state = 'confirmed' AND s.tx_id IN (
                    SELECT tx_id FROM tx_output WHERE address = ?1 UNION SELECT tx_id FROM spend WHERE address = ?1)",
            )
            .and_then(|mut q| q.query_row([address.as_str()], |row| row.get(0)))
            .map_err(|error| self.explain(error))
    }
}

pub(super) fn block(row: &Row<'_>) -> rusqlite::Result<Option<BlockRef>> {
    let (Some(height), Some(seconds)) = (row.get(3)?, row.get(5)?) else { return Ok(None) };
    let hash = row.get::<_, Option<String>>(4)?.is_some().then(|| parsed::<BlockHash>(row, 4)).transpose()?;
    Ok(Some(BlockRef { height, hash, time: time(seconds) }))
}

pub(super) fn parsed<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| {
        let reason = format!("\"{text}\" is not what is expected here");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, reason.into())
    })
}

pub(super) fn time(seconds: i64) -> Time {
    // Block times are 32-bit and our own are of today: always in range.
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
