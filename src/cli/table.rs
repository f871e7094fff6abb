//! Tables of the terminal: no lines, and numbers end below each other.

use comfy_table::{CellAlignment, ContentArrangement, Row, Table, TableStyle};

/// The header and every row as a line; columns in `right` end below each other.
pub(super) fn lines<R: Into<Row>>(header: &[&str], rows: impl IntoIterator<Item = R>, right: &[usize]) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header).add_rows(rows);
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}
