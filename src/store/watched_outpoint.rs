//! The coins of families' trails that are looked for in blocks, and what became of the ledger since a frontier was written.

use rusqlite::{Connection, OptionalExtension, params};

use super::ledger::{parsed, time};
use super::{Store, StoreError};
use crate::domain::{BlockHash, OutPoint, Time};

/// So many blocks above the one that an address was joined with, it is asked about again: servers behind one name may be a
/// block or two apart, and its totals may have lacked the newest.
pub(super) const SETTLES_AFTER: u32 = 6;

/// A coin on a family's trail that is looked for in blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedOutpoint {
    /// The family.
    pub family: String,
    /// The coin.
    pub output: OutPoint,
    /// When an explorer was asked about it, or the block was read that made it.
    pub checked_at: Time,
    /// An explorer that was asked about it may have been a block behind: it is asked about once more.
    pub unsettled: bool,
}

/// An end of a family's trail that may move, as the last round left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEnd {
    /// The coin.
    pub output: OutPoint,
    /// The whole coin in satoshis.
    pub sats: u64,
    /// Hop of the transaction that made it; `None` where it is the family's own.
    pub hop: Option<u32>,
    /// It was unspent when somebody was asked last.
    pub asleep: bool,
    /// It was spent, and nobody told by what.
    pub by_somebody: bool,
    /// When somebody was asked; `None` where nobody was.
    pub asked_at: Option<Time>,
}

/// What became of the ledger since a family's frontier was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrailStanding {
    /// When that was; `None` where it never was.
    pub followed_at: Option<Time>,
    /// Something came that may change the trail, or the limits are others.
    pub changed: bool,
    /// The newest observation of the ledger.
    pub observation: i64,
}

/// Spent coins are looked for until their spender lies so deep.
const DEEP: u32 = 100;

