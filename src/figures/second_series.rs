//! What a second price series says of the same money, and which prices are one copy's or one source's word: told beside the figures that take
//! such days.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::payment::{Payment, Withdrawal};
use super::summary::Summary;
use super::totals;
use crate::domain::caveat::Code;
use crate::domain::{Caveat, Value};
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
) -> Vec<Caveat> {
    let mut out = by_the_other(summary, payments, withdrawals, prices, asked);
    let count = |is_such: &dyn Fn(NaiveDate) -> bool| days.iter().filter(|day| is_such(**day)).count();
    for (code, days) in [
        (Code::OneCopy, count(&|day| prices.rests_on_one_copy(day))),
        (Code::OneSource, count(&|day| prices.one_source_alone(day))),
    ] {
        if days > 0 {
            out.push(code.with([("days", days.into())]));
        }
    }
    let extremes: Vec<&Extreme> = days.iter().flat_map(|day| prices.extremes(*day)).collect();
    out.extend(extremes.iter().take(TOLD).map(|extreme| extreme.caveat()));
    if extremes.len() > TOLD {
        out.push(Code::MoreExtremePrices.with([("prices", (extremes.len() - TOLD).into())]));
    }
    out
}

/// Every figure that takes a day of which a second series is kept, by that series where it has the day.
fn by_the_other(
    summary: &Summary,
    payments: &[Payment],
    withdrawals: &[Withdrawal],
    prices: &Prices,
    asked: NaiveDate,
) -> Vec<Caveat> {
    let price = |day: NaiveDate| prices.other(day).map(|other| other.price).or(prices.at(day));
    let source = |day: NaiveDate| Some(prices.other(day)?.source);
    let said = |code: Code, source: &str, value: Value, day: Option<NaiveDate>| {
        let [low, close, high] = value.rounded().map(|money| money.to_string().into());
        let currency = prices.currency().code();
        let mut caveat = code.with([
            ("source", source.into()),
            ("low", low),
            ("close", close),
            ("high", high),
            ("currency", currency.into()),
        ]);
        caveat.values.extend(day.map(|day| ("day".to_owned(), day.to_string().into())));
        caveat
    };
    let mut out = Vec::new();
    let income = || payments.iter().filter(|p| !p.internal);
    if let Some(source) = income().find_map(|p| source(p.price_day())) {
        let value = totals::sum(income().map(|p| Some(Value::of(p.amount, &price(p.price_day())?))));
        out.extend(value.map(|value| said(Code::OtherAtReceipt, source, value, None)));
    }
    if let Some(source) = withdrawals.iter().find_map(|w| source(w.time.date_naive())) {
        let value = |w: &Withdrawal| Some(Value::of(w.amount?, &price(w.time.date_naive())?));
        let value = totals::sum(withdrawals.iter().map(value)).filter(|_| summary.withdrawn.amount.is_some());
        out.extend(value.map(|value| said(Code::OtherAtWithdrawal, source, value, None)));
    }
    if let Some(other) = prices.other(asked).filter(|_| summary.received.outputs > 0) {
        let value = Value::of(summary.received.amount, &other.price);
        out.push(said(Code::OtherAsOf, other.source, value, Some(asked)));
    }
    if let Some(peak) = &summary.received.peak
        && let Some(other) = prices.other(peak.date)
    {
        let value = Value::of(peak.amount, &other.price);
        out.push(said(Code::OtherPeak, other.source, value, Some(peak.date)));
    }
    out
}
