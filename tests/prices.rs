//! Live prices: against servers in the shapes of the three sources, with a fixed clock and through the built program.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, Utc};
use ransomtrail::domain::{Currency, Decimal, Time};
use ransomtrail::http::{Http, HttpOptions, Wait};
use ransomtrail::price::{Live, Prices};
use ransomtrail::store::{SharedStore, Store};
use ransomtrail::sync::{self, PriceFeed, PriceRound};
use serde_json::{Value, json};

use crate::support::market::close;
use crate::support::{Answer, FakeMarket, Trouble};
use crate::trial::Trial;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A few days after the built-in history ends (21 August 2026).
fn early() -> Time {
    "2026-08-30T03:00:00Z".parse().unwrap()
}

fn a_day_later() -> Time {
    early() + Days::new(1)
}

/// Two years on: further back than 720 candles reach.
fn late() -> Time {
    "2028-09-15T03:00:00Z".parse().unwrap()
}

/// A database in memory, and the three sources of a market.
struct Desk {
    store: SharedStore,
    market: FakeMarket,
}

impl Desk {
    fn new(now: fn() -> Time) -> Self {
        let store = SharedStore::new(Store::in_memory().unwrap());
        Self { store, market: FakeMarket::start(now().date_naive()) }
    }

    async fn update(&self, clock: fn() -> Time) -> PriceRound {
        let wait = Wait::Recorded(std::sync::Arc::default());
        let http = Http::new(HttpOptions { wait, ..HttpOptions::default() }).unwrap();
        let feed = |source: &'static ransomtrail::price::LiveSource| {
            PriceFeed::new(source, Some(self.market.url(source.name).parse().unwrap())).unwrap()
        };
        let feeds: Vec<PriceFeed> = FakeMarket::sources().into_iter().map(feed).collect();
        sync::prices(&self.store, &http, &feeds, band(), clock).await.unwrap()
    }

    async fn prices(&self) -> Prices {
        let quotes = self.store.run(|store| store.prices()).await.unwrap();
        let live = Live { quotes, sources: FakeMarket::sources(), band: band() };
        Prices::load(Currency::Usd, &live).unwrap()
    }

    /// What was asked after the first `n` requests.
    fn asked_since(&self, n: usize) -> Vec<String> {
        self.market.requests().split_off(n)
    }
}

fn band() -> Decimal {
    "0.02".parse().unwrap()
}

fn new(round: &PriceRound) -> Vec<usize> {
    round.feeds.iter().map(|feed| feed.new).collect()
}

#[tokio::test]
async fn every_day_up_to_yesterday_is_filled_and_asked_for_once() {
    let desk = Desk::new(late);
    let round = desk.update(late).await;
    // Kraken gives 720 candles, of which one is the running day's.
    assert_eq!(new(&round), [719, 755, 755]);
    assert_eq!(round.feeds.iter().map(|f| f.requests).collect::<Vec<_>>(), [1, 3, 1]);
    assert_eq!((round.filled.len(), round.missing.len(), round.disagreements.len()), (755, 0, 0));
    let prices = desk.prices().await;
    assert_eq!(prices.last_day(), Some(day("2028-09-14")), "the running day is not stored");
    assert_eq!(prices.source_of(day("2026-08-21")), Some("yahoo"));
    assert_eq!(prices.source_of(day("2026-09-26")), Some("coinbase"), "out of Kraken's reach");
    assert_eq!(prices.source_of(day("2026-09-27")), Some("kraken"));
    let price = prices.at(day("2026-09-27")).unwrap();
    let expect = close(price.day);
    assert_eq!([price.low, price.close, price.high], [expect - 500, expect, expect + 500].map(Decimal::from));
    assert!(
        prices.source().ends_with(
            "in public copies (built-in); from 2026-08-22 daily low, close and high from Coinbase (36 days) and Kraken (719 days), \
             asked 15 Sep 2028"
        ),
        "{}",
        prices.source()
    );

    let asked = desk.market.requests().len();
    let again = desk.update(late).await;
    assert_eq!((new(&again), again.filled.len()), (vec![0, 0, 0], 0));
    assert_eq!(desk.asked_since(asked), Vec::<String>::new(), "nothing is missing, so nothing is asked");
}

