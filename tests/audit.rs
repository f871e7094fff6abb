//! Nothing on faith: second opinions, merkle proofs, and what is told of those who tell otherwise.

use serde_json::{Value, json};

use crate::live::{block, configure, story, trial};
use crate::support::{Answer, FakeExplorer, Kind, Trouble};
use crate::trial::{Trial, views};

/// A ledger read from the first of two explorers over the same chain.
fn two() -> (Trial, FakeExplorer, FakeExplorer) {
    let chain = story();
    let trial = trial(&chain);
    let (first, second) = (FakeExplorer::start(chain.clone()), FakeExplorer::start(chain));
    configure(&trial, &(block("first", &first.url()) + &block("second", &second.url())));
    trial.ok(&["sync", "story"]);
    (trial, first, second)
}

fn trust(trial: &Trial) -> Value {
    trial.json(&["summary", "story"])["trust"].clone()
}

fn db(trial: &Trial) -> rusqlite::Connection {
    rusqlite::Connection::open(trial.path("test.db")).unwrap()
}

#[test]
fn levels_of_trust_rise_as_more_is_asked() {
    let (trial, _first, second) = two();
    let before = views(&trial);
    assert_eq!(trust(&trial)["recomputed"]["outputs"], 76);

    let opinion = trial.ok(&["audit", "story", "--second-opinion"]);
    assert!(opinion.contains("2 of 2 addresses agree, to the satoshi"), "{opinion}");
    assert!(second.requests().iter().any(|path| path.starts_with("address/")), "the second one was asked");
    assert_eq!(trust(&trial)["agreed"]["outputs"], 76);

    let proofs = trial.run(&["audit", "story", "--proofs", "--json"]);
    assert_eq!(proofs.code, 0, "{}{}", proofs.out, proofs.err);
    let proofs: Value = serde_json::from_str(&proofs.out).unwrap();
    // 70 payments, three, one to both, and the withdrawal; what waits is in no block yet.
    assert_eq!((&proofs["proven"], &proofs["headers"], &proofs["clean"]), (&75.into(), &9.into(), &true.into()));
    assert_eq!(trust(&trial)["proven"]["outputs"], 76);
    assert!(trial.json(&["payments", "story"]).as_array().unwrap().iter().all(|row| row["trust"] == "proven"));
    assert_eq!(views(&trial), before, "an audit changes no figure");

    // Asked again there is nothing left to fetch.
    let asked = second.requests().len();
    let again = trial.json(&["audit", "story", "--proofs"]);
    assert_eq!((&again["proven"], second.requests().len()), (&0.into(), asked));
}

