//! Inputs and outputs as tables.

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};

use super::Known;
use crate::domain::{Address, Amount, Value, format};
use crate::explorer::Outspend;

/// A row as text, with what is linked in it: the address, and a txid.
struct Line {
    cells: [String; 5],
    address: Option<String>,
    txid: Option<String>,
}

impl Known<'_> {
    /// What goes in, and what comes out.
    pub(super) fn tables(&self) -> String {
        let inputs = self.tx.inputs.iter().zip(&self.figures.inputs).enumerate().map(|(vin, (input, value))| {
            let from = match input.prev_txid {
                _ if input.coinbase => "newly mined".to_owned(),
                None => "from an output that is not told".to_owned(),
                Some(txid) => format!("from {txid}{}", index(input.prev_vout)),
            };
            let prev = input.prev_txid.map(|txid| txid.to_string());
            self.line(vin, input.address.as_ref(), input.value, value.as_ref(), (from, prev))
        });
        let outputs = self.tx.outputs.iter().zip(&self.figures.outputs).enumerate().map(|(vout, (output, value))| {
            let fate = self.outspend(vout);
            let by = match fate {
                Some(Outspend::Spent { txid, .. }) => Some(txid.to_string()),
                _ => None,
            };
            self.line(vout, output.address.as_ref(), Some(output.value), value.as_ref(), (self.fate(fate), by))
        });
        let (inputs, outputs): (Vec<_>, Vec<_>) = (inputs.collect(), outputs.collect());
        self.table("in", "from", &inputs) + &self.table("out", "what became of it", &outputs)
    }

    fn line(
        &self,
        at: usize,
        address: Option<&Address>,
        amount: Option<Amount>,
        value: Option<&Value>,
        (rest, txid): (String, Option<String>),
    ) -> Line {
        let unknown = || "unknown".to_owned();
        let mut mark = if self.watching(address).is_some() { " *".to_owned() } else { String::new() };
        if let Some(label) = address.and_then(|a| self.labels.of(a)) {
            mark.push_str(&format!(" [{}]", label.name));
        }
        let cells = [
            at.to_string(),
            address.map_or("no address".to_owned(), |a| format!("{a}{mark}")),
            amount.map_or_else(unknown, |a| format::btc(a, 8)),
            value.map_or_else(unknown, |v| v.rounded()[1].to_string()),
            rest,
        ];
        Line { cells, address: address.map(Address::to_string), txid }
    }

    /// What became of an output, as far as anybody tells.
    fn fate(&self, fate: Option<Outspend>) -> String {
        match fate {
            None => "unknown".to_owned(),
            Some(Outspend::Unspent) => format!("unspent, {} says", self.explorer),
            Some(Outspend::Spent { txid, vin }) => format!("spent by {txid}{}", index(vin)),
            Some(Outspend::SpentBySomebody) => format!("spent; {} does not say by what", self.explorer),
            Some(Outspend::Unrecorded) => "not recorded".to_owned(),
        }
    }

    fn table(&self, title: &str, rest: &str, lines: &[Line]) -> String {
        let mut table = Table::new();
        table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
        let close = format!("{} close", self.prices.currency().code());
        table.set_header([title, "address (* watched, [whose])", "BTC", &close, rest]);
        for line in lines {
            table.add_row(&line.cells);
        }
        for column in [2, 3] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut out = String::from("\n");
        // The first line is the header.
        for (text, line) in table.lines().zip(std::iter::once(None).chain(lines.iter().map(Some))) {
            let mut text = format!(" {}", text.trim_end());
            if let Some(line) = line {
                if let Some(txid) = &line.txid {
                    self.links.dress(&mut text, txid, self.links.transaction(&self.explorer, txid));
                }
                if let Some(address) = &line.address {
                    self.links.dress(&mut text, address, self.links.address(&self.explorer, address));
                }
            }
            out.push_str(&text);
            out.push('\n');
        }
        out
    }
}

/// `:3`, or nothing where it is not told.
fn index(at: Option<u32>) -> String {
    at.map(|at| format!(":{at}")).unwrap_or_default()
}
