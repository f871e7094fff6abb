//! The verdict in a sentence that can be printed. It speaks of what the tracked addresses show, and never of what is false.

use super::quantity::{Unit, plain};
use super::verdict::{Known, Row, Verdict, Verified, printed, times};
use super::{Basis, Standing};
use crate::domain::{Decimal, Moment, TimeBasis, Value, format, rfc3339};

pub(super) fn of(verified: &Verified) -> String {
    let words = format!("“{}”", verified.quantity.words);
    let linked = if verified.counting.contains("+MI") { "tracked and linked" } else { "tracked" };
    let scope = verified.scope.as_ref().map_or(String::new(), |words| format!(" ({words})"));
    let addresses = format!("the {linked} addresses of {}{scope}", verified.title);
    let by = moment(verified);
    let then: Vec<&Row> = verified.then().collect();
    match verified.verdict {
        Verdict::Supported => {
            let meant = meant(verified, &then);
            format!("{words} agrees with what {addresses} show by {by}: {}.", listed(verified, &meant))
        }
        Verdict::SupportedOnlyAt => {
            let (met, missed): (Vec<&Row>, Vec<&Row>) = then.into_iter().partition(|r| r.verdict == Verdict::Supported);
            let (met, missed) = (listed(verified, &met), listed(verified, &missed));
            format!(
                "{words} agrees with some of what {addresses} show by {by} ({met}) and not with the rest ({missed})."
            )
        }
        Verdict::Contradicted | Verdict::NotSupported => {
            let meant = meant(verified, &then);
            match nearest(&meant, verified.verdict) {
                Some(row) => missed(verified, row, meant.len() > 1, &words, &format!("By {by} {addresses} show")),
                None => format!("{words} is not what {addresses} show by {by}."),
            }
        }
        Verdict::CannotCheck => {
            let why = then.iter().find_map(|row| row.missing.clone());
            format!("{words} cannot be checked: {}.", why.unwrap_or_else(|| "nothing is recorded".to_owned()))
        }
    }
}

/// What later prices and payments add. That prices moved away from a claim says nothing of it, and is left out.
pub(super) fn later(verified: &Verified) -> Option<String> {
    let now = || verified.rows.iter().filter(|row| row.known == Known::Now);
    let mut out = Vec::new();
    if let Some(day) = now().find_map(|row| row.supported_from) {
        out.push(format!(
            "at market prices the claim is first met on {}, had all the coins been kept",
            format::day(day)
        ));
    }
    for row in now().filter(|row| !matches!(row.basis, Basis::AsOf | Basis::Peak)) {
        let then = verified.row(row.basis, row.time_basis);
        if then.is_some_and(|then| (then.verdict == Verdict::Supported) != (row.verdict == Verdict::Supported)) {
            let meets = if row.verdict == Verdict::Supported { "meets it" } else { "no longer meets it" };
            out.push(format!("what is recorded since, {}, {meets}", shown(verified, row)));
        }
    }
    (!out.is_empty()).then(|| format!("With what is known now: {}.", out.join("; ")))
}

/// The rows that the sentence is about: those of the bases that the wording names, or all.
fn meant<'a>(verified: &Verified, rows: &[&'a Row]) -> Vec<&'a Row> {
    let named: Vec<&Row> = rows.iter().filter(|row| verified.quantity.named.contains(&row.basis)).copied().collect();
    if named.is_empty() { rows.to_vec() } else { named }
}

/// The row that comes nearest to the claim, of those with this verdict.
fn nearest<'a>(rows: &[&'a Row], verdict: Verdict) -> Option<&'a Row> {
    let distance = |row: &Row| row.difference.map(|difference| difference.abs());
    let those = rows.iter().copied().filter(|row| row.verdict == verdict && distance(row).is_some());
    those.min_by_key(|row| distance(row))
}

