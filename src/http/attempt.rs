use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Response, StatusCode, Url};

use super::client::{self, Clients};
use super::redirect::{self, Reach};
use super::{Credentials, HttpError, HttpOptions, authority, error, retry_after};

/// Most of an error's body that is read; only its beginning is shown.
const ERROR_BODY: usize = 64 * 1024;

/// What is sent with a POST or PUT.
#[derive(Clone, Debug)]
pub(super) struct Content<'a> {
    /// Which of them.
    pub method: Method,
    /// Its media type.
    pub kind: &'a str,
    pub bytes: &'a [u8],
}

/// A GET, or a POST or PUT where there is content, that may be tried several times.
pub(super) struct Question<'a> {
    clients: &'a Clients,
    options: &'a HttpOptions,
    /// What is asked for, as it may be shown.
    url: &'a Url,
    credentials: &'a Credentials,
    /// What is sent; it holds the secrets.
    signed: Url,
    headers: HeaderMap,
    content: Option<Content<'a>>,
}

/// A failed try: why, and whether another one makes sense.
pub(super) struct Failure {
    pub error: HttpError,
    pub again: Again,
}

pub(super) enum Again {
    /// The same request would fail the same way.
    Never,
    /// After the backoff; other requests to the host may go on.
    Later,
    /// The host wants fewer requests; it may say for how long.
    HostWide(Option<Duration>),
}

impl<'a> Question<'a> {
    pub(super) fn new(
        clients: &'a Clients,
        options: &'a HttpOptions,
        url: &'a Url,
        credentials: &'a Credentials,
        content: Option<Content<'a>>,
    ) -> Result<Self, HttpError> {
        let (signed, headers) = (credentials.sign(url), credentials.header_map()?);
        Ok(Self { clients, options, url, credentials, signed, headers, content })
    }

    /// Asks once.
    pub(super) async fn attempt(&self) -> Result<Vec<u8>, Failure> {
        let response = self.send().await?;
        if !response.status().is_success() {
            return Err(self.refused(response).await);
        }
        let limit = self.options.max_body;
        match read(response, limit).await.map_err(|error| self.broken(error))? {
            Some(body) => Ok(body),
            None => Err(Failure {
                error: HttpError::TooLarge { host: authority(self.url), path: self.url.path().to_owned(), limit },
                again: Again::Never,
            }),
        }
    }

    /// Asks, and follows where the answer leads as far as that is allowed.
    async fn send(&self) -> Result<Response, Failure> {
        let (began, options) = (Instant::now(), self.options);
        let (mut url, mut inside, reach) = (self.signed.clone(), true, self.reach());
        for _ in 0..=redirect::MOST {
            let client = if inside { self.clients.anywhere(options) } else { self.clients.public(options) };
            let client = client.map_err(|error| Failure { error, again: Again::Never })?;
            let request = match &self.content {
                Some(Content { method, kind, bytes }) => {
                    client.request(method.clone(), url.clone()).header(CONTENT_TYPE, *kind).body(bytes.to_vec())
                }
                None => client.get(url.clone()),
            };
            // The time is that of the whole way.
            let request =
                request.timeout(options.timeout.saturating_sub(began.elapsed())).headers(self.headers.clone());
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) if client::led_inside(&error) => return Err(self.astray(redirect::within(&authority(&url)))),
                Err(error) => return Err(self.broken(error)),
            };
            let Some(next) = redirect::target(&response, reach) else { return Ok(response) };
            inside = self.is_inside(&response);
            redirect::check((self.url, response.url(), &next), reach, inside, &options.redirects)
                .map_err(|why| self.astray(why))?;
            url = next;
        }
        Err(self.astray(format!("redirected more than {} times", redirect::MOST)))
    }

    fn reach(&self) -> Reach {
        match self.content {
            Some(_) => Reach::HomeWhole,
            None if !self.credentials.is_empty() => Reach::Home,
            None => Reach::Named,
        }
    }

    /// Whether who answered is in a private network. What lies beyond a proxy shows it by its name alone.
    fn is_inside(&self, response: &Response) -> bool {
        let direct = self.options.proxy.is_none() || redirect::is_here(response.url());
        match response.remote_addr().filter(|_| direct) {
            Some(peer) => redirect::is_private(peer.ip()),
            None => redirect::is_inside(response.url()),
        }
    }

    /// An answer that leads where nobody is to be led.
    fn astray(&self, reason: String) -> Failure {
        // A server can write into the name of a host what it was shown.
        let reason = self.credentials.scrub(&reason);
        Failure { error: HttpError::Unreachable { host: authority(self.url), reason }, again: Again::Never }
    }

    /// No answer, or one that broke off.
    fn broken(&self, error: reqwest::Error) -> Failure {
        let again = if client::is_final(&error) { Again::Never } else { Again::Later };
        // The error names the URL that was sent, with the token in it.
        let reason = self.credentials.scrub(&client::reason(&error.without_url(), self.options));
        Failure { error: HttpError::Unreachable { host: authority(self.url), reason }, again }
    }

    /// An answer that is not success.
    async fn refused(&self, response: Response) -> Failure {
        let status = response.status();
        let asked = retry_after::read(response.headers());
        let again = match status {
            StatusCode::TOO_MANY_REQUESTS => Again::HostWide(asked),
            StatusCode::SERVICE_UNAVAILABLE if asked.is_some() => Again::HostWide(asked),
            StatusCode::REQUEST_TIMEOUT => Again::Later,
            _ if status.is_server_error() => Again::Later,
            _ => Again::Never,
        };
        // Servers like to repeat the key that they refuse; it is taken out before the text is cut.
        let said = String::from_utf8_lossy(&read_beginning(response).await).into_owned();
        let body = error::snippet(&self.credentials.scrub(&said));
        let (host, path) = (authority(self.url), self.url.path().to_owned());
        Failure { error: HttpError::Status { host, path, status: status.as_u16(), body }, again }
    }
}

impl Failure {
    /// The pause that the host asks for, where it is longer than a request may wait.
    pub(super) fn asks_too_long(&self, options: &HttpOptions) -> Option<Duration> {
        match self.again {
            Again::HostWide(asked) => asked.filter(|asked| *asked > options.max_wait),
            Again::Never | Again::Later => None,
        }
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
