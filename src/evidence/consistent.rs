//! What no chain can hold, whoever told it: coins made of nothing, and coins spent twice.

use std::collections::HashMap;

use bitcoin::OutPoint;

use super::Statement;
use super::index::Index;
use super::ledger::listed;
use crate::domain::format::count;
use crate::domain::{Amount, Txid};
use crate::store::Slice;
use crate::store::slice::TxRow;

/// A fee above it is beyond reason: a bitcoin.
const FEE_SATS: u64 = 100_000_000;
/// A fee above it for each byte is, too: several times what the fullest blocks asked for.
const FEE_SATS_A_BYTE: u64 = 5_000;

/// Holds the transactions against each other.
pub(super) fn verify(slice: &Slice, index: &Index<'_>) -> Vec<Statement> {
    let mut wrong: Vec<String> = Vec::new();
    let mut spenders: HashMap<OutPoint, Txid> = HashMap::new();
    let mut dear: Vec<Txid> = Vec::new();
    for tx in &slice.transactions {
        if index.txs.get(&tx.txid).is_some_and(|known| !std::ptr::eq(*known, tx)) {
            wrong.push(format!("transaction {} is there twice", tx.txid));
        }
        match fee(tx, index) {
            Some(Err(())) => wrong.push(format!("transaction {} pays more than it spends", tx.txid)),
            Some(Ok(fee)) if is_beyond_reason(fee, tx.size) => dear.push(tx.txid),
            Some(Ok(_)) | None => {}
        }
        if index.is_confirmed(&tx.txid) {
            for output in tx.inputs.iter().filter_map(|input| Some(OutPoint::new(input.prev_txid?, input.prev_vout?))) {
                if let Some(other) = spenders.insert(output, tx.txid) {
                    wrong.push(format!("output {output} is spent twice in blocks, by {other} and by {}", tx.txid));
                }
            }
        }
    }
    let mut out = listed(&wrong);
    if let Some(first) = dear.first() {
        out.push(Statement::not_established(format!(
            "that the amounts are right: {} more than a bitcoin, or {FEE_SATS_A_BYTE} satoshis a byte, to the miner ({first})",
            count(dear.len(), "transaction leaves", "transactions leave")
        )));
    }
    out
}

/// What goes to the miner; `Some(Err)` where more is paid than comes in. `None` where not every input is known, and for newly
/// mined coins.
fn fee(tx: &TxRow, index: &Index<'_>) -> Option<Result<u64, ()>> {
    if tx.inputs.is_empty() || tx.inputs.iter().any(|input| input.coinbase) {
        return None;
    }
    let spent = tx.inputs.iter().try_fold(0_u64, |sum, input| sum.checked_add(index.sats(input)?))?;
    let paid = tx.outputs.iter().try_fold(0_u64, |sum, output| sum.checked_add(output.sats));
    let possible = paid.filter(|paid| *paid <= Amount::MAX_MONEY.to_sat());
    Some(possible.and_then(|paid| spent.checked_sub(paid)).ok_or(()))
}

fn is_beyond_reason(fee: u64, size: Option<u32>) -> bool {
    fee > FEE_SATS || size.is_some_and(|size| fee > FEE_SATS_A_BYTE.saturating_mul(u64::from(size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_has_its_reason() {
        let check = |fee, size, expect| assert_eq!(is_beyond_reason(fee, size), expect, "{fee} {size:?}");
        check(20_000, Some(226), false);
        check(1_130_000, Some(226), false);
        check(1_130_001, Some(226), true);
        check(1_130_001, None, false);
        check(100_000_000, Some(100_000), false);
        check(100_000_001, Some(100_000), true);
        check(u64::MAX, Some(u32::MAX), true);
    }
}
