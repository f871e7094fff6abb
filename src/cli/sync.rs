//! `sync`: one round over the addresses of the named families.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::context::KeepArgs;
use super::onward::{self, OnwardArgs, Plan};
use super::output::Usage;
use super::rounds::Made;
use super::{Answer, Context, context, rounds, secrets};
use crate::catalog::Catalog;
use crate::config::ExplorerConfig;
use crate::domain::{Address, Amount, Ask, Family, Follow, Said, Totals, format, network_name};
use crate::explorer::{self, BUILT_IN, Dialect, Explorer};
use crate::http::Http;
use crate::store::{SharedStore, Store};
use crate::sync::{AddressRound, End, Followed, Options, Round, Step};

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
    let options = rounds::options(context, follow);
    let plan = Plan::of_sync(context, &catalog, &families, &explorers, args.onward)?;
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

/// Whether explorers may be asked about addresses. Following by address needs it.
pub(super) fn asking(context: &Context, wanted: Option<Ask>, follow: Follow) -> Result<Ask> {
    let ask = wanted.unwrap_or(context.config.ask);
    if ask == Ask::Never && follow == Follow::Addresses {
        bail!(Usage(
            "ask = \"never\" and follow = \"addresses\" exclude each other; give --follow blocks, or --ask auto"
                .to_owned()
        ));
    }
    Ok(ask)
}

/// Refuses what would tell an explorer whom somebody watches, where that was ruled out.
pub(super) fn must_ask(explorers: &[Explorer], what: &str) -> Result<()> {
    if explorers.iter().any(Explorer::is_discreet) {
        bail!(Usage(format!("{what} would tell explorers whom you watch; ask = \"never\" rules that out")));
    }
    Ok(())
}

/// The families of that name, each once; all of them where no name is given.
pub(super) fn chosen<'a>(catalog: &'a Catalog, names: &[String]) -> Result<Vec<&'a Family>> {
    if names.is_empty() {
        return Ok(catalog.families().collect());
    }
    let mut families: Vec<&Family> = Vec::new();
    for name in names {
        let family = catalog.find(name)?;
        if !families.iter().any(|f| f.name == family.name) {
            families.push(family);
        }
    }
    Ok(families)
}

/// Where only the built-in record is asked, the families that it holds.
fn askable<'a>(families: Vec<&'a Family>, explorers: &[Explorer], all: bool) -> Result<Vec<&'a Family>> {
    if !explorers.iter().all(Explorer::is_recorded) {
        return Ok(families);
    }
    let (held, missing): (Vec<_>, Vec<_>) = families.into_iter().partition(|f| explorer::is_recorded(&f.name));
    if let Some(family) = missing.first().filter(|_| !all || held.is_empty()) {
        let known: Vec<&str> = explorer::snapshots().iter().map(|s| s.header.family.as_str()).collect();
        bail!("the built-in record holds no ledger of {}; it holds: {}", family.name, known.join(", "));
    }
    Ok(held)
}

/// The explorers to ask, the preferred first.
pub(super) fn explorers(context: &Context, wanted: Option<&str>, ask: Ask) -> Result<Vec<Explorer>> {
    let clock = context::now;
    if wanted == Some("built-in") {
        return Ok(vec![Explorer::built_in(clock)]);
    }
    let network = context.network();
    let mut options = context.http_options()?;
    let chosen: Vec<ExplorerConfig> = match wanted {
        None => context.config.explorers(),
        Some(text) if text.contains("://") => {
            let one = ExplorerConfig::from_url(text, network).map_err(Usage)?;
            options.set_pace(&one.url, one.pace.unwrap_or(context.config.http.pace));
            vec![one]
        }
        Some(name) => {
            let all = context.config.explorers();
            let known: Vec<String> = all.iter().map(|e| e.name.clone()).chain(["built-in".to_owned()]).collect();
            let found = all.into_iter().find(|e| e.name == name);
            vec![found.ok_or_else(|| {
                Usage(format!(
                    "no explorer \"{name}\" for {}; there are {}, or give a URL",
                    network_name(network),
                    known.join(", ")
                ))
            })?]
        }
    };
    if chosen.is_empty() {
        bail!(Usage(format!(
            "no explorer is configured for {}; add an [[explorer]] block or give --explorer URL",
            network_name(network)
        )));
    }
    let http = Http::new(options)?;
    chosen
        .into_iter()
        .map(|one| {
            let Some(dialect) = explorer::dialect(&one.dialect) else {
                let known: Vec<&str> = explorer::DIALECTS.iter().map(|d| d.name()).collect();
                bail!(Usage(format!(
                    "explorer \"{}\" has the unknown dialect \"{}\"; there are {}",
                    one.name,
                    one.dialect,
                    known.join(", ")
                )));
            };
            if one.name == BUILT_IN.name() || dialect.name() == BUILT_IN.name() {
                bail!(Usage(format!(
                    "the name \"{}\" is that of the recorded ledgers; call explorer {} otherwise",
                    BUILT_IN.name(),
                    one.url
                )));
            }
            let credentials = secrets::credentials(&one, &context.config_folder)?;
            let explorer = Explorer::over_http(&one.name, dialect, one.url, http.clone(), network, clock);
            let explorer = explorer.with_credentials(credentials);
            Ok(if ask == Ask::Never { explorer.about_blocks_only() } else { explorer })
        })
        .collect()
}

