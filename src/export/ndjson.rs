use super::{Content, Format, json};

/// An object a line.
pub(super) const FORMAT: Format =
    Format { name: "ndjson", about: "an object a line, for jq, DuckDB and streams", write };

fn write(content: &Content) -> Vec<u8> {
    json::lines(content).map(|line| line + "\n").collect::<String>().into_bytes()
}
