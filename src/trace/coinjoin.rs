//! CoinJoins: transactions that many pay together so that nobody can say which output belongs to which input.
//!
//! The signatures are those published: equal outputs by BlockSci (Kalodner et al. 2020), whose rule describes JoinMarket;
//! Whirlpool and Wasabi by Stütz et al. 2022 and the Dumplings project. A signature is evidence, not proof.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bitcoin::ScriptBuf;

use super::graph::Graph;
use crate::domain::{Address, Tx};

/// A kind of CoinJoin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoinJoin {
    /// Five to eight coins in, as many out, all of one pool's size.
    Whirlpool,
    /// Ten inputs or more, ten equal outputs or more near 0.1 bitcoin.
    Wasabi1,
    /// Twenty inputs or more, most outputs of a standard denomination, the largest first.
    Wasabi2,
    /// Equal outputs, and a maker among the participants who gets out a little more than went in.
    JoinMarket,
    /// Equal outputs, as many as there can be participants.
    EqualOutputs,
}

impl CoinJoin {
    /// Its name in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whirlpool => "whirlpool",
            Self::Wasabi1 => "wasabi-1",
            Self::Wasabi2 => "wasabi-2",
            Self::JoinMarket => "joinmarket",
            Self::EqualOutputs => "equal-output",
        }
    }
}

impl fmt::Display for CoinJoin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Sizes of Whirlpool's pools in satoshis.
static POOLS: &[u64] = &[100_000, 1_000_000, 5_000_000, 50_000_000];
/// What protocols above Bitcoin pay to many at once, in satoshis: equal outputs of that value are no CoinJoin.
static DUST_CARRIERS: &[u64] = &[546, 2_730];
/// Wasabi 1 mixed 0.1 bitcoin, give or take a fifth.
const WASABI_1: std::ops::RangeInclusive<u64> = 8_000_000..=12_000_000;
const WASABI_1_PARTS: usize = 10;
const WASABI_2_INPUTS: usize = 20;
/// Wasabi 2 makes no smaller denomination, in satoshis.
const WASABI_2_SMALLEST: u64 = 5_000;
/// A JoinMarket maker asks for at most a hundredth of what is mixed, or of small amounts so many satoshis, but never more
/// than a twentieth.
const MAKER_SATS: u64 = 5_000;
const MAKER_PART: u64 = 100;
const MAKER_MOST: u64 = 20;
/// So many inputs are tried in every combination.
const COMBINED: usize = 12;

/// What kind of CoinJoin a transaction looks like; `None` where it looks like an ordinary one.
pub fn coinjoin(tx: &Tx) -> Option<CoinJoin> {
    let inputs = tx.inputs.iter().map(|input| (input.address.as_ref(), input.value.map(|v| v.to_sat())));
    let outputs = tx.outputs.iter().map(|output| (output.address.as_ref(), output.value.to_sat()));
    Shape { inputs: inputs.collect(), outputs: outputs.collect() }.kind()
}

/// The same for a transaction of the graph.
pub(super) fn kind(graph: &Graph, tx: u32) -> Option<CoinJoin> {
    let (inputs, outputs) = (graph.inputs_of(tx), graph.outputs_of(tx));
    if inputs.len() < 2 || outputs.len() < 3 {
        return None;
    }
    let inputs = inputs.iter().map(|input| (graph.address(input.address), input.sats));
    let outputs = outputs.iter().map(|output| (graph.address(output.address), output.sats));
    Shape { inputs: inputs.collect(), outputs: outputs.collect() }.kind()
}

