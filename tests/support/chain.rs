//! A chain in memory: real transactions and headers, deterministic, no more consensus than the tests need.

use std::collections::HashMap;

use bitcoin::block::{Header, Version};
use bitcoin::hashes::{Hash, sha256};
use bitcoin::{
    Address, Amount, Block, BlockHash, CompactTarget, Network, OutPoint, ScriptBuf, Sequence, Transaction, TxIn,
    TxMerkleNode, TxOut, Txid, Witness, WitnessMerkleNode, Wtxid, absolute, merkle_tree, transaction,
};

/// Time of the first block: midnight before WannaCry.
pub const START: u32 = 1_494_547_200;
/// Height of the first block.
pub const FIRST_HEIGHT: u32 = 100;
/// What the inputs that come from nowhere pay on top.
const FEE: u64 = 1000;

/// Kinds of address.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    P2pkh,
    P2sh,
    P2wpkh,
    P2wsh,
    P2tr,
}

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Mempool,
    /// In the block with this index.
    Block(usize),
    /// In no mempool, but the server still tells of it (seen on a real server after a reorganisation).
    Ghost,
    Gone,
}

/// A transaction, what it spends and where it stands.
#[derive(Clone, Debug)]
pub struct FakeTx {
    pub tx: Transaction,
    pub txid: Txid,
    pub prevouts: Vec<TxOut>,
    pub place: Place,
    /// When it was first seen, in Unix seconds; the clock of those who look has nothing to do with the blocks' times.
    pub seen: u32,
}

/// A block: its header and what is in it, coinbase first.
#[derive(Clone, Debug)]
pub struct FakeBlock {
    pub height: u32,
    pub header: Header,
    pub txids: Vec<Txid>,
}

/// The chain and its mempool.
#[derive(Clone, Debug)]
pub struct FakeChain {
    pub network: Network,
    pub blocks: Vec<FakeBlock>,
    /// Blocks that left the chain.
    pub stale: Vec<FakeBlock>,
    /// In the order first seen.
    pub txs: Vec<FakeTx>,
    places: HashMap<Txid, usize>,
    serial: u64,
}

impl FakeChain {
    /// A chain of one empty block.
    pub fn new(network: Network) -> Self {
        let mut chain =
            Self { network, blocks: Vec::new(), stale: Vec::new(), txs: Vec::new(), places: HashMap::new(), serial: 0 };
        chain.mine();
        chain
    }

    /// The `n`th address of a kind, always the same.
    pub fn address(&self, kind: Kind, n: u32) -> Address {
        let hash = sha256::Hash::hash(format!("{kind:?} {n}").as_bytes()).to_byte_array();
        let mut script = match kind {
            Kind::P2pkh => vec![0x76, 0xa9, 20],
            Kind::P2sh => vec![0xa9, 20],
            Kind::P2wpkh => vec![0x00, 20],
            Kind::P2wsh => vec![0x00, 32],
            Kind::P2tr => vec![0x51, 32],
        };
        let length = script[script.len() - 1].into();
        script.extend_from_slice(&hash[..length]);
        match kind {
            Kind::P2pkh => script.extend_from_slice(&[0x88, 0xac]),
            Kind::P2sh => script.push(0x87),
            Kind::P2wpkh | Kind::P2wsh | Kind::P2tr => {}
        }
        Address::from_script(&ScriptBuf::from_bytes(script), self.network).expect("a script of a known kind")
    }

    /// Somebody pays; the transaction waits.
    pub fn pay(&mut self, address: &Address, sats: u64) -> Txid {
        self.pay_many(&[(address, sats)])
    }

    /// Somebody pays several addresses at once; the transaction waits.
    pub fn pay_many(&mut self, outputs: &[(&Address, u64)]) -> Txid {
        self.pay_scripts(&scripts(outputs))
    }

