//! The JSON of blockchain.info, and what it says in our terms together with the bytes of the transactions.

use std::collections::BTreeMap;

use bitcoin::consensus::encode::deserialize_hex;
use bitcoin::{BlockHash, Network, ScriptBuf, Transaction, TxMerkleNode, Txid};
use serde::Deserialize;

use crate::domain::{self, Address, Amount, BlockRef, State, Sums, TxIn, TxOut};
use crate::explorer::reading::{
    HeaderFields, instant, json, parsed, possible, possible_sums, script, seen, storable, version,
};
use crate::explorer::{self, Garbled, Outspend, Request, Told, Unread};

/// `GET /rawaddr/:address?limit=0`.
#[derive(Deserialize)]
pub(super) struct AddressTotals {
    n_tx: i64,
    total_received: i64,
    total_sent: i64,
    final_balance: i64,
}

/// `GET /rawaddr/:address?limit=…&offset=…`.
#[derive(Deserialize)]
pub(super) struct AddressPage {
    /// All of its transactions.
    pub(super) n_tx: Option<u64>,
    pub(super) txs: Vec<Tx>,
}

/// `GET /rawtx/:txid`, and a row of an [`AddressPage`].
#[derive(Deserialize)]
pub(super) struct Tx {
    #[serde(deserialize_with = "parsed")]
    hash: Txid,
    ver: i64,
    lock_time: Option<u32>,
    size: Option<u32>,
    /// When it was first seen, in Unix seconds.
    time: Option<u32>,
    /// Absent or null while it waits.
    block_height: Option<u32>,
    inputs: Vec<Input>,
    out: Vec<Output>,
}

#[derive(Deserialize)]
struct Input {
    sequence: Option<u32>,
    /// Absent, null or empty for a coinbase.
    prev_out: Option<PrevOut>,
}

#[derive(Deserialize)]
struct PrevOut {
    n: Option<u32>,
    value: Option<u64>,
    script: Option<String>,
}

#[derive(Deserialize)]
struct Output {
    n: usize,
    value: u64,
    #[serde(deserialize_with = "script")]
    script: ScriptBuf,
    spent: Option<bool>,
}

/// `GET /rawblock/:hash`, and a block of `GET /block-height/:height`. All its transactions are there, too; they are
/// skipped.
#[derive(Deserialize)]
pub(super) struct Block {
    #[serde(deserialize_with = "parsed")]
    hash: BlockHash,
    ver: i64,
    #[serde(deserialize_with = "parsed")]
    prev_block: BlockHash,
    #[serde(deserialize_with = "parsed")]
    mrkl_root: TxMerkleNode,
    time: u32,
    bits: u32,
    nonce: u32,
    height: u32,
    pub(super) main_chain: bool,
}

/// `GET /latestblock` tells a hash, `GET /block-height/:height` blocks.
#[derive(Deserialize)]
pub(super) struct TipOrBlocks {
    hash: Option<String>,
    blocks: Option<Vec<Block>>,
}

/// Asks for the blocks at a height.
pub(super) fn block_at(height: u32) -> Request {
    Request::get(format!("block-height/{height}?format=json"))
}

/// Asks for the bytes of a transaction. Of some there are none: such a one is only told, and the others of its page are not lost.
fn bytes_of(txid: &Txid) -> Request {
    Request { may_lack: true, ..Request::get(format!("rawtx/{txid}?format=hex")) }
}

/// Reads rows, each with its bytes and its block; asks for those that are neither answered nor in the ledger.
pub(super) fn read_all(rows: Vec<Tx>, told: &Told<'_>) -> Result<Vec<domain::Tx>, Unread> {
    let mut wanted = Vec::new();
    let mut blocks: BTreeMap<u32, BlockRef> = BTreeMap::new();
    for row in &rows {
        let bytes = bytes_of(&row.hash);
        if !told.known.proven.contains(&row.hash) && told.answer_to(&bytes).is_none() {
            wanted.push(bytes);
        }
        let Some(height) = row.block_height.filter(|height| !blocks.contains_key(height)) else { continue };
        let request = block_at(height);
        match (told.known.blocks.get(&height), told.answer_to(&request)) {
            (Some(block), _) => {
                blocks.insert(height, reference(block));
            }
            (None, Some(body)) => {
                let block = json::<TipOrBlocks>(body)?.best()?.read()?;
                if block.height != height {
                    return Err(Garbled(format!("asked for block {height}, told of block {}", block.height)).into());
                }
                blocks.insert(height, reference(&block));
            }
            (None, None) => wanted.push(request),
        }
    }
    if !wanted.is_empty() {
        wanted.sort_by(|a, b| a.path.cmp(&b.path));
        wanted.dedup();
        return Err(Unread::Ask(wanted));
    }
    Ok(rows.into_iter().map(|row| row.read(told, &blocks)).collect::<Result<_, _>>()?)
}

