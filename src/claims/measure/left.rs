use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "left", about: "what is left", phrases: &[] };
