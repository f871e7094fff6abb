//! What a bitcoin was worth on a UTC day, in dollars and in the currencies of the European Central Bank's reference rates.
//!
//! The history is built into the program ([`SOURCES`], a stretch of days each); newer days are those that live sources
//! ([`LIVE_SOURCES`]) told and the database keeps. A day that neither holds has no price, and everything that needs one is unknown.

mod built_in;
mod coinbase;
mod compare;
mod fx;
mod history;
mod import;
mod kraken;
mod lacking;
mod live;
mod mempool;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::domain::{Amount, Currency, DayPrice, Quote, QuoteRecord, Value, format};
use history::History;

pub use compare::{Disagreement, Extreme, Live};
pub use import::{BadRow, IMPORTED, PriceFile, read_file};
pub use lacking::Lacking;
pub use live::{Garbled, LiveSource, Reading};

/// A source of daily BTC/USD prices that the program carries.
#[derive(Debug)]
pub struct PriceSource {
    /// Name in the program.
    pub name: &'static str,
    /// What is printed beside values.
    pub title: &'static str,
    /// How it is called in a sentence.
    pub short: &'static str,
    /// Its days in order, none twice: CSV with where they come from in `#` lines on top.
    table: &'static str,
}

/// Every built-in source of prices, the preferred first: a later one gives the days after the last of those before it, and what it
/// says of their days is kept beside.
pub static SOURCES: &[PriceSource] = &[built_in::MT_GOX, built_in::RANSOMWHERE, built_in::YAHOO];

/// Every live source that the program speaks, the preferred first.
#[rustfmt::skip]
pub static LIVE_SOURCES: &[LiveSource] = &[
    kraken::SOURCE,
    coinbase::SOURCE,
    mempool::SOURCE,
];

/// The live source of that name.
pub fn live_source(name: &str) -> Option<&'static LiveSource> {
    LIVE_SOURCES.iter().find(|s| s.name == name)
}

/// Reads the answer of a source.
pub type Reader = fn(&[u8]) -> Result<Reading, Garbled>;

/// How the answers of a source are read again: a live one's, or a file that was imported.
pub fn reader(name: &str) -> Option<Reader> {
    if name == IMPORTED { Some(import::read) } else { live_source(name).map(|source| source.read) }
}

/// The tables that prices are computed from, as text: CSV with their sources in `#` lines on top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Day, open, high, low and close of a bitcoin in US dollars, and who says so.
    pub history: String,
    /// Reference rates of the European Central Bank; `None` where values are in US dollars.
    pub rates: Option<String>,
}

impl Tables {
    /// The built-in ones, with the rates where one of these currencies needs them.
    pub fn built_in(currencies: &[Currency]) -> Self {
        let rates = needs_rates(currencies).then(|| fx::RATES.to_owned());
        Self { history: history::carried_table(), rates }
    }
}

/// Whether prices in one of these currencies need exchange rates.
pub fn needs_rates(currencies: &[Currency]) -> bool {
    currencies.iter().any(|currency| *currency != Currency::Usd)
}

/// The built-in history in US dollars: all its days in order.
pub fn history() -> anyhow::Result<&'static [DayPrice]> {
    Ok(&History::carried()?.days)
}

impl PriceSource {
    /// The days that it tells, in order.
    pub fn days(&self) -> anyhow::Result<Vec<NaiveDate>> {
        Ok(History::carried()?.told_by(self))
    }
}

/// What a second built-in source says of a day that has its price from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// How it is called in a sentence.
    pub source: &'static str,
    /// What it says, in the currency of the prices.
    pub price: DayPrice,
}

/// Prices in one currency.
#[derive(Debug)]
pub struct Prices {
    currency: Currency,
    history: Arc<History>,
    /// The newer days, with who told them.
    live: BTreeMap<NaiveDate, compare::Chosen>,
    disagreements: Vec<Disagreement>,
    fx: Option<fx::Rates>,
    source: String,
}

impl Prices {
    /// Loads the built-in history, what `live` adds to it, and the reference rates where `currency` needs them.
    pub fn load(currency: Currency, live: &Live) -> anyhow::Result<Self> {
        let rates = (currency != Currency::Usd).then(|| fx::Rates::load(currency)).transpose()?;
        Ok(Self::of(currency, Arc::clone(History::carried()?), rates, live))
    }

