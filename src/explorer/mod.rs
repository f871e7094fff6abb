//! How explorers are asked: one pure dialect a file, the [`DIALECTS`] table, and [`Explorer`], which joins a dialect to a
//! transport.
//!
//! A dialect names requests and reads answers; it never touches the network. Pace, retry and size caps live in
//! [`crate::http`]. The recorded snapshots are asked through the same front door.

mod built_in;
mod esplora;
mod snapshot;

use bitcoin::hashes::{Hash, sha256};
use bitcoin::{BlockHash, Network, Txid};

use crate::domain::{Address, Provenance, Time, Totals, Tx};
use crate::http::{Http, HttpError};

pub use built_in::BUILT_IN;
pub use esplora::ESPLORA;
pub use snapshot::{Snapshot, snapshots};

/// Every explorer API that the program speaks.
pub static DIALECTS: &[&dyn Dialect] = &[&ESPLORA, &BUILT_IN];

/// The dialect of that name.
pub fn dialect(name: &str) -> Option<&'static dyn Dialect> {
    DIALECTS.iter().copied().find(|d| d.name() == name)
}

/// Whether the program carries a recorded snapshot of that family.
pub fn is_recorded(family: &str) -> bool {
    snapshots().iter().any(|s| s.header.family == family)
}

/// How one explorer API speaks: names requests and reads answers, never touches the network. A reader is given the
/// network whose addresses it writes, never panics on any bytes, and leaves `None` what the answer does not tell.
pub trait Dialect: Sync + Send + std::fmt::Debug {
    /// Name in the configuration.
    fn name(&self) -> &'static str;

    /// Asks for the totals of an address.
    fn totals(&self, address: &Address) -> Request;
    /// Reads the answer to [`Dialect::totals`].
    fn read_totals(&self, body: &[u8]) -> Result<TotalsAnswer, Garbled>;

    /// Asks for a page of an address's transactions, newest first; `after` is the cursor of the page before.
    fn address_page(&self, address: &Address, after: Option<&Cursor>) -> Request;
    /// Reads the answer to [`Dialect::address_page`].
    fn read_address_page(&self, body: &[u8], network: Network) -> Result<Page, Garbled>;

    /// Asks for one transaction.
    fn transaction(&self, txid: &Txid) -> Request;
    /// Reads the answer to [`Dialect::transaction`].
    fn read_transaction(&self, body: &[u8], network: Network) -> Result<Tx, Garbled>;

    /// Asks which transaction spends each output of a transaction.
    fn outspends(&self, txid: &Txid) -> Request;
    /// Reads the answer to [`Dialect::outspends`]: one entry an output.
    fn read_outspends(&self, body: &[u8]) -> Result<Vec<Outspend>, Garbled>;

    /// Whether its transactions carry scripts, so that their txids can be recomputed.
    fn proves(&self) -> bool;

    /// Asks for the hash of the block at a height.
    fn block_at(&self, height: u32) -> Request;
    /// Asks for the hash of the newest block.
    fn tip(&self) -> Request;
    /// Reads the answer to [`Dialect::tip`] and [`Dialect::block_at`].
    fn read_block_hash(&self, body: &[u8]) -> Result<BlockHash, Garbled>;

    /// Asks whether a block is part of the best chain.
    fn best_chain(&self, hash: &BlockHash) -> Request;
    /// Reads the answer to [`Dialect::best_chain`].
    fn read_best_chain(&self, body: &[u8]) -> Result<bool, Garbled>;

    /// Asks for a block's height and time.
    fn block(&self, hash: &BlockHash) -> Request;
    /// Reads the answer to [`Dialect::block`].
    fn read_block(&self, body: &[u8]) -> Result<Block, Garbled>;
}

/// A GET request below an explorer's base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Path without a leading slash: `address/1abc/txs`.
    pub path: String,
}

impl Request {
    /// A request for `path`, without a leading slash.
    pub fn get(path: impl Into<String>) -> Self {
        Self { path: path.into() }
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
    pub totals: Totals,
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

/// An answer that is not what the API promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Garbled(pub String);

impl From<serde_json::Error> for Garbled {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("not the JSON expected: {error}"))
    }
}

/// Why an explorer gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The transport failed for good.
    #[error("{explorer}: {source}")]
    Http {
        /// Name of the explorer.
        explorer: String,
        /// What happened.
        source: HttpError,
    },
    /// The answer could not be read.
    #[error("{explorer}: answer to {url} is {source}")]
    Garbled {
        /// Name of the explorer.
        explorer: String,
        /// What was asked.
        url: String,
        /// What is wrong with it.
        source: Garbled,
    },
    /// It shows another chain, or is behind the network or the ledger.
    #[error("{explorer}: {reason}")]
    Behind {
        /// Name of the explorer.
        explorer: String,
        /// What is wrong with its chain.
        reason: String,
    },
    /// The built-in record holds no such thing.
    #[error("the built-in record does not hold {0}")]
    NotRecorded(String),
}

/// An answer and where it came from.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What was read.
    pub value: T,
    /// Where it came from.
    pub provenance: Provenance,
}

