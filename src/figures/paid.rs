use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::account::Account;

/// How many of the machines that were infected were paid for, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PayingShare {
    /// Machines that are said to have been infected.
    pub machines: u64,
    /// Transactions that paid before the last withdrawal that emptied the wallets, or all where none did.
    pub transactions: usize,
    /// Their outputs to the family's addresses. One transaction can pay for two machines.
    pub outputs: usize,
    /// Of a thousand machines so many at most, rounded up: as if every output had paid for another machine.
    pub at_most_in_a_thousand: u64,
}

/// The share of `machines` that the tracked addresses were paid for. Payments after the wallets had been emptied are left
/// out. `None` where no machine is said to have been infected.
pub fn paying_share(account: &Account, machines: u64) -> Option<PayingShare> {
    let paid: Vec<_> = account.income().filter(|payment| !payment.after_withdrawal).collect();
    let outputs = u64::try_from(paid.len()).ok()?;
    let at_most_in_a_thousand = outputs.checked_mul(1_000)?.checked_add(machines.checked_sub(1)?)? / machines;
    Some(PayingShare {
        machines,
        transactions: paid.iter().map(|payment| payment.txid).collect::<BTreeSet<_>>().len(),
        outputs: paid.len(),
        at_most_in_a_thousand,
    })
}
