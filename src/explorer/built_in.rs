//! The dialect of the snapshots: a transaction is a line of the file, as it was recorded, with what was not recorded left out.

use bitcoin::consensus::encode::deserialize_hex;
use bitcoin::{BlockHash, Network, Transaction, Txid};
use serde::Deserialize;
use serde::de::DeserializeOwned;

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
        let totals = Totals {
            tx_count: wire.tx_count,
            received: Amount::from_sat(wire.received),
            spent: Amount::from_sat(wire.spent),
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
        Ok(Page { txs, next: wire.next.map(|n| Cursor(n.to_string())) })
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
            let value = sats.map(Amount::from_sat);
            inputs.push(TxIn { prev_txid, prev_vout, address: address(from)?, value, ..TxIn::default() });
        }
        let mut outputs = Vec::with_capacity(self.outputs.len());
        for (to, sats) in self.outputs {
            outputs.push(TxOut { address: address(to)?, script: None, value: Amount::from_sat(sats) });
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
            complete(&mut tx, raw)?;
        }
        Ok(tx)
    }
}

/// Adds what only the raw transaction tells: outpoints, scripts and sequences, which let the txid be recomputed.
fn complete(tx: &mut Tx, raw: Transaction) -> Result<(), Garbled> {
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
        output.script = Some(raw.script_pubkey);
    }
    Ok(())
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Garbled> {
    Ok(serde_json::from_slice(body)?)
}