    /// Somebody pays scripts, which need not have an address; the transaction waits.
    pub fn pay_scripts(&mut self, outputs: &[TxOut]) -> Txid {
        self.serial += 1;
        let from = OutPoint::new(Txid::hash(&self.serial.to_le_bytes()), 0);
        let value = Amount::from_sat(outputs.iter().map(|out| out.value.to_sat()).sum::<u64>() + FEE);
        let payer = self.address(Kind::P2wpkh, 1_000_000 + u32::try_from(self.serial).expect("few payments"));
        self.add(vec![from], vec![TxOut { value, script_pubkey: payer.script_pubkey() }], outputs.to_vec())
    }

    /// Outputs are spent; the transaction waits. What is left is the fee.
    pub fn spend(&mut self, inputs: &[OutPoint], outputs: &[(&Address, u64)]) -> Txid {
        let prevouts = inputs.iter().map(|input| self.output(*input)).collect();
        self.add(inputs.to_vec(), prevouts, scripts(outputs))
    }

    /// A waiting transaction is replaced by one with the same inputs; the old one is gone.
    pub fn replace(&mut self, old: &Txid, outputs: &[(&Address, u64)]) -> Txid {
        let FakeTx { tx, prevouts, .. } = self.tx(old).expect("a known transaction").clone();
        self.evict(old);
        self.add(tx.input.iter().map(|input| input.previous_output).collect(), prevouts, scripts(outputs))
    }

    /// A waiting transaction is forgotten.
    pub fn evict(&mut self, txid: &Txid) {
        self.put(txid, Place::Gone);
    }

    /// A transaction leaves chain and mempool, but is still told of when asked for by its txid.
    pub fn make_ghost(&mut self, txid: &Txid) {
        self.put(txid, Place::Ghost);
    }

    /// Mines everything that waits, ten minutes after the block before.
    pub fn mine(&mut self) -> BlockHash {
        let time = self.blocks.last().map_or(START, |block| block.header.time + 600);
        self.mine_at(time)
    }

    /// Mines everything that waits into a block of this time.
    pub fn mine_at(&mut self, time: u32) -> BlockHash {
        let waiting: Vec<_> = self.txs.iter().filter(|tx| tx.place == Place::Mempool).map(|tx| tx.txid).collect();
        self.mine_only(&waiting, time)
    }

    /// Mines just these.
    pub fn mine_only(&mut self, txids: &[Txid], time: u32) -> BlockHash {
        let index = self.blocks.len();
        let height = FIRST_HEIGHT + u32::try_from(index).expect("few blocks");
        let mut all = vec![self.coinbase(height, txids)];
        all.extend_from_slice(txids);
        let root = merkle_tree::calculate_root(all.iter().map(|txid| txid.to_raw_hash())).expect("a coinbase");
        let mut header = Header {
            version: Version::from_consensus(0x2000_0000),
            prev_blockhash: self.blocks.last().map_or(BlockHash::all_zeros(), |block| block.header.block_hash()),
            merkle_root: TxMerkleNode::from_raw_hash(root),
            time,
            bits: CompactTarget::from_consensus(0x207f_ffff),
            nonce: 0,
        };
        while !header.target().is_met_by(header.block_hash()) {
            header.nonce += 1;
        }
        for txid in &all {
            self.put(txid, Place::Block(index));
        }
        self.blocks.push(FakeBlock { height, header, txids: all });
        header.block_hash()
    }

    /// The newest blocks leave the chain; their payments wait again. Mine on, and the chain is another one: the serial
    /// number in the coinbase sees to it.
    pub fn disconnect(&mut self, depth: usize) {
        for _ in 0..depth {
            let block = self.blocks.pop().expect("a block to disconnect");
            for (n, txid) in block.txids.iter().enumerate() {
                self.put(txid, if n == 0 { Place::Gone } else { Place::Mempool });
            }
            self.stale.push(block);
        }
    }

    /// A transaction, wherever it stands.
    pub fn tx(&self, txid: &Txid) -> Option<&FakeTx> {
        self.places.get(txid).map(|&place| &self.txs[place])
    }

    /// The newest block.
    pub fn tip(&self) -> &FakeBlock {
        self.blocks.last().expect("a first block")
    }

