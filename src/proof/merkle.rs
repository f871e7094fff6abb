use bitcoin::consensus::deserialize;
use bitcoin::hashes::Hash;
use bitcoin::{Amount, BlockHash, Transaction, TxMerkleNode, Txid};

use super::ProvenHeader;

/// Deeper than any block: 2^32 transactions do not fit into one.
const DEEPEST: usize = 32;

/// The way from one transaction up to the merkle root in a header: its place, and the sibling at every level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerkleBranch {
    pos: u32,
    hashes: Vec<TxMerkleNode>,
}

/// Why a branch or a list of transactions proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    /// Stored bytes that are no list of hashes.
    #[error("a merkle branch is made of hashes of 32 bytes, {0} bytes are not")]
    Length(usize),
    /// More levels than a block can have.
    #[error("a merkle branch has at most {DEEPEST} levels, this has {0}")]
    TooDeep(usize),
    /// The tree of that height has no such place.
    #[error("a merkle branch of {levels} levels has no position {pos}")]
    Position {
        /// Position claimed.
        pos: u32,
        /// Levels of the branch.
        levels: usize,
    },
    /// A place that exists only because the last hash of an odd level is repeated (CVE-2012-2459).
    #[error("position {0} in the merkle tree is a repetition, no transaction is there")]
    Repetition(u32),
    /// A block without transactions.
    #[error("a block without transactions has no merkle root")]
    Empty,
    /// Two equal hashes side by side in a whole block: a list that was made longer (CVE-2012-2459).
    #[error("the block's list of transactions repeats a part of itself; ask another source for the block")]
    Repeated,
    /// The block has no transaction at this place.
    #[error("the block has {transactions} transactions, none at position {index}")]
    Outside {
        /// Place asked for.
        index: usize,
        /// Transactions in the block.
        transactions: usize,
    },
    /// A node of the branch can be read as a transaction (CVE-2017-12842).
    #[error("transaction {0}: its merkle branch leads through the bytes of another transaction and proves nothing")]
    ThroughTransaction(Txid),
    /// A transaction that could be a node of the tree (CVE-2017-12842).
    #[error("transaction {0} has 64 bytes, like a node of the merkle tree; only its whole block can prove it")]
    LikeNode(Txid),
    /// Folded to another root than the header's.
    #[error("transaction {txid} is not in block {block} by its merkle branch")]
    NotInBlock {
        /// Transaction.
        txid: Txid,
        /// Block whose header it was held against.
        block: BlockHash,
    },
}

impl MerkleBranch {
    /// A branch from a transaction's place in its block (0 is the coinbase) and the siblings, from the leaves upward.
    pub fn new(pos: u32, hashes: Vec<TxMerkleNode>) -> Result<Self, BadProof> {
        let levels = hashes.len();
        if levels > DEEPEST {
            return Err(BadProof::TooDeep(levels));
        }
        if u64::from(pos) >> levels != 0 {
            return Err(BadProof::Position { pos, levels });
        }
        Ok(Self { pos, hashes })
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(pos: u32, bytes: &[u8]) -> Result<Self, BadProof> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(BadProof::Length(bytes.len()));
        }
        if hashes.len() > DEEPEST {
            return Err(BadProof::TooDeep(hashes.len()));
        }
        Self::new(pos, hashes.iter().map(|hash| TxMerkleNode::from_byte_array(*hash)).collect())
    }

    /// The branch of the transaction at `index` of a whole block, given by all its txids.
    pub fn from_block(txids: &[Txid], index: usize) -> Result<Self, BadProof> {
        MerkleTree::new(txids)?.branch(index)
    }

    /// The siblings for storage: 32 bytes a level in internal byte order, from the leaves upward.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| hash.to_byte_array()).collect()
    }

    /// Place of the transaction in its block; 0 is the coinbase.
    pub fn pos(&self) -> u32 {
        self.pos
    }

    /// The siblings, from the leaves upward.
    pub fn hashes(&self) -> &[TxMerkleNode] {
        &self.hashes
    }

    /// The root that the branch leads to from `txid`. It says nothing until it is compared with a header's; see
    /// [`proves`](Self::proves).
    pub fn fold(&self, txid: Txid) -> TxMerkleNode {
        self.steps(txid).last().map_or_else(|| txid.into(), |(pair, _)| TxMerkleNode::hash(&pair))
    }

    /// Checks that `txid` is in the block of `header`.
    ///
    /// A node of the tree is the hash of 64 bytes, and so is a transaction of 64 bytes (CVE-2017-12842): whoever gets
    /// such a transaction mined, with the txid of an invented one as its second half, has a branch for the invented
    /// one. Therefore no node on the way may read as a transaction; by chance one in some 10^13 does. The other way
    /// round, a node may pose as a transaction: where the content is known, use
    /// [`proves_transaction`](Self::proves_transaction), which refuses 64 bytes.
    pub fn proves(&self, txid: Txid, header: &ProvenHeader) -> Result<(), BadProof> {
        for (pair, right) in self.steps(txid) {
            let (a, b) = pair.split_at(32);
            if right && a == b {
                return Err(BadProof::Repetition(self.pos));
            }
            if poses_as_transaction(&pair) {
                return Err(BadProof::ThroughTransaction(txid));
            }
        }
        if self.fold(txid) != header.merkle_root() {
            return Err(BadProof::NotInBlock { txid, block: header.hash() });
        }
        Ok(())
    }

    /// Checks that this transaction is in the block of `header`; refuses one of 64 bytes (without witnesses).
    pub fn proves_transaction(&self, tx: &Transaction, header: &ProvenHeader) -> Result<(), BadProof> {
        let txid = tx.compute_txid();
        if tx.base_size() == 64 {
            return Err(BadProof::LikeNode(txid));
        }
        self.proves(txid, header)
    }

    /// At each level the 64 bytes that are hashed, and whether our own node is their second half.
    fn steps(&self, txid: Txid) -> impl Iterator<Item = ([u8; 64], bool)> {
        let mut node = TxMerkleNode::from(txid);
        self.hashes.iter().enumerate().map(move |(level, sibling)| {
            let right = (self.pos >> level) & 1 == 1;
            let pair = if right { pair(sibling, &node) } else { pair(&node, sibling) };
            node = TxMerkleNode::hash(&pair);
            (pair, right)
        })
    }
}

