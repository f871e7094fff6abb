//! What rounds were made, and what explorers were like in them.

use rusqlite::{OptionalExtension, Row, params};

use super::ledger::time;
use super::{Store, StoreError};
use crate::domain::Time;

/// A round that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundRecord {
    /// When it began.
    pub started_at: Time,
    /// When it ended.
    pub ended_at: Time,
    /// `addresses` or `blocks`.
    pub follow: String,
    /// Addresses asked about, or looked for in blocks.
    pub addresses: usize,
    /// Blocks read.
    pub blocks: usize,
    /// Requests sent.
    pub requests: u64,
    /// Transactions that were new.
    pub new_transactions: usize,
    /// Addresses whose ledger does not equal the explorer's totals.
    pub unreconciled: usize,
    /// Addresses that nobody answered for.
    pub not_asked: usize,
    /// Transactions refused.
    pub refused: usize,
    /// The newest block of the explorer that answered, if it tells.
    pub tip: Option<(u32, Time)>,
    /// What failed.
    pub failures: Vec<String>,
}

/// What an explorer was like, added up over all rounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplorerRecord {
    /// Its name.
    pub name: String,
    /// The API it speaks.
    pub dialect: String,
    /// Base of its API.
    pub base: String,
    /// Requests sent to it.
    pub requests: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Those that it refused: too many, or not for us.
    pub refusals: u64,
    /// Those that failed otherwise.
    pub failures: u64,
    /// Milliseconds that its answers took, all together.
    pub latency_ms: u64,
    /// Its last answer.
    pub last_answer_at: Option<Time>,
    /// Its last failure.
    pub last_failure_at: Option<Time>,
    /// What that was.
    pub last_failure: Option<String>,
    /// It is not asked before.
    pub resting_until: Option<Time>,
}

impl Store {
    /// Writes down that a round was made. One in which as little happened as in the last takes its row over: nothing new, the same
    /// addresses, the same failures.
    pub fn record_round(&mut self, round: &RoundRecord) -> Result<(), StoreError> {
        let failures = round.failures.join("\n");
        let again = "UPDATE round SET started_at = ?1, ended_at = ?2, requests = ?6, tip_height = ?11, tip_time = ?12, times = times + 1
             WHERE round_id = (SELECT max(round_id) FROM round) AND follow = ?3 AND addresses = ?4 AND blocks = ?5 AND ?5 = 0
               AND new_transactions = ?7 AND ?7 = 0 AND unreconciled = ?8 AND not_asked = ?9 AND refused = ?10 AND failures = ?13";
        let write = |sql: &str| {
            self.db.prepare_cached(sql)?.execute(params![
                round.started_at.timestamp(),
                round.ended_at.timestamp(),
                round.follow,
                round.addresses,
                round.blocks,
                round.requests,
                round.new_transactions,
                round.unreconciled,
                round.not_asked,
                round.refused,
                round.tip.map(|t| t.0),
                round.tip.map(|t| t.1.timestamp()),
                failures,
            ])
        };
        let first = "INSERT INTO round (first_at, started_at, ended_at, follow, addresses, blocks, requests, new_transactions, unreconciled,
                 not_asked, refused, tip_height, tip_time, failures)
             VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        let written = || if write(again)? == 0 { write(first) } else { Ok(1) };
        written().map(|_| ()).map_err(|error| self.explain(error))
    }

    /// The last round that was made.
    pub fn last_round(&self) -> Result<Option<RoundRecord>, StoreError> {
        self.db
            .prepare_cached(
                "SELECT started_at, ended_at, follow, addresses, blocks, requests, new_transactions, unreconciled, not_asked,
                        refused, tip_height, tip_time, failures FROM round ORDER BY round_id DESC LIMIT 1",
            )
            .and_then(|mut q| q.query_row([], round).optional())
            .map_err(|error| self.explain(error))
    }

    /// Adds what explorers were like to what is known of them.
    pub fn record_explorers(&mut self, explorers: &[ExplorerRecord]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || {
            let work = self.db.transaction()?;
            for one in explorers {
                work.prepare_cached(
                    "INSERT INTO explorer (name, dialect, base, requests, answered, refusals, failures, latency_ms, last_answer_at,
                                           last_failure_at, last_failure, resting_until)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                     ON CONFLICT (name) DO UPDATE SET dialect = ?2, base = ?3, requests = requests + ?4, answered = answered + ?5,
                         refusals = refusals + ?6, failures = failures + ?7, latency_ms = latency_ms + ?8,
                         last_answer_at = coalesce(?9, last_answer_at), last_failure_at = coalesce(?10, last_failure_at),
                         last_failure = coalesce(?11, last_failure), resting_until = ?12",
                )?
                .execute(params![
                    one.name,
                    one.dialect,
                    one.base,
                    one.requests,
                    one.answered,
                    one.refusals,
                    one.failures,
                    one.latency_ms,
                    one.last_answer_at.map(|t| t.timestamp()),
                    one.last_failure_at.map(|t| t.timestamp()),
                    one.last_failure,
                    one.resting_until.map(|t| t.timestamp()),
                ])?;
            }
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// What is known of explorers, by name.
    pub fn explorers(&self) -> Result<Vec<ExplorerRecord>, StoreError> {
        self.db
            .prepare_cached(
                "SELECT name, dialect, base, requests, answered, refusals, failures, latency_ms, last_answer_at, last_failure_at,
                        last_failure, resting_until FROM explorer ORDER BY name",
            )
            .and_then(|mut q| q.query_map([], explorer)?.collect())
            .map_err(|error| self.explain(error))
    }
}

fn round(row: &Row<'_>) -> rusqlite::Result<RoundRecord> {
    let (height, tip_time): (Option<u32>, Option<i64>) = (row.get(10)?, row.get(11)?);
    let failures: String = row.get(12)?;
    Ok(RoundRecord {
        started_at: time(row.get(0)?),
        ended_at: time(row.get(1)?),
        follow: row.get(2)?,
        addresses: row.get(3)?,
        blocks: row.get(4)?,
        requests: row.get(5)?,
        new_transactions: row.get(6)?,
        unreconciled: row.get(7)?,
        not_asked: row.get(8)?,
        refused: row.get(9)?,
        tip: height.zip(tip_time.map(time)),
        failures: failures.lines().map(str::to_owned).collect(),
    })
}

fn explorer(row: &Row<'_>) -> rusqlite::Result<ExplorerRecord> {
    let moment = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.map(time));
    Ok(ExplorerRecord {
        name: row.get(0)?,
        dialect: row.get(1)?,
        base: row.get(2)?,
        requests: row.get(3)?,
        answered: row.get(4)?,
        refusals: row.get(5)?,
        failures: row.get(6)?,
        latency_ms: row.get(7)?,
        last_answer_at: moment(8)?,
        last_failure_at: moment(9)?,
        last_failure: row.get(10)?,
        resting_until: moment(11)?,
    })
}
