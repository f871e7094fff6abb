use crate::domain::{Amount, Decimal};

/// The share of a part in the whole; none of nothing.
pub fn part(part: Amount, whole: Amount) -> Decimal {
    Decimal::from(part.to_sat()) / Decimal::from(whole.to_sat().max(1))
}

/// A part of a whole in print, to a tenth and rounded half up wherever it is printed: `14.0 %`, `<0.1 %`. Each by itself, not so
/// that a list adds up to 100: lists group the same parts in several ways, and the same amount must read the same in all of them.
pub fn percent(part: Amount, whole: Amount) -> String {
    let (part, whole) = (u128::from(part.to_sat()), u128::from(whole.to_sat()));
    if whole == 0 {
        return "0 %".to_owned();
    }
    match (part * 2_000 + whole) / (2 * whole) {
        0 if part > 0 => "<0.1 %".to_owned(),
        1_000 if part < whole => ">99.9 %".to_owned(),
        1_000 => "100 %".to_owned(),
        tenths => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// A part of one in hundredths: `0.10` is 10.
pub fn per_cent(part: Decimal) -> Decimal {
    (part * Decimal::ONE_HUNDRED).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_to_all() {
        let check = |part: u64, whole: u64, expect: &str| {
            assert_eq!(percent(Amount::from_sat(part), Amount::from_sat(whole)), expect);
        };
        check(0, 10, "0.0 %");
        check(1, 100_000, "<0.1 %");
        check(99_999, 100_000, ">99.9 %");
        check(7, 7, "100 %");
        check(1, 3, "33.3 %");
        // Halves go up, everywhere.
        check(25, 10_000, "0.3 %");
        check(35, 10_000, "0.4 %");
        check(2_100_000_000_000_000, 2_100_000_000_000_000, "100 %");
        check(0, 0, "0 %");
    }
}
