use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bitcoin::consensus::deserialize;
use bitcoin::hex::DisplayHex;
use bitcoin::{BlockHash, ScriptBuf, Txid, Witness};
use rusqlite::{Params, Row};

use super::{
    AwaitedRow, BranchRow, FateRow, FollowedRow, HeaderRow, IncidentRow, InputRow, JoinedRow, ObservationRow,
    OutputRow, PartRow, PriceRow, RequestRow, Slice, TotalsRow, TxRow,
};
use crate::domain::Address;
use crate::store::ledger::{parsed, time};
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
        let mut fates: BTreeMap<i64, FateRow> = BTreeMap::new();
        for id in &ids {
            let tx = self.read_tx(*id)?;
            for (at, row) in self.all(OBSERVATIONS, [id], |row| Ok((row.get(0)?, observation(row, tx.txid)?)))? {
                hashes.extend(row.block_hash);
                observations.insert(at, row);
            }
            fates.extend(self.all(FATES, [tx.txid.to_string()], |row| Ok((row.get(0)?, fate(row, tx.txid)?)))?);
            let branches = self.all(BRANCHES, [id], |row| branch(row, tx.txid))?;
            hashes.extend(branches.iter().map(|row| row.block_hash));
            slice.branches.extend(branches);
            slice.awaited.extend(self.all(AWAITED, [tx.txid.to_string()], |row| awaited(row, tx.txid))?);
            slice.transactions.push(tx);
        }
        slice.observations = observations.into_values().collect();
        slice.fates = fates.into_values().collect();
        for hash in hashes {
            slice.headers.extend(self.all(HEADERS, [hash.to_string()], header)?);
        }
        slice.headers.sort_by_key(|row| (row.height, row.hash));
        let mut totals: BTreeMap<i64, TotalsRow> = BTreeMap::new();
        for address in addresses {
            totals.extend(self.all(TOTALS, [address.as_str()], |row| Ok((row.get(0)?, total(row)?)))?);
            slice.joined.extend(self.all(JOINED, [address.as_str()], joined)?);
        }
        slice.totals = totals.into_values().collect();
        if !slice.joined.is_empty() || !slice.awaited.is_empty() {
            slice.followed = self.all(FOLLOWED, [], followed)?;
        }
        if with_prices {
            slice.prices = self.all(PRICES, [], price)?;
        }
        let known: BTreeSet<&str> = addresses.iter().map(Address::as_str).collect();
        let txids: BTreeSet<String> = slice.transactions.iter().map(|tx| tx.txid.to_string()).collect();
        slice.incidents = self.all(INCIDENTS, [], incident)?;
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
            let of = |sql: &str| self.all(sql, [address.as_str()], |row| row.get::<_, i64>(0));
            ids.extend(of("SELECT tx_id FROM tx_output WHERE address = ?1")?);
            queue.extend(of("SELECT tx_id FROM spend WHERE address = ?1")?);
        }
        let mut seen: BTreeSet<i64> = BTreeSet::new();
        while let Some(id) = queue.pop_front() {
            if seen.insert(id) {
                queue.extend(self.all(SPENDERS, [id], |row| row.get::<_, i64>(0))?);
            }
        }
        ids.extend(seen);
        Ok(ids)
    }

    fn read_tx(&self, id: i64) -> rusqlite::Result<TxRow> {
        let mut tx = self.db.prepare_cached(TRANSACTION)?.query_row([id], |row| {
            Ok(TxRow {
                txid: parsed(row, 0)?,
                first_seen: row.get::<_, Option<i64>>(1)?.map(time),
                version: row.get(2)?,
                lock_time: row.get(3)?,
                size: row.get(4)?,
                recomputed: row.get(5)?,
                request: row.get(6)?,
                completed_by: row.get(7)?,
                inputs: Vec::new(),
                outputs: Vec::new(),
            })
        })?;
        tx.inputs = self.all(INPUTS, [id], input)?;
        tx.outputs = self.all(OUTPUTS, [id], |row| {
            let script = row.get::<_, Option<Vec<u8>>>(2)?.map(ScriptBuf::from_bytes);
            Ok(OutputRow { address: row.get(0)?, sats: row.get(1)?, script })
        })?;
        Ok(tx)
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
            let mut requests = self.all(REQUEST, [id], request)?;
            for one in &mut requests {
                one.parts = self.all(PARTS, [id], part)?;
            }
            slice.requests.extend(requests);
        }
        Ok(())
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.db.prepare_cached(sql)?.query_map(params, read)?.collect()
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
        self.fates.iter_mut().for_each(|row| visit(&mut row.request));
        self.headers.iter_mut().for_each(|row| visit(&mut row.request));
        self.branches.iter_mut().for_each(|row| visit(&mut row.request));
        self.prices.iter_mut().for_each(|row| visit(&mut row.request));
        self.incidents.iter_mut().for_each(|row| visit(&mut row.request));
    }
}

