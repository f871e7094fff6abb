//! The chain data that this program carries, held against a pack: whoever invents, changes or leaves out what the record holds
//! is contradicted by it, whatever the pack says of itself.

use std::collections::HashSet;

use super::Statement;
use super::index::Index;
use super::ledger::{Verified, listed};
use crate::domain::format::count;
use crate::domain::{Address, Network, Tx, Txid, rfc3339};
use crate::explorer::{Snapshot, snapshots};
use crate::store::Slice;
use crate::store::slice::{ObservationRow, TxRow};

/// What a pack about these addresses says otherwise than the records.
pub(super) fn compare(
    slice: &Slice,
    index: &Index<'_>,
    verified: &Verified,
    network: Network,
    addresses: &[Address],
) -> Vec<Statement> {
    let mut out = Vec::new();
    if network != Network::Bitcoin {
        return out;
    }
    for snapshot in snapshots() {
        let mut held = Comparison { snapshot, slice, index, verified, same: 0, wrong: Vec::new(), lacking: 0 };
        held.transactions();
        let complete = |address: &&Address| snapshot.addresses().any(|known| known == address.as_str());
        addresses.iter().filter(complete).for_each(|address| held.history(address.as_str()));
        out.extend(held.statements());
    }
    out
}

/// A pack held against one record.
struct Comparison<'a> {
    snapshot: &'static Snapshot,
    slice: &'a Slice,
    index: &'a Index<'a>,
    verified: &'a Verified,
    same: usize,
    wrong: Vec<String>,
    /// Transactions of addresses that nobody was asked about.
    lacking: usize,
}

impl Comparison<'_> {
    /// Each transaction that the record holds, too. What hashes to the txid, and what is proven to be where it is, stands above
    /// any record.
    fn transactions(&mut self) {
        for row in &self.slice.transactions {
            let Some(recorded) = self.snapshot.transaction(&row.txid) else { continue };
            let content = self.verified.recomputed.contains(&row.txid) || is_the_same(&recorded, row);
            let place = self.verified.proven.contains(&row.txid)
                || self.index.last.get(&row.txid).is_some_and(|last| stands_there(&recorded, last));
            match (content, place) {
                (true, true) => self.same += 1,
                (false, _) => self.wrong.push(format!("transaction {} is another one in the record", row.txid)),
                (true, false) => self.wrong.push(format!("transaction {} stands elsewhere in the record", row.txid)),
            }
        }
    }

    /// The history of an address that is recorded whole, up to a moment.
    fn history(&mut self, address: &str) {
        let recorded: HashSet<Txid> = self.snapshot.transactions_of(address).collect();
        let asked = self.slice.totals.iter().any(|row| row.address == address);
        for txid in recorded.iter().filter(|txid| !self.index.txs.contains_key(*txid)) {
            match asked {
                true => self.wrong.push(format!("transaction {txid} of {address} is in the record, and not here")),
                false => self.lacking += 1,
            }
        }
        for row in &self.slice.transactions {
            let here = |told: Option<&str>| told == Some(address);
            let concerns = row.outputs.iter().any(|output| here(output.address.as_deref()))
                || row.inputs.iter().any(|input| here(self.index.address(input)));
            let last = self.index.last.get(&row.txid);
            let by_then = last.is_some_and(|last| {
                last.state == "confirmed"
                    && last.block_time.is_some_and(|time| time <= self.snapshot.header.recorded_to)
            });
            if concerns && by_then && !recorded.contains(&row.txid) && !self.verified.proven.contains(&row.txid) {
                self.wrong.push(format!("transaction {} of {address} is here, and not in the record", row.txid));
            }
        }
    }

    fn statements(self) -> Vec<Statement> {
        let record = format!(
            "the record of {} that this program carries, complete to {}",
            self.snapshot.header.family,
            rfc3339(self.snapshot.header.recorded_to)
        );
        let told: Vec<String> = self.wrong.iter().map(|what| format!("{what} ({record})")).collect();
        let mut out = listed(&told);
        if self.same > 0 && self.wrong.is_empty() {
            let same = count(self.same, "transaction is", "transactions are");
            out.push(Statement::established(format!("{same} as in {record}")));
        }
        if self.lacking > 0 {
            let lacking = count(self.lacking, "transaction", "transactions");
            out.push(Statement::not_established(format!(
                "that the ledger is whole: it lacks {lacking} of addresses that nobody was asked about, and that are in {record}"
            )));
        }
        out
    }
}

/// Whether a row says all that the record says of inputs and outputs.
fn is_the_same(recorded: &Tx, row: &TxRow) -> bool {
    let same = |recorded: Option<&Address>, told: Option<&str>| recorded.is_none_or(|one| told == Some(one.as_str()));
    recorded.outputs.len() == row.outputs.len()
        && recorded.inputs.len() == row.inputs.len()
        && recorded.outputs.iter().zip(&row.outputs).all(|(recorded, told)| {
            recorded.value.to_sat() == told.sats && same(recorded.address.as_ref(), told.address.as_deref())
        })
        && recorded.inputs.iter().zip(&row.inputs).all(|(recorded, told)| {
            same(recorded.address.as_ref(), told.address.as_deref())
                && recorded.value.is_none_or(|value| told.sats == Some(value.to_sat()))
                && (recorded.prev_txid.is_none() || told.prev_txid == recorded.prev_txid)
                && (recorded.prev_vout.is_none() || told.prev_vout == recorded.prev_vout)
        })
}

fn stands_there(recorded: &Tx, last: &ObservationRow) -> bool {
    let place = |height, time| last.block_height == Some(height) && last.block_time == Some(time);
    last.state == "confirmed" && recorded.state.block().is_none_or(|block| place(block.height, block.time))
}
