use bitcoin::block::{Bip34Error, Header, Version};
use bitcoin::consensus::{deserialize, encode};
use bitcoin::{Block, BlockHash, Network, OutPoint, Transaction, Txid};

use super::{BadHeader, BadProof, MerkleBranch, MerkleTree, ProvenHeader, Watched};

/// 2013-03-26: from block 227,931 (two days before) on, every mainnet coinbase begins with the block's height (BIP 34).
const HEIGHTS_FROM: i64 = 1_364_256_000;

/// What a whole block shows of the watched scripts and outpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// The block's header, with its work checked.
    pub header: ProvenHeader,
    /// Height as the coinbase tells it (BIP 34): block version 2 or later, and a number at its start. Early blocks may
    /// say anything there; see [`height_agrees`](Self::height_agrees).
    pub height: Option<u32>,
    /// Transactions in the block.
    pub transactions: usize,
    /// Those that pay a watched script or spend a watched outpoint, in the block's order.
    pub found: Vec<WatchedTransaction>,
}

/// A transaction that pays a watched script or spends a watched outpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedTransaction {
    /// The transaction.
    pub tx: Transaction,
    /// Its id, computed.
    pub txid: Txid,
    /// Its place in the block, and the proof of it. One of 64 bytes is proven by the block, and not by its branch
    /// ([`MerkleBranch::proves_transaction`]).
    pub branch: MerkleBranch,
    /// Outputs to watched scripts.
    pub outputs: Vec<Hit>,
    /// Inputs that spend watched outpoints.
    pub inputs: Vec<Hit>,
}

/// One output or input of a [`WatchedTransaction`] transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Position among the transaction's outputs or inputs.
    pub index: u32,
    /// Number under which the script or outpoint is watched.
    pub id: u32,
}

/// Why bytes are not the block that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum BadBlock {
    /// Shorter than a header.
    #[error("a block begins with a header of 80 bytes, these are {0} bytes")]
    Short(usize),
    /// The header proves nothing.
    #[error(transparent)]
    Header(#[from] BadHeader),
    /// Another block.
    #[error("asked for block {expected}, and got block {got}")]
    Other {
        /// Block asked for.
        expected: BlockHash,
        /// Hash of the header that came.
        got: BlockHash,
    },
    /// The bytes after the header are no list of transactions, or more follow.
    #[error("block {0} cannot be read: {1}")]
    Garbled(BlockHash, encode::Error),
    /// A block has one coinbase, at its start.
    #[error("block {0}: its first transaction, and no other, must be a coinbase")]
    Coinbase(BlockHash),
    /// A list of transactions that has no tree.
    #[error("block {0}: {1}")]
    Tree(BlockHash, BadProof),
    /// The transactions are not those that the header commits to.
    #[error("block {0}: its transactions do not have the merkle root of its header")]
    Root(BlockHash),
    /// The witnesses are not those that the coinbase commits to.
    #[error("block {0}: its witnesses are not those that its coinbase commits to")]
    Witnesses(BlockHash),
}

/// Reads a whole block and finds what it pays to and spends from `watched`.
///
/// Before anything is believed, the header must have the expected hash and the work of `network`, the transactions must
/// be those of its merkle root, and the witnesses, where there are any, those of the coinbase's commitment (BIP 141); a
/// block without any is taken as it is, since txids do not cover them. Outputs to watched scripts are watched from then
/// on, under the script's number, so that a spend further on in this block or in a later one is found. On an error
/// `watched` is as before.
pub fn scan_block(
    bytes: &[u8],
    expected: &BlockHash,
    network: Network,
    watched: &mut Watched,
) -> Result<Scanned, BadBlock> {
    let header = bytes.get(..Header::SIZE).ok_or(BadBlock::Short(bytes.len()))?;
    let header = ProvenHeader::from_bytes(header, network)?;
    let hash = header.hash();
    if hash != *expected {
        return Err(BadBlock::Other { expected: *expected, got: hash });
    }
    let block: Block = deserialize(bytes).map_err(|e| BadBlock::Garbled(hash, e))?;
    let txids: Vec<Txid> = block.txdata.iter().map(Transaction::compute_txid).collect();
    let tree = MerkleTree::new(&txids).map_err(|e| BadBlock::Tree(hash, e))?;
    if tree.root() != header.merkle_root() {
        return Err(BadBlock::Root(hash));
    }
    if !has_one_coinbase(&block) {
        return Err(BadBlock::Coinbase(hash));
    }
    if !block.check_witness_commitment() {
        return Err(BadBlock::Witnesses(hash));
    }
    let height = height(&block);
    let mut found = Vec::new();
    for (place, (tx, txid)) in block.txdata.into_iter().zip(&txids).enumerate() {
        let inputs = (0..)
            .zip(&tx.input)
            .filter_map(|(index, input)| watched.outpoint(&input.previous_output).map(|id| Hit { index, id }));
        let inputs: Vec<Hit> = inputs.collect();
        let outputs = (0..)
            .zip(&tx.output)
            .filter_map(|(index, output)| watched.script(&output.script_pubkey).map(|id| Hit { index, id }));
        let outputs: Vec<Hit> = outputs.collect();
        if inputs.is_empty() && outputs.is_empty() {
            continue;
        }
        for hit in &outputs {
            watched.insert_outpoint(OutPoint::new(*txid, hit.index), hit.id);
        }
        let branch = tree.branch(place).map_err(|e| BadBlock::Tree(hash, e))?;
        found.push(WatchedTransaction { tx, txid: *txid, branch, outputs, inputs });
    }
    Ok(Scanned { header, height, transactions: txids.len(), found })
}

/// A list of inner nodes, each read as a transaction of 64 bytes, has the same root as the block (CVE-2017-12842).
/// Its first would have to be a coinbase, and to make a node that reads as one takes 2^224 hashes.
fn has_one_coinbase(block: &Block) -> bool {
    let mut rest = block.txdata.iter();
    rest.next().is_some_and(Transaction::is_coinbase) && !rest.any(Transaction::is_coinbase)
}

fn height(block: &Block) -> Option<u32> {
    match block.bip34_block_height() {
        Ok(height) => u32::try_from(height).ok(),
        // Heights 1 to 16 are written as one opcode, which rust-bitcoin does not read.
        Err(Bip34Error::NotPresent) => {
            let first = block.coinbase()?.input.first()?.script_sig.as_bytes().first()?;
            (0x51..=0x60).contains(first).then(|| u32::from(first - 0x50))
        }
        Err(_) => None,
    }
}

impl Scanned {
    /// Whether the block may stand at the height that somebody claims for it: its coinbase tells the same height, or
    /// comes from a time before coinbases had to.
    pub fn height_agrees(&self, claimed: u32) -> bool {
        let must_tell = match self.header.network() {
            Network::Bitcoin => self.header.time().timestamp() >= HEIGHTS_FROM,
            _ => self.header.version() >= Version::TWO,
        };
        !must_tell || self.height == Some(claimed)
    }
}
