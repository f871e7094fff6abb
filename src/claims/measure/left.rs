use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads, percent};
use crate::claims::{Basis, Unit};
use crate::domain::format;
use crate::figures::in_coins;

pub(super) static MEASURE: Measure = Measure {
    name: "left",
    about: "what is left",
    phrases: &[],
    told: "{value} was left on {of}{on}",
    grows: Grows::State,
    reads: Reads::Both,
    answer,
};

const UNKNOWN: &str = "what is left cannot be told from the ledger";

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    let (account, left) = (asked.account, asked.account.summary.balance);
    Ok(match asked.clause.unit {
        Unit::Money(_) => {
            let day = account.price_day();
            let missing = match left {
                Some(_) => asked.prices.lacks(day).map_or_else(String::new, |one| one.advice(&format::day(day))),
                None => UNKNOWN.to_owned(),
            };
            let value = Measured::of(Basis::Left, account.left_value(asked.prices));
            vec![Measured { day: Some(day), ..value }.or(&missing)]
        }
        Unit::Bitcoin => vec![Measured::of(Basis::CoinsLeft, left.map(in_coins)).or(UNKNOWN)],
        Unit::Percent => {
            let share = left.and_then(|left| percent(left, account.summary.received.amount));
            vec![share.map_or_else(
                || Measured::unknown(Basis::Share, UNKNOWN),
                |share| Measured::number(Basis::Share, share),
            )]
        }
        _ => Vec::new(),
    })
}
