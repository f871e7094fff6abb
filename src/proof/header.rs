use bitcoin::block::{Header, Version};
use bitcoin::consensus::deserialize;
use bitcoin::hex::FromHex;
use bitcoin::params::Params;
use bitcoin::{BlockHash, Network, TxMerkleNode};
use chrono::DateTime;

use crate::domain::{Time, network_name, rfc3339};

/// Least difficulty that a mainnet header can have from a moment (Unix seconds) on: about half of the lowest real one
/// since then, rounded down.
///
/// The target is the header's own word. Without its predecessors, a header with the easiest target is valid by itself
/// and mined in seconds, and with it any payment could be "proven". The floors make that as dear as real mining of the
/// time. They are low on purpose: a floor that is too high would refuse a real block, one that is too low still asks
/// for some 10^20 hashes from 2016 on. Header times may be
/// hours off the real ones; the margin covers that too. The last row holds for all times after it.
static FLOORS: &[(u32, u128)] = &[
    (1_356_998_400, 1_000_000),          // 2013-01-01; lowest since: 2,968,775
    (1_388_534_400, 500_000_000),        // 2014-01-01; 1,180,923,195
    (1_420_070_400, 20_000_000_000),     // 2015-01-01; 40,640,955,017
    (1_451_606_400, 50_000_000_000),     // 2016-01-01; 103,880,340,815
    (1_514_764_800, 900_000_000_000),    // 2018-01-01; 1,873,105,475,221
    (1_577_836_800, 6_000_000_000_000),  // 2020-01-01; 12,876,842,089,682
    (1_640_995_200, 10_000_000_000_000), // 2022-01-01; 24,272,331,500,979
    (1_704_067_200, 30_000_000_000_000), // 2024-01-01; 70,343,519,904,866
];

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
            let (difficulty, least) = (target.difficulty(&params), least_difficulty(self.header.time));
            if difficulty < least {
                return Err(BadHeader::Implausible { hash, difficulty, least, time: self.time() });
            }
        }
        Ok(())
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

/// The floor in force at a header's time; 1, the easiest target, before the first row.
fn least_difficulty(time: u32) -> u128 {
    FLOORS.iter().rev().find(|(from, _)| time >= *from).map_or(1, |(_, least)| *least)
}

#[cfg(test)]
mod tests {
    use bitcoin::CompactTarget;
    use proptest::prelude::*;

    use super::*;

    /// Blocks 0 (Bitcoin Core's chain parameters), 300025 and 482683 (bcoin-org/bcoin test data, MIT).
    const REAL: &[(&str, &str, &str)] = &[
        (
            "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
            "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
            "2009-01-03T18:15:05Z",
        ),
        (
            "02000000d1831d4411bdfda89d9d8c842b541beafd1437fc560dbe5c000000000000000028bec1d35af480ba3884553d72694f6ba6c163a5c081d7e6edaec15f373f19af62ef6d536c890019d0b4bf46",
            "0000000000000000821c4e0acc40f88bedbce3b73ba2358b5ade58a9022cc78c",
            "2014-05-10T09:20:34Z",
        ),
        (
            "0200002087acaa164512f77292a407da8547a97c8cc20baa68854f0000000000000000009fcfae9476e32fcffb8c53de66013196057bdaa64663581878a0c78329bc8808b90ba759e93c011856400a57",
            "000000000000000000c238240ef6dcb26c37e75e16514e6ffc0aef7eee73e747",
            "2017-08-30T19:02:17Z",
        ),
    ];

    /// The first block after regtest's genesis on a chain recorded from Bitcoin Core: work of two hashes.
    const REGTEST: &str = "000000305aa8dc22eb2c2d93c1d864dc5009412cff24bb2ecba2c3233388814a908a0d44e8d9d3f0580261f512852562fdba8dd363ce7ea0e74b620d5ccefccb168bbefeb9781559ffff7f2000000000";

    fn real(row: usize) -> Vec<u8> {
        Vec::from_hex(REAL[row].0).unwrap()
    }

    #[test]
    fn real_headers_are_proven() {
        for (hex, hash, time) in REAL {
            let header = ProvenHeader::from_hex(&format!("{hex}\n"), Network::Bitcoin).unwrap();
            assert_eq!(header.hash().to_string(), *hash);
            assert_eq!(rfc3339(header.time()), *time);
            assert_eq!(header.to_bytes(), Vec::from_hex(hex).unwrap());
        }
        let block = ProvenHeader::from_hex(REAL[2].0, Network::Bitcoin).unwrap();
        assert_eq!(block.difficulty(), 888_171_856_257);
        let before = "0000000000000000004f8568aa0bc28c7ca94785da07a49272f7124516aaac87";
        assert_eq!(block.prev_hash().to_string(), before);
        let root = "0888bc2983c7a07818586346a6da7b0596310166de538cfbcf2fe37694aecf9f";
        assert_eq!(block.merkle_root().to_string(), root);
    }

