//! Single transactions.

use bitcoin::{Amount, ScriptBuf, Witness};
use rusqlite::OptionalExtension;

use super::incidents::{self, Finding};
use super::ledger::{block, parsed, time};
use super::page::{self, insert_request};
use super::{Recorded, Refusal, Store, StoreError};
use crate::domain::{Address, IncidentKind, Network, Provenance, RawAnswer, State, Tx, TxIn, TxOut, Txid};

impl Store {
    /// Takes one transaction into the ledger, as a page does with all of its own.
    pub fn record_transaction(
        &mut self,
        tx: Tx,
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> Result<Recorded, StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<Recorded> {
            let mut work = self.db.transaction()?;
            let request = insert_request(&work, provenance)?;
            let refusal = |kind, reason| Refusal { txid: tx.txid, explorer: provenance.explorer.clone(), kind, reason };
            let mut recorded = Recorded::default();
            let attempt = work.savepoint()?;
            match page::write_tx(&attempt, &tx, request, &provenance.explorer)? {
                Ok(written) => {
                    recorded.new += usize::from(written.new);
                    recorded.settled.extend(written.settled.into_iter().map(|r| refusal(IncidentKind::Corrected, r)));
                    attempt.commit()?;
                }
                Err((kind, reason)) => {
                    drop(attempt);
                    recorded.refused.push(refusal(kind, format!("refused: {reason}")));
                }
            }
            for told in recorded.refused.iter().chain(&recorded.settled) {
                let txid = Some(told.txid.to_string());
                let what = Finding { kind: told.kind, address: None, txid, what: told.reason.clone() };
                incidents::note(&work, &what, provenance, raw, request)?;
            }
            work.commit()?;
            Ok(recorded)
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// A transaction as the ledger has it, its state included; `None` where it holds none.
    pub fn transaction(&self, txid: &Txid) -> Result<Option<Tx>, StoreError> {
        self.read_transaction(txid).map_err(|error| self.explain(error))
    }

    fn read_transaction(&self, txid: &Txid) -> rusqlite::Result<Option<Tx>> {
        let head = self
            .db
            .prepare_cached(
                "SELECT s.tx_id, t.version, t.lock_time, s.block_height, s.block_hash, s.block_time, s.state, s.first_seen, t.size
                 FROM tx_state s JOIN tx t USING (tx_id) WHERE s.txid = ?1",
            )?
            .query_row([txid.to_string()], |row| {
                let state = match (row.get::<_, String>(6)?.as_str(), block(row)?) {
                    ("confirmed", Some(block)) => State::Confirmed(block),
                    ("mempool", _) => State::Mempool,
                    _ => State::Gone,
                };
                let tx = Tx {
                    txid: *txid,
                    state,
                    first_seen: row.get::<_, Option<i64>>(7)?.map(time),
                    version: row.get(1)?,
                    lock_time: row.get(2)?,
                    size: row.get(8)?,
                    inputs: Vec::new(),
                    outputs: Vec::new(),
                };
                Ok((row.get::<_, i64>(0)?, tx))
            })
            .optional()?;
        let Some((tx_id, mut tx)) = head else { return Ok(None) };
        let address = |text: Option<String>| text.and_then(|text| any_network(&text));
        tx.inputs = self
            .db
            .prepare_cached(
                "SELECT i.prev_txid, i.prev_vout, s.address, s.sats, i.script_sig, i.witness, i.sequence, i.coinbase, i.address, i.sats
                 FROM tx_input i LEFT JOIN spend s USING (tx_id, vin) WHERE i.tx_id = ?1 ORDER BY i.vin",
            )?
            .query_map([tx_id], |row| {
                let witness: Option<Vec<u8>> = row.get(5)?;
                let prev_txid = row.get::<_, Option<String>>(0)?.is_some().then(|| parsed(row, 0)).transpose()?;
                Ok(TxIn {
                    prev_txid,
                    prev_vout: row.get(1)?,
                    address: address(row.get::<_, Option<String>>(2)?.or(row.get(8)?)),
                    value: row.get::<_, Option<u64>>(3)?.or(row.get(9)?).map(Amount::from_sat),
                    script_sig: row.get::<_, Option<Vec<u8>>>(4)?.map(ScriptBuf::from_bytes),
                    witness: witness.and_then(|bytes| bitcoin::consensus::deserialize::<Witness>(&bytes).ok()),
                    sequence: row.get(6)?,
                    coinbase: row.get(7)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        tx.outputs = self
            .db
            .prepare_cached("SELECT address, script, sats FROM tx_output WHERE tx_id = ?1 ORDER BY vout")?
            .query_map([tx_id], |row| {
                Ok(TxOut {
                    address: address(row.get(0)?),
                    script: row.get::<_, Option<Vec<u8>>>(1)?.map(ScriptBuf::from_bytes),
                    value: Amount::from_sat(row.get(2)?),
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Some(tx))
    }

    /// The present transactions of an address that only one explorer ever told of where they stand now.
    pub fn told_by_one(&self, address: &Address) -> Result<Vec<Txid>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Txid>> {
            self.db
                .prepare_cached(
                    "SELECT s.txid FROM tx_state s WHERE s.state <> 'gone' AND s.tx_id IN (
                        SELECT tx_id FROM tx_output WHERE address = ?1 UNION SELECT tx_id FROM spend WHERE address = ?1)
                       AND (SELECT count(DISTINCT r.explorer) FROM observation o JOIN request r USING (request_id)
                            WHERE o.tx_id = s.tx_id AND o.state = s.state AND o.block_height IS s.block_height) < 2
                     ORDER BY s.txid",
                )?
                .query_map([address.as_str()], |row| parsed::<Txid>(row, 0))?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }
}

/// An address of the database, which holds those of one network.
fn any_network(text: &str) -> Option<Address> {
    [Network::Bitcoin, Network::Testnet, Network::Regtest].into_iter().find_map(|n| Address::parse(text, n).ok())
}
