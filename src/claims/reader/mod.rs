//! A sentence read to its claims: one measure, quantity, subject and scope each. Nothing is guessed: every word of a clause has
//! to be known in one language, and what cannot be told is refused with the reason.
//!
//! The words are data ([`vocabulary`]): each has one [`role`]. A sentence is cut into [`token`]s, these become words with their
//! roles, these become parts (a [`quantity`], [`days`], a word), these clauses ([`segment`]), and a [`clause`] says what is
//! measured ([`measure`]) and where ([`place`]).

/// An enum whose variants have names in the files of words.
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
mod modifier;
mod names;
mod number;
mod phrase;
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
use role::{Role, Verb};
use segment::{Item, Segment};
use vocabulary::{Symbol, VOCABULARIES, Vocabulary, Words};

use super::measure as measures;
use super::quantity::in_words;
use super::reading::{Clause, NotUnderstood, Reading, Refusal, Subject};
use crate::domain::words::CLAIM;

/// Reads a sentence.
pub fn read(text: &str) -> Result<Reading, NotUnderstood> {
    if let Err(long) = CLAIM.line(text) {
        return Err(refusal::refused(Refusal::Long, &long.to_string(), Vec::new()));
    }
    let tokens = token::tokens(&without_marks(text));
    let unknown = |symbols: &[Symbol]| symbols.iter().filter(|s| matches!(s.role, Role::Unknown | Role::Name)).count();
    let all = VOCABULARIES.iter().map(|vocabulary| (vocabulary, vocabulary.symbols(&tokens)));
    // The language that knows most of the words.
    let Some((vocabulary, symbols)) = all.min_by_key(|(_, symbols)| unknown(symbols)) else {
        return Err(refusal::refused(Refusal::Nothing, text, Vec::new()));
    };
    let text = Text { original: text, symbols, vocabulary };
    text.read().map_err(|(code, at)| text.refused(code, at))
}

/// The text with spaces where it is kept that there was a character which acts (`\u{202e}`): what is kept reads like what was typed.
fn without_marks(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((hex, rest)) if (1..=6).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                out.extend(std::iter::repeat_n(' ', hex.len() + 4));
                out.push_str(rest);
            }
            _ => out.extend(["\\u{", part]),
        }
    }
    out
}

/// A sentence with what its words do in one language.
struct Text<'a> {
    original: &'a str,
    symbols: Vec<Symbol>,
    vocabulary: &'a Vocabulary,
}

/// Why a sentence is refused, and the symbols that it is about.
type Refused = (Refusal, (usize, usize));

