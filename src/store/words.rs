//! The small tables that say what words in other tables mean, filled from the program's own lists.

use rusqlite::{Connection, params};

use crate::domain::{EventKind, Follow, IncidentKind, State, Stop, Trust};

/// A word and what it means.
type Word = (&'static str, &'static str);

/// A table and its words.
type Table = (&'static str, fn() -> Vec<Word>);

/// What notices are about.
const NOTICE_KINDS: [Word; 5] = [
    ("event", "Something happened that the receiver wants to hear of."),
    ("correction", "What it was told happened is not found any more."),
    ("waiting", "A payment was seen that no block holds yet."),
    ("confirmed", "A payment that it was told waits is in a block."),
    ("gone", "A payment that it was told waits is not found any more."),
];

/// Every table of words. What refers to one takes no other word.
const TABLES: &[Table] = &[
    ("state", || State::KINDS.to_vec()),
    ("trust", || Trust::ALL.map(|level| (level.name(), level.about())).to_vec()),
    ("incident_kind", || IncidentKind::ALL.map(|kind| (kind.name(), kind.about())).to_vec()),
    ("event_kind", || EventKind::ALL.map(|kind| (kind.name(), kind.about())).to_vec()),
    ("stop", || Stop::ALL.map(|stop| (stop.name(), stop.about())).to_vec()),
    ("follow", || Follow::WAYS.to_vec()),
    ("notice_kind", || NOTICE_KINDS.to_vec()),
];

/// All of them as text, to tell one version from another.
pub(super) fn lines() -> String {
    let line = |(table, words): &Table| format!("{table} {:?}\n", words());
    TABLES.iter().map(line).collect()
}

/// Writes them down. Words that an earlier program knew stay: rows may refer to them.
pub(super) fn write(db: &Connection) -> rusqlite::Result<()> {
    for (table, words) in TABLES {
        for (position, (name, meaning)) in words().iter().enumerate() {
            db.execute(
                &format!(
                    "INSERT INTO {table} (name, position, meaning) VALUES (?1, ?2, ?3)
                     ON CONFLICT (name) DO UPDATE SET position = excluded.position, meaning = excluded.meaning"
                ),
                params![name, position, meaning],
            )?;
        }
    }
    Ok(())
}
