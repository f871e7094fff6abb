//! Rows of the tables of a week's page, in words.

use serde::Serialize;

use super::words::{UNKNOWN, cents, signed_btc, signed_cents, signed_count, withdrawn};
use crate::casebook::FamilyWeek;
use crate::domain::{Amount, Value, format};
use crate::figures::{Change, Compared, Flows, Step};

/// A figure of the week, of the week before, and the difference.
#[derive(Clone, Debug, Serialize)]
pub struct CompareRow {
    /// The figure.
    pub what: &'static str,
    /// In the week.
    pub now: String,
    /// In the week before.
    pub before: String,
    /// The difference; "unknown" where one of the weeks is not wholly recorded.
    pub change: String,
}

/// A family in the table of all.
#[derive(Clone, Debug, Serialize)]
pub struct FamilyRow {
    /// Short name, for the link; empty in the row of the sums.
    pub name: String,
    /// Name in print.
    pub title: String,
    /// Bitcoin received.
    pub came: String,
    /// Payment outputs.
    pub outputs: String,
    /// Value at receipt, at the close.
    pub value: String,
    /// Bitcoin withdrawn.
    pub left: String,
    /// Transactions that withdrew it.
    pub withdrawals: String,
    /// Bitcoin received against the week before.
    pub change: String,
    /// Cash-out events.
    pub events: String,
}

impl FamilyRow {
    pub(super) fn of(family: &FamilyWeek<'_>) -> Self {
        let whose = (family.family.name.clone(), family.family.title.clone());
        Self::with(whose, family.weeks.week.known(), family.weeks.change.as_ref(), family.events.len())
    }

    /// The row of a family, or of the sums.
    pub(super) fn with(
        (name, title): (String, String),
        flows: Option<&Flows>,
        change: Option<&Change>,
        events: usize,
    ) -> Self {
        let number = |of: fn(&Flows) -> String| flows.map_or(UNKNOWN.to_owned(), of);
        Self {
            name,
            title,
            came: number(|flows| format::btc(Amount::from_sat(flows.sats), 8)),
            outputs: number(|flows| format::grouped(flows.outputs as u64)),
            value: number(|flows| cents(flows.value, 1)),
            left: number(withdrawn),
            withdrawals: number(|flows| format::grouped(flows.withdrawals as u64)),
            change: change.map_or(UNKNOWN.to_owned(), |change| signed_btc(change.sats)),
            events: format::grouped(events as u64),
        }
    }
}

/// The figures of a family's week beside those of the week before. Of weeks in which nothing moved, that is all that is said of it.
pub(super) fn compare(family: &FamilyWeek<'_>) -> Vec<CompareRow> {
    let Compared { week, before, change } = &family.weeks;
    let row = |what, of: &dyn Fn(&Flows) -> String, changed: &dyn Fn(&Change) -> Option<String>| CompareRow {
        what,
        now: figure(week, of),
        before: figure(before, of),
        change: change.as_ref().and_then(changed).unwrap_or_else(|| UNKNOWN.to_owned()),
    };
    let sats = |sats: u64| format::btc(Amount::from_sat(sats), 8);
    let count = |count: usize| format::grouped(count as u64);
    let part = |value: Option<Value>, which: usize| Some(signed_cents(*value?.rounded().get(which)?));
    let both = [week, before].map(|week| week.known());
    let moved = both.iter().flatten().any(|flows| flows.withdrawals > 0);
    let mut out = vec![
        row("received, BTC", &|flows| sats(flows.sats), &|change| Some(signed_btc(change.sats))),
        row("payment outputs", &|flows| count(flows.outputs), &|change| Some(signed_count(change.outputs))),
        row("transactions", &|flows| count(flows.transactions), &|change| Some(signed_count(change.transactions))),
    ];
    let names = ["worth when it arrived, low", "worth when it arrived, close", "worth when it arrived, high"];
    for (which, name) in names.into_iter().enumerate() {
        out.push(row(name, &|flows| cents(flows.value, which), &|change| part(change.value, which)));
    }
    if !moved {
        out.push(row("withdrawals", &|flows| count(flows.withdrawals), &|change| {
            Some(signed_count(change.withdrawals))
        }));
        return out;
    }
    out.push(row("withdrawn, BTC", &withdrawn, &|change| change.withdrawn_sats.map(signed_btc)));
    out.push(row("withdrawals", &|flows| count(flows.withdrawals), &|change| Some(signed_count(change.withdrawals))));
    let names = ["worth when it left, low", "worth when it left, close", "worth when it left, high"];
    for (which, name) in names.into_iter().enumerate() {
        out.push(row(name, &|flows| cents(flows.withdrawn_value, which), &|change| {
            part(change.withdrawn_value, which)
        }));
    }
    out
}

fn figure(week: &Step, of: &dyn Fn(&Flows) -> String) -> String {
    week.known().map_or(UNKNOWN.to_owned(), of)
}
