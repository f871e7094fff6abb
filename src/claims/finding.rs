//! The verdict and what happened, in sentences that can be printed. They speak of what the tracked addresses show, and never of
//! what is false.

use chrono::NaiveDate;

use super::measure::Reads;
use super::quantity::plain;
use super::verdict::printed;
use super::{Basis, Checked, Known, Place, Row, Standing, Unit, Verdict};
use crate::domain::{Currency, Decimal, Family, Moment, TimeBasis, format, rfc3339};
use crate::figures::{Account, Withdrawal};

/// The addresses and days that a finding speaks of.
#[derive(Debug)]
pub(super) struct Frame {
    /// The addresses that were asked about; empty for all.
    pub addresses: Vec<String>,
    /// Linked addresses count as well.
    pub linked: bool,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The end.
    pub until: Moment,
    /// Whether that was said, as against taken from the ledger.
    pub dated: bool,
}

/// Where nothing is recorded.
pub(super) fn nothing(family: &Family) -> String {
    format!("Cannot be checked. Nothing is recorded of {} yet.", family.title)
}

/// The verdict, what happened, and by how much that misses the claim.
pub(super) fn of(checked: &Checked, then: &Account, frame: &Frame) -> String {
    let clause = &checked.clause;
    let mut out = format!("{}. ", capital(&checked.headline()));
    if checked.verdict == Verdict::CannotCheck
        && let Some(why) = checked.then().find_map(|row| row.missing.as_deref())
    {
        out.push_str(&format!("{}. ", capital(why)));
    }
    out.push_str(&match clause.unit {
        Unit::Money(currency) if clause.measure.name == "received" => received(checked, then, frame, currency),
        _ => told(checked, then, frame),
    });
    out
}

/// What money came in, what became of it, and what it would have come to.
fn received(checked: &Checked, then: &Account, frame: &Frame, currency: Currency) -> String {
    let summary = &then.summary;
    let received = match summary.received.at_receipt {
        Some(value) => format!("about {} (value when paid)", format::money_about(currency, value.close)),
        None => format!("{} BTC (of unknown value when paid)", format::btc_short(summary.received.amount)),
    };
    let from = if frame.from.is_some() { when(frame) } else { String::new() };
    let left = withdrawn(then, currency);
    let happened = capital(&format!("{} received {received}{from}{left}", addresses(then, frame)));
    let peak = checked.row(Basis::Peak, TimeBasis::Block).and_then(|row| row.value);
    match (miss(checked), peak) {
        (Some((Standing::Below, _)), Some(peak)) => format!(
            "{happened}. Had everything been kept, it would have been worth at most {}{}; the claim {}.",
            format::money_at_most(currency, peak.high),
            by(frame),
            needs(checked)
        ),
        _ => format!("{happened}; the claim {}.", needs(checked)),
    }
}

/// When all or some of it was withdrawn, and for how much.
fn withdrawn(then: &Account, currency: Currency) -> String {
    let (received, withdrawn) = (&then.summary.received, &then.summary.withdrawn);
    let days = |one: fn(Option<&Withdrawal>) -> Option<&Withdrawal>, end: Option<&Withdrawal>| {
        one(end).map(|one| one.day(then.question.zone))
    };
    let (Some(first), Some(last)) =
        (days(|one| one, then.withdrawals.first()), days(|one| one, then.withdrawals.last()))
    else {
        return if received.outputs > 0 { ", none of it withdrawn by then".to_owned() } else { String::new() };
    };
    let on = if first == last {
        format!("on {}", format::day_long(first))
    } else {
        format!("from {} to {}", format::day_long(first), format::day_long(last))
    };
    let worth = match withdrawn.at_withdrawal {
        Some(value) => format!("for about {}", format::money_about(currency, value.close)),
        None => "of unknown value".to_owned(),
    };
    // All but a hundredth is all of it.
    let most = withdrawn.amount.is_some_and(|left| left.to_sat() >= received.amount.to_sat() / 100 * 99);
    match withdrawn.amount {
        Some(left) if !most => format!(", of which {} BTC was withdrawn {on} {worth}", format::btc_short(left)),
        _ => format!(", withdrawn {on} {worth}"),
    }
}

