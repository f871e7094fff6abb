//! The ways of counting a family's income, with addresses that common inputs link to it.

use bitcoin::{Address, Network, OutPoint};
use serde_json::{Value, json};

use crate::live::trial;
use crate::support::{FakeChain, FakeExplorer, Kind};
use crate::trial::{Trial, codes};

fn estimates(trial: &Trial, family: &str) -> (Vec<Value>, Value) {
    let found = trial.json(&["summary", family, "--estimates"]);
    let row = |one: &Value| {
        let part = |name: &str| one[name].clone();
        json!([
            one["name"],
            [part("addresses"), part("outputs"), part("transactions"), part("sats")],
            [part("dropped_outputs"), part("dropped_sats")],
            [part("added_outputs"), part("added_sats")]
        ])
    };
    (found["estimates"].as_array().unwrap().iter().map(row).collect(), found["linked_addresses"].clone())
}

/// By inputs the three wallets stay three clusters of one address each.
#[test]
fn nothing_is_linked_to_wannacrys_wallets() {
    let trial = Trial::recorded();
    let (rows, linked) = estimates(&trial, "wannacry");
    let names = ["DD", "DD-DC", "DD-DC+MI", "DD-DC+MI-OW"];
    let expect: Vec<Value> =
        names.iter().map(|name| json!([name, [3, 354, 335, 5_211_290_943_u64], [0, 0], [0, 0]])).collect();
    assert_eq!((rows, linked), (expect, json!([])));
    let found = trial.json(&["summary", "wannacry", "--estimates"]);
    let worth = json!({ "low": "91261.66", "close": "95396.61", "high": "98200.39" });
    assert!(found["estimates"].as_array().unwrap().iter().all(|one| one["at_receipt"] == worth), "{found}");
    assert_eq!(codes(&found), ["nothing-linked"]);
    // Without the flag nobody looks for links, and nothing is said of them.
    let plain = trial.json(&["summary", "wannacry"]);
    assert_eq!(plain["estimates"].as_array().unwrap().len(), 2);
    assert!(codes(&plain).is_empty(), "{plain}");
}

/// The family's two addresses; one is spent together with a linked address, the other with one of an exchange.
fn linked_story() -> (FakeChain, [Address; 3]) {
    let mut chain = FakeChain::new(Network::Regtest);
    let [a, b] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    let stranger = |chain: &FakeChain, n: u32| chain.address(Kind::P2tr, 500 + n);
    let [linked, exchange, joined, away] = [1, 2, 3, 4].map(|n| stranger(&chain, n));
    let with_linked = chain.pay_many(&[(&a, 600_000), (&linked, 200_000)]);
    chain.pay(&b, 400_000);
    let with_exchange = chain.pay_many(&[(&b, 50_000), (&exchange, 30_000)]);
    let small = chain.pay_many(&[(&a, 10_000), (&linked, 7_000)]);
    let mixed = chain.pay(&a, 100_000);
    let others = [chain.pay(&joined, 100_500), chain.pay(&stranger(&chain, 9), 101_000)];
    chain.mine();
    let out = |txid, vout| OutPoint::new(txid, vout);
    chain.spend(&[out(with_linked, 0), out(with_linked, 1)], &[(&away, 790_000)]);
    chain.spend(&[out(with_exchange, 0), out(with_exchange, 1)], &[(&away, 70_000)]);
    // The linked address pays the family: what comes in is its own money.
    chain.spend(&[out(small, 1)], &[(&a, 6_000)]);
    // Three equal outputs of three people: a CoinJoin, which links nobody.
    let equal = [11, 12, 13].map(|n| stranger(&chain, n));
    let change = [14, 15].map(|n| stranger(&chain, n));
    chain.spend(
        &[out(mixed, 0), out(others[0], 0), out(others[1], 0)],
        &[(&equal[0], 90_000), (&equal[1], 90_000), (&equal[2], 90_000), (&change[0], 9_000), (&change[1], 9_500)],
    );
    chain.mine();
    (chain, [linked, exchange, joined])
}

#[test]
fn linked_addresses_add_and_services_are_left_out() {
    let (chain, [linked, exchange, joined]) = linked_story();
    let trial = trial(&chain);
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
    trial.ok(&["sync", "story", "--explorer", &server.url()]);
    let (rows, found) = estimates(&trial, "story");
    let expect = [
        json!(["DD", [2, 6, 6, 1_166_000], [0, 0], [0, 0]]),
        json!(["DD-DC", [2, 6, 6, 1_166_000], [0, 0], [0, 0]]),
        // Three deposits to the linked ones come in, and what one of them paid the family is no income.
        json!(["DD-DC+MI", [4, 8, 5, 1_397_000], [1, 6_000], [3, 237_000]]),
        json!(["DD-DC+MI-OW", [3, 7, 5, 1_367_000], [1, 30_000], [0, 0]]),
    ];
    assert_eq!(rows, expect);
    let mut expect = vec![
        json!({ "address": linked.to_string(), "service": null }),
        json!({ "address": exchange.to_string(), "service": "HitBTC" }),
    ];
    expect.sort_by_key(|one| one["address"].to_string());
    assert_eq!(found, json!(expect), "{joined} is linked by a CoinJoin alone");

    let text = trial.ok(&["summary", "story", "--estimates"]);
    assert!(text.contains("drops 1 output, 0.00006000 BTC; adds 3 outputs, 0.00237000 BTC"), "{text}");
    assert!(text.contains("+MI counts 2 linked addresses by the recorded transactions alone"), "{text}");
    // A claim can be held against each of them; the ledger of linked addresses is complete to no moment.
    let held = |name: &str| trial.json(&["verify", "story", "exactly 9 BTC", "--estimate", name]);
    for (name, btc) in
        [("DD", "0.01166000"), ("DD-DC", "0.01166000"), ("DD-DC+MI", "0.01397000"), ("dd-dc+mi-ow", "0.01367000")]
    {
        let answer = held(name);
        assert_eq!((&answer["bases"][0]["low"], &answer["counting"]), (&json!(btc), &json!(name.to_uppercase())));
        let (verdict, caveat) = match name.contains(['+']) {
            true => ("not-supported", "linked-in-part"),
            false => ("contradicted", "lower-bound"),
        };
        assert_eq!(answer["verdict"], verdict, "{name}");
        assert!(codes(&answer).contains(&caveat), "{answer}");
    }
    assert!(held("DD-DC+MI")["recorded_to"].is_null());
    // As of the day before anything came, nothing is counted, linked or not.
    let early = trial.json(&["summary", "story", "--estimates", "--as-of", "2017-05-11"]);
    assert!(early["estimates"].as_array().unwrap().iter().all(|one| one["outputs"] == 0), "{early}");
}
