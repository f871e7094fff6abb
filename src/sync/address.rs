//! Reading one address from one explorer.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::{Asked, ask};
use super::chain::{Chain, behind};
use super::reading::{Reading, Stop};
use super::{AddressRound, End, Progress, Round, Step};
use crate::domain::{Address, BlockRef, Time, Totals, Txid, format};
use crate::explorer::{Answer, Cursor, Explorer, Page};
use crate::store::{PageRecord, SharedStore, StoreError};

/// How often the totals are taken anew because the chain or the address moved under the pages.
const ATTEMPTS: usize = 3;
/// Pages in a row that bring nothing that was not on the pages before: a real server repeats one where blocks came between.
const REPEATS: usize = 3;
const REPEATING: &str = "it repeats itself without an end";
/// A history that a round may not read to its end is set aside after so many rounds, whatever it brings.
const ROUNDS: usize = 40;
/// So many more transactions than were counted may come: blocks come in between, and servers count differently.
const UNCOUNTED: u64 = 200;

/// One explorer during one round.
pub(super) struct Reader<'a> {
    pub explorer: &'a Explorer,
    pub(super) store: &'a SharedStore,
    pub(super) chain: Chain,
    /// It showed that it follows the right chain.
    pub contacted: bool,
    /// Addresses in a row that it could not answer for.
    pub strikes: usize,
}