#[tokio::test]
async fn a_second_update_asks_for_the_day_that_is_missing() {
    let desk = Desk::new(a_day_later);
    let round = desk.update(early).await;
    // The server has the 5th already: by our clock it is the running day.
    assert_eq!((new(&round), desk.prices().await.last_day()), (vec![8, 8, 8], Some(day("2026-08-29"))));
    let asked = desk.market.requests().len();
    let round = desk.update(a_day_later).await;
    assert_eq!((new(&round), round.filled), (vec![1, 1, 1], vec![day("2026-08-30")]));
    assert_eq!(
        desk.asked_since(asked),
        [
            "kraken/OHLC?pair=XBTUSD&interval=1440&since=1788047999",
            "coinbase/products/BTC-USD/candles?granularity=86400&start=2026-08-30T00:00:00Z&end=2026-08-30T00:00:00Z",
            "mempool/historical-price?currency=USD&timestamp=1788134399",
        ]
    );
}

#[tokio::test]
async fn a_missing_day_stays_unknown_until_it_can_be_filled() {
    let desk = Desk::new(early);
    let gap = day("2026-08-25");
    desk.market.tell("kraken", gap, None);
    desk.market.tell("coinbase", gap, None);
    let round = desk.update(early).await;
    assert_eq!((round.filled.len(), &round.missing), (7, &vec![gap]));
    let prices = desk.prices().await;
    // mempool.space told a close, which is no interval.
    assert_eq!((prices.at(gap), prices.source_of(gap), prices.gaps(day("2026-08-29"))), (None, None, vec![gap]));

    let asked = desk.market.requests().len();
    assert_eq!(desk.update(early).await.missing, [gap]);
    let gap_asked = desk.asked_since(asked);
    assert!(gap_asked.iter().all(|path| !path.starts_with("mempool")) && gap_asked.len() == 2, "{gap_asked:?}");
    assert!(gap_asked[1].ends_with("start=2026-08-25T00:00:00Z&end=2026-08-25T00:00:00Z"), "{gap_asked:?}");

    desk.market.tell_the_truth("coinbase", gap);
    let round = desk.update(early).await;
    assert_eq!((round.filled, round.missing), (vec![gap], vec![]));
    let prices = desk.prices().await;
    assert_eq!(prices.source_of(gap), Some("coinbase"));
    assert_eq!(prices.source_of(gap.succ_opt().unwrap()), Some("kraken"));
}

#[tokio::test]
async fn a_source_that_fails_is_named_and_the_others_fill_the_days() {
    let refused = json!({ "error": ["EService:Unavailable"] });
    for (trouble, words) in [
        (Trouble::server_error(), "answered 500"),
        (Trouble::too_many(), "answered 429"),
        (Trouble::html(), "cannot be read: a web page, not JSON"),
        (Trouble::garbage(), "cannot be read: not the JSON expected"),
        (Trouble::CutBody, "cannot be reached"),
        (Trouble::Answer(Answer::json(&refused)), "cannot be read: an error: EService:Unavailable"),
    ] {
        let desk = Desk::new(early);
        desk.market.trouble("kraken", 1_000, trouble.clone());
        let round = desk.update(early).await;
        let failure = round.feeds[0].failure.as_ref().unwrap().to_string();
        assert!(failure.starts_with("kraken: ") && failure.contains(words), "{failure}");
        assert_eq!((new(&round), round.filled.len(), round.missing.len()), (vec![0, 8, 8], 8, 0), "{words}");
        assert_eq!(desk.prices().await.source_of(day("2026-08-26")), Some("coinbase"));

        // Without Coinbase nothing is left that a value could be computed with.
        let desk = Desk::new(early);
        desk.market.trouble("kraken", 1_000, trouble.clone());
        desk.market.trouble("coinbase", 1_000, trouble);
        let round = desk.update(early).await;
        assert_eq!((round.filled.len(), round.missing.len()), (0, 8), "{words}");
        assert_eq!(desk.prices().await.last_day(), Some(day("2026-08-21")));
    }
}

