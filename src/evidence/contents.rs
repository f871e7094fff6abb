//! What a pack holds, in typed form: everything that figures are computed from, and nothing that is computed.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{FORMAT, FORMAT_VERSION, PROGRAM_VERSION};
use crate::domain::{Currency, Moment, Network, Origin, network_name, parse_network, parse_zone, rfc3339};
use crate::figures::Question;
use crate::price::{Tables, live_source};
use crate::store::Slice;

/// The contents of a pack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Contents {
    pub options: Options,
    /// The family's file.
    pub family: String,
    /// The ledger.
    pub slice: Slice,
    /// Bodies of answers by their SHA-256.
    pub answers: BTreeMap<String, Vec<u8>>,
    /// Labels of the addresses in the ledger, as CSV, in the order of [`ORIGINS`].
    pub labels: [String; 3],
    /// `None` on a test network, whose coins have no price.
    pub prices: Option<Tables>,
}

/// Who brought labels: each has a table of its own, since that decides which label counts.
pub(super) const ORIGINS: [Origin; 3] = [Origin::BuiltIn, Origin::Imported, Origin::Own];

/// What was asked, and by which program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Options {
    pub format: String,
    pub format_version: u32,
    pub program_version: String,
    pub family: String,
    pub network: String,
    /// A day or an instant; null is the ledger's last observation.
    pub as_of: Option<String>,
    /// `block` or `first-seen`.
    pub time: String,
    pub time_zone: String,
    pub currency: String,
    /// The live sources of prices, the preferred first.
    pub price_sources: Vec<String>,
    /// By how much of a close two sources may differ.
    pub price_band: String,
}

impl Options {
    pub fn new(
        family: &str,
        network: Network,
        question: Question,
        currency: Currency,
        price_sources: Vec<String>,
        price_band: String,
    ) -> Self {
        let as_of = question.as_of.map(|moment| match moment {
            Moment::Day(day) => day.to_string(),
            Moment::Instant(time) => rfc3339(time),
        });
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program_version: PROGRAM_VERSION.to_owned(),
            family: family.to_owned(),
            network: network_name(network).to_owned(),
            as_of,
            time: question.basis.to_string(),
            time_zone: question.zone.name().to_owned(),
            currency: currency.code().to_owned(),
            price_sources,
            price_band,
        }
    }

    /// The question, if it is one that this program can be asked.
    pub fn question(&self) -> Result<Question> {
        let as_of = self.as_of.as_deref().map(str::parse::<Moment>).transpose()?;
        let basis = self.time.parse().map_err(anyhow::Error::msg)?;
        let zone: Tz = parse_zone(&self.time_zone).map_err(anyhow::Error::msg)?;
        Ok(Question { as_of, basis, zone })
    }

    pub fn network(&self) -> Result<Network> {
        parse_network(&self.network).map_err(anyhow::Error::msg)
    }

    pub fn currency(&self) -> Result<Currency> {
        self.currency.parse().map_err(|_| anyhow::anyhow!("unknown currency \"{}\"", self.currency))
    }

    /// Refuses what this program does not know how to read.
    pub fn check(&self) -> Result<()> {
        ensure!(self.format == FORMAT, "the format is \"{}\", not {FORMAT}", self.format);
        let version = self.format_version;
        ensure!(
            version == FORMAT_VERSION,
            "format version {version}, and this program reads {FORMAT_VERSION}; check it with ransomtrail {}",
            self.program_version
        );
        self.question().and_then(|_| self.network()).and_then(|_| self.currency()).context("options.json")?;
        for name in &self.price_sources {
            ensure!(live_source(name).is_some(), "options.json: no price source \"{name}\"");
        }
        self.price_band.parse::<crate::domain::Decimal>().context("options.json: price_band")?;
        Ok(())
    }
}
