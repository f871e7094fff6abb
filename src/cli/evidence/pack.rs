//! `evidence pack`: one file that holds everything a family's figures were computed from.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::super::ask::QuestionArgs;
use super::super::output::Usage;
use super::super::{Answer, Context, report};
use crate::domain::{Moment, format};
use crate::evidence::{self, Packing};
use crate::files::{self, Mode};

/// Flags of `evidence pack`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The family (a name or an alias)
    #[arg(value_name = "FAMILY")]
    family: String,
    /// The file to write [default: FAMILY-DAY.zip, of the day that the figures count to]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite the file if there is one
    #[arg(long)]
    force: bool,
    /// A claim to hold against the chain on the report in it, besides the published ones
    #[arg(long, value_name = "SENTENCE")]
    claim: Option<String>,
    /// The day that the claim speaks of, or an instant (RFC 3339) [default: the moment to which the ledger is recorded]
    #[arg(long, value_name = "DATE|INSTANT", requires = "claim", value_parser = |text: &str| text.parse::<Moment>())]
    on: Option<Moment>,
    #[command(flatten)]
    question: QuestionArgs,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let family = catalog.find(&args.family)?;
    let claim = args.claim.as_deref().map(|text| report::claimed(&catalog, family, text, args.on)).transpose()?;
    let store = context.ledger_store_of(family)?;
    let book = context.casebook(&store)?;
    let inquiry = args.question.inquiry(context, family);
    let case = book.case(family, inquiry)?;
    if !case.is_recorded() {
        bail!(case.nothing_recorded());
    }
    let packing = Packing {
        family,
        family_text: catalog.text_of(family).context("the family's file is not known")?,
        network: context.network(),
        inquiry,
        price_sources: context.price_sources()?,
        price_band: context.config.prices.band,
        labels: book.labels()?,
        published: book.published(family)?,
        claim,
    };
    let packed = evidence::pack(&store, &packing)?;
    let day = packed.as_of.with_timezone(&inquiry.question.zone).date_naive();
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}-{day}.zip", family.name)));
    if path.is_dir() {
        bail!(Usage(format!("{}: is a folder; name a file with --out", path.display())));
    }
    if path.exists() && !args.force {
        bail!(Usage(format!("{}: exists; --force overwrites it", path.display())));
    }
    files::write_atomic(&path, &packed.bytes, Mode::Shared)?;

    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let citation = packed.citation(&file);
    let mut text = String::new();
    writeln!(text, "  file      {}", path.display())?;
    writeln!(
        text,
        "  size      {} bytes, {}",
        format::grouped(packed.bytes.len() as u64),
        format::count(packed.files, "file", "files")
    )?;
    writeln!(text, "  SHA-256   {}", packed.sha256)?;
    let transactions = format::count(packed.transactions, "transaction", "transactions");
    let answers = format::count(packed.answers, "answer", "answers");
    let not_kept = match packed.answers_not_kept {
        0 => "all as they came".to_owned(),
        n => format!("{} of them not kept", format::grouped(n as u64)),
    };
    writeln!(text, "  holds     {transactions}, from {answers}, {not_kept}")?;
    writeln!(text, "  stands    {}", packed.standing.of_withdrawals())?;
    writeln!(text, "            {}", packed.standing)?;
    writeln!(text, "  cite      {citation}")?;
    writeln!(text, "  next      ransomtrail evidence check {}   anywhere, without a network", path.display())?;
    let mut json = json!({
        "file": path.display().to_string(), "bytes": packed.bytes.len(), "sha256": packed.sha256, "files": packed.files,
        "as_of": crate::domain::rfc3339(packed.as_of), "transactions": packed.transactions, "answers": packed.answers,
        "answers_not_kept": packed.answers_not_kept, "citation": citation,
    });
    super::add_standing(&mut json, Some(&packed.standing));
    let mut answer = Answer::new(text, json);
    answer.failed = !packed.violated.is_empty();
    answer.notes = packed.violated.iter().map(|one| format!("the pack does not hold: {one}")).collect();
    answer.notes.extend(packed.caveats.iter().map(|caveat| format!("caveat: {caveat}")));
    Ok(answer)
}
