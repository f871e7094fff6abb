use super::Measure;

pub(super) static MEASURE: Measure =
    Measure { name: "withdrawals", about: "how many withdrawals there were", phrases: &[] };