impl<'a> Reader<'a> {
    pub fn new(explorer: &'a Explorer, store: &'a SharedStore) -> Self {
        Self { explorer, store, chain: Chain::default(), contacted: false, strikes: 0 }
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
            if reading.is_there() {
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
            let moved = ask!(self.chain.moved(self.explorer, self.store, &reading.blocks).await?);
            reading.blocks.clear();
            if reading.said().agrees(&reading.ledger) && !moved {
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

    /// Records what the explorer said, and whether the ledger equals it.
    async fn finish(&self, reading: Reading<'_>, now: Time, most: usize) -> Result<AddressRound, StoreError> {
        let Reading { address, goal, mut done, pages, brought, stop, .. } = reading;
        let explorer = self.explorer.name().to_owned();
        let as_of = goal.value.as_of.unwrap_or(goal.provenance.asked_at);
        let (of, said, provenance, tip) = (address.clone(), goal.value.said, goal.provenance, self.chain.height());
        let raw = goal.raw;
        let (ledger, endless) = self
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
                Ok((store.address_totals(&of)?, endless))
            })
            .await?;
        done.waiting_whole = said.is_whole(&ledger);
        match (stop, endless) {
            (_, Some(why)) => done.end = End::Aside { reason: why.to_owned() },
            (Some(_), None) => done.end = End::Paused { explorer: said, ledger },
            (None, None) if !said.reconciles(&ledger) => done.end = End::Unreconciled { explorer: said, ledger },
            (None, None) => {}
        }
        Ok(done)
    }

    /// Reads from the newest page on, leaves out what an interrupted round read before, and ends when the ledger equals the
    /// totals and nothing is pending, or with the history.
    async fn walk(&self, reading: &mut Reading<'_>, progress: Progress<'_>, round: &mut Round) -> Asked<()> {
        reading.seen.clear();
        let saved = self.saved_cursor(reading.address).await?;
        if !reading.may_ask() {
            return Ok(Ok(()));
        }
        let first = ask!(self.explorer.address_page(reading.address, None, &reading.known).await);
        let after_first = first.value.next.clone();
        // Until the rest is reached, the place where the interrupted round stopped is kept.
        let kept = saved.clone().or_else(|| after_first.clone());
        let new = self.store_page(reading, first, kept, progress, round).await?;
        if reading.is_there() {
            return Ok(Ok(()));
        }
        // A payment that came between the totals and the page: the goal has moved.
        if new > 0 && reading.ledger.together().tx_count >= reading.count() {
            reading.goal = ask!(self.explorer.totals(reading.address).await);
            if reading.is_there() {
                return Ok(Ok(()));
            }
        }
        if saved.is_some() && ask!(self.follow(reading, saved, progress, round).await?) {
            return Ok(Ok(()));
        }
        if ask!(self.follow(reading, after_first, progress, round).await?) {
            return Ok(Ok(()));
        }
        ask!(self.mark_gone(reading).await?);
        Ok(Ok(()))
    }

    /// Reads page after page from a cursor on; true when the ledger is there, or no further page is asked for.
    async fn follow(
        &self,
        reading: &mut Reading<'_>,
        mut after: Option<Cursor>,
        progress: Progress<'_>,
        round: &mut Round,
    ) -> Asked<bool> {
        let mut pages: BTreeSet<String> = BTreeSet::new();
        let (mut told, mut repeats): (BTreeSet<Txid>, usize) = (BTreeSet::new(), 0);
        while let Some(cursor) = after {
            // A server that repeats itself would keep us for ever.
            if !pages.insert(cursor.0.clone()) {
                reading.looped = true;
                break;
            }
            if !reading.may_ask() {
                return Ok(Ok(true));
            }
            let answer = ask!(self.explorer.address_page(reading.address, Some(&cursor), &reading.known).await);
            let next = answer.value.next.clone();
            let before = told.len();
            told.extend(answer.value.txs.iter().map(|tx| tx.txid));
            repeats = if told.len() > before { 0 } else { repeats + 1 };
            self.store_page(reading, answer, next.clone(), progress, round).await?;
            if reading.is_there() {
                return Ok(Ok(true));
            }
            if repeats >= REPEATS {
                reading.stop = Some(Stop::Endless(REPEATING));
            }
            if reading.count().is_some_and(|count| told.len() as u64 > count + count / 10 + UNCOUNTED) {
                reading.stop = Some(Stop::Endless("it tells of more transactions than it counts"));
            }
            after = next;
        }
        Ok(Ok(false))
    }

    /// Stores a page; returns how many transactions were new.
    async fn store_page(
        &self,
        reading: &mut Reading<'_>,
        answer: Answer<Page>,
        next: Option<Cursor>,
        progress: Progress<'_>,
        round: &mut Round,
    ) -> Result<usize, StoreError> {
        let told: BTreeSet<Txid> = answer.value.txs.iter().map(|tx| tx.txid).collect();
        reading.seen.extend(&told);
        let blocks = answer.value.txs.iter().filter_map(|tx| tx.state.block());
        reading.blocks.extend(blocks.filter_map(|block| Some((block.height, block.hash?))));
        reading.last = Some((answer.provenance.clone(), answer.raw.clone()));
        let page = PageRecord {
            address: reading.address.clone(),
            txs: answer.value.txs,
            next: next.map(|c| c.0),
            provenance: answer.provenance,
            raw: answer.raw,
            tip: self.chain.height(),
            left: self.chain.left.clone(),
            held: Some(reading.ledger),
            goal: reading.pending.is_subset(&told).then(|| reading.goal()),
        };
        let recorded = self.store.run(move |store| store.record_page(&page)).await?;
        reading.ledger = recorded.ledger;
        // What was refused was not told.
        let refused: BTreeSet<Txid> = recorded.refused.iter().map(|refusal| refusal.txid).collect();
        let before = reading.pending.len();
        reading.pending.retain(|txid| !told.contains(txid) || refused.contains(txid));
        reading.done.new += recorded.new;
        reading.brought += recorded.new + before - reading.pending.len();
        round.refused.extend(recorded.refused);
        round.warnings.extend(recorded.settled.iter().map(ToString::to_string));
        progress(Step::Page { read: reading.seen.len(), of: reading.count() });
        Ok(recorded.new)
    }

    /// A whole history was read and some transactions of the ledger are not in it: replaced, evicted or reorganised away.
    /// An unknown cursor answers like the end of a history, so it is whole only where it holds as many as were counted.
    async fn mark_gone(&self, reading: &mut Reading<'_>) -> Asked<()> {
        let whole = reading.count() == Some(reading.seen.len() as u64);
        let Some((provenance, raw)) = reading.last.clone().filter(|_| whole && !self.explorer.is_recorded()) else {
            return Ok(Ok(()));
        };
        let (of, seen) = (reading.address.clone(), reading.seen.clone());
        let (missing, blocks) = self
            .store
            .run(move |store| {
                let mut missing = store.present_txids(&of)?;
                missing.retain(|txid| !seen.contains(txid));
                let blocks: BTreeMap<Txid, BlockRef> = store.blocks_of(&missing)?.into_iter().collect();
                Ok((missing, blocks))
            })
            .await?;
        let mut gone: Vec<Txid> = Vec::new();
        for txid in missing {
            if match blocks.get(&txid) {
                None => true,
                Some(block) => ask!(self.chain.has_left(self.explorer, block).await),
            } {
                gone.push(txid);
            }
        }
        reading.done.gone += gone.len();
        reading.pending.retain(|txid| !gone.contains(txid));
        if !gone.is_empty() {
            self.store.run(move |store| store.record_gone(&gone, &provenance, &raw)).await?;
        }
        Ok(Ok(()))
    }
}
