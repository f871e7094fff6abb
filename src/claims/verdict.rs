//! What a sentence and each of its claims come to.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::RoundingStrategy;
use serde::ser::{Serialize, Serializer};

use super::{Basis, Clause, Unit};
use crate::domain::{Caveat, Decimal, Moment, Time, TimeBasis, Value, rfc3339};

/// What the chain says to a claim, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Claim and chain have something in common.
    Supported,
    /// On some bases and not on others.
    SupportedOnlyAt,
    /// Something that it needs is missing.
    CannotCheck,
    /// The tracked addresses do not show it. They are a lower bound: that does not make it false.
    NotSupported,
    /// The chain shows something else: more than the claim's most, or less than is said of the very addresses that are tracked.
    Contradicted,
}

impl Verdict {
    /// All of them, the mildest first.
    pub const ALL: [Verdict; 5] = [
        Verdict::Supported,
        Verdict::SupportedOnlyAt,
        Verdict::CannotCheck,
        Verdict::NotSupported,
        Verdict::Contradicted,
    ];

    /// Its name as data: `not-supported`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::CannotCheck => "cannot-check",
            Verdict::NotSupported => "not-supported",
            Verdict::Contradicted => "contradicted",
            Verdict::SupportedOnlyAt => "supported-only-at",
            Verdict::Supported => "supported",
        }
    }

    /// Its name in print, the same wherever it is read: `not supported`.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::CannotCheck => "cannot be checked",
            Verdict::NotSupported => "not supported",
            Verdict::Contradicted => "contradicted",
            Verdict::SupportedOnlyAt => "supported only at",
            Verdict::Supported => "supported",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// When what a row rests on was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    /// On the claim's day: the verdict rests on these rows alone.
    Then,
    /// With everything that is recorded and priced now.
    Now,
}

impl Known {
    /// Its name as data.
    pub fn name(self) -> &'static str {
        match self {
            Known::Then => "then",
            Known::Now => "now",
        }
    }
}

/// One basis, and what the claim comes to on it.
#[derive(Clone, Debug)]
pub struct Row {
    /// How the take is counted.
    pub basis: Basis,
    /// By which clock.
    pub time_basis: TimeBasis,
    /// When that was known.
    pub known: Known,
    /// What it counts, in words.
    pub what: &'static str,
    /// The UTC day of the price, where there is one day.
    pub day: Option<NaiveDate>,
    /// The claim's unit, which the value is in.
    pub unit: Unit,
    /// What the tracked addresses show; coins and counts have low = close = high. `None` where it is not known.
    pub value: Option<Value>,
    /// What the claim comes to.
    pub verdict: Verdict,
    /// The claim's nearest end ÷ the value's nearest end, exact: above 1 the claim is larger, below 1 smaller. `None` where
    /// they meet.
    pub factor: Option<Decimal>,
    /// The claim's nearest end − the value's nearest end, in the unit. `None` where they meet.
    pub difference: Option<Decimal>,
    /// What the value leaves out, or why there is none.
    pub missing: Option<String>,
    /// What else is to say of the value.
    pub note: Option<String>,
    /// On `as-of` as known now: the first UTC day after the claim's on whose prices the coins received meet it.
    pub supported_from: Option<NaiveDate>,
}

impl Row {
    /// The factor for readers: `20.4`, `1.91`, and with more places where it is nearly 1. `None` where they meet.
    pub fn factor_words(&self) -> Option<String> {
        self.factor.map(times)
    }

    /// Low, close and high as they are printed as data: money to the cent, bitcoin to the satoshi, counts whole.
    pub fn printed(&self) -> Option<[Decimal; 3]> {
        let value = self.value?;
        Some([value.low, value.close, value.high].map(|number| printed(self.unit, number)))
    }
}

impl Row {
    /// The factor as data: with four places.
    pub fn factor_printed(&self) -> Option<String> {
        Some(self.factor?.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero).to_string())
    }

    /// The difference as data.
    pub fn difference_printed(&self) -> Option<String> {
        Some(printed(self.unit, self.difference?).to_string())
    }
}

