//! Euro foreign exchange reference rates of the European Central Bank, published on working days.

use std::sync::LazyLock;

use anyhow::Context;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::domain::{Currency, DayPrice};

pub(super) const TITLE: &str = "converted at European Central Bank reference rates (built-in)";

pub(super) const RATES: &str = include_str!("../../data/prices/ecb.csv");
/// The longest run of days without a rate over Easter and Christmas is five; beyond a week the record has ended.
const MAX_AGE_DAYS: i64 = 7;

/// The built-in rates, read once a process.
static CARRIED: LazyLock<Result<Table, String>> =
    LazyLock::new(|| Table::parse(RATES).map_err(|error| format!("data/prices/ecb.csv: {error:#}")));

/// The rates of all currencies.
#[derive(Debug)]
struct Table {
    codes: Vec<String>,
    /// Day, and units of each currency for a euro.
    days: Vec<(NaiveDate, Vec<Option<Decimal>>)>,
}

/// The rates that turn dollars into one other currency.
#[derive(Debug)]
pub(super) struct Rates {
    /// Day, dollars for a euro, units of the currency for a euro.
    rows: Vec<(NaiveDate, Decimal, Decimal)>,
}

impl Table {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
        let codes = reader.headers()?.iter().skip(1).map(str::to_owned).collect();
        let mut row = csv::StringRecord::new();
        let mut days = Vec::new();
        while reader.read_record(&mut row)? {
            let numbers = row.iter().skip(1).map(|cell| cell.parse().ok()).collect();
            days.push((row.get(0).unwrap_or_default().parse()?, numbers));
        }
        Ok(Self { codes, days })
    }

    fn rates(&self, currency: Currency) -> anyhow::Result<Rates> {
        let column =
            |code: &str| self.codes.iter().position(|name| name == code).with_context(|| format!("no rates of {code}"));
        let usd = column("USD")?;
        let own = if currency == Currency::Eur { None } else { Some(column(currency.code())?) };
        let row = |(day, numbers): &(NaiveDate, Vec<Option<Decimal>>)| {
            let number = |at: usize| numbers.get(at).copied().flatten();
            Some((*day, number(usd)?, own.map_or(Some(Decimal::ONE), number)?))
        };
        Ok(Rates { rows: self.days.iter().filter_map(row).collect() })
    }
}

impl Rates {
    pub(super) fn load(currency: Currency) -> anyhow::Result<Self> {
        CARRIED.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?.rates(currency)
    }

    pub(super) fn parse(text: &str, currency: Currency) -> anyhow::Result<Self> {
        Table::parse(text)?.rates(currency)
    }

    /// Whether every rate lies between a hundredth and a million: what lies outside could not be multiplied with every price.
    pub(super) fn plausible(&self) -> bool {
        let bounds = Decimal::new(1, 2)..=Decimal::from(1_000_000);
        self.rows.iter().all(|(_, usd, own)| bounds.contains(usd) && bounds.contains(own))
    }

    /// The price in the other currency, at the day's rate or the last working day's before it.
    pub(super) fn convert(&self, price: DayPrice) -> Option<DayPrice> {
        let after = self.rows.partition_point(|(day, ..)| *day <= price.day);
        let (day, usd, own) = self.rows.get(after.checked_sub(1)?)?;
        if (price.day - *day).num_days() > MAX_AGE_DAYS {
            return None;
        }
        let turn = |amount: Decimal| amount.checked_mul(*own)?.checked_div(*usd);
        Some(DayPrice { day: price.day, low: turn(price.low)?, close: turn(price.close)?, high: turn(price.high)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(day: &str) -> DayPrice {
        let amount = Decimal::from(1_000);
        DayPrice { day: day.parse().unwrap(), low: amount, close: amount, high: amount }
    }

    #[test]
    fn a_holiday_takes_the_last_working_days_rate() {
        let rates = Rates::parse("day,USD,GBP\n2017-05-12,1.25,0.85\n2017-05-15,1.20,0.84\n", Currency::Gbp).unwrap();
        let check = |day: &str, expect: Option<u32>| {
            assert_eq!(rates.convert(price(day)).map(|p| p.close), expect.map(Decimal::from), "{day}");
        };
        check("2017-05-11", None);
        check("2017-05-12", Some(680));
        check("2017-05-14", Some(680));
        check("2017-05-15", Some(700));
        check("2017-05-30", None);
    }
}