    /// Transactions of an address in blocks, newest first.
    pub fn confirmed(&self, script: &ScriptBuf) -> Vec<&FakeTx> {
        let newest_first = self.blocks.iter().rev().flat_map(|block| block.txids.iter().rev());
        let mined = newest_first.filter_map(|txid| self.tx(txid)).filter(|tx| matches!(tx.place, Place::Block(_)));
        mined.filter(|tx| tx.concerns(script)).collect()
    }

    /// Transactions of an address that wait, newest first.
    pub fn waiting(&self, script: &ScriptBuf) -> Vec<&FakeTx> {
        self.txs.iter().rev().filter(|tx| tx.place == Place::Mempool && tx.concerns(script)).collect()
    }

    /// Who spends an output, and with which input.
    pub fn spender(&self, outpoint: &OutPoint) -> Option<(&FakeTx, usize)> {
        let alive = self.txs.iter().filter(|tx| matches!(tx.place, Place::Mempool | Place::Block(_)));
        alive.into_iter().find_map(|tx| {
            let vin = tx.tx.input.iter().position(|input| input.previous_output == *outpoint)?;
            Some((tx, vin))
        })
    }

    /// A block by hash, in the chain or not any more.
    pub fn block(&self, hash: &str) -> Option<&FakeBlock> {
        self.blocks.iter().chain(&self.stale).find(|block| block.header.block_hash().to_string() == hash)
    }

    /// A block with its transactions.
    pub fn whole(&self, block: &FakeBlock) -> bitcoin::Block {
        let txdata = block.txids.iter().map(|txid| self.tx(txid).expect("a known transaction").tx.clone()).collect();
        bitcoin::Block { header: block.header, txdata }
    }

    /// Whether a block is in the chain.
    pub fn has(&self, block: &FakeBlock) -> bool {
        self.blocks.iter().any(|known| known.header == block.header)
    }

    /// The script that pays to a bare public key, and the address under which some services show it.
    pub fn bare_key(&self) -> (ScriptBuf, Address) {
        let key: bitcoin::PublicKey =
            "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798".parse().expect("a point on the curve");
        (ScriptBuf::new_p2pk(&key), Address::p2pkh(key, self.network))
    }

    /// The address under which services show a script that mix bare public keys with the hashes of such.
    pub fn shown(&self, script: &ScriptBuf) -> Option<String> {
        let bare = script.p2pk_public_key().map(|key| Address::p2pkh(key, self.network));
        bare.or_else(|| Address::from_script(script, self.network).ok()).map(|address| address.to_string())
    }

    /// Transactions under such an address: those that wait, then those in blocks, newest first each.
    pub fn shown_history(&self, address: &str) -> (Vec<&FakeTx>, Vec<&FakeTx>) {
        let concerns = |tx: &&FakeTx| {
            let mut outs = tx.tx.output.iter().chain(&tx.prevouts);
            outs.any(|out| self.shown(&out.script_pubkey).as_deref() == Some(address))
        };
        let waiting = self.txs.iter().rev().filter(|tx| tx.place == Place::Mempool).filter(concerns).collect();
        let newest_first = self.blocks.iter().rev().flat_map(|block| block.txids.iter().rev());
        (waiting, newest_first.filter_map(|txid| self.tx(txid)).filter(concerns).collect())
    }

    /// Received and spent under such an address.
    pub fn shown_sums(&self, address: &str, txs: &[&FakeTx]) -> (u64, u64) {
        let sum = |outs: &[TxOut]| {
            let ours = outs.iter().filter(|out| self.shown(&out.script_pubkey).as_deref() == Some(address));
            ours.map(|out| out.value.to_sat()).sum::<u64>()
        };
        txs.iter().fold((0, 0), |sums, tx| (sums.0 + sum(&tx.tx.output), sums.1 + sum(&tx.prevouts)))
    }

    fn output(&self, outpoint: OutPoint) -> TxOut {
        let tx = self.tx(&outpoint.txid).expect("a known transaction");
        tx.tx.output[usize::try_from(outpoint.vout).expect("an index")].clone()
    }

