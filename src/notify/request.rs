//! Sends what a channel wrote, and says what went wrong without a secret.

use reqwest::Url;
use reqwest::header::HeaderName;

use super::{Failure, Request};
use crate::domain::json;
use crate::http::{Credentials, Http, HttpError, Secret};

/// Parts of a path are hidden on their own from so many bytes on; `hooks` and `services` are no secrets.
const SEGMENT: usize = 9;

/// Sends a request. The error names the host and nothing else of the URL.
pub(super) async fn send(http: &Http, mut request: Request, delivery: &str) -> Result<(), Failure> {
    let body = json::line(&request.body).map_err(|error| error.to_string())?;
    // A receiver that was not heard gets it again; by this it may know it.
    request.credentials.headers.push((HeaderName::from_static("idempotency-key"), Secret::plain(delivery)));
    let Request { method, url, credentials, .. } = &request;
    match http.send(method.clone(), url, credentials, "application/json", body.as_bytes()).await {
        Ok(_) => Ok(()),
        Err(error) => {
            // 408 and 425 ask for another try, and 429 for a later one.
            let refused =
                matches!(error, HttpError::Status { status: 400..=407 | 409..=424 | 426..=428 | 430..=499, .. });
            Err(Failure { why: without_url(error, &request), refused })
        }
    }
}

fn without_url(error: HttpError, Request { url, hidden, .. }: &Request) -> String {
    let said = match error {
        HttpError::Status { host, status, body, .. } if body.is_empty() => format!("{host} answered {status}"),
        HttpError::Status { host, status, body, .. } => format!("{host} answered {status}: {body}"),
        HttpError::TooLarge { host, .. } => format!("{host} sent back more than it should"),
        other => other.to_string(),
    };
    // Servers like to repeat what they were sent, whole or in part.
    let query = parts(url).into_iter().map(Secret::new).chain(hidden.iter().cloned());
    Credentials { headers: Vec::new(), query: query.map(|secret| (String::new(), secret)).collect() }.scrub(&said)
}

/// All of a URL but its host, whole and in pieces.
fn parts(url: &Url) -> Vec<String> {
    let path = url.path();
    let segments = path.split('/').filter(|segment| segment.len() >= SEGMENT);
    let whole = [Some(url.as_str()), Some(path).filter(|path| path.len() > 1), url.query()];
    let values = url.query_pairs().map(|(_, value)| value.into_owned());
    whole.into_iter().flatten().chain(segments).map(str::to_owned).chain(values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_shows_the_url() {
        let url = Url::parse("https://hooks.example/services/T0/s3cr3tpath?key=s3cr3tkey").unwrap();
        let mut request = Request::post(url, serde_json::Value::Null);
        request.hidden.push(Secret::new("s3cr3ttopic"));
        let (host, path) = ("hooks.example".to_owned(), "/services/T0/s3cr3tpath".to_owned());
        let body = "no hook /services/T0/s3cr3tpath here; key=s3cr3tkey of s3cr3ttopic".to_owned();
        let said = without_url(HttpError::Status { host, path, status: 404, body }, &request);
        assert_eq!(said, "hooks.example answered 404: no hook *** here; *** of ***");
        let shown = format!("{request:?}");
        assert!(shown.contains("hooks.example") && !shown.contains("s3cr3t"), "{shown}");
    }
}
