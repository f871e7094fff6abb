//! The dialect of the snapshots: a transaction is a line of the file, as it was recorded, with what was not recorded left out.

use bitcoin::consensus::encode::deserialize_hex;
use bitcoin::{BlockHash, Network, Transaction, Txid};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::reading::{each_once, possible, possible_sums, seconds, storable};
use super::{Block, Cursor, Dialect, Garbled, Outspend, Page, Request, Told, TotalsAnswer, Unread};
use crate::domain::{Address, Amount, BlockRef, State, Time, Totals, Tx, TxIn, TxOut};

/// The built-in record.
#[derive(Debug)]
pub struct BuiltIn;

/// The built-in record, as a dialect.
pub static BUILT_IN: BuiltIn = BuiltIn;

#[derive(Deserialize)]
struct WireTotals {
    recorded_to: Time,
    tx_count: u64,
    received: u64,
    spent: u64,
}

#[derive(Deserialize)]
struct WirePage {
    next: Option<usize>,
    txs: Vec<WireTx>,
}

/// Previous transaction, output index, address, satoshis.
type WireInput = (Option<Txid>, Option<u32>, Option<String>, Option<u64>);
/// Address, satoshis.
type WireOutput = (Option<String>, u64);

#[derive(Deserialize)]
struct WireTx {
    txid: Txid,
    height: u32,
    time: Time,
    seen: Option<Time>,
    version: Option<i32>,
    lock_time: Option<u32>,
    size: Option<u32>,
    #[serde(rename = "in")]
    inputs: Vec<WireInput>,
    #[serde(rename = "out")]
    outputs: Vec<WireOutput>,
    hex: Option<String>,
}

#[derive(Deserialize)]
struct WireSpends {
    out: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    spent_by: Vec<Option<Txid>>,
}

impl Dialect for BuiltIn {
    fn name(&self) -> &'static str {
        "built-in"
    }

    fn totals(&self, address: &Address) -> Request {
        Request::get(format!("address/{address}/totals"))
    }

    fn read_totals(&self, told: &Told<'_>) -> Result<TotalsAnswer, Unread> {
        let wire: WireTotals = json(told.body())?;
        if wire.spent > wire.received {
            return Err(Garbled(format!("of {} received {} are spent", wire.received, wire.spent)).into());
        }
        let totals = Totals {
            tx_count: storable(wire.tx_count)?,
            received: Amount::from_sat(storable(wire.received)?),
            spent: Amount::from_sat(storable(wire.spent)?),
            ..Totals::default()
        };
        Ok(TotalsAnswer { said: totals.into(), as_of: Some(wire.recorded_to) })
    }

    fn address_page(&self, address: &Address, after: Option<&Cursor>) -> Request {
        match after {
            None => Request::get(format!("address/{address}/txs")),
            Some(Cursor(after)) => Request::get(format!("address/{address}/txs/{after}")),
        }
    }

    fn read_address_page(&self, told: &Told<'_>) -> Result<Page, Unread> {
        let wire: WirePage = json(told.body())?;
        let txs = wire.txs.into_iter().map(|tx| tx.read(told.network)).collect::<Result<_, _>>()?;
        Ok(Page { txs: each_once(txs), next: wire.next.map(|n| Cursor(n.to_string())) })
    }

    fn transaction(&self, txid: &Txid) -> Request {
        Request::get(format!("tx/{txid}"))
    }

    fn read_transaction(&self, told: &Told<'_>) -> Result<Tx, Unread> {
        Ok(json::<WireTx>(told.body())?.read(told.network)?)
    }

    fn outspends(&self, txid: &Txid) -> Request {
        Request::get(format!("tx/{txid}/outspends"))
    }

    fn read_outspends(&self, told: &Told<'_>) -> Result<Vec<Outspend>, Unread> {
        let wire: WireSpends = json(told.body())?;
        let told = |at: usize| wire.spent_by.get(at).copied().flatten();
        let spend = |at| told(at).map_or(Outspend::Unrecorded, |txid| Outspend::Spent { txid, vin: None });
        Ok((0..wire.out.len()).map(spend).collect())
    }

    fn proves(&self) -> bool {
        false
    }

    fn block_at(&self, height: u32) -> Request {
        Request::get(format!("block-height/{height}"))
    }

    fn best_chain(&self, hash: &BlockHash) -> Request {
        Request::get(format!("block/{hash}/status"))
    }

    fn read_best_chain(&self, _told: &Told<'_>) -> Result<bool, Unread> {
        Err(Garbled("the record holds no blocks".to_owned()).into())
    }

    fn tip(&self) -> Request {
        Request::get("tip")
    }

    fn read_block_hash(&self, _told: &Told<'_>) -> Result<BlockHash, Unread> {
        Err(Garbled("a record has no newest block".to_owned()).into())
    }

    fn block(&self, hash: &BlockHash) -> Request {
        Request::get(format!("block/{hash}"))
    }

    fn read_block(&self, _told: &Told<'_>) -> Result<Block, Unread> {
        Err(Garbled("the record holds no blocks".to_owned()).into())
    }
}

