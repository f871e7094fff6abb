//! Names that the program knows: families, and services that have labels.

use crate::catalog::{Catalog, Labels};
use crate::domain::{Category, Network};

/// Families and services, by every name that they have.
#[derive(Default)]
pub(super) struct Names {
    pub families: Vec<String>,
    pub services: Vec<String>,
}

/// The built-in ones. A list that cannot be read leaves its names out: they are words like any other then.
pub(super) fn built_in() -> Names {
    let mut out = Names::default();
    if let Ok(catalog) = Catalog::load(Network::Bitcoin, None) {
        out.families = catalog.families().flat_map(|f| std::iter::once(&f.name).chain(&f.aliases)).cloned().collect();
    }
    if let Ok(labels) = Labels::load(Network::Bitcoin, None) {
        let services = labels.iter().filter(|label| Category::is_service(label.category));
        // `HitBtc.com` is HitBtc, too.
        let both =
            |name: &str| [Some(name), name.rsplit_once('.').map(|(name, _)| name)].map(|name| name.map(str::to_owned));
        out.services = services.flat_map(|label| both(&label.name)).flatten().collect();
        out.services.sort();
        out.services.dedup();
    }
    out
}
