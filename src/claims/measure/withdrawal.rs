use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "withdrawal", about: "one withdrawal", phrases: &[] };
