use serde_json::{Value, json};

use super::{Channel, Message, hook};

/// <https://api.slack.com/messaging/webhooks>
pub(super) const CHANNEL: Channel = Channel {
    name: "slack",
    about: "an incoming webhook of Slack",
    keys: hook::KEYS,
    asks: true,
    read: |section| hook::read(section, body),
};

/// <https://api.slack.com/reference/surfaces/formatting#escaping>: with these three escaped no name becomes a link or a mention.
fn body(message: &Message) -> Value {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let text = format!("{}\n{}", escape(&message.headline()), escape(&message.lines().join("\n")));
    json!({ "text": text, "mrkdwn": false, "parse": "none", "unfurl_links": false, "unfurl_media": false })
}
