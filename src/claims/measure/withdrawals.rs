use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads};
use crate::claims::Basis;

pub(super) static MEASURE: Measure = Measure {
    name: "withdrawals",
    about: "how many withdrawals there were",
    phrases: &[],
    told: "there were {value} from {of}{when}",
    grows: Grows::Up,
    reads: Reads::Withdrawals,
    answer,
};

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    Ok(vec![Measured::count(Basis::Withdrawals, asked.account.summary.withdrawn.transactions)])
}
