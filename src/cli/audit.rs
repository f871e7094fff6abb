//! `audit`: a second explorer's opinion, and proofs that transactions are in blocks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Result, bail};
use serde_json::json;

use super::context::KeepArgs;
use super::output::Usage;
use super::sync::{bar, difference, explorers};
use super::{Answer, Context, context};
use crate::document::AddressSums;
use crate::domain::{Address, Trust, format};
use crate::proof::targets_known_to;
use crate::store::{SharedStore, Store};
use crate::sync::{self, Audit, Options, Step};
use crate::work::{chosen, must_ask};

/// Flags of `audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The families [default: all on the watch list that something is recorded of]
    #[arg(value_name = "FAMILY")]
    families: Vec<String>,
    /// Only ask a second explorer for totals and transactions, and compare
    #[arg(long)]
    second_opinion: bool,
    /// Only fetch merkle proofs and block headers, check and keep them
    #[arg(long)]
    proofs: bool,
    /// Ask this explorer alone: a name from the configuration, or the URL of an Esplora server
    #[arg(long, value_name = "NAME|URL")]
    explorer: Option<String>,
    #[command(flatten)]
    keep: KeepArgs,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let families = chosen(&catalog, &args.families)?;
    let explorers = explorers(context, args.explorer.as_deref(), context.config.ask)?;
    must_ask(&explorers, "an audit asks about addresses and transactions, and that")?;
    if explorers.iter().all(|e| e.is_recorded()) {
        bail!(Usage("the built-in record proves nothing; name another explorer".to_owned()));
    }
    let Some(mut store) = context.existing_store_to_write(args.keep)? else {
        bail!("nothing is recorded yet; run ransomtrail sync first");
    };
    let mut addresses: Vec<Address> = Vec::new();
    for address in families.iter().flat_map(|f| f.watched()).map(|a| &a.address) {
        if store.last_check(address)?.is_some() {
            addresses.push(address.clone());
        }
    }
    if addresses.is_empty() {
        let names: Vec<&str> = families.iter().map(|f| f.name.as_str()).collect();
        let names = if args.families.is_empty() { "any family".to_owned() } else { names.join(", ") };
        bail!("nothing is recorded of {names} yet; run ransomtrail sync first");
    }
    let before = levels(&store, &addresses)?;
    let both = args.second_opinion == args.proofs;
    let mut audit = Audit::default();
    let bar = bar(addresses.len(), false);
    let progress = |step: Step<'_>| match step {
        Step::Address(address) => bar.set_message(format!("second opinion on {address}")),
        Step::Proof { txid } => bar.set_message(format!("proof of {txid}")),
        Step::Page { .. } | Step::Block { .. } => {}
        Step::Done => bar.inc(1),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let shared = SharedStore::new(store);
    let options = Options { max_pages: context.max_pages(), ..Options::by_address(context::now()) };
    runtime.block_on(async {
        if both || args.second_opinion {
            sync::second_opinion(&shared, &explorers, &addresses, options, &progress, &mut audit).await?;
        }
        if both || args.proofs {
            bar.set_length(unproven(&shared, &addresses).await? as u64);
            bar.set_position(0);
            bar.set_prefix("transactions");
            sync::proofs(&shared, &explorers, &addresses, &progress, &mut audit).await?;
        }
        anyhow::Ok(())
    })?;
    drop(runtime);
    bar.finish_and_clear();
    store = shared.into_inner().ok_or_else(|| anyhow::anyhow!("the database is still in use"))?;
    let after = levels(&store, &addresses)?;
    Ok(answer(&audit, &before, &after, both || args.second_opinion, both || args.proofs))
}

async fn unproven(store: &SharedStore, addresses: &[Address]) -> Result<usize> {
    let of = addresses.to_vec();
    Ok(store.run(move |store| store.unproven(&of)).await?.len())
}

/// Outputs and spends of the addresses by how far they can be trusted, in transactions.
fn levels(store: &Store, addresses: &[Address]) -> Result<BTreeMap<Trust, usize>> {
    let ledger = store.ledger(addresses)?;
    let mut of: BTreeMap<_, Trust> = ledger.inflows.iter().map(|i| (i.txid, i.trust)).collect();
    of.extend(ledger.spends.iter().map(|s| (s.txid, s.trust)));
    let mut counts: BTreeMap<Trust, usize> = Trust::ALL.into_iter().map(|level| (level, 0)).collect();
    for level in of.into_values() {
        *counts.entry(level).or_default() += 1;
    }
    Ok(counts)
}

