use bitcoin::Network;
use bitcoin::hashes::Hash;
use bitcoin::hex::FromHex;
use bitcoin::merkle_tree::{MerkleBlock, calculate_root};
use proptest::prelude::*;

use super::*;

/// One proof as a source hands it out: header, txid, place, siblings.
struct Told {
    header: &'static str,
    network: Network,
    txid: &'static str,
    pos: u32,
    siblings: &'static [&'static str],
}

static TOLD: &[Told] = &[
    // Mainnet block 300025, second match of a merkleblock message (bcoin-org/bcoin test data, MIT); 461 transactions.
    Told {
        header: "02000000d1831d4411bdfda89d9d8c842b541beafd1437fc560dbe5c000000000000000028bec1d35af480ba3884553d72694f6ba6c163a5c081d7e6edaec15f373f19af62ef6d536c890019d0b4bf46",
        network: Network::Bitcoin,
        txid: "5ceec2d8ee90cb4b956870fac6055bead9333570f656ec3014307031de518cec",
        pos: 397,
        siblings: &[
            "5708f3c63be2baf9d478256cded8787c84f1eb8262c6751993a84cd04cf89373",
            "cb20a9e90e23c48a1a497dbe75ba7a9d2d914231a01f29e25a9ab09d8652c1c7",
            "a0e4dfb8befaf1fe05bc991f6068dccd88e5ce07b755d729d3b06c71e4aabbd7",
            "23096d0fbe2c1bd5d384171ca1c352f0dcc56b85dd5b14f282f3d65330da618b",
            "3f151204c5d27c71790c8211f2cec4da5c7cde18c4f225a21545358345f0db5a",
            "64d5c656403f6e920b605b13f6ddaf3b45d3411750a1f441128b3adab9465e1f",
            "6235e57023d34548c96831047963a8ab7bd73b99019f8169e2af32ba57568233",
            "3323deebb6442bdd42fb7d9b698d3298f403d01deeaa549a7b73f3da5f586d9d",
            "e12dc6d41f42559f0d2f49cb92f1c8dc5bc4acc596a3d19432bb1bce3be5227d",
        ],
    },
    // What an Esplora server answered to /tx/:txid/merkle-proof on a regtest chain of Bitcoin Core, height 155.
    Told { header: REGTEST, network: Network::Regtest, txid: REGTEST_TXIDS[3], pos: 3, siblings: REGTEST_SIBLINGS },
];

const REGTEST: &str = "000000305aa8dc22eb2c2d93c1d864dc5009412cff24bb2ecba2c3233388814a908a0d44e8d9d3f0580261f512852562fdba8dd363ce7ea0e74b620d5ccefccb168bbefeb9781559ffff7f2000000000";
const REGTEST_TXIDS: &[&str] = &[
    "32a49b3e93ddaf74cb99e7ea625796018e8be7fc3d250880f4325427aa894d7f",
    "79df9af15a510f0fa4bbd152dded41a350c4e07fca42eb8bab0bec970fc55045",
    "9b8a21fb8a97daa84ea74a8eddc5e450d34bd07d6a2357ea52a1517a2bed2af3",
    "0e174b67f03d9e7e1864d192880e870f1b562ec3968bfe785e1b2b92df939ef0",
];
const REGTEST_SIBLINGS: &[&str] = &[
    "9b8a21fb8a97daa84ea74a8eddc5e450d34bd07d6a2357ea52a1517a2bed2af3",
    "74f8ca5b6ce201b620193163b144db12bc1db9a63e52da488d4b012144c2cfb5",
];
/// The same transaction by /tx/:txid/merkleblock-proof, in Bitcoin Core's own form (after the header).
const REGTEST_MERKLEBLOCK: &str = "0400000003b5cfc24421014b8d48da523ea6b91dbc12db44b163311920b601e26c5bcaf874f32aed2b7a51a152ea57236a7dd04bd350e4c5dd8e4aa74ea8da978afb218a9bf09e93df922b1b5e78fe8b96c32e561b0f870e8892d164187e9e3df0674b170e0115";

impl Told {
    fn read(&self) -> (ProvenHeader, Txid, MerkleBranch) {
        let siblings = self.siblings.iter().map(|hash| hash.parse().unwrap()).collect();
        let header = ProvenHeader::from_hex(self.header, self.network).unwrap();
        (header, self.txid.parse().unwrap(), MerkleBranch::new(self.pos, siblings).unwrap())
    }
}

