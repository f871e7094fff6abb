//! How explorers are asked: one pure dialect a file, the [`DIALECTS`] table, and [`Explorer`], which joins a dialect to a
//! transport.
//!
//! A dialect names requests and reads answers; it never touches the network. Pace, retry and size caps live in
//! [`crate::http`]. The recorded snapshots are asked through the same front door.

mod blockchain_info;
mod blockcypher;
mod built_in;
mod dialect;
mod error;
mod esplora;
mod reading;
mod snapshot;

use bitcoin::hashes::{Hash, sha256};
use bitcoin::{BlockHash, Network, Txid};

use crate::domain::{Address, Asked, Provenance, RawAnswer, Time, Tx};
use crate::http::{Credentials, Http, HttpError};

pub use blockchain_info::BLOCKCHAIN_INFO;
pub use blockcypher::BLOCKCYPHER;
pub use built_in::BUILT_IN;
pub use dialect::{
    Block, Cursor, Dialect, Garbled, Known, MerkleProof, Outspend, Page, Request, Subject, Told, TotalsAnswer, Unread,
};
pub use error::AskError;
pub use esplora::ESPLORA;
pub use snapshot::{Snapshot, snapshots};

/// Every explorer API that the program speaks.
#[rustfmt::skip]
pub static DIALECTS: &[&dyn Dialect] = &[
    &esplora::ESPLORA,
    &blockchain_info::BLOCKCHAIN_INFO,
    &blockcypher::BLOCKCYPHER,
    &built_in::BUILT_IN,
];

/// The dialect of that name.
pub fn dialect(name: &str) -> Option<&'static dyn Dialect> {
    DIALECTS.iter().copied().find(|d| d.name() == name)
}

/// Whether the program carries a recorded snapshot of that family.
pub fn is_recorded(family: &str) -> bool {
    snapshots().iter().any(|s| s.header.family == family)
}

/// The answer of the built-in record to what its URL in the ledger asks (`built-in:tx/…`); `None` where the record holds no such
/// thing. The program carries these answers, so that the ledger need not keep them.
pub fn recorded_answer(url: &str) -> Option<Vec<u8>> {
    snapshot::answer(&Request::get(url.strip_prefix("built-in:")?))
}

/// An answer and where it came from.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What was read.
    pub value: T,
    /// Where it came from: the question itself.
    pub provenance: Provenance,
    /// Everything that was answered, as it came; the question's own answer first.
    pub raw: Vec<RawAnswer>,
}

/// Most requests that one question may take: a long page of a service that tells little in each.
const MOST_REQUESTS: usize = 1_000;

/// How an explorer is reached.
#[derive(Clone, Debug)]
enum Transport {
    Http { base: reqwest::Url, http: Http, credentials: Credentials },
    Embedded,
}

impl Transport {
    /// Whether a body holds a secret that the server was shown.
    fn repeats_secrets(&self, body: &[u8]) -> bool {
        matches!(self, Self::Http { credentials, .. } if credentials.are_in(body))
    }

    /// Parsers quote what they cannot read, and that may be a secret that the server repeats.
    fn scrub(&self, garbled: Garbled) -> Garbled {
        match self {
            Self::Http { credentials, .. } => Garbled(credentials.scrub(&garbled.0)),
            Self::Embedded => garbled,
        }
    }
}