fn reference(block: &explorer::Block) -> BlockRef {
    BlockRef { height: block.height, hash: Some(block.hash), time: block.time }
}

impl AddressTotals {
    /// Sums that contradict each other, or are negative, as the service has told them of broken addresses, say nothing.
    pub(super) fn read(&self) -> Result<Sums, Garbled> {
        let (received, sent) = (storable(self.total_received)?, storable(self.total_sent)?);
        if received.checked_sub(sent) != Some(storable(self.final_balance)?) {
            return Err(Garbled(format!("garbled: received {received} and sent {sent} leave {}", self.final_balance)));
        }
        Ok(Sums::all(storable(self.n_tx)?, Amount::from_sat(received), Amount::from_sat(sent)))
    }
}

impl Tx {
    fn read(mut self, told: &Told<'_>, blocks: &BTreeMap<u32, BlockRef>) -> Result<domain::Tx, Garbled> {
        let txid = self.hash;
        let about = |e: Garbled| Garbled(format!("garbled in transaction {txid}: {e}"));
        self.in_order().map_err(about)?;
        let state = match self.block_height {
            None => State::Mempool,
            Some(height) => {
                let block = blocks.get(&height).ok_or_else(|| about(Garbled(format!("no block {height}"))))?;
                State::Confirmed(*block)
            }
        };
        let first_seen = seen(self.time.map(instant).transpose().map_err(about)?, &state);
        let tx = match told.answer_to(&bytes_of(&txid)).filter(|hex| !hex.is_empty()) {
            Some(hex) => self.with_bytes(hex, state, told.network),
            // The ledger has proven it, and holds more than the row tells; or nobody can.
            None => self.alone(state, told.network),
        };
        let tx = tx.map_err(about)?;
        possible_sums(&tx.inputs, &tx.outputs).map_err(about)?;
        Ok(domain::Tx { first_seen, ..tx })
    }

    /// Output indexes without a gap, each once.
    fn in_order(&mut self) -> Result<(), Garbled> {
        self.out.sort_by_key(|out| out.n);
        if self.out.iter().enumerate().any(|(at, out)| out.n != at) {
            return Err(Garbled("outputs are left out".to_owned()));
        }
        Ok(())
    }

    fn with_bytes(mut self, hex: &[u8], state: State, network: Network) -> Result<domain::Tx, Garbled> {
        let text = std::str::from_utf8(hex).map(str::trim).unwrap_or_default();
        let tx: Transaction = deserialize_hex(text).map_err(|e| Garbled(format!("bytes cannot be read: {e}")))?;
        let same_outputs = tx
            .output
            .iter()
            .zip(&self.out)
            .all(|(bytes, row)| bytes.value == Amount::from_sat(row.value) && bytes.script_pubkey == row.script);
        if (tx.output.len(), tx.input.len()) != (self.out.len(), self.inputs.len()) {
            return Err(Garbled("its bytes say something else than its row".to_owned()));
        }
        // Of two tellings that contradict each other the one that does not hash to the txid is taken: it is refused with what
        // told it, and the rest of the page is not lost.
        if !same_outputs && tx.compute_txid() != self.hash {
            for (row, bytes) in self.out.iter_mut().zip(&tx.output) {
                (row.value, row.script) = (bytes.value.to_sat(), bytes.script_pubkey.clone());
            }
        }
        let coinbase = tx.is_coinbase();
        let (size, version, lock_time) = (u32::try_from(tx.total_size()).ok(), tx.version.0, tx.lock_time);
        let inputs = tx.input.into_iter().zip(self.inputs).map(|(bytes, row)| {
            let claimed = if coinbase { TxIn::default() } else { row.claim(network)? };
            let previous = (!coinbase).then_some(bytes.previous_output);
            if claimed.prev_vout.is_some() && claimed.prev_vout != previous.map(|out| out.vout) {
                return Err(Garbled("its bytes say something else than its row".to_owned()));
            }
            Ok(TxIn {
                prev_txid: previous.map(|out| out.txid),
                prev_vout: previous.map(|out| out.vout),
                script_sig: Some(bytes.script_sig),
                witness: Some(bytes.witness),
                sequence: Some(bytes.sequence.0),
                coinbase,
                ..claimed
            })
        });
        let inputs = inputs.collect::<Result<_, _>>()?;
        let outputs = self.out.into_iter().map(|out| out.read(network)).collect::<Result<_, _>>()?;
        Ok(domain::Tx {
            txid: self.hash,
            state,
            first_seen: None,
            version: Some(version),
            lock_time: Some(lock_time.to_consensus_u32()),
            size,
            inputs,
            outputs,
        })
    }

