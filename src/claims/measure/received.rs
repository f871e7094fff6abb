use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "received", about: "what was received in total", phrases: &[] };
