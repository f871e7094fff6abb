use super::{Channel, Message, hook};

pub(super) const CHANNEL: Channel = Channel {
    name: "webhook",
    about: "a POST of our own JSON to a URL",
    keys: hook::KEYS,
    asks: true,
    read: |section| hook::read(section, Message::json),
};
