//! Telling people when coins move: once each, also across restarts, receivers that are down and reorganisations.

use bitcoin::{Network, OutPoint, Txid};
use serde_json::Value;

use crate::live::{configure, trial};
use crate::support::{FakeChain, FakeExplorer, FakeMailServer, FakeReceiver, Kind};
use crate::trial::{Ran, Trial};

/// A payment, its withdrawal, and the coin two hops on, where it lies.
pub fn story() -> (FakeChain, OutPoint) {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    let (a, b) = (chain.address(Kind::P2wpkh, 501), chain.address(Kind::P2wpkh, 502));
    let paid = [chain.pay(&first, 600_000), chain.pay(&second, 400_000)];
    chain.mine();
    let mut coin = chain.spend(&paid.map(|txid| OutPoint::new(txid, 0)), &[(&a, 990_000)]);
    chain.mine();
    for (to, sats) in [(&b, 980_000), (&a, 970_000)] {
        coin = chain.spend(&[OutPoint::new(coin, 0)], &[(to, sats)]);
        chain.mine();
    }
    (chain, OutPoint::new(coin, 0))
}

/// The coin moves to a labelled address, in a block.
pub fn cash_out(server: &FakeExplorer, coin: OutPoint) -> Txid {
    let mut chain = server.chain.lock().unwrap();
    let exchange = chain.address(Kind::P2pkh, 777);
    let txid = chain.spend(&[coin], &[(&exchange, 960_000)]);
    chain.mine();
    txid
}

/// A trial with a label for the exchange and this receiver.
pub fn told(chain: &FakeChain, blocks: &str) -> Trial {
    let trial = trial(chain);
    let exchange = chain.address(Kind::P2pkh, 777);
    trial.write(
        "config/ransomtrail/labels/mine.csv",
        &format!("address,name,category,source\n{exchange},Exchange One,exchange,https://example.org/one\n"),
    );
    configure(&trial, blocks);
    trial
}

pub fn webhook(receiver: &FakeReceiver) -> String {
    format!("[[notify]]\nname = \"desk\"\nkind = \"webhook\"\nurl = \"plain:{}\"\n", receiver.url())
}

/// A round as cron makes it: a process that asks, and one that tells.
pub fn round(trial: &Trial, server: &FakeExplorer) -> Ran {
    let ran = trial.run(&["sync", "story", "--onward", "--explorer", &server.url()]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    trial.run(&["notify", "send", "story"])
}

#[test]
fn a_coin_that_cashes_out_three_hops_away_is_told_once() {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    // What happened before anybody was to be told is history.
    assert_eq!(round(&trial, &server).out, "desk: 0 notices sent\n");
    let txid = cash_out(&server, coin);
    for _ in 0..3 {
        assert_eq!(round(&trial, &server).code, 0);
    }
    let all = receiver.told();
    assert_eq!(all.len(), 1, "{all:?}");
    let body = &all[0].body;
    assert_eq!((&body["type"], &body["family"]), (&"event".into(), &"story".into()));
    assert_eq!(body["headline"], "Story: 0.00960000 BTC arrived at Exchange One (exchange)");
    let event = &body["events"][0];
    assert_eq!((&event["txid"], &event["sats"], &event["hop"]), (&txid.to_string().into(), &960_000.into(), &3.into()));
    assert_eq!(event["path"].as_array().unwrap().len(), 4);
    assert_eq!(*event, trial.json(&["events", "story"])[0], "what the command shows");
    assert_eq!(all[0].headers["idempotency-key"], body["id"].as_str().unwrap());
}

/// Rounds of one `watch`, each begun when the one before is over.
struct Watch<'a> {
    child: std::process::Child,
    trial: &'a Trial,
}

impl<'a> Watch<'a> {
    fn start(trial: &'a Trial, server: &FakeExplorer, follow: &str) -> Self {
        let args = ["watch", "story", "--explorer", &server.url(), "--every", "1ms", "--follow", follow];
        let mut command = trial.process(&args);
        let child = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        Self { child, trial }
    }

