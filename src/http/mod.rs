//! The one place that talks HTTP: user agent, time-out, size cap, pace a host, retry with backoff, `Retry-After`, proxy.
//!
//! Nothing here reads the wall clock or the environment: waits are measured on a monotonic clock, a `Retry-After` date
//! is set against the `Date` of the same answer, and proxies come from [`HttpOptions`] only.

mod client;
mod error;
mod options;
mod pace;
mod retry_after;
mod turns;
mod wait;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::{Client, Response, StatusCode, Url};

use turns::Turns;
use wait::Clock;

pub use error::HttpError;
pub use options::HttpOptions;
pub(crate) use options::check_proxy;
pub use pace::{BadPace, Pace};
pub use wait::Wait;

/// Most of an error's body that is read; only its beginning is shown.
const ERROR_BODY: usize = 64 * 1024;

/// The HTTP client, shared by all explorers. Clones share connections, and the pace of each host.
#[derive(Clone, Debug)]
pub struct Http {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: HttpOptions,
    clock: Clock,
    turns: Turns,
    client: OnceLock<Result<Client, String>>,
}

/// A failed try: why, and whether another one makes sense.
struct Failure {
    error: HttpError,
    again: Again,
}

enum Again {
    /// The same request would fail the same way.
    Never,
    /// After the backoff; other requests to the host may go on.
    Later,
    /// The host wants fewer requests; it may say for how long.
    HostWide(Option<Duration>),
}

impl Http {
    /// Makes the client. Certificates are read and connections opened at the first request, so that a program that
    /// never asks the network does not pay for it.
    pub fn new(options: HttpOptions) -> anyhow::Result<Self> {
        options.check()?;
        let clock = Clock::new(options.wait.clone());
        let turns = Turns::new(options.pace, options.host_paces.clone(), clock.clone());
        Ok(Self { shared: Arc::new(Shared { options, clock, turns, client: OnceLock::new() }) })
    }

    /// The body of a successful GET, decompressed. Waits for the host's pace, and tries again where that may help.
    pub async fn get(&self, url: &Url) -> Result<Vec<u8>, HttpError> {
        let Shared { options, clock, turns, client } = &*self.shared;
        let client = client
            .get_or_init(|| client::build(options).map_err(|e| client::reason(&e, options)))
            .as_ref()
            .map_err(|reason| HttpError::Client { reason: reason.clone() })?;
        let host = turns.host(&authority(url));
        let mut delays = ExponentialBuilder::default()
            .with_min_delay(options.backoff)
            .with_max_delay(options.max_wait)
            .with_max_times(options.retries)
            .with_jitter()
            .build();
        loop {
            host.turn(clock).await;
            let failure = match self.attempt(client, url).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            // Noted also when this request gives up: the other tasks have to wait all the same.
            if let Again::HostWide(Some(asked)) = failure.again {
                host.hold(clock.now() + asked.min(options.max_wait));
            }
            // A host that asks for more patience than we have is left alone: hosts ban those who knock all the same.
            let too_long = matches!(failure.again, Again::HostWide(Some(asked)) if asked > options.max_wait);
            if too_long || matches!(failure.again, Again::Never) {
                return Err(failure.error);
            }
            let Some(delay) = delays.next() else { return Err(failure.error) };
            let delay = delay.min(options.max_wait);
            match failure.again {
                Again::HostWide(None) => host.hold(clock.now() + delay),
                Again::Later => clock.sleep(delay).await,
                Again::HostWide(Some(_)) | Again::Never => {}
            }
        }
    }

    async fn attempt(&self, client: &Client, url: &Url) -> Result<Vec<u8>, Failure> {
        let broken = |error| self.broken(url, &error);
        let response = client.get(url.clone()).send().await.map_err(broken)?;
        if !response.status().is_success() {
            return Err(self.refused(url, response).await);
        }
        let limit = self.shared.options.max_body;
        match read(response, limit).await.map_err(broken)? {
            Some(body) => Ok(body),
            None => Err(Failure {
                error: HttpError::TooLarge { host: authority(url), path: url.path().to_owned(), limit },
                again: Again::Never,
            }),
        }
    }

    /// No answer, or one that broke off.
    fn broken(&self, url: &Url, error: &reqwest::Error) -> Failure {
        let reason = client::reason(error, &self.shared.options);
        let again = if client::is_final(error) { Again::Never } else { Again::Later };
        Failure { error: HttpError::Unreachable { host: authority(url), reason }, again }
    }

    /// An answer that is not success.
    async fn refused(&self, url: &Url, response: Response) -> Failure {
        let status = response.status();
        let asked = retry_after::read(response.headers());
        let again = match status {
            StatusCode::TOO_MANY_REQUESTS => Again::HostWide(asked),
            StatusCode::SERVICE_UNAVAILABLE if asked.is_some() => Again::HostWide(asked),
            StatusCode::REQUEST_TIMEOUT => Again::Later,
            _ if status.is_server_error() => Again::Later,
            _ => Again::Never,
        };
        let body = error::snippet(&read_beginning(response).await);
        let (host, path) = (authority(url), url.path().to_owned());
        Failure { error: HttpError::Status { host, path, status: status.as_u16(), body }, again }
    }
}

/// Reads a body up to `limit` bytes; `None` where there is more. The length is counted after decompression, chunk by
/// chunk, so that a small answer cannot unfold into a large one.
async fn read(mut response: Response, limit: u64) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if (body.len() + chunk.len()) as u64 > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// The beginning of an error's body; whatever goes wrong with it, the status is the message.
async fn read_beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= ERROR_BODY {
            body.truncate(ERROR_BODY);
            break;
        }
    }
    body
}

/// Host, and port where it is not the usual one.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
