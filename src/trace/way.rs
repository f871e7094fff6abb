//! The graph seen in one direction, so that one set of rules serves both: forwards coins come in as inputs and leave as
//! outputs, backwards the other way round.

use hashbrown::{HashMap, HashSet};

use super::graph::{Graph, Input, NONE, Output, index};
use super::{Rules, Source};
use crate::domain::{Address, OutPoint};

/// A coin: the number of a recorded output, or, behind all of those, of an input whose output is not recorded.
pub(super) type Coin = u32;

/// The coins of a transaction and their values on both sides, which have the same sum.
pub(super) struct Sides {
    pub left: Vec<(Coin, u64)>,
    pub right: Vec<(Coin, u64)>,
    pub fee: u64,
}

pub(super) struct Way<'g> {
    pub graph: &'g Graph,
    pub rules: Rules,
    /// The addresses that are followed; what returns to them has not left.
    own: HashSet<u32>,
}

impl<'g> Way<'g> {
    pub fn new(graph: &'g Graph, source: &Source, rules: Rules) -> Self {
        let own = match source {
            Source::Addresses(addresses) => addresses.iter().filter_map(|a| graph.address_id(a)).collect(),
            Source::Outputs(_) => HashSet::new(),
        };
        Self { graph, rules, own }
    }

    /// Where following begins: coins, how much of each, and the hop of the first transaction.
    pub fn sources(&self, source: &Source) -> (HashMap<Coin, u64>, u32) {
        match source {
            Source::Outputs(outputs) => {
                let found = outputs.iter().filter_map(|at| self.graph.output_id(at));
                let seen = found.filter(|output| self.is_visible(self.graph.outputs[*output as usize].tx));
                let whole = |output: Coin| (output, self.graph.outputs[output as usize].sats);
                (seen.map(whole).collect(), u32::from(!self.rules.backwards))
            }
            Source::Addresses(_) => {
                let transactions = self.graph.tx_ids().filter(|tx| self.is_visible(*tx));
                let coins =
                    transactions.flat_map(|tx| if self.rules.backwards { self.income(tx) } else { self.leaving(tx) });
                (coins.filter(|(_, sats)| *sats > 0).collect(), 0)
            }
        }
    }

    /// What the family's coins bring into a transaction that pays others, without what returns. What a move within the family
    /// costs has not left: it is a fee.
    fn leaving(&self, tx: u32) -> Vec<(Coin, u64)> {
        let pays_others = |output: &Output| output.sats > 0 && !self.own.contains(&output.address);
        if !self.graph.outputs_of(tx).iter().any(pays_others) {
            return Vec::new();
        }
        // Also where values of strangers' coins are not told: its own coins still left.
        let own = self.inputs(tx).filter(|(_, input)| self.is_own_input(input));
        let mut coins: Vec<(Coin, u64)> =
            own.filter_map(|(at, input)| Some((self.coin(at, input), input.sats?))).collect();
        let mut returned = self.returned(tx);
        for (_, sats) in coins.iter_mut().rev() {
            let here = returned.min(*sats);
            *sats -= here;
            returned -= here;
        }
        coins
    }

    fn income(&self, tx: u32) -> Vec<(Coin, u64)> {
        if self.inputs(tx).any(|(_, input)| self.is_own_input(input)) {
            return Vec::new();
        }
        let outputs = self.graph.output_range(tx).zip(self.graph.outputs_of(tx));
        outputs
            .filter(|(_, output)| self.own.contains(&output.address))
            .map(|(coin, output)| (coin, output.sats))
            .collect()
    }

    fn inputs(&self, tx: u32) -> impl Iterator<Item = (u32, &'g Input)> {
        self.graph.input_range(tx).zip(self.graph.inputs_of(tx))
    }

    /// Where an input names the output that it spends, that output decides; where it does not, its word is all there is.
    fn is_own_input(&self, input: &Input) -> bool {
        self.own.contains(&input.address) && !input.coinbase && (input.output != NONE || input.prev == NONE)
    }

    /// What an input brings, as a coin.
    fn coin(&self, at: u32, input: &Input) -> Coin {
        if input.output == NONE { index(self.graph.outputs.len()).saturating_add(at) } else { input.output }
    }

