//! `verify --all`: what was said, what the chain shows.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Answer, Args, Context, inquiry, page};
use crate::catalog::Catalog;
use crate::claims::{self, Published, Unit, Verdict, Verified};
use crate::domain::{Family, Moment, format};

pub(super) fn run(context: &Context, args: &Args, catalog: &Catalog, family: Option<&Family>) -> Result<Answer> {
    let store = family.map_or_else(|| context.ledger_store(), |family| context.ledger_store_of(family))?;
    let book = context.casebook(&store)?;
    let mut text = String::new();
    let mut rows: Vec<Value> = Vec::new();
    let mut last: Option<String> = None;
    let mut unrecorded = Vec::new();
    for published in claims::published(family)? {
        // Built-in families are all of mainnet.
        let Ok(about) = catalog.find(&published.family) else { continue };
        let verified = book.verify(about, inquiry(context, args, about), &published.claim()?)?;
        if last.as_ref() != Some(&about.name) {
            let gap = if last.is_some() { "\n" } else { "" };
            writeln!(text, "{gap}{}: what was said, and what the tracked addresses show\n", about.title)?;
            last = Some(about.name.clone());
            if verified.rows.is_empty() {
                unrecorded.push(about.name.clone());
            }
        }
        text.push_str(&lines(&published, &verified)?);
        rows.push(json!({ "published": published, "result": verified }));
    }
    if rows.is_empty() {
        let of = family.map_or(String::new(), |family| format!(" about {}", family.title));
        writeln!(
            text,
            "no published claims{of} ship with the program; check one of your own with: ransomtrail verify FAMILY CLAIM"
        )?;
    }
    if !unrecorded.is_empty() {
        writeln!(text, "\nnext   ransomtrail sync {}   nothing is recorded of them yet", unrecorded.join(" "))?;
    }
    Ok(Answer::new(text, Value::Array(rows)))
}

fn lines(published: &Published, verified: &Verified) -> Result<String> {
    let mut out = String::new();
    let said = match published.when {
        Moment::Day(day) => format::day(day),
        Moment::Instant(time) => format::day(time.date_naive()),
    };
    writeln!(out, "  {said:<12} “{}”", published.text)?;
    writeln!(out, "  {:<12} {} ({})", "", published.who, published.link)?;
    let about = published.about.and(verified.on_text()).map(|on| format!(", as of {on}")).unwrap_or_default();
    let scope = verified.scope.as_ref().map_or(String::new(), |words| format!(", {words}"));
    writeln!(out, "  {:<12} understood: {}{scope}{about}", "", verified.quantity)?;
    let shown = shown(verified).map(|shown| format!(": {shown}")).unwrap_or_default();
    writeln!(out, "  {:<12} {}{shown}\n", "", page::headline(verified))?;
    Ok(out)
}

/// The figures beside the verdict: of the bases that meet the claim, or of all.
fn shown(verified: &Verified) -> Option<String> {
    let met = matches!(verified.verdict, Verdict::Supported | Verdict::SupportedOnlyAt);
    let rows: Vec<String> = verified
        .then()
        .filter(|row| !met || row.verdict == Verdict::Supported)
        .filter_map(|row| {
            let value = row.value?;
            let sign = match row.unit {
                Unit::Money(currency) => currency.sign(),
                _ => "",
            };
            let number = |n| format!("{sign}{}", page::shown(row.unit, n));
            let (low, high) = (number(value.low), number(value.high));
            let range = if low == high { high } else { format!("{low}–{high}") };
            let clock =
                if verified.has_both_clocks() { format!(" by {}", row.time_basis.name()) } else { String::new() };
            Some(format!("{range} {}{clock}", row.basis))
        })
        .collect();
    (!rows.is_empty()).then(|| rows.join(", "))
}
