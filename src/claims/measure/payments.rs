use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads};
use crate::claims::Basis;

pub(super) static MEASURE: Measure = Measure {
    name: "payments",
    about: "how many payments came in",
    phrases: &[],
    told: "{of} received {value}{when}",
    grows: Grows::Up,
    reads: Reads::Payments,
    answer,
};

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    let received = &asked.account.summary.received;
    Ok(vec![
        Measured::count(Basis::Outputs, received.outputs),
        Measured::count(Basis::Transactions, received.transactions),
    ])
}
