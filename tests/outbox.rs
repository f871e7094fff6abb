//! What may go wrong between what happened and who is told of it: kills, rounds that broke off, two programs at once, pages for
//! people where somebody should listen.

use std::cell::Cell;
use std::time::{Duration, Instant};

use bitcoin::{Network, OutPoint, Txid};
use ransomtrail::config::Config;
use ransomtrail::domain::{EventKind, Time, parse_instant};
use ransomtrail::notify::{self, Means, Receiver, deliver};
use ransomtrail::store::{EventRecord, ReceiverRecord, SharedStore, Store};
use serde_json::json;

use crate::live::{configure, trial};
use crate::notify::{cash_out, round, story, told, webhook};
use crate::support::{FakeChain, FakeExplorer, FakeMailServer, FakeReceiver, Kind, Trouble};
use crate::trial::Trial;

fn types(receiver: &FakeReceiver) -> Vec<String> {
    receiver.told().iter().map(|told| told.body["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_page_for_people_is_nobody_who_was_told() {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    receiver.moved(true);
    cash_out(&server, coin);
    let ran = round(&trial, &server);
    assert_eq!((ran.code, ran.out.as_str()), (1, "desk: 0 notices sent, 1 waiting\n"), "{}", ran.err);
    assert!(ran.err.contains("answered 302: over there"), "{}", ran.err);
    receiver.moved(false);
    assert_eq!(round(&trial, &server).code, 0);
    assert_eq!(types(&receiver), ["event"]);
}

#[test]
fn a_notice_that_is_refused_for_good_holds_up_none_after_it() {
    let (mut chain, coin) = story();
    let receiver = FakeReceiver::start();
    let first = chain.address(Kind::P2pkh, 1);
    let paid = chain.pay(&first, 300_000);
    chain.mine();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    let left = {
        let mut chain = server.chain.lock().unwrap();
        let away = chain.address(Kind::P2tr, 9);
        let left = chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 290_000)]);
        chain.mine();
        left
    };
    receiver.refuse(Some(&left.to_string()));
    let arrived = cash_out(&server, coin);
    let txids = || -> Vec<String> {
        receiver.told().iter().map(|told| told.body["events"][0]["txid"].as_str().unwrap().to_owned()).collect()
    };
    let url = server.url();
    trial.ok(&["sync", "story", "--onward", "--explorer", &url]);
    for _ in 1..10 {
        let ran = trial.run(&["notify", "send"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, "desk: 0 notices sent, 2 waiting\n"), "{}", ran.err);
        assert!(ran.err.contains("answered 400: not this one, ***"), "{}", ran.err);
    }
    let ran = trial.run(&["notify", "send"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "desk: 1 notice sent, 1 skipped\n"));
    assert!(ran.err.contains("refused 10 times, and skipped: "), "{}", ran.err);
    assert_eq!((txids(), trial.run(&["notify", "send"]).code), (vec![arrived.to_string()], 0));
    let status = trial.run(&["status"]);
    let problem = "1 notice was refused by desk and skipped (ransomtrail notify resend desk)";
    assert!(
        status.out.contains(problem) && status.out.contains("desk: 1 notice sent, 0 waiting, 1 skipped"),
        "{}",
        status.out
    );
    assert!(trial.ok(&["notify", "list"]).contains("1 notice sent, 0 waiting, 1 skipped"));
    let line = trial.run(&["status", "--oneline"]).out;
    assert!(line.lines().count() == 1 && line.contains(problem) && line.contains(" · last round "), "{line}");
    let row = trial.json(&["notify", "list"])[0].clone();
    assert_eq!((&row["skipped"], &row["refused"], &row["kind"]), (&1.into(), &1.into(), &"webhook".into()));
    // Once somebody has seen to it, all is well; and it may be sent again.
    assert_eq!(trial.ok(&["notify", "skip", "desk"]), "desk: 0 notices skipped\n");
    assert!(!trial.run(&["status"]).out.contains("refused by desk"));
    receiver.refuse(None);
    assert_eq!(trial.ok(&["notify", "resend", "desk"]), "desk: 1 notice waiting again\n");
    assert_eq!(trial.ok(&["notify", "send"]), "desk: 1 notice sent\n");
    assert_eq!(txids(), [arrived.to_string(), left.to_string()]);
    let ran = trial.run(&["notify", "resend", "dsk"]);
    assert!(ran.code == 2 && ran.err.contains("no receiver \"dsk\"; did you mean \"desk\"?"), "{}", ran.err);
}

