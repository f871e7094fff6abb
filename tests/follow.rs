//! Following the chain by blocks: the same ledger as by address, for two requests a block.

use bitcoin::{Network, OutPoint, Txid};

use crate::live::{clean_views, trial};
use crate::support::{FakeChain, FakeExplorer, Kind, Trouble};
use crate::trial::{Ran, Trial, views};

fn follow(trial: &Trial, server: &FakeExplorer, way: &str) -> Ran {
    trial.run(&["sync", "story", "--explorer", &server.url(), "--follow", way])
}

/// A chain on which nothing happened to the two addresses yet.
fn quiet() -> FakeChain {
    let mut chain = FakeChain::new(Network::Regtest);
    let stranger = chain.address(Kind::P2wpkh, 77);
    for _ in 0..3 {
        chain.pay(&stranger, 1_000);
        chain.mine();
    }
    chain
}

/// Payments to both addresses, to strangers, and a withdrawal that spends what the same block brings.
fn happen(chain: &mut FakeChain, n: u64) -> Vec<Txid> {
    let first = chain.address(Kind::P2wpkh, 1);
    let second = chain.address(Kind::P2pkh, 1);
    let away = chain.address(Kind::P2sh, 9);
    let stranger = chain.address(Kind::P2tr, 78);
    let paid = chain.pay_many(&[(&first, 100_000 + n), (&stranger, 5_000), (&second, 7_000 + n)]);
    let other = chain.pay(&second, 50_000 + n);
    let spent = chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 90_000), (&first, 5_000)]);
    chain.mine();
    vec![paid, other, spent]
}

#[test]
fn blocks_and_addresses_lead_to_the_same_ledger() {
    let chain = quiet();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let ran = follow(&trial, &server, "blocks");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for n in 0..4 {
        happen(&mut server.chain.lock().unwrap(), n);
    }
    let asked = server.requests().len();
    let ran = follow(&trial, &server, "blocks");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("4 blocks read up to 107; 2 addresses looked for in them, none asked about"),
        "{}",
        ran.out
    );
    let requests = server.requests().split_off(asked);
    assert!(!requests.iter().any(|path| path.contains("address") || path.contains("tx/")), "{requests:?}");
    // The newest block and its height; then a hash and the bytes of each, and the newest one's hash is known.
    assert_eq!(requests.len(), 2 + 4 + 3, "{requests:?}");
    // Totals are those of the beginning; what blocks brought since does not make them wrong, for status and view alike.
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let shown = "SELECT count(*), sum(reconciled), sum(transactions > explorer_transactions) FROM addresses";
    let shown: [i64; 3] = db.query_row(shown, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?])).unwrap();
    assert_eq!(shown, [2, 2, 2]);

    assert_eq!(views(&trial), clean_views(server.chain.lock().unwrap().clone()));
    // What stands in a block that proved itself is proven.
    let rows = trial.json(&["payments", "story"]);
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 16);
    assert!(rows.iter().all(|row| row["trust"] == "proven"), "{rows:?}");
    let summary = trial.json(&["summary", "story"]);
    assert!(summary["addresses"].as_array().unwrap().iter().all(|a| a["reconciled"] == true), "{summary}");
    assert_ne!(summary["recorded_to"], serde_json::Value::Null);

    // Nothing new: one request.
    let asked = server.requests().len();
    let ran = follow(&trial, &server, "blocks");
    assert_eq!((ran.code, server.requests().len() - asked), (0, 1), "{}{}", ran.out, ran.err);
    // And asked by address, the ledger holds everything already.
    let ran = follow(&trial, &server, "addresses");
    assert!(ran.out.contains("2 addresses asked, 2 unchanged, 0 new"), "{}", ran.out);
}

#[test]
fn a_reorganisation_takes_back_what_its_blocks_brought() {
    let chain = quiet();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    follow(&trial, &server, "blocks");
    for depth in [1, 3, 8] {
        let mut brought = Vec::new();
        for n in 0..depth {
            brought.push(happen(&mut server.chain.lock().unwrap(), 10 * depth + n));
        }
        let ran = follow(&trial, &server, "blocks");
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        {
            // One payment is not mined again; the rest comes back a block later.
            let mut chain = server.chain.lock().unwrap();
            chain.disconnect(depth as usize);
            chain.evict(&brought[0][1]);
            for _ in 0..depth {
                let waiting: Vec<Txid> = Vec::new();
                let time = chain.tip().header.time + 600;
                chain.mine_only(&waiting, time);
            }
            chain.mine();
        }
        let ran = follow(&trial, &server, "blocks");
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("a reorganisation"), "{}", ran.out);
        assert_eq!(views(&trial), clean_views(server.chain.lock().unwrap().clone()), "depth {depth}");
    }
}

