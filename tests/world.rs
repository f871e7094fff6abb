//! Rounds in process: one chain, a server of each dialect that shows it, a database in a file, and what must be in it.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bitcoin::{Network, OutPoint, ScriptBuf, TxOut};
use chrono::{DateTime, TimeDelta};
use ransomtrail::domain::{Address, Family, Follow, Time, WatchedAddress};
use ransomtrail::explorer::{Dialect, Explorer};
use ransomtrail::http::{Http, HttpOptions};
use ransomtrail::store::{SharedStore, Store};
use ransomtrail::sync::{self, Options, Round};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::dialects::{ours, services};
use crate::support::chain::{FakeTx, Place};
use crate::support::{FakeChain, FakeExplorer, Kind, Trouble};

const NET: Network = Network::Regtest;

thread_local! {
    /// Each test runs on a thread of its own, and so has its own time.
    static NOW: Cell<i64> = const { Cell::new(1_600_000_000) };
}

fn now() -> Time {
    DateTime::from_timestamp(NOW.get(), 0).unwrap()
}

/// The watched addresses.
pub fn watched(chain: &FakeChain) -> [bitcoin::Address; 2] {
    [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1))
}

/// A chain, its servers and a database.
pub struct World {
    folder: TempDir,
    pub chain: Arc<Mutex<FakeChain>>,
    pub servers: Vec<(&'static dyn Dialect, FakeExplorer)>,
    runtime: Runtime,
}

/// How a round is made.
#[derive(Clone, Debug)]
pub struct Plan {
    pub follow: Follow,
    /// The explorer that is asked first, by its place in the table of dialects.
    pub first: usize,
    /// The others are not asked.
    pub alone: bool,
    /// The round is killed when the first explorer gets this request.
    pub kill: Option<usize>,
}

impl Plan {
    /// A whole round by the explorer at that place in the table of dialects.
    pub fn by(first: usize, follow: Follow) -> Self {
        Self { follow, first, alone: true, kill: None }
    }
}

impl World {
    /// With honest servers.
    pub fn new(chain: FakeChain) -> Self {
        let chain = Arc::new(Mutex::new(chain));
        let servers = services();
        let servers =
            servers.into_iter().map(|(dialect, speaker)| (dialect, FakeExplorer::sharing(chain.clone(), speaker)));
        Self::with(chain.clone(), servers.collect())
    }

