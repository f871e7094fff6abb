//! How requests are made: retries, waits, pace, caps, and what is said when nothing helps.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ransomtrail::http::{Http, HttpError, HttpOptions, UNREMARKABLE, Wait};
use reqwest::Url;

use crate::support::explorer::gzip_of_zeros;
use crate::support::{Answer, FakeChain, FakeExplorer, FakeProxy, Trouble};

/// A server, a client that writes its waits down, and the waits.
pub struct Bench {
    pub server: FakeExplorer,
    pub http: Http,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Bench {
    pub fn new(change: impl FnOnce(&mut HttpOptions)) -> Self {
        let waits = Arc::new(Mutex::default());
        let wait = Wait::Recorded(Arc::clone(&waits));
        // A pace that does not show among the waits.
        let mut options = HttpOptions { pace: "1000/s".parse().unwrap(), wait, ..HttpOptions::default() };
        change(&mut options);
        let server = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
        Self { server, http: Http::new(options).unwrap(), waits }
    }

    pub fn plain() -> Self {
        Self::new(|_| {})
    }

    pub fn url(&self, path: &str) -> Url {
        format!("{}/{path}", self.server.url()).parse().unwrap()
    }

    pub async fn tip(&self) -> Result<Vec<u8>, HttpError> {
        self.http.get(&self.url("blocks/tip/height")).await
    }

    pub fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().clone()
    }

    /// Lets time go by.
    pub fn later(&self, by: Duration) {
        self.waits.lock().unwrap().push(by);
    }
}

pub fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn says_who_asks() {
    let bench = Bench::plain();
    assert_eq!(bench.tip().await.unwrap(), b"100");
    let headers = bench.server.headers(0);
    assert!(headers["user-agent"].to_str().unwrap().starts_with("ransomtrail/"));
    assert!(headers["accept-encoding"].to_str().unwrap().contains("gzip"));
    assert_eq!(bench.waits(), []);
}

#[tokio::test]
async fn waits_as_long_as_retry_after_says() {
    let bench = Bench::plain();
    bench.server.script([Trouble::too_many_for("7"), Trouble::too_many_for("11")]);
    assert_eq!(bench.tip().await.unwrap(), b"100");
    assert_eq!(bench.waits(), [secs(7), secs(11)]);
    assert_eq!(bench.server.requests().len(), 3);
}

#[tokio::test]
async fn reads_retry_after_as_a_date() {
    let bench = Bench::plain();
    let Trouble::Answer(answer) = Trouble::too_many_for("Fri, 12 May 2017 07:45:30 GMT") else { unreachable!() };
    bench.server.script([Trouble::Answer(answer.with("date", "Fri, 12 May 2017 07:45:00 GMT"))]);
    bench.tip().await.unwrap();
    assert_eq!(bench.waits(), [secs(30)]);
}

/// Hosts ban those who knock again before the time that they named.
#[tokio::test]
async fn leaves_a_host_alone_that_asks_for_more_patience_than_allowed() {
    let bench = Bench::new(|options| options.max_wait = secs(20));
    bench.server.script([Trouble::too_many_for("86400")]);
    assert!(bench.tip().await.unwrap_err().to_string().contains("429"));
    assert_eq!((bench.waits(), bench.server.requests().len()), (vec![], 1));
}

/// A request that gave up leaves word for the others.
#[tokio::test]
async fn all_tasks_wait_for_a_host_that_asks_for_it() {
    let bench = Bench::new(|options| options.retries = 0);
    bench.server.script([Trouble::too_many_for("9")]);
    assert!(bench.tip().await.is_err());
    assert_eq!(bench.waits(), []);
    let clone = bench.http.clone();
    clone.get(&bench.url("blocks/tip/hash")).await.unwrap();
    assert_eq!(bench.waits(), [secs(9)]);
}

#[tokio::test]
async fn backs_off_longer_each_time() {
    let bench = Bench::plain();
    bench.server.script(vec![Trouble::too_many(); 9]);
    let said = bench.tip().await.unwrap_err();
    let host = bench.server.host();
    assert_eq!(said.to_string(), format!("{host} answered 429 to /api/blocks/tip/height: 429 Too Many Requests"));
    assert_eq!(bench.server.requests().len(), 5, "one try and four retries");
    let waits = bench.waits();
    assert_eq!(waits.len(), 4);
    for (n, wait) in waits.iter().enumerate() {
        let least = secs(1 << n);
        assert!((least..=least * 2).contains(wait), "wait {n}: {wait:?}");
    }
}

