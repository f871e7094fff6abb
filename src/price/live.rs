//! Where the newest days are asked for: what the members of [`super::LIVE_SOURCES`] are, and what their readers share.
//!
//! Numbers are read from the text of the answer, digit by digit: none passes through a binary fraction on its way.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::domain::format::on_a_line;
use crate::domain::{BadQuote, Decimal, Quote, words};

/// A source of the newest days: names requests and reads answers, never touches the network.
#[derive(Debug)]
pub struct LiveSource {
    /// Name in the configuration and in the database.
    pub name: &'static str,
    /// Name in print.
    pub title: &'static str,
    /// Base of its public API, which [`LiveSource::requests`] are below.
    pub url: &'static str,
    /// Whether it tells low, close and high. What tells the close alone is compared with, and never a price of its own.
    pub whole: bool,
    /// Names the requests for these days, which are in order and all before `today`: paths below the base, without a
    /// leading slash. Days that the source cannot reach any more are left out.
    pub requests: fn(days: &[NaiveDate], today: NaiveDate) -> Vec<String>,
    /// Reads an answer. It never panics on any bytes.
    pub read: fn(body: &[u8]) -> Result<Reading, Garbled>,
    /// An answer that tells 5 and 6 November 2024, as the source gave it: tests of all sources begin with it.
    pub example: &'static str,
}

/// What an answer tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Its days, in order, each once.
    pub quotes: Vec<Quote>,
    /// Days whose numbers cannot be the price of a bitcoin. They stay unknown, and the others count.
    pub refused: Vec<BadQuote>,
}

/// An answer that is not what the source promises. It may quote the answer at any length: what is shown fits a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", on_a_line(.0))]
pub struct Garbled(pub String);

impl From<serde_json::Error> for Garbled {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("not the JSON expected: {error}"))
    }
}

/// Digits of a price: more are no price, and would only be rounded.
const LONGEST_NUMBER: usize = 24;

/// Reads JSON; a web page, as firewalls send it with status 200, is called one.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Garbled> {
    if body.trim_ascii_start().first() == Some(&b'<') {
        return Err(Garbled("a web page, not JSON".to_owned()));
    }
    Ok(serde_json::from_slice(body)?)
}

/// A price as it stands in the answer, as a number or as a text of one.
pub(super) fn number(raw: Option<&RawValue>) -> Result<Decimal, Garbled> {
    let text = raw.map_or("", RawValue::get);
    let digits = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    decimal(digits).ok_or_else(|| Garbled(format!("a price that is no number: {}", beginning(text))))
}

/// Plain digits, with a point where there is one.
pub(super) fn decimal(digits: &str) -> Option<Decimal> {
    let plain = digits.len() <= LONGEST_NUMBER && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| Decimal::from_str_exact(digits).ok()).flatten()
}

/// The day that a candle begins; it has to begin at midnight UTC.
pub(super) fn midnight(raw: Option<&RawValue>) -> Result<NaiveDate, Garbled> {
    let text = raw.map_or("", RawValue::get);
    let time = text.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.filter(|time| time.time() == NaiveTime::MIN && (1970..=9999).contains(&time.year()))
        .map(|time| time.date_naive())
        .ok_or_else(|| Garbled(format!("a day that does not begin at midnight UTC: {}", beginning(text))))
}

/// The first second of a UTC day, in unix seconds.
pub(super) fn first_second(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp()
}

/// The days in order; a day that is told twice has to be told the same.
pub(super) fn in_order(
    quotes: impl IntoIterator<Item = Result<Result<Quote, BadQuote>, Garbled>>,
) -> Result<Reading, Garbled> {
    let mut days: BTreeMap<NaiveDate, Quote> = BTreeMap::new();
    let mut refused = Vec::new();
    for quote in quotes {
        match quote? {
            Ok(quote) => {
                if days.insert(quote.day(), quote).is_some_and(|other| other != quote) {
                    return Err(Garbled(format!("two prices for {}", quote.day())));
                }
            }
            Err(bad) => refused.push(bad),
        }
    }
    Ok(Reading { quotes: days.into_values().collect(), refused })
}

