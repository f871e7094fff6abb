use super::{Account, Payment, totals};
use crate::price::Prices;

/// A way of counting the income that a whole account can be computed by (the names are those of Gomez et al., CCS 2023).
#[derive(Debug)]
pub struct Counting {
    /// Its name in [`Summary::estimates`](super::Summary::estimates): `DD`.
    pub name: &'static str,
    /// What it counts.
    pub meaning: &'static str,
    /// Whether it counts an inflow.
    counts: fn(&Payment) -> bool,
}

/// Every way of counting that needs no more than the account's own rows. The one called [`USUAL`] is what every figure is
/// computed by unless another is asked for.
pub static COUNTINGS: &[Counting] = &[
    Counting { name: "DD", meaning: "direct deposits", counts: |_| true },
    Counting {
        name: USUAL,
        meaning: "without deposits that have a campaign input",
        counts: |payment| !payment.internal,
    },
];

/// The way of counting that is used unless another is asked for.
pub const USUAL: &str = "DD-DC";

impl Counting {
    /// The way of counting of that name, in any case; a minus sign is as good as a hyphen. The error names all there are.
    pub fn find(name: &str) -> Result<&'static Self, String> {
        let wanted = name.replace('−', "-").to_uppercase();
        COUNTINGS.iter().find(|counting| counting.name == wanted).ok_or_else(|| {
            let all: Vec<&str> = COUNTINGS.iter().map(|counting| counting.name).collect();
            format!("no way of counting \"{name}\"; there are {}", all.join(" and "))
        })
    }

    /// The account with this as its income: its sums and values are those of the inflows that are counted here, and the others
    /// are marked internal. What is left is unknown unless this is the usual way, since withdrawals are net of what returned.
    pub fn of(&self, account: Account, prices: &Prices) -> Account {
        if self.name == USUAL {
            return account;
        }
        let day = account.price_day();
        let mut account = account;
        for payment in &mut account.payments {
            payment.internal = !(self.counts)(payment);
        }
        account.summary.received = totals::received(&account.payments, prices, day);
        account.summary.internal = totals::set_apart(&account.payments, |p| p.internal);
        account.summary.after_withdrawal = totals::set_apart(&account.payments, |p| p.after_withdrawal && !p.internal);
        account.summary.balance = None;
        account
    }
}
