use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "largest-payment", about: "the largest payment", phrases: &[] };
