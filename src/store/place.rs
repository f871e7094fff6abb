//! Where a transaction stands: whose word moves it, and whose does not.

use bitcoin::BlockHash;
use rusqlite::{Connection, OptionalExtension, params};

use super::complete::differ;
use crate::domain::{State, rfc3339};

/// Blocks that may come while a history is read.
pub(super) const TIP_MOVES: u32 = 6;

/// How much somebody's word of where a transaction stands is worth.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word<'a> {
    /// An explorer says so.
    Told {
        /// Blocks that left its chain.
        left: &'a [BlockHash],
        /// The height of its newest block, if it tells.
        tip: Option<u32>,
    },
    /// A block with proof of work says so, and follows the chain.
    Proven,
}

/// State, height, hash, time.
type Said = (String, Option<u32>, Option<String>, Option<i64>);

/// Notes where the transaction stands, unless this explorer said the same before and nobody else has said otherwise since. What is
/// in a block moves only when that block left the chain, by proof, or when whoever said so says otherwise: one explorer's word against
/// another's moves nothing. Returns what was told otherwise and not taken in.
pub(super) fn observe(
    db: &Connection,
    tx_id: i64,
    state: &State,
    request: i64,
    explorer: &str,
    word: Word<'_>,
) -> rusqlite::Result<Option<String>> {
    let block = state.block();
    let told: Said = (
        state.name().to_owned(),
        block.map(|b| b.height),
        block.and_then(|b| b.hash).map(|h| h.to_string()),
        block.map(|b| b.time.timestamp()),
    );
    let present: Option<(Said, String)> = db
        .prepare_cached(
            "SELECT s.state, s.block_height, s.block_hash, s.block_time,
                    (SELECT r.explorer FROM observation o JOIN request r USING (request_id) WHERE o.tx_id = s.tx_id
                     ORDER BY o.observation_id DESC LIMIT 1)
             FROM tx_state s WHERE s.tx_id = ?1",
        )?
        .query_row([tx_id], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), row.get(4)?)))
        .optional()?;
    // Whoever said it may take it back; it is asked only while it is not behind the ledger.
    let present = present.filter(|(said, by)| said.0 == "confirmed" && by != explorer).map(|(said, _)| said);
    if let (Some(present), Word::Told { left, .. }) = (present, word) {
        let gone = present.2.as_ref().is_some_and(|hash| left.iter().any(|b| b.to_string() == *hash));
        if !gone && !same(&present, &told) && !is_header(db, &told)? {
            if told.0 != "confirmed" {
                return Ok(None);
            }
            let (height, time) = (told.1.unwrap_or_default(), block.map(|b| rfc3339(b.time)).unwrap_or_default());
            let held = present.1.unwrap_or_default();
            return Ok(Some(format!(
                "said to be in block {height} of {time}; the ledger has it in block {held}, and keeps to it until an audit"
            )));
        }
    }
    let mut query = db.prepare_cached(
        "SELECT o.state, o.block_height, o.block_hash, o.block_time, r.explorer
         FROM observation o JOIN request r USING (request_id) WHERE o.tx_id = ?1 ORDER BY o.observation_id DESC",
    )?;
    let mut rows = query.query([tx_id])?;
    let mut nobody_said_otherwise = true;
    while let Some(row) = rows.next()? {
        let said: Said = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let same = same(&said, &told);
        if row.get::<_, String>(4)? == explorer {
            if same && nobody_said_otherwise {
                return Ok(None);
            }
            break;
        }
        nobody_said_otherwise &= same;
    }
    db.prepare_cached(
        "INSERT INTO observation (tx_id, request_id, state, block_height, block_hash, block_time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![tx_id, request, told.0, told.1, told.2, told.3])?;
    Ok(None)
}

fn same(one: &Said, other: &Said) -> bool {
    (&one.0, one.1, one.3) == (&other.0, other.1, other.3) && !differ(one.2.as_ref(), other.2.as_ref())
}

/// Whether the block, its height and its time are those of a header that was checked, and the only one of its height.
fn is_header(db: &Connection, told: &Said) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT count(*) = 1 AND max(hash) = ?2 AND max(time) = ?3 FROM block WHERE height = ?1
         HAVING count(*) > 0",
    )?
    .query_row(params![told.1, told.2, told.3], |row| row.get::<_, Option<bool>>(0))
    .optional()
    .map(|found| found.flatten().unwrap_or(false))
}
