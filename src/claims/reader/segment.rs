//! A sentence cut into its clauses.
//!
//! A clause ends at a stop, a comma, a bracket, and at a word that begins another one. What only adds to the clause before it
//! (`, worth $140,000,`, `(52 BTC)`, `which were withdrawn`) belongs to that one.

use super::days::{self, Phrase};
use super::quantity::{Quantity, Words};
use super::role::{Counted, Join, Noun, Preposition, Role, Word};
use crate::claims::reading::Span;

/// A part of a clause.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub kind: What,
    /// From this symbol to before that one.
    pub from: usize,
    pub to: usize,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Quantity(Quantity),
    Span(Span),
    /// A span of which neither end is told.
    Length,
    Word(Role),
}

impl Item {
    pub fn role(&self) -> Option<Role> {
        match self.kind {
            What::Word(role) => Some(role),
            _ => None,
        }
    }

    pub fn quantity(&self) -> Option<&Quantity> {
        match &self.kind {
            What::Quantity(quantity) => Some(quantity),
            _ => None,
        }
    }

    /// What only a whole clause has.
    fn is_verb(&self) -> bool {
        matches!(self.role(), Some(Role::Verb(_) | Role::Gerund(_) | Role::Word(Word::Be | Word::Have | Word::Do)))
    }

    /// It is no English, German, French or Spanish.
    pub fn is_unknown(&self) -> bool {
        matches!(self.role(), Some(Role::Unknown | Role::Name))
    }
}

/// A clause: its parts, and the word that it begins with, if that makes it depend on another.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    pub items: Vec<Item>,
    pub lead: Option<Join>,
    /// It follows what is before it after no more than a comma.
    soft: bool,
    /// It follows a dash.
    dash: bool,
}

impl Segment {
    pub fn quantities(&self) -> impl Iterator<Item = &Quantity> {
        self.items.iter().filter_map(Item::quantity)
    }

    pub fn has_verb(&self) -> bool {
        self.items.iter().any(Item::is_verb)
    }

    fn has_quantity(&self) -> bool {
        self.quantities().next().is_some()
    }

    /// It says no more than when, or of which price.
    fn is_circumstance(&self) -> bool {
        let quiet = |item: &Item| {
            matches!(item.kind, What::Span(_))
                || matches!(
                    item.role(),
                    Some(Role::Basis(_) | Role::Superlative(..) | Role::Word(Word::Adverb | Word::The))
                )
        };
        !self.items.is_empty() && self.items.iter().all(quiet)
    }

    /// It adds a quantity of the same thing.
    fn is_apposition(&self) -> bool {
        let quiet = |item: &Item| {
            matches!(item.kind, What::Quantity(_) | What::Span(_))
                || matches!(
                    item.role(),
                    Some(
                        Role::Basis(_)
                            | Role::Join(Join::Or | Join::And)
                            | Role::Stop(',')
                            | Role::Adjective
                            | Role::Unit(_)
                            | Role::Noun(_)
                            | Role::Preposition(Preposition::In | Preposition::Of | Preposition::At)
                            | Role::Word(Word::Adverb | Word::Worth | Word::A | Word::The)
                    )
                )
        };
        self.has_quantity() && self.items.iter().all(quiet)
    }

    /// What of it may belong to the clause beside it, and cannot be understood: a time of which no day can be told (`since then`),
    /// a circumstance in unknown words (`in Germany`, `when it was frobbed`), unknown words that a dash or `but` ties to it.
    pub fn hides(&self, before: Option<&Segment>, next: Option<&Segment>) -> Option<&Item> {
        let beginning = self.items.first()?;
        let unknown = self.items.iter().find(|i| i.is_unknown());
        if self.lead == Some(Join::When) {
            return unknown.filter(|_| !self.has_quantity());
        }
        if self.has_verb() || self.has_quantity() {
            return None;
        }
        let time = |item: &&Item| {
            matches!(item.kind, What::Span(_) | What::Length)
                || matches!(item.role(), Some(Role::Period(_) | Role::Month(_) | Role::Weekday(_)))
        };
        let since = [Preposition::Since, Preposition::Until, Preposition::After, Preposition::By];
        let tied = next.is_some_and(|next| !next.soft && next.lead.is_some_and(|lead| lead != Join::Said));
        let lower = self.items.iter().find(|i| i.role() == Some(Role::Unknown));
        match beginning.role() {
            _ if self.lead.is_some() => None,
            Some(Role::Preposition(preposition)) => unknown.or(since.contains(&preposition).then_some(beginning)),
            _ if self
                .items
                .iter()
                .any(|i| matches!(i.role(), Some(Role::Sign(_) | Role::Bound(_) | Role::Word(Word::Worth)))) =>
            {
                unknown
            }
            _ => unknown
                .filter(|_| tied || (self.dash && before.is_some_and(Segment::has_quantity)))
                .or(lower.filter(|_| before.is_none())),
        }
        .or_else(|| self.items.iter().find(time).filter(|_| self.lead.is_none()))
    }

    fn begins_with_verb(&self) -> bool {
        let first = self.items.iter().find(|item| item.role() != Some(Role::Word(Word::Adverb)));
        first.is_some_and(|item| item.is_verb() && !matches!(item.role(), Some(Role::Gerund(_))))
    }
}

