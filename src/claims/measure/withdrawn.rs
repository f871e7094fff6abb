use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads, percent};
use crate::claims::{Basis, Unit};
use crate::domain::format;
use crate::figures::in_coins;

pub(super) static MEASURE: Measure = Measure {
    name: "withdrawn",
    about: "what was withdrawn in total",
    phrases: &[],
    told: "{value} was withdrawn from {of}{when}",
    grows: Grows::Up,
    reads: Reads::Withdrawals,
    answer,
};

const UNKNOWN: &str = "the value of a coin that was spent is not known";

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    let (received, withdrawn) = (&asked.account.summary.received, &asked.account.summary.withdrawn);
    Ok(match asked.clause.unit {
        Unit::Money(_) => {
            let mut out = vec![at_withdrawal(asked)];
            if asked.clause.named.contains(&Basis::AsOf) {
                let day = asked.account.price_day();
                let value = Measured::of(Basis::AsOf, asked.account.withdrawn_value(asked.prices, day));
                let missing = format!("no price is known for {}, or {UNKNOWN}", format::day(day));
                out.push(Measured { day: Some(day), ..value }.or(&missing).said("what was withdrawn, on the day"));
            }
            out
        }
        Unit::Bitcoin => vec![Measured::of(Basis::CoinsWithdrawn, withdrawn.amount.map(in_coins)).or(UNKNOWN)],
        Unit::Percent => {
            let share = withdrawn.amount.and_then(|part| percent(part, received.amount));
            let none = if received.outputs == 0 { "nothing was received" } else { UNKNOWN };
            vec![
                share.map_or_else(
                    || Measured::unknown(Basis::Share, none),
                    |share| Measured::number(Basis::Share, share),
                ),
            ]
        }
        _ => Vec::new(),
    })
}

/// What left, at the price of the day it left.
pub(super) fn at_withdrawal(asked: &Asked<'_>) -> Measured {
    let withdrawn = &asked.account.summary.withdrawn;
    let rows = |rows: usize, what: &str| {
        (rows > 0).then(|| format!("{} {what}", format::count(rows, "withdrawal", "withdrawals")))
    };
    let missing =
        rows(withdrawn.unknown, "of unknown amount").or_else(|| rows(withdrawn.without_price, "without a price"));
    Measured { missing, ..Measured::of(Basis::AtWithdrawal, withdrawn.at_withdrawal) }
}
