//! Verdicts: those that were worked out by hand for the table of sentences, and what holds for all.

use std::rc::Rc;

use chrono::{NaiveDate, Weekday};
use proptest::prelude::*;
use ransomtrail::casebook::{Casebook, Inquiry, Shelf};
use ransomtrail::catalog::Catalog;
use ransomtrail::claims::{
    self, Basis, Bound, Claim, Clause, Day, Evidence, Interval, Landed, MEASURES, Place, Reading, Scope, Span, Subject,
    Unit, Verdict, measure,
};
use ransomtrail::domain::{Currency, Decimal, Family, Ledger, Time};
use ransomtrail::figures::{Account, Question, USUAL, open};
use ransomtrail::price::{Live, Prices};
use ransomtrail::store::Store;
use ransomtrail::trace::{LabelInfo, Policy};

use crate::figures::{Book, family};
use crate::trial::{Trial, source};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A claim from the one way of writing it.
fn clause(text: &str) -> Clause {
    let (name, rest) = text.split_once(": ").unwrap();
    let mut parts = rest.split("; ");
    let (interval, unit) = interval(parts.next().unwrap());
    let mut out = Clause {
        measure: measure::find(name).unwrap_or_else(|| panic!("{text}")),
        unit,
        interval,
        exact: false,
        subject: Subject::Family,
        named: vec![],
        nth: None,
        place: None,
        span: None,
        victims: false,
        words: rest.to_owned(),
        at: 0..0,
    };
    for part in parts {
        let bases = [Basis::AtReceipt, Basis::AtWithdrawal, Basis::AsOf, Basis::Peak, Basis::Outputs];
        match part.split_once(' ') {
            None if part == "addresses" => out.subject = Subject::Addresses,
            None if part == "victims" => out.victims = true,
            None => {
                out.named.push(*bases.iter().find(|basis| basis.name() == part).unwrap_or_else(|| panic!("{text}")))
            }
            Some(("nth", nth)) => out.nth = Some(nth.parse().unwrap()),
            Some(("at", place)) => {
                out.place = Some(match place.strip_prefix("category ") {
                    Some(category) => Place::Category(category.to_owned()),
                    None => Place::Named(place.trim_matches('"').to_owned()),
                });
            }
            Some(("span", words)) => out.span = Some(span(words)),
            Some(_) => panic!("{text}: {part}"),
        }
    }
    out
}

fn interval(text: &str) -> (Interval, Unit) {
    let number = |word: &str| word.replace(',', "").parse::<Decimal>().unwrap();
    let words: Vec<&str> = text.split(' ').collect();
    let end = |at, open| Some(Bound { at, open });
    let (interval, unit) = match words.as_slice() {
        ["between", low, "and", high, unit @ ..] => (Interval::between(number(low), number(high)), unit),
        ["exactly", one, unit @ ..] => (Interval::point(number(one)), unit),
        ["at", "least", one, unit @ ..] => (Interval { min: end(number(one), false), max: None }, unit),
        ["more", "than", one, unit @ ..] => (Interval { min: end(number(one), true), max: None }, unit),
        ["at", "most", one, unit @ ..] => (Interval { min: None, max: end(number(one), false) }, unit),
        ["less", "than", one, unit @ ..] => (Interval { min: None, max: end(number(one), true) }, unit),
        _ => panic!("{text}"),
    };
    let unit = match unit.join(" ").as_str() {
        "BTC" => Unit::Bitcoin,
        "payment" | "payments" => Unit::Payments,
        "transaction" | "transactions" => Unit::Transactions,
        "withdrawal" | "withdrawals" => Unit::Withdrawals,
        "address" | "addresses" => Unit::Addresses,
        "day" | "days" => Unit::Days,
        "percent" => Unit::Percent,
        money => {
            let named = Currency::ALL.into_iter().find(|currency| currency.name() == money);
            Unit::Money(named.unwrap_or_else(|| panic!("{text}")))
        }
    };
    (interval, unit)
}

