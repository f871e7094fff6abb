//! What a sentence comes to: `verify --json`.

use anyhow::{Context as _, Result};
use schemars::JsonSchema;
use serde::Serialize;

use crate::claims::{self, Bound, Clause};
use crate::domain::{Caveat, TimeBasis, rfc3339};

/// The verdicts, the mildest first.
const VERDICTS: [&str; 5] = ["supported", "supported-only-at", "cannot-check", "not-supported", "contradicted"];

/// A sentence held against the chain. The fields beside `claims` are those of its first claim.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Verified {
    /// The sentence.
    pub claim: String,
    /// The quantity as it was understood.
    pub understood: Understood,
    /// The moment that it was judged at, a day or an instant; unknown where nothing is recorded and none was given.
    pub on: Option<String>,
    /// Whether that moment was given, as against taken from the ledger.
    pub on_given: bool,
    /// Short name of the family.
    pub family: String,
    /// The part of the take that it speaks of, in words; null for all of it.
    pub scope: Option<String>,
    /// The way of counting.
    pub counting: &'static str,
    /// What it comes to, as known then.
    #[schemars(extend("enum" = VERDICTS))]
    pub verdict: &'static str,
    /// The last second that counts as then.
    pub as_of: Option<String>,
    /// The moment to which the ledger is complete.
    pub recorded_to: Option<String>,
    /// Basis by basis; empty where nothing is recorded.
    pub bases: Vec<BasisRow>,
    /// The verdict and what happened, in print.
    pub finding: String,
    /// What later prices and payments say, where that is something else.
    pub later: Option<String>,
    /// What a reader must know before printing it.
    pub caveats: Vec<Caveat>,
    /// Where the prices come from; null for coins and counts.
    pub price_source: Option<String>,
    /// All claims of the sentence, in the order of its words.
    pub claims: Vec<CheckedClaim>,
    /// Words of the sentence that take no part.
    pub not_checked: Vec<String>,
}

/// One claim of a sentence.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CheckedClaim {
    /// What is measured.
    pub measure: &'static str,
    /// Of whom it is said: the tracked `addresses`, or the `family`, which may have others.
    pub subject: &'static str,
    /// The claim in the one way of writing it.
    pub reading: String,
    /// The quantity as it was understood.
    pub understood: Understood,
    /// The part of the take that it speaks of, in words; null for all of it.
    pub scope: Option<String>,
    /// What it comes to, as known then.
    #[schemars(extend("enum" = VERDICTS))]
    pub verdict: &'static str,
    /// The last second that counts as then.
    pub as_of: Option<String>,
    /// Basis by basis; empty where nothing is recorded.
    pub bases: Vec<BasisRow>,
    /// The verdict and what happened, in print.
    pub finding: String,
    /// What later prices and payments say, where that is something else.
    pub later: Option<String>,
    /// What a reader must know before printing it.
    pub caveats: Vec<Caveat>,
    /// Where the prices come from; null for coins and counts.
    pub price_source: Option<String>,
}

/// A quantity as it was understood.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Understood {
    /// What it counts in: a currency, `BTC`, or what is counted.
    pub unit: &'static str,
    /// The least; null where any less would do.
    #[schemars(extend("format" = "decimal"))]
    pub min: Option<String>,
    /// The most.
    #[schemars(extend("format" = "decimal"))]
    pub max: Option<String>,
    /// Whether the least itself would do.
    pub min_included: Option<bool>,
    /// Whether the most itself would do.
    pub max_included: Option<bool>,
    /// It is meant to the last digit.
    pub exact: bool,
    /// The bases that the wording names.
    pub bases: Vec<&'static str>,
    /// The words that it was read from.
    pub words: String,
    /// The same in the one way of writing it.
    pub text: String,
}

