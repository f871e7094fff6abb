//! `labels add`: the user's own word.

use anyhow::Result;
use chrono::NaiveDate;
use serde_json::json;

use super::super::output::Usage;
use super::super::{Answer, Context, context};
use super::parse;
use crate::catalog::labels;
use crate::document::WeighedLabel;
use crate::domain::words::{Limit, NAME, NOTE};
use crate::domain::{Category, Confidence, Label, Origin, link, parse_day};

/// Flags of `labels add`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A bitcoin address
    address: String,
    /// Whose it is
    name: String,
    /// What it is: exchange, swap-service, mixer, darknet-market, gambling, payment-processor, wallet-service, mining-pool,
    /// service, ransomware, sanctioned, seizure or other
    #[arg(long, value_name = "CATEGORY")]
    category: Category,
    /// Where that can be read: a URL, or words where there is none
    #[arg(long, value_name = "URL|WORDS")]
    source: String,
    /// How much the source is worth, in the words of TagPacks: unknown, heuristic, web_crawl, untrusted_transaction,
    /// forensic, service_data, trusted_provider, authority_data, service_api, manual_transaction, ownership or override
    #[arg(long, value_name = "WORD", default_value = "unknown")]
    confidence: Confidence,
    /// The day of which that is true [default: today, UTC]
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    day: Option<NaiveDate>,
    /// It stands for all addresses that are spent together with it
    #[arg(long)]
    cluster: bool,
    /// What else is known of this very address
    #[arg(long, value_name = "WORDS")]
    note: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let address = parse(context, &args.address)?;
    let words = [Some(&args.name), Some(&args.source), args.note.as_ref()];
    if words.into_iter().flatten().any(|text| text.trim().is_empty() || text.chars().any(char::is_control)) {
        let wrong = "the name, --source and --note have to say something, on one line and without control characters";
        return Err(Usage(wrong.to_owned()).into());
    }
    let kept = |text: &String, limit: Limit| limit.line(text).map_err(|long| Usage(long.to_string()));
    let label = Label {
        address,
        name: kept(&args.name, NAME)?,
        category: args.category,
        source: link::source(&args.source).map_err(|bad| Usage(format!("--source: {bad}")))?,
        confidence: args.confidence,
        lastmod: Some(args.day.unwrap_or_else(|| context::now().date_naive())),
        cluster: args.cluster,
        actor: None,
        note: args.note.as_ref().map(|note| kept(note, NOTE)).transpose()?,
        origin: Origin::Own,
        file: "".into(),
    };
    let path = labels::add(&label, context.network(), &context.labels_folder())?;
    let all = context.labels()?;
    let mut text = format!("labelled {} as {}\nfile     {}\n", label.address, label.in_words(), path.display());
    for other in all.labels_of(&label.address).filter(|l| !l.agrees_with(&label)) {
        text.push_str(&format!("against  {} [{}]\n", other.in_words(), other.origin.name()));
    }
    let said = WeighedLabel::of_address(Some(&label.address), &all);
    Ok(Answer::new(text, json!({ "added": label.address, "file": path.display().to_string(), "labels": said })))
}