    /// The input behind a coin whose output is not recorded.
    fn unresolved(&self, coin: Coin) -> Option<&'g Input> {
        let at = (coin as usize).checked_sub(self.graph.outputs.len())?;
        self.graph.inputs.get(at)
    }

    pub fn is_visible(&self, tx: u32) -> bool {
        let until = self.rules.until;
        self.graph.block(tx).is_some_and(|(_, time)| until.is_none_or(|until| time <= until))
    }

    /// The transaction that a coin goes into, recorded or not counted: forwards what spends it, backwards what made it.
    pub fn next(&self, coin: Coin) -> Option<u32> {
        match (self.graph.outputs.get(coin as usize), self.rules.backwards) {
            (Some(output), true) => Some(output.tx),
            (Some(output), false) => Some(self.graph.inputs.get(output.spender as usize)?.tx),
            (None, true) => None,
            (None, false) => Some(self.unresolved(coin)?.tx),
        }
    }

    /// The transaction that a coin comes out of in this direction.
    pub fn via(&self, coin: Coin) -> Option<u32> {
        match (self.graph.outputs.get(coin as usize), self.rules.backwards) {
            (Some(output), false) => Some(output.tx),
            (Some(output), true) => Some(self.graph.inputs.get(output.spender as usize)?.tx),
            (None, true) => Some(self.unresolved(coin)?.tx),
            (None, false) => None,
        }
    }

    /// The coins that come out of a transaction in this direction.
    pub fn right(&self, tx: u32) -> Vec<Coin> {
        if self.rules.backwards {
            self.inputs(tx).map(|(at, input)| self.coin(at, input)).collect()
        } else {
            self.graph.output_range(tx).collect()
        }
    }

    /// Both sides with their values; `None` where one is not known, or where more is paid than comes in.
    pub fn sides(&self, tx: u32) -> Option<Sides> {
        let fee = self.graph.fee(tx)?;
        let (ins, outs) = (self.in_coins(tx)?, self.out_coins(tx));
        Some(if self.rules.backwards {
            Sides { left: outs, right: ins, fee }
        } else {
            Sides { left: ins, right: outs, fee }
        })
    }

    /// What a family pays to itself in one transaction has not left: so much of its inputs, the last first, stands against
    /// so much of its outputs, the first first. Both are left out of the sharing.
    fn returned(&self, tx: u32) -> u64 {
        if self.own.is_empty() || self.rules.backwards {
            return 0;
        }
        let spent = self.inputs(tx).filter(|(_, input)| self.is_own_input(input)).filter_map(|(_, input)| input.sats);
        let back = self.graph.outputs_of(tx).iter().filter(|output| self.own.contains(&output.address)).map(|o| o.sats);
        spent.fold(0_u64, u64::saturating_add).min(back.fold(0, u64::saturating_add))
    }

    fn in_coins(&self, tx: u32) -> Option<Vec<(Coin, u64)>> {
        let mut coins = Vec::with_capacity(self.graph.inputs_of(tx).len());
        for (at, input) in self.inputs(tx) {
            let sats = if input.coinbase { self.graph.paid(tx)? } else { input.sats? };
            coins.push((self.coin(at, input), sats));
        }
        let mut returned = self.returned(tx);
        for ((_, sats), input) in coins.iter_mut().zip(self.graph.inputs_of(tx)).rev() {
            if returned > 0 && self.is_own_input(input) {
                let here = returned.min(*sats);
                *sats -= here;
                returned -= here;
            }
        }
        Some(coins)
    }

    fn out_coins(&self, tx: u32) -> Vec<(Coin, u64)> {
        let mut returned = self.returned(tx);
        let outputs = self.graph.output_range(tx).zip(self.graph.outputs_of(tx));
        outputs
            .map(|(coin, output)| {
                let here = if self.own.contains(&output.address) { returned.min(output.sats) } else { 0 };
                returned -= here;
                (coin, output.sats - here)
            })
            .collect()
    }

    pub fn is_own(&self, coin: Coin) -> bool {
        self.own.contains(&self.address_id(coin))
    }

    pub fn is_mined(&self, coin: Coin) -> bool {
        self.unresolved(coin).is_some_and(|input| input.coinbase)
    }

    pub fn address_id(&self, coin: Coin) -> u32 {
        let output = self.graph.outputs.get(coin as usize).map(|output| output.address);
        output.or_else(|| Some(self.unresolved(coin)?.address)).unwrap_or(NONE)
    }

    pub fn address(&self, coin: Coin) -> Option<Address> {
        self.graph.address(self.address_id(coin)).cloned()
    }

    /// The coin's whole value; `None` where nobody told.
    pub fn sats(&self, coin: Coin) -> Option<u64> {
        match self.graph.outputs.get(coin as usize) {
            Some(output) => Some(output.sats),
            None => self.unresolved(coin)?.sats,
        }
    }

    /// The coin's outpoint; `None` where nobody told.
    pub fn outpoint(&self, coin: Coin) -> Option<OutPoint> {
        if (coin as usize) < self.graph.outputs.len() {
            return Some(self.graph.outpoint(coin));
        }
        let input = self.unresolved(coin).filter(|input| input.prev != NONE)?;
        Some(OutPoint::new(self.graph.txid(input.prev), input.vout))
    }
}
