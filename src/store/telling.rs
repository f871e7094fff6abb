//! Taking single transactions into the ledger, and who told of them.

use bitcoin::absolute::LockTime;
use bitcoin::consensus::deserialize;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction, Witness};
use rusqlite::OptionalExtension;

use super::incidents::{self, Finding};
use super::kept;
use super::ledger::parsed;
use super::page::{self, Word};
use super::request::{commit, insert_request};
use super::{Recorded, Refusal, Store, StoreError};
use crate::domain::{Address, IncidentKind, Provenance, RawAnswer, Tx, Txid};

impl Store {
    /// Takes one transaction into the ledger, as a page does with all of its own.
    pub fn record_transaction(
        &mut self,
        tx: Tx,
        tip: Option<u32>,
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> Result<Recorded, StoreError> {
        let (path, keeps) = (self.path.clone(), self.keeps_answers);
        let mut write = || -> rusqlite::Result<Recorded> {
            let mut work = self.db.transaction()?;
            let begun = work.total_changes();
            let request = insert_request(&work, provenance)?;
            let mut news = false;
            let refusal = |kind, reason| Refusal { txid: tx.txid, explorer: provenance.explorer.clone(), kind, reason };
            let mut recorded = Recorded::default();
            let attempt = work.savepoint()?;
            let before = attempt.total_changes();
            match page::write_tx(&attempt, &tx, request, &provenance.explorer, Word::Told { left: &[], tip })? {
                Ok(written) => {
                    recorded.new += usize::from(written.new);
                    news |= attempt.total_changes() > before;
                    recorded.settled.extend(written.settled.into_iter().map(|r| refusal(IncidentKind::Corrected, r)));
                    let disputed = written.disputed.into_iter();
                    recorded.settled.extend(disputed.map(|r| refusal(IncidentKind::Disagreement, r)));
                    attempt.commit()?;
                }
                Err((kind, reason)) => {
                    drop(attempt);
                    recorded.refused.push(refusal(kind, format!("refused: {reason}")));
                }
            }
            if keeps && news {
                kept::keep(&work, request, raw)?;
            }
            for told in recorded.refused.iter().chain(&recorded.settled) {
                let txid = Some(told.txid.to_string());
                let what = Finding { kind: told.kind, address: None, txid, what: told.reason.clone() };
                incidents::note(&work, &what, provenance, raw, request)?;
            }
            commit(work, request, begun)?;
            Ok(recorded)
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// The content of a transaction that hashes to its txid, byte for byte what the txid commits to, witnesses included where
    /// they were told; `None` where the ledger does not hold all of it.
    pub fn content(&self, txid: &Txid) -> Result<Option<Transaction>, StoreError> {
        let read = || -> rusqlite::Result<Option<Transaction>> {
            let head: Option<(i64, Option<i32>, Option<u32>)> = self
                .db
                .prepare_cached("SELECT tx_id, version, lock_time FROM tx WHERE txid = ?1 AND recomputed")?
                .query_row([txid.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let Some((tx_id, Some(version), Some(lock_time))) = head else { return Ok(None) };
            let input = self
                .db
                .prepare_cached(
                    "SELECT prev_txid, prev_vout, script_sig, sequence, witness, coinbase FROM tx_input WHERE tx_id = ?1
                     ORDER BY vin",
                )?
                .query_map([tx_id], |row| {
                    let coinbase: bool = row.get(5)?;
                    let previous_output =
                        if coinbase { OutPoint::null() } else { OutPoint::new(parsed(row, 0)?, row.get(1)?) };
                    let witness: Option<Vec<u8>> = row.get(4)?;
                    Ok(bitcoin::TxIn {
                        previous_output,
                        script_sig: ScriptBuf::from_bytes(row.get(2)?),
                        sequence: Sequence(row.get(3)?),
                        witness: witness.and_then(|bytes| deserialize::<Witness>(&bytes).ok()).unwrap_or_default(),
                    })
                })?
                .collect::<Result<_, _>>()?;
            let output = self
                .db
                .prepare_cached("SELECT sats, script FROM tx_output WHERE tx_id = ?1 ORDER BY vout")?
                .query_map([tx_id], |row| {
                    let value = Amount::from_sat(row.get(0)?);
                    Ok(bitcoin::TxOut { value, script_pubkey: ScriptBuf::from_bytes(row.get(1)?) })
                })?
                .collect::<Result<_, _>>()?;
            let (version, lock_time) = (Version(version), LockTime::from_consensus(lock_time));
            Ok(Some(Transaction { version, lock_time, input, output }).filter(|tx| tx.compute_txid() == *txid))
        };
        read().map_err(|error| self.explain(error))
    }

    /// The present transactions of an address that only one explorer ever told of where they stand now.
    pub fn told_by_one(&self, address: &Address) -> Result<Vec<Txid>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Txid>> {
            self.db
                .prepare_cached(
                    "SELECT s.txid FROM tx_state s WHERE s.state <> 'gone' AND s.tx_id IN (
                        SELECT tx_id FROM tx_output WHERE address = ?1 UNION SELECT tx_id FROM spend WHERE address = ?1)
                       AND (SELECT count(DISTINCT r.explorer) FROM observation o JOIN request r USING (request_id)
                            WHERE o.tx_id = s.tx_id AND o.state = s.state AND o.block_height IS s.block_height
                              AND o.block_time IS s.block_time) < 2
                     ORDER BY s.txid",
                )?
                .query_map([address.as_str()], |row| parsed::<Txid>(row, 0))?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }
}
