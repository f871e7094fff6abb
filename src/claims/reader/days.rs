//! Days, months and years, and the spans that a sentence makes of them.

use chrono::{Datelike, NaiveDate, Weekday};

use super::interval::Modifier;
use super::role::Role::{self, *};
use super::vocabulary::Words;
use crate::claims::reading::{self, Day};

impl Words<'_> {
    /// The day, month or year that begins at a symbol, and where it ends.
    pub fn day_at(&self, at: usize) -> Option<(Day, usize)> {
        let number = |at: usize| self.text(at).parse::<u32>().ok().filter(|_| self.role(at) == Digits);
        let day_of = |at: usize| match self.role(at) {
            Ordinal(nth) => Some(nth),
            _ => number(at),
        };
        let day_of = |at: usize| day_of(at).filter(|day| (1..=31).contains(day));
        let dated = |month: u32, day: u32, next: usize| {
            let at = self.skip(self.skip(next, Stop(',')), Of);
            let date = self.year_at(at).and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
            date.map_or((Day::MonthDay(month, day), next), |date| (Day::Date(date), at + 1))
        };
        match self.role(at) {
            Weekday(day) => {
                let inner = self.day_at(self.skip(at + 1, Stop(',')));
                let weekday = Day::Weekday(Weekday::try_from(day.checked_sub(1)?).ok()?);
                Some(inner.filter(|(day, _)| is_written_out(*day)).unwrap_or((weekday, at + 1)))
            }
            Month(month) => {
                // Twelve bitcoin by May are no 12 May.
                let counts = matches!(self.role(at + 2), Unit(_) | Sign(_) | Scale(_) | Scales(_) | Letter(_));
                if let Some(day) = day_of(at + 1).filter(|_| !counts) {
                    return Some(dated(month, day, at + 2));
                }
                let next = self.skip(at + 1, Of);
                let year = self.year_at(next);
                Some((Day::Month(month, year), if year.is_some() { next + 1 } else { at + 1 }))
            }
            Digits if [self.role(at + 1), self.role(at + 3)] == [Dash, Dash] => {
                let date = NaiveDate::from_ymd_opt(self.year_at(at)?, number(at + 2)?, number(at + 4)?);
                date.map(|date| (Day::Date(date), at + 5))
            }
            // `3. August`, `13.05.2017`, `the 3rd of August`.
            Digits | Ordinal(_) => {
                let next = self.skip(self.skip(at + 1, Stop('.')), Of);
                if let (Some(day), Month(month)) = (day_of(at), self.role(next)) {
                    return Some(dated(month, day, next + 1));
                }
                let written = NaiveDate::parse_from_str(self.text(at), "%d.%m.%Y").ok();
                let date = written.filter(|date| YEARS.contains(&date.year())).map(Day::Date);
                Some((date.or(self.year_at(at).map(Day::Year))?, at + 1))
            }
            _ => None,
        }
    }

    /// Whether a day ends before a symbol.
    pub fn day_ends_at(&self, at: usize) -> bool {
        (at.saturating_sub(6)..at).any(|from| self.day_at(from).is_some_and(|(_, end)| end == at))
    }

    fn year_at(&self, at: usize) -> Option<i32> {
        let digits = Some(self.text(at)).filter(|text| self.role(at) == Digits && text.len() == 4)?;
        digits.parse().ok().filter(|year| YEARS.contains(year))
    }

    /// The phrase of time that begins at a symbol (a [`Role::Span`], or [`Role::Length`] as in `in five months`), and where it ends.
    pub fn time_at(&self, at: usize) -> Option<(Role, usize)> {
        let here = self.role(at);
        // `hasta mayo`.
        let until =
            here == Bound(Modifier::AtMost) && self.day_at(at + 1).is_some_and(|(day, _)| !matches!(day, Day::Year(_)));
        if !here.is_preposition() && !until {
            let lasts = || self.length_at(at + 1).filter(|_| matches!(here, Bound(_)) && self.before(at) != On);
            return self.first_at(at).or_else(lasts).or_else(|| {
                let (day, end) = self.day_at(at)?;
                // `erpresste 2021 etwa`.
                let year = matches!(day, Day::Year(_)) && matches!(self.role(end), Bound(_) | Sign(_));
                (is_written_out(day) || matches!(day, Day::Weekday(_)) || year).then(|| self.timed(day, end))
            });
        }
        let from = self.skip(at + 1, The);
        if let Some(found) = self.first_at(from) {
            return Some(found);
        }
        let edge = self.role(from);
        let whole = !matches!(edge, Early | End);
        let Some((day, end)) = self.day_at(self.skip(from + usize::from(!whole), The)) else {
            return self.length_at(at + 1).filter(|_| matches!(here, In | Across));
        };
        let to = |joint: Role| {
            let (last, end) = self.day_at(self.skip(end + 1, The)).filter(|_| self.role(end) == joint)?;
            Some((Span(reading::Span::Between(day, last)), end))
        };
        match here {
            Since => Some((Span(reading::Span::From(day)), end)),
            In | On if whole => Some(self.timed(day, end)),
            _ if (until || matches!(here, By | Until)) && edge != Early => Some((Span(reading::Span::By(day)), end)),
            // `from 1 July on`.
            From if self.role(end) == On => Some((Span(reading::Span::From(day)), end + 1)),
            From if whole => to(To).or_else(|| to(Until)),
            Between if whole => to(And),
            _ => None,
        }
    }

    /// On a day; with a time of day it is what there was until then.
    fn timed(&self, day: Day, end: usize) -> (Role, usize) {
        let at = self.skip(end, At);
        if self.role(at) != Clock {
            return (Span(reading::Span::On(day)), end);
        }
        let zones = (at + 1..).take_while(|n| self.role(*n) == Time).count();
        (Span(reading::Span::By(day)), at + 1 + zones)
    }

    /// Days that a period has.
    fn days_at(&self, at: usize) -> Option<u32> {
        match self.role(at) {
            Period(days) => Some(days),
            role => role.is_period().then_some(1),
        }
    }

    /// `first three days`, `first week`, `trois premiers jours`.
    fn first_at(&self, at: usize) -> Option<(Role, usize)> {
        let at = self.skip(at, The);
        let number = self.number_at(self.skip(at, Ordinal(1)));
        let end = number.as_ref().map_or(self.skip(at, Ordinal(1)), |number| number.end);
        let next = self.skip(end, Ordinal(1));
        let ordinal = (at..next).any(|n| self.role(n) == Ordinal(1));
        let count = number.map_or(Some(1), |number| u32::try_from(number.read(None, self.mark)?.value).ok())?;
        let days = count.checked_mul(self.days_at(next)?).filter(|days| ordinal && *days > 0)?;
        Some((Span(reading::Span::First(days)), next + 1))
    }

    /// `five months`, `a week`, `just five days`.
    fn length_at(&self, at: usize) -> Option<(Role, usize)> {
        let from = (at..).find(|n| !matches!(self.role(*n), Adverb | The | Adjective | Bound(_)))?;
        let end = self.number_at(from).map_or(self.skip(from, A), |number| number.end);
        self.days_at(end).filter(|_| end > from).map(|_| (Length, end + 1))
    }
}

/// Years since there is bitcoin.
const YEARS: std::ops::Range<i32> = 2008..2100;

/// Whether digits are part of it, so that they are no number.
pub(super) fn is_written_out(day: Day) -> bool {
    matches!(day, Day::Date(_) | Day::MonthDay(..))
}
