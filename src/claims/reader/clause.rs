//! What one clause claims: which words of it have to be known, and what they make of its quantities.

use super::quantity::Quantity;
use super::role::{Counted, Noun, Preposition, Role, Verb, Word};
use super::segment::{Item, Segment, What};
use super::{Text, place};
use crate::claims::reading::{Place, Refusal, Span};
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
    pub place: Option<Place>,
    pub span: Option<Span>,
    pub victims: bool,
    /// The symbols of its quantity.
    pub words: (usize, usize),
}

/// Why a clause was not read. What is soft leaves what other clauses say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub code: Refusal,
    pub soft: bool,
    /// The symbols that it is about.
    pub at: (usize, usize),
}

/// A clause, with where its verb stands.
pub(super) struct Clause<'a> {
    pub items: &'a [Item],
    pub text: &'a Text<'a>,
    /// Its verb and where that stands; none of a bare quantity.
    pub verb: Option<(usize, Verb)>,
    /// The first quantity.
    first: usize,
    passive: bool,
}

/// What a clause without a quantity says of the wallets, if it says that they are empty or as they were.
pub(super) fn read(segment: &Segment, text: &Text) -> Result<Option<Read>, Trouble> {
    let items = segment.items.as_slice();
    trouble(items)?;
    let Some(first) = items.iter().position(|item| counts(items, item)) else { return nothing_left(items) };
    let clause = Clause::new(items, first, text)?;
    clause.read().map(Some)
}

/// A quantity that is claimed: not the number of wallets that do something, and not the one transaction that moved a sum.
fn counts(items: &[Item], item: &Item) -> bool {
    let Some(quantity) = item.quantity() else { return false };
    if is_single(items, quantity) {
        return false;
    }
    let at = items.iter().position(|other| other.from == item.from).unwrap_or_default();
    let before = at.checked_sub(1).and_then(|at| items.get(at)).and_then(Item::role);
    let object = match before {
        Some(
            Role::Verb(_)
            | Role::Gerund(_)
            | Role::Word(Word::Be)
            | Role::Preposition(Preposition::Other | Preposition::Via),
        ) => true,
        Some(Role::Preposition(Preposition::To)) => !items.iter().filter_map(Item::quantity).any(Quantity::is_value),
        None => items.len() == 1,
        _ => false,
    };
    quantity.counted != Counted::Known(Unit::Addresses) || object
}

/// One payment, one transaction beside a sum: the sum is that one's.
fn is_single(items: &[Item], quantity: &Quantity) -> bool {
    let one = quantity.interval.is_ok_and(|(interval, _)| interval == Interval::point(Decimal::ONE));
    let single = matches!(quantity.unit(), Unit::Payments | Unit::Transactions | Unit::Withdrawals)
        && quantity.counted != Counted::Victims;
    one && single && items.iter().filter_map(Item::quantity).any(Quantity::is_value)
}

