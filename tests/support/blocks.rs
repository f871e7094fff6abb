//! Whole blocks, made deterministically and with real proof of work on regtest; the scan's tests and its benchmark share
//! them.

use bitcoin::absolute::LockTime;
use bitcoin::block::{Header, Version};
use bitcoin::hashes::Hash;
use bitcoin::script::{Builder, PushBytesBuf};
use bitcoin::{
    Amount, Block, BlockHash, CompactTarget, OutPoint, PubkeyHash, ScriptBuf, ScriptHash, Sequence, Transaction, TxIn,
    TxMerkleNode, TxOut, Txid, WPubkeyHash, WScriptHash, Witness, WitnessProgram, WitnessVersion, transaction,
};

/// SplitMix64: the same numbers everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

fn push(script: Builder, bytes: Vec<u8>) -> Builder {
    script.push_slice(PushBytesBuf::try_from(bytes).unwrap())
}

/// The output script number `n`: by turns to a key hash, a script hash, a witness key hash, a witness script hash, and
/// a taproot key.
pub fn script(n: u64) -> ScriptBuf {
    let hash: [u8; 32] = Dice(n).bytes(32).try_into().unwrap();
    let short: [u8; 20] = hash[..20].try_into().unwrap();
    match n % 5 {
        0 => ScriptBuf::new_p2pkh(&PubkeyHash::from_byte_array(short)),
        1 => ScriptBuf::new_p2sh(&ScriptHash::from_byte_array(short)),
        2 => ScriptBuf::new_p2wpkh(&WPubkeyHash::from_byte_array(short)),
        3 => ScriptBuf::new_p2wsh(&WScriptHash::from_byte_array(hash)),
        _ => ScriptBuf::new_witness_program(&WitnessProgram::new(WitnessVersion::V1, &hash).unwrap()),
    }
}

/// A transaction from outpoints to scripts, signed with noise of the usual size in the script or in the witness.
pub fn transaction(dice: &mut Dice, inputs: &[OutPoint], outputs: &[ScriptBuf], segwit: bool) -> Transaction {
    let input = |outpoint: &OutPoint| {
        let (signature, key) = (dice.bytes(71), dice.bytes(33));
        let (script_sig, witness) = if segwit {
            (ScriptBuf::new(), Witness::from_slice(&[signature, key]))
        } else {
            (push(push(Builder::new(), signature), key).into_script(), Witness::new())
        };
        TxIn { previous_output: *outpoint, script_sig, sequence: Sequence::MAX, witness }
    };
    let input = inputs.iter().map(input).collect();
    let output =
        |script: &ScriptBuf| TxOut { value: Amount::from_sat(dice.below(50_000_000)), script_pubkey: script.clone() };
    let output = outputs.iter().map(output).collect();
    Transaction { version: transaction::Version::TWO, lock_time: LockTime::ZERO, input, output }
}

/// An outpoint that nobody knows.
pub fn strange_outpoint(dice: &mut Dice) -> OutPoint {
    OutPoint::new(Txid::from_slice(&dice.bytes(32)).unwrap(), dice.below(3) as u32)
}

/// A block at this height with a coinbase before the transactions, a commitment to their witnesses where there are
/// any, and work.
pub fn block(height: u32, transactions: Vec<Transaction>) -> Block {
    let script_sig = Builder::new().push_int(i64::from(height)).push_slice([7; 8]).into_script();
    let mut coinbase = TxIn { script_sig, sequence: Sequence::MAX, ..TxIn::default() };
    let mut output = vec![TxOut { value: Amount::from_sat(625_000_000), script_pubkey: script(u64::MAX) }];
    let segwit = transactions.iter().any(|tx| tx.input.iter().any(|input| !input.witness.is_empty()));
    if segwit {
        coinbase.witness = Witness::from_slice(&[[0; 32]]);
        output.push(TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::new() });
    }
    let version = transaction::Version::ONE;
    let mut txdata = vec![Transaction { version, lock_time: LockTime::ZERO, input: vec![coinbase], output }];
    txdata.extend(transactions);
    let header = Header {
        version: Version::TWO,
        prev_blockhash: BlockHash::all_zeros(),
        merkle_root: TxMerkleNode::all_zeros(),
        time: 1_494_579_385,
        bits: CompactTarget::from_consensus(0x207f_ffff),
        nonce: 0,
    };
    let mut block = Block { header, txdata };
    if segwit {
        let root = block.witness_root().unwrap();
        let commitment = Block::compute_witness_commitment(&root, &[0; 32]);
        let magic = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];
        block.txdata[0].output[1].script_pubkey = [&magic[..], commitment.as_byte_array()].concat().into();
    }
    mine(&mut block);
    block
}

/// Makes the header right again: merkle root and work.
pub fn mine(block: &mut Block) {
    block.header.merkle_root = block.compute_merkle_root().unwrap();
    while !block.header.target().is_met_by(block.block_hash()) {
        block.header.nonce += 1;
    }
}

/// A block of at least so many bytes, legacy and segwit by turns, one to three inputs and outputs a transaction; one
/// output in a thousand goes to one of the scripts 0 to 9.
pub fn full_block(seed: u64, bytes: usize) -> Block {
    let mut dice = Dice(seed);
    let (mut transactions, mut size) = (Vec::new(), 0);
    while size < bytes {
        let inputs: Vec<_> = (0..=dice.below(3)).map(|_| strange_outpoint(&mut dice)).collect();
        let outputs: Vec<_> = (0..=dice.below(3))
            .map(|_| {
                let watched = dice.below(1000) == 0;
                script(if watched { dice.below(10) } else { dice.next() | 1 << 40 })
            })
            .collect();
        let tx = transaction(&mut dice, &inputs, &outputs, transactions.len() % 2 == 1);
        size += tx.total_size();
        transactions.push(tx);
    }
    block(500_000, transactions)
}
