//! Days, months and years, and the spans that a sentence makes of them.

use chrono::{NaiveDate, Weekday};

use super::interval::Modifier;
use super::number::{number_at, role};
use super::role::{Counted, Join, Preposition, Role, Word};
use super::vocabulary::Symbol;
use crate::claims::Unit;
use crate::claims::reading::{Day, Span};

/// The day, month or year that begins at a symbol, and where it ends.
pub(super) fn day_at(symbols: &[Symbol], at: usize) -> Option<(Day, usize)> {
    let number =
        |at: usize| symbols.get(at).filter(|s| s.role == Role::Digits).and_then(|s| s.text.parse::<u32>().ok());
    let nth = |at: usize| match role(symbols, at) {
        Some(Role::Ordinal(nth)) => Some(nth),
        _ => number(at),
    };
    let day_of = |at: usize| nth(at).filter(|day| (1..=31).contains(day));
    let comma = |at: usize| usize::from(role(symbols, at) == Some(Role::Stop(',')));
    let of = |at: usize| usize::from(role(symbols, at) == Some(Role::Preposition(Preposition::Of)));
    let dated = |month: u32, day: u32, next: usize| {
        let at = next + comma(next).max(of(next));
        let date = year_at(symbols, at).and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        date.map_or((Day::MonthDay(month, day), next), |date| (Day::Date(date), at + 1))
    };
    match role(symbols, at)? {
        Role::Weekday(day) => {
            let next = at + 1 + comma(at + 1);
            let dated = day_at(symbols, next).filter(|(day, _)| matches!(day, Day::Date(_) | Day::MonthDay(..)));
            Some(dated.unwrap_or((Day::Weekday(weekday(day)?), at + 1)))
        }
        // Twelve bitcoin by May are no 12 May.
        Role::Month(month) => {
            match day_of(at + 1).filter(|_| year_at(symbols, at + 1).is_none() && !counts(role(symbols, at + 2))) {
                Some(day) => Some(dated(month, day, at + 2)),
                None => {
                    let next = at + 1 + of(at + 1);
                    let year = year_at(symbols, next);
                    Some((Day::Month(month, year), if year.is_some() { next + 1 } else { at + 1 }))
                }
            }
        }
        Role::Digits if role(symbols, at + 1) == Some(Role::Dash) => {
            let (year, month, day) = (year_at(symbols, at)?, number(at + 2)?, number(at + 4)?);
            let dash = role(symbols, at + 3) == Some(Role::Dash);
            NaiveDate::from_ymd_opt(year, month, day).filter(|_| dash).map(|date| (Day::Date(date), at + 5))
        }
        Role::Digits | Role::Ordinal(_) => {
            // `3. August`, `13.05.2017`, `the 3rd of August`.
            let stop = usize::from(role(symbols, at + 1) == Some(Role::Stop('.')));
            let next = at + 1 + stop.max(of(at + 1));
            if let (Some(day), Some(Role::Month(month))) = (day_of(at), role(symbols, next)) {
                return Some(dated(month, day, next + 1));
            }
            let written = NaiveDate::parse_from_str(&symbols.get(at)?.text, "%d.%m.%Y").ok();
            let date = written.filter(|date| (2008..2100).contains(&chrono::Datelike::year(date)));
            date.map(|date| (Day::Date(date), at + 1)).or_else(|| Some((Day::Year(year_at(symbols, at)?), at + 1)))
        }
        _ => None,
    }
}

/// Whether a word makes the number before it one of something.
fn counts(role: Option<Role>) -> bool {
    matches!(role, Some(Role::Unit(_) | Role::Sign(_) | Role::Scale(_) | Role::Scales(_) | Role::Letter(_)))
}

/// Whether digits are part of it, so that they are no number.
pub(super) fn is_written_out(day: Day) -> bool {
    matches!(day, Day::Date(_) | Day::MonthDay(..))
}

/// Whether a day ends before a symbol.
pub(super) fn ends_at(symbols: &[Symbol], at: usize) -> bool {
    (at.saturating_sub(6)..at).any(|from| day_at(symbols, from).is_some_and(|(_, end)| end == at))
}

/// A year since there is bitcoin.
fn year_at(symbols: &[Symbol], at: usize) -> Option<i32> {
    let digits = symbols.get(at).filter(|symbol| symbol.role == Role::Digits && symbol.text.len() == 4)?;
    digits.text.parse().ok().filter(|year| (2008..2100).contains(year))
}

fn weekday(day: u8) -> Option<Weekday> {
    Weekday::try_from(day.checked_sub(1)?).ok()
}

/// What days a phrase names.
pub(super) enum Phrase {
    Span(Span),
    /// So long, with neither end told: `in five months`.
    Length,
}

