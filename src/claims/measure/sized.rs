//! What the measures of single payments share: a payment is an output, or all outputs of a transaction.

use super::{Asked, Measured};
use crate::claims::{Basis, Unit};
use crate::domain::Value;
use crate::figures::{self, Size, Spread, in_coins};

const WAYS: [(Basis, &str); 2] = [(Basis::Outputs, "by output"), (Basis::Transactions, "by transaction")];

/// The sizes of payments in the claim's unit, each way; `None` for those without a price.
pub(super) fn sizes(asked: &Asked<'_>) -> Vec<(Basis, &'static str, Vec<Option<Value>>)> {
    let in_unit = |one: &Size| match asked.clause.unit {
        Unit::Money(_) => one.value,
        _ => Some(in_coins(one.amount)),
    };
    let all = [figures::by_output(asked.account), figures::by_transaction(asked.account)];
    let each = WAYS.into_iter().zip(all);
    each.map(|((basis, what), sizes)| (basis, what, sizes.iter().map(in_unit).collect())).collect()
}

/// One number of all payments. What has no price can only make the largest larger; of the others nothing is known then.
pub(super) fn of_all(asked: &Asked<'_>, pick: fn(&Spread) -> Value, is_largest: bool) -> Vec<Measured> {
    let one = |(basis, what, sizes): (Basis, &'static str, Vec<Option<Value>>)| {
        let known: Vec<Value> = sizes.iter().flatten().copied().collect();
        let unpriced = sizes.len() - known.len();
        let value = figures::spread(&known).map(|spread| pick(&spread)).filter(|_| unpriced == 0 || is_largest);
        let missing = match (unpriced, sizes.is_empty()) {
            (_, true) => Some("there was no payment".to_owned()),
            (0, _) => None,
            (n, _) => Some(without_price(n)),
        };
        Measured { missing, ..Measured::of(basis, value).said(what) }
    };
    if asked.clause.unit.is_count() { Vec::new() } else { sizes(asked).into_iter().map(one).collect() }
}

/// So many payments without a price.
pub(super) fn without_price(number: usize) -> String {
    format!("{} without a price", crate::domain::format::count(number, "payment", "payments"))
}