    /// With these servers.
    pub fn with(chain: Arc<Mutex<FakeChain>>, servers: Vec<(&'static dyn Dialect, FakeExplorer)>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { folder: TempDir::new().unwrap(), chain, servers, runtime }
    }

    /// The database.
    pub fn db(&self) -> PathBuf {
        self.folder.path().join("world.db")
    }

    fn addresses(&self) -> Vec<Address> {
        watched(&self.chain.lock().unwrap()).iter().map(ours).collect()
    }

    /// The server that a round with this plan asks first.
    pub fn first(&self, plan: &Plan) -> &FakeExplorer {
        &self.servers[plan.first % self.servers.len()].1
    }

    /// A round into the world's database; `None` where it was killed.
    pub fn round(&self, plan: &Plan) -> Option<Round> {
        self.round_into(&self.db(), plan)
    }

    /// A round into any database, which is opened for it as a new process would.
    pub fn round_into(&self, path: &Path, plan: &Plan) -> Option<Round> {
        NOW.set(NOW.get() + 600);
        let mut store = Store::open(path).unwrap();
        let addresses = self.addresses();
        store.watch(&family(&addresses)).unwrap();
        let store = SharedStore::new(store);
        let most = if plan.alone { 1 } else { self.servers.len() };
        let order = (0..most).map(|n| (plan.first + n) % self.servers.len());
        let explorers: Vec<Explorer> = order.map(|n| self.explorer(n)).collect();
        let options = Options { follow: plan.follow, ..Options::by_address(now()) };
        let killed = plan.kill.map(|n| {
            let (tell, told) = oneshot::channel();
            let server = self.first(plan);
            let n = server.asked() + n;
            server.script_at(n, Trouble::Hang);
            server.before(n, move |_| tell.send(()).expect("somebody waits for it"));
            told
        });
        let killed = async move {
            let Some(told) = killed else { return pending().await };
            if told.await.is_err() {
                pending().await
            }
        };
        self.runtime.block_on(async {
            tokio::select! {
                made = sync::round(&store, &explorers, &addresses, options, &|_| {}) => Some(made.unwrap()),
                () = killed => None,
            }
        })
    }

    fn explorer(&self, n: usize) -> Explorer {
        let (dialect, server) = &self.servers[n];
        let options = HttpOptions {
            pace: "1000/s".parse().unwrap(),
            retries: 1,
            backoff: std::time::Duration::from_millis(1),
            max_wait: std::time::Duration::from_millis(2),
            breaker_failures: std::num::NonZeroU32::MAX,
            ..HttpOptions::default()
        };
        let http = Http::new(options).unwrap();
        Explorer::over_http(dialect.name(), *dialect, server.url().parse().unwrap(), http, NET, now)
    }

    /// Time passes, so that addresses are due again.
    pub fn wait(&self, time: TimeDelta) {
        NOW.set(NOW.get() + time.num_seconds());
    }

    /// What the world's database shows as paid and withdrawn.
    pub fn held(&self) -> BTreeSet<String> {
        held(&self.db())
    }

    /// What is so on the chain.
    pub fn truth(&self) -> BTreeSet<String> {
        present(&self.chain.lock().unwrap())
    }

    /// Every payment and withdrawal that ever was, wherever it stands now, without where that is.
    pub fn ever(&self) -> BTreeSet<String> {
        truth(&self.chain.lock().unwrap(), |_| true).iter().map(|row| without_place(row)).collect()
    }

    /// The file is sound, and no figure in it is one that the chain never held, or is there twice.
    pub fn check(&self, when: &str) {
        Store::open_existing(&self.db()).unwrap().check().unwrap();
        let (held, ever) = (self.held(), self.ever());
        let facts: BTreeSet<String> = held.iter().map(|row| without_place(row)).collect();
        let never: Vec<_> = facts.difference(&ever).collect();
        assert!(never.is_empty(), "{when}: never so on the chain: {never:#?}");
        assert_eq!(facts.len(), held.len(), "{when}: something is there twice: {held:#?}");
    }
}

/// Confirmed rows.
pub fn confirmed(rows: &BTreeSet<String>) -> BTreeSet<String> {
    rows.iter().filter(|row| row.contains("confirmed")).cloned().collect()
}

/// The rows that are in one set and not in the other.
pub fn differences(held: &BTreeSet<String>, truth: &BTreeSet<String>) -> Vec<String> {
    let extra = held.difference(truth).map(|row| format!("held, and not so: {row}"));
    extra.chain(truth.difference(held).map(|row| format!("so, and not held: {row}"))).collect()
}

fn without_place(row: &str) -> String {
    row.split(" at ").next().unwrap().to_owned()
}

/// What a database shows as paid and withdrawn.
pub fn held(path: &Path) -> BTreeSet<String> {
    const SQL: &str = "
        SELECT 'pays ' || address || ' ' || txid || ':' || vout || ' ' || sats || ' at ' || state || ' ' ||
               coalesce(block_height || ' ' || block_time, '') FROM payments
        UNION ALL
        SELECT 'takes ' || txid || ' ' || inputs || ' ' || spent_sats || ' ' || returned_sats || ' at ' || state || ' ' ||
               coalesce(block_height || ' ' || block_time, '') FROM spending_transactions";
    let db = rusqlite::Connection::open(path).unwrap();
    let mut query = db.prepare(SQL).unwrap();
    let rows: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let all = rows.len();
    let set: BTreeSet<String> = rows.into_iter().collect();
    assert_eq!(set.len(), all, "a row is there twice");
    set
}

/// What is so on a chain.
pub fn present(chain: &FakeChain) -> BTreeSet<String> {
    truth(chain, |tx| matches!(tx.place, Place::Mempool | Place::Block(_)))
}

/// The same as the chain has it.
fn truth(chain: &FakeChain, counts: impl Fn(&FakeTx) -> bool) -> BTreeSet<String> {
    let scripts: Vec<(String, ScriptBuf)> = watched(chain).iter().map(|a| (a.to_string(), a.script_pubkey())).collect();
    let mut rows = BTreeSet::new();
    for tx in chain.txs.iter().filter(|tx| counts(tx)) {
        let place = match tx.place {
            Place::Block(index) => {
                let block = &chain.blocks[index];
                let time = DateTime::from_timestamp(block.header.time.into(), 0).unwrap();
                format!("confirmed {} {}", block.height, time.format("%Y-%m-%dT%H:%M:%SZ"))
            }
            _ => "mempool ".to_owned(),
        };
        let ours = |out: &&TxOut| scripts.iter().any(|(_, script)| *script == out.script_pubkey);
        for (vout, out) in tx.tx.output.iter().enumerate() {
            for (address, _) in scripts.iter().filter(|(_, script)| *script == out.script_pubkey) {
                rows.insert(format!("pays {address} {}:{vout} {} at {place}", tx.txid, out.value.to_sat()));
            }
        }
        let sum = |outs: &[TxOut]| outs.iter().filter(ours).map(|out| out.value.to_sat()).sum::<u64>();
        let inputs = tx.prevouts.iter().filter(ours).count();
        if inputs > 0 {
            let (spent, returned) = (sum(&tx.prevouts), sum(&tx.tx.output));
            rows.insert(format!("takes {} {inputs} {spent} {returned} at {place}", tx.txid));
        }
    }
    rows
}

fn family(addresses: &[Address]) -> Family {
    let watched = |address: &Address| WatchedAddress { address: address.clone(), source: "us".to_owned(), note: None };
    Family {
        name: "story".to_owned(),
        title: "Story".to_owned(),
        aliases: Vec::new(),
        summary: "For tests.".to_owned(),
        active_from: None,
        active_to: None,
        sample: None,
        complete: None,
        demands: Vec::new(),
        sources: Vec::new(),
        addresses: addresses.iter().map(watched).collect(),
        stations: Vec::new(),
        facts: Vec::new(),
        links: Vec::new(),
        built_in: false,
    }
}

/// A waiting transaction is forgotten, with those that spend from it.
pub fn evict(chain: &mut FakeChain, txid: &bitcoin::Txid) {
    let spenders: Vec<_> = chain
        .txs
        .iter()
        .filter(|tx| tx.place == Place::Mempool)
        .filter(|tx| tx.tx.input.iter().any(|input| input.previous_output.txid == *txid))
        .map(|tx| tx.txid)
        .collect();
    for spender in spenders {
        evict(chain, &spender);
    }
    chain.evict(txid);
}

/// Outputs that nothing spends, of the watched addresses.
pub fn unspent(chain: &FakeChain) -> Vec<(OutPoint, u64)> {
    let scripts = watched(chain).map(|address| address.script_pubkey());
    let mut found = Vec::new();
    for tx in chain.txs.iter().filter(|tx| matches!(tx.place, Place::Mempool | Place::Block(_))) {
        for (vout, out) in (0..).zip(&tx.tx.output) {
            let outpoint = OutPoint::new(tx.txid, vout);
            if scripts.contains(&out.script_pubkey) && chain.spender(&outpoint).is_none() {
                found.push((outpoint, out.value.to_sat()));
            }
        }
    }
    found
}
