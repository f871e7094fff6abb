//! Every published number is computed here, from a [`Ledger`](crate::domain::Ledger) and prices, by pure functions, once. Surfaces only show it.
//!
//! The words are those of the field: an *inflow* is an output to a watched address, keyed by (txid, vout); a *withdrawal*
//! is a transaction that spends from the family, and its net value is what leaves; an *internal transfer* is an inflow of
//! such a transaction, and is not income.

mod account;
mod caveats;
mod classes;
mod counting;
mod estimates;
mod paid;
mod rows;
mod series;
mod summary;
mod totals;
mod transaction;
mod week;
mod worth;

pub use account::{Account, Payment, Question, Withdrawal, open};
pub use classes::{Class, ClassFigures};
pub use counting::{COUNTINGS, Counting, Known, USUAL};
pub use estimates::{Linked, with_linked};
pub use paid::{PayingShare, paying_share};
pub use series::{Step, steps};
pub use summary::{AddressFigures, AsOfValue, Estimate, Internal, Peak, Received, Summary, Unconfirmed, Withdrawn};
pub use transaction::{TxFigures, transaction};
pub use week::{Change, Flows, Reach, Week};
pub use worth::{Worth, worth_by_day};
