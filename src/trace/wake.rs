use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::graph::NONE;
use super::{Graph, Stop, Trail};
use crate::domain::{Amount, OutPoint, Time, Txid};

/// A transaction on, or at the end of, a trail that spends coins of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The transaction that spends them.
    pub txid: Txid,
    /// Height of its block.
    pub height: u32,
    /// Time in the block's header.
    pub time: Time,
    /// The coins of the trail that it spends, with the transactions that made them.
    pub coins: Vec<OutPoint>,
    /// Tainted satoshis in them.
    pub amount: Amount,
    /// How long the longest of them had not moved; zero where header times run backwards.
    pub rest: TimeDelta,
    /// The transaction that made that coin.
    pub parent: Txid,
    /// Hop of the transaction: one more than that of the nearest coin's.
    pub hop: u32,
}

/// Every transaction in a block that spends coins which a trail came through or ended at, by txid. What belongs to a service, or
/// came back to where it left, is no longer part of the trail. Only forwards, and only up to `until`, if it is given.
pub fn moves(graph: &Graph, trail: &Trail, until: Option<Time>) -> Vec<Move> {
    let mut found: BTreeMap<Txid, Move> = BTreeMap::new();
    for hop in &trail.hops {
        let Some(made) = hop.time else { continue };
        for arrival in &hop.arrivals {
            if matches!(arrival.stop, Some(Stop::Service | Stop::Returned)) {
                continue;
            }
            let Some(coin) = arrival.coin else { continue };
            let Some((txid, height, time)) = graph.spender(&coin) else { continue };
            if until.is_some_and(|until| time > until) {
                continue;
            }
            let rest = (time - made).max(TimeDelta::zero());
            let row = found.entry(txid).or_insert_with(|| Move {
                txid,
                height,
                time,
                coins: Vec::new(),
                amount: Amount::ZERO,
                rest,
                parent: hop.txid,
                hop: hop.hop + 1,
            });
            row.coins.push(coin);
            row.amount = super::trail::sum([row.amount, arrival.amount].into_iter());
            row.hop = row.hop.min(hop.hop + 1);
            // Of two that rested equally long the smaller txid, so that the order of hops does not matter.
            if (rest, std::cmp::Reverse(hop.txid)) > (row.rest, std::cmp::Reverse(row.parent)) {
                (row.rest, row.parent) = (rest, hop.txid);
            }
        }
    }
    found.into_values().collect()
}

impl Graph {
    /// The transaction in a block that spends this coin, as far as it is recorded.
    fn spender(&self, coin: &OutPoint) -> Option<(Txid, u32, Time)> {
        let spender = self.outputs[self.output_id(coin)? as usize].spender;
        let tx = self.inputs.get(spender as usize).filter(|_| spender != NONE)?.tx;
        let (height, time) = self.block(tx)?;
        Some((self.txid(tx), height, time))
    }
}
