//! The totals of a family in the shape that `summary --json` prints.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::classes::{Class, ClassFigures};
use super::worth::Peak;
use crate::domain::{Address, Amount, Caveat, Decimal, Time, TimeBasis, Trust, Value, rfc3339};

/// The figures of a family (field names are those of `summary --json`).
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// Short name.
    pub family: String,
    /// Name in print.
    pub title: String,
    /// The last second that counts.
    #[serde(serialize_with = "as_rfc3339")]
    #[schemars(with = "String")]
    pub as_of: Time,
    /// The moment to which the ledger is complete; `None` where an address was never asked.
    #[serde(serialize_with = "as_rfc3339_option")]
    #[schemars(with = "Option<String>")]
    pub recorded_to: Option<Time>,
    /// Clock used.
    #[schemars(with = "String")]
    pub time_basis: TimeBasis,
    /// Zone used.
    pub time_zone: String,
    /// Currency of every value (ISO 4217).
    pub currency: String,
    /// What came in, without what comes from the family and what joined its coins.
    pub received: Received,
    /// Coins of others that came in together with coins of the family: no income, and no transfer within it.
    pub joined: Joined,
    /// What left.
    pub withdrawn: Withdrawn,
    /// What is left on the addresses: all that was paid to them less their coins that were spent. `None` where the value of a
    /// spent coin is unknown, and where the ledger holds more spends than payments.
    #[serde(rename = "balance_sats", serialize_with = "as_sats_option")]
    #[schemars(with = "Option<u64>")]
    pub balance: Option<Amount>,
    /// Inflows that wait for a block: not part of any other figure.
    pub unconfirmed: Unconfirmed,
    /// The same, with whether that is all.
    pub waiting: Waiting,
    /// Inflows by class.
    #[schemars(with = "BTreeMap<String, ClassFigures>")]
    pub classes: BTreeMap<Class, ClassFigures>,
    /// The tolerance around demands, printed beside the classes: `0.10`.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub class_tolerance: Decimal,
    /// Inflows not counted as income.
    pub internal: Internal,
    /// Ways of counting the income, side by side: those of the family's own addresses, and after [`with_linked`](super::with_linked) those
    /// with linked addresses.
    pub estimates: Vec<Estimate>,
    /// Inflows that came after the wallets had been emptied.
    pub after_withdrawal: Apart,
    /// Address by address.
    pub addresses: Vec<AddressFigures>,
    /// Who told.
    pub explorers: Vec<String>,
    /// Inflows by how far their transactions can be trusted.
    #[schemars(with = "BTreeMap<String, Apart>")]
    pub trust: BTreeMap<Trust, Apart>,
    /// Where the prices come from.
    pub price_source: String,
    /// What a reader must know before printing these figures.
    pub caveats: Vec<Caveat>,
}

impl Summary {
    /// Whether every address equals the explorer's totals to the satoshi.
    pub fn reconciled(&self) -> bool {
        self.addresses.iter().all(|a| a.reconciled == Some(true))
    }
}

/// What came in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Received {
    /// Outputs to the family's addresses.
    pub outputs: usize,
    /// Transactions that hold them. Neither number is a number of victims.
    pub transactions: usize,
    /// Their sum.
    #[serde(rename = "sats", serialize_with = "as_sats")]
    #[schemars(with = "u64")]
    pub amount: Amount,
    /// Time of the first.
    #[serde(serialize_with = "as_rfc3339_option")]
    #[schemars(with = "Option<String>")]
    pub first: Option<Time>,
    /// Time of the last.
    #[serde(serialize_with = "as_rfc3339_option")]
    #[schemars(with = "Option<String>")]
    pub last: Option<Time>,
    /// Each payment at the price of its day.
    pub at_receipt: Option<Value>,
    /// All the coins at the price of the day of `as_of`.
    pub as_of_value: Option<AsOfValue>,
    /// All the coins on the day when they were worth most.
    pub peak: Option<Peak>,
    /// Outputs whose day has no price; they are not in `at_receipt`.
    pub without_price: usize,
    /// Their sum in satoshis.
    #[serde(serialize_with = "as_sats")]
    #[schemars(with = "u64")]
    pub without_price_sats: Amount,
}

/// The coins received, at the price of one day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AsOfValue {
    /// The UTC day.
    #[schemars(with = "String")]
    pub date: NaiveDate,
    /// The interval.
    #[serde(flatten)]
    pub value: Value,
}

/// What left.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Withdrawn {
    /// Transactions that spend from the family and pay others.
    pub transactions: usize,
    /// What left, net of what returned; `None` where that is unknown of one of them.
    #[serde(rename = "sats", serialize_with = "as_sats_option")]
    #[schemars(with = "Option<u64>")]
    pub amount: Option<Amount>,
    /// Those of which it is unknown, since the value of a spent coin is.
    pub unknown: usize,
    /// Time of the first.
    #[serde(serialize_with = "as_rfc3339_option")]
    #[schemars(with = "Option<String>")]
    pub first: Option<Time>,
    /// Time of the last.
    #[serde(serialize_with = "as_rfc3339_option")]
    #[schemars(with = "Option<String>")]
    pub last: Option<Time>,
    /// Each withdrawal at the price of the day it left; `None` where the amount is unknown.
    pub at_withdrawal: Option<Value>,
    /// Withdrawals of known amount whose day has no price; they are not in `at_withdrawal`.
    pub without_price: usize,
}

