//! Which of several sources gives a day its price, and where they do not agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::RoundingStrategy;

use super::{IMPORTED, LiveSource, SOURCES, live_source};
use crate::domain::caveat::Code;
use crate::domain::{Caveat, DayPrice, Decimal, QuoteRecord, format};

/// What live sources told, and how it is judged. The default is nothing.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// What was told; what is not from one of the `sources` does not count.
    pub quotes: Vec<QuoteRecord>,
    /// The sources, the preferred first.
    pub sources: Vec<&'static LiveSource>,
    /// The part of a close by which another source's may differ: 0.02 is two per cent.
    pub band: Decimal,
}

/// Two sources whose closes of a day differ by more than the band, in US dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The UTC day.
    pub day: NaiveDate,
    /// The source that figures use.
    pub used: String,
    /// Its close.
    pub close: Decimal,
    /// The source compared.
    pub other: String,
    /// What that one told.
    pub other_close: Decimal,
}

/// A low or high that lies further out than another source's by more than the band, in US dollars: the other's counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extreme {
    /// The UTC day.
    pub day: NaiveDate,
    /// `low` or `high`.
    pub what: &'static str,
    /// The source that gives the day its close.
    pub source: String,
    /// What it told.
    pub told: Decimal,
    /// The source that supports no such extreme.
    pub other: String,
    /// What counts.
    pub counts: Decimal,
}

impl Extreme {
    /// As a caveat of every figure that takes the day.
    pub fn caveat(&self) -> Caveat {
        let Self { day, what, source, told, other, counts } = self;
        Code::ExtremePrice.with([
            ("day", day.to_string().into()),
            ("what", (*what).into()),
            ("source", title(source).into()),
            ("told", told.to_string().into()),
            ("other", title(other).into()),
            ("counts", counts.to_string().into()),
        ])
    }
}

impl fmt::Display for Extreme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, what, source, told, other, counts } = self;
        let (told, counts) = (format::cents(*told), format::cents(*counts));
        write!(f, "{day}: {} tells a {what} of {told} US dollars, {} none beyond {counts}", title(source), title(other))
    }
}

/// The price of a day that was told.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub record: QuoteRecord,
    /// What counts.
    pub price: DayPrice,
    pub extremes: Vec<Extreme>,
    /// No second source supports low and high.
    pub alone: bool,
}

impl Disagreement {
    /// By how many per cent of the close used the other one differs, to one place.
    pub fn percent(&self) -> Option<Decimal> {
        let apart = (self.other_close - self.close).abs();
        let percent = apart.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(self.close)?;
        let mut rounded = percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
        rounded.rescale(1);
        Some(rounded)
    }
}

impl Disagreement {
    /// As a caveat of the figures that use the day.
    pub fn caveat(&self) -> Caveat {
        let cents =
            |close: Decimal| close.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).to_string();
        Code::PricesDisagree.with([
            ("day", self.day.to_string().into()),
            ("used", title(&self.used).into()),
            ("close", cents(self.close).into()),
            ("other", title(&self.other).into()),
            ("other_close", cents(self.other_close).into()),
            ("percent", self.percent().map(|percent| percent.to_string()).into()),
        ])
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, used, close, other, other_close } = self;
        let (close, other_close) = (format::cents(*close), format::cents(*other_close));
        write!(f, "{day}: {} closes at {close} US dollars, {} at {other_close}", title(used), title(other))?;
        match self.percent() {
            Some(percent) => write!(f, " ({percent} % apart)"),
            None => Ok(()),
        }
    }
}

/// How a source is called in print.
pub(super) fn title(name: &str) -> &str {
    if name == IMPORTED {
        return "the imported file";
    }
    let built_in = SOURCES.iter().find(|source| source.name == name);
    built_in.map(|source| source.short).or(live_source(name).map(|source| source.title)).unwrap_or(name)
}

impl Live {
    /// The days after `history` that have a price, each from the first source in order that tells low, close and high: what was imported,
    /// then the live sources.
    pub(super) fn chosen(&self, history: Option<NaiveDate>) -> BTreeMap<NaiveDate, Chosen> {
        let whole = self.sources.iter().filter(|s| s.whole).map(|s| s.name);
        let mut told: BTreeMap<NaiveDate, Vec<(&QuoteRecord, DayPrice)>> = BTreeMap::new();
        for source in std::iter::once(IMPORTED).chain(whole) {
            let newer = |q: &&QuoteRecord| q.source == source && history.is_none_or(|end| q.quote.day() > end);
            for record in self.quotes.iter().filter(newer) {
                if let Some(price) = record.quote.price() {
                    told.entry(price.day).or_default().push((record, price));
                }
            }
        }
        told.into_iter().filter_map(|(day, told)| Some((day, self.choose(&told)?))).collect()
    }

