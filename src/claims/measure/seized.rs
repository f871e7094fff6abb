use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads, arrived, transfer};

pub(super) static MEASURE: Measure = Measure {
    name: "seized",
    about: "what was seized",
    phrases: &[],
    told: "of what moved to and from {of}{when} the nearest is {value}",
    grows: Grows::Either,
    reads: Reads::Trail,
    answer,
};

/// What arrived at addresses of a seizure; where none is known, one transfer.
fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    let landed = (asked.landed)(&|label| label.category == "seizure")?;
    if landed.landings.is_empty() {
        return Ok(transfer::one(asked).into_iter().collect());
    }
    arrived::sum(asked, landed)
}
