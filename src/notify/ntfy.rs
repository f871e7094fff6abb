use serde_json::json;

use super::markup::quiet;
use super::{Channel, Key, Request, Telling, hook};
use crate::config::{ConfigError, SecretSource, Section};
use crate::http::{Credentials, Secret};

/// <https://docs.ntfy.sh/publish/#publish-as-json>
pub(super) const CHANNEL: Channel = Channel {
    name: "ntfy",
    about: "a push message by ntfy",
    keys: &[
        Key {
            name: "topic",
            example: "\"env:NTFY_TOPIC\"",
            without: None,
            about: "where the topic is found, which whoever knows it may read",
        },
        Key {
            name: "token",
            example: "\"env:NTFY_TOKEN\"",
            without: Some("no login"),
            about: "where an access token is found",
        },
        Key {
            name: "server",
            example: "\"https://ntfy.sh\"",
            without: Some(SERVER),
            about: "the server, where you use another",
        },
        hook::ALLOW_HTTP,
    ],
    asks: true,
    read,
};

const SERVER: &str = "https://ntfy.sh";
/// Longest text of a message, in bytes; a longer one would become a file.
const LONGEST: usize = 4096;

fn read(section: &Section<'_>) -> Result<Telling, ConfigError> {
    let topic = section.required("topic", SecretSource::parse)?;
    let token = section.text("token", SecretSource::parse)?;
    let server = hook::read_server(section, Some(SERVER))?;
    Ok(Telling::by_request(move |message, means| {
        let topic = means.secret(&topic, "topic")?;
        let mut text = quiet(&message.lines().join("\n"));
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
        text.truncate(ends.take_while(|end| *end <= LONGEST).last().unwrap_or_default());
        // One that comes twice is shown once, by servers that know sequences.
        let body = json!({
            "topic": topic.expose(), "title": quiet(&message.headline()), "message": text, "sequence_id": message.id,
        });
        let mut credentials = Credentials::default();
        if let Some(token) = &token {
            credentials.headers.push(hook::bearer(&means.secret(token, "token")?));
        }
        Ok(Request { credentials, hidden: vec![Secret::new(topic.expose())], ..Request::post(server.clone(), body) })
    }))
}
