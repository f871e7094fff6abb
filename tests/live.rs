//! The live path, through the built program, against an Esplora server on loopback that can be told to misbehave.

use bitcoin::{Network, Txid};
use serde_json::json;

use crate::story::sync;
pub use crate::story::{block, clean, clean_views, configure, story, trial};
use crate::support::{FakeChain, FakeExplorer, Kind, Style, Trouble};
use crate::trial::{Trial, codes, dump};

/// Every payment is in the block that the chain has it in.
pub fn stands_where_the_chain_says(trial: &Trial, chain: &FakeChain) {
    let rows = trial.json(&["payments", "story"]);
    for row in rows.as_array().unwrap() {
        let txid: Txid = row["txid"].as_str().unwrap().parse().unwrap();
        let block = chain.blocks.iter().find(|b| b.txids.contains(&txid)).expect("a payment in the chain");
        assert_eq!(row["block_height"], block.height, "{txid}");
    }
}

#[test]
fn a_round_ends_with_the_explorers_totals() {
    for style in [Style::Blockstream, Style::Mempool] {
        let chain = story();
        let trial = trial(&chain);
        let server = FakeExplorer::start_styled(chain, style);
        let ran = sync(&trial, &server);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("2 addresses asked, 0 unchanged, 76 new transactions"), "{}", ran.out);
        assert!(ran.out.contains("every ledger equals the explorer's totals, to the satoshi"));

        let summary = trial.json(&["summary", "story"]);
        assert!(summary["addresses"].as_array().unwrap().iter().all(|a| a["reconciled"] == true));
        assert_eq!(
            summary["unconfirmed"],
            json!({ "outputs": 1, "sats": 123_456, "spent_outputs": 0, "spent_sats": 0 })
        );
        // 70 payments, three, and one output to each address; what returns with the withdrawal is not income.
        assert_eq!(summary["received"]["outputs"], 75);
        assert_eq!(summary["received"]["transactions"], 74);
        assert_eq!(summary["internal"], json!({ "outputs": 1, "sats": 50_000, "fees_sats": 0 }));
        assert_eq!(summary["withdrawn"]["sats"], 40 * 100_000 + (0..40).sum::<u64>() - 50_000);
        // Coins of a test network have no price: unknown, not 0.
        assert_eq!(summary["received"]["at_receipt"], json!(null));
        assert_eq!(summary["received"]["without_price"], 75);
        assert_eq!(dump(&trial), clean(story()), "the habits of a server leave no trace in the ledger");
    }
}

#[test]
fn a_second_round_costs_one_request_an_address_and_changes_nothing() {
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    sync(&trial, &server);
    let (before, asked) = (dump(&trial), server.requests().len());
    let ran = sync(&trial, &server);
    assert!(ran.out.contains("2 addresses asked, 2 unchanged, 0 new transactions"), "{}", ran.out);
    assert_eq!(dump(&trial), before);
    let second = server.requests().split_off(asked);
    let about_addresses = second.iter().filter(|path| path.starts_with("address/")).count();
    // One an address, one more where something waits, and four for the chain.
    assert_eq!((about_addresses, second.len()), (3, 7), "{second:?}");
}

#[test]
fn faults_that_pass_leave_no_trace() {
    let expect = clean(story());
    let troubles: Vec<(&str, Trouble)> = vec![
        ("429", Trouble::too_many()),
        ("429 with Retry-After", Trouble::too_many_for("0")),
        ("500", Trouble::server_error()),
        ("cut body", Trouble::CutBody),
        ("closed", Trouble::Close),
    ];
    for (name, trouble) in troubles {
        let chain = story();
        let trial = trial(&chain);
        let server = FakeExplorer::start(chain);
        for n in [0, 2, 5, 6, 9] {
            server.script_at(n, trouble.clone());
        }
        let ran = sync(&trial, &server);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
        assert_eq!(dump(&trial), expect, "{name}");
    }
}

