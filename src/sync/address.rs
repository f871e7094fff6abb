//! Reading one address from one explorer.

use std::collections::BTreeSet;

use super::{AddressRound, End, Progress, Round, STALE_TIP_MINUTES, Step};
use crate::domain::{Address, BlockHash, Network, Provenance, Time, Totals, Txid};
use crate::explorer::{AskError, Cursor, Explorer};
use crate::store::{PageRecord, Recorded, SharedStore, StoreError};

/// How often a history is read anew because the chain moved under it.
const ATTEMPTS: usize = 3;

/// One explorer during one round.
pub(super) struct Reader<'a> {
    pub explorer: &'a Explorer,
    store: &'a SharedStore,
    /// The newest block when the explorer was last asked; `None` before, and for a record.
    tip: Option<BlockHash>,
}

/// The pages of one walk through a history.
#[derive(Default)]
struct Walk {
    seen: BTreeSet<Txid>,
    new: usize,
    reconciled: bool,
    last: Option<Provenance>,
}

/// Outer error: the store, which ends the round. Inner error: the explorer, which sends the address to the next one.
type Asked<T> = Result<Result<T, AskError>, StoreError>;

/// Hands an explorer's error to the caller, like `?` one level further in.
macro_rules! ask {
    ($asked:expr) => {
        match $asked {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        }
    };
}

impl<'a> Reader<'a> {
    pub fn new(explorer: &'a Explorer, store: &'a SharedStore) -> Self {
        Self { explorer, store, tip: None }
    }

    /// Totals; then, where they differ from the ledger, pages until it equals them.
    pub async fn read(
        &mut self,
        address: &Address,
        now: Time,
        progress: Progress<'_>,
        round: &mut Round,
    ) -> Asked<AddressRound> {
        ask!(self.first_tip(now, round).await);
        let mut answer = ask!(self.explorer.totals(address).await);
        let mut done = AddressRound {
            address: address.clone(),
            explorer: self.explorer.name().to_owned(),
            new: 0,
            gone: 0,
            end: End::Unchanged,
        };
        if let Some(as_of) = answer.value.as_of
            && self.last_check(address).await?.is_some_and(|check| check > as_of)
        {
            done.end = End::Newer;
            return Ok(Ok(done));
        }
        for attempt in 1..=ATTEMPTS {
            let totals = answer.value.totals;
            if attempt == 1 && self.ledger(address).await? == totals {
                break;
            }
            ask!(self.walk_to(address, &totals, progress, round, &mut done).await?);
            // Blocks may have been replaced between two pages: then what was read may be of two histories.
            if !ask!(self.tip_moved().await) {
                break;
            }
            answer = ask!(self.explorer.totals(address).await);
        }
        let as_of = answer.value.as_of.unwrap_or(answer.provenance.asked_at);
        let (of, totals, provenance) = (address.clone(), answer.value.totals, answer.provenance);
        let ledger = self
            .store
            .run(move |store| {
                store.record_totals(&of, &totals, as_of, &provenance)?;
                store.forget_cursors(&of)?;
                ledger_totals(store, &of)
            })
            .await?;
        if ledger != totals {
            done.end = End::Unreconciled { explorer: totals, ledger };
        }
        Ok(Ok(done))
    }

    /// Goes on where an earlier round was broken off, then reads from the newest page on, until the ledger equals the totals.
    async fn walk_to(
        &self,
        address: &Address,
        totals: &Totals,
        progress: Progress<'_>,
        round: &mut Round,
        done: &mut AddressRound,
    ) -> Asked<()> {
        done.end = End::Reconciled;
        let (of, explorer) = (address.clone(), self.explorer.name().to_owned());
        let saved = self.store.run(move |store| store.cursor(&of, &explorer)).await?;
        if let Some(after) = saved {
            let walk = ask!(self.walk(address, totals, Some(Cursor(after)), progress, round).await?);
            done.new += walk.new;
            if walk.reconciled {
                return Ok(Ok(()));
            }
        }
        let walk = ask!(self.walk(address, totals, None, progress, round).await?);
        done.new += walk.new;
        if !walk.reconciled {
            done.gone += self.mark_gone(address, totals, &walk).await?;
        }
        Ok(Ok(()))
    }

