use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;

use super::Timestamp;
use crate::domain::{Decimal, QuoteRecord};
use crate::price::{self, IMPORTED, Live, Other, SOURCES};
use crate::sync::{FeedRound, PriceRound};

/// What a bitcoin cost, who told it, what is missing and where sources disagree.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Prices {
    /// The last finished UTC day.
    #[schemars(with = "String")]
    pub until: NaiveDate,
    /// By how much sources may differ: `0.02` is 2 %.
    pub band: String,
    /// What is printed beside values.
    pub price_source: String,
    /// Source by source, the built-in ones first.
    pub sources: Vec<PriceCoverage>,
    /// The last days; none where others were asked about.
    pub last_days: Vec<PriceDay>,
    /// The days asked about; none where none were.
    pub days: Vec<PriceDay>,
    /// The currency of `last_days` and `days`.
    pub currency: &'static str,
    /// Days after the built-in history without a price.
    pub gaps: Vec<PriceGap>,
    /// Days within it on which nobody traded: they have no price, and asking brings none.
    pub closed: Vec<PriceGap>,
    /// Where another source tells something else.
    pub disagreements: Vec<PriceDisagreement>,
    /// Lows and highs that no second source comes near: the other's count.
    pub extremes: Vec<PriceExtreme>,
    /// What a source told otherwise later.
    pub corrections: Vec<PriceCorrection>,
    /// What asking brought; only where sources were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<PriceUpdate>,
}

/// The days that a source told.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceCoverage {
    /// Its name.
    pub source: String,
    /// How many.
    pub days: usize,
    /// The first.
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    /// The last.
    #[schemars(with = "Option<String>")]
    pub to: Option<NaiveDate>,
    /// It tells low and high too.
    pub whole: bool,
}

/// A day's price; null where there is none.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceDay {
    /// The UTC day.
    #[schemars(with = "String")]
    pub day: NaiveDate,
    /// The lowest price.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "Option<String>")]
    pub low: Option<Decimal>,
    /// The last.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "Option<String>")]
    pub close: Option<Decimal>,
    /// The highest.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "Option<String>")]
    pub high: Option<Decimal>,
    /// Who told it.
    pub source: Option<String>,
    /// When that one was asked; null for the built-in history.
    pub asked_at: Option<Timestamp>,
    /// What a second built-in series says of the day; null where there is none.
    pub other: Option<OtherPrice>,
    /// The price rests on one public copy of its source.
    pub one_copy: bool,
    /// Why there is no price, and what helps; null where there is one.
    pub lacking: Option<String>,
    /// The close in US dollars by every live source that told one, and by an imported file.
    pub closes: BTreeMap<String, String>,
}

/// What a second built-in series says of a day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OtherPrice {
    /// How it is called.
    pub source: &'static str,
    /// The lowest price.
    pub low: String,
    /// The last.
    pub close: String,
    /// The highest.
    pub high: String,
}

/// Days in a row without a price.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceGap {
    /// The first.
    #[schemars(with = "String")]
    pub from: NaiveDate,
    /// The last.
    #[schemars(with = "String")]
    pub to: NaiveDate,
    /// How many.
    pub days: usize,
}

/// A day of which two sources tell closes that lie further apart than the band.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceDisagreement {
    /// The UTC day.
    #[schemars(with = "String")]
    pub day: NaiveDate,
    /// The source that figures use.
    pub used: String,
    /// Its close.
    pub close: String,
    /// The source compared.
    pub other: String,
    /// Its close.
    pub other_close: String,
    /// How far they lie apart, in per cent of the close used.
    pub percent: Option<String>,
}

/// A low or high that lies further out than another source's by more than the band, in US dollars.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceExtreme {
    /// The UTC day.
    #[schemars(with = "String")]
    pub day: NaiveDate,
    /// `low` or `high`.
    pub what: &'static str,
    /// The source that gives the day its close.
    pub source: String,
    /// What it told.
    pub told: String,
    /// The source that supports no such price.
    pub other: String,
    /// What counts.
    pub counts: String,
}

