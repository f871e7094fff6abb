//! Ways of counting the income, side by side (Gomez et al., CCS 2023). Each line says what it drops and adds against the one
//! before.

use std::collections::{BTreeMap, BTreeSet};

use super::payment::Payment;
use super::summary::Estimate;
use super::totals::sum;
use crate::domain::{Amount, Txid};

/// An output by its key, and whether its transaction spends from the campaign.
pub(super) type Counted<'p> = BTreeMap<(Txid, u32), &'p Payment>;

/// Direct deposits, and those without a campaign input.
pub(super) fn own(payments: &[Payment], addresses: usize) -> Vec<Estimate> {
    let direct = counted(payments, |_| true);
    let income = counted(payments, |payment| !payment.internal);
    vec![
        line("DD", "direct deposits", addresses, &direct, &direct),
        line("DD-DC", "without deposits that have a campaign input", addresses, &income, &direct),
    ]
}

pub(super) fn counted(payments: &[Payment], pick: impl Fn(&Payment) -> bool) -> Counted<'_> {
    payments.iter().filter(|payment| pick(payment)).map(|payment| ((payment.txid, payment.vout), payment)).collect()
}

pub(super) fn line(
    name: &'static str,
    meaning: &'static str,
    addresses: usize,
    now: &Counted<'_>,
    before: &Counted<'_>,
) -> Estimate {
    let apart = |of: &Counted<'_>, from: &Counted<'_>| {
        let rows = of.iter().filter(|(key, _)| !from.contains_key(key)).map(|(_, row)| row.amount);
        (rows.clone().count(), rows.sum::<Amount>())
    };
    let ((dropped_outputs, dropped), (added_outputs, added)) = (apart(before, now), apart(now, before));
    Estimate {
        name,
        meaning,
        addresses,
        outputs: now.len(),
        transactions: now.keys().map(|(txid, _)| *txid).collect::<BTreeSet<_>>().len(),
        amount: now.values().map(|row| row.amount).sum(),
        at_receipt: sum(now.values().map(|row| row.value)),
        without_price: now.values().filter(|row| row.value.is_none()).count(),
        dropped_outputs,
        dropped,
        added_outputs,
        added,
    }
}
