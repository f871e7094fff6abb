//! Asking again: a second explorer for totals and transactions, and proofs that transactions are in blocks.

mod proof;

use std::collections::{BTreeMap, BTreeSet};

use super::chain::{Chain, behind};
use super::{Failure, Options, Progress, Step, reason};
use crate::domain::{Address, BlockRef, IncidentKind, Said, State, Totals, Txid};
use crate::explorer::{AskError, Cursor, Explorer, Known};
use crate::store::{Finding, PageRecord, Refusal, SharedStore, StoreError};

pub use proof::proofs;

/// So many questions in a row that an explorer fails on, and it is not asked any more.
const STRIKES: usize = 3;

/// What an audit did.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// What second explorers said, address by address.
    pub opinions: Vec<Opinion>,
    /// Addresses that no second explorer answered for.
    pub without_opinion: Vec<Address>,
    /// Transactions that were proven to be in their block.
    pub proven: usize,
    /// Those of them whose block lies above the last target that is known: its work was checked against a floor only.
    pub by_floor: usize,
    /// Headers that were fetched and checked.
    pub headers: usize,
    /// Transactions that could not be proven, and why.
    pub unproven: Vec<(Txid, String)>,
    /// What was told and refused.
    pub refused: Vec<Refusal>,
    /// What else a reader should know.
    pub warnings: Vec<String>,
    /// Explorers that failed, and why.
    pub failures: Vec<Failure>,
}

/// What a second explorer said of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// The address.
    pub address: Address,
    /// Who gave the ledger's totals.
    pub first: String,
    /// Who was asked now.
    pub second: String,
    /// What it said.
    pub said: Said,
    /// What the ledger holds.
    pub ledger: Totals,
    /// Transactions that were told by one explorer alone before, and are by two now.
    pub confirmed: usize,
    /// Transactions of the ledger that it does not tell of.
    pub missing: usize,
    /// Transactions that it tells of and the ledger does not hold; they are not taken in.
    pub extra: usize,
    /// Transactions that it has waiting or in another block than the ledger; its word alone moves nothing.
    pub elsewhere: usize,
}

impl Opinion {
    /// It says what the ledger holds in blocks. What waits need not be known to both.
    pub fn agrees(&self) -> bool {
        self.said.reconciles(&self.ledger)
    }
}

impl Audit {
    /// Everything was answered, and everything agrees.
    pub fn is_clean(&self) -> bool {
        self.without_opinion.is_empty()
            && self.unproven.is_empty()
            && self.refused.is_empty()
            && self.opinions.iter().all(|o| o.agrees() && o.missing == 0 && o.extra == 0 && o.elsewhere == 0)
    }
}

/// Asks an explorer that did not give the ledger's totals for its own, and for every transaction that only one told so far.
pub async fn second_opinion(
    store: &SharedStore,
    explorers: &[Explorer],
    addresses: &[Address],
    options: Options<'_>,
    progress: Progress<'_>,
    audit: &mut Audit,
) -> Result<(), StoreError> {
    let mut lost: BTreeSet<String> = BTreeSet::new();
    let mut met: BTreeMap<String, Chain> = BTreeMap::new();
    for address in addresses {
        progress(Step::Address(address));
        let of = address.clone();
        let Some(first) = store.run(move |store| store.last_check(&of)).await? else {
            audit.without_opinion.push(address.clone());
            progress(Step::Done);
            continue;
        };
        let mut given = false;
        // Another name for the same server is no second one.
        let place = explorers.iter().find(|e| e.name() == first.explorer).map(Explorer::place);
        let is_first = |e: &Explorer| [e.name(), &e.place()].contains(&first.explorer.as_str());
        let others = |e: &&Explorer| !is_first(e) && Some(e.place()) != place;
        for second in explorers.iter().filter(others) {
            if lost.contains(second.name()) {
                continue;
            }
            if !met.contains_key(second.name()) {
                let mut chain = Chain::default();
                if let Err(error) = chain.meet(second, store, options.now).await? {
                    fail(audit, second, None, &error);
                    lost.insert(second.name().to_owned());
                    continue;
                }
                met.insert(second.name().to_owned(), chain);
            }
            let Some(chain) = met.get(second.name()) else { continue };
            match opinion(store, second, chain, (address, options.max_pages), &first.explorer, audit).await? {
                Ok(opinion) => {
                    audit.opinions.push(opinion);
                    given = true;
                    break;
                }
                Err(error) => {
                    fail(audit, second, Some(address), &error);
                    if audit.failures.iter().filter(|f| f.explorer == second.name()).count() >= STRIKES {
                        lost.insert(second.name().to_owned());
                    }
                }
            }
        }
        if !given {
            audit.without_opinion.push(address.clone());
        }
        progress(Step::Done);
    }
    Ok(())
}

