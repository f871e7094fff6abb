//! Packing: the slice of the ledger, what else the figures were computed from, and the figures.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::archive::{self, Entry};
use super::compute::Computed;
use super::contents::{ClaimRow, Contents, ORIGINS, Options, written};
use super::files::ANSWERS;
use super::judge::{Judged, judge};
use super::standing::Standing;
use super::{FORMAT, FORMAT_VERSION, PROGRAM_VERSION, Statement, Verdict, bounds, manifest, readme, sha256};
use crate::casebook::Inquiry;
use crate::catalog::{Labels, labels};
use crate::claims::{Claim, Published};
use crate::domain::{Address, Caveat, Decimal, Family, Label, Network, Time, network_name};
use crate::explorer;
use crate::price::{LiveSource, Tables};
use crate::store::slice::RequestRow;
use crate::store::{Slice, Store};

/// What is packed.
#[derive(Clone, Debug)]
pub struct Packing<'a> {
    /// The family.
    pub family: &'a Family,
    /// Its file, as it was read.
    pub family_text: &'a str,
    /// The network of its addresses.
    pub network: Network,
    /// What is asked; policy and way of counting are not taken from here.
    pub inquiry: Inquiry,
    /// The live sources of prices, the preferred first.
    pub price_sources: Vec<&'static LiveSource>,
    /// By how much of a close they may differ.
    pub price_band: Decimal,
    /// Labels; those of addresses in the ledger are packed.
    pub labels: &'a Labels,
    /// What was published about the family, for the report.
    pub published: Vec<Published>,
    /// A further claim for the report.
    pub claim: Option<Claim>,
}

/// A pack.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its SHA-256, for publication.
    pub sha256: String,
    /// Name of the family in print.
    pub title: String,
    /// The last second that the figures count.
    pub as_of: Time,
    /// The moment to which the ledger is complete; `None` where it is to none.
    pub recorded_to: Option<Time>,
    /// What a reader must know before printing a figure.
    pub caveats: Vec<Caveat>,
    /// Files in it.
    pub files: usize,
    /// Transactions in it.
    pub transactions: usize,
    /// Answers that its rows cite.
    pub answers: usize,
    /// Of them, those whose bodies were not kept.
    pub answers_not_kept: usize,
    /// How well the ground state stands, as a check of the file will find it.
    pub standing: Standing,
    /// What a check will find not to hold: the database contradicts itself, or what the program carries.
    pub violated: Vec<Statement>,
}

impl Options {
    fn of(packing: &Packing<'_>) -> Self {
        let Packing { inquiry, claim, .. } = packing;
        let Inquiry { question, rules, .. } = inquiry;
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program_version: PROGRAM_VERSION.to_owned(),
            family: packing.family.name.clone(),
            network: network_name(packing.network).to_owned(),
            as_of: question.as_of.map(written),
            time: question.basis.to_string(),
            time_zone: question.zone.name().to_owned(),
            currency: inquiry.currency.code().to_owned(),
            price_sources: packing.price_sources.iter().map(|source| source.name.to_owned()).collect(),
            price_band: packing.price_band.to_string(),
            hops: rules.hops,
            min_value_sats: rules.min_value.to_sat(),
            fan_out: rules.fan_out as u64,
            sleep_seconds: inquiry.sleep.num_seconds().unsigned_abs(),
            claim: claim.as_ref().map(|claim| claim.text.clone()),
            claim_on: claim.as_ref().and_then(|claim| claim.on).map(written),
        }
    }
}

impl Packed {
    /// A sentence to cite the pack by, under this file name.
    pub fn citation(&self, file: &str) -> String {
        let recorded = self.recorded_to.map_or("not complete to any moment".to_owned(), |to| {
            format!("complete to {}", crate::domain::rfc3339(to))
        });
        format!(
            "{}: ledger ({recorded}) and figures as of {}, recorded with ransomtrail {PROGRAM_VERSION}; evidence pack {file}, \
             SHA-256 {}; {}",
            self.title,
            crate::domain::rfc3339(self.as_of),
            self.sha256,
            self.standing
        )
    }
}

