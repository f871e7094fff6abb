use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// What kind of thing happened to a family's coins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A transaction spends from the family.
    Withdrawal,
    /// Coins that were followed arrive at an address that a label names a service.
    Arrival,
    /// Coins that were followed move after a long rest.
    Awakening,
    /// Coins that were followed move on, and it is none of the above.
    Movement,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Withdrawal, Self::Arrival, Self::Awakening, Self::Movement];
    /// Those that tell of cashing out: all but the mere movement.
    pub const CASH_OUT: [Self; 3] = [Self::Withdrawal, Self::Arrival, Self::Awakening];

    /// Its name in commands, files and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::Arrival => "arrival",
            Self::Awakening => "awakening",
            Self::Movement => "movement",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for EventKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("\"{text}\" is no kind of event; known are {}", known.join(", "))
        })
    }
}
