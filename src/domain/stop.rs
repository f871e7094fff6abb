use std::fmt;

use super::kinds::kinds;

kinds! {
    /// How a path ends. Each has a name; none is silent.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Stop {
        /// At an address that a label names a service: what the service does afterwards is its own business.
        Service = "service",
        /// The coin goes into a CoinJoin, where inputs and outputs cannot be told to belong together.
        CoinJoin = "coinjoin",
        /// The coin goes into a transaction with more outputs than the limit.
        FanOut = "fan-out",
        /// The budget ended: hops, or an amount below the smallest to be followed.
        Budget = "budget",
        /// An explorer said that nothing spends it, or it was spent after the moment asked about.
        Unspent = "unspent",
        /// The record ends here. It does not tell whether the coin was spent.
        Unrecorded = "unrecorded",
        /// Back at the addresses that it left; what they spend afterwards is counted there.
        Returned = "returned",
        /// Backwards: newly mined.
        Mined = "mined",
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
