//! How far the chain was followed by blocks, and what the blocks brought.

use bitcoin::OutPoint;
use bitcoin::block::Header;
use rusqlite::{Connection, OptionalExtension, params};

use super::incidents;
use super::ledger::{parsed, time};
use super::page::{self, Word, insert_gone};
use super::proofs::{insert_header, insert_proof};
use super::request::insert_request;
use super::scan_mark::{ScanMark, scan_mark};
use super::watched_outpoint::{self, SETTLES_AFTER};
use super::{Finding, HeaderRecord, ProofRecord, Recorded, Refusal, Store, StoreError};
use crate::domain::{Address, BlockHash, Provenance, Time, Tx, Txid};

/// A span of blocks that was read without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanPoint {
    /// The first block that was read is at this height.
    pub from_height: u32,
    /// The last one.
    pub to_height: u32,
    /// Its hash.
    pub to_hash: BlockHash,
    /// The moment to which that is everything.
    pub complete_to: Time,
}

/// An address that is looked for in blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedAddress {
    /// The address.
    pub address: String,
    /// The newest block when it was asked about.
    pub height: u32,
    /// It need not be asked about again for having been joined with a fresh block.
    pub settled: bool,
}

/// Outputs that are looked for as inputs of what a block brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outpoints {
    /// Outputs of the addresses, each with the place of its address in the list asked for.
    pub ours: Vec<(OutPoint, usize)>,
    /// What the transactions spend that wait in the ledger, each with the one that waits.
    pub waiting: Vec<(OutPoint, Txid)>,
}

/// A block that was read, and what in it concerns the watch list.
#[derive(Clone, Debug)]
pub struct BlockRecord {
    /// Its header, checked.
    pub header: HeaderRecord,
    /// The hash of the block before.
    pub previous: BlockHash,
    /// The transactions that pay a watched address or spend a watched output, each with its proof.
    pub txs: Vec<BlockTx>,
    /// Transactions that waited in the ledger and cannot come any more: the block spends what they would.
    pub replaced: Vec<Txid>,
    /// The answer that brought the block.
    pub provenance: Provenance,
    /// Coins that the block makes and that are looked for from the next one on, each with its family.
    pub made: Vec<(String, OutPoint)>,
    /// The set of addresses and coins that was looked for.
    pub mark: ScanMark,
}

/// A transaction of a block that concerns the watch list.
#[derive(Clone, Debug)]
pub struct BlockTx {
    /// The transaction.
    pub tx: Tx,
    /// That it is in the block.
    pub proof: ProofRecord,
    /// The watched addresses that it pays or spends from.
    pub concerns: Vec<String>,
}

impl Store {
    /// Where following by blocks stands; `None` where it never began.
    pub fn scan_point(&self) -> Result<Option<ScanPoint>, StoreError> {
        scan_point(&self.db).map_err(|error| self.explain(error))
    }

