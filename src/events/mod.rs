//! Cash-out events: what of all that happened to a family's coins is news.
//!
//! Three rules make an event: a transaction spends from the family ([`EventKind::Withdrawal`]); followed coins arrive at an address
//! that a label names a service ([`EventKind::Arrival`]); followed coins move after a long rest ([`EventKind::Awakening`]). What
//! merely moves on ([`EventKind::Movement`]), and what comes in ([`EventKind::Payment`]), is told where somebody asks for it. Pure functions
//! of figures and trail; only transactions in blocks count, but for payments, which may wait for one.

mod rules;

use chrono::NaiveDate;

use crate::domain::{Address, Amount, EventKind, Time, Txid, Value};
use crate::figures::Class;
use crate::trace::{LabelInfo, Policy};

pub use rules::{Watched, events};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What kind of thing.
    pub kind: EventKind,
    /// The transaction in which it happened.
    pub txid: Txid,
    /// The output that arrived; of an arrival or a payment alone.
    pub vout: Option<u32>,
    /// Time in its block's header; of a payment that waits, when it was first seen.
    pub time: Time,
    /// Height of its block; `None` of a payment that waits for one.
    pub height: Option<u32>,
    /// Satoshis: what left, what of the followed coins arrived, or what of them moved.
    pub amount: Option<Amount>,
    /// Value of `amount` on the UTC day of `time`; `None` where that day has no price.
    pub value: Option<Value>,
    /// What else is known of a payment.
    pub payment: Option<Paid>,
    /// The service at which it arrived.
    pub label: Option<LabelInfo>,
    /// The service's address; of a payment, the family's.
    pub address: Option<Address>,
    /// The transactions that lead to it, the withdrawal first and its own last.
    pub path: Vec<Txid>,
    /// Transactions since the withdrawal: a withdrawal is 0.
    pub hop: u32,
    /// The assumption by which mixed coins were told apart; of a withdrawal none is needed.
    pub policy: Option<Policy>,
    /// What made it an event, in words.
    pub rule: String,
}

/// What is known of a payment beside what every event has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// What kind of payment it looks like.
    pub class: Class,
    /// All that the family received up to then, in blocks.
    pub received: Amount,
    /// Where its day has no price: the value at the last known one, and the day of that.
    pub last_known: Option<(NaiveDate, Value)>,
}

impl Event {
    /// What tells it from all other events of its family, also when it is computed again: `arrival:TXID:VOUT`.
    pub fn key(&self) -> String {
        match self.vout {
            Some(vout) => format!("{}:{}:{vout}", self.kind, self.txid),
            None => format!("{}:{}", self.kind, self.txid),
        }
    }
}