#[test]
fn what_waits_may_be_skipped_and_is_told_in_ones_own_words() {
    let (mut chain, coin) = story();
    let receiver = FakeReceiver::start();
    let first = chain.address(Kind::P2pkh, 1);
    let paid = chain.pay(&first, 300_000);
    chain.mine();
    let template = "template = \"{{ title }}: {{ events[0].sats }} by {{ events[0].kind }}\"\n";
    let trial = told(&chain, &(webhook(&receiver) + template));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    {
        let mut chain = server.chain.lock().unwrap();
        let away = chain.address(Kind::P2tr, 9);
        chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 290_000)]);
        chain.mine();
    }
    cash_out(&server, coin);
    receiver.down(true);
    assert_eq!(round(&trial, &server).code, 1);
    receiver.down(false);
    assert_eq!(trial.ok(&["notify", "skip", "desk"]), "desk: 1 notice skipped\n");
    assert_eq!(trial.ok(&["notify", "send"]), "desk: 1 notice sent\n");
    assert_eq!(receiver.told()[0].body["text"], "Story: 960000 by arrival");
    assert_eq!(trial.ok(&["notify", "skip", "desk", "--all"]), "desk: 0 notices skipped\n");
    assert_eq!(trial.ok(&["notify", "resend", "desk"]), "desk: 1 notice waiting again\n");
    assert_eq!(trial.ok(&["notify", "skip", "desk", "--all"]), "desk: 1 notice skipped\n");
    assert_eq!((trial.ok(&["notify", "send"]).as_str(), receiver.told().len()), ("desk: 0 notices sent\n", 1));
}

#[test]
fn two_programs_do_not_tell_at_once() {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    cash_out(&server, coin);
    let held = ransomtrail::files::Lock::take(&trial.path("test.db.notify")).unwrap();
    let ran = round(&trial, &server);
    assert!(ran.code == 1 && ran.err.contains("another ransomtrail is telling the receivers"), "{}", ran.err);
    assert_eq!(types(&receiver), Vec::<String>::new());
    drop(held);
    assert_eq!(round(&trial, &server).code, 0);
    assert_eq!(types(&receiver), ["event"]);
}

/// One round of `watch` over the story.
fn watch(trial: &Trial, server: &FakeExplorer, follow: &str) -> String {
    let url = server.url();
    let args = ["watch", "story", "--rounds", "1", "--every", "1ms", "--explorer", &url, "--follow", follow];
    let ran = trial.run(&args);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran.err
}

#[test]
fn a_first_round_that_breaks_off_makes_no_news_of_history() {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    for n in 0..60 {
        chain.pay(&first, 100_000 + n);
    }
    let paid = chain.pay(&second, 500_000);
    chain.mine();
    let away = chain.address(Kind::P2tr, 9);
    chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 490_000)]);
    chain.mine();
    for follow in ["addresses", "blocks"] {
        let receiver = FakeReceiver::start();
        let trial = told(&chain, &webhook(&receiver));
        let server = FakeExplorer::start(chain.clone());
        server.script_on("txs/chain/", 40, Trouble::server_error());
        server.script_on(&second.to_string(), 40, Trouble::server_error());
        let said = watch(&trial, &server, follow);
        assert!(said.contains("not_asked=2"), "{said}");
        server.calm();
        for _ in 0..2 {
            watch(&trial, &server, follow);
        }
        assert_eq!(trial.json(&["events", "story"])[0]["kind"], "withdrawal", "{follow}");
        assert_eq!(types(&receiver), Vec::<String>::new(), "{follow}");
    }
}

#[test]
fn a_watch_that_is_killed_in_its_first_round_has_begun() {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    trial.ok(&["sync", "story", "--onward", "--explorer", &server.url()]);
    server.script([Trouble::Hang]);
    let mut child = trial.process(&["watch", "story", "--explorer", &server.url()]);
    let mut child = child.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let asked = server.asked();
    let began = Instant::now();
    while server.asked() == asked {
        assert!(began.elapsed() < Duration::from_secs(30), "nobody was asked");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    server.calm();
    cash_out(&server, coin);
    round(&trial, &server);
    assert_eq!(types(&receiver), ["event"]);
}

#[test]
fn blocks_that_cannot_be_read_for_now_take_nothing_back() {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &webhook(&receiver));
    let server = FakeExplorer::start(chain);
    watch(&trial, &server, "blocks");
    watch(&trial, &server, "blocks");
    cash_out(&server, coin);
    watch(&trial, &server, "blocks");
    assert_eq!(types(&receiver), ["event"]);
    {
        let mut chain = server.chain.lock().unwrap();
        chain.disconnect(1);
        chain.mine();
        chain.mine();
    }
    // The old block is taken back, and the new one in its place cannot be had.
    server.script_on("block-height/", 40, Trouble::server_error());
    watch(&trial, &server, "blocks");
    server.calm();
    watch(&trial, &server, "blocks");
    watch(&trial, &server, "blocks");
    assert_eq!(types(&receiver), ["event"]);
    assert_eq!(trial.json(&["events", "story"])[0]["kind"], "arrival");
}

