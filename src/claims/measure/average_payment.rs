use super::{Grows, Measure, Reads, sized};

pub(super) static MEASURE: Measure = Measure {
    name: "average-payment",
    about: "the average payment",
    phrases: &[],
    told: "the average payment to {of}{when} was {value}",
    grows: Grows::Either,
    reads: Reads::Payments,
    answer: |asked| Ok(sized::of_all(asked, |spread| spread.average, false)),
};