#[tokio::test]
async fn sources_that_disagree_are_shown_and_a_correction_counts() {
    let desk = Desk::new(early);
    let [one, other, within] = ["2026-08-23", "2026-08-27", "2026-08-28"].map(day);
    desk.market.tell("coinbase", one, Some(close(one) * 103 / 100));
    desk.market.tell("mempool", other, Some(close(other) * 97 / 100));
    desk.market.tell("coinbase", within, Some(close(within) * 101 / 100));
    let round = desk.update(early).await;
    let said: Vec<String> = round.disagreements.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "2026-08-23: Kraken closes at 60,010.00 US dollars, Coinbase at 61,810.00 (3.0 % apart)",
            "2026-08-27: Kraken closes at 60,050.00 US dollars, mempool.space at 58,255.50 (3.0 % apart)",
        ]
    );

    // Asked for another day, Kraken tells a later one otherwise: the newest counts, and both are kept.
    desk.market.tell("kraken", one.succ_opt().unwrap(), None);
    let desk = Desk { store: SharedStore::new(Store::in_memory().unwrap()), ..desk };
    assert_eq!(desk.update(early).await.feeds[0].new, 7);
    desk.market.tell_the_truth("kraken", one.succ_opt().unwrap());
    desk.market.tell("kraken", other, Some(58_300));
    let round = desk.update(early).await;
    let corrected = &round.feeds[0].corrected;
    assert_eq!((round.feeds[0].new, corrected.len()), (1, 1));
    assert_eq!(corrected[0].before.unwrap().close(), Decimal::from(close(other)));
    assert_eq!(desk.prices().await.at(other).unwrap().close, Decimal::from(58_300));
    let days: BTreeSet<NaiveDate> = round.disagreements.iter().map(|d| d.day).collect();
    assert_eq!(days, BTreeSet::from([one, other]), "on {other} it is Coinbase now that differs");
}

#[tokio::test]
async fn a_day_that_cannot_be_is_refused_and_the_others_count() {
    let desk = Desk::new(early);
    let bad = day("2026-08-24");
    desk.market.tell("kraken", bad, None);
    desk.market.tell("coinbase", bad, Some(close(bad) * 2));
    let round = desk.update(early).await;
    assert_eq!((new(&round), &round.missing), (vec![7, 7, 8], &vec![bad]));
    let said: Vec<String> = round.feeds[1].refused.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["the low, close and high of 2026-08-24 disagree"]);
    assert_eq!(desk.prices().await.at(bad), None);
}

/// A trial with a market of today, whose sources are asked without waiting.
fn trial(settings: &str) -> (Trial, FakeMarket, NaiveDate) {
    let (trial, today) = (Trial::recorded(), Utc::now().date_naive());
    let market = FakeMarket::start(today);
    configure(&trial, &market, settings);
    (trial, market, today - Days::new(3))
}

fn configure(trial: &Trial, market: &FakeMarket, settings: &str) {
    let http = "[http]\nbackoff = \"1ms\"\nmax_wait = \"2ms\"\nretries = 1\npace = \"1000/s\"\n";
    trial.write("config/ransomtrail/ransomtrail.toml", &(http.to_owned() + &market.config(settings)));
}

/// The summary of WannaCry as of a day.
fn summary(trial: &Trial, day: NaiveDate) -> Value {
    trial.json(&["summary", "wannacry", "--as-of", &day.to_string()])
}

fn caveats(summary: &Value) -> String {
    summary["caveats"].to_string()
}

