//! Writing a page of transactions: all of it or nothing, and only what agrees with itself and with the ledger.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError};
use crate::domain::{Address, Provenance, State, Tx, TxIn, TxOut, Txid};

/// A page of an address's history, to be stored in one go.
#[derive(Clone, Debug)]
pub struct PageRecord {
    /// The address whose history it is.
    pub address: Address,
    /// The transactions.
    pub txs: Vec<Tx>,
    /// The cursor to go on from; `None` at the end.
    pub next: Option<String>,
    /// The answer that brought it.
    pub provenance: Provenance,
}

/// What storing a page did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Transactions that were not known before.
    pub new: usize,
    /// Transactions refused; they are not in the ledger.
    pub refused: Vec<Refusal>,
}

/// A transaction that was not taken into the ledger, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{explorer}: transaction {txid} refused: {reason}")]
pub struct Refusal {
    /// The txid as told.
    pub txid: Txid,
    /// Who told.
    pub explorer: String,
    /// What does not agree.
    pub reason: String,
}

impl Store {
    /// Stores a page: its request, transactions, observations and the cursor, in one SQLite transaction. A transaction
    /// whose recomputed txid differs from the one told, or that contradicts what the ledger holds, is refused.
    pub fn record_page(&mut self, page: &PageRecord) -> Result<Recorded, StoreError> {
        let path = self.path.clone();
        self.write_page(page).map_err(|error| super::explain(&path, error))
    }

    fn write_page(&mut self, page: &PageRecord) -> rusqlite::Result<Recorded> {
        let mut work = self.db.transaction()?;
        let mut recorded = Recorded::default();
        let request = insert_request(&work, &page.provenance)?;
        for tx in &page.txs {
            // A refused transaction takes back what was written of it, and nothing else of the page.
            let attempt = work.savepoint()?;
            match write_tx(&attempt, tx, request, &page.provenance.explorer)? {
                Ok(new) => {
                    recorded.new += usize::from(new);
                    attempt.commit()?;
                }
                Err(reason) => {
                    drop(attempt);
                    let explorer = page.provenance.explorer.clone();
                    recorded.refused.push(Refusal { txid: tx.txid, explorer, reason });
                }
            }
        }
        match &page.next {
            Some(after) => work
                .prepare_cached("INSERT OR REPLACE INTO cursor VALUES (?1, ?2, ?3)")?
                .execute(params![page.address.as_str(), page.provenance.explorer, after])?,
            None => work
                .prepare_cached("DELETE FROM cursor WHERE address = ?1 AND explorer = ?2")?
                .execute([page.address.as_str(), &page.provenance.explorer])?,
        };
        work.commit()?;
        Ok(recorded)
    }

    /// Where an interrupted reading of an address's history has come to.
    pub fn cursor(&self, address: &Address, explorer: &str) -> Result<Option<String>, StoreError> {
        self.db
            .prepare_cached("SELECT after FROM cursor WHERE address = ?1 AND explorer = ?2")
            .and_then(|mut q| q.query_row([address.as_str(), explorer], |row| row.get(0)).optional())
            .map_err(|error| self.explain(error))
    }

    /// The reading is finished, whoever began it: there is nothing to go on from.
    pub fn forget_cursors(&mut self, address: &Address) -> Result<(), StoreError> {
        self.db
            .prepare_cached("DELETE FROM cursor WHERE address = ?1")
            .and_then(|mut q| q.execute([address.as_str()]))
            .map(|_| ())
            .map_err(|error| self.explain(error))
    }

    /// Records that an explorer, asked for its whole history of an address, does not know these transactions any more.
    pub fn record_gone(&mut self, txids: &[Txid], provenance: &Provenance) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            let request = insert_request(&work, provenance)?;
            for txid in txids {
                work.prepare_cached(
                    "INSERT INTO observation (tx_id, request_id, state) SELECT tx_id, ?2, 'gone' FROM tx WHERE txid = ?1",
                )?
                .execute(params![txid.to_string(), request])?;
            }
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }
}

