//! The JSON of BlockCypher, and what it says in our terms. Fields that are 0 or empty may be left out.

use std::fmt::Display;

use bitcoin::hex::FromHex;
use bitcoin::{BlockHash, Network, ScriptBuf, TxMerkleNode, Txid, Witness};
use serde::Deserialize;

use crate::domain::{self, Address, Amount, BlockRef, Said, State, Sums, Time, TxIn, TxOut};
use crate::explorer::reading::{
    HeaderFields, instant, json, parsed, possible, possible_sums, script, seconds, seen, storable, version,
};
use crate::explorer::{self, Garbled, Outspend, Request, Told, Unread};

/// Inputs and outputs of a transaction that are asked for at once; the service may give fewer.
pub(super) const ROWS: usize = 200;
/// No block has room for a transaction with more inputs or outputs.
const MOST_ROWS: usize = 40_000;
/// Kinds of script that have an address of their own.
static ADDRESSED: &[&str] = &[
    "pay-to-pubkey-hash",
    "pay-to-script-hash",
    "pay-to-witness-pubkey-hash",
    "pay-to-witness-script-hash",
    "pay-to-taproot",
];

/// Kinds of script that are spent without a witness, by the rules of the chain.
static UNWITNESSED: &[&str] = &["pay-to-pubkey-hash", "pay-to-pubkey", "pay-to-multi-pubkey-hash"];

/// `GET /addrs/:address/balance`.
#[derive(Deserialize)]
pub(super) struct AddressTotals {
    n_tx: i64,
    total_received: i64,
    total_sent: i64,
    balance: i64,
    #[serde(default)]
    unconfirmed_n_tx: i64,
    /// What waits, paid minus spent.
    #[serde(default)]
    unconfirmed_balance: i64,
}

/// `GET /addrs/:address/full`.
#[derive(Deserialize)]
pub(super) struct AddressPage {
    /// Left out, or null, where there are none.
    #[serde(default, deserialize_with = "or_empty")]
    pub(super) txs: Vec<Tx>,
    #[serde(default, rename = "hasMore")]
    pub(super) has_more: bool,
}

/// `GET /txs/:txid`, and a row of an [`AddressPage`].
#[derive(Deserialize)]
pub(super) struct Tx {
    #[serde(deserialize_with = "parsed")]
    hash: Txid,
    /// −1 while it waits.
    block_height: i64,
    block_hash: Option<String>,
    /// Time of the block.
    confirmed: Option<Time>,
    received: Option<Time>,
    #[serde(default)]
    ver: i64,
    #[serde(default)]
    lock_time: u32,
    size: Option<u32>,
    vin_sz: usize,
    vout_sz: usize,
    #[serde(default, deserialize_with = "or_empty")]
    inputs: Vec<Input>,
    #[serde(default, deserialize_with = "or_empty")]
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Input {
    /// Absent for a coinbase.
    prev_hash: Option<String>,
    /// −1 for a coinbase.
    #[serde(default)]
    output_index: i64,
    #[serde(default)]
    output_value: u64,
    #[serde(default, deserialize_with = "script")]
    script: ScriptBuf,
    #[serde(default)]
    sequence: u32,
    /// Left out where there is none, and also where a script hash wraps a witness program.
    witness: Option<Vec<String>>,
    #[serde(default, deserialize_with = "or_empty")]
    addresses: Vec<String>,
    #[serde(default)]
    script_type: String,
}

#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    value: u64,
    #[serde(default, deserialize_with = "script")]
    script: ScriptBuf,
    /// Absent where it is unspent.
    spent_by: Option<String>,
}

/// The chain's own document, and a block, as far as its hash.
#[derive(Deserialize)]
pub(super) struct Hash {
    #[serde(deserialize_with = "parsed")]
    pub(super) hash: BlockHash,
}

/// `GET /blocks/:height_or_hash`.
#[derive(Deserialize)]
pub(super) struct Block {
    #[serde(deserialize_with = "parsed")]
    hash: BlockHash,
    height: u32,
    ver: i64,
    #[serde(deserialize_with = "parsed")]
    prev_block: BlockHash,
    #[serde(deserialize_with = "parsed")]
    mrkl_root: TxMerkleNode,
    time: Time,
    bits: u32,
    #[serde(default)]
    nonce: u32,
}