#[test]
fn an_explorer_that_tells_otherwise_is_named() {
    let (trial, _first, second) = two();
    let before = views(&trial);
    // Its chain lacks what came after the first blocks.
    let paid = {
        let mut chain = second.chain.lock().unwrap();
        let paid = chain.blocks[1].txids[1];
        chain.make_ghost(&paid);
        paid
    };
    let ran = trial.run(&["audit", "story", "--second-opinion"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("NOT the same") && ran.out.contains("second against first"), "{}", ran.out);
    assert!(ran.out.contains("difference +100000 sat"), "{}", ran.out);
    assert!(ran.out.contains("second does not tell of 1 transaction of the ledger"), "{}", ran.out);
    assert_eq!(views(&trial), before, "one explorer's word against another's changes nothing");
    let incidents = trial.json(&["incidents"]);
    assert_eq!(incidents[0]["kind"], "disagreement", "{incidents}");
    let row =
        trial.json(&["payments", "story"]).as_array().unwrap().iter().find(|r| r["txid"] == paid.to_string()).cloned();
    assert_eq!(row.unwrap()["trust"], "recomputed");
}

#[test]
fn a_false_proof_proves_nothing() {
    let (trial, first, _second) = two();
    let paid = first.chain.lock().unwrap().blocks[1].txids[1];
    let false_proof = json!({ "block_height": 101, "merkle": ["00".repeat(32), "11".repeat(32)], "pos": 1 });
    let lie = || Trouble::Answer(Answer::json(&false_proof));
    first.script_on(&format!("tx/{paid}/merkle-proof"), 1, lie());
    let ran = trial.run(&["audit", "story", "--proofs", "--explorer", "first"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains(&format!("NOT proven: {paid}")), "{}", ran.out);
    assert_eq!(trust(&trial)["recomputed"]["outputs"], 1);
    let incidents = trial.json(&["incidents"]);
    assert_eq!((&incidents[0]["kind"], &incidents[0]["txid"]), (&"bad-proof".into(), &paid.to_string().into()));
    let kept = trial.json(&["incidents", "--answer", "1"]);
    assert!(kept["answer"].as_str().unwrap().contains(&"11".repeat(32)), "{kept}");

    // A header of another block, and one that nobody worked for.
    first.script_on("/header", 1, Trouble::FlippedByte(140));
    assert_eq!(trial.run(&["audit", "story", "--proofs", "--explorer", "first"]).code, 0, "its header is kept already");
    assert_eq!(trust(&trial)["proven"]["outputs"], 76);
}

#[test]
fn a_header_that_is_not_the_blocks_is_refused_and_the_next_explorer_asked() {
    let (trial, first, second) = two();
    first.script_on("/header", 100, Trouble::FlippedByte(140));
    let ran = trial.run(&["audit", "story", "--proofs"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(second.requests().iter().any(|path| path.ends_with("/header")));
    assert_eq!(trust(&trial)["proven"]["outputs"], 76);
}

#[test]
fn what_was_only_told_is_asked_for_before_it_is_proven() {
    let (trial, _first, _second) = two();
    let before = views(&trial);
    // As a source tells that carries no scripts, and one that is wrong about times.
    db(&trial)
        .execute_batch(
            "UPDATE tx SET recomputed = 0, version = NULL; UPDATE tx_input SET script_sig = NULL, sequence = NULL;
             UPDATE tx_output SET script = NULL; UPDATE observation SET block_hash = NULL;
             UPDATE observation SET block_time = block_time + 86400 WHERE block_height = 103;",
        )
        .unwrap();
    assert_eq!(trust(&trial)["told"]["outputs"], 76);
    assert_ne!(views(&trial), before);
    let ran = trial.run(&["audit", "story", "--proofs"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("while the ledger has it in block 103") && ran.err.contains("corrected"), "{}", ran.err);
    assert_eq!(trust(&trial)["proven"]["outputs"], 76, "{}{}", ran.out, ran.err);
    assert_eq!(views(&trial), before, "the header's time is what counts");
}

#[test]
fn what_cannot_be_audited_says_why() {
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    configure(&trial, &block("only", &server.url()));
    trial.fails(&["audit", "story"], 1, "run ransomtrail sync first");
    trial.ok(&["sync", "story"]);
    trial.fails(&["audit", "story", "--explorer", "built-in"], 2, "the built-in record proves nothing");
    trial.fails(&["audit", "nobody"], 2, "nobody");
    // There is no second explorer.
    let ran = trial.run(&["audit", "story", "--second-opinion"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("2 addresses have no second opinion"), "{}", ran.out);
    trial.fails(&["incidents", "--answer", "7"], 1, "there is no incident 7");
}

#[test]
fn a_second_explorer_that_lags_takes_nothing_back() {
    let (trial, _first, second) = two();
    let before = views(&trial);
    second.chain.lock().unwrap().disconnect(1);
    let ran = trial.run(&["audit", "story", "--second-opinion"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("no second opinion") && ran.err.contains("is below block"), "{}{}", ran.out, ran.err);
    assert_eq!(views(&trial), before);
}

#[test]
fn what_only_the_second_tells_is_no_figure() {
    let chain = story();
    let trial = trial(&chain);
    let mut other = chain.clone();
    let first = other.address(Kind::P2pkh, 1);
    other.disconnect(1);
    let invented = other.pay(&first, 5_000_000_000);
    other.mine();
    let (first, second) = (FakeExplorer::start(chain), FakeExplorer::start(other));
    configure(&trial, &(block("first", &first.url()) + &block("second", &second.url())));
    trial.ok(&["sync", "story", "--explorer", "first"]);
    let before = views(&trial);
    let ran = trial.run(&["audit", "story", "--second-opinion"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("second tells of 1 transaction that the ledger does not hold"), "{}", ran.out);
    assert!(ran.out.contains("NOT the same") && ran.out.contains("waiting or in another block"), "{}", ran.out);
    assert_eq!(views(&trial), before);
    assert!(!trial.ok(&["payments", "story"]).contains(&invented.to_string()));
}

#[test]
fn another_name_for_the_same_server_is_no_second_opinion() {
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    configure(&trial, &(block("one", &server.url()) + &block("other", &server.url())));
    trial.ok(&["sync", "story", "--explorer", "one"]);
    let ran = trial.run(&["audit", "story", "--second-opinion"]);
    assert!(ran.out.contains("2 addresses have no second opinion"), "{}", ran.out);
    // Nor does asking it under the other name raise the trust.
    trial.ok(&["sync", "story", "--explorer", "other"]);
    assert_eq!(trust(&trial)["agreed"], Value::Null);
}

#[test]
fn a_proof_covers_the_time_too() {
    let (trial, _first, _second) = two();
    trial.ok(&["audit", "story", "--proofs"]);
    let before = views(&trial);
    // Somebody tells another time afterwards.
    db(&trial)
        .execute_batch(
            "INSERT INTO observation (tx_id, request_id, state, block_height, block_hash, block_time)
             SELECT tx_id, request_id, state, block_height, block_hash, block_time + 86400 FROM observation
             WHERE block_height = 103;",
        )
        .unwrap();
    assert!(trust(&trial)["proven"]["outputs"].as_u64().unwrap() < 76);
    trial.ok(&["audit", "story", "--proofs"]);
    assert_eq!(trust(&trial)["proven"]["outputs"], 76);
    assert_eq!(views(&trial), before);
}

#[test]
fn a_right_proof_with_a_wrong_height_proves_nothing() {
    let (trial, first, _second) = two();
    let before = views(&trial);
    let paid = first.chain.lock().unwrap().blocks[1].txids[1];
    let path = format!("tx/{paid}/merkle-proof");
    let right =
        crate::support::esplora::answer(&first.chain.lock().unwrap(), &path, crate::support::Style::Blockstream);
    let mut wrong: Value = serde_json::from_slice(&right.body).unwrap();
    wrong["block_height"] = 9_999_999.into();
    first.script_on(&path, 1, Trouble::Answer(Answer::json(&wrong)));
    let ran = trial.run(&["audit", "story", "--proofs", "--explorer", "first"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("it is said to be at height 9999999"), "{}", ran.out);
    assert_eq!(views(&trial), before);
    trial.ok(&["audit", "story", "--proofs"]);
    assert_eq!(trust(&trial)["proven"]["outputs"], 76);
}

#[test]
fn what_waits_at_one_of_two_is_no_disagreement() {
    let (trial, first, second) = two();
    // By blocks nothing is known of what waits, and each of two servers may know of it a moment later.
    for server in [&first, &second] {
        let mut chain = server.chain.lock().unwrap();
        let address = chain.address(Kind::P2pkh, 1);
        chain.pay(&address, 4_321);
    }
    let ran = trial.run(&["audit", "story", "--second-opinion"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2 of 2 addresses agree, to the satoshi"), "{}", ran.out);
    assert_eq!(trial.json(&["incidents"]), json!([]));
}

#[test]
fn an_audit_that_reaches_nobody_names_the_cause() {
    let (trial, first, second) = two();
    drop((first, second));
    let ran = trial.run(&["audit", "story"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("nobody else answered") && !ran.out.contains("0 of 0"), "{}", ran.out);
    assert!(ran.out.contains("cannot be reached") && !ran.out.contains("gives merkle proofs"), "{}", ran.out);
}
