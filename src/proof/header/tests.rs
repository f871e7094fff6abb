use bitcoin::hashes::Hash as _;
use bitcoin::{CompactTarget, Target};
use proptest::prelude::*;

use super::super::targets_known_to;

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
    for time in [1_293_840_000, 1_380_000_000, 1_500_000_000, u32::MAX] {
        let made = Header { time, ..header };
        let proven = ProvenHeader { header: made, hash: header.block_hash(), network: Network::Bitcoin };
        let Err(BadHeader::Implausible { difficulty: 1, least, .. }) = proven.check() else {
            panic!("{time} was believed")
        };
        assert_eq!(least, least_difficulty(i64::from(time)));
    }
}

/// A header as it could stand there, whatever its hash.
fn made(time: i64, target: Target) -> ProvenHeader {
    let header: Header = deserialize(&real(0)).unwrap();
    let (time, bits) = (u32::try_from(time).unwrap(), target.to_compact_lossy());
    let header = Header { time, bits, ..header };
    // A hash that meets any target: what is tested is everything else.
    ProvenHeader { header, hash: BlockHash::all_zeros(), network: Network::Bitcoin }
}

#[test]
fn targets_of_the_time_are_taken_and_tenfold_ones_refused() {
    for period in periods() {
        let (first, last) = period.span;
        let target = Target::from_compact(period.bits);
        for time in [first, first / 2 + last / 2, last] {
            assert_eq!(made(time, target).check(), Ok(()), "{} at {time}", period.first_height);
            if period.difficulty() < 100 {
                continue;
            }
            let mut tenth = target.to_be_bytes();
            let carry = tenth.iter_mut().rev().fold(0, |carry, byte| {
                let times_ten = u16::from(*byte) * 10 + carry;
                *byte = (times_ten & 0xff) as u8;
                times_ten >> 8
            });
            assert_eq!(carry, 0);
            let easy = made(time, Target::from_be_bytes(tenth)).check();
            assert!(matches!(easy, Err(BadHeader::Implausible { .. })), "{} at {time}", period.first_height);
        }
    }
    // Past the last known period: as hard as half is taken, a tenth refused.
    let last = periods().last().unwrap();
    let later = last.span.1 + 400 * 24 * 3600;
    let times = |target: Target, bits: u32| {
        let bytes = target.to_compact_lossy().to_consensus() + bits;
        Target::from_compact(CompactTarget::from_consensus(bytes))
    };
    let known = Target::from_compact(last.bits);
    assert_eq!(made(later, times(known, 0x02_0000)).check(), Ok(()));
    assert!(matches!(made(later, times(known, 0x18_0000)).check(), Err(BadHeader::Implausible { .. })));
}

#[test]
fn a_told_height_must_be_one_of_the_headers_period() {
    for (row, height) in [(0, 0), (1, 300_025), (2, 482_683)] {
        let header = ProvenHeader::from_bytes(&real(row), Network::Bitcoin).unwrap();
        assert_eq!(header.at_height(height), Ok(()));
        assert_eq!(header.at_height(targets_known_to() + 1), Ok(()), "nothing is known there");
        // The first blocks all had the easiest target, and are not told apart.
        for other in [height + 50_000, height + 2016].into_iter().take(if row == 0 { 1 } else { 2 }) {
            assert!(matches!(header.at_height(other), Err(BadHeader::Misplaced { .. })), "{height} as {other}");
        }
        let elsewhere = ProvenHeader { network: Network::Regtest, ..header };
        assert_eq!(elsewhere.at_height(height + 50_000), Ok(()));
    }
    for (at, period) in periods().iter().enumerate() {
        let target = Target::from_compact(period.bits);
        let here = made(period.span.0, target);
        assert_eq!(here.at_height(period.first_height + 1), Ok(()));
        let first = here.at_height(period.first_height);
        let known = at.checked_sub(1).and_then(|before| periods()[before].last_hash);
        assert_eq!(first.is_err(), known.is_some(), "it does not follow the last block of the period before");
        let last = here.at_height(period.first_height + 2015);
        assert_eq!(matches!(last, Err(BadHeader::OffChain { .. })), period.last_hash.is_some(), "{at}");
        if let Some(next) = periods().get(at + 1).filter(|_| at > 15) {
            let late = made(next.span.1, target).at_height(period.first_height + 1);
            assert!(matches!(late, Err(BadHeader::Misplaced { what: "time", .. })), "{at}: {late:?}");
            // Easier, at the right time.
            let easy = made(period.span.0, Target::MAX_ATTAINABLE_MAINNET).at_height(period.first_height + 1);
            assert!(matches!(easy, Err(BadHeader::Misplaced { what: "target", .. })), "{at}");
        }
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
        header.merkle_root = TxMerkleNode::from_byte_array(full);
        header.bits = CompactTarget::from_consensus(bits);
        for network in networks {
            let _ = ProvenHeader::from_bytes(&bytes, network);
            let made = ProvenHeader::from_bytes(&bitcoin::consensus::serialize(&header), network);
            prop_assert!(made.is_err() || network == Network::Regtest);
        }
        prop_assert!(ProvenHeader::from_bytes(&bytes, Network::Bitcoin).is_err());
    }
}