/// One explorer: a dialect and a transport, under a name.
#[derive(Clone, Debug)]
pub struct Explorer {
    name: String,
    dialect: &'static dyn Dialect,
    transport: Transport,
    network: Network,
    clock: fn() -> Time,
    discreet: bool,
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
        let transport = Transport::Http { base, http, credentials: Credentials::default() };
        Self { name: name.to_owned(), dialect, transport, network, clock, discreet: false }
    }

    /// The same, shown these headers and this query with each request; what is built in needs none.
    #[must_use]
    pub fn with_credentials(mut self, shown: Credentials) -> Self {
        if let Transport::Http { credentials, .. } = &mut self.transport {
            *credentials = shown;
        }
        self
    }

    /// The same, but never asked about an address, a transaction, or a block because of what is in it. What is built in tells
    /// nobody, and may be asked anything.
    #[must_use]
    pub fn about_blocks_only(mut self) -> Self {
        self.discreet = !self.is_recorded();
        self
    }

    /// Whether it may be asked for the blocks of the chain alone.
    pub fn is_discreet(&self) -> bool {
        self.discreet
    }

    fn may_learn(&self) -> Result<(), AskError> {
        if self.discreet { Err(AskError::Discreet { explorer: self.name.clone() }) } else { Ok(()) }
    }

    /// The recorded snapshots that the program carries.
    pub fn built_in(clock: fn() -> Time) -> Self {
        Self {
            name: BUILT_IN.name().to_owned(),
            dialect: &BUILT_IN,
            transport: Transport::Embedded,
            network: Network::Bitcoin,
            clock,
            discreet: false,
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

    /// Base URL of its API, without credentials; `None` for what is built in.
    pub fn base(&self) -> Option<String> {
        match &self.transport {
            Transport::Http { base, .. } => Some(base.to_string()),
            Transport::Embedded => None,
        }
    }

    /// Name of the API that it speaks.
    pub fn dialect(&self) -> &'static str {
        self.dialect.name()
    }

    /// The client that asks it; `None` for what is built in.
    pub fn http(&self) -> Option<&Http> {
        match &self.transport {
            Transport::Http { http, .. } => Some(http),
            Transport::Embedded => None,
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

    /// Whether it asks less when it is told what the ledger holds.
    pub fn wants_known(&self) -> bool {
        self.dialect.wants_known()
    }

    /// The totals of an address.
    pub async fn totals(&self, address: &Address) -> Result<Answer<TotalsAnswer>, AskError> {
        self.may_learn()?;
        self.ask(self.dialect.totals(address), |told| self.dialect.read_totals(told)).await
    }

    /// A page of an address's transactions.
    pub async fn address_page(
        &self,
        address: &Address,
        after: Option<&Cursor>,
        known: &Known,
    ) -> Result<Answer<Page>, AskError> {
        self.may_learn()?;
        let request = self.dialect.address_page(address, after);
        self.ask_knowing(request, known, |told| self.dialect.read_address_page(told)).await
    }

    /// What waits of an address behind this transaction, where a page does not hold all of it.
    pub async fn waiting_page(&self, address: &Address, after: &Txid, known: &Known) -> Result<Answer<Page>, AskError> {
        self.may_learn()?;
        let request = self.dialect.waiting_page(address, after).ok_or_else(|| self.lacks("pages of what waits"))?;
        self.ask_knowing(request, known, |told| self.dialect.read_address_page(told)).await
    }

    /// One transaction.
    pub async fn transaction(&self, txid: &Txid) -> Result<Answer<Tx>, AskError> {
        self.may_learn()?;
        self.ask(self.dialect.transaction(txid), |told| self.dialect.read_transaction(told)).await
    }

    /// What became of each output of a transaction.
    pub async fn outspends(&self, txid: &Txid) -> Result<Answer<Vec<Outspend>>, AskError> {
        self.may_learn()?;
        self.ask(self.dialect.outspends(txid), |told| self.dialect.read_outspends(told)).await
    }

    /// The hash of the newest block.
    pub async fn tip(&self) -> Result<Answer<BlockHash>, AskError> {
        self.ask(self.dialect.tip(), |told| self.dialect.read_block_hash(told)).await
    }

    /// The hash of the block at a height.
    pub async fn block_at(&self, height: u32) -> Result<Answer<BlockHash>, AskError> {
        self.ask(self.dialect.block_at(height), |told| self.dialect.read_block_hash(told)).await
    }

    /// Whether a block is part of the best chain.
    pub async fn best_chain(&self, hash: &BlockHash) -> Result<Answer<bool>, AskError> {
        self.may_learn()?;
        self.ask(self.dialect.best_chain(hash), |told| self.dialect.read_best_chain(told)).await
    }

    /// A block's height and time.
    pub async fn block(&self, hash: &BlockHash) -> Result<Answer<Block>, AskError> {
        self.ask(self.dialect.block(hash), |told| self.dialect.read_block(told)).await
    }

    /// A block's header, unchecked.
    pub async fn header(&self, hash: &BlockHash) -> Result<Answer<[u8; 80]>, AskError> {
        self.may_learn()?;
        let request = self.dialect.header(hash).ok_or_else(|| self.lacks("block headers"))?;
        self.ask(request, |told| self.dialect.read_header(told)).await
    }

    /// A whole block, unchecked.
    pub async fn raw_block(&self, hash: &BlockHash) -> Result<Answer<Vec<u8>>, AskError> {
        let request = self.dialect.raw_block(hash).ok_or_else(|| self.lacks("whole blocks"))?;
        self.ask(request, |told| self.dialect.read_raw_block(told)).await
    }

    /// The proof that a transaction is in its block, unchecked.
    pub async fn merkle_proof(&self, txid: &Txid) -> Result<Answer<MerkleProof>, AskError> {
        self.may_learn()?;
        let request = self.dialect.merkle_proof(txid).ok_or_else(|| self.lacks("merkle proofs"))?;
        self.ask(request, |told| self.dialect.read_merkle_proof(told)).await
    }

    /// Whether it can give whole blocks.
    pub fn gives_blocks(&self) -> bool {
        self.dialect.raw_block(&BlockHash::all_zeros()).is_some()
    }

    /// Whether it can give headers and merkle proofs.
    pub fn gives_proofs(&self) -> bool {
        self.dialect.header(&BlockHash::all_zeros()).is_some()
            && self.dialect.merkle_proof(&Txid::all_zeros()).is_some()
    }

    fn lacks(&self, what: &'static str) -> AskError {
        AskError::Unsupported { explorer: self.name.clone(), what }
    }

    async fn ask<T>(
        &self,
        request: Request,
        read: impl Fn(&Told<'_>) -> Result<T, Unread>,
    ) -> Result<Answer<T>, AskError> {
        self.ask_knowing(request, &Known::default(), read).await
    }

    /// Asks, and asks on as long as the dialect wants more.
    async fn ask_knowing<T>(
        &self,
        request: Request,
        known: &Known,
        read: impl Fn(&Told<'_>) -> Result<T, Unread>,
    ) -> Result<Answer<T>, AskError> {
        let mut answers: Vec<(Request, Vec<u8>)> = Vec::new();
        let mut provenances: Vec<Provenance> = Vec::new();
        let mut wanted = vec![request];
        loop {
            for request in wanted {
                let (provenance, body) = self.fetch(&request).await?;
                answers.push((request, body));
                provenances.push(provenance);
            }
            let garbled = |at: usize, source| AskError::Garbled {
                explorer: self.name.clone(),
                url: provenances.get(at).map(|p| p.url.clone()).unwrap_or_default(),
                source: self.transport.scrub(source),
            };
            match read(&Told::new(&answers, self.network, known)) {
                Ok(value) => {
                    let asked = |path: String| {
                        (!self.is_recorded()).then(|| Asked { dialect: self.dialect.name().to_owned(), path })
                    };
                    let mut raw: Vec<RawAnswer> = provenances
                        .into_iter()
                        .zip(answers)
                        .map(|(provenance, (request, body))| {
                            let secret = self.transport.repeats_secrets(&body);
                            RawAnswer { provenance, body, asked: asked(request.path), secret }
                        })
                        .collect();
                    let provenance = raw.first_mut().map(|first| first.provenance.clone());
                    // There is at least the question's own answer.
                    let provenance = provenance.ok_or_else(|| self.lacks("answers"))?;
                    return Ok(Answer { value, provenance, raw });
                }
                Err(Unread::Garbled(source)) => return Err(garbled(0, source)),
                Err(Unread::Ask(more)) => {
                    wanted = more;
                    wanted.retain(|request| !answers.iter().any(|(asked, _)| asked == request));
                    // A dialect that asks for what it has been told would keep us for ever.
                    if wanted.is_empty() || answers.len() + wanted.len() > MOST_REQUESTS {
                        let reason = "needs more requests than an answer should".to_owned();
                        return Err(garbled(0, Garbled(reason)));
                    }
                }
            }
        }
    }

    /// One request: what came, and where from.
    async fn fetch(&self, request: &Request) -> Result<(Provenance, Vec<u8>), AskError> {
        let asked_at = (self.clock)();
        let (url, body) = match &self.transport {
            Transport::Embedded => {
                let body = snapshot::answer(request).ok_or_else(|| AskError::NotRecorded(request.path.clone()))?;
                (format!("built-in:{}", request.path), body)
            }
            Transport::Http { base, http, credentials } => {
                // A path of hex digits and addresses joined to a base that ends in a slash always parses.
                let mut url = base.join(&request.path).unwrap_or_else(|_| base.clone());
                if request.path.is_empty() {
                    // The document at the root is named without a slash at its end.
                    url.set_path(base.path().trim_end_matches('/'));
                }
                let http_error = |source| AskError::Http { explorer: self.name.clone(), source };
                let body = match http.get_with(&url, credentials).await {
                    Err(HttpError::Status { status: 404, .. }) if request.may_lack => Vec::new(),
                    answered => answered.map_err(http_error)?,
                };
                (url.to_string(), body)
            }
        };
        let sha256 = sha256::Hash::hash(&body).to_string();
        let provenance = Provenance { explorer: self.name.clone(), url, asked_at, sha256, bytes: body.len() };
        Ok((provenance, body))
    }
}
