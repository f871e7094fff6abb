use super::Measure;

pub(super) static MEASURE: Measure = Measure { name: "smallest-payment", about: "the smallest payment", phrases: &[] };
