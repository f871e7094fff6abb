use anyhow::{Result, bail};

use crate::catalog::Catalog;
use crate::domain::Family;
use crate::explorer::{self, Explorer};

/// The families of that name, each once; all of them where no name is given.
pub fn chosen<'a>(catalog: &'a Catalog, names: &[String]) -> Result<Vec<&'a Family>> {
    if names.is_empty() {
        return Ok(catalog.families().collect());
    }
    let mut families: Vec<&Family> = Vec::new();
    for name in names {
        let family = catalog.find(name)?;
        if !families.iter().any(|f| f.name == family.name) {
            families.push(family);
        }
    }
    Ok(families)
}

/// Where only the built-in record is asked, the families that it holds.
pub fn askable<'a>(families: Vec<&'a Family>, explorers: &[Explorer], all: bool) -> Result<Vec<&'a Family>> {
    if !explorers.iter().all(Explorer::is_recorded) {
        return Ok(families);
    }
    let (held, missing): (Vec<_>, Vec<_>) = families.into_iter().partition(|f| explorer::is_recorded(&f.name));
    if let Some(family) = missing.first().filter(|_| !all || held.is_empty()) {
        let known: Vec<&str> = explorer::snapshots().iter().map(|s| s.header.family.as_str()).collect();
        bail!("the built-in record holds no ledger of {}; it holds: {}", family.name, known.join(", "));
    }
    Ok(held)
}