/// Asks for a block by height or hash, with as few of its txids as can be asked for.
pub(super) fn block(which: &impl Display) -> Request {
    Request::get(format!("blocks/{which}?txstart=0&limit=1"))
}

/// Reads rows, each completed; asks for what is missing of all of them at once.
pub(super) fn read_all(rows: Vec<Tx>, told: &Told<'_>) -> Result<Vec<domain::Tx>, Unread> {
    let (mut txs, mut wanted) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match row.complete(told) {
            Ok(row) => txs.push(row.read(told.network)?),
            // A row may come twice.
            Err(Unread::Ask(mut more)) => {
                more.retain(|request| !wanted.contains(request));
                wanted.append(&mut more);
            }
            Err(garbled) => return Err(garbled),
        }
    }
    if wanted.is_empty() { Ok(txs) } else { Err(Unread::Ask(wanted)) }
}

fn or_empty<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl AddressTotals {
    /// Sums that contradict each other, or are negative, as the service has told them of broken addresses, say nothing.
    pub(super) fn read(&self) -> Result<Said, Garbled> {
        let (received, sent) = (storable(self.total_received)?, storable(self.total_sent)?);
        if received.checked_sub(sent) != Some(storable(self.balance)?) {
            return Err(Garbled(format!("garbled: received {received} and sent {sent} leave {}", self.balance)));
        }
        let confirmed = Sums::all(storable(self.n_tx)?, Amount::from_sat(received), Amount::from_sat(sent));
        let waits = storable(self.unconfirmed_n_tx)?;
        let waiting = if waits == 0 && self.unconfirmed_balance == 0 {
            Sums::all(0, Amount::ZERO, Amount::ZERO)
        } else {
            Sums { tx_count: Some(waits), received: None, spent: None }
        };
        Ok(Said { confirmed, waiting, together: Sums::default() })
    }
}

impl Tx {
    /// Adds the inputs and outputs that further answers hold; asks for the next ones where some are missing. A list that is
    /// complete is asked for from its beginning again, as the service's own links do, and what comes of it is not looked at.
    pub(super) fn complete(mut self, told: &Told<'_>) -> Result<Self, Unread> {
        let txid = self.hash;
        let garbled = |reason: &str| Garbled(format!("garbled in transaction {txid}: {reason}"));
        if self.vin_sz > MOST_ROWS || self.vout_sz > MOST_ROWS {
            return Err(garbled("more inputs or outputs than a block has room for").into());
        }
        loop {
            if self.inputs.len() > self.vin_sz || self.outputs.len() > self.vout_sz {
                return Err(garbled("more inputs or outputs than it counts").into());
            }
            let instart = if self.inputs.len() < self.vin_sz { self.inputs.len() } else { 0 };
            let outstart = if self.outputs.len() < self.vout_sz { self.outputs.len() } else { 0 };
            if self.inputs.len() == self.vin_sz && self.outputs.len() == self.vout_sz {
                return Ok(self);
            }
            let rest = Request::get(format!("txs/{txid}?instart={instart}&outstart={outstart}&limit={ROWS}"));
            let Some(body) = told.answer_to(&rest) else { return Err(Unread::Ask(vec![rest])) };
            let more: Self = json(body)?;
            if more.hash != txid || (more.vin_sz, more.vout_sz) != (self.vin_sz, self.vout_sz) {
                return Err(garbled("its rest belongs to another one").into());
            }
            let held = self.inputs.len() + self.outputs.len();
            if self.inputs.len() < self.vin_sz {
                self.inputs.extend(more.inputs);
            }
            if self.outputs.len() < self.vout_sz {
                self.outputs.extend(more.outputs);
            }
            if self.inputs.len() + self.outputs.len() == held {
                return Err(garbled("its rest is missing").into());
            }
        }
    }

