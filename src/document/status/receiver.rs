use schemars::JsonSchema;
use serde::Serialize;

use super::super::Timestamp;
use crate::store::OutboxState;

/// Somebody who is told when coins move.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReceiverStatus {
    /// Its name in the configuration.
    pub receiver: String,
    /// Notices that it was sent.
    pub sent: usize,
    /// Notices that wait.
    pub waiting: usize,
    /// Notices that are not sent, because it refused them for good or because somebody said so.
    pub skipped: usize,
    /// Of those, the ones that it refused, and that nobody has seen to.
    pub refused: usize,
    /// When it was sent the last one.
    pub last_sent_at: Option<Timestamp>,
    /// Why the last try of one that waits failed.
    pub failure: Option<String>,
    /// When that one is tried again.
    pub next_try: Option<Timestamp>,
}

impl ReceiverStatus {
    /// How the notices of one stand.
    pub fn of(receiver: String, state: OutboxState) -> Self {
        Self {
            receiver,
            sent: state.sent,
            waiting: state.waiting,
            skipped: state.skipped,
            refused: state.refused,
            last_sent_at: state.last_sent_at.map(Timestamp),
            failure: state.failure,
            next_try: state.next_try.map(Timestamp),
        }
    }
}
