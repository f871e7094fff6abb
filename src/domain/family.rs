use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Address, Amount};

/// A ransom family: one piece of malware or one gang, with the addresses it is known to have used.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Short name used on the command line: `wannacry`.
    pub name: String,
    /// Name in print: `WannaCry`.
    pub title: String,
    /// Other names it goes by.
    pub aliases: Vec<String>,
    /// What it was, in a sentence or two.
    pub summary: String,
    /// First day it was active, where known.
    pub active_from: Option<NaiveDate>,
    /// Last day it was active, where known.
    pub active_to: Option<NaiveDate>,
    /// True where the addresses are only a sample of the known ones; says of what.
    pub sample: Option<String>,
    /// The source that says that these are all the addresses there are; `None` where others may exist.
    pub complete: Option<String>,
    /// What was demanded, and when.
    pub demands: Vec<Demand>,
    /// Where the addresses and facts come from, by key.
    pub sources: Vec<Source>,
    /// The addresses that took ransom: every sum is theirs.
    pub addresses: Vec<WatchedAddress>,
    /// Addresses that play another part, watched and reconciled: no part of any sum, and named where a trail comes by.
    pub stations: Vec<Station>,
    /// What others say of it, to set the figures against.
    pub facts: Vec<Fact>,
    /// Further reading.
    pub links: Vec<Link>,
    /// Shipped with the program, as against the user's own.
    pub built_in: bool,
}

impl Family {
    /// All that is watched: the addresses that took ransom, then the stations.
    pub fn watched(&self) -> impl Iterator<Item = &WatchedAddress> {
        self.addresses.iter().chain(self.stations.iter().map(|station| &station.watched))
    }

    /// The station that an address is.
    pub fn station(&self, address: &Address) -> Option<&Station> {
        self.stations.iter().find(|station| station.watched.address == *address)
    }

    /// The number of infected machines to set payments against: the first that its facts name.
    pub fn machines(&self) -> Option<u64> {
        self.facts.iter().find_map(|fact| match fact.what {
            FactKind::Machines(count) => Some(count),
            _ => None,
        })
    }
}

/// A ransom that was demanded in a span of days.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// How much.
    pub amount: DemandAmount,
    /// First day (UTC) it was demanded.
    pub from: Option<NaiveDate>,
    /// Last day (UTC) it was demanded.
    pub to: Option<NaiveDate>,
    /// How far a payment may be off and still count as this demand: 0.10 is ±10 %.
    pub tolerance: Decimal,
    /// What was demanded, in words.
    pub note: Option<String>,
}

/// The amount of a [`Demand`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DemandAmount {
    /// US dollars.
    Usd(Decimal),
    /// Bitcoin.
    Btc(Amount),
}

/// Where a fact comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Key that rows refer to.
    pub key: String,
    /// What it is, with author.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// Under which terms it may be used.
    pub licence: Option<String>,
}

/// An address on the watch list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedAddress {
    /// The address.
    pub address: Address,
    /// Key of its [`Source`].
    pub source: String,
    /// What is known of this very address.
    pub note: Option<String>,
}

/// An address that plays another part than taking ransom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// The address.
    pub watched: WatchedAddress,
    /// Its part.
    pub role: Role,
}

/// What part a [`Station`] plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Ransoms are gathered there, and move on.
    Collector,
    /// Authorities took coins there.
    Seizure,
    /// Somebody was paid for work.
    Salary,
    /// Somebody was paid back an expense.
    Reimbursement,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Collector, Self::Seizure, Self::Salary, Self::Reimbursement];

    /// Its name in files and in print.
    pub fn name(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Seizure => "seizure",
            Self::Salary => "salary",
            Self::Reimbursement => "reimbursement",
        }
    }

    /// Whether coins that come there are somebody else's from then on: a trail ends.
    pub fn ends_a_trail(self) -> bool {
        self != Self::Collector
    }
}

/// Something that was said of a family and that no chain shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What was said.
    pub what: FactKind,
    /// Who said it.
    pub by: String,
    /// On what day.
    pub on: Option<NaiveDate>,
    /// Key of its [`Source`].
    pub source: String,
    /// What else is to be known of it.
    pub note: Option<String>,
}

/// What a [`Fact`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// So many machines were infected.
    Machines(u64),
    /// In so many countries.
    Countries(u64),
    /// The first day of it.
    FirstDay(NaiveDate),
    /// Who is said to be behind it.
    AttributedTo(String),
}

impl FactKind {
    /// Its name in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Machines(_) => "machines",
            Self::Countries(_) => "countries",
            Self::FirstDay(_) => "first_day",
            Self::AttributedTo(_) => "attributed_to",
        }
    }
}

/// A link for further reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What one finds there.
    pub title: String,
    /// Where.
    pub url: String,
}
