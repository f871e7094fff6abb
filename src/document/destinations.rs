use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::btc;
use crate::domain::{Address, Amount, OutPoint, Txid};
use crate::figures;
use crate::trace::{self, Ends};

/// Where followed coins are.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Destinations {
    /// How mixed coins were told apart: fifo, haircut or poison.
    pub policy: &'static str,
    /// What went in is what arrived plus fees; under poison the same coin counts many times.
    pub conserves: bool,
    /// Where they came from, as against where they went.
    pub backwards: bool,
    /// Coins that were followed.
    pub coins: usize,
    /// What they hold.
    pub source_sats: u64,
    /// What of it went to miners.
    pub fees_sats: u64,
    /// What arrived: all destinations together.
    pub arrived_sats: u64,
    /// What of it the record tells no more of: spent or not.
    pub unrecorded_sats: u64,
    /// Satoshis by category of service or name of the stop, `fees` among them.
    pub by_category: BTreeMap<String, u64>,
    /// The same with shares, the largest first, fees last.
    pub shares: Vec<Share>,
    /// The same by service, or by how paths end.
    pub ends: Vec<TrailEnd>,
    /// Where paths end, by stop, the largest first.
    pub destinations: Vec<Destination>,
}

/// A part of what was followed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Share {
    /// Category of service, name of the stop, or `fees`.
    pub category: String,
    /// Satoshis.
    pub sats: u64,
    /// The same in bitcoin.
    pub btc: String,
    /// In print, of all that was followed: `14.0 %`; null where what arrives is not what went in.
    pub share: Option<String>,
}

/// Coins that ended in the same way at the same place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrailEnd {
    /// In print: `HitBTC`, `12 other services`, `unspent`.
    pub destination: String,
    /// What became of them: service, mixer, or the name of the stop.
    pub kind: &'static str,
    /// What kind of business it is; null where that is no service's name.
    pub category: Option<String>,
    /// How many coins; of fees there are none.
    pub coins: usize,
    /// Satoshis that came from there.
    pub sats: u64,
    /// The same in bitcoin.
    pub btc: String,
    /// In print, of all that was followed: `14.0 %`; null where what arrives is not what went in.
    pub share: Option<String>,
}

/// The end of a path.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Destination {
    /// How it ends.
    pub stop: &'static str,
    /// Why exactly, where the stop leaves it open.
    pub reason: Option<String>,
    /// Whose the address is, where a label says so, whether or not that made the stop.
    pub label: Option<String>,
    /// What they are: exchange, swap service, mixer.
    pub label_category: Option<String>,
    /// What it counts for: the category of the service, or the name of the stop.
    pub category: String,
    /// The address, if there is one and it is told.
    #[schemars(with = "Option<String>")]
    pub address: Option<Address>,
    /// The transaction that made the coin; null backwards, where none is told to spend it.
    pub txid: Option<String>,
    /// Which output of it.
    pub vout: Option<u32>,
    /// What of the coin came from there.
    pub sats: u64,
    /// All that the coin holds; null where nobody told.
    pub value_sats: Option<u64>,
    /// Hop of the transaction that it comes out of; null where the coin is one of those followed.
    pub hop: Option<u32>,
    /// The txids that lead to it, the source's first.
    pub path: Vec<String>,
}

impl Destinations {
    /// Where the coins of this trail are.
    pub fn of(trail: &trace::Trail) -> Self {
        let categories = trail.by_category();
        let mut order: Vec<(&str, Amount)> = categories.iter().map(|(name, amount)| (*name, *amount)).collect();
        order.sort_by_key(|(name, amount)| (*name == "fees", std::cmp::Reverse(*amount), *name));
        let share = |(name, amount): (&str, Amount)| Share {
            category: name.to_owned(),
            sats: amount.to_sat(),
            btc: btc(amount),
            share: share_of(amount, trail),
        };
        let ends = trail.destinations.iter().zip(trail.paths());
        Self {
            policy: trail.policy.name(),
            conserves: trail.policy.conserves(),
            backwards: trail.backwards,
            coins: trail.coins,
            source_sats: trail.source.to_sat(),
            fees_sats: trail.fees.to_sat(),
            arrived_sats: trail.arrived().to_sat(),
            unrecorded_sats: trail.unrecorded().1.to_sat(),
            shares: order.into_iter().map(share).collect(),
            by_category: categories.iter().map(|(name, amount)| ((*name).to_owned(), amount.to_sat())).collect(),
            ends: Ends::all(trail).list.iter().map(|end| TrailEnd::of(end, trail)).collect(),
            destinations: ends.map(|(end, path)| Destination::of(end, &path)).collect(),
        }
    }
}

impl TrailEnd {
    /// Such an end of this trail.
    pub fn of(end: &trace::End, trail: &trace::Trail) -> Self {
        Self {
            destination: end.name.clone(),
            kind: end.kind.name(),
            category: end.category.clone(),
            coins: end.coins,
            sats: end.amount.to_sat(),
            btc: btc(end.amount),
            share: share_of(end.amount, trail),
        }
    }
}

fn share_of(amount: Amount, trail: &trace::Trail) -> Option<String> {
    trail.policy.conserves().then(|| figures::percent(amount, trail.source))
}

impl Destination {
    fn of(end: &trace::Destination, path: &[Txid]) -> Self {
        let (txid, vout) = parts(end.coin.as_ref());
        Self {
            stop: end.stop.name(),
            reason: end.reason.as_ref().map(ToString::to_string),
            label: end.label.as_ref().map(|label| label.name.clone()),
            label_category: end.label.as_ref().map(|label| label.category.clone()),
            category: end.category().to_owned(),
            address: end.address.clone(),
            txid,
            vout,
            sats: end.amount.to_sat(),
            value_sats: end.value.map(Amount::to_sat),
            hop: end.hop,
            path: path.iter().map(Txid::to_string).collect(),
        }
    }

    /// In print: the output, as far as it is told.
    pub fn coin(&self) -> Option<String> {
        self.txid.as_ref().zip(self.vout).map(|(txid, vout)| format!("{txid}:{vout}"))
    }
}

pub(super) fn parts(coin: Option<&OutPoint>) -> (Option<String>, Option<u32>) {
    (coin.map(|coin| coin.txid.to_string()), coin.map(|coin| coin.vout))
}
