//! What a round costs where much has happened to an address, much waits, or its explorer counts wrongly; and that nothing is missed for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bitcoin::Network;
use serde_json::{Value, json};

use crate::live::{configure, stands_where_the_chain_says, story, trial};
use crate::story::{block, sync};
use crate::support::{Answer, FakeChain, FakeExplorer, Kind, Style, esplora};
use crate::trial::{Trial, dump};

/// More payments to the first address than five pages hold.
fn long() -> FakeChain {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    for n in 0..130 {
        chain.pay(&first, 100_000 + n);
        if n % 20 == 19 {
            chain.mine();
        }
    }
    chain.pay(&second, 5_000_000);
    chain.mine();
    chain
}

/// The totals of the first address with its last confirmed payment counted twice, as after a reorganisation on a real server.
fn counting_twice(chain: &FakeChain, path: &str) -> Answer {
    let mut answer = esplora::answer(chain, path, Style::Blockstream);
    let first = chain.address(Kind::P2pkh, 1);
    if path == format!("address/{first}") {
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        for (what, more) in [("tx_count", 1), ("funded_txo_sum", 100_129), ("funded_txo_count", 1)] {
            let count = &mut body["chain_stats"][what];
            *count = (count.as_u64().unwrap() + more).into();
        }
        answer.body = body.to_string().into_bytes();
    }
    answer
}

/// The requests of a round.
fn requests(server: &FakeExplorer, round: impl FnOnce()) -> Vec<String> {
    let asked = server.asked();
    round();
    server.requests().split_off(asked)
}

fn pages(requests: &[String]) -> usize {
    requests.iter().filter(|path| path.contains("/txs")).count()
}

fn incidents(trial: &Trial) -> Vec<Value> {
    let all = trial.json(&["incidents"]).as_array().unwrap().clone();
    all.into_iter().filter(|one| one["kind"] == "wrong-totals").collect()
}

#[test]
fn totals_that_do_not_add_up_are_walked_once_and_said_with_the_proof() {
    let chain = long();
    let trial = trial(&chain);
    let first = chain.address(Kind::P2pkh, 1);
    let server = FakeExplorer::speaking(chain, counting_twice);
    let round = |of: &Trial| {
        let ran = sync(of, &server);
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("difference -100129") && ran.out.contains("totals do not add up"), "{}", ran.out);
    };
    let walk = requests(&server, || round(&trial));
    // Five pages and a bit, the end and that again twice; the other address.
    assert_eq!(pages(&walk), 6 + 3 + 1, "{walk:?}");
    for _ in 0..4 {
        let rests = requests(&server, || round(&trial));
        assert_eq!((pages(&rests), rests.len()), (1, 4 + 2 + 1), "the chain, totals, the newest page: {rests:?}");
    }
    let told = incidents(&trial);
    assert_eq!((told.len(), &told[0]["times"]), (1, &json!(1)), "{told:?}");
    let what = told[0]["what"].as_str().unwrap();
    assert!(what.contains("counts 131 transactions") && what.contains("read to its end, holds 130, "), "{what}");
    assert_eq!(told[0]["address"], first.to_string());
    assert!(trial.ok(&["incidents", "--answer", &told[0]["id"].to_string()]).contains("\"tx_count\":131"));
    // A payment changes the totals: it is found, and the rest begins anew.
    {
        let mut chain = server.chain.lock().unwrap();
        chain.pay(&first, 7_777);
        chain.mine();
    }
    round(&trial);
    assert!(dump(&trial).iter().any(|row| row.contains("7777")));
    assert_eq!(pages(&requests(&server, || round(&trial))), 1);

    // Somebody else settles it.
    let honest = FakeExplorer::start(server.chain.lock().unwrap().clone());
    configure(&trial, &(block("twice", &server.url()) + &block("honest", &honest.url())));
    let ran = trial.run(&["sync", "story"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let settled = requests(&honest, || assert_eq!(trial.run(&["sync", "story"]).code, 0));
    assert_eq!((pages(&settled), settled.iter().filter(|path| path.starts_with("address/")).count()), (0, 1));
    assert_eq!(trial.json(&["status"])["families"][0]["unreconciled"], json!([]));
}

#[test]
fn an_end_that_comes_too_early_once_or_twice_is_none() {
    for slips in 1..=2 {
        let trial = trial(&long());
        let server = FakeExplorer::start(long());
        // The third page is empty.
        server.script_on("/txs/chain/", 1, crate::support::Trouble::None);
        server.script_on("/txs/chain/", slips, crate::support::Trouble::EmptyPage);
        let ran = sync(&trial, &server);
        assert_eq!(ran.code, 0, "{slips}: {}{}", ran.out, ran.err);
        assert_eq!(trial.json(&["summary", "story"])["received"]["outputs"], 131, "{slips}");
    }
}

#[test]
fn a_server_whose_pages_lag_behind_its_totals_hides_nothing_for_good() {
    let late = Arc::new(AtomicBool::new(true));
    let lags = late.clone();
    let chain = long();
    let trial = trial(&chain);
    let server = FakeExplorer::speaking(chain, move |chain, path| {
        let mut answer = esplora::answer(chain, path, Style::Blockstream);
        if path.ends_with("/txs") && lags.load(Ordering::Relaxed) {
            let rows: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
            answer.body = json!(rows[1..]).to_string().into_bytes();
        }
        answer
    });
    assert_eq!(sync(&trial, &server).code, 1);
    assert_eq!(sync(&trial, &server).code, 1);
    late.store(false, Ordering::Relaxed);
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(trial.json(&["summary", "story"])["received"]["outputs"], 131);
}

/// So many payments that wait, beside a long history.
fn crowded(waiting: u64) -> FakeChain {
    let mut chain = long();
    let first = chain.address(Kind::P2pkh, 1);
    for n in 0..waiting {
        chain.pay(&first, 20_000 + n);
    }
    chain
}

#[test]
fn what_waits_is_read_on_where_the_server_speaks_it() {
    let trial = trial(&long());
    let server = FakeExplorer::start_styled(crowded(130), Style::Mempool);
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("at least"), "{}", ran.out);
    let waiting = &trial.json(&["summary", "story"])["waiting"];
    assert_eq!((&waiting["outputs"], &waiting["whole"]), (&json!(130), &json!(true)));
}

