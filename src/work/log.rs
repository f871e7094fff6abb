//! What rounds on an interval say in the log.

use tracing::{info, warn};

use super::unfinished;
use crate::notify::Delivery;
use crate::sync::{End, Onward, Round};

/// What a round did.
pub(super) fn round(round: &Round) {
    for refused in &round.refused {
        warn!(
            explorer = refused.explorer,
            txid = refused.txid.to_string(),
            kind = refused.kind.name(),
            "{}",
            refused.reason
        );
    }
    for warning in &round.warnings {
        warn!("{warning}");
    }
    for failure in &round.failures {
        warn!(explorer = failure.explorer, "{failure}");
    }
    for address in &round.addresses {
        unfinished(address).into_iter().for_each(|unfinished| warn!("{unfinished}"));
        let (explorer, of) = (address.explorer.as_str(), address.address.as_str());
        match address.end {
            End::Unreconciled { .. } => {
                warn!(
                    address = of,
                    "the ledger does not equal the explorer's totals; ransomtrail status shows by how much"
                );
            }
            // Said once: it is the same in each round from then on.
            End::Miscounted { again: false, .. } => {
                warn!(explorer, address = of, "this explorer's totals do not add up")
            }
            _ => {}
        }
    }
    info!(
        follow = round.follow.name(),
        addresses = round.addresses.len() + round.in_blocks,
        blocks = round.blocks,
        new = round.new_transactions(),
        not_asked = round.not_asked.len(),
        whole = round.is_whole(),
        tip = round.tip.map(|t| t.0),
        "round"
    );
}

/// Logs what following onward did in a round of `watch`; families that nothing happened to are not told of.
pub(super) fn onward(followed: &[(String, Onward)]) {
    for (family, done) in followed {
        done.refused.iter().for_each(|refusal| warn!(family, "{refusal}"));
        done.warnings.iter().for_each(|warning| warn!(family, "{warning}"));
        done.failures.iter().for_each(|failure| warn!(family, explorer = failure.explorer, "{failure}"));
        if !done.passed {
            let (new, requests, not_asked) = (done.new, done.requests, done.not_asked);
            info!(family, new, requests, not_asked, "onward");
        }
    }
}

/// What receivers were told.
pub(super) fn told(told: Vec<(String, Delivery)>) {
    for (receiver, delivery) in told {
        let (sent, skipped, waiting) = (delivery.sent, delivery.skipped, delivery.waiting);
        match delivery.failure {
            Some(failure) => warn!(receiver, sent, skipped, waiting, "not told: {failure}"),
            None if sent > 0 => info!(receiver, sent, waiting, "told"),
            None => {}
        }
    }
}
