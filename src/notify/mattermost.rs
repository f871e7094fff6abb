use serde_json::json;

use super::markup::markdown;
use super::{Channel, hook};

/// <https://developers.mattermost.com/integrate/webhooks/incoming/>
pub(super) const CHANNEL: Channel = Channel {
    name: "mattermost",
    about: "an incoming webhook of Mattermost",
    keys: hook::KEYS,
    asks: true,
    read: |section| {
        hook::read(section, |message| {
            let text = format!("**{}**\n{}", markdown(&message.headline()), markdown(&message.lines().join("\n")));
            json!({ "text": text })
        })
    },
};
