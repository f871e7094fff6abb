use bitcoin::Network;
use reqwest::Url;
use reqwest::header::HeaderName;

use super::reader::Section;
use super::{ConfigError, SecretSource};
use crate::http::Pace;

/// One explorer: an `[[explorer]]` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplorerConfig {
    /// Name in output and in the ledger.
    pub name: String,
    /// Name of the API it speaks.
    pub dialect: String,
    /// Base of its API, without credentials.
    pub url: Url,
    /// Network whose chain it shows.
    pub network: Network,
    /// How often it is asked; [`Config::pace_of`](super::Config::pace_of) knows what `None` means.
    pub pace: Option<Pace>,
    /// Other hosts that it may redirect to, with their port where it is not the usual one.
    pub redirects: Vec<String>,
    /// Headers that it wants to be shown with each request, and where their values are found.
    pub headers: Vec<(HeaderName, SecretSource)>,
    /// Where the value of `?token=` is found, which APIs such as BlockCypher's want.
    pub token: Option<SecretSource>,
}

impl ExplorerConfig {
    /// An explorer that wants no headers and no token.
    fn open(name: &str, dialect: &str, url: Url, network: Network, pace: Option<Pace>) -> Self {
        let (name, dialect) = (name.to_owned(), dialect.to_owned());
        Self { name, dialect, url, network, pace, redirects: Vec::new(), headers: Vec::new(), token: None }
    }

    /// An Esplora server named by its URL alone; it goes by its host.
    pub fn from_url(text: &str, network: Network) -> Result<Self, String> {
        let url = parse_url(text, false)?;
        let host = url.host_str().unwrap_or(text);
        let name = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self::open(&name, "esplora", url, network, None))
    }
}

/// The public explorers that are asked where none is configured, in this order. None serves regtest.
pub fn default_explorers(network: Network) -> Vec<ExplorerConfig> {
    // mempool.space does not publish its limit and bans who ignores its 429; blockstream.info allows about 700 requests
    // an hour.
    let servers: &[(&str, &str, &str)] = match network {
        Network::Bitcoin => &[
            ("mempool.space", "https://mempool.space/api", "1/s"),
            ("blockstream.info", "https://blockstream.info/api", "700/h"),
        ],
        Network::Testnet4 => &[("mempool.space", "https://mempool.space/testnet4/api", "1/s")],
        Network::Signet => &[
            ("mempool.space", "https://mempool.space/signet/api", "1/s"),
            ("blockstream.info", "https://blockstream.info/signet/api", "700/h"),
        ],
        _ => &[],
    };
    let explorer = |(name, url, pace): &(&str, &str, &str)| {
        let (url, pace) = (Url::parse(url).ok()?, pace.parse().ok()?);
        Some(ExplorerConfig::open(name, "esplora", url, network, Some(pace)))
    };
    servers.iter().filter_map(explorer).collect()
}

/// Reads the base URL of a server. Whom we watch is nobody's business on the way, and an answer that anyone on the way
/// can change proves little: so https, unless the server is on this machine, is an onion service, or plain http is
/// allowed by hand.
pub(super) fn parse_url(text: &str, allow_http: bool) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|e| format!("\"{text}\" is not a URL: {e}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a user name or password in the URL would be written to the ledger; leave it out".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("\"{text}\" has to end with the path of the API"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http || is_private(&url) => Ok(url),
        "http" => Err(format!("\"{text}\" is not encrypted; use https://, or set allow_http = true beside it")),
        other => Err(format!("\"{text}\" has the scheme {other}; use https://")),
    }
}

/// The `redirects` of a block: names of hosts, as a URL would have them.
pub(super) fn read_redirects(section: &Section<'_>) -> Result<Vec<String>, ConfigError> {
    let read = |text: &&str| {
        let url = Url::parse(&format!("https://{text}/")).ok()?;
        let same = url.host_str().map(|host| url.port().map_or(host.to_owned(), |port| format!("{host}:{port}")));
        same.filter(|host| host == text && !host.contains('*'))
    };
    let texts = section.texts("redirects")?.unwrap_or_default();
    texts
        .iter()
        .map(|text| {
            let bad = format!("\"{text}\" is not a host; write it like \"www.explorer.example\"");
            read(text).ok_or_else(|| section.error("redirects", bad))
        })
        .collect()
}

/// On this machine, or inside Tor, which encrypts by itself.
fn is_private(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let ip = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".onion") || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_unless_there_is_a_reason() {
        for good in [
            "https://mempool.space/api",
            "http://127.0.0.1:3000",
            "http://[::1]:3000/api",
            "http://localhost:3000/",
            "http://mempoolhqx4isw62xs7abwphsq7ldayuidyx2v2oethdhhj6mlo2r6ad.onion/api",
        ] {
            assert!(parse_url(good, false).is_ok(), "{good}");
        }
        for (bad, reason) in [
            ("http://mempool.space/api", "not encrypted"),
            ("http://localhost.example.com", "not encrypted"),
            ("http://192.168.1.5:3000", "not encrypted"),
            ("ftp://mempool.space", "scheme ftp"),
            ("mempool.space/api", "not a URL"),
            ("https://me:secret@mempool.space/api", "user name or password"),
            ("https://mempool.space/api?x=1", "end with the path"),
        ] {
            let said = parse_url(bad, false).unwrap_err();
            assert!(said.contains(reason), "{bad}: {said}");
        }
        assert!(parse_url("http://192.168.1.5:3000", true).is_ok());
    }

    #[test]
    fn every_default_is_sound() {
        for (network, count) in
            [(Network::Bitcoin, 2), (Network::Testnet4, 1), (Network::Signet, 2), (Network::Regtest, 0)]
        {
            let explorers = default_explorers(network);
            assert_eq!(explorers.len(), count, "{network}");
            assert!(explorers.iter().all(|e| parse_url(e.url.as_str(), false).is_ok() && e.network == network));
        }
    }
}
