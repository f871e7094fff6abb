//! `sync`: one round over the addresses of the named families.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::context::KeepArgs;
use super::onward::{self, OnwardArgs};
use super::{Answer, Context, context, secrets};
use crate::config::ExplorerConfig;
use crate::document::AddressSums;
use crate::domain::{Ask, Family, Follow, format};
use crate::explorer::Explorer;
use crate::http::NO_NAMES;
use crate::store::{SharedStore, Store};
use crate::sync::{AddressRound, End, Followed, Options, Round, Step};
use crate::work::{self, Made, Plan, askable, asking, chosen, unfinished};

/// Flags of `sync`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The families [default: all on the watch list]
    #[arg(value_name = "FAMILY")]
    families: Vec<String>,
    /// Ask this explorer alone: a name from the configuration, the URL of an Esplora server, or "built-in" for the
    /// recorded ledger [default: the configured ones, in their order]
    #[arg(long, value_name = "NAME|URL|built-in")]
    explorer: Option<String>,
    /// Ask about each address, read each new block, or whichever needs fewer requests (auto). By blocks, an address is still asked
    /// about when it is first seen, six blocks later and once a week, unless --ask never [default: auto]
    #[arg(long, value_name = "WAY", value_parser = |text: &str| text.parse::<Follow>())]
    follow: Option<Follow>,
    /// Whether explorers may be asked about addresses and transactions: never knows addresses from whole blocks alone, from the
    /// next one on, and compares no totals [default: auto]
    #[arg(long, value_name = "WHEN", value_parser = |text: &str| text.parse::<Ask>())]
    ask: Option<Ask>,
    #[command(flatten)]
    onward: OnwardArgs,
    #[command(flatten)]
    keep: KeepArgs,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let families = chosen(&catalog, &args.families)?;
    let follow = args.follow.unwrap_or(context.config.follow);
    let ask = asking(context, args.ask, follow)?;
    let explorers = explorers(context, args.explorer.as_deref(), ask)?;
    args.onward.check(&explorers)?;
    let chosen = families.len();
    let families = askable(families, &explorers, args.families.is_empty())?;
    let left_out = chosen - families.len();
    let mut store = context.store(args.keep)?;
    store.keep_watching(&catalog.families().map(|f| f.name.as_str()).collect::<Vec<_>>())?;
    let options = work::options(context, follow);
    let plan = args.onward.plan(context, &catalog, &families, &explorers)?;
    let (_, made) = round(store, &families, &explorers, options, Some(&plan))?;
    let Made { round, onward: followed } = made;
    let names: Vec<&str> = families.iter().map(|f| f.name.as_str()).collect();
    let mut answer = answer(&round, &explorers, &names);
    onward::report(&mut answer, &followed);
    if left_out > 0 {
        let families = format::count(left_out, "family", "families");
        answer.notes.push(format!("the built-in record holds nothing of {families}; they were not asked about"));
    }
    Ok(answer)
}

/// The explorers to ask, the preferred first, with the proxy that the environment names and their secrets fetched.
pub(super) fn explorers(context: &Context, wanted: Option<&str>, ask: Ask) -> Result<Vec<Explorer>> {
    let credentials = |one: &ExplorerConfig| secrets::credentials(one, &context.config_folder);
    work::open_explorers(context, wanted, ask, || context.http_options(), credentials)
}

/// One round, with a progress bar on stderr where that is a terminal.
pub(super) fn round(
    store: Store,
    families: &[&Family],
    explorers: &[Explorer],
    options: Options<'_>,
    plan: Option<&Plan>,
) -> Result<(Store, Made)> {
    let bar =
        bar(families.iter().map(|family| family.watched().count()).sum(), explorers.iter().all(Explorer::is_recorded));
    let progress = |step: Step<'_>| match step {
        Step::Address(address) => bar.set_message(address.to_string()),
        Step::Page { read, of: Some(of) } => bar.set_message(format!("{read} of {of} transactions")),
        Step::Page { read, of: None } => bar.set_message(format!("{read} transactions")),
        Step::Block { height, of } => bar.set_message(format!("block {height} of {of}")),
        Step::Proof { txid } => bar.set_message(txid.to_string()),
        Step::Done => bar.inc(1),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let shared = SharedStore::new(store);
    let made = runtime.block_on(work::round(&shared, explorers, families, options, plan, &progress, context::now));
    drop(runtime);
    bar.finish_and_clear();
    let store = shared.into_inner().ok_or_else(|| anyhow::anyhow!("the database is still in use"))?;
    Ok((store, made?))
}