/// The beginning of what a source wrote, without what could write to the terminal.
pub(super) fn beginning(text: &str) -> String {
    words::shown(text).chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::price::{LIVE_SOURCES, coinbase};

    #[test]
    fn every_source_is_sound() {
        let days: Vec<NaiveDate> = "2024-10-28".parse::<NaiveDate>().unwrap().iter_days().take(800).collect();
        let today = days[799] + chrono::Days::new(1);
        for source in LIVE_SOURCES {
            assert_eq!(LIVE_SOURCES.iter().filter(|s| s.name == source.name).count(), 1, "{}", source.name);
            assert!(source.url.starts_with("https://"), "{}", source.name);
            assert!((source.requests)(&[], today).is_empty(), "{}", source.name);
            let paths = (source.requests)(&days, today);
            assert!(!paths.is_empty() && paths.len() < 6, "{}: {} requests", source.name, paths.len());
            assert!(paths.iter().all(|p| !p.starts_with('/')), "{paths:?}");
        }
        assert!(LIVE_SOURCES.iter().filter(|s| s.whole).count() >= 2);
    }

    #[test]
    fn one_day_reads_alike_whoever_tells_it() {
        let day: NaiveDate = "2024-11-06".parse().unwrap();
        for source in LIVE_SOURCES {
            let quotes = (source.read)(source.example.as_bytes()).unwrap().quotes;
            assert_eq!(quotes.len(), 2, "{}", source.name);
            let quote = quotes.iter().find(|q| q.day() == day).unwrap();
            assert_eq!(quote.price().is_some(), source.whole, "{}", source.name);
            let close = quote.close();
            assert!(close > Decimal::from(75_500) && close < Decimal::from(75_700), "{}: {close}", source.name);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for source in LIVE_SOURCES {
            let said = (source.read)(b" <html>Just a moment").unwrap_err().to_string();
            assert_eq!(said, "a web page, not JSON", "{}", source.name);
            assert!((source.read)(b"").is_err() && (source.read)(b"7").is_err(), "{}", source.name);
        }
        let long = format!("[\"{}\"]", "9".repeat(5_000));
        let said = (coinbase::SOURCE.read)(long.as_bytes()).unwrap_err().to_string();
        assert!(said.starts_with("not the JSON expected") && said.chars().count() == 300, "{said}");
    }

    #[test]
    fn numbers_are_exact_or_refused() {
        let check = |text: &str, expect: Option<&str>| {
            let raw = RawValue::from_string(text.to_owned()).unwrap();
            assert_eq!(number(Some(&raw)).ok().map(|n| n.to_string()).as_deref(), expect, "{text}");
        };
        check("67845.7", Some("67845.7"));
        check("\"67845.70\"", Some("67845.70"));
        check("0.1234567890123456789", Some("0.1234567890123456789"));
        for bad in ["-1", "1e5", "\"1_000\"", "\"\"", "\".\"", "null", "\"NaN\"", "\"+5\"", "[1]"] {
            check(bad, None);
        }
        check(&"9".repeat(400), None);
        assert!(number(None).is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            for source in LIVE_SOURCES {
                let _ = (source.read)(&body);
            }
        }

        #[test]
        fn damaged_answers_never_panic(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)
        ) {
            for source in LIVE_SOURCES {
                let mut body = source.example.as_bytes().to_vec();
                for (at, byte) in &changes {
                    let at = at.index(body.len());
                    body[at] = *byte;
                }
                if let Ok(reading) = (source.read)(&body) {
                    prop_assert!(reading.quotes.windows(2).all(|pair| pair[0].day() < pair[1].day()));
                }
            }
        }
    }
}