const SPENDERS: &str = "SELECT i.tx_id FROM tx t JOIN tx_input i ON i.prev_txid = t.txid WHERE t.tx_id = ?1 ORDER BY 1";
const TRANSACTION: &str = "SELECT txid, first_seen, version, lock_time, size, recomputed, request_id, completed_by
    FROM tx WHERE tx_id = ?1";
const INPUTS: &str = "SELECT prev_txid, prev_vout, address, sats, script_sig, witness, sequence, coinbase
    FROM tx_input WHERE tx_id = ?1 ORDER BY vin";
const OUTPUTS: &str = "SELECT address, sats, script FROM tx_output WHERE tx_id = ?1 ORDER BY vout";
const OBSERVATIONS: &str = "SELECT observation_id, request_id, state, block_height, block_hash, block_time
    FROM observation WHERE tx_id = ?1";
const FATES: &str = "SELECT fate_id, vout, request_id, said_from, said_to, spent, spender FROM fate WHERE txid = ?1";
const HEADERS: &str = "SELECT hash, height, time, header, request_id FROM block WHERE hash = ?1";
const BRANCHES: &str = "SELECT block_hash, pos, branch, request_id FROM proof WHERE tx_id = ?1 ORDER BY block_hash";
const TOTALS: &str = "SELECT totals_id, address, request_id, said_from, said_to, tip_height, tx_count, received, spent,
    mempool_tx_count, mempool_received, mempool_spent, all_tx_count, all_received, all_spent FROM totals WHERE address = ?1";
const JOINED: &str = "SELECT address, height, settled FROM joined WHERE address = ?1";
// A family that waits for a coin knows as much of it as another one that does.
const AWAITED: &str = "SELECT vout, min(height) FROM awaited WHERE txid = ?1 GROUP BY vout ORDER BY vout";
const FOLLOWED: &str = "SELECT from_height, to_height, to_hash, complete_to FROM scan ORDER BY scan_id DESC LIMIT 1";
const PRICES: &str = "SELECT day, source, low, close, high, asked_at, request_id FROM price ORDER BY price_id";
const INCIDENTS: &str =
    "SELECT request_id, kind, address, txid, what, times, last_at FROM incident ORDER BY incident_id";
const REQUEST: &str = "SELECT explorer, url, asked_at, sha256, bytes, dialect, path FROM request WHERE request_id = ?1";
const PARTS: &str = "SELECT path, url, asked_at, sha256, bytes FROM request_part WHERE request_id = ?1 ORDER BY part";

fn input(row: &Row<'_>) -> rusqlite::Result<InputRow> {
    let witness: Option<Vec<u8>> = row.get(5)?;
    Ok(InputRow {
        prev_txid: maybe::<Txid>(row, 0)?,
        prev_vout: row.get(1)?,
        address: row.get(2)?,
        sats: row.get(3)?,
        script_sig: row.get::<_, Option<Vec<u8>>>(4)?.map(ScriptBuf::from_bytes),
        witness: witness.and_then(|bytes| deserialize::<Witness>(&bytes).ok()),
        sequence: row.get(6)?,
        coinbase: row.get(7)?,
    })
}

