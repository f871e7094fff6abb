use anyhow::Context;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::PriceSource;
use crate::domain::DayPrice;

pub(super) const SOURCE: PriceSource = PriceSource {
    name: "built-in",
    title: "BTC/USD daily low, close and high in Yahoo Finance's layout, from Ransomwhere (built-in)",
    days: read,
};

pub(super) const HISTORY: &str = include_str!("../../data/prices/btc-usd.csv");

fn read() -> anyhow::Result<Vec<DayPrice>> {
    parse(HISTORY).context("data/prices/btc-usd.csv")
}

/// Reads `day,open,high,low,close` rows; the open is kept in the file and not used.
pub(super) fn parse(text: &str) -> anyhow::Result<Vec<DayPrice>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let mut row = csv::StringRecord::new();
    let mut days: Vec<DayPrice> = Vec::new();
    while reader.read_record(&mut row)? {
        let line = row.position().map_or(0, csv::Position::line);
        let price = day_price(&row).with_context(|| format!("line {line}"))?;
        anyhow::ensure!(
            price.low <= price.close && price.close <= price.high,
            "line {line}: low, close, high disagree"
        );
        anyhow::ensure!(days.last().is_none_or(|last| last.day < price.day), "line {line}: days are out of order");
        days.push(price);
    }
    Ok(days)
}

fn day_price(row: &csv::StringRecord) -> anyhow::Result<DayPrice> {
    let field = |n: usize| row.get(n).context("a column is missing");
    let number = |n: usize| -> anyhow::Result<Decimal> { Ok(field(n)?.parse()?) };
    Ok(DayPrice { day: field(0)?.parse::<NaiveDate>()?, high: number(2)?, low: number(3)?, close: number(4)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_has_no_gap() {
        let days = read().unwrap();
        assert!(days.windows(2).all(|pair| pair[0].day.succ_opt() == Some(pair[1].day)));
        assert_eq!(days.len(), 4_630);
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        let check = |row: &str, expect: &str| {
            let error = format!("{:#}", parse(&format!("# note\nday,open,high,low,close\n{row}\n")).unwrap_err());
            assert!(error.starts_with("line 3") && error.contains(expect), "{error}");
        };
        check("2017-05-12,1,2,3,1", "disagree");
        check("2017-05-32,1,2,1,1", "");
        check("2017-05-12,1,x,1,1", "");
    }
}