impl WireTx {
    fn read(self, network: Network) -> Result<Tx, Garbled> {
        let address = |text: Option<String>| {
            text.map(|a| Address::parse(&a, network)).transpose().map_err(|error| Garbled(error.to_string()))
        };
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for (prev_txid, prev_vout, from, sats) in self.inputs {
            let value = sats.map(|sats| possible(Some(sats))).transpose()?;
            inputs.push(TxIn { prev_txid, prev_vout, address: address(from)?, value, ..TxIn::default() });
        }
        let mut outputs = Vec::with_capacity(self.outputs.len());
        for (to, sats) in self.outputs {
            outputs.push(TxOut { address: address(to)?, script: None, value: possible(Some(sats))? });
        }
        possible_sums(&inputs, &outputs)?;
        for time in [Some(self.time), self.seen].into_iter().flatten() {
            seconds(time)?;
        }
        let mut tx = Tx {
            txid: self.txid,
            state: State::Confirmed(BlockRef { height: self.height, hash: None, time: self.time }),
            first_seen: self.seen,
            version: self.version,
            lock_time: self.lock_time,
            size: self.size,
            inputs,
            outputs,
        };
        if let Some(hex) = self.hex {
            let raw: Transaction =
                deserialize_hex(&hex).map_err(|error| Garbled(format!("{}: raw transaction: {error}", tx.txid)))?;
            complete(&mut tx, raw, network)?;
        }
        Ok(tx)
    }
}

/// Adds what only the raw transaction tells: outpoints, scripts and sequences, which let the txid be recomputed.
fn complete(tx: &mut Tx, raw: Transaction, network: Network) -> Result<(), Garbled> {
    if (raw.input.len(), raw.output.len()) != (tx.inputs.len(), tx.outputs.len()) {
        return Err(Garbled(format!("{}: the raw transaction has other inputs or outputs", tx.txid)));
    }
    tx.version = Some(raw.version.0);
    tx.lock_time = Some(raw.lock_time.to_consensus_u32());
    for (input, raw) in tx.inputs.iter_mut().zip(raw.input) {
        input.prev_txid = Some(raw.previous_output.txid);
        input.prev_vout = Some(raw.previous_output.vout);
        input.script_sig = Some(raw.script_sig);
        input.witness = Some(raw.witness);
        input.sequence = Some(raw.sequence.to_consensus_u32());
    }
    for (output, raw) in tx.outputs.iter_mut().zip(raw.output) {
        if raw.value != output.value {
            return Err(Garbled(format!("{}: the raw transaction pays other amounts", tx.txid)));
        }
        let address = Address::from_script(&raw.script_pubkey, network);
        if output.address.is_some() && output.address != address {
            return Err(Garbled(format!("{}: the raw transaction pays other addresses", tx.txid)));
        }
        output.address = address;
        output.script = Some(raw.script_pubkey);
    }
    Ok(())
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Garbled> {
    Ok(serde_json::from_slice(body)?)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::explorer::Known;

    fn read<T>(body: &Value, read: impl Fn(&Told<'_>) -> Result<T, Unread>) -> Result<T, String> {
        let (answers, known) = ([(Request::get("asked"), body.to_string().into_bytes())], Known::default());
        read(&Told::new(&answers, Network::Bitcoin, &known)).map_err(|unread| match unread {
            Unread::Garbled(garbled) => garbled.to_string(),
            Unread::Ask(more) => format!("asks for {more:?}"),
        })
    }

    /// The first transaction between people, in block 170: Satoshi Nakamoto pays Hal Finney, bare keys both.
    const HEX: &str = "0100000001c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd3704000000004847304402204e45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de4860a4acdd12909d831cc56cbbac4622082221a8768d1d0901ffffffff0200ca9a3b00000000434104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac00000000";

    fn tx() -> Value {
        json!({
            "txid": "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16", "height": 170,
            "time": "2009-01-12T03:30:25Z", "in": [[null, null, null, 5_000_000_000_u64]],
            "out": [[null, 1_000_000_000], [null, 4_000_000_000_u64]], "hex": HEX,
        })
    }

    #[test]
    fn what_a_record_cannot_say_is_garbled() {
        let whole = read(&tx(), |told| BUILT_IN.read_transaction(told)).unwrap();
        assert_eq!(whole.recomputed_txid(), Some(whole.txid));
        let check = |place: &str, value: Value, expect: &str| {
            let mut wrong = tx();
            *wrong.pointer_mut(place).unwrap() = value;
            let said = read(&wrong, |told| BUILT_IN.read_transaction(told)).unwrap_err();
            assert!(said.contains(expect), "{place}: {said}");
        };
        check("/out/0/0", json!("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"), "pays other addresses");
        check("/out/0/1", json!(1), "pays other amounts");
        check("/out/0/1", json!(2_100_000_000_000_001_u64), "above 21 million");
        check("/in/0/3", json!(u64::MAX), "above 21 million");
        check("/time", json!("+262142-12-31T23:59:59Z"), "time +262142");
        // As long as the record likes, and on a line all the same.
        check("/out/0/0", json!(format!("\u{1b}{}", "9".repeat(5_000))), "is not a bitcoin address");
        let totals = |received: u64, spent: u64| {
            let told =
                json!({ "recorded_to": "2017-08-03T00:00:00Z", "tx_count": 1, "received": received, "spent": spent });
            read(&told, |told| BUILT_IN.read_totals(told))
        };
        assert!(totals(5, 5).is_ok());
        assert_eq!(totals(5, 6).unwrap_err(), "of 5 received 6 are spent");
        assert!(totals(u64::MAX, 6).unwrap_err().contains("impossible"));
        let page =
            read(&json!({ "next": null, "txs": [tx(), tx()] }), |told| BUILT_IN.read_address_page(told)).unwrap();
        assert_eq!(page.txs.len(), 1);
    }
}
