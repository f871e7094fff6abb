//! Digits with separators, English or continental.
//!
//! What the separators say by themselves decides. One that stands alone before exactly three digits could be both, and goes by
//! rule: for money and counts it sets thousands apart (`€140.000` is 140000); for coins and before `million` it is the decimal
//! mark where the language has that one (`1.234 BTC` in English). A group of thousands never begins with 0: `0,123` and `0.123`
//! are decimals.

use crate::domain::Decimal;

/// A number, and what its last written digit that says something is worth: 10000 in `140,000`, 0.01 in `1.50`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub value: Decimal,
    pub step: Decimal,
}

/// More digits than any claim has: kept out so that nothing is rounded behind the reader's back.
const MOST_WHOLE: usize = 16;
const MOST_DECIMALS: usize = 12;

/// Reads digits; `point` is the decimal mark where a mark before three digits can be one.
pub(super) fn read(raw: &str, point: Option<char>) -> Option<Written> {
    let spaces: String =
        raw.chars().map(|c| if matches!(c, '\u{a0}' | '\u{202f}' | '\u{2009}') { ' ' } else { c }).collect();
    let text = spaces.replace('’', "'");
    let marks: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !c.is_ascii_digit()).collect();
    let Some(&(last, mark)) = marks.last() else { return number(&text, "") };
    let after = text.len() - last - 1;
    let same = marks.iter().all(|(_, c)| *c == mark);
    let decimal = match mark {
        ' ' | '\'' => false,
        // Another separator before it: that one groups, and this one is the decimal mark.
        _ if !same => true,
        _ if marks.len() > 1 => false,
        _ if after != 3 || text.starts_with('0') => true,
        _ => point == Some(mark),
    };
    let (whole, rest) = if decimal { (text.get(..last)?, text.get(last + 1..)?) } else { (text.as_str(), "") };
    let group = whole.chars().find(|c| !c.is_ascii_digit());
    let parts: Vec<&str> = match group {
        Some(mark) => whole.split(mark).collect(),
        None => vec![whole],
    };
    let sound = parts.iter().enumerate().all(|(n, part)| {
        let long = if n == 0 { (1..=3).contains(&part.len()) && !part.starts_with('0') } else { part.len() == 3 };
        (parts.len() == 1 || long) && part.chars().all(|c| c.is_ascii_digit())
    });
    if sound { number(&parts.concat(), rest) } else { None }
}

fn number(whole: &str, rest: &str) -> Option<Written> {
    if whole.len() > MOST_WHOLE || rest.len() > MOST_DECIMALS {
        return None;
    }
    let value: Decimal = if rest.is_empty() { whole.parse().ok()? } else { format!("{whole}.{rest}").parse().ok()? };
    let places = u32::try_from(rest.len()).ok()?;
    let step = if places > 0 { Decimal::new(1, places) } else { step_of(value) };
    Some(Written { value, step })
}

/// The last place of a whole number that is not 0: 10000 of 140000.
pub(super) fn step_of(value: Decimal) -> Decimal {
    let mut step = Decimal::ONE;
    while !value.is_zero() && step < value && (value % (step * Decimal::TEN)).is_zero() {
        step *= Decimal::TEN;
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_read_by_rule() {
        let check = |raw: &str, point: Option<char>, expect: Option<(&str, &str)>| {
            let expect = expect.map(|(v, s)| (v.parse::<Decimal>().unwrap(), s.parse::<Decimal>().unwrap()));
            assert_eq!(read(raw, point).map(|w| (w.value, w.step)), expect, "{raw}");
        };
        check("140,000", None, Some(("140000", "10000")));
        check("1,234", Some('.'), Some(("1234", "1")));
        check("1.234", Some('.'), Some(("1.234", "0.001")));
        check("1.234", None, Some(("1234", "1")));
        check("1.234", Some(','), Some(("1234", "1")));
        check("1,234", Some(','), Some(("1.234", "0.001")));
        check("140.000", None, Some(("140000", "10000")));
        check("1.234.567", Some('.'), Some(("1234567", "1")));
        check("1.234,56", Some('.'), Some(("1234.56", "0.01")));
        check("1,234.56", Some('.'), Some(("1234.56", "0.01")));
        check("52,2", None, Some(("52.2", "0.1")));
        check("0,123", None, Some(("0.123", "0.001")));
        check("0.123", None, Some(("0.123", "0.001")));
        check("1'234'567.5", Some('.'), Some(("1234567.5", "0.1")));
        check("1 234 567", Some('.'), Some(("1234567", "1")));
        check("1.50", None, Some(("1.50", "0.01")));
        check("52.19666422", None, Some(("52.19666422", "0.00000001")));
        check("0", None, Some(("0", "1")));
        check("1,23,456", None, None);
        check("1.2.3", None, None);
        check("1,234.567,8", None, None);
        check("12345678901234567890", None, None);
        check("1.1234567890123", None, None);
    }
}