    /// The same from tables that somebody hands over, in the format of the built-in ones. A number that no bitcoin costs, or no
    /// euro, is an error, and so are rates that are needed and missing.
    pub fn of_tables(currency: Currency, tables: &Tables, live: &Live) -> anyhow::Result<Self> {
        let history = History::parse(&tables.history)?;
        let others = history.others.values().map(|(_, price)| price);
        for price in history.days.iter().chain(others) {
            Quote::new(price.day, Some((price.low, price.high)), price.close)?;
        }
        let rates = tables.rates.as_deref().filter(|_| currency != Currency::Usd);
        anyhow::ensure!(
            rates.is_some() || currency == Currency::Usd,
            "there are no exchange rates for {}",
            currency.code()
        );
        let rates = rates.map(|text| fx::Rates::parse(text, currency)).transpose()?;
        anyhow::ensure!(rates.as_ref().is_none_or(fx::Rates::plausible), "exchange rates that no currency has");
        Ok(Self::of(currency, Arc::new(history), rates, live))
    }

    fn of(currency: Currency, history: Arc<History>, fx: Option<fx::Rates>, live: &Live) -> Self {
        let newer = live.chosen(history.last_day());
        let source = String::new();
        let mut prices = Self { currency, history, live: newer, disagreements: Vec::new(), fx, source };
        prices.disagreements = live.disagreements(|day| Some((prices.source_of(day)?, prices.usd_at(day)?)));
        prices.source = prices.titles(NaiveDate::MIN, NaiveDate::MAX);
        prices
    }

    /// No prices at all: the coins of test networks are worth nothing.
    pub fn none(currency: Currency) -> Self {
        Self {
            currency,
            history: Arc::default(),
            live: BTreeMap::new(),
            disagreements: Vec::new(),
            fx: None,
            source: "none: coins of a test network have no price".to_owned(),
        }
    }

    /// The currency of [`Prices::at`].
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Where the prices come from, for print.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Where the prices of these days come from, both of them included, for print. What a second series says of it stands there where
    /// it is one day.
    pub fn source_between(&self, from: NaiveDate, to: NaiveDate) -> String {
        let titles = self.titles(from, to);
        if titles.is_empty() { self.source.clone() } else { titles }
    }

    fn titles(&self, from: NaiveDate, to: NaiveDate) -> String {
        let meets = |stretch: &&history::Stretch| stretch.from <= to && from <= stretch.to;
        let mut titles: Vec<String> =
            self.history.stretches.iter().filter(meets).map(|stretch| stretch.source.title.to_owned()).collect();
        titles.extend(compare::line(self.live.range(from..=to).map(|(_, chosen)| &chosen.record)));
        if let Some(Other { source, price }) = self.other(from).filter(|_| from == to) {
            let [low, close, high] = [price.low, price.close, price.high].map(format::cents);
            let code = self.currency.code();
            titles.push(format!("{source} of {from}: low {low}, close {close}, high {high} {code}"));
        }
        if self.fx.is_some() && !titles.is_empty() {
            titles.push(fx::TITLE.to_owned());
        }
        titles.join("; ")
    }

