//! Being told of payments: in a block and waiting for one, above a threshold, and many of them at once.

use std::collections::BTreeSet;

use bitcoin::Txid;
use serde_json::Value;

use crate::notify::{round, story, told, webhook};
use crate::support::{FakeChain, FakeExplorer, FakeReceiver, Kind};
use crate::trial::Trial;

/// The story, told to a receiver whose block has these lines too, once what was there before is history.
fn begun(lines: &str) -> (Trial, FakeExplorer, FakeReceiver) {
    let (chain, _) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &(webhook(&receiver) + "events = [\"payment\"]\n" + lines));
    let server = FakeExplorer::start(chain);
    assert_eq!(round(&trial, &server).out, "desk: 0 notices sent\n");
    (trial, server, receiver)
}

/// Somebody pays the family.
fn pay(chain: &mut FakeChain, sats: u64) -> Txid {
    let address = chain.address(Kind::P2pkh, 1);
    chain.pay(&address, sats)
}

/// What was told, by type and headline.
fn said(receiver: &FakeReceiver) -> Vec<String> {
    let text = |body: &Value| format!("{}: {}", body["type"].as_str().unwrap(), body["headline"].as_str().unwrap());
    receiver.told().iter().map(|told| text(&told.body)).collect()
}

#[test]
fn a_payment_in_a_block_is_told_once_to_who_lists_it() {
    let (chain, _) = story();
    let (receiver, other) = (FakeReceiver::start(), FakeReceiver::start());
    let others = webhook(&other).replace("\"desk\"", "\"other\"");
    let trial = told(&chain, &(webhook(&receiver) + "events = [\"payment\"]\nmin = \"0.001 BTC\"\n" + &others));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    let (txid, small) = {
        let mut chain = server.chain.lock().unwrap();
        (pay(&mut chain, 250_000), pay(&mut chain, 99_999))
    };
    round(&trial, &server);
    assert_eq!(said(&receiver), Vec::<String>::new(), "nobody asked to hear of what waits");
    server.chain.lock().unwrap().mine();
    for _ in 0..3 {
        assert_eq!(round(&trial, &server).code, 0);
    }
    assert_eq!(said(&receiver), ["event: Story: 0.00250000 BTC paid in"]);
    assert_eq!(other.told().len(), 0, "who does not list the kind is not told");
    let body = &receiver.told()[0].body;
    let event = &body["events"][0];
    assert_eq!((&event["kind"], &event["txid"]), (&"payment".into(), &txid.to_string().into()));
    // The running total is that of the summary, without what came after it in the same block.
    let received = trial.json(&["summary", "story"])["received"]["sats"].as_u64().unwrap();
    let up_to = event["payment"]["received_sats"].as_u64().unwrap();
    assert!([received, received - 99_999].contains(&up_to), "{event} of {received}");
    assert!(body["text"].as_str().unwrap().contains("worth unknown: there is no price"), "{body}");
    let shown = trial.json(&["events", "story", "--payments"]);
    let shown: Vec<&Value> = shown.as_array().unwrap().iter().filter(|one| one["kind"] == "payment").collect();
    assert!(shown.contains(&event) && shown.iter().any(|one| one["txid"] == small.to_string()), "{shown:?}");
    let without = trial.json(&["events", "story"]);
    assert!(without.as_array().unwrap().iter().all(|one| one["kind"] != "payment"), "{without}");
}

