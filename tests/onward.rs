//! Following withdrawals onward, through the built program, against an explorer on loopback.

use bitcoin::{Network, OutPoint, Txid};
use ransomtrail::store::Store;
use serde_json::{Value, json};

use crate::live::{clean_views, trial};
use crate::support::{FakeChain, FakeExplorer, Kind, Trouble};
use crate::trial::{Ran, Trial, views};

/// Two payments, a withdrawal of both, and the coins three hops on; the last ones are not spent.
pub fn story() -> (FakeChain, Vec<Txid>) {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    let (one, other) = (chain.pay(&first, 600_000), chain.pay(&second, 400_000));
    chain.mine();
    let stranger = |chain: &FakeChain, n: u32| chain.address(Kind::P2wpkh, 500 + n);
    let (a, b, c) = (stranger(&chain, 1), stranger(&chain, 2), stranger(&chain, 3));
    let left = chain.spend(&[OutPoint::new(one, 0), OutPoint::new(other, 0)], &[(&a, 900_000), (&b, 90_000)]);
    chain.mine();
    let hop1 = chain.spend(&[OutPoint::new(left, 0)], &[(&b, 300_000), (&c, 590_000)]);
    chain.mine();
    let hop2 = chain.spend(&[OutPoint::new(hop1, 1)], &[(&a, 580_000)]);
    chain.mine();
    (chain, vec![left, hop1, hop2])
}

pub fn onward(trial: &Trial, server: &FakeExplorer, flags: &[&str]) -> Ran {
    let url = server.url();
    let mut args = vec!["sync", "story", "--onward", "--explorer", &url];
    args.extend(flags);
    trial.run(&args)
}

/// Stop, transaction, output and satoshis of each end.
pub fn ends(trial: &Trial) -> Vec<Value> {
    let found = trial.json(&["trace", "story"]);
    let ends = found["destinations"].as_array().unwrap();
    let arrived: u64 = ends.iter().map(|end| end["sats"].as_u64().unwrap()).sum();
    assert_eq!(arrived + found["fees_sats"].as_u64().unwrap(), found["source_sats"].as_u64().unwrap());
    ends.iter().map(|end| json!([end["stop"], end["txid"], end["vout"], end["sats"]])).collect()
}

pub fn end(stop: &str, txid: &Txid, vout: u32, sats: u64) -> Value {
    json!([stop, txid.to_string(), vout, sats])
}

