//! What can be claimed of a family's take: one measure a file and a line here. Each is answered by figures or the trail, and says
//! what it means to lie below or above the answer.

mod addresses;
mod arrived;
mod average_payment;
mod largest_payment;
mod left;
mod median_payment;
mod paying_days;
mod payment;
mod payments;
mod received;
mod seized;
mod sized;
mod smallest_payment;
mod transactions;
mod transfer;
mod withdrawal;
mod withdrawals;
mod withdrawn;

use anyhow::Result;
use chrono::NaiveDate;

use super::{Basis, Clause, Known, Landed, Place, Standing};
use crate::domain::{Decimal, Value};
use crate::figures::Account;
use crate::price::Prices;
use crate::trace::LabelInfo;

/// Something that a sentence can say a number of.
pub struct Measure {
    /// Its name as data: `largest-payment`.
    pub name: &'static str,
    /// What it is, to go into a sentence.
    pub about: &'static str,
    /// Words of its own, beside those of the language files: a language, and nouns in it that name the measure.
    pub phrases: &'static [(&'static str, &'static str)],
    /// The answer as a sentence, with `{of}` for the addresses, `{value}`, `{when}` for the days or `{on}` for their end, and `{nth}`.
    pub(super) told: &'static str,
    /// What the answer of the tracked addresses says of all that there may be.
    pub(super) grows: Grows,
    /// What of the ledger it rests on.
    pub(super) reads: Reads,
    /// The answer, basis by basis.
    pub(super) answer: fn(&Asked<'_>) -> Result<Vec<Measured>>,
}

/// What further addresses and payments, which nobody may know, can do to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grows {
    /// It can only grow: a sum, a count, the largest.
    Up,
    /// It can only shrink: the smallest.
    Down,
    /// Both.
    Either,
    /// More addresses make it more, and later spending makes it less.
    State,
}

/// What of the ledger a measure rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// What came in.
    Payments,
    /// What left.
    Withdrawals,
    /// Both.
    Both,
    /// The trail, which knows the clock of the blocks alone.
    Trail,
}

/// Who may have whose coins arrived there.
pub(super) type IsMeant<'a> = &'a dyn Fn(&LabelInfo) -> bool;

/// What a measure is asked.
pub(super) struct Asked<'a> {
    /// The claim.
    pub clause: &'a Clause,
    /// The account of its days and addresses.
    pub account: &'a Account,
    /// Prices in its currency; for coins and counts in any.
    pub prices: &'a Prices,
    /// As known then, or now.
    pub known: Known,
    /// The UTC day of the price then.
    pub day: NaiveDate,
    /// What arrived in those days at addresses that are meant.
    pub landed: &'a dyn Fn(IsMeant<'_>) -> Result<Landed>,
}

/// A value on a basis, before it is judged.
#[derive(Debug)]
pub(super) struct Measured {
    /// How it is counted.
    pub basis: Basis,
    /// In words, where the basis has others.
    pub what: Option<&'static str>,
    /// The UTC day of the price, where there is one day.
    pub day: Option<NaiveDate>,
    /// The value; of several that are meant the one that comes nearest to the claim.
    pub value: Option<Value>,
    /// What the value leaves out, or why there is none.
    pub missing: Option<String>,
    /// What else is to say of it.
    pub note: Option<String>,
    /// The first UTC day after the claim's on whose prices it is met.
    pub supported_from: Option<NaiveDate>,
}

impl Measured {
    /// A value and nothing else.
    fn of(basis: Basis, value: Option<Value>) -> Self {
        Self { basis, what: None, day: None, value, missing: None, note: None, supported_from: None }
    }

    /// A whole number.
    fn count(basis: Basis, number: usize) -> Self {
        Self::number(basis, Decimal::from(number))
    }

    /// A number that is the same at any price.
    fn number(basis: Basis, number: Decimal) -> Self {
        Self::of(basis, Some(Value { low: number, close: number, high: number }))
    }

    /// No value, and why.
    fn unknown(basis: Basis, missing: &str) -> Self {
        Self { missing: Some(missing.to_owned()), ..Self::of(basis, None) }
    }

    /// With the reason where there is no value.
    fn or(self, missing: &str) -> Self {
        let missing = self.value.is_none().then(|| missing.to_owned()).or(self.missing);
        Self { missing, ..self }
    }

    /// In other words.
    fn said(self, what: &'static str) -> Self {
        Self { what: Some(what), ..self }
    }
}

