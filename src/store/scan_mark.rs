use rusqlite::Connection;

/// Tells one set of joined addresses and watched coins from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanMark(i64, i64, i64, i64);

/// Of what is looked for now.
pub(super) fn scan_mark(db: &Connection) -> rusqlite::Result<ScanMark> {
    db.prepare_cached(
        "SELECT j.n, j.heights, a.n, a.heights FROM (SELECT count(*) AS n, coalesce(sum(height), 0) AS heights FROM scanned_address) j,
                (SELECT count(*) AS n, coalesce(sum(height), 0) AS heights FROM watched_outpoint) a",
    )?
    .query_row([], |row| Ok(ScanMark(row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
}
