use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "payment", about: "one payment", phrases: &[] };
