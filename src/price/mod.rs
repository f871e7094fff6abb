//! What a bitcoin was worth on a UTC day, in dollars and in the currencies of the European Central Bank's reference rates.
//!
//! The history is built into the program ([`SOURCES`]); a day that it does not hold has no price, and everything that
//! needs one is unknown.

mod built_in;
mod fx;

use chrono::NaiveDate;

use crate::domain::{Currency, DayPrice};

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

/// Every source of prices, the preferred first.
pub static SOURCES: &[PriceSource] = &[built_in::SOURCE];

/// Prices in one currency.
#[derive(Debug)]
pub struct Prices {
    currency: Currency,
    usd: Vec<DayPrice>,
    fx: Option<fx::Rates>,
    source: String,
}

impl Prices {
    /// Loads the built-in history, and the reference rates where `currency` needs them.
    pub fn load(currency: Currency) -> anyhow::Result<Self> {
        let mut usd: Vec<DayPrice> = Vec::new();
        let mut titles: Vec<&str> = Vec::new();
        for source in SOURCES {
            let after = usd.last().map(|p| p.day);
            let newer = (source.days)()?.into_iter().filter(|p| after.is_none_or(|day| p.day > day));
            let before = usd.len();
            usd.extend(newer);
            if usd.len() > before {
                titles.push(source.title);
            }
        }
        let fx = (currency != Currency::Usd).then(|| fx::Rates::load(currency)).transpose()?;
        if fx.is_some() {
            titles.push(fx::TITLE);
        }
        Ok(Self { currency, usd, fx, source: titles.join("; ") })
    }

    /// No prices at all: the coins of test networks are worth nothing.
    pub fn none(currency: Currency) -> Self {
        Self { currency, usd: Vec::new(), fx: None, source: "none: coins of a test network have no price".to_owned() }
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

    /// The price of one bitcoin on a UTC day in the chosen currency; `None` where it is not known.
    pub fn at(&self, day: NaiveDate) -> Option<DayPrice> {
        let usd = self.usd_at(day)?;
        match &self.fx {
            None => Some(usd),
            Some(rates) => rates.convert(usd),
        }
    }

    /// The price of one bitcoin on a UTC day in US dollars, whatever the chosen currency.
    pub fn usd_at(&self, day: NaiveDate) -> Option<DayPrice> {
        let at = self.usd.binary_search_by_key(&day, |p| p.day).ok()?;
        self.usd.get(at).copied()
    }
}
