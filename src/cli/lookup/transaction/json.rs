//! A transaction for programs.

use serde_json::{Value, json};

use super::super::{labels_as_json, watched_as_json};
use super::Known;
use crate::domain::{Address, Amount, Observation, State, rfc3339};
use crate::explorer::Outspend;

/// The state for programs.
fn state(state: &State) -> &'static str {
    match state {
        State::Confirmed(_) => "confirmed",
        State::Mempool => "mempool",
        State::Gone => "gone",
    }
}

fn observation(one: &Observation) -> Value {
    let block = one.block();
    json!({
        "at": rfc3339(one.at), "explorer": one.explorer, "state": state(&one.state),
        "block_height": block.map(|b| b.height), "block_hash": block.and_then(|b| b.hash).map(|h| h.to_string()),
        "block_time": block.map(|b| rfc3339(b.time)),
    })
}

impl Known<'_> {
    /// Everything that the page says, and more of each row.
    pub(super) fn as_json(&self) -> Value {
        let tx = &self.tx;
        let block = tx.state.block();
        let txid = tx.txid.to_string();
        let figures = &self.figures;
        json!({
            "page": self.links.transaction(&self.explorer, &txid),
            "txid": txid,
            "state": state(&tx.state),
            "block_height": block.map(|b| b.height),
            "block_hash": block.and_then(|b| b.hash).map(|h| h.to_string()),
            "block_time": block.map(|b| rfc3339(b.time)),
            "first_seen": tx.first_seen.map(rfc3339),
            "version": tx.version,
            "lock_time": tx.lock_time,
            "size": tx.size,
            "explorer": self.explorer,
            "url": self.url,
            "recomputed": self.recomputed,
            "trust": self.held.as_ref().map(|held| held.trust),
            "replaced_by": self.held.as_ref().and_then(|held| held.replaced_by).map(|txid| txid.to_string()),
            "history": self.held.as_ref().map(|held| held.history.iter().map(observation).collect::<Vec<_>>()),
            "time_basis": self.question.basis,
            "time_zone": self.question.zone.name(),
            "time": figures.time.map(rfc3339),
            "price_day": figures.day,
            "currency": self.prices.currency().code(),
            "spent_sats": figures.spent.map(Amount::to_sat),
            "paid_sats": figures.paid.map(Amount::to_sat),
            "fee_sats": figures.fee.map(Amount::to_sat),
            "paid_value": figures.paid_value,
            "fee_value": figures.fee_value,
            "as_of_value": figures.as_of,
            "inputs": self.inputs_as_json(),
            "outputs": self.outputs_as_json(),
            "price_source": self.prices.source(),
            "caveats": self.caveats(),
        })
    }

    fn inputs_as_json(&self) -> Vec<Value> {
        let rows = self.tx.inputs.iter().zip(&self.figures.inputs).enumerate();
        rows.map(|(vin, (input, value))| {
            let prev = input.prev_txid.map(|txid| txid.to_string());
            json!({
                "vin": vin, "prev_txid": prev, "prev_vout": input.prev_vout, "coinbase": input.coinbase,
                "prev_page": prev.as_deref().and_then(|txid| self.links.transaction(&self.explorer, txid)),
                "address": input.address, "address_page": self.address_page(input.address.as_ref()),
                "sats": input.value.map(Amount::to_sat), "value": value,
                "watched": watched_as_json(self.watching(input.address.as_ref())),
                "labels": labels_as_json(&self.labels, input.address.as_ref()),
            })
        })
        .collect()
    }

    fn outputs_as_json(&self) -> Vec<Value> {
        let rows = self.tx.outputs.iter().zip(&self.figures.outputs).enumerate();
        rows.map(|(vout, (output, value))| {
            let fate = self.outspend(vout);
            let (fate, by) = match fate {
                None => ("unknown", None),
                Some(Outspend::Unspent) => ("unspent", None),
                Some(Outspend::Spent { txid, vin }) => ("spent", Some((txid.to_string(), vin))),
                Some(Outspend::SpentBySomebody) => ("spent", None),
                Some(Outspend::Unrecorded) => ("unrecorded", None),
            };
            let by = by.map(|(txid, vin)| {
                json!({ "page": self.links.transaction(&self.explorer, &txid), "txid": txid, "vin": vin })
            });
            json!({
                "vout": vout, "address": output.address, "address_page": self.address_page(output.address.as_ref()),
                "sats": output.value.to_sat(), "value": value, "fate": fate, "spent_by": by,
                "watched": watched_as_json(self.watching(output.address.as_ref())),
                "labels": labels_as_json(&self.labels, output.address.as_ref()),
            })
        })
        .collect()
    }

    fn address_page(&self, address: Option<&Address>) -> Option<String> {
        self.links.address(&self.explorer, address?.as_str())
    }
}