/// How an explorer is reached.
#[derive(Clone, Debug)]
enum Transport {
    Http { base: reqwest::Url, http: Http },
    Embedded,
}

/// One explorer: a dialect and a transport, under a name.
#[derive(Clone, Debug)]
pub struct Explorer {
    name: String,
    dialect: &'static dyn Dialect,
    transport: Transport,
    network: Network,
    clock: fn() -> Time,
}

impl Explorer {
    /// An explorer behind `base` (with or without a trailing slash).
    pub fn over_http(
        name: &str,
        dialect: &'static dyn Dialect,
        mut base: reqwest::Url,
        http: Http,
        network: Network,
        clock: fn() -> Time,
    ) -> Self {
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Self { name: name.to_owned(), dialect, transport: Transport::Http { base, http }, network, clock }
    }

    /// The recorded snapshots that the program carries.
    pub fn built_in(clock: fn() -> Time) -> Self {
        Self {
            name: BUILT_IN.name().to_owned(),
            dialect: &BUILT_IN,
            transport: Transport::Embedded,
            network: Network::Bitcoin,
            clock,
        }
    }

    /// Name in the configuration, and in the ledger.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is, for messages: the host, or that it is built in.
    pub fn place(&self) -> String {
        match &self.transport {
            Transport::Http { base, .. } => {
                let host = base.host_str().unwrap_or(&self.name);
                base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
            }
            Transport::Embedded => self.name.clone(),
        }
    }

    /// The network whose chain it serves.
    pub fn network(&self) -> Network {
        self.network
    }

    /// Whether the txids of its transactions can be recomputed.
    pub fn proves(&self) -> bool {
        self.dialect.proves()
    }

    /// Whether its answers come from the snapshots that the program carries.
    pub fn is_recorded(&self) -> bool {
        matches!(self.transport, Transport::Embedded)
    }

    /// The totals of an address.
    pub async fn totals(&self, address: &Address) -> Result<Answer<TotalsAnswer>, AskError> {
        self.ask(self.dialect.totals(address), |body| self.dialect.read_totals(body)).await
    }

    /// A page of an address's transactions.
    pub async fn address_page(&self, address: &Address, after: Option<&Cursor>) -> Result<Answer<Page>, AskError> {
        let request = self.dialect.address_page(address, after);
        self.ask(request, |body| self.dialect.read_address_page(body, self.network)).await
    }

    /// One transaction.
    pub async fn transaction(&self, txid: &Txid) -> Result<Answer<Tx>, AskError> {
        self.ask(self.dialect.transaction(txid), |body| self.dialect.read_transaction(body, self.network)).await
    }

    /// What became of each output of a transaction.
    pub async fn outspends(&self, txid: &Txid) -> Result<Answer<Vec<Outspend>>, AskError> {
        self.ask(self.dialect.outspends(txid), |body| self.dialect.read_outspends(body)).await
    }

    /// The hash of the newest block.
    pub async fn tip(&self) -> Result<Answer<BlockHash>, AskError> {
        self.ask(self.dialect.tip(), |body| self.dialect.read_block_hash(body)).await
    }

    /// The hash of the block at a height.
    pub async fn block_at(&self, height: u32) -> Result<Answer<BlockHash>, AskError> {
        self.ask(self.dialect.block_at(height), |body| self.dialect.read_block_hash(body)).await
    }

    /// Whether a block is part of the best chain.
    pub async fn best_chain(&self, hash: &BlockHash) -> Result<Answer<bool>, AskError> {
        self.ask(self.dialect.best_chain(hash), |body| self.dialect.read_best_chain(body)).await
    }

    /// A block's height and time.
    pub async fn block(&self, hash: &BlockHash) -> Result<Answer<Block>, AskError> {
        self.ask(self.dialect.block(hash), |body| self.dialect.read_block(body)).await
    }

    async fn ask<T>(
        &self,
        request: Request,
        read: impl FnOnce(&[u8]) -> Result<T, Garbled>,
    ) -> Result<Answer<T>, AskError> {
        let asked_at = (self.clock)();
        let (url, body) = match &self.transport {
            Transport::Embedded => {
                let body = snapshot::answer(&request).ok_or_else(|| AskError::NotRecorded(request.path.clone()))?;
                (format!("built-in:{}", request.path), body)
            }
            Transport::Http { base, http } => {
                // A path of hex digits and addresses joined to a base that ends in a slash always parses.
                let url = base.join(&request.path).unwrap_or_else(|_| base.clone());
                let body =
                    http.get(&url).await.map_err(|source| AskError::Http { explorer: self.name.clone(), source })?;
                (url.to_string(), body)
            }
        };
        let value = read(&body).map_err(|source| AskError::Garbled {
            explorer: self.name.clone(),
            url: url.clone(),
            source,
        })?;
        let sha256 = sha256::Hash::hash(&body).to_string();
        let provenance = Provenance { explorer: self.name.clone(), url, asked_at, sha256, bytes: body.len() };
        Ok(Answer { value, provenance })
    }
}
