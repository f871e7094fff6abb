use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::account::Account;
use super::estimates::{Counted, counted, line};
use super::payment::{Payment, payments};
use super::spending::{Split, splits};
use crate::domain::caveat::Code;
use crate::domain::{Address, Caveat, Family, Ledger, Txid};
use crate::price::Prices;

/// Addresses that were spent from together with addresses of a family, and with those again, as far as the record shows.
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// What the ledger holds of them. Nobody need have been asked about them, so that it may be in part.
    pub ledger: Ledger,
    /// Those of them whose cluster holds an address of a known online service.
    pub of_services: BTreeSet<Address>,
}

impl Linked {
    /// Whether an address counts, where those of services are left out or not.
    fn counts(&self, address: &Address, services: bool) -> bool {
        services || !self.of_services.contains(address)
    }
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
    payments(family, &linked.ledger, prices, account.question, account.summary.as_of, &HashMap::new())
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
    let splits = splits_with(ledger, linked, services);
    let rows = rows.iter().filter(move |row| linked.counts(&row.address, services));
    account.payments.iter().chain(rows).filter(move |row| !splits.contains_key(&row.txid))
}

/// How the transactions split that spend from the family's own or from linked addresses, taken for one family.
pub(super) fn splits_with(ledger: &Ledger, linked: &Linked, services: bool) -> HashMap<Txid, Split> {
    let inflows = linked.ledger.inflows.iter().filter(|row| linked.counts(&row.address, services));
    let spends = linked.ledger.spends.iter().filter(|row| linked.counts(&row.address, services));
    // A row can be in both ledgers.
    let inflows: BTreeMap<_, _> = ledger.inflows.iter().chain(inflows).map(|row| ((row.txid, row.vout), row)).collect();
    let spends: BTreeMap<_, _> = ledger.spends.iter().chain(spends).map(|row| ((row.txid, row.vin), row)).collect();
    splits(inflows.into_values(), spends.into_values())
}

/// What a reader must know of the estimates with linked addresses.
pub(super) fn caveat(linked: &Linked) -> Caveat {
    match linked.ledger.addresses.len() {
        0 => Code::NothingLinked.alone(),
        theirs => Code::LinkedInPart.with([("addresses", theirs.into())]),
    }
}
