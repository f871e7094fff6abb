//! What following coins needs of the ledger: the transactions that can be reached, what was said of their outputs, and the
//! frontier that the last round left.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use super::kept;
use super::ledger::{parsed, time};
use super::request::{commit, insert_request};
use super::watched_outpoint;
use super::{Store, StoreError};
use crate::domain::{Address, BlockHash, Network, OutPoint, OutspendStatus, Provenance, RawAnswer, Time, Tx, Txid};

/// Which transactions of the ledger are read.
#[derive(Clone, Debug)]
pub enum TrailStart {
    /// All that touch these addresses, and what follows from those that spend from them; backwards, what leads to those that
    /// pay them.
    Addresses(Vec<Address>),
    /// This one, and what follows from it, or leads to it.
    Transaction(Txid),
}

/// What an explorer said of one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutspendRecord {
    /// The output.
    pub output: OutPoint,
    /// What was said; the explorer and the moment are those of the answer.
    pub spent: bool,
    /// The transaction that spends it, where it is told.
    pub spender: Option<Txid>,
}

/// An end of a family's trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontierRow {
    /// The output.
    pub output: OutPoint,
    /// Its address, if it has one.
    pub address: Option<Address>,
    /// The whole coin in satoshis.
    pub sats: u64,
    /// Hop of the transaction that made it; `None` where it is the family's own.
    pub hop: Option<u32>,
    /// Name of the stop.
    pub stop: &'static str,
    /// Why exactly.
    pub reason: Option<String>,
}

/// Who says that a coin is unspent that was looked for in every block.
const BY_BLOCKS: &str = "the blocks";

const SPENDING: &str = "SELECT txid FROM spend JOIN tx USING (tx_id) WHERE address = ?1";

impl Store {
    /// Hands every transaction of the ledger that can be reached from there to `each`, in one consistent reading, and returns
    /// what was said of their outputs. What is gone is left out; what waits is among them.
    pub fn trail(
        &self,
        start: &TrailStart,
        backwards: bool,
        network: Network,
        mut each: impl FnMut(Tx),
    ) -> Result<Vec<(OutPoint, OutspendStatus)>, StoreError> {
        self.read_trail(start, backwards, network, &mut each).map_err(|error| self.explain(error))
    }

    fn read_trail(
        &self,
        start: &TrailStart,
        backwards: bool,
        network: Network,
        each: &mut dyn FnMut(Tx),
    ) -> rusqlite::Result<Vec<(OutPoint, OutspendStatus)>> {
        let _moment = self.begin_reading()?;
        let (mut queue, mut alone): (VecDeque<Txid>, BTreeSet<Txid>) = (VecDeque::new(), BTreeSet::new());
        match start {
            TrailStart::Transaction(txid) => queue.push_back(*txid),
            TrailStart::Addresses(addresses) => {
                let (mut paying, mut spending) = (BTreeSet::new(), BTreeSet::new());
                for address in addresses {
                    paying.extend(
                        self.txids_of("SELECT txid FROM tx_output JOIN tx USING (tx_id) WHERE address = ?1", address)?,
                    );
                    spending.extend(self.txids_of(SPENDING, address)?);
                }
                let (far, near) = if backwards { (paying, spending) } else { (spending, paying) };
                alone = near.difference(&far).copied().collect();
                queue.extend(far);
            }
        }
        let mut seen: BTreeSet<Txid> = queue.iter().copied().collect();
        let mut outspends = Vec::new();
        for txid in alone {
            if seen.insert(txid)
                && let Some(stored) = self.read_transaction(&txid, network)?
            {
                each(stored.tx);
            }
        }
        while let Some(txid) = queue.pop_front() {
            let Some(stored) = self.read_transaction(&txid, network)? else { continue };
            let next: Vec<Txid> = if backwards {
                stored.tx.inputs.iter().filter_map(|input| input.prev_txid).collect()
            } else {
                stored.spent_by.iter().flatten().map(|(spender, _)| *spender).collect()
            };
            queue.extend(next.into_iter().filter(|txid| seen.insert(*txid)));
            self.read_outspends(&txid, &mut outspends)?;
            each(stored.tx);
        }
        Ok(outspends)
    }

