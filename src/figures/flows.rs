use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::payment::{Payment, Withdrawal};
use super::totals;
use crate::domain::{Txid, Value};

/// What came in and what moved.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Flows {
    /// Payment outputs received, without internal transfers.
    pub outputs: usize,
    /// Transactions that hold them.
    pub transactions: usize,
    /// Satoshis received.
    pub sats: u64,
    /// Value at receipt; `None` where there was income and none of it has a price.
    pub value: Option<Value>,
    /// Outputs without a price; they have no part in the value.
    pub without_price: usize,
    /// Satoshis of others that came in together with coins of the family; `None` where that is unknown.
    pub joined_sats: Option<u64>,
    /// Transactions that spend from the family and pay others.
    pub withdrawals: usize,
    /// Satoshis that left, miners' fees included; `None` where that is unknown of a withdrawal.
    pub withdrawn_sats: Option<u64>,
    /// Withdrawals whose amount is unknown, because the value of a spent coin is.
    pub withdrawn_unknown: usize,
    /// Value on the days of the withdrawals; `None` where there were some and none has a value, and where an amount is unknown.
    pub withdrawn_value: Option<Value>,
    /// Withdrawals of known amount without a price; they have no part in the value.
    pub withdrawn_without_price: usize,
    /// Transactions with income: over several families one counts once.
    #[serde(skip)]
    came_in: BTreeSet<Txid>,
    /// Transactions with withdrawals.
    #[serde(skip)]
    moved: BTreeSet<Txid>,
}

/// What is more, or less, than the week before. Values are differences of the rounded ones, so that a reader gets the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// Payment outputs.
    pub outputs: i64,
    /// Transactions that hold them.
    pub transactions: i64,
    /// Satoshis received.
    pub sats: i64,
    /// Value at receipt; `None` where one of the weeks lacks a price.
    pub value: Option<Value>,
    /// Withdrawals.
    pub withdrawals: i64,
    /// Satoshis that left; `None` where one of the weeks has a withdrawal of unknown amount.
    pub withdrawn_sats: Option<i64>,
    /// Their value; `None` where one of the weeks lacks one.
    pub withdrawn_value: Option<Value>,
}

/// Nothing came in and nothing moved.
impl Default for Flows {
    fn default() -> Self {
        Self::of(&[], &[])
    }
}

impl Flows {
    /// What these payments bring, of which those that are no income may hold joined coins, and what these withdrawals take.
    pub(super) fn of(rows: &[&Payment], left: &[&Withdrawal]) -> Self {
        let income: Vec<&Payment> = rows.iter().filter(|payment| !payment.internal).copied().collect();
        let came_in: BTreeSet<Txid> = income.iter().map(|payment| payment.txid).collect();
        let withdrawn = totals::total(left.iter().map(|one| one.amount));
        Self {
            outputs: income.len(),
            transactions: came_in.len(),
            sats: income.iter().map(|payment| payment.amount.to_sat()).sum(),
            value: totals::sum(income.iter().map(|payment| payment.value)),
            without_price: income.iter().filter(|payment| payment.value.is_none()).count(),
            joined_sats: totals::total(rows.iter().map(|payment| payment.joined)).map(|sum| sum.to_sat()),
            withdrawals: left.len(),
            withdrawn_sats: withdrawn.map(|sum| sum.to_sat()),
            withdrawn_unknown: left.iter().filter(|one| one.amount.is_none()).count(),
            withdrawn_value: totals::sum(left.iter().map(|one| one.value)).filter(|_| withdrawn.is_some()),
            withdrawn_without_price: left.iter().filter(|one| one.amount.is_some() && one.value.is_none()).count(),
            moved: left.iter().map(|one| one.txid).collect(),
            came_in,
        }
    }

    /// Whether nothing came in and nothing moved.
    pub fn is_empty(&self) -> bool {
        self.outputs == 0 && self.withdrawals == 0 && self.joined_sats == Some(0)
    }

