//! Holding an input against the output that it spends.
//!
//! A txid commits to the output spent, not to that output's address and value: those, as an explorer tells them with the
//! input, are claims. Where the ledger holds the spent transaction, it decides.

use rusqlite::{Connection, OptionalExtension, params};

use super::complete::Verdict;
use crate::domain::Txid;

/// Takes the addresses and values of inputs from the outputs that they spend: for the inputs of this transaction, and for
/// those of others that spend it. Returns what was told otherwise.
pub(super) fn settle(db: &Connection, tx_id: i64, txid: &Txid) -> Verdict<Vec<String>> {
    let missing: Option<i64> = db
        .prepare_cached(
            "SELECT i.vin FROM tx_input i JOIN tx p ON p.txid = i.prev_txid
             LEFT JOIN tx_output o ON o.tx_id = p.tx_id AND o.vout = i.prev_vout
             WHERE i.tx_id = ?1 AND o.tx_id IS NULL AND p.recomputed LIMIT 1",
        )?
        .query_row([tx_id], |row| row.get(0))
        .optional()?;
    if let Some(vin) = missing {
        return Ok(Err(format!("input {vin} spends an output that does not exist")));
    }
    // Both parameters stand in both conditions: SQLite counts them.
    let ours = "i.tx_id = ?1 AND ?2 <> ''";
    let others = "i.prev_txid = ?2 AND ?1 >= 0";
    let mut told_otherwise = Vec::new();
    for which in [ours, others] {
        let rows: Vec<(i64, i64, String)> = db
            .prepare_cached(&format!(
                "SELECT i.tx_id, i.vin, t.txid FROM tx_input i JOIN tx t ON t.tx_id = i.tx_id JOIN tx p ON p.txid = i.prev_txid
                 JOIN tx_output o ON o.tx_id = p.tx_id AND o.vout = i.prev_vout
                 WHERE {which} AND (i.sats IS NOT o.sats OR i.address IS NOT o.address)"
            ))?
            .query_map(params![tx_id, txid.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (spender, vin, spending) in rows {
            let contradicts: bool = db
                .prepare_cached(
                    "SELECT coalesce(i.sats <> o.sats, 0) OR coalesce(i.address <> o.address, 0)
                     FROM tx_input i JOIN tx p ON p.txid = i.prev_txid
                     JOIN tx_output o ON o.tx_id = p.tx_id AND o.vout = i.prev_vout WHERE i.tx_id = ?1 AND i.vin = ?2",
                )?
                .query_row([spender, vin], |row| row.get(0))?;
            if contradicts {
                told_otherwise.push(format!(
                    "input {vin} of {spending} was told wrongly; corrected from the output that it spends"
                ));
            }
            db.prepare_cached(
                "UPDATE tx_input SET (address, sats) = (SELECT o.address, o.sats FROM tx p
                     JOIN tx_output o ON o.tx_id = p.tx_id AND o.vout = tx_input.prev_vout WHERE p.txid = tx_input.prev_txid)
                 WHERE tx_id = ?1 AND vin = ?2",
            )?
            .execute([spender, vin])?;
        }
    }
    Ok(Ok(told_otherwise))
}
