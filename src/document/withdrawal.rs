use schemars::JsonSchema;
use serde::Serialize;

use super::{Frame, Money, btc};
use crate::domain::{Address, Amount, rfc3339};
use crate::figures;

/// A transaction that spends from the family and pays others.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Withdrawal {
    /// Name of the family.
    pub family: Option<String>,
    /// The transaction.
    pub txid: String,
    /// The moment that places it, on the chosen time basis.
    pub time: String,
    /// Time in the block's header.
    pub block_time: String,
    /// Height of the block.
    pub block_height: u32,
    /// When it was first seen; unknown where nobody told.
    pub first_seen: Option<String>,
    /// The addresses whose coins leave.
    pub addresses: Vec<String>,
    /// Satoshis that leave: spent minus what returns, the fee included; unknown where the value of a spent coin is.
    pub sats: Option<u64>,
    /// The same in bitcoin.
    #[schemars(extend("format" = "decimal"))]
    pub btc: Option<String>,
    /// Of the values.
    pub currency: &'static str,
    /// Value on the UTC day of `time`.
    #[serde(flatten)]
    pub money: Money,
    /// Whether the value of every spent coin is known, and `sats` with it.
    pub whole: bool,
}

impl Withdrawal {
    /// The withdrawal as it is told everywhere.
    pub fn of(withdrawal: &figures::Withdrawal, frame: Frame<'_>) -> Self {
        Self {
            family: Some(frame.family.to_owned()),
            txid: withdrawal.txid.to_string(),
            time: rfc3339(withdrawal.time),
            block_time: rfc3339(withdrawal.block_time),
            block_height: withdrawal.block_height,
            first_seen: withdrawal.first_seen.map(rfc3339),
            addresses: withdrawal.addresses.iter().map(Address::to_string).collect(),
            sats: withdrawal.amount.map(Amount::to_sat),
            btc: withdrawal.amount.map(btc),
            currency: frame.currency.code(),
            money: Money::of(withdrawal.value),
            whole: withdrawal.amount.is_some(),
        }
    }
}
