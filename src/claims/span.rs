//! Which days a sentence means: those that it names and those that were asked for, together.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use chrono_tz::Tz;

use super::{Day, Span};
use crate::domain::{Moment, format};

/// Why the days of a claim cannot be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDays {
    /// The sentence and what was asked have no day in common.
    #[error("the claim speaks of {0}, and it is asked {1}; give other days")]
    Contradiction(String, String),
    /// The sentence does not say which one.
    #[error("which {0} is meant? say on which day the claim was made, with --on")]
    Which(String),
    /// The span ends before it begins.
    #[error("the claim speaks of {0}, which ends before it begins")]
    Backwards(String),
}

/// The days that a claim is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The first; `None` where everything before the end counts.
    pub from: Option<NaiveDate>,
    /// The end.
    pub until: Moment,
    /// It is over: what comes later is no part of it.
    pub closed: bool,
}

/// What is known of a claim beside its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    /// The first day that was asked for.
    pub from: Option<NaiveDate>,
    /// The moment that the claim speaks of.
    pub on: Moment,
    /// Whether that moment was given, as against taken from the ledger.
    pub on_given: bool,
    /// The day of the first payment.
    pub first: Option<NaiveDate>,
    /// The zone that days are those of.
    pub zone: Tz,
}

impl Given {
    fn day(&self) -> NaiveDate {
        match self.on {
            Moment::Day(day) => day,
            Moment::Instant(time) => time.with_timezone(&self.zone).date_naive(),
        }
    }

    fn in_words(&self) -> String {
        let from = self.from.map_or(String::new(), |day| format!("from {} ", format::day(day)));
        format!("{from}as of {}", format::day(self.day()))
    }
}

/// The days of a claim: those of its span, as far as they were asked for. `None` where they depend on a first payment and there
/// is none.
pub(super) fn window(span: Option<Span>, given: Given) -> Result<Option<Window>, NoDays> {
    let Some(span) = span else {
        return Ok(Some(Window { from: given.from, until: given.on, closed: given.from.is_some() && given.on_given }));
    };
    let (first, last) = match span {
        Span::First(days) => match given.first {
            Some(first) => (None, first.checked_add_days(Days::new(u64::from(days.max(1)) - 1))),
            None => return Ok(None),
        },
        Span::On(day) => both(ends(day, given)?),
        Span::From(day) => (Some(ends(day, given)?.0), None),
        Span::By(day) => (None, Some(ends(day, given)?.1)),
        Span::Between(first, last) => {
            let (_, last) = ends(last, given)?;
            // `May to June 2017`: the first is the last one up to the second.
            let (first, _) = ends(first, Given { on: Moment::Day(last), on_given: true, ..given })?;
            (Some(first), Some(last))
        }
    };
    let from = first.max(given.from);
    let end = last.filter(|last| *last < given.day());
    if first.zip(last).is_some_and(|(first, last)| first > last) {
        return Err(NoDays::Backwards(span.to_string()));
    }
    if from.is_some_and(|from| from > end.unwrap_or(given.day())) || end.is_some_and(|end| Some(end) < given.from) {
        return Err(NoDays::Contradiction(days(span), given.in_words()));
    }
    let closed = last.is_some() || (given.from.is_some() && given.on_given);
    Ok(Some(Window { from, until: end.map_or(given.on, Moment::Day), closed }))
}

fn both((first, last): (NaiveDate, NaiveDate)) -> (Option<NaiveDate>, Option<NaiveDate>) {
    (Some(first), Some(last))
}

fn days(span: Span) -> String {
    match span {
        Span::First(_) => format!("the {span}"),
        span => format!("“{span}”"),
    }
}