    /// The transactions of the ledger in blocks that spend from these addresses.
    pub fn spending_from<'a>(
        &self,
        addresses: impl IntoIterator<Item = &'a Address>,
        network: Network,
    ) -> Result<Vec<Tx>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Tx>> {
            let _moment = self.begin_reading()?;
            let mut txids = BTreeSet::new();
            for address in addresses {
                txids.extend(self.txids_of(SPENDING, address)?);
            }
            let mut out = Vec::with_capacity(txids.len());
            for txid in txids {
                let found = self.read_transaction(&txid, network)?.map(|stored| stored.tx);
                out.extend(found.filter(|tx| tx.state.block().is_some()));
            }
            Ok(out)
        };
        read().map_err(|error| self.explain(error))
    }

    fn txids_of(&self, sql: &str, address: &Address) -> rusqlite::Result<Vec<Txid>> {
        self.db.prepare_cached(sql)?.query_map([address.as_str()], |row| parsed::<Txid>(row, 0))?.collect()
    }

    fn read_outspends(&self, txid: &Txid, outspends: &mut Vec<(OutPoint, OutspendStatus)>) -> rusqlite::Result<()> {
        let mut query = self.db.prepare_cached(
            "SELECT f.vout, f.spent, f.spender, r.explorer, f.said_to FROM outspend f JOIN request r USING (request_id)
             WHERE f.txid = ?1 AND f.outspend_id = (SELECT max(l.outspend_id) FROM outspend l WHERE l.txid = f.txid AND l.vout = f.vout)",
        )?;
        let first = outspends.len();
        let mut rows = query.query([txid.to_string()])?;
        while let Some(row) = rows.next()? {
            let spender = row.get::<_, Option<String>>(2)?.is_some().then(|| parsed::<Txid>(row, 2)).transpose()?;
            let outspend = match (row.get::<_, bool>(1)?, spender) {
                (true, Some(txid)) => OutspendStatus::SpentBy(txid),
                (true, None) => OutspendStatus::SpentBySomebody,
                (false, _) => {
                    OutspendStatus::Unspent { explorer: Arc::from(row.get::<_, String>(3)?), at: time(row.get(4)?) }
                }
            };
            outspends.push((OutPoint::new(*txid, row.get(0)?), outspend));
        }
        // Blocks say nothing of a spender that waits: they only say later than an explorer that there was none.
        for (vout, at) in watched_outpoint::unspent_by_blocks(&self.db, &txid.to_string())? {
            let by_blocks = OutspendStatus::Unspent { explorer: Arc::from(BY_BLOCKS), at };
            match outspends[first..].iter_mut().find(|(output, _)| output.vout == vout) {
                None => outspends.push((OutPoint::new(*txid, vout), by_blocks)),
                Some((_, outspend)) => {
                    if matches!(outspend, OutspendStatus::Unspent { at: told, .. } if *told < at) {
                        *outspend = by_blocks;
                    }
                }
            }
        }
        Ok(())
    }

    /// The transactions that stand in these blocks as far as the ledger knows, each with an output that it spends.
    pub fn standing_in(&self, blocks: &[BlockHash]) -> Result<Vec<(Txid, OutPoint)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(Txid, OutPoint)>> {
            let mut query = self.db.prepare_cached(
                "SELECT DISTINCT s.txid, i.prev_txid, i.prev_vout FROM observation o JOIN tx_state s USING (tx_id)
                 JOIN tx_input i ON i.tx_id = s.tx_id AND i.vin = 0
                 WHERE o.block_hash = ?1 AND s.state = 'confirmed' AND s.block_hash = ?1 AND i.prev_txid IS NOT NULL
                 ORDER BY s.txid",
            )?;
            let mut out = Vec::new();
            for hash in blocks {
                let mut rows = query.query([hash.to_string()])?;
                while let Some(row) = rows.next()? {
                    out.push((parsed(row, 0)?, OutPoint::new(parsed(row, 1)?, row.get(2)?)));
                }
            }
            Ok(out)
        };
        read().map_err(|error| self.explain(error))
    }

    /// Writes down what one answer said of outputs. What the same explorer said last of an output, unchanged, is only said
    /// longer.
    pub fn record_outspends(
        &mut self,
        outspends: &[OutspendRecord],
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> Result<(), StoreError> {
        let (path, keeps) = (self.path.clone(), self.keeps_answers);
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            let begun = work.total_changes();
            let request = insert_request(&work, provenance)?;
            let mut news = false;
            let at = provenance.asked_at.timestamp();
            for outspend in outspends {
                let (txid, spender) = (outspend.output.txid.to_string(), outspend.spender.map(|txid| txid.to_string()));
                let last: Option<i64> = work
                    .prepare_cached(
                        "SELECT f.outspend_id FROM outspend f JOIN request r USING (request_id)
                         WHERE f.txid = ?1 AND f.vout = ?2 AND r.explorer = ?3 AND f.spent = ?4 AND f.spender IS ?5
                           AND f.outspend_id = (SELECT max(l.outspend_id) FROM outspend l WHERE l.txid = ?1 AND l.vout = ?2)",
                    )?
                    .query_row(params![txid, outspend.output.vout, provenance.explorer, outspend.spent, spender], |row| {
                        row.get(0)
                    })
                    .optional()?;
                news |= last.is_none();
                match last {
                    Some(outspend_id) => work
                        .prepare_cached("UPDATE outspend SET said_to = max(said_to, ?2) WHERE outspend_id = ?1")?
                        .execute(params![outspend_id, at])?,
                    None => work
                        .prepare_cached(
                            "INSERT INTO outspend (txid, vout, request_id, said_from, said_to, spent, spender)
                             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)",
                        )?
                        .execute(params![txid, outspend.output.vout, request, at, outspend.spent, spender])?,
                };
            }
            if keeps && news {
                kept::keep(&work, request, raw)?;
            }
            commit(work, request, begun)
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// Replaces a family's frontier by these rows, found at that moment under these limits. `observation` is the newest one that
    /// they are known to rest on.
    pub fn record_frontier(
        &mut self,
        family: &str,
        rows: &[FrontierRow],
        (at, observation, limits): (Time, i64, &str),
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            work.execute("DELETE FROM frontier WHERE family = ?1", [family])?;
            for row in rows {
                work.prepare_cached(
                    "INSERT OR REPLACE INTO frontier (family, txid, vout, address, sats, hop, stop, reason, asked_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT max(said_to) FROM outspend WHERE txid = ?2 AND vout = ?3))",
                )?
                .execute(params![
                    family,
                    row.output.txid.to_string(),
                    row.output.vout,
                    row.address.as_ref().map(Address::as_str),
                    row.sats,
                    row.hop,
                    row.stop,
                    row.reason,
                ])?;
            }
            work.execute(
                "INSERT OR REPLACE INTO followed (family, at, observation, limits) VALUES (?1, ?2, ?3, ?4)",
                params![family, at.timestamp(), observation, limits],
            )?;
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// The coins on a family's frontier that may still move: unspent when last asked, or never asked; with the moment.
    pub fn frontier(&self, family: &str) -> Result<Vec<(OutPoint, Option<Time>)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(OutPoint, Option<Time>)>> {
            self.db
                .prepare_cached(
                    "SELECT txid, vout, asked_at FROM frontier WHERE family = ?1 AND stop IN ('unspent', 'unrecorded')
                     ORDER BY asked_at, txid, vout",
                )?
                .query_map([family], |row| {
                    Ok((OutPoint::new(parsed(row, 0)?, row.get(1)?), row.get::<_, Option<i64>>(2)?.map(time)))
                })?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }
}
