use super::{Asked, Grows, Measure, Measured, Reads, nearest, sized};
use crate::claims::{Basis, Unit};
use crate::domain::Value;
use crate::figures::in_coins;

pub(super) static MEASURE: Measure = Measure {
    name: "transfer",
    about: "one transaction in or out",
    phrases: &[],
    told: "of the transfers to and from {of}{when} the nearest was {value}",
    grows: Grows::Either,
    reads: Reads::Both,
    answer: |asked| Ok(one(asked).into_iter().collect()),
};

/// The transfer that comes nearest to the claim: an output to the family, all outputs of a transaction, or a withdrawal.
pub(super) fn one(asked: &Asked<'_>) -> Option<Measured> {
    let left = asked.account.withdrawals.iter().map(|one| match asked.clause.unit {
        Unit::Money(_) => one.value,
        _ => one.amount.map(in_coins),
    });
    let all: Vec<Option<Value>> = sized::sizes(asked).into_iter().flat_map(|(.., sizes)| sizes).chain(left).collect();
    let (value, _) = nearest(asked.clause, all.iter().flatten().copied());
    let missing = match (all.is_empty(), all.iter().any(Option::is_none)) {
        (true, _) => Some("there was no transfer".to_owned()),
        (_, true) => Some("transfers of unknown value".to_owned()),
        _ => None,
    };
    let row = Measured { missing, ..Measured::of(Basis::Transactions, value).said("one transfer") };
    (!asked.clause.unit.is_count() && asked.clause.unit != Unit::Percent).then_some(row)
}