#[tokio::test]
async fn tries_again_what_may_pass() {
    for trouble in [
        Trouble::server_error(),
        Trouble::Answer(Answer::text(503, "")),
        Trouble::Answer(Answer::text(408, "")),
        Trouble::CutBody,
        Trouble::Close,
    ] {
        let bench = Bench::plain();
        bench.server.script([trouble.clone()]);
        assert_eq!(bench.tip().await.unwrap(), b"100", "{trouble:?}");
        assert_eq!(bench.waits().len(), 1, "{trouble:?}");
    }
}

#[tokio::test]
async fn does_not_ask_again_for_what_is_not_there() {
    let bench = Bench::plain();
    let said = bench.http.get(&bench.url("tx/zz")).await.unwrap_err();
    assert_eq!(said.to_string(), format!("{} answered 400 to /api/tx/zz: Invalid hex string", bench.server.host()));
    let unknown = format!("tx/{}", "ab".repeat(32));
    assert!(matches!(bench.http.get(&bench.url(&unknown)).await, Err(HttpError::Status { status: 404, .. })));
    assert_eq!((bench.server.requests().len(), bench.waits().len()), (2, 0));
}

#[tokio::test]
async fn says_why_nothing_came() {
    let check = async |bench: &Bench, reason: &str| {
        let said = bench.tip().await.unwrap_err().to_string();
        assert_eq!(said, format!("{} cannot be reached: {reason}", bench.server.host()));
    };
    let bench = Bench::plain();
    bench.server.script(vec![Trouble::CutBody; 5]);
    check(&bench, "the answer broke off").await;
    bench.server.script(vec![Trouble::Close; 5]);
    check(&bench, "connection closed without an answer").await;
    assert_eq!(bench.server.requests().len(), 10);

    let bench = Bench::new(|options| (options.timeout, options.retries) = (Duration::from_millis(50), 1));
    bench.server.script(vec![Trouble::Hang; 2]);
    check(&bench, "timed out after 0.05 s").await;
    assert_eq!(bench.server.requests().len(), 2);
}

#[tokio::test]
async fn names_an_unreachable_host() {
    let bench = Bench::plain();
    // A port that was free a moment ago, and that nobody listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = bench.http.get(&format!("http://{free}/api").parse().unwrap()).await.unwrap_err();
    assert_eq!(said.to_string(), format!("{free} cannot be reached: connection refused"));
    assert_eq!(bench.waits().len(), 4);
    let said = bench.http.get(&"http://no-such-host.invalid/api".parse().unwrap()).await.unwrap_err().to_string();
    let reasons = ["name not known", "names cannot be looked up just now"];
    assert!(reasons.iter().any(|r| said == format!("no-such-host.invalid cannot be reached: {r}")), "{said}");
    assert_eq!(bench.waits().len(), 4, "a name that cannot be looked up is not tried again");
}

#[tokio::test]
async fn keeps_the_pace_of_each_host() {
    let bench = Bench::new(|options| options.pace = "1/s".parse().unwrap());
    let other = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    for _ in 0..4 {
        // Clones share the pace.
        bench.http.clone().get(&bench.url("blocks/tip/hash")).await.unwrap();
    }
    assert_eq!(bench.waits(), [secs(1); 3]);
    bench.http.get(&format!("{}/blocks/tip/hash", other.url()).parse().unwrap()).await.unwrap();
    assert_eq!(bench.waits().len(), 3, "another host has a pace of its own");
}

#[tokio::test]
async fn a_burst_after_a_rest() {
    let bench = Bench::new(|options| options.pace = "700/h".parse().unwrap());
    for _ in 0..72 {
        bench.tip().await.unwrap();
    }
    let waits = bench.waits();
    assert_eq!(waits.len(), 2, "70 at once");
    assert!(waits.iter().all(|wait| wait.as_millis() == 5714), "{waits:?}");
}

#[tokio::test]
async fn stops_reading_at_the_cap() {
    let bench = Bench::new(|options| options.max_body = 1000);
    bench.server.script([Trouble::Answer(Answer { body: vec![b' '; 1000], ..Answer::text(200, "") })]);
    assert_eq!(bench.tip().await.unwrap().len(), 1000);
    let bomb = Answer { body: gzip_of_zeros(1_000_000), ..Answer::text(200, "") }.with("content-encoding", "gzip");
    assert!(bomb.body.len() < 10_000);
    for large in [Answer { body: vec![b' '; 1001], ..Answer::text(200, "") }, bomb] {
        bench.server.script([Trouble::Answer(large)]);
        let said = bench.tip().await.unwrap_err();
        let host = bench.server.host();
        assert_eq!(said.to_string(), format!("{host} sent more than 1000 bytes for /api/blocks/tip/height"));
    }
    assert_eq!(bench.waits(), []);
}