    /// The last day with a price.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.live.keys().next_back().copied().or(self.history.last_day())
    }

    /// The last day of the built-in history: what comes after is asked for.
    pub fn history_end(&self) -> Option<NaiveDate> {
        self.history.last_day()
    }

    /// The name of the source that gives a UTC day its price; `None` where it has none.
    pub fn source_of(&self, day: NaiveDate) -> Option<&str> {
        match self.live.get(&day) {
            Some(chosen) => Some(&chosen.record.source),
            None => self.history.source_of(day).map(|source| source.name),
        }
    }

    /// What a live source told of a UTC day, where that is the day's price.
    pub fn told(&self, day: NaiveDate) -> Option<&QuoteRecord> {
        self.live.get(&day).map(|chosen| &chosen.record)
    }

    /// The UTC days after the built-in history and up to `until` that have no price: those that somebody can be asked for.
    pub fn gaps(&self, until: NaiveDate) -> Vec<NaiveDate> {
        let Some(first) = self.history_end().and_then(|day| day.succ_opt()) else { return Vec::new() };
        first.iter_days().take_while(|day| *day <= until).filter(|day| !self.live.contains_key(day)).collect()
    }

    /// The UTC days within the built-in history that have no price: nobody traded, and nobody can be asked.
    pub fn closed(&self) -> Vec<NaiveDate> {
        self.history.closed()
    }

    /// What a second built-in source says of a UTC day, in the chosen currency.
    pub fn other(&self, day: NaiveDate) -> Option<Other> {
        let (source, price) = self.history.others.get(&day)?;
        Some(Other { source: source.short, price: self.converted(*price)? })
    }

    /// Whether the price of a UTC day rests on one public copy of its source.
    pub fn rests_on_one_copy(&self, day: NaiveDate) -> bool {
        self.history.alone.contains(&day)
    }

    /// Where another source's close differs by more than the band from the one used, in order of days.
    pub fn disagreements(&self) -> &[Disagreement] {
        &self.disagreements
    }

    /// Lows and highs of a UTC day that no second source comes near: the other's count.
    pub fn extremes(&self, day: NaiveDate) -> &[Extreme] {
        self.live.get(&day).map_or(&[], |chosen| &chosen.extremes)
    }

    /// The days that have such a low or high, in order.
    pub fn extreme_days(&self) -> impl Iterator<Item = NaiveDate> {
        self.live.iter().filter(|(_, chosen)| !chosen.extremes.is_empty()).map(|(day, _)| *day)
    }

    /// Whether low and high of a UTC day are one live source's word: no second one tells them, or its close is too far off.
    pub fn one_source_alone(&self, day: NaiveDate) -> bool {
        self.live.get(&day).is_some_and(|chosen| chosen.alone)
    }

    /// The price of one bitcoin on a UTC day in the chosen currency; `None` where it is not known.
    pub fn at(&self, day: NaiveDate) -> Option<DayPrice> {
        self.converted(self.usd_at(day)?)
    }

    /// What a UTC day lacks to have a price in the chosen currency; `None` where it has one.
    pub fn lacks(&self, day: NaiveDate) -> Option<Lacking> {
        let end = self.history_end();
        match self.usd_at(day) {
            None if end.is_none() => Some(Lacking::Worth),
            None if end.is_some_and(|end| day > end) => Some(Lacking::Price),
            None => Some(Lacking::Market),
            Some(usd) => self.converted(usd).is_none().then_some(Lacking::Rate(self.currency)),
        }
    }

    fn converted(&self, usd: DayPrice) -> Option<DayPrice> {
        match &self.fx {
            None => Some(usd),
            Some(rates) => rates.convert(usd),
        }
    }

    /// What an amount is worth on a day; `None` where that has no price.
    pub fn worth(&self, amount: Amount, day: NaiveDate) -> Option<Value> {
        Some(Value::of(amount, &self.at(day)?))
    }

    /// The last price that is known of a day before this one, in the chosen currency; `None` where there is none.
    pub fn last_before(&self, day: NaiveDate) -> Option<DayPrice> {
        let days = &self.history.days;
        let before = days.get(..days.partition_point(|price| price.day < day)).unwrap_or_default();
        let newest_first = self.live.range(..day).map(|(day, _)| *day).rev();
        newest_first.chain(before.iter().rev().map(|price| price.day)).find_map(|day| self.at(day))
    }

    /// The price of one bitcoin on a UTC day in US dollars, whatever the chosen currency.
    pub fn usd_at(&self, day: NaiveDate) -> Option<DayPrice> {
        match self.live.get(&day) {
            Some(chosen) => Some(chosen.price),
            None => self.history.at(day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_price_before_a_day_is_known_where_there_is_one() {
        let prices = Prices::load(Currency::Usd, &Live::default()).unwrap();
        let (first, last) = (history().unwrap()[0].day, prices.last_day().unwrap());
        let check = |day: NaiveDate, expect: Option<NaiveDate>| {
            assert_eq!(prices.last_before(day).map(|price| price.day), expect, "{day}");
        };
        check(last, last.pred_opt());
        check(last + chrono::Days::new(100), Some(last));
        check(first, None);
        assert!(Prices::none(Currency::Usd).last_before(last).is_none());
    }
}
