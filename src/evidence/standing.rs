//! How well the ground state of a pack stands: for each satoshi received, whether somebody who has nothing but the file can tell
//! that it is so, or only that somebody said so.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use serde::Serialize;

use super::Statement;
use super::compute::Computed;
use super::index::Index;
use super::ledger::Verified;
use super::reread::{Reread, is_same_place};
use crate::domain::format::{btc, count, grouped};
use crate::domain::{Amount, Txid};
use crate::store::Slice;

/// What the file shows of a transaction by itself, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The ledger says so, and the answer that it cites is not in the pack, or not whole.
    ToldWithoutAnswer,
    /// An answer in the pack says so.
    Told,
    /// Its content is in the pack and hashes to its txid: inputs, outputs and amounts are those that the txid commits to.
    Recomputed,
    /// A merkle branch puts it, besides, into the block that the ledger has it in, whose header carries work.
    Proven,
}

impl Level {
    /// In one word, as JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToldWithoutAnswer => "told-without-answer",
            Self::Told => "told",
            Self::Recomputed => "recomputed",
            Self::Proven => "proven",
        }
    }
}

/// The level of each transaction, as the check found it; nothing that the pack says of itself goes into it.
pub(super) struct Levels {
    of: HashMap<Txid, Level>,
    /// Transactions that several sources tell alike.
    several: BTreeSet<Txid>,
}

impl Levels {
    pub fn of(slice: &Slice, index: &Index<'_>, verified: &Verified, reread: &Reread<'_>) -> Self {
        let level = |txid: &Txid| {
            if verified.proven.contains(txid) {
                Level::Proven
            } else if verified.recomputed.contains(txid) {
                Level::Recomputed
            } else if reread.told.contains_key(txid) {
                Level::Told
            } else {
                Level::ToldWithoutAnswer
            }
        };
        let of: HashMap<Txid, Level> = index.txs.keys().map(|txid| (*txid, level(txid))).collect();
        // Where there is an answer, those without one do not count; where there is none, all are as good.
        let mut sources: HashMap<Txid, BTreeSet<&str>> = reread.told.clone();
        for row in slice.observations.iter().filter(|row| of.get(&row.txid) == Some(&Level::ToldWithoutAnswer)) {
            let request = usize::try_from(row.request).ok().and_then(|n| slice.requests.get(n.checked_sub(1)?));
            if let (Some(request), Some(last)) = (request, index.last.get(&row.txid))
                && is_same_place(last, row)
            {
                sources.entry(row.txid).or_default().insert(&request.explorer);
            }
        }
        let several = sources.into_iter().filter(|(_, all)| all.len() > 1).map(|(txid, _)| txid).collect();
        Self { of, several }
    }

    fn get(&self, txid: &Txid) -> Level {
        self.of.get(txid).copied().unwrap_or(Level::ToldWithoutAnswer)
    }

    /// How many of the transactions of the addresses stand how well.
    pub fn statement(&self, computed: &Computed<'_>) -> Statement {
        let ledger = &computed.ledger;
        let inflows = ledger.inflows.iter().map(|row| row.txid);
        let all: BTreeSet<Txid> = inflows.chain(ledger.spends.iter().map(|row| row.txid)).collect();
        let at = |level| grouped(all.iter().filter(|txid| self.get(txid) == level).count() as u64);
        Statement::counted(
            all.len(),
            format!(
                "of the {} of the addresses, {} proven to be in a block, {} recomputed to the txid, {} told with an answer that is \
                 in the pack, {} told without one",
                count(all.len(), "transaction", "transactions"),
                at(Level::Proven),
                at(Level::Recomputed),
                at(Level::Told),
                at(Level::ToldWithoutAnswer)
            ),
        )
    }
}

/// Satoshis, or transactions, by how well they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// By level, and whether several sources tell them alike.
    by: BTreeMap<(Level, bool), u64>,
}

impl Sums {
    fn add(&mut self, level: Level, several: bool, number: u64) {
        let sum = self.by.entry((level, several)).or_default();
        *sum = sum.saturating_add(number);
    }

    /// All of them.
    pub fn all(&self) -> u64 {
        self.by.values().fold(0, |sum, number| sum.saturating_add(*number))
    }

    /// Those of a level.
    pub fn of(&self, level: Level) -> u64 {
        self.by.iter().filter(|((known, _), _)| *known == level).fold(0, |sum, (_, number)| sum.saturating_add(*number))
    }

    /// Those that somebody told, with or without an answer in the pack.
    pub fn told(&self) -> u64 {
        self.of(Level::Told).saturating_add(self.of(Level::ToldWithoutAnswer))
    }

    /// The weakest level; `None` of nothing.
    fn lowest(&self) -> Option<Level> {
        self.by.keys().map(|(level, _)| *level).min()
    }

