//! `events`: what is news of a family, on the recorded WannaCry trail and on a made-up chain.

use bitcoin::{Network, OutPoint};
use serde_json::Value;

use crate::live::trial;
use crate::support::{FakeChain, FakeExplorer, Kind};
use crate::trial::Trial;

const SHAPESHIFT: [(&str, u64); 2] = [
    ("340b44c7a7857e36f81b2e8ba713911ea93e82afde6ea5590df1a35688845d16", 183_760_000),
    ("95d36a6926639ba50d02f190d3ca2f9322ce721502d47b32a1e8d8be1b13cb40", 180_429_238),
];

fn rows(trial: &Trial, args: &[&str]) -> Vec<Value> {
    trial.json(&[&["events"], args].concat()).as_array().unwrap().clone()
}

fn of_kind<'a>(rows: &'a [Value], kind: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["kind"] == kind).collect()
}

#[test]
fn wannacry_has_six_withdrawals_and_arrives_at_two_services() {
    let trial = Trial::recorded();
    let events = rows(&trial, &["wannacry"]);
    let times: Vec<&str> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "the newest first: {times:?}");
    let left: u64 = of_kind(&events, "withdrawal").iter().map(|event| event["sats"].as_u64().unwrap()).sum();
    assert_eq!((of_kind(&events, "withdrawal").len(), left), (6, 5_192_690_943));
    let arrivals = of_kind(&events, "arrival");
    for (txid, sats) in SHAPESHIFT {
        let event = arrivals.iter().find(|event| event["txid"] == txid).unwrap();
        assert_eq!((event["label"].as_str(), event["sats"].as_u64()), (Some("ShapeShift"), Some(sats)));
        assert_eq!(event["category"], "swap service");
        let path = event["path"].as_array().unwrap();
        assert!(path.len() > 1 && path.last().unwrap() == txid, "{event}");
        let start = &path[0];
        assert!(of_kind(&events, "withdrawal").iter().any(|left| left["txid"] == *start), "begins with a withdrawal");
    }
    let exchange = |rows: &[Value]| -> u64 {
        of_kind(rows, "arrival").iter().filter(|e| e["label"] == "HitBTC").map(|e| e["sats"].as_u64().unwrap()).sum()
    };
    assert_eq!(exchange(&events), 729_393_932);
    assert_eq!(exchange(&rows(&trial, &["wannacry", "--policy", "haircut"])), 719_917_332);
    // 1.8376 BTC at 2,685.14 to 2,813.31 dollars, the prices of 3 August 2017.
    let value = &arrivals.iter().find(|event| event["txid"] == SHAPESHIFT[0].0).unwrap()["value"];
    assert_eq!(
        (&value["low"], &value["close"], &value["high"]),
        (&"4934.21".into(), &"5153.97".into(), &"5169.74".into())
    );
    assert!(of_kind(&events, "awakening").is_empty() && of_kind(&events, "movement").is_empty());

    let moves = rows(&trial, &["wannacry", "--moves"]);
    assert_eq!(of_kind(&moves, "movement").len(), moves.len() - events.len());
    assert!(!of_kind(&moves, "movement").is_empty());
    // With a rest of an hour what moved slowly has slept.
    assert!(!of_kind(&rows(&trial, &["wannacry", "--sleep", "1h"]), "awakening").is_empty());
    let before = rows(&trial, &["wannacry", "--as-of", "2017-08-03T07:00:00Z"]);
    assert_eq!((before.len(), of_kind(&before, "withdrawal").len()), (6, 6));
    assert!(rows(&trial, &["wannacry", "--as-of", "2017-08-02"]).is_empty());
    let text = trial.ok(&["events", "wannacry", "--as-of", "2017-08-02"]);
    assert!(text.contains("0 events") && text.contains("Nothing left the family's addresses"), "{text}");
    let euros = rows(&trial, &["wannacry", "--currency", "EUR"]);
    assert_eq!(euros[0]["currency"], "EUR");
    assert_ne!(euros[0]["value"], events[0]["value"]);
}

#[test]
fn poison_counts_coins_twice_and_is_refused() {
    let ran = Trial::recorded().run(&["events", "wannacry", "--policy", "poison"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("use fifo or haircut"), "{}", ran.err);
    let nothing = Trial::new().run(&["events", "locky"]);
    assert!(nothing.code == 1 && nothing.err.contains("nothing is recorded of Locky yet"), "{}", nothing.err);
}

#[test]
fn a_coin_that_slept_a_year_is_news_when_it_wakes() {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    let (a, b) = (chain.address(Kind::P2wpkh, 501), chain.address(Kind::P2wpkh, 502));
    let paid = [chain.pay(&first, 600_000), chain.pay(&second, 400_000)];
    chain.mine();
    let left = chain.spend(&paid.map(|txid| OutPoint::new(txid, 0)), &[(&a, 900_000), (&b, 90_000)]);
    chain.mine();
    let hop = chain.spend(&[OutPoint::new(left, 0)], &[(&b, 890_000)]);
    chain.mine();
    let year = 366 * 86_400;
    let woken = chain.spend(&[OutPoint::new(hop, 0), OutPoint::new(left, 1)], &[(&a, 970_000)]);
    let late = chain.tip().header.time + year;
    chain.mine_at(late);
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let ran = trial.run(&["sync", "story", "--onward", "--explorer", &server.url()]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let events = rows(&trial, &["story"]);
    let kinds: Vec<&str> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["awakening", "withdrawal"]);
    assert_eq!((&events[0]["txid"], &events[0]["sats"]), (&woken.to_string().into(), &980_000.into()));
    assert_eq!(events[0]["rule"], "moves 2 coins of the trail after 366 days at rest");
    assert_eq!(events[0]["value"], Value::Null, "coins of a test network have no price");
    assert_eq!(events[0]["hop"], 1, "by the shortest way");
    let path: Vec<&str> = events[0]["path"].as_array().unwrap().iter().map(|txid| txid.as_str().unwrap()).collect();
    assert_eq!((path[0], *path.last().unwrap()), (left.to_string().as_str(), woken.to_string().as_str()));
}
