//! What is measured: by the verb of the clause, by what its quantity counts, and by the nouns beside it.

use super::clause::Clause;
use super::quantity::Quantity;
use super::role::{Counted, Noun, Preposition, Role, Verb, Word};
use super::segment::Item;
use crate::claims::Unit;
use crate::claims::reading::Refusal;

/// What a quantity of a clause measures.
pub(super) struct Measured {
    pub name: &'static str,
    pub unit: Unit,
    pub nth: Option<u32>,
    /// It is a total, and on a day what there was until then.
    pub stock: bool,
}

/// What the quantity at an item measures.
pub(super) fn of(clause: &Clause, at: usize, quantity: &Quantity, placed: bool) -> Result<Measured, Refusal> {
    let unit = quantity.unit();
    let plain = |name| Ok(Measured { name, unit, nth: None, stock: false });
    let verb = clause.verb.map(|(_, verb)| verb);
    match unit {
        Unit::Payments => match verb {
            Some(Verb::Withdrawn | Verb::Left | Verb::Seized | Verb::Emptied | Verb::Untouched) => {
                Err(Refusal::UnknownWords)
            }
            _ => plain("payments"),
        },
        Unit::Transactions if leaves(clause) => {
            Ok(Measured { name: "withdrawals", unit: Unit::Withdrawals, nth: None, stock: false })
        }
        Unit::Transactions => plain("transactions"),
        Unit::Withdrawals => plain("withdrawals"),
        Unit::Addresses => match verb {
            Some(Verb::Received | Verb::Withdrawn | Verb::Seized)
                if clause.items.iter().all(|i| i.quantity().is_none_or(|q| !q.is_value())) =>
            {
                Err(Refusal::UnknownWords)
            }
            _ => plain("addresses"),
        },
        Unit::Days => match at.checked_sub(1).and_then(|at| clause.items.get(at)).and_then(Item::role) {
            Some(Role::Preposition(Preposition::On)) | None => plain("paying-days"),
            _ if clause.has(|role| role == Role::Noun(Noun::Payer)) => plain("paying-days"),
            _ => Err(Refusal::Rate),
        },
        Unit::Percent => match value(clause, at, placed)?.name {
            name @ ("withdrawn" | "left" | "arrived" | "seized") => plain(name),
            _ => Err(Refusal::Change),
        },
        Unit::Money(_) | Unit::Bitcoin => value(clause, at, placed).map(|measured| Measured { unit, ..measured }),
    }
}

/// Whether the clause speaks of what goes away.
fn leaves(clause: &Clause) -> bool {
    matches!(clause.verb, Some((_, Verb::Withdrawn | Verb::Emptied)))
        || matches!(clause.verb, Some((_, Verb::Sent))) && sent(clause) == Ok("withdrawn")
        || clause.has(|role| matches!(role, Role::Unit(Counted::Known(Unit::Withdrawals))))
}