fn fail(audit: &mut Audit, explorer: &Explorer, address: Option<&Address>, error: &AskError) {
    let (explorer, address) = (explorer.name().to_owned(), address.cloned());
    audit.failures.push(Failure { explorer, address, reason: reason(error) });
}

/// Whether what is told of a transaction is what the ledger has: waiting, or in this block.
fn stands_at(told: &State, held: Option<&BlockRef>) -> bool {
    match (told.block(), held) {
        (Some(told), Some(held)) => {
            let hashes = told.hash.is_none() || held.hash.is_none() || told.hash == held.hash;
            (told.height, told.time) == (held.height, held.time) && hashes
        }
        (None, None) => *told == State::Mempool,
        _ => false,
    }
}

async fn opinion(
    store: &SharedStore,
    second: &Explorer,
    chain: &Chain,
    (address, max_pages): (&Address, usize),
    first: &str,
    audit: &mut Audit,
) -> Result<Result<Opinion, AskError>, StoreError> {
    // Who knows less than the ledger has nothing to say of it.
    if let Err(error) = chain.is_level_with(second, store, address).await? {
        return Ok(Err(error));
    }
    let totals = match second.totals(address).await {
        Ok(totals) => totals,
        Err(error) => return Ok(Err(error)),
    };
    // What the ledger held before it listened is what is compared.
    let of = address.clone();
    let (ledger, present, blocks) = store
        .run(move |store| {
            let present = store.present_txids(&of)?;
            let blocks = store.blocks_of(&present)?;
            Ok((store.address_totals(&of)?, present, blocks))
        })
        .await?;
    let held: BTreeSet<Txid> = present.into_iter().collect();
    let blocks: BTreeMap<Txid, BlockRef> = blocks.into_iter().collect();
    let (mut extra, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    let alone = |of: Address| store.run(move |store| store.told_by_one(&of));
    let before: BTreeSet<Txid> = alone(address.clone()).await?.into_iter().collect();
    let (mut seen, mut after): (BTreeSet<Txid>, Option<Cursor>) = (BTreeSet::new(), None);
    let (mut cursors, mut now_held): (BTreeSet<String>, Totals) = (BTreeSet::new(), ledger);
    while !before.is_subset(&seen) {
        if cursors.len() >= max_pages {
            let reason = format!("its history of {address} takes more than max_pages = {max_pages} pages");
            return Ok(Err(behind(second, reason)));
        }
        let answer = match second.address_page(address, after.as_ref(), &Known::default()).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        seen.extend(answer.value.txs.iter().map(|tx| tx.txid));
        let next = answer.value.next.clone();
        let mut txs = answer.value.txs;
        let in_blocks = txs.iter().filter(|tx| tx.state.block().is_some());
        extra.extend(in_blocks.map(|tx| tx.txid).filter(|txid| !held.contains(txid)));
        txs.retain(|tx| held.contains(&tx.txid));
        elsewhere.extend(txs.iter().filter(|tx| !stands_at(&tx.state, blocks.get(&tx.txid))).map(|tx| tx.txid));
        txs.retain(|tx| !elsewhere.contains(&tx.txid));
        let page = PageRecord {
            address: address.clone(),
            txs,
            next: None,
            provenance: answer.provenance,
            raw: answer.raw,
            tip: chain.height(),
            left: Vec::new(),
            held: Some(now_held),
            goal: None,
        };
        let recorded = store.run(move |store| store.record_page(&page)).await?;
        now_held = recorded.ledger;
        audit.refused.extend(recorded.refused);
        audit.warnings.extend(recorded.settled.iter().map(ToString::to_string));
        match next {
            Some(next) if cursors.insert(next.0.clone()) => after = Some(next),
            _ => break,
        }
    }
    let still: BTreeSet<Txid> = alone(address.clone()).await?.into_iter().collect();
    let said = totals.value.said;
    let opinion = Opinion {
        address: address.clone(),
        first: first.to_owned(),
        second: second.name().to_owned(),
        said,
        ledger,
        confirmed: before.difference(&still).count(),
        missing: before.difference(&seen).count(),
        extra: extra.len(),
        elsewhere: elsewhere.len(),
    };
    if !opinion.agrees() {
        let what = format!("its totals of {address} are not those of {first}, nor what the ledger holds");
        let address = Some(address.to_string());
        let finding = Finding { kind: IncidentKind::Disagreement, address, txid: None, what };
        let (provenance, raw) = (totals.provenance, totals.raw);
        store.run(move |store| store.record_incidents(&[finding], &provenance, &raw)).await?;
    }
    Ok(Ok(opinion))
}
