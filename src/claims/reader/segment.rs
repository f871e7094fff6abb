//! A sentence cut into its clauses.
//!
//! A clause ends at a stop, a comma, a bracket, and at a word that begins another one. What only adds to the clause before it
//! (`, worth $140,000,`, `(52 BTC)`, `which were withdrawn`) belongs to that one.

use super::quantity::Quantity;
use super::role::Role::{self, *};
use super::role::{COINS, Counted, WALLETS};
use super::vocabulary::Words;
use crate::claims::Unit;

/// A part of a clause: a word, a quantity, a span.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub role: Role,
    pub quantity: Option<Quantity>,
    /// From this symbol to before that one.
    pub from: usize,
    pub to: usize,
}

impl Item {
    /// No language's word.
    pub fn is_unknown(&self) -> bool {
        matches!(self.role, Unknown | Name)
    }

    /// A quantity of money or bitcoin.
    pub fn is_value(&self) -> bool {
        self.quantity.as_ref().is_some_and(Quantity::is_value)
    }

    /// Wallets, with or without their number.
    pub fn is_wallets(&self) -> bool {
        self.role == WALLETS || self.counts(Counted::Known(Unit::Addresses))
    }

    /// A quantity of these.
    pub fn counts(&self, counted: Counted) -> bool {
        self.quantity.as_ref().is_some_and(|quantity| quantity.counted == counted)
    }

    fn is_verbal(&self) -> bool {
        self.role.verb().is_some() || self.role.helps()
    }
}

/// The role of a part.
pub(super) fn role(items: &[Item], at: usize) -> Role {
    items.get(at).map_or(Nothing, |item| item.role)
}

/// The role of the part before it.
pub(super) fn before(items: &[Item], at: usize) -> Role {
    at.checked_sub(1).map_or(Nothing, |at| role(items, at))
}

/// A clause.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    pub items: Vec<Item>,
    /// The word that it begins with, where that makes it depend on another.
    pub lead: Option<Role>,
    /// It follows what is before it after no more than a comma.
    soft: bool,
    /// It follows a dash.
    dash: bool,
    /// It says something of what stands before it, and that has unknown words.
    pub of_strangers: bool,
}

impl Segment {
    fn any(&self, wanted: impl Fn(Role) -> bool) -> bool {
        self.items.iter().any(|item| wanted(item.role))
    }

    fn all(&self, wanted: impl Fn(Role) -> bool) -> bool {
        self.items.iter().all(|item| wanted(item.role))
    }

    pub fn has_verb(&self) -> bool {
        self.items.iter().any(Item::is_verbal)
    }

    fn has_quantity(&self) -> bool {
        self.any(|role| role == Quantity)
    }

    pub fn unknown(&self) -> Option<&Item> {
        self.items.iter().find(|item| item.is_unknown())
    }

    /// It says no more than when, or of which price.
    fn is_circumstance(&self) -> bool {
        !self.items.is_empty() && self.all(|role| matches!(role, Span(_) | Basis(_) | Superlative(..) | Adverb | The))
    }

    /// It adds a quantity of the same thing.
    fn is_apposition(&self) -> bool {
        let quiet = |role: Role| {
            let word = matches!(
                role,
                Span(_)
                    | Basis(_)
                    | Unit(_)
                    | Or
                    | And
                    | Stop(',')
                    | Adjective
                    | In
                    | Of
                    | At
                    | Adverb
                    | Worth
                    | A
                    | The
            );
            word || role == Quantity || role.is_noun()
        };
        self.has_quantity() && self.all(quiet)
    }

    fn begins_with_verb(&self) -> bool {
        let first = self.items.iter().find(|item| item.role != Adverb);
        first.is_some_and(|item| item.is_verbal() && !matches!(item.role, Gerund(_)))
    }

