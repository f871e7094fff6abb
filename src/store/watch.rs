use rusqlite::params;

use super::{Store, StoreError};
use crate::domain::Family;

impl Store {
    /// Mirrors a family's addresses into the database, so that its views can be read without the family files.
    pub fn watch(&mut self, family: &Family) -> Result<(), StoreError> {
        let path = self.path.clone();
        self.mirror(family).map_err(|error| super::explain(&path, error))
    }

    /// Takes families that are no longer on the watch list out of the mirror; what is recorded of them stays.
    pub fn keep_watching(&mut self, families: &[&str]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let sweep = || -> rusqlite::Result<()> {
            let mirrored: Vec<String> = self
                .db
                .prepare_cached("SELECT DISTINCT family FROM watched")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for family in mirrored.iter().filter(|name| !families.contains(&name.as_str())) {
                self.db.execute("DELETE FROM watched WHERE family = ?1", [family])?;
            }
            // What is no longer watched is not looked for in blocks; watched again, its history is read anew.
            self.db.execute("DELETE FROM scanned_address WHERE address NOT IN (SELECT address FROM watched)", [])?;
            self.db.execute("DELETE FROM paging WHERE address NOT IN (SELECT address FROM watched)", [])?;
            self.db.execute("DELETE FROM walked WHERE address NOT IN (SELECT address FROM watched)", [])?;
            Ok(())
        };
        sweep().map_err(|error| super::explain(&path, error))
    }

    fn mirror(&mut self, family: &Family) -> rusqlite::Result<()> {
        let known: Vec<(String, String)> = self
            .db
            .prepare_cached("SELECT address, source FROM watched WHERE family = ?1 ORDER BY position")?
            .query_map([&family.name], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let wanted = family.addresses.iter().map(|a| (a.address.as_str(), a.source.as_str()));
        if known.iter().map(|(a, s)| (a.as_str(), s.as_str())).eq(wanted.clone()) {
            return Ok(());
        }
        let work = self.db.transaction()?;
        work.execute("DELETE FROM watched WHERE family = ?1", [&family.name])?;
        {
            let mut insert = work.prepare_cached("INSERT OR REPLACE INTO watched VALUES (?1, ?2, ?3, ?4)")?;
            for (position, (address, source)) in wanted.enumerate() {
                insert.execute(params![address, family.name, source, position])?;
            }
        }
        work.execute("DELETE FROM scanned_address WHERE address NOT IN (SELECT address FROM watched)", [])?;
        work.commit()
    }
}