#[tokio::test]
async fn follows_few_redirects() {
    let bench = Bench::plain();
    let to = |path: &str| Trouble::Answer(Answer::text(302, "").with("location", path));
    bench.server.script([to("/api/blocks/tip/height")]);
    assert_eq!(bench.tip().await.unwrap(), b"100");
    bench.server.script(vec![to("/api/around"); 20]);
    let said = bench.tip().await.unwrap_err().to_string();
    assert!(said.ends_with("cannot be reached: redirected more than 5 times"), "{said}");
    assert_eq!(bench.waits(), [], "asking again would not help");
}

#[tokio::test]
async fn names_the_proxy_that_fails() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let bench = Bench::new(|options| options.proxy = Some(format!("socks5h://{free}").parse().unwrap()));
    let said = bench.http.get(&"https://mempool.example/api".parse().unwrap()).await.unwrap_err().to_string();
    assert_eq!(said, format!("mempool.example cannot be reached: no connection to the proxy {free}"));
    assert_eq!(bench.tip().await.unwrap(), b"100", "this machine is asked without the proxy");
}

/// What Tor does: the name goes to the proxy as it is, and nobody else is asked for it.
#[tokio::test]
async fn onion_services_are_reached_through_the_proxy_by_name() {
    let server = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    let proxy = FakeProxy::start(server.host().parse().unwrap());
    let bench = Bench::new(|options| options.proxy = Some(proxy.url().parse().unwrap()));
    let onion = "mempoolhqx4isw62xs7abwphsq7ldayuidyx2v2oethdhhj6mlo2r6ad.onion";
    let url = format!("http://{onion}/api/blocks/tip/height").parse().unwrap();
    assert_eq!(bench.http.get(&url).await.unwrap(), b"100");
    assert_eq!(proxy.asked(), [format!("{onion}:80")]);
    assert_eq!(server.headers(0)["host"], onion);

    assert_eq!(bench.tip().await.unwrap(), b"100");
    let localhost = bench.url("blocks/tip/height").as_str().replace("127.0.0.1", "localhost").parse().unwrap();
    assert_eq!(bench.http.get(&localhost).await.unwrap(), b"100");
    assert_eq!(proxy.asked().len(), 1, "this machine is asked without the proxy");

    let elsewhere = "http://explorer.invalid:8080/api/blocks/tip/height".parse().unwrap();
    assert_eq!(bench.http.get(&elsewhere).await.unwrap(), b"100");
    assert_eq!(proxy.asked()[1], "explorer.invalid:8080", "names are looked up inside the proxy");
    assert_eq!(proxy.users(), [format!("{onion}:x"), "explorer.invalid:x".to_owned()], "a circuit a host");
    assert_eq!(server.headers(0)["user-agent"], UNREMARKABLE, "who hides does not say what he is");
}

/// `ssh -D` and others take no user names: it is said what to set, and nobody is asked in another way.
#[tokio::test]
async fn a_proxy_without_users() {
    let server = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    let proxy = FakeProxy::without_users(server.host().parse().unwrap());
    let url = "http://explorer.invalid/api/blocks/tip/height".parse().unwrap();
    let ask = async |isolate: bool, proxy: &str| {
        let bench = Bench::new(|o| (o.proxy, o.isolate, o.retries) = (Some(proxy.parse().unwrap()), isolate, 0));
        bench.http.get(&url).await.map_err(|error| error.to_string())
    };
    let said = ask(true, &proxy.url()).await.unwrap_err();
    assert!(said.ends_with("keep the ways to different hosts apart; set isolate = false in [http]"), "{said}");
    assert!(proxy.asked().is_empty() && server.requests().is_empty());
    assert_eq!(ask(false, &proxy.url()).await.unwrap(), b"100");
    let proxy = FakeProxy::start(server.host().parse().unwrap());
    let own = proxy.url().replace("//", "//desk:pw@");
    assert_eq!(ask(true, &own).await.unwrap(), b"100");
    assert_eq!(proxy.users(), ["desk:pw"], "a user of the configuration's own stands");
}

