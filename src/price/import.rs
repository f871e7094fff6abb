//! Prices that somebody hands over: CSV with a header, a day and a close a row, and open, high and low where there are such columns.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::live::{Garbled, Reading, decimal};
use crate::domain::Quote;
use crate::domain::format::on_a_line;

/// The source of such prices, in the database and in print. Where they tell low, close and high they count before any live source.
pub const IMPORTED: &str = "imported";

/// A file of prices, every row accounted for.
#[derive(Clone, Debug, Default)]
pub struct PriceFile {
    /// Its days, in order, each once.
    pub quotes: Vec<Quote>,
    /// Rows that are no price, with their line.
    pub refused: Vec<BadRow>,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}", on_a_line(.reason))]
pub struct BadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads a file; an error where it is no table of prices at all.
pub fn read_file(bytes: &[u8]) -> Result<PriceFile, Garbled> {
    let text = std::str::from_utf8(bytes).map_err(|_| Garbled("it is not UTF-8 text".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|d| head.bytes().filter(|b| b == d).count());
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .delimiter(delimiter.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| Garbled(error.to_string()))?.clone();
    let column = |names: &[&str]| header.iter().position(|title| names.contains(&title.to_lowercase().as_str()));
    let day = column(&["day", "date"]).ok_or_else(|| Garbled("no column is called day or date".to_owned()))?;
    let close = column(&["close"]).ok_or_else(|| Garbled("no column is called close".to_owned()))?;
    let range = column(&["low"]).zip(column(&["high"]));
    let mut days: BTreeMap<NaiveDate, (Quote, u64)> = BTreeMap::new();
    let mut file = PriceFile::default();
    let mut row = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                file.refused.push(BadRow { line, reason: error.to_string() });
                continue;
            }
        }
        let line = row.position().map_or(line, csv::Position::line);
        match quote(&row, day, close, range) {
            Ok(quote) => match days.get(&quote.day()) {
                Some((other, _)) if *other == quote => {}
                Some((_, before)) => {
                    let reason = format!("another price of {} stands in line {before}", quote.day());
                    file.refused.push(BadRow { line, reason });
                }
                None => drop(days.insert(quote.day(), (quote, line))),
            },
            Err(reason) => file.refused.push(BadRow { line, reason }),
        }
    }
    file.quotes = days.into_values().map(|(quote, _)| quote).collect();
    Ok(file)
}

/// The same for those who read a kept file again.
pub(super) fn read(bytes: &[u8]) -> Result<Reading, Garbled> {
    Ok(Reading { quotes: read_file(bytes)?.quotes, refused: Vec::new() })
}

fn quote(row: &csv::StringRecord, day: usize, close: usize, range: Option<(usize, usize)>) -> Result<Quote, String> {
    let cell = |at: usize| row.get(at).unwrap_or_default();
    let number = |at: usize| decimal(cell(at)).ok_or_else(|| format!("\"{}\" is no price", cell(at)));
    let day = cell(day).parse().map_err(|_| format!("\"{}\" is not a day like 2017-05-12", cell(day)))?;
    let range = match range.filter(|(low, high)| !(cell(*low).is_empty() && cell(*high).is_empty())) {
        Some((low, high)) => Some((number(low)?, number(high)?)),
        None => None,
    };
    Quote::new(day, range, number(close)?).map_err(|bad| bad.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Vec<String>, Vec<String>) {
        let file = read_file(text.as_bytes()).unwrap();
        let quote = |q: &Quote| match q.range() {
            Some((low, high)) => format!("{} {low} {} {high}", q.day(), q.close()),
            None => format!("{} {}", q.day(), q.close()),
        };
        (file.quotes.iter().map(quote).collect(), file.refused.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn tables_as_people_have_them() {
        let check = |text: &str, expect: &[&str]| {
            assert_eq!(told(text), (expect.iter().map(|s| (*s).to_owned()).collect(), Vec::new()), "{text}");
        };
        let whole = ["2026-09-01 1.5 2 3"];
        check("day,open,high,low,close\n2026-09-01,2,3,1.5,2\n", &whole);
        check("\u{feff}# mine\nDate;Close;High;Low\n2026-09-01; 2 ;3;1.5", &whole);
        check("close\tday\n2\t2026-09-02\n1\t2026-09-01\n1\t2026-09-01\n", &["2026-09-01 1", "2026-09-02 2"]);
        check("day,high,low,close,volume\r\n2026-09-01,,,2,99\r\n", &["2026-09-01 2"]);
        check("day,close\n", &[]);
    }

    #[test]
    fn a_row_that_is_no_price_is_named_and_the_others_count() {
        let rows = "day,high,low,close\n2026-09-01,3,1,2\n2026-09-31,3,1,2\n2026-09-02,1,3,2\n2026-09-03,3,,2\n\
                    2026-09-04,3,1,-2\n2026-09-01,3,1,2.5\n2026-09-05\n2026-09-06,3,1,2\n";
        let (taken, refused) = told(rows);
        assert_eq!(taken, ["2026-09-01 1 2 3", "2026-09-06 1 2 3"]);
        let expect = [
            "line 3: \"2026-09-31\" is not a day",
            "line 4: the low, close and high of 2026-09-02 disagree",
            "line 5: \"\" is no price",
            "line 6: \"-2\" is no price",
            "line 7: another price of 2026-09-01 stands in line 2",
            "line 8: \"\" is no price",
        ];
        assert_eq!(refused.len(), expect.len(), "{refused:?}");
        assert!(refused.iter().zip(expect).all(|(said, expect)| said.starts_with(expect)), "{refused:?}");
    }

    #[test]
    fn what_is_no_table_of_prices_is_an_error() {
        let check = |bytes: &[u8], expect: &str| assert_eq!(read_file(bytes).unwrap_err().to_string(), expect);
        check(b"", "no column is called day or date");
        check(b"day,price\n2026-09-01,2\n", "no column is called close");
        check(b"\xff\xfed\0a\0y\0", "it is not UTF-8 text");
    }
}
