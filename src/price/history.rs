//! One history out of several tables: each day from the first source that tells it, and what the others say of the same day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use anyhow::Context;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{PriceSource, SOURCES, built_in};
use crate::domain::DayPrice;

/// A table's source in packs made before there were several.
const UNNAMED: PriceSource = built_in::RANSOMWHERE;

/// The built-in history, read once a process.
static CARRIED: LazyLock<Result<Arc<History>, String>> =
    LazyLock::new(|| History::parse(&carried_table()).map(Arc::new).map_err(|error| format!("data/prices: {error:#}")));

/// Days with a price in US dollars.
#[derive(Debug, Default)]
pub(super) struct History {
    /// In order, none twice; not every day between the first and the last needs to be there.
    pub days: Vec<DayPrice>,
    /// The sources that give a day its price, with the first and the last such day, in order.
    pub stretches: Vec<Stretch>,
    /// What a later source says of days that an earlier one gives.
    pub others: BTreeMap<NaiveDate, (&'static PriceSource, DayPrice)>,
    /// Days of whose source only one public copy is known.
    pub alone: BTreeSet<NaiveDate>,
}

/// The days that one source gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub source: &'static PriceSource,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// A row of a table.
struct Row {
    price: DayPrice,
    alone: bool,
}

/// All built-in tables as one, as it goes into packs: a last column names the source of each row.
pub(super) fn carried_table() -> String {
    let mut heads = String::new();
    let mut rows = String::from("day,open,high,low,close,copies,source\n");
    for source in SOURCES {
        heads.push_str(&format!("# {}: {}\n", source.name, source.title));
        heads.extend(source.table.lines().filter(|line| line.starts_with('#')).map(|line| format!("{line}\n")));
        for line in source.table.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
            let copies = if line.matches(',').count() < 5 { "," } else { "" };
            rows.extend([line, copies, ",", source.name, "\n"]);
        }
    }
    heads + &rows
}

impl History {
    /// The built-in one.
    pub fn carried() -> anyhow::Result<&'static Arc<Self>> {
        CARRIED.as_ref().map_err(|error| anyhow::anyhow!("{error}"))
    }

    /// Reads `day,open,high,low,close` rows, with a source and a number of copies where there are such columns; the open is kept in
    /// the file and not used. A later source only gives days after the last of those before it.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
        let header = reader.headers()?.clone();
        let column = |name: &str| header.iter().position(|title| title == name);
        let (copies, named) = (column("copies"), column("source"));
        let mut row = csv::StringRecord::new();
        let mut out = Self::default();
        let (mut source, mut last, mut end) = (&UNNAMED, None, None);
        while reader.read_record(&mut row)? {
            let line = row.position().map_or(0, csv::Position::line);
            let name = named.and_then(|at| row.get(at)).unwrap_or(UNNAMED.name);
            if name != source.name || (end.is_none() && last.is_none()) {
                source = SOURCES
                    .iter()
                    .find(|s| s.name == name)
                    .with_context(|| format!("line {line}: no source of prices is called \"{name}\""))?;
                (last, end) = (None, out.days.last().map(|price| price.day));
            }
            let Row { price, alone } = read(&row, copies).with_context(|| format!("line {line}"))?;
            anyhow::ensure!(
                price.low <= price.close && price.close <= price.high,
                "line {line}: low, close, high disagree"
            );
            anyhow::ensure!(last.is_none_or(|last| last < price.day), "line {line}: days are out of order");
            last = Some(price.day);
            if end.is_some_and(|end| price.day <= end) {
                out.others.entry(price.day).or_insert((source, price));
                continue;
            }
            if alone {
                out.alone.insert(price.day);
            }
            out.days.push(price);
            match out.stretches.last_mut().filter(|stretch| stretch.source.name == source.name) {
                Some(stretch) => stretch.to = price.day,
                None => out.stretches.push(Stretch { source, from: price.day, to: price.day }),
            }
        }
        Ok(out)
    }

    pub fn at(&self, day: NaiveDate) -> Option<DayPrice> {
        let at = self.days.binary_search_by_key(&day, |price| price.day).ok()?;
        self.days.get(at).copied()
    }

    pub fn source_of(&self, day: NaiveDate) -> Option<&'static PriceSource> {
        self.at(day)?;
        self.stretches.iter().find(|s| (s.from..=s.to).contains(&day)).map(|s| s.source)
    }

    pub fn last_day(&self) -> Option<NaiveDate> {
        self.days.last().map(|price| price.day)
    }

    /// The days that a source tells, those among them that another one gives.
    pub fn told_by(&self, source: &PriceSource) -> Vec<NaiveDate> {
        let own = self.stretches.iter().filter(|stretch| stretch.source.name == source.name);
        let given = own.flat_map(|s| self.days.iter().map(|p| p.day).filter(|day| (s.from..=s.to).contains(day)));
        let beside = self.others.iter().filter(|(_, (other, _))| other.name == source.name).map(|(day, _)| *day);
        beside.chain(given).collect()
    }

    /// Days between the first and the last that have no price.
    pub fn closed(&self) -> Vec<NaiveDate> {
        let pairs = self.days.windows(2).filter_map(|pair| Some((pair.first()?.day.succ_opt()?, pair.last()?.day)));
        pairs.flat_map(|(from, to)| from.iter_days().take_while(move |day| *day < to)).collect()
    }
}

