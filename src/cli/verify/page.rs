//! The page of one claim.

use std::fmt::Write as _;

use anstyle::Style;

use crate::claims::{Basis, Known, Row, Unit, Verdict, Verified};
use crate::domain::{Decimal, Family, TimeBasis, format};

pub(super) fn page(verified: &Verified, family: &Family) -> String {
    let (bold, plain) = (Style::new().bold().render(), Style::new().bold().render_reset());
    let mut out = String::new();
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "  {name:<12}{text}");
    };
    line("claim", &verified.claim);
    line("understood", &understood(verified));
    line("about", &about(verified));
    line("verdict", &format!("{bold}{}{plain}", headline(verified)));
    out.push('\n');
    if !verified.rows.is_empty() {
        out.push_str(&table(verified));
        out.push('\n');
    }
    let mut line = |name: &str, text: &str| out.push_str(&wrapped(name, text));
    line("finding", &verified.finding);
    if let Some(later) = &verified.later {
        line("later", later);
    }
    for caveat in &verified.caveats {
        line("caveat", &caveat.to_string());
    }
    if let Some(source) = &verified.price_source {
        line("prices", source);
    }
    line("next", &next(verified, family));
    out
}

/// A named line, broken between words where it would be too wide to read.
fn wrapped(name: &str, text: &str) -> String {
    const WIDTH: usize = 100;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let full = lines.last().is_some_and(|l| !l.is_empty() && l.chars().count() + 1 + word.chars().count() > WIDTH);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let mut out = String::new();
    for (n, line) in lines.iter().enumerate() {
        let _ = writeln!(out, "  {:<12}{line}", if n == 0 { name } else { "" });
    }
    out
}

/// The quantity, how wide it is taken, and the basis that the wording names.
fn understood(verified: &Verified) -> String {
    let quantity = &verified.quantity;
    let named: Vec<&str> = quantity.named.iter().map(|basis| basis.words()).collect();
    let named = if named.is_empty() { String::new() } else { format!(", {}", named.join(" and ")) };
    format!("{quantity}{named}   (from “{}”)", quantity.words)
}

fn about(verified: &Verified) -> String {
    let on = verified.on_text().map_or_else(|| "no day given".to_owned(), |on| format!("as of {on}"));
    let given = if verified.on_given || verified.on.is_none() { "" } else { " (no day given: all that is recorded)" };
    let recorded = match verified.recorded_to {
        Some(to) => format!("recorded to {}", format::day(to.date_naive())),
        None => "not complete".to_owned(),
    };
    let scope = verified.scope.as_ref().map_or(String::new(), |words| format!(" ({words})"));
    format!("{}{scope}, {on}{given}; {recorded}", verified.title)
}

/// The verdict, with the bases that it holds on where it is only some.
pub(super) fn headline(verified: &Verified) -> String {
    match verified.verdict {
        Verdict::NotSupported => "not supported by the tracked addresses".to_owned(),
        Verdict::SupportedOnlyAt => {
            let both = verified.has_both_clocks();
            let met = verified.then().filter(|row| row.verdict == Verdict::Supported);
            let names: Vec<String> =
                met.map(|row| {
                    if both { format!("{} by {}", row.basis, row.time_basis.name()) } else { row.basis.to_string() }
                })
                .collect();
            format!("supported by some ways of counting only: {}", names.join(", "))
        }
        other => other.words().to_owned(),
    }
}

