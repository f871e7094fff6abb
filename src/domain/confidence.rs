use std::fmt;

use serde::Serialize;

use super::one_of;

/// How much the source of a label is worth: the vocabulary of GraphSense TagPacks, with its levels.
///
/// Source: `confidence.csv` of <https://github.com/graphsense/graphsense-tagpack-tool>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Nothing is known of the source.
    Unknown,
    /// Made by a method that is hard to judge.
    Heuristic,
    /// Found by crawling the web or in other dumps.
    WebCrawl,
    /// Somebody else moved coins between known services to find out.
    UntrustedTransaction,
    /// A report that can be trusted somewhat, as an academic paper.
    Forensic,
    /// Told by the service itself.
    ServiceData,
    /// A third party that is trusted.
    TrustedProvider,
    /// A public authority.
    AuthorityData,
    /// Answered by the service's own API.
    ServiceApi,
    /// Whoever says so moved coins between known services to find out.
    ManualTransaction,
    /// Whoever says so holds the key.
    Ownership,
    /// Whoever says so knows that it stands for a whole cluster, whatever others say.
    Override,
}

/// Word and level of each, as the vocabulary has them.
static VOCABULARY: &[(Confidence, &str, u8)] = &[
    (Confidence::Unknown, "unknown", 5),
    (Confidence::Heuristic, "heuristic", 10),
    (Confidence::WebCrawl, "web_crawl", 20),
    (Confidence::UntrustedTransaction, "untrusted_transaction", 40),
    (Confidence::Forensic, "forensic", 50),
    (Confidence::ServiceData, "service_data", 50),
    (Confidence::TrustedProvider, "trusted_provider", 50),
    (Confidence::AuthorityData, "authority_data", 60),
    (Confidence::ServiceApi, "service_api", 70),
    (Confidence::ManualTransaction, "manual_transaction", 90),
    (Confidence::Ownership, "ownership", 100),
    (Confidence::Override, "override", 100),
];

impl Confidence {
    /// All of them, lowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        VOCABULARY.iter().map(|(confidence, ..)| *confidence)
    }

    /// Its word in TagPacks: `authority_data`.
    pub fn name(self) -> &'static str {
        VOCABULARY.iter().find(|(confidence, ..)| *confidence == self).map_or("unknown", |(_, name, _)| *name)
    }

    /// Its level, 5 to 100; several words have the same.
    pub fn level(self) -> u8 {
        VOCABULARY.iter().find(|(confidence, ..)| *confidence == self).map_or(0, |(.., level)| *level)
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Confidence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_lowercase();
        one_of("confidence", &wanted, VOCABULARY, |(_, name, _)| name).map(|(confidence, ..)| *confidence)
    }
}

impl Serialize for Confidence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_levels_never_fall() {
        let mut last = 0;
        for confidence in Confidence::all() {
            assert_eq!(confidence.name().parse(), Ok(confidence));
            assert!(confidence.level() >= last, "{confidence}");
            last = confidence.level();
        }
        assert!("certain".parse::<Confidence>().unwrap_err().contains("there are unknown, heuristic"));
    }
}
