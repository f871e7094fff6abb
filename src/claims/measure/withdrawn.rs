use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "withdrawn", about: "what was withdrawn in total", phrases: &[] };
