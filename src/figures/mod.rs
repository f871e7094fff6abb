//! Every published number is computed here, from a [`Ledger`](crate::domain::Ledger) and prices, by pure functions, once. Surfaces only show it.
//!
//! The words are those of the field: an *inflow* is an output to a watched address, keyed by (txid, vout). Of a transaction that
//! spends from the family, what it pays back is *internal* up to what it spends and *joined* beyond, neither of them income;
//! what it spends beyond that is *withdrawn*, if value leaves to others.

mod account;
mod caveats;
mod classes;
mod counting;
mod estimates;
mod flows;
mod incoming;
mod linked;
mod paid;
mod payment;
mod question;
mod second_series;
mod series;
mod shares;
mod sizes;
mod spending;
mod states;
mod summary;
mod totals;
mod transaction;
mod weeks;
mod worth;

pub use account::{Account, open};
pub use classes::{Class, ClassFigures};
pub use counting::{COUNTINGS, Counting, Recorded, USUAL};
pub use flows::{Change, Flows};
pub use incoming::{Incoming, incoming};
pub use linked::{Linked, with_linked};
pub use paid::{PayingShare, paying_share};
pub use payment::{Payment, Withdrawal};
pub use question::Question;
pub use series::{Reach, Step, busiest, steps, week, weeks};
pub use shares::{part, per_cent, percent};
pub use sizes::{Size, Spread, by_output, by_transaction, in_coins, on_arrival, spread};
pub use spending::{Spending, Split};
pub use states::{Beginning, DayOut, Did, State, days_out, large_days, rush, states};
pub use summary::{
    AddressFigures, Apart, AsOfValue, Estimate, Internal, Joined, Received, Summary, Unconfirmed, Waiting, Withdrawn,
};
pub use transaction::{TxFigures, transaction};
pub use weeks::{Compared, Total};
pub use worth::{Peak, Worth, first_day, peak, worth_by_day};
