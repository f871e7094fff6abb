//! mempool.space's price history: one price an hour, and a day's last one stands for its close. It is compared with, and
//! never a price of its own.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::live::{Garbled, LiveSource, Reading, first_second, in_order, json, number};
use crate::domain::{Decimal, Quote};

pub(super) const SOURCE: LiveSource = LiveSource {
    name: "mempool",
    title: "mempool.space",
    url: "https://mempool.space/api/v1",
    whole: false,
    requests,
    read,
    example: EXAMPLE,
};

const EXAMPLE: &str = r#"{"prices":[{"time":1730934000,"EUR":70000,"USD":75583},
    {"time":1730930400,"USD":75100.5},{"time":1730847600,"USD":69390},{"time":1378339200,"USD":-1}],
    "exchangeRates":{"USDEUR":0.92}}"#;

/// So many days are asked for one by one; for more the whole history is a smaller burden than a request for each.
const ONE_BY_ONE: usize = 4;
/// The last second of a day, counted from its first.
const LAST: i64 = 86_399;

/// A time is answered with the last price up to it.
fn requests(days: &[NaiveDate], _today: NaiveDate) -> Vec<String> {
    let path = |day: &NaiveDate| format!("historical-price?currency=USD&timestamp={}", first_second(*day) + LAST);
    match days.len() {
        0..=ONE_BY_ONE => days.iter().map(path).collect(),
        _ => vec!["historical-price?currency=USD".to_owned()],
    }
}

#[derive(Deserialize)]
struct Answer {
    prices: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    time: i64,
    #[serde(rename = "USD")]
    usd: Option<Box<RawValue>>,
}

/// The last price of each day. A missing one is -1.
fn read(body: &[u8]) -> Result<Reading, Garbled> {
    let mut last: BTreeMap<NaiveDate, (i64, Decimal)> = BTreeMap::new();
    for Row { time, usd } in json::<Answer>(body)?.prices {
        let raw = usd.as_deref();
        if raw.is_none_or(|raw| raw.get() == "-1") {
            continue;
        }
        let day =
            DateTime::from_timestamp(time, 0).map(|t| t.date_naive()).filter(|day| (1970..=9999).contains(&day.year()));
        let day = day.ok_or_else(|| Garbled(format!("a time out of range: {time}")))?;
        let price = number(raw)?;
        let entry = last.entry(day).or_insert((time, price));
        if time >= entry.0 {
            *entry = (time, price);
        }
    }
    in_order(last.into_iter().map(|(day, (_, price))| Ok(Quote::new(day, None, price))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_day_by_day_or_for_all() {
        let first: NaiveDate = "2017-07-12".parse().unwrap();
        let days: Vec<NaiveDate> = first.iter_days().take(5).collect();
        assert_eq!(requests(&days[..1], days[4]), ["historical-price?currency=USD&timestamp=1499903999"]);
        assert_eq!(requests(&days[..4], days[4]).len(), 4);
        assert_eq!(requests(&days, days[4]), ["historical-price?currency=USD"]);
    }

    #[test]
    fn the_last_price_of_a_day_counts_and_minus_one_is_none() {
        let read =
            |body: &str| read(body.as_bytes()).map(|told| told.quotes.iter().map(|q| q.close().to_string()).collect());
        let check = |body: &str, expect: &[&str]| {
            assert_eq!(read(body), Ok(expect.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()))
        };
        check(r#"{"prices":[{"time":1499904000,"EUR":1964,"USD":2254.9}],"exchangeRates":{}}"#, &["2254.9"]);
        check(r#"{"prices":[{"time":7200,"USD":3},{"time":3600,"USD":2},{"time":10800,"USD":-1}]}"#, &["3"]);
        check(r#"{"prices":[{"time":3600,"EUR":2}]}"#, &[]);
        assert!(read(r#"{"prices":[{"time":3600,"USD":-2}]}"#).is_err());
        assert!(read(r#"{"prices":[{"time":9223372036854775807,"USD":2}]}"#).is_err());
    }
}