    async fn walk(
        &self,
        address: &Address,
        totals: &Totals,
        mut after: Option<Cursor>,
        progress: Progress<'_>,
        round: &mut Round,
    ) -> Asked<Walk> {
        let mut walk = Walk::default();
        loop {
            let answer = ask!(self.explorer.address_page(address, after.as_ref()).await);
            let before = walk.seen.len();
            walk.seen.extend(answer.value.txs.iter().map(|tx| tx.txid));
            walk.last = Some(answer.provenance.clone());
            // A server that repeats itself for ever would keep us for ever.
            let progressed = walk.seen.len() > before;
            let next = answer.value.next.filter(|next| progressed && Some(next) != after.as_ref());
            let page = PageRecord {
                address: address.clone(),
                txs: answer.value.txs,
                next: next.as_ref().map(|c| c.0.clone()),
                provenance: answer.provenance,
            };
            let (recorded, ledger) = self
                .store
                .run(move |store| Ok((store.record_page(&page)?, ledger_totals(store, &page.address)?)))
                .await?;
            let Recorded { new, refused } = recorded;
            walk.new += new;
            round.refused.extend(refused);
            progress(Step::Page { read: walk.seen.len(), of: totals.tx_count + totals.mempool_tx_count });
            walk.reconciled = ledger == *totals;
            if walk.reconciled || next.is_none() {
                return Ok(Ok(walk));
            }
            after = next;
        }
    }

    /// A whole history was read and some transactions of the ledger are not in it: replaced, evicted or reorganised away.
    /// An unknown cursor answers like the end of a history, so it is whole only where it holds as many as were counted.
    async fn mark_gone(&self, address: &Address, totals: &Totals, walk: &Walk) -> Result<usize, StoreError> {
        let whole = walk.seen.len() as u64 == totals.tx_count + totals.mempool_tx_count;
        let Some(provenance) = walk.last.clone().filter(|_| whole && !self.explorer.is_recorded()) else {
            return Ok(0);
        };
        let of = address.clone();
        let seen = walk.seen.clone();
        self.store
            .run(move |store| {
                let mut gone = store.present_txids(&of)?;
                gone.retain(|txid| !seen.contains(txid));
                if !gone.is_empty() {
                    store.record_gone(&gone, &provenance)?;
                }
                Ok(gone.len())
            })
            .await
    }

    /// Asks for the newest block once a round, and says so when it is old.
    async fn first_tip(&mut self, now: Time, round: &mut Round) -> Result<(), AskError> {
        if self.explorer.is_recorded() || self.tip.is_some() {
            return Ok(());
        }
        let tip = self.explorer.tip().await?.value;
        let block = self.explorer.block(&tip).await?.value;
        self.tip = Some(tip);
        let age = (now - block.time).num_minutes();
        if self.explorer.network() != Network::Regtest && age > STALE_TIP_MINUTES {
            round.warnings.push(format!(
                "{}: its newest block {} is {} hours old; it may be out of step with the network",
                self.explorer.name(),
                block.height,
                age / 60
            ));
        }
        Ok(())
    }

    /// Whether there is another newest block than before.
    async fn tip_moved(&mut self) -> Result<bool, AskError> {
        if self.explorer.is_recorded() {
            return Ok(false);
        }
        let tip = self.explorer.tip().await?.value;
        Ok(self.tip.replace(tip) != Some(tip))
    }

    async fn ledger(&self, address: &Address) -> Result<Totals, StoreError> {
        let of = address.clone();
        self.store.run(move |store| ledger_totals(store, &of)).await
    }

    async fn last_check(&self, address: &Address) -> Result<Option<Time>, StoreError> {
        let of = address.clone();
        self.store.run(move |store| Ok(store.last_check(&of)?.map(|c| c.as_of))).await
    }
}

/// What the ledger holds of an address.
fn ledger_totals(store: &crate::store::Store, address: &Address) -> Result<Totals, StoreError> {
    Ok(store.ledger([address])?.addresses.first().map(|a| a.ledger).unwrap_or_default())
}
