//! What one clause claims: which words of it have to be known, and what they make of its quantities.

use super::measure;
use super::phrase::{Clause, Trouble, group, is_single, unknown};
use super::role::Role::{self, *};
use super::role::{COINS, Counted, Verb};
use super::segment::{Item, Segment, before, has_strange_coins, role};
use super::{Text, place};
use crate::claims::reading::{self, Refusal};
use crate::claims::{Basis, Interval, Unit};
use crate::domain::Decimal;

/// A clause that was read.
pub(super) struct Read {
    pub claims: Vec<Said>,
    /// Where the clause begins in the items; what stands before is the subject.
    pub start: usize,
}

/// One claim of it, without what the sentence says of all.
pub(super) struct Said {
    pub measure: &'static str,
    pub unit: Unit,
    pub interval: Interval,
    pub exact: bool,
    pub named: Vec<Basis>,
    pub nth: Option<u32>,
    pub place: Option<reading::Place>,
    pub span: Option<reading::Span>,
    pub victims: bool,
    /// The symbols of its quantity.
    pub words: (usize, usize),
}

/// What a clause says; `None` where it claims nothing.
pub(super) fn read(segment: &Segment, text: &Text) -> Result<Option<Read>, Trouble> {
    let items = segment.items.as_slice();
    (0..items.len()).find_map(|at| trouble(items, at)).map_or(Ok(()), Err)?;
    match (0..items.len()).find(|at| counts(items, *at)) {
        Some(first) => Clause::new(items, first, text)?.read(segment).map(Some),
        None => nothing_left(items),
    }
}

/// Whether a part is a quantity that is claimed: not the number of wallets that do something, and not the one transaction that
/// moved a sum.
fn counts(items: &[Item], at: usize) -> bool {
    let Some(quantity) = items.get(at).and_then(|item| item.quantity.as_ref()) else { return false };
    let object = match before(items, at) {
        Verb(_) | Gerund(_) | Be | Across | Via => true,
        To => !items.iter().any(Item::is_value),
        Nothing => items.len() == 1,
        _ => false,
    };
    !is_single(items, quantity) && (quantity.counted != Counted::Known(Unit::Addresses) || object)
}

/// What about a part makes its clause no claim, whatever else that says.
fn trouble(items: &[Item], at: usize) -> Option<Trouble> {
    let item = items.get(at)?;
    let (last, next) = (before(items, at), role(items, at + 1));
    let value_after = |skipped: &[Role]| {
        let next = items.iter().skip(at + 1).find(|item| !skipped.contains(&item.role));
        next.is_some_and(|item| item.role == Quantity)
    };
    let code = match item.role {
        Quantity => return quantity_trouble(items, at),
        Length | Per if item.role == Length || next.is_period() => Refusal::Rate,
        Per => Refusal::Demand,
        Refuse(code) => code,
        Changed => Refusal::Change,
        // The first twelve payments are a part of them.
        Ordinal(_) if matches!(next, Unit(_)) || (next == Quantity && !items.get(at + 1)?.is_value()) => {
            Refusal::Change
        }
        // Twice of it, half of it, some of the payments; `from 40`.
        Another if last == Quantity || value_after(&[Of, The, A, Another]) => Refusal::Change,
        Share(_) if value_after(&[Of, The, A]) => Refusal::Change,
        Number(_) | Digits | Share(_) if last == From || (next == Of && role(items, at + 2) == The) => Refusal::Change,
        _ => return None,
    };
    Some(Trouble::of(item, code))
}

fn quantity_trouble(items: &[Item], at: usize) -> Option<Trouble> {
    let item = items.get(at)?;
    let quantity = item.quantity.as_ref()?;
    let next = |n: usize| role(items, at + n);
    // `300 victims paid`, `collected $90 million from 47 victims`.
    let verbs = |range: std::ops::Range<usize>, wanted: &[Verb]| {
        items.get(range).unwrap_or_default().iter().filter_map(|i| i.role.verb()).any(|verb| wanted.contains(&verb))
    };
    let from = matches!(before(items, at), From | By);
    let paid_to = from && verbs(0..at, &[Verb::Paid, Verb::Received, Verb::Sent, Verb::Made]);
    let pays = paid_to || verbs(at..items.len(), &[Verb::Paid]);
    let of_payments = quantity.counted == Counted::Known(Unit::Payments) && next(1) == Of;
    let of_value = next(1) == Of && (next(2) == Quantity || next(3) == Quantity);
    let code = match quantity.counted {
        Counted::Foreign => Refusal::Foreign,
        Counted::Machines => Refusal::Machines,
        Counted::Victims if !pays => Refusal::Victims,
        _ if quantity.interval.is_err() => quantity.interval.err()?,
        // `$100,000 a month`, `20 payments a day`, and not `a week after`.
        _ if next(1) == A && next(2).is_period() && next(3) != After => Refusal::Rate,
        _ if of_payments || of_value => Refusal::Change,
        _ => return None,
    };
    Some(Trouble::of(item, code))
}