/// The first and the last day of a day, month or year.
fn ends(day: Day, given: Given) -> Result<(NaiveDate, NaiveDate), NoDays> {
    let which = || NoDays::Which(day.to_string());
    let named = |date: Option<NaiveDate>| date.ok_or_else(which);
    let today = given.day();
    let needs_a_day = matches!(day, Day::Weekday(_) | Day::Month(_, None) | Day::MonthDay(..));
    if needs_a_day && !given.on_given {
        return Err(which());
    }
    // The last one that began up to the claim's day.
    let begun = |month: u32, day: u32| {
        let of = |year: i32| NaiveDate::from_ymd_opt(year, month, day).filter(|date| *date <= today);
        // The 29th of February is there every four years, or eight.
        (0..=8).find_map(|back| of(today.year() - back))
    };
    let month = |first: NaiveDate| {
        let next = first.checked_add_months(Months::new(1))?;
        Some((first, next.pred_opt()?))
    };
    match day {
        Day::Date(date) => Ok((date, date)),
        Day::Weekday(weekday) => {
            let back = (7 + today.weekday().num_days_from_monday() - weekday.num_days_from_monday()) % 7;
            let date = named(today.checked_sub_days(Days::new(u64::from(back))))?;
            Ok((date, date))
        }
        Day::Month(of, None) => begun(of, 1).and_then(month).ok_or_else(which),
        Day::Month(of, Some(year)) => NaiveDate::from_ymd_opt(year, of, 1).and_then(month).ok_or_else(which),
        Day::Year(year) => {
            let ends = NaiveDate::from_ymd_opt(year, 1, 1).zip(NaiveDate::from_ymd_opt(year, 12, 31));
            ends.ok_or_else(which)
        }
        Day::MonthDay(of, day) => named(begun(of, day)).map(|date| (date, date)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn given(from: Option<&str>, on: &str) -> Given {
        let first = Some(date("2017-05-12"));
        Given { from: from.map(date), on: Moment::Day(date(on)), on_given: true, first, zone: Tz::UTC }
    }

    #[test]
    fn days_are_those_of_the_sentence_and_those_asked_for() {
        let check = |span: Span, from: Option<&str>, on: &str, expect: (Option<&str>, &str, bool)| {
            let found = window(Some(span), given(from, on)).unwrap().unwrap();
            let expect = Window { from: expect.0.map(date), until: Moment::Day(date(expect.1)), closed: expect.2 };
            assert_eq!(found, expect, "{span} from {from:?} on {on}");
        };
        let day = |text: &str| Day::Date(date(text));
        check(Span::First(3), None, "2017-12-19", (None, "2017-05-14", true));
        check(Span::First(3), None, "2017-05-13", (None, "2017-05-13", true));
        check(Span::On(Day::Weekday(Weekday::Sat)), None, "2017-05-15", (Some("2017-05-13"), "2017-05-13", true));
        check(Span::On(Day::Weekday(Weekday::Mon)), None, "2017-05-15", (Some("2017-05-15"), "2017-05-15", true));
        check(Span::By(Day::Month(6, None)), None, "2017-12-19", (None, "2017-06-30", true));
        check(Span::On(Day::Month(12, None)), None, "2017-12-19", (Some("2017-12-01"), "2017-12-19", true));
        check(Span::On(Day::Month(12, None)), None, "2018-05-19", (Some("2017-12-01"), "2017-12-31", true));
        check(Span::From(day("2017-05-13")), None, "2017-08-03", (Some("2017-05-13"), "2017-08-03", false));
        check(Span::From(Day::Year(2017)), Some("2017-06-01"), "2017-08-03", (Some("2017-06-01"), "2017-08-03", true));
        check(Span::On(Day::Year(2017)), Some("2017-06-01"), "2018-08-03", (Some("2017-06-01"), "2017-12-31", true));
        check(Span::On(Day::MonthDay(2, 29)), None, "2018-01-01", (Some("2016-02-29"), "2016-02-29", true));
        let may = Day::Month(5, None);
        check(
            Span::Between(may, Day::Month(6, Some(2017))),
            None,
            "2019-01-01",
            (Some("2017-05-01"), "2017-06-30", true),
        );
    }

    #[test]
    fn days_without_a_meaning_are_refused() {
        let check = |span: Span, given: Given, expect: &str| {
            let error = window(Some(span), given).unwrap_err().to_string();
            assert!(error.contains(expect), "{span}: {error}");
        };
        let day = |text: &str| Day::Date(date(text));
        check(Span::On(day("2017-05-13")), given(Some("2017-06-01"), "2017-08-03"), "from 1 Jun 2017 as of 3 Aug 2017");
        check(Span::On(day("2017-09-13")), given(None, "2017-08-03"), "“on 2017-09-13”");
        check(Span::First(2), given(Some("2017-06-01"), "2017-08-03"), "the first 2 days");
        check(Span::Between(day("2017-05-13"), day("2017-05-12")), given(None, "2017-08-03"), "ends before it begins");
        let unknown = Given { on_given: false, ..given(None, "2017-08-03") };
        check(Span::On(Day::Weekday(Weekday::Sat)), unknown, "which Saturday is meant?");
        check(Span::By(Day::Month(6, None)), unknown, "which June is meant?");
        assert_eq!(window(Some(Span::First(3)), Given { first: None, ..given(None, "2017-08-03") }), Ok(None));
        assert!(
            window(Some(Span::By(Day::Year(2017))), Given { on_given: false, ..given(None, "2018-08-03") }).is_ok()
        );
    }
}