/// Packs what the database holds of a family. The same database and the same question give the same bytes; no clock is read.
/// Fails where nothing is recorded of the family, or the database cannot be read.
pub fn pack(store: &Store, packing: &Packing<'_>) -> Result<Packed> {
    let (contents, bodies) = contents(store, packing)?;
    bounds::plausible(&contents)?;
    let Judged { statements, index, levels } = judge(&contents, &mut |sha256| bodies.get(sha256).cloned())?;
    let computed = Computed::of(&contents)?;
    let standing = Standing::of(&computed, &index, &levels);
    let mut files = computed.figures()?;
    files.extend(computed.report()?);
    contents.each_file(&mut |entry| {
        files.push(entry);
        Ok(())
    })?;
    files.extend(bodies.into_iter().map(|(sha256, body)| Entry::new(format!("{ANSWERS}{sha256}"), body)));
    let files = manifest::assembled(readme::entry(&contents, &computed.family), files, PROGRAM_VERSION)?;
    let bytes = archive::write(&files)?;
    let cited = cited(&contents.slice);
    Ok(Packed {
        sha256: sha256(&bytes),
        title: computed.family.title.clone(),
        as_of: computed.account.summary.as_of,
        recorded_to: computed.account.summary.recorded_to,
        caveats: computed.account.summary.caveats.clone(),
        files: files.len(),
        transactions: contents.slice.transactions.len(),
        answers: cited.len(),
        answers_not_kept: cited.iter().filter(|sha256| !contents.answers.contains(**sha256)).count(),
        standing,
        violated: statements.into_iter().filter(|one| one.verdict == Verdict::Violated).collect(),
        bytes,
    })
}

/// Everything, and the bodies of answers by their SHA-256.
fn contents(store: &Store, packing: &Packing<'_>) -> Result<(Contents, BTreeMap<String, Vec<u8>>)> {
    let addresses: Vec<Address> = packing.family.watched().map(|a| a.address.clone()).collect();
    // Coins of test networks are worth nothing, whatever is known of prices.
    let has_prices = packing.network == Network::Bitcoin;
    let slice = store.slice(&addresses, has_prices)?;
    let mut answers = BTreeMap::new();
    for request in &slice.requests {
        for (url, sha256) in answers_of(request) {
            if !answers.contains_key(sha256)
                && let Some(body) = body(store, url, sha256)?
            {
                answers.insert(sha256.to_owned(), body);
            }
        }
    }
    let mut contents = Contents {
        labels: tables(packing.labels, &addresses, &slice).context("labels")?,
        family: packing.family_text.to_owned(),
        prices: None,
        claims: packing.published.iter().map(ClaimRow::of).collect(),
        options: Options::of(packing),
        slice,
        answers: answers.keys().cloned().collect(),
    };
    if has_prices {
        contents.prices = Some(Tables::built_in(&contents.currencies()?));
    }
    Ok((contents, answers))
}

/// The body of an answer: kept, or carried by the program.
fn body(store: &Store, url: &str, sha256: &str) -> Result<Option<Vec<u8>>> {
    if let Some(body) = store.kept_answer(sha256)? {
        return Ok(Some(body));
    }
    Ok(explorer::recorded_answer(url).filter(|body| super::sha256(body) == sha256))
}

/// URL and SHA-256 of everything that was answered to a question.
pub(super) fn answers_of(request: &RequestRow) -> impl Iterator<Item = (&str, &str)> {
    let parts = request.parts.iter().map(|part| (part.url.as_str(), part.sha256.as_str()));
    std::iter::once((request.url.as_str(), request.sha256.as_str())).chain(parts)
}

/// The SHA-256 of each answer that the ledger cites.
pub(super) fn cited(slice: &Slice) -> BTreeSet<&str> {
    slice.requests.iter().flat_map(answers_of).map(|(_, sha256)| sha256).collect()
}

/// The labels of all addresses that the ledger names, a table for each origin; the same row once.
fn tables(all: &Labels, own: &[Address], slice: &Slice) -> Result<[String; 3]> {
    let mut named: BTreeSet<&str> = own.iter().map(Address::as_str).collect();
    for tx in &slice.transactions {
        named.extend(tx.outputs.iter().filter_map(|output| output.address.as_deref()));
        named.extend(tx.inputs.iter().filter_map(|input| input.address.as_deref()));
    }
    let mut out = [const { String::new() }; 3];
    for (origin, table) in ORIGINS.iter().zip(&mut out) {
        let mut chosen: Vec<&Label> = Vec::new();
        let mut seen = BTreeSet::new();
        for label in all.iter().filter(|l| l.origin == *origin && named.contains(l.address.as_str())) {
            if seen.insert(labels::as_csv(&[label])) {
                chosen.push(label);
            }
        }
        *table = labels::as_csv(&chosen);
    }
    Ok(out)
}
