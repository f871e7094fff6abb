//! What a few transactions bring an address: a page changes the sums of its address by that, and nobody adds up the whole address
//! for it. Where each page did, a history cost the square of its length.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};

use crate::domain::{Address, Amount, Totals, Tx};

/// All the bitcoin that can exist, moved a thousand times: no address has seen so much.
const IMPLAUSIBLE_SATS: u128 = 2_100_000_000_000_000 * 1_000;

/// The transactions by which these can change the sums of an address: themselves, and those that spend from them, whose inputs
/// get address and value from the output.
pub(super) fn touched(db: &Connection, txs: &[Tx]) -> rusqlite::Result<BTreeSet<String>> {
    let mut out = BTreeSet::new();
    for tx in txs {
        let txid = tx.txid.to_string();
        let mut query =
            db.prepare_cached("SELECT DISTINCT t.txid FROM tx_input i JOIN tx t USING (tx_id) WHERE i.prev_txid = ?1")?;
        let spenders: Vec<String> = query.query_map([&txid], |row| row.get(0))?.collect::<Result<_, _>>()?;
        out.extend(spenders.into_iter().chain([txid]));
    }
    Ok(out)
}

/// What these transactions add to the sums of an address.
pub(super) fn brought(db: &Connection, address: &Address, txids: &BTreeSet<String>) -> rusqlite::Result<Totals> {
    let mut query = db.prepare_cached(
        "SELECT s.state, (SELECT sum(o.sats) FROM tx_output o WHERE o.tx_id = s.tx_id AND o.address = ?2),
                (SELECT sum(i.sats) FROM spend i WHERE i.tx_id = s.tx_id AND i.address = ?2)
         FROM tx_state s WHERE s.txid = ?1 AND s.state <> 'gone'",
    )?;
    let mut totals = Totals::default();
    for txid in txids {
        type Row = (String, Option<u64>, Option<u64>);
        let found: Option<Row> =
            query.query_row([txid, address.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let Some((state, received, spent)) = found.filter(|(_, received, spent)| received.or(*spent).is_some()) else {
            continue;
        };
        let sat = |sats: Option<u64>| Amount::from_sat(sats.unwrap_or_default());
        let one = match state.as_str() {
            "mempool" => Totals {
                mempool_tx_count: 1,
                mempool_received: sat(received),
                mempool_spent: sat(spent),
                ..Totals::default()
            },
            _ => Totals { tx_count: 1, received: sat(received), spent: sat(spent), ..Totals::default() },
        };
        totals = totals.changed(&Totals::default(), &one);
    }
    Ok(totals)
}

/// Whether sums can still be true, so that adding them up never overflows.
pub(super) fn are_plausible(totals: &Totals) -> bool {
    let all = [totals.received, totals.spent, totals.mempool_received, totals.mempool_spent];
    all.iter().map(|sum| u128::from(sum.to_sat())).sum::<u128>() < IMPLAUSIBLE_SATS
}