fn table(verified: &Verified) -> String {
    let title = match verified.quantity.unit {
        Unit::Money(currency) => format!("what the tracked addresses show ({})", currency.name()),
        Unit::Bitcoin => "what the tracked addresses show (BTC)".to_owned(),
        _ => "what the tracked addresses show".to_owned(),
    };
    let mut lines: Vec<[String; 6]> = Vec::new();
    for known in [Known::Then, Known::Now] {
        let head = match known {
            Known::Then => "as known then".to_owned(),
            Known::Now => "with what is known now".to_owned(),
        };
        let rows: Vec<&Row> = verified.rows.iter().filter(|row| row.known == known).collect();
        if rows.is_empty() {
            continue;
        }
        lines.push([head, String::new(), String::new(), String::new(), String::new(), String::new()]);
        lines.extend(rows.iter().map(|row| cells(verified, row)));
    }
    let is_money = matches!(verified.quantity.unit, Unit::Money(_));
    let first = lines.iter().map(|cells| cells[0].chars().count()).chain([title.chars().count()]).max().unwrap_or(0);
    let heads = if is_money { ["low", "close", "high"] } else { ["", "", "shown"] };
    let columns = if is_money { 1..4 } else { 3..4 };
    let mut out = format!("  {title:<first$}");
    for column in columns.clone() {
        let _ = write!(out, "{:>16}", heads[column - 1]);
    }
    out.push('\n');
    for cells in lines {
        let mut line = format!("  {:<first$}", cells[0]);
        for column in columns.clone() {
            let _ = write!(line, "{:>16}", cells[column]);
        }
        let _ = write!(line, "   {:<18}{}", cells[4], cells[5]);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn cells(verified: &Verified, row: &Row) -> [String; 6] {
    let day = row.day.map(format::day);
    let mut name = match (row.basis, day) {
        (Basis::AsOf, Some(day)) => format!("all that came in, on {day}"),
        (Basis::Peak, Some(day)) => format!("highest day until then, {day}"),
        (basis, _) => basis.words().to_owned(),
    };
    if row.basis == Basis::Peak && row.known == Known::Now {
        name = name.replace(" until then", " so far");
    }
    if verified.has_both_clocks() {
        name.push_str(match row.time_basis {
            TimeBasis::Block => ", block time",
            TimeBasis::FirstSeen => ", first-seen time",
        });
    }
    let [low, close, high] = match row.value {
        Some(value) => [value.low, value.close, value.high].map(|number| shown(row.unit, number)),
        None => ["unknown"; 3].map(str::to_owned),
    };
    [format!("  {name}"), low, close, high, verdict(row).to_owned(), note(row)]
}

/// Numbers of a table: money to the dollar, bitcoin to the satoshi.
pub(super) fn shown(unit: Unit, number: Decimal) -> String {
    match unit {
        Unit::Money(_) => format::money_whole(number),
        Unit::Bitcoin => format!("{number:.8}"),
        _ => number.to_string().parse().map_or_else(|_| number.to_string(), format::grouped),
    }
}

/// By how much the claim misses, what is missing, and when it is first met.
fn note(row: &Row) -> String {
    let mut out = Vec::new();
    let larger = row.factor.is_some_and(|factor| factor > Decimal::ONE);
    // That prices rose beyond a claim says nothing of it.
    if row.known == Known::Then || larger {
        out.extend(row.factor_words().map(|times| format!("the claim is {times} times this")));
    }
    out.extend(row.missing.clone());
    out.extend(row.supported_from.map(|day| format!("first met on {}", format::day(day))));
    out.join("; ")
}

/// The verdict of a row; of what is known only now no more than whether it meets the claim.
fn verdict(row: &Row) -> &'static str {
    match (row.known, row.verdict) {
        (Known::Then, verdict) => verdict.words(),
        (Known::Now, Verdict::Supported) => "meets it",
        (Known::Now, Verdict::CannotCheck) => "cannot be checked",
        (Known::Now, _) => "does not meet it",
    }
}

fn next(verified: &Verified, family: &Family) -> String {
    let name = &verified.family;
    if verified.rows.is_empty() {
        let flag = if crate::explorer::is_recorded(&family.name) { " --explorer built-in" } else { "" };
        return format!("ransomtrail sync {name}{flag}");
    }
    let as_of = verified.on_text().filter(|_| verified.on_given).map(|on| format!(" --as-of {on}")).unwrap_or_default();
    format!("ransomtrail summary {name}{as_of}   all the figures of that day")
}