/// What makes a clause no claim, whatever else it says.
fn trouble(items: &[Item]) -> Result<(), Trouble> {
    let paid = |i: &Item| {
        matches!(i.role(), Some(Role::Verb(Verb::Paid | Verb::Received | Verb::Sent | Verb::Made) | Role::Gerund(_)))
    };
    for (at, item) in items.iter().enumerate() {
        let next = |n: usize| items.get(at + n).and_then(Item::role);
        let after = items.get(at + 1);
        let fail = |code, soft| Err(Trouble { code, soft, at: (item.from, item.to) });
        match &item.kind {
            What::Quantity(quantity) => {
                let of = next(1) == Some(Role::Preposition(Preposition::Of))
                    && items.iter().skip(at + 2).take(2).any(|i| i.quantity().is_some());
                let from = matches!(
                    at.checked_sub(1).and_then(|at| items.get(at)).and_then(Item::role),
                    Some(Role::Preposition(Preposition::From | Preposition::By))
                );
                let pays = items.iter().enumerate().any(|(n, i)| {
                    paid(i) && (n < at && from || n > at && matches!(i.role(), Some(Role::Verb(Verb::Paid))))
                });
                match quantity.counted {
                    Counted::Foreign => fail(Refusal::Foreign, false)?,
                    Counted::Machines => fail(Refusal::Machines, true)?,
                    Counted::Victims if !pays => fail(Refusal::Victims, true)?,
                    _ => {}
                }
                if let Err(code) = quantity.interval {
                    fail(code, false)?;
                }
                // `$100,000 a month`, `20 payments a day`.
                let period = |role| matches!(role, Some(Role::Period(_) | Role::Unit(Counted::Known(Unit::Days))));
                let after = matches!(next(3), Some(Role::Preposition(Preposition::After)));
                if matches!(next(1), Some(Role::Word(Word::A))) && period(next(2)) && !after {
                    fail(Refusal::Rate, false)?;
                }
                if of
                    || (quantity.counted == Counted::Known(Unit::Payments)
                        && next(1) == Some(Role::Preposition(Preposition::Of)))
                {
                    fail(Refusal::Change, false)?;
                }
            }
            What::Length => fail(Refusal::Rate, false)?,
            What::Span(_) => {}
            What::Word(role) => match role {
                Role::Refuse(code) => fail(
                    *code,
                    matches!(code, Refusal::Damage | Refusal::Demand | Refusal::Victims | Refusal::Machines),
                )?,
                Role::Preposition(Preposition::Per) => {
                    let period = matches!(next(1), Some(Role::Period(_) | Role::Unit(Counted::Known(Unit::Days))));
                    fail(if period { Refusal::Rate } else { Refusal::Demand }, !period)?;
                }
                // The first twelve payments are a part of them.
                Role::Ordinal(_)
                    if matches!(next(1), Some(Role::Unit(_)))
                        || after.is_some_and(|i| i.quantity().is_some_and(|q| !q.is_value())) =>
                {
                    fail(Refusal::Change, false)?;
                }
                Role::Word(Word::Changed) => fail(Refusal::Change, false)?,
                // Twice of it, half of it, some of the payments.
                Role::Word(Word::Another) | Role::Share(_) | Role::Number(_) | Role::Digits => {
                    let skips = |i: &&Item| {
                        !matches!(
                            i.role(),
                            Some(Role::Preposition(Preposition::Of) | Role::Word(Word::The | Word::A | Word::Another))
                        )
                    };
                    let number = !matches!(role, Role::Word(Word::Another));
                    let of = next(1) == Some(Role::Preposition(Preposition::Of))
                        && matches!(next(2), Some(Role::Word(Word::The)));
                    let value = items.iter().skip(at + 1).find(skips).is_some_and(|i| i.quantity().is_some());
                    let behind = !number
                        && at.checked_sub(1).and_then(|at| items.get(at)).is_some_and(|i| i.quantity().is_some());
                    let from = number
                        && at.checked_sub(1).and_then(|at| items.get(at)).and_then(Item::role)
                            == Some(Role::Preposition(Preposition::From));
                    if from
                        || (value && !number)
                        || behind
                        || (number && (of || (value && matches!(role, Role::Share(_)))))
                    {
                        fail(Refusal::Change, false)?;
                    }
                }
                _ => {}
            },
        }
    }
    Ok(())
}

