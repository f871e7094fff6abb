//! The ZIP around a pack: entries stored, in a fixed order, of a fixed time and with fixed permissions.

use std::io::{Cursor, Read, Write};

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

use crate::domain::format::on_a_line;

/// A file of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Entry {
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

/// The archive of these entries, in their order.
pub(super) fn write(entries: &[Entry]) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .system(System::Unix);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for Entry { name, bytes } in entries {
        zip.start_file(name.as_str(), options).with_context(|| name.clone())?;
        zip.write_all(bytes).with_context(|| name.clone())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Why bytes are no archive of ours, and the file in it that shows it, where it has a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", entry.as_ref().map(|name| format!("{name}: ")).unwrap_or_default())]
pub(super) struct BadArchive {
    pub entry: Option<String>,
    reason: String,
}

/// The entries of an archive, which may be anything: nothing is unpacked, and no more is read than the file holds.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, BadArchive> {
    let unreadable = |reason: String| BadArchive { entry: None, reason: on_a_line(&reason) };
    let mut zip =
        ZipArchive::new(Cursor::new(bytes)).map_err(|e| unreadable(format!("not a ZIP that can be read: {e}")))?;
    let mut left = bytes.len() as u64;
    let mut entries = Vec::new();
    for at in 0..zip.len() {
        let file = zip.by_index(at).map_err(|error| unreadable(format!("file {at}: {error}")))?;
        let name =
            std::str::from_utf8(file.name_raw()).map_err(|_| unreadable(format!("file {at} has no name in UTF-8")))?;
        let name = on_a_line(name);
        let bad = |reason: &str| BadArchive { entry: Some(name.clone()), reason: on_a_line(reason) };
        if file.compression() != CompressionMethod::Stored {
            return Err(bad("is compressed, and no file of a pack is"));
        }
        // Files that share their bytes would make much of little.
        left = left.checked_sub(file.size()).ok_or_else(|| bad("is longer than the archive can hold"))?;
        let (size, mut content) = (file.size(), Vec::new());
        file.take(size.saturating_add(1)).read_to_end(&mut content).map_err(|error| bad(&error.to_string()))?;
        if content.len() as u64 != size {
            return Err(bad("has another length than the archive says"));
        }
        entries.push(Entry { name, bytes: content });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::sha256;

    fn two() -> Vec<Entry> {
        vec![Entry::new("README.txt", "hello\n"), Entry::new("ledger/none.jsonl", "")]
    }

    #[test]
    fn an_archive_is_these_very_bytes() {
        let bytes = write(&two()).unwrap();
        assert_eq!(read(&bytes).unwrap(), two());
        // Packs of today must be rebuilt alike by the program of tomorrow, whatever library writes them.
        assert_eq!(
            (bytes.len(), sha256(&bytes).as_str()),
            (234, "d96a7c08a4e734dbdd27e72b94bbd1f2f89026c7a3ffba1c6a20dee42a414d5b")
        );
    }

    #[test]
    fn what_is_no_such_archive_is_refused() {
        let whole = write(&two()).unwrap();
        assert!(read(b"").is_err() && read(b"PK").is_err() && read(&whole[..whole.len() - 1]).is_err());
        let mut damaged = whole;
        let at = damaged.windows(5).position(|w| w == b"hello").unwrap();
        damaged[at] = b'j';
        assert_eq!(read(&damaged).unwrap_err().entry.as_deref(), Some("README.txt"));
    }
}
