//! `prices`: what a bitcoin cost, who told it, what is missing and where sources disagree; with `--update`, the newest days.

use std::fmt::Write as _;

use anyhow::Result;

use super::context::KeepArgs;
use super::output::Usage;
use super::{Answer, Context, context};
use crate::document::{self, PriceCoverage, PriceDay, PriceGap, PriceUpdate};
use crate::domain::{Currency, Network, Quote, QuoteRecord, format, network_name, rfc3339};
use crate::http::Http;
use crate::price::{Live, Prices};
use crate::store::SharedStore;
use crate::sync::{self, FeedRound, PriceRound};
use crate::work;

/// Flags of `prices`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ask the configured sources for the days that are missing, up to yesterday
    #[arg(long)]
    update: bool,
    /// How many of the last days to show
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    last: u16,
    #[command(flatten)]
    keep: KeepArgs,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    if context.network() != Network::Bitcoin {
        let name = network_name(context.network());
        return Err(Usage(format!("coins of {name} have no price; ask with --network mainnet")).into());
    }
    let round = if args.update { Some(update(context, args.keep)?) } else { None };
    let live = live(context)?;
    let prices = Prices::load(Currency::Usd, &live)?;
    let until = sync::last_finished_day(context::now());
    let mut document = document::Prices::of(&live, &prices, until, args.last)?;
    document.update = round.as_ref().map(PriceUpdate::from);
    let mut answer = Answer::of(page(&document, &live, &prices), &document)?;
    if let Some(round) = round {
        answer.text = told(&round) + "\n" + &answer.text;
        let failures = round.feeds.iter().filter_map(|f| f.failure.as_ref());
        answer.notes.extend(failures.map(|f| format!("warning: {f}")));
        let refused =
            round.feeds.iter().flat_map(|f| f.refused.iter().map(|bad| format!("warning: {}: {bad}", f.source)));
        answer.notes.extend(refused.map(|told| format!("{told}; the day is not taken from it")));
        if !round.missing.is_empty() {
            let days = format::count(round.missing.len(), "day", "days");
            answer
                .notes
                .push(format!("error: {days} without a price; nothing was lost, and the next update asks again"));
        }
        answer.failed = !round.missing.is_empty();
    }
    Ok(answer)
}

/// What the database holds of the configured sources; nothing where there is no database yet.
pub(super) fn live(context: &Context) -> Result<Live> {
    let sources = context.price_sources()?;
    let quotes = match context.existing_store()? {
        Some(store) => store.prices()?,
        None => Vec::new(),
    };
    Ok(Live { quotes, sources, band: context.config.prices.band })
}

/// Asks the configured sources for what is missing.
fn update(context: &Context, keep: KeepArgs) -> Result<PriceRound> {
    let feeds = work::feeds(context)?;
    if feeds.is_empty() {
        return Err(Usage("no price source is configured; name one in [prices] of the configuration".to_owned()).into());
    }
    let http = Http::new(context.http_options()?)?;
    let store = SharedStore::new(context.store(keep)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(work::update_prices(context, &store, &http, &feeds))
}

/// What the update did, in a few lines.
fn told(round: &PriceRound) -> String {
    let mut out = String::new();
    for feed in &round.feeds {
        let FeedRound { source, wanted, requests, new, corrected, failure, .. } = feed;
        let what = match (failure, requests) {
            (Some(_), _) => format!("failed; {} of {wanted} told before it did", format::grouped(*new as u64)),
            (None, 0) if *wanted > 0 => format!("does not reach back to the {} it has not told", days(*wanted)),
            (None, 0) => "nothing to ask".to_owned(),
            (None, _) => format!("{} told, of {} asked for", days(*new), format::grouped(*wanted as u64)),
        };
        let _ = writeln!(out, "  {source:<12}{what}");
        for record in corrected {
            let _ = writeln!(out, "  {:<12}{}", "", correction(record));
        }
    }
    let _ = writeln!(out, "  {:<12}{}", "filled", days(round.filled.len()));
    out
}

/// Coverage, last days, gaps and disagreements.
fn page(document: &document::Prices, live: &Live, prices: &Prices) -> String {
    let mut text = format!("BTC/USD a UTC day, to {}\n\n", format::day(document.until));
    for PriceCoverage { source, days: count, from, to, whole } in &document.sources {
        let what = if *whole { "low, close, high" } else { "close alone, compared with" };
        let _ = match from.zip(*to) {
            Some((from, to)) => {
                writeln!(text, "  {source:<12}{:<28}{:>10}   {what}", format::days(from, to), days(*count))
            }
            None => writeln!(text, "  {source:<12}nothing asked yet"),
        };
    }
    text.push_str(&table(&document.last_days));
    for PriceGap { from, to, days: count } in &document.gaps {
        let _ = writeln!(text, "  gap         no price for {} ({})", format::days(*from, *to), days(*count));
    }
    for PriceGap { from, to, days: count } in &document.closed {
        let _ = writeln!(text, "  closed      no price of {} ({}): nobody traded", format::days(*from, *to), days(*count));
    }
    for one in prices.disagreements() {
        let _ = writeln!(text, "  disagree    {one}; the first is used");
    }
    for record in document::corrections(live) {
        let _ = writeln!(text, "  corrected   {}", correction(record));
    }
    if !document.gaps.is_empty() {
        text.push_str("  next        ransomtrail prices --update\n");
    }
    text
}

fn table(last_days: &[PriceDay]) -> String {
    if last_days.is_empty() {
        return "\n".to_owned();
    }
    let mut out = format!("\n  {:<12}{:>12}{:>12}{:>12}   {:<10}{}\n", "day", "low", "close", "high", "from", "asked");
    for PriceDay { day, low, close, high, source, asked_at, .. } in last_days {
        let [low, close, high] = [low, close, high].map(|price| price.map_or("unknown".to_owned(), format::cents));
        let (source, asked) =
            (source.as_deref().unwrap_or_default(), asked_at.map_or(String::new(), |at| rfc3339(at.0)));
        let row = format!("  {day:<12}{low:>12}{close:>12}{high:>12}   {source:<10}{asked}");
        let _ = writeln!(out, "{}", row.trim_end());
    }
    out.push('\n');
    out
}

/// What a source told before and tells now.
fn correction(record: &QuoteRecord) -> String {
    let numbers = |quote: &Quote| match quote.range() {
        Some((low, high)) => [low, quote.close(), high].map(format::cents).join(" / "),
        None => format::cents(quote.close()),
    };
    let before = record.before.as_ref().map(numbers).unwrap_or_default();
    let (day, now, source) = (record.quote.day(), numbers(&record.quote), &record.source);
    format!("{day}: {source} told {before} first, and {now} when asked {}", rfc3339(record.asked_at))
}

fn days(number: usize) -> String {
    format::count(number, "day", "days")
}
