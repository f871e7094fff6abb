//! The index of weeks, made from the documents of the weeks themselves.

use serde::Deserialize;

use super::words::UNKNOWN;
use crate::document::Week;
use crate::domain::{Amount, Currency, Decimal, Span, format};

/// A week that was found, with its document as it lies there; `None` where there is none or it cannot be read.
#[derive(Clone, Debug)]
pub struct WeekFile {
    /// The week.
    pub week: Span,
    /// How it is called.
    pub label: String,
    /// What `index.json` holds.
    pub text: Option<String>,
}

/// The index, ready to be laid out.
#[derive(Clone, Debug)]
pub struct Index {
    /// A line a week, the newest first.
    pub lines: Vec<Line>,
    /// What the weeks are, in a sentence.
    pub finding: String,
    /// The program and its version.
    pub program: &'static str,
}

/// A week in the index.
#[derive(Clone, Debug)]
pub struct Line {
    /// How it is called: `2017-W20`.
    pub label: String,
    /// Its days.
    pub days: String,
    /// What is to be said of it.
    pub outcome: Outcome,
}

/// What the index says of a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Figures.
    Figures(Figures),
    /// That it is so and so: nothing happened, or nothing is recorded.
    Only(String),
    /// That its files cannot be read, and why.
    Broken(String),
}

/// The figures of a week, as they stand in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Bitcoin received.
    pub came: String,
    /// Its value at receipt, at the close, with the currency's sign.
    pub value: String,
    /// Bitcoin withdrawn.
    pub left: String,
    /// Its value on the days it left, at the close.
    pub left_value: String,
    /// Cash-out events.
    pub events: String,
    /// How many families are recorded.
    pub families: String,
}

/// What the index reads of a document. Everything else may change without its knowing.
#[derive(Debug, Deserialize)]
struct Document {
    week: String,
    currency: String,
    recorded: Recorded,
    totals: Option<Totals>,
    events: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Recorded {
    whole: u64,
    part: u64,
    nothing: u64,
}

#[derive(Debug, Deserialize)]
struct Totals {
    outputs: u64,
    sats: u64,
    value: Option<Interval>,
    without_price: u64,
    withdrawals: u64,
    withdrawn_sats: Option<u64>,
    withdrawn_value: Option<Interval>,
    withdrawn_without_price: u64,
}

#[derive(Debug, Deserialize)]
struct Interval {
    close: String,
}

#[derive(Debug, Deserialize)]
struct Version {
    format: u32,
}

impl Index {
    /// Makes the index of what was found, in whatever order.
    pub fn of(mut found: Vec<WeekFile>) -> Self {
        found.sort_by_key(|one| std::cmp::Reverse(one.week));
        found.dedup_by(|a, b| a.week == b.week);
        let finding = match (found.last(), found.first()) {
            (Some(first), Some(last)) if found.len() > 1 => {
                format!("{} weeks, {}, the newest first.", found.len(), format::days(first.week.from, last.week.to))
            }
            (Some(only), _) => format!("One week, {}.", format::days(only.week.from, only.week.to)),
            _ => "No week was made yet.".to_owned(),
        };
        let lines = found.iter().map(Line::of).collect();
        Self { lines, finding, program: concat!("ransomtrail ", env!("CARGO_PKG_VERSION")) }
    }
}

impl Line {
    fn of(found: &WeekFile) -> Self {
        let outcome = match &found.text {
            None => Outcome::Broken("made by an earlier version of the program: there is no index.json".to_owned()),
            Some(text) => read(text, &found.label).map_or_else(Outcome::Broken, |document| document.outcome()),
        };
        Self { label: found.label.clone(), days: format::days(found.week.from, found.week.to), outcome }
    }

    /// The figures, where there are any.
    pub fn figures(&self) -> Option<&Figures> {
        match &self.outcome {
            Outcome::Figures(figures) => Some(figures),
            _ => None,
        }
    }

    /// Why there are none.
    pub fn note(&self) -> &str {
        match &self.outcome {
            Outcome::Figures(_) => "",
            Outcome::Only(text) | Outcome::Broken(text) => text,
        }
    }

    /// Whether the week's files can be read: then there is a page to go to.
    pub fn is_whole(&self) -> bool {
        !matches!(self.outcome, Outcome::Broken(_))
    }
}

fn read(text: &str, label: &str) -> Result<Document, String> {
    let damaged = || "damaged: index.json cannot be read".to_owned();
    let Version { format } = serde_json::from_str(text).map_err(|_| damaged())?;
    if format != Week::FORMAT {
        let age = if format < Week::FORMAT { "an earlier" } else { "a later" };
        return Err(format!("made by {age} version of the program"));
    }
    let document: Document = serde_json::from_str(text).map_err(|_| damaged())?;
    let sound = document.week == label && document.currency().is_some() && document.sums_fit();
    if sound { Ok(document) } else { Err("damaged: what index.json says is not of this week".to_owned()) }
}

impl Document {
    fn currency(&self) -> Option<Currency> {
        self.currency.parse().ok()
    }

