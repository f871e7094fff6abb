//! What a sentence says, before anything is held against the chain: its claims, each a measure, what that is said to be, of whom
//! and of which days, and the words that take no part.

use std::fmt;
use std::ops::Range;

use chrono::{NaiveDate, Weekday};

use super::quantity::in_words;
use super::{Basis, Interval, Measure, Unit};

/// A sentence as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its claims, in the order of the words.
    pub claims: Vec<Clause>,
    /// Its words that take no part.
    pub not_checked: Vec<String>,
    /// The language that it is in: `en`.
    pub language: &'static str,
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// What is measured.
    pub measure: &'static Measure,
    /// What it is counted in.
    pub unit: Unit,
    /// What it is said to be.
    pub interval: Interval,
    /// It is meant to the last digit: `six withdrawals`, `52.19666422 BTC`.
    pub exact: bool,
    /// Of whom it is said.
    pub subject: Subject,
    /// The bases that the wording names (`when it was withdrawn`); usually none.
    pub named: Vec<Basis>,
    /// Which one of several: the first withdrawal is 1.
    pub nth: Option<u32>,
    /// Where it arrived.
    pub place: Option<Place>,
    /// The days that the sentence names.
    pub span: Option<Span>,
    /// It counts victims, and payments are not victims.
    pub victims: bool,
    /// The words of number, unit and bound.
    pub words: String,
    /// Where the clause stands in the sentence, in characters.
    pub at: Range<usize>,
}

impl Clause {
    /// What it is said to be, in words that read back as the same: `at least 2,000,000 US dollars`.
    pub fn quantity(&self) -> String {
        in_words(self.unit, &self.interval)
    }
}

/// Of whom something is said: it decides what falling short means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The addresses that are tracked: the sentence names wallets, accounts, addresses or a balance.
    Addresses,
    /// The family or its people, who may have other addresses.
    Family,
}

impl Subject {
    /// Its name as data.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Addresses => "addresses",
            Subject::Family => "family",
        }
    }
}

/// Where coins are said to have arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At something with a name, as written, in small letters: `hitbtc`.
    Named(String),
    /// At anything of a category of labels: `mixer`.
    Category(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Named(name) => write!(f, "\"{name}\""),
            Place::Category(name) => write!(f, "category {name}"),
        }
    }
}

/// The days that a sentence names. Which ones they are is found out with the claim's own day and the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// So many days from the first payment on.
    First(u32),
    /// That day, month or year.
    On(Day),
    /// From its beginning on.
    From(Day),
    /// To its end.
    By(Day),
    /// From the beginning of the one to the end of the other.
    Between(Day, Day),
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Span::First(1) => f.write_str("first day"),
            Span::First(days) => write!(f, "first {days} days"),
            Span::On(day) => write!(f, "on {day}"),
            Span::From(day) => write!(f, "from {day}"),
            Span::By(day) => write!(f, "by {day}"),
            Span::Between(first, last) => write!(f, "{first} to {last}"),
        }
    }
}

/// A day, month or year as a sentence names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// A day in full.
    Date(NaiveDate),
    /// The last one of these up to the claim's day.
    Weekday(Weekday),
    /// A month, of the year that it names.
    Month(u32, Option<i32>),
    /// A year.
    Year(i32),
    /// A month and its day, without a year.
    MonthDay(u32, u32),
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Day::Date(date) => write!(f, "{date}"),
            Day::Weekday(day) => f.write_str(weekday(*day)),
            Day::Month(month, None) => f.write_str(month_name(*month)),
            Day::Month(month, Some(year)) => write!(f, "{} {year}", month_name(*month)),
            Day::Year(year) => write!(f, "{year}"),
            Day::MonthDay(month, day) => write!(f, "{day} {}", month_name(*month)),
        }
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

fn month_name(month: u32) -> &'static str {
    let month = u8::try_from(month).ok().and_then(|month| chrono::Month::try_from(month).ok());
    month.map_or("no month", |month| month.name())
}

/// The claim in the one way of writing it, for people and for tables: `arrived: more than 20,000 US dollars; at "hitbtc"`.
impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.measure.name, self.quantity())?;
        if self.subject == Subject::Addresses {
            write!(f, "; {}", self.subject.name())?;
        }
        self.named.iter().try_for_each(|basis| write!(f, "; {basis}"))?;
        self.nth.iter().try_for_each(|nth| write!(f, "; nth {nth}"))?;
        self.place.iter().try_for_each(|place| write!(f, "; at {place}"))?;
        self.span.iter().try_for_each(|span| write!(f, "; span {span}"))?;
        if self.victims { f.write_str("; victims") } else { Ok(()) }
    }
}

