//! One round over the watch list: ask for the totals of each address, and where they differ from the ledger read its history
//! until the ledger equals them to the satoshi.
//!
//! A round never stops at "the first known transaction": pages come doubled and out of order from real servers. It stops
//! when the counts and sums agree, or at the end of the history, and then says what is missing.

mod address;
mod asked;
mod audit;
mod blocks;
mod chain;
mod guard;
mod lookup;
mod onward;
mod poll;
mod prices;
mod reading;
mod recorded;
mod sought;
mod walk;
mod way;

use std::fmt;
use std::time::Duration;

use crate::domain::{Address, Follow, Said, Time, Totals, Txid};
use crate::explorer::{AskError, Explorer};
use crate::store::{Refusal, SharedStore, StoreError};

pub use audit::{Audit, Opinion, proofs, second_opinion};

pub use prices::{FeedRound, PriceFailure, PriceFeed, PriceRound, last_finished_day, prices};

pub use lookup::{Found, Search, find};

pub use onward::{Following, Onward, Trails, Turns, onward};

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
    /// How the chain was followed.
    pub follow: Followed,
    /// Addresses that were looked for in blocks, and not asked about.
    pub in_blocks: usize,
    /// Blocks read.
    pub blocks: usize,
    /// Transactions that were new in blocks.
    pub new_in_blocks: usize,
    /// Addresses that the new blocks concern.
    pub touched: std::collections::BTreeSet<String>,
    /// Transactions whose block left the chain while following by blocks.
    pub gone: usize,
    /// Height and time of the newest block of the explorer that answered, if it tells.
    pub tip: Option<(u32, Time)>,
}

/// How a round followed the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Followed {
    /// Each address was asked about.
    #[default]
    Addresses,
    /// New blocks were read; only addresses that were due were asked about.
    Blocks,
}

impl Followed {
    /// Its name in the database, in JSON and in logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::Blocks => "blocks",
        }
    }
}

/// How a round is made.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The moment.
    pub now: Time,
    /// How to follow the chain.
    pub follow: Follow,
    /// An address that is followed by blocks is asked about all the same when its last answer is older.
    pub recheck: Duration,
    /// So many pages of an address's history are asked for in the round.
    pub max_pages: usize,
    /// Families whose withdrawals are followed onward: blocks that are read are searched for their coins as well. `None` follows
    /// nobody.
    pub trails: Option<Trails<'a>>,
}

impl Options<'_> {
    /// Asks about each address.
    pub fn by_address(now: Time) -> Self {
        Self { now, follow: Follow::Addresses, recheck: RECHECK, max_pages: MAX_PAGES, trails: None }
    }
}

/// A week.
const RECHECK: Duration = Duration::from_secs(7 * 24 * 3600);
/// A hundred thousand transactions take four to eight rounds.
const MAX_PAGES: usize = 500;

/// One round over these addresses: by blocks, by address, or whichever needs fewer requests.
pub async fn round(
    store: &SharedStore,
    explorers: &[Explorer],
    addresses: &[Address],
    options: Options<'_>,
    progress: Progress<'_>,
) -> Result<Round, StoreError> {
    let mut round = Round::default();
    let mut ask_about = addresses.to_vec();
    let mut join = false;
    if options.follow != Follow::Addresses {
        (ask_about, join) = way::by_blocks(store, explorers, addresses, options, progress, &mut round).await?;
    }
    poll::poll(store, explorers, &ask_about, options, join, progress, &mut round).await?;
    let mut told = std::collections::BTreeSet::new();
    round.refused.retain(|refusal| told.insert(refusal.to_string()));
    round.warnings.retain(|warning| told.insert(warning.clone()));
    Ok(round)
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
    /// Whether everything was read that the explorer counts as waiting; else the ledger holds "at least" so much of it.
    pub waiting_whole: bool,
    /// Transactions that wait, as far as the ledger knows.
    pub waiting: u64,
    /// How it ended.
    pub end: End,
}

/// How the reading of an address ended.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The ledger holds just what the explorer shows, all of it, and the explorer counts something else: its totals do not add up. Its
    /// history is not read again until it says otherwise.
    Miscounted {
        /// What the explorer says.
        explorer: Said,
        /// What the ledger holds.
        ledger: Totals,
        /// That was known before.
        again: bool,
    },
    /// The history is longer than a round reads: the next one goes on from there.
    Paused {
        /// What the explorer says.
        explorer: Said,
        /// What the ledger holds.
        ledger: Totals,
    },
    /// The history seems to have no end: the explorer is not asked about the address for a while.
    Aside {
        /// Why.
        reason: String,
    },
}

impl End {
    /// The ledger equals what the explorer said.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Unchanged | Self::Reconciled | Self::Newer)
    }
}

impl Round {
    /// Every address was read, and every ledger equals its totals. That more waits than a server lists is no failure, unless what
    /// is missing may be what was refused.
    pub fn is_whole(&self) -> bool {
        let whole = |a: &AddressRound| a.end.is_whole() && (a.waiting_whole || self.refused.is_empty());
        self.not_asked.is_empty() && self.addresses.iter().all(whole)
    }

    fn fail(&mut self, explorer: &Explorer, address: Option<Address>, error: &AskError) {
        self.failures.push(Failure { explorer: explorer.name().to_owned(), address, reason: reason(error) });
    }

    /// Transactions that were new.
    pub fn new_transactions(&self) -> usize {
        self.addresses.iter().map(|a| a.new).sum::<usize>() + self.new_in_blocks
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
    /// A block is read.
    Block {
        /// Its height.
        height: u32,
        /// Height of the newest.
        of: u32,
    },
    /// A transaction is being proven.
    Proof {
        /// Which.
        txid: &'a Txid,
    },
    /// The address, or the transaction, is done.
    Done,
}

/// Somebody who wants to know how far a round is.
pub type Progress<'a> = &'a (dyn Fn(Step<'_>) + Sync);

/// Whether the explorer refuses us, as against failing on one question.
fn refuses(error: &AskError) -> bool {
    matches!(error, AskError::Http { source, .. } if source.is_refusal())
}

fn reason(error: &AskError) -> String {
    match error {
        AskError::Http { source, .. } => source.to_string(),
        AskError::Garbled { url, source, .. } => format!("the answer to {url} cannot be read: {source}"),
        AskError::Behind { reason, .. } => reason.clone(),
        AskError::NotRecorded(_) | AskError::Unsupported { .. } | AskError::Discreet { .. } => error.to_string(),
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
