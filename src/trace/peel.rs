//! Peel chains: transaction after transaction a small coin leaves and the rest goes on.

use hashbrown::{HashMap, HashSet};

use bitcoin::ScriptBuf;

use super::coinjoin::kind;
use super::graph::{Graph, NONE};
use crate::domain::{Amount, OutPoint, Txid};

/// Fewer in a row are no chain.
const SHORTEST: usize = 3;

/// A chain of transactions that each peel a small coin off. Which output is the change is a guess; no sum is built on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeelChain {
    /// The transactions, in order.
    pub txids: Vec<Txid>,
    /// The coins peeled off, one a transaction.
    pub peels: Vec<(OutPoint, Amount)>,
}

/// Finds the chains among the transactions that `within` holds. A step needs two outputs of which one is change by agreement
/// of all signs: a fresh address, the script type of the inputs, and a spender with the same fingerprint (version, lock time,
/// sequence), where the other output shows not all of them and is smaller. Where a sign is not recorded there is no
/// agreement, and the way branches.
pub fn peel_chains(graph: &Graph, within: &dyn Fn(&Txid) -> bool) -> Vec<PeelChain> {
    let mut times: HashMap<u32, u32> = HashMap::new();
    for output in &graph.outputs {
        *times.entry(output.address).or_default() += 1;
    }
    let steps: HashMap<u32, (u32, u32)> = graph
        .tx_ids()
        .filter(|tx| within(&graph.txid(*tx)))
        .filter_map(|tx| Some((tx, step(graph, tx, &times)?)))
        .collect();
    let next = |tx: u32| {
        let (change, _) = steps.get(&tx)?;
        let spender = graph.inputs.get(graph.outputs[*change as usize].spender as usize)?.tx;
        // Somebody who adds another coin does more than peel.
        (steps.contains_key(&spender) && graph.inputs_of(spender).len() == 1).then_some(spender)
    };
    let continued: HashSet<u32> = steps.keys().filter_map(|tx| next(*tx)).collect();
    let mut chains: Vec<PeelChain> = Vec::new();
    for start in steps.keys().filter(|tx| !continued.contains(*tx)) {
        let (mut txids, mut peels) = (Vec::new(), Vec::new());
        let mut at = Some(*start);
        while let Some((tx, (_, peel))) = at.and_then(|tx| Some((tx, steps.get(&tx)?))) {
            txids.push(graph.txid(tx));
            peels.push((graph.outpoint(*peel), Amount::from_sat(graph.outputs[*peel as usize].sats)));
            at = next(tx);
        }
        if txids.len() >= SHORTEST {
            chains.push(PeelChain { txids, peels });
        }
    }
    chains.sort_by(|a, b| a.txids.cmp(&b.txids));
    chains
}

/// The change and the peel of a step.
fn step(graph: &Graph, tx: u32, times: &HashMap<u32, u32>) -> Option<(u32, u32)> {
    let range = graph.output_range(tx);
    if range.len() != 2 || kind(graph, tx).is_some() {
        return None;
    }
    let is_change = |at: u32| shows_all_signs(graph, tx, at, times);
    let (change, peel) = match (is_change(range.start), is_change(range.start + 1)) {
        (true, false) => (range.start, range.start + 1),
        (false, true) => (range.start + 1, range.start),
        _ => return None,
    };
    let sats = |at: u32| graph.outputs[at as usize].sats;
    (sats(peel) < sats(change)).then_some((change, peel))
}

fn shows_all_signs(graph: &Graph, tx: u32, at: u32, times: &HashMap<u32, u32>) -> bool {
    let output = &graph.outputs[at as usize];
    let inputs = graph.inputs_of(tx);
    let is_fresh = output.address != NONE
        && times.get(&output.address) == Some(&1)
        && inputs.iter().all(|input| input.address != output.address);
    let same_script = || {
        let paid = script_type(graph, output.address);
        paid.is_some() && inputs.iter().all(|input| script_type(graph, input.address) == paid)
    };
    let same_fingerprint = || {
        let spender = graph.inputs.get(output.spender as usize).map(|input| input.tx);
        let print = graph.fingerprint(tx);
        print.is_some() && spender.is_some_and(|spender| graph.fingerprint(spender) == print)
    };
    is_fresh && same_script() && same_fingerprint()
}

/// The kind of script behind an address, by a number of no meaning.
fn script_type(graph: &Graph, address: u32) -> Option<u8> {
    let script: ScriptBuf = graph.address(address)?.script()?;
    let kinds = [script.is_p2pkh(), script.is_p2sh(), script.is_p2wpkh(), script.is_p2wsh(), script.is_p2tr()];
    kinds.iter().position(|is| *is).and_then(|at| u8::try_from(at).ok())
}
