use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads};
use crate::claims::Basis;

pub(super) static MEASURE: Measure = Measure {
    name: "addresses",
    about: "how many addresses were paid",
    phrases: &[],
    told: "{value} of {of} were paid{when}",
    grows: Grows::Up,
    reads: Reads::Payments,
    answer,
};

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    Ok(vec![Measured::count(Basis::Addresses, asked.account.paid_addresses())])
}
