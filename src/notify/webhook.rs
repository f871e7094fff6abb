use std::fmt::{self, Write as _};

use reqwest::Url;
use reqwest::header::HeaderName;
use serde_json::{Value, json};

use super::Message;
use crate::domain::json as written;
use crate::http::{Credentials, Http, HttpError, Secret};

/// What the body of a webhook looks like.
#[derive(Debug)]
pub struct Shape {
    /// Name in the configuration.
    pub name: &'static str,
    /// The body.
    pub body: fn(&Message) -> Value,
}

/// Every shape. `json` is our own; the others are those of chat services.
pub static SHAPES: &[Shape] = &[
    Shape { name: "json", body: Message::json },
    // https://api.slack.com/messaging/webhooks
    Shape { name: "slack", body: slack },
    // https://developers.mattermost.com/integrate/webhooks/incoming/
    Shape { name: "mattermost", body: mattermost },
    // https://discord.com/developers/docs/resources/webhook#execute-webhook
    Shape { name: "discord", body: discord },
];

/// Longest content of a message that Discord takes, in characters.
const DISCORD: usize = 2000;

/// Parts of a path are hidden on their own from so many bytes on; `hooks` and `services` are no secrets.
const SEGMENT: usize = 9;

/// A URL that notices are posted to.
pub struct Webhook {
    /// The transport.
    pub http: Http,
    /// The body's shape.
    pub shape: &'static Shape,
    /// Where to. With chat services whoever knows it may write.
    pub url: Url,
    /// Headers that it wants.
    pub credentials: Credentials,
}

/// The shape of that name.
pub fn shape(name: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.name == name)
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("host", &self.url.host_str())
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl Webhook {
    /// Posts a message. The error names the host and nothing else of the URL.
    pub async fn send(&self, message: &Message) -> Result<(), String> {
        let body = written::line(&(self.shape.body)(message)).map_err(|error| error.to_string())?;
        let mut credentials = self.credentials.clone();
        // A receiver that was not heard gets it again; by this it may know it.
        credentials.headers.push((HeaderName::from_static("idempotency-key"), Secret::plain(message.id.clone())));
        match self.http.post(&self.url, &credentials, "application/json", body.as_bytes()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.without_url(error)),
        }
    }

    fn without_url(&self, error: HttpError) -> String {
        let said = match error {
            HttpError::Status { host, status, body, .. } if body.is_empty() => format!("{host} answered {status}"),
            HttpError::Status { host, status, body, .. } => format!("{host} answered {status}: {body}"),
            HttpError::TooLarge { host, .. } => format!("{host} sent back more than it should"),
            other => other.to_string(),
        };
        // Servers like to repeat what they were sent, whole or in part.
        let path = self.url.path();
        let segments = path.split('/').filter(|segment| segment.len() >= SEGMENT);
        let values = self.url.query_pairs().map(|(_, value)| value.into_owned());
        let whole = [Some(self.url.as_str()), Some(path).filter(|path| path.len() > 1), self.url.query()];
        let parts = whole.into_iter().flatten().chain(segments).map(str::to_owned).chain(values);
        let query = parts.map(|part| (String::new(), Secret::new(part))).collect();
        Credentials { headers: Vec::new(), query }.scrub(&said)
    }
}

/// <https://api.slack.com/reference/surfaces/formatting#escaping>: with these three escaped no name becomes a link or a mention.
fn slack(message: &Message) -> Value {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let text = format!("{}\n{}", escape(&message.headline()), escape(&message.lines().join("\n")));
    json!({ "text": text, "mrkdwn": false, "parse": "none", "unfurl_links": false, "unfurl_media": false })
}

fn mattermost(message: &Message) -> Value {
    json!({ "text": format!("**{}**\n{}", markdown(&message.headline()), markdown(&message.lines().join("\n"))) })
}

fn discord(message: &Message) -> Value {
    let text = format!("**{}**\n{}", markdown(&message.headline()), markdown(&message.lines().join("\n")));
    let content = match text.char_indices().nth(DISCORD - 1) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    json!({ "content": content, "allowed_mentions": { "parse": [] } })
}

/// Text as it is, for readers of Markdown. An @ is kept from calling anybody, and an address of the web from being a link, by a
/// zero-width space.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '@' => out.push_str("@\u{200b}"),
            '/' if out.ends_with(':') => out.push_str("\u{200b}/"),
            '.' if out.to_ascii_lowercase().ends_with("www") => out.push_str("\u{200b}."),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' => {
                let _ = write!(out, "\\{c}");
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::arrival;
    use super::super::{Message, Occasion};
    use super::*;
    use crate::http::HttpOptions;

    #[test]
    fn shapes() {
        let message = arrival(Occasion::Event);
        let body = |name: &str| (shape(name).unwrap().body)(&message);
        assert_eq!(body("json")["events"][0]["sats"], 183_760_000);
        assert_eq!(body("json")["type"], "event");
        let slack = body("slack")["text"].as_str().unwrap().to_owned();
        assert!(
            slack.starts_with("WannaCry: 1.83760000 BTC arrived at ShapeShift &lt;b&gt; (swap service)\nwhy: "),
            "{slack}"
        );
        let text = body("mattermost")["text"].as_str().unwrap().to_owned();
        assert!(
            text.starts_with("**WannaCry: 1.83760000 BTC arrived at ShapeShift \\<b\\> (swap service)**\n"),
            "{text}"
        );
        assert_eq!(body("discord")["allowed_mentions"]["parse"], json!([]));
        assert!(shape("pigeon").is_none());
    }

    #[test]
    fn nobody_is_called_and_no_length_is_too_much() {
        assert_eq!(markdown("@everyone _x_ [a](b)"), "@\u{200b}everyone \\_x\\_ \\[a\\](b)");
        assert_eq!(markdown("https://x.example www.y"), "https:\u{200b}//x.example www\u{200b}.y");
        let mut long = arrival(Occasion::Event);
        long.title = "W@".repeat(3000);
        let content = discord(&long)["content"].as_str().unwrap().to_owned();
        assert_eq!(content.chars().count(), DISCORD);
        let _ = Message::test(long.made_at);
    }

    #[test]
    fn no_error_shows_the_url() {
        let webhook = Webhook {
            http: Http::new(HttpOptions::default()).unwrap(),
            shape: &SHAPES[0],
            url: Url::parse("https://hooks.example/services/T0/s3cr3tpath?key=s3cr3tkey").unwrap(),
            credentials: Credentials::default(),
        };
        let (host, path) = ("hooks.example".to_owned(), "/services/T0/s3cr3tpath".to_owned());
        let body = "no hook /services/T0/s3cr3tpath here; key=s3cr3tkey".to_owned();
        let said = webhook.without_url(HttpError::Status { host, path, status: 404, body });
        assert_eq!(said, "hooks.example answered 404: no hook *** here; ***");
        let shown = format!("{webhook:?}");
        assert!(shown.contains("hooks.example") && !shown.contains("s3cr3t"), "{shown}");
    }
}
