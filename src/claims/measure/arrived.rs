use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads, is_at, percent};
use crate::claims::{Basis, Landed, Unit};
use crate::domain::{Amount, format};
use crate::figures::{self, in_coins};

pub(super) static MEASURE: Measure = Measure {
    name: "arrived",
    about: "what arrived at a service",
    phrases: &[],
    told: "{value} of what left {of} arrived {place}{when}",
    grows: Grows::Up,
    reads: Reads::Trail,
    answer: |asked| sum(asked, (asked.landed)(&|label| is_at(label, asked.clause.place.as_ref()))?),
};

/// All that arrived, with the policy by which mixed coins were told apart.
pub(super) fn sum(asked: &Asked<'_>, landed: Landed) -> Result<Vec<Measured>> {
    let amount: Amount = landed.landings.iter().map(|one| one.amount).sum();
    let row = match asked.clause.unit {
        Unit::Money(_) => {
            let coins: Vec<_> = landed.landings.iter().map(|one| (one.time, one.amount)).collect();
            let (value, unpriced) = figures::on_arrival(&coins, asked.prices);
            let missing =
                (unpriced > 0).then(|| format!("{} without a price", format::count(unpriced, "arrival", "arrivals")));
            Measured { missing, ..Measured::of(Basis::AtArrival, value) }
        }
        Unit::Bitcoin => Measured::of(Basis::CoinsArrived, Some(in_coins(amount))),
        Unit::Percent => match percent(amount, asked.account.summary.received.amount) {
            Some(share) => Measured::number(Basis::Share, share),
            None => Measured::unknown(Basis::Share, "nothing was received"),
        },
        _ => return Ok(Vec::new()),
    };
    let names: std::collections::BTreeSet<&str> = landed.landings.iter().map(|one| one.label.name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let at = if names.is_empty() { String::new() } else { format!(" at {}", names.join(", ")) };
    let arrivals = format::count(landed.landings.len(), "arrival", "arrivals");
    let ends = if landed.whole { "" } else { ", as far as recorded" };
    Ok(vec![Measured { note: Some(format!("{arrivals}{at}, by {}{ends}", landed.policy)), ..row }])
}
