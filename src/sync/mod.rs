//! One round over the watch list: ask for the totals of each address, and where they differ from the ledger read its history
//! until the ledger equals them to the satoshi.
//!
//! A round never stops at "the first known transaction": pages come doubled and out of order from real servers. It stops
//! when the counts and sums agree, or at the end of the history, and then says what is missing.

mod address;
mod chain;

use std::fmt;

use crate::domain::{Address, Said, Time, Totals};
use crate::explorer::{AskError, Explorer};
use crate::http::HttpError;
use crate::store::{Refusal, SharedStore, StoreError};

/// What a round did.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Address by address, in the order asked.
    pub addresses: Vec<AddressRound>,
    /// Addresses that nobody could be asked about any more.
    pub not_asked: Vec<Address>,
    /// Explorers that gave up during the round, and why.
    pub failures: Vec<Failure>,
    /// Transactions that were refused.
    pub refused: Vec<Refusal>,
    /// What else a reader should know.
    pub warnings: Vec<String>,
}

/// An explorer that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its name.
    pub explorer: String,
    /// The address it failed on; `None` where it cannot be reached at all.
    pub address: Option<Address>,
    /// What happened.
    pub reason: String,
}

/// What a round found about one address.
#[derive(Clone, Debug)]
pub struct AddressRound {
    /// The address.
    pub address: Address,
    /// Who answered.
    pub explorer: String,
    /// Transactions that were new.
    pub new: usize,
    /// Transactions that the explorer does not know any more.
    pub gone: usize,
    /// How it ended.
    pub end: End,
}

/// How the reading of an address ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The totals were those of the ledger: nothing to read.
    Unchanged,
    /// The ledger was read up to the totals.
    Reconciled,
    /// The ledger was read to newer totals before: a recorded answer adds nothing.
    Newer,
    /// The history was read to its end and does not add up to the totals.
    Unreconciled {
        /// What the explorer says.
        explorer: Said,
        /// What the ledger holds.
        ledger: Totals,
    },
}

impl Round {
    /// Every address was read, and every ledger equals its totals.
    pub fn is_whole(&self) -> bool {
        let reconciled = |a: &AddressRound| !matches!(a.end, End::Unreconciled { .. });
        self.not_asked.is_empty() && self.addresses.iter().all(reconciled)
    }

    /// Transactions that were new.
    pub fn new_transactions(&self) -> usize {
        self.addresses.iter().map(|a| a.new).sum()
    }
}

/// What happens during a round, for a progress bar.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// An address is begun.
    Address(&'a Address),
    /// A page of its history was stored.
    Page {
        /// Transactions read of this address so far.
        read: usize,
        /// Transactions that the explorer counts, if it tells.
        of: Option<u64>,
    },
    /// The address is done.
    Done,
}

/// Somebody who wants to know how far a round is.
pub type Progress<'a> = &'a (dyn Fn(Step<'_>) + Sync);

/// So many addresses in a row that an explorer fails on, and it is not asked again in the round.
const STRIKES: usize = 3;

/// Asks `explorers`, the preferred first, about every address. An explorer that cannot be reached is not asked again in this
/// round; an address that it could not answer goes to the next. What was read before a failure stays.
pub async fn round(
    store: &SharedStore,
    explorers: &[Explorer],
    addresses: &[Address],
    now: Time,
    progress: Progress<'_>,
) -> Result<Round, StoreError> {
    let mut round = Round::default();
    let mut usable: Vec<address::Reader<'_>> = explorers.iter().map(|e| address::Reader::new(e, store)).collect();
    let mut waiting = oldest_check_first(store, addresses).await?.into_iter();
    for next in waiting.by_ref() {
        progress(Step::Address(&next));
        let mut best: Option<AddressRound> = None;
        let mut at = 0;
        while let Some(reader) = usable.get_mut(at) {
            match reader.read(&next, now, progress, &mut round).await? {
                Ok(done) => {
                    reader.strikes = 0;
                    let whole = !matches!(done.end, End::Unreconciled { .. });
                    best = Some(done);
                    if whole {
                        break;
                    }
                    at += 1;
                }
                Err(error) => {
                    reader.strikes += 1;
                    let lost = !reader.contacted || refuses(&error) || reader.strikes >= STRIKES;
                    let address = (!lost).then(|| next.clone());
                    let explorer = reader.explorer.name().to_owned();
                    round.failures.push(Failure { explorer, address, reason: reason(&error) });
                    if lost {
                        usable.remove(at);
                    } else {
                        at += 1;
                    }
                }
            }
        }
        match best {
            Some(done) => round.addresses.push(done),
            None => round.not_asked.push(next),
        }
        progress(Step::Done);
        if usable.is_empty() {
            break;
        }
    }
    round.not_asked.extend(waiting);
    let mut told = std::collections::BTreeSet::new();
    round.refused.retain(|refusal| told.insert(refusal.to_string()));
    round.warnings.retain(|warning| told.insert(warning.clone()));
    Ok(round)
}

/// The addresses whose last answer is oldest come first, so that a broken-off round goes on where it stopped.
async fn oldest_check_first(store: &SharedStore, addresses: &[Address]) -> Result<Vec<Address>, StoreError> {
    let wanted = addresses.to_vec();
    store
        .run(move |store| {
            let mut order = Vec::with_capacity(wanted.len());
            for address in wanted {
                order.push((store.last_check(&address)?.map(|c| c.as_of), address));
            }
            order.sort_by_key(|(asked, _)| *asked);
            Ok(order.into_iter().map(|(_, address)| address).collect())
        })
        .await
}

/// Whether the explorer refuses us, as against failing on one question.
fn refuses(error: &AskError) -> bool {
    let AskError::Http { source: HttpError::Status { status, .. }, .. } = error else { return false };
    matches!(status, 401 | 402 | 403 | 429 | 430 | 451)
}

fn reason(error: &AskError) -> String {
    match error {
        AskError::Http { source, .. } => source.to_string(),
        AskError::Garbled { url, source, .. } => format!("the answer to {url} cannot be read: {source}"),
        AskError::Behind { reason, .. } => reason.clone(),
        AskError::NotRecorded(_) | AskError::Unsupported { .. } => error.to_string(),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An explorer that is known by its host alone is named by the reason already.
        if !self.reason.starts_with(&self.explorer) {
            write!(f, "{}: ", self.explorer)?;
        }
        write!(f, "{}", self.reason)?;
        match &self.address {
            Some(address) => write!(f, " (for {address})"),
            None => Ok(()),
        }
    }
}
