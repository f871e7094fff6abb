//! Headers and tokens reach the explorer that they are for, and nobody else: no other host, no message, no database.

use ransomtrail::domain::Address;
use ransomtrail::explorer::{ESPLORA, Explorer};
use ransomtrail::http::{Credentials, HttpError, Secret};
use serde_json::json;

use crate::http::Bench;
use crate::support::{Answer, FakeChain, FakeExplorer, Kind, Trouble};
use crate::trial::{Ran, Trial};

const KEY: &str = "k3y-0123456789";
const TOKEN: &str = "t0ken/9876+54";
/// The token as it stands in a query.
const SENT: &str = "token=t0ken%2F9876%2B54";

fn credentials() -> Credentials {
    Credentials {
        headers: vec![("x-api-key".parse().unwrap(), Secret::new(KEY))],
        query: vec![("token".to_owned(), Secret::new(TOKEN))],
    }
}

/// Fails where a secret is shown in one of its forms.
fn hides(shown: &str) {
    let lower = shown.to_lowercase();
    for secret in [KEY, TOKEN, "t0ken%2f9876", "t0ken\\/9876"] {
        assert!(!lower.contains(secret), "a secret is shown: {shown}");
    }
}

#[tokio::test]
async fn sent_to_the_explorer() {
    let bench = Bench::plain();
    let url = bench.url("blocks/tip/height");
    bench.server.script([Trouble::server_error(), Trouble::None]);
    bench.http.get_with(&url, &credentials()).await.unwrap();
    assert_eq!(bench.server.requests(), vec![format!("blocks/tip/height?{SENT}"); 2], "also when tried again");
    assert_eq!(bench.server.headers(1)["x-api-key"], KEY);
    bench.http.get(&url).await.unwrap();
    assert_eq!(bench.server.requests()[2], "blocks/tip/height");
    assert!(!bench.server.headers(2).contains_key("x-api-key"));
}

/// Servers repeat the key that they refuse.
#[tokio::test]
async fn no_error_and_no_statistic_shows_them() {
    let repeat = format!("no such key: {KEY}, {}, ?{SENT}, {}", TOKEN.to_uppercase(), TOKEN.replace('/', "\\/"));
    let troubles = [
        Trouble::Answer(Answer::text(403, &repeat)),
        Trouble::Answer(Answer::html(500, &repeat)),
        Trouble::Answer(Answer::text(404, &format!("{}{KEY}", "x".repeat(190)))),
        Trouble::Answer(Answer::text(302, "").with("location", &format!("ftp://elsewhere.invalid/?{SENT}"))),
        Trouble::Answer(Answer::text(302, "").with("location", &format!("http://{KEY}.invalid/?{SENT}"))),
        Trouble::Answer(Answer::text(302, "").with("location", &format!("/api/x?{SENT}"))),
        Trouble::Close,
        Trouble::CutBody,
    ];
    for trouble in troubles {
        let bench = Bench::new(|options| (options.retries, options.breaker_failures) = (0, 1.try_into().unwrap()));
        bench.server.script(vec![trouble.clone(); 9]);
        let url = bench.url("blocks/tip/height");
        let said = bench.http.get_with(&url, &credentials()).await.unwrap_err();
        hides(&format!("{said} {said:?}"));
        hides(&format!("{:?} {:?}", bench.http.statistics(), bench.http.get_with(&url, &credentials()).await));
        hides(&format!("{:?}", bench.http));
    }
    let bench = Bench::new(|options| options.retries = 0);
    bench.server.script([Trouble::Answer(Answer::text(403, &repeat))]);
    let said = bench.http.get_with(&bench.url("x"), &credentials()).await.unwrap_err().to_string();
    assert!(said.ends_with(": no such key: ***, ***, ?token=***, ***"), "{said}");

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}/api").parse().unwrap();
    let said = bench.http.get_with(&url, &credentials()).await.unwrap_err();
    assert_eq!(said.to_string(), format!("{free} cannot be reached: connection refused"));
}

#[tokio::test]
async fn not_carried_to_another_host() {
    let bench = Bench::plain();
    let other = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    let to = |url: String| Trouble::Answer(Answer::text(307, "").with("location", &url));
    let url = bench.url("x");

    bench.server.script([to(format!("{}/blocks/tip/height", other.url()))]);
    let said = bench.http.get_with(&url, &credentials()).await.unwrap_err().to_string();
    let expect =
        format!("redirected to {}, which must not see the headers and the token meant for this host", other.host());
    assert!(said.ends_with(&expect), "{said}");
    assert_eq!(other.requests().len(), 0);

    // By way of the own host, too.
    bench.server.script([to("/api/y".to_owned()), to(format!("{}/blocks/tip/height", other.url()))]);
    assert!(matches!(bench.http.get_with(&url, &credentials()).await, Err(HttpError::Unreachable { .. })));
    assert_eq!(other.requests().len(), 0);

    bench.server.script([to("/api/blocks/tip/height".to_owned())]);
    assert_eq!(bench.http.get_with(&url, &credentials()).await.unwrap(), b"100");

    // Nor to one that is named: who may be asked instead is not who may know.
    let named = Bench::new(|options| options.allow_redirects(&url, [other.host()]));
    bench.server.script(vec![to(format!("{}/blocks/tip/height", other.url())); 2]);
    assert!(named.http.get_with(&url, &credentials()).await.is_err());
    assert_eq!(named.http.get(&url).await.unwrap(), b"100");
    assert!(!other.headers(0).contains_key("x-api-key"));
}

