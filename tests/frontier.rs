//! Coins that move at any hop are seen in the round that follows, by address and by blocks.

use bitcoin::{Network, OutPoint, Txid};
use serde_json::json;

use crate::live::{block, configure, trial};
use crate::onward::{end, ends, onward, story};
use crate::support::{FakeChain, FakeExplorer, Kind, blockchain_info};
use crate::trial::{Ran, Trial};

/// One round of `watch`, and what it asked.
fn round(trial: &Trial, server: &FakeExplorer, way: &str, flags: &[&str]) -> (Ran, Vec<String>) {
    let (url, asked) = (server.url(), server.asked());
    let mut args = vec!["watch", "story", "--rounds", "1", "--every", "1ms", "--explorer", &url, "--follow", way];
    args.extend(flags);
    let ran = trial.run(&args);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("ERROR"), "{}", ran.err);
    (ran, server.requests().split_off(asked))
}

/// Somebody moves a coin to a fresh address; it waits.
fn moves(server: &FakeExplorer, coins: &[OutPoint], sats: u64) -> Txid {
    let mut chain = server.chain.lock().unwrap();
    let away = chain.address(Kind::P2tr, u32::try_from(sats).unwrap());
    chain.spend(coins, &[(&away, sats)])
}

fn mine(server: &FakeExplorer) {
    server.chain.lock().unwrap().mine();
}

