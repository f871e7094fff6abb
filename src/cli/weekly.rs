//! `weekly`: a page of one ISO week over all families, their charts, and the index of all weeks made, for cron.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::Days;
use chrono_tz::Tz;

use super::ask::QuestionArgs;
use super::chart::{self, DrawArgs};
use super::{Answer, Context, context};
use crate::casebook::{Case, FamilyWeek, Week};
use crate::chart::Series;
use crate::document;
use crate::domain::caveat::Code;
use crate::domain::{
    Amount, Currency, Moment, Period, Span, Time, TimeBasis, Value as Worth, format, json, parse_zone,
};
use crate::figures::{Flows, Reach};
use crate::files::{self, Lock, Mode};
use crate::report::Asked;
use crate::report::weekly::{self, Index, Made, WeekFile, WeekPage, signed_btc};

/// Flags of `weekly`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ISO week, like 2017-W20 [default: the last full week]
    #[arg(long, value_name = "WEEK", value_parser = Span::parse_week)]
    week: Option<Span>,
    /// Folder to write to: the index of weeks; page and charts go to a folder of the week's name in it
    #[arg(long, value_name = "DIR", default_value = "ransomtrail-weekly")]
    out: PathBuf,
    #[command(flatten)]
    draw: DrawArgs,
    /// Which clock places a payment: block or first-seen [default: block]
    #[arg(long, value_name = "BASIS", value_parser = |text: &str| text.parse::<TimeBasis>())]
    time: Option<TimeBasis>,
    /// Time zone that weeks are those of [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    tz: Option<Tz>,
    /// Currency of the values [default: USD]
    #[arg(long, value_name = "CODE", value_parser = |text: &str| text.parse::<Currency>())]
    currency: Option<Currency>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let zone = args.tz.unwrap_or(context.config.time_zone);
    let week = args.week.unwrap_or_else(|| last_full_week(context::now(), zone));
    let asked =
        QuestionArgs { as_of: Some(Moment::Day(week.to)), time: args.time, tz: Some(zone), currency: args.currency };
    let currency = asked.currency.unwrap_or(context.config.currency);
    let catalog = context.catalog()?;
    let store = context.ledger_store()?;
    let book = context.casebook(&store)?;
    let label = week.label(Period::Week);

    let case = |family| book.case(family, asked.inquiry(context, family));
    let cases: Vec<Case<'_>> = catalog.families().map(case).collect::<Result<_>>()?;
    let weeks = Week::of(week, asked.question(context), book.prices(currency)?, &cases)?;
    let flags = Asked { time: args.time, zone: args.tz, currency: args.currency, ..Asked::default() };
    let made = weekly::make(&weeks, &flags.command(&format!("weekly --week {label}")))?;
    let mut document = document::Week::of(&weeks);

    // Another run that writes to this folder could leave out of the index what this one makes.
    files::create_folder(&args.out, Mode::Shared)?;
    let _alone = Lock::take(&args.out.join(".lock"))?;
    let folder = args.out.join(&label);
    let place = Place { page: folder.join("index.html"), index: args.out.join("index.html"), folder };
    place.write(&made, &document, &args.out)?;
    for (family, row) in weeks.families.iter().zip(&mut document.families) {
        // A picture that ends before the week would pass for one of it.
        row.files = Some(if family.reach() == Reach::Nothing {
            Vec::new()
        } else {
            let chart = chart::weekly()?;
            let series = Series::of(family.case, &[chart], Some(week.to))?.about(week);
            chart::draw(&series, &[chart], &args.draw, &place.folder.join(&family.family.name))?
        });
    }
    (document.page, document.index) = (Some(shown(&place.page)), Some(shown(&place.index)));
    let mut answer = Answer::of(text(&made.page, &weeks, &document, &place), &document)?;
    if weeks.families.iter().any(|family| family.reach() != Reach::Whole) {
        let caveat = Code::WeekNotRecorded.with([("week", label.as_str().into())]);
        answer.notes.push(format!("caveat: {caveat}"));
    }
    Ok(answer)
}

/// Where things are written.
struct Place {
    page: PathBuf,
    index: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// WeekPage, document and index, each whole or not at all.
    fn write(&self, made: &Made, document: &document::Week, out: &Path) -> Result<()> {
        let write = |path: &Path, text: &str| files::write_atomic(path, text.as_bytes(), Mode::Shared);
        files::create_folder(&self.folder, Mode::Shared)?;
        write(&self.page, &made.html()?)?;
        write(&self.folder.join("index.json"), &(json::pretty(document)? + "\n"))?;
        Ok(write(&self.index, &Index::of(weeks(out)?).html()?)?)
    }
}

/// A document larger than this is none of ours.
const LARGEST: u64 = 64 << 20;

