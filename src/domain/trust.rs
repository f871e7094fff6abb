use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::kinds::kinds;
use super::one_of;

kinds! {
    /// How far a transaction can be trusted, from the least to the most.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Trust {
        /// One explorer says so.
        Told = "told",
        /// Its content hashes to its txid: inputs, outputs and amounts are those that the txid commits to.
        Recomputed = "recomputed",
        /// Two explorers tell the same of it, and of where it stands.
        Agreed = "agreed",
        /// Its content hashes to its txid, and a merkle proof puts it into a block whose header carries proof of work.
        Proven = "proven",
    }
}

impl Trust {
    /// What it means, to go after a number of outputs.
    pub fn meaning(self) -> &'static str {
        match self {
            Trust::Told => "told by one source",
            Trust::Recomputed => "recomputed to the txid",
            Trust::Agreed => "told alike by two sources",
            Trust::Proven => "proven to be in a block",
        }
    }
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Trust {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of("level of trust", text, Self::ALL, |level| level.name())
    }
}
