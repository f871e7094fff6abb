use super::{Grows, Measure, Reads, sized};

pub(super) static MEASURE: Measure = Measure {
    name: "largest-payment",
    about: "the largest payment",
    phrases: &[],
    told: "the largest payment to {of}{when} was {value}",
    grows: Grows::Up,
    reads: Reads::Payments,
    answer: |asked| Ok(sized::of_all(asked, |spread| spread.largest, true)),
};
