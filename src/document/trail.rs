use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::Timestamp;
use super::destinations::{Destinations, parts};
use crate::domain::{Address, Amount, Caveat, OutPoint, Txid};
use crate::trace::{self, ChangeLink, Clusters, PeelChain};

/// Where coins went, or came from: sums and destinations, every transaction on the way, and what is guessed beside it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Trail {
    /// What was followed.
    #[serde(flatten)]
    pub subject: TrailSubject,
    /// Nothing after this moment counts; null where everything does.
    pub as_of: Option<Timestamp>,
    /// The moment to which the ledger is complete; null where that is not known.
    pub recorded_to: Option<Timestamp>,
    /// How far coins were followed.
    pub limits: TrailLimits,
    /// Where they are.
    #[serde(flatten)]
    pub destinations: Destinations,
    /// The transactions on the way, by hop, block and txid.
    pub hops: Vec<TrailHop>,
    /// Wallets that the change of their withdrawals links; a guess.
    pub links: Vec<TrailLink>,
    /// Chains of transactions that each peel a small coin off; a guess.
    pub peel_chains: Vec<TrailChain>,
    /// Addresses that were spent from together; a guess, and null where nobody asked for it.
    #[schemars(with = "Option<Vec<BTreeSet<String>>>")]
    pub clusters: Option<Vec<BTreeSet<Address>>>,
    /// What a reader must know before printing a number.
    pub caveats: Vec<Caveat>,
}

/// What is followed: a family, an address, a transaction, or one output of it.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct TrailSubject {
    /// Name of the family: what was withdrawn from it.
    pub family: Option<String>,
    /// The address: what left it.
    #[schemars(with = "Option<String>")]
    pub address: Option<Address>,
    /// The transaction.
    pub txid: Option<String>,
    /// Which output of it; null for all.
    pub vout: Option<u32>,
}

/// How far coins are followed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrailLimits {
    /// So many hops from the source.
    pub hops: u32,
    /// Amounts below it are not followed on.
    pub min_value_sats: u64,
    /// A transaction with more outputs is not followed into.
    pub fan_out: usize,
}

/// A transaction on the way.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrailHop {
    /// The shortest distance from the source; a withdrawal is 0.
    pub hop: u32,
    /// The transaction.
    pub txid: String,
    /// Height of its block.
    pub block_height: Option<u32>,
    /// Time in the block's header.
    pub block_time: Option<Timestamp>,
    /// Followed satoshis that went in.
    pub sats: u64,
    /// Of them to miners.
    pub fee_sats: u64,
    /// The transaction that most of them came from; null where that is the source.
    pub parent: Option<String>,
    /// The coins that they went to.
    pub coins: Vec<TrailCoin>,
}

/// A coin that followed satoshis went to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrailCoin {
    /// The transaction that made it.
    pub txid: Option<String>,
    /// Which output of it.
    pub vout: Option<u32>,
    /// Its address, if there is one and it is told.
    #[schemars(with = "Option<String>")]
    pub address: Option<Address>,
    /// Followed satoshis in it.
    pub sats: u64,
    /// All that it holds.
    pub value_sats: u64,
    /// How the path ends here, if it does.
    pub stop: Option<&'static str>,
}

/// Wallets that no transaction spends from together, and the change of whose withdrawals one does.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrailLink {
    /// What links them: `withdrawals-change`.
    pub kind: &'static str,
    /// The transaction that spends the change.
    pub txid: String,
    /// The withdrawals.
    pub withdrawals: Vec<String>,
    /// The wallets.
    #[schemars(with = "BTreeSet<String>")]
    pub wallets: BTreeSet<Address>,
}

/// A peel chain.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrailChain {
    /// The transactions, in order.
    pub txids: Vec<String>,
    /// What was peeled off.
    pub sats: u64,
    /// The coins peeled off, one a transaction.
    pub peels: Vec<Peel>,
}

/// A coin that was peeled off.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Peel {
    /// The transaction.
    pub txid: String,
    /// Which output.
    pub vout: u32,
    /// Satoshis.
    pub sats: u64,
}

impl Trail {
    /// The document of a trail with all that is told beside it.
    pub fn of(followed: &trace::Followed, subject: TrailSubject) -> Self {
        let rules = followed.rules;
        Self {
            subject,
            as_of: rules.until.map(Timestamp),
            recorded_to: followed.recorded_to.map(Timestamp),
            limits: TrailLimits { hops: rules.hops, min_value_sats: rules.min_value.to_sat(), fan_out: rules.fan_out },
            destinations: Destinations::of(&followed.trail),
            hops: followed.trail.hops.iter().map(TrailHop::from).collect(),
            links: followed.links.iter().map(TrailLink::from).collect(),
            peel_chains: followed.chains.iter().map(TrailChain::from).collect(),
            clusters: followed.clusters.as_ref().map(|Clusters { members }| members.clone()),
            caveats: followed.caveats(),
        }
    }
}

impl TrailSubject {
    /// A family.
    pub fn family(name: &str) -> Self {
        Self { family: Some(name.to_owned()), ..Self::default() }
    }
}

impl From<&trace::Hop> for TrailHop {
    fn from(hop: &trace::Hop) -> Self {
        Self {
            hop: hop.hop,
            txid: hop.txid.to_string(),
            block_height: hop.height,
            block_time: hop.time.map(Timestamp),
            sats: hop.amount.to_sat(),
            fee_sats: hop.fee.to_sat(),
            parent: hop.parent.map(|txid| txid.to_string()),
            coins: hop.arrivals.iter().map(TrailCoin::from).collect(),
        }
    }
}

impl From<&trace::Arrival> for TrailCoin {
    fn from(arrival: &trace::Arrival) -> Self {
        let ((txid, vout), address) = (parts(arrival.coin.as_ref()), arrival.address.clone());
        let (sats, value_sats) = (arrival.amount.to_sat(), arrival.value.to_sat());
        Self { txid, vout, address, sats, value_sats, stop: arrival.stop.map(|stop| stop.name()) }
    }
}

impl From<&ChangeLink> for TrailLink {
    fn from(link: &ChangeLink) -> Self {
        let withdrawals = link.withdrawals.iter().map(Txid::to_string).collect();
        Self { kind: "withdrawals-change", txid: link.txid.to_string(), withdrawals, wallets: link.wallets.clone() }
    }
}

impl From<&PeelChain> for TrailChain {
    fn from(chain: &PeelChain) -> Self {
        let peel = |(coin, amount): &(OutPoint, Amount)| Peel {
            txid: coin.txid.to_string(),
            vout: coin.vout,
            sats: amount.to_sat(),
        };
        let txids = chain.txids.iter().map(Txid::to_string).collect();
        let sats = chain.peels.iter().map(|(_, amount)| amount.to_sat()).sum();
        Self { txids, sats, peels: chain.peels.iter().map(peel).collect() }
    }
}
