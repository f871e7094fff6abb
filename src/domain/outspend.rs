use std::sync::Arc;

use super::{Time, Txid};

/// What somebody said of an output that no recorded transaction spends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutspendStatus {
    /// An explorer said at that moment that nothing spends it.
    Unspent {
        /// Who said so.
        explorer: Arc<str>,
        /// When it was last asked.
        at: Time,
    },
    /// It is spent by this transaction.
    SpentBy(Txid),
    /// It is spent, and nobody told by what.
    SpentBySomebody,
}
