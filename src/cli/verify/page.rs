//! The page of a sentence: what happened first, then what it rests on.

use std::fmt::Write as _;

use anstyle::Style;

use crate::claims::{Basis, Checked, Known, Row, Unit, Verdict, Verified};
use crate::domain::{Decimal, Family, TimeBasis, format};

/// Widest line of the page.
pub(super) const WIDTH: usize = 80;
/// Where the text of a named line begins.
const TEXT: usize = 14;
/// Room for the words of a row, and for each of its numbers.
const WORDS: usize = 36;
const NUMBER: usize = 14;

pub(super) fn page(verified: &Verified, family: &Family) -> String {
    let mut out = wrapped("claim", &format!("“{}”", verified.claim));
    for checked in &verified.claims {
        out.push('\n');
        out.push_str(&of_claim(verified, checked));
    }
    out.push('\n');
    if !verified.not_checked.is_empty() {
        let words: Vec<String> = verified.not_checked.iter().map(|words| format!("“{words}”")).collect();
        out.push_str(&wrapped("not checked", &words.join(", ")));
    }
    for caveat in verified.caveats() {
        out.push_str(&wrapped("caveat", &caveat.to_string()));
    }
    let mut sources: Vec<&String> = verified.claims.iter().filter_map(|one| one.price_source.as_ref()).collect();
    sources.dedup();
    for source in sources {
        out.push_str(&wrapped("prices", source));
    }
    out.push_str(&wrapped("next", &next(verified, family)));
    out
}

fn of_claim(verified: &Verified, checked: &Checked) -> String {
    let (bold, plain) = (Style::new().bold().render(), Style::new().bold().render_reset());
    let finding = wrapped("finding", &checked.finding);
    // The verdict is the finding's first sentence.
    let mut out = match finding.split_once(". ") {
        Some((verdict, rest)) => format!("{}{bold}{}.{plain} {rest}", &verdict[..TEXT], &verdict[TEXT..]),
        None => finding,
    };
    out.push_str(&wrapped("understood", &understood(checked)));
    out.push_str(&wrapped("about", &about(verified, checked)));
    if !checked.rows.is_empty() {
        out.push('\n');
        out.push_str(&table(checked));
    }
    if let Some(later) = &checked.later {
        out.push('\n');
        out.push_str(&wrapped("later", later));
    }
    out
}

/// A named line, broken between words where it would be too wide.
fn wrapped(name: &str, text: &str) -> String {
    broken(&format!("  {name:<12}"), TEXT, text)
}

/// A text behind its head, broken between words; further lines begin at `indent`.
pub(super) fn broken(head: &str, indent: usize, text: &str) -> String {
    let mut lines = vec![head.to_owned()];
    let mut is_begun = false;
    for word in text.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if is_begun && last + 1 + word.chars().count() > WIDTH {
            lines.push(" ".repeat(indent));
            is_begun = false;
        }
        if let Some(line) = lines.last_mut() {
            if is_begun {
                line.push(' ');
            }
            line.push_str(word);
        }
        is_begun = true;
    }
    lines.iter().fold(String::new(), |out, line| out + line.trim_end() + "\n")
}

/// The measure and the quantity, how wide it is taken, and the basis that the wording names.
fn understood(checked: &Checked) -> String {
    let clause = &checked.clause;
    let named: Vec<&str> = clause.named.iter().map(|basis| basis.words()).collect();
    let named = if named.is_empty() { String::new() } else { format!(", {}", named.join(" and ")) };
    format!("{}: {}{named} (from “{}”)", clause.measure.about, clause.quantity(), clause.words)
}

fn about(verified: &Verified, checked: &Checked) -> String {
    let on = verified.on_text().map_or_else(|| "no day given".to_owned(), |on| format!("as of {on}"));
    let given = if verified.on_given || verified.on.is_none() { "" } else { " (no day given: all that is recorded)" };
    let recorded = match verified.recorded_to {
        Some(to) => format!("recorded to {}", format::day(to.date_naive())),
        None => "not complete".to_owned(),
    };
    let scope = checked.scope.as_ref().map_or(String::new(), |words| format!(" ({words})"));
    format!("{}{scope}, {on}{given}; {recorded}", verified.title)
}

