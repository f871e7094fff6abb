//! Following itself, in two passes: which transactions can be reached under the limits, by shortest distance; then each of
//! them once, when everything that flows into it is known. Neither depends on the order in which anything was recorded.

use hashbrown::HashMap;
use std::collections::VecDeque;

use super::coinjoin::kind;
use super::graph::{Graph, NONE};
use super::policy::{Taint, share};
use super::trail::sum;
use super::way::{Coin, Way};
use super::{Arrival, CoinJoin, Destination, Hop, LabelInfo, Labels, Policy, Reason, Rules, Source, Stop, Trail};
use crate::domain::{Amount, OutspendStatus};

/// Follows coins until every path has ended. Labels say where services begin.
pub fn follow(graph: &Graph, source: &Source, rules: Rules, labels: Labels<'_>) -> Trail {
    let way = Way::new(graph, source, rules);
    let (sources, first_hop) = way.sources(source);
    let size = graph.count();
    let mut flow = Flow {
        way,
        labels,
        sources,
        first_hop,
        hops: vec![NONE; size],
        pending: vec![0; size],
        taints: HashMap::new(),
        label_of: HashMap::new(),
        kind_of: HashMap::new(),
        fees: 0,
        destinations: Vec::new(),
        rows: Vec::new(),
    };
    flow.reach();
    flow.pour();
    flow.trail()
}

/// How a path ends, and why.
type End = (Stop, Option<Reason>);

struct Flow<'g, 'l> {
    way: Way<'g>,
    labels: Labels<'l>,
    sources: HashMap<Coin, u64>,
    first_hop: u32,
    /// By transaction the shortest distance; `NONE` where it is not reached.
    hops: Vec<u32>,
    /// By transaction how many coins that flow into it are not known yet.
    pending: Vec<u32>,
    /// Coins on their way, and how much of each is tainted.
    taints: HashMap<Coin, Taint>,
    label_of: HashMap<u32, Option<LabelInfo>>,
    kind_of: HashMap<u32, Option<CoinJoin>>,
    fees: u64,
    destinations: Vec<Destination>,
    rows: Vec<Hop>,
}

impl Flow<'_, '_> {
    /// Finds the transactions within the hops, level by level, and counts what flows into each.
    fn reach(&mut self) {
        let mut queue = VecDeque::new();
        let mut sources: Vec<Coin> = self.sources.keys().copied().collect();
        sources.sort_unstable();
        for coin in sources {
            if let Ok(next) = self.onward(coin)
                && self.first_hop <= self.way.rules.hops
                && self.hops[next as usize] == NONE
            {
                self.hops[next as usize] = self.first_hop;
                queue.push_back(next);
            }
        }
        let mut reached = Vec::new();
        while let Some(tx) = queue.pop_front() {
            reached.push(tx);
            let hop = self.hops[tx as usize];
            if hop == self.way.rules.hops {
                continue;
            }
            for coin in self.way.right(tx) {
                if let Ok(next) = self.onward(coin)
                    && !self.sources.contains_key(&coin)
                    && self.hops[next as usize] == NONE
                {
                    self.hops[next as usize] = hop + 1;
                    queue.push_back(next);
                }
            }
        }
        for tx in reached {
            for coin in self.way.right(tx) {
                if let Some(next) = self.flows_into(coin) {
                    self.pending[next as usize] += 1;
                }
            }
        }
    }

    /// The reached transaction that a coin coming out of another one flows into.
    fn flows_into(&mut self, coin: Coin) -> Option<u32> {
        let next = self.onward(coin).ok()?;
        (self.hops[next as usize] != NONE && !self.sources.contains_key(&coin)).then_some(next)
    }