    /// What of it may belong to the clause beside it, and cannot be understood: a time of which no day can be told (`since then`),
    /// a circumstance in unknown words (`in Germany`, `when it was frobbed`), unknown words that a dash or `but` ties to it.
    pub fn hides(&self, before: Option<&Segment>, next: Option<&Segment>) -> Option<&Item> {
        let first = self.items.first()?;
        if self.lead == Some(When) {
            return self.unknown().filter(|_| !self.has_quantity());
        }
        if self.has_verb() || self.has_quantity() || self.lead == Some(Said) {
            return None;
        }
        let number = |item: &&Item| matches!(item.role, Digits | Bound(_));
        if self.lead.is_some() {
            return self.items.iter().find(number);
        }
        let time = |item: &&Item| matches!(item.role, Span(_) | Length | Period(_) | Month(_) | Weekday(_));
        let tied = next.is_some_and(|next| !next.soft && next.lead.is_some_and(|lead| lead != Said))
            || (self.dash && before.is_some_and(Segment::has_quantity))
            || self.any(|role| matches!(role, Sign(_) | Bound(_) | Worth));
        let lower = || self.items.iter().find(|item| item.role == Unknown).filter(|_| before.is_none());
        let hidden = match first.role {
            Since | Until | After | By => self.unknown().or(Some(first)),
            role if role.is_preposition() || tied => self.unknown(),
            _ => lower(),
        };
        hidden.or_else(|| self.items.iter().find(|item| time(item) || number(item)))
    }
}

/// The parts of a sentence, in the order of the words.
pub(super) fn items(words: Words) -> Vec<Item> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(symbol) = words.symbols.get(at) {
        let time = words.time_at(at);
        let quantity = if time.is_none() { words.quantity_at(at) } else { None };
        let made = time.or(quantity.as_ref().map(|quantity| (Quantity, quantity.to)));
        let (role, to) = made.unwrap_or((symbol.role, at + 1));
        out.push(Item { role, quantity, from: at, to });
        at = to;
    }
    out
}

/// The clauses.
pub(super) fn segments(items: &[Item]) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    let mut now = Segment::default();
    // What stands in brackets and is a clause of its own.
    let mut apart: Vec<Segment> = Vec::new();
    let mut at = 0;
    while let Some(item) = items.get(at) {
        at += 1;
        let rest = items.get(at..).unwrap_or_default();
        let lead = match item.role {
            Stop('(' | '[') => {
                let long = rest.iter().position(|i| matches!(i.role, Stop(')' | ']'))).unwrap_or(rest.len());
                let inner = Segment { items: rest.get(..long).unwrap_or_default().to_vec(), ..Segment::default() };
                at += long + 1;
                if (inner.is_apposition() && now.has_quantity()) || inner.is_circumstance() {
                    now.items.extend(inner.items.into_iter().filter(|item| !matches!(item.role, Stop(_))));
                } else {
                    apart.push(inner);
                }
                continue;
            }
            Stop(_) | Pause => Some(None),
            Clause | Said | That => Some(Some(item.role)),
            // These begin a clause only where one follows: `as $143k moved`, and not `as ransom`.
            When | Since | Until | After => clause_follows(rest).then_some(Some(When)),
            And => {
                let next = rest.iter().find(|item| item.role != Adverb).map_or(Nothing, |item| item.role);
                let begins = clause_follows(rest) || matches!(next, Refuse(_));
                (begins && next != Quantity).then_some(Some(And))
            }
            _ => None,
        };
        let Some(lead) = lead else {
            now.items.push(item.clone());
            continue;
        };
        let soft = lead == Some(That) || matches!(item.role, Pause | Stop(',' | ':' | ')' | ']'));
        let last = std::mem::replace(&mut now, Segment { lead, soft, dash: item.role == Pause, ..Segment::default() });
        if last.items.is_empty() {
            // `, which`: the comma has parted them already.
            now.soft |= last.soft;
            now.lead = now.lead.or(last.lead);
        } else {
            out.push(last);
        }
    }
    out.push(now);
    out.retain(|segment| !segment.items.is_empty());
    let mut out = glued(out);
    out.extend(apart);
    out
}

