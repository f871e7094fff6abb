//! `prices import`: takes in a table of prices, and accounts for every row of it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use bitcoin::hashes::{Hash, sha256};

use super::super::context::KeepArgs;
use super::super::output::Usage;
use super::super::{Answer, Context, context};
use crate::document::PriceImport;
use crate::domain::{Asked, Provenance, Quote, RawAnswer, format};
use crate::price::{IMPORTED, read_file};
use crate::sync;

/// So many refused rows are printed; JSON has all.
const SHOWN: usize = 5;
/// Most bytes of a file: some million days.
const MOST: u64 = 64 << 20;

/// Flags of `prices import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A CSV file with the columns day and close, and open, high and low where it knows them, in US dollars
    file: PathBuf,
    /// Say what would be taken, and take nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keep: KeepArgs,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let place = args.file.display();
    let mut bytes = Vec::new();
    let read = File::open(&args.file).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    read.with_context(|| place.to_string())?;
    if bytes.len() as u64 > MOST {
        return Err(Usage(format!("{place}: the file has more than {} MB", MOST >> 20)).into());
    }
    let file = read_file(&bytes).map_err(|error| Usage(format!("{place}: {error}")))?;
    let until = sync::last_finished_day(context::now());
    let (quotes, early): (Vec<Quote>, Vec<Quote>) = file.quotes.into_iter().partition(|quote| quote.day() <= until);
    let mut import = PriceImport {
        file: place.to_string(),
        days: quotes.len(),
        from: quotes.first().map(Quote::day),
        to: quotes.last().map(Quote::day),
        close_alone: quotes.iter().filter(|quote| quote.range().is_none()).count(),
        new: 0,
        corrected: 0,
        stored: !args.dry_run,
        refused: file.refused.iter().map(ToString::to_string).collect(),
    };
    import.refused.extend(early.iter().map(|quote| format!("{} is not over yet", quote.day())));
    if !args.dry_run && !quotes.is_empty() {
        let name = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let provenance = Provenance {
            explorer: IMPORTED.to_owned(),
            url: format!("file:{name}"),
            asked_at: context::now(),
            sha256: sha256::Hash::hash(&bytes).to_string(),
            bytes: bytes.len(),
        };
        let asked = Some(Asked { dialect: IMPORTED.to_owned(), path: name });
        let answer = RawAnswer { provenance, body: bytes, asked, secret: false };
        let done = context.store(args.keep)?.record_prices(&quotes, &answer).context("prices")?;
        (import.new, import.corrected) = (done.new.len(), done.corrected.len());
    }
    let mut answer = Answer::of(page(&import), &import)?;
    answer.failed = quotes.is_empty();
    Ok(answer)
}

fn page(import: &PriceImport) -> String {
    let days = |count: usize| format::count(count, "day", "days");
    let mut text = format!("read      {}\n", import.file);
    let span = import.from.zip(import.to).map(|(from, to)| format!(", {}", format::days(from, to))).unwrap_or_default();
    let _ = writeln!(text, "taken     {}{span}", days(import.days));
    if import.close_alone > 0 {
        let alone = days(import.close_alone);
        let _ =
            writeln!(text, "          {alone} tell the close alone: it is compared with, and is no price of its own");
    }
    match import.stored {
        true => {
            let _ =
                writeln!(text, "stored    {} new, {} told otherwise before", days(import.new), days(import.corrected));
        }
        false => text.push_str("stored    nothing (--dry-run)\n"),
    }
    let _ = writeln!(text, "refused   {}", format::count(import.refused.len(), "row", "rows"));
    for row in import.refused.iter().take(SHOWN) {
        let _ = writeln!(text, "          {row}");
    }
    if import.refused.len() > SHOWN {
        let more = format::grouped((import.refused.len() - SHOWN) as u64);
        let _ = writeln!(text, "          and {more} more; --json has all");
    }
    text
}
