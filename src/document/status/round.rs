use schemars::JsonSchema;
use serde::Serialize;

use super::super::Timestamp;
use crate::domain::Time;
use crate::store::RoundRecord;

/// The last round.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RoundStatus {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How long ago that is.
    pub age_seconds: i64,
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
    /// The newest block of the explorer that answered.
    pub tip_height: Option<u32>,
    /// Its time.
    pub tip_time: Option<Timestamp>,
    /// What failed.
    pub failures: Vec<String>,
}

impl RoundStatus {
    pub(super) fn of(round: RoundRecord, now: Time) -> Self {
        Self {
            started_at: Timestamp(round.started_at),
            ended_at: Timestamp(round.ended_at),
            age_seconds: (now - round.ended_at).num_seconds(),
            follow: round.follow,
            addresses: round.addresses,
            blocks: round.blocks,
            requests: round.requests,
            new_transactions: round.new_transactions,
            unreconciled: round.unreconciled,
            not_asked: round.not_asked,
            refused: round.refused,
            tip_height: round.tip.map(|(height, _)| height),
            tip_time: round.tip.map(|(_, time)| Timestamp(time)),
            failures: round.failures,
        }
    }
}
