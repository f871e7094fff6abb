//! `weekly`: the week's chart of every family with data, for cron.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use chrono::Days;
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::ask::{self, QuestionArgs};
use super::chart::{self, DrawArgs, Subject};
use super::{Answer, Context, context};
use crate::domain::{Amount, Currency, Moment, Period, Span, Time, TimeBasis, format, parse_zone};
use crate::figures::{self, Account};

/// Flags of `weekly`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ISO week, like 2017-W20 [default: the last full week]
    #[arg(long, value_name = "WEEK", value_parser = Span::parse_week)]
    week: Option<Span>,
    /// Folder to write to; the charts go to a folder of the week's name in it
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
    let question = asked.question(context);
    let prices = asked.prices(context)?;
    let catalog = context.catalog()?;
    let store = context.existing_store()?;
    let label = week.label(Period::Week);
    let folder = args.out.join(&label);
    let kind = chart::weekly()?;

    let mut text = format!("week {label}, {}\n\n", format::days(week.from, week.to));
    let mut rows: Vec<Value> = Vec::new();
    let mut without: usize = 0;
    let (mut unknown, mut drawn) = (false, false);
    for family in catalog.families() {
        let account = match &store {
            Some(store) => ask::account_in(store, family, &prices, question)?,
            None => None,
        };
        let Some(account) = account else {
            without += 1;
            continue;
        };
        let found = Week::of(&account, &label, week, zone);
        // A picture that ends before the week would pass for one of it.
        let files = if found.reached || found.step.is_some() {
            let subject = Subject { family, account: &account, prices: &prices, until: week.to, followed: None };
            chart::draw(&subject, &[kind], &args.draw, &folder.join(&family.name))?
        } else {
            Vec::new()
        };
        drawn |= !files.is_empty();
        unknown |= !found.whole;
        writeln!(text, "  {:<16} {}", family.name, found.line(&account))?;
        let mut row = found.json(&family.name);
        if let Value::Object(fields) = &mut row {
            fields.insert("files".to_owned(), chart::as_json(&files));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        text.push_str("  nothing is recorded of any family yet; run: ransomtrail sync\n");
    } else {
        let basis = question.basis.name();
        writeln!(text, "\n  basis     {basis}, zone {}; values at the close of each payment's day", zone.name())?;
        writeln!(text, "  prices    {}", prices.source())?;
    }
    if drawn {
        writeln!(text, "  charts    {}", folder.display())?;
    }
    if without > 0 && !rows.is_empty() {
        writeln!(text, "  left out  {}, of which nothing is recorded", format::count(without, "family", "families"))?;
    }
    let mut answer = Answer::new(text, json!({ "week": label, "from": week.from, "to": week.to, "families": rows }));
    if unknown {
        answer.notes.push(format!("caveat: not every ledger is recorded to the end of {label}; run: ransomtrail sync"));
    }
    Ok(answer)
}

/// The last ISO week that is over in `zone`.
fn last_full_week(now: Time, zone: Tz) -> Span {
    let this = Span::around(now.with_timezone(&zone).date_naive(), Period::Week);
    Span::around(this.from - Days::new(1), Period::Week)
}

/// One family's week.
struct Week {
    step: Option<figures::Step>,
    /// The ledger is complete to the end of the week.
    whole: bool,
    /// The ledger reaches into the week at all.
    reached: bool,
}

impl Week {
    fn of(account: &Account, label: &str, week: Span, zone: Tz) -> Self {
        let recorded = account.summary.recorded_to;
        let reached = recorded.is_some_and(|to| to.with_timezone(&zone).date_naive() >= week.from);
        let step = figures::steps(account, Period::Week).into_iter().find(|s| s.label == label);
        Self {
            // Where the ledger does not reach, rows that happen to be there are shown, and their absence is not.
            step: step.filter(|s| reached || s.outputs + s.withdrawals > 0),
            whole: recorded.is_some_and(|to| to >= Moment::Day(week.to).last_second(zone)),
            reached,
        }
    }

    fn line(&self, account: &Account) -> String {
        let end = if self.whole { "" } else { "  (not recorded to the end of the week)" };
        let Some(step) = &self.step else {
            return if self.reached {
                format!("nothing came in, nothing moved{end}")
            } else {
                "not recorded".to_owned()
            };
        };
        if step.outputs == 0 && step.withdrawals == 0 {
            return format!("nothing came in, nothing moved{end}");
        }
        let worth = step.value.map_or("of unknown value".to_owned(), |v| format::money(account.currency, v.close));
        let outputs = format::count(step.outputs, "output", "outputs");
        let came = format!("{} BTC in, {outputs}, {worth} when paid", format::btc(Amount::from_sat(step.sats), 8));
        let moved = if step.withdrawals == 0 {
            String::new()
        } else {
            let count = format::count(step.withdrawals, "withdrawal", "withdrawals");
            format!("; {} BTC out, {count}", format::btc(Amount::from_sat(step.withdrawn_sats), 8))
        };
        format!("{came}{moved}{end}")
    }

    fn json(&self, family: &str) -> Value {
        json!({ "family": family, "recorded": self.reached, "complete": self.whole, "week": self.step })
    }
}
