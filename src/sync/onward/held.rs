use std::collections::HashMap;

use crate::domain::{Address, Network, OutPoint, OutspendStatus, Tx, Txid};
use crate::store::{SharedStore, StoreError, TrailStart};
use crate::trace::{self, Destination, GraphBuilder, Labels, Policy, Rules, Source, Trail};

/// What the ledger holds of a trail. It is read once, and what comes in is added: a round has many steps.
#[derive(Default)]
pub(super) struct Held {
    pub txs: HashMap<Txid, Tx>,
    pub outspends: HashMap<OutPoint, OutspendStatus>,
}

impl Held {
    /// Reads from the ledger what can be reached from there.
    pub async fn read(&mut self, store: &SharedStore, start: TrailStart, network: Network) -> Result<(), StoreError> {
        let (txs, outspends) = store
            .run(move |store| {
                let mut txs = Vec::new();
                let outspends = store.trail(&start, false, network, |tx| txs.push(tx))?;
                Ok((txs, outspends))
            })
            .await?;
        self.txs.extend(txs.into_iter().map(|tx| (tx.txid, tx)));
        self.outspends.extend(outspends);
        Ok(())
    }

    /// The trail, under poison.
    pub fn follow(&self, addresses: &[Address], rules: Rules, labels: Labels<'_>) -> Trail {
        let mut builder = GraphBuilder::new();
        self.txs.values().for_each(|tx| builder.add(tx));
        self.outspends.iter().for_each(|(output, outspend)| builder.say(*output, outspend.clone()));
        let rules = Rules { policy: Policy::Poison, backwards: false, until: None, ..rules };
        trace::follow(&builder.finish(), &Source::Addresses(addresses.iter().cloned().collect()), rules, labels)
    }
}

/// Whether an end may be followed on, whatever becomes of it: within the hops, and not below the smallest amount.
pub(super) fn may_go_on(end: &Destination, rules: Rules) -> bool {
    end.hop.is_none_or(|hop| hop < rules.hops) && end.amount >= rules.min_value
}