#[test]
fn who_was_asked_about_in_a_block_that_left_is_asked_about_again() {
    let chain = quiet();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    follow(&trial, &server, "blocks");
    happen(&mut server.chain.lock().unwrap(), 1);
    let forget = |what: &str| {
        let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
        db.execute(&format!("DELETE FROM {what}"), []).unwrap();
    };
    // Joined with the newest block, whose payment is in the totals.
    follow(&trial, &server, "blocks");
    forget("scanned_address");
    follow(&trial, &server, "blocks");
    let lose = |depth: usize| {
        let mut chain = server.chain.lock().unwrap();
        let lost = chain.tip().txids[2];
        chain.disconnect(depth);
        chain.evict(&lost);
        for _ in 0..=depth {
            let time = chain.tip().header.time + 600;
            chain.mine_only(&[], time);
        }
        chain.mine();
    };
    lose(1);
    let whole = || {
        let ran = follow(&trial, &server, "blocks");
        assert_eq!(views(&trial), clean_views(server.chain.lock().unwrap().clone()), "{}{}", ran.out, ran.err);
        let summary = trial.json(&["summary", "story"]);
        assert!(summary["addresses"].as_array().unwrap().iter().all(|a| a["reconciled"] == true), "{summary}");
        ran
    };
    assert_eq!(whole().code, 0);

    // The very block that following began behind leaves the chain: it begins anew.
    happen(&mut server.chain.lock().unwrap(), 2);
    forget("scanned_address");
    forget("scan");
    follow(&trial, &server, "blocks");
    lose(1);
    let ran = whole();
    assert!(ran.err.contains("following by blocks begins anew, on another chain"), "{}{}", ran.out, ran.err);
    happen(&mut server.chain.lock().unwrap(), 3);
    assert!(whole().out.contains("1 block read"));
}

#[test]
fn a_block_that_does_not_prove_itself_is_refused() {
    let chain = quiet();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    follow(&trial, &server, "blocks");
    happen(&mut server.chain.lock().unwrap(), 0);
    let before = views(&trial);
    server.script_on("raw", 1, Trouble::FlippedByte(200));
    let ran = follow(&trial, &server, "blocks");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("refused"), "{}", ran.err);
    assert_eq!(views(&trial), before);
    let incidents = trial.json(&["incidents"]);
    assert_eq!(incidents[0]["kind"], "bad-block", "{incidents}");
    let answer = trial.json(&["incidents", "--answer", "1"]);
    assert!(answer["answer_hex"].as_str().unwrap().len() > 160, "{answer}");
    // The next one brings it.
    let ran = follow(&trial, &server, "blocks");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(views(&trial), clean_views(server.chain.lock().unwrap().clone()));
}

