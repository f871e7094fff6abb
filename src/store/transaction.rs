use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row};

use super::ledger::{block, parsed, time};
use super::{Store, StoreError};
use crate::domain::{Address, Amount, Network, Observation, State, Trust, Tx, TxIn, TxOut, Txid};

/// A transaction as the ledger holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTx {
    /// The transaction, without its scripts.
    pub tx: Tx,
    /// Who told of it first.
    pub explorer: String,
    /// What that explorer was asked.
    pub url: String,
    /// Its content hashes to its txid.
    pub recomputed: bool,
    /// For each output the transaction and input of the ledger that spend it; `None` where the ledger holds none, which does
    /// not mean that it is unspent.
    pub spent_by: Vec<Option<(Txid, u32)>>,
    /// Everything that was said of where it stands, the oldest first.
    pub history: Vec<Observation>,
    /// How far it can be trusted.
    pub trust: Trust,
    /// A transaction of the ledger that spends what this one would: it took its place.
    pub replaced_by: Option<Txid>,
}

impl Store {
    /// The transaction of that txid, in one consistent reading; `None` where the ledger does not hold it.
    pub fn transaction(&self, txid: &Txid, network: Network) -> Result<Option<StoredTx>, StoreError> {
        let read = || -> rusqlite::Result<Option<StoredTx>> {
            let _moment = self.begin_reading()?;
            self.read_transaction(txid, network)
        };
        read().map_err(|error| self.explain(error))
    }

    /// The same within a transaction of the caller's.
    pub(super) fn read_transaction(&self, txid: &Txid, network: Network) -> rusqlite::Result<Option<StoredTx>> {
        let found = self
            .db
            .prepare_cached(
                "SELECT s.tx_id, s.state, s.first_seen, s.block_height, s.block_hash, s.block_time, s.recomputed,
                        t.version, t.lock_time, t.size, r.explorer, r.url,
                        (SELECT k.trust FROM tx_trust k WHERE k.tx_id = s.tx_id)
                 FROM tx_state s JOIN tx t USING (tx_id) JOIN request r ON r.request_id = s.request_id WHERE s.txid = ?1",
            )?
            .query_row([txid.to_string()], |row| Ok((row.get::<_, i64>(0)?, head(row, *txid)?)))
            .optional()?;
        let Some((tx_id, mut stored)) = found else { return Ok(None) };
        stored.tx.inputs = self
            .db
            .prepare_cached(
                "SELECT address, sats, prev_txid, prev_vout, sequence, coinbase FROM tx_input WHERE tx_id = ?1 ORDER BY vin",
            )?
            .query_map([tx_id], |row| {
                Ok(TxIn {
                    address: address(row, 0, network)?,
                    value: row.get::<_, Option<u64>>(1)?.map(Amount::from_sat),
                    prev_txid: row.get::<_, Option<String>>(2)?.map(|_| parsed(row, 2)).transpose()?,
                    prev_vout: row.get(3)?,
                    sequence: row.get(4)?,
                    coinbase: row.get(5)?,
                    ..TxIn::default()
                })
            })?
            .collect::<Result<_, _>>()?;
        let outputs: Vec<(TxOut, Option<(Txid, u32)>)> = self
            .db
            .prepare_cached(
                "SELECT o.address, o.sats,
                        (SELECT s.txid || ':' || i.vin FROM tx_input i JOIN tx_state s USING (tx_id)
                         WHERE i.prev_txid = ?2 AND i.prev_vout = o.vout AND s.state <> 'gone' LIMIT 1)
                 FROM tx_output o WHERE o.tx_id = ?1 ORDER BY o.vout",
            )?
            .query_map(rusqlite::params![tx_id, txid.to_string()], |row| {
                let value = Amount::from_sat(row.get(1)?);
                let spender: Option<String> = row.get(2)?;
                let by = spender.and_then(|text| {
                    let (txid, vin) = text.split_once(':')?;
                    Some((txid.parse().ok()?, vin.parse().ok()?))
                });
                Ok((TxOut { address: address(row, 0, network)?, script: None, value }, by))
            })?
            .collect::<Result<_, _>>()?;
        stored.history = self
            .db
            .prepare_cached(
                "SELECT o.state, r.asked_at, r.explorer, o.block_height, o.block_hash, o.block_time
                 FROM observation o JOIN request r USING (request_id) WHERE o.tx_id = ?1 ORDER BY o.observation_id",
            )?
            .query_map([tx_id], |row| {
                let told: String = row.get(0)?;
                Ok(Observation { at: time(row.get(1)?), explorer: row.get(2)?, state: state(&told, row)? })
            })?
            .collect::<Result<_, _>>()?;
        stored.replaced_by = self
            .db
            .prepare_cached(
                "SELECT s.txid FROM tx_input a
                 JOIN tx_input b ON b.prev_txid = a.prev_txid AND b.prev_vout = a.prev_vout AND b.tx_id <> a.tx_id
                 JOIN tx_state s ON s.tx_id = b.tx_id WHERE a.tx_id = ?1 AND s.state <> 'gone' LIMIT 1",
            )?
            .query_row([tx_id], |row| parsed(row, 0))
            .optional()?;
        (stored.tx.outputs, stored.spent_by) = outputs.into_iter().unzip();
        Ok(Some(stored))
    }
}

/// Everything but inputs and outputs.
fn head(row: &Row<'_>, txid: Txid) -> rusqlite::Result<StoredTx> {
    let told: String = row.get(1)?;
    let state = state(&told, row)?;
    let tx = Tx {
        txid,
        state,
        first_seen: row.get::<_, Option<i64>>(2)?.map(time),
        version: row.get(7)?,
        lock_time: row.get(8)?,
        size: row.get(9)?,
        inputs: Vec::new(),
        outputs: Vec::new(),
    };
    Ok(StoredTx {
        tx,
        recomputed: row.get(6)?,
        explorer: row.get(10)?,
        url: row.get(11)?,
        spent_by: Vec::new(),
        history: Vec::new(),
        replaced_by: None,
        trust: parsed(row, 12)?,
    })
}

/// The state in words, with the block in columns 3 to 5.
fn state(told: &str, row: &Row<'_>) -> rusqlite::Result<State> {
    Ok(match (block(row)?, told) {
        (_, "gone") => State::Gone,
        (Some(block), _) => State::Confirmed(block),
        (None, _) => State::Mempool,
    })
}

fn address(row: &Row<'_>, column: usize, network: Network) -> rusqlite::Result<Option<Address>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| Address::parse(&text, network))
        .transpose()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}