#[test]
fn what_waits_is_told_and_then_what_became_of_it() {
    for follow in ["addresses", "blocks"] {
        let (trial, server, receiver) = begun("waiting = true\n");
        let round = || {
            let args = ["watch", "story", "--once", "--explorer", &server.url(), "--follow", follow];
            let ran = trial.run(&args);
            assert_eq!(ran.code, 0, "{}", ran.err);
        };
        let mut expect: Vec<String> = Vec::new();
        let mut check = |new: &[&str]| {
            (0..2).for_each(|_| round());
            expect.extend(new.iter().map(|line| (*line).to_owned()));
            assert_eq!(said(&receiver), expect, "{follow}");
        };
        check(&[]);
        pay(&mut server.chain.lock().unwrap(), 250_000);
        let waits = ["waiting: Waiting: Story: 0.00250000 BTC paid in"];
        check(if follow == "addresses" { &waits } else { &[] });
        server.chain.lock().unwrap().mine();
        let confirmed = ["confirmed: Confirmed: Story: 0.00250000 BTC paid in"];
        let event = ["event: Story: 0.00250000 BTC paid in"];
        check(if follow == "addresses" { &confirmed } else { &event });
        if follow == "blocks" {
            // By blocks nobody asks what waits.
            continue;
        }
        let ids: Vec<(Value, _)> = receiver
            .told()
            .iter()
            .map(|told| (told.body["id"].clone(), told.headers["idempotency-key"].clone()))
            .collect();
        assert!(ids[0].0 == ids[1].0 && ids[0].1 != ids[1].1, "one notice, two messages: {ids:?}");
        // One is replaced by another that pays as well, and one is never seen again.
        let old = pay(&mut server.chain.lock().unwrap(), 310_000);
        check(&["waiting: Waiting: Story: 0.00310000 BTC paid in"]);
        let new = {
            let mut chain = server.chain.lock().unwrap();
            let address = chain.address(Kind::P2pkh, 1);
            chain.replace(&old, &[(&address, 300_000)])
        };
        check(&[
            "waiting: Waiting: Story: 0.00300000 BTC paid in",
            "replaced: Replaced: Story: 0.00310000 BTC paid in",
        ]);
        let text = receiver.told().last().unwrap().body["text"].as_str().unwrap().to_owned();
        assert!(text.contains(&format!("and {new} took its place")), "{text}");
        server.chain.lock().unwrap().evict(&new);
        check(&["gone: Gone: Story: 0.00300000 BTC paid in"]);
        // A block that leaves the chain: what was confirmed waits again, and is in a block again.
        {
            let mut chain = server.chain.lock().unwrap();
            chain.disconnect(1);
            let time = chain.tip().header.time;
            for n in 1..=2 {
                chain.mine_only(&[], time + 600 * n);
            }
        }
        check(&["correction: Correction: Story: 0.00250000 BTC paid in"]);
        server.chain.lock().unwrap().mine();
        check(&["event: Story: 0.00250000 BTC paid in"]);
    }
}

#[test]
fn five_hundred_payments_in_a_block_are_a_few_messages() {
    let (trial, server, receiver) = begun("at_most = \"5 an hour\"\n");
    let mut paid: BTreeSet<String> = BTreeSet::new();
    {
        let mut chain = server.chain.lock().unwrap();
        paid.extend((0..500).map(|n| pay(&mut chain, 10_000 + n).to_string()));
        chain.mine();
    }
    // It goes down while it is told, and more comes in: what was under way comes again as it was.
    receiver.down(true);
    for _ in 0..2 {
        assert_eq!(round(&trial, &server).code, 1);
    }
    {
        let mut chain = server.chain.lock().unwrap();
        pay(&mut chain, 77_777);
        chain.mine();
    }
    receiver.down(false);
    for _ in 0..2 {
        assert_eq!(round(&trial, &server).code, 0);
    }
    let told = receiver.told();
    let types: Vec<&str> = told.iter().map(|told| told.body["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["event", "event", "event", "event", "digest"]);
    let all: Vec<String> = told
        .iter()
        .flat_map(|told| told.body["events"].as_array().unwrap())
        .map(|event| event["txid"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len(), "none twice");
    let state = trial.json(&["notify", "list"])[0].clone();
    let waiting = state["waiting"].as_u64().unwrap() as usize;
    assert_eq!(all.len() + waiting, 501, "none is lost: {state}");
    assert!(waiting <= 1 && paid.iter().filter(|txid| all.contains(txid)).count() >= 500 - waiting);
    assert!(told[4].body["headline"].as_str().unwrap().starts_with("Story: 49"), "{}", told[4].body["headline"]);
}
