//! What can be set: flags over environment over `ransomtrail.toml` over defaults.
//!
//! This room reads the text of the file and knows the defaults; the command line lays flags and environment over it.
//! `ransomtrail.example.toml` explains every key.

mod events;
mod explorers;
mod onward;
mod prices;
mod reader;
mod secrets;
mod units;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use bitcoin::Network;
use chrono_tz::Tz;
use reqwest::Url;
use toml::Spanned;
use toml::de::DeValue;

use crate::domain::{Ask, Currency, Follow, parse_network, parse_zone};
use crate::http::{HttpOptions, Pace, check_proxy};
use reader::{Source, blocks, table};

pub use events::EventsConfig;
pub use explorers::{ExplorerConfig, default_explorers};
pub use onward::{OnwardConfig, OnwardLimits};
pub use prices::PricesConfig;
pub use reader::Section;
pub use secrets::{SecretSource, is_variable, read_headers};
pub use units::{parse_duration, parse_size};

/// A hundred thousand transactions take four to eight rounds.
const MAX_PAGES: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

/// Everything that can be set in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Network whose addresses are followed.
    pub network: Network,
    /// The database; `None` leaves the place to the command line.
    pub database: Option<PathBuf>,
    /// Currency that values are given in.
    pub currency: Currency,
    /// Zone whose midnight parts the days.
    pub time_zone: Tz,
    /// How the chain is followed.
    pub follow: Follow,
    /// Whether explorers may be asked about addresses and transactions.
    pub ask: Ask,
    /// An address that is followed by blocks is asked about all the same when its last answer is older.
    pub recheck: Duration,
    /// So many pages of an address's history are asked for in a round.
    pub max_pages: NonZeroU32,
    /// Time between two rounds of `watch`.
    pub every: Duration,
    /// Whether the answers that bring something into the ledger are kept as they came.
    pub keep_answers: bool,
    /// How requests are made.
    pub http: HttpConfig,
    /// How withdrawals are followed onward.
    pub onward: OnwardConfig,
    /// Where the newest prices are asked for.
    pub prices: PricesConfig,
    /// What makes news.
    pub events: EventsConfig,
    /// The `[[explorer]]` blocks of the file, of all networks; [`Config::explorers`] says which are asked.
    pub configured: Vec<ExplorerConfig>,
}

/// The `[http]` table.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpConfig {
    /// Sent with each request; `None` for the program and its version, or through a proxy something unremarkable.
    pub user_agent: Option<String>,
    /// For a whole request.
    pub timeout: Duration,
    /// Cap of an answer in bytes, after decompression.
    pub max_body: u64,
    /// How often a failed request is tried again.
    pub retries: usize,
    /// Wait before the first retry; doubles with each.
    pub backoff: Duration,
    /// Longest wait, also where the server asks for a longer one.
    pub max_wait: Duration,
    /// Pace of hosts whose explorer block sets none; `None` leaves it to what is usual for each ([`Pace::usual`]).
    pub pace: Option<Pace>,
    /// Pace of all hosts, as the command line sets it.
    pub pace_of_all: Option<Pace>,
    /// Proxy for all but this machine.
    pub proxy: ProxyChoice,
    /// Whether a SOCKS proxy is shown a user name a host.
    pub isolate: bool,
    /// So many requests in a row that failed for good, and a host rests.
    pub breaker_failures: NonZeroU32,
    /// Its first rest; doubles with each failed trial.
    pub cool_down: Duration,
}

/// What the file says of the proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProxyChoice {
    /// Nothing: there is none, as long as the environment does not name one either.
    #[default]
    Unsaid,
    /// None, whatever the environment says.
    None,
    /// The one that the environment names.
    Environment,
    /// This one.
    Url(Url),
}

/// What is wrong with the file, and in which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: line {line}: {message}")]
pub struct ConfigError {
    /// The file.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to write.
    pub message: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            network: Network::Bitcoin,
            database: None,
            currency: Currency::default(),
            time_zone: Tz::UTC,
            follow: Follow::default(),
            ask: Ask::default(),
            recheck: Duration::from_secs(7 * 24 * 3600),
            max_pages: MAX_PAGES,
            every: Duration::from_secs(10 * 60),
            keep_answers: true,
            http: HttpConfig::default(),
            onward: OnwardConfig::default(),
            prices: PricesConfig::default(),
            events: EventsConfig::default(),
            configured: Vec::new(),
        }
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        let options = HttpOptions::default();
        Self {
            user_agent: options.user_agent,
            timeout: options.timeout,
            max_body: options.max_body,
            retries: options.retries,
            backoff: options.backoff,
            max_wait: options.max_wait,
            pace: None,
            pace_of_all: None,
            proxy: ProxyChoice::default(),
            isolate: options.isolate,
            breaker_failures: options.breaker_failures,
            cool_down: options.cool_down,
        }
    }
}