    /// No more bitcoin than there is, and prices that are numbers.
    fn sums_fit(&self) -> bool {
        let Some(totals) = &self.totals else { return true };
        let number = |value: &Option<Interval>| {
            value.as_ref().is_none_or(|value| value.close.parse::<Decimal>().is_ok_and(|x| !x.is_sign_negative()))
        };
        let fits = |sats: u64| sats <= Amount::MAX_MONEY.to_sat();
        fits(totals.sats)
            && totals.withdrawn_sats.is_none_or(fits)
            && number(&totals.value)
            && number(&totals.withdrawn_value)
    }

    fn outcome(&self) -> Outcome {
        let Recorded { whole, part, nothing } = self.recorded;
        let all = whole.saturating_add(part).saturating_add(nothing);
        let events = self.events.unwrap_or_default();
        let Some(totals) = &self.totals else {
            return Outcome::Only("nothing is recorded of this week".to_owned());
        };
        let families = match (whole, part) {
            (whole, 0) => format!("{whole} of {all}"),
            (whole, part) => format!("{whole} of {all}, {part} in part"),
        };
        if totals.outputs == 0 && totals.withdrawals == 0 && events == 0 {
            let so_far = if part == 0 { "" } else { ", as far as recorded" };
            return Outcome::Only(format!("nothing came in and nothing moved{so_far} ({families} families recorded)"));
        }
        let money = |value: &Option<Interval>, without: u64| {
            let close = value.as_ref().and_then(|value| value.close.parse::<Decimal>().ok()).zip(self.currency());
            match close {
                Some((close, currency)) if without == 0 => format!("{}{}", currency.sign(), format::cents(close)),
                Some((close, currency)) => format!("at least {}{}", currency.sign(), format::cents(close)),
                None => UNKNOWN.to_owned(),
            }
        };
        Outcome::Figures(Figures {
            came: format::btc(Amount::from_sat(totals.sats), 8),
            value: money(&totals.value, totals.without_price),
            left: format::btc_if_known(totals.withdrawn_sats.map(Amount::from_sat)),
            left_value: money(&totals.withdrawn_value, totals.withdrawn_without_price),
            events: format::grouped(events),
            families,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_lies_there_makes_a_line() {
        let check = |text: Option<&str>, expect: &str| {
            let week = Span::parse_week("2017-W20").unwrap();
            let label = "2017-W20".to_owned();
            let index = Index::of(vec![WeekFile { week, label, text: text.map(str::to_owned) }]);
            assert!(!index.lines[0].is_whole() && index.lines[0].note().contains(expect), "{:?}", index.lines[0]);
            assert!(index.html().unwrap().contains(expect));
        };
        check(None, "earlier version");
        check(Some(""), "damaged");
        check(Some("{\"format\": 0}"), "earlier version");
        check(Some("{\"format\": 99}"), "later version");
        check(Some("{\"format\": -1}"), "damaged");
        check(Some("{\"format\": 1}"), "damaged");
        let document = |week: &str, sats: &str, close: &str| {
            format!(
                "{{\"format\": 1, \"week\": \"{week}\", \"currency\": \"USD\", \"recorded\": {{\"whole\": 1, \"part\": 0, \"nothing\": 0}}, \
                 \"events\": 0, \"totals\": {{\"outputs\": 1, \"sats\": {sats}, \"value\": {{\"close\": \"{close}\"}}, \
                 \"without_price\": 0, \"withdrawals\": 0, \"withdrawn_sats\": 0, \"withdrawn_unknown\": 0, \
                 \"withdrawn_value\": null, \"withdrawn_without_price\": 0}}}}"
            )
        };
        check(Some(&document("2017-W21", "1", "1.00")), "not of this week");
        check(Some(&document("2017-W20", "18446744073709551615", "1.00")), "not of this week");
        check(Some(&document("2017-W20", "1", "<b>")), "not of this week");
        let week = Span::parse_week("2017-W20").unwrap();
        let text = Some(document("2017-W20", "150000000", "12.50"));
        let index = Index::of(vec![WeekFile { week, label: "2017-W20".to_owned(), text }]);
        let figures = index.lines[0].figures().unwrap();
        assert_eq!((figures.came.as_str(), figures.value.as_str()), ("1.50000000", "$12.50"));
        assert_eq!(figures.left_value, UNKNOWN, "null is not 0");
    }
}
