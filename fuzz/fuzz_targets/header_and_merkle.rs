//! Headers and merkle branches: what is taken for one is written back as it was, and proves what it should and no more.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use bitcoin::block::{Header, Version};
use bitcoin::consensus::serialize;
use bitcoin::hashes::{Hash, sha256d};
use bitcoin::hex::DisplayHex;
use bitcoin::{BlockHash, CompactTarget, Network, TxMerkleNode, Txid};
use ransomtrail::proof::{MerkleBranch, MerkleTree, ProvenHeader};

const NETWORKS: [Network; 5] =
    [Network::Bitcoin, Network::Testnet, Network::Testnet4, Network::Signet, Network::Regtest];

/// What one input is made into.
#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// A list of transactions, a byte each.
    list: Vec<u8>,
    /// Which of them the other branch claims, and where.
    claimed: u8,
    pos: u32,
    /// A header, or the hashes of a branch.
    bytes: &'a [u8],
}

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    header(raw);
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(raw)) else { return };
    header(input.bytes);
    let txids: Vec<Txid> = input.list.iter().map(|n| Txid::from_raw_hash(sha256d::Hash::hash(&[*n]))).collect();
    let told = MerkleBranch::from_bytes(input.pos, input.bytes).ok();
    if let Some(branch) = &told {
        assert_eq!((branch.to_bytes().as_slice(), branch.pos()), (input.bytes, input.pos));
    }
    let Ok(tree) = MerkleTree::new(&txids) else { return };
    let header = mined(tree.root());
    for (pos, txid) in txids.iter().enumerate() {
        let branch = tree.branch(pos).expect("one for each");
        assert_eq!(branch.proves(*txid, &header), Ok(()));
        assert_eq!(MerkleBranch::from_bytes(branch.pos(), &branch.to_bytes()).as_ref(), Ok(&branch));
        // The same hashes prove it at no other place, and no other transaction at this one.
        if let Ok(elsewhere) = MerkleBranch::new(input.pos, branch.hashes().to_vec()) {
            assert_eq!(elsewhere.proves(*txid, &header).is_ok(), elsewhere == branch, "{elsewhere:?}");
        }
        let other = Txid::from_raw_hash(sha256d::Hash::hash(&[input.claimed]));
        assert_eq!(branch.proves(other, &header).is_ok(), other == *txid);
    }
    assert!(tree.branch(txids.len()).is_err());
    // A branch of the input's own would have to be found by its hashes.
    if let (Some(branch), Some(txid)) = (told, txids.get(usize::from(input.claimed))) {
        let proves = branch.proves(*txid, &header).is_ok();
        assert_eq!(
            proves,
            tree.branch(branch.pos() as usize) == Ok(branch.clone()) && branch.fold(*txid) == tree.root()
        );
    }
});

/// What is proven is told as it was read, and its difficulty can be computed.
fn header(bytes: &[u8]) {
    for network in NETWORKS {
        let proven = ProvenHeader::from_bytes(bytes, network);
        assert_eq!(ProvenHeader::from_hex(&bytes.to_lower_hex_string(), network), proven);
        let _ = ProvenHeader::from_hex(&String::from_utf8_lossy(bytes), network);
        match proven {
            Ok(proven) => {
                assert_eq!(proven.to_bytes(), bytes);
                assert!(proven.difficulty() > 0 || network == Network::Regtest);
                assert!(!proven.follows(&proven));
            }
            Err(bad) => assert!(!bad.to_string().is_empty()),
        }
    }
}

/// A regtest header over that root.
fn mined(merkle_root: TxMerkleNode) -> ProvenHeader {
    let (version, bits) = (Version::TWO, CompactTarget::from_consensus(0x207f_ffff));
    let made = |nonce| Header { version, prev_blockhash: BlockHash::all_zeros(), merkle_root, time: 0, bits, nonce };
    let proven = |nonce| ProvenHeader::from_bytes(&serialize(&made(nonce)), Network::Regtest).ok();
    (0..).find_map(proven).expect("every other hash will do")
}
