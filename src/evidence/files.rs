//! The files of a pack that hold its contents: written from them and read back, the one way that each can be written.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::archive::Entry;
use super::contents::{Contents, ORIGINS, Options};
use crate::domain::Time;
use crate::price::Tables;
use crate::store::Slice;

/// Entries by name.
pub(super) type Files<'a> = BTreeMap<&'a str, &'a [u8]>;

const OPTIONS: &str = "options.json";
const HISTORY: &str = "prices/btc-usd.csv";
const CLAIMS: &str = "claims/published.jsonl";
const RATES: &str = "prices/ecb.csv";
/// Bodies of answers are below it, each named by its SHA-256.
const ANSWERS: &str = "answers/";
const INDEX: &str = "answers/index.jsonl";

/// A row of the index of answers.
#[derive(Serialize)]
struct Cited<'a> {
    sha256: &'a str,
    bytes: u64,
    /// Its body is in the pack.
    kept: bool,
    explorer: &'a str,
    url: &'a str,
    asked_at: &'a Time,
    /// The line in `ledger/requests.jsonl`.
    request: u64,
    /// 0 is the question itself, the others are what was asked besides.
    part: u64,
}

impl Contents {
    /// All files but README, manifest and what is computed, in no particular order.
    pub fn files(&self) -> Result<Vec<Entry>> {
        let slice = &self.slice;
        let mut out = vec![
            Entry::new(OPTIONS, pretty(&self.options)?),
            Entry::new(family_file(&self.options.family), self.family.as_bytes()),
            Entry::new("ledger/requests.jsonl", lines(&slice.requests)?),
            Entry::new("ledger/transactions.jsonl", lines(&slice.transactions)?),
            Entry::new("ledger/observations.jsonl", lines(&slice.observations)?),
            Entry::new("ledger/totals.jsonl", lines(&slice.totals)?),
            Entry::new("ledger/outputs.jsonl", lines(&slice.fates)?),
            Entry::new("ledger/incidents.jsonl", lines(&slice.incidents)?),
            Entry::new("ledger/blocks-read.jsonl", lines(&slice.followed)?),
            Entry::new("ledger/looked-for.jsonl", lines(&slice.joined)?),
            Entry::new("ledger/coins-looked-for.jsonl", lines(&slice.awaited)?),
            Entry::new(CLAIMS, lines(&self.claims)?),
            Entry::new("proofs/headers.jsonl", lines(&slice.headers)?),
            Entry::new("proofs/branches.jsonl", lines(&slice.branches)?),
            Entry::new("prices/told.jsonl", lines(&slice.prices)?),
            Entry::new(INDEX, self.index()?),
        ];
        for (origin, text) in ORIGINS.iter().zip(&self.labels) {
            out.push(Entry::new(format!("labels/{}.csv", origin.name()), text.as_bytes()));
        }
        if let Some(tables) = &self.prices {
            out.push(Entry::new(HISTORY, tables.history.as_bytes()));
            out.extend(tables.rates.as_ref().map(|text| Entry::new(RATES, text.as_bytes())));
        }
        out.extend(self.answers.iter().map(|(sha256, body)| Entry::new(format!("{ANSWERS}{sha256}"), body.as_slice())));
        Ok(out)
    }

    /// Every answer that the ledger cites, with where it came from and whether its body is in the pack.
    fn index(&self) -> Result<Vec<u8>> {
        let mut out: Vec<Cited<'_>> = Vec::new();
        for (request, number) in self.slice.requests.iter().zip(1_u64..) {
            let question = (&request.url, &request.asked_at, &request.sha256, request.bytes);
            let parts = request.parts.iter().map(|part| (&part.url, &part.asked_at, &part.sha256, part.bytes));
            for ((url, asked_at, sha256, bytes), part) in std::iter::once(question).chain(parts).zip(0_u64..) {
                let (explorer, kept) = (&request.explorer, self.answers.contains_key(sha256));
                out.push(Cited { sha256, bytes, kept, explorer, url, asked_at, request: number, part });
            }
        }
        lines(&out)
    }

    /// Reads the files back. An error names the file, and the line where there is one.
    pub fn read(files: &Files<'_>) -> Result<Self> {
        let options: Options = serde_json::from_slice(file(files, OPTIONS)?).context(OPTIONS)?;
        options.check()?;
        let slice = Slice {
            requests: rows(files, "ledger/requests.jsonl")?,
            transactions: rows(files, "ledger/transactions.jsonl")?,
            observations: rows(files, "ledger/observations.jsonl")?,
            totals: rows(files, "ledger/totals.jsonl")?,
            fates: rows(files, "ledger/outputs.jsonl")?,
            incidents: rows(files, "ledger/incidents.jsonl")?,
            followed: rows(files, "ledger/blocks-read.jsonl")?,
            joined: rows(files, "ledger/looked-for.jsonl")?,
            awaited: rows(files, "ledger/coins-looked-for.jsonl")?,
            headers: rows(files, "proofs/headers.jsonl")?,
            branches: rows(files, "proofs/branches.jsonl")?,
            prices: rows(files, "prices/told.jsonl")?,
        };
        let mut labels = [const { String::new() }; 3];
        for (origin, labels) in ORIGINS.iter().zip(&mut labels) {
            *labels = text(files, &format!("labels/{}.csv", origin.name()))?;
        }
        let rates = files.contains_key(RATES).then(|| text(files, RATES)).transpose()?;
        let prices = match files.contains_key(HISTORY) {
            true => Some(Tables { history: text(files, HISTORY)?, rates }),
            false => None,
        };
        let bodies = files.iter().filter(|(name, _)| **name != INDEX);
        let answers = bodies.filter_map(|(name, body)| Some((name.strip_prefix(ANSWERS)?.to_owned(), body.to_vec())));
        let family = text(files, &family_file(&options.family))?;
        let claims = rows(files, CLAIMS)?;
        Ok(Self { family, slice, answers: answers.collect(), labels, prices, claims, options })
    }
}

fn family_file(name: &str) -> String {
    format!("families/{name}.toml")
}

fn file<'a>(files: &Files<'a>, name: &str) -> Result<&'a [u8]> {
    match files.get(name) {
        Some(bytes) => Ok(bytes),
        None => bail!("{name} is missing"),
    }
}

fn text(files: &Files<'_>, name: &str) -> Result<String> {
    String::from_utf8(file(files, name)?.to_vec()).with_context(|| name.to_owned())
}

fn rows<T: DeserializeOwned>(files: &Files<'_>, name: &str) -> Result<Vec<T>> {
    let all = file(files, name)?.split_inclusive(|byte| *byte == b'\n');
    let row =
        |(line, number): (&[u8], usize)| serde_json::from_slice(line).with_context(|| format!("{name}: line {number}"));
    all.zip(1..).map(row).collect()
}

/// A JSON value a line.
fn lines<T: Serialize>(rows: &[T]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut out, row)?;
        out.push(b'\n');
    }
    Ok(out)
}

/// JSON for people.
pub(super) fn pretty<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    let mut out = serde_json::to_vec_pretty(value)?;
    out.push(b'\n');
    Ok(out)
}