#[test]
fn notices_come_in_the_order_of_the_chain_and_by_the_name_in_print() {
    let (mut chain, coin) = story();
    let receiver = FakeReceiver::start();
    let first = chain.address(Kind::P2pkh, 1);
    let paid = chain.pay(&first, 300_000);
    chain.mine();
    let trial = told(&chain, &webhook(&receiver));
    let other = format!(
        "name = \"other\"\ntitle = \"Other\"\nsummary = \"For tests.\"\nnetwork = \"regtest\"\n[sources.us]\ntitle = \"we\"\n\
         [[addresses]]\nsource = \"us\"\nlist = [\"{}\"]\n",
        chain.address(Kind::P2wpkh, 900)
    );
    trial.write("config/ransomtrail/families/other.toml", &other);
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    receiver.down(true);
    let left = {
        let mut chain = server.chain.lock().unwrap();
        let away = chain.address(Kind::P2tr, 9);
        let left = chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 290_000)]);
        chain.mine();
        left
    };
    let arrived = cash_out(&server, coin);
    assert_eq!(round(&trial, &server).code, 1);
    receiver.down(false);
    trial.ok(&["notify", "send", "other"]);
    let all = receiver.told();
    let txids: Vec<_> = all.iter().map(|told| told.body["events"][0]["txid"].clone()).collect();
    assert_eq!(txids, [left.to_string(), arrived.to_string()]);
    assert!(all.iter().all(|told| told.body["headline"].as_str().unwrap().starts_with("Story: ")), "{all:?}");
}

fn txid(n: u8) -> Txid {
    format!("{n:064x}").parse().unwrap()
}

fn event(n: u8, height: u32) -> EventRecord {
    let body = json!({
        "kind": "withdrawal", "txid": txid(n), "time": "2017-08-03T10:00:00Z", "block_height": height, "sats": 1, "value": null,
        "currency": "USD", "label": null, "category": null, "hop": 0, "path": [txid(n)], "rule": "spends",
    });
    let (key, kind) = (format!("withdrawal:{}", txid(n)), EventKind::Withdrawal);
    EventRecord { key, kind, txid: txid(n), height: Some(height), sats: Some(1), body: body.to_string() }
}

fn now() -> Time {
    parse_instant("2017-08-03T11:00:00Z").unwrap()
}

/// A receiver that writes down what it is told, and what that takes.
fn desk(folder: &std::path::Path) -> (Receiver, Means, std::path::PathBuf) {
    let file = folder.join("told.jsonl");
    let block = format!(
        "[[notify]]\nname = \"desk\"\nkind = \"command\"\nrun = [\"sh\", \"-c\", \"cat >> '{}'\"]\nevents = [\"withdrawal\"]\n",
        file.display()
    );
    let receiver = Config::parse_receivers(&block, "x.toml", notify::read).unwrap().remove(0);
    let means = Means {
        http: None,
        proxied: false,
        folder: folder.to_owned(),
        secret: |_, _, _| Err("no secret is needed".to_owned()),
        variable: |name| std::env::var_os(name),
    };
    (receiver, means, file)
}

#[tokio::test]
async fn whoever_is_told_to_stop_begins_no_further_notice() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("test.db")).unwrap();
    let (receiver, means, file) = desk(folder.path());
    let events = [event(1, 11), event(2, 12), event(3, 13)];
    store.record_events("story", (&EventKind::ALL, &events), &[receiver.record()], 10, now()).unwrap();
    let store = SharedStore::new(store);
    let left = Cell::new(2);
    let go_on = || left.replace(left.get() - 1) > 0;
    let done = deliver(&store, (&receiver, &means), &Default::default(), now, &go_on).await.unwrap();
    assert_eq!((done.sent, done.waiting, done.failure), (2, 1, None));
    let done = deliver(&store, (&receiver, &means), &Default::default(), now, &|| true).await.unwrap();
    assert_eq!((done.sent, done.waiting), (1, 0));
    assert_eq!(std::fs::read_to_string(file).unwrap().lines().count(), 3);
}