    /// The first of these, with the low and high that another one supports: an extreme may be a single trade, or a slip.
    fn choose(&self, told: &[(&QuoteRecord, DayPrice)]) -> Option<Chosen> {
        let (first, others) = told.split_first()?;
        let (record, mut price) = *first;
        let room = price.close.checked_mul(self.band).unwrap_or_default();
        // Who tells another close tells of another market, and supports nothing.
        let near = || others.iter().filter(|(_, other)| (other.close - price.close).abs() <= room);
        let lowest = near().min_by_key(|(_, other)| other.low);
        let highest = near().max_by_key(|(_, other)| other.high);
        let mut extremes = Vec::new();
        let (close, low, high) = (price.close, price.low, price.high);
        let extreme = |what, told, other: &QuoteRecord, counts| Extreme {
            day: price.day,
            what,
            source: record.source.clone(),
            told,
            other: other.source.clone(),
            counts,
        };
        if let Some((other, one)) = lowest.filter(|(_, one)| one.low - low > room) {
            let counts = one.low.min(close);
            extremes.push(extreme("low", low, other, counts));
        }
        if let Some((other, one)) = highest.filter(|(_, one)| high - one.high > room) {
            let counts = one.high.max(close);
            extremes.push(extreme("high", high, other, counts));
        }
        for one in &extremes {
            if one.what == "low" { price.low = one.counts } else { price.high = one.counts }
        }
        Some(Chosen { record: record.clone(), price, extremes, alone: lowest.is_none() })
    }

    /// Where what was told differs by more than the band from the price that figures use. A day without a price is
    /// compared with nothing.
    pub(super) fn disagreements<'a>(
        &self,
        used: impl Fn(NaiveDate) -> Option<(&'a str, DayPrice)>,
    ) -> Vec<Disagreement> {
        let mut out: Vec<Disagreement> = Vec::new();
        for source in self.sources.iter().map(|source| source.name).chain([IMPORTED]) {
            for record in self.quotes.iter().filter(|q| q.source == source) {
                let (day, other_close) = (record.quote.day(), record.quote.close());
                let Some((name, price)) = used(day).filter(|(name, _)| *name != source) else { continue };
                let apart = (other_close - price.close).abs();
                if price.close.checked_mul(self.band).is_some_and(|room| apart > room) {
                    let (used, other) = (name.to_owned(), source.to_owned());
                    out.push(Disagreement { day, used, close: price.close, other, other_close });
                }
            }
        }
        out.sort_by_key(|d| d.day);
        out
    }
}

