//! Explorers that page on and on: a round asks for a number of pages, the next goes on from there, and what has no end is set aside.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bitcoin::Network;
use serde_json::Value;

use crate::dialects::services;
use crate::live::{configure, trial};
use crate::support::services::service;
use crate::support::{Answer, FakeChain, FakeExplorer, Kind, Style, esplora};
use crate::trial::Trial;

/// More payments to one address than two pages hold, in any dialect.
fn long(payments: u64) -> FakeChain {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    for n in 0..payments {
        chain.pay(&first, 100_000 + n);
        if n % 9 == 8 {
            chain.mine();
        }
    }
    chain.pay(&second, 5_000_000);
    chain.mine();
    chain
}

fn config(trial: &Trial, dialect: &str, server: &FakeExplorer, max_pages: usize) {
    let block = format!("[[explorer]]\nname = \"one\"\ndialect = \"{dialect}\"\nurl = \"{}\"\n", server.url());
    configure(trial, &block);
    let file = "config/ransomtrail/ransomtrail.toml";
    let text = std::fs::read_to_string(trial.path(file)).unwrap();
    trial.write(file, &format!("max_pages = {max_pages}\n{text}"));
}

/// What is answered, whatever the exit code.
fn json(trial: &Trial, args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&trial.run(&args).out).unwrap()
}

/// Rows of a page, wherever the dialect has them.
fn rows(body: &mut Value) -> Option<&mut Vec<Value>> {
    if body.is_array() { body.as_array_mut() } else { body.get_mut("txs")?.as_array_mut() }
}

/// Totals a million transactions higher than they are.
fn raise(body: &mut Value) {
    for pointer in ["/chain_stats/tx_count", "/n_tx", "/final_n_tx"] {
        if let Some(count) = body.pointer_mut(pointer) {
            *count = (count.as_u64().unwrap() + 1_000_000).into();
        }
    }
}

/// A server that claims a million transactions more, and after its last page shows the first again and again.
fn endless(
    chain: FakeChain,
    speaker: fn(&FakeChain, &str) -> Answer,
    dialect: &'static str,
) -> (FakeExplorer, Arc<AtomicUsize>) {
    let pages = Arc::new(AtomicUsize::new(0));
    let counted = pages.clone();
    let server = FakeExplorer::speaking(chain, move |chain, path| {
        let mut answer = speaker(chain, path);
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
        raise(&mut body);
        let is_page = (service(dialect).is_page)(path);
        if is_page && rows(&mut body).is_some() {
            counted.fetch_add(1, Ordering::Relaxed);
            let before = path.split("&before=").nth(1).map(|height| height.parse::<u32>().unwrap());
            if before.is_some() || rows(&mut body).is_some_and(|rows| rows.is_empty()) {
                // The first page once more; where pages go by height, a block lower each time.
                let first = path.split("/chain/").next().unwrap().split("offset=").next().unwrap();
                let first = first.split("&before=").next().unwrap();
                body = serde_json::from_slice(&speaker(chain, first).body).unwrap();
                raise(&mut body);
                for row in rows(&mut body).into_iter().flatten().filter(|_| before.is_some()) {
                    row["block_height"] = (before.unwrap() - 1).into();
                }
            }
            if body.get("txs").is_some() {
                body["hasMore"] = true.into();
            }
        }
        answer.body = body.to_string().into_bytes();
        answer
    });
    (server, pages)
}

#[test]
fn a_history_longer_than_a_round_reads_is_read_over_several() {
    for (dialect, speaker) in services() {
        let name = dialect.name();
        let chain = long(230);
        let trial = trial(&chain);
        let server = FakeExplorer::speaking(chain, speaker);
        config(&trial, name, &server, 4);
        let ran = trial.run(&["sync", "story"]);
        assert_eq!(ran.code, 1, "{name}: {}{}", ran.out, ran.err);
        assert!(
            ran.out.contains("NOT read to the end") && ran.out.contains("goes on from there"),
            "{name}: {}",
            ran.out
        );
        assert!(json(&trial, &["status"])["problems"].to_string().contains("not reconciled"), "{name}");
        let mut rounds = 1;
        loop {
            let ran = trial.run(&["sync", "story"]);
            if ran.code == 0 {
                break;
            }
            rounds += 1;
            assert!(rounds < 12, "{name}: it does not come to an end: {}{}", ran.out, ran.err);
        }
        let summary = trial.json(&["summary", "story"]);
        assert_eq!(summary["received"]["outputs"], 231, "{name}");
        let status = json(&trial, &["status"]);
        assert_eq!(status["set_aside"], Value::Array(Vec::new()), "{name}");
    }
}

#[test]
fn a_history_without_an_end_is_set_aside_and_not_asked_for_in_vain() {
    for (dialect, speaker) in services() {
        let name = dialect.name();
        let chain = long(60);
        let trial = trial(&chain);
        let (server, pages) = endless(chain, speaker, name);
        config(&trial, name, &server, 8);
        let mut rounds = 0;
        let ran = loop {
            let before = pages.load(Ordering::Relaxed);
            let ran = trial.run(&["sync", "story"]);
            assert_eq!(ran.code, 1, "{name}: {}{}", ran.out, ran.err);
            // Both addresses of the family are paged for, each by its own budget.
            assert!(pages.load(Ordering::Relaxed) - before <= 16, "{name}: more pages than two budgets");
            rounds += 1;
            if ran.out.matches("SET ASIDE").count() == 2 {
                break ran;
            }
            assert!(rounds < 6, "{name}: {}{}", ran.out, ran.err);
        };
        assert!(ran.out.contains("SET ASIDE"), "{name}: {}", ran.out);
        let before = pages.load(Ordering::Relaxed);
        let again = trial.run(&["sync", "story"]);
        assert_eq!((again.code, pages.load(Ordering::Relaxed)), (1, before), "{name}: {}", again.out);
        assert!(again.out.contains("SET ASIDE"), "{name}: {}", again.out);
        let status = json(&trial, &["status"]);
        assert_eq!(status["set_aside"].as_array().unwrap().len(), 2, "{name}: {status}");
        assert!(trial.run(&["status"]).out.contains("SET ASIDE"), "{name}");
    }
}

#[test]
fn more_transactions_than_were_counted_have_no_end() {
    let chain = long(400);
    let trial = trial(&chain);
    let server = FakeExplorer::speaking(chain, |chain, path| {
        let mut answer = esplora::answer(chain, path, Style::Blockstream);
        if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body)
            && let Some(count) = body.pointer_mut("/chain_stats/tx_count")
        {
            *count = 5.into();
            answer.body = body.to_string().into_bytes();
        }
        answer
    });
    config(&trial, "esplora", &server, 100);
    let ran = trial.run(&["sync", "story"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("it tells of more transactions than it counts"), "{}{}", ran.out, ran.err);
    assert!(server.asked() < 30, "{:?}", server.counts());
}
