//! The recorded chain data that the program carries, served as an explorer would serve it.
//!
//! A snapshot is a file of JSON lines: a header, then one transaction a line (`data/README.md` describes the format). It
//! answers the requests of [`super::BUILT_IN`] with the very lines of the file.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::json;

use super::{BUILT_IN, Dialect, Known, Request, Told};
use crate::domain::{Network, Time, Tx, Txid};

/// The files, one a recorded family.
static FILES: &[&str] = &[
    include_str!("../../data/snapshots/wannacry.jsonl"),
    include_str!("../../data/snapshots/colonial-pipeline.jsonl"),
];
/// Transactions a page.
const PAGE: usize = 100;

/// One recorded family.
#[derive(Debug)]
pub struct Snapshot {
    /// What the first line says.
    pub header: Header,
    lines: Vec<&'static str>,
    by_address: HashMap<&'static str, Vec<usize>>,
    by_txid: HashMap<&'static str, usize>,
    /// Outputs that the inputs of recorded transactions name, and the transaction that spends each.
    spenders: HashMap<(&'static str, u32), &'static str>,
}

/// The first line of a snapshot.
#[derive(Debug, Deserialize)]
pub struct Header {
    /// Short name of the family.
    pub family: String,
    /// The moment to which the record is complete.
    pub recorded_to: Time,
    /// What was recorded, by whom, and why it is complete.
    pub about: String,
    /// The totals to reconcile with.
    totals: Vec<HeaderTotals>,
}

#[derive(Debug, Deserialize)]
struct HeaderTotals {
    address: String,
    tx_count: u64,
    received: u64,
    spent: u64,
}

/// Previous transaction, output index, address, satoshis.
type LineInput<'a> = (Option<&'a str>, Option<u32>, Option<&'a str>, Option<u64>);

/// As much of a line as the index needs.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    txid: &'a str,
    #[serde(rename = "in", borrow)]
    inputs: Vec<LineInput<'a>>,
    #[serde(rename = "out", borrow)]
    outputs: Vec<(Option<&'a str>, u64)>,
    #[serde(default, borrow)]
    spent_by: Vec<Option<&'a str>>,
}

/// Every snapshot that the program carries.
pub fn snapshots() -> &'static [Snapshot] {
    static READ: OnceLock<Vec<Snapshot>> = OnceLock::new();
    // The files are compiled in, and a test reads them: a broken one never leaves the workshop.
    READ.get_or_init(|| FILES.iter().filter_map(|text| read(text).ok()).collect())
}

fn read(text: &'static str) -> serde_json::Result<Snapshot> {
    let mut lines = text.lines();
    let header: Header = serde_json::from_str(lines.next().unwrap_or_default())?;
    let mut snapshot = Snapshot {
        header,
        lines: lines.collect(),
        by_address: HashMap::new(),
        by_txid: HashMap::new(),
        spenders: HashMap::new(),
    };
    for (at, text) in snapshot.lines.iter().enumerate() {
        let line: Line<'static> = serde_json::from_str(text)?;
        snapshot.by_txid.insert(line.txid, at);
        let named = line.inputs.iter().filter_map(|input| Some((input.0?, input.1?)));
        snapshot.spenders.extend(named.map(|output| (output, line.txid)));
        let told = line.inputs.iter().filter_map(|i| i.2).chain(line.outputs.iter().filter_map(|o| o.0));
        for address in told {
            let at_address = snapshot.by_address.entry(address).or_default();
            if at_address.last() != Some(&at) {
                at_address.push(at);
            }
        }
    }
    Ok(snapshot)
}

/// The answer to a request of the built-in dialect; `None` where no snapshot holds it.
pub(super) fn answer(request: &Request) -> Option<Vec<u8>> {
    let parts: Vec<&str> = request.path.split('/').collect();
    snapshots().iter().find_map(|snapshot| match parts.as_slice() {
        ["address", address, "totals"] => snapshot.totals(address),
        ["address", address, "txs"] => snapshot.page(address, 0),
        ["address", address, "txs", after] => snapshot.page(address, after.parse().ok()?),
        ["tx", txid] => snapshot.line(txid),
        ["tx", txid, "outspends"] => snapshot.spends(txid),
        _ => None,
    })
}

impl Snapshot {
    /// The addresses whose transactions are all recorded, up to `recorded_to`.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.header.totals.iter().map(|totals| totals.address.as_str())
    }

    /// The transactions that pay an address or spend from it.
    pub fn transactions_of(&self, address: &str) -> impl Iterator<Item = Txid> {
        let all = self.by_address.get(address).map(Vec::as_slice).unwrap_or_default();
        let lines = all.iter().filter_map(|at| self.lines.get(*at));
        lines.filter_map(|line| serde_json::from_str::<Line<'_>>(line).ok()?.txid.parse().ok())
    }

    /// A transaction as it is recorded, on the main network.
    pub fn transaction(&self, txid: &Txid) -> Option<Tx> {
        let answers = [(BUILT_IN.transaction(txid), self.line(&txid.to_string())?)];
        BUILT_IN.read_transaction(&Told::new(&answers, Network::Bitcoin, &Known::default())).ok()
    }

    fn totals(&self, address: &str) -> Option<Vec<u8>> {
        let said = self.header.totals.iter().find(|t| t.address == address)?;
        let answer = json!({
            "recorded_to": self.header.recorded_to,
            "tx_count": said.tx_count, "received": said.received, "spent": said.spent,
        });
        Some(answer.to_string().into_bytes())
    }

    /// Newest first, `after` transactions left out. Only addresses that the record is complete for are served.
    fn page(&self, address: &str, after: usize) -> Option<Vec<u8>> {
        self.header.totals.iter().find(|t| t.address == address)?;
        let all = self.by_address.get(address).map(Vec::as_slice).unwrap_or_default();
        let txs: Vec<&str> =
            all.iter().rev().skip(after).take(PAGE).filter_map(|at| self.lines.get(*at).copied()).collect();
        let end = after + txs.len();
        let next = if end < all.len() { end.to_string() } else { "null".to_owned() };
        Some(format!("{{\"next\":{next},\"txs\":[{}]}}", txs.join(",")).into_bytes())
    }

    /// Who spends each output: as the line tells, or as the inputs of other lines name it.
    fn spends(&self, txid: &str) -> Option<Vec<u8>> {
        let line: Line<'static> = serde_json::from_str(self.lines.get(*self.by_txid.get(txid)?)?).ok()?;
        let spender = |vout: u32, told: Option<&Option<&'static str>>| {
            told.copied().flatten().or_else(|| self.spenders.get(&(line.txid, vout)).copied())
        };
        let outputs = (0..).zip(&line.outputs);
        let spent_by: Vec<_> = outputs.map(|(vout, _)| spender(vout, line.spent_by.get(vout as usize))).collect();
        let answer = json!({ "txid": line.txid, "out": line.outputs, "spent_by": spent_by });
        Some(answer.to_string().into_bytes())
    }

    fn line(&self, txid: &str) -> Option<Vec<u8>> {
        let at = self.by_txid.get(txid)?;
        Some(self.lines.get(*at)?.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read() {
        for file in FILES {
            read(file).unwrap();
        }
    }
}