fn answer(
    audit: &Audit,
    before: &BTreeMap<Trust, usize>,
    after: &BTreeMap<Trust, usize>,
    opinions: bool,
    proofs: bool,
) -> Answer {
    let mut text = String::new();
    let mut line = |one: String| {
        let _ = writeln!(text, "{one}");
    };
    if opinions {
        let agree = audit.opinions.iter().filter(|o| o.agrees()).count();
        let of = format::count(audit.opinions.len(), "address", "addresses");
        if audit.opinions.is_empty() {
            line("second opinion   nobody else answered".to_owned());
        } else {
            line(format!("second opinion   {agree} of {of} agree, to the satoshi"));
        }
        for one in audit.opinions.iter().filter(|o| !o.agrees()) {
            line(format!("NOT the same: {} ({} against {})", one.address, one.second, one.first));
            line(difference(&one.said.into(), &one.ledger.into()));
        }
        for one in audit.opinions.iter().filter(|o| o.missing > 0) {
            let missing = format::count(one.missing, "transaction", "transactions");
            line(format!("{}: {} does not tell of {missing} of the ledger", one.address, one.second));
        }
        for one in audit.opinions.iter().filter(|o| o.extra > 0) {
            let extra = format::count(one.extra, "transaction", "transactions");
            line(format!("{}: {} tells of {extra} that the ledger does not hold", one.address, one.second));
        }
        for one in audit.opinions.iter().filter(|o| o.elsewhere > 0) {
            let elsewhere = format::count(one.elsewhere, "transaction", "transactions");
            line(format!("{}: {} has {elsewhere} waiting or in another block", one.address, one.second));
        }
        if !audit.without_opinion.is_empty() {
            let none = format::count(audit.without_opinion.len(), "address has", "addresses have");
            line(format!("{none} no second opinion"));
        }
    }
    if proofs {
        let proven = format::count(audit.proven, "transaction", "transactions");
        let headers = format::count(audit.headers, "block header", "block headers");
        line(format!("proofs           {proven} newly proven, {headers} fetched"));
        if audit.by_floor > 0 {
            let known_to = format::grouped(u64::from(targets_known_to()));
            line(format!(
                "                 {} of them above block {known_to}: work checked against a floor only",
                audit.by_floor
            ));
        }
        for (txid, why) in audit.unproven.iter().take(10) {
            line(format!("NOT proven: {txid}: {why}"));
        }
        if audit.unproven.len() > 10 {
            line(format!("… and {} more", audit.unproven.len() - 10));
        }
    }
    line(format!("{:<17}{:>8}{:>8}", "trust", "before", "now"));
    for level in Trust::ALL.into_iter().rev() {
        let count = |levels: &BTreeMap<Trust, usize>| levels.get(&level).copied().unwrap_or_default();
        line(format!("  {:<15}{:>8}{:>8}   {}", level.name(), count(before), count(after), level.meaning()));
    }
    let counted =
        |levels: &BTreeMap<Trust, usize>| levels.iter().map(|(l, n)| (l.name(), *n)).collect::<BTreeMap<_, _>>();
    let json = json!({
        "clean": audit.is_clean(),
        "opinions": audit.opinions.iter().map(|o| json!({
            "address": o.address, "first": o.first, "second": o.second, "agrees": o.agrees(),
            "said": AddressSums::from(o.said), "ledger": AddressSums::from(o.ledger), "newly_agreed": o.confirmed, "missing": o.missing, "extra": o.extra, "elsewhere": o.elsewhere,
        })).collect::<Vec<_>>(),
        "without_opinion": audit.without_opinion,
        "proven": audit.proven,
        "proven_by_floor": audit.by_floor,
        "headers": audit.headers,
        "unproven": audit.unproven.iter().map(|(txid, why)| json!({ "txid": txid.to_string(), "reason": why })).collect::<Vec<_>>(),
        "trust_before": counted(before),
        "trust": counted(after),
        "refused": audit.refused.iter().map(|r| json!({ "txid": r.txid.to_string(), "explorer": r.explorer, "kind": r.kind, "reason": r.reason })).collect::<Vec<_>>(),
        "warnings": audit.warnings,
        "failures": audit.failures.iter().map(|f| json!({ "explorer": f.explorer, "address": f.address, "reason": f.reason })).collect::<Vec<_>>(),
    });
    let mut answer = Answer::new(text, json);
    answer.notes.extend(audit.warnings.iter().map(|w| format!("warning: {w}")));
    answer.notes.extend(audit.refused.iter().map(|r| format!("warning: {r}")));
    answer.notes.extend(audit.failures.iter().map(|f| format!("warning: {f}")));
    answer.failed = !audit.is_clean();
    answer
}
