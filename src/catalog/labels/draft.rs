//! A row as some file tells it, before anything of it is believed; and why a row is refused.

use std::collections::HashSet;
use std::sync::Arc;

use bitcoin::Network;
use chrono::NaiveDate;

use crate::domain::link::{self, BadLink};
use crate::domain::words::{NAME, NOTE, TooLong, shown};
use crate::domain::{Address, BadAddress, Category, Confidence, Label, Origin};

/// A row as the file tells it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The line it stands in, from 1.
    pub line: usize,
    pub address: Option<String>,
    pub currency: Option<String>,
    /// The chain, where a source tells it apart from the currency: wrapped bitcoin is on another one.
    pub network: Option<String>,
    pub name: Option<String>,
    /// What the reader made of the source's own words.
    pub category: Option<Result<Category, String>>,
    pub source: Option<String>,
    pub confidence: Option<String>,
    pub lastmod: Option<String>,
    pub cluster: bool,
    pub actor: Option<String>,
    pub note: Option<String>,
}

/// Why a row is not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It is of another currency, whatever its address looks like.
    #[error("the currency is {0}, not BTC")]
    OtherCurrency(String),
    /// It is a bitcoin address, but of another network.
    #[error(transparent)]
    OtherNetwork(BadAddress),
    /// The address is none, or its checksum fails.
    #[error(transparent)]
    BadAddress(BadAddress),
    /// A field that every label needs.
    #[error("no {0}")]
    Missing(&'static str),
    /// A field that cannot be understood.
    #[error("{0}")]
    Unreadable(String),
    /// A source that is no page of the web, and no words either.
    #[error("the source {0}")]
    BadLink(BadLink),
    /// A field that is longer than anybody writes.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The same file says exactly this already.
    #[error("it is told twice")]
    Repeated,
}

impl Reason {
    /// What reasons of this kind have in common, to count them by.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OtherCurrency(_) => "other currency",
            Self::OtherNetwork(_) => "other network",
            Self::BadAddress(_) => "bad address",
            Self::Missing(_) => "missing field",
            Self::Unreadable(_) => "unreadable field",
            Self::BadLink(_) => "bad link",
            Self::TooLong(_) => "too long",
            Self::Repeated => "told twice",
        }
    }
}

/// A row that is not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}{reason}", self.whose())]
pub struct Refusal {
    /// The line it stands in, from 1.
    pub line: usize,
    /// Its address as told, empty where it has none.
    pub address: String,
    /// Why.
    pub reason: Reason,
}

impl Refusal {
    /// The address, where the reason does not name it.
    fn whose(&self) -> String {
        let named = matches!(self.reason, Reason::BadAddress(_) | Reason::OtherNetwork(_));
        if named || self.address.is_empty() { String::new() } else { format!("{}: ", self.address) }
    }
}

/// A file that was read: each row is in one of the two.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub labels: Vec<Label>,
    pub refused: Vec<Refusal>,
    /// What the file says of itself: title, creator, licence.
    pub about: Vec<String>,
}

/// Checks all rows of a file.
pub(super) fn check_all(
    rows: impl Iterator<Item = Draft>,
    network: Network,
    origin: Origin,
    file: &Arc<str>,
    about: Vec<String>,
) -> Reading {
    let mut reading = Reading { about, ..Reading::default() };
    let mut seen = HashSet::new();
    for row in rows {
        let (line, told) = (row.line, row.address.clone().unwrap_or_default());
        let checked = row.check(network, origin, file).and_then(|label| {
            let says = (label.address.clone(), label.name.clone(), label.category, label.source.clone());
            if seen.insert(says) { Ok(label) } else { Err(Reason::Repeated) }
        });
        match checked {
            Ok(label) => reading.labels.push(label),
            Err(reason) => reading.refused.push(Refusal { line, address: printable(&told), reason }),
        }
    }
    reading
}

impl Draft {
    /// The label it tells. The currency comes first: some other chains have addresses that pass for bitcoin's.
    fn check(self, network: Network, origin: Origin, file: &Arc<str>) -> Result<Label, Reason> {
        let currency = needed(self.currency, "currency")?;
        let chain = self.network.filter(|n| !n.trim().is_empty());
        for word in std::iter::once(&currency).chain(&chain) {
            // XBT is the ISO 4217 style code, which OFAC uses.
            if !["BTC", "XBT"].contains(&word.trim().to_uppercase().as_str()) {
                return Err(Reason::OtherCurrency(printable(word)));
            }
        }
        let address = needed(self.address, "address")?;
        let address = Address::parse(address.trim(), network).map_err(|error| match error {
            BadAddress::Checksum(text) => Reason::BadAddress(BadAddress::Checksum(printable(&text))),
            BadAddress::Network(..) => Reason::OtherNetwork(error),
        })?;
        let name = NAME.line(&needed(self.name, "name")?)?;
        let source = link::source(&needed(self.source, "source")?).map_err(|bad| match bad {
            BadLink::TooLong(long) => Reason::TooLong(long),
            other => Reason::BadLink(other),
        })?;
        let category = self.category.ok_or(Reason::Missing("category"))?.map_err(Reason::Unreadable)?;
        let confidence = match given(self.confidence) {
            None => Confidence::Unknown,
            Some(word) => word.parse().map_err(Reason::Unreadable)?,
        };
        let lastmod = given(self.lastmod).map(|text| day(&text)).transpose()?;
        let actor = given(self.actor).map(|text| NAME.line(&text)).transpose()?;
        let note = given(self.note).map(|text| NOTE.lines(&text)).transpose()?;
        let file = Arc::clone(file);
        Ok(Label {
            address,
            name,
            category,
            source,
            confidence,
            lastmod,
            cluster: self.cluster,
            actor,
            note,
            origin,
            file,
        })
    }
}