/// What a sum measures.
fn value(clause: &Clause, at: usize, placed: bool) -> Result<Measured, Refusal> {
    let one = |name| Measured { name, unit: Unit::Bitcoin, nth: None, stock: false };
    let verb = clause.verb.map(|(_, verb)| verb);
    let pays = |role: Role| {
        matches!(role, Role::Noun(Noun::Payment | Noun::Ransom) | Role::Unit(Counted::Known(Unit::Payments)))
    };
    let extreme = clause.items.iter().find_map(|i| match i.role()? {
        Role::Superlative(name, whole) => Some((name, whole)),
        _ => None,
    });
    if let Some((name, whole)) = extreme {
        let average = name == "average-payment" && verb == Some(Verb::Paid);
        return match verb {
            Some(Verb::Withdrawn | Verb::Left | Verb::Seized | Verb::Emptied) => Err(Refusal::UnknownWords),
            _ if whole || clause.has(pays) || clause.single().is_some() || average => Ok(one(name)),
            _ if name == "average-payment" => Err(Refusal::Demand),
            _ => Err(Refusal::UnknownWords),
        };
    }
    let all_but = clause.has(|role| role == Role::Word(Word::AllBut));
    if all_but {
        return if matches!(verb, Some(Verb::Withdrawn | Verb::Emptied | Verb::Sent)) {
            Ok(one("left"))
        } else {
            Err(Refusal::Change)
        };
    }
    if placed {
        return if matches!(verb, Some(Verb::Paid)) { Err(Refusal::OneVictim) } else { Ok(one("arrived")) };
    }
    if let Some(noun) = beside(clause, at).or_else(|| clause.single()) {
        let nth =
            clause.items.iter().find_map(|i| if let Some(Role::Ordinal(nth)) = i.role() { Some(nth) } else { None });
        if matches!(verb, Some(Verb::Untouched | Verb::Emptied | Verb::Left)) {
            return Err(Refusal::UnknownWords);
        }
        return match (noun, nth) {
            (Noun::Withdrawal, None | Some(1..)) => Ok(Measured { nth, ..one("withdrawal") }),
            (Noun::Payment, None) if verb != Some(Verb::Withdrawn) => Ok(one("payment")),
            (Noun::Transfer, None) => Ok(one("transfer")),
            _ => Err(Refusal::UnknownWords),
        };
    }
    let name = match verb {
        None => bare(clause),
        Some(Verb::Equals | Verb::MoreThan | Verb::LessThan | Verb::About) => return equals(clause),
        Some(Verb::Amassed) if clause.has(|role| role == Role::Unit(Counted::Known(Unit::Addresses))) => "left",
        Some(Verb::Made) => bare(clause),
        Some(Verb::Amassed | Verb::Received | Verb::Arrived) => "received",
        Some(Verb::Paid) if clause.single_payer() => "payment",
        Some(Verb::Paid) => "received",
        Some(Verb::Withdrawn | Verb::Emptied) => "withdrawn",
        Some(Verb::Sent) => sent(clause)?,
        Some(Verb::Left | Verb::Untouched) => "left",
        Some(Verb::Seized) => "seized",
        Some(Verb::Used) => return Err(Refusal::UnknownWords),
    };
    Ok(one(name))
}

/// A quantity without a verb.
fn bare(clause: &Clause) -> &'static str {
    let has = |unit: Unit| {
        clause.items.iter().any(|i| {
            i.quantity().is_some_and(|q| q.unit() == unit) || i.role() == Some(Role::Unit(Counted::Known(unit)))
        })
    };
    if clause.has(|role| role == Role::Noun(Noun::Balance)) {
        "left"
    } else if has(Unit::Withdrawals) {
        "withdrawn"
    } else {
        "received"
    }
}

/// The noun of a single thing that a sum belongs to: `a payment of $600`, `the $600 payment`, `the first withdrawal was 8.73 BTC`.
fn beside(clause: &Clause, at: usize) -> Option<Noun> {
    let single = |item: &Item| match item.role()? {
        Role::Noun(noun @ (Noun::Payment | Noun::Withdrawal | Noun::Transfer)) => Some(noun),
        _ => None,
    };
    let between = |item: &&Item| {
        let quiet = Role::Preposition(Preposition::Of);
        matches!(
            item.role(),
            Some(Role::Word(Word::Be | Word::Worth | Word::Adverb | Word::Have | Word::A | Word::The))
        ) || item.role() == Some(quiet)
            || matches!(item.role(), Some(Role::Verb(verb) | Role::Gerund(verb)) if verb.says_nothing_alone())
            || matches!(item.kind, super::segment::What::Span(_))
    };
    let before = clause.items.get(..at).unwrap_or_default().iter().rev().find(|i| !between(i)).and_then(single);
    let behind = || {
        clause
            .items
            .get(at + 1..)
            .unwrap_or_default()
            .iter()
            .find(|i| {
                !matches!(
                    i.role(),
                    Some(Role::Adjective | Role::Noun(Noun::Ransom) | Role::Unit(Counted::Known(Unit::Bitcoin)))
                )
            })
            .and_then(single)
    };
    before.or_else(behind)
}

