use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::Value;

/// A value in money on one UTC day: decimal text with two places, rounded half away from zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Money {
    /// Value at the lowest price of the UTC day; unknown where the day has no price.
    #[schemars(extend("format" = "decimal"))]
    pub low: Option<String>,
    /// The same at the day's close.
    #[schemars(extend("format" = "decimal"))]
    pub close: Option<String>,
    /// The same at the day's highest price.
    #[schemars(extend("format" = "decimal"))]
    pub high: Option<String>,
}

impl Money {
    /// The value as it is printed; unknown where there is none.
    pub fn of(value: Option<Value>) -> Self {
        let [low, close, high] = match value {
            Some(value) => value.rounded().map(|amount| Some(amount.to_string())),
            None => [None, None, None],
        };
        Self { low, close, high }
    }

    /// Low, close and high for people.
    pub fn in_words(&self) -> [String; 3] {
        [&self.low, &self.close, &self.high].map(|one| one.clone().unwrap_or_else(|| "unknown".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Decimal;

    #[test]
    fn unknown_is_null_and_never_zero() {
        let text = |value| serde_json::to_string(&Money::of(value)).unwrap();
        assert_eq!(text(None), r#"{"low":null,"close":null,"high":null}"#);
        let value = Value { low: Decimal::ZERO, close: Decimal::new(1_005, 3), high: Decimal::new(2, 0) };
        assert_eq!(text(Some(value)), r#"{"low":"0.00","close":"1.01","high":"2.00"}"#);
    }
}
