//! `status`: whether the ledger is fresh and whole, and what explorers are like. For people and for monitoring.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;

use super::sync::difference;
use super::{Answer, Context, context};
use crate::config::parse_duration;
use crate::document::{ExplorerStatus, FamilyStatus, ReceiverStatus, RoundStatus, Status, Unreconciled};
use crate::domain::format::ago;
use crate::domain::{Time, format, rfc3339};
use crate::work::is_watched;

/// Flags of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The last round may be so old; when it is older, the exit code is 1
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_duration)]
    max_age: Duration,
    /// Say it on one line
    #[arg(long)]
    oneline: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let path = context.db_path()?;
    let (now, watched) = (context::now(), is_watched(&path));
    let (text, status) = match context.existing_store()? {
        None => {
            let place = path.display();
            let text = format!("nothing is recorded yet in {place}; run ransomtrail sync or ransomtrail watch\n");
            (text, Status::nothing(&path, watched))
        }
        Some(store) => {
            let status = Status::of(&store, &context.catalog()?, watched, now, args.max_age)?;
            let text = if args.oneline { oneline(&status, now) } else { page(&status, now) };
            (text, status)
        }
    };
    let mut answer = Answer::of(text, &status)?;
    answer.failed = !status.ok;
    Ok(answer)
}

fn oneline(status: &Status, now: Time) -> String {
    let round = match &status.round {
        Some(round) => format!("last round {}", ago(round.ended_at.0, now)),
        None => "no round yet".to_owned(),
    };
    format!("{} · {round} · {}\n", state(status), chain_line(status))
}

fn state(status: &Status) -> String {
    if status.ok { "all is well".to_owned() } else { status.problems.join("; ") }
}

fn page(status: &Status, now: Time) -> String {
    let mut text = String::new();
    let mut line = |name: &str, what: String| {
        let _ = writeln!(text, "  {name:<10}{what}");
    };
    line("state", state(status));
    let watch = if status.watched { "a ransomtrail watch is at work" } else { "nobody watches this database" };
    line("watch", watch.to_owned());
    match &status.round {
        Some(round) => line("round", round_line(round, now)),
        None => line("round", "none was made yet".to_owned()),
    }
    for failure in status.round.iter().flat_map(|round| &round.failures) {
        line("", failure.clone());
    }
    line("chain", chain_line(status));
    line(
        "incidents",
        match status.incidents.last() {
            None => "none: nothing was told that cannot be true".to_owned(),
            Some(newest) => format!(
                "{}, the last {} ({}, {}); ransomtrail incidents shows them",
                status.incidents.len(),
                ago(newest.last_at.0, now),
                newest.kind,
                newest.explorer
            ),
        },
    );
    for one in status.receivers.iter().filter(|one| one.waiting > 0 || one.skipped > 0) {
        let failure = one.failure.as_ref().map_or(String::new(), |why| format!(": {why}"));
        line("notices", format!("{}: {}{failure}", one.receiver, outbox_line(one)));
    }
    text.push('\n');
    families_table(&mut text, &status.families);
    for one in &status.set_aside {
        let at = rfc3339(one.at.0);
        let _ = writeln!(text, "  SET ASIDE: {} ({}, {at}): {}", one.address, one.explorer, one.reason);
    }
    explorers_table(&mut text, &status.explorers, now);
    text
}

fn round_line(round: &RoundStatus, now: Time) -> String {
    let mut out = format!(
        "{}, took {} s by {}: {}, {}, {}",
        ago(round.ended_at.0, now),
        (round.ended_at.0 - round.started_at.0).num_seconds(),
        round.follow,
        format::count(round.addresses, "address", "addresses"),
        format::count(usize::try_from(round.requests).unwrap_or(usize::MAX), "request", "requests"),
        format::count(round.new_transactions, "new transaction", "new transactions"),
    );
    if round.blocks > 0 {
        let _ = write!(out, ", {}", format::count(round.blocks, "block", "blocks"));
    }
    out
}