    /// The transaction that a coin goes into, or why its path ends here whatever the amount.
    fn onward(&mut self, coin: Coin) -> Result<u32, End> {
        let is_source = self.sources.contains_key(&coin);
        if !is_source && self.way.is_own(coin) {
            return Err((Stop::Returned, None));
        }
        if !is_source && self.label(coin).is_some_and(|label| label.service) {
            return Err((Stop::Service, None));
        }
        let Some(next) = self.way.next(coin) else { return Err(self.end_of_record(coin)) };
        let txid = self.way.graph.txid(next);
        if !self.way.is_visible(next) {
            return Err(match self.way.graph.block(next) {
                Some(_) => (Stop::Unspent, Some(Reason::SpentLater(txid))),
                None => (Stop::Unrecorded, Some(Reason::Waiting(txid))),
            });
        }
        if let Some(kind) = self.coinjoin(next) {
            return Err((Stop::CoinJoin, Some(Reason::CoinJoin(kind, txid))));
        }
        let range =
            if self.way.rules.backwards { self.way.graph.input_range(next) } else { self.way.graph.output_range(next) };
        if range.len() > self.way.rules.fan_out {
            return Err((Stop::FanOut, Some(Reason::FanOut(range.len(), txid))));
        }
        if self.way.graph.fee(next).is_none() {
            return Err((Stop::Unrecorded, Some(Reason::ValueUnknown(txid))));
        }
        Ok(next)
    }

    fn end_of_record(&self, coin: Coin) -> End {
        if self.way.is_mined(coin) {
            return (Stop::Mined, None);
        }
        if self.way.rules.backwards {
            return (Stop::Unrecorded, Some(Reason::MakerUnrecorded));
        }
        match self.way.graph.outspend(coin) {
            Some(OutspendStatus::Unspent { explorer, at }) => {
                (Stop::Unspent, Some(Reason::SaidUnspent(explorer.clone(), *at)))
            }
            Some(OutspendStatus::SpentBy(txid)) => (Stop::Unrecorded, Some(Reason::SpentBy(*txid))),
            Some(OutspendStatus::SpentBySomebody) => (Stop::Unrecorded, Some(Reason::SpentBySomebody)),
            None => (Stop::Unrecorded, Some(Reason::NotAsked)),
        }
    }

    /// Where a coin with so much taint goes on, or how its path ends.
    fn outspend(&mut self, coin: Coin, sats: u64) -> Result<u32, End> {
        let next = self.onward(coin)?;
        let is_source = self.sources.contains_key(&coin);
        if !is_source && sats < self.way.rules.min_value.to_sat() {
            return Err((Stop::Budget, Some(Reason::MinValue)));
        }
        if self.hops[next as usize] == NONE {
            return Err((Stop::Budget, Some(Reason::Hops(self.way.graph.txid(next)))));
        }
        Ok(next)
    }

    /// Lets the taint flow: a transaction is taken when all that flows into it is known.
    fn pour(&mut self) {
        let policy = self.way.rules.policy;
        let mut sources: Vec<(Coin, u64)> = self.sources.iter().map(|(coin, sats)| (*coin, *sats)).collect();
        sources.sort_unstable();
        for (coin, sats) in sources {
            let taint = Taint::full(sats, policy);
            match self.outspend(coin, sats) {
                Ok(_) => {
                    self.taints.insert(coin, taint);
                }
                Err(end) => self.arrive(coin, sats, end),
            }
        }
        let is_ready = |tx: &u32| self.hops[*tx as usize] != NONE && self.pending[*tx as usize] == 0;
        let mut ready: Vec<u32> = self.way.graph.tx_ids().filter(is_ready).collect();
        while let Some(tx) = ready.pop() {
            self.pass(tx);
            for coin in self.way.right(tx) {
                if let Some(next) = self.flows_into(coin) {
                    self.pending[next as usize] -= 1;
                    if self.pending[next as usize] == 0 {
                        ready.push(next);
                    }
                }
            }
        }
        // What never became ready waits for itself.
        let mut left: Vec<(Coin, u64)> = self.taints.drain().map(|(coin, taint)| (coin, taint.sats)).collect();
        left.sort_unstable();
        for (coin, sats) in left {
            self.arrive(coin, sats, (Stop::Unrecorded, Some(Reason::Circle)));
        }
    }

