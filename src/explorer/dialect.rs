//! What an explorer API is to the program: a [`Dialect`], and the plain types that it reads answers into.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::{BlockHash, Network, TxMerkleNode, Txid};

use crate::domain::format::on_a_line;
use crate::domain::{Address, Said, Time, Tx};

/// How one explorer API speaks: names requests and reads answers, never touches the network.
///
/// A question begins with one request. A reader is given everything answered so far ([`Told`]); where the API spreads an
/// answer over several requests, it says what else must be asked ([`Unread::Ask`]), and is called again when that is there.
/// Readers never panic on any bytes, and leave `None` what the answer does not tell.
pub trait Dialect: Sync + Send + std::fmt::Debug {
    /// Name in the configuration.
    fn name(&self) -> &'static str;

    /// Asks for the totals of an address.
    fn totals(&self, address: &Address) -> Request;
    /// Reads the answer to [`Dialect::totals`].
    fn read_totals(&self, told: &Told<'_>) -> Result<TotalsAnswer, Unread>;

    /// Asks for a page of an address's transactions, newest first; `after` is the cursor of the page before.
    fn address_page(&self, address: &Address, after: Option<&Cursor>) -> Request;
    /// Reads the answer to [`Dialect::address_page`].
    fn read_address_page(&self, told: &Told<'_>) -> Result<Page, Unread>;

    /// Asks for what waits of an address behind a waiting transaction, where the newest page does not hold all of it; `None` where the
    /// API knows no such question. The answer is read like a page, whose cursor means nothing.
    fn waiting_page(&self, _address: &Address, _after: &Txid) -> Option<Request> {
        None
    }

    /// Asks for one transaction.
    fn transaction(&self, txid: &Txid) -> Request;
    /// Reads the answer to [`Dialect::transaction`].
    fn read_transaction(&self, told: &Told<'_>) -> Result<Tx, Unread>;

    /// Asks which transaction spends each output of a transaction.
    fn outspends(&self, txid: &Txid) -> Request;
    /// Reads the answer to [`Dialect::outspends`]: one entry an output.
    fn read_outspends(&self, told: &Told<'_>) -> Result<Vec<Outspend>, Unread>;

    /// Whether its transactions carry scripts, or come with their bytes, so that their txids can be recomputed.
    fn proves(&self) -> bool;
    /// Whether it wants to know what the ledger holds, since a page costs it further requests a transaction.
    fn wants_known(&self) -> bool {
        false
    }

    /// Asks for the hash of the block at a height.
    fn block_at(&self, height: u32) -> Request;
    /// Asks for the hash of the newest block.
    fn tip(&self) -> Request;
    /// Reads the answer to [`Dialect::tip`] and [`Dialect::block_at`].
    fn read_block_hash(&self, told: &Told<'_>) -> Result<BlockHash, Unread>;

    /// Asks whether a block is part of the best chain.
    fn best_chain(&self, hash: &BlockHash) -> Request;
    /// Reads the answer to [`Dialect::best_chain`].
    fn read_best_chain(&self, told: &Told<'_>) -> Result<bool, Unread>;

    /// Asks for a block's height and time.
    fn block(&self, hash: &BlockHash) -> Request;
    /// Reads the answer to [`Dialect::block`].
    fn read_block(&self, told: &Told<'_>) -> Result<Block, Unread>;

    /// Asks for a block's header; `None` where the API does not give it.
    fn header(&self, _hash: &BlockHash) -> Option<Request> {
        None
    }
    /// Reads the answer to [`Dialect::header`]: 80 bytes that nobody has checked yet.
    fn read_header(&self, _told: &Told<'_>) -> Result<[u8; 80], Unread> {
        Err(Garbled("no header".to_owned()).into())
    }

    /// Asks for a whole block as bytes; `None` where the API does not give it.
    fn raw_block(&self, _hash: &BlockHash) -> Option<Request> {
        None
    }
    /// Reads the answer to [`Dialect::raw_block`]: bytes that nobody has checked yet.
    fn read_raw_block(&self, told: &Told<'_>) -> Result<Vec<u8>, Unread> {
        Ok(told.body().to_vec())
    }

    /// Asks for the proof that a transaction is in its block; `None` where the API does not give it.
    fn merkle_proof(&self, _txid: &Txid) -> Option<Request> {
        None
    }
    /// Reads the answer to [`Dialect::merkle_proof`].
    fn read_merkle_proof(&self, _told: &Told<'_>) -> Result<MerkleProof, Unread> {
        Err(Garbled("no proof".to_owned()).into())
    }

    /// The page for people that shows a transaction or an address, where the service has one; `base` is that of the API.
    fn page_for_people(&self, _base: &str, _subject: Subject<'_>) -> Option<String> {
        None
    }
}

/// What a page for people shows.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// A transaction, by its txid in hex.
    Transaction(&'a str),
    /// An address.
    Address(&'a str),
}

/// A GET request below an explorer's base URL.
#[derive(Clone, Debug, Eq)]
pub struct Request {
    /// Path, and query if any, without a leading slash: `address/1abc/txs`.
    pub path: String,
    /// Where there is no such thing (404), the answer is empty, and no failure.
    pub may_lack: bool,
}

/// The same question, whatever is made of a 404.
impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Request {
    /// A request for `path`, without a leading slash.
    pub fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), may_lack: false }
    }
}

/// Everything answered so far of one question.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Requests and the bodies of their answers; the first is the question itself.
    answers: &'a [(Request, Vec<u8>)],
    /// The network whose addresses are written.
    pub network: Network,
    /// What the ledger holds already.
    pub known: &'a Known,
}

impl<'a> Told<'a> {
    /// What was answered to these requests, the question first.
    pub fn new(answers: &'a [(Request, Vec<u8>)], network: Network, known: &'a Known) -> Self {
        Self { answers, network, known }
    }

    /// The answer to the question itself.
    pub fn body(&self) -> &'a [u8] {
        self.answers.first().map(|(_, body)| body.as_slice()).unwrap_or_default()
    }

    /// The question itself.
    pub fn question(&self) -> Option<&'a Request> {
        self.answers.first().map(|(request, _)| request)
    }

    /// The answer to a further request, if it was asked.
    pub fn answer_to(&self, request: &Request) -> Option<&'a [u8]> {
        self.answers.iter().find(|(asked, _)| asked == request).map(|(_, body)| body.as_slice())
    }
}

/// What the ledger holds that spares requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Transactions whose content hashes to their txid.
    pub proven: BTreeSet<Txid>,
    /// Blocks that lie too deep to be replaced, by height.
    pub blocks: BTreeMap<u32, Block>,
}

