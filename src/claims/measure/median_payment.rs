use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "median-payment", about: "the median payment", phrases: &[] };
