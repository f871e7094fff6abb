//! Asking about one output or one transaction, and storing what is told.

use super::Onward;
use super::round::{Question, Round};
use crate::domain::{OutPoint, OutspendStatus, Provenance, Txid};
use crate::explorer::{Answer, AskError, Explorer, Outspend};
use crate::http::HttpError;
use crate::store::{OutspendRecord, Recorded, StoreError, TrailStart};
use crate::sync::{Failure, reason, refuses};

/// So many questions in a row that an explorer fails on, and it is not asked any more.
const STRIKES: usize = 3;

impl Round<'_> {
    /// Asks one explorer after the other until one answers.
    pub async fn ask(&mut self, question: Question, done: &mut Onward) -> Result<(), StoreError> {
        self.asked.insert(question);
        if matches!(question, Question::Outspend(coin, None) if self.told.contains_key(&coin.txid)) {
            return Ok(());
        }
        for explorer in self.explorers {
            if self.lost.contains(explorer.name()) {
                continue;
            }
            let answered = match question {
                Question::Outspend(coin, waiting) => self.outspend(explorer, coin, waiting, done).await?,
                Question::Spender(txid) => self.spender(explorer, txid, done).await?,
            };
            match answered {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => {
                    self.fail(explorer, &error, done);
                    let strikes = done.failures.iter().filter(|f| f.explorer == explorer.name()).count();
                    if strikes >= STRIKES || refuses(&error) {
                        self.lost.insert(explorer.name().to_owned());
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks what became of a transaction's outputs; false where the explorer does not know the transaction.
    async fn outspend(
        &mut self,
        explorer: &Explorer,
        coin: OutPoint,
        waiting: Option<Txid>,
        done: &mut Onward,
    ) -> Result<Result<bool, AskError>, StoreError> {
        let answer = match known(explorer.outspends(&coin.txid).await, done) {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(Ok(false)),
            Err(error) => return Ok(Err(error)),
        };
        let outspends: Vec<OutspendRecord> =
            (0..).zip(&answer.value).filter_map(|(vout, told)| said(coin.txid, vout, *told)).collect();
        let spender = outspends.iter().find(|outspend| outspend.output == coin).and_then(|outspend| outspend.spender);
        let (provenance, noted) = (answer.provenance.clone(), answer.provenance);
        let (raw, kept) = (answer.raw.clone(), answer.raw);
        for outspend in &outspends {
            self.held.outspends.insert(outspend.output, held(outspend, &provenance));
        }
        self.store.run(move |store| store.record_outspends(&outspends, &noted, &kept)).await?;
        self.told.insert(coin.txid, self.heights.get(explorer.name()).copied());
        match waiting {
            // Still the same: is it in a block by now?
            Some(txid) if spender == Some(txid) => return self.spender(explorer, txid, done).await,
            // The explorer tells something else of the coin, so what waited does not spend it any more.
            Some(txid) => {
                self.store.run(move |store| store.record_gone(&[txid], &provenance, &raw)).await?;
                self.held.txs.remove(&txid);
            }
            None => {}
        }
        Ok(Ok(true))
    }

    /// Asks for a transaction and stores it; false where the explorer does not know it.
    async fn spender(
        &mut self,
        explorer: &Explorer,
        txid: Txid,
        done: &mut Onward,
    ) -> Result<Result<bool, AskError>, StoreError> {
        let answer = match known(explorer.transaction(&txid).await, done) {
            Ok(Some(answer)) if answer.value.txid == txid => answer,
            Ok(_) => return Ok(Ok(false)),
            Err(error) => return Ok(Err(error)),
        };
        let Answer { value, provenance, raw } = answer;
        let recorded = self.store.run(move |store| store.record_transaction(value, None, &provenance, &raw)).await?;
        let Recorded { new, refused, settled, .. } = recorded;
        done.new += new;
        let taken = refused.is_empty();
        if taken {
            // With all that the ledger knew to spend it before.
            self.held.read(self.store, TrailStart::Transaction(txid), explorer.network()).await?;
        }
        done.refused.extend(refused);
        done.warnings.extend(settled.iter().map(ToString::to_string));
        Ok(Ok(taken))
    }

    pub fn fail(&self, explorer: &Explorer, error: &AskError, done: &mut Onward) {
        done.failures.push(Failure { explorer: explorer.name().to_owned(), address: None, reason: reason(error) });
    }
}

/// What an answer says of one output; a record that does not tell says nothing.
fn said(txid: Txid, vout: u32, told: Outspend) -> Option<OutspendRecord> {
    let (spent, spender) = match told {
        Outspend::Unspent => (false, None),
        Outspend::Spent { txid, .. } => (true, Some(txid)),
        Outspend::SpentBySomebody => (true, None),
        Outspend::Unrecorded => return None,
    };
    Some(OutspendRecord { output: OutPoint::new(txid, vout), spent, spender })
}

/// The same as a trail has it.
fn held(outspend: &OutspendRecord, provenance: &Provenance) -> OutspendStatus {
    match (outspend.spent, outspend.spender) {
        (true, Some(txid)) => OutspendStatus::SpentBy(txid),
        (true, None) => OutspendStatus::SpentBySomebody,
        (false, _) => {
            OutspendStatus::Unspent { explorer: provenance.explorer.as_str().into(), at: provenance.asked_at }
        }
    }
}

/// The answer; `None` where the explorer does not know. Either way it took requests.
fn known<T>(answer: Result<Answer<T>, AskError>, done: &mut Onward) -> Result<Option<Answer<T>>, AskError> {
    done.requests += answer.as_ref().map_or(1, |answer| answer.raw.len());
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(AskError::NotRecorded(_) | AskError::Http { source: HttpError::Status { status: 404, .. }, .. }) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
