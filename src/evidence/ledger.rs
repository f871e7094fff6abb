//! What the ledger proves by itself: txids, addresses of scripts, what inputs spend, headers, branches.

use std::collections::{BTreeMap, HashMap, HashSet};

use bitcoin::hex::FromHex;
use bitcoin::{BlockHash, Transaction};

use super::Statement;
use super::index::{Index, Spent};
use crate::domain::format::count;
use crate::domain::{Address, Amount, Network, State, Tx, TxIn, TxOut, Txid};
use crate::proof::{MerkleBranch, ProvenHeader};
use crate::store::Slice;
use crate::store::slice::{BranchRow, InputRow, ObservationRow, OutputRow, TxRow};

/// More is counted, not listed.
const LISTED: usize = 3;

/// What was checked, and what came of it.
pub(super) struct Verified {
    pub statements: Vec<Statement>,
    /// Transactions whose content hashes to their txid.
    pub recomputed: HashSet<Txid>,
    /// Of them, those that a branch puts into the very block that the ledger has them in.
    pub proven: HashSet<Txid>,
}

/// Checks what can be checked without asking anybody.
pub(super) fn verify(slice: &Slice, index: &Index<'_>, network: Network) -> Verified {
    let mut wrong: Vec<String> = Vec::new();
    let headers = headers(slice, network, &mut wrong);
    let mut branches: HashMap<Txid, Vec<&BranchRow>> = HashMap::new();
    slice.branches.iter().for_each(|row| branches.entry(row.txid).or_default().push(row));
    let (mut recomputed, mut proven, mut led) = (HashSet::new(), HashSet::new(), HashSet::new());
    for row in &slice.transactions {
        let mut tx = None;
        if row.recomputed {
            tx = content(row).filter(|tx| tx.compute_txid() == row.txid);
            match tx {
                Some(_) => drop(recomputed.insert(row.txid)),
                None => wrong.push(format!("transaction {} does not hash to its txid", row.txid)),
            }
        }
        wrong.extend(wrong_addresses(row, network));
        for branch in branches.remove(&row.txid).unwrap_or_default() {
            match leads(branch, &headers, tx.as_ref()) {
                Ok(header) => {
                    led.insert(row.txid);
                    if tx.is_some() && index.last.get(&row.txid).is_some_and(|last| is_there(last, header)) {
                        proven.insert(row.txid);
                    }
                }
                Err(why) => wrong.push(format!("the merkle branch of {}: {why}", row.txid)),
            }
        }
    }
    wrong.extend(branches.keys().map(|txid| format!("the merkle branch of {txid}, which is not in the ledger")));
    let mut out = Vec::new();
    let told = slice.transactions.len() - recomputed.len();
    out.push(Statement::counted(
        recomputed.len(),
        format!(
            "{} to the txid; {} only told, since the ledger does not hold all that the txid commits to",
            count(recomputed.len(), "transaction hashes", "transactions hash"),
            count(told, "is", "are"),
        ),
    ));
    let (agree, claims, differing) = spent(slice, index);
    wrong.extend(differing);
    out.push(Statement::counted(
        agree,
        format!(
            "{} in address and value with the output spent; {} of outputs that are not in the pack, and told",
            count(agree, "input agrees", "inputs agree"),
            count(claims, "input is", "inputs are"),
        ),
    ));
    if !led.is_empty() {
        out.push(Statement::established(format!(
            "{} to block headers from {}, and the work that their time asks for stands behind {}",
            count(slice.branches.len(), "merkle branch leads", "merkle branches lead"),
            count(led.len(), "transaction", "transactions"),
            count(headers.len(), "header", "headers"),
        )));
    }
    let in_blocks = index.last.values().filter(|row| row.state == "confirmed" && !led.contains(&row.txid));
    let without = in_blocks.count();
    if without > 0 {
        out.push(Statement::not_established(format!(
            "that {} in their blocks: no merkle branch is here, and explorers say so",
            count(without, "transaction is", "transactions are")
        )));
    }
    if !wrong.is_empty() {
        // What is said above holds of the rest only.
        out.clear();
        out.extend(listed(&wrong));
    }
    Verified { statements: out, recomputed, proven }
}

/// Whether that is the block that was said last.
fn is_there(last: &ObservationRow, header: &ProvenHeader) -> bool {
    last.state == "confirmed"
        && last.block_time == Some(header.time())
        && last.block_hash.is_none_or(|hash| hash == header.hash())
}

