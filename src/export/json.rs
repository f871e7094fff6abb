use serde_json::{Map, Value};

use super::{Content, Format};
use crate::domain::json;

/// An array of objects.
pub const JSON: Format =
    Format { name: "json", about: "an array of objects, with the names of columns as keys", write: array };
/// Every row as a line of JSON.
pub(super) fn lines(content: &Content) -> impl Iterator<Item = String> + '_ {
    content.rows.iter().map(|row| {
        let pairs = content.table.columns().zip(row).map(|(column, cell)| (column.name.to_owned(), cell.json()));
        // An object with names and plain values can always be written.
        json::line(&Value::Object(pairs.collect::<Map<_, _>>())).unwrap_or_default()
    })
}

fn array(content: &Content) -> Vec<u8> {
    let all: Vec<String> = lines(content).collect();
    if all.is_empty() { b"[]\n".to_vec() } else { format!("[\n{}\n]\n", all.join(",\n")).into_bytes() }
}