#[test]
fn an_update_gives_the_newest_days_a_value() {
    let (trial, market, recent) = trial("");
    let before = summary(&trial, recent);
    assert_eq!(before["received"]["as_of_value"], Value::Null);
    assert!(caveats(&before).contains(&format!("no price is known for {recent}")), "{before}");
    assert!(market.requests().is_empty(), "no other command asks");
    let page = trial.ok(&["prices"]);
    assert!(page.contains("gap         no price for 22 Aug") && page.contains("nothing asked yet"), "{page}");

    let page = trial.ok(&["prices", "--update"]);
    assert!(page.contains("filled") && !page.contains("gap  ") && !page.contains("unknown"), "{page}");
    let asked = market.requests().len();
    let after = summary(&trial, recent);
    let value = &after["received"]["as_of_value"];
    // 52.11290943 BTC at the market's close.
    let expect = "52.11290943".parse::<Decimal>().unwrap() * Decimal::from(close(recent));
    assert_eq!(value["close"], expect.round_dp(2).to_string(), "{value}");
    assert!(!caveats(&after).contains("no price") && !caveats(&after).contains("disagree"), "{after}");
    let source = after["price_source"].as_str().unwrap();
    assert!(
        source.contains("; from 2026-08-22 ") && source.contains("Kraken") && source.contains(", asked "),
        "{source}"
    );
    let euros = trial.json(&["summary", "wannacry", "--currency", "EUR", "--as-of", "2026-10-30"]);
    assert!(euros["received"]["as_of_value"]["close"].is_string(), "{euros}");

    let json = trial.json(&["prices", "--last", "4"]);
    assert_eq!((&json["gaps"], &json["disagreements"], &json["corrections"]), (&json!([]), &json!([]), &json!([])));
    let row = json["last_days"].as_array().unwrap().iter().find(|r| r["day"] == recent.to_string()).unwrap();
    assert_eq!((&row["source"], &row["low"]), (&json!("kraken"), &json!(format!("{}.0", close(recent) - 500))));
    assert_eq!(row["closes"]["mempool"], format!("{}.5", close(recent) + 7));
    trial.ok(&["chart", "wannacry", "--kind", "value", "--format", "svg", "--out", "drawn"]);
    trial.ok(&["prices", "--update"]);
    assert!(market.requests().len() <= asked + 3, "the day that ended meanwhile, if any");
    let view = "SELECT count(*), count(DISTINCT source), min(url) LIKE 'http://127.0.0.1%' FROM prices";
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let (rows, sources, url): (usize, usize, bool) =
        db.query_row(view, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    assert!(rows > 250 && sources == 3 && url, "{rows} {sources}");
}

#[test]
fn a_disagreement_is_shown_and_is_a_caveat_of_the_figures_that_use_its_day() {
    let (trial, market, recent) = trial("band = \"5%\"");
    market.tell("coinbase", recent, Some(close(recent) * 104 / 100));
    market.tell("mempool", recent, Some(close(recent) * 90 / 100));
    let page = trial.ok(&["prices", "--update"]);
    let row = page.lines().find(|line| line.starts_with("  disagree")).unwrap();
    assert!(row.contains(&recent.to_string()) && row.contains("mempool.space at"), "{row}");
    assert!(!page.contains("Coinbase at"), "within the band: {page}");

    // A narrower band, without asking again.
    configure(&trial, &market, "band = \"2%\"");
    let json = trial.json(&["prices"]);
    let others: Vec<_> = json["disagreements"].as_array().unwrap().iter().map(|d| d["other"].clone()).collect();
    assert_eq!(others, ["coinbase", "mempool"]);
    let said = caveats(&summary(&trial, recent));
    let closes = |close: u32| format!("{},{:03}.00", close / 1000, close % 1000);
    let expect = format!(
        "price sources disagree on {recent}: Kraken closes at {} US dollars, Coinbase at {} (4.0 % apart)",
        closes(close(recent)),
        closes(close(recent) * 104 / 100)
    );
    assert!(said.contains(&expect) && said.contains("mempool.space at"), "{said}");
    for other in [day("2017-08-03"), recent.pred_opt().unwrap()] {
        let said = caveats(&summary(&trial, other));
        assert!(!said.contains("disagree"), "{other}: {said}");
    }
    // What is preferred is the configuration's word.
    configure(&trial, &market, "sources = [\"coinbase\"]");
    let json = trial.json(&["prices"]);
    assert_eq!((&json["disagreements"], &json["last_days"][6]["source"]), (&json!([]), &json!("coinbase")));
}

#[test]
fn failures_and_mistakes_are_told_and_nothing_is_lost() {
    let (trial, market, recent) = trial("");
    market.trouble("kraken", 2, Trouble::server_error());
    let ran = trial.run(&["prices", "--update"]);
    assert_eq!(ran.code, 0, "Coinbase filled the days: {}{}", ran.out, ran.err);
    assert!(ran.err.contains("warning: kraken: 127.0.0.1") && ran.err.contains("answered 500"), "{}", ran.err);
    assert!(ran.out.contains("kraken      failed"), "{}", ran.out);
    assert!(summary(&trial, recent)["price_source"].as_str().unwrap().contains("Coinbase daily low, close and high"));

    let fresh = Trial::recorded();
    configure(&fresh, &market, "");
    for source in crate::support::market::SPOKEN {
        market.trouble(source, 1_000, Trouble::garbage());
    }
    let ran = fresh.fails(&["prices", "--update", "--json"], 1, "without a price; nothing was lost");
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(json["update"]["sources"].as_array().unwrap().iter().all(|s| s["failure"].is_string()), "{json}");
    assert_eq!(json["gaps"][0]["from"], "2026-08-22");
    assert_eq!(json["last_days"][0]["close"], Value::Null, "unknown, not 0");

    configure(&fresh, &market, "sources = []");
    fresh.fails(&["prices", "--update"], 2, "no price source is configured");
    fresh.ok(&["prices"]);
    configure(&fresh, &market, "sources = [\"kraken\", \"krakken\"]");
    fresh.fails(&["summary", "wannacry"], 2, "no price source \"krakken\"");
    fresh.fails(&["--network", "regtest", "prices"], 2, "coins of regtest have no price");
    assert!(Trial::new().ok(&["prices"]).contains("ransomwhere"), "also without a database");
}

#[test]
fn a_day_is_shown_with_what_every_source_says_of_it() {
    let trial = Trial::recorded();
    let page = trial.ok(&["prices", "2013-04-10"]);
    assert!(page.contains("105.00      165.00      266.00   mt-gox"), "{page}");
    assert!(page.contains("Ransomwhere's series: low 184.08, close 228.20, high 250.19"), "{page}");
    let of = |days: &[&str]| trial.json(&[&["prices"], days].concat())["days"].clone();
    assert_eq!(of(&["2024-10-27"])[0]["close"], "67929.30");
    assert_eq!(
        (&of(&["2010-07-17"])[0]["close"], trial.ok(&["prices", "2010-07-17"]).contains(" 0.04951 ")),
        (&json!("0.04951"), true)
    );
    assert_eq!(
        (&of(&["2026-08-21"])[0]["one_copy"], &of(&["2026-06-17"])[0]["one_copy"]),
        (&json!(true), &json!(false))
    );
    let span = of(&["--from", "2011-06-19", "--to", "2011-06-26"]);
    let closes: Vec<bool> = span.as_array().unwrap().iter().map(|row| row["close"].is_string()).collect();
    assert_eq!(closes, [true, false, false, false, false, false, false, true], "the exchange was closed");
    assert_eq!(span[1]["lacking"], "no price is known for 2011-06-20");
    assert_eq!(
        of(&["--from", "2026-08-22"])[0]["lacking"],
        "no price is known for 2026-08-22; run: ransomtrail prices --update"
    );
    assert_eq!(of(&["--to", "2010-07-20"]).as_array().unwrap().len(), 4);
    assert_eq!(trial.json(&["prices", "2017-08-03", "--currency", "GBP"])["currency"], "GBP");
    let early = trial.ok(&["prices", "2010-07-17", "--currency", "EUR"]);
    assert!(!early.contains("unknown"), "{early}");
    trial.fails(&["prices", "--from", "2017-08-04", "--to", "2017-08-03"], 2, "lies before --from");
    trial.fails(&["prices", "2017-08-32"], 2, "2017-08-32");
    let whole = trial.json(&["prices"]);
    assert_eq!((&whole["closed"][0]["from"], &whole["closed"][0]["days"]), (&json!("2011-06-20"), &json!(6)));
}

#[test]
fn an_imported_file_fills_days_and_is_compared_with() {
    let trial = Trial::recorded();
    let asked = ["summary", "wannacry", "--as-of", "2026-09-02"];
    assert_eq!(trial.json(&asked)["received"]["as_of_value"], Value::Null);
    let file = "Date;Close;High;Low\n2026-09-01;70000;71000;69000\n2026-09-02;70000.5;71000;69000\n2026-09-03;1;;\n\
                2026-09-04;70000\n2026-13-01;1;1;1\n2999-01-01;1;1;1\n2017-08-03;9000;9001;8999\n";
    trial.write("mine.csv", file);
    let dry = trial.ok(&["prices", "import", "mine.csv", "--dry-run"]);
    assert!(dry.contains("nothing (--dry-run)") && trial.json(&asked)["received"]["as_of_value"].is_null(), "{dry}");
    let page = trial.ok(&["prices", "import", "mine.csv"]);
    for part in [
        "taken     5 days, 3 Aug 2017",
        "2 days tell the close alone",
        "5 days new, 0 days told",
        "refused   2 rows",
        "line 6: ",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let summary = trial.json(&asked);
    assert_eq!(summary["received"]["as_of_value"]["close"], "3647929.72");
    assert!(
        summary["price_source"].as_str().unwrap().contains("from 2026-09-01 the imported file daily low"),
        "{summary}"
    );
    assert!(caveats(&summary).contains("the word of one price source"), "{summary}");
    let value = "SELECT source, close FROM day_prices WHERE day = '2026-09-02'";
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let row = db.query_row(value, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))).unwrap();
    assert_eq!(row, ("imported".to_owned(), 700_005_000));
    // A close alone is no price, and the built-in history is not moved by a file.
    assert_eq!(trial.json(&["prices", "2026-09-04"])["days"][0]["close"], Value::Null);
    let day = &trial.json(&["prices", "2017-08-03"])["days"][0];
    assert_eq!((&day["source"], &day["closes"]["imported"]), (&json!("ransomwhere"), &json!("9000")));
    assert!(
        trial
            .ok(&["prices"])
            .contains("2017-08-03: Ransomwhere's series closes at 2,804.73 US dollars, the imported file at 9,000.00")
    );
    assert!(trial.ok(&["prices", "import", "mine.csv"]).contains("0 days new"), "again it brings nothing");
    trial.write("none.csv", "day,price\n");
    trial.fails(&["prices", "import", "none.csv"], 2, "no column is called close");
    trial.fails(&["prices", "import", "absent.csv"], 1, "absent.csv");
}
