use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bitcoin::BlockHash;
use rusqlite::Params;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::table::{
    BRANCHES, FOLLOWED, HEADERS, INCIDENTS, INPUTS, OBSERVATIONS, OUTPUTS, OUTSPENDS, PARTS, PRICES, REQUESTS,
    SCANNED_ADDRESSES, TOTALS, TRANSACTIONS, Table, WATCHED_OUTPOINTS, typed,
};
use super::{ObservationRow, OutspendRow, Slice, TotalsRow, TxRow};
use crate::domain::Address;
use crate::store::{Store, StoreError};

impl Store {
    /// All that the ledger holds of these addresses and of what became of the coins that left them, in one consistent reading.
    /// Requests are numbered anew. What live sources told of prices concerns every family, and is part of it `with_prices`.
    pub fn slice(&self, addresses: &[Address], with_prices: bool) -> Result<Slice, StoreError> {
        let read = || -> rusqlite::Result<Slice> {
            let _moment = self.begin_reading()?;
            self.read_slice(addresses, with_prices)
        };
        read().map_err(|error| self.explain(error))
    }

    fn read_slice(&self, addresses: &[Address], with_prices: bool) -> rusqlite::Result<Slice> {
        let ids = self.concerned(addresses)?;
        let mut slice = Slice::default();
        let mut hashes: BTreeSet<BlockHash> = BTreeSet::new();
        let mut observations: BTreeMap<i64, ObservationRow> = BTreeMap::new();
        let mut outspends: BTreeMap<i64, OutspendRow> = BTreeMap::new();
        for id in &ids {
            let tx = self.read_tx(*id)?;
            let txid = tx.txid.to_string();
            for (at, row) in OBSERVATIONS.read::<ObservationRow>(&self.db, "WHERE tx_id = ?1", [id])? {
                hashes.extend(row.block_hash);
                observations.insert(at, row);
            }
            outspends.extend(OUTSPENDS.read::<OutspendRow>(&self.db, "WHERE txid = ?1", [&txid])?);
            let first = slice.branches.len();
            slice.branches.extend(self.rows(&BRANCHES, "WHERE tx_id = ?1 ORDER BY block_hash", [id])?);
            hashes.extend(slice.branches[first..].iter().map(|row| row.block_hash));
            slice.watched_outpoints.extend(self.rows(&WATCHED_OUTPOINTS, LOWEST, [&txid])?);
            slice.transactions.push(tx);
        }
        slice.observations = observations.into_values().collect();
        slice.outspends = outspends.into_values().collect();
        for hash in hashes {
            slice.headers.extend(self.rows(&HEADERS, "WHERE hash = ?1", [hash.to_string()])?);
        }
        slice.headers.sort_by_key(|row| (row.height, row.hash));
        let mut totals: BTreeMap<i64, TotalsRow> = BTreeMap::new();
        for address in addresses {
            totals.extend(TOTALS.read::<TotalsRow>(&self.db, "WHERE address = ?1", [address.as_str()])?);
            slice.scanned_addresses.extend(self.rows(&SCANNED_ADDRESSES, "WHERE address = ?1", [address.as_str()])?);
        }
        slice.totals = totals.into_values().collect();
        if !slice.scanned_addresses.is_empty() || !slice.watched_outpoints.is_empty() {
            slice.followed = self.rows(&FOLLOWED, "ORDER BY scan_id DESC LIMIT 1", [])?;
        }
        if with_prices {
            slice.prices = self.rows(&PRICES, "ORDER BY price_id", [])?;
        }
        let known: BTreeSet<&str> = addresses.iter().map(Address::as_str).collect();
        let txids: BTreeSet<String> = slice.transactions.iter().map(|tx| tx.txid.to_string()).collect();
        slice.incidents = self.rows(&INCIDENTS, "ORDER BY incident_id", [])?;
        slice.incidents.retain(|row| {
            row.address.as_deref().is_some_and(|address| known.contains(address))
                || row.txid.as_deref().is_some_and(|txid| txids.contains(txid))
        });
        self.number_requests(&mut slice)?;
        Ok(slice)
    }