/// What a file of prices brought.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceImport {
    /// The file.
    pub file: String,
    /// Days taken.
    pub days: usize,
    /// The first of them.
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    /// The last of them.
    #[schemars(with = "Option<String>")]
    pub to: Option<NaiveDate>,
    /// Those with the close alone: compared with, and no price of their own.
    pub close_alone: usize,
    /// Days of which no file had told before.
    pub new: usize,
    /// Days of which a file told something else before.
    pub corrected: usize,
    /// It was written down.
    pub stored: bool,
    /// Rows that were not taken, with their line and why.
    pub refused: Vec<String>,
}

/// A day of which a source told something else before.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceCorrection {
    /// The UTC day.
    #[schemars(with = "String")]
    pub day: NaiveDate,
    /// Who told.
    pub source: String,
    /// What it tells now.
    pub close: String,
    /// What it told first.
    pub before: Option<String>,
    /// When it was asked.
    pub asked_at: Timestamp,
}

/// What asking live sources brought.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceUpdate {
    /// Source by source, in the order asked.
    pub sources: Vec<PriceFeedUpdate>,
    /// Days that have a price now and had none before.
    #[schemars(with = "Vec<String>")]
    pub filled: Vec<NaiveDate>,
    /// Days that still have none.
    #[schemars(with = "Vec<String>")]
    pub missing: Vec<NaiveDate>,
}

/// What one source told.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceFeedUpdate {
    /// Its name.
    pub source: &'static str,
    /// Days that it had not told before.
    pub wanted: usize,
    /// Requests sent.
    pub requests: usize,
    /// Days that it told now and had not before.
    pub new: usize,
    /// Days of which it told something else before.
    pub corrected: usize,
    /// Days whose numbers cannot be a price.
    pub refused: Vec<String>,
    /// Why it was not asked any further.
    pub failure: Option<String>,
}

impl Prices {
    /// What the built-in history and the configured sources tell up to a day, with the last days one by one.
    /// Where days are `asked` about, those take their place.
    pub fn of(
        live: &Live,
        prices: &price::Prices,
        until: NaiveDate,
        last: u16,
        asked: Option<&[NaiveDate]>,
    ) -> anyhow::Result<Self> {
        let mut sources = Vec::new();
        for source in SOURCES {
            sources.push(PriceCoverage::of(source.name, &source.days()?, true));
        }
        for source in &live.sources {
            let told = live.quotes.iter().filter(|q| q.source == source.name);
            let days: Vec<NaiveDate> = told.map(|q| q.quote.day()).collect();
            sources.push(PriceCoverage::of(source.name, &days, source.whole));
        }
        let imported: Vec<NaiveDate> =
            live.quotes.iter().filter(|q| q.source == IMPORTED).map(|q| q.quote.day()).collect();
        if !imported.is_empty() {
            sources.push(PriceCoverage::of(IMPORTED, &imported, true));
        }
        let back = (0..u64::from(last)).rev().filter(|_| asked.is_none());
        let days = back.filter_map(|back| until.checked_sub_days(Days::new(back)));
        let extremes = prices.extreme_days().flat_map(|day| prices.extremes(day));
        Ok(Self {
            until,
            band: live.band.to_string(),
            price_source: prices.source().to_owned(),
            sources,
            last_days: days.map(|day| PriceDay::of(day, live, prices)).collect(),
            days: asked.into_iter().flatten().map(|day| PriceDay::of(*day, live, prices)).collect(),
            currency: prices.currency().code(),
            extremes: extremes.map(PriceExtreme::from).collect(),
            gaps: PriceGap::spans(&prices.gaps(until)),
            closed: PriceGap::spans(&prices.closed()),
            disagreements: prices.disagreements().iter().map(PriceDisagreement::from).collect(),
            corrections: corrections(live).map(PriceCorrection::from).collect(),
            update: None,
        })
    }
}

