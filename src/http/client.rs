use std::error::Error as _;
use std::io;
use std::sync::OnceLock;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy, Url};

use super::redirect::{self, PublicNames};
use super::{HttpError, HttpOptions};

/// The clients, each made at its first request. Neither follows redirects: who asks looks where they lead.
#[derive(Default)]
pub(super) struct Clients {
    anywhere: OnceLock<Result<Client, String>>,
    public: OnceLock<Result<Client, String>>,
}

impl Clients {
    /// The client that reaches whatever a name leads to, as befits a host that the user named.
    pub(super) fn anywhere(&self, options: &HttpOptions) -> Result<&Client, HttpError> {
        made(&self.anywhere, options, false)
    }

    /// The client whose names lead to public addresses alone, for the way on from a host out there. With a proxy names are looked up
    /// beyond it, and what they lead to lies there too.
    pub(super) fn public(&self, options: &HttpOptions) -> Result<&Client, HttpError> {
        made(&self.public, options, options.proxy.is_none())
    }
}

fn made<'a>(
    client: &'a OnceLock<Result<Client, String>>,
    options: &HttpOptions,
    public: bool,
) -> Result<&'a Client, HttpError> {
    let client = client.get_or_init(|| build(options, public).map_err(|e| reason(&e, options)));
    client.as_ref().map_err(|reason| HttpError::Client { reason: reason.clone() })
}

fn build(options: &HttpOptions, public: bool) -> reqwest::Result<Client> {
    // An error means that a provider is installed already, which is all that is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The roots come with the program: without any on the system not even a client for plain HTTP could be made.
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<reqwest::Result<Vec<_>>>()?;
    let mut builder = Client::builder()
        .user_agent(options.user_agent())
        .redirect(Policy::none())
        .referer(false)
        .tls_certs_only(roots)
        // Proxies are given by the options, never taken from the environment behind the user's back.
        .no_proxy();
    if let Some(url) = options.proxy.clone() {
        let isolate = options.isolate;
        builder = builder.proxy(Proxy::custom(move |target| through(&url, isolate, target)));
    }
    if public {
        builder = builder.dns_resolver(PublicNames);
    }
    builder.build()
}

/// The proxy that a host is asked through; this machine is asked without. Where `isolate` says so, a SOCKS proxy is shown the host as the name
/// of the user, for which Tor builds a circuit of its own: no exit sees two of the servers that are asked.
fn through(proxy: &Url, isolate: bool, target: &Url) -> Option<Url> {
    if redirect::is_here(target) {
        return None;
    }
    let mut proxy = proxy.clone();
    let has_user = !proxy.username().is_empty() || proxy.password().is_some();
    if isolate && proxy.scheme() == "socks5h" && !has_user {
        let host = target.host_str().unwrap_or_default().trim_matches(['[', ']']);
        // No way around the proxy, whatever the name: where it cannot be shown, the proxy is asked without.
        let _ = proxy.set_username(host).and_then(|()| proxy.set_password(Some("x")));
    }
    Some(proxy)
}

/// Whether a name led into a private network where it must not.
pub(super) fn led_inside(error: &reqwest::Error) -> bool {
    innermost(error).contains(redirect::PRIVATE)
}

/// Whether the same request would fail the same way.
pub(super) fn is_final(error: &reqwest::Error) -> bool {
    // A resolver has tried several times itself.
    error.is_builder() || innermost(error).contains("certificate") || NO_NAMES.contains(&plain(error).as_str())
}

/// What happened, in a few words.
pub(super) fn reason(error: &reqwest::Error, options: &HttpOptions) -> String {
    if error.is_timeout() {
        return format!("timed out after {} s", options.timeout.as_secs_f64());
    }
    let reason = plain(error);
    match &options.proxy {
        // The SOCKS connector keeps its cause to itself.
        Some(proxy) if reason.contains("failed to create underlying connection") => {
            format!("no connection to the proxy {}", super::authority(proxy))
        }
        Some(proxy) if NO_USERS.iter().any(|said| reason.contains(said)) => format!(
            "the proxy {} takes no user names, which keep the ways to different hosts apart; set isolate = false in [http]",
            super::authority(proxy)
        ),
        Some(proxy) if error.is_connect() => format!("{reason} (asked through the proxy {})", super::authority(proxy)),
        _ => reason,
    }
}

/// What the SOCKS connector says where a proxy takes no user name, which is all that it was offered.
const NO_USERS: [&str; 2] = ["server does not support user/pass", "server implements authentication incorrectly"];

/// What is said where a name could not be looked up.
pub const NO_NAMES: [&str; 2] = ["name not known", "names cannot be looked up just now"];

fn plain(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            match io.kind() {
                io::ErrorKind::ConnectionRefused => return "connection refused".to_owned(),
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => return "connection reset".to_owned(),
                io::ErrorKind::HostUnreachable => return "no route to the host".to_owned(),
                io::ErrorKind::NetworkUnreachable => return "no network".to_owned(),
                io::ErrorKind::TimedOut => return "connection timed out".to_owned(),
                _ => {}
            }
        }
        let text = inner.to_string();
        // These come from private types, so that only the text tells them apart.
        if text.contains("dns error") {
            let transient = innermost(error).contains("Temporary failure");
            let [not_known, just_now] = NO_NAMES;
            return if transient { just_now } else { not_known }.to_owned();
        }
        if text.contains("connection closed before message completed") {
            return "connection closed without an answer".to_owned();
        }
        if text.contains("end of file before message length reached") || text.contains("unexpected EOF") {
            return "the answer broke off".to_owned();
        }
        cause = inner.source();
    }
    innermost(error)
}

/// The text of the error at the bottom of the chain.
fn innermost(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circuit_a_host() {
        let check = |proxy: &str, isolate: bool, target: &str, expect: Option<&str>| {
            let through = through(&Url::parse(proxy).unwrap(), isolate, &Url::parse(target).unwrap());
            assert_eq!(through.as_ref().map(Url::as_str), expect, "{proxy} {target}");
        };
        let tor = "socks5h://127.0.0.1:9050";
        check(tor, true, "https://a.example/x", Some("socks5h://a.example:x@127.0.0.1:9050"));
        check(tor, true, "https://b.example:8080", Some("socks5h://b.example:x@127.0.0.1:9050"));
        check(tor, false, "https://a.example/x", Some(tor));
        check("socks5h://me:pw@127.0.0.1:9050", true, "https://a.example/", Some("socks5h://me:pw@127.0.0.1:9050"));
        check("http://proxy.example:3128/", true, "https://a.example/", Some("http://proxy.example:3128/"));
        for here in ["http://localhost:3000", "http://127.3.2.1", "http://[::1]:3000", "http://[::ffff:127.0.0.1]/"] {
            check(tor, true, here, None);
        }
        check(tor, true, "http://192.168.1.5/", Some("socks5h://192.168.1.5:x@127.0.0.1:9050"));
    }
}
