use serde_json::{Value, json};

use super::markup::{cut, markdown};
use super::{Channel, Message, hook};

/// <https://discord.com/developers/docs/resources/webhook#execute-webhook>
pub(super) const CHANNEL: Channel = Channel {
    name: "discord",
    about: "a webhook of Discord",
    keys: hook::KEYS,
    asks: true,
    read: |section| hook::read(section, body),
};

/// Longest content of a message that Discord takes, in characters.
const LONGEST: usize = 2000;

fn body(message: &Message) -> Value {
    let text = format!("**{}**\n{}", markdown(&message.headline()), markdown(&message.lines().join("\n")));
    json!({ "content": cut(text, LONGEST), "allowed_mentions": { "parse": [] } })
}
