//! A sentence read to its claims: one measure, quantity, subject and scope each. Nothing is guessed: every word of a clause has
//! to be known in one language, and what cannot be told is refused with the reason.
//!
//! The words are data ([`vocabulary`]): each has one role. A sentence is cut into [`token`]s, these become words with their
//! roles, these become parts (a [`quantity`], [`days`], a word), these clauses ([`segment`]), and a [`clause`] says what is
//! measured ([`measure`]) and where ([`place`]).

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::claims::reader) enum $name { $($variant),* }

        impl $name {
            pub(in crate::claims::reader) fn named(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

mod clause;
mod days;
mod digits;
mod interval;
mod measure;
mod names;
mod number;
mod place;
mod quantity;
mod refusal;
mod role;
mod segment;
#[cfg(test)]
mod tests;
mod token;
mod vocabulary;

use clause::{Read, Said};
use quantity::Words;
use role::{Counted, Noun, Preposition, Role, Word};
use segment::{Item, Segment, What};
use token::Token;
use vocabulary::{Symbol, VOCABULARIES, Vocabulary};

use super::Unit;
use super::measure as measures;
use super::reading::{Clause, NotUnderstood, Reading, Refusal, Subject};
use crate::domain::words::CLAIM;

/// A sentence with what its words do in one language.
struct Text<'a> {
    original: &'a str,
    symbols: Vec<Symbol>,
    vocabulary: &'a Vocabulary,
}

impl Text<'_> {
    /// The words from one symbol to before another, as they are written.
    fn written(&self, from: usize, to: usize) -> String {
        let begin = self.symbols.get(from).map_or(0, |symbol| symbol.at.start);
        let end = to.checked_sub(1).and_then(|at| self.symbols.get(at)).map_or(begin, |symbol| symbol.at.end);
        self.original.chars().skip(begin).take(end.saturating_sub(begin)).collect()
    }
}

impl Text<'_> {
    /// Whether words stand before these.
    fn follows(&self, items: &[Item]) -> bool {
        items.first().is_some_and(|item| item.from > 0)
    }
}

/// Reads a sentence.
pub fn read(text: &str) -> Result<Reading, NotUnderstood> {
    if let Err(long) = CLAIM.line(text) {
        return Err(refusal::refused(Refusal::Long, long.to_string(), &[]));
    }
    let tokens = token::tokens(text);
    let unknown = |symbols: &[Symbol]| symbols.iter().filter(|s| matches!(s.role, Role::Unknown | Role::Name)).count();
    let read_by = |vocabulary: &'static Vocabulary| {
        let symbols = vocabulary.symbols(&tokens);
        (unknown(&symbols), Text { original: text, symbols, vocabulary })
    };
    let best = VOCABULARIES.iter().map(read_by).min_by_key(|(unknown, _)| *unknown);
    let Some((_, text)) = best else { return Err(refusal::refused(Refusal::Nothing, String::new(), &[])) };
    text.read(&tokens)
}

