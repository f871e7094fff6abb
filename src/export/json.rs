use super::{Content, Format};
use crate::domain::json;

/// An array of objects.
pub const JSON: Format =
    Format { name: "json", about: "an array of objects, with the names of columns as keys", write: array };
/// Every row as a line of JSON: an object with names and plain values, which can always be written.
pub(super) fn lines(content: &Content) -> impl Iterator<Item = String> + '_ {
    content.rows.iter().map(|row| json::line(row).unwrap_or_default())
}

fn array(content: &Content) -> Vec<u8> {
    let all: Vec<String> = lines(content).collect();
    if all.is_empty() { b"[]\n".to_vec() } else { format!("[\n{}\n]\n", all.join(",\n")).into_bytes() }
}
