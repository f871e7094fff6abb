//! A trail for programs.

use serde_json::{Value, json};

use super::{Page, Subject};

impl Page<'_> {
    /// Everything that the page says, and each path.
    pub(super) fn json(&self) -> Value {
        let (family, address, txid, vout) = match &self.subject {
            Subject::Family(family) => (Some(family.name.as_str()), None, None, None),
            Subject::Address(address) => (None, Some(address), None, None),
            Subject::Transaction(txid) => (None, None, Some(txid.to_string()), None),
            Subject::Output(output) => (None, None, Some(output.txid.to_string()), Some(output.vout)),
        };
        self.document.as_json(&json!({ "family": family, "address": address, "txid": txid, "vout": vout }))
    }
}
