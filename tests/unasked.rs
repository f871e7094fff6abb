//! `ask = "never"`: no explorer ever hears of an address or a transaction.

use bitcoin::{Network, OutPoint};
use serde_json::Value;

use crate::live::{configure, trial};
use crate::support::{FakeChain, FakeExplorer, Kind};
use crate::trial::Trial;

const KINDS: [Kind; 2] = [Kind::P2wpkh, Kind::P2pkh];

/// A chain in which both addresses were paid before anybody watched.
fn past() -> FakeChain {
    let mut chain = FakeChain::new(Network::Regtest);
    for kind in KINDS {
        chain.pay(&chain.address(kind, 1), 4_000_000);
        chain.mine();
    }
    chain
}

/// Payments, one of which is spent on in the same block, and again in the next.
fn happen(chain: &mut FakeChain) {
    let [first, second] = KINDS.map(|kind| chain.address(kind, 1));
    let (away, further) = (chain.address(Kind::P2sh, 9), chain.address(Kind::P2sh, 10));
    let paid = chain.pay_many(&[(&first, 100_000), (&second, 7_000)]);
    let spent = chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 90_000)]);
    chain.mine();
    chain.spend(&[OutPoint::new(spent, 0)], &[(&further, 80_000)]);
    chain.mine();
}

fn never(trial: &Trial, server: &FakeExplorer) {
    configure(trial, &format!("[[explorer]]\nname = \"one\"\nurl = \"{}\"\n", server.url()));
    let file = "config/ransomtrail/ransomtrail.toml";
    let text = std::fs::read_to_string(trial.path(file)).unwrap();
    trial.write(file, &format!("ask = \"never\"\n{text}"));
}

/// No path that was asked names an address or a transaction of the chain.
fn nothing_was_told(server: &FakeExplorer) {
    let chain = server.chain.lock().unwrap();
    let mut telling: Vec<String> =
        chain.blocks.iter().flat_map(|block| &block.txids).map(ToString::to_string).collect();
    telling.extend(KINDS.map(|kind| chain.address(kind, 1).to_string()));
    assert!(telling.len() > 6);
    for path in server.requests() {
        assert!(!telling.iter().any(|name| path.contains(name.as_str())), "{path}");
        let about = ["address", "scripthash", "tx", "status", "outspend"];
        assert!(!path.split('/').any(|part| about.contains(&part)), "{path}");
    }
}

#[test]
fn rounds_tell_nobody_whom_they_watch() {
    let chain = past();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    never(&trial, &server);
    let ran = trial.run(&["sync", "story"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for _ in 0..4 {
        happen(&mut server.chain.lock().unwrap());
        let ran = trial.run(&["sync", "story"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("0 addresses asked") && ran.out.contains("2 blocks read"), "{}", ran.out);
    }
    happen(&mut server.chain.lock().unwrap());
    // With coins followed onward, as watch does by default.
    let ran = trial.run(&["watch", "story", "--rounds", "1", "--every", "1s"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(server.asked() > 20);
    nothing_was_told(&server);

    // What the blocks brought is known and proven; what was before is not, and nothing was compared.
    let payments = trial.json(&["payments", "story"]);
    let payments = payments.as_array().unwrap();
    assert_eq!(payments.len(), 10);
    assert!(payments.iter().all(|row| row["trust"] == "proven"));
    let summary = trial.json(&["summary", "story"]);
    for address in summary["addresses"].as_array().unwrap() {
        assert_eq!(address["reconciled"], Value::Null);
        assert_ne!(address["in_blocks_to"], Value::Null);
    }
    assert_eq!(summary["recorded_to"], Value::Null);
    let known = &summary["caveats"][0];
    assert_eq!((&known["code"], &known["values"]["addresses"]), (&"from-blocks".into(), &2.into()), "{summary}");
    let withdrawn: u64 = summary["withdrawn"]["sats"].as_u64().unwrap_or_default();
    assert!(withdrawn > 0, "{summary}");
    let status = trial.run(&["status"]);
    assert!(status.out.contains("2 addresses known from blocks alone; totals not compared"), "{}", status.out);
    assert!(!status.out.contains("NOT reconciled") && !status.out.contains("never asked"), "{}", status.out);
    let status = trial.json(&["status"]);
    let family = &status["families"][0];
    assert_eq!((&family["not_compared"], &family["never_asked"]), (&2.into(), &0.into()));
}

#[test]
fn what_would_tell_is_refused() {
    let chain = past();
    let (address, txid) = (chain.address(KINDS[0], 1).to_string(), chain.blocks.last().unwrap().txids[0].to_string());
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    never(&trial, &server);
    assert_eq!(trial.run(&["sync", "story"]).code, 0);
    let asked = server.asked();
    for args in [
        &["audit", "story"] as &[&str],
        &["audit", "story", "--proofs"],
        &["lookup", &address],
        &["lookup", &txid],
        &["lookup", &address, "--explorer", &server.url()],
        &["sync", "story", "--onward"],
        &["sync", "story", "--follow", "addresses"],
        &["watch", "story", "--follow", "addresses", "--rounds", "1"],
    ] {
        trial.fails(args, 2, "ask = \"never\"");
    }
    assert_eq!(server.asked(), asked, "{:?}", server.requests());
    // What is asked of nobody is not refused.
    trial.ok(&["lookup", &address, "--offline"]);
    // And a flag overrules the configuration, in both ways.
    assert_eq!(trial.run(&["sync", "story", "--ask", "auto", "--follow", "addresses"]).code, 0);
    assert!(server.requests().iter().any(|path| path.contains(&address)));
    let asked = server.asked();
    configure(&trial, &format!("[[explorer]]\nname = \"one\"\nurl = \"{}\"\n", server.url()));
    assert_eq!(trial.run(&["sync", "story", "--ask", "never"]).code, 0);
    assert!(server.requests()[asked..].iter().all(|path| !path.contains("address")));
}

#[test]
fn nobody_is_asked_where_blocks_cannot_be_had() {
    let chain = past();
    let trial = trial(&chain);
    let server = FakeExplorer::speaking(chain, crate::support::blockcypher::answer);
    never(&trial, &server);
    let file = "config/ransomtrail/ransomtrail.toml";
    let text = std::fs::read_to_string(trial.path(file)).unwrap();
    trial.write(file, &format!("{text}dialect = \"blockcypher\"\n"));
    let ran = trial.run(&["sync", "story"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    nothing_was_told(&server);
}
