//! Where coins arrived: at a service with a name, or at any of a category.

use super::clause::Clause;
use super::role::{Preposition, Role, Verb, Word};
use super::segment::Item;
use crate::claims::reading::Place;

/// The place that a clause names, and its items.
pub(super) fn of(clause: &Clause) -> Option<(Place, (usize, usize))> {
    let (_, verb) = clause.verb?;
    let items = clause.items;
    match verb {
        Verb::Withdrawn | Verb::Sent | Verb::Arrived | Verb::Emptied | Verb::Paid => {
            items.iter().enumerate().find_map(|(at, item)| match item.role()? {
                Role::Preposition(Preposition::To | Preposition::At | Preposition::Via) => at_item(clause, at + 1),
                // In Berlin is no service, as far as anybody knows.
                Role::Preposition(Preposition::On | Preposition::In) => {
                    at_item(clause, at + 1).filter(|(_, (from, to))| !(*from..*to).any(|at| is_new(clause, at)))
                }
                _ => None,
            })
        }
        Verb::Received => {
            let subject = clause.subject().len();
            (0..subject).find_map(|at| at_item(clause, at).filter(|(_, (_, to))| *to == subject && !is_new(clause, at)))
        }
        _ => None,
    }
}

/// A name that no list has is nobody's that is known, and a subject like any other.
fn is_new(clause: &Clause, at: usize) -> bool {
    clause.items.get(at).and_then(Item::role) == Some(Role::Name)
}

fn at_item(clause: &Clause, at: usize) -> Option<(Place, (usize, usize))> {
    let quiet = |role: Option<Role>| {
        matches!(
            role,
            Some(
                Role::Word(Word::A | Word::The | Word::Elsewhere)
                    | Role::Adjective
                    | Role::Preposition(Preposition::Of)
            )
        )
    };
    let role = |at: usize| clause.items.get(at).and_then(Item::role);
    let from = (at..).find(|n| !quiet(role(*n)))?;
    let named = from > at && role(from) == Some(Role::Name);
    let names = (from..).take_while(|n| matches!(role(*n), Some(Role::Name | Role::Service))).count();
    let service = |n: usize| matches!(role(n), Some(Role::Service | Role::Name));
    match role(from)? {
        // `the exchange HitBTC`.
        Role::Place(_) if service(from + 1) => at_item(clause, from + 1).map(|(place, (_, to))| (place, (from, to))),
        Role::Place(category) => Some((Place::Category(category.to_owned()), (from, from + 1))),
        Role::Service | Role::Name if names > 0 => {
            let behind = role(from + names);
            // Of somebody's wallet it is said, and not of them; and names that nobody knows have no article.
            let next = (from + names..).find(|n| !quiet(role(*n))).and_then(role);
            let other = matches!(next, Some(Role::Noun(_) | Role::Unit(_) | Role::Unknown | Role::Name))
                || (named && !matches!(behind, Some(Role::Place(_))))
                || matches!(behind, Some(Role::Join(_)))
                    && matches!(role(from + names + 1), Some(Role::Name | Role::Service | Role::Place(_)));
            let written = clause.text.written(clause.items.get(from)?.from, clause.items.get(from + names - 1)?.to);
            let kind = usize::from(matches!(behind, Some(Role::Place(_))));
            (!other).then(|| (Place::Named(written.to_lowercase()), (from, from + names + kind)))
        }
        _ => None,
    }
}
