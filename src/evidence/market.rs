//! The prices that this program carries, held against those of a pack. Markets differ by some per cent, on a wild day by more; by
//! a factor of two they do not, and no pack passes with a bitcoin that cost a hundred times as much.

use anyhow::Result;

use super::Statement;
use super::compute::Computed;
use super::contents::Contents;
use super::ledger::listed;
use crate::domain::{Currency, DayPrice, Decimal, format::cents};
use crate::price::{self, Live, Prices};

/// Prices of a pack that the table of the same day contradicts, in every currency that its figures and claims need.
pub(super) fn compare(contents: &Contents, computed: &Computed<'_>) -> Result<Vec<Statement>> {
    let mut wrong: Vec<String> = Vec::new();
    if contents.prices.is_none() {
        return Ok(Vec::new());
    }
    let mut currencies = contents.currencies()?;
    // All others are computed from it.
    currencies.push(Currency::Usd);
    currencies.sort_by_key(|currency| currency.code());
    currencies.dedup();
    let days = price::history()?;
    for currency in currencies {
        let (here, there) = (Prices::load(currency, &Live::default())?, computed.prices(currency)?);
        for day in days.iter().map(|price| price.day) {
            let (Some(known), Some(given)) = (here.at(day), there.at(day)) else { continue };
            // What a live source told is one market's, whose low may be a single trade far below all others.
            if let Some((name, price)) = contradicted(known, given, there.told(day).is_none()) {
                let (price, low, high) = (cents(price), cents(known.low), cents(known.high));
                wrong.push(format!(
                    "the {name} of a bitcoin on {day} is {price} {}, in the table that this program carries that day's prices lie \
                     between {low} and {high}",
                    currency.code()
                ));
            }
        }
    }
    Ok(listed(&wrong))
}

/// The first price of a day that lies above twice the high, or below half the low, that are known of it.
fn contradicted(known: DayPrice, given: DayPrice, with_low: bool) -> Option<(&'static str, Decimal)> {
    let prices = [("close", given.close), ("high", given.high), ("low", given.low)];
    // Divided, not multiplied: what comes from a pack may be as large as a number can be.
    let apart = |price: Decimal| price / Decimal::TWO > known.high || price < known.low / Decimal::TWO;
    prices.into_iter().take(if with_low { 3 } else { 2 }).find(|(_, price)| apart(*price))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_of_two_is_no_market() {
        let day = |low: u32, close: u32, high: u32| {
            let [low, close, high] = [low, close, high].map(Decimal::from);
            DayPrice { day: "2017-05-12".parse().unwrap(), low, close, high }
        };
        let known = day(1_000, 1_100, 1_200);
        let check = |low, close, high, with_low, expect: Option<&str>| {
            let found = contradicted(known, day(low, close, high), with_low).map(|(name, _)| name);
            assert_eq!(found, expect, "{low} {close} {high}");
        };
        check(1_000, 1_100, 1_200, true, None);
        check(500, 500, 2_400, true, None);
        check(500, 2_400, 2_400, true, None);
        check(500, 2_401, 2_401, true, Some("close"));
        check(499, 499, 1_200, true, Some("close"));
        check(499, 1_100, 1_200, true, Some("low"));
        check(499, 1_100, 1_200, false, None);
        check(1_000, 1_100, 2_401, false, Some("high"));
        check(100_000, 110_000, 120_000, true, Some("close"));
        check(10, 11, 12, true, Some("close"));
    }
}
