//! Rows of the tables of a page, in words.

use serde::Serialize;

use crate::domain::{Address, Time, Value, format};
use crate::events::Event;
use crate::figures::{Account, AddressFigures, Payment, Withdrawal};

/// What something was worth on one basis.
#[derive(Clone, Debug, Serialize)]
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

/// A payment.
#[derive(Clone, Debug, Serialize)]
pub struct PaymentRow {
    /// On the page's time basis and in its zone.
    pub time: String,
    /// Transaction.
    pub txid: String,
    /// Output index.
    pub vout: u32,
    /// The address paid.
    pub address: String,
    /// Bitcoin with all eight places.
    pub btc: String,
    /// The interval of its value.
    pub value: String,
    /// Its class, and what else sets it apart.
    pub class: String,
    /// How far it can be trusted.
    pub trust: &'static str,
}

/// A withdrawal.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawalRow {
    /// On the page's time basis and in its zone.
    pub time: String,
    /// Transaction.
    pub txid: String,
    /// What left.
    pub btc: String,
    /// The interval of its value.
    pub value: String,
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

/// An address of the family.
#[derive(Clone, Debug, Serialize)]
pub struct AddressRow {
    /// The address.
    pub address: String,
    /// All that came to it.
    pub received: String,
    /// All that left it.
    pub withdrawn: String,
    /// Transactions that touch it.
    pub transactions: String,
    /// Whether its ledger equals the explorer's totals.
    pub check: String,
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

impl PaymentRow {
    pub(super) fn of(payment: &Payment, account: &Account) -> Self {
        Self {
            time: moment(payment.time, account),
            txid: payment.txid.to_string(),
            vout: payment.vout,
            address: payment.address.to_string(),
            btc: format::btc(payment.amount, 8),
            value: interval(payment.value),
            class: payment.kind(),
            trust: payment.trust.name(),
        }
    }
}

impl WithdrawalRow {
    pub(super) fn of(row: &Withdrawal, account: &Account) -> Self {
        let btc = format::btc_if_known(row.amount);
        Self { time: moment(row.time, account), txid: row.txid.to_string(), btc, value: interval(row.value) }
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

impl AddressRow {
    pub(super) fn of(row: &AddressFigures) -> Self {
        let by = row.checked_with.as_deref().unwrap_or("nobody");
        let check = match row.reconciled {
            Some(true) => format!("equals the totals of {by}"),
            Some(false) => format!("does not equal the totals of {by}"),
            None => "never asked about".to_owned(),
        };
        Self {
            address: Address::to_string(&row.address),
            received: format::btc(row.received, 8),
            withdrawn: format::btc_if_known(row.withdrawn),
            transactions: format::grouped(row.transactions as u64),
            check,
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