impl Config {
    /// Reads the text of a file; `path` is only named in errors.
    pub fn parse(text: &str, path: &str) -> Result<Self, ConfigError> {
        let source = Source { text, path };
        let document = source.parse()?;
        let known = [
            "network",
            "database",
            "currency",
            "time_zone",
            "follow",
            "ask",
            "recheck",
            "max_pages",
            "every",
            "keep_answers",
            "http",
            "onward",
            "prices",
            "events",
            "notify",
            "explorer",
        ];
        let top = Section::new(&source, "", 0..0, document.get_ref(), &known)?;
        let default = Self::default();
        let network = top.text("network", parse_network)?.unwrap_or(default.network);
        Ok(Self {
            network,
            database: top.text("database", |path| Ok(path.into()))?,
            currency: top.text("currency", str::parse)?.unwrap_or(default.currency),
            time_zone: top.text("time_zone", parse_zone)?.unwrap_or(default.time_zone),
            follow: top.text("follow", str::parse)?.unwrap_or(default.follow),
            ask: top.text("ask", str::parse)?.unwrap_or(default.ask),
            recheck: top.text("recheck", parse_duration)?.unwrap_or(default.recheck),
            max_pages: top.scalar("max_pages", one_or_more)?.unwrap_or(default.max_pages),
            every: top.text("every", parse_every)?.unwrap_or(default.every),
            keep_answers: top.flag("keep_answers")?.unwrap_or(default.keep_answers),
            http: match top.get("http") {
                Some(value) => HttpConfig::read(&source, value)?,
                None => default.http,
            },
            onward: match top.get("onward") {
                Some(value) => OnwardConfig::read(&source, value)?,
                None => default.onward,
            },
            prices: match top.get("prices") {
                Some(value) => PricesConfig::read(&source, value)?,
                None => default.prices,
            },
            events: match top.get("events") {
                Some(value) => EventsConfig::read(&source, value)?,
                None => default.events,
            },
            configured: match top.get("explorer") {
                Some(value) => read_explorers(&source, value, network)?,
                None => Vec::new(),
            },
        })
    }