fn span(words: &str) -> Span {
    if let Some((first, last)) = words.split_once(" to ") {
        return Span::Between(day(first), day(last));
    }
    match words.split_once(' ').unwrap() {
        ("first", "day") => Span::First(1),
        ("first", days) => Span::First(days.trim_end_matches(" days").parse().unwrap()),
        ("on", name) => Span::On(day(name)),
        ("from", name) => Span::From(day(name)),
        ("by", name) => Span::By(day(name)),
        _ => panic!("{words}"),
    }
}

fn day(words: &str) -> Day {
    let month = |name: &str| MONTHS.iter().position(|known| *known == name).map(|at| at as u32 + 1);
    if let Ok(date) = words.parse::<NaiveDate>() {
        return Day::Date(date);
    }
    if let Ok(weekday) = words.parse::<Weekday>() {
        return Day::Weekday(weekday);
    }
    match words.split_once(' ') {
        None => month(words).map_or_else(|| Day::Year(words.parse().unwrap()), |month| Day::Month(month, None)),
        Some((first, year)) if month(first).is_some() => Day::Month(month(first).unwrap(), Some(year.parse().unwrap())),
        Some((day, name)) => Day::MonthDay(month(name).unwrap(), day.parse().unwrap()),
    }
}

fn claim(claims: Vec<Clause>, on: &str) -> Claim {
    let reading = Reading { claims, not_checked: vec![], language: "en" };
    Claim { text: "said".to_owned(), reading, on: Some(on.parse().unwrap()), scope: Scope::default() }
}

