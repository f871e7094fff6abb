//! Reading one address from one explorer.

use std::collections::BTreeSet;

use super::asked::{Asked, ask};
use super::chain::{Chain, behind};
use super::guard::Guard;
use super::reading::{REPEATING, Reading, Stop};
use super::{AddressRound, End, Progress, Round};
use crate::domain::{Address, BlockHash, Time, Totals, format};
use crate::explorer::Explorer;
use crate::store::{SharedStore, StoreError, Walked};

/// How often the totals are taken anew because the chain or the address moved under the pages.
const ATTEMPTS: usize = 3;
/// A history that a round may not read to its end is set aside after so many rounds, whatever it brings.
const ROUNDS: usize = 40;

/// One explorer during one round.
pub(super) struct Reader<'a> {
    pub explorer: &'a Explorer,
    pub(super) store: &'a SharedStore,
    pub(super) chain: Chain,
    /// It showed that it follows the right chain.
    pub contacted: bool,
    /// Addresses in a row that it could not answer for.
    pub strikes: usize,
    /// What was read since the newest block was asked for last.
    pub(super) guard: Guard,
    /// A history that was read to its end in vain before that moment is read again.
    oldest: Time,
}

impl<'a> Reader<'a> {
    pub fn new(explorer: &'a Explorer, store: &'a SharedStore, oldest: Time) -> Self {
        let (chain, guard) = (Chain::default(), Guard::default());
        Self { explorer, store, chain, contacted: false, strikes: 0, guard, oldest }
    }

    /// Totals; then, where they differ from the ledger, pages until it equals them, or as many as `pages` says: what is left
    /// of them is written there.
    pub async fn read(
        &mut self,
        address: &Address,
        now: Time,
        pages: &mut usize,
        progress: Progress<'_>,
        round: &mut Round,
    ) -> Asked<AddressRound> {
        if !self.contacted {
            ask!(self.chain.meet(self.explorer, self.store, now).await?);
            self.contacted = true;
        }
        let goal = ask!(self.explorer.totals(address).await);
        let explorer = self.explorer.name().to_owned();
        let done = AddressRound {
            address: address.clone(),
            explorer,
            new: 0,
            gone: 0,
            waiting_whole: true,
            waiting: 0,
            end: End::Unchanged,
        };
        let (seen, pending) = (BTreeSet::new(), BTreeSet::new());
        let known = self.known(address).await?;
        let blocks = BTreeSet::new();
        let (left, most) = (*pages, *pages);
        let mut reading = Reading {
            address,
            goal,
            pending,
            seen,
            seen_waiting: BTreeSet::new(),
            ended: None,
            walked: self.walked(address).await?.filter(|walked| walked.at > self.oldest),
            refused: 0,
            blocks,
            last: None,
            known,
            pages: 0,
            left,
            brought: 0,
            stop: None,
            looped: false,
            ledger: Totals::default(),
            done,
        };
        if let Some(as_of) = reading.goal.value.as_of
            && self.last_check(address).await?.is_some_and(|check| check > as_of)
        {
            reading.done.end = End::Newer;
            return Ok(Ok(reading.done));
        }
        ask!(self.chain.is_level_with(self.explorer, self.store, address).await?);
        let before = self.ledger(address).await?;
        for _ in 0..ATTEMPTS {
            reading.pending = self.unsettled(address).await?;
            reading.ledger = self.ledger(address).await?;
            // To look again after what waits is no news by itself.
            let news = !reading.is_there();
            reading.pending.extend(self.waiting(address, &reading.said()).await?);
            // Where the totals do not add up, a server that lagged behind them shows what is new on its newest page.
            if reading.is_there() && (reading.at_rest().is_none() || reading.pages > 0) {
                break;
            }
            if news {
                reading.done.end = End::Reconciled;
            }
            let walked = self.walk(&mut reading, progress, round).await?;
            *pages = reading.left;
            ask!(walked);
            if reading.stop.is_some() {
                break;
            }
            // Added up whole once more: somebody else may have written meanwhile.
            reading.ledger = self.ledger(address).await?;
            if !news && reading.done.new == 0 && reading.is_there() {
                break;
            }
            let met = std::mem::take(&mut reading.blocks);
            if reading.is_there() {
                self.guard.add(address, met, reading.pages, reading.goal.provenance.asked_at);
                break;
            }
            let moved = ask!(self.moved(met).await?);
            if reading.goal().is_reached(&reading.ledger) && !moved {
                break;
            }
            let before = reading.said();
            reading.goal = ask!(self.explorer.totals(address).await);
            if !moved && reading.said() == before {
                break;
            }
        }
        let ledger = self.ledger(address).await?;
        if reading.stop.is_none() && !reading.pending.is_empty() && reading.said().agrees(&ledger) {
            let count = format::count(reading.pending.len(), "transaction", "transactions");
            let reason = format!("its history of {address} does not tell where {count} of the ledger stand now");
            return Ok(Err(behind(self.explorer, reason)));
        }
        if reading.stop.is_none() && reading.looped && !reading.said().agrees(&ledger) {
            reading.stop = Some(Stop::Endless(REPEATING));
        }
        if reading.done.new + reading.done.gone > 0 || ledger != before {
            reading.done.end = End::Reconciled;
        }
        self.finish(reading, now, most).await.map(Ok)
    }

