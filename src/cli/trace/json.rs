//! A trail for programs.

use serde_json::{Value, json};

use super::{Page, Subject};
use crate::domain::rfc3339;
use crate::trace::{ChangeLink, Clusters, PeelChain};

impl Page<'_> {
    /// Everything that the page says, and each path.
    pub(super) fn json(&self, caveats: &[String]) -> Value {
        let (family, address, txid, vout) = match &self.subject {
            Subject::Family(family) => (Some(family.name.as_str()), None, None, None),
            Subject::Address(address) => (None, Some(address), None, None),
            Subject::Transaction(txid) => (None, None, Some(txid.to_string()), None),
            Subject::Output(output) => (None, None, Some(output.txid.to_string()), Some(output.vout)),
        };
        let beside = json!({
            "family": family, "address": address, "txid": txid, "vout": vout,
            "as_of": self.rules.until.map(rfc3339),
            "recorded_to": self.recorded_to.map(rfc3339),
            "limits": { "hops": self.rules.hops, "min_value_sats": self.rules.min_value.to_sat(), "fan_out": self.rules.fan_out },
            "links": self.links.iter().map(link).collect::<Vec<_>>(),
            "peel_chains": self.chains.iter().map(chain).collect::<Vec<_>>(),
            "clusters": self.clusters.as_ref().map(|Clusters { members }| members),
            "caveats": caveats,
        });
        let mut out = self.trail.as_json();
        if let (Value::Object(out), Value::Object(beside)) = (&mut out, beside) {
            out.extend(beside);
        }
        out
    }
}

fn link(link: &ChangeLink) -> Value {
    let withdrawals: Vec<String> = link.withdrawals.iter().map(ToString::to_string).collect();
    json!({
        "kind": "withdrawals-change", "txid": link.txid.to_string(), "withdrawals": withdrawals, "wallets": link.wallets,
    })
}

fn chain(chain: &PeelChain) -> Value {
    let peels = chain
        .peels
        .iter()
        .map(|(coin, amount)| json!({ "txid": coin.txid.to_string(), "vout": coin.vout, "sats": amount.to_sat() }));
    json!({ "txids": chain.txids.iter().map(ToString::to_string).collect::<Vec<_>>(), "peels": peels.collect::<Vec<_>>() })
}
