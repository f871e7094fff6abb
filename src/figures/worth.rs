use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::payment::Payment;
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

/// The day on which the coins received by then were worth most, at the day's high.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Peak {
    /// The UTC day.
    #[schemars(with = "String")]
    pub date: NaiveDate,
    /// The coins received by the end of that day.
    #[serde(rename = "sats", serialize_with = "sats")]
    #[schemars(with = "u64")]
    pub amount: Amount,
    /// The interval of that very day.
    #[serde(flatten)]
    pub value: Value,
    /// Days in question without a price.
    pub days_without_price: usize,
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
            Worth { day, amount, value: prices.worth(amount, day) }
        })
        .collect()
}

/// The day on which the coins received by then were worth most at the day's high; the earliest of equals.
pub fn peak(days: &[Worth]) -> Option<Peak> {
    let priced = days.iter().filter_map(|day| Some((day, day.value?)));
    let (best, value) = priced.reduce(|best, next| if next.1.high > best.1.high { next } else { best })?;
    let days_without_price = days.iter().filter(|day| day.value.is_none()).count();
    Some(Peak { date: best.day, amount: best.amount, value, days_without_price })
}

/// The first day whose value is such.
pub fn first_day(days: &[Worth], is_such: impl Fn(&Value) -> bool) -> Option<Worth> {
    days.iter().find(|day| day.value.as_ref().is_some_and(&is_such)).copied()
}

fn sats<S: serde::Serializer>(amount: &Amount, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(amount.to_sat())
}
