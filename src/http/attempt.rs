use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Response, StatusCode, Url};

use super::{Credentials, HttpError, HttpOptions, authority, client, error, retry_after};

/// Most of an error's body that is read; only its beginning is shown.
const ERROR_BODY: usize = 64 * 1024;

/// What is sent with a POST.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'a> {
    /// Its media type.
    pub kind: &'a str,
    pub bytes: &'a [u8],
}

/// A GET, or a POST where there is content, that may be tried several times.
pub(super) struct Question<'a> {
    client: &'a Client,
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
        client: &'a Client,
        options: &'a HttpOptions,
        url: &'a Url,
        credentials: &'a Credentials,
        content: Option<Content<'a>>,
    ) -> Result<Self, HttpError> {
        let (signed, headers) = (credentials.sign(url), credentials.header_map()?);
        Ok(Self { client, options, url, credentials, signed, headers, content })
    }

    /// Asks once.
    pub(super) async fn attempt(&self) -> Result<Vec<u8>, Failure> {
        let broken = |error| self.broken(error);
        let request = match self.content {
            Some(content) => {
                let request = self.client.post(self.signed.clone()).header(CONTENT_TYPE, content.kind);
                request.body(content.bytes.to_vec())
            }
            None => self.client.get(self.signed.clone()),
        };
        let request = request.headers(self.headers.clone());
        let response = request.send().await.map_err(broken)?;
        if !response.status().is_success() {
            return Err(self.refused(response).await);
        }
        let limit = self.options.max_body;
        match read(response, limit).await.map_err(broken)? {
            Some(body) => Ok(body),
            None => Err(Failure {
                error: HttpError::TooLarge { host: authority(self.url), path: self.url.path().to_owned(), limit },
                again: Again::Never,
            }),
        }
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