/// `the wallets were emptied`, `the coins are untouched`.
fn nothing_left(items: &[Item]) -> Result<Option<Read>, Trouble> {
    let said = items.iter().enumerate().find_map(|(at, item)| match item.role()? {
        Role::Verb(verb @ (Verb::Emptied | Verb::Untouched)) | Role::Gerund(verb @ Verb::Emptied) => Some((at, verb)),
        _ => None,
    });
    let of_something = |item: &Item| match item.role() {
        Some(
            Role::Unit(Counted::Known(Unit::Addresses | Unit::Bitcoin))
            | Role::Noun(Noun::Money | Noun::Ransom | Noun::Balance),
        ) => true,
        _ => matches!(item.quantity(), Some(quantity) if quantity.counted == Counted::Known(Unit::Addresses)),
    };
    let Some((at, verb)) = said.filter(|_| items.iter().any(of_something)) else { return Ok(None) };
    let start = group(items, at);
    known(items, start, None)?;
    subject_is_sound(items, start)?;
    let subject = items.get(..start).unwrap_or_default();
    let counted = |item: &Item| match item.role() {
        Some(Role::Number(_) | Role::Digits) => true,
        Some(Role::Unit(counted)) => !matches!(counted, Counted::Known(Unit::Addresses | Unit::Bitcoin)),
        _ => false,
    };
    let coins = |pair: &[Item]| matches!(pair, [a, b] if a.is_unknown() && matches!(b.role(), Some(Role::Unit(unit) | Role::Sign(unit)) if unit == Counted::Known(Unit::Bitcoin)));
    if let Some(strange) =
        subject.iter().find(|i| i.is_unknown()).filter(|_| subject.iter().any(counted) || subject.windows(2).any(coins))
    {
        return Err(unknown(strange));
    }
    let measure = if verb == Verb::Emptied { "left" } else { "withdrawn" };
    let claim = Said {
        measure,
        unit: Unit::Bitcoin,
        interval: Interval::point(Decimal::ZERO),
        exact: true,
        named: Vec::new(),
        nth: None,
        place: None,
        span: span(items)?,
        victims: false,
        words: items.get(at).map_or((0, 0), |item| (item.from, item.to)),
    };
    Ok(Some(Read { claims: vec![claim], start }))
}

/// Where the verb begins with its auxiliaries.
fn group(items: &[Item], verb: usize) -> usize {
    let helps = |item: &Item| {
        matches!(
            item.role(),
            Some(Role::Word(Word::Be | Word::Have | Word::Do | Word::Adverb) | Role::Preposition(Preposition::To))
        )
    };
    let before = items.get(..verb).unwrap_or_default();
    before.iter().rposition(|item| !helps(item)).map_or(0, |at| at + 1)
}

/// A subject may have unknown words, but none that could belong to the verb (`the hackers hardly withdrew`), and no circumstance
/// (`in Germany the hackers collected`).
fn subject_is_sound(items: &[Item], start: usize) -> Result<(), Trouble> {
    let subject = items.get(..start).unwrap_or_default();
    let strange = subject.iter().rev().take_while(|i| i.is_unknown()).count();
    let last = subject.last().filter(|_| strange > 0);
    let before = subject.len().checked_sub(strange + 1).and_then(|at| subject.get(at)).map(Item::role);
    let noun = match before {
        None => last.is_some_and(|i| i.role() == Some(Role::Unknown)),
        Some(before) => !matches!(
            before,
            Some(Role::Word(Word::A | Word::The | Word::Elsewhere) | Role::Adjective | Role::Preposition(_))
        ),
    };
    if let Some(last) = last.filter(|_| noun) {
        return Err(unknown(last));
    }
    let circumstance = matches!(subject.first().and_then(Item::role), Some(Role::Preposition(_)));
    match subject.iter().find(|i| i.is_unknown()).filter(|_| circumstance) {
        Some(strange) => Err(unknown(strange)),
        None => Ok(()),
    }
}

fn span(items: &[Item]) -> Result<Option<Span>, Trouble> {
    let mut found = None;
    for item in items {
        match item.kind {
            What::Span(span) if found.is_none() => found = Some(span),
            What::Span(_) => return Err(unknown(item)),
            _ => {}
        }
    }
    Ok(found)
}

fn unknown(item: &Item) -> Trouble {
    Trouble { code: Refusal::UnknownWords, soft: false, at: (item.from, item.to) }
}

