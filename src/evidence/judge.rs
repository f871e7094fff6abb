//! What the ground state of a pack is worth, whatever was computed from it: the same function judges for those who pack, who
//! print it beside the citation, and for those who check.

use anyhow::Result;

use super::contents::Contents;
use super::index::Index;
use super::reread::{self, Bodies};
use super::standing::Levels;
use super::{Statement, consistent, ledger, record};
use crate::catalog;
use crate::domain::Address;

/// What was found, and how well each transaction stands.
pub(super) struct Judged<'a> {
    pub statements: Vec<Statement>,
    pub index: Index<'a>,
    pub levels: Levels,
}

/// Holds the ledger against itself, against the answers, and against the chain data that the program carries.
pub(super) fn judge<'a>(contents: &'a Contents, bodies: &mut Bodies<'_>) -> Result<Judged<'a>> {
    let (slice, network) = (&contents.slice, contents.options.network()?);
    let index = Index::of(slice);
    let family = catalog::read(&contents.family).ok().map(|(family, _)| family);
    let addresses: Vec<Address> = family.iter().flat_map(|one| one.watched()).map(|one| one.address.clone()).collect();
    let verified = ledger::verify(slice, &index, network);
    let recorded = record::compare(slice, &index, &verified, network, &addresses);
    let reread = reread::compare(contents, &index, network, bodies);
    let levels = Levels::of(slice, &index, &verified, &reread);
    let mut statements = verified.statements;
    statements.extend(consistent::verify(slice, &index));
    statements.extend(recorded);
    statements.extend(reread.statements);
    Ok(Judged { statements, index, levels })
}
