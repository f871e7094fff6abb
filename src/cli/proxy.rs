//! Which proxy is asked through: what the configuration says, and what the environment names.
//!
//! A proxy that the environment names and nobody uses is a trap: who set it believes to be hidden. So nobody is asked until the configuration says
//! whether it is meant.

use anyhow::{Result, anyhow};
use reqwest::Url;

use super::Context;
use super::output::Usage;
use crate::config::{ProxyChoice, proxy_url};
use crate::http::HttpOptions;

/// Where other programs look for a proxy; in lower case, too.
const VARIABLES: [&str; 3] = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"];

impl Context {
    /// How requests are made. Whoever asks nobody does not call it.
    pub fn http_options(&self) -> Result<HttpOptions> {
        let file = self.config_file.display().to_string();
        let proxy = settle(&self.config.http.proxy, &named(), &file).map_err(|reason| anyhow!(Usage(reason)))?;
        Ok(self.config.http_options(proxy))
    }
}

/// The proxies that the environment names, and by which variables.
fn named() -> Vec<(String, String)> {
    let names = VARIABLES.iter().flat_map(|name| [(*name).to_owned(), name.to_lowercase()]);
    let value = |name: String| {
        let value = std::env::var_os(&name)?.to_string_lossy().trim().to_owned();
        (!value.is_empty()).then_some((name, value))
    };
    names.filter_map(value).collect()
}

/// The proxy, or why nobody is asked. No message shows what the environment holds: a proxy may be given with a password.
fn settle(choice: &ProxyChoice, named: &[(String, String)], file: &str) -> Result<Option<Url>, String> {
    match (choice, named.first()) {
        (ProxyChoice::Url(url), _) => Ok(Some(url.clone())),
        (ProxyChoice::None, _) | (ProxyChoice::Unsaid, None) => Ok(None),
        (ProxyChoice::Unsaid, Some((name, _))) => Err(format!(
            "the environment names a proxy ({name}), and the configuration does not say whether it is meant, so nobody is asked; write into [http] \
             of {file}: proxy = \"env\" to ask through it, or proxy = \"none\" to ask without"
        )),
        (ProxyChoice::Environment, None) => Err(format!(
            "proxy = \"env\" in {file}, but none of {} is set, so nobody is asked; set one, or write proxy = \"none\" or the proxy itself",
            VARIABLES.join(", ")
        )),
        (ProxyChoice::Environment, Some((name, value))) => {
            if let Some((other, _)) = named.iter().find(|(_, other)| other != value) {
                return Err(format!(
                    "{name} and {other} name different proxies; write the one that is meant into [http] of {file}, like proxy = \"socks5h://127.0.0.1:9050\""
                ));
            }
            // As others read it: without a scheme it is an HTTP proxy.
            let text = if value.contains("://") { value.clone() } else { format!("http://{value}") };
            proxy_url(&text).map(Some).map_err(|reason| format!("{name}: {reason}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_environment_names_is_settled_first() {
        let check = |choice: &str, named: &[(&str, &str)], expect: Result<Option<&str>, &str>| {
            let choice = match choice {
                "" => ProxyChoice::Unsaid,
                "none" => ProxyChoice::None,
                "env" => ProxyChoice::Environment,
                url => ProxyChoice::Url(url.parse().unwrap()),
            };
            let named: Vec<_> = named.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            match (settle(&choice, &named, "x.toml"), expect) {
                (Ok(url), Ok(expect)) => assert_eq!(url.as_ref().map(Url::as_str), expect, "{choice:?} {named:?}"),
                (Err(said), Err(expect)) => assert!(said.contains(expect) && !said.contains("hunter2"), "{said}"),
                (got, expect) => panic!("{choice:?} {named:?}: {got:?}, not {expect:?}"),
            }
        };
        let (tor, other) = ("socks5h://127.0.0.1:9050", "socks5h://me:hunter2@proxy.example:1080");
        check("", &[], Ok(None));
        check("", &[("all_proxy", other)], Err("names a proxy (all_proxy)"));
        check("", &[("HTTPS_PROXY", other)], Err("proxy = \"env\" to ask through it, or proxy = \"none\""));
        check("none", &[("ALL_PROXY", other)], Ok(None));
        check(tor, &[("ALL_PROXY", other)], Ok(Some(tor)));
        check("env", &[("ALL_PROXY", tor)], Ok(Some(tor)));
        check("env", &[("HTTPS_PROXY", tor), ("http_proxy", tor)], Ok(Some(tor)));
        check("env", &[("HTTPS_PROXY", tor), ("http_proxy", other)], Err("HTTPS_PROXY and http_proxy name different"));
        check("env", &[("HTTP_PROXY", "proxy.example:3128")], Ok(Some("http://proxy.example:3128/")));
        check(
            "env",
            &[("ALL_PROXY", "socks5://me:hunter2@127.0.0.1:9050")],
            Err("ALL_PROXY: proxy scheme socks5 would"),
        );
        check("env", &[("ALL_PROXY", "http://")], Err("ALL_PROXY: not a URL"));
        check("env", &[], Err("but none of ALL_PROXY, HTTPS_PROXY, HTTP_PROXY is set"));
    }
}
