use anyhow::Result;

use super::{Asked, Grows, Measure, Measured, Reads, nearest};
use crate::claims::{Basis, Unit};
use crate::domain::{Value, format};
use crate::figures::{Withdrawal, in_coins};

pub(super) static MEASURE: Measure = Measure {
    name: "withdrawal",
    about: "one withdrawal",
    phrases: &[],
    told: "the {nth} withdrawal from {of}{when} was {value}",
    grows: Grows::Either,
    reads: Reads::Withdrawals,
    answer,
};

fn answer(asked: &Asked<'_>) -> Result<Vec<Measured>> {
    let all = match asked.clause.nth {
        Some(nth) => asked.account.nth_withdrawal(usize::try_from(nth).unwrap_or(usize::MAX)),
        None => asked.account.withdrawals.iter().collect(),
    };
    Ok(match asked.clause.unit {
        Unit::Money(_) => vec![one_of(asked, Basis::AtWithdrawal, &all, |one| one.value)],
        Unit::Bitcoin => vec![one_of(asked, Basis::CoinsWithdrawn, &all, |one| one.amount.map(in_coins))],
        _ => Vec::new(),
    })
}

fn one_of(asked: &Asked<'_>, basis: Basis, all: &[&Withdrawal], size: fn(&Withdrawal) -> Option<Value>) -> Measured {
    let sizes: Vec<Option<Value>> = all.iter().map(|one| size(one)).collect();
    let (value, _) = nearest(asked.clause, sizes.iter().flatten().copied());
    let unknown = sizes.iter().filter(|one| one.is_none()).count();
    let missing = match (unknown, sizes.is_empty()) {
        (0, false) => None,
        (0, true) => Some("there was no such withdrawal".to_owned()),
        (n, _) => Some(format!("{} of unknown value", format::count(n, "withdrawal", "withdrawals"))),
    };
    let tied = asked.clause.nth.is_some() && all.len() > 1;
    let note = tied.then(|| {
        format!("{} of one block or second, in no order", format::count(all.len(), "withdrawal", "withdrawals"))
    });
    Measured { missing, note, ..Measured::of(basis, value).said("the withdrawal") }
}