#[test]
fn faults_that_stay_are_told_and_nothing_is_lost() {
    let expect = clean(story());
    for (name, trouble, words) in [
        ("html", Trouble::html(), "cannot be read"),
        ("garbage", Trouble::garbage(), "cannot be read"),
        ("429", Trouble::too_many(), "answered 429"),
        ("500", Trouble::server_error(), "answered 500"),
    ] {
        let chain = story();
        let trial = trial(&chain);
        let server = FakeExplorer::start(chain);
        // The second page of the first address, for good.
        server.script_on("/txs/chain/", 1_000, trouble);
        let ran = sync(&trial, &server);
        assert_eq!(ran.code, 1, "{name}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(words) && ran.err.contains("nothing was lost"), "{name}: {}", ran.err);
        let kept = dump(&trial).iter().filter(|row| row.starts_with("tx ")).count();
        assert!(kept >= 25, "{name}: the first page is kept, {kept} transactions");
        let healthy = FakeExplorer::start(story());
        let ran = sync(&trial, &healthy);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
        assert_eq!(dump(&trial), expect, "{name}");
    }
}

#[test]
fn a_dead_explorer_is_named_and_the_next_one_asked() {
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    // Port 1 of loopback: nobody is there.
    configure(&trial, &(block("dead", "http://127.0.0.1:1/api") + &block("alive", &server.url())));
    let ran = trial.run(&["sync", "story"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("dead: 127.0.0.1") && ran.err.contains("cannot be reached"), "{}", ran.err);
    assert_eq!(dump(&trial), clean(story()));

    let before = dump(&trial);
    configure(&trial, &(block("dead", "http://127.0.0.1:1/api") + &block("gone", "http://127.0.0.2:1/api")));
    let ran = trial.run(&["sync", "story"]);
    assert_eq!(ran.code, 1);
    for words in ["no explorer answered for 2 addresses (tried 127.0.0.1:1, then 127.0.0.2:1)", "nothing was lost"] {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    assert_eq!(dump(&trial), before);
}

#[test]
fn a_round_killed_half_way_ends_in_the_same_ledger() {
    let expect = clean(story());
    let chain = story();
    let whole = FakeExplorer::start(story());
    sync(&trial(&chain), &whole);
    let requests = whole.requests().len();
    assert!(requests > 8, "{requests}");
    for n in 0..requests {
        let trial = trial(&chain);
        let server = FakeExplorer::start(story());
        server.script_at(n, Trouble::Hang);
        let url = server.url();
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ransomtrail"));
        let mut child = command
            .args(["sync", "story", "--network", "regtest", "--explorer", &url, "--db"])
            .arg(trial.path("test.db"))
            .env("XDG_CONFIG_HOME", trial.path("config"))
            .stderr(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // It hangs on request n: everything before is stored, nothing after is asked.
        while server.requests().len() <= n {
            assert!(child.try_wait().unwrap().is_none(), "it ended before request {n}");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let again = FakeExplorer::start(story());
        let ran = sync(&trial, &again);
        assert_eq!(ran.code, 0, "killed at {n}: {}{}", ran.out, ran.err);
        assert_eq!(dump(&trial), expect, "killed at {n}");
    }
}

#[test]
fn what_is_replaced_or_evicted_is_gone_and_leaves_a_trace() {
    let chain = story();
    let first = chain.address(Kind::P2pkh, 1);
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    sync(&trial, &server);
    {
        let mut chain = server.chain.lock().unwrap();
        let waiting = chain.waiting(&first.script_pubkey())[0].txid;
        chain.replace(&waiting, &[(&first, 120_000)]);
    }
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("1 transaction of the ledger no longer known"), "{}", ran.out);
    let summary = trial.json(&["summary", "story"]);
    assert_eq!(summary["unconfirmed"]["sats"], 120_000);
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let states: i64 =
        db.query_row("SELECT count(*) FROM observation WHERE state = 'gone'", [], |row| row.get(0)).unwrap();
    assert_eq!(states, 1, "nothing is deleted");
}

#[test]
fn blocks_replaced_between_two_pages() {
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let first = server.chain.lock().unwrap().address(Kind::P2pkh, 1);
    // The second page is asked for when the newest two blocks are replaced by three, and a payment is not in them.
    server.before(6, move |chain| {
        chain.disconnect(2);
        let lost = chain.waiting(&first.script_pubkey())[0].txid;
        chain.evict(&lost);
        for _ in 0..3 {
            chain.mine();
        }
    });
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let after = server.chain.lock().unwrap();
    let summary = trial.json(&["summary", "story"]);
    assert!(summary["addresses"].as_array().unwrap().iter().all(|a| a["reconciled"] == true));
    stands_where_the_chain_says(&trial, &after);
}

#[test]
fn a_tampered_amount_is_refused_and_the_next_explorer_asked() {
    let chain = story();
    let trial = trial(&chain);
    let (liar, honest) = (FakeExplorer::start(story()), FakeExplorer::start(story()));
    liar.script_on("/txs", 1_000, Trouble::TamperedAmount);
    let ran = sync(&trial, &liar);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("refused: its content hashes to"), "{}", ran.err);
    assert!(ran.out.contains("NOT reconciled"), "{}", ran.out);
    assert!(trial.ok(&["summary", "story"]).contains("NOT reconciled"));
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let unproven: i64 = db.query_row("SELECT count(*) FROM tx WHERE NOT recomputed", [], |row| row.get(0)).unwrap();
    assert_eq!(unproven, 0, "nothing false is stored");
    drop(db);
    let ran = sync(&trial, &honest);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(trial.json(&["summary", "story"])["received"]["outputs"], 75);
}

#[test]
fn totals_that_no_history_explains_are_marked_everywhere() {
    let chain = story();
    let trial = trial(&chain);
    let first = chain.address(Kind::P2pkh, 1);
    let lying = move |chain: &FakeChain, path: &str| {
        let mut answer = crate::support::esplora::answer(chain, path, Style::Blockstream);
        if path == format!("address/{first}") {
            let mut value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            value["chain_stats"]["funded_txo_sum"] =
                json!(value["chain_stats"]["funded_txo_sum"].as_u64().unwrap() + 7);
            answer.body = value.to_string().into_bytes();
        }
        answer
    };
    let server = FakeExplorer::speaking(chain, lying);
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("difference -7"), "{}", ran.out);
    let summary = trial.json(&["summary", "story"]);
    assert_eq!(summary["recorded_to"], json!(null), "what does not add up is not complete to any moment");
    assert!(codes(&summary).contains(&"not-reconciled"), "{summary}");
    assert!(trial.ok(&["payments", "story"]).contains("differs from the explorer's totals"));
}

#[test]
fn a_refused_answer_sends_the_address_to_the_next_explorer_of_the_round() {
    let chain = story();
    let trial = trial(&chain);
    let (liar, honest) = (FakeExplorer::start(story()), FakeExplorer::start(story()));
    liar.script_on("/txs", 1_000, Trouble::TamperedAmount);
    configure(&trial, &(block("liar", &liar.url()) + &block("honest", &honest.url())));
    let ran = trial.run(&["sync", "story"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("liar: transaction") && ran.err.contains("refused"), "{}", ran.err);
    assert!(ran.out.contains("every ledger equals the explorer's totals"), "{}", ran.out);
}

#[test]
fn an_explorer_that_is_behind_erases_nothing() {
    let chain = story();
    let trial = trial(&chain);
    sync(&trial, &FakeExplorer::start(chain));
    let before = dump(&trial);
    // One whose newest blocks are missing, and one that has only begun to read the chain.
    let mut lagging = story();
    lagging.disconnect(2);
    let mut empty = FakeChain::new(Network::Regtest);
    empty.mine();
    for server in [FakeExplorer::start(lagging), FakeExplorer::start(empty)] {
        let ran = sync(&trial, &server);
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("is below block") && ran.err.contains("of the ledger"), "{}", ran.err);
        assert_eq!(dump(&trial), before);
    }
    // One of another chain altogether, of the same height.
    let mut other = FakeChain::new(Network::Signet);
    while other.blocks.len() < 20 {
        other.mine();
    }
    let ran = sync(&trial, &FakeExplorer::start(other));
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("it shows another chain than regtest"), "{}", ran.err);
    assert_eq!(dump(&trial), before);
}

#[test]
fn a_reorganisation_that_leaves_the_sums_as_they_are_is_seen() {
    let mut chain = story();
    // Nothing waits: what waits would be mined, and the sums of blocks would tell.
    chain.mine();
    let first = chain.address(Kind::P2pkh, 1);
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    sync(&trial, &server);
    let before = trial.json(&["summary", "story"]);
    {
        // The last two blocks are replaced; the same transactions end in other blocks, one of them a block later.
        let mut chain = server.chain.lock().unwrap();
        chain.disconnect(2);
        let waiting: Vec<Txid> = chain.waiting(&first.script_pubkey()).iter().map(|tx| tx.txid).collect();
        let time = chain.tip().header.time + 700;
        chain.mine_only(&[], time);
        let keep: Vec<Txid> = waiting.iter().copied().filter(|t| chain.tx(t).unwrap().prevouts.len() <= 1).collect();
        chain.mine_only(&keep, time + 600);
        chain.mine();
    }
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let after = trial.json(&["summary", "story"]);
    for sums in ["received", "withdrawn", "balance_sats", "unconfirmed"] {
        let sats = |summary: &serde_json::Value| summary[sums].get("sats").cloned().unwrap_or(summary[sums].clone());
        assert_eq!(sats(&before), sats(&after), "{sums}");
    }
    let chain = server.chain.lock().unwrap();
    stands_where_the_chain_says(&trial, &chain);
}

#[test]
fn one_address_that_fails_does_not_starve_the_others() {
    let chain = story();
    let trial = trial(&chain);
    let first = chain.address(Kind::P2pkh, 1);
    let server = FakeExplorer::start(chain);
    server.script_on(&format!("address/{first}"), 1_000, Trouble::server_error());
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("1 address asked") && ran.err.contains("no explorer answered for 1 address"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_payment_between_totals_and_pages_is_no_contradiction() {
    let chain = story();
    let trial = trial(&chain);
    let first = chain.address(Kind::P2pkh, 1);
    let server = FakeExplorer::start(chain);
    sync(&trial, &server);
    let asked = server.requests().len();
    {
        let first = first.clone();
        server.chain.lock().unwrap().pay(&first, 1_111);
        // Four requests about the chain, the totals, and then the first page, with the new payment on it.
        server.before(asked + 5, move |chain| {
            chain.pay(&first, 2_222);
        });
    }
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let read = server.requests();
    assert!(!read[asked + 4].contains("/txs") && read[asked + 5].ends_with("/txs"), "{:?}", &read[asked..]);
    assert!(!read[asked..].iter().any(|path| path.contains("/txs/chain/")), "the old pages are not read again");
    assert_eq!(trial.json(&["summary", "story"])["unconfirmed"]["outputs"], 3);
}

#[test]
fn a_round_broken_off_at_its_end_leaves_no_place_to_go_on_from() {
    let chain = story();
    let trial = trial(&chain);
    let first = chain.address(Kind::P2pkh, 1);
    let server = FakeExplorer::start(chain);
    sync(&trial, &server);
    let asked = server.requests().len();
    server.chain.lock().unwrap().pay(&first, 1_111);
    // The page is stored and the ledger agrees, as for the other address; then the newest block cannot be had, in four tries.
    for n in 7..11 {
        server.script_at(asked + n, Trouble::server_error());
    }
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(server.requests()[asked + 7].contains("tip"), "{:?}", &server.requests()[asked..]);
    let asked = server.requests().len();
    {
        // More than a page of new payments: the second page is needed, and no old one.
        let mut chain = server.chain.lock().unwrap();
        for n in 0..30 {
            chain.pay(&first, 2_222 + n);
        }
        chain.mine();
    }
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let read = server.requests().split_off(asked);
    let further = read.iter().filter(|path| path.contains("/txs/chain/")).count();
    assert_eq!(further, 1, "the old history again: {read:?}");
}

#[test]
fn an_explorer_that_stands_still_is_not_believed() {
    let trial = Trial::new();
    let mut signet = FakeChain::new(Network::Signet);
    let address = signet.address(Kind::P2wpkh, 1);
    signet.pay(&address, 5_000);
    signet.mine();
    trial.write(
        "config/ransomtrail/families/old.toml",
        &format!(
            "name = \"old\"\ntitle = \"Old\"\nsummary = \"For tests.\"\nnetwork = \"signet\"\n\
             [sources.us]\ntitle = \"ourselves\"\n[[addresses]]\nsource = \"us\"\nlist = [\"{address}\"]\n"
        ),
    );
    let server = FakeExplorer::start(signet);
    let ran = trial.run(&["sync", "old", "--network", "signet", "--explorer", &server.url()]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("its newest block") && ran.err.contains("days old"), "{}", ran.err);
    trial.fails(&["summary", "old", "--network", "signet"], 1, "nothing is recorded of Old yet");
}
