//! The JSON of Esplora, and what it says in our terms.

use bitcoin::hex::FromHex;
use bitcoin::{Amount, BlockHash, Network, ScriptBuf, Txid, Witness};
use serde::Deserialize;

use crate::domain::{self, Address, BlockRef, State, Totals, TxIn, TxOut};
use crate::explorer::reading::{instant, parsed, possible, possible_sums, script, storable, version};
use crate::explorer::{self, Garbled};

/// `GET /tx/:txid`, and a row of `GET /address/:address/txs`.
#[derive(Deserialize)]
pub(super) struct Tx {
    #[serde(deserialize_with = "parsed")]
    txid: Txid,
    version: i64,
    locktime: u32,
    vin: Vec<Vin>,
    vout: Vec<Vout>,
    size: Option<u32>,
    status: Status,
}

#[derive(Deserialize)]
struct Vin {
    #[serde(deserialize_with = "parsed")]
    txid: Txid,
    vout: u32,
    /// Null for a coinbase.
    prevout: Option<Vout>,
    #[serde(deserialize_with = "script")]
    scriptsig: ScriptBuf,
    /// Left out where there is none.
    #[serde(default)]
    witness: Vec<String>,
    #[serde(default)]
    is_coinbase: bool,
    sequence: u32,
}

#[derive(Deserialize)]
struct Vout {
    #[serde(deserialize_with = "script")]
    scriptpubkey: ScriptBuf,
    value: u64,
}

#[derive(Deserialize)]
struct Status {
    confirmed: bool,
    block_height: Option<u32>,
    block_hash: Option<String>,
    block_time: Option<u32>,
}

/// One row of `GET /tx/:txid/outspends`.
#[derive(Deserialize)]
pub(super) struct Outspend {
    spent: bool,
    txid: Option<String>,
    vin: Option<u32>,
}

/// `GET /block/:hash`.
#[derive(Deserialize)]
pub(super) struct Block {
    #[serde(deserialize_with = "parsed")]
    id: BlockHash,
    height: u32,
    timestamp: u32,
}

/// `GET /block/:hash/status`.
#[derive(Deserialize)]
pub(super) struct BlockStatus {
    pub(super) in_best_chain: bool,
}

/// `GET /tx/:txid/merkle-proof`.
#[derive(Deserialize)]
pub(super) struct MerkleProof {
    pub(super) block_height: u32,
    pub(super) merkle: Vec<String>,
    pub(super) pos: u32,
}

/// `GET /address/:address`.
#[derive(Deserialize)]
pub(super) struct AddressStats {
    chain_stats: Stats,
    mempool_stats: Stats,
}

#[derive(Deserialize)]
struct Stats {
    tx_count: u64,
    funded_txo_sum: u64,
    spent_txo_sum: u64,
}

impl Tx {
    pub(super) fn read(self, network: Network) -> Result<domain::Tx, Garbled> {
        let txid = self.txid;
        let about = |e: Garbled| Garbled(format!("garbled in transaction {txid}: {e}"));
        let version = version(self.version).map_err(about)?;
        let inputs: Vec<TxIn> =
            self.vin.into_iter().map(|vin| vin.read(network)).collect::<Result<_, _>>().map_err(about)?;
        let outputs: Vec<_> =
            self.vout.into_iter().map(|out| out.read(network)).collect::<Result<_, _>>().map_err(about)?;
        possible_sums(&inputs, &outputs).map_err(about)?;
        Ok(domain::Tx {
            txid,
            state: self.status.read().map_err(about)?,
            first_seen: None,
            version: Some(version),
            lock_time: Some(self.locktime),
            size: self.size,
            inputs,
            outputs,
        })
    }
}

impl Vin {
    fn read(self, network: Network) -> Result<TxIn, Garbled> {
        let witness = self.witness.iter().map(|item| Vec::from_hex(item)).collect::<Result<Vec<_>, _>>();
        let witness = witness.map_err(|e| Garbled(format!("witness is not hex: {e}")))?;
        let prevout = self.prevout.map(|out| out.read(network)).transpose()?;
        let previous = (!self.is_coinbase).then_some(());
        Ok(TxIn {
            prev_txid: previous.map(|()| self.txid),
            prev_vout: previous.map(|()| self.vout),
            address: prevout.as_ref().and_then(|out| out.address.clone()),
            value: prevout.as_ref().map(|out| out.value),
            script_sig: Some(self.scriptsig),
            witness: Some(Witness::from_slice(&witness)),
            sequence: Some(self.sequence),
            coinbase: self.is_coinbase,
        })
    }
}

impl Vout {
    fn read(self, network: Network) -> Result<TxOut, Garbled> {
        let value = possible(Some(self.value))?;
        let address = Address::from_script(&self.scriptpubkey, network);
        Ok(TxOut { address, script: Some(self.scriptpubkey), value })
    }
}

impl Status {
    fn read(self) -> Result<State, Garbled> {
        if !self.confirmed {
            return Ok(State::Mempool);
        }
        let (Some(height), Some(time)) = (self.block_height, self.block_time) else {
            return Err(Garbled("confirmed without block height or time".to_owned()));
        };
        let hash =
            self.block_hash.map(|text| text.parse().map_err(|_| Garbled("block hash".to_owned()))).transpose()?;
        Ok(State::Confirmed(BlockRef { height, hash, time: instant(time)? }))
    }
}

impl Outspend {
    pub(super) fn read(self) -> Result<explorer::Outspend, Garbled> {
        if !self.spent {
            return Ok(explorer::Outspend::Unspent);
        }
        let txid = self.txid.and_then(|text| text.parse().ok());
        let txid = txid.ok_or_else(|| Garbled("garbled: an output is spent, but no txid says by what".to_owned()))?;
        Ok(explorer::Outspend::Spent { txid, vin: self.vin })
    }
}

impl Block {
    pub(super) fn read(self) -> Result<explorer::Block, Garbled> {
        Ok(explorer::Block { hash: self.id, height: self.height, time: instant(self.timestamp)? })
    }
}

impl AddressStats {
    pub(super) fn read(self) -> Result<Totals, Garbled> {
        let (chain, mempool) = (self.chain_stats, self.mempool_stats);
        // What waits may spend what is confirmed, or was while it was counted: only the confirmed sums have to be in order.
        let (received, spent) = (chain.funded_txo_sum, chain.spent_txo_sum);
        if spent > received {
            return Err(Garbled(format!("garbled: of {received} received {spent} are spent")));
        }
        Ok(Totals {
            tx_count: storable(chain.tx_count)?,
            received: Amount::from_sat(storable(received)?),
            spent: Amount::from_sat(storable(spent)?),
            mempool_tx_count: storable(mempool.tx_count)?,
            mempool_received: Amount::from_sat(storable(mempool.funded_txo_sum)?),
            mempool_spent: Amount::from_sat(storable(mempool.spent_txo_sum)?),
        })
    }
}
