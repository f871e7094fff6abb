//! Which of the ledger's blocks were in an explorer's best chain when it was asked last.

use rusqlite::params;

use super::ledger::parsed;
use super::{Store, StoreError};
use crate::domain::BlockHash;

impl Store {
    /// The blocks from `height` on that the ledger's present transactions stand in, the newest first, and whether they were in
    /// the explorer's best chain when it was asked last; `None` where it was not.
    pub fn blocks_from(&self, height: u32, explorer: &str) -> Result<Vec<(BlockHash, Option<bool>)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(BlockHash, Option<bool>)>> {
            self.db
                .prepare_cached(
                    "SELECT block_hash, (SELECT n.in_chain FROM best_chain_check n WHERE n.explorer = ?2 AND n.block_hash = held.block_hash)
                     FROM (
                        SELECT s.block_height, s.block_hash FROM observation o JOIN tx_state s USING (tx_id)
                        WHERE o.block_height >= ?1 AND s.state = 'confirmed' AND s.block_height >= ?1) held
                     WHERE block_hash IS NOT NULL GROUP BY block_hash ORDER BY max(block_height) DESC",
                )?
                .query_map(params![height, explorer], |row| Ok((parsed::<BlockHash>(row, 0)?, row.get(1)?)))?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }

    /// Remembers which blocks are in an explorer's best chain and which left it.
    pub fn record_best_chain_check(&mut self, explorer: &str, blocks: &[(BlockHash, bool)]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || {
            let work = self.db.transaction()?;
            for (hash, in_chain) in blocks {
                work.prepare_cached(
                    "INSERT INTO best_chain_check (explorer, block_hash, in_chain) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET in_chain = excluded.in_chain WHERE in_chain <> excluded.in_chain",
                )?
                .execute(params![explorer, hash.to_string(), in_chain])?;
            }
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }
}