/// Why a reader has no result (yet).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The answer is not what the API promises.
    Garbled(Garbled),
    /// More has to be asked, in this order.
    Ask(Vec<Request>),
}

impl From<Garbled> for Unread {
    fn from(garbled: Garbled) -> Self {
        Self::Garbled(garbled)
    }
}

impl From<serde_json::Error> for Unread {
    fn from(error: serde_json::Error) -> Self {
        Self::Garbled(error.into())
    }
}

/// How far a history was read, in the explorer's own terms; it means nothing to another explorer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// One page of an address's transactions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The transactions, each once, in the order given.
    pub txs: Vec<Tx>,
    /// Where to go on; `None` at the end of the history.
    pub next: Option<Cursor>,
}

/// The totals of an address as an explorer answers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TotalsAnswer {
    /// What it said.
    pub said: Said,
    /// The moment that a recorded answer describes; `None` is now.
    pub as_of: Option<Time>,
}

/// What became of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outspend {
    /// The explorer says that nothing spends it.
    Unspent,
    /// Spent by this input of this transaction.
    Spent {
        /// The spending transaction.
        txid: Txid,
        /// Position among its inputs, if told.
        vin: Option<u32>,
    },
    /// Spent, but the explorer does not say by what.
    SpentBySomebody,
    /// The record does not tell.
    Unrecorded,
}

/// A block's place and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Hash.
    pub hash: BlockHash,
    /// Height above the genesis block.
    pub height: u32,
    /// Time in the header.
    pub time: Time,
}

/// The way from a transaction up to the merkle root of its block, as told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerkleProof {
    /// Height of the block.
    pub height: u32,
    /// Place of the transaction in the block.
    pub pos: u32,
    /// The neighbours on the way up.
    pub branch: Vec<TxMerkleNode>,
}

/// An answer that is not what the API promises. It may quote the answer at any length: what is shown fits a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", on_a_line(.0))]
pub struct Garbled(pub String);

impl From<serde_json::Error> for Garbled {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("not the JSON expected: {error}"))
    }
}
