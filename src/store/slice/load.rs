use bitcoin::consensus::serialize;
use bitcoin::hex::FromHex;
use rusqlite::{Connection, params};

use super::{RequestRow, Slice, TxRow};
use crate::store::{Store, StoreError};

impl Store {
    /// A database in memory that holds just this slice, as far as its rows fit together: a row that refers to a request that is
    /// not there, or breaks a rule of the tables, is an error.
    pub fn holding(slice: &Slice) -> Result<Self, StoreError> {
        let mut store = Self::in_memory()?;
        let path = store.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let work = store.db.transaction()?;
            insert(&work, slice)?;
            work.commit()
        };
        write().map_err(|error| crate::store::explain(&path, error))?;
        Ok(store)
    }
}

fn insert(db: &Connection, slice: &Slice) -> rusqlite::Result<()> {
    for (row, id) in slice.requests.iter().zip(1_i64..) {
        request(db, row, id)?;
    }
    for (row, id) in slice.transactions.iter().zip(1_i64..) {
        transaction(db, row, id)?;
    }
    told(db, slice)?;
    proven(db, slice)?;
    for row in &slice.prices {
        db.prepare_cached("INSERT INTO price (day, source, low, close, high, asked_at, request_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute(params![row.day, row.source, row.low, row.close, row.high, row.asked_at.timestamp(), row.request])?;
    }
    for row in &slice.incidents {
        db.prepare_cached("INSERT INTO incident (request_id, kind, address, txid, what, times, last_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute(params![
                row.request, row.kind, row.address, row.txid, row.what, row.times, row.last_at.timestamp()
            ])?;
    }
    for row in &slice.followed {
        db.prepare_cached("INSERT INTO scan (from_height, to_height, to_hash, complete_to) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![row.from_height, row.to_height, row.to_hash.to_string(), row.complete_to.timestamp()])?;
    }
    for row in &slice.joined {
        db.prepare_cached("INSERT INTO joined (address, height, settled) VALUES (?1, ?2, ?3)")?.execute(params![
            row.address,
            row.height,
            row.settled
        ])?;
    }
    // A slice does not say who waits, nor when somebody was asked: only the height counts for what is known of a coin.
    for row in &slice.awaited {
        db.prepare_cached(
            "INSERT INTO awaited (family, txid, vout, height, checked_at, settled) VALUES ('', ?1, ?2, ?3, 0, 1)",
        )?
        .execute(params![row.txid.to_string(), row.vout, row.height])?;
    }
    Ok(())
}

fn request(db: &Connection, row: &RequestRow, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO request (request_id, explorer, url, asked_at, sha256, bytes, dialect, path)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        id,
        row.explorer,
        row.url,
        row.asked_at.timestamp(),
        row.sha256,
        row.bytes,
        row.dialect,
        row.path
    ])?;
    for (part, at) in row.parts.iter().zip(1_i64..) {
        db.prepare_cached(
            "INSERT INTO request_part (request_id, part, path, url, asked_at, sha256, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![id, at, part.path, part.url, part.asked_at.timestamp(), part.sha256, part.bytes])?;
    }
    Ok(())
}

fn transaction(db: &Connection, tx: &TxRow, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO tx (tx_id, txid, first_seen, version, lock_time, size, recomputed, request_id, completed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        id,
        tx.txid.to_string(),
        tx.first_seen.map(|t| t.timestamp()),
        tx.version,
        tx.lock_time,
        tx.size,
        tx.recomputed,
        tx.request,
        tx.completed_by
    ])?;
    for (input, vin) in tx.inputs.iter().zip(0_i64..) {
        db.prepare_cached("INSERT INTO tx_input VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
            params![
                id,
                vin,
                input.prev_txid.map(|t| t.to_string()),
                input.prev_vout,
                input.address,
                input.sats,
                input.script_sig.as_ref().map(|s| s.as_bytes()),
                input.witness.as_ref().map(serialize),
                input.sequence,
                input.coinbase
            ],
        )?;
    }
    for (output, vout) in tx.outputs.iter().zip(0_i64..) {
        db.prepare_cached("INSERT INTO tx_output VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            id,
            vout,
            output.address,
            output.sats,
            output.script.as_ref().map(|s| s.as_bytes())
        ])?;
    }
    Ok(())
}

/// What explorers said.
fn told(db: &Connection, slice: &Slice) -> rusqlite::Result<()> {
    for row in &slice.observations {
        // A transaction that is not there is a null, which the table refuses.
        db.prepare_cached(
            "INSERT INTO observation (tx_id, request_id, state, block_height, block_hash, block_time)
             VALUES ((SELECT tx_id FROM tx WHERE txid = ?1), ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            row.txid.to_string(),
            row.request,
            row.state,
            row.block_height,
            row.block_hash.map(|h| h.to_string()),
            row.block_time.map(|t| t.timestamp())
        ])?;
    }
    for row in &slice.totals {
        let ([a, b, c], [d, e, f], [g, h, i]) = (row.confirmed, row.waiting, row.together);
        db.prepare_cached(
            "INSERT INTO totals (address, request_id, said_from, said_to, tip_height, tx_count, received, spent,
                 mempool_tx_count, mempool_received, mempool_spent, all_tx_count, all_received, all_spent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            row.address,
            row.request,
            row.said_from.timestamp(),
            row.said_to.timestamp(),
            row.tip_height,
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
            i
        ])?;
    }
    for row in &slice.fates {
        db.prepare_cached(
            "INSERT INTO fate (txid, vout, request_id, said_from, said_to, spent, spender) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            row.txid.to_string(),
            row.vout,
            row.request,
            row.said_from.timestamp(),
            row.said_to.timestamp(),
            row.spent,
            row.spender.map(|t| t.to_string())
        ])?;
    }
    Ok(())
}

/// Headers and branches.
fn proven(db: &Connection, slice: &Slice) -> rusqlite::Result<()> {
    let bytes =
        |hex: &str| Vec::<u8>::from_hex(hex).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)));
    for row in &slice.headers {
        db.prepare_cached("INSERT INTO block (hash, height, time, header, request_id) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                row.hash.to_string(),
                row.height,
                row.time.timestamp(),
                bytes(&row.header)?,
                row.request
            ])?;
    }
    for row in &slice.branches {
        db.prepare_cached(
            "INSERT INTO proof (tx_id, block_hash, pos, branch, request_id)
             VALUES ((SELECT tx_id FROM tx WHERE txid = ?1), ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            row.txid.to_string(),
            row.block_hash.to_string(),
            row.pos,
            bytes(&row.branch)?,
            row.request
        ])?;
    }
    Ok(())
}
