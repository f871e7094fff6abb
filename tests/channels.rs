//! What each channel sends, to the byte: requests as a fake receiver took them, and feeds as their readers read them.

use serde_json::{Value, json};

use crate::notify::{cash_out, story, told};
use crate::support::{FakeExplorer, FakeReceiver};
use crate::trial::Trial;

const HEADLINE: &str = "Story: 0.00960000 BTC arrived at Exchange One (exchange)";
const TOKEN: &str = "12345:s3cr3ttoken";
const TOPIC: &str = "s3cr3ttopic";

/// A round as cron makes it, with the secrets in the environment.
fn round(trial: &Trial, server: &FakeExplorer) -> (i32, String) {
    trial.ok(&["sync", "story", "--onward", "--explorer", &server.url()]);
    let mut command = trial.process(&["notify", "send", "story"]);
    let done = command.env("CHAT_TOKEN", TOKEN).env("CHAT_TOPIC", TOPIC).output().unwrap();
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(!said.contains("s3cr3t"), "{said}");
    (done.status.code().unwrap(), said)
}

/// What a chat on a fake server is sent by a channel with these keys, once, after it was down for a while.
fn sent(keys: &str) -> crate::support::Told {
    let (chain, coin) = story();
    let receiver = FakeReceiver::start();
    let trial = told(&chain, &format!("[[notify]]\n{keys}server = \"{}\"\n", receiver.server()));
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    cash_out(&server, coin);
    receiver.down(true);
    let (code, said) = round(&trial, &server);
    assert!(code == 1 && said.contains("answered 502: out to lunch"), "{said}");
    receiver.down(false);
    for _ in 0..2 {
        assert_eq!(round(&trial, &server).0, 0);
    }
    let dump = String::from_utf8_lossy(&std::fs::read(trial.path("test.db")).unwrap()).into_owned();
    assert!(!dump.contains("s3cr3t"), "the database holds no secret");
    assert_eq!(receiver.told().len(), 1);
    receiver.told().remove(0)
}

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[test]
fn telegram_is_sent_a_message() {
    let told = sent("kind = \"telegram\"\ntoken = \"env:CHAT_TOKEN\"\nchat = -100123\n");
    assert_eq!((told.method.as_str(), told.path.as_str()), ("POST", "/bot12345:s3cr3ttoken/sendMessage"));
    let text = told.body["text"].as_str().unwrap();
    assert!(text.starts_with(&format!("{HEADLINE}\n\nwhy: ")), "{text}");
    let expect = json!({ "chat_id": "-100123", "text": text, "link_preview_options": { "is_disabled": true } });
    assert_eq!(told.body, expect);
}

#[test]
fn ntfy_is_sent_a_message_under_its_topic() {
    let told = sent("kind = \"ntfy\"\ntopic = \"env:CHAT_TOPIC\"\ntoken = \"env:CHAT_TOKEN\"\n");
    assert_eq!((told.method.as_str(), told.path.as_str()), ("POST", "/"));
    assert_eq!(told.headers["authorization"], format!("Bearer {TOKEN}"));
    let (text, id) = (told.body["message"].as_str().unwrap(), told.body["sequence_id"].as_str().unwrap());
    assert!(text.starts_with("why: ") && is_id(id) && told.headers["idempotency-key"] == id, "{text} {id}");
    let expect = json!({ "topic": TOPIC, "title": HEADLINE, "message": text, "sequence_id": id });
    assert_eq!(told.body, expect);
}

#[test]
fn matrix_is_sent_an_event_whose_transaction_is_the_notice() {
    let told = sent("kind = \"matrix\"\nroom = \"!desk/1:matrix.example\"\ntoken = \"env:CHAT_TOKEN\"\n");
    let id = told.headers["idempotency-key"].to_str().unwrap();
    let path = format!("/_matrix/client/v3/rooms/!desk%2F1:matrix.example/send/m.room.message/{id}");
    assert_eq!((told.method.as_str(), told.path), ("PUT", path));
    assert!(is_id(id) && told.headers["authorization"] == format!("Bearer {TOKEN}"));
    let text = told.body["body"].as_str().unwrap();
    assert!(text.starts_with(&format!("{HEADLINE}\n\nwhy: ")), "{text}");
    assert_eq!(told.body, json!({ "msgtype": "m.notice", "body": text, "m.mentions": {} }));
}

#[test]
fn every_feed_shows_the_same_notices() {
    let (chain, coin) = story();
    let feed = |kind: &str, file: &str| {
        format!("[[notify]]\nkind = \"{kind}\"\nfile = \"feed/{file}\"\nurl = \"https://news.example/{file}\"\n")
    };
    let blocks = [feed("atom", "a.xml"), feed("rss", "r.xml"), feed("json-feed", "f.json")].concat();
    let trial = told(&chain, &blocks);
    let server = FakeExplorer::start(chain);
    round(&trial, &server);
    cash_out(&server, coin);
    assert_eq!(round(&trial, &server).0, 0);
    let read = |file: &str| std::fs::read(trial.path(&format!("config/ransomtrail/feed/{file}"))).unwrap();
    let atom = atom_syndication::Feed::read_from(&read("a.xml")[..]).unwrap();
    let rss = rss::Channel::read_from(&read("r.xml")[..]).unwrap();
    let json: Value = serde_json::from_slice(&read("f.json")).unwrap();
    let titles = (atom.entries[0].title.as_str(), rss.items[0].title.as_deref(), &json["items"][0]["title"]);
    assert_eq!(titles, (HEADLINE, Some(HEADLINE), &HEADLINE.into()));
    let guid = &rss.items[0].guid.as_ref().unwrap().value;
    assert_eq!((&atom.entries[0].id, &json["items"][0]["id"]), (guid, &guid.as_str().into()));
    let text = atom.entries[0].content.as_ref().unwrap().value.as_deref();
    assert_eq!((text, text), (rss.items[0].description.as_deref(), json["items"][0]["content_text"].as_str()));
    assert_eq!((atom.entries.len(), rss.items.len(), json["items"].as_array().unwrap().len()), (1, 1, 1));
}
