//! A trail for programs.

use serde_json::{Value, json};

use super::{Page, Subject};
use crate::domain::{Amount, OutPoint, rfc3339};
use crate::trace::{ChangeLink, Clusters, Destination, Hop, PeelChain};

impl Page<'_> {
    /// Everything that the page says, and each path.
    pub(super) fn json(&self, caveats: &[String]) -> Value {
        let trail = &self.trail;
        let (family, address, txid, vout) = match &self.subject {
            Subject::Family(family) => (Some(family.name.as_str()), None, None, None),
            Subject::Address(address) => (None, Some(address), None, None),
            Subject::Transaction(txid) => (None, None, Some(txid.to_string()), None),
            Subject::Output(output) => (None, None, Some(output.txid.to_string()), Some(output.vout)),
        };
        let paths = trail.paths();
        let by_category: serde_json::Map<String, Value> =
            trail.by_category().into_iter().map(|(name, amount)| (name.to_owned(), amount.to_sat().into())).collect();
        json!({
            "family": family, "address": address, "txid": txid, "vout": vout,
            "policy": trail.policy.name(),
            "conserves": trail.policy.conserves(),
            "backwards": trail.backwards,
            "as_of": self.rules.until.map(rfc3339),
            "recorded_to": self.recorded_to.map(rfc3339),
            "limits": { "hops": self.rules.hops, "min_value_sats": self.rules.min_value.to_sat(), "fan_out": self.rules.fan_out },
            "coins": trail.coins,
            "source_sats": trail.source.to_sat(),
            "fees_sats": trail.fees.to_sat(),
            "arrived_sats": trail.arrived().to_sat(),
            "destinations": trail.destinations.iter().zip(&paths).map(|(end, path)| {
                let path: Vec<String> = path.iter().map(ToString::to_string).collect();
                destination(end, &path)
            }).collect::<Vec<_>>(),
            "by_category": by_category,
            "hops": trail.hops.iter().map(hop).collect::<Vec<_>>(),
            "links": self.links.iter().map(link).collect::<Vec<_>>(),
            "peel_chains": self.chains.iter().map(chain).collect::<Vec<_>>(),
            "clusters": self.clusters.as_ref().map(|Clusters { members }| members),
            "caveats": caveats,
        })
    }
}

fn destination(end: &Destination, path: &[String]) -> Value {
    let (txid, vout) = parts(end.coin.as_ref());
    json!({
        "stop": end.stop.name(),
        "reason": end.reason.as_ref().map(ToString::to_string),
        "label": end.label.as_ref().map(|label| &label.name),
        "category": end.category(),
        "address": end.address,
        "txid": txid,
        "vout": vout,
        "sats": end.amount.to_sat(),
        "value_sats": end.value.map(Amount::to_sat),
        "hop": end.hop,
        "path": path,
    })
}

fn hop(hop: &Hop) -> Value {
    let arrivals = hop.arrivals.iter().map(|arrival| {
        let (txid, vout) = parts(arrival.coin.as_ref());
        json!({
            "txid": txid, "vout": vout, "address": arrival.address, "sats": arrival.amount.to_sat(),
            "value_sats": arrival.value.to_sat(), "stop": arrival.stop.map(|stop| stop.name()),
        })
    });
    json!({
        "hop": hop.hop,
        "txid": hop.txid.to_string(),
        "block_height": hop.height,
        "block_time": hop.time.map(rfc3339),
        "sats": hop.amount.to_sat(),
        "fee_sats": hop.fee.to_sat(),
        "parent": hop.parent.map(|txid| txid.to_string()),
        "coins": arrivals.collect::<Vec<_>>(),
    })
}

fn link(link: &ChangeLink) -> Value {
    let withdrawals: Vec<String> = link.withdrawals.iter().map(ToString::to_string).collect();
    json!({
        "kind": "withdrawals-change", "txid": link.txid.to_string(), "withdrawals": withdrawals, "wallets": link.wallets,
    })
}

fn chain(chain: &PeelChain) -> Value {
    let peels = chain.peels.iter().map(|(coin, amount)| {
        let (txid, vout) = parts(Some(coin));
        json!({ "txid": txid, "vout": vout, "sats": amount.to_sat() })
    });
    json!({ "txids": chain.txids.iter().map(ToString::to_string).collect::<Vec<_>>(), "peels": peels.collect::<Vec<_>>() })
}

fn parts(coin: Option<&OutPoint>) -> (Option<String>, Option<u32>) {
    (coin.map(|coin| coin.txid.to_string()), coin.map(|coin| coin.vout))
}
