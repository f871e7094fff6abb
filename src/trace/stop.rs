use std::fmt;
use std::sync::Arc;

use super::CoinJoin;
use crate::domain::{Time, Txid, rfc3339};

/// Why exactly a path ends, where the stop leaves it open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Into a CoinJoin of this kind.
    CoinJoin(CoinJoin, Txid),
    /// Into a transaction with so many outputs, or backwards inputs.
    FanOut(usize, Txid),
    /// The next transaction is further away than the hops allow.
    Hops(Txid),
    /// Less than the smallest amount that is followed.
    MinValue,
    /// An explorer said so at that moment.
    SaidUnspent(Arc<str>, Time),
    /// Spent by this transaction, after the moment asked about.
    SpentLater(Txid),
    /// Spent by this transaction, which waits and is in no block yet.
    Waiting(Txid),
    /// Spent by this transaction, which is not recorded.
    SpentBy(Txid),
    /// Spent, and nobody told by what.
    SpentBySomebody,
    /// Nobody was asked what became of it.
    NotAsked,
    /// Backwards: the transaction that made it is not recorded.
    MakerUnrecorded,
    /// The values of this transaction's coins are not all recorded, or do not add up.
    ValueUnknown(Txid),
    /// Its spending transactions spend each other in a circle, which no chain can hold.
    Circle,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CoinJoin(kind, txid) => write!(f, "into the {kind} CoinJoin {txid}"),
            Self::FanOut(parts, txid) => write!(f, "into {txid}, which has {parts} parts"),
            Self::Hops(txid) => write!(f, "spent by {txid}, further away than --hops"),
            Self::MinValue => f.write_str("less than --min-value"),
            Self::SaidUnspent(explorer, at) => write!(f, "unspent, {explorer} said at {}", rfc3339(*at)),
            Self::SpentLater(txid) => write!(f, "spent later, by {txid}"),
            Self::Waiting(txid) => write!(f, "waiting to be spent, by {txid}, which is in no block yet"),
            Self::SpentBy(txid) => write!(f, "spent by {txid}, which is not recorded"),
            Self::SpentBySomebody => f.write_str("spent; nobody told by what"),
            Self::NotAsked => f.write_str("nobody was asked what became of it"),
            Self::MakerUnrecorded => f.write_str("the transaction that made it is not recorded"),
            Self::ValueUnknown(txid) => write!(f, "the values in {txid} are not all recorded"),
            Self::Circle => f.write_str("its spending transactions form a circle, which no chain can hold"),
        }
    }
}
