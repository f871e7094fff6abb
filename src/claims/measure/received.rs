use anyhow::Result;
use chrono::Days;

use super::{Asked, Grows, Measure, Measured, Reads};
use crate::claims::{Basis, Known, Standing, Unit};
use crate::domain::{Value, format};
use crate::figures::{self, in_coins};

pub(super) static MEASURE: Measure = Measure {
    name: "received",
    about: "what was received in total",
    phrases: &[],
    told: "{of} received {value}{when}",
    grows: Grows::Up,
    reads: Reads::Both,
    answer,
};

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    let received = &asked.account.summary.received;
    Ok(match asked.clause.unit {
        Unit::Money(_) => money(asked),
        Unit::Bitcoin => vec![Measured::of(Basis::Coins, Some(in_coins(received.amount)))],
        _ => Vec::new(),
    })
}

fn money(asked: &Asked<'_>) -> Vec<Measured> {
    let received = &asked.account.summary.received;
    let unpriced = received.without_price;
    let missing = (unpriced > 0).then(|| format!("{} without a price", format::count(unpriced, "payment", "payments")));
    let mut out = vec![Measured { missing, ..Measured::of(Basis::AtReceipt, received.at_receipt) }];
    // Where nothing left, that it is worth nothing says nothing of what came in.
    if asked.account.summary.withdrawn.transactions > 0 || asked.clause.named.contains(&Basis::AtWithdrawal) {
        out.push(super::withdrawn::at_withdrawal(asked));
    }
    match asked.known {
        Known::Then => out.extend(then(asked)),
        Known::Now => out.extend(now(asked)),
    }
    out
}

fn then(asked: &Asked<'_>) -> Vec<Measured> {
    let (received, day) = (&asked.account.summary.received, asked.account.price_day());
    let value = received.as_of_value.as_ref().map(|one| one.value);
    let as_of = Measured { day: Some(day), ..Measured::of(Basis::AsOf, value) };
    let mut out =
        vec![as_of.or(&asked.prices.lacks(day).map_or_else(String::new, |one| one.advice(&format::day(day))))];
    if received.outputs > 0 {
        let peak = received.peak.as_ref();
        let gaps = peak.map_or(1, |peak| peak.days_without_price);
        let missing = (gaps > 0).then(|| "days without a price may have been higher".to_owned());
        let value = Measured::of(Basis::Peak, peak.map(|peak| peak.value));
        out.push(Measured { day: peak.map(|peak| peak.date), missing, ..value });
    }
    out
}

/// What later prices add, from the day after the claim's.
fn now(asked: &Asked<'_>) -> Vec<Measured> {
    let (account, prices) = (asked.account, asked.prices);
    let Some(last) = prices.last_day().filter(|last| *last > asked.day) else { return Vec::new() };
    let worth = account.worth(prices, last);
    let met = |value: &Value| asked.clause.interval.against(value.low, value.high) == Standing::Overlaps;
    let later = || {
        let after = asked.day.checked_add_days(Days::new(1))?;
        let at = worth.iter().position(|one| one.day >= after)?;
        let already = worth[..at].last().and_then(|one| one.value.as_ref()).is_some_and(met);
        (!already).then(|| figures::first_day(&worth[at..], met))?
    };
    let as_of = worth.iter().rev().find_map(|one| Some((one.day, one.value?)));
    let row = |basis, day, value| Measured { day: Some(day), ..Measured::of(basis, Some(value)) };
    let as_of = as_of
        .map(|(day, value)| Measured { supported_from: later().map(|one| one.day), ..row(Basis::AsOf, day, value) });
    let peak = figures::peak(&worth).map(|peak| row(Basis::Peak, peak.date, peak.value));
    as_of.into_iter().chain(peak).collect()
}
