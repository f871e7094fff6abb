use std::error::Error as _;
use std::io;
use std::sync::OnceLock;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Certificate, Client, NoProxy, Proxy, StatusCode};

use super::{HttpError, HttpOptions};

/// Redirects that are followed for one request.
const REDIRECTS: usize = 5;

/// The clients, each made at its first request: one follows redirects to other hosts, one stays where its secrets belong.
#[derive(Default)]
pub(super) struct Clients {
    roaming: OnceLock<Result<Client, String>>,
    staying: OnceLock<Result<Client, String>>,
    posting: OnceLock<Result<Client, String>>,
}

impl Clients {
    /// The client that shows nobody what is meant for another: what is private stays with the host that it is for.
    pub(super) fn of(&self, private: bool, options: &HttpOptions) -> Result<&Client, HttpError> {
        let (client, policy) = if private {
            (&self.staying, Policy::custom(redirect_at_home))
        } else {
            (&self.roaming, Policy::custom(redirect))
        };
        made(client, policy, options)
    }

    /// The client for what is sent: nothing of it is lost on the way unseen.
    pub(super) fn to_post(&self, options: &HttpOptions) -> Result<&Client, HttpError> {
        made(&self.posting, Policy::custom(redirect_whole), options)
    }
}

fn made<'a>(
    client: &'a OnceLock<Result<Client, String>>,
    policy: Policy,
    options: &HttpOptions,
) -> Result<&'a Client, HttpError> {
    let client = client.get_or_init(|| build(options, policy).map_err(|e| reason(&e, options)));
    client.as_ref().map_err(|reason| HttpError::Client { reason: reason.clone() })
}

fn build(options: &HttpOptions, policy: Policy) -> reqwest::Result<Client> {
    // An error means that a provider is installed already, which is all that is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The roots come with the program: without any on the system not even a client for plain HTTP could be made.
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<reqwest::Result<Vec<_>>>()?;
    let mut builder = Client::builder()
        .user_agent(&options.user_agent)
        .timeout(options.timeout)
        .redirect(policy)
        .referer(false)
        .tls_certs_only(roots)
        // Proxies are given by the options, never taken from the environment behind the user's back.
        .no_proxy();
    if let Some(url) = &options.proxy {
        let here = NoProxy::from_string("localhost,127.0.0.0/8,::1");
        builder = builder.proxy(Proxy::all(url.clone())?.no_proxy(here));
    }
    builder.build()
}

/// Whether the host is an onion service, which only Tor finds.
pub(super) fn is_onion(url: &reqwest::Url) -> bool {
    url.host_str().is_some_and(|host| host.ends_with(".onion"))
}

/// Follows a redirect unless it leads around in circles or out of what protects the request.
fn redirect(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let Some(from) = attempt.previous().last() else { return attempt.follow() };
    if attempt.previous().len() > REDIRECTS {
        return attempt.error(format!("redirected more than {REDIRECTS} times"));
    }
    let refused = if from.scheme() == "https" && attempt.url().scheme() != "https" {
        Some("from https to a plain address")
    } else if is_onion(from) && !is_onion(attempt.url()) {
        Some("out of the onion network")
    } else {
        None
    };
    match refused {
        Some(how) => {
            let to = attempt.url().host_str().unwrap_or_default().to_owned();
            attempt.error(format!("redirected {how} ({to}), which is refused"))
        }
        None => attempt.follow(),
    }
}

/// Follows a redirect on the same host only: reqwest carries most headers anywhere.
fn redirect_at_home(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    match attempt.previous().first() {
        Some(home) if home.origin() != attempt.url().origin() => {
            let to = super::authority(attempt.url());
            attempt
                .error(format!("redirected to {to}, which must not see the headers and the token meant for this host"))
        }
        _ => redirect(attempt),
    }
}

/// Like that, and only where the request is sent on as it is (RFC 9110, 15.4.8 and 15.4.9). The other redirects make a GET of a POST,
/// without its body: a page that answers it would look like somebody who took what was sent.
fn redirect_whole(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    match attempt.status() {
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => redirect_at_home(attempt),
        _ => attempt.stop(),
    }
}

/// Whether the same request would fail the same way.
pub(super) fn is_final(error: &reqwest::Error) -> bool {
    error.is_builder() || error.is_redirect() || innermost(error).contains("certificate")
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
        Some(proxy) if error.is_connect() => format!("{reason} (asked through the proxy {})", super::authority(proxy)),
        _ => reason,
    }
}

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
            return if transient { "names cannot be looked up just now" } else { "name not known" }.to_owned();
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
