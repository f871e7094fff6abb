use super::{Content, Format};
use crate::domain::csv::Csv;

/// One header line, then a line a row (RFC 4180).
pub(super) const FORMAT: Format =
    Format { name: "csv", about: "a header line, then a line a row; opens in any spreadsheet", write };

fn write(content: &Content) -> Vec<u8> {
    let mut out = Csv::new(content.table.columns().map(|column| column.name));
    for row in &content.rows {
        out.row(row);
    }
    out.finish().into_bytes()
}
