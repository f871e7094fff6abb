use super::Measure;

pub(super) static MEASURE: Measure =
    Measure { name: "transactions", about: "how many transactions paid", phrases: &[] };
