//! Our own form of labels: CSV with `#` lines on top; `data/README.md` describes it.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bitcoin::Network;
use serde::Deserialize;

use super::draft::{Draft, Reading, check_all};
use super::form::{Form, ends};
use crate::domain::csv::{Cell, Csv, unguarded};
use crate::domain::words::{TITLE, shown};
use crate::domain::{Label, Origin};

/// The columns as they are written; reading goes by their names.
const COLUMNS: &[&str] =
    &["address", "name", "category", "source", "confidence", "lastmod", "cluster", "actor", "note"];
/// Columns that are read, and never written.
const ALSO_READ: &[&str] = &["label", "currency"];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    address: String,
    #[serde(alias = "label")]
    name: String,
    category: String,
    source: String,
    confidence: String,
    lastmod: String,
    cluster: String,
    actor: String,
    note: String,
    currency: Option<String>,
}

/// Reads a file; an error means that it is no such table at all.
pub(super) fn read(text: &str, network: Network, origin: Origin, file: &Arc<str>) -> Result<Reading> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().context("the line with the names of the columns cannot be read")?.clone();
    for name in &headers {
        if !COLUMNS.contains(&name) && !ALSO_READ.contains(&name) {
            bail!("no column \"{}\"; the columns are {}", super::draft::printable(name), COLUMNS.join(", "));
        }
    }
    for name in COLUMNS.iter().take(4) {
        let there = headers.iter().any(|h| h == *name || (*name == "name" && h == "label"));
        if !there {
            bail!("the column {name} is missing; the first line that does not begin with # names the columns");
        }
    }
    let mut rows = Vec::new();
    for record in reader.into_records() {
        let record = record?;
        let line = record.position().map_or(0, |p| usize::try_from(p.line()).unwrap_or(usize::MAX));
        if record.len() != headers.len() {
            // Shifted columns would put words where they do not belong.
            bail!("line {line}: {} cells, and {} columns", record.len(), headers.len());
        }
        let row: Row = record.deserialize(Some(&headers)).with_context(|| format!("line {line}"))?;
        rows.push(row.draft(line));
    }
    let about = text.lines().take_while(|l| l.starts_with('#')).map(|l| l.trim_start_matches('#').trim().to_owned());
    Ok(check_all(rows.into_iter(), network, origin, file, about.collect()))
}

impl Row {
    fn draft(self, line: usize) -> Draft {
        let cell = |text: String| Some(unguarded(&text).into_owned()).filter(|t| !t.is_empty());
        let cluster = self.cluster.trim().eq_ignore_ascii_case("true");
        Draft {
            line,
            address: cell(self.address),
            // A table without the column is of bitcoin; with it, each row says.
            currency: self.currency.map_or_else(|| Some("BTC".to_owned()), cell),
            network: None,
            name: cell(self.name),
            category: cell(self.category).map(|text| text.parse()),
            source: cell(self.source),
            confidence: cell(self.confidence),
            lastmod: cell(self.lastmod),
            cluster,
            actor: cell(self.actor),
            note: cell(self.note),
        }
    }
}

/// Our own CSV.
pub(super) const FORM: Form = Form {
    name: "csv",
    about: "CSV in the format of data/README.md",
    is_named: |path| ends(path, &["csv"]),
    read: |from| read(from.text, from.network, from.origin, from.file),
    write: Some(|labels, _| Ok(super::as_csv(labels))),
};

/// Labels as the text of such a file, under these comment lines.
pub(super) fn write(labels: &[Label], about: &[String]) -> String {
    let mut out = String::new();
    for line in about {
        // A title of somebody else's cannot end the comment.
        let words: String = shown(line).chars().take(TITLE.most).collect();
        out.push_str(&format!("# {}\n", words.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    let mut table = Csv::new(COLUMNS.iter().copied());
    for label in labels {
        table.row(&[
            Cell::text(&label.address),
            Cell::text(&label.name),
            Cell::text(label.category.name()),
            Cell::text(&label.source),
            Cell::text(label.confidence.name()),
            label.lastmod.map(|day| day.to_string()).into(),
            label.cluster.then_some("true").into(),
            label.actor.clone().into(),
            label.note.clone().into(),
        ]);
    }
    out + &table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_none_is_refused_as_a_whole() {
        let check = |text: &str, expect: &str| {
            let said = read(text, Network::Bitcoin, Origin::Own, &"x".into()).unwrap_err();
            assert!(format!("{said:#}").contains(expect), "{said:#} does not say {expect}");
        };
        check("", "the column address is missing");
        check("address,name,category\n", "the column source is missing");
        check("address,name,category,source,owner\n", "no column \"owner\"");
        check("# x\naddress,name,category,source\na,b\n", "line 3: 2 cells, and 4 columns");
    }

    #[test]
    fn rows_are_read_by_the_names_of_their_columns() {
        let text = "\u{feff}# Source: me\nsource,category,label,address,currency\n\
                    https://example.org,Swap_Service,ShapeShift,18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3,XBT\n\
                    https://example.org,exchange,X,18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3,BCH\n\
                    https://example.org,bank,X,18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3,BTC\n";
        let reading = read(text, Network::Bitcoin, Origin::Own, &"x".into()).unwrap();
        assert_eq!(reading.labels.len(), 1);
        assert_eq!(reading.labels[0].in_words(), "ShapeShift, swap service (https://example.org)");
        let kinds: Vec<_> = reading.refused.iter().map(|r| (r.line, r.reason.kind())).collect();
        assert_eq!(kinds, [(4, "other currency"), (5, "unreadable field")]);
    }
}
