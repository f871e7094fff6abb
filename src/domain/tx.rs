use bitcoin::{
    Amount, BlockHash, Network, OutPoint, ScriptBuf, Sequence, Transaction, Txid, Witness, absolute, transaction,
};

use super::{Address, Time};

/// A transaction as one source tells it. What the source leaves out is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tx {
    /// The transaction's id as told; see [`Tx::recomputed_txid`].
    pub txid: Txid,
    /// Where it stands: waiting or in a block.
    pub state: State,
    /// When the source first saw it (not the block's time).
    pub first_seen: Option<Time>,
    /// Transaction version.
    pub version: Option<i32>,
    /// Lock time, as on the wire.
    pub lock_time: Option<u32>,
    /// Size in bytes, with witness.
    pub size: Option<u32>,
    /// All inputs, in order.
    pub inputs: Vec<TxIn>,
    /// All outputs, in order: the position is the output index.
    pub outputs: Vec<TxOut>,
}

/// One input of a [`Tx`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TxIn {
    /// Transaction whose output is spent; `None` when the source does not tell, and for a coinbase.
    pub prev_txid: Option<Txid>,
    /// Index of the spent output.
    pub prev_vout: Option<u32>,
    /// Address of the spent output, if it has one and the source tells.
    pub address: Option<Address>,
    /// Value of the spent output.
    pub value: Option<Amount>,
    /// Input script.
    pub script_sig: Option<ScriptBuf>,
    /// Witness stack.
    pub witness: Option<Witness>,
    /// Sequence number.
    pub sequence: Option<u32>,
    /// Newly mined coins: there is no previous output.
    pub coinbase: bool,
}

/// One output of a [`Tx`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxOut {
    /// Address paid, if the script has one.
    pub address: Option<Address>,
    /// Output script, if the source tells.
    pub script: Option<ScriptBuf>,
    /// Value.
    pub value: Amount,
}

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Seen, not in a block.
    Mempool,
    /// In a block.
    Confirmed(BlockRef),
    /// Told before, not known any more: replaced, evicted or reorganised away.
    Gone,
}

impl State {
    /// The names of the states, with what each means.
    pub const KINDS: [(&'static str, &'static str); 3] = [
        ("mempool", "Seen, not in a block."),
        ("confirmed", "In a block."),
        ("gone", "Told before, not known any more: replaced, evicted or reorganised away."),
    ];

    /// Its name in the database and in JSON.
    pub fn name(&self) -> &'static str {
        let [(mempool, _), (confirmed, _), (gone, _)] = Self::KINDS;
        match self {
            Self::Mempool => mempool,
            Self::Confirmed(_) => confirmed,
            Self::Gone => gone,
        }
    }
}

/// The block a transaction is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRef {
    /// Height above the genesis block.
    pub height: u32,
    /// Hash, if the source tells.
    pub hash: Option<BlockHash>,
    /// Time in the block header.
    pub time: Time,
}

impl State {
    /// The block, if there is one.
    pub fn block(&self) -> Option<&BlockRef> {
        match self {
            State::Confirmed(block) => Some(block),
            State::Mempool | State::Gone => None,
        }
    }
}

impl Tx {
    /// The txid computed from the content, where version, lock time, outpoints, scripts and sequences are all known;
    /// `None` where the source carries too little. A txid commits to everything but the witnesses (BIP 141).
    pub fn recomputed_txid(&self) -> Option<Txid> {
        Some(self.to_bitcoin()?.compute_txid())
    }