#[test]
fn whoever_was_told_that_it_is_gone_hears_that_it_is_back_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("test.db")).unwrap();
    let desk = ReceiverRecord { name: "desk".to_owned(), kinds: vec![EventKind::Withdrawal], waiting: false, min: 0 };
    let mut record = |events: &[EventRecord], receiver: &ReceiverRecord| {
        store
            .record_events("story", (&[EventKind::Withdrawal], events), std::slice::from_ref(receiver), 10, now())
            .unwrap();
        let due = store.notices_due("desk", now()).unwrap();
        let said: Vec<bool> = due.iter().map(|notice| notice.about == "correction").collect();
        let sent: Vec<i64> = due.iter().map(|notice| notice.id).collect();
        (said, sent)
    };
    let (said, ids) = record(&[event(1, 11)], &desk);
    assert_eq!(said, [false]);
    rusqlite::Connection::open(folder.path().join("test.db"))
        .unwrap()
        .execute("UPDATE notice SET sent_at = 1 WHERE notice_id = ?1", [ids[0]])
        .unwrap();
    // Gone, and back before anybody was told: in a lower block than where the receiver began, and not of a kind that it still wants.
    assert_eq!(record(&[], &desk).0, [true]);
    assert_eq!(record(&[event(1, 10)], &desk).0, Vec::<bool>::new());
    assert_eq!(record(&[], &desk).0, [true]);
    let other = ReceiverRecord { kinds: vec![EventKind::Arrival], ..desk.clone() };
    assert_eq!(record(&[event(1, 11)], &other).0, Vec::<bool>::new());
    // Gone, told, and back.
    let (said, ids) = record(&[], &desk);
    assert_eq!(said, [true]);
    rusqlite::Connection::open(folder.path().join("test.db"))
        .unwrap()
        .execute("UPDATE notice SET sent_at = 1 WHERE notice_id = ?1", [ids[0]])
        .unwrap();
    assert_eq!(record(&[event(1, 10)], &desk).0, [false]);
}

/// A transaction of several parties pays the family more than it takes from it: nothing left.
#[test]
fn more_that_comes_back_than_was_spent_is_no_withdrawal_of_nothing() {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    let stranger = chain.address(Kind::P2wpkh, 77);
    let (own, foreign) = (chain.pay(&first, 100_000), chain.pay(&stranger, 500_000));
    chain.mine();
    chain.spend(&[OutPoint::new(own, 0), OutPoint::new(foreign, 0)], &[(&second, 590_000)]);
    chain.mine();
    let trial = trial(&chain);
    configure(&trial, "");
    let server = FakeExplorer::start(chain);
    trial.ok(&["sync", "story", "--onward", "--explorer", &server.url()]);
    assert_eq!(trial.json(&["events", "story"]), json!([]));
}

/// Whatever a mail server says before anything is encrypted, and whatever that does to those who read it: at worst a failure of this
/// receiver. The others are told, the process lives, and the letter waits.
#[test]
fn no_line_of_a_mail_server_stops_the_telling() {
    for ehlo in [
        "250- \r\n250 STARTTLS",
        "250-mail.example\r\n250- \r\n250 STARTTLS",
        "250-mail.example\r\n250-\t\r\n250 STARTTLS",
        "250-mail.example\r\n250-STARTTLS\r\n250 ",
        "250 ",
        "250",
        "250-mail.example\r\n250-\u{a0}\u{2003}\r\n250 STARTTLS",
        "250-mail.example\r\n250-AUTH\r\n250 \u{1b}[2J",
        "99",
        "",
    ] {
        let (chain, coin) = story();
        let (receiver, mail) = (FakeReceiver::start(), FakeMailServer::greeting(ehlo));
        let block = format!(
            "[[notify]]\nkind = \"email\"\nserver = \"127.0.0.1:{}\"\ntls = \"starttls\"\n\
             from = \"trail@news.example\"\nto = [\"desk@news.example\"]\n",
            mail.port
        );
        let trial = told(&chain, &(block + &webhook(&receiver)));
        let server = FakeExplorer::start(chain);
        round(&trial, &server);
        cash_out(&server, coin);
        for tries in 1..=2 {
            let ran = round(&trial, &server);
            assert_eq!(ran.code, 1, "{ehlo:?}: {}{}", ran.out, ran.err);
            assert_eq!(receiver.told().len(), 1, "{ehlo:?}: the other was told, once");
            let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
            let kept = db.query_row(
                "SELECT tries, failure, sent_at IS NULL FROM notices WHERE receiver = 'email'",
                [],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?)),
            );
            let (tried, failure, waits) = kept.unwrap();
            assert!(tried == tries && waits && !failure.is_empty(), "{ehlo:?}: {tried} {failure} {waits}");
            assert!(!failure.contains(char::is_control), "{failure:?}");
        }
    }
}
