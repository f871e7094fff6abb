use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "payments", about: "how many payments came in", phrases: &[] };
