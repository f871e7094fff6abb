use serde_json::{Map, Value};

use super::{Content, Format};
use crate::domain::json;

/// An array of objects.
pub(super) const JSON: Format =
    Format { name: "json", about: "an array of objects, with the names of columns as keys", write: array };
/// An object a line.
pub(super) const NDJSON: Format =
    Format { name: "ndjson", about: "an object a line, for jq, DuckDB and streams", write: lines };

fn objects(content: &Content) -> impl Iterator<Item = Value> + '_ {
    content.rows.iter().map(|row| {
        let pairs = content.table.columns().zip(row).map(|(column, cell)| (column.name.to_owned(), cell.json()));
        Value::Object(pairs.collect::<Map<_, _>>())
    })
}

fn array(content: &Content) -> Vec<u8> {
    let all: Vec<String> = objects(content).map(|object| line(&object)).collect();
    if all.is_empty() { b"[]\n".to_vec() } else { format!("[\n{}\n]\n", all.join(",\n")).into_bytes() }
}

fn lines(content: &Content) -> Vec<u8> {
    objects(content).map(|object| line(&object) + "\n").collect::<String>().into_bytes()
}

/// An object with names and plain values, which can always be written.
fn line(object: &Value) -> String {
    json::line(object).unwrap_or_default()
}
