//! What a bitcoin was worth on a UTC day, in dollars and in the currencies of the European Central Bank's reference rates.
//!
//! The history is built into the program ([`SOURCES`]); newer days are those that live sources ([`LIVE_SOURCES`]) told and the
//! database keeps. A day that neither holds has no price, and everything that needs one is unknown.

mod built_in;
mod coinbase;
mod compare;
mod fx;
mod kraken;
mod live;
mod mempool;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::{Amount, Currency, DayPrice, Quote, QuoteRecord, Value};

pub use compare::{Disagreement, Live};
pub use live::{Garbled, LiveSource, Reading};

/// A source of daily BTC/USD prices.
#[derive(Debug)]
pub struct PriceSource {
    /// Name in the program.
    pub name: &'static str,
    /// What is printed beside values.
    pub title: &'static str,
    /// All its days, in order, none twice.
    pub days: fn() -> anyhow::Result<Vec<DayPrice>>,
}

/// Every built-in source of prices, the preferred first.
pub static SOURCES: &[PriceSource] = &[built_in::SOURCE];

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

/// The tables that prices are computed from, as text: CSV with their sources in `#` lines on top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Day, open, high, low and close of a bitcoin in US dollars.
    pub history: String,
    /// Reference rates of the European Central Bank; `None` where values are in US dollars.
    pub rates: Option<String>,
}

impl Tables {
    /// The built-in ones, with the rates where one of these currencies needs them.
    pub fn built_in(currencies: &[Currency]) -> Self {
        let rates = needs_rates(currencies).then(|| fx::RATES.to_owned());
        Self { history: built_in::HISTORY.to_owned(), rates }
    }
}

/// Whether prices in one of these currencies need exchange rates.
pub fn needs_rates(currencies: &[Currency]) -> bool {
    currencies.iter().any(|currency| *currency != Currency::Usd)
}

/// The built-in history in US dollars: all its days in order.
pub fn history() -> anyhow::Result<Vec<DayPrice>> {
    Ok(built_in_days()?.0)
}

/// The same with the titles of the sources that gave a day.
fn built_in_days() -> anyhow::Result<(Vec<DayPrice>, Vec<String>)> {
    let mut usd: Vec<DayPrice> = Vec::new();
    let mut titles: Vec<String> = Vec::new();
    for source in SOURCES {
        let after = usd.last().map(|p| p.day);
        let newer = (source.days)()?.into_iter().filter(|p| after.is_none_or(|day| p.day > day));
        let before = usd.len();
        usd.extend(newer);
        if usd.len() > before {
            titles.push(source.title.to_owned());
        }
    }
    Ok((usd, titles))
}

/// Prices in one currency.
#[derive(Debug)]
pub struct Prices {
    currency: Currency,
    usd: Vec<DayPrice>,
    /// The last day of the built-in history.
    history: Option<NaiveDate>,
    /// The newer days, with who told them.
    live: BTreeMap<NaiveDate, QuoteRecord>,
    disagreements: Vec<Disagreement>,
    fx: Option<fx::Rates>,
    source: String,
}

impl Prices {
    /// Loads the built-in history, what `live` adds to it, and the reference rates where `currency` needs them.
    pub fn load(currency: Currency, live: &Live) -> anyhow::Result<Self> {
        let (usd, titles) = built_in_days()?;
        let rates = (currency != Currency::Usd).then(|| fx::Rates::load(currency)).transpose()?;
        Ok(Self::of(currency, usd, titles, rates, live))
    }

    /// The same from tables that somebody hands over, in the format of the built-in ones. A number that no bitcoin costs, or no
    /// euro, is an error, and so are rates that are needed and missing.
    pub fn of_tables(currency: Currency, tables: &Tables, live: &Live) -> anyhow::Result<Self> {
        let usd = built_in::parse(&tables.history)?;
        for price in &usd {
            Quote::new(price.day, Some((price.low, price.high)), price.close)?;
        }
        let titles = vec![built_in::SOURCE.title.to_owned()];
        let rates = tables.rates.as_deref().filter(|_| currency != Currency::Usd);
        anyhow::ensure!(
            rates.is_some() || currency == Currency::Usd,
            "there are no exchange rates for {}",
            currency.code()
        );
        let rates = rates.map(|text| fx::Rates::parse(text, currency)).transpose()?;
        anyhow::ensure!(rates.as_ref().is_none_or(fx::Rates::plausible), "exchange rates that no currency has");
        Ok(Self::of(currency, usd, titles, rates, live))
    }