fn count(trial: &Trial, sql: &str) -> i64 {
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn holds(trial: &Trial, txid: &Txid) -> bool {
    count(trial, &format!("SELECT count(*) FROM tx WHERE txid = '{txid}'")) == 1
}

fn coin(txid: Txid) -> OutPoint {
    OutPoint::new(txid, 0)
}

#[test]
fn a_coin_that_moves_at_any_hop_is_seen_in_the_next_round() {
    for way in ["addresses", "blocks"] {
        let (chain, txids) = story();
        let trial = trial(&chain);
        let server = FakeExplorer::start(chain);
        round(&trial, &server, way, &[]);
        assert_eq!(ends(&trial)[0], end("unspent", &txids[2], 0, 580_000), "{way}");

        let third = moves(&server, &[coin(txids[2])], 570_000);
        mine(&server);
        let (_, requests) = round(&trial, &server, way, &[]);
        assert_eq!(ends(&trial)[0], end("unspent", &third, 0, 570_000), "{way}");

        // Twice in one block, once more in the next, and once in the one after.
        let fourth = moves(&server, &[coin(third)], 560_000);
        let fifth = moves(&server, &[coin(fourth)], 550_000);
        mine(&server);
        let sixth = moves(&server, &[coin(fifth)], 540_000);
        mine(&server);
        let last = moves(&server, &[coin(sixth)], 530_000);
        mine(&server);
        let (_, more) = round(&trial, &server, way, &[]);
        assert_eq!(ends(&trial)[0], end("unspent", &last, 0, 530_000), "{way}");
        assert!([third, fourth, fifth, sixth].iter().all(|txid| holds(&trial, txid)), "{way}");
        assert_eq!(count(&trial, "SELECT count(*) FROM trail WHERE stop = 'unspent'"), 3, "{way}");
        if way == "blocks" {
            let about = |path: &&String| path.contains("tx/") || path.contains("address/");
            assert_eq!(requests.iter().chain(&more).find(about), None, "nobody learns what is looked for");
            let proven = format!(
                "SELECT count(*) FROM tx_trust JOIN tx USING (tx_id) WHERE trust = 'proven' AND txid IN ('{third}', '{fourth}', \
                 '{fifth}', '{sixth}', '{last}')"
            );
            assert_eq!(count(&trial, &proven), 5);
            let (_, quiet) = round(&trial, &server, way, &[]);
            assert_eq!(quiet.len(), 1, "{quiet:?}");
        }
    }
}

#[test]
fn a_withdrawal_and_what_follows_are_found_in_one_scan() {
    let (mut chain, _) = story();
    let first = chain.address(Kind::P2pkh, 1);
    let trial = trial(&chain);
    let paid = chain.pay(&first, 200_000);
    let server = FakeExplorer::start(chain);
    round(&trial, &server, "blocks", &[]);
    // The payment, the withdrawal and two hops: in a block, and in the one behind it.
    mine(&server);
    let another = server.chain.lock().unwrap().pay(&first, 100_000);
    let left = moves(&server, &[coin(paid), coin(another)], 290_000);
    let hop = moves(&server, &[coin(left)], 280_000);
    mine(&server);
    let last = moves(&server, &[coin(hop)], 270_000);
    mine(&server);
    let (_, requests) = round(&trial, &server, "blocks", &[]);
    assert!(!requests.iter().any(|path| path.contains("tx/")), "{requests:?}");
    assert!(ends(&trial).contains(&end("unspent", &last, 0, 270_000)), "{:?}", ends(&trial));
}

/// A block does not tell what the inputs of strangers bring: an explorer is asked, in the same round.
#[test]
fn what_a_block_does_not_tell_is_asked_for_at_once() {
    let (mut chain, txids) = story();
    let trial = trial(&chain);
    let other = chain.address(Kind::P2wpkh, 77);
    let foreign = chain.pay(&other, 1_000_000);
    chain.mine();
    let server = FakeExplorer::start(chain);
    round(&trial, &server, "blocks", &[]);
    let merged = moves(&server, &[coin(txids[2]), coin(foreign)], 1_570_000);
    mine(&server);
    let (_, requests) = round(&trial, &server, "blocks", &[]);
    assert!(requests.contains(&format!("tx/{merged}")), "{requests:?}");
    let found = trial.json(&["trace", "story", "--policy", "poison"]);
    let reached = found["destinations"].as_array().unwrap().iter().find(|end| end["txid"] == merged.to_string());
    assert_eq!(reached.map(|end| &end["stop"]), Some(&json!("unspent")), "{found}");
    // From there on blocks tell.
    let next = moves(&server, &[coin(merged)], 1_560_000);
    mine(&server);
    let (_, requests) = round(&trial, &server, "blocks", &[]);
    assert!(holds(&trial, &next) && !requests.iter().any(|path| path.contains("tx/")), "{requests:?}");
}

/// What an explorer told of, and blocks were never searched for, may leave the chain as well.
#[test]
fn a_reorganisation_takes_back_what_was_asked_for_too() {
    let (mut chain, txids) = story();
    let trial = trial(&chain);
    let other = chain.address(Kind::P2wpkh, 77);
    let foreign = chain.pay(&other, 1_000_000);
    chain.mine();
    let server = FakeExplorer::start(chain);
    round(&trial, &server, "blocks", &[]);
    let merged = moves(&server, &[coin(txids[2]), coin(foreign)], 1_570_000);
    mine(&server);
    let told = moves(&server, &[coin(merged)], 1_560_000);
    mine(&server);
    let (_, requests) = round(&trial, &server, "blocks", &[]);
    assert!(requests.contains(&format!("tx/{told}")), "{requests:?}");
    server.chain.lock().unwrap().disconnect(1);
    server.chain.lock().unwrap().evict(&told);
    let instead = moves(&server, &[coin(merged)], 1_550_000);
    mine(&server);
    mine(&server);
    round(&trial, &server, "blocks", &[]);
    let found = trial.json(&["trace", "story", "--policy", "poison"]).to_string();
    assert!(holds(&trial, &instead) && found.contains(&instead.to_string()), "{found}");
    assert!(!found.contains(&told.to_string()), "{found}");
}

#[test]
fn a_reorganisation_returns_the_coin() {
    for way in ["addresses", "blocks"] {
        let (chain, txids) = story();
        let trial = trial(&chain);
        let server = FakeExplorer::start(chain);
        round(&trial, &server, way, &[]);
        let moved = moves(&server, &[coin(txids[2])], 570_000);
        mine(&server);
        round(&trial, &server, way, &[]);
        assert_eq!(ends(&trial)[0], end("unspent", &moved, 0, 570_000), "{way}");
        {
            let mut chain = server.chain.lock().unwrap();
            chain.disconnect(1);
            chain.evict(&moved);
            chain.mine();
            chain.mine();
        }
        round(&trial, &server, way, &[]);
        assert_eq!(ends(&trial)[0], end("unspent", &txids[2], 0, 580_000), "{way}");
        // It is still looked for: here goes another transaction with it.
        let other = moves(&server, &[coin(txids[2])], 560_000);
        mine(&server);
        round(&trial, &server, way, &[]);
        assert_eq!(ends(&trial)[0], end("unspent", &other, 0, 560_000), "{way}");
    }
}

#[test]
fn blocks_stop_where_a_trace_stops() {
    let (mut chain, txids) = story();
    let trial = trial(&chain);
    let exchange = chain.address(Kind::P2wsh, 5);
    let strangers = [71, 72].map(|n| chain.address(Kind::P2wpkh, n));
    let foreign = [chain.pay(&strangers[0], 310_000), chain.pay(&strangers[1], 320_000)];
    chain.mine();
    let server = FakeExplorer::start(chain);
    trial.ok(&[
        "labels",
        "add",
        &exchange.to_string(),
        "HitBTC",
        "--category",
        "exchange",
        "--source",
        "https://example.org",
    ]);
    round(&trial, &server, "blocks", &[]);
    // Into an exchange, which moves on in the same block; and with others into a CoinJoin, whose coins move later.
    let (deposit, its_own, mixed) = {
        let mut chain = server.chain.lock().unwrap();
        let deposit = chain.spend(&[coin(txids[2])], &[(&exchange, 570_000)]);
        let its_own = chain.spend(&[coin(deposit)], &[(&strangers[0], 560_000)]);
        let equal = [81, 82, 83].map(|n| chain.address(Kind::P2wpkh, n));
        let change = [84, 85].map(|n| chain.address(Kind::P2wpkh, n));
        let mixed = chain.spend(
            &[coin(txids[1]), coin(foreign[0]), coin(foreign[1])],
            &[
                (&equal[0], 290_000),
                (&equal[1], 290_000),
                (&equal[2], 290_000),
                (&change[0], 19_000),
                (&change[1], 29_000),
            ],
        );
        (deposit, its_own, mixed)
    };
    mine(&server);
    round(&trial, &server, "blocks", &[]);
    let afterwards = moves(&server, &[coin(mixed)], 280_000);
    mine(&server);
    round(&trial, &server, "blocks", &[]);
    assert!(holds(&trial, &deposit) && holds(&trial, &mixed));
    assert!(
        !holds(&trial, &its_own) && !holds(&trial, &afterwards),
        "what services and mixed coins do is not followed"
    );
    let stops: Vec<_> = ends(&trial).iter().map(|end| end[0].as_str().unwrap().to_owned()).collect();
    assert_eq!(stops, ["service", "coinjoin", "unspent"]);
}

#[test]
fn limits_come_from_the_configuration() {
    let (chain, txids) = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    configure(&trial, "[onward]\nmin_value = 95_000\n[onward.families.story]\nhops = 1\nfan_out = 2\n");
    onward(&trial, &server, &[]);
    let asked = server.requests();
    assert!(asked.contains(&format!("tx/{}", txids[1])) && !asked.contains(&format!("tx/{}", txids[2])), "{asked:?}");
    let limits = |args: &[&str]| trial.json(&[&["trace"], args].concat())["limits"].clone();
    assert_eq!(limits(&["story"]), json!({ "hops": 1, "min_value_sats": 95_000, "fan_out": 2 }));
    assert_eq!(limits(&["story", "--hops", "7"]), json!({ "hops": 7, "min_value_sats": 95_000, "fan_out": 2 }));
    assert_eq!(limits(&[&txids[0].to_string()]), json!({ "hops": 100, "min_value_sats": 95_000, "fan_out": 100 }));
    onward(&trial, &server, &["--hops", "5"]);
    assert!(server.requests().contains(&format!("tx/{}", txids[2])), "a flag wins");

    configure(&trial, "[onward.families.story]\nmax_requests = 1\n");
    let fresh = crate::live::trial(&story().0);
    configure(&fresh, "[onward.families.story]\nmax_requests = 1\n");
    let ran = onward(&fresh, &server, &[]);
    assert!(ran.err.contains("not asked about"), "{}{}", ran.out, ran.err);
    let ran = onward(&fresh, &server, &["--max-requests", "50"]);
    assert!(!ran.err.contains("not asked about"), "{}{}", ran.out, ran.err);

    configure(&trial, "[onward.families.stroy]\nhops = 1\n");
    for command in ["sync", "watch"] {
        trial.fails(&[command, "story", "--explorer", &server.url()], 2, "[onward.families] in the configuration: ");
    }
    // A family of mainnet has its limits, whatever network is in use.
    configure(&trial, "[onward.families.wannacry]\nhops = 1\n");
    assert_eq!(onward(&trial, &server, &[]).code, 0);
}

#[test]
fn watch_leaves_coins_alone_where_that_is_wanted() {
    let (chain, txids) = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let about_coins = |requests: &[String]| requests.iter().any(|path| path.contains("outspends"));
    assert!(!about_coins(&round(&trial, &server, "addresses", &["--no-onward"]).1));
    configure(&trial, "[onward]\nfollow = false\n");
    assert!(!about_coins(&round(&trial, &server, "addresses", &[]).1));
    assert!(about_coins(&round(&trial, &server, "addresses", &["--onward"]).1));
    assert_eq!(ends(&trial)[0], end("unspent", &txids[2], 0, 580_000));
}

/// All families of a round of `watch` together ask so much, and the next round goes on.
#[test]
fn a_round_of_watch_has_a_budget() {
    let (chain, txids) = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    configure(&trial, "[onward]\nmax_requests = 2\n");
    for _ in 0..5 {
        let (_, requests) = round(&trial, &server, "addresses", &[]);
        let about_coins = requests.iter().filter(|path| path.starts_with("tx/")).count();
        assert!((1..=2).contains(&about_coins), "{requests:?}");
    }
    assert_eq!(ends(&trial)[0], end("unspent", &txids[2], 0, 580_000));
}

/// A withdrawal to a hundred addresses, each of which moved its coin once.
fn hundred() -> (FakeChain, Vec<Txid>) {
    let mut chain = FakeChain::new(Network::Regtest);
    let first = chain.address(Kind::P2pkh, 1);
    let paid = chain.pay(&first, 100_000_000);
    chain.mine();
    let many: Vec<_> = (0..100).map(|n| chain.address(Kind::P2wpkh, 2_000 + n)).collect();
    let outputs: Vec<_> = many.iter().map(|address| (address, 999_000)).collect();
    let left = chain.spend(&[coin(paid)], &outputs);
    chain.mine();
    let onward = (0..100).map(|n| {
        let away = chain.address(Kind::P2tr, 2_000 + n);
        chain.spend(&[OutPoint::new(left, n)], &[(&away, 990_000)])
    });
    let onward = onward.collect();
    chain.mine();
    (chain, onward)
}

#[test]
fn a_quiet_round_with_a_hundred_sleeping_coins_is_cheap() {
    let (chain, txids) = hundred();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let coins = |requests: &[String]| -> Vec<String> {
        requests.iter().filter(|path| path.ends_with("outspends")).cloned().collect()
    };
    let (_, first) = round(&trial, &server, "addresses", &[]);
    assert_eq!(coins(&first).len(), 101, "each once");
    // In turns of twenty, until each was asked about again.
    let mut asked: Vec<String> = Vec::new();
    // Moments are kept in seconds, and rounds of a test come several in one: what was said is made older.
    let time_passes = || {
        let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
        db.execute_batch("UPDATE outspend SET said_from = said_from - 600, said_to = said_to - 600").unwrap();
    };
    for _ in 0..5 {
        time_passes();
        let (_, quiet) = round(&trial, &server, "addresses", &[]);
        // Four or five for the chain, twice; two addresses; the coins.
        assert!(coins(&quiet).len() == 20 && quiet.len() <= 32, "{quiet:?}");
        asked.extend(coins(&quiet));
    }
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 100, "nobody is asked about twice before all were");
    let moved = moves(&server, &[coin(txids[50])], 980_000);
    mine(&server);
    let seen = (1..=5).find(|_| {
        time_passes();
        round(&trial, &server, "addresses", &[]);
        holds(&trial, &moved)
    });
    assert!(seen.is_some());

    // With so many coins blocks are cheaper, and that is what auto takes. Each is asked about once more, in turns.
    for _ in 0..5 {
        round(&trial, &server, "auto", &[]);
    }
    let (_, quiet) = round(&trial, &server, "auto", &[]);
    assert!(quiet.len() <= 2, "{quiet:?}");
    let moved = moves(&server, &[coin(txids[51])], 970_000);
    mine(&server);
    let (_, requests) = round(&trial, &server, "auto", &[]);
    assert!(holds(&trial, &moved) && requests.len() <= 5, "{requests:?}");
}

