use std::collections::BTreeSet;

use super::{LabelInfo, Labels, Stop, Trail};
use crate::domain::{Address, Amount, Time, Txid};

/// Tainted coins that came to an address with a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// When; `None` where nobody told.
    pub time: Option<Time>,
    /// Tainted satoshis.
    pub amount: Amount,
    /// Where.
    pub address: Address,
    /// Whose it is.
    pub label: LabelInfo,
    /// The transaction that brought them.
    pub via: Txid,
}

/// What of a trail came to addresses whose label is meant, in the trail's order. What moves on from one such address to the next
/// has come there once.
pub fn landings(trail: &Trail, labels: Labels<'_>, is_meant: &dyn Fn(&LabelInfo) -> bool) -> Vec<Landing> {
    let mut out = Vec::new();
    let mut there: BTreeSet<Txid> = BTreeSet::new();
    for hop in &trail.hops {
        let again = there.contains(&hop.txid);
        for arrival in hop.arrivals.iter().filter(|one| one.amount > Amount::ZERO) {
            let Some(address) = &arrival.address else { continue };
            let Some(label) = labels(address).filter(is_meant) else { continue };
            there.extend(arrival.next);
            if !again {
                out.push(Landing {
                    time: hop.time,
                    amount: arrival.amount,
                    address: address.clone(),
                    label,
                    via: hop.txid,
                });
            }
        }
    }
    out
}

impl Trail {
    /// Whether every coin was followed to an end that is known: none where the record or the budget ends.
    pub fn is_whole(&self) -> bool {
        !self.destinations.iter().any(|end| matches!(end.stop, Stop::Unrecorded | Stop::Budget))
    }
}