pub(super) fn insert_request(db: &Connection, provenance: &Provenance) -> rusqlite::Result<i64> {
    db.prepare_cached("INSERT INTO request (explorer, url, asked_at, sha256, bytes) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .insert(params![
            provenance.explorer,
            provenance.url,
            provenance.asked_at.timestamp(),
            provenance.sha256,
            provenance.bytes,
        ])
}

/// Outer error: SQLite. Inner error: why the transaction is refused. `Ok(Ok(true))`: it was not known before.
type Verdict<T> = rusqlite::Result<Result<T, String>>;

fn write_tx(db: &Connection, tx: &Tx, request: i64, explorer: &str) -> Verdict<bool> {
    let recomputed = tx.recomputed_txid();
    if let Some(other) = recomputed.filter(|other| *other != tx.txid) {
        return Ok(Err(format!("its content hashes to {other}")));
    }
    let known: Option<i64> = db
        .prepare_cached("SELECT tx_id FROM tx WHERE txid = ?1")?
        .query_row([tx.txid.to_string()], |row| row.get(0))
        .optional()?;
    let tx_id = match known {
        Some(tx_id) => {
            if let Err(reason) = complete_tx(db, tx_id, tx, request, recomputed.is_some())? {
                return Ok(Err(reason));
            }
            tx_id
        }
        None => insert_tx(db, tx, request, recomputed.is_some())?,
    };
    if let Err(reason) = check_links(db, tx_id, &tx.txid)? {
        return Ok(Err(reason));
    }
    observe(db, tx_id, &tx.state, request, explorer)?;
    Ok(Ok(known.is_none()))
}

fn insert_tx(db: &Connection, tx: &Tx, request: i64, recomputed: bool) -> rusqlite::Result<i64> {
    let tx_id = db
        .prepare_cached(
            "INSERT INTO tx (txid, first_seen, version, lock_time, size, recomputed, request_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .insert(params![
            tx.txid.to_string(),
            tx.first_seen.map(|t| t.timestamp()),
            tx.version,
            tx.lock_time,
            tx.size,
            recomputed,
            request,
        ])?;
    for (vin, input) in tx.inputs.iter().enumerate() {
        db.prepare_cached("INSERT INTO tx_input VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
            params![
                tx_id,
                vin,
                input.prev_txid.map(|t| t.to_string()),
                input.prev_vout,
                input.address.as_ref().map(Address::as_str),
                input.value.map(|v| v.to_sat()),
                input.script_sig.as_ref().map(|s| s.as_bytes()),
                input.witness.as_ref().map(bitcoin::consensus::serialize),
                input.sequence,
                input.coinbase,
            ],
        )?;
    }
    for (vout, output) in tx.outputs.iter().enumerate() {
        db.prepare_cached("INSERT INTO tx_output VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            tx_id,
            vout,
            output.address.as_ref().map(Address::as_str),
            output.value.to_sat(),
            output.script.as_ref().map(|s| s.as_bytes()),
        ])?;
    }
    Ok(tx_id)
}