    fn coinbase(&mut self, height: u32, txids: &[Txid]) -> Txid {
        self.serial += 1;
        let script_sig =
            bitcoin::script::Builder::new().push_int(height.into()).push_slice(self.serial.to_le_bytes()).into_script();
        let reserved = [0; 32];
        let witness = Witness::from_slice(&[reserved]);
        let input = TxIn { previous_output: OutPoint::null(), script_sig, witness, ..TxIn::default() };
        let miner = self.address(Kind::P2wpkh, 999_999);
        let output = TxOut { value: Amount::from_sat(1_250_000_000), script_pubkey: miner.script_pubkey() };
        // What the coinbase commits to: the witnesses of everything else (BIP 141).
        let wtxids = txids.iter().map(|txid| self.tx(txid).expect("a known transaction").tx.compute_wtxid());
        let root = std::iter::once(Wtxid::all_zeros()).chain(wtxids).map(|wtxid| wtxid.to_raw_hash());
        let root = WitnessMerkleNode::from_raw_hash(merkle_tree::calculate_root(root).expect("a coinbase"));
        let commitment = Block::compute_witness_commitment(&root, &reserved);
        let mut script = vec![0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];
        script.extend_from_slice(&commitment.to_byte_array());
        let committed = TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::from_bytes(script) };
        self.insert(vec![input], vec![], vec![output, committed])
    }

    fn add(&mut self, inputs: Vec<OutPoint>, prevouts: Vec<TxOut>, output: Vec<TxOut>) -> Txid {
        let input = inputs.into_iter().zip(&prevouts).map(|(previous_output, out)| {
            // Nothing checks signatures; a script or a witness is there where one would be, and both where a script hash
            // wraps a witness program.
            let (segwit, wrapped) = (out.script_pubkey.is_witness_program(), out.script_pubkey.is_p2sh());
            let script_sig = if segwit { ScriptBuf::new() } else { ScriptBuf::from_bytes(vec![0x01, 0x51]) };
            let signed = segwit || wrapped;
            let witness =
                if signed { Witness::from_slice(&[[0x30; 71].as_slice(), &[0x02; 33]]) } else { Witness::new() };
            TxIn { previous_output, script_sig, sequence: Sequence::ENABLE_RBF_NO_LOCKTIME, witness }
        });
        let input = input.collect();
        self.insert(input, prevouts, output)
    }

    fn insert(&mut self, input: Vec<TxIn>, prevouts: Vec<TxOut>, output: Vec<TxOut>) -> Txid {
        let tx = Transaction { version: transaction::Version::TWO, lock_time: absolute::LockTime::ZERO, input, output };
        let txid = tx.compute_txid();
        self.places.insert(txid, self.txs.len());
        let seen = START + 7 + 11 * u32::try_from(self.txs.len()).expect("few transactions");
        self.txs.push(FakeTx { tx, txid, prevouts, place: Place::Mempool, seen });
        txid
    }

    fn put(&mut self, txid: &Txid, place: Place) {
        let index = self.places[txid];
        self.txs[index].place = place;
    }
}

impl FakeTx {
    /// Satoshis that it pays to a script, and how many outputs.
    pub fn funded(&self, script: &ScriptBuf) -> (u64, u64) {
        sum(self.tx.output.iter(), script)
    }

    /// Satoshis that it spends from a script, and how many outputs.
    pub fn spent(&self, script: &ScriptBuf) -> (u64, u64) {
        sum(self.prevouts.iter(), script)
    }

    fn concerns(&self, script: &ScriptBuf) -> bool {
        self.tx.output.iter().chain(&self.prevouts).any(|out| out.script_pubkey == *script)
    }
}

fn scripts(outputs: &[(&Address, u64)]) -> Vec<TxOut> {
    let out = |(address, sats): &(&Address, u64)| TxOut {
        value: Amount::from_sat(*sats),
        script_pubkey: address.script_pubkey(),
    };
    outputs.iter().map(out).collect()
}

fn sum<'a>(outs: impl Iterator<Item = &'a TxOut>, script: &ScriptBuf) -> (u64, u64) {
    outs.filter(|out| out.script_pubkey == *script)
        .fold((0, 0), |(sats, count), out| (sats + out.value.to_sat(), count + 1))
}
