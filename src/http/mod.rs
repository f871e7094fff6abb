//! The one place that talks HTTP: user agent, time-out, size cap, pace a host, retry with backoff, `Retry-After`, proxy, redirects,
//! secrets that are sent and never shown, a rest for hosts that keep failing, and statistics of each host.
//!
//! Nothing here reads the wall clock or the environment: waits are measured on a monotonic clock, a `Retry-After` date
//! is set against the `Date` of the same answer, and proxies and secrets are handed in.

mod attempt;
mod breaker;
mod client;
mod error;
mod options;
mod pace;
mod redirect;
mod retry_after;
mod secret;
mod statistics;
mod turns;
mod wait;

use std::fmt;
use std::sync::Arc;

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::{Method, Url};

use attempt::{Again, Content, Failure, Question};
use breaker::{Pass, Rest};
use client::Clients;
use statistics::Tally;
use turns::{Host, Turns};
use wait::Clock;

pub use client::NO_NAMES;
pub use error::HttpError;
pub(crate) use options::check_proxy;
pub use options::{HttpOptions, UNREMARKABLE};
pub use pace::{BadPace, Pace};
pub use secret::{Credentials, Secret};
pub use statistics::HostStatistics;
pub use wait::Wait;

/// The HTTP client, shared by all explorers. Clones share connections, and of each host the pace, the rest and the
/// statistics.
#[derive(Clone)]
pub struct Http {
    shared: Arc<Shared>,
}

struct Shared {
    options: HttpOptions,
    clock: Clock,
    turns: Turns,
    clients: Clients,
}

impl Http {
    /// Makes the client. Certificates are read and connections opened at the first request, so that a program that
    /// never asks the network does not pay for it.
    pub fn new(options: HttpOptions) -> anyhow::Result<Self> {
        options.check()?;
        let clock = Clock::new(options.wait.clone());
        let turns = Turns::new(options.clone(), clock.clone());
        Ok(Self { shared: Arc::new(Shared { options, clock, turns, clients: Clients::default() }) })
    }

    /// The body of a successful GET, decompressed. Waits for the host's pace, and tries again where that may help. A
    /// host that keeps failing is left alone for a while: [`HttpError::Resting`] comes at once. A redirect is followed on the host itself, and to
    /// hosts that the options name.
    pub async fn get(&self, url: &Url) -> Result<Vec<u8>, HttpError> {
        self.get_with(url, &Credentials::default()).await
    }

    /// Like [`Http::get`], with headers and a query that only the host of `url` gets to see: no error and no statistic
    /// shows them, and a redirect to another host is refused.
    pub async fn get_with(&self, url: &Url, credentials: &Credentials) -> Result<Vec<u8>, HttpError> {
        self.ask(url, credentials, None).await
    }

    /// Sends `body`, of that media type, by POST or PUT and returns what the host answers. It is tried again like a GET, so that a host that
    /// took it and was not heard gets it twice: give it something to know it by. A redirect to another host is refused, and so is one
    /// that would drop the body.
    pub async fn send(
        &self,
        method: Method,
        url: &Url,
        credentials: &Credentials,
        media_type: &str,
        body: &[u8],
    ) -> Result<Vec<u8>, HttpError> {
        self.ask(url, credentials, Some(Content { method, kind: media_type, bytes: body })).await
    }

    async fn ask(
        &self,
        url: &Url,
        credentials: &Credentials,
        content: Option<Content<'_>>,
    ) -> Result<Vec<u8>, HttpError> {
        let Shared { options, clock, turns, clients } = &*self.shared;
        let name = authority(url);
        if redirect::is_onion(url) && options.proxy.is_none() {
            // Name servers do not know it, and would only learn what is asked for (RFC 7686).
            let reason = "an onion service is reached through Tor; set proxy = \"socks5h://127.0.0.1:9050\"".to_owned();
            return Err(HttpError::Unreachable { host: name, reason });
        }
        let question = Question::new(clients, options, url, credentials, content)?;
        let host = turns.host(&name);
        let pass = host.breaker.admit(clock.now()).map_err(|rest| resting(&name, rest))?;
        match self.keep_trying(&question, &host, &pass).await {
            Ok(body) => {
                pass.answered();
                Ok(body)
            }
            Err(Stop::Resting(rest)) => Err(resting(&name, rest)),
            Err(Stop::Failed(failure)) if failure.error.is_answer() => {
                pass.answered();
                Err(failure.error)
            }
            Err(Stop::Failed(failure)) => {
                pass.failed(clock.now(), failure.error.to_string(), failure.asks_too_long(options));
                Err(failure.error)
            }
        }
    }

    /// How each host behaved since the client was made, in the order of their names.
    pub fn statistics(&self) -> Vec<HostStatistics> {
        self.shared.turns.statistics(Tally::ever)
    }

    /// How each host behaved since this was last called: each request is told once, so that the sum over all calls is
    /// [`Http::statistics`].
    pub fn take_statistics(&self) -> Vec<HostStatistics> {
        self.shared.turns.statistics(Tally::take)
    }

    /// Tries until there is an answer, or more tries make no sense.
    async fn keep_trying(&self, question: &Question<'_>, host: &Host, pass: &Pass<'_>) -> Result<Vec<u8>, Stop> {
        let Shared { options, clock, .. } = &*self.shared;
        let mut delays = ExponentialBuilder::default()
            .with_min_delay(options.backoff)
            .with_max_delay(options.max_wait)
            // A trial is one try: the rest before it was the backoff.
            .with_max_times(if pass.is_trial() { 0 } else { options.retries })
            .with_jitter()
            .build();
        loop {
            host.turn(clock).await;
            // While this one waited, others may have failed on the host.
            pass.check(clock.now()).map_err(Stop::Resting)?;
            let failure = match self.counted(question, host).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            // Noted also when this request gives up: the other tasks have to wait all the same.
            if let Again::HostWide(Some(asked)) = failure.again {
                host.hold(clock.now() + asked.min(options.max_wait));
            }
            // A host that asks for more patience than we have is left alone: hosts ban those who knock all the same.
            let hopeless = matches!(failure.again, Again::Never) || failure.asks_too_long(options).is_some();
            let Some(delay) = delays.next().filter(|_| !hopeless) else { return Err(Stop::Failed(failure)) };
            if pass.check(clock.now()).is_err() {
                return Err(Stop::Failed(failure));
            }
            let delay = delay.min(options.max_wait);
            match failure.again {
                Again::HostWide(None) => host.hold(clock.now() + delay),
                Again::Later => clock.sleep(delay).await,
                Again::HostWide(Some(_)) | Again::Never => {}
            }
        }
    }

    /// One try, counted.
    async fn counted(&self, question: &Question<'_>, host: &Host) -> Result<Vec<u8>, Failure> {
        let clock = &self.shared.clock;
        host.tally.sent();
        let sent = clock.now();
        let outcome = question.attempt().await;
        host.tally.ended(outcome.as_ref().err().map(|failure| &failure.error), clock.now().saturating_sub(sent));
        outcome
    }
}

impl fmt::Debug for Http {
    /// Without the options: a proxy's URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("statistics", &self.statistics()).finish_non_exhaustive()
    }
}

/// Why no more tries are made.
enum Stop {
    Failed(Failure),
    /// Others have failed on the host meanwhile.
    Resting(Rest),
}

fn resting(host: &str, Rest { left, failures, last }: Rest) -> HttpError {
    // Whoever asks again after so many seconds is let in.
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    HttpError::Resting { host: host.to_owned(), seconds, failures, last }
}

/// Host, and port where it is not the usual one.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
