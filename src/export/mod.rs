//! Rows for other programs: what `figures` and `events` computed.
//!
//! A table is one of [`TABLES`], with a documented list of columns; a format is one file with one line in [`FORMATS`]. Numbers are
//! not formatted: satoshis are integers, money and bitcoin decimals with a point, times RFC 3339 in UTC. What is unknown is empty in
//! CSV and `null` in JSON, never 0.

mod cell;
mod csv;
mod json;
mod ndjson;
mod tables;

pub use cell::Cell;
pub use json::JSON;
pub use tables::{Content, Named, Subject, TABLES, Table, find};

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
