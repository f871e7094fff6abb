use serde::Serialize;

use super::feed::{self, TITLE, urn};
use super::{Channel, Message};
use crate::domain::{json, rfc3339};

/// <https://www.jsonfeed.org/version/1.1/>
pub(super) const CHANNEL: Channel = Channel {
    name: "json-feed",
    about: "a JSON Feed in a file",
    keys: feed::KEYS,
    asks: false,
    read: |section| feed::read(section, document),
};

#[derive(Serialize)]
struct Feed<'a> {
    version: &'static str,
    title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a str>,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    id: String,
    title: String,
    content_text: String,
    date_published: String,
}

fn document(url: Option<&str>, _name: &str, messages: &[Message]) -> Result<String, String> {
    let item = |message: &Message| Item {
        id: urn(&message.id),
        title: message.headline(),
        content_text: message.lines().join("\n"),
        date_published: rfc3339(message.made_at),
    };
    let version = "https://jsonfeed.org/version/1.1";
    let feed = Feed { version, title: TITLE, feed_url: url, items: messages.iter().map(item).collect() };
    json::pretty(&feed).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_reads_it_back() {
        let read = |url| serde_json::from_str::<serde_json::Value>(&feed::shown(document, url)).unwrap();
        let feed = read(Some("https://news.example/coins.json"));
        assert_eq!(feed["feed_url"], "https://news.example/coins.json");
        let (correction, event) = (&feed["items"][0], &feed["items"][1]);
        assert_eq!(event["title"], "WannaCry: 1.83760000 BTC arrived at ShapeShift <b> (swap service)");
        assert_eq!(event["date_published"], "2017-08-03T11:00:00Z");
        assert!(event["id"].as_str().unwrap().starts_with("urn:uuid:") && event["id"] != correction["id"]);
        assert!(correction["content_text"].as_str().unwrap().starts_with("This does not stand"), "{correction}");
        assert!(read(None).get("feed_url").is_none());
    }
}
