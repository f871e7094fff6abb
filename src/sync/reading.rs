//! Where the reading of one address has come to.

use std::collections::BTreeSet;

use super::AddressRound;
use crate::domain::{Address, BlockHash, Provenance, RawAnswer, Said, Totals, Txid};
use crate::explorer::{Answer, Known, TotalsAnswer};
use crate::store::{Goal, Walked};

/// What one address takes: the totals to reach, what has been read, and what must be read though the sums agree.
pub(super) struct Reading<'a> {
    pub address: &'a Address,
    pub goal: Answer<TotalsAnswer>,
    pub pending: BTreeSet<Txid>,
    /// What the pages told of since the newest was read last, and what of that waits.
    pub seen: BTreeSet<Txid>,
    pub seen_waiting: BTreeSet<Txid>,
    /// The history was read to its end under these totals.
    pub ended: Option<Said>,
    /// It was read to its end before, and did not come to the totals of then.
    pub walked: Option<Walked>,
    /// Transactions that were refused.
    pub refused: usize,
    /// Blocks that its transactions stand in.
    pub blocks: BTreeSet<(u32, BlockHash)>,
    /// The last page that was read.
    pub last: Option<(Provenance, Vec<RawAnswer>)>,
    pub known: Known,
    /// Pages asked for, and how many of them the round may still ask for.
    pub pages: usize,
    pub left: usize,
    /// What the pages brought: transactions that were new, or had to be read.
    pub brought: usize,
    /// Why no further page is asked for.
    pub stop: Option<Stop>,
    /// A page led back to one before.
    pub looped: bool,
    /// What the ledger holds of the address, page by page.
    pub ledger: Totals,
    pub done: AddressRound,
}

/// Why a history has no end.
pub(super) const REPEATING: &str = "it repeats itself without an end";

/// Why reading stops before the end of a history.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The round may not ask for more pages of the address.
    Budget,
    /// It has no end.
    Endless(&'static str),
}

impl Reading<'_> {
    /// Takes one page from what the round may ask for; false where there is none.
    pub fn may_ask(&mut self) -> bool {
        if self.left == 0 {
            self.stop = self.stop.or(Some(Stop::Budget));
        }
        if self.stop.is_some() {
            return false;
        }
        self.left -= 1;
        self.pages += 1;
        true
    }

    pub fn said(&self) -> Said {
        self.goal.value.said
    }

    /// Where the ledger is to come to.
    pub fn goal(&self) -> Goal {
        Goal { said: self.said(), walked: self.at_rest().map(|walked| walked.ledger) }
    }

    /// How many transactions there are to read, if the explorer tells.
    pub fn count(&self) -> Option<u64> {
        self.said().everything().tx_count
    }

    /// That the history came to something else than these totals, when it was read to its end.
    pub fn at_rest(&self) -> Option<&Walked> {
        self.walked.as_ref().filter(|walked| walked.said == self.said())
    }

    /// Fewer transactions came than were counted.
    pub fn lacks(&self) -> bool {
        self.count().is_some_and(|count| count > self.seen.len() as u64)
    }

    pub fn is_there(&self) -> bool {
        self.goal().is_reached(&self.ledger) && self.pending.is_empty()
    }
}
