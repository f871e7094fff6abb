use chrono_tz::Tz;

use super::{NotUnderstood, Quantity, Scope, parse};
use crate::domain::words::CLAIM;
use crate::domain::{Family, Moment, TimeBasis};
use crate::figures::{Account, Question};
use crate::price::Prices;

/// What is to be checked.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// What was understood of it.
    pub quantity: Quantity,
    /// The moment that it speaks of; `None` is the moment to which the ledger is recorded.
    pub on: Option<Moment>,
    /// The part of the take that it speaks of.
    pub scope: Scope,
}

impl Claim {
    /// A sentence as somebody typed it, about all of the take: read, and kept in words that do not act.
    pub fn typed(text: &str, on: Option<Moment>) -> Result<Self, NotUnderstood> {
        Ok(Self { quantity: parse(text)?, text: CLAIM.line(text)?, on, scope: Scope::default() })
    }
}

/// Where the figures come from.
pub struct Evidence<'a> {
    /// Whose take it is.
    pub family: &'a Family,
    /// Prices in the claim's currency; for coins and counts in any.
    pub prices: &'a Prices,
    /// The zone that the claim's day is one of.
    pub zone: Tz,
    /// The name of the way of counting that `open` uses: one of [`COUNTINGS`](crate::figures::COUNTINGS).
    pub counting: &'static str,
    /// The family's account under a question, as far as the scope of the claim goes; `None` where nothing is recorded.
    pub open: &'a dyn Fn(Question, &Scope) -> Option<Account>,
}

impl Evidence<'_> {
    pub(super) fn account(&self, as_of: Option<Moment>, basis: TimeBasis, scope: &Scope) -> Option<Account> {
        (self.open)(Question { as_of, basis, zone: self.zone }, scope)
    }
}
