//! Why a day has no price in a currency, and what helps.

use crate::domain::Currency;

/// What a UTC day lacks to have a price in the chosen currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lacking {
    /// What a bitcoin cost in dollars: nobody told it yet.
    Price,
    /// The same, of a day of which the built-in history knows that there was none: before anybody traded, or the exchange was closed.
    Market,
    /// Any worth at all: a coin of a test network.
    Worth,
    /// What a dollar cost in that currency.
    Rate(Currency),
}

impl Lacking {
    /// The sentence about a day, in the words that the reader knows days by.
    pub fn sentence(self, day: &str) -> String {
        format!("no {} is known for {day}", self.what())
    }

    /// The same with the command that helps, where one does.
    pub fn advice(self, day: &str) -> String {
        self.sentence(day) + if self.can_be_asked() { "; run: ransomtrail prices --update" } else { "" }
    }

    /// Whether it is an exchange rate.
    pub fn is_rate(self) -> bool {
        matches!(self, Self::Rate(_))
    }

    /// Whether asking may bring it; nobody is asked for exchange rates.
    pub fn can_be_asked(self) -> bool {
        matches!(self, Self::Price)
    }

    /// What is missing.
    pub fn what(self) -> String {
        match self {
            Self::Price | Self::Market | Self::Worth => "price".to_owned(),
            Self::Rate(currency) => format!("exchange rate of {}", currency.code()),
        }
    }
}
