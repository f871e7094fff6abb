use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Labels;
use crate::domain::{self, Address, Category, Confidence, Origin};

/// What a source says of an address.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Label {
    /// The address.
    #[schemars(with = "String")]
    pub address: Address,
    /// Whose it is, in the source's words.
    pub name: String,
    /// What kind of business that is, or what was done to the address.
    #[schemars(with = "String")]
    pub category: Category,
    /// It is a service: coins that arrive there are its own from then on.
    pub service: bool,
    /// Where it is said.
    pub source: String,
    /// How much the source is worth, in the words of TagPacks.
    #[schemars(with = "String")]
    pub confidence: Confidence,
    /// The same as a level, 5 to 100.
    pub confidence_level: u8,
    /// The day on which the source said so last; null where it does not tell.
    #[schemars(with = "Option<String>")]
    pub lastmod: Option<NaiveDate>,
    /// The address stands for all that are spent together with it.
    pub cluster: bool,
    /// The key under which the source keeps the owner.
    pub actor: Option<String>,
    /// What else is told of this very address.
    pub note: Option<String>,
    /// Who brought it.
    #[schemars(with = "String")]
    pub origin: Origin,
    /// The file that it stands in.
    pub file: String,
}

impl From<&domain::Label> for Label {
    fn from(label: &domain::Label) -> Self {
        Self {
            address: label.address.clone(),
            name: label.name.clone(),
            category: label.category,
            service: label.category.is_service(),
            source: label.source.clone(),
            confidence: label.confidence,
            confidence_level: label.confidence.level(),
            lastmod: label.lastmod,
            cluster: label.cluster,
            actor: label.actor.clone(),
            note: label.note.clone(),
            origin: label.origin,
            file: label.file.to_string(),
        }
    }
}

/// A label among all that are known.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WeighedLabel {
    /// What is said.
    #[serde(flatten)]
    pub label: Label,
    /// It is the one that counts where sources differ.
    pub shown: bool,
    /// Sources differ about this address.
    pub disputed: bool,
}

impl WeighedLabel {
    /// A label beside the others of its address.
    pub fn of(label: &domain::Label, all: &Labels) -> Self {
        Self {
            label: label.into(),
            shown: all.of(&label.address) == Some(label),
            disputed: all.disagree(&label.address),
        }
    }

    /// All that is said of an address, what counts first.
    pub fn of_address(address: Option<&Address>, all: &Labels) -> Vec<Self> {
        address.map(|address| all.labels_of(address).map(|label| Self::of(label, all)).collect()).unwrap_or_default()
    }

    /// The lines of a page about an address: `HitBTC, exchange (https://…)`; the last says if sources disagree.
    pub fn in_words(labels: &[Self]) -> Vec<String> {
        let words = |one: &Self| format!("{}, {} ({})", one.label.name, one.label.category, one.label.source);
        let mut out: Vec<String> = labels.iter().map(words).collect();
        if labels.iter().any(|label| label.disputed) {
            out.push("the sources disagree; the first counts".to_owned());
        }
        out
    }
}
