//! Rows for other programs: the tables of `document`, each format its own file.
//!
//! A format is one file with one line in [`FORMATS`]. Numbers are not formatted: satoshis are integers, money and bitcoin decimals with a point, times RFC 3339 in UTC. What is unknown is empty in
//! CSV and `null` in JSON, never 0.

mod csv;
mod json;
mod ndjson;

use crate::document::Content;
pub use json::JSON;

/// A way to write a table.
#[derive(Debug)]
pub struct Format {
    /// Name on the command line, and the ending of files.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Writes a table whole.
    pub write: fn(&Content) -> Vec<u8>,
}

/// Every format.
#[rustfmt::skip]
pub static FORMATS: &[Format] = &[
    csv::FORMAT,
    json::JSON,
    ndjson::FORMAT,
];