fn txids(n: u32) -> Vec<Txid> {
    (0..n).map(|i| Txid::hash(&i.to_le_bytes())).collect()
}

/// A header over this root, with the work that regtest asks for.
fn mined(root: TxMerkleNode) -> ProvenHeader {
    let mut header: bitcoin::block::Header = deserialize(&Vec::<u8>::from_hex(REGTEST).unwrap()).unwrap();
    header.merkle_root = root;
    let tries = std::iter::repeat_with(|| {
        header.nonce += 1;
        ProvenHeader::from_bytes(&bitcoin::consensus::serialize(&header), Network::Regtest)
    });
    tries.flatten().next().unwrap()
}

#[test]
fn real_branches_prove_their_transactions() {
    for told in TOLD {
        let (header, txid, branch) = told.read();
        assert_eq!(branch.proves(txid, &header), Ok(()));
        assert_eq!(branch.fold(txid), header.merkle_root());
        assert_eq!(MerkleBranch::from_bytes(told.pos, &branch.to_bytes()).unwrap(), branch);
    }
    let (other, ..) = TOLD[1].read();
    let (_, txid, branch) = TOLD[0].read();
    assert_eq!(branch.proves(txid, &other), Err(BadProof::NotInBlock { txid, block: other.hash() }));
}

#[test]
fn a_branch_from_the_block_is_the_explorers() {
    let all: Vec<Txid> = REGTEST_TXIDS.iter().map(|t| t.parse().unwrap()).collect();
    let (header, txid, told) = TOLD[1].read();
    assert_eq!(MerkleBranch::from_block(&all, 3).unwrap(), told);
    let bytes = Vec::from_hex(&format!("{REGTEST}{REGTEST_MERKLEBLOCK}")).unwrap();
    let block: MerkleBlock = deserialize(&bytes).unwrap();
    let (mut matched, mut places) = (Vec::new(), Vec::new());
    block.extract_matches(&mut matched, &mut places).unwrap();
    assert_eq!((matched, places), (vec![txid], vec![told.pos()]));
    assert_eq!(block.header.block_hash(), header.hash());
}

#[test]
fn a_branch_has_the_places_of_its_height() {
    let node = TxMerkleNode::all_zeros();
    let new = |pos, levels| MerkleBranch::new(pos, vec![node; levels]);
    assert!(new(0, 0).is_ok() && new(1, 1).is_ok() && new(7, 3).is_ok() && new(u32::MAX, 32).is_ok());
    for (pos, levels) in [(1, 0), (2, 1), (8, 3), (u32::MAX, 31)] {
        assert_eq!(new(pos, levels), Err(BadProof::Position { pos, levels }));
    }
    assert_eq!(new(0, 33), Err(BadProof::TooDeep(33)));
    assert_eq!(MerkleBranch::from_bytes(0, &[0; 33 * 32]), Err(BadProof::TooDeep(33)));
    assert_eq!(MerkleBranch::from_bytes(0, &[0; 31]), Err(BadProof::Length(31)));
    let all = txids(3);
    assert_eq!(MerkleBranch::from_block(&all, 3), Err(BadProof::Outside { index: 3, transactions: 3 }));
    assert_eq!(MerkleBranch::from_block(&[], 0), Err(BadProof::Empty));
}

#[test]
fn a_repeated_end_is_refused() {
    // The known example: 1..6, and 1..6 with 5 and 6 once more, have the same root.
    let honest = txids(6);
    let longer = [&honest[..], &honest[4..]].concat();
    let root = |list: &[Txid]| calculate_root(list.iter().map(|t| TxMerkleNode::from(*t))).unwrap();
    assert_eq!(root(&honest), root(&longer));
    assert_eq!(MerkleTree::new(&longer), Err(BadProof::Repeated));
    assert_eq!(MerkleTree::new(&[honest[0], honest[0]]), Err(BadProof::Repeated));
    // A branch to the place that only the repetition has.
    let header = mined(root(&honest));
    let real = MerkleBranch::from_block(&honest, 5).unwrap();
    assert_eq!(real.proves(honest[5], &header), Ok(()));
    let phantom = MerkleBranch::new(7, real.hashes().to_vec()).unwrap();
    assert_eq!(phantom.fold(honest[5]), header.merkle_root());
    assert_eq!(phantom.proves(honest[5], &header), Err(BadProof::Repetition(7)));
}

