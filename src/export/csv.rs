use super::{Cell, Content, Format};

/// One header line, then a line a row (RFC 4180).
pub(super) const FORMAT: Format =
    Format { name: "csv", about: "a header line, then a line a row; opens in any spreadsheet", write };

fn write(content: &Content) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().from_writer(Vec::new());
    // A writer into memory does not fail.
    let _ = out.write_record(content.table.columns().map(|column| column.name));
    for row in &content.rows {
        let _ = out.write_record(row.iter().map(field));
    }
    out.into_inner().unwrap_or_default()
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Integer(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
    }
}

/// Spreadsheets take a text that begins so for a formula, which may send the sheet away or run a program. An apostrophe before it makes it
/// a text again. <https://owasp.org/www-community/attacks/CSV_Injection>
fn harmless(text: &str) -> String {
    let begins = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    let formula = matches!(begins, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    // Our own apostrophe can be told from one that was there.
    if formula || text.starts_with('\'') { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_formula() {
        let check = |text: &str, expect: &str| assert_eq!(harmless(text), expect);
        check("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")");
        check("@SUM(1)", "'@SUM(1)");
        check(" =1", "' =1");
        check("-1", "'-1");
        check("\tx", "'\tx");
        check("'quoted", "''quoted");
        check("WannaCry = worm", "WannaCry = worm");
        check("", "");
    }
}