/// `the wallets were emptied`, `the coins are untouched`.
fn nothing_left(items: &[Item]) -> Result<Option<Read>, Trouble> {
    let said = |at: usize| match role(items, at).verb() {
        Some(verb @ (Verb::Emptied | Verb::Untouched)) => Some((at, items.get(at)?, verb)),
        _ => None,
    };
    let of_something = |item: &Item| item.is_wallets() || matches!(item.role, COINS | Money | Ransom | Balance);
    let found = (0..items.len()).find_map(said).filter(|_| items.iter().any(of_something));
    let Some((at, item, verb)) = found else { return Ok(None) };
    let start = group(items, at);
    known(items, start, None)?;
    subject_is_sound(items, start)?;
    let subject = items.get(..start).unwrap_or_default();
    let counted = |item: &Item| matches!(item.role, Number(_) | Digits | Unit(_)) && !of_something(item);
    let strange = subject.iter().find(|item| item.is_unknown());
    if let Some(strange) = strange.filter(|_| subject.iter().any(counted) || has_strange_coins(subject)) {
        return Err(unknown(strange));
    }
    let claim = Said {
        measure: if verb == Verb::Emptied { "left" } else { "withdrawn" },
        unit: Unit::Bitcoin,
        interval: Interval::point(Decimal::ZERO),
        exact: true,
        named: Vec::new(),
        nth: None,
        place: None,
        span: span(items)?,
        victims: false,
        words: (item.from, item.to),
    };
    Ok(Some(Read { claims: vec![claim], start }))
}

/// A subject may have unknown words, but none that could belong to the verb (`the hackers hardly withdrew`), and no circumstance
/// (`in Germany the hackers collected`).
fn subject_is_sound(items: &[Item], start: usize) -> Result<(), Trouble> {
    let subject = items.get(..start).unwrap_or_default();
    let Some(strange) = subject.iter().find(|item| item.is_unknown()) else { return Ok(()) };
    let known = subject.iter().rposition(|item| !item.is_unknown()).map_or(0, |at| at + 1);
    let verbal = match before(subject, known) {
        _ if known == subject.len() => false,
        Nothing => role(subject, subject.len() - 1) == Unknown,
        A | The | Elsewhere | Adjective | Number(_) | Digits => false,
        role => !role.is_preposition(),
    };
    if verbal || role(subject, 0).is_preposition() { Err(unknown(strange)) } else { Ok(()) }
}

fn span(items: &[Item]) -> Result<Option<reading::Span>, Trouble> {
    let mut found = None;
    for item in items {
        match item.role {
            Span(_) if found.is_some() => return Err(unknown(item)),
            Span(span) => found = Some(span),
            _ => {}
        }
    }
    Ok(found)
}

/// Every word from there on has to be one that a clause can have.
fn known(items: &[Item], start: usize, place: Option<(usize, usize)>) -> Result<(), Trouble> {
    let fits = |at: usize, item: &Item| match item.role {
        _ if place.is_some_and(|(from, to)| (from..to).contains(&at)) => true,
        // A preposition needs something to stand before; one before a day that made no span of it says something else.
        role if role.is_preposition() => {
            let next = self::role(items, at + 1);
            !next.is_join() && !matches!(next, Nothing | Span(_))
        }
        Number(one) => one == Decimal::ONE && role(items, at + 1).is_noun(),
        Quantity | Span(_) | Family | Address | Unit(_) | Sign(_) | Superlative(..) | Basis(_) | Verb(_)
        | Gerund(_) | Ordinal(_) | A | The | There | Worth | AllBut | Another | Adjective | Adverb | Time
        | Elsewhere => true,
        role => role.is_noun() || role.is_join() || role.helps(),
    };
    items
        .iter()
        .enumerate()
        .skip(start)
        .find(|(at, item)| !fits(*at, item))
        .map_or(Ok(()), |(_, item)| Err(unknown(item)))
}