fn read(row: &csv::StringRecord, copies: Option<usize>) -> anyhow::Result<Row> {
    let field = |n: usize| row.get(n).context("a column is missing");
    let number = |n: usize| -> anyhow::Result<Decimal> { Ok(field(n)?.parse()?) };
    let price = DayPrice { day: field(0)?.parse()?, high: number(2)?, low: number(3)?, close: number(4)? };
    Ok(Row { price, alone: copies.is_some_and(|at| row.get(at) == Some("1")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_history_has_no_gap_but_the_days_on_which_the_exchange_was_closed() {
        let history = History::carried().unwrap();
        assert_eq!((history.days[0].day, history.last_day()), (day("2010-07-17"), Some(day("2026-08-21"))));
        let closed: Vec<NaiveDate> = day("2011-06-20").iter_days().take(6).collect();
        assert_eq!(history.closed(), closed);
        assert_eq!(history.days.len(), 5_874);
        assert!(closed.iter().all(|day| history.at(*day).is_none() && history.source_of(*day).is_none()));
        assert_eq!(history.alone.len(), 53);
    }

    #[test]
    fn each_stretch_has_its_source_and_the_other_series_is_kept() {
        let history = History::carried().unwrap();
        let stretches: Vec<(&str, String, String)> =
            history.stretches.iter().map(|s| (s.source.name, s.from.to_string(), s.to.to_string())).collect();
        let row = |name, from: &str, to: &str| (name, from.to_owned(), to.to_owned());
        assert_eq!(
            stretches,
            [
                row("mt-gox", "2010-07-17", "2014-01-31"),
                row("ransomwhere", "2014-02-01", "2024-10-26"),
                row("yahoo", "2024-10-27", "2026-08-21")
            ]
        );
        let close = |text: &str| history.at(day(text)).unwrap().close.to_string();
        assert_eq!(close("2024-10-27"), "67929.30", "the first copy was made before that day ended");
        // 38 % apart, on the day of the crash.
        let (source, other) = history.others[&day("2013-04-10")];
        assert_eq!((close("2013-04-10").as_str(), other.close.to_string().as_str()), ("165.0", "228.20"));
        assert_eq!((source.name, history.others.len()), ("ransomwhere", 708));
        let eight = |(day, (_, other)): &(&NaiveDate, &(_, DayPrice))| {
            let close = history.at(**day).unwrap().close;
            (other.close - close).abs() * Decimal::ONE_HUNDRED > close * Decimal::from(8)
        };
        assert_eq!(history.others.iter().filter(eight).count(), 17);
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        let check = |row: &str, expect: &str| {
            let error =
                format!("{:#}", History::parse(&format!("# note\nday,open,high,low,close\n{row}\n")).unwrap_err());
            assert!(error.contains("line 3") && error.contains(expect), "{error}");
        };
        check("2017-05-12,1,2,3,1", "disagree");
        check("2017-05-32,1,2,1,1", "");
        check("2017-05-12,1,x,1,1", "");
        let said = |text: &str| History::parse(text).unwrap_err().to_string();
        let rows = "day,open,high,low,close,copies,source\n2017-05-12,1,1,1,1,,yahoo\n";
        assert!(said(&format!("{rows}2017-05-12,1,1,1,1,,yahoo\n")).contains("line 3: days are out of order"));
        assert!(said(&format!("{rows}2017-05-13,1,1,1,1,,a friend\n")).contains("no source of prices is called"));
        let one = History::parse("day,open,high,low,close\n2017-05-12,1,1,1,1\n2017-05-14,1,1,1,1\n").unwrap();
        assert_eq!((one.stretches[0].source.name, one.closed()), ("ransomwhere", vec![day("2017-05-13")]));
    }
}
