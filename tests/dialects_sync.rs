//! Whole rounds of the built program through every dialect: the same payments, whoever tells of them.

use bitcoin::{Network, OutPoint};

use crate::dialects::{Speaker, services};
use crate::live::{clean, configure, story, trial};
use crate::support::{FakeChain, FakeExplorer, Kind, Trouble};
use crate::trial::{Trial, dump};

fn block(name: &str, dialect: &str, server: &FakeExplorer) -> String {
    format!("[[explorer]]\nname = \"{name}\"\ndialect = \"{dialect}\"\nurl = \"{}\"\n", server.url())
}

fn speaker(name: &str) -> Speaker {
    services().into_iter().find(|(dialect, _)| dialect.name() == name).unwrap().1
}

/// The rows about the chain, without who asked and how much the totals told.
fn facts(rows: Vec<String>) -> Vec<String> {
    let about_chain = |row: &String| ["tx ", "input ", "output ", "state "].iter().any(|kind| row.starts_with(kind));
    rows.into_iter().filter(about_chain).collect()
}

/// Fewer payments than the story, to the same two addresses; a child and its parent are among them.
fn small() -> FakeChain {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    let mut last = None;
    for n in 0..14 {
        last = Some(chain.pay(&first, 100_000 + n));
        if n % 4 == 3 {
            chain.mine();
        }
    }
    let parent = OutPoint::new(last.unwrap(), 0);
    let child = chain.spend(&[parent], &[(&second, 60_000), (&first, 30_000)]);
    chain.spend(&[OutPoint::new(child, 1)], &[(&second, 20_000)]);
    chain.mine();
    chain.pay(&second, 77_000);
    chain
}

fn same_figures(a: &Trial, b: &Trial) {
    for command in [["payments", "story"], ["summary", "story"]] {
        let figures = |trial: &Trial| {
            let mut json = trial.json(&command);
            for row in json.as_array_mut().into_iter().flatten() {
                for who in ["explorer", "page", "address_page", "first_seen", "trust"] {
                    row.as_object_mut().unwrap().remove(who);
                }
            }
            json
        };
        let (a, b) = (figures(a), figures(b));
        if command[0] == "payments" {
            assert_eq!(a, b);
        } else {
            for part in ["received", "withdrawn", "balance_sats", "unconfirmed", "internal"] {
                assert_eq!(a[part], b[part], "{part}");
            }
        }
    }
}

#[test]
fn a_round_through_any_dialect_ends_with_the_same_ledger() {
    let expect = facts(clean(story()));
    let reference = trial(&story());
    let server = FakeExplorer::start(story());
    configure(&reference, &block("esplora", "esplora", &server));
    reference.ok(&["sync", "story"]);
    for (dialect, speaker) in services() {
        let name = dialect.name();
        let trial = trial(&story());
        let server = FakeExplorer::speaking(story(), speaker);
        configure(&trial, &block("one", name, &server));
        let ran = trial.run(&["sync", "story"]);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("every ledger equals the explorer's totals"), "{name}: {}", ran.out);
        assert_eq!(facts(dump(&trial)), expect, "{name}");
        same_figures(&trial, &reference);
        let asked = server.requests().len();
        let ran = trial.run(&["sync", "story"]);
        assert!(ran.out.contains("2 unchanged, 0 new transactions"), "{name}: {}{}", ran.out, ran.err);
        // One payment waits, and is looked for in a page; blockchain.info needs the blocks of a page's rows.
        let most = if name == "blockchain.info" { 20 } else { 9 };
        assert!(server.requests().len() - asked <= most, "{name}: {:?}", &server.requests()[asked..]);
    }
}

#[test]
fn another_dialect_goes_on_in_the_middle_of_an_address() {
    let expect = facts(clean(story()));
    for (first, second, later) in [
        ("esplora", "blockchain.info", "/txs/chain/"),
        ("blockchain.info", "blockcypher", "offset=20"),
        ("blockcypher", "esplora", "before="),
    ] {
        let trial = trial(&story());
        let breaks = FakeExplorer::speaking(story(), speaker(first));
        breaks.script_on(later, 1_000, Trouble::server_error());
        let goes_on = FakeExplorer::speaking(story(), speaker(second));
        configure(&trial, &(block("breaks", first, &breaks) + &block("goes-on", second, &goes_on)));
        let ran = trial.run(&["sync", "story"]);
        assert_eq!(ran.code, 0, "{first}, then {second}: {}{}", ran.out, ran.err);
        assert!(breaks.requests().iter().any(|path| path.contains(later)), "{first}: {:?}", breaks.requests());
        assert!(ran.err.contains("breaks: "), "{}", ran.err);
        assert_eq!(facts(dump(&trial)), expect, "{first}, then {second}");
    }
}

/// Whatever a server does: nothing false is stored, and the next honest round makes the ledger whole.
#[test]
fn troubles_leave_no_trace_in_any_dialect() {
    let expect = facts(clean(small()));
    let troubles: &[(&str, Trouble, i32)] = &[
        ("amount", Trouble::TamperedAmount, 1),
        ("script", Trouble::TamperedScript, 1),
        ("empty page", Trouble::EmptyPage, 1),
        ("negative balance", Trouble::NegativeBalance, 1),
        ("gzip bomb", Trouble::GzipBomb(40_000_000), 1),
        ("duplicated rows", Trouble::DuplicatedRows, 0),
        ("reordered", Trouble::Reordered, 0),
    ];
    for (dialect, speaker) in services() {
        for (what, trouble, code) in troubles {
            let name = format!("{}: {what}", dialect.name());
            let trial = trial(&small());
            let server = FakeExplorer::speaking(small(), speaker);
            server.script_on("", 10_000, trouble.clone());
            configure(&trial, &block("one", dialect.name(), &server));
            let ran = trial.run(&["sync", "story"]);
            assert_eq!(ran.code, *code, "{name}: {}{}", ran.out, ran.err);
            if ran.code == 1 {
                let honest = FakeExplorer::speaking(small(), speaker);
                configure(&trial, &block("one", dialect.name(), &honest));
                let ran = trial.run(&["sync", "story"]);
                assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
            }
            assert_eq!(facts(dump(&trial)), expect, "{name}");
        }
    }
}

#[test]
fn a_transaction_whose_bytes_are_not_to_be_had_is_told_and_hides_no_other() {
    let chain = small();
    let trial = trial(&chain);
    let first = chain.address(Kind::P2pkh, 1);
    let lacks = chain.confirmed(&first.script_pubkey())[0].txid;
    let answer = speaker("blockchain.info");
    let server = FakeExplorer::speaking(chain, move |chain, path| {
        let bytes = path == format!("rawtx/{lacks}?format=hex");
        if bytes { crate::support::Answer::text(404, "not found") } else { answer(chain, path) }
    });
    configure(&trial, &block("one", "blockchain.info", &server));
    let ran = trial.run(&["sync", "story"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let rows = trial.json(&["payments", "story"]);
    for row in rows.as_array().unwrap() {
        let expect = if row["txid"] == lacks.to_string() { "told" } else { "recomputed" };
        assert_eq!(row["trust"], expect, "{row}");
    }
    assert!(rows.to_string().contains(&lacks.to_string()));
    // It is not asked for again and again.
    let asked = server.asked();
    assert_eq!(trial.run(&["sync", "story"]).code, 0);
    let again = server.requests().split_off(asked);
    assert!(!again.iter().any(|path| path.contains("offset=10")), "{again:?}");
}
