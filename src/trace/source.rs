use std::collections::BTreeSet;

use super::Policy;
use crate::domain::{Address, Amount, OutPoint, Time};

/// Where following begins.
#[derive(Clone, Debug)]
pub enum Source {
    /// Forwards what left these addresses, a family's for example: each transaction that spends from them brings what they
    /// spent minus what returns to them in it. Backwards what they received in transactions that they did not pay for.
    Addresses(BTreeSet<Address>),
    /// These outputs, each in full.
    Outputs(BTreeSet<OutPoint>),
}

/// How coins are followed.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The assumption by which mixed coins are told apart.
    pub policy: Policy,
    /// Where coins came from, as against where they went.
    pub backwards: bool,
    /// So many hops from the source and no further. A withdrawal is hop 0, what spends its outputs hop 1.
    pub hops: u32,
    /// Tainted amounts below it are not followed on.
    pub min_value: Amount,
    /// A transaction with more outputs (backwards: inputs) is not followed into.
    pub fan_out: usize,
    /// Only transactions in blocks up to this moment count; `None` counts all that are confirmed.
    pub until: Option<Time>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { policy: Policy::Fifo, backwards: false, hops: 100, min_value: Amount::ZERO, fan_out: 100, until: None }
    }
}
