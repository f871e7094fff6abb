use super::Time;

/// The bytes that an explorer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnswer {
    /// Where they came from.
    pub provenance: Provenance,
    /// The body.
    pub body: Vec<u8>,
}

/// Where an answer came from; every row of the ledger points to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Name of the explorer.
    pub explorer: String,
    /// What was asked.
    pub url: String,
    /// When.
    pub asked_at: Time,
    /// SHA-256 of the answer's body, in hex.
    pub sha256: String,
    /// Length of the body in bytes.
    pub bytes: usize,
}
