//! Headers that were checked.

use rusqlite::Connection;
use rusqlite::params;

use super::ledger::time;
use super::{Store, StoreError};
use crate::domain::BlockRef;

impl Store {
    /// The headers below a height, as blocks.
    pub fn blocks_below(&self, height: u32) -> Result<Vec<BlockRef>, StoreError> {
        let read = || -> rusqlite::Result<Vec<BlockRef>> {
            self.db
                .prepare_cached("SELECT height, hash, time FROM block WHERE height < ?1")?
                .query_map([height], |row| {
                    let hash: String = row.get(1)?;
                    Ok(BlockRef { height: row.get(0)?, hash: hash.parse().ok(), time: time(row.get(2)?) })
                })?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }
}

/// Keeps a header that was checked; of two requests the first that brought it counts.
pub(super) fn insert_block(db: &Connection, block: &BlockRef, header: &[u8; 80], request: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO block (hash, height, time, header, request_id) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        block.hash.map(|h| h.to_string()),
        block.height,
        block.time.timestamp(),
        header.as_slice(),
        request
    ])?;
    Ok(())
}
