//! The trail as the ledger holds it, for the commands that show it.

use anyhow::Result;

use super::Context;
use crate::domain::{Address, Amount, Family, Network, format};
use crate::store::{Store, TrailStart};
use crate::trace::{self, Graph, GraphBuilder, Labels, PeelChain, Rules, Source, Stop, Trail};

/// Every transaction of the ledger that can be reached from there, and what was said of their outputs.
pub(super) fn graph(store: &Store, start: &TrailStart, backwards: bool, network: Network) -> Result<Graph> {
    let mut builder = GraphBuilder::new();
    let fates = store.trail(start, backwards, network, |tx| builder.add(&tx))?;
    fates.into_iter().for_each(|(output, fate)| builder.say(output, fate));
    Ok(builder.finish())
}

/// Where what was withdrawn from a family went, with the graph it was followed in.
pub(super) fn of_family(context: &Context, store: &Store, family: &Family, rules: Rules) -> Result<(Graph, Trail)> {
    of_family_in(store, family, rules, context.network(), &context.services()?)
}

/// The same on this network and with these labels, whatever is configured.
pub(super) fn of_family_in(
    store: &Store,
    family: &Family,
    rules: Rules,
    network: Network,
    labels: Labels<'_>,
) -> Result<(Graph, Trail)> {
    let addresses: Vec<Address> = family.addresses.iter().map(|a| a.address.clone()).collect();
    let graph = graph(store, &TrailStart::Addresses(addresses.clone()), rules.backwards, network)?;
    let trail = trace::follow(&graph, &Source::Addresses(addresses.into_iter().collect()), rules, labels);
    Ok((graph, trail))
}

/// Says where the record of a trail ends without telling what became of the coins; `None` where it does not.
pub(super) fn breaks_off(trail: &Trail) -> Option<String> {
    let ends = trail.destinations.iter().filter(|end| end.stop == Stop::Unrecorded);
    let (count, sats) = ends.fold((0, 0_u64), |(n, sum), end| (n + 1, sum.saturating_add(end.amount.to_sat())));
    if count == 0 || trail.backwards {
        return None;
    }
    let (ends, amount) = (format::count(count, "end", "ends"), format::btc(Amount::from_sat(sats), 8));
    Some(format!(
        "the record breaks off at {ends} with {amount} BTC, which may be spent or not; ransomtrail sync --onward asks on"
    ))
}

/// The peel chains among the transactions of a trail.
pub(super) fn chains(graph: &Graph, trail: &Trail) -> Vec<PeelChain> {
    let on_the_way = trail.transactions();
    trace::peel_chains(graph, &|txid| on_the_way.contains(txid))
}
