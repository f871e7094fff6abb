use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::kinds::kinds;
use super::{Time, one_of};

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

kinds! {
    /// Kinds of [`Incident`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum IncidentKind {
        /// The content does not hash to the txid told with it. Refused.
        WrongContent = "wrong-content",
        /// It contradicts what the ledger holds with better proof. Refused.
        Contradiction = "contradiction",
        /// Sums that no chain can hold. Refused.
        Implausible = "implausible",
        /// An earlier telling turned out wrong and was replaced by what is proven.
        Corrected = "corrected",
        /// A block that is not what its hash says, or lacks proof of work. Refused.
        BadBlock = "bad-block",
        /// A merkle proof that does not lead to its block's header. Refused.
        BadProof = "bad-proof",
        /// Totals of an address that are not those of all the transactions that the same explorer shows of it.
        WrongTotals = "wrong-totals",
        /// Two explorers tell otherwise, and nothing decides yet.
        Disagreement = "disagreement",
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
        one_of("kind of incident", text, Self::ALL, |kind| kind.name())
    }
}
