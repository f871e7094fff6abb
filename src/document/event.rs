use schemars::JsonSchema;
use serde::Serialize;

use super::{Frame, Money, btc};
use crate::domain::{Address, Amount, Txid, rfc3339};
use crate::events;
use crate::trace::Policy;

/// A cash-out event.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Event {
    /// Name of the family.
    pub family: String,
    /// What kind of thing: withdrawal, arrival, awakening, movement or payment.
    pub kind: &'static str,
    /// The transaction.
    pub txid: String,
    /// Index of the output that arrived; of an arrival alone.
    pub vout: Option<u32>,
    /// Time in the block's header; of a payment that waits, when it was first seen.
    pub time: String,
    /// Height of the block; null while a payment waits for one.
    pub block_height: Option<u32>,
    /// Satoshis that left, arrived or moved; unknown where the value of a spent coin is.
    pub sats: Option<u64>,
    /// The same in bitcoin.
    #[schemars(extend("format" = "decimal"))]
    pub btc: Option<String>,
    /// Of the values.
    pub currency: &'static str,
    /// Value on the UTC day of `time`.
    #[serde(flatten)]
    pub money: Money,
    /// The service at which it arrived.
    pub label: Option<String>,
    /// What that is: exchange, swap service, mixer.
    pub category: Option<String>,
    /// The service's address; of a payment, the family's.
    pub address: Option<String>,
    /// Transactions since the withdrawal, by the shortest way.
    pub hop: u32,
    /// The txids that lead to it, the withdrawal's first and its own last.
    pub path: Vec<String>,
    /// How mixed coins were told apart; none is needed for a withdrawal.
    pub policy: Option<&'static str>,
    /// What made it an event.
    pub rule: String,
    /// Low, close and high together; no column, since it has parts.
    pub value: Option<Money>,
    /// What else is known of a payment; of no other event, and no column, since it has parts.
    pub payment: Option<Paid>,
}

/// What is known of a payment beside what every event has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Paid {
    /// What kind of payment it looks like: demand, multiple, dust, other, unknown.
    pub class: &'static str,
    /// Satoshis that the family received up to then, in blocks, this payment included where it is in one.
    pub received_sats: u64,
    /// Value at the last known price, where its day has none yet.
    pub last_known: Option<LastKnown>,
}

/// A value at the price of an earlier day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LastKnown {
    /// The day.
    pub price_day: String,
    /// The value.
    #[serde(flatten)]
    pub money: Money,
}

impl Event {
    /// The event as it is told everywhere.
    pub fn of(event: &events::Event, frame: Frame<'_>) -> Self {
        Self {
            family: frame.family.to_owned(),
            kind: event.kind.name(),
            txid: event.txid.to_string(),
            vout: event.vout,
            time: rfc3339(event.time),
            block_height: event.height,
            sats: event.amount.map(Amount::to_sat),
            btc: event.amount.map(btc),
            currency: frame.currency.code(),
            money: Money::of(event.value),
            label: event.label.as_ref().map(|label| label.name.clone()),
            category: event.label.as_ref().map(|label| label.category.clone()),
            address: event.address.as_ref().map(Address::to_string),
            hop: event.hop,
            path: event.path.iter().map(Txid::to_string).collect(),
            policy: event.policy.map(Policy::name),
            rule: event.rule.clone(),
            value: event.value.map(|value| Money::of(Some(value))),
            payment: event.payment.as_ref().map(|paid| Paid {
                class: paid.class.name(),
                received_sats: paid.received.to_sat(),
                last_known: paid
                    .last_known
                    .map(|(day, value)| LastKnown { price_day: day.to_string(), money: Money::of(Some(value)) }),
            }),
        }
    }
}