/// Fills in what an earlier source left out; what both tell must be the same.
fn complete_tx(db: &Connection, tx_id: i64, tx: &Tx, request: i64, recomputed: bool) -> Verdict<()> {
    let count = |sql: &str| db.prepare_cached(sql)?.query_row([tx_id], |row| row.get::<_, usize>(0));
    let inputs = count("SELECT count(*) FROM tx_input WHERE tx_id = ?1")?;
    let outputs = count("SELECT count(*) FROM tx_output WHERE tx_id = ?1")?;
    if (inputs, outputs) != (tx.inputs.len(), tx.outputs.len()) {
        return Ok(Err(format!(
            "it has {} inputs and {} outputs here, {inputs} and {outputs} in the ledger",
            tx.inputs.len(),
            tx.outputs.len()
        )));
    }
    let mut filled = 0;
    for (vout, output) in tx.outputs.iter().enumerate() {
        match complete_output(db, tx_id, vout, output)? {
            Ok(rows) => filled += rows,
            Err(reason) => return Ok(Err(reason)),
        }
    }
    for (vin, input) in tx.inputs.iter().enumerate() {
        match complete_input(db, tx_id, vin, input)? {
            Ok(rows) => filled += rows,
            Err(reason) => return Ok(Err(reason)),
        }
    }
    filled += db
        .prepare_cached(
            "UPDATE tx SET version = coalesce(version, ?2), lock_time = coalesce(lock_time, ?3), size = coalesce(size, ?4),
                           first_seen = coalesce(first_seen, ?5), recomputed = max(recomputed, ?6)
             WHERE tx_id = ?1 AND ((version IS NULL AND ?2 IS NOT NULL) OR (lock_time IS NULL AND ?3 IS NOT NULL)
                OR (size IS NULL AND ?4 IS NOT NULL) OR (first_seen IS NULL AND ?5 IS NOT NULL) OR recomputed < ?6)",
        )?
        .execute(params![
            tx_id,
            tx.version,
            tx.lock_time,
            tx.size,
            tx.first_seen.map(|t| t.timestamp()),
            recomputed
        ])?;
    if filled > 0 {
        db.prepare_cached("UPDATE tx SET completed_by = ?2 WHERE tx_id = ?1")?.execute([tx_id, request])?;
    }
    Ok(Ok(()))
}

