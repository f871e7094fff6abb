use std::fmt;
use std::str::FromStr;

use bitcoin::Amount;
use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::one_of;

/// A currency of the built-in reference rates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// US dollar, the currency of the price history.
    #[default]
    Usd,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Japanese yen.
    Jpy,
    /// Swiss franc.
    Chf,
    /// Canadian dollar.
    Cad,
    /// Australian dollar.
    Aud,
}

impl Currency {
    /// Every currency that values can be given in.
    pub const ALL: [Currency; 7] =
        [Currency::Usd, Currency::Eur, Currency::Gbp, Currency::Jpy, Currency::Chf, Currency::Cad, Currency::Aud];

    /// ISO 4217 code.
    pub fn code(self) -> &'static str {
        match self {
            Currency::Usd => "USD",
            Currency::Eur => "EUR",
            Currency::Gbp => "GBP",
            Currency::Jpy => "JPY",
            Currency::Chf => "CHF",
            Currency::Cad => "CAD",
            Currency::Aud => "AUD",
        }
    }

    /// Name in running text, plural: `US dollars`.
    pub fn name(self) -> &'static str {
        match self {
            Currency::Usd => "US dollars",
            Currency::Eur => "euros",
            Currency::Gbp => "pounds sterling",
            Currency::Jpy => "Japanese yen",
            Currency::Chf => "Swiss francs",
            Currency::Cad => "Canadian dollars",
            Currency::Aud => "Australian dollars",
        }
    }

    /// What stands before an amount in print: `$`, `€`, `CHF `.
    pub fn sign(self) -> &'static str {
        match self {
            Currency::Usd => "$",
            Currency::Eur => "€",
            Currency::Gbp => "£",
            Currency::Jpy => "¥",
            Currency::Chf => "CHF ",
            Currency::Cad => "C$",
            Currency::Aud => "A$",
        }
    }
}

impl FromStr for Currency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let code = text.to_ascii_uppercase();
        one_of("currency", &code, Currency::ALL, |currency| currency.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The price of one bitcoin on a UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayPrice {
    /// The UTC day.
    pub day: NaiveDate,
    /// Lowest price of the day.
    pub low: Decimal,
    /// Price at the end of the day.
    pub close: Decimal,
    /// Highest price of the day.
    pub high: Decimal,
}

/// What an amount was worth: an interval with the close as its centre, exact and not rounded. It serializes as decimal
/// strings with two places; it is rounded there and nowhere before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
pub struct Value {
    /// At the day's low.
    #[schemars(with = "String")]
    pub low: Decimal,
    /// At the day's close.
    #[schemars(with = "String")]
    pub close: Decimal,
    /// At the day's high.
    #[schemars(with = "String")]
    pub high: Decimal,
}

impl Value {
    /// `amount` at `price`, exactly.
    pub fn of(amount: Amount, price: &DayPrice) -> Self {
        // 10^-8: a satoshi in bitcoin.
        let btc = Decimal::from_i128_with_scale(i128::from(amount.to_sat()), 8);
        Self { low: btc * price.low, close: btc * price.close, high: btc * price.high }
    }

    /// Low, close and high, each rounded half up to whole cents.
    pub fn rounded(&self) -> [Decimal; 3] {
        [self.low, self.close, self.high].map(|x| {
            let mut cents = x.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            cents.rescale(2);
            cents
        })
    }
}

impl std::ops::AddAssign for Value {
    fn add_assign(&mut self, other: Self) {
        self.low += other.low;
        self.close += other.close;
        self.high += other.high;
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [low, close, high] = self.rounded();
        let mut out = serializer.serialize_struct("Value", 3)?;
        out.serialize_field("low", &low.to_string())?;
        out.serialize_field("close", &close.to_string())?;
        out.serialize_field("high", &high.to_string())?;
        out.end()
    }
}
