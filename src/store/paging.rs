//! Histories that are longer than a round reads, and those that are set aside because they seem to have no end.

use rusqlite::params;

use super::ledger::time;
use super::{Store, StoreError};
use crate::domain::{Address, Time};

/// An address that an explorer is not asked about for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The address.
    pub address: String,
    /// The explorer.
    pub explorer: String,
    /// Since when.
    pub at: Time,
    /// Why.
    pub reason: String,
}

impl Store {
    /// Counts pages of a history that a round could not read to its end. Returns how many they are over all rounds since the
    /// ledger last equalled the totals.
    pub fn count_pages(&mut self, address: &Address, explorer: &str, pages: usize) -> Result<usize, StoreError> {
        self.db
            .prepare_cached(
                "INSERT INTO paging (address, explorer, pages) VALUES (?1, ?2, ?3)
                 ON CONFLICT (address, explorer) DO UPDATE SET pages = pages + excluded.pages, aside_at = NULL, reason = NULL
                 RETURNING pages",
            )
            .and_then(|mut q| q.query_row(params![address.as_str(), explorer, pages], |row| row.get(0)))
            .map_err(|error| self.explain(error))
    }

    /// Sets an address aside, of which an explorer goes on without an end. It is begun anew when it is asked about again.
    pub fn set_aside(&mut self, address: &Address, explorer: &str, now: Time, reason: &str) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            work.prepare_cached("INSERT OR REPLACE INTO paging VALUES (?1, ?2, 0, ?3, ?4)")?.execute(params![
                address.as_str(),
                explorer,
                now.timestamp(),
                reason
            ])?;
            work.prepare_cached("DELETE FROM cursor WHERE address = ?1 AND explorer = ?2")?
                .execute([address.as_str(), explorer])?;
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// The history was read to an end.
    pub fn forget_paging(&mut self, address: &Address, explorer: &str) -> Result<(), StoreError> {
        self.db
            .prepare_cached("DELETE FROM paging WHERE address = ?1 AND explorer = ?2")
            .and_then(|mut q| q.execute([address.as_str(), explorer]))
            .map(|_| ())
            .map_err(|error| self.explain(error))
    }

    /// The addresses that are set aside, by address and explorer.
    pub fn asides(&self) -> Result<Vec<Aside>, StoreError> {
        self.db
            .prepare_cached(
                "SELECT address, explorer, aside_at, reason FROM paging WHERE aside_at IS NOT NULL ORDER BY 1, 2",
            )
            .and_then(|mut q| {
                q.query_map([], |row| {
                    let (at, reason) = (time(row.get(2)?), row.get::<_, Option<String>>(3)?.unwrap_or_default());
                    Ok(Aside { address: row.get(0)?, explorer: row.get(1)?, at, reason })
                })?
                .collect()
            })
            .map_err(|error| self.explain(error))
    }
}