fn table(checked: &Checked) -> String {
    let currency = checked.clause.unit.currency();
    let title = match checked.clause.unit {
        Unit::Money(currency) => format!("what the addresses show ({})", currency.code()),
        Unit::Bitcoin => "what the addresses show (BTC)".to_owned(),
        Unit::Percent => "what the addresses show (percent)".to_owned(),
        _ => "what the addresses show".to_owned(),
    };
    let heads: &[&str] = if currency.is_some() { &["low", "close", "high"] } else { &[""] };
    let mut out = line(&title, heads.iter().map(|head| (*head).to_owned()));
    for known in [Known::Then, Known::Now] {
        for clock in [TimeBasis::Block, TimeBasis::FirstSeen] {
            let is_meant = |row: &&Row| row.known == known && row.time_basis == clock;
            let rows: Vec<&Row> = checked.rows.iter().filter(is_meant).collect();
            if rows.is_empty() {
                continue;
            }
            let head = match known {
                Known::Then => "as known then",
                Known::Now => "with what is known now",
            };
            let by = match clock {
                _ if !checked.has_both_clocks() => "",
                TimeBasis::Block => ", by block time",
                TimeBasis::FirstSeen => ", by first-seen time",
            };
            let _ = writeln!(out, "  {head}{by}");
            rows.iter().for_each(|row| out.push_str(&lines(row)));
        }
    }
    out
}

fn line(words: &str, numbers: impl Iterator<Item = String>) -> String {
    let mut out = format!("  {words:<WORDS$}");
    for number in numbers {
        let _ = write!(out, "{number:>NUMBER$}");
    }
    out.trim_end().to_owned() + "\n"
}

/// A row with its numbers, and under it what it comes to.
fn lines(row: &Row) -> String {
    let name = match (row.basis, row.day.map(format::day)) {
        (Basis::AsOf, Some(day)) if row.what == Basis::AsOf.words() => format!("all that came in, on {day}"),
        (Basis::AsOf | Basis::Left, Some(day)) => row.what.replace("the day", &day),
        (Basis::Peak, Some(day)) => format!("on its highest day, {day}"),
        _ => row.what.to_owned(),
    };
    let numbers = match (row.value, row.unit) {
        (Some(value), Unit::Money(_)) => vec![value.low, value.close, value.high],
        (Some(value), _) => vec![value.close],
        (None, _) => Vec::new(),
    };
    let numbers = match numbers.as_slice() {
        [] => vec!["unknown".to_owned()],
        numbers => numbers.iter().map(|number| shown(row.unit, *number)).collect(),
    };
    let said = [vec![verdict(row).to_owned()], note(row)].concat().join("; ");
    line(&format!("  {name}"), numbers.into_iter()) + &broken("      ", 6, &said)
}

/// Numbers of a table: money to the dollar, bitcoin to the satoshi.
pub(super) fn shown(unit: Unit, number: Decimal) -> String {
    match unit {
        Unit::Money(_) => format::money_whole(number),
        Unit::Bitcoin => format!("{number:.8}"),
        Unit::Percent => format!("{number:.1}"),
        _ => number.to_string().parse().map_or_else(|_| number.to_string(), format::grouped),
    }
}

/// By how much the claim misses, what is missing, and when it is first met.
fn note(row: &Row) -> Vec<String> {
    let mut out = Vec::new();
    let larger = row.factor.is_some_and(|factor| factor > Decimal::ONE);
    // That prices rose beyond a claim says nothing of it.
    if row.known == Known::Then || larger {
        out.extend(row.factor_words().map(|times| format!("the claim is {times} times this")));
    }
    out.extend(row.missing.clone());
    out.extend(row.note.clone());
    out.extend(row.supported_from.map(|day| format!("first met on {}", format::day(day))));
    out
}

/// The verdict of a row; of what is known only now no more than whether it meets the claim.
fn verdict(row: &Row) -> &'static str {
    match (row.known, row.verdict) {
        (Known::Then, verdict) => verdict.words(),
        (Known::Now, Verdict::Supported) => "meets it",
        (Known::Now, verdict @ Verdict::CannotCheck) => verdict.words(),
        (Known::Now, _) => "does not meet it",
    }
}

fn next(verified: &Verified, family: &Family) -> String {
    let name = &verified.family;
    if verified.claims.iter().all(|one| one.rows.is_empty()) && verified.recorded_to.is_none() {
        let flag = if crate::explorer::is_recorded(&family.name) { " --explorer built-in" } else { "" };
        return format!("ransomtrail sync {name}{flag}");
    }
    let as_of = verified.on_text().filter(|_| verified.on_given).map(|on| format!(" --as-of {on}")).unwrap_or_default();
    format!("ransomtrail summary {name}{as_of}   all the figures of that day")
}
