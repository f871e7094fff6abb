use super::Measure;

pub(super) static MEASURE: Measure =
    Measure { name: "paying-days", about: "on how many days somebody paid", phrases: &[] };
