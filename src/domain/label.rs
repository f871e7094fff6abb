use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;

use super::{Address, Confidence, one_of};

/// What a source says of an address: whose it is, and what kind of business that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The address.
    pub address: Address,
    /// Whose it is, in the source's words: `HitBTC`.
    pub name: String,
    /// What kind of business that is.
    pub category: Category,
    /// Where it says so: a URL, or words where there is none.
    pub source: String,
    /// How much the source is worth.
    pub confidence: Confidence,
    /// The day on which the source said so last, where it tells.
    pub lastmod: Option<NaiveDate>,
    /// The address stands for all addresses that are spent together with it (`is_cluster_definer` in TagPacks).
    pub cluster: bool,
    /// The key under which the source keeps the owner, the same for all its names: `huobi`.
    pub actor: Option<String>,
    /// What else is told of this very address.
    pub note: Option<String>,
    /// Who brought it.
    pub origin: Origin,
    /// The file that it stands in.
    pub file: Arc<str>,
}

impl Label {
    /// In words: `HitBTC, exchange (https://…)`.
    pub fn in_words(&self) -> String {
        format!("{}, {} ({})", self.name, self.category, self.source)
    }

    /// Both name the same owner in the same business. A sanction or a seizure happens to an address, whoever has it, and
    /// contradicts nothing.
    pub fn agrees_with(&self, other: &Self) -> bool {
        if !(self.category.names_the_owner() && other.category.names_the_owner()) {
            return true;
        }
        let same_actor = self.actor.is_some() && self.actor == other.actor;
        let same_name = self.name.trim().to_lowercase() == other.name.trim().to_lowercase();
        self.category == other.category && (same_actor || same_name)
    }
}

/// Who brought a label; the later in this list overrides the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Shipped with the program.
    BuiltIn,
    /// A list of somebody else's that the user took in.
    Imported,
    /// The user's own word.
    Own,
}

impl Origin {
    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::Imported => "imported",
            Self::Own => "own",
        }
    }
}

/// What kind of business an address belongs to, or what was done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Buys and sells coins for its customers and keeps them.
    Exchange,
    /// Changes coins into other coins without an account.
    SwapService,
    /// Takes coins and pays out others, so that nobody sees whose they were.
    Mixer,
    /// A market of the dark web.
    DarknetMarket,
    /// Bets, dice, casinos, poker.
    Gambling,
    /// Takes payments for shops.
    PaymentProcessor,
    /// Keeps coins for its customers.
    WalletService,
    /// A mining pool or miner.
    MiningPool,
    /// Some other service; the source does not say what kind.
    Service,
    /// Collected ransoms.
    Ransomware,
    /// On a list of sanctions.
    Sanctioned,
    /// Coins that an authority seized.
    Seizure,
    /// Anything else.
    Other,
}

/// The categories by their names in files, JSON and print.
static NAMES: &[(Category, &str)] = &[
    (Category::Exchange, "exchange"),
    (Category::SwapService, "swap service"),
    (Category::Mixer, "mixer"),
    (Category::DarknetMarket, "darknet market"),
    (Category::Gambling, "gambling"),
    (Category::PaymentProcessor, "payment processor"),
    (Category::WalletService, "wallet service"),
    (Category::MiningPool, "mining pool"),
    (Category::Service, "service"),
    (Category::Ransomware, "ransomware"),
    (Category::Sanctioned, "sanctioned"),
    (Category::Seizure, "seizure"),
    (Category::Other, "other"),
];

impl Category {
    /// All of them, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(category, _)| *category)
    }

    /// Its name: `swap service`.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(category, _)| *category == self).map_or("other", |(_, name)| *name)
    }

    /// Coins that arrive here are the service's from then on: what it spends is not the depositor's.
    pub fn is_service(self) -> bool {
        !matches!(self, Self::Ransomware | Self::Sanctioned | Self::Seizure | Self::Other)
    }

    /// It says whose the address is, and not what was done to it.
    pub fn names_the_owner(self) -> bool {
        !matches!(self, Self::Sanctioned | Self::Seizure)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Category {
    type Err = String;

    /// In any case, with spaces, hyphens or underscores.
    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_lowercase().replace(['_', '-'], " ");
        one_of("category", &wanted, NAMES, |(_, name)| name).map(|(category, _)| *category)
    }
}

impl Serialize for Category {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Network;

    fn label(name: &str, category: Category, actor: Option<&str>) -> Label {
        Label {
            address: Address::parse("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", Network::Bitcoin).unwrap(),
            name: name.to_owned(),
            category,
            source: "https://example.org".to_owned(),
            confidence: Confidence::Unknown,
            lastmod: None,
            cluster: false,
            actor: actor.map(str::to_owned),
            note: None,
            origin: Origin::Own,
            file: "own.csv".into(),
        }
    }

    #[test]
    fn categories_are_read_in_any_spelling() {
        for category in Category::all() {
            assert_eq!(category.name().parse(), Ok(category));
            assert_eq!(category.name().to_uppercase().replace(' ', "_").parse(), Ok(category));
        }
        assert!("mixing".parse::<Category>().unwrap_err().contains("there are exchange, swap service"));
    }

    #[test]
    fn labels_agree_or_not() {
        let check = |a: (&str, Category, Option<&str>), b: (&str, Category, Option<&str>), expect: bool| {
            let (a, b) = (label(a.0, a.1, a.2), label(b.0, b.1, b.2));
            assert_eq!((a.agrees_with(&b), b.agrees_with(&a)), (expect, expect), "{a:?} {b:?}");
        };
        use Category::{Exchange, Mixer, Sanctioned};
        check(("HitBTC", Exchange, None), ("hitbtc ", Exchange, None), true);
        check(("HitBTC", Exchange, None), ("Poloniex", Exchange, None), false);
        check(("HitBTC", Exchange, None), ("HitBTC", Mixer, None), false);
        check(("Huobi.com", Exchange, Some("huobi")), ("huobi reserve", Exchange, Some("huobi")), true);
        check(("Huobi.com", Exchange, Some("huobi")), ("huobi reserve", Exchange, None), false);
        check(("Blender.io", Mixer, None), ("OFAC", Sanctioned, None), true);
    }
}