fn pair(left: &TxMerkleNode, right: &TxMerkleNode) -> [u8; 64] {
    let mut bytes = [0; 64];
    let (first, second) = bytes.split_at_mut(32);
    first.copy_from_slice(left.as_byte_array());
    second.copy_from_slice(right.as_byte_array());
    bytes
}

/// Whether the 64 bytes are a transaction that a block could hold: in so few there is room for one input and output.
fn poses_as_transaction(bytes: &[u8; 64]) -> bool {
    bytes[4] == 1
        && deserialize::<Transaction>(bytes).is_ok_and(|tx| {
            let sane = tx.output.iter().all(|output| output.value <= Amount::MAX_MONEY);
            !tx.output.is_empty() && sane
        })
}

/// The whole tree over a block's txids.
///
/// rust-bitcoin computes the root alone, and not whether the list repeats itself: hashing a level of odd length repeats
/// its last hash, so that a list with the last part written twice has the same root (CVE-2012-2459).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerkleTree {
    /// The txids, then each level above; the last has one hash.
    levels: Vec<Vec<TxMerkleNode>>,
    root: TxMerkleNode,
}

impl MerkleTree {
    /// Computes the tree. A list that is empty or repeats itself is refused.
    pub fn new(txids: &[Txid]) -> Result<Self, BadProof> {
        let mut level: Vec<TxMerkleNode> = txids.iter().map(|txid| (*txid).into()).collect();
        let mut levels = Vec::new();
        while level.len() > 1 {
            let (pairs, rest) = level.as_chunks::<2>();
            if pairs.iter().any(|[left, right]| left == right) {
                return Err(BadProof::Repeated);
            }
            let all = pairs.iter().map(|[left, right]| (left, right)).chain(rest.iter().map(|last| (last, last)));
            let next = all.map(|(left, right)| TxMerkleNode::hash(&pair(left, right))).collect();
            levels.push(std::mem::replace(&mut level, next));
        }
        let root = *level.first().ok_or(BadProof::Empty)?;
        levels.push(level);
        Ok(Self { levels, root })
    }

    /// The root, which the header commits to.
    pub fn root(&self) -> TxMerkleNode {
        self.root
    }

    /// The branch of the transaction at `index`.
    pub fn branch(&self, index: usize) -> Result<MerkleBranch, BadProof> {
        let transactions = self.levels.first().map_or(0, Vec::len);
        let outside = || BadProof::Outside { index, transactions };
        if index >= transactions {
            return Err(outside());
        }
        let below_root = self.levels.iter().take(self.levels.len() - 1);
        let sibling = |(height, level): (usize, &Vec<TxMerkleNode>)| {
            let own = index >> height;
            level.get(own ^ 1).or_else(|| level.get(own)).copied()
        };
        let hashes = below_root.enumerate().map(sibling).collect::<Option<Vec<_>>>().ok_or_else(outside)?;
        MerkleBranch::new(u32::try_from(index).map_err(|_| outside())?, hashes)
    }
}

#[cfg(test)]
mod tests;
