//! Inputs and outputs as tables.

use super::super::super::links::Links;
use super::super::super::table;
use crate::document::{Money, Output, Transaction, Watched, WeighedLabel};
use crate::domain::{Address, Amount, format};

/// A row as text, with what is linked in it: the address and a txid, each with its page.
struct Line<'a> {
    cells: [String; 5],
    address: (Option<&'a Address>, Option<&'a String>),
    txid: (Option<&'a String>, Option<&'a String>),
}

/// What goes in, and what comes out.
pub(super) fn tables(document: &Transaction, links: &Links) -> String {
    let inputs = document.inputs.iter().map(|input| {
        let from = match &input.prev_txid {
            _ if input.coinbase => "newly mined".to_owned(),
            None => "from an output that is not told".to_owned(),
            Some(txid) => format!("from {txid}{}", index(input.prev_vout)),
        };
        Line {
            cells: cells(input.vin, &input.address, &input.watched, &input.labels, input.sats, &input.value, from),
            address: (input.address.as_ref(), input.address_page.as_ref()),
            txid: (input.prev_txid.as_ref(), input.prev_page.as_ref()),
        }
    });
    let outputs = document.outputs.iter().map(|output| {
        let (sats, by) = (Some(output.sats), output.spent_by.as_ref());
        let outspend = outspend(output, &document.explorer);
        Line {
            cells: cells(output.vout, &output.address, &output.watched, &output.labels, sats, &output.value, outspend),
            address: (output.address.as_ref(), output.address_page.as_ref()),
            txid: (by.map(|by| &by.txid), by.and_then(|by| by.page.as_ref())),
        }
    });
    let close = format!("{} close", document.currency);
    let (inputs, outputs): (Vec<_>, Vec<_>) = (inputs.collect(), outputs.collect());
    sheet(["in", &close, "from"], &inputs, links) + &sheet(["out", &close, "what became of it"], &outputs, links)
}

fn cells(
    at: usize,
    address: &Option<Address>,
    watched: &Option<Watched>,
    labels: &[WeighedLabel],
    sats: Option<u64>,
    value: &Option<Money>,
    rest: String,
) -> [String; 5] {
    let unknown = || "unknown".to_owned();
    let mut mark = if watched.is_some() { " *".to_owned() } else { String::new() };
    if let Some(shown) = labels.first() {
        mark.push_str(&format!(" [{}]", shown.label.name));
    }
    [
        at.to_string(),
        address.as_ref().map_or("no address".to_owned(), |a| format!("{a}{mark}")),
        sats.map_or_else(unknown, |sats| format::btc(Amount::from_sat(sats), 8)),
        value.as_ref().and_then(|value| value.close.clone()).unwrap_or_else(unknown),
        rest,
    ]
}

/// What became of an output, as far as anybody tells.
fn outspend(output: &Output, explorer: &str) -> String {
    match (output.fate, &output.spent_by) {
        ("unspent", _) => format!("unspent, {explorer} says"),
        ("spent", Some(by)) => format!("spent by {}{}", by.txid, index(by.vin)),
        ("spent", None) => format!("spent; {explorer} does not say by what"),
        ("unrecorded", _) => "not recorded".to_owned(),
        (other, _) => other.to_owned(),
    }
}

fn sheet([title, close, rest]: [&str; 3], lines: &[Line<'_>], links: &Links) -> String {
    let header = [title, "address (* watched, [whose])", "BTC", close, rest];
    let mut out = String::from("\n");
    // The first line is the header.
    for (text, line) in table::lines(&header, lines.iter().map(|line| &line.cells), &[2, 3])
        .iter()
        .zip(std::iter::once(None).chain(lines.iter().map(Some)))
    {
        let mut text = format!(" {text}");
        if let Some(line) = line {
            if let (Some(txid), page) = line.txid {
                links.dress(&mut text, txid, page.cloned());
            }
            if let (Some(address), page) = line.address {
                links.dress(&mut text, address.as_str(), page.cloned());
            }
        }
        out.push_str(&text);
        out.push('\n');
    }
    out
}

/// `:3`, or nothing where it is not told.
fn index(at: Option<u32>) -> String {
    at.map(|at| format!(":{at}")).unwrap_or_default()
}
