//! The manifest: what a pack holds, with the length and SHA-256 of each file.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::archive::{Entry, Place};
use super::files::pretty;
use super::{FORMAT, FORMAT_VERSION, readme, sha256};

/// Its name in the pack.
pub(super) const NAME: &str = "manifest.json";
/// The same for `sha256sum`: all files but itself and the manifest.
pub(super) const SUMS: &str = "SHA256SUMS";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: String,
    format_version: u32,
    /// The program that packed it.
    pub program_version: String,
    /// All files but the manifest, in the order of the archive.
    pub files: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Row {
    /// The row of a file that was read.
    pub fn of(place: &Place) -> Self {
        Self { name: place.name.clone(), bytes: place.bytes, sha256: place.sha256.clone() }
    }

    fn of_entry(entry: &Entry) -> Self {
        Self { name: entry.name.clone(), bytes: entry.bytes.len() as u64, sha256: sha256(&entry.bytes) }
    }
}

impl Manifest {
    /// Of the files in this order; the manifest itself is passed over.
    pub fn of(rows: impl Iterator<Item = Row>, program_version: &str) -> Self {
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program_version: program_version.to_owned(),
            files: rows.filter(|row| row.name != NAME).collect(),
        }
    }

    pub fn read(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).context(NAME)
    }

    pub fn entry(&self) -> Result<Entry> {
        Ok(Entry::new(NAME, pretty(self)?))
    }
}

/// Where a file stands: README first, then the manifest, then all others by name.
pub(super) fn place_of(name: &str) -> (u8, &str) {
    let first = [readme::NAME, NAME].iter().position(|known| *known == name);
    (first.map_or(2, |at| u8::from(at > 0)), name)
}

/// The sums of all files but itself and the manifest, in their order.
pub(super) fn sums<'a>(files: impl Iterator<Item = &'a Row>) -> Entry {
    let listed = files.filter(|row| ![NAME, SUMS].contains(&row.name.as_str()));
    Entry::new(SUMS, listed.map(|row| format!("{}  {}\n", row.sha256, row.name)).collect::<String>())
}

/// All files of a pack in the order of the archive.
pub(super) fn assembled(readme: Entry, mut others: Vec<Entry>, program_version: &str) -> Result<Vec<Entry>> {
    others.push(readme);
    others.sort_by(|one, other| place_of(&one.name).cmp(&place_of(&other.name)));
    let mut rows: Vec<Row> = others.iter().map(Row::of_entry).collect();
    let sums = sums(rows.iter());
    rows.push(Row::of_entry(&sums));
    rows.sort_by(|one, other| place_of(&one.name).cmp(&place_of(&other.name)));
    others.push(sums);
    others.push(Manifest::of(rows.into_iter(), program_version).entry()?);
    others.sort_by(|one, other| place_of(&one.name).cmp(&place_of(&other.name)));
    Ok(others)
}