/// The phrase of time that begins at a symbol, and where it ends.
pub(super) fn phrase_at(symbols: &[Symbol], at: usize) -> Option<(Phrase, usize)> {
    let here = role(symbols, at)?;
    // `hasta mayo`.
    let until = here == Role::Bound(Modifier::AtMost)
        && day_at(symbols, at + 1).is_some_and(|(day, _)| !matches!(day, Day::Year(_)));
    let Some(preposition) = (match here {
        Role::Preposition(preposition) => Some(preposition),
        _ => until.then_some(Preposition::Until),
    }) else {
        let on = at.checked_sub(1).and_then(|at| role(symbols, at)) == Some(Role::Preposition(Preposition::On));
        let length = (matches!(here, Role::Bound(_)) && !on).then(|| length_at(symbols, at + 1)).flatten();
        return first_at(symbols, at).or(length).or_else(|| {
            let (day, end) = day_at(symbols, at)?;
            // `erpresste 2021 etwa`.
            let year =
                matches!(day, Day::Year(_)) && matches!(role(symbols, end), Some(Role::Bound(_) | Role::Sign(_)));
            let alone = is_written_out(day) || matches!(day, Day::Weekday(_)) || year;
            alone.then(|| timed(symbols, Span::On(day), end))
        });
    };
    let the = |at: usize| at + usize::from(role(symbols, at) == Some(Role::Word(Word::The)));
    let from = the(at + 1);
    if let Some(found) = first_at(symbols, from) {
        return Some(found);
    }
    let edge = usize::from(matches!(role(symbols, from), Some(Role::Word(Word::Early | Word::End))));
    let ends = role(symbols, from) == Some(Role::Word(Word::End));
    let Some((day, end)) = day_at(symbols, the(from + edge)) else {
        let lasts = matches!(preposition, Preposition::In | Preposition::Other);
        return lasts.then(|| length_at(symbols, at + 1)).flatten();
    };
    let to = |joint: Role| {
        let (last, end) = (role(symbols, end) == Some(joint)).then(|| day_at(symbols, the(end + 1))).flatten()?;
        Some((Phrase::Span(Span::Between(day, last)), end))
    };
    let last = || to(Role::Preposition(Preposition::To)).or_else(|| to(Role::Preposition(Preposition::Until)));
    match preposition {
        Preposition::Since => Some((Phrase::Span(Span::From(day)), end)),
        Preposition::In | Preposition::On if edge == 0 => Some(timed(symbols, Span::On(day), end)),
        Preposition::By | Preposition::Until if edge == 0 || ends => Some((Phrase::Span(Span::By(day)), end)),
        // `from 1 July on`.
        Preposition::From if role(symbols, end) == Some(Role::Preposition(Preposition::On)) => {
            Some((Phrase::Span(Span::From(day)), end + 1))
        }
        Preposition::From if edge == 0 => last(),
        Preposition::Between if edge == 0 => to(Role::Join(Join::And)),
        _ => None,
    }
}

/// With a time of day it is what there was until then.
fn timed(symbols: &[Symbol], span: Span, end: usize) -> (Phrase, usize) {
    let at = end + usize::from(role(symbols, end) == Some(Role::Preposition(Preposition::At)));
    match (span, role(symbols, at)) {
        (Span::On(day), Some(Role::Clock)) => {
            let zones = (at + 1..).take_while(|n| role(symbols, *n) == Some(Role::Word(Word::Time))).count();
            (Phrase::Span(Span::By(day)), at + 1 + zones)
        }
        _ => (Phrase::Span(span), end),
    }
}

/// Days that a number of periods has.
fn days_of(symbols: &[Symbol], at: usize) -> Option<u32> {
    match role(symbols, at)? {
        Role::Period(days) => Some(days),
        Role::Unit(Counted::Known(Unit::Days)) => Some(1),
        _ => None,
    }
}

/// `first three days`, `first week`.
fn first_at(symbols: &[Symbol], at: usize) -> Option<(Phrase, usize)> {
    let at = at + usize::from(role(symbols, at) == Some(Role::Word(Word::The)));
    // `ersten drei Tage`, `trois premiers jours`.
    let (number, next) = match role(symbols, at)? {
        Role::Ordinal(1) => match number_at(symbols, at + 1) {
            Some(number) => (Some(number.clone()), number.end),
            None => (None, at + 1),
        },
        _ => {
            let number = number_at(symbols, at)?;
            let first = role(symbols, number.end) == Some(Role::Ordinal(1));
            (Some(number.clone()).filter(|_| first), number.end + usize::from(first))
        }
    };
    let ordinal = (at..next).any(|n| role(symbols, n) == Some(Role::Ordinal(1)));
    let count = match number {
        Some(number) => u32::try_from(number.read(None, '.')?.value).ok()?,
        None => 1,
    };
    let days = count.checked_mul(days_of(symbols, next)?).filter(|days| ordinal && *days > 0)?;
    Some((Phrase::Span(Span::First(days)), next + 1))
}

/// `five months`, `a week`, `just five days`.
fn length_at(symbols: &[Symbol], at: usize) -> Option<(Phrase, usize)> {
    let quiet = |role: Option<Role>| {
        matches!(role, Some(Role::Word(Word::Adverb | Word::The) | Role::Adjective | Role::Bound(_)))
    };
    let from = (at..).find(|n| !quiet(role(symbols, *n)))?;
    let end = match number_at(symbols, from) {
        Some(number) => number.end,
        None if role(symbols, from) == Some(Role::Word(Word::A)) => from + 1,
        None => return None,
    };
    days_of(symbols, end).map(|_| (Phrase::Length, end + 1))
}
