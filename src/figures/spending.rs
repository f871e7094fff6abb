use std::collections::{BTreeMap, HashMap};

use super::question::Question;
use crate::domain::{Address, Amount, Inflow, Ledger, Spend, Time, Txid};

/// What a transaction that spends from the family moves: within it, to others, and into it. Satoshis are split a transaction,
/// since coins that enter one together cannot be told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// What it spends of the family, as far as the values of the coins are known.
    known: Amount,
    /// Coins of the family that it spends and whose value nobody told.
    unknown: usize,
    /// What it pays to the family.
    returned: Amount,
    /// What it pays in all.
    paid: Amount,
}

impl Split {
    /// What it spends of the family; `None` where the value of a coin is unknown.
    pub fn spent(&self) -> Option<Amount> {
        (self.unknown == 0).then_some(self.known)
    }

    /// Coins of the family that it spends and whose value nobody told.
    pub fn unvalued(&self) -> usize {
        self.unknown
    }

    /// The smaller of spent and returned: what moves within the family.
    pub fn internal(&self) -> Option<Amount> {
        self.sure().then_some(self.known.min(self.returned))
    }

    /// What is returned beyond spent: coins of others that came in together with the family's.
    pub fn joined(&self) -> Option<Amount> {
        self.sure().then(|| beyond(self.returned, self.known))
    }

    /// Whether value leaves to others: a transaction whose outputs all return is no withdrawal, whatever its fee.
    pub fn is_withdrawal(&self) -> bool {
        self.paid > self.returned && self.spent().is_none_or(|spent| spent > self.returned)
    }

    /// What is spent beyond returned, the fee included, where value leaves to others.
    pub fn withdrawn(&self) -> Option<Amount> {
        if self.is_withdrawal() { Some(beyond(self.spent()?, self.returned)) } else { Some(Amount::ZERO) }
    }

    /// What the family pays for moving its own coins; where value leaves to others, the fee is part of the withdrawal.
    pub fn fee(&self) -> Option<Amount> {
        if self.paid > self.returned { Some(Amount::ZERO) } else { Some(beyond(self.spent()?, self.returned)) }
    }

    /// Whether internal and joined are known: also where a coin is unknown, if the others are worth what returned.
    fn sure(&self) -> bool {
        self.unknown == 0 || self.known >= self.returned
    }
}

/// The difference, or nothing.
fn beyond(more: Amount, less: Amount) -> Amount {
    more.checked_sub(less).unwrap_or_default()
}

/// A confirmed transaction that spends from the family.
#[derive(Clone, Debug)]
pub struct Spending {
    /// Time on the chosen basis.
    pub time: Time,
    /// Time in the block's header.
    pub block_time: Time,
    /// Height of its block.
    pub block_height: u32,
    /// When it was first seen, if anybody told.
    pub first_seen: Option<Time>,
    /// The transaction.
    pub txid: Txid,
    /// The addresses whose coins it spends.
    pub addresses: Vec<Address>,
    /// What it moves.
    pub split: Split,
}

/// How each transaction that spends one of these coins splits, waiting ones among them.
pub(super) fn splits<'a>(
    inflows: impl IntoIterator<Item = &'a Inflow>,
    spends: impl IntoIterator<Item = &'a Spend>,
) -> HashMap<Txid, Split> {
    let mut splits: HashMap<Txid, Split> = HashMap::new();
    for spend in spends {
        let split = splits.entry(spend.txid).or_default();
        split.paid = spend.paid;
        match spend.value {
            Some(value) => split.known += value,
            None => split.unknown += 1,
        }
    }
    for inflow in inflows {
        if let Some(split) = splits.get_mut(&inflow.txid) {
            split.returned += inflow.value;
        }
    }
    splits
}

/// The confirmed transactions that spend from the family up to `as_of`, in order of time.
pub(super) fn spendings(
    ledger: &Ledger,
    splits: &HashMap<Txid, Split>,
    question: Question,
    as_of: Time,
) -> Vec<Spending> {
    let mut by_tx: BTreeMap<Txid, Spending> = BTreeMap::new();
    for spend in &ledger.spends {
        let Some(block) = spend.block else { continue };
        let time = question.place(block.time, spend.first_seen);
        if time > as_of {
            continue;
        }
        let row = by_tx.entry(spend.txid).or_insert_with(|| Spending {
            time,
            block_time: block.time,
            block_height: block.height,
            first_seen: spend.first_seen,
            txid: spend.txid,
            addresses: Vec::new(),
            split: splits.get(&spend.txid).copied().unwrap_or_default(),
        });
        if !row.addresses.contains(&spend.address) {
            row.addresses.push(spend.address.clone());
        }
    }
    let mut rows: Vec<Spending> = by_tx.into_values().collect();
    rows.iter_mut().for_each(|row| row.addresses.sort());
    rows.sort_by_key(|row| (row.time, row.block_height, row.txid));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_is_split_into_what_stays_leaves_and_joins() {
        // Spent (and coins of unknown value), returned, paid in all; internal, joined, withdrawn, fee.
        type Parts = [Option<u64>; 4];
        let check = |(known, unknown, returned, paid): (u64, usize, u64, u64), expect: Parts| {
            let [known, returned, paid] = [known, returned, paid].map(Amount::from_sat);
            let split = Split { known, unknown, returned, paid };
            let found = [split.internal(), split.joined(), split.withdrawn(), split.fee()];
            assert_eq!(found.map(|part| part.map(Amount::to_sat)), expect, "{split:?}");
        };
        let all = |parts: [u64; 4]| parts.map(Some);
        check((100, 0, 0, 90), all([0, 0, 100, 0]));
        check((100, 0, 30, 90), all([30, 0, 70, 0]));
        check((100, 0, 90, 90), all([90, 0, 0, 10]));
        check((100, 0, 100, 100), all([100, 0, 0, 0]));
        // Coins of others come in as well: into the family alone, and with somebody else paid.
        check((100, 0, 590, 590), all([100, 490, 0, 0]));
        check((100, 0, 590, 700), all([100, 490, 0, 0]));
        check((100, 0, 60, 700), all([60, 0, 40, 0]));
        // The value of a coin is not told: what the others are worth is known all the same.
        check((0, 1, 0, 90), [Some(0), Some(0), None, Some(0)]);
        check((50, 1, 30, 90), [Some(30), Some(0), None, Some(0)]);
        check((10, 1, 30, 90), [None, None, None, Some(0)]);
        check((10, 1, 30, 30), [None, None, Some(0), None]);
    }
}
