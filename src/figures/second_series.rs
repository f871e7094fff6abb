//! What a second price series says of the same money, and which prices rest on one copy: told beside the figures that take such days.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::payment::{Payment, Withdrawal};
use super::summary::Summary;
use super::totals;
use crate::domain::{Value, format};
use crate::price::{Extreme, Prices};

/// Most extremes that are told one by one.
const TOLD: usize = 3;

/// The caveats; `days` are all whose price a figure takes, `asked` the one that the account is taken at.
pub(super) fn caveats(
    summary: &Summary,
    payments: &[Payment],
    withdrawals: &[Withdrawal],
    prices: &Prices,
    days: &BTreeSet<NaiveDate>,
    asked: NaiveDate,
) -> Vec<String> {
    let mut out = Vec::new();
    let others: Vec<&'static str> = days.iter().filter_map(|day| Some(prices.other(*day)?.source)).collect();
    let said = by_the_other(summary, payments, withdrawals, prices, asked);
    if let Some(source) = others.first().filter(|_| !said.is_empty()) {
        let days = format::count(others.len(), "day", "days");
        out.push(format!(
            "{source} tells other prices of {days} whose prices here are Mt. Gox's; by it (low, close, high, {}) {}",
            prices.currency().code(),
            said.join(", ")
        ));
    }
    let alone: Vec<&NaiveDate> = days.iter().filter(|day| prices.rests_on_one_copy(**day)).collect();
    match alone.as_slice() {
        [] => {}
        [day] => out.push(format!("the price of {day} rests on one public copy of its source")),
        several => out.push(format!("the prices of {} days rest on one public copy of their source", several.len())),
    }
    let one: Vec<&NaiveDate> = days.iter().filter(|day| prices.one_source_alone(**day)).collect();
    match one.as_slice() {
        [] => {}
        [day] => out.push(format!("low and high of {day} are the word of one price source")),
        several => out.push(format!("lows and highs of {} days are the word of one price source", several.len())),
    }
    let extremes: Vec<&Extreme> = days.iter().flat_map(|day| prices.extremes(*day)).collect();
    out.extend(extremes.iter().take(TOLD).map(|extreme| format!("on {extreme}; the second is used")));
    if extremes.len() > TOLD {
        let more = format::count(extremes.len() - TOLD, "further low or high", "further lows or highs");
        out.push(format!("a second source does not support {more}, and its own are used; run: ransomtrail prices"));
    }
    out
}

/// Every figure that takes such a day, with the other series' prices where it has one.
fn by_the_other(
    summary: &Summary,
    payments: &[Payment],
    withdrawals: &[Withdrawal],
    prices: &Prices,
    asked: NaiveDate,
) -> Vec<String> {
    let price = |day: NaiveDate| prices.other(day).map(|other| other.price).or(prices.at(day));
    let concerned = |day: NaiveDate| prices.other(day).is_some();
    let mut out = Vec::new();
    let income = || payments.iter().filter(|p| !p.internal);
    if income().any(|p| concerned(p.price_day())) {
        let value = totals::sum(income().map(|p| Some(Value::of(p.amount, &price(p.price_day())?))));
        out.extend(value.map(|value| format!("received is {} at receipt", shown(&value))));
    }
    if withdrawals.iter().any(|w| concerned(w.time.date_naive())) {
        let value = |w: &Withdrawal| Some(Value::of(w.amount?, &price(w.time.date_naive())?));
        let value = totals::sum(withdrawals.iter().map(value)).filter(|_| summary.withdrawn.amount.is_some());
        out.extend(value.map(|value| format!("withdrawn is {} at withdrawal", shown(&value))));
    }
    if let Some(other) = prices.other(asked).filter(|_| summary.received.outputs > 0) {
        let value = Value::of(summary.received.amount, &other.price);
        out.push(format!("received is {} on {asked}", shown(&value)));
    }
    if let Some((peak, other)) = summary.received.peak.as_ref().and_then(|peak| Some((peak, prices.other(peak.date)?)))
    {
        let value = Value::of(peak.amount, &other.price);
        out.push(format!("the highest is {} on {}", shown(&value), peak.date));
    }
    out
}

fn shown(value: &Value) -> String {
    value.rounded().map(format::cents).join(" – ")
}
