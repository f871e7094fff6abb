//! Headers and merkle proofs that were checked.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::kept;
use super::ledger::{parsed, time};
use super::request::{commit, insert_request};
use super::{Store, StoreError};
use crate::domain::{Address, BlockHash, BlockRef, Provenance, RawAnswer, Txid};

/// A checked header: its block and its 80 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRecord {
    /// Height, hash and time; the hash is there.
    pub block: BlockRef,
    /// The header as on the wire.
    pub header: [u8; 80],
}

/// A checked merkle proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRecord {
    /// The transaction.
    pub txid: Txid,
    /// Its block, whose header is kept.
    pub block: BlockHash,
    /// Place in the block.
    pub pos: u32,
    /// The neighbours on the way up, 32 bytes each, in internal byte order.
    pub branch: Vec<u8>,
}

impl Store {
    /// Keeps a header that was checked.
    pub fn record_header(
        &mut self,
        header: &HeaderRecord,
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> Result<(), StoreError> {
        let (path, keeps) = (self.path.clone(), self.keeps_answers);
        let mut write = || {
            let work = self.db.transaction()?;
            let begun = work.total_changes();
            let request = insert_request(&work, provenance)?;
            if insert_header(&work, header, request)? && keeps {
                kept::keep(&work, request, raw)?;
            }
            commit(work, request, begun)
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// Keeps a proof that was checked; its header is kept already.
    pub fn record_proof(
        &mut self,
        proof: &ProofRecord,
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> Result<(), StoreError> {
        let (path, keeps) = (self.path.clone(), self.keeps_answers);
        let mut write = || {
            let work = self.db.transaction()?;
            let begun = work.total_changes();
            let request = insert_request(&work, provenance)?;
            if insert_proof(&work, proof, request)? && keeps {
                kept::keep(&work, request, raw)?;
            }
            commit(work, request, begun)
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// The header of a block, if it is kept.
    pub fn header(&self, hash: &BlockHash) -> Result<Option<HeaderRecord>, StoreError> {
        self.db
            .prepare_cached("SELECT height, hash, time, header FROM block WHERE hash = ?1")
            .and_then(|mut q| q.query_row([hash.to_string()], header).optional())
            .map_err(|error| self.explain(error))
    }

    /// The blocks below a height whose headers are kept; a height of which two are kept tells nothing.
    pub fn blocks_below(&self, height: u32) -> Result<Vec<BlockRef>, StoreError> {
        let read = || -> rusqlite::Result<Vec<BlockRef>> {
            self.db
                .prepare_cached("SELECT height, hash, time, header FROM block WHERE height < ?1 GROUP BY height HAVING count(*) = 1 ORDER BY height")?
                .query_map([height], |row| Ok(header(row)?.block))?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }

    /// The confirmed transactions of these addresses that no kept proof puts where the ledger has them, with their blocks, by
    /// height.
    pub fn unproven(&self, addresses: &[Address]) -> Result<Vec<(Txid, BlockRef)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(Txid, BlockRef)>> {
            let mut query = self.db.prepare_cached(
                "SELECT s.txid, s.block_height, s.block_hash, s.block_time FROM tx_state s
                 WHERE s.state = 'confirmed' AND s.tx_id IN (
                        SELECT tx_id FROM tx_output WHERE address = ?1 UNION SELECT tx_id FROM spend WHERE address = ?1)
                   AND NOT EXISTS (SELECT 1 FROM proof p JOIN block b ON b.hash = p.block_hash
                        WHERE p.tx_id = s.tx_id AND b.height = s.block_height AND b.time = s.block_time
                          AND (s.block_hash IS NULL OR s.block_hash = b.hash))",
            )?;
            let mut out = Vec::new();
            for address in addresses {
                let mut rows = query.query([address.as_str()])?;
                while let Some(row) = rows.next()? {
                    let hash = row.get::<_, Option<String>>(2)?.is_some().then(|| parsed(row, 2)).transpose()?;
                    let block = BlockRef { height: row.get(1)?, hash, time: time(row.get(3)?) };
                    out.push((parsed::<Txid>(row, 0)?, block));
                }
            }
            out.sort_by_key(|(txid, block)| (block.height, *txid));
            out.dedup();
            Ok(out)
        };
        read().map_err(|error| self.explain(error))
    }
}

/// Keeps a header; the first request that brought it counts. Returns whether it is new.
pub(super) fn insert_header(db: &Connection, record: &HeaderRecord, request: i64) -> rusqlite::Result<bool> {
    let BlockRef { height, hash, time } = record.block;
    db.prepare_cached(
        "INSERT OR IGNORE INTO block (hash, height, time, header, request_id) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![hash.map(|h| h.to_string()), height, time.timestamp(), record.header.as_slice(), request])
    .map(|rows| rows > 0)
}

/// Keeps a proof; the first request that brought it counts. Returns whether it is new.
pub(super) fn insert_proof(db: &Connection, proof: &ProofRecord, request: i64) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO proof (tx_id, block_hash, pos, branch, request_id)
         SELECT tx_id, ?2, ?3, ?4, ?5 FROM tx WHERE txid = ?1",
    )?
    .execute(params![proof.txid.to_string(), proof.block.to_string(), proof.pos, proof.branch, request])
    .map(|rows| rows > 0)
}

fn header(row: &Row<'_>) -> rusqlite::Result<HeaderRecord> {
    let block = BlockRef { height: row.get(0)?, hash: Some(parsed(row, 1)?), time: time(row.get(2)?) };
    Ok(HeaderRecord { block, header: row.get(3)? })
}
