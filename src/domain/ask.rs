use std::fmt;
use std::str::FromStr;

use super::one_of;

/// Whether explorers may be asked about addresses and transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ask {
    /// As the way of following the chain needs it.
    #[default]
    Auto,
    /// Never: what is known comes from whole blocks alone.
    Never,
}

impl FromStr for Ask {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(one_of("way to ask explorers", text, [("auto", Self::Auto), ("never", Self::Never)], |way| way.0)?.1)
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Never => "never",
        })
    }
}
