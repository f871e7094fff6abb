use chrono_tz::Tz;

use crate::domain::{Moment, Time, TimeBasis};

/// What is asked of a ledger.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Up to when; `None` is the ledger's last observation.
    pub as_of: Option<Moment>,
    /// Which clock places a payment.
    pub basis: TimeBasis,
    /// The zone that days, weeks and months are those of. The price day is always the UTC day.
    pub zone: Tz,
}

impl Default for Question {
    fn default() -> Self {
        Self { as_of: None, basis: TimeBasis::Block, zone: Tz::UTC }
    }
}

impl Question {
    /// The moment that places a row; a row that nobody saw first is placed by its block, and a caveat counts such rows.
    pub(super) fn place(&self, block_time: Time, first_seen: Option<Time>) -> Time {
        match self.basis {
            TimeBasis::Block => block_time,
            TimeBasis::FirstSeen => first_seen.unwrap_or(block_time),
        }
    }
}
