use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::domain::{self, Address, DemandAmount, FactKind};

/// A family on the watch list, with where everything about it comes from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Family {
    /// Short name.
    pub name: String,
    /// Name in print.
    pub title: String,
    /// Other names it goes by.
    pub aliases: Vec<String>,
    /// What it was.
    pub summary: String,
    /// First day it was active.
    #[schemars(with = "Option<String>")]
    pub active_from: Option<NaiveDate>,
    /// Last day it was active.
    #[schemars(with = "Option<String>")]
    pub active_to: Option<NaiveDate>,
    /// Of what the addresses are a sample; null where they are not.
    pub sample: Option<String>,
    /// The source that says that these are all the addresses there are; null where others may exist.
    pub complete: Option<String>,
    /// Shipped with the program.
    pub built_in: bool,
    /// What was demanded, and when.
    pub demands: Vec<Demand>,
    /// What others say of it.
    pub facts: Vec<Fact>,
    /// Where addresses and facts come from.
    pub sources: Vec<FamilySource>,
    /// The watched addresses: those that took ransom, then the others.
    pub addresses: Vec<FamilyAddress>,
    /// Further reading.
    pub links: Vec<FamilyLink>,
}

/// A ransom that was demanded.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Demand {
    /// US dollars; null where bitcoin were demanded.
    pub usd: Option<String>,
    /// Satoshis; null where dollars were demanded.
    pub sats: Option<u64>,
    /// First day.
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    /// Last day.
    #[schemars(with = "Option<String>")]
    pub to: Option<NaiveDate>,
    /// How far a payment may be off: `0.10` is 10 %.
    pub tolerance: String,
    /// What was demanded, in words.
    pub note: Option<String>,
}

/// Something said of a family that no chain shows.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Fact {
    /// What it is about.
    pub kind: &'static str,
    /// What was said.
    pub value: FactValue,
    /// Who said it.
    pub by: String,
    /// On what day.
    #[schemars(with = "Option<String>")]
    pub on: Option<NaiveDate>,
    /// Key of its source.
    pub source: String,
    /// What else is to be known of it.
    pub note: Option<String>,
}

/// What a [`Fact`] says.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum FactValue {
    /// A number.
    Count(u64),
    /// A day.
    Day(#[schemars(with = "String")] NaiveDate),
    /// Words.
    Words(String),
}

/// Where a fact or an address comes from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FamilySource {
    /// Key that rows refer to.
    pub key: String,
    /// What it is.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// Under which terms it may be used.
    pub licence: Option<String>,
}

/// A watched address.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FamilyAddress {
    /// The address.
    #[schemars(with = "String")]
    pub address: Address,
    /// Its part: `ransom`, whose sums are the family's, or `collector`, `seizure`, `salary`, `reimbursement`.
    pub role: &'static str,
    /// Key of its source.
    pub source: String,
    /// What is known of it.
    pub note: Option<String>,
}

/// A link for further reading.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FamilyLink {
    /// What one finds there.
    pub title: String,
    /// Where.
    pub url: String,
}

impl From<&domain::Family> for Family {
    fn from(family: &domain::Family) -> Self {
        let address = |one: &domain::WatchedAddress| FamilyAddress {
            address: one.address.clone(),
            role: family.station(&one.address).map_or("ransom", |station| station.role.name()),
            source: one.source.clone(),
            note: one.note.clone(),
        };
        Self {
            name: family.name.clone(),
            title: family.title.clone(),
            aliases: family.aliases.clone(),
            summary: family.summary.clone(),
            active_from: family.active_from,
            active_to: family.active_to,
            sample: family.sample.clone(),
            complete: family.complete.clone(),
            built_in: family.built_in,
            demands: family.demands.iter().map(Demand::from).collect(),
            facts: family.facts.iter().map(Fact::from).collect(),
            sources: family.sources.iter().map(FamilySource::from).collect(),
            addresses: family.watched().map(address).collect(),
            links: family.links.iter().map(|l| FamilyLink { title: l.title.clone(), url: l.url.clone() }).collect(),
        }
    }
}

impl From<&domain::Demand> for Demand {
    fn from(demand: &domain::Demand) -> Self {
        let (usd, sats) = match demand.amount {
            DemandAmount::Usd(usd) => (Some(usd.to_string()), None),
            DemandAmount::Btc(amount) => (None, Some(amount.to_sat())),
        };
        let (tolerance, note) = (demand.tolerance.to_string(), demand.note.clone());
        Self { usd, sats, from: demand.from, to: demand.to, tolerance, note }
    }
}

impl From<&domain::Fact> for Fact {
    fn from(fact: &domain::Fact) -> Self {
        let value = match &fact.what {
            FactKind::Machines(count) | FactKind::Countries(count) => FactValue::Count(*count),
            FactKind::FirstDay(day) => FactValue::Day(*day),
            FactKind::AttributedTo(whom) => FactValue::Words(whom.clone()),
        };
        let (by, source, note) = (fact.by.clone(), fact.source.clone(), fact.note.clone());
        Self { kind: fact.what.name(), value, by, on: fact.on, source, note }
    }
}

impl From<&domain::Source> for FamilySource {
    fn from(source: &domain::Source) -> Self {
        let domain::Source { key, title, url, licence } = source.clone();
        Self { key, title, url, licence }
    }
}

/// The family that watches an address, and on whose word.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Watched {
    /// Short name.
    pub family: String,
    /// Name in print.
    pub title: String,
    /// Who names the address.
    pub source: Option<WatchedSource>,
    /// What is known of this very address.
    pub note: Option<String>,
}

/// Who names a watched address.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WatchedSource {
    /// Key in the family's file.
    pub key: String,
    /// What it is.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
}

impl Watched {
    /// The family of the watch list that watches an address.
    pub fn of(address: Option<&Address>, catalog: &Catalog) -> Option<Self> {
        let (family, watched) = catalog.watching(address?)?;
        let source = family.sources.iter().find(|source| source.key == watched.source);
        Some(Self {
            family: family.name.clone(),
            title: family.title.clone(),
            source: source.map(|s| WatchedSource { key: s.key.clone(), title: s.title.clone(), url: s.url.clone() }),
            note: watched.note.clone(),
        })
    }
}
