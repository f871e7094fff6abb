//! Names that the program knows: families, and services that have labels.

use std::collections::BTreeSet;

use super::token::tokens;
use crate::catalog::{Catalog, Labels};
use crate::domain::{Category, Network};

/// Families and services, by every name that they have, each as its words.
#[derive(Default)]
pub(super) struct Names {
    pub families: Vec<Vec<String>>,
    pub services: Vec<Vec<String>>,
}

fn words(name: &str) -> Vec<String> {
    tokens(name).into_iter().map(|token| token.text).collect()
}

/// The built-in ones. A list that cannot be read leaves its names out: they are words like any other then.
pub(super) fn built_in() -> Names {
    let mut out = Names::default();
    if let Ok(catalog) = Catalog::load(Network::Bitcoin, None) {
        let names = catalog.families().flat_map(|f| std::iter::once(&f.name).chain(&f.aliases));
        out.families = names.map(|name| words(name)).collect();
    }
    if let Ok(labels) = Labels::load(Network::Bitcoin, None) {
        let services = labels.iter().filter(|label| Category::is_service(label.category));
        // `HitBtc.com` is HitBtc, too.
        let names: BTreeSet<&str> = services.map(|label| label.name.as_str()).collect();
        let both = names.iter().flat_map(|name| [Some(*name), name.rsplit_once('.').map(|(name, _)| name)]);
        out.services = both.flatten().map(words).collect();
    }
    out
}
