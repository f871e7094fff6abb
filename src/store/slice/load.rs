use rusqlite::Connection;

use super::Slice;
use super::table::{
    BRANCHES, FOLLOWED, HEADERS, INCIDENTS, INPUTS, OBSERVATIONS, OUTPUTS, OUTSPENDS, PARTS, PRICES, REQUESTS,
    SCANNED_ADDRESSES, TOTALS, TRANSACTIONS, WATCHED_OUTPOINTS,
};
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
    for (row, id) in slice.requests.iter().zip(1..) {
        REQUESTS.insert(db, row, &[("request_id", id)])?;
        for (part, at) in row.parts.iter().zip(1..) {
            PARTS.insert(db, part, &[("request_id", id), ("part", at)])?;
        }
    }
    for (row, id) in slice.transactions.iter().zip(1..) {
        TRANSACTIONS.insert(db, row, &[("tx_id", id)])?;
        for (input, vin) in row.inputs.iter().zip(0..) {
            INPUTS.insert(db, input, &[("tx_id", id), ("vin", vin)])?;
        }
        for (output, vout) in row.outputs.iter().zip(0..) {
            OUTPUTS.insert(db, output, &[("tx_id", id), ("vout", vout)])?;
        }
    }
    // A transaction that is not there is a null, which the tables refuse.
    slice.observations.iter().try_for_each(|row| OBSERVATIONS.insert(db, row, &[]))?;
    slice.totals.iter().try_for_each(|row| TOTALS.insert(db, row, &[]))?;
    // They stand in the order in which they were answered.
    db.execute("UPDATE totals SET answered = totals_id", [])?;
    slice.outspends.iter().try_for_each(|row| OUTSPENDS.insert(db, row, &[]))?;
    slice.headers.iter().try_for_each(|row| HEADERS.insert(db, row, &[]))?;
    slice.branches.iter().try_for_each(|row| BRANCHES.insert(db, row, &[]))?;
    slice.prices.iter().try_for_each(|row| PRICES.insert(db, row, &[]))?;
    slice.incidents.iter().try_for_each(|row| INCIDENTS.insert(db, row, &[]))?;
    slice.followed.iter().try_for_each(|row| FOLLOWED.insert(db, row, &[]))?;
    slice.scanned_addresses.iter().try_for_each(|row| SCANNED_ADDRESSES.insert(db, row, &[]))?;
    // A slice does not say who waits, nor when somebody was asked: only the height counts for what is known of a coin. One family
    // stands for all.
    let unsaid = [("family", 0), ("checked_at", 0), ("settled", 1)];
    slice.watched_outpoints.iter().try_for_each(|row| WATCHED_OUTPOINTS.insert(db, row, &unsaid))
}
