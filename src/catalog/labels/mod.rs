//! Labels: who an address belongs to, on whose word. Shipped with the program, taken in from others, or the user's own.
//!
//! What sources say is kept side by side. One label is shown first: the user's own before imported and built-in ones, then
//! the one with the higher confidence, then one that says whose the address is before a sanction, then the newer.

mod concepts;
mod draft;
mod form;
mod list;
mod own;
mod table;
mod tagpack;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bitcoin::Network;
use rust_embed::Embed;

use crate::domain::{Address, Label, Origin};

pub use draft::{Reason, Refusal};
pub use form::{Form, Head};
pub use own::{Imported, add, import, remove};

/// Every form in which lists of labels come and go; where a form is not named, the first that a file is called like.
#[rustfmt::skip]
pub static FORMS: &[Form] = &[
    tagpack::FORM,
    table::FORM,
    list::FORM,
];

/// The labels that the program carries.
#[derive(Embed)]
#[folder = "data/labels"]
#[include = "*.csv"]
struct Shipped;

/// All labels of one network, by address.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// In the order of their files and lines.
    all: Vec<Label>,
    /// Positions in `all`, the one to be shown first.
    by_address: HashMap<Address, Vec<usize>>,
}

impl Labels {
    /// The built-in labels (they are all of mainnet) and those in `own`, a folder that need not exist. A row that cannot be
    /// read is an error with file and line; a row of another network is left out.
    pub fn load(network: Network, own: Option<&Path>) -> Result<Self> {
        let mut labels = Self::default();
        if network == Network::Bitcoin {
            for name in Shipped::iter() {
                let place = format!("data/labels/{name}");
                let data = Shipped::get(&name).with_context(|| format!("{place} is not embedded"))?;
                let text = std::str::from_utf8(&data.data).with_context(|| place.clone())?;
                labels.admit(&place, text, network, Origin::BuiltIn)?;
            }
        }
        for path in own.map(|folder| super::own::listed(folder, "csv")).transpose()?.unwrap_or_default() {
            let place = path.display().to_string();
            let text = super::read::text(&path, super::read::LABELS)?;
            let origin = if own::is_own(&path) { Origin::Own } else { Origin::Imported };
            labels.admit(&place, &text, network, origin)?;
        }
        labels.arrange();
        Ok(labels)
    }

    /// The labels of these tables alone: the text of each, who brought it, and the name that errors call it by. They are in the
    /// format of [`as_csv`].
    pub fn of_texts(network: Network, tables: &[(&str, Origin, &str)]) -> Result<Self> {
        let mut labels = Self::default();
        for (place, origin, text) in tables {
            labels.admit(place, text, network, *origin)?;
        }
        labels.arrange();
        Ok(labels)
    }

    /// Reads one table; what it holds has been checked before it got there, so that a bad row is somebody's mistake.
    fn admit(&mut self, place: &str, text: &str, network: Network, origin: Origin) -> Result<()> {
        let file: Arc<str> = place.into();
        let reading =
            table::read(text, network, origin, &file).map_err(|error| anyhow::anyhow!("{place}: {error:#}"))?;
        let other_network = |refusal: &&Refusal| matches!(refusal.reason, Reason::OtherNetwork(_));
        if let Some(refusal) = reading.refused.iter().find(|r| !other_network(r)) {
            bail!("{place}: {refusal}");
        }
        self.all.extend(reading.labels);
        Ok(())
    }

    fn arrange(&mut self) {
        for (at, label) in self.all.iter().enumerate() {
            self.by_address.entry(label.address.clone()).or_default().push(at);
        }
        let all = &self.all;
        for places in self.by_address.values_mut() {
            // Stable: among equals the order of files and lines stays.
            places.sort_by_key(|at| all.get(*at).map(|l| Reverse(rank(l))));
        }
    }

    /// The label to show for an address.
    pub fn of(&self, address: &Address) -> Option<&Label> {
        self.labels_of(address).next()
    }

    /// The label that counts for those who follow coins: where several are known, one that names a service.
    pub fn to_follow(&self, address: &Address) -> Option<&Label> {
        self.labels_of(address).find(|label| label.category.is_service()).or_else(|| self.of(address))
    }

    /// All labels of an address, the one to show first.
    pub fn labels_of(&self, address: &Address) -> impl Iterator<Item = &Label> {
        let places = self.by_address.get(address).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.all.get(*at))
    }

    /// Sources name different owners or different businesses.
    pub fn disagree(&self, address: &Address) -> bool {
        let all: Vec<&Label> = self.labels_of(address).collect();
        all.iter().enumerate().any(|(at, label)| all.iter().skip(at + 1).any(|other| !label.agrees_with(other)))
    }

    /// Every label, in the order of files and lines.
    pub fn iter(&self) -> impl Iterator<Item = &Label> {
        self.all.iter()
    }
}

/// What decides which label is shown; the highest is.
fn rank(label: &Label) -> impl Ord + use<> {
    (label.origin, label.confidence.level(), label.category.names_the_owner(), label.lastmod)
}

/// Labels as the text of a label file.
pub fn as_csv(labels: &[&Label]) -> String {
    let labels: Vec<Label> = labels.iter().map(|l| (*l).clone()).collect();
    table::write(&labels, &[])
}

/// The user's label files live here, below the configuration folder.
pub fn folder(config_folder: &Path) -> PathBuf {
    config_folder.join("labels")
}

#[cfg(test)]
mod tests;
