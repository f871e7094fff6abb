use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "addresses", about: "how many addresses were paid", phrases: &[] };
