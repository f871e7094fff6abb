use rusqlite::params;

use super::{Store, StoreError};
use crate::domain::{Address, Family, WatchedAddress};

/// A family's rows of the mirror, those of its stations among them. No name of a family has a slash.
const OF_FAMILY: &str = "WHERE family = ?1 OR substr(family, 1, length(?1) + 1) = ?1 || '/'";

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
            let gone = |name: &&String| !families.contains(&name.split('/').next().unwrap_or_default());
            for family in mirrored.iter().filter(gone) {
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
        let known: Vec<(String, String, String)> = self
            .db
            .prepare_cached(&format!("SELECT family, address, source FROM watched {OF_FAMILY} ORDER BY position"))?
            .query_map([&family.name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        // What plays another part stands under a name of its own, so that no sum over the family has it in it.
        let name = |address: &Address| match family.station(address) {
            None => family.name.clone(),
            Some(station) => format!("{}/{}", family.name, station.role.name()),
        };
        let row = |one: &WatchedAddress| (name(&one.address), one.address.to_string(), one.source.clone());
        let wanted: Vec<(String, String, String)> = family.watched().map(row).collect();
        if known == wanted {
            return Ok(());
        }
        let work = self.db.transaction()?;
        work.execute(&format!("DELETE FROM watched {OF_FAMILY}"), [&family.name])?;
        {
            let mut insert = work.prepare_cached("INSERT OR REPLACE INTO watched VALUES (?1, ?2, ?3, ?4)")?;
            for (position, (name, address, source)) in wanted.iter().enumerate() {
                insert.execute(params![address, name, source, position])?;
            }
        }
        work.execute("DELETE FROM scanned_address WHERE address NOT IN (SELECT address FROM watched)", [])?;
        work.commit()
    }
}
