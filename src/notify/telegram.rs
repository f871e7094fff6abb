use serde_json::json;

use super::markup::{cut, quiet};
use super::{Channel, Key, Request, Telling, hook};
use crate::config::{ConfigError, SecretSource, Section, parse_name};

/// <https://core.telegram.org/bots/api#sendmessage>
pub(super) const CHANNEL: Channel = Channel {
    name: "telegram",
    about: "a message of a Telegram bot",
    keys: &[
        Key {
            name: "token",
            example: "\"env:TELEGRAM_TOKEN\"",
            without: None,
            about: "where the bot's token is found",
        },
        Key {
            name: "chat",
            example: "\"-1001234567890\"",
            without: None,
            about: "the chat's number, or @name of a public channel; the bot has to be in it",
        },
        Key {
            name: "server",
            example: "\"https://api.telegram.org\"",
            without: Some(SERVER),
            about: "the server of the bot API, where you run your own",
        },
        hook::ALLOW_HTTP,
    ],
    asks: true,
    read,
};

const SERVER: &str = "https://api.telegram.org";
/// Longest text of a message, in characters.
const LONGEST: usize = 4096;

fn read(section: &Section<'_>) -> Result<Telling, ConfigError> {
    let token = section.required("token", SecretSource::parse)?;
    // A number may stand without quotes.
    let chat = match section.scalar("chat", parse_name)? {
        Some(chat) => chat,
        None => section.required("chat", parse_name)?,
    };
    let server = hook::read_server(section, Some(SERVER))?;
    Ok(Telling::by_request(move |message, means| {
        let token = means.secret(&token, "token")?;
        let url = hook::below(&server, &[&format!("bot{}", token.expose()), "sendMessage"])?;
        // Without a mode of parsing nothing is markup.
        let text = cut(quiet(message.text().trim_end()), LONGEST);
        let body = json!({ "chat_id": chat, "text": text, "link_preview_options": { "is_disabled": true } });
        Ok(Request { hidden: vec![token], ..Request::post(url, body) })
    }))
}