impl Text<'_> {
    fn refuse(&self, code: Refusal, at: (usize, usize), items: &[Item]) -> NotUnderstood {
        let understood: Vec<String> = items
            .iter()
            .filter_map(Item::quantity)
            .filter_map(|q| Some(super::quantity::in_words(q.unit(), &q.interval.ok()?.0)))
            .collect();
        refusal::refused(code, self.written(at.0, at.1), &understood)
    }

    fn read(&self, tokens: &[Token]) -> Result<Reading, NotUnderstood> {
        let items = segment::items(Words { symbols: &self.symbols, mark: self.vocabulary.point });
        let refuse = |code, at| Err(self.refuse(code, at, &items));
        let find = |wanted: &dyn Fn(&Item) -> bool| items.iter().find(|i| wanted(i)).map(|i| (i.from, i.to));
        let all = (0, self.symbols.len());
        if let Some(at) = find(&|i| i.role() == Some(Role::Garbled)) {
            return refuse(Refusal::Number, at);
        }
        let whole = items.iter().any(|i| i.quantity().is_some());
        let emptied = |i: &Item| matches!(i.role(), Some(Role::Verb(role::Verb::Emptied | role::Verb::Untouched)));
        if !whole && !items.iter().any(emptied) {
            return self.without_quantity(&items);
        }
        if let Some(at) = find(&|i| i.role() == Some(Role::Refuse(Refusal::Denied)) || self.is_denied_elsewhere(i)) {
            return refuse(Refusal::Denied, at);
        }
        if let Some(at) = find(&|i| i.role() == Some(Role::Stop('?'))) {
            return refuse(Refusal::Denied, at);
        }
        // An hour without a day.
        if let Some(at) = find(&|i| i.role() == Some(Role::Clock)) {
            return refuse(Refusal::UnknownWords, at);
        }
        let segments = segment::segments(&items);
        let mut claims = Vec::new();
        let mut not_checked = Vec::new();
        let mut soft = None;
        let mut bare = None;
        for (at, segment) in segments.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| segments.get(at));
            if let Some(item) = segment.hides(before, segments.get(at + 1)) {
                return refuse(Refusal::UnknownWords, (item.from, item.to));
            }
            match clause::read(segment, self) {
                Ok(Some(read)) => {
                    if !segment.has_verb() {
                        bare = segment.items.first().map(|item| (item.from, item.to));
                    }
                    not_checked.extend(self.unknown_of(segment.items.get(..read.start).unwrap_or_default()));
                    claims.extend(self.clauses(segment, read, &items));
                }
                Ok(None) => not_checked.extend(self.outside(segment)),
                Err(trouble) if trouble.soft => {
                    not_checked.extend(self.whole(segment));
                    soft = soft.or(Some(trouble));
                }
                Err(trouble) => return refuse(trouble.code, trouble.at),
            }
        }
        // A quantity without a verb says what it is only where nothing else is said.
        let verbs =
            segments.iter().any(|s| s.items.iter().any(|i| matches!(i.role(), Some(Role::Verb(_) | Role::Gerund(_)))));
        if let Some(at) = bare.filter(|_| verbs || items.iter().any(Item::is_unknown)) {
            let at = find(&Item::is_unknown).unwrap_or(at);
            return refuse(Refusal::UnknownWords, at);
        }
        if claims.is_empty() {
            return match soft {
                Some(trouble) => refuse(trouble.code, trouble.at),
                None => refuse(Refusal::UnknownWords, find(&Item::is_unknown).unwrap_or(all)),
            };
        }
        let _ = tokens;
        Ok(Reading { claims, not_checked, language: self.vocabulary.language })
    }

    /// A sentence without anything that is counted.
    fn without_quantity<T>(&self, items: &[Item]) -> Result<T, NotUnderstood> {
        let find = |wanted: &dyn Fn(usize, &Item) -> bool| {
            items.iter().enumerate().find(|(at, i)| wanted(*at, i)).map(|(_, i)| (i.from, i.to))
        };
        let number = |i: &Item| matches!(i.role(), Some(Role::Digits | Role::Number(_)));
        let strange = |at: usize, i: &Item| number(i) && items.get(at + 1).is_some_and(Item::is_unknown);
        let code = |code| move |_: usize, i: &Item| i.role() == Some(Role::Refuse(code));
        let all = (0, self.symbols.len());
        let found = find(&code(Refusal::Who)).map(|_| (Refusal::Who, all));
        let found = found.or_else(|| {
            find(&code(Refusal::Number)).filter(|_| items.iter().any(number)).map(|at| (Refusal::Number, at))
        });
        let found = found.or_else(|| find(&strange).map(|at| (Refusal::UnknownWords, (at.0, at.1 + 1))));
        let (code, at) = found.unwrap_or((Refusal::Nothing, all));
        Err(self.refuse(code, at, items))
    }

    /// A denial in another language than the sentence's.
    fn is_denied_elsewhere(&self, item: &Item) -> bool {
        let word = self.symbols.get(item.from).filter(|_| item.is_unknown());
        word.is_some_and(|word| {
            VOCABULARIES.iter().any(|other| other.word(&word.text) == Some(Role::Refuse(Refusal::Denied)))
        })
    }

    fn clauses(&self, segment: &Segment, read: Read, all: &[Item]) -> Vec<Clause> {
        let char_at = |symbol: usize| self.symbols.get(symbol).map(|s| s.at.clone()).unwrap_or_default();
        let begin = segment.items.get(read.start).map_or(0, |item| char_at(item.from).start);
        let end = segment.items.iter().map(|item| char_at(item.to.saturating_sub(1)).end).max().unwrap_or(begin);
        let subject = if is_of_addresses(all) { Subject::Addresses } else { Subject::Family };
        let clause = |said: Said| {
            let Said { measure, unit, interval, exact, named, nth, place, span, victims, words } = said;
            let measure = measures::find(measure)?;
            let words = self.written(words.0, words.1);
            Some(Clause {
                measure,
                unit,
                interval,
                exact,
                subject,
                named,
                nth,
                place,
                span,
                victims,
                words,
                at: begin..end,
            })
        };
        read.claims.into_iter().filter_map(clause).collect()
    }

    /// The unknown words among these, each run of them with whom it is about.
    fn unknown_of(&self, items: &[Item]) -> Vec<String> {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(from) = items.iter().skip(at).position(Item::is_unknown).map(|n| at + n) {
            let goes_on =
                |i: &&Item| i.is_unknown() || matches!(i.role(), Some(Role::Noun(Noun::People | Noun::Thing)));
            let long = items.iter().skip(from).take_while(goes_on).count();
            let ends = |n: usize| items.get(n).map_or((0, 0), |item| (item.from, item.to));
            out.push(self.written(ends(from).0, ends(from + long - 1).1));
            at = from + long;
        }
        out
    }

    fn outside(&self, segment: &Segment) -> Vec<String> {
        if segment.items.iter().any(Item::is_unknown) { self.whole(segment) } else { Vec::new() }
    }

    fn whole(&self, segment: &Segment) -> Vec<String> {
        let ends = segment.items.first().zip(segment.items.last());
        ends.map(|(first, last)| self.written(first.from, last.to)).into_iter().collect()
    }
}

