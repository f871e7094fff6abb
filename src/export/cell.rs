use chrono::NaiveDate;
use serde_json::Value as Json;

use crate::domain::{Amount, Decimal, Time, Value, format, rfc3339};

/// One field of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Unknown, or there is none.
    Nothing,
    /// Words; in CSV they are made harmless for spreadsheets.
    Text(String),
    /// A whole number: satoshis, heights, counts.
    Integer(u64),
    /// A decimal number: money to the cent, bitcoin to the satoshi. In JSON a string, so that no reader makes a binary fraction of it.
    Decimal(Decimal),
    /// Yes or no.
    Flag(bool),
}

impl Cell {
    pub(super) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    pub(super) fn count(number: usize) -> Self {
        Self::Integer(number as u64)
    }

    pub(super) fn time(time: Time) -> Self {
        Self::Text(rfc3339(time))
    }

    pub(super) fn day(day: NaiveDate) -> Self {
        Self::Text(day.to_string())
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

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Nothing, Into::into)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
