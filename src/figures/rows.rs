//! Payments and withdrawals for programs: the same row wherever it is written.

use serde_json::{Value as Json, json};

use super::{Payment, Withdrawal};
use crate::domain::{Value, rfc3339};

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
            "class": self.class,
            "after_withdrawal": self.after_withdrawal,
            "internal": self.internal,
            "explorer": self.explorer,
            "trust": self.trust,
        })
    }
}

impl Withdrawal {
    /// The withdrawal as JSON; `whole` is false where spends are missing from the ledger, and `sats` with them.
    pub fn as_json(&self) -> Json {
        let [low, close, high] = money(self.value);
        json!({
            "time": rfc3339(self.time),
            "block_time": rfc3339(self.block_time),
            "first_seen": self.first_seen.map(rfc3339),
            "block_height": self.block_height,
            "txid": self.txid.to_string(),
            "addresses": self.addresses,
            "sats": self.amount.to_sat(),
            "whole": self.is_whole,
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
