use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::bail;
use reqwest::Url;

use super::{Pace, Wait};

/// Who asks, by default: a way to look the program up helps those who are asked.
const OURS: &str = concat!("ransomtrail/", env!("CARGO_PKG_VERSION"), " (+https://crates.io/crates/ransomtrail)");

/// Sent through a proxy, by default: what Tor Browser and the Firefox it is made of say on any system. Whoever hides where he asks from does not say
/// what he is.
pub const UNREMARKABLE: &str = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";

/// How requests are made.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Sent with each request; `None` for the program and its version, or through a proxy [`UNREMARKABLE`].
    pub user_agent: Option<String>,
    /// For a whole request, from the connection to the last byte.
    pub timeout: Duration,
    /// Cap of a body in bytes, after decompression.
    pub max_body: u64,
    /// How often a failed request is tried again.
    pub retries: usize,
    /// Wait before the first retry; doubles with each, with jitter.
    pub backoff: Duration,
    /// Longest wait before a retry, also where the server asks for a longer one.
    pub max_wait: Duration,
    /// Pace of every host that is not in `host_paces`.
    pub pace: Pace,
    /// Pace of a host (`mempool.space`, `127.0.0.1:3000`).
    pub host_paces: BTreeMap<String, Pace>,
    /// Proxy: `socks5h://127.0.0.1:9050`. Hosts on this machine are asked without it.
    pub proxy: Option<Url>,
    /// Whether a SOCKS proxy is shown a user name a host, so that Tor takes a way of its own to each. A URL with a user of its own is left as it is.
    pub isolate: bool,
    /// The hosts that each host may redirect to, beside itself: all with their port where it is not the usual one.
    pub redirects: BTreeMap<String, BTreeSet<String>>,
    /// So many requests in a row that failed for good, and the host rests.
    pub breaker_failures: NonZeroU32,
    /// First rest of such a host; doubles with each failed trial after it, up to an hour.
    pub cool_down: Duration,
    /// How waiting is done.
    pub wait: Wait,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            user_agent: None,
            timeout: Duration::from_secs(30),
            max_body: 32 * 1024 * 1024,
            retries: 4,
            backoff: Duration::from_secs(1),
            max_wait: Duration::from_secs(60),
            pace: Pace::default(),
            host_paces: BTreeMap::new(),
            proxy: None,
            isolate: true,
            redirects: BTreeMap::new(),
            breaker_failures: const { NonZeroU32::new(3).unwrap() },
            cool_down: Duration::from_secs(300),
            wait: Wait::Real,
        }
    }
}

impl HttpOptions {
    /// The pace of a host named with its port where that is not the usual one.
    pub fn pace_of(&self, host: &str) -> Pace {
        self.host_paces.get(host).copied().unwrap_or(self.pace)
    }

    /// Gives the host of `url` a pace; of two for one host the slower stands.
    pub fn set_pace(&mut self, url: &Url, pace: Pace) {
        let slower = |old: &mut Pace| *old = old.slower(pace);
        self.host_paces.entry(super::authority(url)).and_modify(slower).or_insert(pace);
    }

    /// Lets the host of `url` redirect to these, beside itself.
    pub fn allow_redirects(&mut self, url: &Url, hosts: impl IntoIterator<Item = String>) {
        self.redirects.entry(super::authority(url)).or_default().extend(hosts);
    }

    /// What servers are told about who asks.
    pub fn user_agent(&self) -> &str {
        self.user_agent.as_deref().unwrap_or(if self.proxy.is_some() { UNREMARKABLE } else { OURS })
    }

    /// Whether a client can be made of this.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if let Some(proxy) = &self.proxy {
            check_proxy(proxy).map_err(anyhow::Error::msg)?;
        }
        let agent = self.user_agent();
        if agent.is_empty() || agent.bytes().any(|b| !(0x20..0x7f).contains(&b)) {
            bail!("the user agent has to be printable ASCII");
        }
        Ok(())
    }
}

/// Refuses a proxy that is not spoken, and one that would let names be looked up outside of it.
pub(crate) fn check_proxy(proxy: &Url) -> Result<(), String> {
    match proxy.scheme() {
        "http" | "https" | "socks5h" if proxy.host_str().is_some_and(|host| !host.is_empty()) => Ok(()),
        "http" | "https" | "socks5h" => Err("the proxy names no host".to_owned()),
        "socks5" | "socks4" | "socks4a" | "socks" => {
            Err(format!("proxy scheme {} would look names up outside the proxy; use socks5h://", proxy.scheme()))
        }
        other => Err(format!("unknown proxy scheme {other}; use socks5h://, http:// or https://")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies() {
        let check = |text: &str| check_proxy(&Url::parse(text).unwrap());
        for good in ["socks5h://127.0.0.1:9050", "http://proxy.example:3128", "https://u:p@proxy.example"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert!(check("socks5://127.0.0.1:9050").unwrap_err().contains("use socks5h://"));
        assert!(check("ftp://127.0.0.1").unwrap_err().contains("unknown proxy scheme ftp"));
    }

    #[test]
    fn user_agent_names_program_and_version() {
        let check = |user_agent: Option<&str>, proxy: Option<&str>, expect: &str| {
            let (user_agent, proxy) = (user_agent.map(str::to_owned), proxy.map(|url| url.parse().unwrap()));
            let options = HttpOptions { user_agent, proxy, ..HttpOptions::default() };
            assert!(options.user_agent().starts_with(expect), "{}", options.user_agent());
        };
        let tor = Some("socks5h://127.0.0.1:9050");
        check(None, None, concat!("ransomtrail/", env!("CARGO_PKG_VERSION"), " (+https://"));
        check(None, tor, "Mozilla/5.0 (Windows NT 10.0; rv:");
        check(Some("desk"), None, "desk");
        check(Some("desk"), tor, "desk");
    }

    #[test]
    fn the_slower_pace_of_a_host_stands() {
        let mut options = HttpOptions::default();
        let (fast, slow) = ("5/s".parse().unwrap(), "6/m".parse().unwrap());
        options.set_pace(&Url::parse("https://mempool.space/api").unwrap(), fast);
        options.set_pace(&Url::parse("https://mempool.space/testnet4/api").unwrap(), slow);
        options.set_pace(&Url::parse("http://127.0.0.1:3000/api").unwrap(), fast);
        assert_eq!(options.pace_of("mempool.space"), slow);
        assert_eq!(options.pace_of("127.0.0.1:3000"), fast);
        assert_eq!(options.pace_of("elsewhere.example"), Pace::default());
    }
}
