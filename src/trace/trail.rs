use std::collections::{BTreeMap, BTreeSet};

use super::{LabelInfo, Policy, Reason, Stop};
use crate::domain::{Address, Amount, OutPoint, Time, Txid};

/// Where coins went, or came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// The assumption.
    pub policy: Policy,
    /// Where they came from, as against where they went.
    pub backwards: bool,
    /// Coins that were followed.
    pub coins: usize,
    /// What they hold, what returned in the same transaction left out.
    pub source: Amount,
    /// Tainted satoshis that went to miners. Backwards there are none.
    pub fees: Amount,
    /// Where paths end, by stop, the largest first.
    pub destinations: Vec<Destination>,
    /// The transactions on the way that moved tainted satoshis, by hop, block and txid.
    pub hops: Vec<Hop>,
}

/// The end of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// How it ends.
    pub stop: Stop,
    /// Why exactly, where the stop leaves it open.
    pub reason: Option<Reason>,
    /// Who the address belongs to, where a label says so, whether or not that made the stop.
    pub label: Option<LabelInfo>,
    /// The address, if there is one and it is told.
    pub address: Option<Address>,
    /// The coin; `None` backwards, where a transaction is not told to spend it.
    pub coin: Option<OutPoint>,
    /// Tainted satoshis in it.
    pub amount: Amount,
    /// All satoshis in it; `None` where nobody told.
    pub value: Option<Amount>,
    /// Hop of the transaction that it comes out of; `None` where the coin is one of those followed.
    pub hop: Option<u32>,
    /// That transaction.
    pub via: Option<Txid>,
}

/// A transaction on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The shortest distance from the source; a withdrawal is 0.
    pub hop: u32,
    /// The transaction.
    pub txid: Txid,
    /// Height of its block.
    pub height: Option<u32>,
    /// Time in the block's header.
    pub time: Option<Time>,
    /// Tainted satoshis that went in.
    pub amount: Amount,
    /// Of them to miners.
    pub fee: Amount,
    /// The transaction that most of them came from; `None` where that is the source.
    pub parent: Option<Txid>,
    /// The coins that they went to.
    pub arrivals: Vec<Arrival>,
}

/// A coin that tainted satoshis went to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The coin; `None` where it is not told.
    pub coin: Option<OutPoint>,
    /// Its address, if there is one and it is told.
    pub address: Option<Address>,
    /// All satoshis in it.
    pub value: Amount,
    /// Tainted satoshis in it.
    pub amount: Amount,
    /// How the path ends here, if it does.
    pub stop: Option<Stop>,
    /// The transaction that they go into next, where the path goes on.
    pub next: Option<Txid>,
}

impl Destination {
    /// The row that it counts for: the category of the service, or the name of the stop.
    pub fn category(&self) -> &str {
        match (&self.stop, &self.label) {
            (Stop::Service, Some(label)) => &label.category,
            _ => self.stop.name(),
        }
    }
}

impl Trail {
    /// What arrived: all destinations together.
    pub fn arrived(&self) -> Amount {
        sum(self.destinations.iter().map(|destination| destination.amount))
    }

    /// Whether what went in is what arrived plus fees, to the satoshi. Never asked of poison.
    pub fn adds_up(&self) -> bool {
        self.arrived().checked_add(self.fees) == Some(self.source)
    }

    /// The transactions on the way.
    pub fn transactions(&self) -> BTreeSet<Txid> {
        self.hops.iter().map(|hop| hop.txid).collect()
    }

    /// Time of the last block on the way.
    pub fn last_time(&self) -> Option<Time> {
        self.hops.iter().filter_map(|hop| hop.time).max()
    }

    /// Ends at which the record breaks off, and what is there: spent or not.
    pub fn unrecorded(&self) -> (usize, Amount) {
        let ends = || self.destinations.iter().filter(|end| end.stop == Stop::Unrecorded);
        (ends().count(), sum(ends().map(|end| end.amount)))
    }

    /// Satoshis by category, `fees` among them.
    pub fn by_category(&self) -> BTreeMap<&str, Amount> {
        let mut out: BTreeMap<&str, Amount> = BTreeMap::new();
        for destination in &self.destinations {
            let row = out.entry(destination.category()).or_default();
            *row = sum([*row, destination.amount].into_iter());
        }
        if !self.backwards {
            out.insert("fees", self.fees);
        }
        out
    }

    /// The transactions that lead to each destination, in their order, the source's first: at each the one that most tainted satoshis came from.
    pub fn paths(&self) -> Vec<Vec<Txid>> {
        let ways = self.ways();
        self.destinations.iter().map(|end| end.via.map_or(Vec::new(), |via| ways.to(via))).collect()
    }

    /// Where each transaction on the way came from, for those who want many paths.
    pub fn ways(&self) -> Ways {
        Ways { parents: self.hops.iter().map(|hop| (hop.txid, hop.parent)).collect() }
    }
}

/// Where each transaction of a trail came from.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    parents: BTreeMap<Txid, Option<Txid>>,
}

impl Ways {
    /// The transactions that lead to one of the trail's, the source's first and itself last; empty where it is not on the trail.
    pub fn to(&self, txid: Txid) -> Vec<Txid> {
        let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
        let mut at = Some(txid);
        while let Some(txid) = at.filter(|txid| self.parents.contains_key(txid) && seen.insert(*txid)) {
            out.push(txid);
            at = self.parents.get(&txid).copied().flatten();
        }
        out.reverse();
        out
    }
}

/// Under poison the same coin counts many times: such a sum stays at the largest number there is.
pub(super) fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    amounts.fold(Amount::ZERO, |sum, amount| Amount::from_sat(sum.to_sat().saturating_add(amount.to_sat())))
}
