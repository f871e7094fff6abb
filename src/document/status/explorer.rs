use schemars::JsonSchema;
use serde::Serialize;

use super::super::Timestamp;
use crate::domain::Time;
use crate::store::ExplorerRecord;

/// What an explorer was like, over all rounds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExplorerStatus {
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
    /// Those that it refused.
    pub refusals: u64,
    /// Those that failed otherwise.
    pub failures: u64,
    /// How long an answer took; null where it never answered.
    pub mean_latency_ms: Option<u64>,
    /// Its last answer.
    pub last_answer_at: Option<Timestamp>,
    /// Its last failure.
    pub last_failure_at: Option<Timestamp>,
    /// What that was.
    pub last_failure: Option<String>,
    /// It is not asked before; null where it does not rest.
    pub resting_until: Option<Timestamp>,
}

impl ExplorerStatus {
    pub(super) fn of(one: ExplorerRecord, now: Time) -> Self {
        Self {
            name: one.name,
            dialect: one.dialect,
            base: one.base,
            requests: one.requests,
            answered: one.answered,
            refusals: one.refusals,
            failures: one.failures,
            mean_latency_ms: one.latency_ms.checked_div(one.answered),
            last_answer_at: one.last_answer_at.map(Timestamp),
            last_failure_at: one.last_failure_at.map(Timestamp),
            last_failure: one.last_failure,
            resting_until: one.resting_until.filter(|until| *until > now).map(Timestamp),
        }
    }
}