impl Text<'_> {
    /// The words from one symbol to before another, as they are written.
    fn written(&self, from: usize, to: usize) -> String {
        let begin = self.symbols.get(from).map_or(0, |symbol| symbol.at.start);
        let end = to.checked_sub(1).and_then(|at| self.symbols.get(at)).map_or(begin, |symbol| symbol.at.end);
        self.original.chars().skip(begin).take(end.saturating_sub(begin)).collect()
    }

    fn items(&self) -> Vec<Item> {
        segment::items(Words { symbols: &self.symbols, mark: self.vocabulary.point })
    }

    fn refused(&self, code: Refusal, at: (usize, usize)) -> NotUnderstood {
        let items = self.items();
        let quantities = items.iter().filter_map(|item| item.quantity.as_ref());
        let understood = quantities.filter_map(|q| Some(in_words(q.unit(), &q.interval.ok()?.0))).collect();
        refusal::refused(code, &self.written(at.0, at.1), understood)
    }

    fn read(&self) -> Result<Reading, Refused> {
        let items = self.items();
        let find =
            |wanted: &dyn Fn(&Item) -> bool| items.iter().find(|item| wanted(item)).map(|item| (item.from, item.to));
        let refuse = |code, at: Option<(usize, usize)>| at.map_or(Ok(()), |at| Err((code, at)));
        refuse(Refusal::Number, find(&|item| item.role == Role::Garbled))?;
        let says =
            |item: &Item| item.quantity.is_some() || matches!(item.role.verb(), Some(Verb::Emptied | Verb::Untouched));
        if !items.iter().any(says) {
            return Err(self.without_quantity(&items));
        }
        let denies = |item: &Item| matches!(item.role, Role::Refuse(Refusal::Denied) | Role::Stop('?'));
        refuse(Refusal::Denied, find(&|item| denies(item) || self.is_denied_elsewhere(item)))?;
        // An hour without a day.
        refuse(Refusal::UnknownWords, find(&|item| item.role == Role::Clock))?;
        let segments = segment::segments(&items);
        let subject = if is_of_addresses(&items) { Subject::Addresses } else { Subject::Family };
        let (mut claims, mut not_checked) = (Vec::new(), Vec::new());
        let (mut soft, mut bare) = (None, None);
        for (at, segment) in segments.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| segments.get(at));
            let hidden = segment.hides(before, segments.get(at + 1));
            refuse(Refusal::UnknownWords, hidden.map(|item| (item.from, item.to)))?;
            match clause::read(segment, self) {
                Ok(Some(read)) => {
                    let outside = segment.items.get(..read.start).unwrap_or_default();
                    not_checked.extend(self.unknown_of(outside));
                    if !segment.has_verb() {
                        bare = bare.or(segment.items.first().map(|item| (item.from, item.to)));
                    }
                    claims.extend(self.clauses(segment, read, subject));
                }
                Ok(None) => not_checked.extend(segment.unknown().and_then(|_| self.whole(segment))),
                Err(trouble) if trouble.soft => {
                    not_checked.extend(self.whole(segment));
                    soft = soft.or(Some((trouble.code, trouble.at)));
                }
                Err(trouble) => return Err((trouble.code, trouble.at)),
            }
        }
        // A quantity without a verb says what it is only where nothing else is said.
        let unknown = find(&Item::is_unknown);
        let verbs = segments.iter().any(|segment| segment.items.iter().any(|item| item.role.verb().is_some()));
        refuse(Refusal::UnknownWords, bare.filter(|_| verbs || unknown.is_some()).map(|at| unknown.unwrap_or(at)))?;
        if claims.is_empty() {
            return Err(soft.unwrap_or((Refusal::UnknownWords, unknown.unwrap_or((0, self.symbols.len())))));
        }
        Ok(Reading { claims, not_checked, language: self.vocabulary.language })
    }

    /// A sentence without anything that is counted.
    fn without_quantity(&self, items: &[Item]) -> Refused {
        let place = |item: &Item| (item.from, item.to);
        let find = |code: Refusal| items.iter().find(|item| item.role == Role::Refuse(code)).map(place);
        let number = |item: &Item| matches!(item.role, Role::Digits | Role::Number(_));
        let strange = |pair: &[Item]| matches!(pair, [a, b] if number(a) && b.is_unknown());
        let all = (0, self.symbols.len());
        if find(Refusal::Who).is_some() {
            return (Refusal::Who, all);
        }
        if let Some(at) = find(Refusal::Number).filter(|_| items.iter().any(number)) {
            return (Refusal::Number, at);
        }
        let strange = items.windows(2).find(|pair| strange(pair)).and_then(|pair| pair.last());
        strange.map_or((Refusal::Nothing, all), |item| (Refusal::UnknownWords, place(item)))
    }

    /// A denial in another language than the sentence's.
    fn is_denied_elsewhere(&self, item: &Item) -> bool {
        let word = self.symbols.get(item.from).filter(|_| item.is_unknown());
        let denies = |word: &Symbol, other: &Vocabulary| other.word(&word.text) == Some(Role::Refuse(Refusal::Denied));
        word.is_some_and(|word| VOCABULARIES.iter().any(|other| denies(word, other)))
    }

    fn clauses(&self, segment: &Segment, read: Read, subject: Subject) -> Vec<Clause> {
        let char_at = |symbol: usize| self.symbols.get(symbol).map(|s| s.at.clone()).unwrap_or_default();
        let begin = segment.items.get(read.start).map_or(0, |item| char_at(item.from).start);
        let end = segment.items.iter().map(|item| char_at(item.to.saturating_sub(1)).end).max().unwrap_or(begin);
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
        let part = |item: &Item| item.is_unknown() || matches!(item.role, Role::People | Role::Thing);
        let runs = items.chunk_by(|a, b| part(a) == part(b)).filter_map(|run| {
            let begin = run.iter().find(|item| item.is_unknown())?;
            Some(self.written(begin.from, run.last()?.to))
        });
        runs.collect()
    }

    fn whole(&self, segment: &Segment) -> Option<String> {
        segment.items.first().zip(segment.items.last()).map(|(first, last)| self.written(first.from, last.to))
    }
}

/// Whether wallets are named, and they are not where something goes to.
fn is_of_addresses(items: &[Item]) -> bool {
    let balance = items.iter().any(|item| matches!(item.role, Role::Balance | Role::Address));
    balance || segment::wallets(items).any(|(_, elsewhere)| !elsewhere)
}