    fn alone(self, state: State, network: Network) -> Result<domain::Tx, Garbled> {
        let inputs = self.inputs.into_iter().map(|row| row.claim(network)).collect::<Result<_, _>>()?;
        let outputs = self.out.into_iter().map(|out| out.read(network)).collect::<Result<_, _>>()?;
        Ok(domain::Tx {
            txid: self.hash,
            state,
            first_seen: None,
            version: Some(version(self.ver)?),
            lock_time: self.lock_time,
            size: self.size,
            inputs,
            outputs,
        })
    }

    pub(super) fn outspends(mut self) -> Result<Vec<Outspend>, Garbled> {
        self.in_order()?;
        let became = |out: &Output| match out.spent {
            Some(true) => Outspend::SpentBySomebody,
            Some(false) => Outspend::Unspent,
            None => Outspend::Unrecorded,
        };
        Ok(self.out.iter().map(became).collect())
    }
}

impl Input {
    /// What the row says of the output that is spent. No transaction commits to it: a claim.
    fn claim(self, network: Network) -> Result<TxIn, Garbled> {
        let Some(out) = self.prev_out.filter(|out| out.value.is_some()) else {
            return Ok(TxIn { sequence: self.sequence, coinbase: true, ..TxIn::default() });
        };
        let script = out.script.map(|hex| ScriptBuf::from_hex(&hex)).transpose();
        let script = script.map_err(|e| Garbled(format!("script is not hex: {e}")))?;
        Ok(TxIn {
            prev_vout: out.n,
            address: script.and_then(|script| Address::from_script(&script, network)),
            value: Some(possible(out.value)?),
            sequence: self.sequence,
            ..TxIn::default()
        })
    }
}

impl Output {
    fn read(self, network: Network) -> Result<TxOut, Garbled> {
        let value = possible(Some(self.value))?;
        Ok(TxOut { address: Address::from_script(&self.script, network), script: Some(self.script), value })
    }
}

impl TipOrBlocks {
    pub(super) fn hash(self) -> Result<BlockHash, Garbled> {
        match self.hash {
            Some(text) => text.parse().map_err(|_| Garbled("no block hash".to_owned())),
            None => Ok(self.best()?.hash),
        }
    }

    /// Of several blocks of one height, the one in the best chain.
    fn best(self) -> Result<Block, Garbled> {
        let best = self.blocks.unwrap_or_default().into_iter().find(|block| block.main_chain);
        best.ok_or_else(|| Garbled("no block of the best chain".to_owned()))
    }
}

impl Block {
    pub(super) fn read(&self) -> Result<explorer::Block, Garbled> {
        Ok(explorer::Block { hash: self.hash, height: self.height, time: instant(self.time)? })
    }

    pub(super) fn header(&self) -> Result<[u8; 80], Garbled> {
        let &Self { ver: version, prev_block, mrkl_root: merkle_root, time, bits, nonce, .. } = self;
        HeaderFields { version, prev_block, merkle_root, time, bits, nonce }.bytes()
    }
}