/// One that tells that an output is spent, and not by what, is not asked about it again and again.
#[test]
fn who_does_not_tell_by_what_is_asked_rarely() {
    let (chain, _) = story();
    let trial = trial(&chain);
    let server = FakeExplorer::speaking(chain, blockchain_info::answer);
    let rounds = |recheck: &str| {
        let asked = server.asked();
        let service = block("service", &server.url());
        configure(&trial, &format!("{service}dialect = \"blockchain.info\"\n[onward]\nmin_value = 95_000\n"));
        let path = "config/ransomtrail/ransomtrail.toml";
        let written = std::fs::read_to_string(trial.path(path)).unwrap();
        trial.write(path, &format!("recheck = \"{recheck}\"\n{written}"));
        let ran = trial.run(&["watch", "story", "--rounds", "1", "--every", "1ms", "--follow", "addresses"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        server.requests().split_off(asked).len()
    };
    rounds("7d");
    let told = "SELECT count(*) FROM outspend WHERE spent AND spender IS NULL";
    assert!(count(&trial, told) > 0);
    let quiet = rounds("7d");
    assert!(quiet < rounds("0s"), "{quiet} requests");
}

/// A service that was none: the trail goes on behind it, also where nothing else came.
#[test]
fn a_label_that_is_taken_back_lets_the_trail_go_on() {
    for way in ["addresses", "blocks"] {
        let (chain, txids) = story();
        let trial = trial(&chain);
        let exchange = chain.address(Kind::P2wsh, 5);
        let (address, source) = (exchange.to_string(), "https://example.org");
        trial.ok(&["labels", "add", &address, "HitBTC", "--category", "exchange", "--source", source]);
        let server = FakeExplorer::start(chain);
        let deposit = server.chain.lock().unwrap().spend(&[coin(txids[2])], &[(&exchange, 570_000)]);
        mine(&server);
        let behind = moves(&server, &[coin(deposit)], 560_000);
        mine(&server);
        for _ in 0..2 {
            round(&trial, &server, way, &[]);
        }
        assert!(holds(&trial, &deposit) && !holds(&trial, &behind), "{way}");
        trial.ok(&["labels", "remove", &address]);
        round(&trial, &server, way, &[]);
        assert!(holds(&trial, &behind), "{way}");
        assert!(ends(&trial).contains(&end("unspent", &behind, 0, 560_000)), "{way}: {:?}", ends(&trial));
    }
}