/// One round, with a progress bar on stderr where that is a terminal.
pub(super) fn round(
    mut store: Store,
    families: &[&Family],
    explorers: &[Explorer],
    options: Options<'_>,
    plan: Option<&Plan>,
) -> Result<(Store, Made)> {
    for family in families {
        store.watch(family)?;
    }
    let addresses: Vec<Address> = families.iter().flat_map(|f| f.addresses.iter().map(|a| a.address.clone())).collect();
    let bar = bar(addresses.len(), explorers.iter().all(Explorer::is_recorded));
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
    let made = runtime.block_on(rounds::round(&shared, explorers, &addresses, options, plan, &progress));
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
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} addresses  {msg}") {
        bar.set_style(style);
    }
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
            line(format!("NOT reconciled: {} ({})\n{}", one.address, one.explorer, difference(explorer, ledger)));
        }
        if !one.waiting_whole && one.end.is_whole() {
            line(format!(
                "{}: more waits than {} lists; what waits is at least what was read",
                one.address, one.explorer
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

/// What is said of an address whose history was not read to its end.
pub(super) fn unfinished(one: &AddressRound) -> Option<String> {
    match &one.end {
        End::Paused { explorer, ledger } => Some(format!(
            "NOT read to the end: {} ({}): {} of {} transactions; the next round goes on from there (max_pages)",
            one.address,
            one.explorer,
            format::grouped(ledger.together().tx_count.unwrap_or_default()),
            explorer.everything().tx_count.map_or_else(|| "unknown".to_owned(), format::grouped),
        )),
        End::Aside { reason } => Some(format!(
            "SET ASIDE: {} ({}): {reason}; it is asked about again after the time of recheck, or ask another explorer",
            one.address, one.explorer
        )),
        _ => None,
    }
}

/// What failed, which fallback was tried, and what to do.
fn trouble(round: &Round, explorers: &[Explorer]) -> Vec<String> {
    if round.not_asked.is_empty() {
        // Somebody else answered: the reader should know all the same.
        return round.failures.iter().map(|f| format!("warning: {f}")).collect();
    }
    let tried: Vec<String> = explorers.iter().map(Explorer::place).collect();
    let missed = format::count(round.not_asked.len(), "address", "addresses");
    let mut out = vec![format!("error: no explorer answered for {missed} (tried {})", tried.join(", then "))];
    out.extend(round.failures.iter().map(|f| format!("       {f}")));
    out.push("nothing was lost; what was read is kept, and the next sync goes on from there".to_owned());
    out
}

/// What the explorer said against what the ledger holds, to the satoshi; the explorer may not tell all of it.
pub(super) fn difference(explorer: &Said, ledger: &Totals) -> String {
    let (said, held) = (explorer.everything(), ledger.together());
    let row = |what: &str, said: Option<Amount>, held: Option<Amount>| {
        let (said, held) = (said.map(Amount::to_sat), held.map(Amount::to_sat).unwrap_or_default());
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
        row("received", said.received, held.received),
        row("spent", said.spent, held.spent),
        format!("  transactions {} said, {} held", count(said.tx_count), count(held.tx_count)),
    ]
    .join("\n")
}

/// What an explorer said, or a ledger holds; what is not told is null.
pub(super) fn sums(said: &Said) -> Value {
    let sats = |amount: Option<Amount>| amount.map(Amount::to_sat);
    let (confirmed, waiting, all) = (said.confirmed, said.waiting, said.everything());
    json!({ "transactions": confirmed.tx_count, "received_sats": sats(confirmed.received),
        "spent_sats": sats(confirmed.spent), "mempool_transactions": waiting.tx_count,
        "mempool_received_sats": sats(waiting.received), "mempool_spent_sats": sats(waiting.spent),
        "all_transactions": all.tx_count, "all_received_sats": sats(all.received), "all_spent_sats": sats(all.spent) })
}

fn as_json(round: &Round, families: &[&str]) -> Value {
    let address = |a: &AddressRound| {
        let (end, totals) = match &a.end {
            End::Unchanged => ("unchanged", None),
            End::Reconciled => ("reconciled", None),
            End::Newer => ("newer", None),
            End::Unreconciled { explorer, ledger } => ("unreconciled", Some((*explorer, Said::from(*ledger)))),
            End::Paused { explorer, ledger } => ("paused", Some((*explorer, Said::from(*ledger)))),
            End::Aside { .. } => ("set-aside", None),
        };
        json!({ "address": a.address, "explorer": a.explorer, "new": a.new, "gone": a.gone, "end": end, "waiting_whole": a.waiting_whole,
            "reason": match &a.end { End::Aside { reason } => Some(reason), _ => None },
            "explorer_totals": totals.map(|t| sums(&t.0)), "ledger_totals": totals.map(|t| sums(&t.1)) })
    };
    json!({
        "families": families,
        "follow": rounds::follow_name(round.follow),
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
