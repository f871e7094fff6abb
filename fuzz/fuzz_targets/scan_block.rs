//! The scan of a whole block: bytes as they come, bytes that are a block once it is mined, and blocks made by the rules.

#![no_main]

use std::collections::HashSet;

use arbitrary::Unstructured;
use bitcoin::absolute::LockTime;
use bitcoin::block::Header;
use bitcoin::consensus::{deserialize, serialize};
use bitcoin::hashes::Hash;
use bitcoin::{
    Amount, Block, BlockHash, CompactTarget, Network, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Txid,
    Witness, transaction,
};
use ransomtrail::proof::{BadBlock, Scanned, Watched, scan_block};

#[path = "../../tests/support/blocks.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod blocks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((mode, rest)) = input.split_first() else { return };
    match mode % 3 {
        0 => as_it_comes(rest),
        1 => mined(rest),
        _ => {
            let Ok((height, block)) = by_the_rules(&mut Unstructured::new(rest)) else { return };
            let scanned = scan(&block).expect("a block by the rules");
            assert_eq!(scanned.height, Some(height));
            assert_eq!(scanned.transactions, block.txdata.len());
        }
    }
});

/// Behind the right hash, so that more than the header is looked at where it has work.
fn as_it_comes(bytes: &[u8]) {
    let header = bytes.get(..Header::SIZE).map(deserialize::<Header>);
    let hash = header.and_then(Result::ok).map_or(BlockHash::all_zeros(), |header| header.block_hash());
    for network in [Network::Bitcoin, Network::Regtest] {
        let _ = scan_block(bytes, &hash, network, &mut Watched::default());
    }
}

/// With the merkle root that its transactions have, and work.
fn mined(bytes: &[u8]) {
    let Ok(mut block) = deserialize::<Block>(bytes) else { return };
    if !block.txdata.is_empty() {
        block.header.bits = CompactTarget::from_consensus(0x207f_ffff);
        blocks::mine(&mut block);
        let _ = scan(&block);
    }
}

/// Scans for a part of what the block pays and spends, and compares with a look at every output and input.
fn scan(block: &Block) -> Result<Scanned, BadBlock> {
    let outputs = || block.txdata.iter().flat_map(|tx| &tx.output);
    let scripts: HashSet<_> = outputs().map(|out| &out.script_pubkey).step_by(2).collect();
    let inputs = || block.txdata.iter().flat_map(|tx| &tx.input);
    let mut spent: HashSet<OutPoint> = inputs().map(|input| input.previous_output).step_by(3).collect();
    let mut watched = Watched::with_capacity(scripts.len());
    scripts.iter().for_each(|script| assert!(watched.insert_script(script, 1)));
    spent.iter().for_each(|outpoint| assert!(watched.insert_outpoint(*outpoint, 2)));
    let scanned = scan_block(&serialize(block), &block.block_hash(), Network::Regtest, &mut watched);
    let Ok(scanned) = scanned else {
        assert_eq!(watched.outpoints(), spent.len(), "an error leaves the list as it was");
        return scanned;
    };
    let mut expected = Vec::new();
    for tx in &block.txdata {
        let spends = tx.input.iter().filter(|input| spent.contains(&input.previous_output)).count();
        let paid = (0..).zip(&tx.output).filter(|(_, out)| scripts.contains(&out.script_pubkey));
        let paid: Vec<_> = paid.map(|(vout, _)| OutPoint::new(tx.compute_txid(), vout)).collect();
        if spends + paid.len() > 0 {
            expected.push((tx.compute_txid(), spends, paid.len()));
        }
        spent.extend(paid);
    }
    let found = scanned.found.iter().map(|found| (found.txid, found.inputs.len(), found.outputs.len()));
    assert_eq!(found.collect::<Vec<_>>(), expected);
    assert_eq!(watched.outpoints(), spent.len());
    for found in &scanned.found {
        assert_eq!(found.branch.proves(found.txid, &scanned.header), Ok(()));
        let like_a_node = found.tx.base_size() == 64;
        assert_eq!(found.branch.proves_transaction(&found.tx, &scanned.header).is_err(), like_a_node);
    }
    Ok(scanned)
}

/// A block with the height in its coinbase, up to 40 transactions, and a commitment to their witnesses.
fn by_the_rules(u: &mut Unstructured<'_>) -> arbitrary::Result<(u32, Block)> {
    let height = u.int_in_range(0..=0x7fff_ffff)?;
    let mut txs: Vec<Transaction> = Vec::new();
    while !u.is_empty() && txs.len() < 40 {
        txs.push(transaction(u, &txs)?);
    }
    let mut txids = HashSet::new();
    txs.retain(|tx| txids.insert(tx.compute_txid()));
    Ok((height, blocks::block(height, txs)))
}

/// One that spends from those before it, or from strangers, and pays to scripts of few or to anything.
fn transaction(u: &mut Unstructured<'_>, before: &[Transaction]) -> arbitrary::Result<Transaction> {
    let mut tx = Transaction {
        version: transaction::Version(u.arbitrary()?),
        lock_time: LockTime::from_consensus(u.arbitrary()?),
        input: Vec::new(),
        output: Vec::new(),
    };
    for _ in 0..u.int_in_range(1..=3)? {
        let txid = match before {
            [] => Txid::from_byte_array([u.arbitrary()?; 32]),
            before => u.choose(before)?.compute_txid(),
        };
        // Far from the outpoint of a coinbase.
        let previous_output = OutPoint::new(txid, u.arbitrary::<u8>()?.into());
        let (script_sig, sequence) = (ScriptBuf::from_bytes(u.arbitrary()?), Sequence(u.arbitrary()?));
        let witness = Witness::from_slice(&u.arbitrary::<Vec<Vec<u8>>>()?);
        tx.input.push(TxIn { previous_output, script_sig, sequence, witness });
    }
    for _ in 0..u.int_in_range(0..=4)? {
        let few = u.arbitrary::<bool>()?;
        let script_pubkey =
            if few { blocks::script(u.int_in_range(0..=9)?) } else { ScriptBuf::from_bytes(u.arbitrary()?) };
        tx.output.push(TxOut { value: Amount::from_sat(u.arbitrary()?), script_pubkey });
    }
    Ok(tx)
}
