use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Amount, Demand, DemandAmount, Family, Value};

/// What kind of payment an inflow looks like. It is a reading of the amount and the day, not proof of a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// As much as was demanded on that day, within the tolerance.
    Demand,
    /// Two to five times a demand.
    Multiple,
    /// Below 1 US dollar or 1,000 satoshis.
    Dust,
    /// Anything else.
    Other,
    /// The day has no price, so that a demand in dollars cannot be told.
    Unknown,
}

impl Class {
    /// Every class, in the order of print.
    pub const ALL: [Class; 5] = [Class::Demand, Class::Multiple, Class::Dust, Class::Other, Class::Unknown];

    /// The class in words.
    pub fn name(self) -> &'static str {
        match self {
            Class::Demand => "demand",
            Class::Multiple => "multiple",
            Class::Dust => "dust",
            Class::Other => "other",
            Class::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What the inflows of a class add up to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ClassFigures {
    /// Outputs.
    pub outputs: usize,
    /// Their sum in satoshis.
    pub sats: u64,
    /// Value at receipt, at the close; `None` where no price is known.
    pub close: Option<String>,
}

/// How far a value at the close may be from a multiple of a demand: ±5 %.
const MULTIPLE_TOLERANCE: Decimal = Decimal::from_parts(5, 0, 0, false, 2);
/// ±10 %, where a family names no demand.
const DEFAULT_TOLERANCE: Decimal = Decimal::from_parts(10, 0, 0, false, 2);
const DUST_SATS: u64 = 1_000;

/// The class of an inflow: `usd` is its value in US dollars on `day`, the UTC day of the chosen time basis.
pub(super) fn class_of(family: &Family, day: NaiveDate, amount: Amount, usd: Option<&Value>) -> Class {
    let dust_in_usd = usd.is_some_and(|v| v.close < Decimal::ONE);
    if amount.to_sat() < DUST_SATS || dust_in_usd {
        return Class::Dust;
    }
    let running = || family.demands.iter().filter(|d| runs_on(d, day));
    if running().any(|d| meets(d, amount, usd) == Some(true)) {
        return Class::Demand;
    }
    if running().any(|d| is_multiple(d, amount, usd) == Some(true)) {
        return Class::Multiple;
    }
    // Without a price neither a demand in dollars nor dust can be told.
    if usd.is_none() { Class::Unknown } else { Class::Other }
}

fn runs_on(demand: &Demand, day: NaiveDate) -> bool {
    demand.from.is_none_or(|from| from <= day) && demand.to.is_none_or(|to| day <= to)
}

/// Whether the payment's interval of value overlaps the demand with its tolerance; `None` where the value is unknown.
fn meets(demand: &Demand, amount: Amount, usd: Option<&Value>) -> Option<bool> {
    let (low, high, wanted) = match demand.amount {
        DemandAmount::Usd(wanted) => {
            let value = usd?;
            (value.low, value.high, wanted)
        }
        DemandAmount::Btc(wanted) => (sats(amount), sats(amount), sats(wanted)),
    };
    Some(high >= wanted * (Decimal::ONE - demand.tolerance) && low <= wanted * (Decimal::ONE + demand.tolerance))
}

fn is_multiple(demand: &Demand, amount: Amount, usd: Option<&Value>) -> Option<bool> {
    let (close, wanted) = match demand.amount {
        DemandAmount::Usd(wanted) => (usd?.close, wanted),
        DemandAmount::Btc(wanted) => (sats(amount), sats(wanted)),
    };
    Some((2..=5u32).any(|times| {
        let whole = wanted * Decimal::from(times);
        (close - whole).abs() <= whole * MULTIPLE_TOLERANCE
    }))
}

fn sats(amount: Amount) -> Decimal {
    Decimal::from(amount.to_sat())
}

/// The tolerance that the family's demands are taken with (the widest, where they differ).
pub(super) fn tolerance(family: &Family) -> Decimal {
    family.demands.iter().map(|d| d.tolerance).max().unwrap_or(DEFAULT_TOLERANCE)
}