    /// Begins to follow behind this block: the next one is the first that is read.
    pub fn begin_scan(&mut self, last: &HeaderRecord, provenance: &Provenance) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || {
            let work = self.db.transaction()?;
            let request = insert_request(&work, provenance)?;
            insert_header(&work, last, request)?;
            work.execute("DELETE FROM scan", [])?;
            work.execute("DELETE FROM scanned_address", [])?;
            work.execute("DELETE FROM watched_outpoint", [])?;
            work.execute(
                "INSERT INTO scan (from_height, to_height, to_hash, complete_to) VALUES (?1 + 1, ?1, ?2, ?3)",
                params![last.block.height, last.block.hash.map(|h| h.to_string()), provenance.asked_at.timestamp()],
            )?;
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// Stores what a block brought, and that it was read, in one SQLite transaction. `None` where the block does not follow the
    /// last one that was read: another program was here, or the chain was reorganised.
    pub fn record_block(&mut self, block: &BlockRecord) -> Result<Option<Recorded>, StoreError> {
        let path = self.path.clone();
        self.write_block(block).map_err(|error| super::explain(&path, error))
    }

    fn write_block(&mut self, block: &BlockRecord) -> rusqlite::Result<Option<Recorded>> {
        let mut work = self.db.transaction()?;
        if scan_point(&work)?.is_none_or(|point| point.to_hash != block.previous) {
            return Ok(None);
        }
        // Somebody was joined while the block was searched: it has to be searched for that one too.
        if scan_mark(&work)? != block.mark {
            return Ok(None);
        }
        let mut recorded = Recorded::default();
        let request = insert_request(&work, &block.provenance)?;
        insert_header(&work, &block.header, request)?;
        let displaced = displaced(&work, &block.header)?;
        insert_gone(&work, &displaced, request)?;
        recorded.displaced = displaced.len();
        let refusal = |txid, kind, reason| Refusal { txid, explorer: block.provenance.explorer.clone(), kind, reason };
        for BlockTx { tx, proof, concerns } in &block.txs {
            let attempt = work.savepoint()?;
            match page::write_tx(&attempt, tx, request, &block.provenance.explorer, Word::Proven)? {
                Ok(written) => {
                    insert_proof(&attempt, proof, request)?;
                    recorded.new += usize::from(written.new);
                    let corrected = |reason| refusal(tx.txid, crate::domain::IncidentKind::Corrected, reason);
                    recorded.settled.extend(written.settled.into_iter().map(corrected));
                    attempt.commit()?;
                }
                Err((kind, reason)) => {
                    drop(attempt);
                    recorded.refused.push(refusal(tx.txid, kind, format!("refused: {reason}")));
                    // What is missing from the ledger must not look complete: those are asked about again.
                    for address in concerns {
                        work.execute("DELETE FROM scanned_address WHERE address = ?1", [address])?;
                    }
                    let spent = tx.inputs.iter().filter_map(|i| Some(OutPoint::new(i.prev_txid?, i.prev_vout?)));
                    spent.into_iter().try_for_each(|output| watched_outpoint::forget(&work, &output))?;
                }
            }
        }
        insert_gone(&work, &block.replaced, request)?;
        for told in recorded.refused.iter().chain(&recorded.settled) {
            let what = Finding {
                kind: told.kind,
                address: None,
                txid: Some(told.txid.to_string()),
                what: told.reason.clone(),
            };
            incidents::note(&work, &what, &block.provenance, &[], request)?;
        }
        watched_outpoint::insert_made(&work, &block.made, block.header.block.height, block.provenance.asked_at)?;
        move_point(&work, &block.header, block.provenance.asked_at)?;
        recorded.mark = Some(scan_mark(&work)?);
        work.commit()?;
        Ok(Some(recorded))
    }

    /// The last block that was read left the chain: what it brought is gone until another block brings it, and reading goes on
    /// behind the block before. `None` where that one is not known: then there is nothing to go on from.
    pub fn step_back(&mut self, provenance: &Provenance) -> Result<Option<usize>, StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<Option<usize>> {
            let work = self.db.transaction()?;
            let Some(point) = scan_point(&work)? else { return Ok(None) };
            let previous: Option<String> = match previous(&work, &point.to_hash)? {
                Some(hash) => work
                    .query_row("SELECT hash FROM block WHERE hash = ?1", [hash.to_string()], |row| row.get(0))
                    .optional()?,
                None => None,
            };
            let Some(previous) = previous.filter(|_| point.to_height >= point.from_height) else { return Ok(None) };
            let request = insert_request(&work, provenance)?;
            let left: Vec<Txid> = work
                .prepare_cached(
                    "SELECT DISTINCT s.txid FROM observation o JOIN tx_state s USING (tx_id)
                     WHERE o.block_height = ?1 AND s.state = 'confirmed' AND s.block_hash = ?2",
                )?
                .query_map(params![point.to_height, point.to_hash.to_string()], |row| parsed(row, 0))?
                .collect::<Result<_, _>>()?;
            insert_gone(&work, &left, request)?;
            // Whose history was read up to that block or a later one has to be asked about again.
            work.execute("DELETE FROM scanned_address WHERE height >= ?1", [point.to_height])?;
            // What was unspent in that block was unspent before it.
            work.execute("UPDATE watched_outpoint SET height = ?1 - 1 WHERE height >= ?1", [point.to_height])?;
            work.execute(
                "UPDATE scan SET to_height = to_height - 1, to_hash = ?1,
                    complete_to = (SELECT min(time, ?2) FROM block WHERE hash = ?1)",
                params![previous, provenance.asked_at.timestamp()],
            )?;
            work.commit()?;
            Ok(Some(left.len()))
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// There was no further block than this one at that moment.
    pub fn scan_is_level(&mut self, hash: &BlockHash, at: Time) -> Result<(), StoreError> {
        self.db
            .execute(
                "UPDATE scan SET complete_to = max(complete_to, ?2) WHERE to_hash = ?1",
                params![hash.to_string(), at.timestamp()],
            )
            .map(|_| ())
            .map_err(|error| self.explain(error))
    }

    /// From this height on the address is looked for in blocks; its history up to there was read. Refused (false) where blocks
    /// beyond that height were read without it.
    pub fn join(&mut self, address: &Address, height: u32) -> Result<bool, StoreError> {
        self.db
            .execute(
                "INSERT INTO scanned_address (address, height, settled)
                 SELECT ?1, ?2, 0 WHERE EXISTS (SELECT 1 FROM scan WHERE to_height <= ?2)
                 ON CONFLICT (address) DO UPDATE SET height = excluded.height,
                    settled = settled OR excluded.height >= height + ?3",
                params![address.as_str(), height, SETTLES_AFTER],
            )
            .map(|rows| rows > 0)
            .map_err(|error| self.explain(error))
    }

    /// Looks for these addresses from the next block on, where they are not looked for yet. Nobody was asked about them, and nobody
    /// has to be asked again.
    pub fn join_unasked(&mut self, addresses: &[Address]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || {
            let work = self.db.transaction()?;
            for address in addresses {
                work.prepare_cached(
                    "INSERT OR IGNORE INTO scanned_address (address, height, settled) SELECT ?1, to_height, 1 FROM scan",
                )?
                .execute([address.as_str()])?;
            }
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// The addresses that are looked for in blocks. One that was joined with a fresh block is settled once it was asked about
    /// again when that block lay deep.
    pub fn scanned_addresses(&self) -> Result<Vec<ScannedAddress>, StoreError> {
        self.db
            .prepare_cached(
                "SELECT j.address, j.height,
                        j.settled OR coalesce((SELECT s.to_height < j.height + ?1 FROM scan s), 0) FROM scanned_address j ORDER BY j.address",
            )
            .and_then(|mut q| {
                q.query_map([SETTLES_AFTER], |row| {
                    Ok(ScannedAddress { address: row.get(0)?, height: row.get(1)?, settled: row.get(2)? })
                })?
                .collect()
            })
            .map_err(|error| self.explain(error))
    }

    /// Changes when an address or a coin is joined or leaves.
    pub fn scan_mark(&self) -> Result<ScanMark, StoreError> {
        scan_mark(&self.db).map_err(|error| self.explain(error))
    }

    /// Outputs of these addresses in the ledger, and what the transactions spend that wait in it, with their txid.
    pub fn outpoints(&self, addresses: &[String]) -> Result<Outpoints, StoreError> {
        let read = || -> rusqlite::Result<Outpoints> {
            let mut query = self.db.prepare_cached(
                "SELECT t.txid, o.vout FROM tx_output o JOIN tx t USING (tx_id) WHERE o.address = ?1",
            )?;
            let mut ours = Vec::new();
            for (place, address) in addresses.iter().enumerate() {
                let mut rows = query.query([address])?;
                while let Some(row) = rows.next()? {
                    ours.push((OutPoint::new(parsed(row, 0)?, row.get(1)?), place));
                }
            }
            let waiting = self
                .db
                .prepare_cached(
                    "SELECT i.prev_txid, i.prev_vout, s.txid FROM tx_state s JOIN tx_input i USING (tx_id)
                     WHERE s.tx_id IN (SELECT tx_id FROM observation WHERE state = 'mempool')
                       AND s.state = 'mempool' AND i.prev_txid IS NOT NULL AND i.prev_vout IS NOT NULL",
                )?
                .query_map([], |row| Ok((OutPoint::new(parsed(row, 0)?, row.get(1)?), parsed(row, 2)?)))?
                .collect::<Result<_, _>>()?;
            Ok(Outpoints { ours, waiting })
        };
        read().map_err(|error| self.explain(error))
    }

    /// The moment to which an address was followed by blocks, behind the history that was read by address.
    pub(super) fn followed_to(&self, address: &Address) -> rusqlite::Result<Option<Time>> {
        self.db
            .prepare_cached(
                "SELECT s.complete_to FROM scan s JOIN scanned_address j
                 WHERE j.address = ?1 AND j.height <= s.to_height AND j.height + 1 >= s.from_height",
            )?
            .query_row([address.as_str()], |row| Ok(time(row.get(0)?)))
            .optional()
    }
}

fn scan_point(db: &Connection) -> rusqlite::Result<Option<ScanPoint>> {
    db.prepare_cached("SELECT from_height, to_height, to_hash, complete_to FROM scan ORDER BY scan_id DESC LIMIT 1")?
        .query_row([], |row| {
            Ok(ScanPoint {
                from_height: row.get(0)?,
                to_height: row.get(1)?,
                to_hash: parsed(row, 2)?,
                complete_to: time(row.get(3)?),
            })
        })
        .optional()
}

/// The block before one whose header is kept.
fn previous(db: &Connection, hash: &BlockHash) -> rusqlite::Result<Option<BlockHash>> {
    let header: Option<Vec<u8>> = db
        .prepare_cached("SELECT header FROM block WHERE hash = ?1")?
        .query_row([hash.to_string()], |row| row.get(0))
        .optional()?;
    let decoded = header.and_then(|bytes| bitcoin::consensus::deserialize::<Header>(&bytes).ok());
    Ok(decoded.map(|header| header.prev_blockhash))
}

/// A header may be dated up to two hours ahead; nothing is known of the future.
fn move_point(db: &Connection, header: &HeaderRecord, asked_at: Time) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE scan SET to_height = ?1, to_hash = ?2, complete_to = ?3")?.execute(params![
        header.block.height,
        header.block.hash.map(|h| h.to_string()),
        header.block.time.min(asked_at).timestamp()
    ])?;
    Ok(())
}

/// The transactions that stand in another block of this one's height: it left the chain, whoever told of it.
fn displaced(db: &Connection, header: &HeaderRecord) -> rusqlite::Result<Vec<Txid>> {
    db.prepare_cached(
        "SELECT DISTINCT s.txid FROM observation o JOIN tx_state s USING (tx_id)
         WHERE o.block_height = ?1 AND s.state = 'confirmed' AND s.block_height = ?1 AND s.block_hash <> ?2",
    )?
    .query_map(params![header.block.height, header.block.hash.map(|h| h.to_string())], |row| parsed(row, 0))?
    .collect()
}