pub(super) fn bar(addresses: usize, quick: bool) -> ProgressBar {
    if quick {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(addresses as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {prefix}  {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix("addresses");
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// What the round did, for people and for programs.
pub(super) fn answer(round: &Round, explorers: &[Explorer], families: &[&str]) -> Answer {
    let mut text = String::new();
    let unchanged = round.addresses.iter().filter(|a| a.end == End::Unchanged).count();
    let newer = round.addresses.iter().filter(|a| a.end == End::Newer).count();
    let asked = round.addresses.len();
    let mut line = |text_line: String| {
        let _ = writeln!(text, "{text_line}");
    };
    line(format!(
        "{} asked, {unchanged} unchanged, {}",
        format::count(asked, "address", "addresses"),
        format::count(round.new_transactions(), "new transaction", "new transactions"),
    ));
    if round.follow == Followed::Blocks {
        let height = round.tip.map_or(String::new(), |(height, _)| format!(" up to {height}"));
        line(format!(
            "{} read{height}; {} looked for in them, none asked about",
            format::count(round.blocks, "block", "blocks"),
            format::count(round.in_blocks, "address", "addresses"),
        ));
    }
    if round.gone > 0 {
        let gone = format::count(round.gone, "transaction", "transactions");
        line(format!("a reorganisation: the block of {gone} left the chain"));
    }
    if newer > 0 {
        line(format!("{} recorded to a later day already", format::count(newer, "address is", "addresses are")));
    }
    for one in &round.addresses {
        if let End::Unreconciled { explorer, ledger } = &one.end {
            line(format!(
                "NOT reconciled: {} ({})\n{}",
                one.address,
                one.explorer,
                difference(&(*explorer).into(), &(*ledger).into())
            ));
        }
        if let End::Miscounted { explorer, ledger, .. } = &one.end {
            line(format!(
                "NOT reconciled: {} ({})\n{}\n  this explorer's totals do not add up: the ledger holds all the transactions that it \
                 shows, and it counts otherwise; they are not read again until it says something else",
                one.address,
                one.explorer,
                difference(&(*explorer).into(), &(*ledger).into())
            ));
        }
        if !one.waiting_whole && one.end.is_whole() {
            line(format!(
                "{}: at least {} waiting; {} counts more than it lists",
                one.address,
                format::count(usize::try_from(one.waiting).unwrap_or(usize::MAX), "transaction", "transactions"),
                one.explorer
            ));
        }
        if let Some(unfinished) = unfinished(one) {
            line(unfinished);
        }
        if one.gone > 0 {
            let gone = format::count(one.gone, "transaction", "transactions");
            line(format!("{}: {gone} of the ledger no longer known to {}", one.address, one.explorer));
        }
    }
    if round.is_whole() && asked > newer && round.follow == Followed::Addresses {
        line("every ledger equals the explorer's totals, to the satoshi".to_owned());
    }
    if let [family, ..] = families
        && round.is_whole()
    {
        line(format!("next   ransomtrail summary {family}"));
    }

    let mut answer = Answer::new(text, as_json(round, families));
    answer.notes.extend(round.warnings.iter().map(|w| format!("warning: {w}")));
    answer.notes.extend(round.refused.iter().map(|r| format!("warning: {r}")));
    answer.notes.extend(trouble(round, explorers));
    answer.failed = !round.is_whole();
    answer
}

/// What failed, which fallback was tried, and what to do.
fn trouble(round: &Round, explorers: &[Explorer]) -> Vec<String> {
    if round.not_asked.is_empty() {
        // Somebody else answered: the reader should know all the same.
        return round.failures.iter().map(|f| format!("warning: {f}")).collect();
    }
    let tried: Vec<String> = explorers.iter().map(Explorer::place).collect();
    // No name at all could be looked up: that is no fault of the servers, and said once.
    if !round.failures.is_empty() && round.failures.iter().all(|f| NO_NAMES.iter().any(|said| f.reason.ends_with(said)))
    {
        return vec![
            format!("error: no network: asked {}, and no name could be looked up", tried.join(", then ")),
            "without a network, summary, payments, verify, chart and report show what is recorded".to_owned(),
            "nothing was lost; what was read is kept, and the next sync goes on from there".to_owned(),
        ];
    }
    let missed = format::count(round.not_asked.len(), "address", "addresses");
    let mut out = vec![format!("error: no explorer answered for {missed} (tried {})", tried.join(", then "))];
    out.extend(round.failures.iter().map(|f| format!("       {f}")));
    out.push("nothing was lost; what was read is kept, and the next sync goes on from there".to_owned());
    out
}

/// What the explorer said against what the ledger holds, to the satoshi; the explorer may not tell all of it.
pub(super) fn difference(said: &AddressSums, held: &AddressSums) -> String {
    let row = |what: &str, said: Option<u64>, held: Option<u64>| {
        let held = held.unwrap_or_default();
        match said {
            Some(said) => format!(
                "  {what:<9}{said:>20} sat said, {held:>20} sat held, difference {:+} sat",
                i128::from(held) - i128::from(said)
            ),
            None => format!("  {what:<9}{:>20} sat said, {held:>20} sat held", "unknown"),
        }
    };
    let count = |n: Option<u64>| n.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
    [
        row("received", said.all_received_sats, held.all_received_sats),
        row("spent", said.all_spent_sats, held.all_spent_sats),
        format!("  transactions {} said, {} held", count(said.all_transactions), count(held.all_transactions)),
    ]
    .join("\n")
}

fn as_json(round: &Round, families: &[&str]) -> Value {
    let address = |a: &AddressRound| {
        let (end, totals) = match &a.end {
            End::Unchanged => ("unchanged", None),
            End::Reconciled => ("reconciled", None),
            End::Newer => ("newer", None),
            End::Unreconciled { explorer, ledger } => ("unreconciled", Some((*explorer, *ledger))),
            End::Miscounted { explorer, ledger, .. } => ("miscounted", Some((*explorer, *ledger))),
            End::Paused { explorer, ledger } => ("paused", Some((*explorer, *ledger))),
            End::Aside { .. } => ("set-aside", None),
        };
        json!({ "address": a.address, "explorer": a.explorer, "new": a.new, "gone": a.gone, "end": end, "waiting_whole": a.waiting_whole, "waiting": a.waiting,
            "reason": match &a.end { End::Aside { reason } => Some(reason), _ => None },
            "explorer_totals": totals.map(|t| AddressSums::from(t.0)), "ledger_totals": totals.map(|t| AddressSums::from(t.1)) })
    };
    json!({
        "families": families,
        "follow": round.follow.name(),
        "blocks": round.blocks,
        "in_blocks": round.in_blocks,
        "tip_height": round.tip.map(|t| t.0),
        "whole": round.is_whole(),
        "new": round.new_transactions(),
        "addresses": round.addresses.iter().map(address).collect::<Vec<_>>(),
        "not_asked": round.not_asked,
        "failures": round.failures.iter().map(|f| json!({ "explorer": f.explorer, "address": f.address, "reason": f.reason })).collect::<Vec<_>>(),
        "refused": round.refused.iter().map(|r| json!({ "txid": r.txid.to_string(), "explorer": r.explorer, "reason": r.reason })).collect::<Vec<_>>(),
        "warnings": round.warnings,
    })
}