    /// Passes the taint of one transaction on.
    fn pass(&mut self, tx: u32) {
        // Whoever cannot be shared out was not reached.
        let Some(sides) = self.way.sides(tx) else { return };
        let mut heaviest: Option<(u64, Coin)> = None;
        let mut left: Vec<(u64, Taint)> = Vec::with_capacity(sides.left.len() + 1);
        for (coin, value) in &sides.left {
            let taint = self.taints.remove(coin).unwrap_or_default();
            if taint.sats > heaviest.map_or(0, |(sats, _)| sats) {
                heaviest = Some((taint.sats, *coin));
            }
            left.push((*value, taint));
        }
        let Some((_, heaviest)) = heaviest else { return };
        let mut right: Vec<u64> = sides.right.iter().map(|(_, value)| *value).collect();
        if self.way.rules.backwards {
            left.push((sides.fee, Taint::default()));
        } else {
            right.push(sides.fee);
        }
        let amount = sum(left.iter().map(|(_, taint)| Amount::from_sat(taint.sats)));
        let mut shares = share(self.way.rules.policy, &left, &right);
        let fee = if self.way.rules.backwards { 0 } else { shares.pop().unwrap_or_default().sats };
        self.fees = self.fees.saturating_add(fee);
        let mut arrivals = Vec::new();
        for ((coin, value), taint) in sides.right.into_iter().zip(shares) {
            if taint.sats == 0 {
                continue;
            }
            let (coin_at, address, sats) = (self.way.outpoint(coin), self.way.address(coin), taint.sats);
            let end = if self.sources.contains_key(&coin) {
                // Told in a circle: it is counted where it began.
                Err((Stop::Returned, None))
            } else {
                self.outspend(coin, sats)
            };
            let stop = end.as_ref().err().map(|(stop, _)| *stop);
            let (value, amount) = (Amount::from_sat(value), Amount::from_sat(sats));
            let next = end.as_ref().ok().map(|next| self.way.graph.txid(*next));
            arrivals.push(Arrival { coin: coin_at, address, value, amount, stop, next });
            match end {
                Ok(_) => {
                    self.taints.insert(coin, taint);
                }
                Err(end) => self.arrive(coin, sats, end),
            }
        }
        let block = self.way.graph.block(tx);
        let parent = if self.sources.contains_key(&heaviest) { None } else { self.way.via(heaviest) };
        self.rows.push(Hop {
            hop: self.hops[tx as usize],
            txid: self.way.graph.txid(tx),
            height: block.map(|(height, _)| height),
            time: block.map(|(_, time)| time),
            amount,
            fee: Amount::from_sat(fee),
            parent: parent.map(|tx| self.way.graph.txid(tx)),
            arrivals,
        });
    }

    /// A path ends at this coin.
    fn arrive(&mut self, coin: Coin, sats: u64, (stop, reason): End) {
        let is_source = self.sources.contains_key(&coin);
        let via = self.way.via(coin).filter(|tx| !is_source && self.hops[*tx as usize] != NONE);
        let destination = Destination {
            stop,
            reason,
            label: self.label(coin).cloned(),
            address: self.way.address(coin),
            coin: self.way.outpoint(coin),
            amount: Amount::from_sat(sats),
            value: self.way.sats(coin).map(Amount::from_sat),
            hop: via.map(|tx| self.hops[tx as usize]),
            via: via.map(|tx| self.way.graph.txid(tx)),
        };
        self.destinations.push(destination);
    }

    fn label(&mut self, coin: Coin) -> Option<&LabelInfo> {
        let (id, labels) = (self.way.address_id(coin), self.labels);
        let address = self.way.graph.address(id)?;
        self.label_of.entry(id).or_insert_with(|| labels(address)).as_ref()
    }

    fn coinjoin(&mut self, tx: u32) -> Option<CoinJoin> {
        let graph = self.way.graph;
        *self.kind_of.entry(tx).or_insert_with(|| kind(graph, tx))
    }

    fn trail(mut self) -> Trail {
        let Rules { policy, backwards, .. } = self.way.rules;
        self.destinations.sort_by_key(|d| (d.stop, std::cmp::Reverse(d.amount), d.coin, d.via));
        self.rows.sort_by_key(|row| (row.hop, row.height, row.txid));
        let source = sum(self.sources.values().map(|sats| Amount::from_sat(*sats)));
        let trail = Trail {
            policy,
            backwards,
            coins: self.sources.len(),
            source,
            fees: Amount::from_sat(self.fees),
            destinations: self.destinations,
            hops: self.rows,
        };
        debug_assert!(policy == Policy::Poison || trail.adds_up(), "taint was lost or made");
        trail
    }
}