fn missed(verified: &Verified, row: &Row, several: bool, words: &str, show: &str) -> String {
    let unit = row.unit;
    let (value, gap) = (row.value.unwrap_or_default(), number(unit, row.difference.unwrap_or_default().abs()));
    let interval = &verified.quantity.interval;
    let at = basis(verified, row);
    // Only one number is claimed, or the nearest end of what the words allow is meant.
    let one = interval.min == interval.max;
    if interval.against(value.low, value.high) == Standing::Above {
        let allows = if one { format!("{words} says") } else { format!("the most that {words} allows") };
        return format!("{show} {} {at}, {gap} more than {allows}.", number(unit, value.low));
    }
    let says = if one { format!("{words} says") } else { format!("the least that {words} allows") };
    let most = if several { "at most " } else { "" };
    let rest = match verified.verdict {
        Verdict::NotSupported => "; other addresses may hold more",
        _ => "",
    };
    let factor = match (unit, row.factor) {
        (Unit::Money(_), Some(factor)) => format!(" (which is {} times that)", times(factor)),
        _ => String::new(),
    };
    format!("{show} {most}{} {at}, {gap} less than {says}{factor}{rest}.", number(unit, value.high))
}

/// A number of the unit for a sentence.
fn number(unit: Unit, number: Decimal) -> String {
    match unit {
        Unit::Money(currency) => format::money(currency, number),
        Unit::Bitcoin => format!("{} BTC", plain(printed(unit, number))),
        Unit::Percent => format!("{} %", plain(printed(unit, number))),
        _ => plain(printed(unit, number)),
    }
}

/// A row for a sentence: `$139,431 to $146,086 when it was withdrawn`, `6 withdrawals`.
fn shown(verified: &Verified, row: &Row) -> String {
    let basis = basis(verified, row);
    match row.value {
        Some(Value { low, high, .. }) if low == high => format!("{} {basis}", number(row.unit, high)),
        Some(Value { low, high, .. }) => {
            format!("{} to {} {basis}", number(row.unit, low), number(row.unit, high))
        }
        None => format!("an unknown value {basis}"),
    }
}

/// What goes behind a figure of that basis, with the clock where both are shown.
fn basis(verified: &Verified, row: &Row) -> String {
    let single = row.value.is_some_and(|value| value.high == Decimal::ONE);
    let mut out = match (row.basis, row.day.map(format::day)) {
        (Basis::AtReceipt, _) => "when each payment arrived".to_owned(),
        (Basis::AtWithdrawal, _) => "when it was withdrawn".to_owned(),
        (Basis::AsOf, Some(day)) => format!("at the price of {day}"),
        (Basis::AsOf, None) => "at the price of that day".to_owned(),
        (Basis::Peak, Some(day)) => format!("on the highest day, {day}, had everything been kept"),
        (Basis::Peak, None) => "on the highest day".to_owned(),
        (Basis::Coins, _) => "received".to_owned(),
        (Basis::CoinsWithdrawn, _) => "withdrawn".to_owned(),
        (Basis::CoinsLeft, _) => "left".to_owned(),
        (Basis::Outputs, _) => if single { "output received" } else { "outputs received" }.to_owned(),
        (Basis::Transactions, _) => if single { "paying transaction" } else { "paying transactions" }.to_owned(),
        (Basis::Withdrawals, _) => if single { "withdrawal" } else { "withdrawals" }.to_owned(),
    };
    if verified.has_both_clocks() {
        out.push_str(match row.time_basis {
            TimeBasis::Block => " by block time",
            TimeBasis::FirstSeen => " by first-seen time",
        });
    }
    out
}

fn listed(verified: &Verified, rows: &[&Row]) -> String {
    let all: Vec<String> = rows.iter().map(|row| shown(verified, row)).collect();
    all.join(", ")
}

/// The claim's moment for a sentence.
fn moment(verified: &Verified) -> String {
    match verified.on {
        Some(Moment::Day(day)) => format::day(day),
        Some(Moment::Instant(time)) if verified.on_given => rfc3339(time),
        Some(Moment::Instant(time)) => format::day(time.date_naive()),
        None => "that day".to_owned(),
    }
}
