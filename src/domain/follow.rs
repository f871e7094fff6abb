use std::fmt;
use std::str::FromStr;

use super::one_of;

/// How to follow the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follow {
    /// Whichever needs fewer requests.
    #[default]
    Auto,
    /// Ask about each address.
    Addresses,
    /// Read each new block.
    Blocks,
}

impl Follow {
    /// The ways that a round is made in the end, with what each means.
    pub const WAYS: [(&'static str, &'static str); 2] =
        [("addresses", "Each address was asked about."), ("blocks", "Each new block was read.")];

    /// Its name, as in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Addresses => "addresses",
            Self::Blocks => "blocks",
        }
    }
}

impl FromStr for Follow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of("way to follow the chain", text, [Self::Auto, Self::Addresses, Self::Blocks], |way| way.name())
    }
}

impl fmt::Display for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
