//! What the rows of an account add up to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::account::on_basis;
use super::summary::{AddressFigures, AsOfValue, Internal, Received, Unconfirmed, Withdrawn};
use super::{Payment, Question, Withdrawal, worth};
use crate::domain::{Address, Amount, Ledger, Time, Trust, Txid, Value};
use crate::price::Prices;

pub(super) fn received(payments: &[Payment], prices: &Prices, day: NaiveDate) -> Received {
    let income: Vec<&Payment> = payments.iter().filter(|p| !p.internal).collect();
    let amount: Amount = income.iter().map(|p| p.amount).sum();
    let unpriced = income.iter().filter(|p| p.value.is_none());
    Received {
        outputs: income.len(),
        transactions: income.iter().map(|p| p.txid).collect::<BTreeSet<_>>().len(),
        amount,
        first: income.first().map(|p| p.time),
        last: income.last().map(|p| p.time),
        at_receipt: sum(income.iter().map(|p| p.value)),
        as_of_value: prices.at(day).map(|price| AsOfValue { date: day, value: Value::of(amount, &price) }),
        peak: worth::peak(payments, prices, day),
        without_price: unpriced.clone().count(),
        without_price_sats: unpriced.map(|p| p.amount).sum(),
    }
}

pub(super) fn withdrawn(withdrawals: &[Withdrawal]) -> Withdrawn {
    Withdrawn {
        transactions: withdrawals.len(),
        amount: withdrawals.iter().map(|w| w.amount).sum(),
        first: withdrawals.first().map(|w| w.time),
        last: withdrawals.last().map(|w| w.time),
        at_withdrawal: sum(withdrawals.iter().map(|w| w.value)),
        without_price: withdrawals.iter().filter(|w| w.value.is_none()).count(),
    }
}

/// The sum of the known values: 0 for no rows at all, unknown where there are rows and none is known.
pub(super) fn sum(values: impl Iterator<Item = Option<Value>>) -> Option<Value> {
    let mut total = Value::default();
    let (mut rows, mut known) = (0, 0);
    for value in values {
        rows += 1;
        if let Some(value) = value {
            total += value;
            known += 1;
        }
    }
    (rows == 0 || known > 0).then_some(total)
}

pub(super) fn set_apart(payments: &[Payment], pick: impl Fn(&Payment) -> bool) -> Internal {
    let rows = payments.iter().filter(|p| pick(p));
    Internal { outputs: rows.clone().count(), amount: rows.map(|p| p.amount).sum() }
}

/// The payments by how far their transactions can be trusted.
pub(super) fn trust(payments: &[Payment]) -> BTreeMap<Trust, Internal> {
    let of = |level| (level, set_apart(payments, |p| p.trust == level));
    Trust::ALL.into_iter().map(of).filter(|(_, found)| found.outputs > 0).collect()
}

/// What waits: payments, without the change of spends that wait themselves; and outputs that are being spent.
pub(super) fn unconfirmed(ledger: &Ledger, spenders: &BTreeSet<Txid>) -> Unconfirmed {
    let waiting = ledger.inflows.iter().filter(|i| i.block.is_none() && !spenders.contains(&i.txid));
    let leaving = ledger.spends.iter().filter(|s| s.block.is_none());
    Unconfirmed {
        outputs: waiting.clone().count(),
        amount: waiting.map(|i| i.value).sum(),
        spent_outputs: leaving.clone().count(),
        spent_sats: leaving.map(|s| s.value).sum(),
    }
}

pub(super) fn addresses(ledger: &Ledger, payments: &[Payment], question: Question, as_of: Time) -> Vec<AddressFigures> {
    let mut inflows: HashMap<&Address, Vec<(Txid, Amount)>> = HashMap::new();
    for payment in payments {
        inflows.entry(&payment.address).or_default().push((payment.txid, payment.amount));
    }
    let mut spends: HashMap<&Address, Vec<(Txid, Amount)>> = HashMap::new();
    for spend in &ledger.spends {
        let Some(block) = spend.block else { continue };
        if on_basis(question.basis, block.time, spend.first_seen) <= as_of {
            spends.entry(&spend.address).or_default().push((spend.txid, spend.value));
        }
    }
    let none = Vec::new();
    ledger
        .addresses
        .iter()
        .map(|record| {
            let received = inflows.get(&record.address).unwrap_or(&none);
            let withdrawn = spends.get(&record.address).unwrap_or(&none);
            let txids: BTreeSet<Txid> = received.iter().chain(withdrawn).map(|(txid, _)| *txid).collect();
            AddressFigures {
                address: record.address.clone(),
                received: received.iter().map(|(_, amount)| *amount).sum(),
                withdrawn: withdrawn.iter().map(|(_, amount)| *amount).sum(),
                outputs: received.len(),
                transactions: txids.len(),
                reconciled: record.reconciled(),
                checked_with: record.check.as_ref().map(|c| c.explorer.clone()),
                recorded_to: record.complete_to(),
            }
        })
        .collect()
}
