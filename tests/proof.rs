//! A whole block, scanned: everything watched is found with its proof, and what is not the block is refused.

use std::collections::{HashMap, HashSet};

use bitcoin::consensus::serialize;
use bitcoin::hashes::Hash;
use bitcoin::{Block, BlockHash, Network, OutPoint, ScriptBuf, Transaction, Witness};
use proptest::prelude::*;
use ransomtrail::proof::{BadBlock, BadHeader, BadProof, Hit, ProvenHeader, Scanned, Watched, scan_block};

use crate::support::blocks::{Dice, block, full_block, mine, script, strange_outpoint, transaction};

fn scan(block: &Block, watched: &mut Watched) -> Result<Scanned, BadBlock> {
    scan_block(&serialize(block), &block.block_hash(), Network::Regtest, watched)
}

fn watching(scripts: &[u64]) -> Watched {
    let mut watched = Watched::default();
    for n in scripts {
        assert!(watched.insert_script(&script(*n), u32::try_from(*n).unwrap()));
    }
    watched
}

/// A chain of payments: script 1 is paid, and what it got is spent in the same block and in a later one.
#[test]
fn payments_and_their_spends_are_found_with_proofs() {
    let mut dice = Dice(1);
    let strange = strange_outpoint(&mut dice);
    let paid = transaction(&mut dice, &[strange], &[script(9), script(1), script(1)], true);
    let out = |vout| OutPoint::new(paid.compute_txid(), vout);
    let spent_at_once = transaction(&mut dice, &[out(1)], &[script(8)], false);
    let spent_later = transaction(&mut dice, &[strange_outpoint(&mut Dice(2)), out(2)], &[script(8), script(2)], true);
    let noise = |seed| transaction(&mut Dice(seed), &[strange_outpoint(&mut Dice(seed + 1))], &[script(77)], false);
    let first = block(300_000, vec![noise(3), paid.clone(), noise(5), spent_at_once.clone()]);
    let second = block(300_001, vec![noise(7), spent_later.clone()]);

    let mut watched = watching(&[1, 2]);
    let found = scan(&first, &mut watched).unwrap();
    assert_eq!((found.transactions, found.height), (5, Some(300_000)));
    assert!(found.height_agrees(300_000) && !found.height_agrees(300_001));
    let [payment, spend] = &found.found[..] else { panic!("{found:?}") };
    assert_eq!(payment.tx, paid);
    assert_eq!(payment.outputs, [Hit { index: 1, id: 1 }, Hit { index: 2, id: 1 }]);
    assert_eq!((payment.inputs.len(), payment.branch.pos()), (0, 2));
    assert_eq!(
        (&spend.tx, &spend.inputs[..], spend.outputs.len()),
        (&spent_at_once, &[Hit { index: 0, id: 1 }][..], 0)
    );
    for one in &found.found {
        assert_eq!(one.branch.proves_transaction(&one.tx, &found.header), Ok(()));
    }
    assert_eq!(watched.outpoints(), 2);

    let later = scan(&second, &mut watched).unwrap();
    let [spend] = &later.found[..] else { panic!("{later:?}") };
    assert_eq!(spend.tx, spent_later);
    assert_eq!(
        (&spend.inputs[..], &spend.outputs[..]),
        (&[Hit { index: 1, id: 1 }][..], &[Hit { index: 1, id: 2 }][..])
    );
    // Without the first block nobody knows that the second spends.
    let alone = scan(&second, &mut watching(&[1, 2])).unwrap();
    assert_eq!(alone.found[0].inputs, []);
}

#[test]
fn a_coinbase_can_be_found() {
    let made = block(5, Vec::new());
    let mut watched = Watched::default();
    watched.insert_script(&script(u64::MAX), 4);
    let found = scan(&made, &mut watched).unwrap();
    assert_eq!((found.height, found.transactions, found.found[0].branch.hashes()), (Some(5), 1, &[][..]));
    assert_eq!(found.found[0].branch.proves(found.found[0].txid, &found.header), Ok(()));
}

#[test]
fn heights_are_read_as_bip_34_writes_them() {
    for height in [0, 1, 16, 17, 127, 128, 255, 256, 32_767, 32_768, 482_683, 8_388_607, 8_388_608] {
        assert_eq!(scan(&block(height, Vec::new()), &mut Watched::default()).unwrap().height, Some(height));
    }
    let change = |change: fn(&mut Block)| {
        let mut made = block(300_000, Vec::new());
        change(&mut made);
        mine(&mut made);
        scan(&made, &mut Watched::default()).unwrap()
    };
    let old = change(|block| block.header.version = bitcoin::block::Version::ONE);
    assert_eq!((old.height, old.height_agrees(3)), (None, true));
    let silent = change(|block| block.txdata[0].input[0].script_sig = ScriptBuf::from_bytes(vec![0xff; 4]));
    assert_eq!((silent.height, silent.height_agrees(300_000)), (None, false));
}

