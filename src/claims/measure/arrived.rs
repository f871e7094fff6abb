use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "arrived", about: "what arrived at a service", phrases: &[] };