/// Every word from there on has to be one that a clause can have.
fn known(items: &[Item], start: usize, place: Option<(usize, usize)>) -> Result<(), Trouble> {
    for (at, item) in items.iter().enumerate().skip(start) {
        if place.is_some_and(|(from, to)| (from..to).contains(&at)) {
            continue;
        }
        let next = items.get(at + 1);
        let fits = match item.role() {
            None => true,
            // A preposition needs something to stand before; one before a day that made no span of it says something else.
            Some(Role::Preposition(_)) => {
                next.is_some_and(|n| !matches!(n.role(), Some(Role::Join(_))) && !matches!(n.kind, What::Span(_)))
            }
            Some(Role::Number(one)) => one == Decimal::ONE && matches!(next.and_then(Item::role), Some(Role::Noun(_))),
            Some(Role::Word(word)) => {
                !matches!(word, Word::Computes | Word::Early | Word::End | Word::Changed | Word::Minus | Word::Figures)
            }
            Some(
                Role::Family
                | Role::Noun(_)
                | Role::Unit(_)
                | Role::Sign(_)
                | Role::Adjective
                | Role::Superlative(..)
                | Role::Basis(_)
                | Role::Verb(_)
                | Role::Gerund(_)
                | Role::Ordinal(_)
                | Role::Join(_)
                | Role::Address,
            ) => true,
            Some(_) => false,
        };
        if !fits {
            return Err(unknown(item));
        }
    }
    Ok(())
}

impl<'a> Clause<'a> {
    fn new(items: &'a [Item], first: usize, text: &'a Text<'a>) -> Result<Self, Trouble> {
        let help = |at: usize| {
            let from = group(items, at);
            items
                .get(from..at)
                .unwrap_or_default()
                .iter()
                .any(|i| matches!(i.role(), Some(Role::Word(Word::Be | Word::Have | Word::Do))))
        };
        let be = |at: usize| {
            let from = group(items, at);
            items.get(from..at).unwrap_or_default().iter().any(|i| i.role() == Some(Role::Word(Word::Be)))
        };
        let verbs: Vec<(usize, Verb)> = items
            .iter()
            .enumerate()
            .filter_map(|(at, item)| match item.role()? {
                Role::Verb(verb) | Role::Gerund(verb) => Some((at, verb)),
                _ => None,
            })
            .collect();
        let before = verbs.iter().rfind(|(at, _)| *at < first);
        let after = || verbs.iter().filter(|(at, _)| *at > first);
        let main = match before {
            Some(before) => {
                if let Some((at, _)) = after().find(|(at, _)| help(*at)) {
                    return Err(items.get(*at).map_or_else(|| unknown(&items[0]), unknown));
                }
                Some(*before)
            }
            None => after().rfind(|(at, _)| help(*at)).or_else(|| after().last()).copied(),
        };
        // A copula or `have` that helps no verb says something itself.
        let alone = |word: Word| items.iter().position(|i| i.role() == Some(Role::Word(word)));
        let main = match main {
            Some(main) => Some(main),
            None => alone(Word::Be).map(|at| (at, Verb::Equals)).or(alone(Word::Have).map(|at| (at, Verb::Left))),
        };
        let passive = main.is_some_and(|(at, _)| be(at) || at > first);
        Ok(Self { items, text, verb: main, first, passive })
    }

    fn roles(&self, from: usize, to: usize) -> impl Iterator<Item = Role> {
        self.items.get(from..to.max(from)).unwrap_or_default().iter().filter_map(Item::role)
    }

    fn role(&self, at: usize) -> Option<Role> {
        self.items.get(at).and_then(Item::role)
    }

    pub fn has(&self, wanted: impl Fn(Role) -> bool) -> bool {
        self.roles(0, self.items.len()).any(wanted)
    }

