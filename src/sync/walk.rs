//! Reading the history of one address, page after page.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Reader;
use super::asked::{Asked, ask};
use super::reading::{REPEATING, Reading, Stop};
use super::{Progress, Round, Step};
use crate::domain::{BlockRef, State, Txid};
use crate::explorer::{Answer, AskError, Cursor, Page};
use crate::http::HttpError;
use crate::store::{PageRecord, StoreError};

/// Pages in a row that bring nothing that was not on the pages before: a real server repeats one where blocks came between.
const REPEATS: usize = 3;
/// So many more transactions than were counted may come: blocks come in between, and servers count differently.
const UNCOUNTED: u64 = 200;
/// How often an end is asked for again that comes before as many transactions as were counted: an empty page may be a slip.
const ENDS: usize = 2;

impl Reader<'_> {
    /// Reads from the newest page on, leaves out what an interrupted round read before, and ends when the ledger equals the
    /// totals and nothing is pending, or with the history.
    pub(super) async fn walk(&self, reading: &mut Reading<'_>, progress: Progress<'_>, round: &mut Round) -> Asked<()> {
        reading.seen.clear();
        reading.seen_waiting.clear();
        reading.ended = None;
        let said = reading.said();
        let saved = self.saved_cursor(reading.address).await?;
        if !reading.may_ask() {
            return Ok(Ok(()));
        }
        let first = ask!(self.explorer.address_page(reading.address, None, &reading.known).await);
        let mut after_first = first.value.next.clone();
        // Until the rest is reached, the place where the interrupted round stopped is kept.
        let kept = saved.clone().or_else(|| after_first.clone());
        let last_waiting = first.value.txs.iter().rev().find(|tx| tx.state == State::Mempool).map(|tx| tx.txid);
        let mut new = self.store_page(reading, first, kept.clone(), progress, round).await?;
        if reading.is_there() {
            return Ok(Ok(()));
        }
        if let Some(last) = last_waiting {
            new += ask!(self.read_waiting(reading, last, kept, progress, round).await?);
            if reading.is_there() {
                return Ok(Ok(()));
            }
        }
        // A payment that came between the totals and the page: the goal has moved.
        if new > 0 && reading.ledger.together().tx_count >= reading.count() {
            reading.goal = ask!(self.explorer.totals(reading.address).await);
            if reading.is_there() {
                return Ok(Ok(()));
            }
        }
        // What is in blocks agrees: of what waits, that is gone which is not listed, and where not all of it is listed the pages
        // behind bring nothing.
        if reading.said().confirmed.tx_count.is_some() && reading.said().reconciles(&reading.ledger) {
            ask!(self.mark_gone(reading).await?);
            let partly = reading.said().waiting.tx_count.is_some_and(|count| count > reading.seen_waiting.len() as u64);
            if reading.is_there() || (partly && reading.pending.is_empty()) {
                return Ok(Ok(()));
            }
        }
        if saved.is_some() && ask!(self.follow(reading, saved, progress, round).await?) {
            return Ok(Ok(()));
        }
        for _ in 0..ENDS {
            if after_first.is_some() || !reading.lacks() || !reading.may_ask() {
                break;
            }
            let first = ask!(self.explorer.address_page(reading.address, None, &reading.known).await);
            after_first = first.value.next.clone();
            self.store_page(reading, first, after_first.clone(), progress, round).await?;
            if reading.is_there() {
                return Ok(Ok(()));
            }
        }
        if ask!(self.follow(reading, after_first, progress, round).await?) {
            return Ok(Ok(()));
        }
        reading.ended = Some(said).filter(|_| !reading.looped);
        ask!(self.mark_gone(reading).await?);
        Ok(Ok(()))
    }

    /// Reads on behind the waiting transactions of the first page, where more wait than it shows and the server speaks it. Returns how
    /// many were new.
    async fn read_waiting(
        &self,
        reading: &mut Reading<'_>,
        mut last: Txid,
        kept: Option<Cursor>,
        progress: Progress<'_>,
        round: &mut Round,
    ) -> Asked<usize> {
        let mut new = 0;
        while reading.said().waiting.tx_count.is_some_and(|count| count > reading.seen_waiting.len() as u64) {
            if !reading.may_ask() {
                break;
            }
            let answer = match self.explorer.waiting_page(reading.address, &last, &reading.known).await {
                Ok(answer) => answer,
                // Its API has no such question, or it does not know it, or the transaction went meanwhile.
                Err(AskError::Unsupported { .. }) => break,
                Err(AskError::Http { source: HttpError::Status { status: 400..=499, .. }, .. }) => break,
                Err(error) => return Ok(Err(error)),
            };
            let is_new = |txid: &Txid| !reading.seen_waiting.contains(txid);
            let waiting = answer.value.txs.iter().filter(|tx| tx.state == State::Mempool).map(|tx| tx.txid);
            // A server that does not speak it shows the first page again.
            let Some(further) = waiting.rev().find(is_new) else { break };
            last = further;
            new += self.store_page(reading, answer, kept.clone(), progress, round).await?;
        }
        Ok(Ok(new))
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
        let mut ends = 0;
        let (mut told, mut repeats): (BTreeSet<Txid>, usize) = (BTreeSet::new(), 0);
        while let Some(cursor) = after {
            // A server that repeats itself would keep us for ever.
            if ends == 0 && !pages.insert(cursor.0.clone()) {
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
            repeats = if told.len() > before || next.is_none() { 0 } else { repeats + 1 };
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
            // Blocks may have come, and what was proven by the page is known now.
            after = match next {
                None if reading.lacks() && ends < ENDS => {
                    ends += 1;
                    reading.known = self.known(reading.address).await?;
                    Some(cursor)
                }
                next => {
                    ends = 0;
                    next
                }
            };
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
        let waiting = answer.value.txs.iter().filter(|tx| tx.state == State::Mempool);
        reading.seen_waiting.extend(waiting.map(|tx| tx.txid));
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
        reading.refused += refused.len();
        reading.brought += recorded.new + before - reading.pending.len();
        round.refused.extend(recorded.refused);
        round.warnings.extend(recorded.settled.iter().map(ToString::to_string));
        progress(Step::Page { read: reading.seen.len(), of: reading.count() });
        Ok(recorded.new)
    }

    /// Some transactions of the ledger are not in what was read: replaced, evicted or reorganised away. An unknown cursor answers like
    /// the end of a history, so it is whole only where it holds as many as were counted, or ends there also when asked again: some
    /// servers count twice. What waits is whole by itself where as many are listed as were counted.
    async fn mark_gone(&self, reading: &mut Reading<'_>) -> Asked<()> {
        let counted = reading.count() == Some(reading.seen.len() as u64);
        let whole = counted || reading.ended.is_some();
        let listed = counted || reading.said().waiting.tx_count == Some(reading.seen_waiting.len() as u64);
        let Some((provenance, raw)) = reading.last.clone().filter(|_| !self.explorer.is_recorded()) else {
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
                None => listed,
                Some(block) => whole && ask!(self.chain.has_left(self.explorer, block).await),
            } {
                gone.push(txid);
            }
        }
        reading.done.gone += gone.len();
        reading.pending.retain(|txid| !gone.contains(txid));
        if !gone.is_empty() {
            self.store.run(move |store| store.record_gone(&gone, &provenance, &raw)).await?;
            reading.ledger = self.ledger(reading.address).await?;
        }
        Ok(Ok(()))
    }
}
