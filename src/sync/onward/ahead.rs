//! Looking for coins of trails in blocks: what spends them is stored with its proof, and what it pays is looked for from
//! there on, also further on in the same block.

use std::collections::{BTreeSet, HashMap};

use super::Trails;
use super::held::{Held, may_go_on};
use crate::domain::{Network, OutPoint, Tx, Txid};
use crate::store::{SharedStore, StoreError, TrailStart};
use crate::trace::{Reason, Stop};

/// A coin that a block makes, with the family on whose trail it is.
pub(in crate::sync) type Made = (String, OutPoint);

/// The trails of the families that blocks brought something to; those of the others are not read.
pub(in crate::sync) struct Ahead<'a> {
    trails: Trails<'a>,
    by_address: HashMap<&'a str, usize>,
    by_name: HashMap<&'a str, usize>,
    held: HashMap<usize, Held>,
}

impl<'a> Ahead<'a> {
    pub fn new(trails: Trails<'a>) -> Self {
        let (mut by_address, mut by_name) = (HashMap::new(), HashMap::new());
        for (at, following) in trails.families.iter().enumerate() {
            by_name.insert(following.family.as_str(), at);
            by_address.extend(following.addresses.iter().map(|address| (address.as_str(), at)));
        }
        Self { trails, by_address, by_name, held: HashMap::new() }
    }

    /// The names of the families.
    pub fn names(&self) -> Vec<String> {
        self.trails.families.iter().map(|following| following.family.clone()).collect()
    }

    /// The family that an address belongs to, if it is followed onward.
    pub fn of_address(&self, address: &str) -> Option<usize> {
        self.by_address.get(address).copied()
    }

    /// The number of a family.
    pub fn of_name(&self, family: &str) -> Option<usize> {
        self.by_name.get(family).copied()
    }

    /// What was read of the trails may not hold any more.
    pub fn forget(&mut self) {
        self.held.clear();
    }

    /// The coins that these transactions of the next block make and that are followed on, by the rules of each of these families.
    /// Their ends are where nobody knows more; the rest is stops, services and CoinJoins among them.
    pub async fn made(
        &mut self,
        store: &SharedStore,
        network: Network,
        families: &BTreeSet<usize>,
        txs: &[Tx],
    ) -> Result<Vec<Made>, StoreError> {
        let in_block: BTreeSet<Txid> = txs.iter().map(|tx| tx.txid).collect();
        for at in families {
            let Some(following) = self.trails.families.get(*at) else { continue };
            if !self.held.contains_key(at) {
                let mut held = Held::default();
                held.read(store, TrailStart::Addresses(following.addresses.clone()), network).await?;
                self.held.insert(*at, held);
            }
        }
        // Payments as well: what spends them later on is known by them.
        for held in self.held.values_mut() {
            for tx in txs {
                // An explorer that told of it while it waited told what its inputs bring, which a block does not.
                let known = held.txs.entry(tx.txid).or_insert_with(|| tx.clone());
                known.state = tx.state;
            }
        }
        let mut out = Vec::new();
        for at in families {
            let (Some(following), Some(held)) = (self.trails.families.get(*at), self.held.get(at)) else { continue };
            let trail = held.follow(&following.addresses, following.rules, self.trails.labels);
            let open = trail.destinations.iter().filter(|end| {
                end.stop == Stop::Unrecorded && end.reason == Some(Reason::NotAsked) && may_go_on(end, following.rules)
            });
            let made = open.filter_map(|end| end.coin).filter(|coin| in_block.contains(&coin.txid));
            out.extend(made.map(|coin| (following.family.clone(), coin)));
        }
        Ok(out)
    }
}
