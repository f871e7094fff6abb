use std::collections::BTreeSet;

use bitcoin::Amount;

use super::{Inflow, Spend};

/// Count and sums of some of an address's transactions; what was not told is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Transactions that pay the address, spend from it or both, each once.
    pub tx_count: Option<u64>,
    /// Satoshis received.
    pub received: Option<Amount>,
    /// Satoshis spent.
    pub spent: Option<Amount>,
}

impl Sums {
    /// All three.
    pub fn all(tx_count: u64, received: Amount, spent: Amount) -> Self {
        Self { tx_count: Some(tx_count), received: Some(received), spent: Some(spent) }
    }

    /// Whether everything told is so.
    pub(super) fn agrees(&self, tx_count: u64, received: Amount, spent: Amount) -> bool {
        self.tx_count.is_none_or(|said| said == tx_count)
            && self.received.is_none_or(|said| said == received)
            && self.spent.is_none_or(|said| said == spent)
    }

    pub(super) fn received(&self) -> Amount {
        self.received.unwrap_or_default()
    }

    pub(super) fn spent(&self) -> Amount {
        self.spent.unwrap_or_default()
    }
}

/// Totals of an address; a transaction counts once whether it receives, spends or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Transactions in blocks.
    pub tx_count: u64,
    /// Satoshis received in blocks.
    pub received: Amount,
    /// Satoshis spent in blocks.
    pub spent: Amount,
    /// Transactions waiting.
    pub mempool_tx_count: u64,
    /// Satoshis received, waiting.
    pub mempool_received: Amount,
    /// Satoshis spent, waiting.
    pub mempool_spent: Amount,
}

impl Totals {
    /// What the rows of one address add up to.
    pub fn of(inflows: &[Inflow], spends: &[Spend]) -> Self {
        let mut totals = Self::default();
        let (mut confirmed, mut waiting) = (BTreeSet::new(), BTreeSet::new());
        for inflow in inflows {
            let (sum, txids) = match inflow.block {
                Some(_) => (&mut totals.received, &mut confirmed),
                None => (&mut totals.mempool_received, &mut waiting),
            };
            *sum = plus(*sum, inflow.value);
            txids.insert(inflow.txid);
        }
        // Of a coin without a value there is nothing to hold against an explorer's totals.
        for (spend, value) in spends.iter().filter_map(|spend| Some((spend, spend.value?))) {
            let (sum, txids) = match spend.block {
                Some(_) => (&mut totals.spent, &mut confirmed),
                None => (&mut totals.mempool_spent, &mut waiting),
            };
            *sum = plus(*sum, value);
            txids.insert(spend.txid);
        }
        totals.tx_count = confirmed.len() as u64;
        totals.mempool_tx_count = waiting.len() as u64;
        totals
    }

    /// The same where what some transactions bring is `after` and was `before`.
    #[must_use]
    pub fn changed(self, before: &Self, after: &Self) -> Self {
        let count = |now: u64, before: u64, after: u64| now.saturating_sub(before).saturating_add(after);
        let sum = |now: Amount, before: Amount, after: Amount| plus(now.checked_sub(before).unwrap_or_default(), after);
        Self {
            tx_count: count(self.tx_count, before.tx_count, after.tx_count),
            received: sum(self.received, before.received, after.received),
            spent: sum(self.spent, before.spent, after.spent),
            mempool_tx_count: count(self.mempool_tx_count, before.mempool_tx_count, after.mempool_tx_count),
            mempool_received: sum(self.mempool_received, before.mempool_received, after.mempool_received),
            mempool_spent: sum(self.mempool_spent, before.mempool_spent, after.mempool_spent),
        }
    }

    /// Confirmed and waiting.
    pub fn together(&self) -> Sums {
        Sums::all(
            self.tx_count + self.mempool_tx_count,
            plus(self.received, self.mempool_received),
            plus(self.spent, self.mempool_spent),
        )
    }
}

/// A sum that cannot be true stays at the largest amount, which no explorer's totals equal.
fn plus(sum: Amount, value: Amount) -> Amount {
    sum.checked_add(value).unwrap_or(Amount::MAX)
}