/// Of values that are all meant the one that comes nearest to the claim, and how many meet it.
fn nearest(clause: &Clause, values: impl IntoIterator<Item = Value>) -> (Option<Value>, usize) {
    let interval = &clause.interval;
    let gap = |value: &Value| match interval.against(value.low, value.high) {
        Standing::Overlaps => None,
        Standing::Below => interval.min.map(|min| min.at - value.high),
        Standing::Above => interval.max.map(|max| value.low - max.at),
    };
    let ends = interval.min.or(interval.max).zip(interval.max.or(interval.min));
    let middle = ends.map(|(min, max)| (min.at + max.at) / Decimal::TWO);
    let values: Vec<Value> = values.into_iter().collect();
    let met = values.iter().filter(|value| gap(value).is_none()).count();
    // Of those that meet it the one that lies nearest to its middle.
    let key = |value: &Value| (gap(value), middle.map(|middle| (value.close - middle).abs()));
    (values.into_iter().min_by_key(key), met)
}

/// A part of a whole in percent; `None` of nothing.
fn percent(part: crate::domain::Amount, whole: crate::domain::Amount) -> Option<Decimal> {
    (whole.to_sat() > 0).then(|| crate::figures::part(part, whole) * Decimal::ONE_HUNDRED)
}

/// Whether a label is at a place.
fn is_at(label: &LabelInfo, place: Option<&Place>) -> bool {
    let letters = |text: &str| -> String { text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect() };
    match place {
        None => label.service,
        // `hitbtc` is HitBTC, and `bitfinex` Bitfinex.com.
        Some(Place::Named(name)) => {
            let first = label.name.split(['.', ' ', ',']).next().unwrap_or_default();
            [letters(&label.name), letters(first)].contains(&letters(name)) && !letters(name).is_empty()
        }
        Some(Place::Category(category)) if category == "service" => label.service,
        Some(Place::Category(category)) => {
            letters(&label.category) == letters(category) || label.category.split(' ').next() == Some(category)
        }
    }
}

/// A measure is its name.
impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Measure {}

impl std::fmt::Debug for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All of them.
pub static MEASURES: &[&Measure] = &[
    &received::MEASURE,
    &withdrawn::MEASURE,
    &left::MEASURE,
    &payments::MEASURE,
    &transactions::MEASURE,
    &withdrawals::MEASURE,
    &addresses::MEASURE,
    &paying_days::MEASURE,
    &largest_payment::MEASURE,
    &smallest_payment::MEASURE,
    &average_payment::MEASURE,
    &median_payment::MEASURE,
    &payment::MEASURE,
    &withdrawal::MEASURE,
    &transfer::MEASURE,
    &arrived::MEASURE,
    &seized::MEASURE,
];

/// The measure of that name.
pub fn find(name: &str) -> Option<&'static Measure> {
    MEASURES.iter().copied().find(|measure| measure.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_measure() {
        for measure in MEASURES {
            assert_eq!(find(measure.name), Some(*measure));
            assert_eq!(MEASURES.iter().filter(|other| **other == *measure).count(), 1, "{measure:?}");
            assert!(measure.told.contains("{value}") && measure.told.contains("{of}"), "{measure:?}");
        }
        assert_eq!(find("loot"), None);
    }

    #[test]
    fn a_place_is_found_by_its_name_or_its_business() {
        let label = |name: &str, category: &str, service| LabelInfo {
            name: name.to_owned(),
            category: category.to_owned(),
            service,
        };
        let hitbtc = label("HitBTC", "exchange", true);
        let check = |label: &LabelInfo, place: Option<Place>, expect: bool| {
            assert_eq!(is_at(label, place.as_ref()), expect, "{label:?} {place:?}");
        };
        let named = |name: &str| Some(Place::Named(name.to_owned()));
        let category = |name: &str| Some(Place::Category(name.to_owned()));
        check(&hitbtc, named("hitbtc"), true);
        check(&hitbtc, named("hit"), false);
        check(&hitbtc, named(""), false);
        check(&label("Bitfinex.com", "exchange", true), named("bitfinex"), true);
        check(&label("Changelly swap", "swap service", true), category("swap"), true);
        check(&label("Changelly swap", "swap service", true), category("swap service"), true);
        check(&hitbtc, category("exchange"), true);
        check(&hitbtc, category("mixer"), false);
        check(&hitbtc, category("service"), true);
        check(&hitbtc, None, true);
        check(&label("FBI", "seizure", false), None, false);
    }
}
