use rusqlite::{Transaction, TransactionBehavior};

use super::{Store, StoreError};

/// A moment of the database: everything that is read while this lives is as it was at the first reading, whatever other programs write meanwhile.
#[derive(Debug)]
pub struct Reading<'a> {
    _moment: Option<Transaction<'a>>,
}

impl Store {
    /// Begins to read one moment of the database. Readings within a reading share its moment; it ends when this is dropped.
    pub fn reading(&self) -> Result<Reading<'_>, StoreError> {
        self.begin_reading().map_err(|error| self.explain(error))
    }

    /// A transaction that only reads: what another process writes meanwhile is not seen half.
    pub(super) fn begin_reading(&self) -> rusqlite::Result<Reading<'_>> {
        let outermost = self.db.is_autocommit();
        let begun = outermost.then(|| Transaction::new_unchecked(&self.db, TransactionBehavior::Deferred));
        Ok(Reading { _moment: begun.transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_sees_one_moment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("moment.db");
        let (reader, writer) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
        let count =
            |store: &Store| store.db.query_row("SELECT count(*) FROM watched", [], |row| row.get::<_, i64>(0)).unwrap();
        let add = "INSERT INTO watched (family, address, source, position) VALUES ('a', 'b', 'c', 0)";
        let moment = reader.reading().unwrap();
        let within = reader.reading().unwrap();
        assert_eq!(count(&reader), 0);
        drop(within);
        writer.db.execute(add, []).unwrap();
        assert_eq!((count(&reader), count(&writer)), (0, 1));
        drop(moment);
        assert_eq!(count(&reader), 1);
    }
}
