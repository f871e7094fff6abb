//! From words to claims.

use super::parse::{NotUnderstood, parse};
use super::{Basis, Clause, Part, Quantity, Reading, Subject, Unit, measure};
use crate::domain::words::TooLong;

/// Why a sentence is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is not a claim that can be held against the chain.
    #[error(transparent)]
    NotUnderstood(#[from] NotUnderstood),
    /// It is longer than claims are.
    #[error(transparent)]
    Long(#[from] TooLong),
    /// It speaks of a part of the take, and does not say of which.
    #[error(
        "\"{0}\" is said of a part of the take only; give the days with --from and --on, or ask for \"a payment of …\""
    )]
    Part(String),
}

/// Words by which a sentence speaks of the addresses themselves.
const OF_ADDRESSES: [&str; 4] = ["wallet", "account", "address", "balance"];

/// Reads a sentence.
pub fn read(text: &str) -> Result<Reading, Unreadable> {
    let quantity = parse(text)?;
    let lower = text.to_lowercase();
    let of_addresses = OF_ADDRESSES.iter().any(|word| lower.contains(word));
    let subject = if of_addresses { Subject::Addresses } else { Subject::Family };
    let clause = clause(quantity, subject)?;
    Ok(Reading { claims: vec![clause], not_checked: Vec::new(), language: "en" })
}

fn clause(quantity: Quantity, subject: Subject) -> Result<Clause, Unreadable> {
    let has = |basis: Basis| quantity.named.contains(&basis);
    let name = match quantity.unit {
        _ if quantity.part == Some(Part::Transfer) => "transfer",
        _ if quantity.part == Some(Part::Payer) => "payment",
        Unit::Payments => "payments",
        Unit::Transactions => "transactions",
        Unit::Withdrawals => "withdrawals",
        _ if has(Basis::CoinsLeft) => "left",
        _ if has(Basis::CoinsWithdrawn) || has(Basis::AtWithdrawal) => "withdrawn",
        _ => "received",
    };
    let Some(measure) = measure::find(name) else { return Err(Unreadable::Part(quantity.words)) };
    let named = match quantity.unit {
        Unit::Bitcoin => Vec::new(),
        _ => quantity.named.clone(),
    };
    let at = 0..quantity.words.chars().count();
    Ok(Clause {
        measure,
        unit: quantity.unit,
        interval: quantity.interval,
        exact: quantity.exact,
        subject,
        named,
        nth: None,
        place: None,
        span: None,
        victims: quantity.victims,
        words: quantity.words,
        at,
    })
}