/// Whether a verb stands before the next boundary.
fn clause_follows(rest: &[Item]) -> bool {
    let ends = |item: &&Item| matches!(item.role, Stop(_) | Pause | Clause | That | Said | And);
    rest.iter().take_while(|item| !ends(item)).any(Item::is_verbal)
}

/// Puts together what a comma or `which` parts and what is one clause all the same.
fn glued(segments: Vec<Segment>) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for mut next in segments {
        // `the ransom, which victims paid, totals 52 BTC`.
        let over = |last: &Segment| last.lead == Some(That) && last.unknown().is_none();
        let aside = out.len() > 1 && out.last().is_some_and(over) && next.lead.is_none() && next.begins_with_verb();
        let at = out.len().checked_sub(1 + usize::from(aside));
        match at.and_then(|at| out.get_mut(at)).filter(|before| next.soft && belong(before, &next, aside)) {
            Some(before) => {
                if next.lead == Some(That) {
                    // Kept as a mark that what follows is said of what stands before.
                    let at = next.items.first().map_or(0, |item| item.from);
                    before.items.push(Item { role: That, quantity: None, from: at, to: at });
                }
                before.items.append(&mut next.items);
            }
            None => {
                let relative = next.lead == Some(That) && next.begins_with_verb();
                next.of_strangers = relative && out.last().is_some_and(|before| before.unknown().is_some());
                out.push(next);
            }
        }
    }
    out
}

/// Whether two segments with no more than a comma between them are one clause.
fn belong(before: &Segment, next: &Segment, aside: bool) -> bool {
    let claimed = before.items.iter().filter_map(|item| item.quantity.as_ref());
    let claimed = claimed.filter(|q| !matches!(q.counted, Counted::Machines | Counted::Victims)).count() > 0;
    let dangling = claimed && !before.has_verb() && !before.any(|role| matches!(role, Refuse(_)));
    let open = !before.has_quantity();
    let when = next.is_circumstance() || (before.is_circumstance() && next.lead.is_none());
    let adds = next.is_apposition() && before.has_quantity();
    let goes_on = match next.lead {
        // `$140,000 that was withdrawn`; `the balance, which amounted to $140,000`.
        Some(That) => (dangling && next.has_verb()) || (open && !before.has_verb() && next.begins_with_verb()),
        // `30 addresses, to which 321.5 bitcoin were sent`; `the first withdrawal, of about $20,000`.
        None => {
            let target = next.items.first().is_some_and(|item| item.role == Target);
            let named = next.is_apposition() && open && before.unknown().is_none();
            ((dangling || aside) && next.begins_with_verb()) || named || (dangling && target)
        }
        _ => false,
    };
    when || adds || goes_on
}

/// The wallets that are named, by their places, and whether they are others: `to a different wallet`.
pub(super) fn wallets(items: &[Item]) -> impl Iterator<Item = (usize, bool)> {
    items.iter().enumerate().filter(|(_, item)| item.is_wallets()).map(|(at, _)| {
        let before = items.get(..at).unwrap_or_default().iter().rev().map(|item| item.role);
        let (mut a, mut other) = (false, false);
        for role in before {
            match role {
                A => a = true,
                Elsewhere | Another => other = true,
                To => return (at, a || other),
                Adjective | The | Unit(_) | Family => {}
                role if role.is_noun() => {}
                _ => break,
            }
        }
        (at, other)
    })
}

/// Whether unknown words stand right before a noun of coins: `the zorble BTC`.
pub(super) fn has_strange_coins(items: &[Item]) -> bool {
    let coins = |item: &Item| item.role == COINS || item.role == Sign(Counted::Known(Unit::Bitcoin));
    items.windows(2).any(|pair| matches!(pair, [a, b] if a.is_unknown() && coins(b)))
}
