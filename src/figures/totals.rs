//! What the rows of an account add up to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::classes::{Class, ClassFigures};
use super::payment::{Payment, Withdrawal};
use super::question::Question;
use super::spending::{Spending, Split};
use super::summary::{AddressFigures, Apart, AsOfValue, Internal, Joined, Received, Unconfirmed, Withdrawn};
use super::worth;
use crate::domain::{Address, AddressRecord, Amount, Ledger, Time, Trust, Txid, Value};
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
        as_of_value: prices.worth(amount, day).map(|value| AsOfValue { date: day, value }),
        peak: worth::peak(&worth::worth_by_day(payments, prices, day)),
        without_price: unpriced.clone().count(),
        without_price_sats: unpriced.map(|p| p.amount).sum(),
    }
}

pub(super) fn withdrawn(withdrawals: &[Withdrawal]) -> Withdrawn {
    let amount = total(withdrawals.iter().map(|w| w.amount));
    Withdrawn {
        transactions: withdrawals.len(),
        amount,
        unknown: withdrawals.iter().filter(|w| w.amount.is_none()).count(),
        first: withdrawals.first().map(|w| w.time),
        last: withdrawals.last().map(|w| w.time),
        at_withdrawal: sum(withdrawals.iter().map(|w| w.value)).filter(|_| amount.is_some()),
        without_price: withdrawals.iter().filter(|w| w.amount.is_some() && w.value.is_none()).count(),
    }
}

/// The sum of amounts, unknown where one of them is.
pub(super) fn total(amounts: impl IntoIterator<Item = Option<Amount>>) -> Option<Amount> {
    amounts.into_iter().sum()
}

/// What the family's own coins do within it.
pub(super) fn internal(payments: &[Payment], spendings: &[Spending]) -> Internal {
    let rows = payments.iter().filter(|p| p.internal);
    Internal {
        outputs: rows.clone().count(),
        amount: total(rows.map(Payment::within)),
        fees: total(spendings.iter().map(|one| one.split.fee())),
    }
}

pub(super) fn joined<'a>(payments: impl IntoIterator<Item = &'a Payment>) -> Joined {
    let rows: Vec<&Payment> = payments.into_iter().filter(|p| p.joined != Some(Amount::ZERO)).collect();
    Joined {
        transactions: rows.iter().map(|p| p.txid).collect::<BTreeSet<_>>().len(),
        amount: total(rows.iter().map(|p| p.joined)),
    }
}

/// What is left, coin by coin: all that was paid to the family less its coins that were spent.
pub(super) fn left(payments: &[Payment], spendings: &[Spending]) -> Option<Amount> {
    let spent = total(spendings.iter().map(|one| one.split.spent()))?;
    payments.iter().map(|p| p.amount).sum::<Amount>().checked_sub(spent)
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

pub(super) fn set_apart(payments: &[Payment], pick: impl Fn(&Payment) -> bool) -> Apart {
    let rows = payments.iter().filter(|p| pick(p));
    Apart { outputs: rows.clone().count(), amount: rows.map(|p| p.amount).sum() }
}

/// The payments by how far their transactions can be trusted.
pub(super) fn trust(payments: &[Payment]) -> BTreeMap<Trust, Apart> {
    let of = |level| (level, set_apart(payments, |p| p.trust == level));
    Trust::ALL.into_iter().map(of).filter(|(_, found)| found.outputs > 0).collect()
}

/// What waits: payments, without the change of spends that wait themselves; and outputs that are being spent.
pub(super) fn unconfirmed(ledger: &Ledger, splits: &HashMap<Txid, Split>) -> Unconfirmed {
    let waiting = ledger.inflows.iter().filter(|i| i.block.is_none() && !splits.contains_key(&i.txid));
    let leaving = ledger.spends.iter().filter(|s| s.block.is_none());
    Unconfirmed {
        outputs: waiting.clone().count(),
        amount: waiting.map(|i| i.value).sum(),
        spent_outputs: leaving.clone().count(),
        spent_sats: total(leaving.map(|s| s.value)),
    }
}

/// Whether all that explorers count as waiting was read; `None` where one address was never asked about.
pub(super) fn waiting_whole(ledger: &Ledger) -> Option<bool> {
    let each: Option<Vec<bool>> = ledger.addresses.iter().map(AddressRecord::is_whole).collect();
    each.map(|each| each.into_iter().all(|whole| whole))
}

pub(super) fn addresses(ledger: &Ledger, payments: &[Payment], question: Question, as_of: Time) -> Vec<AddressFigures> {
    let mut inflows: HashMap<&Address, Vec<(Txid, Option<Amount>)>> = HashMap::new();
    for payment in payments {
        inflows.entry(&payment.address).or_default().push((payment.txid, Some(payment.amount)));
    }
    let mut spends: HashMap<&Address, Vec<(Txid, Option<Amount>)>> = HashMap::new();
    for spend in &ledger.spends {
        let Some(block) = spend.block else { continue };
        if question.place(block.time, spend.first_seen) <= as_of {
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
                received: received.iter().filter_map(|(_, amount)| *amount).sum(),
                withdrawn: total(withdrawn.iter().map(|(_, amount)| *amount)),
                outputs: received.len(),
                transactions: txids.len(),
                reconciled: record.reconciled(),
                waiting_whole: record.is_whole(),
                in_blocks_to: record.followed_to,
                checked_with: record.check.as_ref().map(|c| c.explorer.clone()),
                recorded_to: record.complete_to(),
            }
        })
        .collect()
}

/// Income by class; every class is named, also where it holds nothing.
pub(super) fn tally(payments: &[Payment]) -> BTreeMap<Class, ClassFigures> {
    Class::ALL
        .into_iter()
        .map(|class| {
            let rows: Vec<&Payment> = payments.iter().filter(|p| !p.internal && p.class == class).collect();
            let close = sum(rows.iter().map(|p| p.value)).map(|v| v.rounded()[1].to_string());
            let sats = rows.iter().map(|p| p.amount.to_sat()).sum();
            (class, ClassFigures { outputs: rows.len(), sats, close })
        })
        .collect()
}