/// What a configured source told otherwise later.
pub fn corrections(live: &Live) -> impl Iterator<Item = &QuoteRecord> {
    let configured = |q: &&QuoteRecord| live.sources.iter().any(|s| s.name == q.source);
    live.quotes.iter().filter(configured).filter(|q| q.before.is_some())
}

impl PriceCoverage {
    fn of(source: &str, days: &[NaiveDate], whole: bool) -> Self {
        let (from, to) = (days.first().copied(), days.last().copied());
        Self { source: source.to_owned(), days: days.len(), from, to, whole }
    }
}

impl PriceDay {
    fn of(day: NaiveDate, live: &Live, prices: &price::Prices) -> Self {
        let price = prices.at(day);
        let told = live.quotes.iter().filter(|q| q.quote.day() == day);
        Self {
            day,
            low: price.map(|p| p.low),
            close: price.map(|p| p.close),
            high: price.map(|p| p.high),
            source: prices.source_of(day).map(str::to_owned),
            asked_at: prices.told(day).map(|record| Timestamp(record.asked_at)),
            other: prices.other(day).map(|Other { source, price }| OtherPrice {
                source,
                low: price.low.to_string(),
                close: price.close.to_string(),
                high: price.high.to_string(),
            }),
            lacking: prices.lacks(day).map(|lacking| lacking.advice(&day.to_string())),
            one_copy: prices.rests_on_one_copy(day),
            closes: told.map(|q| (q.source.clone(), q.quote.close().to_string())).collect(),
        }
    }
}

impl PriceGap {
    /// Days in a row as spans.
    fn spans(days: &[NaiveDate]) -> Vec<Self> {
        let mut out: Vec<Self> = Vec::new();
        for day in days {
            match out.last_mut() {
                Some(span) if span.to.succ_opt() == Some(*day) => (span.to, span.days) = (*day, span.days + 1),
                _ => out.push(Self { from: *day, to: *day, days: 1 }),
            }
        }
        out
    }
}

impl From<&price::Disagreement> for PriceDisagreement {
    fn from(one: &price::Disagreement) -> Self {
        Self {
            day: one.day,
            used: one.used.clone(),
            close: one.close.to_string(),
            other: one.other.clone(),
            other_close: one.other_close.to_string(),
            percent: one.percent().map(|percent| percent.to_string()),
        }
    }
}

impl From<&price::Extreme> for PriceExtreme {
    fn from(one: &price::Extreme) -> Self {
        Self {
            day: one.day,
            what: one.what,
            source: one.source.clone(),
            told: one.told.to_string(),
            other: one.other.clone(),
            counts: one.counts.to_string(),
        }
    }
}

impl From<&QuoteRecord> for PriceCorrection {
    fn from(record: &QuoteRecord) -> Self {
        Self {
            day: record.quote.day(),
            source: record.source.clone(),
            close: record.quote.close().to_string(),
            before: record.before.map(|quote| quote.close().to_string()),
            asked_at: Timestamp(record.asked_at),
        }
    }
}

impl From<&PriceRound> for PriceUpdate {
    fn from(round: &PriceRound) -> Self {
        let feed = |feed: &FeedRound| PriceFeedUpdate {
            source: feed.source,
            wanted: feed.wanted,
            requests: feed.requests,
            new: feed.new,
            corrected: feed.corrected.len(),
            refused: feed.refused.iter().map(ToString::to_string).collect(),
            failure: feed.failure.as_ref().map(|failure| failure.reason.clone()),
        };
        let sources = round.feeds.iter().map(feed).collect();
        Self { sources, filled: round.filled.clone(), missing: round.missing.clone() }
    }
}

fn as_text<S: serde::Serializer>(price: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    price.map(|price| price.to_string()).serialize(serializer)
}