impl Clause<'_> {
    fn read(&self, segment: &Segment) -> Result<Read, Trouble> {
        let items = self.items;
        let (start, place) = (self.start(), place::of(self));
        if self.is_one_victims() {
            return Err(self.fail(Refusal::OneVictim));
        }
        known(items, start, place.as_ref().map(|(_, range)| *range))?;
        if self.is_part(segment) {
            return Err(self.fail(Refusal::UnknownWords));
        }
        if self.is_active() {
            subject_is_sound(items, start)?;
        }
        let span = span(items)?;
        let mut claims: Vec<Said> = Vec::new();
        for (at, item) in items.iter().enumerate().filter(|(at, _)| counts(items, *at)) {
            let Some(quantity) = &item.quantity else { continue };
            let measured = measure::of(self, at, quantity, place.is_some()).map_err(|code| self.fail(code))?;
            let arrived = measured.name == "arrived";
            if place.is_some() && !arrived {
                return Err(self.fail(Refusal::UnknownWords));
            }
            let (interval, exact) = quantity.interval.map_err(|code| self.fail(code))?;
            let outputs = (quantity.counted == Counted::Outputs).then_some(Basis::Outputs);
            claims.push(Said {
                measure: measured.name,
                unit: measured.unit,
                interval,
                exact,
                named: named(items, at).into_iter().chain(outputs).collect(),
                nth: measured.nth,
                place: place.as_ref().map(|(place, _)| place.clone()),
                span: match span {
                    // A total on a day is what there was until then.
                    Some(reading::Span::On(day)) if measured.stock => Some(reading::Span::By(day)),
                    span => span,
                },
                victims: quantity.counted == Counted::Victims,
                words: (item.from, item.to),
            });
        }
        Ok(Read { claims, start })
    }

    /// `a million-dollar scheme`, `$61 million of these payments`, `, of about $20,000, was made`, `which made $10,000`: of
    /// something else, or of what was not understood.
    fn is_part(&self, segment: &Segment) -> bool {
        let scheme = |at: usize| {
            let behind = self.items.iter().skip(at + 1).find(|item| !matches!(item.role, Adjective | Ransom | COINS));
            let of = self.role(at + 1) == Of && self.role(at + 2) == The && matches!(self.role(at + 3), Unit(_));
            of || behind.is_some_and(|item| item.role == Thing)
        };
        let values = self.items.iter().enumerate().filter(|(_, item)| item.is_value());
        let begins = self.items.first().is_some_and(|item| item.from > 0);
        let of = self.first == 1 && self.role(0) == Of && self.verb.is_some() && begins;
        // `the hackers of HitBTC made`, `the hackers returned`.
        let subject = |wanted: fn(&Item) -> bool| self.is_active() && self.subject().iter().any(wanted);
        let verb = self.verb.map(|(_, verb)| verb);
        let taking = matches!(verb, Some(Verb::Received | Verb::Made | Verb::Amassed | Verb::Arrived));
        let takes = taking && place::of(self).is_none();
        let owner = takes && subject(|i| matches!(i.role, Service | Place(_)));
        let taken = takes && self.near(From, |item| item.is_wallets() || item.role == People);
        let back = verb == Some(Verb::Seized) && subject(|i| matches!(i.role, People | Family));
        values.map(|(at, _)| at).any(scheme) || of || owner || taken || back || segment.of_strangers
    }

    /// What one payer paid: a total is paid by many, or nobody says by whom.
    fn is_one_victims(&self) -> bool {
        let Some((at, Verb::Paid)) = self.verb else { return false };
        let many = self.items.iter().any(|item| item.role.is_payers() || item.counts(Counted::Victims));
        let before = group(self.items, at);
        let agent = if self.is_active() {
            0..before
        } else {
            // `that Colonial Pipeline had paid`; of `we have seen` nobody pays.
            let that = self.items.iter().position(|item| item.role == That).map(|that| that..before);
            let has = self.helper().filter(|at| self.role(*at) == Have && self.role(*at + 1) != Do).map(|has| 0..has);
            that.or(has).unwrap_or(0..0)
        };
        let agent = self.items.get(agent).unwrap_or_default();
        let is = |item: &Item| item.is_unknown() || matches!(item.role, Payer | People | Family | Authorities | Thing);
        let alone = self.is_single_payers();
        !many && !alone && (matches!(self.role(at), Gerund(_)) || agent.iter().any(is))
    }
}

/// The bases that belong to the quantity at a place: where a clause has several, the one behind a basis (`now worth $1 million`),
/// or else the one before it.
fn named(items: &[Item], at: usize) -> Vec<Basis> {
    let is_value = |n: &usize| items.get(*n).is_some_and(Item::is_value);
    let own = |n: usize| {
        let behind = (n + 1..items.len()).find(|n| role(items, *n) != Adverb).filter(is_value);
        behind.or_else(|| (0..n).rfind(is_value)).or_else(|| (n..items.len()).find(is_value)) == Some(at)
    };
    let basis = |(n, item): (usize, &Item)| match item.role {
        Basis(basis) => own(n).then_some(basis),
        _ => None,
    };
    items.iter().enumerate().filter_map(basis).collect()
}