    /// Waits until so many further rounds were made, whatever was under way before.
    fn rounds(&self, more: i64) {
        let made = || -> i64 {
            let Ok(db) = rusqlite::Connection::open(self.trial.path("test.db")) else { return 0 };
            db.query_row("SELECT coalesce(sum(times), 0) FROM round", [], |row| row.get(0)).unwrap_or_default()
        };
        let (began, from) = (std::time::Instant::now(), made());
        while made() < from + more {
            assert!(began.elapsed() < std::time::Duration::from_secs(30), "no {more} rounds came");
            std::thread::yield_now();
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn watch_tells_within_a_round_by_address_and_by_blocks() {
    for follow in ["addresses", "blocks"] {
        let (chain, coin) = story();
        let receiver = FakeReceiver::start();
        let trial = told(&chain, &webhook(&receiver));
        let server = FakeExplorer::start(chain);
        let watch = Watch::start(&trial, &server, follow);
        watch.rounds(3);
        let txid = cash_out(&server, coin);
        // The one under way, and the one after it; the notice goes out before the next begins.
        watch.rounds(3);
        let all = receiver.told();
        assert_eq!(all.len(), 1, "{follow}: {all:?}");
        assert_eq!(all[0].body["events"][0]["txid"], txid.to_string());
        receiver.down(true);
        let back = {
            let mut chain = server.chain.lock().unwrap();
            chain.disconnect(1);
            chain.evict(&txid);
            let elsewhere = chain.address(Kind::P2tr, 9);
            let back = chain.spend(&[coin], &[(&elsewhere, 950_000)]);
            chain.mine();
            chain.mine();
            back
        };
        watch.rounds(7);
        assert!(receiver.refused() >= 5, "{follow}: tried in every round");
        receiver.down(false);
        drop(watch);
        // A program that was killed in the middle of it all goes on with what waits.
        let watch = Watch::start(&trial, &server, follow);
        watch.rounds(4);
        drop(watch);
        let types: Vec<Value> = receiver.told().iter().map(|told| told.body["type"].clone()).collect();
        assert_eq!(types, ["event", "correction"], "{follow}: {:?}", receiver.told());
        let trail = trial.json(&["trace", "story"]).to_string();
        assert!(trail.contains(&back.to_string()), "{follow}: {trail}");
    }
}

#[test]
fn a_receiver_that_is_down_for_five_rounds_is_told_once() {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    receiver.down(true);
    cash_out(&server, coin);
    for _ in 0..5 {
        let ran = round(&trial, &server);
        assert_eq!((ran.code, ran.out.as_str()), (1, "desk: 0 notices sent, 1 waiting\n"));
        assert!(ran.err.contains("answered 502: out to lunch, ***"), "{}", ran.err);
        assert!(!format!("{}{}", ran.out, ran.err).contains("s3cr3t"), "{}", ran.err);
    }
    assert!(receiver.refused() >= 10, "each time with a retry");
    let list = trial.ok(&["notify", "list"]);
    assert!(list.contains("0 notices sent, 1 waiting") && list.contains("last try failed"), "{list}");
    assert!(!list.contains("s3cr3t"), "{list}");
    receiver.down(false);
    for _ in 0..3 {
        assert_eq!(round(&trial, &server).code, 0);
    }
    assert_eq!(receiver.told().len(), 1);
    assert_eq!(trial.json(&["notify", "list"])[0]["sent"], 1);
    let dump = String::from_utf8_lossy(&std::fs::read(trial.path("test.db")).unwrap()).into_owned();
    assert!(!dump.contains("s3cr3tpath"), "the database holds no secret");
}

#[test]
fn what_a_reorganisation_takes_back_is_corrected_once() {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    let txid = cash_out(&server, coin);
    round(&trial, &server);
    {
        let mut chain = server.chain.lock().unwrap();
        chain.disconnect(1);
        chain.evict(&txid);
        let elsewhere = chain.address(Kind::P2tr, 9);
        chain.spend(&[coin], &[(&elsewhere, 950_000)]);
        chain.mine();
        chain.mine();
    }
    for _ in 0..3 {
        let ran = round(&trial, &server);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    }
    let types: Vec<Value> = receiver.told().iter().map(|told| told.body["type"].clone()).collect();
    assert_eq!(types, ["event", "correction"], "{:?}", receiver.told());
    let correction = &receiver.told()[1].body;
    assert!(correction["headline"].as_str().unwrap().starts_with("Correction: Story: 0.0096"), "{correction}");
    assert!(correction["text"].as_str().unwrap().contains("in no block any more"), "{correction}");
    assert_eq!(correction["events"][0]["txid"], txid.to_string());
}

#[test]
fn a_transaction_that_moves_to_another_block_is_no_news() {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    cash_out(&server, coin);
    round(&trial, &server);
    {
        let mut chain = server.chain.lock().unwrap();
        chain.disconnect(1);
        chain.mine();
        chain.mine();
    }
    round(&trial, &server);
    round(&trial, &server);
    assert_eq!(receiver.told().len(), 1, "{:?}", receiver.told());
}

#[test]
fn a_label_that_is_taken_away_is_a_correction_of_another_kind() {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    cash_out(&server, coin);
    round(&trial, &server);
    std::fs::remove_file(trial.path("config/ransomtrail/labels/mine.csv")).unwrap();
    round(&trial, &server);
    let told = receiver.told();
    assert_eq!(told.len(), 2);
    let text = told[1].body["text"].as_str().unwrap().to_owned();
    assert!(text.contains("labels or settings have changed"), "{text}");
}

#[test]
fn everybody_is_told_in_their_own_way() {
    let (chain, coin) = story();
    let (slack, mail) = (FakeReceiver::start(), FakeMailServer::start());
    let blocks = format!(
        "[[notify]]\nkind = \"slack\"\nurl = \"env:HOOK\"\n\
         [[notify]]\nkind = \"email\"\nserver = \"127.0.0.1:{}\"\ntls = \"none\"\nuser = \"desk\"\npassword = \"file:mail\"\n\
         from = \"Trail <trail@news.example>\"\nto = [\"desk@news.example\", \"night@news.example\"]\n\
         [[notify]]\nkind = \"atom\"\nfile = \"feed/coins.xml\"\nevents = [\"withdrawal\", \"arrival\"]\n\
         [[notify]]\nkind = \"command\"\nrun = [\"sh\", \"-c\", \"cat >> told.jsonl\"]\n\
         [[notify]]\nname = \"others\"\nkind = \"command\"\nrun = [\"false\"]\nfamilies = [\"wannacry\"]\n",
        mail.port
    );
    let trial = told(&chain, "");
    trial.write("config/ransomtrail/mail", "correct horse\n");
    // A family of another network is nobody's.
    configure(&trial, &blocks.replace("families = [\"wannacry\"]", "events = [\"withdrawal\"]"));
    let server = FakeExplorer::start(chain);
    let url = server.url();
    let send = |trial: &Trial| {
        trial.ok(&["sync", "story", "--onward", "--explorer", &url]);
        let done = trial.process(&["notify", "send", "--json"]).env("HOOK", slack.url()).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{said}");
        serde_json::from_slice::<Value>(&done.stdout).unwrap()
    };
    send(&trial);
    cash_out(&server, coin);
    let sent = send(&trial);
    let counts: Vec<u64> = sent.as_array().unwrap().iter().map(|row| row["sent"].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 1, 1, 1, 0], "{sent}");
    send(&trial);

    let text = slack.told()[0].body["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("Story: 0.00960000 BTC arrived at Exchange One (exchange)\n"), "{text}");
    assert_eq!(slack.told().len(), 1);
    let letter = mail.spoken();
    assert_eq!(letter.matches("Subject: Story: 0.00960000 BTC arrived at Exchange One").count(), 1, "{letter}");
    for line in ["RCPT TO:<desk@news.example>", "RCPT TO:<night@news.example>", "Message-ID: <"] {
        assert!(letter.contains(line), "{line}: {letter}");
    }
    let told: Vec<Value> = std::fs::read_to_string(trial.path("told.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((told.len(), &told[0]["family"]), (1, &"story".into()));
    let feed = std::fs::read_to_string(trial.path("config/ransomtrail/feed/coins.xml")).unwrap();
    let feed = atom_syndication::Feed::read_from(feed.as_bytes()).unwrap();
    assert_eq!(feed.entries.len(), 1);
    assert_eq!(feed.entries[0].title.value, "Story: 0.00960000 BTC arrived at Exchange One (exchange)");
}

#[test]
fn a_test_says_who_can_be_told_and_shows_no_secret() {
    let (receiver, mail) = (FakeReceiver::start(), FakeMailServer::start());
    let chain = FakeChain::new(Network::Regtest);
    let mail_block = format!(
        "[[notify]]\nkind = \"email\"\nserver = \"127.0.0.1:{}\"\ntls = \"none\"\nuser = \"desk\"\npassword = \"plain:wrong\"\n\
         from = \"trail@news.example\"\nto = [\"desk@news.example\"]\n",
        mail.port
    );
    let trial = told(&chain, &(webhook(&receiver) + &mail_block));
    let ran = trial.run(&["notify", "test", "desk"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "desk: told\n"), "{}", ran.err);
    assert_eq!(receiver.told()[0].body["type"], "test");
    let ran = trial.run(&["notify", "test"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("email: not told: 127.0.0.1:") && ran.out.contains("535"), "{}", ran.out);
    assert!(!ran.out.contains("AGRlc2sAd3Jvbmc="), "nor as it is sent: {}", ran.out);
    receiver.down(true);
    let ran = trial.run(&["notify", "test", "desk"]);
    assert!(ran.out.contains("desk: not told: ") && !ran.out.contains("s3cr3t"), "{}", ran.out);
    let ran = trial.run(&["notify", "test", "dsk"]);
    assert!(
        ran.code == 2 && ran.err.contains("no receiver \"dsk\"; did you mean \"desk\"? there are desk, email"),
        "{}",
        ran.err
    );

    let trial = told(&chain, "[[notify]]\nkind = \"slack\"\nurl = \"env:NOT_SET_ANYWHERE\"\n");
    let ran = trial.run(&["notify", "test"]);
    assert!(ran.code == 1 && ran.out.contains("the environment variable NOT_SET_ANYWHERE is not set"), "{}", ran.out);
    let trial = told(&chain, "[[notify]]\nkind = \"slack\"\nurl = \"plain:http://hooks.example/s3cr3t\"\n");
    let ran = trial.run(&["notify", "test"]);
    assert!(ran.out.contains("is not encrypted") && !ran.out.contains("s3cr3t"), "{}", ran.out);
    let trial = told(&chain, "");
    let ran = trial.run(&["notify", "test"]);
    assert!(ran.code == 1 && ran.err.contains("nobody is to be told: there is no [[notify]] block in "), "{}", ran.err);
    assert!(trial.ok(&["notify", "list"]).contains("nobody is to be told"));
}
