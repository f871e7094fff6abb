use super::Garbled;
use crate::http::HttpError;

/// Why an explorer gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The transport failed for good.
    #[error("{explorer}: {source}")]
    Http {
        /// Name of the explorer.
        explorer: String,
        /// What happened.
        source: HttpError,
    },
    /// The answer could not be read.
    #[error("{explorer}: answer to {url} is {source}")]
    Garbled {
        /// Name of the explorer.
        explorer: String,
        /// What was asked.
        url: String,
        /// What is wrong with it.
        source: Garbled,
    },
    /// It shows another chain, or is behind the network or the ledger.
    #[error("{explorer}: {reason}")]
    Behind {
        /// Name of the explorer.
        explorer: String,
        /// What is wrong with its chain.
        reason: String,
    },
    /// The API has no such request.
    #[error("{explorer}: its API gives no {what}")]
    Unsupported {
        /// Name of the explorer.
        explorer: String,
        /// What was wanted.
        what: &'static str,
    },
    /// Nobody may be asked about an address or a transaction.
    #[error("{explorer} is not asked about addresses and transactions, as ask = \"never\" wants it")]
    Discreet {
        /// Name of the explorer.
        explorer: String,
    },
    /// The built-in record holds no such thing.
    #[error("the built-in record does not hold {0}")]
    NotRecorded(String),
}
