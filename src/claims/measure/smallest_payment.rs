use super::{Grows, Measure, Reads, sized};

pub(super) static MEASURE: Measure = Measure {
    name: "smallest-payment",
    about: "the smallest payment",
    phrases: &[],
    told: "the smallest payment to {of}{when} was {value}",
    grows: Grows::Down,
    reads: Reads::Payments,
    answer: |asked| Ok(sized::of_all(asked, |spread| spread.smallest, false)),
};
