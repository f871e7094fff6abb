//! What feeds have in common: a file, written whole, that shows the newest notices.

use std::path::{Path, PathBuf};

use super::{Key, Message, Telling};
use crate::config::{ConfigError, Section, parse_name};
use crate::domain::link;
use crate::files::{self, Mode};

/// What a feed is called.
pub(super) const TITLE: &str = "ransomtrail: when coins move";

/// The keys of a feed.
pub(super) const KEYS: &[Key] = &[FILE, Key { without: Some("it does not say"), ..URL }];
/// Where it is written.
pub(super) const FILE: Key = Key {
    name: "file",
    example: "\"/srv/www/coins.xml\"",
    without: None,
    about: "where it is written; a relative path starts at the folder of the configuration",
};
/// Where it is read.
pub(super) const URL: Key = Key {
    name: "url",
    example: "\"https://news.example/coins.xml\"",
    without: None,
    about: "where readers will find it, which the feed says of itself",
};

/// A feed in a file, for a web server to show.
pub struct Feed {
    file: PathBuf,
    url: Option<String>,
    document: Document,
}

/// The text of a feed, given where it will be found, the receiver's name and what it shows, the newest first.
pub(super) type Document = fn(Option<&str>, &str, &[Message]) -> Result<String, String>;

/// A feed of this form.
pub(super) fn read(section: &Section<'_>, document: Document) -> Result<Telling, ConfigError> {
    Ok(Telling::Feed(Feed {
        file: section.required("file", |text| parse_name(text).map(PathBuf::from))?,
        url: section.text("url", |text| link::web(text).map_err(|bad| bad.to_string()))?,
        document,
    }))
}

impl Feed {
    /// Writes the feed whole, the newest first. Readers of the file see the old one or the new one.
    pub(super) fn write(&self, folder: &Path, name: &str, messages: &[Message]) -> Result<(), String> {
        let (file, text) = (folder.join(&self.file), (self.document)(self.url.as_deref(), name, messages)?);
        create_folder(&file)?;
        files::write_atomic(&file, text.as_bytes(), Mode::Shared).map_err(|error| error.to_string())
    }

    /// Whether the feed could be written there. None is made: a reader takes an empty file for a broken feed.
    pub(super) fn can_write(&self, folder: &Path) -> Result<(), String> {
        let file = folder.join(&self.file);
        create_folder(&file)?;
        files::can_write(&file).map_err(|error| error.to_string())
    }
}

fn create_folder(file: &Path) -> Result<(), String> {
    let folder = file.parent().unwrap_or(Path::new(""));
    files::create_folder(folder, Mode::Shared).map_err(|error| error.to_string())
}

/// A name that is always the same for the same thing: a UUID of version 8 made of a hash (RFC 9562).
pub(super) fn urn(text: &str) -> String {
    use bitcoin::hashes::{Hash, sha256};
    let hash = sha256::Hash::hash(text.as_bytes()).to_string();
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// What a feed of this form says of a correction and of what it corrects.
#[cfg(test)]
pub(super) fn shown(document: Document, url: Option<&str>) -> String {
    use super::Occasion;
    use super::message::tests::arrival;
    document(url, "coins", &[arrival(Occasion::Correction), arrival(Occasion::Event)]).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let feed = |file: &str| Feed { file: file.into(), url: None, document: |_, name, _| Ok(name.to_owned()) };
        let one = feed("feeds/coins.xml");
        one.can_write(folder.path()).unwrap();
        assert!(!folder.path().join("feeds/coins.xml").exists(), "a test leaves no empty feed");
        one.write(folder.path(), "coins", &[]).unwrap();
        one.write(folder.path(), "other", &[]).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("feeds/coins.xml")).unwrap(), "other");
        assert_eq!(std::fs::read_dir(folder.path().join("feeds")).unwrap().count(), 1, "nothing is left beside it");
        let elsewhere = feed("feeds/coins.xml/below");
        assert!(elsewhere.write(folder.path(), "x", &[]).is_err() && elsewhere.can_write(folder.path()).is_err());
    }
}
