//! `prices`: what a bitcoin cost, who told it, what is missing and where sources disagree; with `--update`, the newest days.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::context::KeepArgs;
use super::output::Usage;
use super::{Answer, Context, context};
use crate::domain::{Currency, Network, Quote, QuoteRecord, format, network_name, rfc3339};
use crate::http::Http;
use crate::price::{Live, LiveSource, Prices, SOURCES};
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
    let page = Page { live: &live, prices: &prices, until, last: args.last };
    let mut answer = page.answer()?;
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
        if let Value::Object(fields) = &mut answer.json {
            fields.insert("update".to_owned(), as_json(&round));
        }
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
struct Page<'a> {
    live: &'a Live,
    prices: &'a Prices,
    until: NaiveDate,
    last: u16,
}

impl Page<'_> {
    fn answer(&self) -> Result<Answer> {
        let gaps = spans(&self.prices.gaps(self.until));
        let (history_text, history) = self.history()?;
        let mut text = format!("BTC/USD a UTC day, to {}\n\n{history_text}", format::day(self.until));
        let mut sources = vec![history];
        for source in &self.live.sources {
            let (line, row) = self.coverage(source);
            text.push_str(&line);
            sources.push(row);
        }
        text.push_str(&self.table());
        for span in &gaps {
            let _ =
                writeln!(text, "  gap         no price for {} ({})", format::days(span.0, span.1), days(length(span)));
        }
        for one in self.prices.disagreements() {
            let _ = writeln!(text, "  disagree    {one}; the first is used");
        }
        for record in self.corrections() {
            let _ = writeln!(text, "  corrected   {}", correction(record));
        }
        if !gaps.is_empty() {
            text.push_str("  next        ransomtrail prices --update\n");
        }
        let gap = |span: &(NaiveDate, NaiveDate)| json!({ "from": span.0, "to": span.1, "days": length(span) });
        let disagreement = |d: &crate::price::Disagreement| {
            json!({ "day": d.day, "used": d.used, "close": d.close.to_string(), "other": d.other,
                "other_close": d.other_close.to_string(), "percent": d.percent().map(|p| p.to_string()) })
        };
        let corrected = |r: &&QuoteRecord| {
            json!({ "day": r.quote.day(), "source": r.source, "close": r.quote.close().to_string(),
                "before": r.before.map(|q| q.close().to_string()), "asked_at": rfc3339(r.asked_at) })
        };
        let json = json!({
            "until": self.until,
            "band": self.live.band.to_string(),
            "price_source": self.prices.source(),
            "sources": sources,
            "last_days": self.last_days().map(|day| self.day_json(day)).collect::<Vec<_>>(),
            "gaps": gaps.iter().map(gap).collect::<Vec<_>>(),
            "disagreements": self.prices.disagreements().iter().map(disagreement).collect::<Vec<_>>(),
            "corrections": self.corrections().collect::<Vec<_>>().iter().map(corrected).collect::<Vec<_>>(),
        });
        Ok(Answer::new(text, json))
    }

    /// The built-in history.
    fn history(&self) -> Result<(String, Value)> {
        let mut text = String::new();
        let mut rows: Value = Value::Null;
        for source in SOURCES {
            let known = (source.days)()?;
            let (from, to) = (known.first().map(|p| p.day), known.last().map(|p| p.day));
            rows = row(source.name, known.len(), from, to, true);
            text.push_str(&line(source.name, known.len(), from, to, "low, close, high"));
        }
        Ok((text, rows))
    }

    fn coverage(&self, source: &LiveSource) -> (String, Value) {
        let known: Vec<NaiveDate> =
            self.live.quotes.iter().filter(|q| q.source == source.name).map(|q| q.quote.day()).collect();
        let (from, to) = (known.first().copied(), known.last().copied());
        let what = if source.whole { "low, close, high" } else { "close alone, compared with" };
        (line(source.name, known.len(), from, to, what), row(source.name, known.len(), from, to, source.whole))
    }

    fn last_days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let (until, count) = (self.until, u64::from(self.last));
        (0..count).rev().filter_map(move |back| until.checked_sub_days(Days::new(back)))
    }

    fn table(&self) -> String {
        if self.last == 0 {
            return "\n".to_owned();
        }
        let mut out =
            format!("\n  {:<12}{:>12}{:>12}{:>12}   {:<10}{}\n", "day", "low", "close", "high", "from", "asked");
        for day in self.last_days() {
            let cells = match self.prices.usd_at(day) {
                Some(p) => [p.low, p.close, p.high].map(format::cents),
                None => ["unknown", "unknown", "unknown"].map(str::to_owned),
            };
            let source = self.prices.source_of(day).unwrap_or_default();
            let asked = self.prices.told(day).map_or(String::new(), |r| rfc3339(r.asked_at));
            let row = format!("  {day:<12}{:>12}{:>12}{:>12}   {source:<10}{asked}", cells[0], cells[1], cells[2]);
            let _ = writeln!(out, "{}", row.trim_end());
        }
        out.push('\n');
        out
    }

    fn day_json(&self, day: NaiveDate) -> Value {
        let price = self.prices.usd_at(day);
        let others = self.live.quotes.iter().filter(|q| q.quote.day() == day);
        let told: BTreeMap<&str, String> = others.map(|q| (q.source.as_str(), q.quote.close().to_string())).collect();
        json!({
            "day": day,
            "low": price.map(|p| p.low.to_string()),
            "close": price.map(|p| p.close.to_string()),
            "high": price.map(|p| p.high.to_string()),
            "source": self.prices.source_of(day),
            "asked_at": self.prices.told(day).map(|r| rfc3339(r.asked_at)),
            "closes": told,
        })
    }

    /// What a source told otherwise later.
    fn corrections(&self) -> impl Iterator<Item = &QuoteRecord> {
        let configured = |q: &&QuoteRecord| self.live.sources.iter().any(|s| s.name == q.source);
        self.live.quotes.iter().filter(configured).filter(|q| q.before.is_some())
    }
}

fn line(name: &str, count: usize, from: Option<NaiveDate>, to: Option<NaiveDate>, what: &str) -> String {
    match from.zip(to) {
        Some((from, to)) => format!("  {name:<12}{:<28}{:>10}   {what}\n", format::days(from, to), days(count)),
        None => format!("  {name:<12}nothing asked yet\n"),
    }
}

fn row(name: &str, count: usize, from: Option<NaiveDate>, to: Option<NaiveDate>, whole: bool) -> Value {
    json!({ "source": name, "days": count, "from": from, "to": to, "whole": whole })
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

/// Days in a row as spans.
fn spans(days: &[NaiveDate]) -> Vec<(NaiveDate, NaiveDate)> {
    let mut out: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in days {
        match out.last_mut() {
            Some((_, to)) if to.succ_opt() == Some(*day) => *to = *day,
            _ => out.push((*day, *day)),
        }
    }
    out
}

fn length(span: &(NaiveDate, NaiveDate)) -> usize {
    usize::try_from((span.1 - span.0).num_days() + 1).unwrap_or_default()
}

fn as_json(round: &PriceRound) -> Value {
    let feed = |f: &FeedRound| {
        json!({ "source": f.source, "wanted": f.wanted, "requests": f.requests, "new": f.new,
            "corrected": f.corrected.len(), "refused": f.refused.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "failure": f.failure.as_ref().map(|f| f.reason.clone()) })
    };
    json!({
        "sources": round.feeds.iter().map(feed).collect::<Vec<_>>(),
        "filled": round.filled,
        "missing": round.missing,
    })
}
