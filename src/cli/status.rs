//! `status`: whether the ledger is fresh and whole, and what explorers are like. For people and for monitoring.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::incidents;
use super::sync::difference;
use super::{Answer, Context, context};
use crate::config::parse_duration;
use crate::domain::{AddressRecord, Family, Time, format, rfc3339};
use crate::explorer::BUILT_IN;
use crate::explorer::Dialect as _;
use crate::store::{ExplorerRecord, RoundRecord, ScanPoint, Store};
use crate::work::is_watched;

/// Flags of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The last round may be so old; when it is older, the exit code is 1
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_duration)]
    max_age: Duration,
}

/// What is recorded of a family.
struct FamilyState<'a> {
    family: &'a Family,
    records: Vec<AddressRecord>,
}

impl FamilyState<'_> {
    fn count(&self, reconciled: Option<bool>) -> usize {
        self.records.iter().filter(|r| r.reconciled() == reconciled).count()
    }

    /// Addresses that nobody was asked about, and that are known from blocks alone.
    fn in_blocks(&self) -> usize {
        self.records.iter().filter(|r| r.check.is_none() && r.followed_to.is_some()).count()
    }

    /// Addresses of which nothing is known.
    fn never_asked(&self) -> usize {
        self.count(None) - self.in_blocks()
    }

    fn complete_to(&self) -> Option<Time> {
        self.records.iter().map(AddressRecord::complete_to).min().flatten()
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let path = context.db_path()?;
    let Some(store) = context.existing_store()? else {
        let text =
            format!("nothing is recorded yet in {}; run ransomtrail sync or ransomtrail watch\n", path.display());
        let problems = ["nothing is recorded yet"];
        let mut answer = Answer::new(text, json!({ "ok": false, "problems": problems, "database": path }));
        answer.failed = true;
        return Ok(answer);
    };
    let catalog = context.catalog()?;
    let now = context::now();
    let mut families = Vec::new();
    for family in catalog.families() {
        let records = store.ledger(family.addresses.iter().map(|a| &a.address))?.addresses;
        if records.iter().any(|r| r.check.is_some() || r.followed_to.is_some()) {
            families.push(FamilyState { family, records });
        }
    }
    page(&store, &families, now, args.max_age, is_watched(&path))
}