#[test]
fn who_is_watched_later_is_asked_about_first() {
    let chain = quiet();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    follow(&trial, &server, "blocks");
    let third = {
        let mut chain = server.chain.lock().unwrap();
        happen(&mut chain, 0);
        let third = chain.address(Kind::P2tr, 5);
        chain.pay(&third, 12_345);
        chain.mine();
        third
    };
    follow(&trial, &server, "blocks");
    trial.write(
        "config/ransomtrail/families/late.toml",
        &format!(
            "name = \"late\"\ntitle = \"Late\"\nsummary = \"For tests.\"\nnetwork = \"regtest\"\n\
             [sources.us]\ntitle = \"ourselves\"\n[[addresses]]\nsource = \"us\"\nlist = [\"{third}\"]\n"
        ),
    );
    let ran = trial.run(&["sync", "--explorer", &server.url(), "--follow", "blocks"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(trial.json(&["summary", "late"])["received"]["sats"], 12_345);
    {
        let mut chain = server.chain.lock().unwrap();
        chain.pay(&third, 1_000);
        chain.mine();
    }
    // One family alone is asked for: what is joined is looked for all the same, so that no block is missed for it.
    follow(&trial, &server, "blocks");
    assert_eq!(trial.json(&["summary", "late"])["received"]["sats"], 13_345);
}

#[test]
fn what_waited_and_was_double_spent_in_a_block_is_gone() {
    let mut chain = quiet();
    let first = chain.address(Kind::P2wpkh, 1);
    let away = chain.address(Kind::P2sh, 9);
    let waiting = chain.pay(&first, 44_444);
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    follow(&trial, &server, "blocks");
    assert_eq!(trial.json(&["summary", "story"])["unconfirmed"]["sats"], 44_444);
    {
        let mut chain = server.chain.lock().unwrap();
        chain.replace(&waiting, &[(&away, 44_000)]);
        chain.mine();
    }
    let ran = follow(&trial, &server, "blocks");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let summary = trial.json(&["summary", "story"]);
    assert_eq!((&summary["unconfirmed"]["sats"], &summary["received"]["sats"]), (&0.into(), &0.into()));
    let found = trial.json(&["lookup", &waiting.to_string(), "--offline"]);
    assert_eq!(found["state"], "gone");
}

#[test]
fn auto_takes_whichever_needs_fewer_requests() {
    let mut chain = quiet();
    let trial = trial(&chain);
    let list: Vec<String> = (0..40).map(|n| format!("\"{}\"", chain.address(Kind::P2wpkh, 500 + n))).collect();
    trial.write(
        "config/ransomtrail/families/many.toml",
        &format!(
            "name = \"many\"\ntitle = \"Many\"\nsummary = \"For tests.\"\nnetwork = \"regtest\"\n\
             [sources.us]\ntitle = \"ourselves\"\n[[addresses]]\nsource = \"us\"\nlist = [{}]\n",
            list.join(", ")
        ),
    );
    chain.mine();
    let server = FakeExplorer::start(chain);
    let sync = || {
        let asked = server.requests().len();
        let ran = trial.run(&["sync", "--explorer", &server.url(), "--json"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        (json["follow"].as_str().unwrap().to_owned(), server.requests().len() - asked)
    };
    assert_eq!(sync().0, "addresses");
    happen(&mut server.chain.lock().unwrap(), 1);
    let (follow, requests) = sync();
    assert_eq!(follow, "blocks");
    assert!(requests <= 5, "{requests}");
    for _ in 0..30 {
        server.chain.lock().unwrap().mine();
    }
    assert_eq!(sync().0, "addresses", "sixty requests for blocks are more than forty-two");
}

#[test]
fn the_history_of_a_transaction_keeps_what_was_taken_back() {
    let mut chain = quiet();
    let first = chain.address(Kind::P2wpkh, 1);
    let paid = chain.pay(&first, 44_444);
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    follow(&trial, &server, "blocks");
    server.chain.lock().unwrap().mine();
    follow(&trial, &server, "blocks");
    {
        let mut chain = server.chain.lock().unwrap();
        chain.disconnect(1);
        let time = chain.tip().header.time + 700;
        chain.mine_only(&[], time);
        chain.mine();
    }
    follow(&trial, &server, "blocks");
    let found = trial.json(&["lookup", &paid.to_string(), "--offline"]);
    let states: Vec<&str> = found["history"].as_array().unwrap().iter().map(|o| o["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["mempool", "confirmed", "gone", "confirmed"]);
    assert_eq!((&found["state"], &found["trust"]), (&"confirmed".into(), &"proven".into()));
    let page = trial.ok(&["lookup", &paid.to_string(), "--offline"]);
    assert!(page.contains("history") && page.contains("its block left the chain"), "{page}");
    // The proof of the block that left proves nothing any more: there is one for each.
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let proofs: i64 = db.query_row("SELECT count(*) FROM proof", [], |row| row.get(0)).unwrap();
    assert_eq!(proofs, 2);
}

#[test]
fn a_round_by_blocks_that_reaches_nobody_is_one_by_blocks() {
    let trial = trial(&quiet());
    let ran = trial.run(&["sync", "story", "--explorer", "http://127.0.0.1:1/api", "--follow", "blocks", "--json"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let round: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&round["follow"], &round["blocks"]), (&"blocks".into(), &0.into()), "{round}");
    let status: serde_json::Value = serde_json::from_str(&trial.run(&["status", "--json"]).out).unwrap();
    assert_eq!(status["round"]["follow"], "blocks");
}
