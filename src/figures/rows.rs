//! Payments and withdrawals for programs: the same row wherever it is written.

use serde_json::{Value as Json, json};

use super::payment::{Payment, Withdrawal};
use crate::domain::{Amount, Value, rfc3339};

impl Payment {
    /// The payment as JSON; satoshis are integers, money is decimal text with two places.
    pub fn as_json(&self) -> Json {
        let [low, close, high] = money(self.value);
        json!({
            "time": rfc3339(self.time),
            "block_time": rfc3339(self.block_time),
            "first_seen": self.first_seen.map(rfc3339),
            "block_height": self.block_height,
            "txid": self.txid.to_string(),
            "vout": self.vout,
            "address": self.address,
            "sats": self.amount.to_sat(),
            "low": low,
            "close": close,
            "high": high,
            "class": self.class(),
            "after_withdrawal": self.after_withdrawal,
            "internal": self.internal,
            "internal_sats": self.within().map(Amount::to_sat),
            "joined_sats": self.joined.map(Amount::to_sat),
            "explorer": self.explorer,
            "trust": self.trust,
        })
    }
}

impl Withdrawal {
    /// The withdrawal as JSON; `whole` is false where the value of a spent coin is unknown, and `sats` with it.
    pub fn as_json(&self) -> Json {
        let [low, close, high] = money(self.value);
        json!({
            "time": rfc3339(self.time),
            "block_time": rfc3339(self.block_time),
            "first_seen": self.first_seen.map(rfc3339),
            "block_height": self.block_height,
            "txid": self.txid.to_string(),
            "addresses": self.addresses,
            "sats": self.amount.map(Amount::to_sat),
            "whole": self.amount.is_some(),
            "low": low,
            "close": close,
            "high": high,
        })
    }
}

/// Low, close and high; nothing where there is no price.
fn money(value: Option<Value>) -> [Option<String>; 3] {
    value.map_or([None, None, None], |value| value.rounded().map(|amount| Some(amount.to_string())))
}
