use chrono::NaiveDate;

use super::{Payment, Peak};
use crate::domain::{Amount, Value};
use crate::price::Prices;

/// What the coins received by the end of a UTC day were worth on that day, had they been kept.
#[derive(Clone, Copy, Debug)]
pub struct Worth {
    /// The UTC day.
    pub day: NaiveDate,
    /// Coins received by the end of it.
    pub amount: Amount,
    /// What they were worth; `None` where the day has no price.
    pub value: Option<Value>,
}

/// The coins received and their worth, day by day, from the first payment to `until`. Internal transfers do not count.
pub fn worth_by_day(payments: &[Payment], prices: &Prices, until: NaiveDate) -> Vec<Worth> {
    let mut income = payments.iter().filter(|p| !p.internal).peekable();
    let Some(first) = income.peek().map(|p| p.price_day()) else { return Vec::new() };
    let mut amount = Amount::ZERO;
    first
        .iter_days()
        .take_while(|day| *day <= until)
        .map(|day| {
            while let Some(payment) = income.next_if(|p| p.price_day() <= day) {
                amount += payment.amount;
            }
            Worth { day, amount, value: prices.at(day).map(|price| Value::of(amount, &price)) }
        })
        .collect()
}

/// The day up to `until` on which the coins received by then were worth most at the day's high; the earliest of equals.
pub(super) fn peak(payments: &[Payment], prices: &Prices, until: NaiveDate) -> Option<Peak> {
    let days = worth_by_day(payments, prices, until);
    let days_without_price = days.iter().filter(|d| d.value.is_none()).count();
    let mut best: Option<Peak> = None;
    for Worth { day, amount, value } in days {
        let Some(value) = value else { continue };
        if best.as_ref().is_none_or(|b| value.high > b.value.high) {
            best = Some(Peak { date: day, amount, value, days_without_price });
        }
    }
    best
}