    /// A transaction as it stands in a block; what its inputs spend is not told there.
    pub fn from_bitcoin(tx: &Transaction, network: Network, state: State) -> Self {
        let inputs = tx.input.iter().map(|input| {
            let coinbase = input.previous_output.is_null();
            TxIn {
                prev_txid: (!coinbase).then_some(input.previous_output.txid),
                prev_vout: (!coinbase).then_some(input.previous_output.vout),
                address: None,
                value: None,
                script_sig: Some(input.script_sig.clone()),
                witness: Some(input.witness.clone()),
                sequence: Some(input.sequence.0),
                coinbase,
            }
        });
        let outputs = tx.output.iter().map(|out| TxOut {
            address: Address::from_script(&out.script_pubkey, network),
            script: Some(out.script_pubkey.clone()),
            value: out.value,
        });
        Self {
            txid: tx.compute_txid(),
            state,
            first_seen: None,
            version: Some(tx.version.0),
            lock_time: Some(tx.lock_time.to_consensus_u32()),
            size: u32::try_from(tx.total_size()).ok(),
            inputs: inputs.collect(),
            outputs: outputs.collect(),
        }
    }

    /// Satoshis that the inputs bring in; `None` where one of them is not told, and for newly mined coins.
    pub fn spent(&self) -> Option<Amount> {
        self.inputs.iter().try_fold(Amount::ZERO, |sum, input| sum.checked_add(input.value?))
    }

    /// Satoshis that the outputs pay; `None` where the sum cannot exist.
    pub fn paid(&self) -> Option<Amount> {
        self.outputs.iter().try_fold(Amount::ZERO, |sum: Amount, output| sum.checked_add(output.value))
    }

    /// The miner's fee: what comes in and is not paid out. `None` where the value of an input is not told, for newly mined
    /// coins, and where more is paid than comes in, which cannot be.
    pub fn fee(&self) -> Option<Amount> {
        self.spent()?.checked_sub(self.paid()?)
    }

    /// The transaction as rust-bitcoin has it, where everything that the txid commits to is known.
    pub fn to_bitcoin(&self) -> Option<Transaction> {
        let input = self.inputs.iter().map(TxIn::to_bitcoin).collect::<Option<Vec<_>>>()?;
        let output = self
            .outputs
            .iter()
            .map(|out| Some(bitcoin::TxOut { value: out.value, script_pubkey: out.script.clone()? }))
            .collect::<Option<Vec<_>>>()?;
        Some(Transaction {
            version: transaction::Version(self.version?),
            lock_time: absolute::LockTime::from_consensus(self.lock_time?),
            input,
            output,
        })
    }
}

impl TxIn {
    /// The spent output, where the source names it.
    pub fn outpoint(&self) -> Option<OutPoint> {
        Some(OutPoint::new(self.prev_txid?, self.prev_vout?))
    }

    fn to_bitcoin(&self) -> Option<bitcoin::TxIn> {
        let previous_output = if self.coinbase { OutPoint::null() } else { self.outpoint()? };
        Some(bitcoin::TxIn {
            previous_output,
            script_sig: self.script_sig.clone()?,
            sequence: Sequence(self.sequence?),
            witness: self.witness.clone().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_known_only_where_every_input_is() {
        let check = |inputs: &[Option<u64>], outputs: &[u64], expect: Option<u64>| {
            let tx = Tx {
                txid: "f3a5c1f8e0d2b7a6c4e3d2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1".parse().unwrap(),
                state: State::Mempool,
                first_seen: None,
                version: None,
                lock_time: None,
                size: None,
                inputs: inputs
                    .iter()
                    .map(|sats| TxIn { value: sats.map(Amount::from_sat), ..TxIn::default() })
                    .collect(),
                outputs: outputs
                    .iter()
                    .map(|sats| TxOut { address: None, script: None, value: Amount::from_sat(*sats) })
                    .collect(),
            };
            assert_eq!(tx.fee(), expect.map(Amount::from_sat), "{inputs:?} {outputs:?}");
        };
        check(&[Some(500), Some(600)], &[1_000, 90], Some(10));
        check(&[Some(500)], &[500], Some(0));
        check(&[Some(500), None], &[400], None);
        check(&[Some(500)], &[501], None);
        check(&[None], &[5_000_000_000], None);
    }
}