struct Shape<'a> {
    inputs: Vec<(Option<&'a Address>, Option<u64>)>,
    outputs: Vec<(Option<&'a Address>, u64)>,
}

impl Shape<'_> {
    fn kind(&self) -> Option<CoinJoin> {
        // Two equal outputs and a third are the least.
        if self.inputs.len() < 2 || self.outputs.len() < 3 {
            return None;
        }
        if self.is_whirlpool() {
            return Some(CoinJoin::Whirlpool);
        }
        if self.is_wasabi_2() {
            return Some(CoinJoin::Wasabi2);
        }
        let (value, times) = self.commonest()?;
        if self.is_wasabi_1(value, times) {
            return Some(CoinJoin::Wasabi1);
        }
        if !self.has_equal_outputs(value, times) {
            return None;
        }
        Some(if self.has_a_maker(value) { CoinJoin::JoinMarket } else { CoinJoin::EqualOutputs })
    }

    /// The value that most outputs have, of several the largest, and how many have it.
    fn commonest(&self) -> Option<(u64, usize)> {
        let mut times: BTreeMap<u64, usize> = BTreeMap::new();
        for (_, value) in &self.outputs {
            *times.entry(*value).or_default() += 1;
        }
        times.into_iter().max_by_key(|(value, times)| (*times, *value))
    }

    fn distinct_input_addresses(&self) -> usize {
        self.inputs.iter().filter_map(|(address, _)| *address).collect::<BTreeSet<_>>().len()
    }

    fn has_equal_outputs(&self, value: u64, times: usize) -> bool {
        let participants = self.outputs.len().div_ceil(2);
        participants >= 2
            && participants <= self.distinct_input_addresses()
            && times == participants
            && !DUST_CARRIERS.contains(&value)
    }

    fn is_whirlpool(&self) -> bool {
        let parts = self.outputs.len();
        let pool = self.outputs.first().map(|(_, value)| *value).filter(|value| POOLS.contains(value));
        (5..=8).contains(&parts)
            && self.inputs.len() == parts
            && pool.is_some_and(|pool| {
                self.outputs.iter().all(|(_, value)| *value == pool)
                    && self.inputs.iter().all(|(_, value)| value.is_none_or(|value| value >= pool))
            })
    }

    fn is_wasabi_1(&self, value: u64, times: usize) -> bool {
        self.inputs.len() >= WASABI_1_PARTS
            && times >= WASABI_1_PARTS
            && self.inputs.len() >= times
            && WASABI_1.contains(&value)
            // Somebody has change, and the coordinator is paid.
            && times < self.outputs.len()
            && self.is_native_segwit()
    }

    fn is_wasabi_2(&self) -> bool {
        let standard = self.outputs.iter().filter(|(_, value)| is_standard(*value)).count();
        self.inputs.len() >= WASABI_2_INPUTS
            && standard * 5 > self.outputs.len() * 4
            && self.outputs.is_sorted_by(|a, b| a.1 >= b.1)
            && self.inputs.is_sorted_by(|a, b| a.1.is_none() || b.1.is_none() || a.1 >= b.1)
            && self.is_native_segwit()
    }

    /// All addresses that are known are of version 0 keys or taproot; one at least is known on each side.
    fn is_native_segwit(&self) -> bool {
        let native = |address: &Address| {
            address.script().is_some_and(|script: ScriptBuf| script.is_p2wpkh() || script.is_p2tr())
        };
        let mut inputs = self.inputs.iter().filter_map(|(address, _)| *address).peekable();
        let mut outputs = self.outputs.iter().filter_map(|(address, _)| *address).peekable();
        inputs.peek().is_some() && outputs.peek().is_some() && inputs.all(native) && outputs.all(native)
    }

    /// Whether some inputs come back as one of the equal outputs and some change, with a little more: the maker's wages.
    fn has_a_maker(&self, value: u64) -> bool {
        let Some(inputs) = self.inputs.iter().map(|(_, value)| *value).collect::<Option<Vec<u64>>>() else {
            return false;
        };
        let most = (value / MAKER_PART).max(MAKER_SATS.min(value / MAKER_MOST));
        let paid = |sum: u64| {
            let back = self.outputs.iter().filter(|(_, change)| *change != value).map(|(_, change)| change + value);
            back.filter_map(|back| back.checked_sub(sum)).any(|wages| (1..=most).contains(&wages))
        };
        if inputs.len() > COMBINED {
            return inputs.into_iter().any(paid);
        }
        (1_u32..1 << inputs.len()).any(|choice| {
            let chosen = inputs.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1);
            paid(chosen.fold(0_u64, |sum, (_, value)| sum.saturating_add(*value)))
        })
    }
}

