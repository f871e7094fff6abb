//! `labels`: who addresses belong to.

mod add;
mod export;
mod import;

use std::collections::HashSet;
use std::fmt::Write as _;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::output::Usage;
use super::table::lines;
use super::{Answer, Context};
use crate::catalog::{Labels, labels};
use crate::document::WeighedLabel;
use crate::domain::{Address, Category, Label, Origin, format};

/// Flags of `labels`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List labels: built-in ones, lists that you took in, and your own
    List(Filter),
    /// Take in somebody else's list
    Import(import::Args),
    /// Print your own labels and the lists that you took in, to pass them on
    Export(export::Args),
    /// Label an address yourself; this overrides what others say
    Add(add::Args),
    /// Take back what you said of an address
    Remove {
        /// A bitcoin address
        address: String,
    },
}

/// Which labels.
#[derive(Debug, clap::Args)]
struct Filter {
    /// Only this category: exchange, swap-service, mixer, darknet-market, gambling, payment-processor, wallet-service,
    /// mining-pool, service, ransomware, sanctioned, seizure or other
    #[arg(long, value_name = "CATEGORY")]
    category: Option<Category>,
    /// Only this address
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// Only where the source, or the file that it stands in, has these words in it, in any case
    #[arg(long, value_name = "WORDS")]
    source: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    match &args.what {
        What::List(filter) => list(context, filter),
        What::Import(args) => import::run(context, args),
        What::Export(args) => export::run(context, args),
        What::Add(args) => add::run(context, args),
        What::Remove { address } => remove(context, address),
    }
}

fn parse(context: &Context, address: &str) -> Result<Address, Usage> {
    Address::parse(address, context.network()).map_err(|error| Usage(error.to_string()))
}

impl Filter {
    /// The labels that it lets through: of one address the one that is shown first, otherwise by file and line.
    fn of<'a>(&self, context: &Context, labels: &'a Labels) -> Result<Vec<&'a Label>, Usage> {
        let all: Vec<&Label> = match &self.address {
            Some(address) => labels.labels_of(&parse(context, address)?).collect(),
            None => labels.iter().collect(),
        };
        let words = self.source.as_ref().map(|s| s.to_lowercase());
        let has = |text: &str, words: &String| text.to_lowercase().contains(words);
        let wanted = |label: &&Label| {
            self.category.is_none_or(|c| c == label.category)
                && words.as_ref().is_none_or(|w| has(&label.source, w) || has(&label.file, w))
        };
        Ok(all.into_iter().filter(wanted).collect())
    }
}

fn list(context: &Context, filter: &Filter) -> Result<Answer> {
    let labels = context.labels()?;
    let shown = filter.of(context, &labels)?;
    let rows: Vec<WeighedLabel> = shown.iter().map(|label| WeighedLabel::of(label, &labels)).collect();
    if shown.is_empty() {
        return Ok(Answer::of("no such labels; ransomtrail labels list shows all\n".to_owned(), &rows)?);
    }
    let row = |WeighedLabel { label, disputed, .. }: &WeighedLabel| {
        let own = (label.origin != Origin::BuiltIn).then(|| label.origin.name());
        let marks: Vec<&str> = own.into_iter().chain(disputed.then_some("disputed")).collect();
        let mark = if marks.is_empty() { String::new() } else { format!("  [{}]", marks.join(", ")) };
        [
            label.address.to_string(),
            label.name.clone(),
            label.category.name().to_owned(),
            label.confidence.name().to_owned(),
            label.lastmod.map_or("unknown".to_owned(), |d| d.to_string()),
            format!("{}{mark}", label.source),
        ]
    };
    let header = ["address", "name", "category", "confidence", "as of", "source"];
    let mut text = String::new();
    for line in lines(&header, rows.iter().map(row), &[]) {
        writeln!(text, " {line}")?;
    }
    let disputed: HashSet<&Address> = rows.iter().filter(|row| row.disputed).map(|row| &row.label.address).collect();
    let addresses: HashSet<&Address> = shown.iter().map(|l| &l.address).collect();
    let count = format::count(shown.len(), "label", "labels");
    writeln!(text, "\n{count} of {}", format::count(addresses.len(), "address", "addresses"))?;
    if !disputed.is_empty() {
        let addresses = format::count(disputed.len(), "address", "addresses");
        writeln!(
            text,
            "sources disagree about {addresses}; labels list --address shows all that is said of one, what counts first"
        )?;
    }
    Ok(Answer::of(text, &rows)?)
}

fn remove(context: &Context, address: &str) -> Result<Answer> {
    let address = parse(context, address)?;
    let (path, gone) = labels::remove(&address, context.network(), &context.labels_folder())?;
    let text = format!("took {} of {address} out of {}\n", format::count(gone, "label", "labels"), path.display());
    Ok(Answer::new(text, json!({ "removed": gone, "address": address, "file": path.display().to_string() })))
}
