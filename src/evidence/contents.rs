//! What a pack holds, in typed form: everything that figures are computed from, and nothing that is computed.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{FORMAT, FORMAT_VERSION};
use crate::casebook::Inquiry;
use crate::claims::{Claim, Published, Scope};
use crate::domain::{Address, Amount, Currency, Decimal, Moment, Network, Origin, parse_network, parse_zone, rfc3339};
use crate::figures::Question;
use crate::price::{Tables, live_source};
use crate::store::Slice;
use crate::trace::Rules;

/// The contents of a pack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Contents {
    pub options: Options,
    /// The family's file.
    pub family: String,
    /// The ledger.
    pub slice: Slice,
    /// SHA-256 of the answers whose bodies are in the pack.
    pub answers: BTreeSet<String>,
    /// Labels of the addresses in the ledger, as CSV, in the order of [`ORIGINS`].
    pub labels: [String; 3],
    /// `None` on a test network, whose coins have no price.
    pub prices: Option<Tables>,
    /// What was published about the family.
    pub claims: Vec<ClaimRow>,
}

/// A published claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimRow {
    text: String,
    who: String,
    /// A day or an instant.
    when: String,
    /// The moment that it speaks of, where that is another one.
    about: Option<String>,
    /// The first day that counts, and the addresses; null and empty where they speak of all of the take.
    from: Option<String>,
    addresses: Vec<String>,
    link: String,
    quantity: String,
    note: Option<String>,
}

impl ClaimRow {
    pub fn of(claim: &Published) -> Self {
        Self {
            text: claim.text.clone(),
            who: claim.who.clone(),
            when: written(claim.when),
            about: claim.about.map(written),
            from: claim.scope.from.map(|day| day.to_string()),
            addresses: claim.scope.addresses.iter().map(ToString::to_string).collect(),
            link: claim.link.clone(),
            quantity: claim.quantity.clone(),
            note: claim.note.clone(),
        }
    }

    fn read(&self, family: &str, network: Network) -> Result<Published> {
        let address = |text: &String| Ok(Address::parse(text, network)?);
        let published = Published {
            family: family.to_owned(),
            text: self.text.clone(),
            who: self.who.clone(),
            when: self.when.parse()?,
            about: self.about.as_deref().map(str::parse).transpose()?,
            scope: Scope {
                from: self.from.as_deref().map(str::parse).transpose()?,
                addresses: self.addresses.iter().map(address).collect::<Result<_>>()?,
            },
            link: self.link.clone(),
            quantity: self.quantity.clone(),
            note: self.note.clone(),
        };
        published.kept()
    }
}

pub(super) fn written(moment: Moment) -> String {
    match moment {
        Moment::Day(day) => day.to_string(),
        Moment::Instant(time) => rfc3339(time),
    }
}

impl Contents {
    /// What was published about the family.
    pub fn published(&self) -> Result<Vec<Published>> {
        let (family, network) = (&self.options.family, self.options.network()?);
        self.claims.iter().map(|row| row.read(family, network)).collect::<Result<_>>().context("published claims")
    }

    /// The currencies that prices are needed in: that of the values, and those of claims.
    pub fn currencies(&self) -> Result<Vec<Currency>> {
        let mut out = vec![self.options.currency()?];
        let published = self.published()?.iter().map(Published::claim).collect::<Result<Vec<_>>>()?;
        for claim in published.into_iter().chain(self.options.own_claim()?) {
            out.extend(claim.currencies());
        }
        Ok(out)
    }
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
    /// Coins are followed so many hops from a withdrawal and no further.
    pub hops: u32,
    /// Amounts below it are not followed on.
    pub min_value_sats: u64,
    /// A transaction with more outputs is not followed into.
    pub fan_out: u64,
    /// A coin that has not moved for so long sleeps.
    pub sleep_seconds: u64,
    /// A claim that the report holds against the chain besides the published ones.
    pub claim: Option<String>,
    /// The moment that it speaks of; null is the moment to which the ledger is recorded.
    pub claim_on: Option<String>,
}

impl Options {
    /// What is asked.
    pub fn inquiry(&self) -> Result<Inquiry> {
        let rules = Rules {
            hops: self.hops,
            min_value: Amount::from_sat(self.min_value_sats),
            fan_out: usize::try_from(self.fan_out).unwrap_or(usize::MAX),
            ..Rules::default()
        };
        // Centuries are as good as for ever.
        let sleep = i64::try_from(self.sleep_seconds).ok().and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::MAX);
        Ok(Inquiry { question: self.question()?, currency: self.currency()?, rules, sleep, counting: None })
    }

    /// The claim that the report holds against the chain besides the published ones.
    pub fn own_claim(&self) -> Result<Option<Claim>> {
        let on = self.claim_on.as_deref().map(str::parse::<Moment>).transpose()?;
        Ok(self.claim.as_deref().map(|text| Claim::typed(text, on)).transpose()?)
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
        self.own_claim().context("options.json: claim")?;
        ensure!(self.claim.is_some() || self.claim_on.is_none(), "options.json: a day of no claim");
        for name in &self.price_sources {
            ensure!(live_source(name).is_some(), "options.json: no price source \"{name}\"");
        }
        let band: Decimal = self.price_band.parse().context("options.json: price_band")?;
        // As in the configuration: a wider one would keep silent about sources that disagree.
        ensure!(
            (Decimal::ZERO..=Decimal::ONE).contains(&band),
            "options.json: price_band: {band} is no part of a whole"
        );
        Ok(())
    }
}