    /// What touches the addresses, and what spends on from those that spend from them, gone or not, in the order in which it
    /// came into the ledger.
    fn concerned(&self, addresses: &[Address]) -> rusqlite::Result<BTreeSet<i64>> {
        let (mut ids, mut queue): (BTreeSet<i64>, VecDeque<i64>) = (BTreeSet::new(), VecDeque::new());
        for address in addresses {
            let of = |sql: &str| self.ids(sql, [address.as_str()]);
            ids.extend(of("SELECT tx_id FROM tx_output WHERE address = ?1")?);
            queue.extend(of("SELECT tx_id FROM spend WHERE address = ?1")?);
        }
        let mut seen: BTreeSet<i64> = BTreeSet::new();
        while let Some(id) = queue.pop_front() {
            if seen.insert(id) {
                queue.extend(self.ids(SPENDERS, [id])?);
            }
        }
        ids.extend(seen);
        Ok(ids)
    }

    fn read_tx(&self, id: i64) -> rusqlite::Result<TxRow> {
        let found = TRANSACTIONS.read_fields(&self.db, "WHERE tx_id = ?1", [id])?;
        let (_, mut fields) = found.into_iter().next().ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        fields.insert("inputs".to_owned(), self.list(&INPUTS, "WHERE tx_id = ?1 ORDER BY vin", id)?);
        fields.insert("outputs".to_owned(), self.list(&OUTPUTS, "WHERE tx_id = ?1 ORDER BY vout", id)?);
        typed(fields)
    }

    /// Takes the requests that the rows refer to, in their order, and refers to them by their place from then on.
    fn number_requests(&self, slice: &mut Slice) -> rusqlite::Result<()> {
        let mut cited: BTreeSet<u64> = BTreeSet::new();
        slice.each_request(&mut |request| {
            cited.insert(*request);
        });
        let places: BTreeMap<u64, u64> = cited.iter().copied().zip(1..).collect();
        slice.each_request(&mut |request| *request = places.get(request).copied().unwrap_or_default());
        for id in cited {
            for (id, mut fields) in REQUESTS.read_fields(&self.db, "WHERE request_id = ?1", [id])? {
                fields.insert("parts".to_owned(), self.list(&PARTS, "WHERE request_id = ?1 ORDER BY part", id)?);
                slice.requests.push(typed(fields)?);
            }
        }
        Ok(())
    }

    fn rows<T: DeserializeOwned>(&self, table: &Table, tail: &str, params: impl Params) -> rusqlite::Result<Vec<T>> {
        Ok(table.read(&self.db, tail, params)?.into_iter().map(|(_, row)| row).collect())
    }

    /// Rows that are part of another one.
    fn list(&self, table: &Table, tail: &str, of: i64) -> rusqlite::Result<Value> {
        let rows = table.read_fields(&self.db, tail, [of])?;
        Ok(rows.into_iter().map(|(_, fields)| Value::Object(fields)).collect())
    }

    fn ids(&self, sql: &str, params: impl Params) -> rusqlite::Result<Vec<i64>> {
        self.db.prepare_cached(sql)?.query_map(params, |row| row.get(0))?.collect()
    }
}

impl Slice {
    /// Every reference to a request.
    fn each_request(&mut self, visit: &mut dyn FnMut(&mut u64)) {
        for tx in &mut self.transactions {
            visit(&mut tx.request);
            tx.completed_by.iter_mut().for_each(&mut *visit);
        }
        self.observations.iter_mut().for_each(|row| visit(&mut row.request));
        self.totals.iter_mut().for_each(|row| visit(&mut row.request));
        self.outspends.iter_mut().for_each(|row| visit(&mut row.request));
        self.headers.iter_mut().for_each(|row| visit(&mut row.request));
        self.branches.iter_mut().for_each(|row| visit(&mut row.request));
        self.prices.iter_mut().for_each(|row| visit(&mut row.request));
        self.incidents.iter_mut().for_each(|row| visit(&mut row.request));
    }
}

const SPENDERS: &str = "SELECT i.tx_id FROM tx t JOIN tx_input i ON i.prev_txid = t.txid WHERE t.tx_id = ?1 ORDER BY 1";
// A family that waits for a coin knows as much of it as another one that does.
const LOWEST: &str =
    "WHERE txid = ?1 AND height = (SELECT min(l.height) FROM watched_outpoint l WHERE l.txid = ?1 AND l.vout = watched_outpoint.vout)
    GROUP BY vout ORDER BY vout";
