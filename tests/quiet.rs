//! What a round costs in which nothing happened.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use bitcoin::{Network, OutPoint};
use chrono::DateTime;
use ransomtrail::config::Config;
use ransomtrail::domain::{Follow, Time};
use ransomtrail::explorer::{ESPLORA, Explorer};
use ransomtrail::http::{Http, HttpOptions, Pace};
use ransomtrail::store::{SharedStore, Store};
use ransomtrail::work::{self, Context, Plan};

use crate::live::{configure, trial};
use crate::support::{FakeChain, FakeExplorer, Kind};
use crate::trial::Trial;
use crate::world::watched;

/// Watched addresses.
const MANY: u32 = 300;

#[test]
fn a_quiet_round_costs_one_request_an_address_or_one_in_all() {
    let mut chain = FakeChain::new(Network::Regtest);
    let addresses: Vec<_> = (0..MANY).map(|n| chain.address(Kind::P2wpkh, 500 + n)).collect();
    for address in addresses.iter().step_by(10) {
        chain.pay(address, 5_000);
    }
    chain.mine();
    let trial = Trial::new();
    configure(&trial, "");
    let list: Vec<String> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
    trial.write(
        "config/ransomtrail/families/many.toml",
        &format!(
            "name = \"many\"\ntitle = \"Many\"\nsummary = \"For tests.\"\nnetwork = \"regtest\"\n\
             [sources.us]\ntitle = \"ourselves\"\n[[addresses]]\nsource = \"us\"\nlist = [{}]\n",
            list.join(", ")
        ),
    );
    let server = FakeExplorer::start(chain);
    let round = |way: &str| {
        let asked = server.asked();
        let ran = trial.run(&["sync", "--explorer", &server.url(), "--follow", way]);
        assert_eq!(ran.code, 0, "{way}: {}{}", ran.out, ran.err);
        server.requests().split_off(asked)
    };
    let many = MANY as usize;
    let first = round("addresses");
    // The chain is asked for before (three) and once after the addresses of which something was read, each in a page.
    assert_eq!(first.len(), 3 + many + many / 10 + 1, "{first:?}");
    let quiet = round("addresses");
    assert_eq!(quiet.iter().filter(|path| path.starts_with("address/")).count(), many);
    // The genesis block, the newest and its height, and the ledger's newest block, once.
    assert_eq!(quiet.len(), many + 4, "{quiet:?}");

    let begins = round("blocks");
    assert_eq!(begins.len(), 7 + 4 + many, "{begins:?}");
    assert_eq!(round("blocks"), ["blocks/tip/hash"]);
    server.chain.lock().unwrap().mine();
    assert_eq!(round("blocks").len(), 3, "the newest block's hash, its height, its bytes");
    assert_eq!(round("auto").len(), 2, "whether it pays, and whether there is a block");
}

thread_local! {
    /// Rounds on an interval of ten minutes, as fast as they can be made.
    static NOW: Cell<i64> = const { Cell::new(1_600_000_000) };
}

fn now() -> Time {
    DateTime::from_timestamp(NOW.get(), 0).unwrap()
}

/// Rows of each table, and the size of the file when everything is in it.
fn measured(db: &Path) -> (Vec<(String, i64)>, u64) {
    let file = rusqlite::Connection::open(db).unwrap();
    let mut tables = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let count = |name: &String| file.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0)).unwrap();
    let rows = names.iter().map(|name| (name.clone(), count(name))).collect();
    let busy: i64 = file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
    assert_eq!(busy, 0);
    (rows, std::fs::metadata(db).unwrap().len())
}

/// Rounds in which nothing happens: payments, one that waits, and coins that sleep. Returns the requests of the last one.
fn quiet_rounds(follow: Follow, rounds: usize) -> Vec<String> {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = watched(&chain);
    let away = chain.address(Kind::P2sh, 9);
    let paid = chain.pay(&first, 100_000);
    chain.pay(&second, 50_000);
    chain.mine();
    chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 60_000), (&first, 30_000)]);
    for _ in 0..8 {
        chain.mine();
    }
    chain.pay(&second, 5_000);
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    configure(&trial, &format!("[[explorer]]\nname = \"one\"\nurl = \"{}\"\n", server.url()));
    let folder = trial.path("config/ransomtrail");
    let text = std::fs::read_to_string(folder.join("ransomtrail.toml")).unwrap();
    let config = Config { recheck: Duration::from_secs(1 << 40), ..Config::parse(&text, "test").unwrap() };
    let options = HttpOptions { pace: Pace::NONE, ..HttpOptions::default() };
    let url = server.url().parse().unwrap();
    let one = Explorer::over_http("one", &ESPLORA, url, Http::new(options).unwrap(), Network::Regtest, now);
    let (db, config_file) = (trial.path("test.db"), folder.join("ransomtrail.toml"));
    let (receivers, database) = (Vec::new(), Some(db.clone()));
    let context = Context { config, receivers, config_folder: folder, config_file, database, clock: now };
    let catalog = context.catalog().unwrap();
    let families = [catalog.find("story").unwrap()];
    let explorers = [one];
    let plan = Plan::of_watch(&context, &catalog, &families, true, &explorers).unwrap();
    let store = SharedStore::new(Store::open(&db).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // What a coin costs a round is the same each time, and takes most of it: some of the rounds go without.
    let round = |n: usize| {
        NOW.set(NOW.get() + 600);
        let options = work::options(&context, follow);
        let coins = Some(&plan).filter(|_| n.is_multiple_of(20) || follow == Follow::Blocks);
        let made = work::round(&store, &explorers, &families, options, coins, &|_| (), now);
        let made = runtime.block_on(made).unwrap();
        assert!(made.round.is_whole() && made.round.failures.is_empty(), "{made:?}");
    };
    // By blocks everything is asked about once more when the blocks of the beginning lie deep.
    for n in 0..10 {
        if n < 7 && follow == Follow::Blocks {
            server.chain.lock().unwrap().mine_only(&[], 1_494_600_000 + n * 600);
        }
        round(0);
    }
    let before = measured(&db);
    let asked = server.asked();
    round(0);
    let requests = server.requests().split_off(asked);
    (1..rounds).for_each(round);
    assert_eq!(measured(&db), before, "{follow:?}");
    let made: i64 = rusqlite::Connection::open(&db)
        .unwrap()
        .query_row("SELECT sum(times) FROM round", [], |row| row.get(0))
        .unwrap();
    assert_eq!(made, 10 + rounds as i64, "each round is counted all the same");
    requests
}

/// 200 in the suite, and 2,000 where CI asks for a long run (`QUIET_ROUNDS=2000 cargo test --test tests quiet::`).
fn rounds() -> usize {
    std::env::var("QUIET_ROUNDS").map_or(200, |text| text.parse().unwrap())
}

#[test]
fn quiet_rounds_by_address_write_nothing() {
    let requests = quiet_rounds(Follow::Addresses, rounds());
    let asked = |part: &str| requests.iter().filter(|path| path.contains(part)).count();
    // The totals of two addresses, the page of what waits, the coin that sleeps: of each there is something that could be written.
    assert_eq!((asked("address/"), asked("/txs"), asked("outspends")), (3, 1, 1), "{requests:?}");
}

#[test]
fn quiet_rounds_by_blocks_write_nothing() {
    assert_eq!(quiet_rounds(Follow::Blocks, rounds()), ["blocks/tip/hash"]);
}
