use rss::{Channel as Feed, Guid, Item};

use super::feed::{self, FILE, TITLE, URL, urn};
use super::{Channel, Message};
use crate::domain::Time;

/// <https://www.rssboard.org/rss-specification>
pub(super) const CHANNEL: Channel = Channel {
    name: "rss",
    about: "an RSS feed in a file, which has to say where it is found",
    keys: &[FILE, URL],
    asks: false,
    read: |section| {
        section.required("url", |_| Ok(()))?;
        feed::read(section, document)
    },
};

fn document(url: Option<&str>, _name: &str, messages: &[Message]) -> Result<String, String> {
    let item = |message: &Message| Item {
        title: Some(message.headline()),
        description: Some(message.lines().join("\n")),
        guid: Some(Guid { value: urn(&message.id), permalink: false }),
        pub_date: Some(date(message.made_at)),
        ..Item::default()
    };
    let feed = Feed {
        title: TITLE.to_owned(),
        link: url.unwrap_or_default().to_owned(),
        description: TITLE.to_owned(),
        generator: Some(format!("ransomtrail {}", env!("CARGO_PKG_VERSION"))),
        last_build_date: messages.first().map(|message| date(message.made_at)),
        items: messages.iter().map(item).collect(),
        ..Feed::default()
    };
    let bytes = feed.pretty_write_to(Vec::new(), b' ', 1).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// As RFC 2822 has it.
fn date(time: Time) -> String {
    time.to_rfc2822()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_reads_it_back() {
        let text = feed::shown(document, Some("https://news.example/coins.rss"));
        let feed = Feed::read_from(text.as_bytes()).unwrap();
        assert_eq!((feed.items.len(), feed.link.as_str()), (2, "https://news.example/coins.rss"));
        let item = &feed.items[1];
        let title = "WannaCry: 1.83760000 BTC arrived at ShapeShift <b> (swap service)";
        assert_eq!(
            (item.title.as_deref(), item.pub_date.as_deref()),
            (Some(title), Some("Thu, 3 Aug 2017 11:00:00 +0000"))
        );
        let guid = item.guid.as_ref().unwrap();
        assert!(guid.value.starts_with("urn:uuid:") && !guid.permalink && feed.items[0].guid.as_ref() != Some(guid));
        assert!(!text.contains("<b>"), "{text}");
    }
}