/// Whether wallets are named, and they are not where something goes to.
fn is_of_addresses(items: &[Item]) -> bool {
    let balance = items.iter().any(|i| matches!(i.role(), Some(Role::Noun(Noun::Balance) | Role::Address)));
    balance || wallets(items).any(|(_, elsewhere)| !elsewhere)
}

/// Whether wallets are named that are not the family's.
fn is_elsewhere(items: &[Item]) -> bool {
    wallets(items).any(|(_, elsewhere)| elsewhere)
}

/// The wallets that are named, and whether they are others: `to a different wallet`.
fn wallets(items: &[Item]) -> impl Iterator<Item = (usize, bool)> {
    let addresses = |i: &Item| {
        i.role() == Some(Role::Unit(Counted::Known(Unit::Addresses)))
            || matches!(&i.kind, What::Quantity(q) if q.unit() == Unit::Addresses)
    };
    items.iter().enumerate().filter(move |(_, i)| addresses(i)).map(|(at, _)| {
        let before = items.get(..at).unwrap_or_default();
        let (mut a, mut other) = (false, false);
        for role in before.iter().rev().map(Item::role) {
            match role {
                Some(Role::Word(Word::A)) => a = true,
                Some(Role::Word(Word::Elsewhere | Word::Another)) => other = true,
                Some(Role::Adjective | Role::Word(Word::The) | Role::Unit(_) | Role::Noun(_) | Role::Family) => {}
                Some(Role::Preposition(Preposition::To)) => return (at, a || other),
                _ => break,
            }
        }
        (at, other)
    })
}