/// What a claim comes to on one basis.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BasisRow {
    /// How the take is counted.
    pub basis: &'static str,
    /// By which clock: `block` or `first-seen`.
    #[schemars(with = "String")]
    pub time_basis: TimeBasis,
    /// As known `then`, or `now`.
    pub known: &'static str,
    /// What it counts, in words.
    pub what: &'static str,
    /// The UTC day of the price, where there is one day.
    pub day: Option<String>,
    /// The least that it can be.
    #[schemars(extend("format" = "decimal"))]
    pub low: Option<String>,
    /// At the close.
    #[schemars(extend("format" = "decimal"))]
    pub close: Option<String>,
    /// The most.
    #[schemars(extend("format" = "decimal"))]
    pub high: Option<String>,
    /// What the claim comes to.
    #[schemars(extend("enum" = VERDICTS))]
    pub verdict: &'static str,
    /// The claim's nearest end ÷ the value's nearest end; null where they meet.
    #[schemars(extend("format" = "decimal"))]
    pub factor: Option<String>,
    /// The claim's nearest end − the value's nearest end.
    #[schemars(extend("format" = "decimal"))]
    pub difference: Option<String>,
    /// What the value leaves out, or why there is none.
    pub missing: Option<String>,
    /// What else is to say of it.
    pub note: Option<String>,
    /// On `as-of` as known now: the first UTC day after the claim's on whose prices it is met.
    pub supported_from: Option<String>,
}

impl Verified {
    /// The sentence as it is told everywhere.
    pub fn of(verified: &claims::Verified) -> Result<Self> {
        let claims: Vec<CheckedClaim> = verified.claims.iter().map(CheckedClaim::of).collect();
        let first = claims.first().context("the sentence has no claim")?.clone();
        Ok(Self {
            claim: verified.claim.clone(),
            understood: first.understood,
            on: verified.on_text(),
            on_given: verified.on_given,
            family: verified.family.clone(),
            scope: first.scope,
            counting: verified.counting,
            verdict: first.verdict,
            as_of: first.as_of,
            recorded_to: verified.recorded_to.map(rfc3339),
            bases: first.bases,
            finding: first.finding,
            later: first.later,
            caveats: first.caveats,
            price_source: first.price_source,
            claims,
            not_checked: verified.not_checked.clone(),
        })
    }
}

impl Verified {
    /// The verdicts in the order of the claims, in print.
    pub fn in_words(&self) -> String {
        let words = |one: &CheckedClaim| claims::Verdict::ALL.into_iter().find(|known| known.name() == one.verdict);
        self.claims.iter().filter_map(words).map(claims::Verdict::words).collect::<Vec<_>>().join("; ")
    }

    /// What happened, claim by claim.
    pub fn told(&self) -> String {
        self.claims.iter().map(|one| one.finding.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl CheckedClaim {
    fn of(checked: &claims::Checked) -> Self {
        let clause = &checked.clause;
        Self {
            measure: clause.measure.name,
            subject: clause.subject.name(),
            reading: clause.to_string(),
            understood: Understood::of(clause),
            scope: checked.scope.clone(),
            verdict: checked.verdict.name(),
            as_of: checked.as_of.map(rfc3339),
            bases: checked.rows.iter().map(BasisRow::of).collect(),
            finding: checked.finding.clone(),
            later: checked.later.clone(),
            caveats: checked.caveats.clone(),
            price_source: checked.price_source.clone(),
        }
    }
}

impl Understood {
    fn of(clause: &Clause) -> Self {
        let text = |bound: Bound| bound.at.normalize().to_string();
        let interval = &clause.interval;
        Self {
            unit: clause.unit.name(),
            min: interval.min.map(text),
            max: interval.max.map(text),
            min_included: interval.min.map(|bound| !bound.open),
            max_included: interval.max.map(|bound| !bound.open),
            exact: clause.exact,
            bases: clause.named.iter().map(|basis| basis.name()).collect(),
            words: clause.words.clone(),
            text: clause.quantity(),
        }
    }
}

impl BasisRow {
    fn of(row: &claims::Row) -> Self {
        let [low, close, high] = match row.printed() {
            Some(numbers) => numbers.map(|number| Some(number.to_string())),
            None => [None, None, None],
        };
        Self {
            basis: row.basis.name(),
            time_basis: row.time_basis,
            known: row.known.name(),
            what: row.what,
            day: row.day.map(|day| day.to_string()),
            low,
            close,
            high,
            verdict: row.verdict.name(),
            factor: row.factor_printed(),
            difference: row.difference_printed(),
            missing: row.missing.clone(),
            note: row.note.clone(),
            supported_from: row.supported_from.map(|day| day.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_every_verdict() {
        assert_eq!(claims::Verdict::ALL.map(claims::Verdict::name), VERDICTS);
    }
}