    /// "0 proven, 0 recomputed, 335 told by one source with its answer".
    fn in_words(&self, number: impl Fn(u64) -> String) -> String {
        let mut parts = vec![
            format!("{} proven", number(self.of(Level::Proven))),
            format!("{} recomputed", number(self.of(Level::Recomputed))),
        ];
        let told = self.by.iter().rev().filter(|((level, _), _)| *level <= Level::Told);
        parts.extend(told.map(|((level, several), sum)| {
            let source = match (level, several) {
                (Level::Told, true) => "several sources with their answers",
                (Level::Told, false) => "one source with its answer",
                (_, true) => "several sources without their answers",
                (_, false) => "one source without its answer",
            };
            format!("{} told by {source}", number(*sum))
        }));
        if self.told() == 0 {
            parts.push("0 told".to_owned());
        }
        parts.join(", ")
    }
}

/// How well what was received and withdrawn stands, as of the question's moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Satoshis received, without transfers between the family's addresses.
    pub received: Sums,
    /// Transactions that withdraw. Each stands as well as the weakest of itself and of the payments that it spends.
    pub withdrawals: Sums,
    lowest: Option<Level>,
}

impl Standing {
    pub(super) fn of(computed: &Computed<'_>, index: &Index<'_>, levels: &Levels) -> Self {
        let (mut standing, account) = (Self::default(), &computed.account);
        let mut internal = None;
        for payment in &account.payments {
            let level = levels.get(&payment.txid);
            match payment.internal {
                true => internal = internal.into_iter().chain([level]).min(),
                false => {
                    let several = levels.several.contains(&payment.txid);
                    standing.received.add(level, several, payment.amount.to_sat());
                }
            }
        }
        let mut inputs: HashMap<Txid, Level> = HashMap::new();
        for spend in &computed.ledger.spends {
            let row = index.txs.get(&spend.txid).and_then(|tx| tx.inputs.get(spend.vin as usize));
            // Coins that are not in the pack have the value that somebody claims.
            let funding = row.and_then(|row| row.prev_txid).filter(|txid| index.txs.contains_key(txid));
            let level = funding.map_or(Level::ToldWithoutAnswer, |txid| levels.get(&txid)).min(levels.get(&spend.txid));
            inputs.entry(spend.txid).and_modify(|known| *known = level.min(*known)).or_insert(level);
        }
        for withdrawal in &account.withdrawals {
            let level = inputs.get(&withdrawal.txid).copied().unwrap_or(Level::ToldWithoutAnswer);
            standing.withdrawals.add(level, levels.several.contains(&withdrawal.txid), 1);
        }
        let all = [standing.received.lowest(), standing.withdrawals.lowest(), internal];
        standing.lowest = all.into_iter().flatten().min();
        standing
    }

    /// The weakest level of all that was received and withdrawn; `None` where there is nothing.
    pub fn lowest(&self) -> Option<Level> {
        self.lowest
    }

    /// Whether everything stands so well.
    pub fn is_at_least(&self, level: Level) -> bool {
        self.lowest.is_none_or(|lowest| lowest >= level)
    }

    /// The withdrawals in a sentence.
    pub fn of_withdrawals(&self) -> String {
        let all = usize::try_from(self.withdrawals.all()).unwrap_or(usize::MAX);
        format!("of {}, {}", count(all, "withdrawal", "withdrawals"), self.withdrawals.in_words(grouped))
    }
}

/// What was received, in a sentence.
impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let coins = |sats: u64| if sats == 0 { "0".to_owned() } else { btc(Amount::from_sat(sats), 8) };
        write!(f, "of {} BTC received, {}", coins(self.received.all()), self.received.in_words(coins))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_put_into_words() {
        let check = |rows: &[(Level, bool, u64)], expect: &str| {
            let mut sums = Sums::default();
            rows.iter().for_each(|(level, several, number)| sums.add(*level, *several, *number));
            assert_eq!(sums.in_words(grouped), expect);
        };
        check(&[], "0 proven, 0 recomputed, 0 told");
        check(&[(Level::Proven, true, 3), (Level::Proven, false, 4)], "7 proven, 0 recomputed, 0 told");
        check(
            &[(Level::ToldWithoutAnswer, false, 1), (Level::Told, false, 2), (Level::Told, true, 1_003)],
            "0 proven, 0 recomputed, 1,003 told by several sources with their answers, 2 told by one source with its answer, \
             1 told by one source without its answer",
        );
        let zero = Standing { received: Sums::default(), ..Standing::default() };
        assert_eq!(zero.to_string(), "of 0 BTC received, 0 proven, 0 recomputed, 0 told");
    }
}
