//! Three price servers on loopback, in the shapes of Kraken, Coinbase and mempool.space, over one made-up market.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use bitcoin::Network;
use chrono::{DateTime, NaiveDate, NaiveTime};
use ransomtrail::price::{LIVE_SOURCES, LiveSource};
use serde_json::json;

use super::{Answer, FakeChain, FakeExplorer, Trouble};

/// The sources in whose shapes the market tells.
pub const SPOKEN: [&str; 3] = ["kraken", "coinbase", "mempool"];

/// What a source tells instead of the market's close; `None`: it has nothing for that day.
type Tales = BTreeMap<(String, NaiveDate), Option<u32>>;

/// The servers; each source is below `/api/NAME`.
pub struct FakeMarket {
    server: FakeExplorer,
    tales: Arc<Mutex<Tales>>,
}

impl FakeMarket {
    /// Servers whose clocks show this day: its candle is not finished.
    pub fn start(today: NaiveDate) -> Self {
        let tales: Arc<Mutex<Tales>> = Arc::default();
        let told = tales.clone();
        let speaker = move |_: &FakeChain, path: &str| answer(path, today, &told.lock().unwrap());
        Self { server: FakeExplorer::speaking(FakeChain::new(Network::Regtest), speaker), tales }
    }

    /// The live sources that can be asked here, in the order of the table.
    pub fn sources() -> Vec<&'static LiveSource> {
        LIVE_SOURCES.iter().filter(|source| SPOKEN.contains(&source.name)).collect()
    }

    /// The `[prices]` of a configuration that asks nobody else; `settings` may name sources of its own.
    pub fn config(&self, settings: &str) -> String {
        let urls = SPOKEN.map(|name| format!("{name} = \"{}\"", self.url(name))).join(", ");
        let sources = if settings.contains("sources = ") { String::new() } else { format!("sources = {SPOKEN:?}\n") };
        format!("[prices]\n{sources}urls = {{ {urls} }}\n{settings}\n")
    }

    /// Base URL of a source.
    pub fn url(&self, source: &str) -> String {
        format!("{}/{source}", self.server.url())
    }

    /// From now on this source tells another close for a day, or nothing.
    pub fn tell(&self, source: &str, day: NaiveDate, close: Option<u32>) {
        self.tales.lock().unwrap().insert((source.to_owned(), day), close);
    }

    /// From now on this source tells the market's close for a day.
    pub fn tell_the_truth(&self, source: &str, day: NaiveDate) {
        self.tales.lock().unwrap().remove(&(source.to_owned(), day));
    }

    /// A source misbehaves at the next `times` requests.
    pub fn trouble(&self, source: &str, times: usize, trouble: Trouble) {
        self.server.script_on(&format!("{source}/"), times, trouble);
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<String> {
        self.server.requests()
    }
}

/// The market's close of a day, in whole dollars.
pub fn close(day: NaiveDate) -> u32 {
    let start: NaiveDate = "2026-08-22".parse().unwrap();
    60_000 + u32::try_from((day - start).num_days()).unwrap() * 10
}

fn seconds(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp()
}

fn answer(path: &str, today: NaiveDate, tales: &Tales) -> Answer {
    let (source, rest) = path.split_once('/').unwrap();
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let value = |key: &str| query.split('&').find_map(|p| p.strip_prefix(key)?.strip_prefix('=')).map(str::to_owned);
    let tale = |day: NaiveDate| match tales.get(&(source.to_owned(), day)) {
        Some(tale) => *tale,
        None => Some(close(day)),
    };
    let body = match source {
        "kraken" => {
            assert!(rest.starts_with("OHLC?pair=XBTUSD&interval=1440&"), "{rest}");
            kraken(value("since").unwrap().parse().unwrap(), today, tale)
        }
        "coinbase" => {
            assert!(rest.starts_with("products/BTC-USD/candles?granularity=86400&"), "{rest}");
            let day = |key: &str| value(key).unwrap().strip_suffix("T00:00:00Z").unwrap().parse().unwrap();
            coinbase(day("start"), day("end"), today, tale)
        }
        "mempool" => {
            assert!(rest.starts_with("historical-price?currency=USD"), "{rest}");
            mempool(value("timestamp").map(|t| t.parse().unwrap()), today, tale)
        }
        _ => return Answer::text(404, "no such source"),
    };
    Answer { body: body.into_bytes(), ..Answer::json(&json!(null)) }
}

/// The last 720 candles after a moment, the running day's among them whatever is asked.
fn kraken(since: i64, today: NaiveDate, tale: impl Fn(NaiveDate) -> Option<u32>) -> String {
    let reach = today - chrono::Days::new(719);
    let days = reach.iter_days().take_while(|day| *day <= today);
    let mut rows = String::new();
    for day in days.filter(|day| *day == today || seconds(*day) > since) {
        let close = if day == today { Some(close(day)) } else { tale(day) };
        if let Some(close) = close {
            let (time, low, high) = (seconds(day), close - 500, close + 500);
            let comma = if rows.is_empty() { "" } else { "," };
            write!(rows, "{comma}[{time},\"{close}.0\",\"{high}.0\",\"{low}.0\",\"{close}.00000\",\"1.0\",\"9.5\",7]")
                .unwrap();
        }
    }
    format!("{{\"error\":[],\"result\":{{\"XXBTZUSD\":[{rows}],\"last\":{}}}}}", seconds(today) - 86_400)
}

/// Rows between two days, the newest first, the running day's among them where it is asked for.
fn coinbase(from: NaiveDate, to: NaiveDate, today: NaiveDate, tale: impl Fn(NaiveDate) -> Option<u32>) -> String {
    assert!((to - from).num_days() < 300, "Coinbase refuses more than 300 candles");
    let days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day <= to.min(today)).collect();
    // A tale that is far too tall does not fit in its range.
    let row = |day: &NaiveDate| {
        let (told, real) = (tale(*day)?, close(*day));
        let (low, high) = if told / real >= 2 { (real - 490, real + 510) } else { (told - 490, told + 510) };
        Some(format!("[{},{low},{high},{told},{told}.0,12.5]", seconds(*day)))
    };
    format!("[{}]", days.iter().rev().filter_map(row).collect::<Vec<_>>().join(","))
}

/// One price at or before a moment, or two prices a day since 2017; missing is -1.
fn mempool(moment: Option<i64>, today: NaiveDate, tale: impl Fn(NaiveDate) -> Option<u32>) -> String {
    let price = |close: Option<u32>| close.map_or("-1".to_owned(), |close| format!("{}.5", close + 7));
    let row = |time: i64, price: String| format!("{{\"time\":{time},\"EUR\":-1,\"USD\":{price}}}");
    let rows = match moment {
        Some(moment) => {
            let day = DateTime::from_timestamp(moment, 0).unwrap().date_naive();
            vec![row(seconds(day) + 23 * 3600, price(tale(day)))]
        }
        None => {
            let start: NaiveDate = "2026-08-22".parse().unwrap();
            let days: Vec<NaiveDate> = start.iter_days().take_while(|day| *day <= today).collect();
            let both = |day: &NaiveDate| {
                [row(seconds(*day) + 23 * 3600, price(tale(*day))), row(seconds(*day), "1000.1".to_owned())]
            };
            let mut rows: Vec<String> = days.iter().rev().flat_map(both).collect();
            rows.push(row(1_499_904_000, "2254.9".to_owned()));
            rows
        }
    };
    format!("{{\"prices\":[{}],\"exchangeRates\":{{\"USDEUR\":0.92}}}}", rows.join(","))
}
