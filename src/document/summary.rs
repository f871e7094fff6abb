use schemars::JsonSchema;
use serde::Serialize;

use super::{Frame, Step};
use crate::casebook::LinkedAddresses;
use crate::domain::{Address, Period, Role};
use crate::figures::{self, Account, AddressFigures};

/// The totals of a family, with what else was asked for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// The totals, as they were computed.
    #[serde(flatten)]
    pub totals: figures::Summary,
    /// The family's addresses of another role than ransom, no part of the totals; only where there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stations: Option<Vec<StationFigures>>,
    /// Addresses that common inputs link to the family's; only where they were looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked_addresses: Option<Vec<LinkedAddress>>,
    /// How long a step of the series is; only where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub by: Option<Period>,
    /// The same step by step; only where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<Vec<Step>>,
}

/// What an address of another role received and passed on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StationFigures {
    /// Its part: `collector`, `seizure`, `salary`, `reimbursement`.
    pub role: &'static str,
    /// Its figures.
    #[serde(flatten)]
    pub figures: AddressFigures,
}

/// An address that common inputs link to a family's.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LinkedAddress {
    /// The address.
    #[schemars(with = "String")]
    pub address: Address,
    /// The known service whose cluster it is in.
    pub service: Option<String>,
}

impl Summary {
    /// The totals of an account.
    pub fn of(account: &Account) -> Self {
        Self { totals: account.summary.clone(), stations: None, linked_addresses: None, by: None, series: None }
    }

    /// With the family's other addresses.
    pub fn stations(self, stations: &[(Role, AddressFigures)]) -> Self {
        let figures = |(role, row): &(Role, AddressFigures)| StationFigures { role: role.name(), figures: row.clone() };
        Self { stations: Some(stations.iter().map(figures).collect()), ..self }
    }

    /// With the addresses that are linked to the family's.
    pub fn linked(self, linked: &LinkedAddresses) -> Self {
        let addresses = linked
            .addresses
            .iter()
            .map(|(address, service)| LinkedAddress { address: address.clone(), service: service.clone() });
        Self { linked_addresses: Some(addresses.collect()), ..self }
    }

    /// With the account's steps.
    pub fn by(self, period: Period, account: &Account, steps: &[figures::Step]) -> Self {
        let series = steps.iter().map(|step| Step::of(step, Frame::of(account))).collect();
        Self { by: Some(period), series: Some(series), ..self }
    }
}
