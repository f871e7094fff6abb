use atom_syndication::{Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text};

use super::feed::{self, TITLE, urn};
use super::{Channel, Message};
use crate::domain::Time;

pub(super) const CHANNEL: Channel = Channel {
    name: "atom",
    about: "an Atom feed in a file",
    keys: feed::KEYS,
    asks: false,
    read: |section| feed::read(section, document),
};

/// <https://www.rfc-editor.org/rfc/rfc4287>
fn document(url: Option<&str>, name: &str, messages: &[Message]) -> Result<String, String> {
    let entries: Vec<Entry> = messages.iter().map(entry).collect();
    let updated = messages.first().map_or_else(FixedDateTime::default, |message| fixed(message.made_at));
    let feed = Feed {
        title: Text::plain(TITLE),
        id: url.map_or_else(|| urn(name), str::to_owned),
        updated,
        authors: vec![Person { name: "ransomtrail".to_owned(), ..Person::default() }],
        generator: Some(Generator {
            value: "ransomtrail".to_owned(),
            uri: None,
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        links: url.iter().map(|url| link(url)).collect(),
        entries,
        ..Feed::default()
    };
    let bytes = feed.write_to(Vec::new()).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn entry(message: &Message) -> Entry {
    Entry {
        title: Text::plain(message.headline()),
        id: urn(&message.id),
        updated: fixed(message.made_at),
        content: Some(Content {
            value: Some(message.lines().join("\n")),
            content_type: Some("text".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn link(url: &str) -> Link {
    Link { href: url.to_owned(), rel: "self".to_owned(), ..Link::default() }
}

fn fixed(time: Time) -> FixedDateTime {
    time.fixed_offset()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_reads_it_back() {
        let text = feed::shown(document, Some("https://news.example/coins.xml"));
        let read = Feed::read_from(text.as_bytes()).unwrap();
        assert_eq!((read.entries.len(), read.id.as_str()), (2, "https://news.example/coins.xml"));
        assert_eq!(read.updated.to_rfc3339(), "2017-08-03T11:00:00+00:00");
        let entry = &read.entries[1];
        assert_eq!(entry.title.value, "WannaCry: 1.83760000 BTC arrived at ShapeShift <b> (swap service)");
        assert!(entry.id.starts_with("urn:uuid:") && entry.id.len() == 45 && entry.id != read.entries[0].id);
        assert!(!text.contains("<b>"), "{text}");
        assert!(feed::shown(document, None).contains("<id>urn:uuid:"));
    }
}