/// Why a sentence is no claim that can be held against the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No quantity.
    Nothing,
    /// Longer than claims are: an article, or an attack.
    Long,
    /// What stands where a number belongs cannot be read as one.
    Number,
    /// A range that does not say from where to where.
    Range,
    /// Less than nothing.
    Negative,
    /// A currency or coin without rates.
    Foreign,
    /// It is denied.
    Denied,
    /// What is or was demanded.
    Demand,
    /// Damage, costs, rewards.
    Damage,
    /// A number of victims.
    Victims,
    /// Computers, countries, keys.
    Machines,
    /// What is yet to come.
    Forecast,
    /// Another family, or all of them.
    Other,
    /// Who did it, without a quantity of the take.
    Who,
    /// A change, a part or a multiple of a number.
    Change,
    /// So much in each month or day.
    Rate,
    /// What one named victim paid.
    OneVictim,
    /// Words in the clause that no language knows.
    UnknownWords,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Refusal; 18] = [
        Refusal::Nothing,
        Refusal::Long,
        Refusal::Number,
        Refusal::Range,
        Refusal::Negative,
        Refusal::Foreign,
        Refusal::Denied,
        Refusal::Demand,
        Refusal::Damage,
        Refusal::Victims,
        Refusal::Machines,
        Refusal::Forecast,
        Refusal::Other,
        Refusal::Who,
        Refusal::Change,
        Refusal::Rate,
        Refusal::OneVictim,
        Refusal::UnknownWords,
    ];

    /// Its name as data.
    pub fn name(self) -> &'static str {
        match self {
            Refusal::Nothing => "nothing",
            Refusal::Long => "long",
            Refusal::Number => "number",
            Refusal::Range => "range",
            Refusal::Negative => "negative",
            Refusal::Foreign => "foreign",
            Refusal::Denied => "denied",
            Refusal::Demand => "demand",
            Refusal::Damage => "damage",
            Refusal::Victims => "victims",
            Refusal::Machines => "machines",
            Refusal::Forecast => "forecast",
            Refusal::Other => "other",
            Refusal::Who => "who",
            Refusal::Change => "change",
            Refusal::Rate => "rate",
            Refusal::OneVictim => "one-victim",
            Refusal::UnknownWords => "unknown-words",
        }
    }
}

/// A sentence that was not understood: why, what of it was, and what could be asked instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}{}; {ask}", known(.understood))]
pub struct NotUnderstood {
    /// Why.
    pub code: Refusal,
    /// The trouble in a sentence, with the words that it is about.
    pub words: String,
    /// What was understood.
    pub understood: Vec<String>,
    /// What could be asked instead.
    pub ask: String,
}

fn known(understood: &[String]) -> String {
    if understood.is_empty() { String::new() } else { format!(" (understood: {})", understood.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::measure;
    use crate::domain::Decimal;

    fn clause() -> Clause {
        Clause {
            measure: measure::find("withdrawal").unwrap(),
            unit: Unit::Bitcoin,
            interval: Interval::point(Decimal::new(873, 2)),
            exact: true,
            subject: Subject::Family,
            named: vec![],
            nth: None,
            place: None,
            span: None,
            victims: false,
            words: "8.73 BTC".to_owned(),
            at: 0..8,
        }
    }

    #[test]
    fn a_claim_is_written_in_one_way() {
        let check = |clause: Clause, expect: &str| assert_eq!(clause.to_string(), expect);
        check(clause(), "withdrawal: exactly 8.73 BTC");
        check(Clause { nth: Some(1), ..clause() }, "withdrawal: exactly 8.73 BTC; nth 1");
        let place = |place| Clause { measure: measure::find("arrived").unwrap(), place: Some(place), ..clause() };
        check(place(Place::Named("hitbtc".to_owned())), "arrived: exactly 8.73 BTC; at \"hitbtc\"");
        check(place(Place::Category("mixer".to_owned())), "arrived: exactly 8.73 BTC; at category mixer");
        let all = Clause {
            subject: Subject::Addresses,
            named: vec![Basis::AtReceipt, Basis::AsOf],
            span: Some(Span::First(3)),
            victims: true,
            ..clause()
        };
        check(all, "withdrawal: exactly 8.73 BTC; addresses; at-receipt; as-of; span first 3 days; victims");
        let percent = Clause { unit: Unit::Percent, interval: Interval::point(Decimal::TEN), ..clause() };
        check(percent, "withdrawal: exactly 10 percent");
    }

    #[test]
    fn days_are_written_as_the_sentence_names_them() {
        let check = |span: Span, expect: &str| assert_eq!(span.to_string(), expect);
        let date = Day::Date(NaiveDate::from_ymd_opt(2017, 5, 13).unwrap());
        check(Span::On(date), "on 2017-05-13");
        check(Span::On(Day::Weekday(Weekday::Sat)), "on Saturday");
        check(Span::By(Day::Month(6, None)), "by June");
        check(Span::From(Day::Month(5, Some(2017))), "from May 2017");
        check(Span::On(Day::Year(2017)), "on 2017");
        check(Span::Between(Day::MonthDay(5, 13), date), "13 May to 2017-05-13");
    }
}
