//! Where coins arrived: at a service with a name, or at any of a category.

use super::phrase::Clause;
use super::role::Role::*;
use super::role::Verb;
use crate::claims::reading;

/// The place that a clause names, and its items.
pub(super) fn of(clause: &Clause) -> Option<(reading::Place, (usize, usize))> {
    let known = |range: (usize, usize)| (range.0..range.1).all(|at| clause.role(at) != Name);
    match clause.verb?.1 {
        Verb::Withdrawn | Verb::Sent | Verb::Arrived | Verb::Emptied | Verb::Paid => {
            (0..clause.items.len()).find_map(|at| match clause.role(at) {
                To | At | Via => at_item(clause, at + 1),
                // In Berlin is no service, as far as anybody knows.
                On | In => at_item(clause, at + 1).filter(|(_, range)| known(*range)),
                _ => None,
            })
        }
        // `HitBTC received`; a name that no list has is a subject like any other.
        Verb::Received => {
            let end = clause.subject().len();
            (0..end).find_map(|at| at_item(clause, at).filter(|(_, range)| range.1 == end && known(*range)))
        }
        _ => None,
    }
}

fn at_item(clause: &Clause, at: usize) -> Option<(reading::Place, (usize, usize))> {
    let loud = |n: &usize| !matches!(clause.role(*n), A | The | Elsewhere | Adjective | Of);
    let from = (at..).find(loud)?;
    let is_name = |n: &usize| matches!(clause.role(*n), Name | Service);
    match clause.role(from) {
        // `the exchange HitBTC`.
        Place(_) if is_name(&(from + 1)) => at_item(clause, from + 1).map(|(place, (_, to))| (place, (from, to))),
        Place(category) => Some((reading::Place::Category(category.to_owned()), (from, from + 1))),
        Service | Name => {
            let to = (from..).find(|n| !is_name(n))?;
            let (behind, after) = (clause.role(to), clause.role(to + 1));
            let kind = matches!(behind, Place(_));
            // Of somebody's wallet it is said, and not of them.
            let next = clause.role((to..).find(loud)?);
            let owner = next.is_noun() || matches!(next, Unit(_) | Unknown);
            // Names that nobody knows have no article, and two places are none.
            let article = from > at && clause.role(from) == Name && !kind;
            let several = behind.is_join() && matches!(after, Name | Service | Place(_));
            let written = || clause.text.written(clause.items[from].from, clause.items[to - 1].to).to_lowercase();
            (!owner && !article && !several).then(|| (reading::Place::Named(written()), (from, to + usize::from(kind))))
        }
        _ => None,
    }
}
