use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads, nearest, sized};
use crate::domain::format;

pub(super) static MEASURE: Measure = Measure {
    name: "payment",
    about: "one payment",
    phrases: &[],
    told: "of the payments to {of}{when} the nearest was {value}",
    grows: Grows::Either,
    reads: Reads::Payments,
    answer,
};

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    if asked.clause.unit.is_count() {
        return Ok(Vec::new());
    }
    let all = sized::sizes(asked).into_iter().map(|(basis, what, sizes)| {
        let (value, met) = nearest(asked.clause, sizes.iter().flatten().copied());
        let unpriced = sizes.iter().filter(|one| one.is_none()).count();
        let missing = match (unpriced, sizes.is_empty()) {
            (0, false) => None,
            (0, true) => Some("there was no payment".to_owned()),
            (n, _) => Some(sized::without_price(n)),
        };
        let note = (met > 0).then(|| format!("{met} of {}", format::count(sizes.len(), "payment", "payments")));
        Measured { missing, note, ..Measured::of(basis, value).said(what) }
    });
    Ok(all.collect())
}
