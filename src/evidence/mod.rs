//! Evidence packs: everything that a family's figures were computed from, in one file that anybody can check without a network.
//!
//! A pack is a ZIP archive of plain files: the ledger, the explorers' answers as they came, headers and merkle branches, prices,
//! labels, the family's file, what was claimed of it, the question, the figures, and a report. It is canonical: the same database and question give the same
//! bytes, and [`check()`] writes everything in it anew and compares it byte for byte. Entries are stored and not
//! compressed, so that the bytes depend on no compressor.
//!
//! [`pack()`] and [`check()`] compute figures with the same function, from the packed ground state alone. What cannot be established
//! from a pack is said as plainly as what can: a [`Standing`] says of every satoshi received whether the file proves it, or only tells it.

mod archive;
mod bounds;
mod check;
mod checked;
mod compute;
mod consistent;
mod contents;
mod files;
mod index;
mod judge;
mod ledger;
mod manifest;
mod market;
mod open;
mod pack;
mod readme;
mod rebuilt;
mod record;
mod reread;
mod skeleton;
mod standing;
mod statement;

pub use check::{check, check_from};
pub use checked::Checked;
pub use pack::{Packed, Packing, pack};
pub use standing::{Level, Standing, Sums};
pub use statement::{Statement, Verdict};

/// The format that this program writes and reads. Told in `options.json` and in the manifest.
pub const FORMAT: &str = "ransomtrail-evidence";
/// Its version.
pub const FORMAT_VERSION: u32 = 1;
/// The version of the program.
const PROGRAM_VERSION: &str = env!("CARGO_PKG_VERSION");

/// SHA-256 in hex.
fn sha256(bytes: &[u8]) -> String {
    use bitcoin::hashes::{Hash, sha256};
    sha256::Hash::hash(bytes).to_string()
}