#[test]
fn coins_are_followed_to_where_the_explorer_says_unspent() {
    let (chain, txids) = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let ran = trial.run(&["sync", "story", "--explorer", &server.url()]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    // Nobody was asked: that is not unspent.
    let first = [end("unrecorded", &txids[0], 0, 900_000), end("unrecorded", &txids[0], 1, 90_000)];
    assert_eq!(ends(&trial), first);
    let before = views(&trial);

    let ran = onward(&trial, &server, &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("onward story: 2 new transactions; ends: 3 unspent"), "{}", ran.out);
    let followed = [
        end("unspent", &txids[2], 0, 580_000),
        end("unspent", &txids[1], 0, 300_000),
        end("unspent", &txids[0], 1, 90_000),
    ];
    assert_eq!(ends(&trial), followed);
    assert_eq!(views(&trial), before, "the family's figures are as they were");

    // Nothing moved: asked once each, nothing new.
    let asked = server.requests().len();
    let ran = onward(&trial, &server, &[]);
    assert!(ran.out.contains("onward story: 0 new transactions; ends: 3 unspent"), "{}", ran.out);
    let outspends = server.requests().split_off(asked).iter().filter(|path| path.ends_with("outspends")).count();
    assert_eq!(outspends, 3);

    // A coin that slept wakes, first waiting, then in a block.
    let moved = {
        let mut chain = server.chain.lock().unwrap();
        let away = chain.address(Kind::P2tr, 9);
        chain.spend(&[OutPoint::new(txids[2], 0)], &[(&away, 570_000)])
    };
    onward(&trial, &server, &[]);
    assert_eq!(ends(&trial)[2], end("unrecorded", &txids[2], 0, 580_000), "it waits");
    server.chain.lock().unwrap().mine();
    let ran = onward(&trial, &server, &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(ends(&trial)[0], end("unspent", &moved, 0, 570_000));

    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(
        count("SELECT count(*) FROM trail WHERE family = 'story' AND stop = 'unspent' AND asked_at IS NOT NULL"),
        3
    );
    let frontier = Store::open(&trial.path("test.db")).unwrap().frontier("story").unwrap();
    let coins: Vec<OutPoint> = frontier.iter().map(|(coin, _)| *coin).collect();
    for coin in [OutPoint::new(txids[0], 1), OutPoint::new(txids[1], 0), OutPoint::new(moved, 0)] {
        assert!(coins.contains(&coin), "{coin} may still move: {coins:?}");
    }
    assert!(coins.len() == 3 && frontier.iter().all(|(_, asked)| asked.is_some()));
    // Four rounds said the same of the sleeping change: one row, said longer.
    let sleeping = format!("SELECT count(*) FROM outspend WHERE txid = '{}' AND vout = 1", txids[0]);
    assert_eq!(count(&sleeping), 1);
}

#[test]
fn a_payment_that_waits_and_is_replaced_spends_nothing() {
    let (chain, txids) = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let waiting = {
        let mut chain = server.chain.lock().unwrap();
        let away = chain.address(Kind::P2tr, 9);
        chain.spend(&[OutPoint::new(txids[2], 0)], &[(&away, 570_000)])
    };
    onward(&trial, &server, &[]);
    let found = trial.json(&["trace", "story"]);
    let reasons = found["destinations"].to_string();
    assert!(reasons.contains(&format!("waiting to be spent, by {waiting}, which is in no block yet")), "{reasons}");
    server.chain.lock().unwrap().evict(&waiting);
    let ran = onward(&trial, &server, &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(ends(&trial)[0], end("unspent", &txids[2], 0, 580_000));
}

#[test]
fn a_reorganisation_takes_a_hop_back() {
    let (chain, txids) = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    onward(&trial, &server, &[]);
    let other = {
        let mut chain = server.chain.lock().unwrap();
        chain.disconnect(1);
        chain.evict(&txids[2]);
        let away = chain.address(Kind::P2tr, 9);
        let other = chain.spend(&[OutPoint::new(txids[1], 1)], &[(&away, 570_000)]);
        chain.mine();
        chain.mine();
        other
    };
    let ran = onward(&trial, &server, &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(ends(&trial)[0], end("unspent", &other, 0, 570_000));
    let found = trial.json(&["trace", "story"]).to_string();
    assert!(!found.contains(&txids[2].to_string()), "what left the chain is not followed: {found}");
}

#[test]
fn a_budget_ends_a_round_and_the_next_goes_on() {
    let (chain, txids) = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let ran = onward(&trial, &server, &["--max-requests", "1"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("not asked about; the next sync --onward goes on from there"), "{}", ran.err);
    for _ in 0..20 {
        onward(&trial, &server, &["--max-requests", "2"]);
    }
    assert!(ends(&trial).iter().all(|end| end[0] == "unspent"), "reached in small steps, the small ones too");
    assert_eq!(ends(&trial)[0], end("unspent", &txids[2], 0, 580_000));

    // Limits of the trail itself.
    let (chain, txids) = story();
    let trial = crate::live::trial(&chain);
    let server = FakeExplorer::start(chain);
    onward(&trial, &server, &["--hops", "1", "--min-value", "100000"]);
    let asked = server.requests();
    assert!(!asked.contains(&format!("tx/{}", txids[2])), "two hops away: {asked:?}");
    let found = trial.json(&["trace", "story", "--hops", "1", "--min-value", "100000"]);
    assert_eq!(found["limits"], json!({ "hops": 1, "min_value_sats": 100_000, "fan_out": 100 }));
}

#[test]
fn an_explorer_that_fails_is_named_and_what_is_stored_stays_true() {
    let (chain, txids) = story();
    let expect = clean_views(chain.clone());
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    // A lie about an amount does not hash to the txid.
    server.script_on(&format!("tx/{}", txids[1]), 1, Trouble::TamperedAmount);
    let ran = onward(&trial, &server, &[]);
    assert!(ran.err.contains("refused: its content hashes to"), "{}", ran.err);
    assert_eq!(views(&trial), expect);
    let ran = onward(&trial, &server, &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(ends(&trial)[0], end("unspent", &txids[2], 0, 580_000));
}
