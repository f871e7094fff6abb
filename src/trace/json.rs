//! A trail for programs: the same wherever it is written.

use serde_json::{Map, Value, json};

use super::{Destination, Hop, Trail};
use crate::domain::{Amount, OutPoint, rfc3339};

impl Trail {
    /// Sums, destinations with the way to each, and every transaction on the way, as JSON; satoshis are integers.
    pub fn as_json(&self) -> Value {
        let ends = self.destinations.iter().zip(self.paths());
        let by_category: Map<String, Value> =
            self.by_category().into_iter().map(|(name, amount)| (name.to_owned(), amount.to_sat().into())).collect();
        json!({
            "policy": self.policy.name(),
            "conserves": self.policy.conserves(),
            "backwards": self.backwards,
            "coins": self.coins,
            "source_sats": self.source.to_sat(),
            "fees_sats": self.fees.to_sat(),
            "arrived_sats": self.arrived().to_sat(),
            "destinations": ends.map(|(end, path)| {
                let path: Vec<String> = path.iter().map(ToString::to_string).collect();
                destination(end, &path)
            }).collect::<Vec<_>>(),
            "by_category": by_category,
            "hops": self.hops.iter().map(hop).collect::<Vec<_>>(),
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

fn parts(coin: Option<&OutPoint>) -> (Option<String>, Option<u32>) {
    (coin.map(|coin| coin.txid.to_string()), coin.map(|coin| coin.vout))
}
