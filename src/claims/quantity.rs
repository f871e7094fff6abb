use crate::domain::{Currency, Decimal};

/// What a claim counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Money of this currency.
    Money(Currency),
    /// Bitcoin.
    Bitcoin,
    /// Payments: outputs and transactions are both looked at, since nobody says which one counted.
    Payments,
    /// Transactions that pay.
    Transactions,
    /// Transactions that spend.
    Withdrawals,
    /// Addresses.
    Addresses,
    /// Days.
    Days,
    /// Hundredths of what was received.
    Percent,
}

impl Unit {
    /// The unit as data: `USD`, `BTC`, `payments`.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Money(currency) => currency.code(),
            Unit::Bitcoin => "BTC",
            Unit::Payments => "payments",
            Unit::Transactions => "transactions",
            Unit::Withdrawals => "withdrawals",
            Unit::Addresses => "addresses",
            Unit::Days => "days",
            Unit::Percent => "percent",
        }
    }

    /// The unit in running text: `US dollars`, `BTC`, `payments`.
    pub fn words(self) -> &'static str {
        match self {
            Unit::Money(currency) => currency.name(),
            other => other.name(),
        }
    }

    /// The currency, of money.
    pub fn currency(self) -> Option<Currency> {
        match self {
            Unit::Money(currency) => Some(currency),
            _ => None,
        }
    }

    /// Whether it counts whole things.
    pub fn is_count(self) -> bool {
        !matches!(self, Unit::Money(_) | Unit::Bitcoin | Unit::Percent)
    }
}

/// One end of an [`Interval`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Where it is, in the claim's unit.
    pub at: Decimal,
    /// The end itself does not belong to the interval: `more than 300`.
    pub open: bool,
}

impl Bound {
    /// An end that belongs to the interval.
    pub fn closed(at: Decimal) -> Self {
        Self { at, open: false }
    }
}

/// What a claim allows, in its unit. A side that it leaves open is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The least.
    pub min: Option<Bound>,
    /// The most.
    pub max: Option<Bound>,
}

/// Where a value lies, seen from a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They have something in common.
    Overlaps,
    /// All of the value is below the claim's least.
    Below,
    /// All of the value is above the claim's most.
    Above,
}

impl Interval {
    /// From one number to another, both included.
    pub fn between(min: Decimal, max: Decimal) -> Self {
        Self { min: Some(Bound::closed(min)), max: Some(Bound::closed(max)) }
    }

    /// One number and nothing else.
    pub fn point(at: Decimal) -> Self {
        Self::between(at, at)
    }

    /// Holds it against a value from `low` to `high`.
    pub fn against(&self, low: Decimal, high: Decimal) -> Standing {
        let below = self.min.is_some_and(|min| high < min.at || (min.open && high == min.at));
        let above = self.max.is_some_and(|max| low > max.at || (max.open && low == max.at));
        match (below, above) {
            (true, _) => Standing::Below,
            (_, true) => Standing::Above,
            _ => Standing::Overlaps,
        }
    }
}

/// An interval in words that read back as the same interval: `at least 2,000,000 US dollars`, `exactly 6 withdrawals`, `between
/// 135,000 and 145,000 US dollars`.
pub(super) fn in_words(unit: Unit, interval: &Interval) -> String {
    let ends = [interval.min, interval.max].map(|end| end.is_none_or(|end| end.at == Decimal::ONE));
    // One payment, and between one and two payments.
    let counted = unit;
    let unit = match unit {
        Unit::Addresses if ends == [true, true] => "address",
        unit if unit.is_count() && ends == [true, true] => unit.words().trim_end_matches('s'),
        unit => unit.words(),
    };
    // A point before three digits sets thousands apart, but in coins.
    let number = |end: Bound| {
        let text = plain(end.at);
        let apart =
            text.split_once('.').is_some_and(|(whole, rest)| rest.len() == 3 && whole.len() <= 3 && whole != "0");
        if apart && counted != Unit::Bitcoin { text + "0" } else { text }
    };
    match (interval.min, interval.max) {
        (Some(min), Some(max)) if min == max => format!("exactly {} {unit}", number(min)),
        (Some(min), Some(max)) => format!("between {} and {} {unit}", number(min), number(max)),
        (Some(min), None) => format!("{} {} {unit}", if min.open { "more than" } else { "at least" }, number(min)),
        (None, Some(max)) => format!("{} {} {unit}", if max.open { "less than" } else { "at most" }, number(max)),
        (None, None) => format!("any number of {unit}"),
    }
}

/// A number in full, with its thousands set apart and no zeros at the end: `2,000,000`, `52.19666422`.
pub(super) fn plain(number: Decimal) -> String {
    let text = number.normalize().to_string();
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_count_where_they_belong() {
        let d = |n: i64| Decimal::from(n);
        let open = Interval { min: Some(Bound { at: d(300), open: true }), max: None };
        assert_eq!(open.against(d(300), d(300)), Standing::Below);
        assert_eq!(open.against(d(301), d(301)), Standing::Overlaps);
        let closed = Interval::between(d(5), d(10));
        assert_eq!(closed.against(d(1), d(5)), Standing::Overlaps);
        assert_eq!(closed.against(d(10), d(11)), Standing::Overlaps);
        assert_eq!(closed.against(d(11), d(12)), Standing::Above);
        assert_eq!(closed.against(d(1), d(4)), Standing::Below);
    }

    #[test]
    fn numbers_are_written_in_full() {
        let check = |number: &str, expect: &str| assert_eq!(plain(number.parse().unwrap()), expect);
        check("2000000", "2,000,000");
        check("52.19666422", "52.19666422");
        check("46.80", "46.8");
        check("999", "999");
        check("1000.5", "1,000.5");
    }
}
