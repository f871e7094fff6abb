//! What is measured: by the verb of the clause, by what its quantity counts, and by the nouns beside it.

use super::phrase::Clause;
use super::quantity::Quantity;
use super::role::Role::{self, *};
use super::role::{COINS, Counted, Verb, WALLETS};
use super::segment::{Item, before, wallets};
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

/// What the quantity at a place measures.
pub(super) fn of(clause: &Clause, at: usize, quantity: &Quantity, placed: bool) -> Result<Measured, Refusal> {
    let plain = |name, unit| Ok(Measured { name, unit, nth: None, stock: false });
    let verb = clause.verb.map(|(_, verb)| verb);
    match quantity.unit() {
        Unit::Payments => match verb {
            Some(Verb::Withdrawn | Verb::Left | Verb::Seized | Verb::Emptied | Verb::Untouched) => {
                Err(Refusal::UnknownWords)
            }
            _ => plain("payments", Unit::Payments),
        },
        Unit::Transactions if leaves(clause) => plain("withdrawals", Unit::Withdrawals),
        Unit::Transactions => plain("transactions", Unit::Transactions),
        Unit::Withdrawals => plain("withdrawals", Unit::Withdrawals),
        Unit::Addresses => match verb {
            Some(Verb::Received | Verb::Withdrawn | Verb::Seized) if !clause.items.iter().any(Item::is_value) => {
                Err(Refusal::UnknownWords)
            }
            _ => plain("addresses", Unit::Addresses),
        },
        Unit::Days if matches!(before(clause.items, at), On | Nothing) => plain("paying-days", Unit::Days),
        Unit::Days => Err(Refusal::Rate),
        Unit::Percent => match value(clause, at, placed)?.name {
            name @ ("withdrawn" | "left" | "arrived" | "seized") => plain(name, Unit::Percent),
            _ => Err(Refusal::Change),
        },
        unit => value(clause, at, placed).map(|measured| Measured { unit, ..measured }),
    }
}

fn counts(clause: &Clause, unit: Unit) -> bool {
    let counted = Counted::Known(unit);
    clause.items.iter().any(|item| item.role == Unit(counted) || item.counts(counted))
}

/// Whether the clause speaks of what goes away.
fn leaves(clause: &Clause) -> bool {
    match clause.verb {
        Some((_, Verb::Withdrawn | Verb::Emptied)) => true,
        Some((_, Verb::Sent)) => sent(clause) == Ok("withdrawn"),
        _ => counts(clause, Unit::Withdrawals),
    }
}

/// What a sum measures.
fn value(clause: &Clause, at: usize, placed: bool) -> Result<Measured, Refusal> {
    let one = |name| Measured { name, unit: Unit::Bitcoin, nth: None, stock: false };
    let verb = clause.verb.map(|(_, verb)| verb);
    let goes = matches!(verb, Some(Verb::Withdrawn | Verb::Left | Verb::Seized | Verb::Emptied | Verb::Untouched));
    let extreme = clause.items.iter().find_map(|item| match item.role {
        Superlative(name, whole) => Some((name, whole)),
        _ => None,
    });
    if let Some((name, whole)) = extreme {
        let average = name == "average-payment";
        let paid = whole
            || clause.has(|role| matches!(role, Payment | Ransom))
            || counts(clause, Unit::Payments)
            || clause.single().is_some();
        return match verb {
            _ if goes => Err(Refusal::UnknownWords),
            _ if paid || (average && verb == Some(Verb::Paid)) => Ok(one(name)),
            _ if average => Err(Refusal::Demand),
            _ => Err(Refusal::UnknownWords),
        };
    }
    if clause.has(|role| role == AllBut) {
        let left = matches!(verb, Some(Verb::Withdrawn | Verb::Emptied | Verb::Sent));
        return if left { Ok(one("left")) } else { Err(Refusal::Change) };
    }
    if placed {
        return if verb == Some(Verb::Paid) { Err(Refusal::OneVictim) } else { Ok(one("arrived")) };
    }
    if let Some(noun) = beside(clause, at).or_else(|| clause.single()) {
        let nth = clause.items.iter().find_map(|item| if let Ordinal(nth) = item.role { Some(nth) } else { None });
        return match (noun, nth) {
            _ if matches!(verb, Some(Verb::Untouched | Verb::Emptied | Verb::Left)) => Err(Refusal::UnknownWords),
            (Withdrawal, None | Some(1..)) => Ok(Measured { nth, ..one("withdrawal") }),
            (Payment, None) if verb != Some(Verb::Withdrawn) => Ok(one("payment")),
            (Transfer, None) => Ok(one("transfer")),
            _ => Err(Refusal::UnknownWords),
        };
    }
    let name = match verb {
        None | Some(Verb::Made) => bare(clause),
        Some(verb) if verb.is_copula() => return equals(clause),
        Some(Verb::Amassed) if clause.has(|role| role == WALLETS) => "left",
        Some(Verb::Paid) if clause.is_single_payers() => "payment",
        Some(Verb::Amassed | Verb::Received | Verb::Arrived | Verb::Paid) => "received",
        Some(Verb::Withdrawn | Verb::Emptied) => "withdrawn",
        Some(Verb::Sent) => sent(clause)?,
        Some(Verb::Left | Verb::Untouched) => "left",
        Some(Verb::Seized) => "seized",
        Some(_) => return Err(Refusal::UnknownWords),
    };
    Ok(one(name))
}

