//! What stays open after a check, and what is at least that which this program carries.

use super::Statement;
use super::compute::Computed;
use super::contents::Contents;
use crate::catalog;
use crate::claims;
use crate::domain::rfc3339;
use crate::price::Tables;

/// What nothing in the pack can decide.
pub(super) fn questions(contents: &Contents, computed: &Computed<'_>) -> Vec<Statement> {
    let mut out = Vec::new();
    let text = catalog::built_in_text(&computed.family.name);
    let carried = |what: &str, same: bool| match same {
        true => Statement::established(format!("{what} that this program carries")),
        false => Statement::not_established(format!(
            "{what} that this program carries: it is another one, and may be as good"
        )),
    };
    out.push(carried("the family's file is the one", text.as_deref() == Some(contents.family.as_str())));
    if let (Some(tables), Ok(currencies)) = (&contents.prices, contents.currencies()) {
        out.push(carried("the table of prices is the one", *tables == Tables::built_in(&currencies)));
    }
    if let Ok(published) = contents.published()
        && !published.is_empty()
    {
        let own = claims::published(Some(&computed.family)).ok();
        out.push(carried("the list of published claims is the one", own == Some(published)));
    }
    let recorded = computed.account.summary.recorded_to.map_or("no moment that is known".to_owned(), rfc3339);
    let mut open = vec![
        "whose the addresses are: the family's file and the labels name their sources, and are claims".to_owned(),
        "that the answers came from those servers at those moments: nobody signs them".to_owned(),
        format!("that nothing is missing: the ledger is complete to {recorded} by the explorers' own totals"),
    ];
    if contents.prices.is_some() {
        open.push("that the prices are those of the market: they are taken as given".to_owned());
    }
    if !contents.slice.headers.is_empty() {
        open.push("that the blocks are in the best chain: compare their hashes with a node".to_owned());
    }
    if !contents.slice.followed.is_empty() {
        open.push("that the blocks between were read without a gap: whole blocks are not in a pack".to_owned());
    }
    out.extend(open.into_iter().map(Statement::not_established));
    out
}