fn observation(row: &Row<'_>, txid: Txid) -> rusqlite::Result<ObservationRow> {
    Ok(ObservationRow {
        txid,
        request: row.get(1)?,
        state: row.get(2)?,
        block_height: row.get(3)?,
        block_hash: maybe(row, 4)?,
        block_time: row.get::<_, Option<i64>>(5)?.map(time),
    })
}

fn fate(row: &Row<'_>, txid: Txid) -> rusqlite::Result<FateRow> {
    Ok(FateRow {
        txid,
        vout: row.get(1)?,
        request: row.get(2)?,
        said_from: time(row.get(3)?),
        said_to: time(row.get(4)?),
        spent: row.get(5)?,
        spender: maybe(row, 6)?,
    })
}

fn total(row: &Row<'_>) -> rusqlite::Result<TotalsRow> {
    let three = |at: usize| Ok::<_, rusqlite::Error>([row.get(at)?, row.get(at + 1)?, row.get(at + 2)?]);
    Ok(TotalsRow {
        address: row.get(1)?,
        request: row.get(2)?,
        said_from: time(row.get(3)?),
        said_to: time(row.get(4)?),
        tip_height: row.get(5)?,
        confirmed: three(6)?,
        waiting: three(9)?,
        together: three(12)?,
    })
}

fn header(row: &Row<'_>) -> rusqlite::Result<HeaderRow> {
    let header = row.get::<_, Vec<u8>>(3)?.to_lower_hex_string();
    Ok(HeaderRow { hash: parsed(row, 0)?, height: row.get(1)?, time: time(row.get(2)?), header, request: row.get(4)? })
}

fn branch(row: &Row<'_>, txid: Txid) -> rusqlite::Result<BranchRow> {
    let branch = row.get::<_, Vec<u8>>(2)?.to_lower_hex_string();
    Ok(BranchRow { txid, block_hash: parsed(row, 0)?, pos: row.get(1)?, branch, request: row.get(3)? })
}

fn price(row: &Row<'_>) -> rusqlite::Result<PriceRow> {
    Ok(PriceRow {
        day: row.get(0)?,
        source: row.get(1)?,
        low: row.get(2)?,
        close: row.get(3)?,
        high: row.get(4)?,
        asked_at: time(row.get(5)?),
        request: row.get(6)?,
    })
}

fn incident(row: &Row<'_>) -> rusqlite::Result<IncidentRow> {
    Ok(IncidentRow {
        request: row.get(0)?,
        kind: row.get(1)?,
        address: row.get(2)?,
        txid: row.get(3)?,
        what: row.get(4)?,
        times: row.get(5)?,
        last_at: time(row.get(6)?),
    })
}

fn joined(row: &Row<'_>) -> rusqlite::Result<JoinedRow> {
    Ok(JoinedRow { address: row.get(0)?, height: row.get(1)?, settled: row.get(2)? })
}

fn awaited(row: &Row<'_>, txid: Txid) -> rusqlite::Result<AwaitedRow> {
    Ok(AwaitedRow { txid, vout: row.get(0)?, height: row.get(1)? })
}

fn followed(row: &Row<'_>) -> rusqlite::Result<FollowedRow> {
    Ok(FollowedRow {
        from_height: row.get(0)?,
        to_height: row.get(1)?,
        to_hash: parsed(row, 2)?,
        complete_to: time(row.get(3)?),
    })
}

fn request(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    Ok(RequestRow {
        explorer: row.get(0)?,
        url: row.get(1)?,
        asked_at: time(row.get(2)?),
        sha256: row.get(3)?,
        bytes: row.get(4)?,
        dialect: row.get(5)?,
        path: row.get(6)?,
        parts: Vec::new(),
    })
}

fn part(row: &Row<'_>) -> rusqlite::Result<PartRow> {
    Ok(PartRow {
        path: row.get(0)?,
        url: row.get(1)?,
        asked_at: time(row.get(2)?),
        sha256: row.get(3)?,
        bytes: row.get(4)?,
    })
}

fn maybe<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<String>>(column)?.map(|_| parsed(row, column)).transpose()
}