    /// The words before the verb, or all of a bare quantity.
    pub fn subject(&self) -> &'a [Item] {
        let end =
            self.verb.map_or(0, |(at, _)| group(self.items, at).min(if self.first < at { self.first } else { at }));
        self.items.get(..end).unwrap_or_default()
    }

    fn fail(&self, code: Refusal) -> Trouble {
        let at = self.items.get(self.first).map_or((0, 0), |item| (item.from, item.to));
        Trouble { code, soft: false, at }
    }

    fn read(&self) -> Result<Read, Trouble> {
        let items = self.items;
        let subject = self.subject();
        let place = place::of(self);
        // `, of about $20,000, was made`: of what?
        if self.first == 1
            && self.role(0) == Some(Role::Preposition(Preposition::Of))
            && self.verb.is_some()
            && self.text.follows(items)
        {
            return Err(self.fail(Refusal::UnknownWords));
        }
        // Where the words before the verb say what is measured, all of them have to be known.
        let tells = |item: &Item| {
            matches!(
                item.role(),
                Some(
                    Role::Superlative(..)
                        | Role::Noun(Noun::Withdrawal | Noun::Transfer | Noun::Payment)
                        | Role::Word(Word::AllBut)
                )
            )
        };
        let dependent = self.verb.is_some_and(|(at, _)| {
            matches!(items.get(at).and_then(Item::role), Some(Role::Gerund(_)))
                || at.checked_sub(1).and_then(|n| items.get(n)).and_then(Item::role)
                    == Some(Role::Preposition(Preposition::To))
        });
        let start = match self.verb {
            // `haben die Angreifer 52 Bitcoin eingenommen`.
            Some((at, _)) if at > self.first && self.helper().is_some() && !subject.iter().any(tells) => {
                self.helper().unwrap_or(0)
            }
            Some((at, verb))
                if at < self.first
                    && !subject.iter().any(tells)
                    && !dependent
                    && !verb.says_nothing_alone()
                    && !matches!(verb, Verb::Used | Verb::Paid) =>
            {
                group(items, at)
            }
            _ => 0,
        };
        let one = self.one_victim();
        if let Some(trouble) = one {
            return Err(trouble);
        }
        known(items, start, place.as_ref().map(|(_, range)| *range))?;
        self.is_no_part()?;
        if matches!(self.verb, Some((at, _)) if at < self.first) {
            subject_is_sound(items, start)?;
        }
        let span = span(items)?;
        let mut claims: Vec<Said> = Vec::new();
        for (at, item) in items.iter().enumerate().filter(|(_, item)| counts(items, item)) {
            let Some(quantity) = item.quantity() else { continue };
            let measured = super::measure::of(self, at, quantity, place.is_some()).map_err(|code| self.fail(code))?;
            if let Some((_, (from, _))) = place.as_ref().filter(|_| measured.name != "arrived") {
                return Err(items.get(*from).map_or_else(|| self.fail(Refusal::UnknownWords), unknown));
            }
            let (interval, exact) = quantity.interval.map_err(|code| self.fail(code))?;
            let own = named_of(items, at);
            let outputs = (quantity.counted == Counted::Outputs).then_some(Basis::Outputs);
            claims.push(Said {
                measure: measured.name,
                unit: measured.unit,
                interval,
                exact,
                named: own.into_iter().chain(outputs).collect(),
                nth: measured.nth,
                place: place.as_ref().filter(|_| measured.name == "arrived").map(|(place, _)| place.clone()),
                span: match (span, measured.stock) {
                    // A total on a day is what there was until then.
                    (Some(Span::On(day)), true) => Some(Span::By(day)),
                    (span, _) => span,
                },
                victims: quantity.counted == Counted::Victims,
                words: (quantity.from, quantity.to),
            });
        }
        Ok(Read { claims, start })
    }

    /// `a million-dollar scheme`, `$61 million of these payments`: something else than the sum.
    fn is_no_part(&self) -> Result<(), Trouble> {
        let quiet = |i: &&Item| {
            !matches!(
                i.role(),
                Some(Role::Adjective | Role::Noun(Noun::Ransom) | Role::Unit(Counted::Known(Unit::Bitcoin)))
            )
        };
        for (at, item) in self.items.iter().enumerate().filter(|(_, i)| i.quantity().is_some_and(Quantity::is_value)) {
            let next = |n: usize| self.items.get(at + n).and_then(Item::role);
            let of = next(1) == Some(Role::Preposition(Preposition::Of)) && next(2) == Some(Role::Word(Word::The));
            let scheme =
                self.items.iter().skip(at + 1).find(quiet).and_then(Item::role) == Some(Role::Noun(Noun::Thing));
            if scheme || (of && matches!(next(3), Some(Role::Unit(_)))) {
                return Err(unknown(item));
            }
        }
        Ok(())
    }

    /// What one payer paid: a total is paid by many, or nobody says by whom.
    fn one_victim(&self) -> Option<Trouble> {
        let (at, verb) = self.verb?;
        if verb != Verb::Paid {
            return None;
        }
        let payers = |role: Role| role.is_payers();
        let many = self.has(payers)
            || self.items.iter().any(|i| matches!(i.quantity(), Some(q) if q.counted == Counted::Victims));
        let gerund = matches!(self.items.get(at).and_then(Item::role), Some(Role::Gerund(_)));
        let before = group(self.items, at);
        let by = |items: &[Item]| {
            items.iter().any(|i| {
                i.is_unknown() || matches!(i.role(), Some(Role::Noun(Noun::Payer | Noun::People) | Role::Family))
            })
        };
        let agent = if at < self.first {
            self.items.get(..before)
        } else {
            // `that Colonial Pipeline had paid`.
            let that = self.items.iter().position(|i| matches!(i.role(), Some(Role::Join(super::role::Join::That))));
            let has = self.helper().filter(|at| {
                self.role(*at) == Some(Role::Word(Word::Have)) && self.role(*at + 1) != Some(Role::Word(Word::Do))
            });
            that.and_then(|that| self.items.get(that..before)).or_else(|| self.items.get(..has?))
        };
        let alone = self.roles(0, before).any(|role| role == Role::Number(Decimal::ONE))
            && agent.is_some_and(|a| a.iter().any(|i| i.role() == Some(Role::Noun(Noun::Payer))));
        let one = !many && !alone && (gerund || agent.is_some_and(by));
        one.then(|| self.fail(Refusal::OneVictim))
    }

    /// The auxiliary before the first quantity whose verb stands behind it.
    fn helper(&self) -> Option<usize> {
        let helps = |item: &Item| matches!(item.role(), Some(Role::Word(Word::Have | Word::Be)));
        self.items.get(..self.first).unwrap_or_default().iter().position(helps)
    }

    pub fn single_payer(&self) -> bool {
        self.roles(0, self.first).any(|role| role == Role::Noun(Noun::Payer))
    }

    /// The one payment, transaction or withdrawal that the clause has.
    pub fn single(&self) -> Option<Noun> {
        let one = self.items.iter().filter_map(Item::quantity).find(|quantity| is_single(self.items, quantity))?;
        match one.unit() {
            Unit::Payments => Some(Noun::Payment),
            Unit::Withdrawals => Some(Noun::Withdrawal),
            _ => Some(Noun::Transfer),
        }
    }

    pub fn is_passive(&self) -> bool {
        self.passive
    }
}

/// The bases that belong to the quantity at an item: where a clause has several, the one behind a basis (`now worth $1 million`),
/// or else the one before it.
fn named_of(items: &[Item], at: usize) -> Vec<Basis> {
    let is_value = |n: &usize| items.get(*n).and_then(Item::quantity).is_some_and(Quantity::is_value);
    let own = |n: usize| {
        let behind = (n + 1..items.len())
            .find(|n| items.get(*n).and_then(Item::role) != Some(Role::Word(Word::Adverb)))
            .filter(is_value);
        behind.or_else(|| (0..n).rfind(is_value)).or_else(|| (n..items.len()).find(is_value)) == Some(at)
    };
    let basis = |(n, item): (usize, &Item)| match item.role()? {
        Role::Basis(basis) => own(n).then_some(basis),
        _ => None,
    };
    items.iter().enumerate().filter_map(basis).collect()
}

impl Verb {
    /// A copula, whose subject says what is measured.
    pub fn says_nothing_alone(self) -> bool {
        matches!(self, Verb::Equals | Verb::MoreThan | Verb::LessThan | Verb::About)
    }
}
