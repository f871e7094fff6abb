use std::fmt;

use serde::Serialize;

/// How a family's take can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Money: each payment at the price of its day.
    AtReceipt,
    /// Money: what left, at the price of the day it left.
    AtWithdrawal,
    /// Money: the coins received by then at that day's price.
    AsOf,
    /// Money: the coins received, on the day up to then when they were worth most.
    Peak,
    /// Bitcoin received.
    Coins,
    /// Bitcoin that left; only where the wording speaks of withdrawing.
    CoinsWithdrawn,
    /// Bitcoin left; only where the wording speaks of a balance.
    CoinsLeft,
    /// Outputs to the family's addresses.
    Outputs,
    /// Transactions that hold them.
    Transactions,
    /// Transactions that spend from the family.
    Withdrawals,
    /// Money: what is left, at the price of the day.
    Left,
    /// Money: what arrived somewhere, at the price of the day it arrived.
    AtArrival,
    /// Bitcoin that arrived somewhere.
    CoinsArrived,
    /// Hundredths of the bitcoin received.
    Share,
    /// Addresses that were paid.
    Addresses,
    /// Days on which somebody paid.
    Days,
}

impl Basis {
    /// Its name as data: `at-receipt`.
    pub fn name(self) -> &'static str {
        match self {
            Basis::AtReceipt => "at-receipt",
            Basis::AtWithdrawal => "at-withdrawal",
            Basis::AsOf => "as-of",
            Basis::Peak => "peak",
            Basis::Coins => "coins",
            Basis::CoinsWithdrawn => "coins-withdrawn",
            Basis::CoinsLeft => "coins-left",
            Basis::Outputs => "outputs",
            Basis::Transactions => "transactions",
            Basis::Withdrawals => "withdrawals",
            Basis::Left => "left",
            Basis::AtArrival => "at-arrival",
            Basis::CoinsArrived => "coins-arrived",
            Basis::Share => "share",
            Basis::Addresses => "addresses",
            Basis::Days => "days",
        }
    }

    /// What it counts, to go into a sentence: `when each payment arrived`.
    pub fn words(self) -> &'static str {
        match self {
            Basis::AtReceipt => "when each payment arrived",
            Basis::AtWithdrawal => "when it was withdrawn",
            Basis::AsOf => "all that came in, on the day",
            Basis::Peak => "on its highest day until then",
            Basis::Coins => "coins received",
            Basis::CoinsWithdrawn => "coins withdrawn",
            Basis::CoinsLeft => "coins left",
            Basis::Outputs => "outputs received",
            Basis::Transactions => "transactions that paid",
            Basis::Withdrawals => "withdrawals",
            Basis::Left => "what was left, on the day",
            Basis::AtArrival => "when it arrived",
            Basis::CoinsArrived => "coins arrived",
            Basis::Share => "of the coins received",
            Basis::Addresses => "addresses paid",
            Basis::Days => "days with payments",
        }
    }

    /// Where a claim is supported that is so only at this basis, if it has a name of its own there: `the value when withdrawn`.
    pub(super) fn place(self) -> Option<&'static str> {
        Some(match self {
            Basis::AtReceipt => "the value when paid",
            Basis::AtWithdrawal => "the value when withdrawn",
            Basis::AsOf => "the value on the day",
            Basis::Peak => "the value on the highest day",
            _ => return None,
        })
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
