use bitcoin::block::{Header, Version};
use bitcoin::consensus::deserialize;
use bitcoin::hex::FromHex;
use bitcoin::params::Params;
use bitcoin::{BlockHash, Network, TxMerkleNode};
use chrono::DateTime;

use super::periods::{LENGTH, least_difficulty, periods};
use crate::domain::{Time, network_name, rfc3339};

/// A block header whose work has been checked: making another one with the same merkle root costs as much again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvenHeader {
    header: Header,
    hash: BlockHash,
    network: Network,
}

/// Why bytes are no header that proves anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHeader {
    /// Not 80 bytes.
    #[error("a block header has 80 bytes, this has {0}")]
    Length(usize),
    /// The text is not hexadecimal.
    #[error("a block header is written in hexadecimal digits, this is not")]
    Hex,
    /// The compact target is negative, zero, too large for 256 bits, or not in its shortest form.
    #[error("block {hash}: its difficulty bits {bits:08x} are no target")]
    Bits {
        /// Hash of the header.
        hash: BlockHash,
        /// What the header says.
        bits: u32,
    },
    /// The target is easier than the network ever allows.
    #[error("block {hash}: its target is easier than {} allows; check the network", network_name(*.network))]
    TooEasy {
        /// Hash of the header.
        hash: BlockHash,
        /// Network it was held against.
        network: Network,
    },
    /// The hash is above the target.
    #[error("block {0}: its hash does not meet its own target, so no work stands behind it")]
    NoWork(BlockHash),
    /// Far easier than any block of its time.
    #[error(
        "block {hash}: difficulty {difficulty} is not that of a block of {}, at least {least}; ask another explorer",
        rfc3339(*.time)
    )]
    Implausible {
        /// Hash of the header.
        hash: BlockHash,
        /// Difficulty by the header's bits (1 is the easiest that mainnet allows).
        difficulty: u128,
        /// The least that is plausible for its time.
        least: u128,
        /// Time in the header.
        time: Time,
    },
    /// Its target is not that of its period, or its time not in it.
    #[error("block {hash}: its {what} is not that of a block at height {height}; ask another explorer")]
    Misplaced {
        /// Hash of the header.
        hash: BlockHash,
        /// Where it is said to be.
        height: u32,
        /// What is not right: the target or the time.
        what: &'static str,
    },
    /// Another block is known at this place.
    #[error(
        "block {hash} is said to be at height {height}, and the chain has {known} at height {at}; ask another explorer"
    )]
    OffChain {
        /// Hash of the header.
        hash: BlockHash,
        /// Where it is said to be.
        height: u32,
        /// The block that is known.
        known: BlockHash,
        /// Its height: the same, or the one before.
        at: u32,
    },
}

impl ProvenHeader {
    /// Reads the 80 bytes of a header and checks its work for `network`: the hash meets the target, the target is one
    /// that the network allows, and on mainnet not far easier than any real block of the header's time.
    ///
    /// On the test networks work is cheap and proves little; a signet's signature is not checked.
    pub fn from_bytes(bytes: &[u8], network: Network) -> Result<Self, BadHeader> {
        let wrong_length = || BadHeader::Length(bytes.len());
        let exact: &[u8; Header::SIZE] = bytes.try_into().map_err(|_| wrong_length())?;
        let header: Header = deserialize(exact).map_err(|_| wrong_length())?;
        let proven = Self { header, hash: header.block_hash(), network };
        proven.check()?;
        Ok(proven)
    }

    /// The same from hexadecimal text, as explorers hand out headers; white space around it is ignored.
    pub fn from_hex(text: &str, network: Network) -> Result<Self, BadHeader> {
        let bytes = Vec::<u8>::from_hex(text.trim()).map_err(|_| BadHeader::Hex)?;
        Self::from_bytes(&bytes, network)
    }