/// Inflows set apart, with their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Apart {
    /// How many outputs.
    pub outputs: usize,
    /// Their sum.
    #[serde(rename = "sats", serialize_with = "as_sats")]
    #[schemars(with = "u64")]
    pub amount: Amount,
}

/// What transactions that spend from the family pay back to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Internal {
    /// How many outputs.
    pub outputs: usize,
    /// The family's own coins among them; `None` where the value of a spent coin is unknown.
    #[serde(rename = "sats", serialize_with = "as_sats_option")]
    #[schemars(with = "Option<u64>")]
    pub amount: Option<Amount>,
    /// Fees of transactions that pay nobody else; those of withdrawals are part of what left.
    #[serde(rename = "fees_sats", serialize_with = "as_sats_option")]
    #[schemars(with = "Option<u64>")]
    pub fees: Option<Amount>,
}

/// Coins of others that came in together with coins of the family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Joined {
    /// Transactions that brought them.
    pub transactions: usize,
    /// Their sum, without the fees; `None` where the value of a spent coin is unknown.
    #[serde(rename = "sats", serialize_with = "as_sats_option")]
    #[schemars(with = "Option<u64>")]
    pub amount: Option<Amount>,
}

/// One way of counting the income (the names are those of Gomez et al., CCS 2023).
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Estimate {
    /// `DD`, `DD-DC`, `DD-DC+MI`, `DD-DC+MI-OW`.
    pub name: &'static str,
    /// What it counts; in words, and so no part of the data.
    #[serde(skip)]
    pub meaning: &'static str,
    /// Addresses whose income is counted.
    pub addresses: usize,
    /// Outputs counted.
    pub outputs: usize,
    /// Transactions that hold them.
    pub transactions: usize,
    /// Their sum.
    #[serde(rename = "sats", serialize_with = "as_sats")]
    #[schemars(with = "u64")]
    pub amount: Amount,
    /// Each output at the price of its day.
    pub at_receipt: Option<Value>,
    /// Outputs whose day has no price; they are not in `at_receipt`.
    pub without_price: usize,
    /// Outputs dropped against the line before.
    pub dropped_outputs: usize,
    /// Their sum.
    #[serde(rename = "dropped_sats", serialize_with = "as_sats")]
    #[schemars(with = "u64")]
    pub dropped: Amount,
    /// Outputs added against the line before.
    pub added_outputs: usize,
    /// Their sum.
    #[serde(rename = "added_sats", serialize_with = "as_sats")]
    #[schemars(with = "u64")]
    pub added: Amount,
}

/// Money that waits for a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unconfirmed {
    /// Outputs to the family waiting.
    pub outputs: usize,
    /// Their sum.
    #[serde(rename = "sats", serialize_with = "as_sats")]
    #[schemars(with = "u64")]
    pub amount: Amount,
    /// Outputs of the family whose spending waits.
    pub spent_outputs: usize,
    /// Their sum; `None` where the value of one is unknown.
    #[serde(serialize_with = "as_sats_option")]
    #[schemars(with = "Option<u64>")]
    pub spent_sats: Option<Amount>,
}

/// Money that waits for a block, and whether it is all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waiting {
    /// What is recorded of it.
    #[serde(flatten)]
    pub money: Unconfirmed,
    /// Whether all waiting transactions that explorers counted were read; else it is at least so much. `None` where that is not
    /// known: nobody was asked, or the question is about an earlier moment.
    pub whole: Option<bool>,
}

/// The figures of one address, gross, as explorers count them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AddressFigures {
    /// The address.
    #[schemars(with = "String")]
    pub address: Address,
    /// Sum of the outputs to it.
    #[serde(rename = "received_sats", serialize_with = "as_sats")]
    #[schemars(with = "u64")]
    pub received: Amount,
    /// Sum of its outputs that were spent; `None` where the value of one is unknown.
    #[serde(rename = "withdrawn_sats", serialize_with = "as_sats_option")]
    #[schemars(with = "Option<u64>")]
    pub withdrawn: Option<Amount>,
    /// Outputs to it.
    pub outputs: usize,
    /// Transactions that pay it, spend from it or both, each once.
    pub transactions: usize,
    /// Whether the confirmed ledger of the address equals the explorer's totals; `None` when never asked: not compared.
    pub reconciled: Option<bool>,
    /// Whether all that the explorer counted as waiting was read; `None` when never asked.
    pub waiting_whole: Option<bool>,
    /// The moment to which it was looked for in blocks, if it was. Never asked about, only what came since then is known.
    #[serde(serialize_with = "as_rfc3339_option")]
    #[schemars(with = "Option<String>")]
    pub in_blocks_to: Option<Time>,
    /// The explorer that the totals are from.
    pub checked_with: Option<String>,
    /// The moment to which its ledger is complete; `None` unless reconciled.
    #[serde(serialize_with = "as_rfc3339_option")]
    #[schemars(with = "Option<String>")]
    pub recorded_to: Option<Time>,
}

fn as_sats<S: Serializer>(amount: &Amount, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(amount.to_sat())
}

fn as_sats_option<S: Serializer>(amount: &Option<Amount>, serializer: S) -> Result<S::Ok, S::Error> {
    amount.map(Amount::to_sat).serialize(serializer)
}

fn as_text<S: Serializer>(number: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

fn as_rfc3339<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*time))
}

fn as_rfc3339_option<S: Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.serialize_some(&rfc3339(*time)),
        None => serializer.serialize_none(),
    }
}