/// A quantity without a verb that says more.
fn bare(clause: &Clause) -> &'static str {
    if clause.has(|role| role == Balance) {
        "left"
    } else if counts(clause, Unit::Withdrawals) {
        "withdrawn"
    } else {
        "received"
    }
}

/// The noun of a single thing that a sum belongs to: `a payment of $600`, `the $600 payment`, `the first withdrawal was 8.73 BTC`.
fn beside(clause: &Clause, at: usize) -> Option<Role> {
    let single = |item: &&Item| matches!(item.role, Payment | Withdrawal | Transfer);
    let quiet = |item: &&Item| match item.role {
        Of | Be | Worth | Adverb | Have | A | The | Span(_) => true,
        role => role.verb().is_some_and(Verb::is_copula),
    };
    let before = clause.items.get(..at)?.iter().rev().find(|item| !quiet(item)).filter(single);
    let behind = clause.items.get(at + 1..)?.iter().find(|item| !matches!(item.role, Adjective | Ransom | COINS));
    before.or(behind.filter(single)).map(|item| item.role)
}

/// What a copula says is what its subject names.
fn equals(clause: &Clause) -> Result<Measured, Refusal> {
    let (said, verb) = clause.verb.unwrap_or((0, Verb::Equals));
    let one = |name, stock| Ok(Measured { name, unit: Unit::Bitcoin, nth: None, stock });
    let has = |wanted: Role| clause.has(|role| role == wanted);
    if has(Balance) {
        return one("left", false);
    }
    // `the sums extorted were`.
    let mut told: Vec<&str> = Vec::new();
    for item in clause.items.iter().take(said) {
        told.push(match item.role {
            Verb(Verb::Received | Verb::Paid | Verb::Made | Verb::Amassed | Verb::Arrived) => "received",
            Verb(Verb::Withdrawn) | Unit(Counted::Known(Unit::Withdrawals)) => "withdrawn",
            Verb(Verb::Seized) => "seized",
            Verb(Verb::Left) => "left",
            Verb(_) => "",
            _ => continue,
        });
    }
    told.dedup();
    let counted = counts(clause, Unit::Payments) || counts(clause, Unit::Transactions);
    // The ransom was $300: that is what was demanded.
    let plain = verb == Verb::Equals && clause.role(said) == Be && clause.role(said + 1) == Quantity;
    match told.as_slice() {
        [] if has(There) && has(WALLETS) => one("left", false),
        [] if has(There) => Err(Refusal::UnknownWords),
        [] if has(Total) || counted || (has(Ransom) && !plain) => one("received", true),
        [] if has(Ransom) => Err(Refusal::Demand),
        [name] if !name.is_empty() => one(name, true),
        _ => Err(Refusal::UnknownWords),
    }
}

/// Which way coins went that somebody sent.
fn sent(clause: &Clause) -> Result<&'static str, Refusal> {
    let items = clause.items;
    let elsewhere = clause.near(To, Item::is_wallets) && wallets(items).any(|(_, elsewhere)| elsewhere);
    if elsewhere || clause.near(From, Item::is_wallets) {
        return Ok("withdrawn");
    }
    let here = clause.near(To, |item| item.is_wallets() || matches!(item.role, People | Family));
    let which = clause.has(|role| role == Target) && items.iter().any(Item::is_wallets);
    let given = clause.is_passive() && clause.subject().iter().any(Item::is_wallets);
    let paid = clause.has(Role::is_payers);
    let theirs =
        !clause.is_passive() && clause.subject().iter().any(|item| matches!(item.role, People | Family | Thing));
    if paid || (!theirs && (here || which || given)) { Ok("received") } else { Err(Refusal::UnknownWords) }
}
