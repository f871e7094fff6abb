//! A clause with its verb: who stands before it, what helps it, and where the claim begins.

use super::Text;
use super::quantity::Quantity;
use super::role::Role::{self, *};
use super::role::{Counted, Verb};
use super::segment::{Item, before, role};
use crate::claims::reading::Refusal;
use crate::claims::{Interval, Unit};
use crate::domain::Decimal;

/// Why a clause was not read. What is soft leaves what other clauses say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub code: Refusal,
    pub soft: bool,
    /// The symbols that it is about.
    pub at: (usize, usize),
}

impl Trouble {
    pub fn of(item: &Item, code: Refusal) -> Self {
        let soft = matches!(code, Refusal::Damage | Refusal::Demand | Refusal::Victims | Refusal::Machines);
        Self { code, soft, at: (item.from, item.to) }
    }
}

pub(super) fn unknown(item: &Item) -> Trouble {
    Trouble::of(item, Refusal::UnknownWords)
}

/// A clause, with where its verb stands.
pub(super) struct Clause<'a> {
    pub items: &'a [Item],
    pub text: &'a Text<'a>,
    /// Its verb and where that stands; none of a bare quantity.
    pub verb: Option<(usize, Verb)>,
    /// The first quantity.
    pub first: usize,
}

impl<'a> Clause<'a> {
    pub fn new(items: &'a [Item], first: usize, text: &'a Text<'a>) -> Result<Self, Trouble> {
        let verbs = || items.iter().enumerate().filter_map(|(at, item)| Some((at, item.role.verb()?)));
        let after = || verbs().filter(|(at, _)| *at > first);
        let helped = |verb: &(usize, Verb)| helpers(items, verb.0).any(|role| role.helps());
        let main = match verbs().rfind(|(at, _)| *at < first) {
            Some(main) => {
                // Two verbs with their auxiliaries are two clauses.
                let second = after().find(helped).and_then(|(at, _)| items.get(at));
                second.map_or(Ok(Some(main)), |item| Err(unknown(item)))?
            }
            None => after().rfind(helped).or_else(|| after().next_back()),
        };
        // A copula or `have` that helps no verb says something itself.
        let alone = |role: Role| items.iter().position(|item| item.role == role);
        let copula = || alone(Be).map(|at| (at, Verb::Equals)).or(alone(Have).map(|at| (at, Verb::Left)));
        Ok(Self { items, text, verb: main.or_else(copula), first })
    }

    pub fn role(&self, at: usize) -> Role {
        role(self.items, at)
    }

    pub fn has(&self, wanted: impl Fn(Role) -> bool) -> bool {
        self.items.iter().any(|item| wanted(item.role))
    }

    /// Whether the verb stands before the first quantity.
    pub fn is_active(&self) -> bool {
        self.verb.is_some_and(|(at, _)| at < self.first)
    }

    pub fn is_passive(&self) -> bool {
        self.verb.is_some_and(|(at, _)| at > self.first || helpers(self.items, at).any(|role| role == Be))
    }

    /// The words before the verb and the first quantity.
    pub fn subject(&self) -> &'a [Item] {
        let end = self.verb.map_or(0, |(at, _)| group(self.items, at).min(self.first));
        self.items.get(..end).unwrap_or_default()
    }

    /// Whether one of these stands in the phrase of a preposition.
    pub fn near(&self, preposition: Role, wanted: fn(&Item) -> bool) -> bool {
        let phrase = |at: usize| self.items.iter().skip(at + 1).take(6).take_while(|item| !item.role.is_preposition());
        (0..self.items.len()).any(|at| self.role(at) == preposition && phrase(at).any(wanted))
    }

    pub fn fail(&self, code: Refusal) -> Trouble {
        let at = self.items.get(self.first).map_or((0, 0), |item| (item.from, item.to));
        Trouble { code, soft: false, at }
    }

    /// The auxiliary before the first quantity whose verb stands behind it: `haben die Angreifer 52 Bitcoin eingenommen`.
    pub fn helper(&self) -> Option<usize> {
        let before = self.items.get(..self.first).unwrap_or_default();
        before.iter().position(|item| matches!(item.role, Have | Be)).filter(|_| !self.is_active())
    }

    /// Where the clause begins: at its verb, unless the words before that say what is measured, or of whom alone it is said.
    pub fn start(&self) -> usize {
        let Some((at, verb)) = self.verb else { return 0 };
        let tells = |item: &Item| matches!(item.role, Superlative(..) | Withdrawal | Transfer | Payment | AllBut);
        let depends = matches!(self.role(at), Gerund(_)) || before(self.items, at) == To;
        if self.subject().iter().any(tells) {
            0
        } else if !self.is_active() {
            self.helper().unwrap_or(0)
        } else if depends || verb.is_copula() || matches!(verb, Verb::Used | Verb::Paid) {
            0
        } else {
            group(self.items, at)
        }
    }

    /// `a single victim paid`.
    pub fn is_single_payers(&self) -> bool {
        self.items.windows(2).any(|pair| matches!(pair, [a, b] if a.role == Number(Decimal::ONE) && b.role == Payer))
    }

    /// The noun of the one payment, transaction or withdrawal that the clause has.
    pub fn single(&self) -> Option<Role> {
        let mut all = self.items.iter().filter_map(|item| item.quantity.as_ref());
        all.find(|quantity| is_single(self.items, quantity)).map(|one| match one.unit() {
            Unit::Payments => Payment,
            Unit::Withdrawals => Withdrawal,
            _ => Transfer,
        })
    }
}

/// Where the verb begins with its auxiliaries.
pub(super) fn group(items: &[Item], verb: usize) -> usize {
    let before = items.get(..verb).unwrap_or_default();
    before.iter().rposition(|item| !(item.role.helps() || matches!(item.role, Adverb | To))).map_or(0, |at| at + 1)
}

/// One payment, one transaction beside a sum: the sum is that one's.
pub(super) fn is_single(items: &[Item], quantity: &Quantity) -> bool {
    let one = quantity.interval.is_ok_and(|(interval, _)| interval == Interval::point(Decimal::ONE));
    let counted =
        [Unit::Payments, Unit::Transactions, Unit::Withdrawals].map(Counted::Known).contains(&quantity.counted);
    one && counted && items.iter().any(Item::is_value)
}

/// The auxiliaries of the verb at a place.
fn helpers(items: &[Item], at: usize) -> impl Iterator<Item = Role> {
    items.get(group(items, at)..at).unwrap_or_default().iter().map(|item| item.role)
}
