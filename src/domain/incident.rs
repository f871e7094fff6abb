use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::Time;

/// Something that was told and cannot be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Number in the database.
    pub id: i64,
    /// What kind of thing.
    pub kind: IncidentKind,
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
    pub first_at: Time,
    /// The last time.
    pub last_at: Time,
    /// SHA-256 of the first answer, which is kept.
    pub sha256: String,
}

/// Kinds of [`Incident`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentKind {
    /// The content does not hash to the txid told with it. Refused.
    WrongContent,
    /// It contradicts what the ledger holds with better proof. Refused.
    Contradiction,
    /// Sums that no chain can hold. Refused.
    Implausible,
    /// An earlier telling turned out wrong and was replaced by what is proven.
    Corrected,
    /// A block that is not what its hash says, or lacks proof of work. Refused.
    BadBlock,
    /// A merkle proof that does not lead to its block's header. Refused.
    BadProof,
    /// Two explorers tell otherwise, and nothing decides yet.
    Disagreement,
}

impl IncidentKind {
    /// All kinds.
    pub const ALL: [IncidentKind; 7] = [
        IncidentKind::WrongContent,
        IncidentKind::Contradiction,
        IncidentKind::Implausible,
        IncidentKind::Corrected,
        IncidentKind::BadBlock,
        IncidentKind::BadProof,
        IncidentKind::Disagreement,
    ];

    /// The name in the database and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            IncidentKind::WrongContent => "wrong-content",
            IncidentKind::Contradiction => "contradiction",
            IncidentKind::Implausible => "implausible",
            IncidentKind::Corrected => "corrected",
            IncidentKind::BadBlock => "bad-block",
            IncidentKind::BadProof => "bad-proof",
            IncidentKind::Disagreement => "disagreement",
        }
    }
}

impl fmt::Display for IncidentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for IncidentKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| format!("unknown kind \"{text}\""))
    }
}