    pub(super) fn read(self, network: Network) -> Result<domain::Tx, Garbled> {
        let txid = self.hash;
        let about = |e: Garbled| Garbled(format!("garbled in transaction {txid}: {e}"));
        let state = self.state().map_err(about)?;
        // A moment that no block can have, as the service's "never", is none.
        let received = self.received.and_then(|time| instant(seconds(time).ok()?).ok());
        let inputs: Vec<TxIn> =
            self.inputs.into_iter().map(|input| input.read(network)).collect::<Result<_, _>>().map_err(about)?;
        let outputs: Vec<TxOut> =
            self.outputs.into_iter().map(|out| out.read(network)).collect::<Result<_, _>>().map_err(about)?;
        possible_sums(&inputs, &outputs).map_err(about)?;
        Ok(domain::Tx {
            txid,
            state,
            first_seen: seen(received, &state),
            version: Some(version(self.ver).map_err(about)?),
            lock_time: Some(self.lock_time),
            size: self.size,
            inputs,
            outputs,
        })
    }

    fn state(&self) -> Result<State, Garbled> {
        if self.block_height < 0 {
            return Ok(State::Mempool);
        }
        let height = u32::try_from(self.block_height).map_err(|_| Garbled("block height".to_owned()))?;
        let time = self.confirmed.ok_or_else(|| Garbled("confirmed without block time".to_owned()))?;
        let hash = self.block_hash.as_ref().map(|text| text.parse()).transpose();
        let hash = hash.map_err(|_| Garbled("block hash".to_owned()))?;
        Ok(State::Confirmed(BlockRef { height, hash, time: instant(seconds(time)?)? }))
    }

    pub(super) fn outspends(self) -> Result<Vec<Outspend>, Garbled> {
        let became = |out: Output| match out.spent_by {
            None => Ok(Outspend::Unspent),
            Some(text) => {
                let txid = text.parse().map_err(|_| Garbled("garbled: no txid says what spends an output".to_owned()));
                Ok(Outspend::Spent { txid: txid?, vin: None })
            }
        };
        self.outputs.into_iter().map(became).collect()
    }
}

impl Input {
    fn read(self, network: Network) -> Result<TxIn, Garbled> {
        let items = |list: Vec<String>| list.iter().map(|item| Vec::from_hex(item)).collect::<Result<Vec<_>, _>>();
        let witness = self.witness.map(items).transpose();
        let witness = witness.map_err(|e| Garbled(format!("witness is not hex: {e}")))?;
        let unwitnessed = UNWITNESSED.contains(&self.script_type.as_str());
        let told = TxIn {
            script_sig: Some(self.script),
            witness: witness.map(|items| Witness::from_slice(&items)).or(unwitnessed.then(Witness::new)),
            sequence: Some(self.sequence),
            ..TxIn::default()
        };
        let Some(previous) = self.prev_hash.filter(|text| !text.is_empty()) else {
            return Ok(TxIn { coinbase: true, ..told });
        };
        let addressed = ADDRESSED.contains(&self.script_type.as_str());
        let address = match self.addresses.as_slice() {
            [one] if addressed => Address::parse(one, network).ok(),
            _ => None,
        };
        Ok(TxIn {
            prev_txid: Some(previous.parse().map_err(|_| Garbled("no txid says what an input spends".to_owned()))?),
            prev_vout: Some(u32::try_from(self.output_index).map_err(|_| Garbled("output index".to_owned()))?),
            address,
            value: Some(possible(Some(self.output_value))?),
            ..told
        })
    }
}

impl Output {
    fn read(self, network: Network) -> Result<TxOut, Garbled> {
        let value = possible(Some(self.value))?;
        Ok(TxOut { address: Address::from_script(&self.script, network), script: Some(self.script), value })
    }
}

impl Block {
    pub(super) fn read(&self) -> Result<explorer::Block, Garbled> {
        Ok(explorer::Block { hash: self.hash, height: self.height, time: instant(seconds(self.time)?)? })
    }

    pub(super) fn header(&self) -> Result<[u8; 80], Garbled> {
        let &Self { ver: version, prev_block, mrkl_root: merkle_root, bits, nonce, .. } = self;
        HeaderFields { version, prev_block, merkle_root, time: seconds(self.time)?, bits, nonce }.bytes()
    }
}
