//! Looking up one transaction, without a ledger.

use super::chain::shows_our_chain;
use super::{Failure, reason};
use crate::domain::{IncidentKind, Provenance, Tx, Txid};
use crate::explorer::{Answer, AskError, Explorer, Outspend};
use crate::http::HttpError;
use crate::store::Refusal;

/// What explorers said when they were asked about a transaction.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The transaction, as the first explorer tells it that knows it; `None` where nobody does.
    pub found: Option<Found>,
    /// Explorers that do not know it.
    pub unknown_to: Vec<String>,
    /// Answers that were refused: what was told does not hash to the txid.
    pub refused: Vec<Refusal>,
    /// Explorers that gave no usable answer.
    pub failures: Vec<Failure>,
}

/// A transaction and what became of it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The transaction.
    pub tx: Tx,
    /// Who told it.
    pub provenance: Provenance,
    /// Its content hashes to its txid.
    pub recomputed: bool,
    /// What became of each output; `None` where that could not be had, which [`Search::failures`] explains.
    pub outspends: Option<Vec<Outspend>>,
}

/// Asks the explorers one after the other, until one knows the transaction. An explorer of another chain is not believed,
/// and content that does not hash to the txid is refused.
pub async fn find(explorers: &[Explorer], txid: &Txid) -> Search {
    let mut search = Search::default();
    for explorer in explorers {
        let name = explorer.name().to_owned();
        let failed = |error: &AskError| Failure { explorer: name.clone(), address: None, reason: reason(error) };
        let answer = match ask(explorer, txid).await {
            Ok(Some(answer)) => answer,
            Ok(None) => {
                search.unknown_to.push(name);
                continue;
            }
            Err(error) => {
                search.failures.push(failed(&error));
                continue;
            }
        };
        let Answer { value: tx, provenance, .. } = answer;
        let hash = tx.recomputed_txid();
        let other = [Some(tx.txid), hash].into_iter().flatten().find(|other| other != txid);
        if let Some(other) = other {
            let what = if tx.txid == *txid { "its content hashes to" } else { "the answer is about" };
            search.refused.push(Refusal {
                txid: *txid,
                explorer: name,
                kind: IncidentKind::WrongContent,
                reason: format!("refused: {what} {other}"),
            });
            continue;
        }
        let outspends = match explorer.outspends(txid).await {
            Ok(answer) if answer.value.len() == tx.outputs.len() => Some(answer.value),
            Ok(answer) => {
                let (told, outputs) = (answer.value.len(), tx.outputs.len());
                let reason = format!("it tells what became of {told} outputs, and there are {outputs}");
                search.failures.push(Failure { explorer: name.clone(), address: None, reason });
                None
            }
            Err(error) => {
                search.failures.push(failed(&error));
                None
            }
        };
        search.found = Some(Found { tx, provenance, recomputed: hash.is_some(), outspends });
        break;
    }
    search
}

/// The transaction; `None` where the explorer does not know it.
async fn ask(explorer: &Explorer, txid: &Txid) -> Result<Option<Answer<Tx>>, AskError> {
    // A record has no blocks that it could be recognised by.
    if !explorer.is_recorded() {
        shows_our_chain(explorer).await?;
    }
    match explorer.transaction(txid).await {
        Ok(answer) => Ok(Some(answer)),
        Err(AskError::NotRecorded(_) | AskError::Http { source: HttpError::Status { status: 404, .. }, .. }) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