    fn check(&self) -> Result<(), BadHeader> {
        let (hash, network, target) = (self.hash, self.network, self.header.target());
        let bits = self.header.bits.to_consensus();
        // rust-bitcoin lets an exponent that is too large wrap around. Real bits are always in the form that they are
        // computed in, so that writing the target again shows every oddity, zero and negative targets included.
        if bits == 0 || target.to_compact_lossy() != self.header.bits {
            return Err(BadHeader::Bits { hash, bits });
        }
        let params = Params::new(network);
        if target > params.max_attainable_target {
            return Err(BadHeader::TooEasy { hash, network });
        }
        if !target.is_met_by(hash) {
            return Err(BadHeader::NoWork(hash));
        }
        if network == Network::Bitcoin {
            let (difficulty, least) = (target.difficulty(&params), least_difficulty(i64::from(self.header.time)));
            if difficulty < least {
                return Err(BadHeader::Implausible { hash, difficulty, least, time: self.time() });
            }
        }
        Ok(())
    }

    /// Whether the block can stand at this height of mainnet: with the target of its period, at a time within it, and between the
    /// blocks that are known. Nothing is known above [`super::targets_known_to`], nor of other networks.
    pub fn at_height(&self, height: u32) -> Result<(), BadHeader> {
        let at = (height / LENGTH) as usize;
        let Some(period) = periods().get(at).filter(|_| self.network == Network::Bitcoin) else { return Ok(()) };
        let (hash, time) = (self.hash, i64::from(self.header.time));
        if self.header.bits != period.bits {
            return Err(BadHeader::Misplaced { hash, height, what: "target" });
        }
        // The last period has no known end.
        let is_over = periods().get(at + 1).is_some();
        if !period.may_hold(if is_over { time } else { time.min(period.span.1) }) {
            return Err(BadHeader::Misplaced { hash, height, what: "time" });
        }
        let before = height.checked_sub(1).filter(|below| below / LENGTH < height / LENGTH);
        let last = period.last_hash.filter(|known| (height + 1).is_multiple_of(LENGTH) && *known != hash);
        let end = before.and_then(|below| periods().get((below / LENGTH) as usize)?.last_hash);
        let end = end.filter(|known| *known != self.prev_hash());
        match (last, end) {
            (Some(known), _) => Err(BadHeader::OffChain { hash, height, known, at: height }),
            (_, Some(known)) => Err(BadHeader::OffChain { hash, height, known, at: height - 1 }),
            (None, None) => Ok(()),
        }
    }

    /// The block's hash.
    pub fn hash(&self) -> BlockHash {
        self.hash
    }

    /// Hash of the block before it.
    pub fn prev_hash(&self) -> BlockHash {
        self.header.prev_blockhash
    }

    /// Root of the tree of the block's txids.
    pub fn merkle_root(&self) -> TxMerkleNode {
        self.header.merkle_root
    }

    /// Time that the miner wrote into the header; up to two hours off.
    pub fn time(&self) -> Time {
        // Every second that fits into 32 bits is a date, up to 2106.
        DateTime::from_timestamp(i64::from(self.header.time), 0).unwrap_or_default()
    }

    /// Block version.
    pub fn version(&self) -> Version {
        self.header.version
    }

    /// Network that the work was checked for.
    pub fn network(&self) -> Network {
        self.network
    }

    /// How hard the block was to find, in units of mainnet's easiest (on other networks of theirs), rounded down.
    pub fn difficulty(&self) -> u128 {
        self.header.target().difficulty(Params::new(self.network))
    }

    /// Whether this is the next block after `previous`, on the same network.
    pub fn follows(&self, previous: &Self) -> bool {
        self.prev_hash() == previous.hash && self.network == previous.network
    }

    /// The 80 bytes, as they were read.
    pub fn to_bytes(&self) -> Vec<u8> {
        bitcoin::consensus::serialize(&self.header)
    }
}

#[cfg(test)]
mod tests;
