//! What a claim comes to, in the shape that `verify --json` prints.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::RoundingStrategy;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::quantity::{Quantity, Unit};
use super::{Basis, Claim};
use crate::domain::{Caveat, Decimal, Family, Moment, Time, TimeBasis, Value, rfc3339};

/// What the chain says to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Something that it needs is missing.
    CannotCheck,
    /// The tracked addresses do not show it. They are a lower bound: that does not make it false.
    NotSupported,
    /// The chain shows something else: more than the claim's most, or a figure that is complete and not the claimed one.
    Contradicted,
    /// On some bases and not on others.
    SupportedOnlyAt,
    /// Claim and chain have something in common.
    Supported,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Verdict; 5] = [
        Verdict::CannotCheck,
        Verdict::NotSupported,
        Verdict::Contradicted,
        Verdict::SupportedOnlyAt,
        Verdict::Supported,
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

    /// In words for a table: `not supported`.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::CannotCheck => "cannot be checked",
            Verdict::NotSupported => "not supported",
            Verdict::Contradicted => "contradicted",
            Verdict::SupportedOnlyAt => "supported in part",
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

/// A number of a unit as it is printed as data.
pub(super) fn printed(unit: Unit, number: Decimal) -> Decimal {
    let places = match unit {
        Unit::Money(_) => 2,
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

/// A factor with four places, as data.
pub(super) fn factor(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero)
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [low, close, high] = match self.printed() {
            Some(numbers) => numbers.map(|n| Some(n.to_string())),
            None => [None, None, None],
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("basis", self.basis.name())?;
        map.serialize_entry("time_basis", &self.time_basis)?;
        map.serialize_entry("known", self.known.name())?;
        map.serialize_entry("day", &self.day)?;
        map.serialize_entry("low", &low)?;
        map.serialize_entry("close", &close)?;
        map.serialize_entry("high", &high)?;
        map.serialize_entry("verdict", &self.verdict)?;
        map.serialize_entry("factor", &self.factor.map(|f| factor(f).to_string()))?;
        map.serialize_entry("difference", &self.difference.map(|d| printed(self.unit, d).to_string()))?;
        map.serialize_entry("missing", &self.missing)?;
        if self.basis == Basis::AsOf && self.known == Known::Now {
            map.serialize_entry("supported_from", &self.supported_from)?;
        }
        map.end()
    }
}

/// A claim held against the chain.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The sentence.
    pub claim: String,
    /// What was understood of it.
    pub quantity: Quantity,
    /// The moment it was judged at; `None` where nothing is recorded and none was given.
    pub on: Option<Moment>,
    /// Whether that moment was given, as against taken from the ledger.
    pub on_given: bool,
    /// Short name of the family.
    pub family: String,
    /// Its name in print.
    pub title: String,
    /// The part of the take that it speaks of, in words; `None` where that is all of it.
    pub scope: Option<String>,
    /// The way of counting.
    pub counting: &'static str,
    /// What it comes to, as known then.
    pub verdict: Verdict,
    /// The moment to which the family's ledger is complete.
    pub recorded_to: Option<Time>,
    /// The last second that counts as then.
    pub as_of: Option<Time>,
    /// Where the prices come from; `None` for coins and counts.
    pub price_source: Option<String>,
    /// Basis by basis; empty where nothing is recorded.
    pub rows: Vec<Row>,
    /// The finding in one sentence.
    pub finding: String,
    /// What later prices and payments say, in one sentence, where that is something else.
    pub later: Option<String>,
    /// What a reader must know before printing it.
    pub caveats: Vec<Caveat>,
}

impl Verified {
    /// Before anything is known: it cannot be checked, since nothing is recorded.
    pub(super) fn unchecked(claim: &Claim, family: &Family, counting: &'static str) -> Self {
        Self {
            claim: claim.text.clone(),
            quantity: claim.quantity.clone(),
            on: claim.on,
            on_given: claim.on.is_some(),
            family: family.name.clone(),
            title: family.title.clone(),
            scope: claim.scope.words(),
            counting,
            verdict: Verdict::CannotCheck,
            recorded_to: None,
            as_of: None,
            price_source: None,
            rows: Vec::new(),
            finding: format!("The claim cannot be checked: nothing is recorded of {} yet.", family.title),
            later: None,
            caveats: Vec::new(),
        }
    }

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

    /// The moment as data: a day or an instant.
    pub fn on_text(&self) -> Option<String> {
        Some(match self.on? {
            Moment::Day(day) => day.to_string(),
            Moment::Instant(time) => rfc3339(time),
        })
    }
}

impl Serialize for Verified {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("claim", &self.claim)?;
        map.serialize_entry("understood", &Understood(&self.quantity))?;
        map.serialize_entry("on", &self.on_text())?;
        map.serialize_entry("on_given", &self.on_given)?;
        map.serialize_entry("family", &self.family)?;
        map.serialize_entry("scope", &self.scope)?;
        map.serialize_entry("counting", self.counting)?;
        map.serialize_entry("verdict", &self.verdict)?;
        map.serialize_entry("as_of", &self.as_of.map(rfc3339))?;
        map.serialize_entry("recorded_to", &self.recorded_to.map(rfc3339))?;
        map.serialize_entry("bases", &self.rows)?;
        map.serialize_entry("finding", &self.finding)?;
        map.serialize_entry("later", &self.later)?;
        map.serialize_entry("caveats", &self.caveats)?;
        map.serialize_entry("price_source", &self.price_source)?;
        map.end()
    }
}

struct Understood<'a>(&'a Quantity);

impl Serialize for Understood<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Quantity { unit, interval, exact, named, words, .. } = self.0;
        let text = |bound: &super::Bound| bound.at.normalize().to_string();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("unit", unit.name())?;
        map.serialize_entry("min", &interval.min.as_ref().map(text))?;
        map.serialize_entry("max", &interval.max.as_ref().map(text))?;
        map.serialize_entry("min_included", &interval.min.map(|b| !b.open))?;
        map.serialize_entry("max_included", &interval.max.map(|b| !b.open))?;
        map.serialize_entry("exact", exact)?;
        map.serialize_entry("bases", named)?;
        map.serialize_entry("words", words)?;
        map.serialize_entry("text", &self.0.to_string())?;
        map.end()
    }
}

/// The verdict of all rows together: on the bases that the wording names, or on every one; on some of them; else the
/// strongest of the rest. What is known only now does not count.
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
