//! The tables' version, and how an older file is brought up to date.

use bitcoin::hashes::{Hash, sha256};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::words;

/// What a version adds to the one before. Never edited once released: a change of the schema is a further line.
type Step = (i64, &'static [&'static str]);

const STEPS: &[Step] = &[(FIRST, &[include_str!("migrations/100.sql"), include_str!("migrations/100_views.sql")])];

/// Files of lower versions were made before anything was released.
pub(super) const FIRST: i64 = 100;

/// The version that this program writes.
pub(super) const NEWEST: i64 = STEPS[STEPS.len() - 1].0;

/// "rtrl" in ASCII: tells a file of ours from any other SQLite database.
pub(super) const APPLICATION_ID: i32 = 0x7274_726c;

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// There is nothing in it.
    Empty,
    /// It is somebody else's.
    Foreign,
    /// Ours, of this version.
    Version(i64),
}

impl Schema {
    pub(super) fn of(db: &Connection) -> rusqlite::Result<Self> {
        // One statement, and so one moment: another process may be making the tables.
        let said = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
                    FROM pragma_application_id, pragma_user_version";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i32>(0)?, row.get(1)?, row.get::<_, i64>(2)?));
        Ok(match db.query_row(said, [], read)? {
            (APPLICATION_ID, version, _) => Self::Version(version),
            (_, _, 0) => Self::Empty,
            _ => Self::Foreign,
        })
    }
}

/// Makes the tables, or what is missing of them, and writes down what the program knows of words.
pub(super) fn bring_up_to_date(db: &mut Connection) -> rusqlite::Result<()> {
    migrate(db, STEPS)?;
    let words = words::lines();
    renew(db, "words", &words, words::write)
}

fn migrate(db: &mut Connection, steps: &[Step]) -> rusqlite::Result<()> {
    let newest = steps.last().map_or(0, |(version, _)| *version);
    if Schema::of(db)? == Schema::Version(newest) {
        return Ok(());
    }
    let work = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it between our look and our turn: look again.
    let found = match Schema::of(&work)? {
        Schema::Version(found) => found,
        _ => 0,
    };
    for (_, parts) in steps.iter().filter(|(version, _)| *version > found) {
        parts.iter().try_for_each(|part| work.execute_batch(part))?;
    }
    work.pragma_update(None, "application_id", APPLICATION_ID)?;
    work.pragma_update(None, "user_version", newest)?;
    work.commit()
}

/// Writes anew what the program carries itself, where the file holds another version of it.
pub(super) fn renew(
    db: &mut Connection,
    name: &str,
    content: &str,
    write: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let version = sha256::Hash::hash(content.as_bytes()).to_string();
    let held: Option<String> = db
        .prepare_cached("SELECT version FROM built_in WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if held.as_ref() == Some(&version) {
        return Ok(());
    }
    let work = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    write(&work)?;
    work.execute("INSERT OR REPLACE INTO built_in (name, version) VALUES (?1, ?2)", [name, &version])?;
    work.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_version_is_made_of_an_earlier_one_by_the_same_steps() {
        let mut db = Connection::open_in_memory().unwrap();
        assert_eq!(Schema::of(&db).unwrap(), Schema::Empty);
        bring_up_to_date(&mut db).unwrap();
        assert_eq!(Schema::of(&db).unwrap(), Schema::Version(NEWEST));
        db.execute("INSERT INTO watched VALUES ('a', 'story', 'us', 0)", []).unwrap();
        let further: Vec<Step> =
            STEPS.iter().copied().chain([(NEWEST + 1, &["ALTER TABLE watched ADD COLUMN role TEXT"][..])]).collect();
        for _ in 0..2 {
            migrate(&mut db, &further).unwrap();
            assert_eq!(Schema::of(&db).unwrap(), Schema::Version(NEWEST + 1));
        }
        let rows: i64 = db.query_row("SELECT count(*) FROM watched WHERE role IS NULL", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 1);
        // A step that fails leaves the file as it was.
        let broken: Vec<Step> = further.into_iter().chain([(NEWEST + 2, &["DROP TABLE tx; no SQL"][..])]).collect();
        migrate(&mut db, &broken).unwrap_err();
        assert_eq!(Schema::of(&db).unwrap(), Schema::Version(NEWEST + 1));
        assert!(db.prepare("SELECT * FROM tx").is_ok());
    }

    #[test]
    fn versions_only_rise() {
        assert!(STEPS.windows(2).all(|pair| pair[0].0 < pair[1].0) && STEPS[0].0 == FIRST);
    }
}
