use schemars::JsonSchema;
use serde::Serialize;

use super::super::{AddressSums, Timestamp};
use crate::domain::{Address, AddressRecord, Family};
use crate::explorer::{BUILT_IN, Dialect as _};

/// What is recorded of a family.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FamilyStatus {
    /// Short name.
    pub family: String,
    /// Its addresses.
    pub addresses: usize,
    /// Those whose ledger equals the explorer's totals.
    pub reconciled: usize,
    /// Those of which nothing is known.
    pub never_asked: usize,
    /// Those that nobody was asked about, and that are known from blocks alone.
    pub not_compared: usize,
    /// Those for which more waits than was read.
    pub waiting_in_part: usize,
    /// The moment to which all of them are complete; null where one is not.
    pub complete_to: Option<Timestamp>,
    /// Those whose ledger does not equal the explorer's totals.
    pub unreconciled: Vec<Unreconciled>,
    /// Of the reconciled ones, those for which more waits than was read.
    #[serde(skip)]
    pub more_waits: Vec<Address>,
    /// Somebody else than the built-in record was asked.
    #[serde(skip)]
    pub live: bool,
}

/// An address whose ledger does not equal the explorer's totals.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Unreconciled {
    /// The address.
    #[schemars(with = "String")]
    pub address: Address,
    /// Who was asked.
    pub explorer: Option<String>,
    /// The moment that the answer describes.
    pub asked_at: Option<Timestamp>,
    /// What was said.
    pub said: Option<AddressSums>,
    /// What the ledger holds.
    pub ledger: AddressSums,
}

impl FamilyStatus {
    pub(super) fn of(family: &Family, records: &[AddressRecord]) -> Self {
        let having = |reconciled| records.iter().filter(move |r| r.reconciled() == reconciled);
        let in_blocks = records.iter().filter(|r| r.check.is_none() && r.followed_to.is_some()).count();
        let in_part = |r: &&AddressRecord| r.is_whole() == Some(false);
        Self {
            family: family.name.clone(),
            addresses: records.len(),
            reconciled: having(Some(true)).count(),
            never_asked: having(None).count() - in_blocks,
            not_compared: in_blocks,
            waiting_in_part: records.iter().filter(in_part).count(),
            complete_to: records.iter().map(AddressRecord::complete_to).min().flatten().map(Timestamp),
            unreconciled: having(Some(false)).map(Unreconciled::from).collect(),
            more_waits: having(Some(true)).filter(in_part).map(|r| r.address.clone()).collect(),
            live: records.iter().any(|r| r.check.as_ref().is_some_and(|c| c.explorer != BUILT_IN.name())),
        }
    }
}

impl From<&AddressRecord> for Unreconciled {
    fn from(record: &AddressRecord) -> Self {
        let check = record.check.as_ref();
        Self {
            address: record.address.clone(),
            explorer: check.map(|check| check.explorer.clone()),
            asked_at: check.map(|check| Timestamp(check.as_of)),
            said: check.map(|check| check.said.into()),
            ledger: record.ledger.into(),
        }
    }
}
