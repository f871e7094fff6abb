use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads};
use crate::claims::Basis;

pub(super) static MEASURE: Measure = Measure {
    name: "transactions",
    about: "how many transactions paid",
    phrases: &[],
    told: "{of} were paid in {value}{when}",
    grows: Grows::Up,
    reads: Reads::Payments,
    answer,
};

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    Ok(vec![Measured::count(Basis::Transactions, asked.account.summary.received.transactions)])
}