#[tokio::test]
async fn an_explorers_answers_do_not_show_them() {
    let bench = Bench::plain();
    let base = bench.server.url().parse().unwrap();
    let network = bitcoin::Network::Regtest;
    let explorer = Explorer::over_http("mine", &ESPLORA, base, bench.http.clone(), network, chrono::Utc::now);
    let explorer = explorer.with_credentials(credentials());
    hides(&format!("{explorer:?}"));
    let answer = explorer.tip().await.unwrap();
    assert_eq!(bench.server.requests(), [format!("blocks/tip/hash?{SENT}")]);
    assert_eq!(answer.provenance.url, bench.url("blocks/tip/hash").as_str());
    // Parsers quote what they cannot read.
    let address = bench.server.chain.lock().unwrap().address(Kind::P2wpkh, 1);
    let odd = Answer::json(&json!({ "address": TOKEN, "chain_stats": TOKEN, "mempool_stats": KEY }));
    bench.server.script([Trouble::Answer(odd)]);
    let said = explorer.totals(&Address::parse(&address.to_string(), network).unwrap()).await.unwrap_err();
    hides(&format!("{said} {said:?}"));
    assert!(said.to_string().contains("***"), "{said}");
}

/// A family of one address and an explorer that wants a key and a token.
fn trial(server: &FakeExplorer, keys: &str) -> Trial {
    let trial = Trial::new();
    let config = format!(
        "network = \"regtest\"\n[http]\nretries = 0\npace = \"1000/s\"\n\
         [[explorer]]\nname = \"mine\"\nurl = \"{}\"\n{keys}\n",
        server.url()
    );
    trial.write("config/ransomtrail/ransomtrail.toml", &config);
    let address = server.chain.lock().unwrap().address(Kind::P2wpkh, 1);
    let family = format!(
        "name = \"story\"\ntitle = \"Story\"\nsummary = \"For tests.\"\nnetwork = \"regtest\"\n\
         [sources.us]\ntitle = \"ourselves\"\n[[addresses]]\nsource = \"us\"\nlist = [\"{address}\"]\n"
    );
    trial.write("config/ransomtrail/families/story.toml", &family);
    trial
}

const KEYS: &str =
    "headers = { X-Api-Key = \"env:TEST_EXPLORER_KEY\", X-Desk = \"plain:newsroom\" }\ntoken = \"file:token\"";

fn run(trial: &Trial, args: &[&str]) -> Ran {
    let done = trial.command(args).env("TEST_EXPLORER_KEY", KEY).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
}

#[test]
fn the_program_sends_and_hides_them() {
    let mut chain = FakeChain::new(bitcoin::Network::Regtest);
    let address = chain.address(Kind::P2wpkh, 1);
    chain.pay(&address, 100_000);
    chain.mine();
    let server = FakeExplorer::start(chain);
    let trial = trial(&server, KEYS);
    trial.write("config/ransomtrail/token", &format!("{TOKEN}\n"));
    let ran = run(&trial, &["sync", "story", "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(server.requests().iter().all(|path| path.ends_with(SENT)), "{:?}", server.requests());
    let headers = server.headers(server.requests().len() - 1);
    assert_eq!((headers["x-api-key"].to_str().unwrap(), headers["x-desk"].to_str().unwrap()), (KEY, "newsroom"));
    hides(&format!("{}{}", ran.out, ran.err));

    server.script(vec![Trouble::Answer(Answer::text(403, &format!("{KEY} {TOKEN} not allowed"))); 9]);
    for args in [&["sync", "story"][..], &["sync", "story", "--json"]] {
        let ran = run(&trial, args);
        assert_eq!(ran.code, 1);
        hides(&format!("{}{}", ran.out, ran.err));
        assert!(ran.err.contains("answered 403 to /api/block-height/0: *** *** not allowed"), "{}", ran.err);
    }
    for file in ["test.db", "test.db-wal"] {
        let bytes = std::fs::read(trial.path(file)).unwrap_or_default();
        hides(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_secret_that_cannot_be_found_is_named_by_its_place() {
    let server = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    let check = |keys: &str, file: Option<&str>, expect: &str| {
        let trial = trial(&server, keys);
        if let Some(content) = file {
            trial.write("config/ransomtrail/token", content);
        }
        let ran = run(&trial, &["sync", "story"]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(expect), "{} does not say {expect}", ran.err);
        hides(&ran.err);
    };
    let token = "explorer \"mine\": token: the file ";
    check(
        "token = \"env:TEST_NO_SUCH\"",
        None,
        "explorer \"mine\": token: the environment variable TEST_NO_SUCH is not set",
    );
    check("token = \"file:token\"", None, token);
    check("token = \"file:token\"", None, "config/ransomtrail/token cannot be read: No such file");
    check("token = \"file:token\"", Some(" \n"), "config/ransomtrail/token is empty");
    check("token = \"file:token\"", Some(&KEY.repeat(1000)), "is larger than 8192 bytes");
    check(
        "headers = { X-Key = \"file:token\" }",
        Some(&format!("{KEY}\n{KEY}")),
        "config/ransomtrail/token holds characters that no header can have",
    );
    assert!(server.requests().is_empty());
    // Whoever is not asked needs no secret.
    let trial = trial(&server, "token = \"env:TEST_NO_SUCH\"");
    assert_eq!(run(&trial, &["sync", "story", "--explorer", &server.url()]).code, 0);
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    let server = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    let trial = trial(&server, &format!("token = \"{TOKEN}\""));
    let ran = trial.fails(&["families"], 1, "token: secrets do not belong in this file");
    hides(&ran.err);
}
