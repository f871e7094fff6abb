use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::kinds::kinds;
use super::one_of;

kinds! {
    /// What kind of thing happened to a family's coins.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum EventKind {
        /// A transaction spends from the family.
        Withdrawal = "withdrawal",
        /// Coins that were followed arrive at an address that a label names a service.
        Arrival = "arrival",
        /// Coins that were followed move after a long rest.
        Awakening = "awakening",
        /// Coins that were followed move on, and it is none of the above.
        Movement = "movement",
        /// Somebody pays the family.
        Payment = "payment",
    }
}

impl EventKind {
    /// Those that tell of cashing out: all but the mere movement, and payments.
    pub const CASH_OUT: [Self; 3] = [Self::Withdrawal, Self::Arrival, Self::Awakening];
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for EventKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of("kind of event", text, Self::ALL, |kind| kind.name())
    }
}
