use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::account::Account;
use super::payment::{Payment, Withdrawal};
use super::totals;
use crate::domain::{Address, Amount, Decimal, Time, TimeBasis, Value, format};
use crate::price::Prices;

/// One payment, and how large it was: an output, or all outputs of a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// When it came.
    pub time: Time,
    /// How much it was.
    pub amount: Amount,
    /// In money on its day; `None` where that is unknown.
    pub value: Option<Value>,
}

/// The largest, the smallest and the middle of several sizes, in the unit of what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The largest.
    pub largest: Value,
    /// The smallest.
    pub smallest: Value,
    /// Their sum by their number.
    pub average: Value,
    /// The middle one; of an even number the mean of the two in the middle.
    pub median: Value,
}

/// An amount of coins as a value, which is the same at any price.
pub fn in_coins(amount: Amount) -> Value {
    let btc = format::in_btc(amount);
    Value { low: btc, close: btc, high: btc }
}

/// The income, output by output.
pub fn by_output(account: &Account) -> Vec<Size> {
    account.income().map(|one| Size { time: one.time, amount: one.amount, value: one.value }).collect()
}

/// The income, transaction by transaction.
pub fn by_transaction(account: &Account) -> Vec<Size> {
    let mut by_tx: BTreeMap<_, Vec<&Payment>> = BTreeMap::new();
    for one in account.income() {
        by_tx.entry((one.time, one.txid)).or_default().push(one);
    }
    let together = |((time, _), outputs): ((Time, _), Vec<&Payment>)| Size {
        time,
        amount: outputs.iter().map(|one| one.amount).sum(),
        value: outputs
            .iter()
            .all(|one| one.value.is_some())
            .then(|| totals::sum(outputs.iter().map(|one| one.value)))
            .flatten(),
    };
    by_tx.into_iter().map(together).collect()
}

/// How sizes are spread; `None` of none. Low, close and high each by themselves: of the highs of the days the largest is the most
/// that the largest payment can have been worth.
pub fn spread(sizes: &[Value]) -> Option<Spread> {
    let number = Decimal::from(sizes.len());
    let column = |pick: fn(&Value) -> Decimal| {
        let mut all: Vec<Decimal> = sizes.iter().map(pick).collect();
        all.sort();
        let (first, last, half) = (*all.first()?, *all.last()?, all.len() / 2);
        let (above, below) = (*all.get(half)?, *all.get((all.len() - 1) / 2)?);
        let average = all.iter().sum::<Decimal>().checked_div(number)?;
        Some([last, first, average, (above + below) / Decimal::TWO])
    };
    let [low, close, high] = [column(|v| v.low)?, column(|v| v.close)?, column(|v| v.high)?];
    let of = |at: usize| Value { low: low[at], close: close[at], high: high[at] };
    Some(Spread { largest: of(0), smallest: of(1), average: of(2), median: of(3) })
}

impl Account {
    /// Days of the account's zone on which income came.
    pub fn paying_days(&self) -> usize {
        let zone = self.question.zone;
        self.income().map(|one| one.day(zone)).collect::<BTreeSet<NaiveDate>>().len()
    }

    /// Addresses that income came to.
    pub fn paid_addresses(&self) -> usize {
        self.income().map(|one| &one.address).collect::<BTreeSet<&Address>>().len()
    }

    /// What is left at the price of the account's day; `None` where one of the two is unknown.
    pub fn left_value(&self, prices: &Prices) -> Option<Value> {
        Some(Value::of(self.summary.balance?, &prices.at(self.price_day())?))
    }

    /// What was withdrawn at the price of a day; `None` where one of the two is unknown.
    pub fn withdrawn_value(&self, prices: &Prices, day: NaiveDate) -> Option<Value> {
        Some(Value::of(self.summary.withdrawn.amount?, &prices.at(day)?))
    }

    /// The withdrawals that can be the nth, of which the first is 1: those of one block are in no order by block time, nor those
    /// that were seen in the same second.
    pub fn nth_withdrawal(&self, nth: usize) -> Vec<&Withdrawal> {
        let place = |one: &Withdrawal| match self.question.basis {
            TimeBasis::Block => i64::from(one.block_height),
            TimeBasis::FirstSeen => one.time.timestamp(),
        };
        let mut all: Vec<&Withdrawal> = self.withdrawals.iter().collect();
        all.sort_by_key(|one| place(one));
        let Some(meant) = nth.checked_sub(1).and_then(|at| all.get(at)).map(|one| place(one)) else {
            return Vec::new();
        };
        all.retain(|one| place(one) == meant);
        all
    }

    /// Rows whose first-seen time nobody told and whose block is later than that moment, so that they may have been seen before
    /// it: payments, and transactions that spend.
    pub fn untold_after(&self, moment: Time) -> (usize, usize) {
        let untold = |first_seen: Option<Time>, block_time: Time| first_seen.is_none() && block_time > moment;
        let payments = self.payments.iter().filter(|one| untold(one.first_seen, one.block_time)).count();
        let spendings = self.spendings.iter().filter(|one| untold(one.first_seen, one.block_time)).count();
        (payments, spendings)
    }
}

/// What coins were worth that arrived somewhere, each at the price of its day, and how many have none.
pub fn on_arrival(coins: &[(Option<Time>, Amount)], prices: &Prices) -> (Option<Value>, usize) {
    let value =
        |(time, amount): &(Option<Time>, Amount)| Some(Value::of(*amount, &prices.at(time.as_ref()?.date_naive())?));
    let values: Vec<Option<Value>> = coins.iter().map(value).collect();
    let unpriced = values.iter().filter(|value| value.is_none()).count();
    (totals::sum(values.into_iter()), unpriced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_sizes() {
        let values = |numbers: &[u64]| -> Vec<Value> {
            numbers.iter().map(|n| in_coins(Amount::from_sat(n * 100_000_000))).collect()
        };
        let check = |numbers: &[u64], expect: [&str; 4]| {
            let Spread { largest, smallest, average, median } = spread(&values(numbers)).unwrap();
            let found = [largest, smallest, average, median].map(|one| one.close.normalize().to_string());
            assert_eq!(found, expect, "{numbers:?}");
        };
        check(&[3], ["3", "3", "3", "3"]);
        check(&[5, 1, 3], ["5", "1", "3", "3"]);
        check(&[4, 1, 10, 2], ["10", "1", "4.25", "3"]);
        assert_eq!(spread(&[]), None);
        // The ends of the day count each by itself.
        let day = |low: i64, high: i64| Value { low: low.into(), close: low.into(), high: high.into() };
        let found = spread(&[day(1, 9), day(2, 3)]).unwrap();
        assert_eq!(
            (found.largest, found.smallest),
            (Value { close: 2.into(), ..day(2, 9) }, Value { close: 1.into(), ..day(1, 3) })
        );
    }
}
