//! Addresses that common inputs link to a family's, over everything that the ledger records.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Casebook;
use crate::domain::{Address, Family, Tx};
use crate::figures::Linked;
use crate::trace::{self, GraphBuilder};

/// The linked addresses, and what the database holds of them.
#[derive(Clone, Debug, Default)]
pub struct LinkedAddresses {
    /// Each with the name of the service that its cluster belongs to, if a label in the cluster says so.
    pub addresses: BTreeMap<Address, Option<String>>,
    /// What figures are computed from.
    pub recorded: Linked,
}

/// Widens the family's clusters until no recorded transaction adds an address: each step reads what spends from the addresses
/// that are new. CoinJoins link nothing, nor does a transaction whose inputs are not all told.
pub(super) fn find(book: &Casebook<'_>, family: &Family) -> Result<LinkedAddresses> {
    let own: BTreeSet<Address> = family.addresses.iter().map(|a| a.address.clone()).collect();
    let mut new = own.clone();
    let mut reached = own.clone();
    let mut txs: BTreeMap<_, Tx> = BTreeMap::new();
    let clusters = loop {
        for tx in book.store().spending_from(&new, book.network())? {
            // Whether it is a CoinJoin cannot be seen while somebody's inputs are not told.
            if tx.inputs.iter().all(|input| input.value.is_some()) {
                txs.entry(tx.txid).or_insert(tx);
            }
        }
        let mut builder = GraphBuilder::new();
        txs.values().for_each(|tx| builder.add(tx));
        let mut clusters = trace::clusters(&builder.finish()).members;
        clusters.retain(|members| !members.is_disjoint(&own));
        new = clusters.iter().flatten().filter(|address| !reached.contains(*address)).cloned().collect();
        if new.is_empty() {
            break clusters;
        }
        reached.extend(new.iter().cloned());
    };
    let owners = book.owners()?;
    let mut addresses = BTreeMap::new();
    for members in clusters {
        let service = members.iter().filter_map(&owners).find(|label| label.service).map(|label| label.name);
        let linked = members.into_iter().filter(|address| !own.contains(address));
        addresses.extend(linked.map(|address| (address, service.clone())));
    }
    let of_services = addresses.iter().filter(|(_, service)| service.is_some()).map(|(one, _)| one.clone()).collect();
    let recorded = Linked { ledger: book.store().ledger(addresses.keys())?, of_services };
    Ok(LinkedAddresses { addresses, recorded })
}