    /// Reads the `[[notify]]` blocks of a file whose rest [`Config::parse`] reads: what stands in them, those who tell know.
    pub fn parse_receivers<T>(
        text: &str,
        path: &str,
        read: impl FnMut(&Section<'_>, &[T]) -> Result<T, ConfigError>,
    ) -> Result<Vec<T>, ConfigError> {
        let source = Source { text, path };
        let document = source.parse()?;
        let all = document.get_ref().iter().find(|(name, _)| name.get_ref() == "notify");
        all.map_or(Ok(Vec::new()), |(_, value)| blocks(&source, value, ("[[notify]]", "a receiver"), read))
    }

    /// The explorers to ask on the network in use, in this order: those of the file, or else the public ones.
    pub fn explorers(&self) -> Vec<ExplorerConfig> {
        let mine: Vec<_> = self.configured.iter().filter(|e| e.network == self.network).cloned().collect();
        if mine.is_empty() { default_explorers(self.network) } else { mine }
    }

    /// How often an explorer is asked.
    pub fn pace_of(&self, explorer: &ExplorerConfig) -> Pace {
        let Self { http: HttpConfig { pace, pace_of_all, .. }, .. } = self;
        pace_of_all.or(explorer.pace).or(*pace).unwrap_or_else(|| Pace::usual(&explorer.url))
    }

    /// How requests are made, with the pace of each explorer's host. What comes of the choice of a proxy is for whoever reads the environment.
    pub fn http_options(&self, proxy: Option<Url>) -> HttpOptions {
        let http = self.http.clone();
        let mut options = HttpOptions {
            user_agent: http.user_agent,
            timeout: http.timeout,
            max_body: http.max_body,
            retries: http.retries,
            backoff: http.backoff,
            max_wait: http.max_wait,
            pace: http.pace_of_all.or(http.pace).unwrap_or_default(),
            proxy,
            isolate: http.isolate,
            breaker_failures: http.breaker_failures,
            cool_down: http.cool_down,
            ..HttpOptions::default()
        };
        for explorer in self.explorers() {
            options.set_pace(&explorer.url, self.pace_of(&explorer));
            options.allow_redirects(&explorer.url, explorer.redirects);
        }
        options
    }
}

impl HttpConfig {
    fn read(source: &Source<'_>, value: &Spanned<DeValue<'_>>) -> Result<Self, ConfigError> {
        let known = [
            "user_agent",
            "timeout",
            "max_body",
            "retries",
            "backoff",
            "max_wait",
            "pace",
            "proxy",
            "isolate",
            "breaker_failures",
            "cool_down",
        ];
        let http = Section::new(source, "[http]", value.span(), table(source, value, "[http]")?, &known)?;
        let default = Self::default();
        let whole = |text: &str| text.parse().map_err(|_| format!("{text} is not a whole number"));
        let read = Self {
            user_agent: http.text("user_agent", |text| Ok(text.to_owned()))?,
            timeout: http.text("timeout", parse_duration)?.unwrap_or(default.timeout),
            max_body: http.scalar("max_body", parse_size)?.unwrap_or(default.max_body),
            retries: http.scalar("retries", whole)?.unwrap_or(default.retries),
            backoff: http.text("backoff", parse_duration)?.unwrap_or(default.backoff),
            max_wait: http.text("max_wait", parse_duration)?.unwrap_or(default.max_wait),
            pace: http.scalar("pace", parse_pace)?,
            pace_of_all: None,
            proxy: http.text("proxy", parse_proxy)?.unwrap_or(default.proxy),
            isolate: http.flag("isolate")?.unwrap_or(default.isolate),
            breaker_failures: http.scalar("breaker_failures", one_or_more)?.unwrap_or(default.breaker_failures),
            cool_down: http.text("cool_down", parse_duration)?.unwrap_or(default.cool_down),
        };
        if read.timeout.is_zero() {
            return Err(http.error("timeout", "has to be longer than nothing"));
        }
        Ok(read)
    }
}

fn one_or_more(text: &str) -> Result<NonZeroU32, String> {
    text.parse().map_err(|_| format!("{text} is not a whole number from 1 on"))
}

fn read_explorers(
    source: &Source<'_>,
    value: &Spanned<DeValue<'_>>,
    network: Network,
) -> Result<Vec<ExplorerConfig>, ConfigError> {
    let known = ["name", "dialect", "url", "network", "pace", "allow_http", "redirects", "headers", "token"];
    blocks(source, value, ("[[explorer]]", "an explorer"), |section, before: &[ExplorerConfig]| {
        section.only(&known)?;
        let allow_http = section.flag("allow_http")?.unwrap_or(false);
        let explorer = ExplorerConfig {
            name: section.required("name", parse_name)?,
            dialect: section.text("dialect", parse_name)?.unwrap_or_else(|| "esplora".to_owned()),
            url: section.required("url", |text| explorers::parse_url(text, allow_http))?,
            network: section.text("network", parse_network)?.unwrap_or(network),
            pace: section.scalar("pace", parse_pace)?,
            redirects: explorers::read_redirects(section)?,
            headers: read_headers(section)?,
            token: section.text("token", SecretSource::parse)?,
        };
        if before.iter().any(|e| e.name == explorer.name && e.network == explorer.network) {
            return Err(section.error("name", format!("\"{}\" is the name of another explorer", explorer.name)));
        }
        Ok(explorer)
    })
}

/// Reads the time between two rounds of `watch`; without any the explorers would have no rest.
pub fn parse_every(text: &str) -> Result<Duration, String> {
    match parse_duration(text)? {
        every if every.is_zero() => Err("has to be longer than nothing".to_owned()),
        every => Ok(every),
    }
}

/// Reads a text that says something.
pub fn parse_name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

fn parse_pace(text: &str) -> Result<Pace, String> {
    text.parse().map_err(|e: crate::http::BadPace| e.to_string())
}

fn parse_proxy(text: &str) -> Result<ProxyChoice, String> {
    match text {
        "none" => Ok(ProxyChoice::None),
        "env" => Ok(ProxyChoice::Environment),
        text => proxy_url(text).map(ProxyChoice::Url),
    }
}

/// Reads the URL of a proxy.
pub fn proxy_url(text: &str) -> Result<Url, String> {
    // A proxy may be given with a password, so that the text is not repeated.
    let url = Url::parse(text).map_err(|e| format!("not a URL: {e}"))?;
    check_proxy(&url).map(|()| url)
}

#[cfg(test)]
mod tests;