    #[test]
    fn a_header_follows_the_one_that_it_names() {
        let genesis = ProvenHeader::from_hex(REAL[0].0, Network::Bitcoin).unwrap();
        // Block 1, as every node has it.
        let first = "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299";
        let first = ProvenHeader::from_hex(first, Network::Bitcoin).unwrap();
        assert!(first.follows(&genesis));
        assert!(!genesis.follows(&first) && !first.follows(&first));
    }

    #[test]
    fn cheap_work_is_refused() {
        let refused = |bytes: &[u8], network| ProvenHeader::from_bytes(bytes, network).unwrap_err();
        let regtest = Vec::<u8>::from_hex(REGTEST).unwrap();
        assert!(ProvenHeader::from_bytes(&regtest, Network::Regtest).is_ok());
        for network in [Network::Bitcoin, Network::Testnet, Network::Testnet4, Network::Signet] {
            assert!(matches!(refused(&regtest, network), BadHeader::TooEasy { .. }), "{network}");
        }
        // Real work of 2009 under a header that nobody checked: the same bytes are found too easy for later times.
        let genesis = real(0);
        let header: Header = deserialize(&genesis).unwrap();
        for (from, least) in FLOORS {
            let proven = ProvenHeader {
                header: Header { time: *from, ..header },
                hash: header.block_hash(),
                network: Network::Bitcoin,
            };
            let Err(BadHeader::Implausible { difficulty: 1, least: needed, .. }) = proven.check() else {
                panic!("{from} was believed")
            };
            assert_eq!(needed, *least);
        }
    }

    #[test]
    fn floors_rise_and_lie_below_the_real_difficulty() {
        assert!(FLOORS.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
        assert_eq!(least_difficulty(1_356_998_399), 1);
        assert_eq!(least_difficulty(1_356_998_400), 1_000_000);
        assert_eq!(least_difficulty(u32::MAX), 30_000_000_000_000);
        for row in [1, 2] {
            let header = ProvenHeader::from_bytes(&real(row), Network::Bitcoin).unwrap();
            assert!(header.difficulty() > 2 * least_difficulty(header.header.time));
        }
    }

    #[test]
    fn odd_targets_are_refused() {
        let header: Header = deserialize(&real(0)).unwrap();
        // Zero, negative, wrapped around, not in shortest form.
        for bits in [0, 0x0100_0000, 0x1d80_0001, 0x0480_0000, 0xff7f_ffff, 0x3d00_ffff, 0x1e00_00ff, 0x2000_0001] {
            let header = Header { bits: CompactTarget::from_consensus(bits), ..header };
            let refused = ProvenHeader::from_bytes(&bitcoin::consensus::serialize(&header), Network::Bitcoin);
            assert!(matches!(refused, Err(BadHeader::Bits { bits: b, .. }) if b == bits), "{bits:08x}: {refused:?}");
        }
    }

    #[test]
    fn what_is_no_header_is_named() {
        let of = |text: &str| ProvenHeader::from_hex(text, Network::Bitcoin).unwrap_err().to_string();
        assert_eq!(of("Block not found"), "a block header is written in hexadecimal digits, this is not");
        assert_eq!(of("00"), "a block header has 80 bytes, this has 1");
        let late = format!("{}00", REAL[0].0);
        assert_eq!(of(&late), "a block header has 80 bytes, this has 81");
        assert!(
            of(&REGTEST[..160]).ends_with("its target is easier than mainnet allows; check the network"),
            "{}",
            of(REGTEST)
        );
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_found(row in 0usize..3, bit in 0usize..640) {
            let mut bytes = real(row);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(ProvenHeader::from_bytes(&bytes, Network::Bitcoin).is_err());
        }

        #[test]
        fn arbitrary_bytes_prove_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..100), full in any::<[u8; 32]>(), bits: u32) {
            let networks = [Network::Bitcoin, Network::Testnet, Network::Testnet4, Network::Signet, Network::Regtest];
            let mut header: Header = deserialize(&real(0)).unwrap();
            header.merkle_root = bitcoin::hashes::Hash::from_byte_array(full);
            header.bits = CompactTarget::from_consensus(bits);
            for network in networks {
                let _ = ProvenHeader::from_bytes(&bytes, network);
                let made = ProvenHeader::from_bytes(&bitcoin::consensus::serialize(&header), network);
                prop_assert!(made.is_err() || network == Network::Regtest);
            }
            prop_assert!(ProvenHeader::from_bytes(&bytes, Network::Bitcoin).is_err());
        }
    }
}
