use schemars::JsonSchema;
use serde::Serialize;

use super::Timestamp;
use crate::domain;

/// Something that was told and cannot be true.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Incident {
    /// Number in the database.
    pub id: i64,
    /// What kind of thing.
    #[schemars(with = "String")]
    pub kind: domain::IncidentKind,
    /// Who told.
    pub explorer: String,
    /// What was asked the first time.
    pub url: String,
    /// The address whose history it was told with.
    pub address: Option<String>,
    /// The transaction, as told.
    pub txid: Option<String>,
    /// What does not agree.
    pub what: String,
    /// How often it was told.
    pub times: u64,
    /// The first time.
    pub first_at: Timestamp,
    /// The last time.
    pub last_at: Timestamp,
    /// SHA-256 of the first answer, which is kept.
    pub answer_sha256: String,
}

impl From<domain::Incident> for Incident {
    fn from(one: domain::Incident) -> Self {
        Self {
            id: one.id,
            kind: one.kind,
            explorer: one.explorer,
            url: one.url,
            address: one.address,
            txid: one.txid,
            what: one.what,
            times: one.times,
            first_at: Timestamp(one.first_at),
            last_at: Timestamp(one.last_at),
            answer_sha256: one.sha256,
        }
    }
}

/// An incident with the answer that told it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct IncidentAnswer {
    /// What was told.
    pub incident: Incident,
    /// The answer as it came.
    #[serde(flatten)]
    pub body: AnswerBody,
}

/// An answer as it came.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub enum AnswerBody {
    /// As text.
    #[serde(rename = "answer")]
    Text(String),
    /// In hex, where it is no text.
    #[serde(rename = "answer_hex")]
    Hex(String),
}

impl AnswerBody {
    /// The bytes of an answer, as text where they are text.
    pub fn of(body: Vec<u8>) -> Self {
        match String::from_utf8(body) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Hex(error.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()),
        }
    }
}