    /// What several families took and lost together: sums of what is known; a transaction of two of them counts once.
    pub fn together<'a>(parts: impl IntoIterator<Item = &'a Flows>) -> Self {
        let parts: Vec<&Flows> = parts.into_iter().collect();
        let mut all = Self {
            joined_sats: parts.iter().map(|part| part.joined_sats).sum(),
            withdrawn_sats: parts.iter().map(|part| part.withdrawn_sats).sum(),
            ..Self::default()
        };
        for part in &parts {
            all.outputs += part.outputs;
            all.sats += part.sats;
            all.without_price += part.without_price;
            all.withdrawn_unknown += part.withdrawn_unknown;
            all.withdrawn_without_price += part.withdrawn_without_price;
            all.came_in.extend(&part.came_in);
            all.moved.extend(&part.moved);
        }
        (all.transactions, all.withdrawals) = (all.came_in.len(), all.moved.len());
        all.value = totals::sum(parts.iter().filter(|part| part.outputs > 0).map(|part| part.value));
        let values = parts.iter().filter(|part| part.withdrawals > 0).map(|part| part.withdrawn_value);
        all.withdrawn_value = totals::sum(values).filter(|_| all.withdrawn_sats.is_some());
        all
    }

    /// What is different from `before`.
    pub fn change_from(&self, before: &Self) -> Change {
        let counts = |now: usize, then: usize| signed(now as u64) - signed(then as u64);
        let value = |now: Option<Value>, then: Option<Value>| {
            let (now, then) = (now?.rounded(), then?.rounded());
            Some(Value { low: now[0] - then[0], close: now[1] - then[1], high: now[2] - then[2] })
        };
        let priced = self.without_price + before.without_price == 0;
        let left_priced = self.withdrawn_without_price + before.withdrawn_without_price == 0;
        Change {
            outputs: counts(self.outputs, before.outputs),
            transactions: counts(self.transactions, before.transactions),
            sats: signed(self.sats) - signed(before.sats),
            value: value(self.value, before.value).filter(|_| priced),
            withdrawals: counts(self.withdrawals, before.withdrawals),
            withdrawn_sats: self
                .withdrawn_sats
                .zip(before.withdrawn_sats)
                .map(|(now, then)| signed(now) - signed(then)),
            withdrawn_value: value(self.withdrawn_value, before.withdrawn_value).filter(|_| left_priced),
        }
    }
}

/// All bitcoin there will ever be is far below the limit.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Decimal;

    fn flows(sats: u64, cents: i64) -> Flows {
        let value = Some(Value {
            low: Decimal::new(cents, 3),
            close: Decimal::new(cents, 2),
            high: Decimal::new(2 * cents, 2),
        });
        Flows { outputs: 1, transactions: 1, sats, value, ..Flows::default() }
    }

    #[test]
    fn a_change_is_what_a_reader_would_subtract() {
        let change = flows(100, 1_005).change_from(&flows(250, 994));
        assert_eq!((change.sats, change.outputs, change.withdrawn_sats), (-150, 0, Some(0)));
        // 1.005 and 0.994 are printed as 1.01 and 0.99.
        assert_eq!(change.value.unwrap().rounded().map(|x| x.to_string()), ["0.02", "0.11", "0.22"]);
        let unpriced = Flows { without_price: 1, ..flows(100, 1_005) };
        assert_eq!(unpriced.change_from(&flows(250, 994)).value, None, "a part against a whole is no change");
        let unknown = Flows { withdrawals: 1, withdrawn_unknown: 1, withdrawn_sats: None, ..flows(100, 1_005) };
        assert_eq!(unknown.change_from(&flows(250, 994)).withdrawn_sats, None);
    }

    #[test]
    fn together_knows_what_its_parts_know() {
        let unpriced = Flows { outputs: 2, without_price: 2, sats: 7, value: None, ..Flows::default() };
        let all = Flows::together([&flows(100, 1_000), &unpriced]);
        assert_eq!((all.sats, all.outputs, all.without_price), (107, 3, 2));
        assert_eq!(all.value.unwrap().close.to_string(), "10.00");
        assert_eq!(Flows::together([&unpriced]).value, None, "unknown is not 0");
        assert_eq!(Flows::together([]).value, Some(Value::default()), "nothing is worth nothing");
    }
}
