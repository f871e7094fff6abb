//! Rows of the tables of a page, in words.

use serde::Serialize;

use crate::domain::{Time, Value, format};
use crate::events::Event;
use crate::figures::Account;

/// What something was worth on one basis.
#[derive(Clone, Debug)]
pub struct ValueRow {
    /// The basis: when each payment arrived.
    pub basis: String,
    /// At the day's low, close and high; "unknown" where there is no price.
    pub low: String,
    /// At the close.
    pub close: String,
    /// At the high.
    pub high: String,
    /// What else is to be known.
    pub note: &'static str,
}

/// A cash-out event.
#[derive(Clone, Debug, Serialize)]
pub struct EventRow {
    /// Block time in the page's zone.
    pub time: String,
    /// Its kind.
    pub kind: &'static str,
    /// What left, arrived or moved.
    pub btc: String,
    /// The interval of its value.
    pub value: String,
    /// The service, with what it is.
    pub label: String,
    /// Transaction.
    pub txid: String,
    /// What made it an event.
    pub rule: String,
}

impl ValueRow {
    pub(super) fn new(basis: String, value: Option<Value>, note: &'static str) -> Self {
        let [low, close, high] = match value {
            Some(value) => value.rounded().map(format::cents),
            None => ["unknown", "unknown", "unknown"].map(str::to_owned),
        };
        Self { basis, low, close, high, note }
    }
}

impl EventRow {
    pub(super) fn of(event: &Event, account: &Account) -> Self {
        Self {
            time: moment(event.time, account),
            kind: event.kind.name(),
            btc: format::btc_if_known(event.amount),
            value: interval(event.value),
            label: event.label.as_ref().map_or(String::new(), |one| format!("{} ({})", one.name, one.category)),
            txid: event.txid.to_string(),
            rule: event.rule.clone(),
        }
    }
}

fn moment(time: Time, account: &Account) -> String {
    time.with_timezone(&account.question.zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Low to high, and the close.
pub(super) fn interval(value: Option<Value>) -> String {
    match value.map(|value| value.rounded().map(format::cents)) {
        Some([low, close, high]) => format!("{low} – {high} ({close})"),
        None => "unknown".to_owned(),
    }
}