#[test]
fn more_that_waits_than_is_listed_costs_no_history() {
    let trial = trial(&long());
    let server = FakeExplorer::start(crowded(60));
    let first = server.chain.lock().unwrap().address(Kind::P2pkh, 1);
    for n in 0..3 {
        let asked = requests(&server, || {
            let ran = sync(&trial, &server);
            assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
            assert!(ran.out.contains("at least"), "{}", ran.out);
        });
        // The newest page, and whether there is one behind it.
        assert!(n == 0 || pages(&asked) == 2, "{n}: {asked:?}");
        server.chain.lock().unwrap().pay(&first, 30_000 + n);
    }
}

#[test]
fn a_replaced_payment_costs_no_history() {
    let trial = trial(&long());
    let server = FakeExplorer::start(crowded(3));
    let first = server.chain.lock().unwrap().address(Kind::P2pkh, 1);
    assert_eq!(sync(&trial, &server).code, 0);
    for more in [0, 7] {
        {
            let mut chain = server.chain.lock().unwrap();
            let (old, away) = (chain.waiting(&first.script_pubkey())[0].txid, chain.address(Kind::P2sh, 9));
            let sats = chain.tx(&old).unwrap().funded(&first.script_pubkey()).0;
            chain.replace(&old, &[(&first, sats + more), (&away, 700)]);
        }
        let asked = requests(&server, || {
            let ran = sync(&trial, &server);
            assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
            assert!(ran.out.contains("1 transaction of the ledger no longer known"), "{}", ran.out);
        });
        assert_eq!(pages(&asked), 1, "{asked:?}");
        let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
        let waits: i64 =
            db.query_row("SELECT count(*) FROM payments WHERE state = 'mempool'", [], |row| row.get(0)).unwrap();
        assert_eq!(waits, 3);
    }
}

#[test]
fn blocks_replaced_after_an_address_was_read_are_seen_at_the_end() {
    for n in 4..9 {
        let trial = trial(&story());
        let server = FakeExplorer::start(story());
        sync(&trial, &server);
        let asked = server.asked();
        {
            let mut chain = server.chain.lock().unwrap();
            for kind in [Kind::P2pkh, Kind::P2wpkh] {
                let address = chain.address(kind, 1);
                chain.pay(&address, 3_333);
            }
            chain.mine();
        }
        server.before(asked + n, |chain| {
            chain.disconnect(1);
            let time = chain.tip().header.time + 660;
            chain.mine_only(&[], time);
            chain.mine();
        });
        let ran = sync(&trial, &server);
        assert_eq!(ran.code, 0, "{n}: {}{}", ran.out, ran.err);
        stands_where_the_chain_says(&trial, &server.chain.lock().unwrap());
        assert_eq!(trial.json(&["summary", "story"])["received"]["outputs"], 75 + 1 + 2, "{n}");
    }
}

#[test]
fn the_newest_block_is_asked_for_once_in_a_while() {
    let mut chain = FakeChain::new(Network::Regtest);
    let addresses: Vec<_> = (0..100).map(|n| chain.address(Kind::P2wpkh, 500 + n)).collect();
    for address in &addresses {
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
    let ran = trial.run(&["sync", "--explorer", &server.url(), "--follow", "addresses"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let looked = server.requests().iter().filter(|path| path.ends_with("blocks/tip/hash")).count();
    assert_eq!(looked, 1 + 3 + 1, "before, after each 32 pages, and at the end");
}
