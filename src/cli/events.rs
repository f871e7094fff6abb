//! `events`: what of all that happened to a family's coins is news, the newest first.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Result, bail};
use chrono::TimeDelta;
use chrono_tz::Tz;
use serde_json::Value;

use super::ask::{self, QuestionArgs};
use super::trace::Limits;
use super::{Answer, Context, trail};
use crate::config::parse_duration;
use crate::domain::{Currency, EventKind, Family, Moment, TimeBasis, format};
use crate::events::{self, Event, Watched};
use crate::figures::{Account, Question};
use crate::store::Store;
use crate::trace::{Policy, Rules};

/// Flags of `events`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The family (a name or an alias)
    #[arg(value_name = "FAMILY")]
    family: String,
    /// How mixed coins are told apart: fifo or haircut [default: fifo]
    #[arg(long, value_name = "NAME", value_parser = super::chart::conserving)]
    policy: Option<Policy>,
    #[command(flatten)]
    limits: Limits,
    /// A coin that has not moved for so long sleeps, and is news when it wakes [default: 30d]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    sleep: Option<Duration>,
    /// Show also what merely moves on
    #[arg(long)]
    moves: bool,
    /// Count to the end of this day in the configured zone, or to this instant (RFC 3339), inclusive
    #[arg(long, value_name = "DATE|INSTANT", value_parser = |text: &str| text.parse::<Moment>())]
    as_of: Option<Moment>,
    /// Currency of the values: USD, EUR, GBP, JPY, CHF, CAD or AUD [default: USD]
    #[arg(long, value_name = "CODE", value_parser = |text: &str| text.parse::<Currency>())]
    currency: Option<Currency>,
}

/// So many transactions of a way are shown.
const SHOWN: usize = 6;

/// How events are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search<'a> {
    pub rules: Rules,
    pub sleep: Duration,
    pub kinds: &'a [EventKind],
    pub as_of: Option<Moment>,
    pub currency: Currency,
    /// Whose midnight ends the day of `as_of`.
    pub zone: Tz,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let family = catalog.find(&args.family)?;
    let Some(store) = context.existing_store()? else {
        bail!(ask::nothing_recorded(context, family));
    };
    let limits = context.config.onward.limits_of(&family.name);
    let search = Search {
        rules: Rules { policy: args.policy.unwrap_or_default(), ..args.limits.rules(limits) },
        sleep: args.sleep.unwrap_or(context.config.events.sleep),
        kinds: if args.moves { &EventKind::ALL } else { &EventKind::CASH_OUT },
        as_of: args.as_of,
        currency: args.currency.unwrap_or(context.config.currency),
        zone: context.config.time_zone,
    };
    let Some(Found { account, events: found, breaks_off }) = of_family(context, &store, family, search)? else {
        bail!(ask::nothing_recorded(context, family));
    };
    let rows = found.iter().map(|event| event.as_json(&family.name, search.currency)).collect();
    let mut answer = Answer::new(text(family, &account, &found, search), Value::Array(rows));
    let caveats = account.summary.caveats.iter().chain(&breaks_off);
    answer.notes = caveats.map(|caveat| format!("caveat: {caveat}")).collect();
    Ok(answer)
}

/// What of a family is news.
pub(super) struct Found {
    pub account: Account,
    /// The newest first.
    pub events: Vec<Event>,
    /// Where the record of the trail ends without telling what became of the coins.
    pub breaks_off: Option<String>,
}

/// The events of a family as the ledger holds them; `None` where nothing is recorded of it.
pub(super) fn of_family(
    context: &Context,
    store: &Store,
    family: &Family,
    search: Search<'_>,
) -> Result<Option<Found>> {
    let zone = search.zone;
    let question = Question { as_of: search.as_of, basis: TimeBasis::Block, zone };
    let prices = QuestionArgs { currency: Some(search.currency), ..QuestionArgs::default() }.prices(context)?;
    let Some(account) = ask::account_in(store, family, &prices, question)? else { return Ok(None) };
    let until = search.as_of.map(|moment| moment.last_second(zone));
    let rules = Rules { until, backwards: false, ..search.rules };
    let (graph, trail) = trail::of_family(context, store, family, rules)?;
    // A rest of centuries is none that a chain has seen.
    let sleep = TimeDelta::from_std(search.sleep).unwrap_or(TimeDelta::MAX);
    let watched = Watched { account: &account, graph: &graph, trail: &trail, prices: &prices, sleep, until };
    let events = events::events(watched, search.kinds);
    Ok(Some(Found { account, events, breaks_off: trail.breaks_off() }))
}

fn text(family: &Family, account: &Account, found: &[Event], search: Search<'_>) -> String {
    let recorded = match account.summary.recorded_to {
        Some(to) => format!("recorded to {}", format::day(to.with_timezone(&account.question.zone).date_naive())),
        None => "not recorded to any moment".to_owned(),
    };
    let head = [
        family.title.clone(),
        format::count(found.len(), "event", "events"),
        format!("mixed coins by {}", search.rules.policy),
        recorded,
    ];
    if found.is_empty() {
        return format!("{}\n\nNothing left the family's addresses, as far as the ledger goes.\n", head.join(" · "));
    }
    let mut out = format!("{}\n", head.join(" · "));
    let (code, zone) = (account.currency.code(), account.question.zone);
    let _ = writeln!(out, "times in {}; values in {code} on the day: low – high, close in brackets\n", zone.name());
    for event in found {
        let value = match event.value.map(|value| value.rounded().map(format::cents)) {
            Some([low, close, high]) => format!("{low} – {high} ({close})"),
            None => "value unknown".to_owned(),
        };
        let time = event.time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S");
        let label = event.label.as_ref().map_or(String::new(), |one| format!("{} ({})", one.name, one.category));
        let line = format!("{time}  {:<10} {:>15} BTC   {value:<35} {label}", event.kind, format::btc(event.amount, 8));
        let _ = writeln!(out, "{}\n    {}{}\n    {}", line.trim_end(), event.txid, way(event), event.rule);
    }
    out
}

/// The way to an event in the beginnings of its txids; of a long one both ends.
fn way(event: &Event) -> String {
    if event.hop == 0 {
        return String::new();
    }
    let mut ids: Vec<String> = event.path.iter().map(|txid| txid.to_string().chars().take(8).collect()).collect();
    if ids.len() > SHOWN {
        let left = ids.len() - SHOWN;
        ids.splice(SHOWN / 2..ids.len() - SHOWN / 2, [format!("{left} more")]);
    }
    format!("   {}, by way of {}", format::count(event.hop as usize, "hop", "hops"), ids.join(" > "))
}
