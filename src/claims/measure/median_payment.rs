use super::{Grows, Measure, Reads, sized};

pub(super) static MEASURE: Measure = Measure {
    name: "median-payment",
    about: "the median payment",
    phrases: &[],
    told: "the median payment to {of}{when} was {value}",
    grows: Grows::Either,
    reads: Reads::Payments,
    answer: |asked| Ok(sized::of_all(asked, |spread| spread.median, false)),
};