/// The answer of any other measure.
fn told(checked: &Checked, then: &Account, frame: &Frame) -> String {
    let values = values(checked);
    if values.is_empty() {
        return capital(&format!("of {} {} is not known.", addresses(then, frame), checked.clause.measure.about));
    }
    let nth = match checked.clause.nth {
        None => "nearest".to_owned(),
        Some(1) => "first".to_owned(),
        Some(nth) => format!("{nth}."),
    };
    let told = checked.clause.measure.told;
    let told = told.replace("{of}", &addresses(then, frame)).replace("{value}", &values);
    let told = capital(
        &told
            .replace("{when}", &when(frame))
            .replace("{on}", &by(frame).replacen(" by ", " on ", 1))
            .replace("{nth}", &nth)
            .replace("{place}", &place(checked)),
    );
    let by = miss(checked).filter(|_| checked.clause.unit.currency().is_none());
    match by {
        Some((standing, gap)) => {
            let more = if standing == Standing::Below { "less" } else { "more" };
            format!("{told}, {} {more} than the claim {}.", number(checked.clause.unit, gap), verb(checked, standing))
        }
        None => format!("{told}; the claim {}.", needs(checked)),
    }
}

fn place(checked: &Checked) -> String {
    match &checked.clause.place {
        None => "at services".to_owned(),
        Some(Place::Named(name)) => format!("at “{name}”"),
        Some(Place::Category(category)) => format!("at addresses of the category “{category}”"),
    }
}

/// What the rows show, each value once.
fn values(checked: &Checked) -> String {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    let rows: Vec<&Row> = meant(checked);
    for row in &rows {
        let Some(value) = row.value else { continue };
        let number = match row.unit {
            Unit::Money(currency) if value.low != value.high => {
                format!("about {}", format::money_about(currency, value.close))
            }
            Unit::Payments | Unit::Transactions | Unit::Withdrawals | Unit::Addresses | Unit::Days => {
                counted(row.basis, value.close)
            }
            unit => number(unit, value.close),
        };
        let mut ways = Vec::new();
        if rows
            .iter()
            .any(|other| other.basis == row.basis && other.what == row.what && other.time_basis != row.time_basis)
        {
            ways.push(clock(row.time_basis).to_owned());
        } else if rows.iter().any(|other| other.what != row.what && other.what.starts_with("by ")) {
            ways.push(row.what.to_owned());
        }
        let aside = match row.basis {
            Basis::AtWithdrawal => Some("value when withdrawn".to_owned()),
            Basis::AsOf | Basis::Left => row.day.map(|day| format!("at the price of {}", format::day(day))),
            Basis::AtArrival => Some("value when it arrived".to_owned()),
            _ => None,
        };
        let note = row.note.clone().filter(|_| checked.clause.measure.reads == Reads::Trail);
        let aside: Vec<String> = aside.into_iter().chain(note).collect();
        let number = if aside.is_empty() { number } else { format!("{number} ({})", aside.join("; ")) };
        match all.iter_mut().find(|(known, _)| *known == number) {
            Some((_, known)) => known.extend(ways),
            None => all.push((number, ways)),
        }
    }
    let several = all.len() > 1;
    let words = |(number, ways): &(String, Vec<String>)| match ways.first() {
        Some(way) if several => format!("{number} {way}"),
        _ => number.clone(),
    };
    all.iter().map(words).collect::<Vec<_>>().join(" and ")
}

/// A count with what is counted.
fn counted(basis: Basis, count: Decimal) -> String {
    let (one, many) = match basis {
        Basis::Outputs => ("output", "outputs"),
        Basis::Transactions => ("transaction", "transactions"),
        Basis::Withdrawals => ("withdrawal", "withdrawals"),
        Basis::Addresses => ("address", "addresses"),
        Basis::Days => ("day", "days"),
        _ => ("", ""),
    };
    let noun = if count == Decimal::ONE { one } else { many };
    format!("{} {noun}", plain(count.normalize()))
}

/// What later prices and payments add. That prices moved away from a claim says nothing of it, and is left out.
pub(super) fn later(checked: &Checked) -> Option<String> {
    let now = || checked.rows.iter().filter(|row| row.known == Known::Now);
    let mut out = Vec::new();
    if let Some(day) = now().find_map(|row| row.supported_from) {
        out.push(format!(
            "at market prices the claim is first met on {}, had all the coins been kept",
            format::day(day)
        ));
    }
    for row in now().filter(|row| !matches!(row.basis, Basis::AsOf | Basis::Peak)) {
        let then = checked
            .then()
            .find(|then| (then.basis, then.what, then.time_basis) == (row.basis, row.what, row.time_basis));
        let Some(value) = row.value else { continue };
        if then.is_some_and(|then| (then.verdict == Verdict::Supported) != (row.verdict == Verdict::Supported)) {
            let meets = if row.verdict == Verdict::Supported { "meets it" } else { "no longer meets it" };
            let range =
                if value.low == value.high { String::new() } else { format!("{} to ", number(row.unit, value.low)) };
            out.push(format!("what is recorded since, {range}{} {}, {meets}", number(row.unit, value.high), row.what));
        }
    }
    (!out.is_empty()).then(|| format!("With what is known now: {}.", out.join("; ")))
}