/// Every way to be another block than the one asked for; what was watched stays as it was.
#[test]
fn what_is_not_the_block_is_refused() {
    let made = full_block(3, 4000);
    let hash = made.block_hash();
    let bytes = serialize(&made);
    let mut watched = watching(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let mut refused = |bytes: &[u8], hash: &BlockHash| {
        let error = scan_block(bytes, hash, Network::Regtest, &mut watched).unwrap_err();
        assert_eq!(watched.outpoints(), 0);
        error
    };
    assert!(matches!(refused(&bytes[..79], &hash), BadBlock::Short(79)));
    assert!(matches!(refused(&bytes, &BlockHash::all_zeros()), BadBlock::Other { got, .. } if got == hash));
    assert!(matches!(refused(&bytes[..80], &hash), BadBlock::Garbled(..)));
    assert!(matches!(refused(&bytes[..bytes.len() - 1], &hash), BadBlock::Garbled(..)));
    assert!(matches!(refused(&[&bytes[..], &[0]].concat(), &hash), BadBlock::Garbled(..)));
    let changed = |change: &dyn Fn(&mut Block), work: bool| {
        let mut block = made.clone();
        change(&mut block);
        if work {
            mine(&mut block);
        }
        (serialize(&block), block.block_hash())
    };
    let (bytes, hash) = changed(&|b| b.txdata[3].output[0].value += bitcoin::Amount::ONE_SAT, false);
    assert!(matches!(refused(&bytes, &hash), BadBlock::Root(_)));
    let (bytes, hash) = changed(&|b| drop(b.txdata.pop()), false);
    assert!(matches!(refused(&bytes, &hash), BadBlock::Root(_)));
    let (bytes, hash) = changed(&|b| b.txdata[2].input[0].witness = Witness::from_slice(&[[1; 9]]), false);
    assert!(matches!(refused(&bytes, &hash), BadBlock::Witnesses(_)));
    let (bytes, hash) = changed(&|b| b.txdata[2].input.iter_mut().for_each(|i| i.witness.clear()), false);
    assert!(matches!(refused(&bytes, &hash), BadBlock::Witnesses(_)));
    let (bytes, hash) = changed(&|b| drop(b.txdata.remove(0)), true);
    assert!(matches!(refused(&bytes, &hash), BadBlock::Coinbase(_)));
    let (bytes, hash) = changed(&|b| b.txdata[1].input = b.txdata[0].input.clone(), true);
    assert!(matches!(refused(&bytes, &hash), BadBlock::Coinbase(_)));
    let (bytes, hash) = changed(
        &|b| {
            while b.header.target().is_met_by(b.block_hash()) {
                b.header.nonce += 1
            }
        },
        false,
    );
    assert!(matches!(refused(&bytes, &hash), BadBlock::Header(BadHeader::NoWork(_))));
    // The end of the list once more: the same root, another block (CVE-2012-2459).
    let mut odd = block(9, full_block(4, 900).txdata.split_off(1).into_iter().take(2).collect());
    odd.txdata.push(odd.txdata[2].clone());
    assert!(odd.check_merkle_root());
    assert!(matches!(refused(&serialize(&odd), &odd.block_hash()), BadBlock::Tree(_, BadProof::Repeated)));
    // Regtest's work is nothing on mainnet.
    let cheap = scan_block(&serialize(&made), &made.block_hash(), Network::Bitcoin, &mut Watched::default());
    assert!(matches!(cheap, Err(BadBlock::Header(BadHeader::TooEasy { .. }))));
}

#[test]
fn a_block_without_its_witnesses_is_still_the_block() {
    let made = full_block(3, 4000);
    let mut stripped = made.clone();
    stripped.txdata.iter_mut().flat_map(|tx| &mut tx.input).for_each(|input| input.witness.clear());
    assert_ne!(made, stripped);
    let scanned = scan(&stripped, &mut Watched::default()).unwrap();
    assert_eq!(scanned.header.hash(), made.block_hash());
}

/// Transactions that pay scripts 0 to 29 and spend each other's outputs or strange ones, in a possible order.
fn story(seed: u64, transactions: usize) -> Vec<Transaction> {
    let mut dice = Dice(seed);
    let mut open: Vec<OutPoint> = Vec::new();
    let mut out: Vec<Transaction> = Vec::new();
    for _ in 0..transactions {
        let mut inputs = Vec::new();
        for _ in 0..=dice.below(3) {
            let own = !open.is_empty() && dice.below(2) == 0;
            let at = dice.below(open.len().max(1) as u64) as usize;
            inputs.push(if own { open.swap_remove(at) } else { strange_outpoint(&mut dice) });
        }
        let outputs: Vec<_> = (0..=dice.below(4)).map(|_| script(dice.below(30))).collect();
        let segwit = dice.below(2) == 0;
        let tx = transaction(&mut dice, &inputs, &outputs, segwit);
        let txid = tx.compute_txid();
        open.extend((0..).zip(&tx.output).map(|(vout, _)| OutPoint::new(txid, vout)));
        out.push(tx);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Against a search that holds every output and input against every script and outpoint.
    #[test]
    fn the_scan_finds_what_a_naive_search_finds(seed: u64, n in 0usize..40, cut: prop::sample::Index, mask: u32) {
        let all = story(seed, n);
        let (first, second) = all.split_at(cut.index(n + 1));
        let scripts: HashMap<ScriptBuf, u32> =
            (0..30u32).filter(|n| mask >> n & 1 == 1).map(|n| (script(n.into()), n)).collect();
        // Something that was watched before, spent somewhere in the story.
        let before = all.iter().flat_map(|tx| &tx.input).map(|input| input.previous_output).nth(2);
        let mut watched = Watched::default();
        scripts.iter().for_each(|(script, id)| assert!(watched.insert_script(script, *id)));
        before.iter().for_each(|outpoint| assert!(watched.insert_outpoint(*outpoint, 99)));
        let mut known: HashMap<OutPoint, u32> = before.iter().map(|outpoint| (*outpoint, 99)).collect();
        for (height, part) in [(100, first), (101, second)] {
            let made = block(height, part.to_vec());
            let scanned = scan(&made, &mut watched).unwrap();
            let mut expected = Vec::new();
            for (place, tx) in made.txdata.iter().enumerate() {
                let mut inputs = Vec::new();
                for (index, input) in (0..).zip(&tx.input) {
                    inputs.extend(known.iter().filter(|k| *k.0 == input.previous_output).map(|k| Hit { index, id: *k.1 }));
                }
                let mut outputs = Vec::new();
                for (index, output) in (0..).zip(&tx.output) {
                    for id in scripts.iter().filter(|s| *s.0 == output.script_pubkey).map(|s| *s.1) {
                        outputs.push(Hit { index, id });
                        known.entry(OutPoint::new(tx.compute_txid(), index)).or_insert(id);
                    }
                }
                if !(inputs.is_empty() && outputs.is_empty()) {
                    expected.push((place as u32, tx.clone(), inputs, outputs));
                }
            }
            for found in &scanned.found {
                prop_assert_eq!(found.branch.proves(found.txid, &scanned.header), Ok(()));
                prop_assert_eq!(found.txid, found.tx.compute_txid());
            }
            let got = scanned.found.into_iter().map(|f| (f.branch.pos(), f.tx, f.inputs, f.outputs));
            prop_assert_eq!(got.collect::<Vec<_>>(), expected);
            prop_assert_eq!(watched.outpoints(), known.len());
        }
    }

    #[test]
    fn any_flipped_bit_of_a_block_is_found(seed: u64, n in 0usize..8, at: prop::sample::Index, bit in 0u32..8) {
        let made = block(200, story(seed, n));
        let mut bytes = serialize(&made);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let mut watched = watching(&[0, 1, 2, 3]);
        prop_assert!(scan_block(&bytes, &made.block_hash(), Network::Regtest, &mut watched).is_err());
        prop_assert_eq!(watched.outpoints(), 0);
    }

    /// Behind a header with work, so that the decoding is reached.
    #[test]
    fn arbitrary_bytes_never_panic(seed: u64, tail in proptest::collection::vec(any::<u8>(), 0..400), keep: prop::sample::Index) {
        let made = block(200, story(seed, 3));
        let (hash, bytes) = (made.block_hash(), serialize(&made));
        let keep = 80 + keep.index(bytes.len() - 80);
        let mixed = [&bytes[..keep], &tail].concat();
        let result = scan_block(&mixed, &hash, Network::Regtest, &mut Watched::default());
        prop_assert!(result.is_err() || mixed == bytes);
        for network in [Network::Bitcoin, Network::Regtest] {
            prop_assert!(scan_block(&tail, &hash, network, &mut Watched::default()).is_err());
        }
    }
}

/// The header's own word is believed only with work; a proven header is the same through either door.
#[test]
fn the_scanned_header_is_the_proven_one() {
    let made = full_block(8, 2000);
    let scanned = scan(&made, &mut Watched::default()).unwrap();
    assert_eq!(scanned.header, ProvenHeader::from_bytes(&serialize(&made.header), Network::Regtest).unwrap());
    let txids: HashSet<_> = made.txdata.iter().map(Transaction::compute_txid).collect();
    assert_eq!(txids.len(), scanned.transactions);
}
