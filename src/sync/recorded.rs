//! What the ledger holds of an address, as its reader asks.

use std::collections::BTreeSet;

use super::address::Reader;
use crate::domain::{Address, BlockRef, Said, Time, Totals, Txid};
use crate::explorer::{Block, Cursor, Known};
use crate::store::{StoreError, Walked};

/// With more that wait, their sums alone have to tell: servers do not show all of them.
const SHOWN_WAITING: usize = 25;

impl Reader<'_> {
    /// What must be read though the sums agree: transactions in blocks that left the chain, and rows of a record that this
    /// explorer can prove.
    pub(super) async fn unsettled(&self, address: &Address) -> Result<BTreeSet<Txid>, StoreError> {
        let (of, left) = (address.clone(), self.chain.left.clone());
        let proves = self.explorer.proves().then(|| self.explorer.name().to_owned());
        let unsettled = self.store.run(move |store| store.unsettled(&of, &left, proves.as_deref())).await?;
        Ok(unsettled.into_iter().collect())
    }

    /// What waits in the ledger: another transaction may have taken its place, or a block taken it in, and the sums be the same.
    pub(super) async fn waiting(&self, address: &Address, said: &Said) -> Result<Vec<Txid>, StoreError> {
        let of = address.clone();
        let waiting = self.store.run(move |store| store.waiting_txids(&of)).await?;
        let needed = said.confirmed.tx_count.is_none() || waiting.len() <= SHOWN_WAITING;
        Ok(if needed { waiting } else { Vec::new() })
    }

    /// What spares an explorer requests, where it wants to know.
    pub(super) async fn known(&self, address: &Address) -> Result<Known, StoreError> {
        if !self.explorer.wants_known() {
            return Ok(Known::default());
        }
        let (of, deep) = (address.clone(), self.chain.deep());
        let (proven, blocks) =
            self.store.run(move |store| Ok((store.proven_txids(&of)?, store.blocks_below(deep)?))).await?;
        let block = |b: BlockRef| Some((b.height, Block { hash: b.hash?, height: b.height, time: b.time }));
        Ok(Known { proven: proven.into_iter().collect(), blocks: blocks.into_iter().filter_map(block).collect() })
    }

    /// Height and time of the explorer's newest block, if it tells.
    pub fn tip(&self) -> Option<(u32, Time)> {
        self.chain.newest()
    }

    /// The address was read to the totals: from the explorer's newest block on it is looked for in blocks.
    pub async fn join(&self, address: &Address) -> Result<(), StoreError> {
        let Some(height) = self.chain.height() else { return Ok(()) };
        let of = address.clone();
        self.store.run(move |store| store.join(&of, height)).await.map(|_| ())
    }

    pub(super) async fn saved_cursor(&self, address: &Address) -> Result<Option<Cursor>, StoreError> {
        let (of, explorer) = (address.clone(), self.explorer.name().to_owned());
        Ok(self.store.run(move |store| store.cursor(&of, &explorer)).await?.map(Cursor))
    }

    /// What its history came to, where that was read to its end and was not what was counted.
    pub(super) async fn walked(&self, address: &Address) -> Result<Option<Walked>, StoreError> {
        let (of, explorer) = (address.clone(), self.explorer.name().to_owned());
        self.store.run(move |store| store.walked(&of, &explorer)).await
    }

    pub(super) async fn ledger(&self, address: &Address) -> Result<Totals, StoreError> {
        let of = address.clone();
        self.store.run(move |store| store.address_totals(&of)).await
    }

    pub(super) async fn last_check(&self, address: &Address) -> Result<Option<Time>, StoreError> {
        let of = address.clone();
        self.store.run(move |store| Ok(store.last_check(&of)?.map(|c| c.as_of))).await
    }
}