impl Checked {
    /// The verdict, with where it holds if that is only in places: `supported only at first-seen time`.
    pub fn headline(&self) -> String {
        if self.verdict != Verdict::SupportedOnlyAt {
            return self.verdict.words().to_owned();
        }
        let met: Vec<&Row> = self.then().filter(|row| row.verdict == Verdict::Supported).collect();
        let of = |time: TimeBasis| self.then().filter(move |row| row.time_basis == time);
        for time in [TimeBasis::Block, TimeBasis::FirstSeen] {
            if self.has_both_clocks() && met.len() == of(time).count() && met.iter().all(|row| row.time_basis == time) {
                return format!("{} {}", self.verdict.words(), clock(time).trim_start_matches("by "));
            }
        }
        let mut places: Vec<String> = Vec::new();
        for row in met {
            let by = if self.has_both_clocks() { format!(" {}", clock(row.time_basis)) } else { String::new() };
            let place = format!("{}{by}", row.basis.place().unwrap_or(row.what));
            if !places.contains(&place) {
                places.push(place);
            }
        }
        format!("{} {}", self.verdict.words(), places.join(", "))
    }
}

/// The rows that the sentence is about: those of the bases that the wording names, or all.
fn meant(checked: &Checked) -> Vec<&Row> {
    let named: Vec<&Row> = checked.then().filter(|row| checked.clause.named.contains(&row.basis)).collect();
    if named.is_empty() { checked.then().collect() } else { named }
}

/// On which side of the claim the nearest value lies, and by how much; `None` where one meets it.
fn miss(checked: &Checked) -> Option<(Standing, Decimal)> {
    let rows = meant(checked);
    if rows.iter().any(|row| row.verdict == Verdict::Supported) {
        return None;
    }
    let gaps = rows.iter().filter_map(|row| Some((row.value?, row.difference?)));
    let (value, gap) = gaps.min_by_key(|(_, gap)| gap.abs())?;
    Some((checked.clause.interval.against(value.low, value.high), gap.abs()))
}

/// What the claim asks for, as its nearest end.
fn needs(checked: &Checked) -> String {
    let (clause, unit) = (&checked.clause, checked.clause.unit);
    let interval = &clause.interval;
    let end = |at: Decimal| number(unit, at);
    let standing = miss(checked).map(|(standing, _)| standing);
    match (standing, interval.min, interval.max) {
        (Some(_), Some(min), Some(max)) if min == max => format!("says {}", end(min.at)),
        (Some(Standing::Below), Some(min), _) | (_, Some(min), None) => {
            format!("needs {} {}", if min.open { "more than" } else { "at least" }, end(min.at))
        }
        (Some(Standing::Above), _, Some(max)) | (_, None, Some(max)) => {
            format!("allows {} {}", if max.open { "less than" } else { "at most" }, end(max.at))
        }
        _ => format!("says “{}”", clause.words),
    }
}

fn verb(checked: &Checked, standing: Standing) -> &'static str {
    match standing {
        _ if checked.clause.interval.min == checked.clause.interval.max => "says",
        Standing::Above => "allows",
        _ => "needs",
    }
}

fn addresses(then: &Account, frame: &Frame) -> String {
    match frame.addresses.as_slice() {
        [one] => format!("the address {one}"),
        [] if frame.linked => "the tracked and linked addresses".to_owned(),
        [] if then.summary.addresses.len() == 1 => "the tracked address".to_owned(),
        [] => format!(
            "the {}",
            format::count_in_words(then.summary.addresses.len(), "tracked address", "tracked addresses")
        ),
        all => format!("the {} asked about", format::count_in_words(all.len(), "address", "addresses")),
    }
}

/// The end of the days: ` by 3 August 2017`.
fn by(frame: &Frame) -> String {
    match frame.until {
        Moment::Instant(time) if frame.dated => format!(" by {}", rfc3339(time)),
        until => format!(" by {}", format::day_long(until.price_day())),
    }
}

fn when(frame: &Frame) -> String {
    let Some(from) = frame.from else { return by(frame) };
    let to = frame.until.price_day();
    if from == to {
        return format!(" on {}", format::day_long(from));
    }
    format!(" from {} to {}", format::day_long(from), format::day_long(to))
}

fn clock(basis: TimeBasis) -> &'static str {
    match basis {
        TimeBasis::Block => "by block time",
        TimeBasis::FirstSeen => "by first-seen time",
    }
}

/// A number of the unit for a sentence.
fn number(unit: Unit, number: Decimal) -> String {
    match unit {
        Unit::Money(currency) => format::money(currency, number),
        Unit::Bitcoin => format!("{} BTC", plain(printed(unit, number))),
        Unit::Percent => format!("{} percent", plain(printed(unit, number))),
        _ => plain(printed(unit, number)),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