/// The denominations of Wasabi 2: powers of 2 and 3, twice a power of 3, and 1, 2 or 5 with noughts.
fn is_standard(value: u64) -> bool {
    let without = |mut value: u64, factor: u64| {
        while value.is_multiple_of(factor) {
            value /= factor;
        }
        value
    };
    value >= WASABI_2_SMALLEST
        && (value.is_power_of_two() || [1, 2].contains(&without(value, 3)) || [1, 2, 5].contains(&without(value, 10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_denominations() {
        for value in [5_000, 8_192, 6_561, 13_122, 10_000, 20_000, 50_000, 100_000_000, 137_438_953_472] {
            assert!(is_standard(value), "{value}");
        }
        for value in [1, 4_096, 5_001, 15_000, 30_000, 19_684, 70_000] {
            assert!(!is_standard(value), "{value}");
        }
    }

    fn address(n: u8) -> Address {
        let script = ScriptBuf::from_bytes([vec![0, 20], vec![n; 20]].concat());
        Address::from_script(&script, bitcoin::Network::Bitcoin).unwrap()
    }

    fn check(inputs: &[u64], outputs: &[u64], expect: Option<CoinJoin>) {
        let addresses: Vec<Address> = (0..=255).map(address).collect();
        let inputs = inputs.iter().zip(&addresses).map(|(sats, address)| (Some(address), Some(*sats)));
        let outputs = outputs.iter().zip(addresses.iter().rev()).map(|(sats, address)| (Some(address), *sats));
        let shape = Shape { inputs: inputs.collect(), outputs: outputs.collect() };
        assert_eq!(shape.kind(), expect, "{:?}", shape.outputs.iter().map(|o| o.1).collect::<Vec<_>>());
    }

    #[test]
    fn each_kind_and_its_neighbours() {
        // Participants without a maker's wages; then with.
        check(&[900, 700], &[500, 500, 390, 190], Some(CoinJoin::EqualOutputs));
        check(&[9_000_000, 7_000_000], &[5_000_000, 5_000_000, 4_001_000, 1_998_000], Some(CoinJoin::JoinMarket));
        // Three times the commonest value is not the two that four outputs allow.
        check(&[900, 900], &[500, 500, 500, 190], None);
        check(&[900, 900], &[546, 546, 190, 80], None);
        // One payer of two addresses is no crowd: a single input address, or two outputs.
        check(&[1_900], &[500, 500, 390, 190], None);
        check(&[900, 700], &[500, 500], None);

        check(&[1_000_500; 5], &[1_000_000; 5], Some(CoinJoin::Whirlpool));
        check(&[1_000_500; 8], &[1_000_000; 8], Some(CoinJoin::Whirlpool));
        check(&[1_000_500; 4], &[1_000_000; 4], None);
        check(&[1_000_500; 9], &[1_000_000; 9], None);
        check(&[2_000_500; 5], &[2_000_000; 5], None);

        let mixed: Vec<u64> = [10_003_000; 12].into_iter().chain([77_000, 123_456, 5_000_001]).collect();
        check(&[11_000_000; 12], &mixed, Some(CoinJoin::Wasabi1));
        check(&[21_000_000; 9], &mixed, None);
        let dear: Vec<u64> = mixed.iter().map(|value| value * 2).collect();
        check(&[11_000_000; 24], &dear, None);

        let denominated: Vec<u64> =
            (0..24).map(|n| [8_388_608, 4_782_969, 2_000_000, 1_048_576][n / 6]).chain([123_456]).collect();
        check(&[5_000_000; 20], &denominated, Some(CoinJoin::Wasabi2));
        check(&[5_000_000; 19], &denominated, None);
        let mut shuffled = denominated.clone();
        shuffled.swap(0, 20);
        check(&[5_000_000; 20], &shuffled, None);
    }
}