/// The weeks that lie in the folder, whoever made them.
fn weeks(out: &Path) -> Result<Vec<WeekFile>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(out).with_context(|| out.display().to_string())? {
        let entry = entry.with_context(|| out.display().to_string())?;
        let Ok(label) = entry.file_name().into_string() else { continue };
        let Ok(week) = Span::parse_week(&label) else { continue };
        if week.label(Period::Week) != label || !entry.path().is_dir() {
            continue;
        }
        let document = entry.path().join("index.json");
        let text = match fs::metadata(&document) {
            Ok(file) if file.is_file() && file.len() <= LARGEST => Some(fs::read(&document).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            // The index says of what cannot be read that it is damaged.
            _ => Some(Vec::new()),
        };
        found.push(WeekFile { week, label, text: text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) });
    }
    Ok(found)
}

fn text(page: &WeekPage, weeks: &Week<'_>, document: &document::Week, place: &Place) -> String {
    let mut lines = vec![format!("week {}, {}", page.label, page.days), String::new()];
    for family in &weeks.families {
        lines.push(format!("  {:<16} {}", family.family.name, line(family)));
        if let Some(change) = against(family) {
            lines.push(format!("  {:<16} {change}", ""));
        }
    }
    if weeks.families.is_empty() {
        lines.push("  nothing is recorded of any family yet; run: ransomtrail sync".to_owned());
    } else {
        if weeks.families.len() > 1 {
            lines.push(format!("  {:<16} {}", "together", together(weeks)));
        }
        let (times, prices) = (&page.times, &page.prices);
        lines.push(format!("\n  basis     {times}; values at the close of each payment's day"));
        lines.push(format!("  prices    {prices}"));
    }
    if document.families.iter().any(|one| one.files.as_ref().is_some_and(|files| !files.is_empty())) {
        lines.push(format!("  charts    {}", place.folder.display()));
    } else {
        lines.push(String::new());
    }
    lines.push(format!("  page      {}", place.page.display()));
    lines.push(format!("  index     {}", place.index.display()));
    let without = weeks.unrecorded.len();
    if without > 0 && !weeks.families.is_empty() {
        let families = format::count(without, "family", "families");
        lines.push(format!("  left out  {families}, of which nothing is recorded"));
    }
    lines.join("\n") + "\n"
}

/// A family's week in a line.
fn line(family: &FamilyWeek<'_>) -> String {
    let end = if family.reach() == Reach::Whole { "" } else { "  (not recorded to the end of the week)" };
    let Some(flows) = family.weeks.week.known() else { return "not recorded".to_owned() };
    let events = match family.events.len() {
        0 => String::new(),
        count => format!("; {}", format::count(count, "cash-out event", "cash-out events")),
    };
    format!("{}{events}{end}", moved(flows, family.account.currency))
}

fn together(weeks: &Week<'_>) -> String {
    weeks.total.flows.as_ref().map_or("not recorded".to_owned(), |flows| moved(flows, weeks.prices.currency()))
}

fn moved(flows: &Flows, currency: Currency) -> String {
    if flows.is_empty() {
        return "nothing came in, nothing moved".to_owned();
    }
    let money = |value: Option<Worth>| {
        value.map_or("of unknown value".to_owned(), |value| format::money(currency, value.close))
    };
    let btc = |sats| format::btc(Amount::from_sat(sats), 8);
    let outputs = format::count(flows.outputs, "output", "outputs");
    let came = match flows.outputs {
        0 => "nothing came in".to_owned(),
        _ => format!("{} BTC in, {outputs}, {} when paid", btc(flows.sats), money(flows.value)),
    };
    if flows.withdrawals == 0 {
        return came;
    }
    let count = format::count(flows.withdrawals, "withdrawal", "withdrawals");
    match flows.withdrawn_sats {
        Some(sats) => format!("{came}; {} BTC out, {count}, {} when moved", btc(sats), money(flows.withdrawn_value)),
        None => format!("{came}; an unknown amount out, {count}"),
    }
}

/// What is different from the week before, where there is something to say.
fn against(family: &FamilyWeek<'_>) -> Option<String> {
    if !family.has_news() {
        return None;
    }
    let Some(change) = &family.weeks.change else {
        return Some("against the week before: unknown, one of the weeks is not recorded to its end".to_owned());
    };
    let left = change.withdrawn_sats.map_or("unknown".to_owned(), signed_btc);
    Some(format!("against the week before: {} BTC in, {left} BTC out", signed_btc(change.sats)))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The last ISO week that is over in `zone`.
fn last_full_week(now: Time, zone: Tz) -> Span {
    let this = Span::around(now.with_timezone(&zone).date_naive(), Period::Week);
    Span::around(this.from - Days::new(1), Period::Week)
}
