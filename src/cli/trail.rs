//! The trail as the ledger holds it, for the commands that show it.

use anyhow::Result;

use super::Context;
use crate::domain::{Address, Family, Network};
use crate::store::{Store, TrailStart};
use crate::trace::{self, Graph, GraphBuilder, Rules, Source, Trail};

/// Every transaction of the ledger that can be reached from there, and what was said of their outputs.
pub(super) fn graph(store: &Store, start: &TrailStart, backwards: bool, network: Network) -> Result<Graph> {
    let mut builder = GraphBuilder::new();
    let fates = store.trail(start, backwards, network, |tx| builder.add(&tx))?;
    fates.into_iter().for_each(|(output, fate)| builder.say(output, fate));
    Ok(builder.finish())
}

/// Where what was withdrawn from a family went, with the graph it was followed in.
pub(super) fn of_family(context: &Context, store: &Store, family: &Family, rules: Rules) -> Result<(Graph, Trail)> {
    let addresses: Vec<Address> = family.addresses.iter().map(|a| a.address.clone()).collect();
    let graph = graph(store, &TrailStart::Addresses(addresses.clone()), rules.backwards, context.network())?;
    let trail = trace::follow(&graph, &Source::Addresses(addresses.into_iter().collect()), rules, &context.services()?);
    Ok((graph, trail))
}
