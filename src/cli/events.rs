//! `events`: what of all that happened to a family's coins is news, the newest first.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;
use chrono::TimeDelta;

use super::ask::QuestionArgs;
use super::trace::Limits;
use super::{Answer, Context};
use crate::config::parse_duration;
use crate::document::{self, Frame};
use crate::domain::{Currency, EventKind, Family, Moment, format};
use crate::events::Event;
use crate::figures::Account;
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
    /// Show also what came in, and what waits to
    #[arg(long)]
    payments: bool,
    /// Count to the end of this day in the configured zone, or to this instant (RFC 3339), inclusive
    #[arg(long, value_name = "DATE|INSTANT", value_parser = |text: &str| text.parse::<Moment>())]
    as_of: Option<Moment>,
    /// Currency of the values: USD, EUR, GBP, JPY, CHF, CAD or AUD [default: USD]
    #[arg(long, value_name = "CODE", value_parser = |text: &str| text.parse::<Currency>())]
    currency: Option<Currency>,
}

/// So many transactions of a way are shown.
const SHOWN: usize = 6;

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let family = catalog.find(&args.family)?;
    let store = context.ledger_store_of(family)?;
    let book = context.casebook(&store)?;
    let asked = QuestionArgs { as_of: args.as_of, currency: args.currency, ..QuestionArgs::default() };
    let mut inquiry = asked.inquiry(context, family);
    let limits = context.config.onward.limits_of(&family.name);
    inquiry.rules = Rules { policy: args.policy.unwrap_or_default(), ..args.limits.rules(limits) };
    if let Some(sleep) = args.sleep {
        inquiry.sleep = TimeDelta::from_std(sleep).unwrap_or(TimeDelta::MAX);
    }
    let case = book.case(family, inquiry)?;
    let account = case.account()?;
    let wanted = |kind: &EventKind| match kind {
        EventKind::Movement => args.moves,
        EventKind::Payment => args.payments,
        _ => true,
    };
    let kinds: Vec<EventKind> = EventKind::ALL.into_iter().filter(wanted).collect();
    let found = &case.events_of(&kinds)?;
    let rows: Vec<_> = found.iter().map(|event| document::Event::of(event, Frame::of(account))).collect();
    let mut answer = Answer::new(text(family, account, found, inquiry.rules.policy), serde_json::to_value(rows)?);
    let breaks_off = case.trail()?.breaks_off();
    let caveats = account.summary.caveats.iter().chain(&breaks_off);
    answer.notes = caveats.map(|caveat| format!("caveat: {caveat}")).collect();
    Ok(answer)
}

fn text(family: &Family, account: &Account, found: &[Event], policy: Policy) -> String {
    let recorded = match account.summary.recorded_to {
        Some(to) => format!("recorded to {}", format::day(to.with_timezone(&account.question.zone).date_naive())),
        None => "not recorded to any moment".to_owned(),
    };
    let head = [
        family.title.clone(),
        format::count(found.len(), "event", "events"),
        format!("mixed coins by {policy}"),
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
        let label = match (&event.label, &event.payment) {
            (Some(one), _) => format!("{} ({})", one.name, one.category),
            (None, Some(_)) if event.height.is_none() => "waits for a block".to_owned(),
            (None, Some(paid)) => paid.class.name().to_owned(),
            (None, None) => String::new(),
        };
        let line =
            format!("{time}  {:<10} {:>15} BTC   {value:<35} {label}", event.kind, format::btc_if_known(event.amount));
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