/// A text that says something.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|t| !t.trim().is_empty())
}

fn needed(text: Option<String>, what: &'static str) -> Result<String, Reason> {
    given(text).ok_or(Reason::Missing(what))
}

/// What a refused text looked like, and not for pages.
pub(super) fn printable(text: &str) -> String {
    let beginning: String = text.chars().take(120).collect();
    shown(&beginning).into_owned()
}

/// A day, or the day of a moment: `2021-11-14`, `2021-11-14 10:00:00`, `2021-11-14T10:00:00Z`.
fn day(text: &str) -> Result<NaiveDate, Reason> {
    let date = text.trim().split(['T', ' ']).next().unwrap_or_default();
    date.parse().map_err(|_| Reason::Unreadable(format!("\"{}\" is not a day like 2021-11-14", printable(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Draft {
        let some = |text: &str| Some(text.to_owned());
        Draft {
            line: 7,
            address: some("1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
            currency: some("BTC"),
            name: some("HitBTC"),
            category: Some(Ok(Category::Exchange)),
            source: some("https://example.org"),
            ..Draft::default()
        }
    }

    #[test]
    fn what_a_label_needs() {
        let check = |change: fn(&mut Draft), expect: &str| {
            let mut row = good();
            change(&mut row);
            let said = match row.check(Network::Bitcoin, Origin::Own, &"x".into()) {
                Ok(label) => format!("{} {} {:?}", label.name, label.confidence, label.lastmod),
                Err(reason) => format!("{}: {reason}", reason.kind()),
            };
            assert!(said.starts_with(expect), "{said:?} is not {expect:?}");
        };
        check(|_| (), "HitBTC unknown None");
        check(|r| r.lastmod = Some("2021-11-14T10:00:00Z".to_owned()), "HitBTC unknown Some(2021-11-14)");
        check(|r| r.lastmod = Some("last week".to_owned()), "unreadable field: \"last week\" is not a day");
        check(|r| r.currency = Some("BCH".to_owned()), "other currency: the currency is BCH");
        check(|r| r.network = Some("ETH".to_owned()), "other currency: the currency is ETH");
        check(|r| r.network = Some("btc".to_owned()), "HitBTC");
        check(|r| r.currency = None, "missing field: no currency");
        check(|r| r.address = Some("1BoatSLRHtKNngkdXEeobR76b53LETtpyU".to_owned()), "bad address");
        check(
            |r| r.address = Some("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx".to_owned()),
            "other network: \"tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx\" is not an address of mainnet",
        );
        check(|r| r.address = Some(" ".to_owned()), "missing field: no address");
        check(|r| r.name = None, "missing field: no name");
        check(|r| r.source = Some(String::new()), "missing field: no source");
        check(|r| r.category = None, "missing field: no category");
        check(|r| r.confidence = Some("sure".to_owned()), "unreadable field: no confidence \"sure\"");
        check(
            |r| r.name = Some("Hit\u{1b}[2J\u{202e}CTB\u{200b}".to_owned()),
            "Hit\\u{1b}[2J\\u{202e}CTB\\u{200b} unknown",
        );
        check(|r| r.note = Some("first\nsecond".to_owned()), "HitBTC");
        check(|r| r.name = Some("x".repeat(60 << 20)), "too long: the name has more than 200 characters");
        check(|r| r.note = Some("x".repeat(4_001)), "too long: the note has more than 4000 characters");
        check(|r| r.actor = Some("x".repeat(201)), "too long: the name has more");
        check(
            |r| r.source = Some(format!("https://example.org/{}", "x".repeat(2_000))),
            "too long: the source has more",
        );
        check(
            |r| r.source = Some("javascript:alert(1)".to_owned()),
            "bad link: the source \"javascript:alert(1)\" is no web",
        );
        check(|r| r.source = Some("DATA:text/html,x".to_owned()), "bad link: ");
        check(|r| r.source = Some("a letter: of the bank".to_owned()), "HitBTC");
    }

    #[test]
    fn each_row_is_stored_or_refused() {
        let mut other = good();
        other.name = Some("Poloniex".to_owned());
        let rows = [good(), good(), other, Draft { line: 9, ..Draft::default() }];
        let reading = check_all(rows.into_iter(), Network::Bitcoin, Origin::Imported, &"x".into(), Vec::new());
        assert_eq!((reading.labels.len(), reading.refused.len()), (2, 2));
        assert_eq!(reading.refused[0].to_string(), "line 7: 1BoatSLRHtKNngkdXEeobR76b53LETtpyT: it is told twice");
        assert_eq!(reading.refused[1].to_string(), "line 9: no currency");
    }
}
