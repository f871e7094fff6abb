use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "transfer", about: "one transaction in or out", phrases: &[] };
