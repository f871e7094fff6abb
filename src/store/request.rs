use rusqlite::{Connection, params};

use crate::domain::Provenance;

/// Writes down who was asked what, and when.
pub(super) fn insert_request(db: &Connection, provenance: &Provenance) -> rusqlite::Result<i64> {
    db.prepare_cached("INSERT INTO request (explorer, url, asked_at, sha256, bytes) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .insert(params![
            provenance.explorer,
            provenance.url,
            provenance.asked_at.timestamp(),
            provenance.sha256,
            provenance.bytes,
        ])
}
