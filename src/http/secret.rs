use std::fmt;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::HttpError;

/// Shown in place of a secret.
const HIDDEN: &str = "***";
/// Parts of a secret that are hidden on their own have at least so many bytes: of `Bearer 0123abcd` the second.
const PART: usize = 8;

/// A text that is sent, and never shown: it prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    /// Whether it is taken out of what servers say.
    hidden: bool,
}

/// What an explorer wants to be shown with each request: an account's headers, a token. It goes to the host that was
/// asked and to no other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Headers.
    pub headers: Vec<(HeaderName, Secret)>,
    /// Pairs that are added to the query of the URL on its way out: `?token=…`.
    pub query: Vec<(String, Secret)>,
}

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), hidden: true }
    }

    /// A text that is no secret, though it is sent like one: where a server repeats it, it may be read.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), hidden: false }
    }

    /// The text itself, for those who send it by another way than HTTP.
    pub(crate) fn expose(&self) -> &str {
        &self.text
    }

    /// Whether it may be sent in a header: no line breaks or other control characters.
    pub fn fits_a_header(&self) -> bool {
        HeaderValue::from_str(&self.text).is_ok()
    }

    /// The ways in which a server may repeat it: as it is, part by part, as sent in a query, as written in JSON.
    fn forms(&self) -> Vec<String> {
        if !self.hidden {
            return Vec::new();
        }
        let parts = self.text.split_whitespace().filter(|part| part.len() >= PART).map(str::to_owned);
        let mut forms: Vec<String> = parts.chain([self.text.clone()]).collect();
        for plain in forms.clone() {
            forms.extend(in_query(&plain));
            let quoted = serde_json::Value::from(plain).to_string();
            let json = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted);
            forms.extend([json.to_owned(), json.replace('/', "\\/")]);
        }
        forms.retain(|form| !form.trim().is_empty());
        // The longest first, so that no rest of it stays.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        forms
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Credentials {
    /// Whether there is nothing to be shown.
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.query.is_empty()
    }

    /// The headers to send.
    pub(super) fn header_map(&self) -> Result<HeaderMap, HttpError> {
        let mut map = HeaderMap::new();
        for (name, secret) in &self.headers {
            let mut value = HeaderValue::from_str(&secret.text).map_err(|_| HttpError::Client {
                reason: format!("the value of the header {name} holds characters that cannot be sent"),
            })?;
            value.set_sensitive(true);
            map.insert(name, value);
        }
        Ok(map)
    }

    /// The URL to send; it is shown to nobody.
    pub(super) fn sign(&self, url: &Url) -> Url {
        let mut url = url.clone();
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(self.query.iter().map(|(name, secret)| (name, &secret.text)));
        }
        url
    }

    /// What a server or a library said, without the secrets that it repeats.
    pub fn scrub(&self, said: &str) -> String {
        // What is shown nothing has nothing to repeat.
        if self.is_empty() {
            return said.to_owned();
        }

        let secrets = self.headers.iter().map(|(_, secret)| secret).chain(self.query.iter().map(|(_, secret)| secret));
        secrets.flat_map(Secret::forms).fold(said.to_owned(), |text, form| hide(&text, &form))
    }
}

impl Credentials {
    /// Whether a body repeats one of them.
    pub fn are_in(&self, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body);
        !self.is_empty() && self.scrub(&text) != text
    }
}

/// How a text stands in a query.
fn in_query(text: &str) -> Option<String> {
    let mut url = Url::parse("http://localhost").ok()?;
    url.query_pairs_mut().append_key_only(text);
    url.query().map(str::to_owned)
}

/// Hides every occurrence of `form`, in upper and lower case.
fn hide(text: &str, form: &str) -> String {
    // ASCII lower case keeps every byte position.
    let (lower, form) = (text.to_ascii_lowercase(), form.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, found) in lower.match_indices(&form) {
        out.push_str(&text[done..at]);
        out.push_str(HIDDEN);
        done = at + found.len();
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials {
            headers: vec![(HeaderName::from_static("x-api-key"), Secret::new("Bearer s3cr3t/+key"))],
            query: vec![("token".to_owned(), Secret::new("a&b c"))],
        }
    }

    #[test]
    fn never_shown() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {secret:#?} {secret:>9}"), "*** *** *** ***");
        let shown = format!("{:?} {:#?}", credentials(), credentials());
        assert!(!shown.contains("s3cr3t") && !shown.contains("a&b"), "{shown}");
        assert!(shown.contains("x-api-key") && shown.contains("***"), "{shown}");
        let headers = format!("{:?}", credentials().header_map().unwrap());
        assert_eq!(headers, "{\"x-api-key\": Sensitive}");
    }

    #[test]
    fn signs_what_is_sent() {
        let sign = |url: &str| credentials().sign(&Url::parse(url).unwrap()).to_string();
        assert_eq!(sign("https://a.example/api/tx"), "https://a.example/api/tx?token=a%26b+c");
        assert_eq!(sign("https://a.example/tx?limit=50"), "https://a.example/tx?limit=50&token=a%26b+c");
        let plain = Url::parse("https://a.example/tx").unwrap();
        assert_eq!(Credentials::default().sign(&plain), plain);
    }

    #[test]
    fn scrubs_what_a_server_repeats() {
        let check = |said: &str, expect: &str| assert_eq!(credentials().scrub(said), expect, "{said}");
        check("the key Bearer s3cr3t/+key is not known", "the key *** is not known");
        check("s3cr3t/+key, S3CR3T/+KEY", "***, ***");
        check("{\"key\":\"s3cr3t\\/+key\"}", "{\"key\":\"***\"}");
        check("?key=s3cr3t%2f%2Bkey&token=a%26b+c", "?key=***&token=***");
        check("token a&b c", "token ***");
        check("Bearer of bad news", "Bearer of bad news");
        assert_eq!(Credentials::default().scrub("as it is"), "as it is");
        let plain = Credentials { headers: vec![], query: vec![("v".to_owned(), Secret::plain("1"))] };
        assert_eq!(plain.scrub("1 of 10"), "1 of 10");
        assert!(!format!("{plain:?}").contains('1'));
        assert!(credentials().are_in(b"{\"key\":\"s3cr3t\\/+key\"}") && !credentials().are_in(b"\xff of bad news"));
        assert!(!plain.are_in(b"1 of 10") && !Credentials::default().are_in(b"s3cr3t"));
    }

    #[test]
    fn line_breaks_are_not_sent() {
        let broken = Secret::new("one\r\nHost: two");
        assert!(!broken.fits_a_header() && Secret::new("one").fits_a_header());
        let credentials = Credentials { headers: vec![(HeaderName::from_static("x-key"), broken)], query: vec![] };
        let said = credentials.header_map().unwrap_err().to_string();
        assert_eq!(
            said,
            "no HTTP client can be made: the value of the header x-key holds characters that cannot be sent"
        );
    }
}
