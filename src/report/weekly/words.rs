//! Sentences and signed numbers.

use crate::domain::{Amount, Currency, Decimal, Value, format};
use crate::figures::{Change, Flows};

/// Where there is no number.
pub(super) const UNKNOWN: &str = "unknown";

/// More or less, in bitcoin with all eight places: `+1.50000000`, `−0.10000000`.
pub fn signed_btc(sats: i64) -> String {
    format!("{}{}", sign(sats.signum()), format::btc(Amount::from_sat(sats.unsigned_abs()), 8))
}

/// More or less in number: `+179`, `−3`, `0`.
pub(super) fn signed_count(count: i64) -> String {
    format!("{}{}", sign(count.signum()), format::grouped(count.unsigned_abs()))
}

/// More or less in money, to the cent.
pub(super) fn signed_cents(money: Decimal) -> String {
    let sign = if money.is_zero() {
        0
    } else if money.is_sign_negative() {
        -1
    } else {
        1
    };
    format!("{}{}", self::sign(sign), format::cents(money.abs()))
}

fn sign(signum: i64) -> &'static str {
    match signum {
        1 => "+",
        -1 => "−",
        _ => "",
    }
}

/// What left, if that is known.
pub(super) fn withdrawn(flows: &Flows) -> String {
    format::btc_if_known(flows.withdrawn_sats.map(Amount::from_sat))
}

/// A value at one of its three prices, where all of it is priced; else unknown.
pub(super) fn cents(value: Option<Value>, which: usize) -> String {
    value.and_then(|value| value.rounded().get(which).copied()).map_or(UNKNOWN.to_owned(), format::cents)
}

/// What came in and what moved, in a sentence each, what is nothing last. `whose` is what it came to: `the tracked addresses of WannaCry`.
pub(super) fn sentences(flows: &Flows, whose: &str, whole: bool, currency: Currency) -> [String; 2] {
    let at_least = if whole { "" } else { "at least " };
    let so_far = if whole { "" } else { ", as far as recorded" };
    let about = |value: Option<Value>, without: usize, when: &str| match (value, without) {
        (Some(value), 0) => format!(", worth about {} {when}", format::money(currency, value.close)),
        (Some(value), _) => {
            format!(", worth at least {} {when}, as far as prices are known", format::money(currency, value.close))
        }
        (None, _) => ", of unknown value".to_owned(),
    };
    let came = match flows.outputs {
        0 => format!("Nothing came to {whose}{so_far}."),
        outputs => format!(
            "{} BTC came to {whose} in {at_least}{} ({}){}.",
            format::btc(Amount::from_sat(flows.sats), 8),
            format::count(outputs, "payment output", "payment outputs"),
            format::count(flows.transactions, "transaction", "transactions"),
            about(flows.value, flows.without_price, "when each payment arrived"),
        ),
    };
    let left = match flows.withdrawals {
        0 => format!("Nothing was withdrawn{so_far}."),
        count if flows.withdrawn_sats.is_none() => {
            format!(
                "An unknown amount was withdrawn in {at_least}{}.",
                format::count(count, "transaction", "transactions")
            )
        }
        count => format!(
            "{} BTC were withdrawn in {at_least}{}{}.",
            withdrawn(flows),
            format::count(count, "transaction", "transactions"),
            about(flows.withdrawn_value, flows.withdrawn_without_price, "then"),
        ),
    };
    if flows.outputs == 0 && flows.withdrawals > 0 { [left, came] } else { [came, left] }
}

/// What is different from the week before, in a sentence.
pub(super) fn change(change: &Change) -> String {
    let of = |sats: Option<i64>| match sats {
        None => "an unknown difference".to_owned(),
        Some(0) => "as much".to_owned(),
        Some(sats) => {
            let word = if sats > 0 { "more" } else { "less" };
            format!("{} BTC {word}", format::btc(Amount::from_sat(sats.unsigned_abs()), 8))
        }
    };
    format!("Against the week before: {} came in, {} withdrawn.", of(Some(change.sats)), of(change.withdrawn_sats))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_its_sign() {
        assert_eq!(
            [signed_btc(150_000_000), signed_btc(-1), signed_btc(0)],
            ["+1.50000000", "−0.00000001", "0.00000000"]
        );
        assert_eq!([signed_count(1_179), signed_count(-3), signed_count(0)], ["+1,179", "−3", "0"]);
        let cents = [12_345_678, -5, 0].map(|cents| signed_cents(Decimal::new(cents, 2)));
        assert_eq!(cents, ["+123,456.78", "−0.05", "0.00"]);
    }

    #[test]
    fn what_is_unknown_is_not_nothing() {
        let mut flows = Flows::default();
        (flows.outputs, flows.sats, flows.value) = (2, 5, None);
        (flows.withdrawals, flows.withdrawn_unknown, flows.withdrawn_sats) = (1, 1, None);
        let [came, left] = sentences(&flows, "X", false, Currency::Usd);
        assert!(came.contains("in at least 2 payment outputs") && came.ends_with("of unknown value."), "{came}");
        assert_eq!(left, "An unknown amount was withdrawn in at least 1 transaction.");
        assert_eq!(withdrawn(&flows), UNKNOWN);
    }
}