/// A number of a unit as it is printed as data.
pub(super) fn printed(unit: Unit, number: Decimal) -> Decimal {
    let places = match unit {
        Unit::Money(_) | Unit::Percent => 2,
        Unit::Bitcoin => 8,
        _ => 0,
    };
    let mut rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

/// A factor for readers: `20.4`, `1.91`, and with more places where it is nearly 1.
pub(super) fn times(factor: Decimal) -> String {
    let near = factor > Decimal::new(95, 2) && factor < Decimal::new(105, 2);
    let places = if near { 4 } else { u32::from(factor < Decimal::TEN) + 1 };
    let mut rounded = factor.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded.to_string()
}

/// A sentence held against the chain.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The sentence.
    pub claim: String,
    /// The moment that was given for it, or else that to which the ledger is recorded; `None` where nothing is.
    pub on: Option<Moment>,
    /// Whether that moment was given, as against taken from the ledger.
    pub on_given: bool,
    /// Short name of the family.
    pub family: String,
    /// Its name in print.
    pub title: String,
    /// The way of counting.
    pub counting: &'static str,
    /// The moment to which the family's ledger is complete.
    pub recorded_to: Option<Time>,
    /// Its claims, in the order of the words.
    pub claims: Vec<Checked>,
    /// Its words that take no part.
    pub not_checked: Vec<String>,
}

/// One claim of a sentence, held against the chain.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What was understood of it.
    pub clause: Clause,
    /// The part of the take that it speaks of, in words; `None` where that is all of it.
    pub scope: Option<String>,
    /// What it comes to, as known then.
    pub verdict: Verdict,
    /// The last second that counts as then.
    pub as_of: Option<Time>,
    /// Where the prices come from; `None` for coins and counts.
    pub price_source: Option<String>,
    /// Basis by basis; empty where nothing is recorded.
    pub rows: Vec<Row>,
    /// The verdict, and what happened, in print.
    pub finding: String,
    /// What later prices and payments say, in one sentence, where that is something else.
    pub later: Option<String>,
    /// What a reader must know before printing it.
    pub caveats: Vec<Caveat>,
}

impl Verified {
    /// The first claim: a sentence that was read has one.
    pub fn first(&self) -> Option<&Checked> {
        self.claims.first()
    }

    /// What happened, claim by claim.
    pub fn finding(&self) -> String {
        self.claims.iter().map(|one| one.finding.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether all of it is supported.
    pub fn is_supported(&self) -> bool {
        self.claims.iter().all(|one| one.verdict == Verdict::Supported)
    }

    /// The caveats of all claims, each once.
    pub fn caveats(&self) -> Vec<&Caveat> {
        let mut out: Vec<&Caveat> = Vec::new();
        for caveat in self.claims.iter().flat_map(|one| &one.caveats) {
            if !out.contains(&caveat) {
                out.push(caveat);
            }
        }
        out
    }

    /// The moment as data: a day or an instant.
    pub fn on_text(&self) -> Option<String> {
        Some(match self.on? {
            Moment::Day(day) => day.to_string(),
            Moment::Instant(time) => rfc3339(time),
        })
    }
}

impl Checked {
    /// The rows that the verdict rests on.
    pub fn then(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.known == Known::Then)
    }

    /// The row of a basis as known then, by that clock.
    pub fn row(&self, basis: Basis, time_basis: TimeBasis) -> Option<&Row> {
        self.then().find(|row| row.basis == basis && row.time_basis == time_basis)
    }

    /// Whether rows of both clocks are shown.
    pub fn has_both_clocks(&self) -> bool {
        self.rows.iter().any(|row| row.time_basis == TimeBasis::FirstSeen)
    }
}

/// The verdict of all rows together: on the bases that the wording names, or on every one; on some of them; else the
/// last of the rest in the order of verdicts. What is known only now does not count.
pub(super) fn overall(rows: &[Row], named: &[Basis]) -> Verdict {
    let then: Vec<&Row> = rows.iter().filter(|row| row.known == Known::Then).collect();
    let mut meant: Vec<&Row> = then.iter().filter(|row| named.contains(&row.basis)).copied().collect();
    if meant.is_empty() {
        meant.clone_from(&then);
    }
    let supported = !meant.is_empty() && meant.iter().all(|row| row.verdict == Verdict::Supported);
    if supported {
        return Verdict::Supported;
    }
    if then.iter().any(|row| row.verdict == Verdict::Supported) {
        return Verdict::SupportedOnlyAt;
    }
    then.iter().map(|row| row.verdict).max().unwrap_or(Verdict::CannotCheck)
}
