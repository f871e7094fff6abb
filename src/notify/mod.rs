//! Tells people when coins move: one way to do it a file, the [`CHANNELS`] table, and the outbox.
//!
//! What there is to tell stands in the database before anything is sent ([`crate::store::Store::record_events`]), and what was sent is
//! written down at once: each event is told once, also across restarts and reorganisations, and one that vanishes is taken back by
//! a second notice. Only where a receiver took a notice and nobody heard so may it come twice; both carry the same
//! [`Message::id`]. A receiver that is down is tried again in each round, and after [`PATIENCE`] failures less and less often; one that refuses a notice so often is not asked to take that one again. A fault in what
//! tells one receiver, down to a panic in a library that reads what its server says, is a failure of that receiver and of no other.

mod at_most;
mod atom;
mod command;
mod deliver;
mod discord;
mod email;
mod feed;
mod hook;
mod json_feed;
mod markup;
mod matrix;
mod mattermost;
mod message;
mod ntfy;
mod receiver;
mod request;
mod rss;
mod slack;
mod telegram;
mod template;
mod told;
mod webhook;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use reqwest::header::HeaderName;
use reqwest::{Method, Url};
use serde_json::Value;

use crate::config::{ConfigError, SecretSource, Section};
use crate::http::{Credentials, Http, Secret};
use feed::Feed;

pub use at_most::AtMost;
pub use deliver::{Delivery, PATIENCE, deliver};
pub use message::{Message, Occasion};
pub use receiver::{Desk, KEYS, Receiver, read};

/// Every way to tell somebody.
#[rustfmt::skip]
pub static CHANNELS: &[Channel] = &[
    webhook::CHANNEL,
    slack::CHANNEL,
    mattermost::CHANNEL,
    discord::CHANNEL,
    telegram::CHANNEL,
    ntfy::CHANNEL,
    matrix::CHANNEL,
    email::CHANNEL,
    atom::CHANNEL,
    rss::CHANNEL,
    json_feed::CHANNEL,
    command::CHANNEL,
];

/// A way to tell somebody.
#[derive(Debug)]
pub struct Channel {
    /// Its name in the configuration.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// The keys that its block may have beside those of every block.
    pub keys: &'static [Key],
    /// Whether somebody is asked over the network, so that the proxy has to be settled first.
    pub asks: bool,
    /// Reads the block. Secrets are not fetched yet: they are when somebody is told, so that one that is missing stops its receiver alone.
    pub read: fn(&Section<'_>) -> Result<Telling, ConfigError>,
}

/// A key of a block.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// A value, as the configuration would have it. A secret is one that refers to where it is found.
    pub example: &'static str,
    /// What counts where it is left out; `None`: it may not be.
    pub without: Option<&'static str>,
    /// What it is for.
    pub about: &'static str,
}

/// What tells somebody.
pub enum Telling {
    /// A request. What is sent is a function of the message and of secrets that are fetched.
    Request(Write),
    /// A file that shows the newest messages.
    Feed(Feed),
    /// Some other way.
    Own(Own),
}

/// Writes a request.
pub type Write = Box<dyn Fn(&Message, &Means) -> Result<Request, String> + Send + Sync>;
/// Tells a message.
pub type Own = Box<dyn for<'a> Fn(&'a Message, &'a Means) -> BoxFuture<'a, Result<(), Failure>> + Send + Sync>;

/// A request that tells somebody.
pub struct Request {
    /// POST or PUT.
    pub method: Method,
    /// Where to. No error shows more of it than the host.
    pub url: Url,
    /// Headers that the host wants to see.
    pub credentials: Credentials,
    /// What is sent.
    pub body: Value,
    /// What else a server may not repeat.
    pub hidden: Vec<Secret>,
}

/// Why somebody was not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In words, without secrets.
    pub why: String,
    /// Whether it was read and refused: the same notice would fare no better the next time.
    pub refused: bool,
}

/// What telling needs of the world.
#[derive(Debug)]
pub struct Means {
    /// The transport; `None` where no channel asks anybody.
    pub http: Option<Http>,
    /// Whether the transport goes through a proxy.
    pub proxied: bool,
    /// The folder of the configuration, where relative paths start.
    pub folder: PathBuf,
    /// Fetches a secret, with the folder and a word for what it is for.
    pub secret: fn(&SecretSource, &Path, &str) -> Result<Secret, String>,
    /// Reads an environment variable.
    pub variable: fn(&str) -> Option<OsString>,
}

impl Means {
    /// The value that a reference leads to; `key` says in errors what it is for.
    pub fn secret(&self, source: &SecretSource, key: &str) -> Result<Secret, String> {
        (self.secret)(source, &self.folder, key)
    }

    /// Headers with their values.
    pub fn headers(&self, sources: &[(HeaderName, SecretSource)]) -> Result<Credentials, String> {
        let fetch = |(name, source): &(HeaderName, SecretSource)| {
            Ok((name.clone(), self.secret(source, &format!("header {name}"))?))
        };
        Ok(Credentials { headers: sources.iter().map(fetch).collect::<Result<_, String>>()?, query: Vec::new() })
    }
}

impl Telling {
    /// By a request that `write` makes of the message and the secrets.
    pub fn by_request(write: impl Fn(&Message, &Means) -> Result<Request, String> + Send + Sync + 'static) -> Self {
        Self::Request(Box::new(write))
    }
}

impl Request {
    /// A POST.
    pub fn post(url: Url, body: Value) -> Self {
        Self { method: Method::POST, url, credentials: Credentials::default(), body, hidden: Vec::new() }
    }
}

impl fmt::Debug for Telling {
    /// Without what it holds, which may refer to secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request(_) => "Request",
            Self::Feed(_) => "Feed",
            Self::Own(_) => "Own",
        })
    }
}

impl fmt::Debug for Request {
    /// The host alone: whoever knows the rest of the URL may write.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self { why, refused: false }
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}
