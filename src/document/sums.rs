use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Amount, Said, Totals};

/// What an explorer said of an address, or the ledger holds of it; null where it was not told.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AddressSums {
    /// Transactions in blocks.
    pub transactions: Option<u64>,
    /// Received in blocks.
    pub received_sats: Option<u64>,
    /// Spent in blocks.
    pub spent_sats: Option<u64>,
    /// Transactions that wait.
    pub mempool_transactions: Option<u64>,
    /// Received, waiting.
    pub mempool_received_sats: Option<u64>,
    /// Spent, waiting.
    pub mempool_spent_sats: Option<u64>,
    /// All transactions.
    pub all_transactions: Option<u64>,
    /// All that was received.
    pub all_received_sats: Option<u64>,
    /// All that was spent.
    pub all_spent_sats: Option<u64>,
}

impl From<Totals> for AddressSums {
    fn from(totals: Totals) -> Self {
        Said::from(totals).into()
    }
}

impl From<Said> for AddressSums {
    fn from(said: Said) -> Self {
        let sats = |amount: Option<Amount>| amount.map(Amount::to_sat);
        let (confirmed, waiting, all) = (said.confirmed, said.waiting, said.everything());
        Self {
            transactions: confirmed.tx_count,
            received_sats: sats(confirmed.received),
            spent_sats: sats(confirmed.spent),
            mempool_transactions: waiting.tx_count,
            mempool_received_sats: sats(waiting.received),
            mempool_spent_sats: sats(waiting.spent),
            all_transactions: all.tx_count,
            all_received_sats: sats(all.received),
            all_spent_sats: sats(all.spent),
        }
    }
}
