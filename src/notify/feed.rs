use std::path::Path;

use atom_syndication::{Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text};

use super::Message;
use crate::domain::Time;
use crate::files::{self, Mode};

/// Writes the feed whole, the newest first. Readers of the file see the old one or the new one.
pub(super) fn write(file: &Path, url: Option<&str>, name: &str, messages: &[Message]) -> Result<(), String> {
    let text = document(url, name, messages)?;
    create_folder(file)?;
    files::write_atomic(file, text.as_bytes(), Mode::Shared).map_err(|error| error.to_string())
}

/// Whether the feed could be written there. None is made: a reader takes an empty file for a broken feed.
pub(super) fn can_write(file: &Path) -> Result<(), String> {
    create_folder(file)?;
    files::can_write(file).map_err(|error| error.to_string())
}

fn create_folder(file: &Path) -> Result<(), String> {
    let folder = file.parent().unwrap_or(Path::new(""));
    files::create_folder(folder, Mode::Shared).map_err(|error| error.to_string())
}

/// <https://www.rfc-editor.org/rfc/rfc4287>
fn document(url: Option<&str>, name: &str, messages: &[Message]) -> Result<String, String> {
    let entries: Vec<Entry> = messages.iter().map(entry).collect();
    let updated = messages.first().map_or_else(FixedDateTime::default, |message| fixed(message.made_at));
    let feed = Feed {
        title: Text::plain("ransomtrail: when coins move"),
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

/// A name that is always the same for the same thing: a UUID of version 8 made of a hash (RFC 9562).
fn urn(text: &str) -> String {
    use bitcoin::hashes::{Hash, sha256};
    let hash = sha256::Hash::hash(text.as_bytes()).to_string();
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

fn fixed(time: Time) -> FixedDateTime {
    time.fixed_offset()
}

#[cfg(test)]
mod tests {
    use super::super::Occasion;
    use super::super::message::tests::arrival;
    use super::*;

    #[test]
    fn a_reader_reads_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("feeds/coins.xml");
        can_write(&file).unwrap();
        assert!(!file.exists(), "a test leaves no empty feed");
        let messages = [arrival(Occasion::Correction), arrival(Occasion::Event)];
        write(&file, Some("https://news.example/coins.xml"), "coins", &messages).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let feed = Feed::read_from(text.as_bytes()).unwrap();
        assert_eq!((feed.entries.len(), feed.id.as_str()), (2, "https://news.example/coins.xml"));
        assert_eq!(feed.updated.to_rfc3339(), "2017-08-03T11:00:00+00:00");
        let entry = &feed.entries[1];
        assert_eq!(entry.title.value, "WannaCry: 1.83760000 BTC arrived at ShapeShift <b> (swap service)");
        assert!(entry.id.starts_with("urn:uuid:") && entry.id.len() == 45 && entry.id != feed.entries[0].id);
        assert!(!text.contains("<b>"), "{text}");
        write(&file, None, "coins", &messages).unwrap();
        assert_eq!(std::fs::read_dir(folder.path().join("feeds")).unwrap().count(), 1, "nothing is left beside it");
        let elsewhere = folder.path().join("feeds/coins.xml/below");
        assert!(write(&elsewhere, None, "x", &[]).is_err() && can_write(&elsewhere).is_err());
    }
}
