//! The files of a pack that hold its contents: written from them and read back, the one way that each can be written.

use std::io::{BufRead, Read};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::archive::{Archive, Entry};
use super::contents::{Contents, ORIGINS, Options};
use crate::domain::Time;
use crate::price::Tables;
use crate::store::Slice;

const OPTIONS: &str = "options.json";
const HISTORY: &str = "prices/btc-usd.csv";
const CLAIMS: &str = "claims/published.jsonl";
const RATES: &str = "prices/ecb.csv";
/// Bodies of answers are below it, each named by its SHA-256.
pub(super) const ANSWERS: &str = "answers/";
const INDEX: &str = "answers/index.jsonl";
/// Larger answers are in no pack: those above a mebibyte are not kept.
const LARGEST_ANSWER: u64 = 4 << 20;
/// All files but the answers: what has to be in memory to compute anything.
const LARGEST_LEDGER: u64 = 512 << 20;
/// A transaction that fills a block makes a line of some twenty megabytes.
const LONGEST_LINE: u64 = 64 << 20;

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
    /// Passes on all files but README, manifest, bodies of answers and what is computed, one after the other, in no particular
    /// order.
    pub fn each_file(&self, take: &mut dyn FnMut(Entry) -> Result<()>) -> Result<()> {
        let slice = &self.slice;
        take(Entry::new(OPTIONS, pretty(&self.options)?))?;
        take(Entry::new(family_file(&self.options.family), self.family.as_bytes()))?;
        take(Entry::new("ledger/requests.jsonl", lines(&slice.requests)?))?;
        take(Entry::new("ledger/transactions.jsonl", lines(&slice.transactions)?))?;
        take(Entry::new("ledger/observations.jsonl", lines(&slice.observations)?))?;
        take(Entry::new("ledger/totals.jsonl", lines(&slice.totals)?))?;
        take(Entry::new("ledger/outputs.jsonl", lines(&slice.outspends)?))?;
        take(Entry::new("ledger/incidents.jsonl", lines(&slice.incidents)?))?;
        take(Entry::new("ledger/blocks-read.jsonl", lines(&slice.followed)?))?;
        take(Entry::new("ledger/looked-for.jsonl", lines(&slice.scanned_addresses)?))?;
        take(Entry::new("ledger/coins-looked-for.jsonl", lines(&slice.watched_outpoints)?))?;
        take(Entry::new(CLAIMS, lines(&self.claims)?))?;
        take(Entry::new("proofs/headers.jsonl", lines(&slice.headers)?))?;
        take(Entry::new("proofs/branches.jsonl", lines(&slice.branches)?))?;
        take(Entry::new("prices/told.jsonl", lines(&slice.prices)?))?;
        take(Entry::new(INDEX, self.index()?))?;
        for (origin, text) in ORIGINS.iter().zip(&self.labels) {
            take(Entry::new(format!("labels/{}.csv", origin.name()), text.as_bytes()))?;
        }
        if let Some(tables) = &self.prices {
            take(Entry::new(HISTORY, tables.history.as_bytes()))?;
            if let Some(rates) = &tables.rates {
                take(Entry::new(RATES, rates.as_bytes()))?;
            }
        }
        Ok(())
    }

    /// Every answer that the ledger cites, with where it came from and whether its body is in the pack.
    fn index(&self) -> Result<Vec<u8>> {
        let mut out: Vec<Cited<'_>> = Vec::new();
        for (request, number) in self.slice.requests.iter().zip(1_u64..) {
            let question = (&request.url, &request.asked_at, &request.sha256, request.bytes);
            let parts = request.parts.iter().map(|part| (&part.url, &part.asked_at, &part.sha256, part.bytes));
            for ((url, asked_at, sha256, bytes), part) in std::iter::once(question).chain(parts).zip(0_u64..) {
                let (explorer, kept) = (&request.explorer, self.answers.contains(sha256));
                out.push(Cited { sha256, bytes, kept, explorer, url, asked_at, request: number, part });
            }
        }
        lines(&out)
    }

    /// Reads the files back. An error names the file, and the line where there is one.
    pub fn read(files: &mut Archive<'_>) -> Result<Self> {
        let mut ledger = 0_u64;
        for place in &files.files {
            match is_answer(&place.name) {
                true => ensure!(place.bytes <= LARGEST_ANSWER, "{}: larger than any answer that is kept", place.name),
                false => ledger += place.bytes,
            }
        }
        ensure!(ledger <= LARGEST_LEDGER, "they are larger than any ledger, though the answers are not counted");
        let options: Options = serde_json::from_slice(&files.read(OPTIONS)?).context(OPTIONS)?;
        options.check()?;
        let slice = Slice {
            requests: rows(files, "ledger/requests.jsonl")?,
            transactions: rows(files, "ledger/transactions.jsonl")?,
            observations: rows(files, "ledger/observations.jsonl")?,
            totals: rows(files, "ledger/totals.jsonl")?,
            outspends: rows(files, "ledger/outputs.jsonl")?,
            incidents: rows(files, "ledger/incidents.jsonl")?,
            followed: rows(files, "ledger/blocks-read.jsonl")?,
            scanned_addresses: rows(files, "ledger/looked-for.jsonl")?,
            watched_outpoints: rows(files, "ledger/coins-looked-for.jsonl")?,
            headers: rows(files, "proofs/headers.jsonl")?,
            branches: rows(files, "proofs/branches.jsonl")?,
            prices: rows(files, "prices/told.jsonl")?,
        };
        let mut labels = [const { String::new() }; 3];
        for (origin, labels) in ORIGINS.iter().zip(&mut labels) {
            *labels = text(files, &format!("labels/{}.csv", origin.name()))?;
        }
        let rates = files.place(RATES).is_some().then(|| text(files, RATES)).transpose()?;
        let prices = match files.place(HISTORY).is_some() {
            true => Some(Tables { history: text(files, HISTORY)?, rates }),
            false => None,
        };
        let bodies = files.files.iter().filter(|place| is_answer(&place.name));
        let answers = bodies.filter_map(|place| Some(place.name.strip_prefix(ANSWERS)?.to_owned())).collect();
        let family = text(files, &family_file(&options.family))?;
        let claims = rows(files, CLAIMS)?;
        Ok(Self { family, slice, answers, labels, prices, claims, options })
    }
}

fn family_file(name: &str) -> String {
    format!("families/{name}.toml")
}

/// Whether it is the body of an answer.
pub(super) fn is_answer(name: &str) -> bool {
    name.starts_with(ANSWERS) && name != INDEX
}

fn text(files: &mut Archive<'_>, name: &str) -> Result<String> {
    String::from_utf8(files.read(name)?).with_context(|| name.to_owned())
}

fn rows<T: DeserializeOwned>(files: &mut Archive<'_>, name: &str) -> Result<Vec<T>> {
    let (mut reader, mut line, mut out) = (files.reader(name)?, Vec::new(), Vec::new());
    loop {
        line.clear();
        let place = || format!("{name}: line {}", out.len() + 1);
        if reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).with_context(place)? == 0 {
            return Ok(out);
        }
        if line.len() as u64 == LONGEST_LINE {
            bail!("{}: longer than any row", place());
        }
        let row = serde_json::from_slice(&line).with_context(place)?;
        out.push(row);
    }
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
