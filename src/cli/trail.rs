//! The trail as the ledger holds it, for the commands that show it.

use anyhow::Result;

use super::Context;
use crate::domain::{Address, Family, Network};
use crate::store::{Store, TrailStart};
use crate::trace::{self, Graph, GraphBuilder, Labels, PeelChain, Rules, Source, Trail};

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

/// The peel chains among the transactions of a trail.
pub(super) fn chains(graph: &Graph, trail: &Trail) -> Vec<PeelChain> {
    let on_the_way = trail.transactions();
    trace::peel_chains(graph, &|txid| on_the_way.contains(txid))
}