/// Servers on loopback: who answers there may lead on to itself, and nowhere else unless that is named.
#[tokio::test]
async fn a_redirect_stays_on_its_host() {
    let bench = Bench::new(|options| options.breaker_failures = 99.try_into().unwrap());
    let other = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    let to = |url: &str| Trouble::Answer(Answer::text(302, "").with("location", url));
    let there = format!("{}/blocks/tip/height", other.url());
    bench.server.script([to(bench.url("blocks/tip/height").as_str())]);
    assert_eq!(bench.tip().await.unwrap(), b"100");
    for (url, expect) in [
        (there.as_str(), format!("redirected to {}, another host, which is refused unless", other.host())),
        ("http://explorer.invalid/", "redirected to explorer.invalid, another host".to_owned()),
        ("file:///etc/passwd", "redirected to a file: address, which is refused".to_owned()),
    ] {
        bench.server.script([to(url)]);
        let said = bench.tip().await.unwrap_err().to_string();
        assert!(said.contains(&expect), "{said}");
    }
    // By way of the own host, too.
    bench.server.script([to("/api/y"), to(&there)]);
    assert!(bench.tip().await.unwrap_err().to_string().contains("another host"));
    assert_eq!((other.requests().len(), bench.waits().len()), (0, 0), "asking again would not help");
    let home = bench.url("");
    let named = Bench::new(|options| options.allow_redirects(&home, [other.host()]));
    bench.server.script([to(&there)]);
    assert_eq!(named.http.get(&bench.url("x")).await.unwrap(), b"100");
    assert_eq!(other.requests().len(), 1);
}

/// Beyond a proxy a name shows nothing of where it leads, so that it counts as a public one; this machine would be asked without the proxy.
#[tokio::test]
async fn nobody_out_there_leads_to_this_machine() {
    let bench = Bench::plain();
    let inside = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    let proxy = FakeProxy::start(bench.server.host().parse().unwrap());
    let home: Url = "http://explorer.invalid/api/x".parse().unwrap();
    let port = inside.host().rsplit(':').next().unwrap().to_owned();
    for host in
        ["127.0.0.1", "localhost", "x.localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433", "10.0.0.1"]
    {
        let to = format!("http://{host}:{port}/api/blocks/tip/height");
        let named = Url::parse(&to).unwrap();
        let named = format!("{}:{port}", named.host_str().unwrap());
        let asking = Bench::new(|options| {
            options.proxy = Some(proxy.url().parse().unwrap());
            // Not even where somebody named it.
            options.allow_redirects(&home, [named]);
        });
        bench.server.script([Trouble::Answer(Answer::text(307, "").with("location", &to))]);
        let said = asking.http.get(&home).await.unwrap_err().to_string();
        assert!(said.ends_with("which is in a private network or on this machine, which is refused"), "{host}: {said}");
    }
    assert!(inside.requests().is_empty() && proxy.asked().iter().all(|asked| asked == "explorer.invalid:80"));
}

#[tokio::test]
async fn an_onion_service_without_a_proxy_is_not_looked_up() {
    let bench = Bench::plain();
    let said = bench.http.get(&"http://abcdefgh.onion/api".parse().unwrap()).await.unwrap_err().to_string();
    assert_eq!(
        said,
        "abcdefgh.onion cannot be reached: an onion service is reached through Tor; set proxy = \
         \"socks5h://127.0.0.1:9050\""
    );
    assert!(bench.http.statistics().is_empty() && bench.waits().is_empty());
}

#[tokio::test]
async fn a_redirect_does_not_lead_out_of_the_onion_network() {
    let bench = Bench::plain();
    let proxy = FakeProxy::start(bench.server.host().parse().unwrap());
    let bench = Bench { http: Bench::new(|o| o.proxy = Some(proxy.url().parse().unwrap())).http, ..bench };
    let away = Answer::text(302, "").with("location", "http://explorer.invalid/api/blocks/tip/height");
    bench.server.script([Trouble::Answer(away)]);
    let said = bench.http.get(&"http://abcdefgh.onion/api/x".parse().unwrap()).await.unwrap_err().to_string();
    assert!(said.ends_with("redirected out of the onion network (explorer.invalid), which is refused"), "{said}");
    assert_eq!(proxy.asked(), ["abcdefgh.onion:80"]);
}

#[test]
fn refuses_a_proxy_that_leaks_names() {
    let proxy = Some("socks5://127.0.0.1:9050".parse().unwrap());
    let said = Http::new(HttpOptions { proxy, ..HttpOptions::default() }).unwrap_err().to_string();
    assert!(said.contains("use socks5h://"), "{said}");
}
