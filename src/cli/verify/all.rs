//! `verify --all`: what was said, what the chain shows, family by family in one table.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Answer, Args, Context, inquiry, page};
use crate::catalog::Catalog;
use crate::claims::{self, Published, Verified};
use crate::document;
use crate::domain::{Family, Moment, format};

/// Where the sentences begin.
const INDENT: usize = 16;

pub(super) fn run(context: &Context, args: &Args, catalog: &Catalog, family: Option<&Family>) -> Result<Answer> {
    let store = family.map_or_else(|| context.ledger_store(), |family| context.ledger_store_of(family))?;
    let book = context.casebook(&store)?;
    let mut text = String::new();
    let mut rows: Vec<Value> = Vec::new();
    let mut last: Option<String> = None;
    let (mut unrecorded, mut whole) = (Vec::new(), true);
    for published in claims::published(family)? {
        // Built-in families are all of mainnet.
        let Ok(about) = catalog.find(&published.family) else { continue };
        let verified = book.verify(about, inquiry(context, args, about), &published.claim()?)?;
        whole &= verified.is_supported();
        if last.as_ref() != Some(&about.name) {
            let gap = if last.is_some() { "\n" } else { "" };
            writeln!(text, "{gap}{}: what was said, and what the tracked addresses show\n", about.title)?;
            last = Some(about.name.clone());
            if verified.recorded_to.is_none() {
                unrecorded.push(about.name.clone());
            }
        }
        text.push_str(&lines(&published, &verified));
        rows.push(json!({ "published": published, "result": document::Verified::of(&verified)? }));
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
    Ok(Answer { failed: args.strict && !whole, ..Answer::new(text, Value::Array(rows)) })
}

fn lines(published: &Published, verified: &Verified) -> String {
    let said = match published.when {
        Moment::Day(day) => format::day(day),
        Moment::Instant(time) => format::day(time.date_naive()),
    };
    let about = published.about.and(verified.on_text()).map(|on| format!(", as of {on}")).unwrap_or_default();
    let mut out = page::broken(&format!("  {said:<14}"), INDENT, &format!("“{}”", published.text));
    let mut line = |text: &str| out.push_str(&page::broken(&" ".repeat(INDENT), INDENT, text));
    line(&format!("{} ({})", published.who, published.link));
    for checked in &verified.claims {
        let scope = checked.scope.as_ref().map_or(String::new(), |words| format!(", {words}"));
        line(&format!("understood: {}{scope}{about}", checked.clause.quantity()));
        line(&checked.finding);
    }
    out.push('\n');
    out
}
