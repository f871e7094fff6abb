//! `prices`: what a bitcoin cost, who told it, what is missing and where sources disagree; with `--update`, the newest days.

mod import;

use std::fmt::Write as _;

use anyhow::Result;
use chrono::NaiveDate;
use clap::Subcommand;

use super::context::KeepArgs;
use super::output::Usage;
use super::{Answer, Context, context};
use crate::document::{self, OtherPrice, PriceCoverage, PriceDay, PriceExtreme, PriceGap, PriceUpdate};
use crate::domain::{Currency, Decimal, Network, Quote, QuoteRecord, format, network_name, parse_day, rfc3339};
use crate::http::Http;
use crate::price::{self, Live, Prices};
use crate::store::SharedStore;
use crate::sync::{self, FeedRound, PriceRound};
use crate::work;

/// Flags of `prices`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// A UTC day, like 2017-08-03: what a bitcoin cost, and what every source says of it
    #[arg(value_name = "DAY", value_parser = parse_day, conflicts_with_all = ["from", "to", "last"])]
    day: Option<NaiveDate>,
    /// The first of several days to show [default: the first with a price]
    #[arg(long, value_name = "DAY", value_parser = parse_day, conflicts_with = "last")]
    from: Option<NaiveDate>,
    /// The last of several days to show [default: yesterday]
    #[arg(long, value_name = "DAY", value_parser = parse_day, conflicts_with = "last")]
    to: Option<NaiveDate>,
    /// Currency of the prices shown [default: USD]
    #[arg(long, value_name = "CODE", value_parser = |text: &str| text.parse::<Currency>())]
    currency: Option<Currency>,
    /// Ask the configured sources for the days that are missing, up to yesterday
    #[arg(long)]
    update: bool,
    /// How many of the last days to show
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    last: u16,
    #[command(flatten)]
    keep: KeepArgs,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Take in prices from a CSV file: they fill days that the built-in history does not have, and are compared with on all others
    Import(import::Args),
}

impl Args {
    /// The days asked about, if any.
    fn days(&self, until: NaiveDate) -> Result<Option<Vec<NaiveDate>>> {
        let (from, to) = match (self.day, self.from, self.to) {
            (Some(day), ..) => (day, day),
            (None, None, None) => return Ok(None),
            (None, from, to) => {
                let first = price::history()?.first().map(|price| price.day);
                (from.or(first).unwrap_or(until), to.unwrap_or(until))
            }
        };
        if to < from {
            return Err(Usage(format!("--to {to} lies before --from {from}")).into());
        }
        if (to - from).num_days() > MOST_DAYS {
            return Err(Usage(format!("more than {MOST_DAYS} days; ask for fewer")).into());
        }
        Ok(Some(from.iter_days().take_while(|day| *day <= to).collect()))
    }
}

/// A hundred years of days: what is longer is a slip of the keyboard.
const MOST_DAYS: i64 = 36_525;

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    if context.network() != Network::Bitcoin {
        let name = network_name(context.network());
        return Err(Usage(format!("coins of {name} have no price; ask with --network mainnet")).into());
    }
    if let Some(What::Import(args)) = &args.what {
        return import::run(context, args);
    }
    let until = sync::last_finished_day(context::now());
    let asked = args.days(until)?;
    let round = if args.update { Some(update(context, args.keep)?) } else { None };
    let live = live(context)?;
    let prices = Prices::load(args.currency.unwrap_or(Currency::Usd), &live)?;
    let mut document = document::Prices::of(&live, &prices, until, args.last, asked.as_deref())?;
    document.update = round.as_ref().map(PriceUpdate::from);
    let text = if asked.is_some() { days_page(&document) } else { page(&document, &live, &prices) };
    let mut answer = Answer::of(text, &document)?;
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

/// The days asked about, and what else is said of each.
fn days_page(document: &document::Prices) -> String {
    let mut text = format!("BTC/{} a UTC day\n", document.currency);
    text.push_str(&table(&document.days));
    for PriceDay { day, other, one_copy, lacking, closes, source, .. } in &document.days {
        if let Some(OtherPrice { source, low, close, high }) = other {
            let numbers = [low, close, high].map(|n| n.parse().map_or_else(|_| n.clone(), shown));
            let _ = writeln!(text, "  {day}  {source}: low {}, close {}, high {}", numbers[0], numbers[1], numbers[2]);
        }
        for (other, close) in closes.iter().filter(|(name, _)| source.as_deref() != Some(name)) {
            let _ = writeln!(text, "  {day}  {other}: close {close} US dollars");
        }
        if *one_copy {
            let _ = writeln!(text, "  {day}  rests on one public copy of its source");
        }
        if let Some(lacking) = lacking {
            let _ = writeln!(text, "  {day}  {lacking}");
        }
    }
    for one in document.extremes.iter().filter(|one| document.days.iter().any(|day| day.day == one.day)) {
        let PriceExtreme { day, what, source, told, other, counts } = one;
        let _ = writeln!(
            text,
            "  {day}  {source} tells a {what} of {told} US dollars, {other} none beyond {counts}; the second is used"
        );
    }
    text
}

/// A price as it is printed: to the cent, and those below a dollar in full.
fn shown(price: Decimal) -> String {
    if price < Decimal::ONE { price.normalize().to_string() } else { format::cents(price) }
}

/// Coverage, last days, gaps and disagreements.
fn page(document: &document::Prices, live: &Live, prices: &Prices) -> String {
    let mut text = format!("BTC/{} a UTC day, to {}\n\n", document.currency, format::day(document.until));
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
        let _ =
            writeln!(text, "  closed      no price of {} ({}): nobody traded", format::days(*from, *to), days(*count));
    }
    for one in prices.disagreements() {
        let _ = writeln!(text, "  disagree    {one}; the first is used");
    }
    for one in prices.extreme_days().flat_map(|day| prices.extremes(day)) {
        let _ = writeln!(text, "  extreme     {one}; the second is used");
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
        let [low, close, high] = [low, close, high].map(|price| price.map_or("unknown".to_owned(), shown));
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