fn chain_line(status: &Status) -> String {
    let tip = status.round.as_ref().and_then(|round| round.tip_height.zip(round.tip_time));
    let newest = tip.map_or("the newest block is not known".to_owned(), |(height, time)| {
        format!("newest block {} of {}", format::grouped(u64::from(height)), rfc3339(time.0))
    });
    let Some(point) = &status.followed_by_blocks else { return format!("{newest}; not followed by blocks") };
    let to = format::grouped(u64::from(point.to_height));
    match tip {
        Some((height, _)) if height > point.to_height => {
            let behind = format::count((height - point.to_height) as usize, "block", "blocks");
            format!("{newest}; followed by blocks to {to}, {behind} behind")
        }
        _ => format!("{newest}; followed by blocks to {to}"),
    }
}

/// How the notices of a receiver stand.
pub(super) fn outbox_line(one: &ReceiverStatus) -> String {
    let skipped = if one.skipped == 0 { String::new() } else { format!(", {} skipped", one.skipped) };
    format!("{}, {} waiting{skipped}", format::count(one.sent, "notice sent", "notices sent"), one.waiting)
}

fn families_table(text: &mut String, families: &[FamilyStatus]) {
    let _ = writeln!(text, "  {:<20}{:>11}{:>12}   complete to", "family", "addresses", "reconciled");
    for one in families {
        let to = one.complete_to.map_or("not complete".to_owned(), |to| rfc3339(to.0));
        let _ = writeln!(text, "  {:<20}{:>11}{:>12}   {to}", one.family, one.addresses, one.reconciled);
        if one.not_compared > 0 {
            let known = format::count(one.not_compared, "address", "addresses");
            let _ = writeln!(text, "    {known} known from blocks alone; totals not compared");
        }
        if one.never_asked > 0 {
            let _ = writeln!(text, "    {} never asked about", format::count(one.never_asked, "address", "addresses"));
        }
        for address in &one.more_waits {
            let _ = writeln!(text, "    more waits for {address} than was read");
        }
        for Unreconciled { address, explorer, asked_at, said, ledger } in &one.unreconciled {
            if let (Some(explorer), Some(at), Some(said)) = (explorer, asked_at, said) {
                let _ = writeln!(text, "    NOT reconciled: {address} ({explorer}, {})", rfc3339(at.0));
                let _ = writeln!(text, "    {}", difference(said, ledger).replace('\n', "\n    "));
            }
        }
    }
    if families.is_empty() {
        text.push_str("  nothing is recorded of any family on the watch list\n");
    }
}

fn explorers_table(text: &mut String, explorers: &[ExplorerStatus], now: Time) {
    if explorers.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n  {:<24}{:>10}{:>10}{:>10}{:>10}{:>12}   state",
        "explorer", "requests", "answered", "refused", "failed", "ms a reply"
    );
    for one in explorers {
        let latency = one.mean_latency_ms.map_or("unknown".to_owned(), |ms| ms.to_string());
        let _ = writeln!(
            text,
            "  {:<24}{:>10}{:>10}{:>10}{:>10}{latency:>12}   {}",
            one.name,
            one.requests,
            one.answered,
            one.refusals,
            one.failures,
            health(one, now)
        );
    }
}

fn health(one: &ExplorerStatus, now: Time) -> String {
    match (one.resting_until, one.last_failure_at, one.last_answer_at) {
        (Some(until), ..) => format!("rests until {}", rfc3339(until.0)),
        (None, Some(failed), answered) if answered.is_none_or(|at| at <= failed) => {
            format!("failed {}: {}", ago(failed.0, now), one.last_failure.as_deref().unwrap_or_default())
        }
        (None, _, Some(at)) => format!("answered {}", ago(at.0, now)),
        (None, _, None) => "never answered".to_owned(),
    }
}