    fn of(
        currency: Currency,
        mut usd: Vec<DayPrice>,
        mut titles: Vec<String>,
        fx: Option<fx::Rates>,
        live: &Live,
    ) -> Self {
        let history = usd.last().map(|p| p.day);
        let newer = live.chosen(history);
        usd.extend(newer.values().filter_map(|record| record.quote.price()));
        titles.extend(compare::line(&newer));
        if fx.is_some() {
            titles.push(fx::TITLE.to_owned());
        }
        let source = titles.join("; ");
        let mut prices = Self { currency, usd, history, live: newer, disagreements: Vec::new(), fx, source };
        prices.disagreements = live.disagreements(|day| Some((prices.source_of(day)?, prices.usd_at(day)?)));
        prices
    }

    /// No prices at all: the coins of test networks are worth nothing.
    pub fn none(currency: Currency) -> Self {
        Self {
            currency,
            usd: Vec::new(),
            history: None,
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

    /// The last day with a price.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.usd.last().map(|p| p.day)
    }

    /// The last day of the built-in history: what comes after is asked for.
    pub fn history_end(&self) -> Option<NaiveDate> {
        self.history
    }

    /// The name of the source that gives a UTC day its price; `None` where it has none.
    pub fn source_of(&self, day: NaiveDate) -> Option<&str> {
        match self.live.get(&day) {
            Some(record) => Some(&record.source),
            None => self.usd_at(day).map(|_| built_in::SOURCE.name),
        }
    }

    /// What a live source told of a UTC day, where that is the day's price.
    pub fn told(&self, day: NaiveDate) -> Option<&QuoteRecord> {
        self.live.get(&day)
    }

    /// The UTC days up to `until` that have no price, from the first day that has one.
    pub fn gaps(&self, until: NaiveDate) -> Vec<NaiveDate> {
        let Some(first) = self.usd.first() else { return Vec::new() };
        let known: BTreeSet<NaiveDate> = self.usd.iter().map(|p| p.day).collect();
        first.day.iter_days().take_while(|day| *day <= until).filter(|day| !known.contains(day)).collect()
    }

    /// Where another source's close differs by more than the band from the one used, in order of days.
    pub fn disagreements(&self) -> &[Disagreement] {
        &self.disagreements
    }

    /// The price of one bitcoin on a UTC day in the chosen currency; `None` where it is not known.
    pub fn at(&self, day: NaiveDate) -> Option<DayPrice> {
        let usd = self.usd_at(day)?;
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
        let before = self.usd.partition_point(|price| price.day < day);
        self.usd.get(..before)?.iter().rev().find_map(|price| self.at(price.day))
    }

    /// The price of one bitcoin on a UTC day in US dollars, whatever the chosen currency.
    pub fn usd_at(&self, day: NaiveDate) -> Option<DayPrice> {
        let at = self.usd.binary_search_by_key(&day, |p| p.day).ok()?;
        self.usd.get(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_price_before_a_day_is_known_where_there_is_one() {
        let prices = Prices::load(Currency::Usd, &Live::default()).unwrap();
        let (first, last) = (prices.usd[0].day, prices.last_day().unwrap());
        let check = |day: NaiveDate, expect: Option<NaiveDate>| {
            assert_eq!(prices.last_before(day).map(|price| price.day), expect, "{day}");
        };
        check(last, last.pred_opt());
        check(last + chrono::Days::new(100), Some(last));
        check(first, None);
        assert!(Prices::none(Currency::Usd).last_before(last).is_none());
    }
}
