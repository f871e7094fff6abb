//! Ways of counting the income, side by side (Gomez et al., CCS 2023). Each line says what it drops and adds against the one
//! before.

use std::collections::{BTreeMap, BTreeSet};

use super::account::payments;
use super::summary::Estimate;
use super::totals::sum;
use super::{Account, Payment};
use crate::domain::format::count;
use crate::domain::{Address, Amount, Family, Ledger, Txid};
use crate::price::Prices;

/// Addresses that were spent from together with addresses of a family, and with those again, as far as the record shows.
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// What the ledger holds of them. Nobody need have been asked about them, so that it may be in part.
    pub ledger: Ledger,
    /// Those of them whose cluster holds an address of a known online service.
    pub of_services: BTreeSet<Address>,
}

/// An output by its key, and whether its transaction spends from the campaign.
type Counted<'p> = BTreeMap<(Txid, u32), &'p Payment>;

/// Direct deposits, and those without a campaign input.
pub(super) fn own(payments: &[Payment], addresses: usize) -> Vec<Estimate> {
    let direct = counted(payments, |_| true);
    let income = counted(payments, |payment| !payment.internal);
    vec![
        line("DD", "direct deposits", addresses, &direct, &direct),
        line("DD-DC", "without deposits that have a campaign input", addresses, &income, &direct),
    ]
}

/// The account with the estimates that count linked addresses as well, and with what a reader must know about them.
/// `ledger` is that of the family itself.
///
/// `DD-DC+MI`: deposits to the family's addresses and to all linked ones, without those whose transaction spends from any of
/// these. `DD-DC+MI-OW`: the same without the linked addresses of clusters that hold a known online service; the family's own
/// addresses are known by other means, and stay.
pub fn with_linked(
    mut account: Account,
    family: &Family,
    ledger: &Ledger,
    linked: &Linked,
    prices: &Prices,
) -> Account {
    let rows = linked_payments(&account, family, linked, prices);
    let wide = |services: bool| {
        wide(&account, &rows, ledger, linked, services).map(|row| ((row.txid, row.vout), row)).collect::<Counted<'_>>()
    };
    let own = ledger.addresses.len();
    let (income, with, without) = (counted(&account.payments, |payment| !payment.internal), wide(true), wide(false));
    let theirs = linked.ledger.addresses.len();
    let lines = [
        line("DD-DC+MI", "with addresses linked by common inputs", own + theirs, &with, &income),
        line(
            "DD-DC+MI-OW",
            "without clusters of known online services",
            own + theirs - linked.of_services.len(),
            &without,
            &with,
        ),
    ];
    account.summary.estimates.extend(lines);
    account.summary.caveats.push(caveat(linked));
    account
}

/// The confirmed payments to the linked addresses, under the account's question.
pub(super) fn linked_payments(account: &Account, family: &Family, linked: &Linked, prices: &Prices) -> Vec<Payment> {
    payments(family, &linked.ledger, prices, account.question, account.summary.as_of, &BTreeSet::new())
}

/// The payments to the family's own and to linked addresses that are no transfers among them; without linked addresses of
/// services unless `services`. An output can come twice.
pub(super) fn wide<'p>(
    account: &'p Account,
    rows: &'p [Payment],
    ledger: &Ledger,
    linked: &'p Linked,
    services: bool,
) -> impl Iterator<Item = &'p Payment> {
    let is_counted = move |address: &Address| services || !linked.of_services.contains(address);
    let theirs = linked.ledger.spends.iter().filter(|spend| is_counted(&spend.address));
    let spenders: BTreeSet<Txid> = ledger.spends.iter().chain(theirs).map(|spend| spend.txid).collect();
    let rows = rows.iter().filter(move |row| is_counted(&row.address));
    account.payments.iter().chain(rows).filter(move |row| !spenders.contains(&row.txid))
}

/// What a reader must know of the estimates with linked addresses.
pub(super) fn caveat(linked: &Linked) -> String {
    match linked.ledger.addresses.len() {
        0 => "no recorded transaction spends from another address together with the family's; +MI and -OW see no further than \
              the record"
            .to_owned(),
        theirs => format!(
            "+MI counts {} by the recorded transactions alone: clusters, and what their addresses received, may be larger",
            count(theirs, "linked address", "linked addresses")
        ),
    }
}

fn counted(payments: &[Payment], pick: impl Fn(&Payment) -> bool) -> Counted<'_> {
    payments.iter().filter(|payment| pick(payment)).map(|payment| ((payment.txid, payment.vout), payment)).collect()
}

fn line(
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
