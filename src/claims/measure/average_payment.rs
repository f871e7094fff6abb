use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "average-payment", about: "the average payment", phrases: &[] };
