use std::collections::BTreeMap;

use super::account::Account;
use super::linked::{self, Linked};
use super::payment::{self, Payment};
use super::totals;
use crate::domain::caveat::Code;
use crate::domain::{Amount, Family, Ledger, one_of};
use crate::price::Prices;

/// A way of counting the income that a whole account can be computed by (the names are those of Gomez et al., CCS 2023).
#[derive(Debug)]
pub struct Counting {
    /// Its name in [`Summary::estimates`](super::Summary::estimates): `DD`.
    pub name: &'static str,
    /// What it counts.
    pub meaning: &'static str,
    counts: Counts,
}

/// What a way of counting takes for income.
#[derive(Clone, Copy, Debug)]
enum Counts {
    /// Every deposit to the family's addresses.
    All,
    /// Those that do not come from the family.
    Income,
    /// Those and the deposits to linked addresses, where none of them comes from any of these.
    Linked { services: bool },
}

/// What else is known of a family, for the ways of counting that look beyond its own rows.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// The family.
    pub family: &'a Family,
    /// What is recorded of its own addresses.
    pub ledger: &'a Ledger,
    /// What is recorded of the addresses that are linked to them; looked at where [`Counting::needs_linked`].
    pub linked: &'a Linked,
}

/// Every way of counting, in the order of [`Summary::estimates`](super::Summary::estimates). The one called [`USUAL`] is what
/// every figure is computed by unless another is asked for.
pub static COUNTINGS: &[Counting] = &[
    Counting { name: "DD", meaning: "direct deposits", counts: Counts::All },
    Counting { name: USUAL, meaning: "without deposits that have a campaign input", counts: Counts::Income },
    Counting {
        name: "DD-DC+MI",
        meaning: "with addresses linked by common inputs",
        counts: Counts::Linked { services: true },
    },
    Counting {
        name: "DD-DC+MI-OW",
        meaning: "with addresses linked by common inputs, without clusters of known online services",
        counts: Counts::Linked { services: false },
    },
];

/// The way of counting that is used unless another is asked for.
pub const USUAL: &str = "DD-DC";

impl Counting {
    /// The way of counting of that name, in any case; a minus sign is as good as a hyphen. The error names all there are.
    pub fn find(name: &str) -> Result<&'static Self, String> {
        let wanted = name.replace('−', "-").to_uppercase();
        one_of("way of counting", &wanted, COUNTINGS, |counting| counting.name)
    }

    /// Whether it counts addresses that are linked to the family's.
    pub fn needs_linked(&self) -> bool {
        matches!(self.counts, Counts::Linked { .. })
    }

    /// The account with this as its income: its sums and values are those of the inflows that are counted here, and the others
    /// are marked internal. What is left is unknown unless this is the usual way, since withdrawals are net of what returned.
    /// With linked addresses the ledger is not complete to any moment, since nobody need have been asked about them.
    pub fn of(&self, account: Account, recorded: Recorded<'_>, prices: &Prices) -> Account {
        let mut account = account;
        match self.counts {
            Counts::Income => return account,
            Counts::All => account
                .payments
                .iter_mut()
                .for_each(|payment| (payment.internal, payment.joined) = (false, Some(Amount::ZERO))),
            Counts::Linked { services } => {
                let rows = linked::linked_payments(&account, recorded.family, recorded.linked, prices);
                let counted: BTreeMap<_, Payment> =
                    linked::wide(&account, &rows, recorded.ledger, recorded.linked, services)
                        .map(|row| ((row.txid, row.vout), row.clone()))
                        .collect();
                let mut payments: Vec<Payment> = account.payments.iter().chain(&rows).cloned().collect();
                payments.retain(|row| !counted.contains_key(&(row.txid, row.vout)));
                payments.extend(counted.values().cloned());
                payments.sort_by_key(|row| (row.time, row.block_height, row.txid, row.vout));
                payments.dedup_by_key(|row| (row.txid, row.vout));
                payment::share_out(&mut payments, &linked::splits_with(recorded.ledger, recorded.linked, services));
                payments.iter_mut().for_each(|row| row.internal = !counted.contains_key(&(row.txid, row.vout)));
                account.payments = payments;
                account.summary.caveats.push(linked::caveat(recorded.linked));
                if !recorded.linked.ledger.addresses.is_empty() {
                    account.summary.recorded_to = None;
                    account.summary.caveats.push(Code::OwnWithdrawals.alone());
                }
            }
        }
        let day = account.price_day();
        account.summary.received = totals::received(&account.payments, prices, day);
        account.summary.internal = totals::internal(&account.payments, &account.spendings);
        account.summary.joined = totals::joined(&account.payments);
        account.summary.after_withdrawal = totals::set_apart(&account.payments, |p| p.after_withdrawal && !p.internal);
        account.summary.balance = None;
        account
    }
}
