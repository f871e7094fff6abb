use serde_json::Value;

use super::{Content, Format};
use crate::document::Column;
use crate::domain::csv::{Cell, Csv};

/// One header line, then a line a row (RFC 4180).
pub(super) const FORMAT: Format =
    Format { name: "csv", about: "a header line, then a line a row; opens in any spreadsheet", write };

fn write(content: &Content) -> Vec<u8> {
    let mut out = Csv::new(content.columns.iter().map(|column| column.name.as_str()));
    for row in &content.rows {
        let cells: Vec<Cell> = content.columns.iter().map(|column| cell(column, &row[&column.name])).collect();
        out.row(&cells);
    }
    out.finish().into_bytes()
}

/// What is unknown is empty; several things have spaces between them.
fn cell(column: &Column, value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Nothing,
        Value::Bool(flag) => Cell::Flag(*flag),
        Value::String(text) if column.decimal => Cell::number(text),
        Value::String(text) => Cell::text(text),
        Value::Array(all) => Cell::Text(all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        Value::Number(number) => number.as_u64().map_or_else(|| Cell::number(&number.to_string()), Cell::Integer),
        Value::Object(_) => Cell::Text(value.to_string()),
    }
}