/// What is printed beside values of the days that live sources gave.
pub(super) fn line<'a>(chosen: impl Iterator<Item = &'a QuoteRecord>) -> Option<String> {
    let chosen: Vec<&QuoteRecord> = chosen.collect();
    let first = chosen.first()?.quote.day();
    let mut days: Vec<(&str, usize)> = Vec::new();
    for record in &chosen {
        match days.iter_mut().find(|(name, _)| *name == record.source) {
            Some((_, count)) => *count += 1,
            None => days.push((&record.source, 1)),
        }
    }
    let asked: BTreeSet<NaiveDate> = chosen.iter().map(|q| q.asked_at.date_naive()).collect();
    let asked = format::days(*asked.first()?, *asked.last()?);
    let what = match days.as_slice() {
        [(name, _)] => format!("{} daily low, close and high", title(name)),
        several => {
            let part =
                |(name, count): &(&str, usize)| format!("{} ({})", title(name), format::count(*count, "day", "days"));
            let parts: Vec<String> = several.iter().map(part).collect();
            format!("daily low, close and high from {}", parts.join(" and "))
        }
    };
    Some(format!("from {first} {what}, asked {asked}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Quote, Time};
    use crate::price::LIVE_SOURCES;

    fn record(source: &str, day: &str, close: u32) -> QuoteRecord {
        let close = Decimal::from(close);
        let range = live_source(source).unwrap().whole.then_some((close, close));
        let quote = Quote::new(day.parse().unwrap(), range, close).unwrap();
        QuoteRecord { quote, source: source.to_owned(), asked_at: Time::UNIX_EPOCH, before: None }
    }

    fn live(quotes: Vec<QuoteRecord>) -> Live {
        Live { quotes, sources: LIVE_SOURCES.iter().collect(), band: "0.02".parse().unwrap() }
    }

    #[test]
    fn the_first_source_with_an_interval_counts() {
        let mut live = live(vec![
            record("mempool", "2024-11-01", 100),
            record("coinbase", "2024-11-02", 100),
            record("kraken", "2024-11-02", 101),
            record("coinbase", "2024-11-03", 102),
            record("kraken", "2024-10-01", 1),
        ]);
        let used = |live: &Live| -> Vec<(String, String)> {
            let chosen = live.chosen("2024-10-27".parse().ok());
            chosen.iter().map(|(day, one)| (day.to_string(), one.record.source.clone())).collect()
        };
        let row = |day: &str, source: &str| (day.to_owned(), source.to_owned());
        assert_eq!(used(&live), [row("2024-11-02", "kraken"), row("2024-11-03", "coinbase")]);
        let said = line(live.chosen("2024-10-27".parse().ok()).values().map(|one| &one.record)).unwrap();
        assert_eq!(
            said,
            "from 2024-11-02 daily low, close and high from Kraken (1 day) and Coinbase (1 day), asked 1 Jan 1970"
        );
        live.sources.retain(|s| s.name != "kraken");
        assert_eq!(used(&live), [row("2024-11-02", "coinbase"), row("2024-11-03", "coinbase")]);
        let said = line(live.chosen("2024-10-27".parse().ok()).values().map(|one| &one.record)).unwrap();
        assert_eq!(said, "from 2024-11-02 Coinbase daily low, close and high, asked 1 Jan 1970");
        live.sources.clear();
        assert_eq!((used(&live), line(live.chosen(None).values().map(|one| &one.record))), (Vec::new(), None));
    }

    #[test]
    fn beyond_the_band_is_a_disagreement() {
        let check = |other: u32, source: &str, expect: Option<&str>| {
            let live = live(vec![record("kraken", "2024-11-02", 50_000), record(source, "2024-11-02", other)]);
            let chosen = live.chosen(None);
            let used = |day| chosen.get(&day).map(|one| (one.record.source.as_str(), one.price));
            let found: Vec<String> = live.disagreements(used).iter().map(ToString::to_string).collect();
            assert_eq!(found.first().map(String::as_str), expect, "{other}");
        };
        check(51_000, "coinbase", None);
        check(49_000, "coinbase", None);
        check(
            51_001,
            "coinbase",
            Some("2024-11-02: Kraken closes at 50,000.00 US dollars, Coinbase at 51,001.00 (2.0 % apart)"),
        );
        check(
            40_000,
            "mempool",
            Some("2024-11-02: Kraken closes at 50,000.00 US dollars, mempool.space at 40,000.00 (20.0 % apart)"),
        );
        // Nothing to compare with: unknown, and no disagreement.
        let alone = live(vec![record("mempool", "2024-11-02", 1)]);
        assert_eq!(alone.disagreements(|_| None), []);
    }

    #[test]
    fn an_extreme_that_no_second_source_supports_is_replaced_and_said() {
        let day: NaiveDate = "2026-09-02".parse().unwrap();
        let check = |told: &[(&str, [&str; 3])], expect: [&str; 2], said: &[&str], alone: bool| {
            let record = |(source, numbers): &(&str, [&str; 3])| {
                let [low, close, high] = numbers.map(|n| n.parse::<Decimal>().unwrap());
                let quote = Quote::new(day, Some((low, high)), close).unwrap();
                QuoteRecord { quote, source: (*source).to_owned(), asked_at: Time::UNIX_EPOCH, before: None }
            };
            let chosen = live(told.iter().map(record).collect()).chosen(None);
            let one = &chosen[&day];
            let extremes: Vec<String> = one.extremes.iter().map(ToString::to_string).collect();
            assert_eq!([one.price.low.to_string(), one.price.high.to_string()], expect, "{told:?}");
            assert_eq!((extremes, one.alone), (said.iter().map(|s| (*s).to_owned()).collect(), alone), "{told:?}");
        };
        let coinbase = ("coinbase", ["49000", "50010", "51000"]);
        let low = "2026-09-02: Kraken tells a low of 0.06 US dollars, Coinbase none beyond 49,000.00";
        check(&[("kraken", ["0.06", "50000", "51000"]), coinbase], ["49000", "51000"], &[low], false);
        let high = "2026-09-02: Kraken tells a high of 99,000.00 US dollars, Coinbase none beyond 51,000.00";
        check(&[("kraken", ["49100", "50000", "99000"]), coinbase], ["49100", "51000"], &[high], false);
        check(&[("kraken", ["48000", "50000", "52000"]), coinbase], ["48000", "52000"], &[], false);
        // The other one's slip does not count, and a close alone supports no low.
        check(
            &[("kraken", ["49100", "50000", "51000"]), ("coinbase", ["1", "50000", "51000"])],
            ["49100", "51000"],
            &[],
            false,
        );
        check(&[("kraken", ["0.06", "50000", "51000"])], ["0.06", "51000"], &[], true);
        check(
            &[("kraken", ["0.06", "50000", "51000"]), ("coinbase", ["59000", "60000", "61000"])],
            ["0.06", "51000"],
            &[],
            true,
        );
        check(&[coinbase, ("imported", ["49500", "50100", "50600"])], ["49500", "50600"], &[], false);
    }
}
