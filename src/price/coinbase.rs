//! Coinbase Exchange's daily candles, described at
//! <https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-candles>.

use chrono::NaiveDate;
use serde_json::value::RawValue;

use super::live::{Garbled, LiveSource, Reading, in_order, json, midnight, number};
use crate::domain::{BadQuote, Quote};

pub(super) const SOURCE: LiveSource = LiveSource {
    name: "coinbase",
    title: "Coinbase",
    url: "https://api.exchange.coinbase.com",
    whole: true,
    requests,
    read,
    example: EXAMPLE,
};

const EXAMPLE: &str = "[[1730851200,69298,76480.31,69372.01,75571.99,24031.1],
    [1730764800,67455.0,70577.91,67845.7,69372.01,16200.5]]";

/// A request for more candles is refused.
const MOST: i64 = 300;

/// As few requests as cover the days; both ends of a span are part of it.
fn requests(days: &[NaiveDate], _today: NaiveDate) -> Vec<String> {
    let mut spans: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in days {
        match spans.last_mut() {
            Some((from, to)) if (*day - *from).num_days() < MOST => *to = *day,
            _ => spans.push((*day, *day)),
        }
    }
    let path =
        |(from, to)| format!("products/BTC-USD/candles?granularity=86400&start={from}T00:00:00Z&end={to}T00:00:00Z");
    spans.into_iter().map(path).collect()
}

/// Rows of time, low, high, open, close, volume, the newest first.
fn read(body: &[u8]) -> Result<Reading, Garbled> {
    in_order(json::<Vec<Vec<Box<RawValue>>>>(body)?.iter().map(|row| quote(row)))
}

fn quote(row: &[Box<RawValue>]) -> Result<Result<Quote, BadQuote>, Garbled> {
    let field = |n: usize| row.get(n).map(AsRef::as_ref);
    Ok(Quote::new(midnight(field(0))?, Some((number(field(1))?, number(field(2))?)), number(field(4))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_300_days_at_a_time() {
        let first: NaiveDate = "2024-10-28".parse().unwrap();
        let days: Vec<NaiveDate> = first.iter_days().take(301).collect();
        let path = |from: &str, to: &str| {
            format!("products/BTC-USD/candles?granularity=86400&start={from}T00:00:00Z&end={to}T00:00:00Z")
        };
        let today = days[300];
        assert_eq!(
            requests(&days, today),
            [path("2024-10-28", "2025-08-23"), path("2025-08-24", "2025-08-24")],
            "300 days, and the one left over"
        );
        assert_eq!(requests(&[days[3], days[250]], today), [path("2024-10-31", "2025-07-05")]);
    }

    #[test]
    fn a_message_is_no_candle() {
        let said = read(br#"{"message":"NotFound"}"#).unwrap_err().to_string();
        assert!(said.starts_with("not the JSON expected"), "{said}");
        let said = read(b"[[1730764800,1,2,1,1,5],[1730764800,1,2,1,2,5]]").unwrap_err().to_string();
        assert_eq!(said, "two prices for 2024-11-05");
    }
}
