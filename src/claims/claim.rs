use std::rc::Rc;

use anyhow::Result;
use chrono_tz::Tz;

use super::{NotUnderstood, Reading, Scope, read};
use crate::domain::words::shown;
use crate::domain::{Currency, Family, Moment, Time};
use crate::figures::{Account, Question};
use crate::price::Prices;
use crate::trace::{LabelInfo, Landing, Policy};

/// What is to be checked.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// What was understood of it.
    pub reading: Reading,
    /// The moment that it speaks of; `None` is the moment to which the ledger is recorded.
    pub on: Option<Moment>,
    /// The part of the take that is asked about, beside what the sentence names.
    pub scope: Scope,
}

impl Claim {
    /// A sentence as somebody typed it, about all of the take: read, and kept in words that do not act.
    pub fn typed(text: &str, on: Option<Moment>) -> Result<Self, NotUnderstood> {
        Ok(Self { reading: read(text)?, text: shown(text).into_owned(), on, scope: Scope::default() })
    }

    /// The currencies that it speaks of.
    pub fn currencies(&self) -> impl Iterator<Item = Currency> {
        self.reading.claims.iter().filter_map(|one| one.unit.currency())
    }
}

/// Where the answers come from.
pub trait Evidence {
    /// Whose take it is.
    fn family(&self) -> &Family;

    /// The zone that days are those of.
    fn zone(&self) -> Tz;

    /// The name of the way of counting: one of [`COUNTINGS`](crate::figures::COUNTINGS).
    fn counting(&self) -> &'static str;

    /// The prices in a currency.
    fn prices(&self, currency: Currency) -> Result<Rc<Prices>>;

    /// The family's account under a question, as far as the scope of the claim goes; `None` where nothing is recorded.
    fn account(&self, question: Question, scope: &Scope, prices: &Prices) -> Result<Option<Account>>;

    /// What of the coins that left in this scope arrived, up to a moment, at addresses with such a label.
    fn landed(&self, until: Time, scope: &Scope, is_meant: &dyn Fn(&LabelInfo) -> bool) -> Result<Landed>;
}

/// What arrived at addresses with labels.
#[derive(Debug)]
pub struct Landed {
    /// Each arrival.
    pub landings: Vec<Landing>,
    /// Every coin was followed to an end that is known.
    pub whole: bool,
    /// How mixed coins were told apart.
    pub policy: Policy,
}