    /// Whether the newest block is another one than before, now that these blocks were met.
    async fn moved(&mut self, met: BTreeSet<(u32, BlockHash)>) -> Asked<bool> {
        let moved = ask!(self.chain.moved(self.explorer, self.store, &met).await?);
        self.guard.moved |= moved && !self.guard.addresses.is_empty();
        Ok(Ok(moved))
    }

    /// The addresses that were read since the last look, and whether blocks may have been replaced under their pages. Where that cannot
    /// be had they stay.
    pub async fn look(&mut self) -> Asked<(Vec<Address>, bool)> {
        if self.guard.addresses.is_empty() {
            return Ok(Ok((Vec::new(), false)));
        }
        let met = self.guard.met.clone();
        let moved = ask!(self.moved(met).await?) || self.guard.moved;
        Ok(Ok((self.guard.take(), moved)))
    }

    /// Records what the explorer said, and whether the ledger equals it.
    async fn finish(&self, reading: Reading<'_>, now: Time, most: usize) -> Result<AddressRound, StoreError> {
        let settled = reading.pending.is_empty() && reading.refused == 0 && reading.stop.is_none();
        let ended = settled && reading.ended == Some(reading.said());
        let rests = reading.at_rest().map(|walked| walked.miscounted);
        let Reading { address, goal, mut done, pages, brought, stop, seen, .. } = reading;
        let explorer = self.explorer.name().to_owned();
        let as_of = goal.value.as_of.unwrap_or(goal.provenance.asked_at);
        let (of, said, provenance, tip) = (address.clone(), goal.value.said, goal.provenance, self.chain.height());
        let raw = goal.raw;
        let (ledger, endless, miscounted) = self
            .store
            .run(move |store| {
                store.record_totals(&of, &said, as_of, tip, &provenance, &raw)?;
                // A round that asks for all that it may, and gets less than one transaction a page, gets nowhere.
                let endless = match stop {
                    None => {
                        store.forget_cursors(&of)?;
                        store.forget_paging(&of, &explorer)?;
                        None
                    }
                    Some(Stop::Endless(why)) => Some(why),
                    Some(Stop::Budget) if brought < pages => Some("it pages on and brings next to nothing new"),
                    Some(Stop::Budget) => {
                        let over_rounds = store.count_pages(&of, &explorer, pages)?;
                        (over_rounds > most.saturating_mul(ROUNDS)).then_some("it had no end after 40 rounds")
                    }
                };
                if let Some(why) = endless {
                    store.set_aside(&of, &explorer, now, why)?;
                }
                let ledger = store.address_totals(&of)?;
                let mut miscounted = rests.unwrap_or_default();
                if ended && !said.agrees(&ledger) {
                    miscounted = store.present_txids(&of)?.into_iter().collect::<BTreeSet<_>>() == seen;
                    store.record_walked(&of, &Walked { said, ledger, miscounted, at: now }, &provenance, &raw)?;
                }
                Ok((ledger, endless, miscounted))
            })
            .await?;
        (done.waiting_whole, done.waiting) = (said.is_whole(&ledger), ledger.mempool_tx_count);
        match (stop, endless) {
            (_, Some(why)) => done.end = End::Aside { reason: why.to_owned() },
            (Some(_), None) => done.end = End::Paused { explorer: said, ledger },
            (None, None) if !said.reconciles(&ledger) && miscounted => {
                done.end = End::Miscounted { explorer: said, ledger, again: !ended };
            }
            (None, None) if !said.reconciles(&ledger) => done.end = End::Unreconciled { explorer: said, ledger },
            (None, None) => {}
        }
        Ok(done)
    }
}