/// A transaction of 64 bytes whose second half is the txid of an invented one: its input spends an output of which the
/// attacker chose the number, its output's value and script and the lock time are the invented txid's end.
fn trap(invented: Txid) -> [u8; 64] {
    let mut bytes = [0x11; 64];
    bytes[..5].copy_from_slice(&[1, 0, 0, 0, 1]);
    bytes[32..].copy_from_slice(invented.as_byte_array());
    bytes
}

/// A txid that reads as the second half of such a transaction; real ones are ground out with 2^70 hashes or so.
fn invented() -> Txid {
    let mut half = [0x22; 32];
    half[9] = 0; // empty input script
    half[14] = 1; // one output
    half[15..23].copy_from_slice(&5_000u64.to_le_bytes());
    half[23] = 4; // script of four bytes
    Txid::from_byte_array(half)
}

#[test]
fn a_transaction_that_poses_as_a_node_proves_nothing() {
    let trap = trap(invented());
    let tx: Transaction = deserialize(&trap).unwrap();
    let mut block = txids(5);
    block[3] = tx.compute_txid();
    let header = mined(MerkleTree::new(&block).unwrap().root());
    let real = MerkleBranch::from_block(&block, 3).unwrap();
    // One level deeper, from the second half of the trap.
    let first = TxMerkleNode::from_slice(&trap[..32]).unwrap();
    let forged = MerkleBranch::new(2 * 3 + 1, [&[first], real.hashes()].concat()).unwrap();
    assert_eq!(forged.fold(invented()), header.merkle_root());
    assert_eq!(forged.proves(invented(), &header), Err(BadProof::ThroughTransaction(invented())));
    // The trap itself is in the block, but 64 bytes could be a node as well.
    assert_eq!(real.proves(tx.compute_txid(), &header), Ok(()));
    assert_eq!(real.proves_transaction(&tx, &header), Err(BadProof::LikeNode(tx.compute_txid())));
    // A neighbour is proven through the trap's txid, not through its bytes.
    assert_eq!(MerkleBranch::from_block(&block, 2).unwrap().proves(block[2], &header), Ok(()));
}

proptest! {
    #[test]
    fn every_branch_of_any_block_folds_to_the_root(n in 1u32..70, pick: u32) {
        let all = txids(n);
        let tree = MerkleTree::new(&all).unwrap();
        let header = mined(tree.root());
        prop_assert_eq!(tree.root(), calculate_root(all.iter().map(|t| TxMerkleNode::from(*t))).unwrap());
        for (index, txid) in all.iter().enumerate() {
            let branch = tree.branch(index).unwrap();
            prop_assert_eq!(branch.proves(*txid, &header), Ok(()));
            prop_assert_eq!(&MerkleBranch::from_bytes(branch.pos(), &branch.to_bytes()).unwrap(), &branch);
            let other = all[(index + 1 + pick as usize) % all.len()];
            prop_assert!(other == *txid || branch.proves(other, &header).is_err());
        }
    }

    #[test]
    fn any_flipped_bit_is_found(n in 2u32..70, index: prop::sample::Index, byte: prop::sample::Index, bit in 0u32..8) {
        let all = txids(n);
        let index = index.index(all.len());
        let header = mined(MerkleTree::new(&all).unwrap().root());
        let branch = MerkleBranch::from_block(&all, index).unwrap();
        let mut bytes = branch.to_bytes();
        bytes[byte.index(branch.to_bytes().len())] ^= 1 << bit;
        let flipped = MerkleBranch::from_bytes(branch.pos(), &bytes).unwrap();
        prop_assert!(flipped.proves(all[index], &header).is_err());
        let mut txid = all[index].to_byte_array();
        txid[byte.index(32)] ^= 1 << bit;
        prop_assert!(branch.proves(Txid::from_byte_array(txid), &header).is_err());
        let moved = branch.pos() ^ (1 << (bit % branch.hashes().len() as u32));
        prop_assert!(MerkleBranch::new(moved, branch.hashes().to_vec()).unwrap().proves(all[index], &header).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_a_branch_or_an_error(pos: u32, bytes in proptest::collection::vec(any::<u8>(), 0..1100)) {
        let (header, txid, _) = TOLD[0].read();
        match MerkleBranch::from_bytes(pos, &bytes) {
            Ok(branch) => {
                prop_assert_eq!(branch.to_bytes(), bytes);
                prop_assert!(branch.proves(txid, &header).is_err());
            }
            Err(e) => prop_assert!(!e.to_string().is_empty()),
        }
    }
}
