use super::*;

const EXAMPLE: &str = include_str!("../../ransomtrail.example.toml");

/// The example sets every key that has a default to just that.
#[test]
fn the_example_equals_the_defaults() {
    let read = Config::parse(EXAMPLE, "ransomtrail.example.toml").unwrap();
    assert_eq!(read.explorers(), Config::default().explorers());
    assert_eq!(Config { configured: Vec::new(), ..read }, Config::default());
}

/// Keys without a default stand in the example as `#key = value`; they read too.
#[test]
fn the_example_shows_keys_without_default() {
    let is_key = |line: &str| line.starts_with('#') && line[1..].starts_with(|c: char| c.is_ascii_lowercase());
    let shown = EXAMPLE.lines().filter(|line| is_key(line)).count();
    let text: String = EXAMPLE
        .lines()
        .map(|line| if is_key(line) { &line[1..] } else { line })
        .map(|line| format!("{line}\n"))
        .collect();
    let read = Config::parse(&text, "ransomtrail.example.toml").unwrap();
    assert!(read.database.is_some() && matches!(read.http.proxy, ProxyChoice::Url(_)));
    let first = &read.explorers()[0];
    assert_eq!(first.redirects, ["www.mempool.space"]);
    assert_eq!(first.headers[0].0, "x-api-key");
    assert!(first.token.is_some());
    assert!(read.prices.urls.contains_key("kraken"));
    assert_eq!(read.onward.limits_of("wannacry").hops, 20);
    assert_eq!(
        shown, 12,
        "database, user_agent, pace, proxy, families, the sources and urls of prices, allow_http twice, redirects, headers and token"
    );
}

/// Explorers that are not asked by default stand in the example as comments; they read too.
#[test]
fn the_example_shows_other_explorers() {
    let from = EXAMPLE.find("# [[explorer]]").unwrap();
    let lines = EXAMPLE[from..].lines().filter_map(|line| line.strip_prefix("# "));
    let text: String =
        lines.filter(|l| *l == "[[explorer]]" || l.contains(" = \"")).map(|line| format!("{line}\n")).collect();
    let read = Config::parse(&text, "ransomtrail.example.toml").unwrap().explorers();
    let told: Vec<_> = read.iter().map(|e| (e.dialect.as_str(), e.url.as_str(), e.pace)).collect();
    assert_eq!(
        told,
        [
            ("blockchain.info", "https://blockchain.info/", "6/m".parse().ok()),
            ("blockcypher", "https://api.blockcypher.com/v1/btc/main", "100/h".parse().ok()),
        ]
    );
}

#[test]
fn nothing_is_the_default() {
    assert_eq!(Config::parse("", "x.toml").unwrap(), Config::default());
}

#[test]
fn complaints_name_file_line_and_remedy() {
    let check = |text: &str, expect: &str| assert_eq!(Config::parse(text, "x.toml").unwrap_err().to_string(), expect);
    check("netwrk = \"mainnet\"", "x.toml: line 1: unknown key \"netwrk\"; did you mean \"network\"?");
    check(
        "\n[http]\ntimeout = \"30s\"\nretrys = 3",
        "x.toml: line 4: unknown key \"retrys\" in [http]; did you mean \"retries\"?",
    );
    check(
        "zzz = 1",
        "x.toml: line 1: unknown key \"zzz\"; known are network, database, currency, time_zone, follow, ask, recheck, max_pages, every, keep_answers, http, onward, prices, events, notify, explorer",
    );
    check(
        "network = \"testnet\"",
        "x.toml: line 1: network: no network \"testnet\"; did you mean \"testnet4\"? there are mainnet, testnet4, signet, regtest",
    );
    check("database = 3", "x.toml: line 1: database: expected a text in quotes, found integer");
    check(
        "[http]\ntimeout = \"30\"",
        "x.toml: line 2: timeout: \"30\" is not a length of time; write it like \"30s\", \"10m\" or \"1h30m\"",
    );
    check("[http]\ntimeout = \"0s\"", "x.toml: line 2: timeout: has to be longer than nothing");
    check("[http]\nretries = -1", "x.toml: line 2: retries: -1 is not a whole number");
    check(
        "[http]\nproxy = \"socks5://[::1]:1\"",
        "x.toml: line 2: proxy: proxy scheme socks5 would look names up outside the proxy; use socks5h://",
    );
    check("[http]\nbreaker_failures = 0", "x.toml: line 2: breaker_failures: 0 is not a whole number from 1 on");
    check(
        "[http]\nproxy = \"me:hunter2@proxy\"",
        "x.toml: line 2: proxy: unknown proxy scheme me; use socks5h://, http:// or https://",
    );
    check("http = 1", "x.toml: line 1: [http] has to be a table");
    check("[explorer]\nname = \"a\"", "x.toml: line 1: write [[explorer]] with two brackets, once an explorer");
    check("\n[[explorer]]\nname = \"a\"", "x.toml: line 2: [[explorer]] needs a url");
    check(
        "[[explorer]]\nname = \"a\"\nurl = \"http://a.example\"",
        "x.toml: line 3: url: \"http://a.example\" is not encrypted; use https://, or set allow_http = true beside it",
    );
    let twice = "[[explorer]]\nname = \"a\"\nurl = \"https://a.example\"\n";
    check(&twice.repeat(2), "x.toml: line 5: name: \"a\" is the name of another explorer");
    let said = Config::parse("a = 1\nb = = 2", "x.toml").unwrap_err();
    assert_eq!(said.line, 2, "{said}");
}