/// The parts of a sentence, in the order of the words.
pub(super) fn items(words: Words) -> Vec<Item> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(symbol) = words.symbols.get(at) {
        let time = days::phrase_at(words.symbols, at).map(|(phrase, end)| match phrase {
            Phrase::Span(span) => (What::Span(span), end),
            Phrase::Length => (What::Length, end),
        });
        let quantity = || words.quantity_at(at).map(|quantity| (quantity.to, What::Quantity(quantity)));
        let (kind, to) =
            time.or_else(|| quantity().map(|(to, kind)| (kind, to))).unwrap_or((What::Word(symbol.role), at + 1));
        out.push(Item { kind, from: at, to });
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
        let boundary = match item.role() {
            Some(Role::Stop('(' | '[')) => {
                let long =
                    rest.iter().position(|i| matches!(i.role(), Some(Role::Stop(')' | ']')))).unwrap_or(rest.len());
                let inner = Segment { items: rest.get(..long).unwrap_or_default().to_vec(), ..Segment::default() };
                at += long + 1;
                if (inner.is_apposition() && now.has_quantity()) || inner.is_circumstance() {
                    now.items.extend(inner.items.into_iter().filter(|i| !matches!(i.role(), Some(Role::Stop(_)))));
                } else {
                    apart.push(inner);
                }
                continue;
            }
            Some(Role::Stop(mark)) => Some((None, matches!(mark, ',' | ':' | ')' | ']'))),
            Some(Role::Pause) => Some((None, true)),
            Some(Role::Join(join @ (Join::Clause | Join::Said | Join::That))) => Some((Some(join), false)),
            // These begin a clause only where one follows: `as $143k moved`, and not `as ransom`.
            Some(Role::Join(Join::When)) => clause_follows(rest).then_some((Some(Join::When), false)),
            Some(Role::Preposition(Preposition::Since | Preposition::Until | Preposition::After)) => {
                clause_follows(rest).then_some((Some(Join::When), false))
            }
            Some(Role::Join(Join::And)) => {
                let next = rest.iter().find(|i| i.role() != Some(Role::Word(Word::Adverb)));
                let counted = next.is_some_and(|i| i.quantity().is_some());
                let refused = next.is_some_and(|i| matches!(i.role(), Some(Role::Refuse(_))));
                ((clause_follows(rest) || refused) && !counted).then_some((Some(Join::And), false))
            }
            _ => None,
        };
        match boundary {
            None => now.items.push(item.clone()),
            Some((lead, soft)) => {
                let dash = item.role() == Some(Role::Pause);
                let lead_of_next = Segment { lead, soft: soft || lead == Some(Join::That), dash, ..Segment::default() };
                let before = std::mem::replace(&mut now, lead_of_next);
                // `, which`: the comma has parted them already.
                now.soft |= before.items.is_empty() && before.soft;
                if before.items.is_empty() {
                    now.lead = now.lead.or(before.lead);
                }
                if !before.items.is_empty() {
                    out.push(before);
                }
            }
        }
    }
    if !now.items.is_empty() {
        out.push(now);
    }
    let mut out = glued(out);
    out.extend(apart);
    out
}

/// Whether a verb stands before the next boundary.
fn clause_follows(rest: &[Item]) -> bool {
    let ends = |item: &Item| {
        matches!(
            item.role(),
            Some(Role::Stop(_) | Role::Pause | Role::Join(Join::Clause | Join::That | Join::Said | Join::And))
        )
    };
    rest.iter().take_while(|item| !ends(item)).any(Item::is_verb)
}

/// Puts together what a comma or `which` parts and what is one clause all the same.
fn glued(segments: Vec<Segment>) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for mut next in segments {
        // `the ransom, which victims paid, totals 52 BTC`.
        let aside = out.last().is_some_and(|s| s.lead == Some(Join::That) && !s.items.iter().any(Item::is_unknown))
            && next.begins_with_verb()
            && next.lead.is_none();
        let at = out.len().checked_sub(if aside && out.len() > 1 { 2 } else { 1 });
        let Some(before) = at.and_then(|at| out.get_mut(at)).filter(|_| next.soft) else {
            out.push(next);
            continue;
        };
        let claimed = before.quantities().any(|q| !matches!(q.counted, Counted::Machines | Counted::Victims));
        let dangling = claimed && !before.has_verb();
        let open = !before.has_quantity();
        let adds = next.is_apposition() && before.has_quantity();
        let goes_on = match next.lead {
            // `$140,000 that was withdrawn`; `the balance, which amounted to $140,000`.
            Some(Join::That) => dangling && next.has_verb() || (open && !before.has_verb() && next.begins_with_verb()),
            None => {
                let held =
                    next.is_apposition() && open && before.has_verb() && !before.items.iter().any(Item::is_unknown);
                // `the first withdrawal, of about $20,000`.
                let named =
                    next.is_apposition() && open && !before.has_verb() && !before.items.iter().any(Item::is_unknown);
                // `30 addresses, to which 321.5 bitcoin were sent`.
                let target = next.items.first().and_then(Item::role) == Some(Role::Noun(Noun::Target));
                ((dangling || aside) && next.begins_with_verb()) || held || named || (dangling && target)
            }
            _ => false,
        };
        let when = next.is_circumstance() || (before.is_circumstance() && next.lead.is_none());
        if adds || goes_on || when {
            if next.lead == Some(Join::That) {
                // Kept as a mark that what follows is said of what stands before.
                let at = next.items.first().map_or(0, |item| item.from);
                before.items.push(Item { kind: What::Word(Role::Join(Join::That)), from: at, to: at });
            }
            before.items.append(&mut next.items);
        } else {
            out.push(next);
        }
    }
    out
}