/// The rows of the table that have a verdict: its day, its reading, its verdict.
fn judged() -> Vec<[String; 4]> {
    let text = std::fs::read_to_string(source("tests/claims/sentences.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    let cells = |row: csv::StringRecord| [1, 2, 3, 4].map(|at| row[at].to_owned());
    rows.map(cells).filter(|[.., verdict]| !verdict.is_empty()).collect()
}

#[test]
fn readings_are_written_as_the_table_writes_them() {
    let text = std::fs::read_to_string(source("tests/claims/sentences.csv")).unwrap();
    let mut used = std::collections::BTreeMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        if row[3].starts_with("refused: ") {
            continue;
        }
        for text in row[3].split(" | ") {
            let read = clause(text);
            assert_eq!(read.to_string(), text, "{}", &row[1]);
            *used.entry(read.measure.name).or_insert(0) += 1;
        }
    }
    let rare: Vec<_> = MEASURES.iter().filter(|one| used.get(one.name).is_none_or(|n| *n < 3)).collect();
    assert!(rare.is_empty(), "every measure is said three times: {rare:?}");
}

#[test]
fn verdicts_are_those_that_were_worked_out_by_hand() {
    let trial = Trial::recorded();
    let store = Store::open(&trial.path("test.db")).unwrap();
    let book = Casebook::open(&store, Shelf::carried()).unwrap();
    let catalog = Catalog::load(bitcoin::Network::Bitcoin, None).unwrap();
    let case = book.case(catalog.find("wannacry").unwrap(), Inquiry::default()).unwrap();
    let rows = judged();
    assert!(rows.len() >= 200, "{} rows have a verdict", rows.len());
    let mut wrong = Vec::new();
    for [sentence, on, reading, expect] in rows {
        let verified = case.verify(&claim(reading.split(" | ").map(clause).collect(), &on)).unwrap();
        let found: Vec<&str> = verified.claims.iter().map(|one| one.verdict.name()).collect();
        if found.join(" | ") != expect {
            wrong.push(format!(
                "{sentence} ({reading}, {on}): {}, not {expect}: {}",
                found.join(" | "),
                verified.finding()
            ));
        }
        for one in &verified.claims {
            let words = one.verdict.words();
            assert!(one.finding.to_lowercase().starts_with(words), "{}: one name for a verdict: {words}", one.finding);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

struct Made {
    family: Family,
    ledger: Ledger,
    prices: Rc<Prices>,
}

impl Evidence for Made {
    fn family(&self) -> &Family {
        &self.family
    }

    fn zone(&self) -> chrono_tz::Tz {
        chrono_tz::Tz::UTC
    }

    fn counting(&self) -> &'static str {
        USUAL
    }

    fn prices(&self, _: Currency) -> anyhow::Result<Rc<Prices>> {
        Ok(Rc::clone(&self.prices))
    }

    fn account(&self, question: Question, scope: &Scope, prices: &Prices) -> anyhow::Result<Option<Account>> {
        Ok(open(&scope.family(&self.family), &scope.ledger(&self.ledger, question), prices, question))
    }

    fn landed(&self, _: Time, _: &Scope, _: &dyn Fn(&LabelInfo) -> bool) -> anyhow::Result<Landed> {
        Ok(Landed { landings: vec![], whole: true, policy: Policy::Fifo })
    }
}

fn made(rows: &[(u8, u32)], complete: bool) -> Made {
    let mut book = Book::default();
    for (n, (day, sats)) in rows.iter().enumerate() {
        let (n, sats) = (n as u64, u64::from(*sats) + 1_000);
        let time = format!("2017-05-{:02}T10:00:00Z", day % 20 + 1);
        book = book.inflow(n, 0, n as usize % 2, sats, Some(&time));
        if day % 3 == 0 {
            book =
                book.spend(100 + n, 0, n as usize % 2, sats, Some(&format!("2017-05-{:02}T12:00:00Z", day % 20 + 3)));
        }
    }
    let complete = complete.then(|| "us".to_owned());
    let prices = Rc::new(Prices::load(Currency::Usd, &Live::default()).unwrap());
    Made { family: Family { complete, ..family(vec![]) }, ledger: book.ledger(), prices }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Where one claim lies within another, its verdict is no milder; and of what falls short of a number, more than that
    /// number is judged no milder.
    #[test]
    fn a_stronger_claim_has_no_milder_verdict(
        rows in prop::collection::vec((any::<u8>(), 0_u32..400_000_000), 0..8),
        complete: bool, of_addresses: bool, victims: bool, late: bool,
        at in 0..MEASURES.len(), money: bool,
        ends in prop::array::uniform4(0_u32..2_000), opens: (bool, bool), sides: (bool, bool),
    ) {
        let evidence = made(&rows, complete);
        let measure = MEASURES[at];
        let unit = match measure.name {
            "payments" => Unit::Payments,
            "transactions" => Unit::Transactions,
            "withdrawals" => Unit::Withdrawals,
            "addresses" => Unit::Addresses,
            "paying-days" => Unit::Days,
            _ if money => Unit::Money(Currency::Usd),
            _ => Unit::Bitcoin,
        };
        let scale = match unit {
            Unit::Money(_) => Decimal::TEN,
            Unit::Bitcoin => Decimal::new(1, 2),
            _ => Decimal::new(5, 3),
        };
        let mut ends = ends.map(|end| Decimal::from(end) * scale);
        ends.sort();
        let bound = |at: Decimal, open: bool, is_there: bool| is_there.then_some(Bound { at, open });
        let outer = Interval { min: bound(ends[0], false, sides.0), max: bound(ends[3], false, sides.1) };
        let inner = Interval { min: bound(ends[1], opens.0, true), max: bound(ends[2], opens.1, true) };
        let subject = if of_addresses { Subject::Addresses } else { Subject::Family };
        let on = if late { "2018-06-01" } else { "2017-05-10" };
        let verdict = |interval: Interval| {
            let mut said = clause("received: exactly 1 BTC");
            (said.measure, said.unit, said.interval, said.subject, said.victims) = (measure, unit, interval, subject, victims && unit == Unit::Payments);
            let checked = claims::verify(&claim(vec![said], on), &evidence).unwrap().claims.remove(0);
            (checked.verdict, checked.finding)
        };
        // An empty interval says nothing.
        prop_assume!(ends[1] < ends[2] || opens == (false, false));
        let (wide, narrow) = (verdict(outer), verdict(inner));
        prop_assert!(narrow.0 >= wide.0, "{measure:?} {inner:?} {narrow:?} within {outer:?} {wide:?}");

        let bare = verdict(Interval::between(ends[1], ends[1]));
        let more = verdict(Interval { min: Some(Bound { at: ends[1], open: true }), max: None });
        let falls_short = [bare.0, more.0].iter().all(|verdict| *verdict >= Verdict::NotSupported) && measure.name == "received";
        prop_assert!(!falls_short || more.0 >= bare.0, "{more:?} {bare:?}");
    }
}
