//! The manifest: what a pack holds, with the length and SHA-256 of each file.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::archive::Entry;
use super::files::pretty;
use super::{FORMAT, FORMAT_VERSION, sha256};

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

impl Manifest {
    pub fn of(entries: &[Entry], program_version: &str) -> Self {
        let row = |entry: &Entry| Row {
            name: entry.name.clone(),
            bytes: entry.bytes.len() as u64,
            sha256: sha256(&entry.bytes),
        };
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program_version: program_version.to_owned(),
            files: entries.iter().filter(|entry| entry.name != NAME).map(row).collect(),
        }
    }

    pub fn read(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).context(NAME)
    }

    pub fn entry(&self) -> Result<Entry> {
        Ok(Entry::new(NAME, pretty(self)?))
    }
}

/// All files of a pack in the order of the archive: README, manifest, then all others by name.
pub(super) fn assembled(readme: Entry, mut others: Vec<Entry>, program_version: &str) -> Result<Vec<Entry>> {
    others.push(readme);
    let line = |entry: &Entry| format!("{}  {}\n", sha256(&entry.bytes), entry.name);
    let in_place = |name: &str| (name != super::readme::NAME, name.to_owned());
    others.sort_by_key(|entry| in_place(&entry.name));
    others.push(Entry::new(SUMS, others.iter().map(line).collect::<String>()));
    others.sort_by_key(|entry| in_place(&entry.name));
    let manifest = Manifest::of(&others, program_version).entry()?;
    others.insert(1, manifest);
    Ok(others)
}