fn page(store: &Store, families: &[FamilyState<'_>], now: Time, max_age: Duration, watched: bool) -> Result<Answer> {
    let (last, point) = (store.last_round()?, store.scan_point()?);
    let (explorers, incidents) = (store.explorers()?, store.incidents()?);
    let aside = store.asides()?;
    let mut problems = problems(last.as_ref(), families, &explorers, now, max_age);
    if !aside.is_empty() {
        let addresses = format::count(aside.len(), "address is", "addresses are");
        problems.push(format!("{addresses} set aside"));
    }
    let mut text = String::new();
    let mut line = |name: &str, what: String| {
        let _ = writeln!(text, "  {name:<10}{what}");
    };
    line("state", if problems.is_empty() { "all is well".to_owned() } else { problems.join("; ") });
    line("watch", if watched { "a ransomtrail watch is at work" } else { "nobody watches this database" }.to_owned());
    match &last {
        Some(round) => line("round", round_line(round, now)),
        None => line("round", "none was made yet".to_owned()),
    }
    for failure in last.iter().flat_map(|round| &round.failures) {
        line("", failure.clone());
    }
    line("chain", chain_line(last.as_ref(), point.as_ref()));
    line(
        "incidents",
        match incidents.last() {
            None => "none: nothing was told that cannot be true".to_owned(),
            Some(newest) => format!(
                "{}, the last {} ({}, {}); ransomtrail incidents shows them",
                incidents.len(),
                ago(newest.last_at, now),
                newest.kind,
                newest.explorer
            ),
        },
    );
    text.push('\n');
    families_table(&mut text, families);
    for one in &aside {
        let at = rfc3339(one.at);
        let _ = writeln!(text, "  SET ASIDE: {} ({}, {at}): {}", one.address, one.explorer, one.reason);
    }
    explorers_table(&mut text, &explorers, now);
    let json = json!({
        "ok": problems.is_empty(),
        "problems": problems,
        "database": store.path(),
        "watched": watched,
        "round": last.as_ref().map(|r| round_json(r, now)),
        "followed_by_blocks": point.map(|p| json!({ "from_height": p.from_height, "to_height": p.to_height,
            "to_hash": p.to_hash.to_string(), "complete_to": rfc3339(p.complete_to) })),
        "families": families.iter().map(family_json).collect::<Vec<_>>(),
        "set_aside": aside.iter().map(|one| json!({ "address": one.address, "explorer": one.explorer,
            "at": rfc3339(one.at), "reason": one.reason })).collect::<Vec<_>>(),
        "explorers": explorers.iter().map(|e| explorer_json(e, now)).collect::<Vec<_>>(),
        "incidents": incidents.iter().map(incidents::as_json).collect::<Vec<_>>(),
    });
    let mut answer = Answer::new(text, json);
    answer.failed = !problems.is_empty();
    Ok(answer)
}

/// What somebody should look at; nothing where all is well.
fn problems(
    last: Option<&RoundRecord>,
    families: &[FamilyState<'_>],
    explorers: &[ExplorerRecord],
    now: Time,
    max_age: Duration,
) -> Vec<String> {
    let mut out = Vec::new();
    match last {
        None => out.push("no round was made yet".to_owned()),
        Some(round) => {
            let age = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
            if now - round.ended_at > age {
                out.push(format!("the last round ended {}", ago(round.ended_at, now)));
            }
            if round.not_asked > 0 {
                let addresses = format::count(round.not_asked, "address", "addresses");
                out.push(format!("nobody answered for {addresses} in the last round"));
            }
        }
    }
    let unreconciled: usize = families.iter().map(|f| f.count(Some(false))).sum();
    if unreconciled > 0 {
        let addresses = format::count(unreconciled, "address is", "addresses are");
        out.push(format!("{addresses} not reconciled"));
    }
    let never: usize = families.iter().map(FamilyState::never_asked).sum();
    if never > 0 {
        out.push(format!("{} never asked about", format::count(never, "address was", "addresses were")));
    }
    // What only the built-in record tells ends where the record ends.
    let live = families
        .iter()
        .filter(|f| f.records.iter().any(|r| r.check.as_ref().is_some_and(|c| c.explorer != BUILT_IN.name())));
    for family in live {
        match family.complete_to() {
            Some(to) if now - to > TimeDelta::days(1).max(TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX)) => {
                out.push(format!("{} is complete to {} only", family.family.name, rfc3339(to)));
            }
            _ => {}
        }
    }
    // Explorers that are not asked any more rest for ever.
    let asked = |e: &&ExplorerRecord| {
        let last = e.last_answer_at.max(e.last_failure_at);
        last.is_some_and(|at| now - at < TimeDelta::days(1))
    };
    let asked: Vec<&ExplorerRecord> = explorers.iter().filter(asked).collect();
    if !asked.is_empty() && asked.iter().all(|e| e.resting_until.is_some_and(|until| until > now)) {
        out.push("every explorer rests after failures".to_owned());
    }
    out
}

fn round_line(round: &RoundRecord, now: Time) -> String {
    let mut out = format!(
        "{}, took {} s by {}: {}, {}, {}",
        ago(round.ended_at, now),
        (round.ended_at - round.started_at).num_seconds(),
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

fn chain_line(last: Option<&RoundRecord>, point: Option<&ScanPoint>) -> String {
    let tip = last.and_then(|round| round.tip);
    let newest = tip.map_or("the newest block is not known".to_owned(), |(height, time)| {
        format!("newest block {} of {}", format::grouped(u64::from(height)), rfc3339(time))
    });
    match (point, tip) {
        (None, _) => format!("{newest}; not followed by blocks"),
        (Some(point), Some((height, _))) if height > point.to_height => {
            let behind = format::count((height - point.to_height) as usize, "block", "blocks");
            format!("{newest}; followed by blocks to {}, {behind} behind", format::grouped(u64::from(point.to_height)))
        }
        (Some(point), _) => format!("{newest}; followed by blocks to {}", format::grouped(u64::from(point.to_height))),
    }
}

fn families_table(text: &mut String, families: &[FamilyState<'_>]) {
    let _ = writeln!(text, "  {:<20}{:>11}{:>12}   complete to", "family", "addresses", "reconciled");
    for one in families {
        let to = one.complete_to().map_or("not complete".to_owned(), rfc3339);
        let _ =
            writeln!(text, "  {:<20}{:>11}{:>12}   {to}", one.family.name, one.records.len(), one.count(Some(true)));
        let in_blocks = one.in_blocks();
        if in_blocks > 0 {
            let known = format::count(in_blocks, "address", "addresses");
            let _ = writeln!(text, "    {known} known from blocks alone; totals not compared");
        }
        let never = one.never_asked();
        if never > 0 {
            let _ = writeln!(text, "    {} never asked about", format::count(never, "address", "addresses"));
        }
        for record in one.records.iter().filter(|r| r.reconciled() == Some(true) && r.is_whole() == Some(false)) {
            let _ = writeln!(text, "    more waits for {} than was read", record.address);
        }
        for record in one.records.iter().filter(|r| r.reconciled() == Some(false)) {
            if let Some(check) = &record.check {
                let _ = writeln!(
                    text,
                    "    NOT reconciled: {} ({}, {})",
                    record.address,
                    check.explorer,
                    rfc3339(check.as_of)
                );
                let _ = writeln!(text, "    {}", difference(&check.said, &record.ledger).replace('\n', "\n    "));
            }
        }
    }
    if families.is_empty() {
        text.push_str("  nothing is recorded of any family on the watch list\n");
    }
}

fn explorers_table(text: &mut String, explorers: &[ExplorerRecord], now: Time) {
    if explorers.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n  {:<24}{:>10}{:>10}{:>10}{:>10}{:>12}   state",
        "explorer", "requests", "answered", "refused", "failed", "ms a reply"
    );
    for one in explorers {
        let latency = one.latency_ms.checked_div(one.answered).map_or("unknown".to_owned(), |ms| ms.to_string());
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

fn health(one: &ExplorerRecord, now: Time) -> String {
    match (one.resting_until.filter(|until| *until > now), one.last_failure_at, one.last_answer_at) {
        (Some(until), ..) => format!("rests until {}", rfc3339(until)),
        (None, Some(failed), answered) if answered.is_none_or(|at| at <= failed) => {
            format!("failed {}: {}", ago(failed, now), one.last_failure.as_deref().unwrap_or_default())
        }
        (None, _, Some(at)) => format!("answered {}", ago(at, now)),
        (None, _, None) => "never answered".to_owned(),
    }
}

fn ago(then: Time, now: Time) -> String {
    let minutes = (now - then).num_minutes();
    match minutes {
        ..=0 => "just now".to_owned(),
        1..=119 => format!("{minutes} min ago"),
        120..=2879 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 60 / 24),
    }
}

fn round_json(round: &RoundRecord, now: Time) -> Value {
    json!({
        "started_at": rfc3339(round.started_at), "ended_at": rfc3339(round.ended_at),
        "age_seconds": (now - round.ended_at).num_seconds(), "follow": round.follow, "addresses": round.addresses,
        "blocks": round.blocks, "requests": round.requests, "new_transactions": round.new_transactions,
        "unreconciled": round.unreconciled, "not_asked": round.not_asked, "refused": round.refused,
        "tip_height": round.tip.map(|t| t.0), "tip_time": round.tip.map(|t| rfc3339(t.1)), "failures": round.failures,
    })
}

fn family_json(one: &FamilyState<'_>) -> Value {
    json!({
        "family": one.family.name, "addresses": one.records.len(), "reconciled": one.count(Some(true)),
        "never_asked": one.never_asked(), "not_compared": one.in_blocks(),
        "waiting_in_part": one.records.iter().filter(|r| r.is_whole() == Some(false)).count(),
        "complete_to": one.complete_to().map(rfc3339),
        "unreconciled": one.records.iter().filter(|r| r.reconciled() == Some(false)).map(|r| json!({
            "address": r.address, "explorer": r.check.as_ref().map(|c| &c.explorer),
            "asked_at": r.check.as_ref().map(|c| rfc3339(c.as_of)),
            "said": r.check.as_ref().map(|c| super::sync::sums(&c.said)), "ledger": super::sync::sums(&r.ledger.into()),
        })).collect::<Vec<_>>(),
    })
}

fn explorer_json(one: &ExplorerRecord, now: Time) -> Value {
    json!({
        "name": one.name, "dialect": one.dialect, "base": one.base, "requests": one.requests, "answered": one.answered,
        "refusals": one.refusals, "failures": one.failures,
        "mean_latency_ms": one.latency_ms.checked_div(one.answered),
        "last_answer_at": one.last_answer_at.map(rfc3339), "last_failure_at": one.last_failure_at.map(rfc3339),
        "last_failure": one.last_failure, "resting_until": one.resting_until.filter(|until| *until > now).map(rfc3339),
    })
}
