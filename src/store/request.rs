use rusqlite::{Connection, ErrorCode, Transaction, params};

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

/// Ends a piece of work that began at so many changes, and wrote down this request. A request that nothing came of is not kept, and
/// work that wrote nothing else is taken back: quiet rounds leave the file as it is.
pub(super) fn commit(work: Transaction<'_>, request: i64, before: u64) -> rusqlite::Result<()> {
    // Whatever refers to it does not let it go.
    let forgotten = match work.prepare_cached("DELETE FROM request WHERE request_id = ?1")?.execute([request]) {
        Ok(_) => true,
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => false,
        Err(error) => return Err(error),
    };
    if forgotten && work.total_changes() == before + 2 { work.rollback() } else { work.commit() }
}
