//! Whether the ledger is fresh and whole, and what explorers are like.

mod explorer;
mod family;
mod problems;
mod receiver;
mod round;

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Incident, Timestamp};
use crate::catalog::Catalog;
use crate::domain::Time;
use crate::store::{Aside, ScanPoint, Store, StoreError};

pub use explorer::ExplorerStatus;
pub use family::{FamilyStatus, Unreconciled};
pub use receiver::ReceiverStatus;
pub use round::RoundStatus;

/// The state of a database.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Status {
    /// All is well.
    pub ok: bool,
    /// What somebody should look at.
    pub problems: Vec<String>,
    /// The file.
    #[schemars(with = "String")]
    pub database: String,
    /// A watch is at work on it.
    pub watched: bool,
    /// The last round; null where none was made.
    pub round: Option<RoundStatus>,
    /// How far blocks were read; null where they are not.
    pub followed_by_blocks: Option<ScanStatus>,
    /// The families of which something is recorded.
    pub families: Vec<FamilyStatus>,
    /// Addresses that are not asked about for a while.
    pub set_aside: Vec<AsideStatus>,
    /// Every explorer that was ever asked.
    pub explorers: Vec<ExplorerStatus>,
    /// Everybody who was ever to be told something.
    pub receivers: Vec<ReceiverStatus>,
    /// What was told and cannot be true.
    pub incidents: Vec<Incident>,
}

/// The blocks that were read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ScanStatus {
    /// The first.
    pub from_height: u32,
    /// The last.
    pub to_height: u32,
    /// Its hash.
    pub to_hash: String,
    /// The moment to which that is everything.
    pub complete_to: Timestamp,
}

/// An address set aside.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AsideStatus {
    /// The address.
    pub address: String,
    /// The explorer whose answers do not end.
    pub explorer: String,
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Status {
    /// Where nothing is recorded yet.
    pub fn nothing(database: &Path, watched: bool) -> Self {
        Self {
            ok: false,
            problems: vec!["nothing is recorded yet".to_owned()],
            database: database.display().to_string(),
            watched,
            round: None,
            followed_by_blocks: None,
            families: Vec::new(),
            set_aside: Vec::new(),
            explorers: Vec::new(),
            receivers: Vec::new(),
            incidents: Vec::new(),
        }
    }

    /// What the database says of itself at this moment; a last round older than `max_age` is a problem.
    pub fn of(
        store: &Store,
        catalog: &Catalog,
        watched: bool,
        now: Time,
        max_age: Duration,
    ) -> Result<Self, StoreError> {
        let mut families = Vec::new();
        for family in catalog.families() {
            let records = store.ledger(family.watched().map(|a| &a.address))?.addresses;
            if records.iter().any(|r| r.check.is_some() || r.followed_to.is_some()) {
                families.push(FamilyStatus::of(family, &records));
            }
        }
        let mut receivers = Vec::new();
        for name in store.notified()? {
            receivers.push(ReceiverStatus::of(name.clone(), store.outbox(&name)?));
        }
        let mut status = Self {
            ok: true,
            problems: Vec::new(),
            database: store.path().to_owned(),
            watched,
            round: store.last_round()?.map(|round| RoundStatus::of(round, now)),
            followed_by_blocks: store.scan_point()?.map(ScanStatus::from),
            families,
            set_aside: store.asides()?.into_iter().map(AsideStatus::from).collect(),
            explorers: store.explorers()?.into_iter().map(|one| ExplorerStatus::of(one, now)).collect(),
            receivers,
            incidents: store.incidents()?.into_iter().map(Incident::from).collect(),
        };
        status.problems = status.look(now, max_age);
        status.ok = status.problems.is_empty();
        Ok(status)
    }
}

impl From<ScanPoint> for ScanStatus {
    fn from(point: ScanPoint) -> Self {
        Self {
            from_height: point.from_height,
            to_height: point.to_height,
            to_hash: point.to_hash.to_string(),
            complete_to: Timestamp(point.complete_to),
        }
    }
}

impl From<Aside> for AsideStatus {
    fn from(Aside { address, explorer, at, reason }: Aside) -> Self {
        Self { address, explorer, at: Timestamp(at), reason }
    }
}