#[test]
fn headers_and_token_of_an_explorer() {
    let explorer = "[[explorer]]\nname = \"a\"\nurl = \"https://a.example\"\n";
    let text = format!(
        "{explorer}token = \"env:TOKEN\"\nheaders = {{ \"X-Api-Key\" = \"file:key\", X-Desk = \"plain:news\" }}\n"
    );
    let read = Config::parse(&text, "x.toml").unwrap().configured.remove(0);
    assert_eq!(read.token, Some(SecretSource::Env("TOKEN".into())));
    let headers: Vec<_> = read.headers.iter().map(|(name, source)| (name.as_str(), source.clone())).collect();
    let expect = [("x-api-key", SecretSource::File("key".into())), ("x-desk", SecretSource::Plain("news".into()))];
    assert_eq!(headers, expect);

    let check = |line: &str, expect: &str| {
        let said = Config::parse(&format!("{explorer}{line}"), "x.toml").unwrap_err().to_string();
        assert_eq!(said, format!("x.toml: line 4: {expect}"), "{line}");
    };
    let refused = "secrets do not belong in this file; write \"env:NAME\" or \"file:/path\" to say where the value is \
                   found, or put plain: before a value that everybody may read";
    check("token = \"hunter2\"", &format!("token: {refused}"));
    check("headers = { X-Key = \"hunter2\" }", &format!("headers: X-Key: {refused}"));
    check("headers = { X-Key = 5 }", "headers: X-Key has to be a text in quotes");
    check("headers = \"X-Key\"", "headers: expected a table like { \"X-Api-Key\" = \"env:NAME\" }, found string");
    check("headers = { \"X Key\" = \"env:A\" }", "headers: \"X Key\" is not the name of a header");
    check("headers = { Host = \"plain:b.example\" }", "headers: Host is written by the program itself");
    check("headers = { User-Agent = \"plain:me\" }", "headers: User-Agent: set user_agent in [http] instead");
    check("headers = { X-Key = \"env:A\", x-key = \"env:B\" }", "headers: x-key stands there twice");
}

#[test]
fn explorers_of_the_network_in_use() {
    let text = r#"
        network = "regtest"
        [http]
        pace = 5
        [[explorer]]
        name = "mine"
        url = "http://127.0.0.1:3000"
        [[explorer]]
        name = "far"
        url = "http://192.168.1.5:3000/api"
        allow_http = true
        network = "mainnet"
        pace = "90/m"
    "#;
    let mut config = Config::parse(text, "x.toml").unwrap();
    let names = |config: &Config| config.explorers().iter().map(|e| e.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&config), ["mine"]);
    assert_eq!(config.http_options(None).pace_of("127.0.0.1:3000").to_string(), "5/s");
    config.network = Network::Bitcoin;
    assert_eq!(names(&config), ["far"]);
    assert_eq!(config.http_options(None).pace_of("192.168.1.5:3000").to_string(), "90/m");
    config.http.pace_of_all = Some("3/s".parse().unwrap());
    assert_eq!(config.http_options(None).pace_of("192.168.1.5:3000").to_string(), "3/s", "as the command line says");
    config = Config { http: HttpConfig::default(), network: Network::Regtest, ..config };
    assert_eq!(config.http_options(None).pace_of("127.0.0.1:3000").to_string(), "none", "a server of one's own");
    config.network = Network::Signet;
    assert_eq!(names(&config), ["mempool.space", "blockstream.info"]);
    assert_eq!(config.http_options(None).pace_of("blockstream.info").to_string(), "700/h");
}

#[test]
fn proxies_and_redirects() {
    let proxy = |text: &str| Config::parse(&format!("[http]\nproxy = \"{text}\""), "x.toml").map(|c| c.http.proxy);
    assert_eq!(Config::default().http.proxy, ProxyChoice::Unsaid);
    assert_eq!((proxy("none"), proxy("env")), (Ok(ProxyChoice::None), Ok(ProxyChoice::Environment)));
    let url = "socks5h://127.0.0.1:9050";
    assert_eq!(proxy(url), Ok(ProxyChoice::Url(url.parse().unwrap())));
    assert!(proxy("ENV").is_err() && proxy("").is_err());
    let block = |redirects: &str| {
        let text = format!("[[explorer]]\nname = \"a\"\nurl = \"https://a.example/api\"\nredirects = {redirects}");
        Config::parse(&text, "x.toml").map_err(|error| error.to_string())
    };
    let named = block("[\"b.example\", \"c.example:8443\"]").unwrap().http_options(None).redirects;
    assert_eq!(named["a.example"].iter().collect::<Vec<_>>(), ["b.example", "c.example:8443"]);
    for bad in ["https://b.example", "b.example/x", "B.example", "b.example:443", "me@b.example", "", "*"] {
        let said = block(&format!("[\"{bad}\"]")).map(|config| config.http_options(None).redirects);
        assert!(said.as_ref().is_err_and(|said| said.contains("is not a host")), "{bad}: {said:?}");
    }
}
