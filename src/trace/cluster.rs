//! Guesses about who owns addresses together. They are shown beside a trail, and are no part of its sums.

use std::collections::{BTreeMap, BTreeSet};

use super::coinjoin::kind;
use super::graph::{Graph, NONE, index};
use crate::domain::{Address, Txid};

/// Addresses that were spent from together, so that one owner held the keys of all: the multi-input rule. CoinJoins, where
/// strangers spend together, are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clusters {
    /// The members of each, more than one, in order; clusters by their first member.
    pub members: Vec<BTreeSet<Address>>,
}

impl Clusters {
    /// The cluster that an address belongs to, if it is in one.
    pub fn of(&self, address: &Address) -> Option<&BTreeSet<Address>> {
        self.members.iter().find(|members| members.contains(address))
    }
}

/// Finds the clusters of a graph.
pub fn clusters(graph: &Graph) -> Clusters {
    let mut owner: Vec<u32> = (0..index(graph.address_count())).collect();
    for tx in graph.tx_ids() {
        let mut together = graph.inputs_of(tx).iter().map(|input| input.address).filter(|address| *address != NONE);
        let Some(first) = together.next() else { continue };
        let others: Vec<u32> = together.filter(|other| *other != first).collect();
        if others.is_empty() || kind(graph, tx).is_some() {
            continue;
        }
        for other in others {
            let (one, two) = (find(&mut owner, first), find(&mut owner, other));
            owner[one.max(two) as usize] = one.min(two);
        }
    }
    let mut members: BTreeMap<u32, BTreeSet<Address>> = BTreeMap::new();
    for id in 0..index(owner.len()) {
        if let Some(address) = graph.address(id) {
            members.entry(find(&mut owner, id)).or_default().insert(address.clone());
        }
    }
    let mut members: Vec<_> = members.into_values().filter(|members| members.len() > 1).collect();
    members.sort();
    Clusters { members }
}

/// The first member known so far; paths are halved on the way.
fn find(owner: &mut [u32], mut id: u32) -> u32 {
    while owner[id as usize] != id {
        owner[id as usize] = owner[owner[id as usize] as usize];
        id = owner[id as usize];
    }
    id
}

/// Wallets that no transaction spends from together, linked all the same: the change of their withdrawals was spent
/// together. A kind of its own, weaker than a common input and stronger than a common counterparty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeLink {
    /// The transaction that spends the change.
    pub txid: Txid,
    /// The withdrawals whose change it spends.
    pub withdrawals: BTreeSet<Txid>,
    /// The wallets that those withdrawals spent from.
    pub wallets: BTreeSet<Address>,
}

/// Finds transactions that spend change of withdrawals from two or more of these addresses. Change is any output of a
/// withdrawal but the largest; whether it is change in truth is a guess. CoinJoins link nothing.
pub fn change_links(graph: &Graph, own: &BTreeSet<Address>) -> Vec<ChangeLink> {
    let own: BTreeSet<u32> = own.iter().filter_map(|address| graph.address_id(address)).collect();
    let wallets = |tx: u32| -> BTreeSet<u32> {
        let addresses = graph.inputs_of(tx).iter().map(|input| input.address);
        addresses.filter(|address| own.contains(address)).collect()
    };
    let is_change = |tx: u32, at: u32| {
        let largest = graph.output_range(tx).zip(graph.outputs_of(tx)).max_by_key(|(at, output)| (output.sats, *at));
        largest.is_some_and(|(largest, _)| largest != at)
    };
    let mut out = Vec::new();
    for tx in graph.tx_ids() {
        let mut link = (BTreeSet::new(), BTreeSet::new());
        for input in graph.inputs_of(tx).iter().filter(|input| input.output != NONE && !own.contains(&input.address)) {
            let from = wallets(input.prev);
            if !from.is_empty() && is_change(input.prev, input.output) {
                link.0.insert(graph.txid(input.prev));
                link.1.extend(from);
            }
        }
        if link.0.len() > 1 && link.1.len() > 1 && kind(graph, tx).is_none() {
            let wallets = link.1.iter().filter_map(|id| graph.address(*id).cloned()).collect();
            out.push(ChangeLink { txid: graph.txid(tx), withdrawals: link.0, wallets });
        }
    }
    out.sort_by_key(|link| link.txid);
    out
}