/// The first of several complaints, and how many more there are.
pub(super) fn listed(wrong: &[String]) -> Vec<Statement> {
    let mut out: Vec<Statement> = wrong.iter().take(LISTED).map(Statement::violated).collect();
    if wrong.len() > LISTED {
        let more = wrong.len() - LISTED;
        out.push(Statement::violated(count(more, "further row of that kind", "further rows of that kind")));
    }
    out
}

fn content(row: &TxRow) -> Option<Transaction> {
    let tx = Tx {
        txid: row.txid,
        state: State::Mempool,
        first_seen: None,
        version: row.version,
        lock_time: row.lock_time,
        size: row.size,
        inputs: row.inputs.iter().map(input).collect(),
        outputs: row.outputs.iter().map(output).collect(),
    };
    tx.to_bitcoin()
}

fn input(row: &InputRow) -> TxIn {
    TxIn {
        prev_txid: row.prev_txid,
        prev_vout: row.prev_vout,
        script_sig: row.script_sig.clone(),
        witness: row.witness.clone(),
        sequence: row.sequence,
        coinbase: row.coinbase,
        ..TxIn::default()
    }
}

fn output(row: &OutputRow) -> TxOut {
    TxOut { address: None, script: row.script.clone(), value: Amount::from_sat(row.sats) }
}

/// Outputs whose address is not that of their script. A bare public key has none, and may be shown under one all the same.
fn wrong_addresses(row: &TxRow, network: Network) -> Vec<String> {
    let outputs = row.outputs.iter().zip(0_u32..);
    let wrong = outputs.filter(|(output, _)| {
        let derived = output.script.as_ref().and_then(|script| Address::from_script(script, network));
        derived.is_some_and(|address| output.address.as_deref() != Some(address.as_str()))
    });
    wrong.map(|(_, vout)| format!("output {}:{vout} has another address than its script", row.txid)).collect()
}

/// Inputs that agree with the output that they spend; those whose output is not in the slice; what does not agree.
fn spent(slice: &Slice, index: &Index<'_>) -> (usize, usize, Vec<String>) {
    let (mut agree, mut claims, mut wrong) = (0, 0, Vec::new());
    for tx in &slice.transactions {
        for (vin, input) in tx.inputs.iter().enumerate().filter(|(_, input)| !input.coinbase) {
            match index.spent(input) {
                Spent::Elsewhere => claims += 1,
                Spent::Output(output) if input.sats == Some(output.sats) && input.address == output.address => {
                    agree += 1
                }
                Spent::Output(_) => wrong.push(format!("input {vin} of {} is not the output that it spends", tx.txid)),
                Spent::Nothing => wrong.push(format!("input {vin} of {} spends an output that there is not", tx.txid)),
            }
        }
    }
    (agree, claims, wrong)
}

fn headers(slice: &Slice, network: Network, wrong: &mut Vec<String>) -> BTreeMap<BlockHash, ProvenHeader> {
    let mut out = BTreeMap::new();
    for row in &slice.headers {
        match ProvenHeader::from_hex(&row.header, network) {
            Ok(header) if header.hash() == row.hash && header.time() == row.time => {
                match header.at_height(row.height) {
                    Ok(()) => {
                        out.insert(row.hash, header);
                    }
                    Err(bad) => wrong.push(bad.to_string()),
                }
            }
            Ok(_) => wrong.push(format!("the header of block {} is that of another block or time", row.hash)),
            Err(bad) => wrong.push(format!("the header of block {}: {bad}", row.hash)),
        }
    }
    out
}

/// The header that a branch leads to.
fn leads<'a>(
    row: &BranchRow,
    headers: &'a BTreeMap<BlockHash, ProvenHeader>,
    content: Option<&Transaction>,
) -> Result<&'a ProvenHeader, String> {
    let header =
        headers.get(&row.block_hash).ok_or_else(|| format!("the header of block {} is missing", row.block_hash))?;
    let bytes = Vec::<u8>::from_hex(&row.branch).map_err(|_| "it is not hexadecimal".to_owned())?;
    let branch = MerkleBranch::from_bytes(row.pos, &bytes).map_err(|bad| bad.to_string())?;
    let proven = match content {
        Some(tx) => branch.proves_transaction(tx, header),
        None => branch.proves(row.txid, header),
    };
    proven.map(|()| header).map_err(|bad| bad.to_string())
}
