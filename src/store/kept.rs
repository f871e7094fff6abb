//! Answers as they came: compressed, each once, and how they can be read again.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError};
use crate::domain::RawAnswer;

/// Larger answers are not kept: they are whole blocks, of which the ledger holds the header, the branch and the transactions that
/// concern it. The request still tells their length and SHA-256.
const LARGEST: usize = 1 << 20;

impl Store {
    /// The body of an answer that was kept, by its SHA-256 in hex.
    pub fn kept_answer(&self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let packed: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT body FROM answer WHERE sha256 = ?1")
            .and_then(|mut q| q.query_row([sha256], |row| row.get(0)).optional())
            .map_err(|error| self.explain(error))?;
        let Some(packed) = packed else { return Ok(None) };
        let mut body = Vec::new();
        match ZlibDecoder::new(packed.as_slice()).read_to_end(&mut body) {
            Ok(_) => Ok(Some(body)),
            Err(_) => Err(StoreError::NotOurs(self.path.clone())),
        }
    }
}

/// Keeps the answers that brought what refers to this request, and how they were asked for. What the program carries itself
/// is not kept.
pub(super) fn keep(db: &Connection, request: i64, raw: &[RawAnswer]) -> rusqlite::Result<()> {
    for (part, answer) in raw.iter().enumerate() {
        let Some(asked) = &answer.asked else { continue };
        if part == 0 {
            db.prepare_cached("UPDATE request SET dialect = ?2, path = ?3 WHERE request_id = ?1")?.execute(params![
                request,
                asked.dialect,
                asked.path
            ])?;
        } else {
            let told = &answer.provenance;
            db.prepare_cached(
                "INSERT OR IGNORE INTO request_part (request_id, part, path, url, asked_at, sha256, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                request,
                part,
                asked.path,
                told.url,
                told.asked_at.timestamp(),
                told.sha256,
                told.bytes
            ])?;
        }
        if answer.body.len() <= LARGEST {
            body(db, answer)?;
        }
    }
    Ok(())
}

/// Keeps one body, unless it holds a secret.
pub(super) fn body(db: &Connection, answer: &RawAnswer) -> rusqlite::Result<()> {
    let sha256 = &answer.provenance.sha256;
    if answer.secret || db.prepare_cached("SELECT 1 FROM answer WHERE sha256 = ?1")?.exists([sha256])? {
        return Ok(());
    }
    let unusable = |error: std::io::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&answer.body).map_err(unusable)?;
    let packed = packer.finish().map_err(unusable)?;
    db.prepare_cached("INSERT OR IGNORE INTO answer (sha256, bytes, body) VALUES (?1, ?2, ?3)")?.execute(params![
        sha256,
        answer.body.len(),
        packed
    ])?;
    Ok(())
}