fn complete_output(db: &Connection, tx_id: i64, vout: usize, output: &TxOut) -> Verdict<usize> {
    let (address, sats): (Option<String>, u64) = db
        .prepare_cached("SELECT address, sats FROM tx_output WHERE tx_id = ?1 AND vout = ?2")?
        .query_row(params![tx_id, vout], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let told = output.address.as_ref().map(Address::as_str);
    if sats != output.value.to_sat() || differ(address.as_deref(), told) {
        return Ok(Err(format!("output {vout} is not the one in the ledger")));
    }
    db.prepare_cached(
        "UPDATE tx_output SET address = coalesce(address, ?3), script = coalesce(script, ?4)
         WHERE tx_id = ?1 AND vout = ?2
           AND ((address IS NULL AND ?3 IS NOT NULL) OR (script IS NULL AND ?4 IS NOT NULL))",
    )?
    .execute(params![tx_id, vout, told, output.script.as_ref().map(|s| s.as_bytes())])
    .map(Ok)
}

fn complete_input(db: &Connection, tx_id: i64, vin: usize, input: &TxIn) -> Verdict<usize> {
    type Known = (Option<String>, Option<u32>, Option<String>, Option<u64>);
    let (prev_txid, prev_vout, address, sats): Known = db
        .prepare_cached("SELECT prev_txid, prev_vout, address, sats FROM tx_input WHERE tx_id = ?1 AND vin = ?2")?
        .query_row(params![tx_id, vin], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let told_txid = input.prev_txid.map(|t| t.to_string());
    let told_address = input.address.as_ref().map(Address::as_str);
    let told_sats = input.value.map(|v| v.to_sat());
    if differ(prev_txid.as_deref(), told_txid.as_deref())
        || differ(prev_vout, input.prev_vout)
        || differ(address.as_deref(), told_address)
        || differ(sats, told_sats)
    {
        return Ok(Err(format!("input {vin} is not the one in the ledger")));
    }
    db.prepare_cached(
        "UPDATE tx_input SET prev_txid = coalesce(prev_txid, ?3), prev_vout = coalesce(prev_vout, ?4),
                address = coalesce(address, ?5), sats = coalesce(sats, ?6), script_sig = coalesce(script_sig, ?7),
                witness = coalesce(witness, ?8), sequence = coalesce(sequence, ?9)
         WHERE tx_id = ?1 AND vin = ?2 AND ((prev_txid IS NULL AND ?3 IS NOT NULL)
            OR (prev_vout IS NULL AND ?4 IS NOT NULL) OR (address IS NULL AND ?5 IS NOT NULL)
            OR (sats IS NULL AND ?6 IS NOT NULL) OR (script_sig IS NULL AND ?7 IS NOT NULL)
            OR (witness IS NULL AND ?8 IS NOT NULL) OR (sequence IS NULL AND ?9 IS NOT NULL))",
    )?
    .execute(params![
        tx_id,
        vin,
        told_txid,
        input.prev_vout,
        told_address,
        told_sats,
        input.script_sig.as_ref().map(|s| s.as_bytes()),
        input.witness.as_ref().map(bitcoin::consensus::serialize),
        input.sequence,
    ])
    .map(Ok)
}

/// A txid commits to the outpoints spent, not to their values and addresses: where the ledger holds the other end of an
/// input, both must tell the same.
fn check_links(db: &Connection, tx_id: i64, txid: &Txid) -> Verdict<()> {
    let parent: Option<i64> = db
        .prepare_cached(
            "SELECT i.vin FROM tx_input i JOIN tx p ON p.txid = i.prev_txid
             LEFT JOIN tx_output o ON o.tx_id = p.tx_id AND o.vout = i.prev_vout
             WHERE i.tx_id = ?1 AND (o.sats IS NULL OR o.sats <> i.sats OR o.address <> i.address) LIMIT 1",
        )?
        .query_row([tx_id], |row| row.get(0))
        .optional()?;
    if let Some(vin) = parent {
        return Ok(Err(format!("input {vin} does not agree with the output that it spends")));
    }
    let child: Option<i64> = db
        .prepare_cached(
            "SELECT o.vout FROM tx_input i JOIN tx_output o ON o.tx_id = ?1 AND o.vout = i.prev_vout
             WHERE i.prev_txid = ?2 AND (o.sats <> i.sats OR o.address <> i.address) LIMIT 1",
        )?
        .query_row(params![tx_id, txid.to_string()], |row| row.get(0))
        .optional()?;
    Ok(child.map_or(Ok(()), |vout| Err(format!("output {vout} does not agree with the input that spends it"))))
}

/// Notes where the transaction stands, unless this explorer said the same before and nobody else has said otherwise since.
fn observe(db: &Connection, tx_id: i64, state: &State, request: i64, explorer: &str) -> rusqlite::Result<()> {
    let block = state.block();
    let told = (
        match state {
            State::Mempool => "mempool",
            State::Confirmed(_) => "confirmed",
            State::Gone => "gone",
        },
        block.map(|b| b.height),
        block.and_then(|b| b.hash).map(|h| h.to_string()),
        block.map(|b| b.time.timestamp()),
    );
    type Said = (String, Option<u32>, Option<String>, Option<i64>);
    let mut query = db.prepare_cached(
        "SELECT o.state, o.block_height, o.block_hash, o.block_time, r.explorer
         FROM observation o JOIN request r USING (request_id) WHERE o.tx_id = ?1 ORDER BY o.observation_id DESC",
    )?;
    let mut rows = query.query([tx_id])?;
    let mut nobody_said_otherwise = true;
    while let Some(row) = rows.next()? {
        let said: Said = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let same = (said.0.as_str(), said.1, said.3) == (told.0, told.1, told.3) && !differ(said.2, told.2.clone());
        if row.get::<_, String>(4)? == explorer {
            if same && nobody_said_otherwise {
                return Ok(());
            }
            break;
        }
        nobody_said_otherwise &= same;
    }
    db.prepare_cached(
        "INSERT INTO observation (tx_id, request_id, state, block_height, block_hash, block_time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![tx_id, request, told.0, told.1, told.2, told.3])?;
    Ok(())
}

/// Two tellings differ where both tell.
fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    matches!((one, other), (Some(a), Some(b)) if a != b)
}