impl Store {
    /// The coins that are looked for in blocks, of all families.
    pub fn watched_outpoints(&self) -> Result<Vec<WatchedOutpoint>, StoreError> {
        let read = || -> rusqlite::Result<Vec<WatchedOutpoint>> {
            self.db
                .prepare_cached(
                    "SELECT a.family, a.txid, a.vout, a.checked_at,
                            NOT a.settled AND coalesce((SELECT s.to_height >= a.height + ?1 FROM scan s), 0)
                     FROM watched_outpoint a ORDER BY a.family, a.txid, a.vout",
                )?
                .query_map([SETTLES_AFTER], |row| {
                    Ok(WatchedOutpoint {
                        family: row.get(0)?,
                        output: OutPoint::new(parsed(row, 1)?, row.get(2)?),
                        checked_at: time(row.get(3)?),
                        unsettled: row.get(4)?,
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }

    /// From here on these coins of a family are looked for in blocks: an explorer whose newest block was at this height said
    /// that they are unspent. Left out where blocks beyond that height were read without them.
    pub fn watch_outpoints(
        &mut self,
        family: &str,
        outputs: &[OutPoint],
        height: u32,
        at: Time,
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            for output in outputs {
                work.prepare_cached(
                    "INSERT INTO watched_outpoint (family, txid, vout, height, checked_at, settled)
                     SELECT ?1, ?2, ?3, ?4, ?5, 0 WHERE EXISTS (SELECT 1 FROM scan WHERE to_height <= ?4)
                     ON CONFLICT DO UPDATE SET height = excluded.height, checked_at = excluded.checked_at,
                        settled = settled OR excluded.height >= height + ?6",
                )?
                .execute(params![
                    family,
                    output.txid.to_string(),
                    output.vout,
                    height,
                    at.timestamp(),
                    SETTLES_AFTER
                ])?;
            }
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// Nobody follows the coins of other families than these any more; what is spent for long is not looked for either.
    pub fn watch_outpoints_of(&mut self, families: &[&str]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            let known: Vec<String> = work
                .prepare_cached("SELECT DISTINCT family FROM watched_outpoint")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for family in known.iter().filter(|name| !families.contains(&name.as_str())) {
                work.execute("DELETE FROM watched_outpoint WHERE family = ?1", [family])?;
            }
            work.execute(
                "DELETE FROM watched_outpoint WHERE EXISTS (
                    SELECT 1 FROM tx_input i JOIN tx_state s USING (tx_id)
                    WHERE i.prev_txid = watched_outpoint.txid AND i.prev_vout = watched_outpoint.vout AND s.state = 'confirmed'
                      AND s.block_height + ?1 < (SELECT to_height FROM scan))",
                [DEEP],
            )?;
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// The ends of a family's trail that may move.
    pub fn open_ends(&self, family: &str) -> Result<Vec<OpenEnd>, StoreError> {
        let read = || -> rusqlite::Result<Vec<OpenEnd>> {
            self.db
                .prepare_cached(
                    "SELECT e.txid, e.vout, e.sats, e.hop, e.stop = 'unspent', coalesce((SELECT f.spent AND f.spender IS NULL
                            FROM outspend f WHERE f.txid = e.txid AND f.vout = e.vout ORDER BY f.outspend_id DESC LIMIT 1), 0), e.asked_at
                     FROM frontier e WHERE e.family = ?1 AND e.stop IN ('unspent', 'unrecorded')
                     ORDER BY e.asked_at, e.txid, e.vout",
                )?
                .query_map([family], |row| {
                    Ok(OpenEnd {
                        output: OutPoint::new(parsed(row, 0)?, row.get(1)?),
                        sats: row.get(2)?,
                        hop: row.get(3)?,
                        asleep: row.get(4)?,
                        by_somebody: row.get(5)?,
                        asked_at: row.get::<_, Option<i64>>(6)?.map(time),
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }

    /// The addresses at which a family's trail ended since they were a service's, as the last round left it.
    pub fn ends_at_services(&self, family: &str) -> Result<Vec<String>, StoreError> {
        self.db
            .prepare_cached(
                "SELECT DISTINCT address FROM frontier WHERE family = ?1 AND stop = 'service' AND address IS NOT NULL",
            )
            .and_then(|mut q| q.query_map([family], |row| row.get(0))?.collect())
            .map_err(|error| self.explain(error))
    }

    /// Whether anything came since a family's frontier was written that may change its trail: a transaction that spends from the
    /// family or from an end of its trail, one that is gone, or other limits.
    pub fn trail_standing(&self, family: &str, limits: &str) -> Result<TrailStanding, StoreError> {
        let read = || -> rusqlite::Result<TrailStanding> {
            let observation: i64 = self
                .db
                .prepare_cached("SELECT coalesce(max(observation_id), 0) FROM observation")?
                .query_row([], |row| row.get(0))?;
            let followed: Option<(i64, i64, String)> = self
                .db
                .prepare_cached("SELECT at, observation, limits FROM followed WHERE family = ?1")?
                .query_row([family], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let Some((at, known, under)) = followed else {
                return Ok(TrailStanding { followed_at: None, changed: true, observation });
            };
            let came: bool = self
                .db
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM observation o WHERE o.observation_id > ?2 AND (
                        o.state = 'gone'
                        OR EXISTS (SELECT 1 FROM tx_input i JOIN frontier f ON f.family = ?1 AND f.txid = i.prev_txid
                                   AND f.vout = i.prev_vout WHERE i.tx_id = o.tx_id)
                        OR EXISTS (SELECT 1 FROM spend s JOIN watched w ON w.address = s.address
                                   WHERE s.tx_id = o.tx_id AND w.family = ?1)))",
                )?
                .query_row(params![family, known], |row| row.get(0))?;
            Ok(TrailStanding { followed_at: Some(time(at)), changed: came || under != limits, observation })
        };
        read().map_err(|error| self.explain(error))
    }

    /// The blocks of the ledger that were not in the best chain of one of these explorers when it was asked last.
    pub fn blocks_left(&self, explorers: &[String]) -> Result<Vec<BlockHash>, StoreError> {
        let read = || -> rusqlite::Result<Vec<BlockHash>> {
            let mut query = self
                .db
                .prepare_cached("SELECT block_hash FROM best_chain_check WHERE explorer = ?1 AND NOT in_chain")?;
            let mut out = Vec::new();
            for explorer in explorers {
                let mut rows = query.query([explorer])?;
                while let Some(row) = rows.next()? {
                    out.push(parsed(row, 0)?);
                }
            }
            Ok(out)
        };
        read().map_err(|error| self.explain(error))
    }
}

/// The outputs of a transaction that are unspent as far as blocks were searched for them, and the moment up to which.
pub(super) fn unspent_by_blocks(db: &Connection, txid: &str) -> rusqlite::Result<Vec<(u32, Time)>> {
    db.prepare_cached(
        "SELECT DISTINCT a.vout, s.complete_to FROM watched_outpoint a JOIN scan s ON a.height <= s.to_height WHERE a.txid = ?1",
    )?
    .query_map([txid], |row| Ok((row.get(0)?, time(row.get(1)?))))?
    .collect()
}

/// Coins that a block made, which is at this height: they are looked for from the next one on.
pub(super) fn insert_made(db: &Connection, made: &[(String, OutPoint)], height: u32, at: Time) -> rusqlite::Result<()> {
    for (family, output) in made {
        db.prepare_cached(
            "INSERT INTO watched_outpoint (family, txid, vout, height, checked_at, settled) VALUES (?1, ?2, ?3, ?4, ?5, 1)
             ON CONFLICT DO UPDATE SET height = excluded.height, checked_at = excluded.checked_at, settled = 1",
        )?
        .execute(params![family, output.txid.to_string(), output.vout, height, at.timestamp()])?;
    }
    Ok(())
}

/// What spends this coin could not be taken in: somebody has to be asked about it.
pub(super) fn forget(db: &Connection, output: &OutPoint) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM watched_outpoint WHERE txid = ?1 AND vout = ?2")?
        .execute(params![output.txid.to_string(), output.vout])?;
    Ok(())
}
