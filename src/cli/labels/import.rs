//! `labels import`: takes in somebody else's list, and accounts for every row of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::super::{Answer, Context, member};
use crate::catalog::labels::{self, Form, Reason};
use crate::domain::format;

/// So many refused rows of a kind are printed; JSON has all.
const SHOWN: usize = 3;

/// Flags of `labels import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The list
    file: PathBuf,
    /// What it is [default: by the name of the file]
    #[arg(long, value_name = "FORMAT", value_parser = member::of(labels::FORMS))]
    format: Option<&'static Form>,
    /// Put it in the place of the list of the same name that was taken in before
    #[arg(long)]
    replace: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let done = labels::import(&args.file, args.format, context.network(), &context.labels_folder(), args.replace)?;
    let (stored, refused) = (done.labels.len(), done.refused.len());

    let mut text = format!("read     {}\n", format::count(stored + refused, "row", "rows"));
    let place = done.path.as_ref().map(|p| format!(" ({})", p.display())).unwrap_or_default();
    writeln!(text, "stored   {}{place}", format::count(stored, "label", "labels"))?;
    let mut categories: BTreeMap<&str, usize> = BTreeMap::new();
    for label in &done.labels {
        *categories.entry(label.category.name()).or_default() += 1;
    }
    for (name, count) in &categories {
        writeln!(text, "         {} {name}", format::grouped(*count as u64))?;
    }
    writeln!(text, "refused  {}", format::count(refused, "row", "rows"))?;
    let mut kinds: BTreeMap<&str, Vec<&labels::Refusal>> = BTreeMap::new();
    for refusal in &done.refused {
        kinds.entry(refusal.reason.kind()).or_default().push(refusal);
    }
    for (kind, rows) in &kinds {
        writeln!(text, "         {} {kind}{}", format::grouped(rows.len() as u64), currencies(rows))?;
        let is_plain = *kind == "other currency";
        for refusal in rows.iter().take(if is_plain { 0 } else { SHOWN }) {
            writeln!(text, "           {refusal}")?;
        }
        if !is_plain && rows.len() > SHOWN {
            writeln!(text, "           and {} more; --json has all", format::grouped((rows.len() - SHOWN) as u64))?;
        }
    }
    let json = json!({
        "file": done.path.as_ref().map(|path| path.display().to_string()),
        "read": stored + refused,
        "stored": stored,
        "refused": refused,
        "categories": categories,
        "reasons": kinds.iter().map(|(kind, rows)| (*kind, rows.len())).collect::<BTreeMap<_, _>>(),
        "refusals": done.refused.iter().map(|r| json!({
            "line": r.line, "address": r.address, "kind": r.reason.kind(), "reason": r.reason.to_string(),
        })).collect::<Vec<_>>(),
    });
    let mut answer = Answer::new(text, json);
    if done.path.is_none() {
        answer.notes.push("error: nothing is left to store; your labels are as before".to_owned());
        answer.failed = true;
    }
    Ok(answer)
}

/// ` (ETH 13, TRX 3)`, the commonest first.
fn currencies(rows: &[&labels::Refusal]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for refusal in rows {
        if let Reason::OtherCurrency(currency) = &refusal.reason {
            *counts.entry(currency).or_default() += 1;
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    if counts.is_empty() {
        return String::new();
    }
    let words: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    format!(" ({})", words.join(", "))
}
