use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "seized", about: "what was seized", phrases: &[] };
