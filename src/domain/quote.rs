use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{DayPrice, Time};

/// What one source says a bitcoin cost on a UTC day, in US dollars: checked, so that it can be computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    day: NaiveDate,
    range: Option<(Decimal, Decimal)>,
    close: Decimal,
}

/// Why numbers are not the price of a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadQuote {
    /// Low, close and high are not in this order.
    #[error("the low, close and high of {0} disagree")]
    Order(NaiveDate),
    /// No price that a bitcoin can have.
    #[error("{1} US dollars on {0} is no price of a bitcoin")]
    Absurd(NaiveDate, Decimal),
}

impl BadQuote {
    /// The UTC day that the numbers were told of.
    pub fn day(&self) -> NaiveDate {
        match self {
            Self::Order(day) | Self::Absurd(day, _) => *day,
        }
    }
}

impl Quote {
    /// A cent and a hundred million dollars: what lies outside is a mistake, and could not be multiplied with every amount.
    const LEAST: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
    const MOST: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);

    /// The close of a day, with its low and high where the source tells them.
    pub fn new(day: NaiveDate, range: Option<(Decimal, Decimal)>, close: Decimal) -> Result<Self, BadQuote> {
        let (low, high) = range.unwrap_or((close, close));
        for price in [low, close, high] {
            if price < Self::LEAST || price > Self::MOST {
                return Err(BadQuote::Absurd(day, price));
            }
        }
        if low > close || close > high {
            return Err(BadQuote::Order(day));
        }
        Ok(Self { day, range, close })
    }

    /// The UTC day.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// Price at the end of the day.
    pub fn close(&self) -> Decimal {
        self.close
    }

    /// Lowest and highest price of the day; `None` where the source tells the close alone.
    pub fn range(&self) -> Option<(Decimal, Decimal)> {
        self.range
    }

    /// The day's interval; `None` where the source tells the close alone.
    pub fn price(&self) -> Option<DayPrice> {
        let (low, high) = self.range?;
        Some(DayPrice { day: self.day, low, close: self.close, high })
    }
}

/// A stored [`Quote`]: the newest that a source told of its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteRecord {
    /// What it told.
    pub quote: Quote,
    /// Name of the source.
    pub source: String,
    /// When it was asked.
    pub asked_at: Time,
    /// What the same source told of the same day before, where that was something else.
    pub before: Option<Quote>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_price() {
        let day: NaiveDate = "2024-11-05".parse().unwrap();
        let check = |numbers: [&str; 3], good: bool| {
            let [low, close, high] = numbers.map(|n| n.parse::<Decimal>().unwrap());
            assert_eq!(Quote::new(day, Some((low, high)), close).is_ok(), good, "{numbers:?}");
        };
        check(["68000.1", "69000", "70000"], true);
        check(["0.01", "0.01", "100000000"], true);
        check(["69000", "68000", "70000"], false);
        check(["68000", "71000", "70000"], false);
        check(["0", "1", "2"], false);
        check(["-1", "1", "2"], false);
        check(["1", "2", "100000000.1"], false);
        assert_eq!(Quote::new(day, None, Decimal::TEN).unwrap().price(), None);
        let said = Quote::new(day, None, Decimal::NEGATIVE_ONE).unwrap_err().to_string();
        assert_eq!(said, "-1 US dollars on 2024-11-05 is no price of a bitcoin");
    }
}
