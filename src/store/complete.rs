//! Filling in what an earlier source left out; what both tell must be the same.

use rusqlite::{Connection, params};

use crate::domain::{Address, Tx, TxIn, TxOut};

/// Outer error: SQLite. Inner error: why the transaction is refused.
pub(super) type Verdict<T> = rusqlite::Result<Result<T, String>>;

/// Fills in what an earlier source left out; what both tell must be the same.
pub(super) fn tx(db: &Connection, tx_id: i64, tx: &Tx, request: i64, recomputed: bool) -> Verdict<()> {
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
    for (vout, told) in tx.outputs.iter().enumerate() {
        match output(db, tx_id, vout, told)? {
            Ok(rows) => filled += rows,
            Err(reason) => return Ok(Err(reason)),
        }
    }
    for (vin, told) in tx.inputs.iter().enumerate() {
        match input(db, tx_id, vin, told, recomputed)? {
            Ok(rows) => filled += rows,
            Err(reason) => return Ok(Err(reason)),
        }
    }
    filled += db
        .prepare_cached(
            "UPDATE tx SET version = coalesce(version, ?2), lock_time = coalesce(lock_time, ?3), size = coalesce(size, ?4),
                           first_seen = min(coalesce(first_seen, ?5), coalesce(?5, first_seen)), recomputed = max(recomputed, ?6)
             WHERE tx_id = ?1 AND ((version IS NULL AND ?2 IS NOT NULL) OR (lock_time IS NULL AND ?3 IS NOT NULL)
                OR (size IS NULL AND ?4 IS NOT NULL) OR (?5 IS NOT NULL AND (first_seen IS NULL OR first_seen > ?5)) OR recomputed < ?6)",
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

fn output(db: &Connection, tx_id: i64, vout: usize, output: &TxOut) -> Verdict<usize> {
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

fn input(db: &Connection, tx_id: i64, vin: usize, input: &TxIn, proven: bool) -> Verdict<usize> {
    type Known = (Option<String>, Option<u32>, Option<String>, Option<u64>);
    let (prev_txid, prev_vout, address, sats): Known = db
        .prepare_cached("SELECT prev_txid, prev_vout, address, sats FROM tx_input WHERE tx_id = ?1 AND vin = ?2")?
        .query_row(params![tx_id, vin], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let told_txid = input.prev_txid.map(|t| t.to_string());
    let told_address = input.address.as_ref().map(Address::as_str);
    let told_sats = input.value.map(|v| v.to_sat());
    // Address and value are only claims about another transaction, as soon as that one is named: it decides.
    let named = prev_txid.is_some() || proven;
    if differ(prev_txid.as_deref(), told_txid.as_deref())
        || differ(prev_vout, input.prev_vout)
        || (!named && (differ(address.as_deref(), told_address) || differ(sats, told_sats)))
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

/// Makes room for the proven content of a transaction that was told wrongly, and keeps what was told.
pub(super) fn replace(db: &Connection, tx_id: i64, request: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO replaced (tx_id, request_id, inputs, outputs) SELECT ?1, ?2,
            (SELECT json_group_array(json_object('vin', vin, 'prev_txid', prev_txid, 'prev_vout', prev_vout, 'address', address,
                'sats', sats, 'script_sig', hex(script_sig), 'witness', hex(witness), 'sequence', sequence)) FROM tx_input WHERE tx_id = ?1),
            (SELECT json_group_array(json_object('vout', vout, 'address', address, 'sats', sats, 'script', hex(script)))
             FROM tx_output WHERE tx_id = ?1)",
    )?
    .execute([tx_id, request])?;
    db.prepare_cached("DELETE FROM tx_input WHERE tx_id = ?1")?.execute([tx_id])?;
    db.prepare_cached("DELETE FROM tx_output WHERE tx_id = ?1")?.execute([tx_id])?;
    db.prepare_cached("UPDATE tx SET recomputed = 1, completed_by = ?2 WHERE tx_id = ?1")?.execute([tx_id, request])?;
    Ok(())
}

/// Two tellings differ where both tell.
pub(super) fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    matches!((one, other), (Some(a), Some(b)) if a != b)
}
