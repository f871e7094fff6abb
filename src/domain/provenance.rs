use super::Time;

/// The bytes that an explorer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnswer {
    /// Where they came from.
    pub provenance: Provenance,
    /// The body.
    pub body: Vec<u8>,
    /// How it was asked for; `None` where the program itself carries the answer and can give it again.
    pub asked: Option<Asked>,
    /// The server repeats a secret that it was shown: the bytes are written down nowhere.
    pub secret: bool,
}

/// What lets a kept answer be read again by whoever has nothing but the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Name of the API spoken, or of the price source.
    pub dialect: String,
    /// The request below the base of the API: path, and query if any, without a leading slash.
    pub path: String,
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