/// What a copula says is what its subject names.
fn equals(clause: &Clause) -> Result<Measured, Refusal> {
    let said = clause.verb.map_or(0, |(at, _)| at);
    let one = |name, stock| Ok(Measured { name, unit: Unit::Bitcoin, nth: None, stock });
    let has = |wanted: fn(Role) -> bool| clause.has(wanted);
    if has(|role| role == Role::Noun(Noun::Balance)) {
        return one("left", false);
    }
    // `the sums extorted were`.
    let told: Vec<&str> = clause
        .items
        .iter()
        .take(said)
        .filter_map(|item| match item.role()? {
            Role::Verb(Verb::Received | Verb::Paid | Verb::Made | Verb::Amassed | Verb::Arrived) => Some("received"),
            Role::Verb(Verb::Withdrawn) => Some("withdrawn"),
            Role::Verb(Verb::Seized) => Some("seized"),
            Role::Verb(Verb::Left) => Some("left"),
            Role::Unit(Counted::Known(Unit::Withdrawals)) => Some("withdrawn"),
            Role::Verb(_) => Some(""),
            _ => None,
        })
        .collect();
    let total = has(|role| {
        matches!(
            role,
            Role::Noun(Noun::Total | Noun::Ransom) | Role::Unit(Counted::Known(Unit::Payments | Unit::Transactions))
        )
    });
    let counted = clause
        .items
        .iter()
        .any(|i| i.quantity().is_some_and(|q| matches!(q.unit(), Unit::Payments | Unit::Transactions)));
    match told.as_slice() {
        [] if has(|role| role == Role::Word(Word::There)) => {
            let held = has(|role| matches!(role, Role::Unit(Counted::Known(Unit::Addresses))));
            if held { one("left", false) } else { Err(Refusal::UnknownWords) }
        }
        [] if total || counted => one("received", true),
        [first, rest @ ..] if !first.is_empty() && rest.iter().all(|other| other == first) => match *first {
            "withdrawn" => one("withdrawn", true),
            "seized" => one("seized", true),
            "left" => one("left", true),
            _ => one("received", true),
        },
        _ => Err(Refusal::UnknownWords),
    }
}

/// Which way coins went that somebody sent.
fn sent(clause: &Clause) -> Result<&'static str, Refusal> {
    let items = clause.items;
    let wallet = |i: &Item| {
        i.role() == Some(Role::Unit(Counted::Known(Unit::Addresses)))
            || i.quantity().is_some_and(|q| q.unit() == Unit::Addresses)
    };
    let target = |i: &Item| wallet(i) || matches!(i.role(), Some(Role::Noun(Noun::People) | Role::Family));
    let near = |preposition: Preposition, wanted: &dyn Fn(&Item) -> bool| {
        items.iter().enumerate().any(|(at, i)| {
            i.role() == Some(Role::Preposition(preposition))
                && items
                    .iter()
                    .skip(at + 1)
                    .take(6)
                    .take_while(|i| !matches!(i.role(), Some(Role::Preposition(_))))
                    .any(wanted)
        })
    };
    let subject = clause.subject();
    let payers = clause.has(Role::is_payers);
    if near(Preposition::To, &wallet) && super::is_elsewhere(items) || near(Preposition::From, &wallet) {
        return Ok("withdrawn");
    }
    let which = items.iter().any(|i| i.role() == Some(Role::Noun(Noun::Target))) && items.iter().any(wallet);
    let here = near(Preposition::To, &target) || which;
    let given = clause.is_passive() && subject.iter().any(wallet);
    if here || payers || given { Ok("received") } else { Err(Refusal::UnknownWords) }
}
