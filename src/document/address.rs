use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Frame, Payment, Timestamp, Watched, WeighedLabel, Withdrawal};
use crate::catalog::{Catalog, Labels};
use crate::domain::{Address, Amount, Caveat, TimeBasis, Trust};
use crate::figures::{
    Account, AddressFigures, Apart, Estimate, Internal, Joined, Received, Unconfirmed, Waiting, Withdrawn,
};

/// One address: the figures of a family that has no other and demanded nothing, with the rows that they come from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AddressLookup {
    /// The address.
    #[schemars(with = "String")]
    pub address: Address,
    /// Its page for people; null where the explorer has none.
    pub page: Option<String>,
    /// Name of the family that watches it.
    pub family: Option<String>,
    /// That family, and who names the address.
    pub watched: Option<Watched>,
    /// Whose it is, what counts first.
    pub labels: Vec<WeighedLabel>,
    /// The address in print.
    pub title: String,
    /// The last second that counts.
    pub as_of: Timestamp,
    /// The moment to which the ledger is complete.
    pub recorded_to: Option<Timestamp>,
    /// Clock used.
    #[schemars(with = "String")]
    pub time_basis: TimeBasis,
    /// Zone used.
    pub time_zone: String,
    /// Currency of every value (ISO 4217).
    pub currency: String,
    /// What came in, without its own change.
    pub received: Received,
    /// Coins of others that came in together with its own.
    pub joined: Joined,
    /// What left.
    pub withdrawn: Withdrawn,
    /// What is left.
    pub balance_sats: Option<u64>,
    /// What waits for a block.
    pub unconfirmed: Unconfirmed,
    /// The same, with whether that is all.
    pub waiting: Waiting,
    /// Null: classes are judged by a family's demands, and here is no family.
    pub classes: (),
    /// Null, too.
    pub class_tolerance: (),
    /// Change, which is no income.
    pub internal: Internal,
    /// Ways of counting the income.
    pub estimates: Vec<Estimate>,
    /// What came after it had been emptied.
    pub after_withdrawal: Apart,
    /// The address as explorers count it.
    pub addresses: Vec<AddressFigures>,
    /// Who told.
    pub explorers: Vec<String>,
    /// What came in by how far it can be trusted.
    #[schemars(with = "BTreeMap<String, Apart>")]
    pub trust: BTreeMap<Trust, Apart>,
    /// Where the prices come from.
    pub price_source: String,
    /// What a reader must know.
    pub caveats: Vec<Caveat>,
    /// Every output to it.
    pub payments: Vec<PaymentPages>,
    /// Every transaction that spends from it and pays others.
    pub withdrawals: Vec<WithdrawalPage>,
}

/// A payment with the pages for people that show it, null where the explorer that told has none; `family` is null of an address that none watches.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PaymentPages {
    /// The payment.
    #[serde(flatten)]
    pub payment: Payment,
    /// Page of its transaction.
    pub page: Option<String>,
    /// Page of the address.
    pub address_page: Option<String>,
}

/// A withdrawal with the page for people that shows it; null where the explorer that told has none.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WithdrawalPage {
    /// The withdrawal.
    #[serde(flatten)]
    pub withdrawal: Withdrawal,
    /// Page of its transaction.
    pub page: Option<String>,
}

impl PaymentPages {
    /// A payment whose pages are the surface's to add.
    pub fn of(payment: Payment) -> Self {
        Self { payment, page: None, address_page: None }
    }
}

impl AddressLookup {
    /// The document of an address, whose account is of it alone. Pages for people are the surface's to add.
    pub fn of(account: &Account, address: &Address, catalog: &Catalog, labels: &Labels) -> Self {
        let (summary, frame) = (account.summary.clone(), Frame::of(account));
        let watched = Watched::of(Some(address), catalog);
        let family = watched.as_ref().map(|watched| watched.family.clone());
        let payment = |one| {
            let payment = Payment { family: family.clone(), class: None, ..Payment::of(one, frame) };
            PaymentPages::of(payment)
        };
        let withdrawal = |one| {
            let withdrawal = Withdrawal { family: family.clone(), ..Withdrawal::of(one, frame) };
            WithdrawalPage { withdrawal, page: None }
        };
        Self {
            address: address.clone(),
            page: None,
            labels: WeighedLabel::of_address(Some(address), labels),
            title: summary.title,
            as_of: Timestamp(summary.as_of),
            recorded_to: summary.recorded_to.map(Timestamp),
            time_basis: summary.time_basis,
            time_zone: summary.time_zone,
            currency: summary.currency,
            received: summary.received,
            joined: summary.joined,
            withdrawn: summary.withdrawn,
            balance_sats: summary.balance.map(Amount::to_sat),
            unconfirmed: summary.unconfirmed,
            waiting: summary.waiting,
            classes: (),
            class_tolerance: (),
            internal: summary.internal,
            estimates: summary.estimates,
            after_withdrawal: summary.after_withdrawal,
            addresses: summary.addresses,
            explorers: summary.explorers,
            trust: summary.trust,
            price_source: summary.price_source,
            caveats: summary.caveats,
            payments: account.payments.iter().map(payment).collect(),
            withdrawals: account.withdrawals.iter().map(withdrawal).collect(),
            family,
            watched,
        }
    }

    /// The explorer that told the totals.
    pub fn checked_with(&self) -> Option<&str> {
        self.addresses.first()?.checked_with.as_deref()
    }
}
