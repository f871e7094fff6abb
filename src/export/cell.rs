//! Cells as the tables of an export make them, and as JSON shows them.

use chrono::NaiveDate;
use serde_json::Value as Json;

pub use crate::domain::csv::Cell;
use crate::domain::{Amount, Time, Value, format, rfc3339};

impl Cell {
    pub(super) fn time(time: Time) -> Self {
        Self::Text(rfc3339(time))
    }

    pub(super) fn day(day: NaiveDate) -> Self {
        Self::Text(day.to_string())
    }

    pub(super) fn count(number: usize) -> Self {
        Self::Integer(number as u64)
    }

    pub(super) fn sats(amount: Amount) -> Self {
        Self::Integer(amount.to_sat())
    }

    /// The same amount in bitcoin, always with eight places.
    pub(super) fn btc(amount: Amount) -> Self {
        let mut btc = format::in_btc(amount);
        btc.rescale(8);
        Self::Decimal(btc)
    }

    /// Low, close or high, to the cent.
    pub(super) fn money(value: Option<&Value>, which: usize) -> Self {
        let rounded = value.and_then(|value| value.rounded().get(which).copied());
        rounded.map_or(Self::Nothing, Self::Decimal)
    }

    pub(super) fn json(&self) -> Json {
        match self {
            Self::Nothing => Json::Null,
            Self::Text(text) => text.as_str().into(),
            Self::Integer(number) => (*number).into(),
            Self::Decimal(number) => number.to_string().into(),
            Self::Flag(flag) => (*flag).into(),
        }
    }
}
