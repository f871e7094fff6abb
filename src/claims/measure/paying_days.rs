use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads};
use crate::claims::Basis;

pub(super) static MEASURE: Measure = Measure {
    name: "paying-days",
    about: "on how many days somebody paid",
    phrases: &[],
    told: "{of} were paid on {value}{when}",
    grows: Grows::Up,
    reads: Reads::Payments,
    answer,
};

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    Ok(vec![Measured::count(Basis::Days, asked.account.paying_days())])
}
