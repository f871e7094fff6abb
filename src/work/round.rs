//! One round, and what is written down of it.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{Context, Plan};
use crate::domain::{Address, Family, Follow, Time, format};
use crate::explorer::Explorer;
use crate::http::HostStatistics;
use crate::store::{ExplorerRecord, RoundRecord, SharedStore};
use crate::sync::{self, AddressRound, End, Followed, Onward, Options, Progress, Round};

/// A round, and what following withdrawals onward in it did.
#[derive(Debug)]
pub struct Made {
    /// The round.
    pub round: Round,
    /// What following did, by family.
    pub onward: Vec<(String, Onward)>,
}

/// How a round is made, as configured.
pub fn options(context: &Context, follow: Follow) -> Options<'static> {
    let (recheck, max_pages) = (context.config.recheck, context.max_pages());
    Options { now: (context.clock)(), follow, recheck, max_pages, trails: None }
}

/// One round over these families, with the coins of the plan followed, written down with what the explorers were like.
pub async fn round(
    store: &SharedStore,
    explorers: &[Explorer],
    families: &[&Family],
    options: Options<'_>,
    plan: Option<&Plan>,
    progress: Progress<'_>,
    clock: fn() -> Time,
) -> Result<Made> {
    let mirrored: Vec<Family> = families.iter().map(|family| (*family).clone()).collect();
    store.run(move |store| mirrored.iter().try_for_each(|family| store.watch(family))).await?;
    let addresses: Vec<Address> = families.iter().flat_map(|f| f.watched().map(|a| a.address.clone())).collect();
    let options = Options { trails: plan.map(Plan::trails), ..options };
    let made = sync::round(store, explorers, &addresses, options, progress).await;
    let followed = match (&made, plan.filter(|plan| plan.asks())) {
        (Ok(round), Some(plan)) => {
            let turns = plan.turns(options, round.follow == Followed::Blocks);
            sync::onward(store, explorers, plan.trails(), turns, options.now).await
        }
        _ => Ok(Vec::new()),
    };
    let ended_at = clock();
    let statistics = take_statistics(explorers);
    let requests = statistics.values().map(|s| s.requests).sum();
    let seen = explorer_records(explorers, &statistics, ended_at);
    let round = made?;
    let mut record = record(&round, options.now, ended_at, requests);
    record.new_transactions += followed.iter().flatten().map(|(_, done)| done.new).sum::<usize>();
    store
        .run(move |store| {
            store.record_explorers(&seen)?;
            store.record_round(&record)
        })
        .await?;
    Ok(Made { round, onward: followed? })
}

/// What the hosts did since this was last asked, by host.
fn take_statistics(explorers: &[Explorer]) -> BTreeMap<String, HostStatistics> {
    let http = explorers.iter().find_map(Explorer::http);
    let taken = http.map(|http| http.take_statistics()).unwrap_or_default();
    taken.into_iter().map(|one| (one.host.clone(), one)).collect()
}

fn explorer_records(
    explorers: &[Explorer],
    statistics: &BTreeMap<String, HostStatistics>,
    now: Time,
) -> Vec<ExplorerRecord> {
    let mut hosts: BTreeMap<String, ()> = BTreeMap::new();
    let mut records = Vec::new();
    for explorer in explorers {
        let (Some(base), place) = (explorer.base(), explorer.place()) else { continue };
        // Two explorers on one host share its statistics: they are the first one's.
        let shared = hosts.insert(place.clone(), ()).is_some();
        let Some(one) = statistics.get(&place).filter(|_| !shared) else { continue };
        let failed = one.refusals + one.failures > 0;
        records.push(ExplorerRecord {
            name: explorer.name().to_owned(),
            dialect: explorer.dialect().to_owned(),
            base,
            requests: one.requests,
            answered: one.answered,
            refusals: one.refusals,
            failures: one.failures,
            latency_ms: u64::try_from(one.latency_total.as_millis()).unwrap_or(u64::MAX),
            last_answer_at: (one.answered > 0).then_some(now),
            last_failure_at: failed.then_some(now),
            last_failure: one.last_failure.clone().filter(|_| failed),
            resting_until: one.resting_for.and_then(|rest| Some(now + chrono::TimeDelta::from_std(rest).ok()?)),
        });
    }
    records
}

fn record(round: &Round, started_at: Time, ended_at: Time, requests: u64) -> RoundRecord {
    let unreconciled = round.addresses.iter().filter(|a| !a.end.is_whole()).count();
    RoundRecord {
        started_at,
        ended_at,
        follow: round.follow.name().to_owned(),
        addresses: round.addresses.len() + round.in_blocks,
        blocks: round.blocks,
        requests,
        new_transactions: round.new_transactions(),
        unreconciled,
        not_asked: round.not_asked.len(),
        refused: round.refused.len(),
        tip: round.tip,
        failures: round.failures.iter().map(ToString::to_string).collect(),
    }
}

/// What is said of an address whose history was not read to its end.
pub fn unfinished(one: &AddressRound) -> Option<String> {
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
