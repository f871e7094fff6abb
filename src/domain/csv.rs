//! CSV (RFC 4180), the one writer of it: numbers stay numbers, and no text becomes a formula.
//!
//! A cell is typed, so that a negative number is never taken for a formula and a stranger's word is never taken for a number; what acts in a word is written out.
//! `tests/layers.rs` forbids another writer.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::words::shown_lines;

/// One field of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Unknown, or there is none.
    Nothing,
    /// Words; in CSV they are made harmless for spreadsheets.
    Text(String),
    /// A whole number: satoshis, heights, counts.
    Integer(u64),
    /// A decimal number: money to the cent, bitcoin to the satoshi. In JSON a string, so that no reader makes a binary fraction of it.
    Decimal(Decimal),
    /// Yes or no.
    Flag(bool),
}

impl Cell {
    /// Words.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// A decimal number that stands as text already, like a value rounded to the cent; what is no number stays text.
    pub fn number(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::text(text), Self::Decimal)
    }

    fn written(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => "".into(),
            Self::Text(text) => guarded(&shown_lines(text)).into_owned().into(),
            Self::Integer(number) => number.to_string().into(),
            Self::Decimal(number) => number.to_string().into(),
            Self::Flag(flag) => flag.to_string().into(),
        }
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Nothing, Into::into)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Integer(number)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        Self::Integer(number as u64)
    }
}

impl From<Decimal> for Cell {
    fn from(number: Decimal) -> Self {
        Self::Decimal(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// A table that grows row by row in memory, which cannot fail.
#[derive(Debug)]
pub struct Csv(csv::Writer<Vec<u8>>);

impl Csv {
    /// A table with this line of names on top; they are the program's own.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let _ = writer.write_record(names);
        Self(writer)
    }

    /// Adds a row, a cell a column.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a Cell>) {
        let _ = self.0.write_record(cells.into_iter().map(|cell| cell.written().into_owned()));
    }

    /// All of it.
    pub fn finish(self) -> String {
        self.0.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Where a spreadsheet that reads another separator than the comma, or breaks quoted lines, begins a cell of its own.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// Spreadsheets take a text that begins so for a formula, which may send the sheet away or run a program.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn is_formula(text: &str) -> bool {
    // Apostrophes are looked through, so that a text that has one already can be told from one that got it here.
    let seen_through = |c: char| matches!(c, '\'' | '"') || (c.is_whitespace() && !SEPARATORS.contains(&c));
    let text = text.trim_start_matches(seen_through);
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Such a text gets an apostrophe before it, which makes it a text again; so does each part of it that could become a cell.
fn guarded(text: &str) -> Cow<'_, str> {
    by_parts(text, |part, formula| if formula(part) { Cow::Owned(format!("'{part}")) } else { Cow::Borrowed(part) })
}

/// The text of a cell that [`Csv`] wrote: the apostrophes taken off again. What it did not write is left as it is.
pub fn unguarded(cell: &str) -> Cow<'_, str> {
    by_parts(cell, |part, formula| match part.strip_prefix('\'') {
        Some(rest) if formula(rest) => Cow::Borrowed(rest),
        _ => Cow::Borrowed(part),
    })
}

/// Changes the parts of a text that end with a separator or with the text; hands on what is a formula in that place.
fn by_parts<'a>(text: &'a str, change: impl Fn(&'a str, &dyn Fn(&str) -> bool) -> Cow<'a, str>) -> Cow<'a, str> {
    // A cell that begins with a tab or a break is a formula to some; an empty line within a text is to none.
    let later = |part: &str| is_formula(part.trim_end_matches(SEPARATORS));
    let mut parts = text.split_inclusive(SEPARATORS);
    let Some(first) = parts.next() else { return Cow::Borrowed(text) };
    let first = change(first, &is_formula);
    parts.fold(first, |out, part| out + change(part, &later))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_text_becomes_a_formula_and_each_comes_back() {
        let check = |text: &str, written: &str| {
            assert_eq!(guarded(text), written);
            assert_eq!(unguarded(written), text);
        };
        check("HitBTC", "HitBTC");
        check("", "");
        check("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")");
        check("@SUM(1)", "'@SUM(1)");
        check(" =1", "' =1");
        check("\u{a0}\u{3000}=1", "'\u{a0}\u{3000}=1");
        check("-5", "'-5");
        check("+49", "'+49");
        check("＝1", "'＝1");
        check("\"=1\"", "'\"=1\"");
        check("\tx", "'\tx");
        check("\t=1", "'\t'=1");
        check("'=1", "''=1");
        check("'tis", "'tis");
        check("'quoted", "'quoted");
        check("''", "''");
        check("WannaCry = worm", "WannaCry = worm");
        check("x;=cmd|'/c calc'!A0", "x;'=cmd|'/c calc'!A0");
        check("first\n\n- second\n", "first\n\n'- second\n");
        check("a;b;", "a;b;");
    }

    #[test]
    fn a_number_is_never_guarded_and_a_text_always_is() {
        let mut table = Csv::new(["a", "b"]);
        table.row(&[Cell::Decimal(Decimal::new(-5, 1)), Cell::text("-0.5")]);
        table.row(&[Cell::number("-1.50"), Cell::number("=1")]);
        table.row(&[Cell::from(7_u64), Cell::from(None::<u64>)]);
        table.row(&[Cell::Flag(true), Cell::text("a, \"b\"")]);
        assert_eq!(table.finish(), "a,b\n-0.5,'-0.5\n-1.50,'=1\n7,\ntrue,\"a, \"\"b\"\"\"\n");
        assert_eq!(Csv::new(["only"]).finish(), "only\n");
    }

    proptest! {
        #[test]
        fn every_text_comes_back_from_a_cell_that_is_no_formula(
            text in any::<String>(),
            nasty in "[-=+@'\";,\t\r\n |＝ a1]{0,12}",
        ) {
            for text in [text, nasty] {
                let written = guarded(&text).into_owned();
                prop_assert!(!is_formula(written.trim_start_matches(' ')) || written.starts_with('\''), "{written:?}");
                for part in written.split(SEPARATORS) {
                    prop_assert!(!part.trim_start().starts_with(['=', '+', '-', '@', '＝']), "{written:?}");
                }
                prop_assert_eq!(unguarded(&written), text.as_str());
                let mut table = Csv::new(["text"]);
                table.row(&[Cell::text(&text)]);
                let table = table.finish();
                let mut reader = csv::Reader::from_reader(table.as_bytes());
                if let Some(row) = reader.records().next() {
                    let row = row.unwrap();
                    prop_assert_eq!(unguarded(&row[0]), shown_lines(&text));
                }
            }
        }
    }
}
