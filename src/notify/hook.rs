//! What the incoming webhooks of chat services have in common: a URL that is a secret, and JSON that is posted to it.

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde_json::Value;

use super::{Key, Message, Request, Telling};
use crate::config::{ConfigError, SecretSource, Section, read_headers};
use crate::http::Secret;

/// The keys of a webhook.
pub(super) const KEYS: &[Key] = &[
    Key {
        name: "url",
        example: "\"env:SLACK_WEBHOOK\"",
        without: None,
        about: "where to post: a secret with chat services; one on this machine may stand here as it is",
    },
    Key {
        name: "headers",
        example: "{ \"X-Desk\" = \"plain:night\" }",
        without: Some("none"),
        about: "headers that the server wants, and where their values are found",
    },
    ALLOW_HTTP,
];

/// Whether plain http is fine.
pub(super) const ALLOW_HTTP: Key = Key {
    name: "allow_http",
    example: "true",
    without: Some("https only, but on this machine and to onion services"),
    about: "whether plain http is fine elsewhere, too",
};

/// A server that takes more than one kind of request.
pub(super) const SERVER: Key = Key {
    name: "server",
    example: "\"https://matrix.example\"",
    without: None,
    about: "the server, without the path of what is asked of it",
};

/// A webhook to which this body is posted.
pub(super) fn read(section: &Section<'_>, body: fn(&Message) -> Value) -> Result<Telling, ConfigError> {
    let source = section.required("url", |text| match Url::parse(text) {
        // Nobody else hears it.
        Ok(url) if text.starts_with("http") && is_here(&url) => Ok(SecretSource::Plain(text.to_owned())),
        _ => SecretSource::parse(text),
    })?;
    let (headers, allow_http) = (read_headers(section)?, section.flag("allow_http")?.unwrap_or(false));
    Ok(Telling::by_request(move |message, means| {
        let url = checked(means.secret(&source, "url")?.expose(), allow_http).map_err(|why| format!("url: {why}"))?;
        Ok(Request { credentials: means.headers(&headers)?, ..Request::post(url, body(message)) })
    }))
}

/// A server in the configuration, which is no secret.
pub(super) fn read_server(section: &Section<'_>, default: Option<&str>) -> Result<Url, ConfigError> {
    let allow_http = section.flag("allow_http")?.unwrap_or(false);
    let read = |text: &str| match checked(text, allow_http)? {
        url if url.query().is_some() || !url.username().is_empty() || url.password().is_some() => {
            Err("has to be a server alone, without a user and without a question".to_owned())
        }
        url => Ok(url),
    };
    match (section.text("server", read)?, default) {
        (Some(url), _) => Ok(url),
        (None, Some(default)) => read(default).map_err(|reason| section.error("server", reason)),
        (None, None) => section.required("server", read),
    }
}

/// The header of whoever bears a token.
pub(super) fn bearer(token: &Secret) -> (HeaderName, Secret) {
    (AUTHORIZATION, Secret::new(format!("Bearer {}", token.expose())))
}

/// A URL below that of a server; what is put in its path cannot leave it.
pub(super) fn below(server: &Url, path: &[&str]) -> Result<Url, String> {
    let mut url = server.clone();
    url.path_segments_mut().map_err(|()| "server: has no path".to_owned())?.pop_if_empty().extend(path);
    Ok(url)
}

/// A URL that is encrypted, or needs not be. The error does not show it.
fn checked(text: &str, allow_http: bool) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    let is_onion = url.host_str().unwrap_or_default().ends_with(".onion");
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here(&url) || is_onion || allow_http => Ok(url),
        "http" => Err("is not encrypted; use https://, or set allow_http = true".to_owned()),
        _ => Err("has to begin with https://".to_owned()),
    }
}

fn is_here(url: &Url) -> bool {
    url.host_str().is_some_and(super::is_here)
}
