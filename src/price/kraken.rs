//! Kraken's daily candles, described at <https://docs.kraken.com/api-reference/market-data/get-ohlc-data>.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::live::{Garbled, LiveSource, Reading, beginning, first_second, in_order, json, midnight, number};
use crate::domain::{BadQuote, Quote};

pub(super) const SOURCE: LiveSource = LiveSource {
    name: "kraken",
    title: "Kraken",
    url: "https://api.kraken.com/0/public",
    whole: true,
    requests,
    read,
    example: EXAMPLE,
};

const EXAMPLE: &str = r#"{"error":[],"result":{"XXBTZUSD":[
    [1730764800,"67832.3","70550.0","67450.1","69382.41","69000.1","3123.7",41000],
    [1730851200,"69382.4","76500.0","69322.0","75600.9","73000.0","9123.7",81000],
    [1730937600,"75600.9","76900.0","74400.0","75900.0","75700.0","4123.7",51000]],"last":1730851200}}"#;

/// It gives the last 720 candles whatever it is asked for, and the newest of them is the running day's.
const FINISHED: u64 = 719;

fn requests(days: &[NaiveDate], today: NaiveDate) -> Vec<String> {
    let Some(reach) = today.checked_sub_days(Days::new(FINISHED)) else { return Vec::new() };
    let first = days.iter().find(|day| **day >= reach);
    // Candles after that moment are told.
    let path = |day: &NaiveDate| format!("OHLC?pair=XBTUSD&interval=1440&since={}", first_second(*day) - 1);
    first.map(path).into_iter().collect()
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    error: Vec<String>,
    /// The candles under the pair's own name, and beside them `last`, a number.
    #[serde(default)]
    result: BTreeMap<String, Box<RawValue>>,
}

/// Time, open, high, low, close, mean, volume, count.
type Candle = Vec<Box<RawValue>>;

fn read(body: &[u8]) -> Result<Reading, Garbled> {
    let answer: Answer = json(body)?;
    if let Some(error) = answer.error.first() {
        return Err(Garbled(format!("an error: {}", beginning(error))));
    }
    let pair = answer.result.into_iter().find(|(name, _)| name != "last");
    let candles = pair.ok_or_else(|| Garbled("without candles".to_owned()))?.1;
    let mut dated = Vec::new();
    for candle in serde_json::from_str::<Vec<Candle>>(candles.get())? {
        dated.push((midnight(candle.first().map(AsRef::as_ref))?, candle));
    }
    // The newest candle is that of the running day, always.
    let running = dated.iter().map(|(day, _)| *day).max();
    in_order(dated.iter().filter(|(day, _)| Some(*day) != running).map(|(day, candle)| quote(*day, candle)))
}

fn quote(day: NaiveDate, candle: &[Box<RawValue>]) -> Result<Result<Quote, BadQuote>, Garbled> {
    let field = |n: usize| number(candle.get(n).map(AsRef::as_ref));
    Ok(Quote::new(day, Some((field(3)?, field(2)?)), field(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_from_the_first_day_in_reach() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-11-22");
        let ask = |days: &[&str]| requests(&days.iter().map(|d| day(d)).collect::<Vec<_>>(), today);
        assert_eq!(ask(&["2024-10-28", "2024-12-02"]), Vec::<String>::new(), "720 candles do not go back so far");
        assert_eq!(ask(&["2024-10-28", "2024-12-03"]), ["OHLC?pair=XBTUSD&interval=1440&since=1733183999"]);
        assert_eq!(ask(&["2026-11-05", "2026-11-21"]), ["OHLC?pair=XBTUSD&interval=1440&since=1793836799"]);
    }

    #[test]
    fn a_refusal_is_told_in_its_words() {
        let check = |body: &str, expect: &str| assert_eq!(read(body.as_bytes()).unwrap_err().to_string(), expect);
        check(r#"{"error":["EGeneral:Too many requests"]}"#, "an error: EGeneral:Too many requests");
        check(r#"{"error":[],"result":{"last":1}}"#, "without candles");
        let late = r#"{"error":[],"result":{"XXBTZUSD":[[1730764801,"1","2","1","1"]],"last":1}}"#;
        check(late, "a day that does not begin at midnight UTC: 1730764801");
    }

    #[test]
    fn a_day_that_cannot_be_is_refused_and_the_others_count() {
        let rows = r#"[1730764800,"1","1","2","1"],[1730851200,"1","2","1","1"],[1730937600,"1","1","2","1"]"#;
        let body = format!(r#"{{"error":[],"result":{{"XXBTZUSD":[{rows}],"last":1}}}}"#);
        let Reading { quotes, refused } = read(body.as_bytes()).unwrap();
        assert_eq!(quotes.iter().map(|q| q.day().to_string()).collect::<Vec<_>>(), ["2024-11-06"]);
        assert_eq!(refused[0].to_string(), "the low, close and high of 2024-11-05 disagree");
        assert_eq!(refused.len(), 1, "the running day is not looked at");
    }
}
