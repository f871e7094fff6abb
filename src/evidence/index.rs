//! The ledger of a pack by txid: what is looked up for every row is found at once.

use std::collections::HashMap;

use crate::domain::Txid;
use crate::store::Slice;
use crate::store::slice::{InputRow, ObservationRow, OutputRow, TxRow};

/// Transactions, and where each stands.
pub(super) struct Index<'a> {
    pub txs: HashMap<Txid, &'a TxRow>,
    /// The last word about each.
    pub last: HashMap<Txid, &'a ObservationRow>,
}

/// What an input spends.
pub(super) enum Spent<'a> {
    /// This output.
    Output(&'a OutputRow),
    /// An output that its transaction, which is here, does not have.
    Nothing,
    /// An output of a transaction that is not here, or none that is named: its address and value are claims.
    Elsewhere,
}

impl<'a> Index<'a> {
    pub fn of(slice: &'a Slice) -> Self {
        Self {
            txs: slice.transactions.iter().map(|tx| (tx.txid, tx)).collect(),
            last: slice.observations.iter().map(|row| (row.txid, row)).collect(),
        }
    }

    pub fn spent(&self, input: &InputRow) -> Spent<'a> {
        let Some((txid, vout)) = input.prev_txid.zip(input.prev_vout) else { return Spent::Elsewhere };
        let Some(tx) = self.txs.get(&txid) else { return Spent::Elsewhere };
        tx.outputs.get(vout as usize).map_or(Spent::Nothing, Spent::Output)
    }

    /// The satoshis that an input brings in: those of the output that it spends, or those that are claimed.
    pub fn sats(&self, input: &InputRow) -> Option<u64> {
        match self.spent(input) {
            Spent::Output(output) => Some(output.sats),
            Spent::Nothing | Spent::Elsewhere => input.sats,
        }
    }

    /// The address whose coins an input spends, likewise.
    pub fn address<'b>(&self, input: &'b InputRow) -> Option<&'b str>
    where
        'a: 'b,
    {
        match self.spent(input) {
            Spent::Output(output) => output.address.as_deref(),
            Spent::Nothing | Spent::Elsewhere => input.address.as_deref(),
        }
    }

    pub fn is_confirmed(&self, txid: &Txid) -> bool {
        self.last.get(txid).is_some_and(|row| row.state == "confirmed")
    }
}
