//! How amounts, money and days are written for readers: `52.11`, `$95,397`, `$1.05 million`, `3 Aug 2017`.
//!
//! It is the last step before print, and the only place that rounds for the eye; files and JSON carry exact values.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Amount, Currency, Time, words};

/// A whole number with its thousands set apart: `95,397`.
pub fn grouped(number: u64) -> String {
    group(&number.to_string())
}

/// An amount in bitcoin, without the unit, rounded half up to `decimals` places: `52.11`.
pub fn btc(amount: Amount, decimals: u32) -> String {
    fixed(in_btc(amount), decimals.min(8))
}

/// An amount in bitcoin with all eight places; "unknown" where it is.
pub fn btc_if_known(amount: Option<Amount>) -> String {
    amount.map_or_else(|| "unknown".to_owned(), |amount| btc(amount, 8))
}

/// An amount in bitcoin, without the unit, with as many places as a reader needs: `1,204`, `52.11`, `0.186`, `2`.
pub fn btc_short(amount: Amount) -> String {
    let sats = amount.to_sat();
    let decimals = match sats {
        0 => 0,
        100_000_000_000.. => 0,
        10_000_000_000.. => 1,
        100_000_000.. => 2,
        // Three figures that say something: the first one stands `9 - digits` places behind the point.
        _ => (11 - sats.ilog10() - 1).min(8),
    };
    let text = btc(amount, decimals);
    let exact = decimals > 0 && sats.is_multiple_of(10u64.pow(8 - decimals));
    if exact { trimmed(text) } else { text }
}

/// An amount in bitcoin for a headline: `52`, `0.19`.
pub fn btc_round(amount: Amount) -> String {
    match amount.to_sat() {
        1_000_000_000.. => btc(amount, 0),
        100_000_000.. => trimmed(btc(amount, 1)),
        _ => btc_short(amount),
    }
}

/// Money as it stands in running text: `$3.27`, `$95,397`, `$1.05 million`, `CHF 2 billion`.
pub fn money(currency: Currency, amount: Decimal) -> String {
    format!("{}{}", currency.sign(), money_bare(amount))
}

/// Like [`money`], without the currency's sign.
pub fn money_bare(amount: Decimal) -> String {
    let whole = round(amount.abs(), 0);
    let scaled = |divisor: u64, word: &str| -> Option<String> {
        let value = whole / Decimal::from(divisor);
        let decimals = if value < Decimal::TEN {
            2
        } else if value < Decimal::ONE_HUNDRED {
            1
        } else {
            0
        };
        let rounded = round(value, decimals);
        (rounded >= Decimal::ONE).then(|| format!("{} {word}", trimmed(fixed(rounded, decimals))))
    };
    let text = if whole >= Decimal::from(999_995_000u64) {
        scaled(1_000_000_000, "billion")
    } else if whole >= Decimal::from(1_000_000u64) {
        scaled(1_000_000, "million")
    } else {
        None
    };
    let text = text.unwrap_or_else(|| {
        let small = !amount.is_zero() && amount.abs() < Decimal::TEN && !amount.is_integer();
        fixed(amount.abs(), if small { 2 } else { 0 })
    });
    if amount.is_sign_negative() && !amount.is_zero() { format!("−{text}") } else { text }
}

/// Money in running text, rounded to within a hundredth: `$95,000`, `$146,000`, `$1.05 million`.
pub fn money_about(currency: Currency, amount: Decimal) -> String {
    money(currency, near(amount, RoundingStrategy::MidpointAwayFromZero))
}

/// The same, rounded up: no more than this.
pub fn money_at_most(currency: Currency, amount: Decimal) -> String {
    money(currency, near(amount, RoundingStrategy::AwayFromZero))
}

/// Rounded to the largest power of ten whose half is within a hundredth; amounts below a hundred are left alone.
fn near(amount: Decimal, strategy: RoundingStrategy) -> Decimal {
    let mut step = Decimal::ONE;
    while step * Decimal::from(500) <= amount.abs() {
        step *= Decimal::TEN;
    }
    if amount.abs() < Decimal::ONE_HUNDRED {
        return amount;
    }
    (amount / step).round_dp_with_strategy(0, strategy) * step
}

/// Money as a whole number without sign or scale, for the columns of a table: `95,397`.
/// Below ten it keeps two places, so that something never reads as nothing.
pub fn money_whole(amount: Decimal) -> String {
    let small = !amount.is_zero() && amount.abs() < Decimal::TEN;
    fixed(amount, if small { 2 } else { 0 })
}

/// Money to the cent without sign or scale: `69,382.41`.
pub fn cents(amount: Decimal) -> String {
    fixed(amount, 2)
}

/// Money in as little room as possible: `$840`, `$62k`, `$1.2m`.
pub fn money_tight(currency: Currency, amount: Decimal) -> String {
    let scaled = |divisor: u64, letter: &str| {
        let value = amount / Decimal::from(divisor);
        let decimals = u32::from(value < Decimal::TEN);
        format!("{}{}{letter}", currency.sign(), trimmed(fixed(value, decimals)))
    };
    match round(amount, 0) {
        x if x >= Decimal::from(999_500_000u64) => scaled(1_000_000_000, "bn"),
        x if x >= Decimal::from(999_500u64) => scaled(1_000_000, "m"),
        x if x >= Decimal::from(1_000u64) => scaled(1_000, "k"),
        x if x.is_zero() && amount > Decimal::ZERO => format!("<{}1", currency.sign()),
        _ => format!("{}{}", currency.sign(), fixed(amount, 0)),
    }
}

/// A day in print: `3 Aug 2017`.
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// A day in a sentence: `3 August 2017`.
pub fn day_long(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// A day whose year is clear: `3 Aug`.
pub fn day_short(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}

/// A span of days with nothing said twice: `15–21 May 2017`, `29 May – 4 Jun 2017`.
pub fn days(from: NaiveDate, to: NaiveDate) -> String {
    use chrono::Datelike as _;
    if from == to {
        day(from)
    } else if (from.year(), from.month()) == (to.year(), to.month()) {
        format!("{}–{}", from.day(), day(to))
    } else if from.year() == to.year() {
        format!("{} – {}", day_short(from), day(to))
    } else {
        format!("{} – {}", day(from), day(to))
    }
}

/// A count with its noun: `1 payment`, `354 payments`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", grouped(number as u64))
}

/// A count with its noun, small numbers in words: `six transactions`, `14 transactions`.
pub fn count_in_words(number: usize, one: &str, many: &str) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    match WORDS.get(number) {
        Some(word) => format!("{word} {}", if number == 1 { one } else { many }),
        None => count(number, one, many),
    }
}

/// An amount in bitcoin, exactly.
pub fn in_btc(amount: Amount) -> Decimal {
    Decimal::from_i128_with_scale(i128::from(amount.to_sat()), 8)
}

/// Most characters of what somebody else wrote that stand on a line.
const LINE: usize = 300;

/// What a server wrote, or a complaint that quotes it, for a line of the terminal or of the log: with nothing that acts on it,
/// and of more than 300 characters the middle is left out, since a parser says at the end what it expected and where.
pub fn on_a_line(text: &str) -> String {
    let clean: Vec<char> = words::shown(text).chars().collect();
    let end = LINE / 3;
    if clean.len() <= LINE {
        return clean.into_iter().collect();
    }
    let (beginning, end) = (&clean[..LINE - end - 1], &clean[clean.len() - end..]);
    beginning.iter().chain(&['…']).chain(end).collect()
}

fn round(number: Decimal, decimals: u32) -> Decimal {
    number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

fn fixed(number: Decimal, decimals: u32) -> String {
    let text = format!("{:.*}", decimals as usize, round(number, decimals));
    match text.split_once('.') {
        Some((whole, rest)) => format!("{}.{rest}", group(whole)),
        None => group(&text),
    }
}

fn group(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("−", rest));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// How long ago something was, as one says it: `5 min ago`.
pub fn ago(then: Time, now: Time) -> String {
    let minutes = (now - then).num_minutes();
    match minutes {
        ..=0 => "just now".to_owned(),
        1..=119 => format!("{minutes} min ago"),
        120..=2879 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 60 / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let check = |number: u64, expect: &str| assert_eq!(grouped(number), expect);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(95_397, "95,397");
        check(1_234_567, "1,234,567");
    }

    #[test]
    fn bitcoin_has_the_places_it_needs() {
        let check = |sats: u64, fixed: &str, short: &str, round: &str| {
            let amount = Amount::from_sat(sats);
            assert_eq!([&btc(amount, 2), &btc_short(amount), &btc_round(amount)], [fixed, short, round], "{sats}");
        };
        check(0, "0.00", "0", "0");
        check(1, "0.00", "0.00000001", "0.00000001");
        check(546, "0.00", "0.00000546", "0.00000546");
        check(18_600_000, "0.19", "0.186", "0.186");
        check(12_345_678, "0.12", "0.123", "0.123");
        check(99_999_999, "1.00", "1.000", "1.000");
        check(200_000_000, "2.00", "2", "2");
        check(199_949_000, "2.00", "2.00", "2");
        check(5_211_290_943, "52.11", "52.11", "52");
        check(20_447_066_420, "204.47", "204.5", "204");
        check(6_892_562_957_119, "68,925.63", "68,926", "68,926");
    }

    #[test]
    fn money_is_written_as_in_print() {
        let check = |amount: &str, long: &str, tight: &str| {
            let amount: Decimal = amount.parse().unwrap();
            assert_eq!(money(Currency::Usd, amount), long);
            assert_eq!(money_tight(Currency::Usd, amount), tight);
        };
        check("0", "$0", "$0");
        check("0.31", "$0.31", "<$1");
        check("0.994", "$0.99", "$1");
        check("5", "$5", "$5");
        check("300", "$300", "$300");
        check("1849.5", "$1,850", "$1.8k");
        check("95396.61", "$95,397", "$95k");
        check("999999.4", "$999,999", "$1m");
        check("999999.5", "$1 million", "$1m");
        check("1046896.33", "$1.05 million", "$1m");
        check("1500000", "$1.5 million", "$1.5m");
        check("68925629", "$68.9 million", "$69m");
        check("107208508.88", "$107 million", "$107m");
        check("999996000", "$1 billion", "$1bn");
        check("12345678901", "$12.3 billion", "$12bn");
        assert_eq!(money(Currency::Chf, Decimal::from(2_000)), "CHF 2,000");
        assert_eq!(money(Currency::Gbp, Decimal::from(-1_250)), "£−1,250");
    }

    #[test]
    fn what_others_write_stays_on_its_line() {
        assert_eq!(on_a_line("no such\u{1b}[2J address\r\n"), "no such\\u{1b}[2J address  ");
        assert_eq!(on_a_line(&"ü".repeat(300)), "ü".repeat(300));
        let long = on_a_line(&format!("invalid type: string \"{}\", expected u32 at column 7", "9".repeat(5_000)));
        assert!(
            long.starts_with("invalid type: string \"99") && long.ends_with("99\", expected u32 at column 7"),
            "{long}"
        );
        assert_eq!((long.chars().count(), long.matches('…').count()), (300, 1));
    }

    #[test]
    fn days_and_counts() {
        let d = |text: &str| -> NaiveDate { text.parse().unwrap() };
        assert_eq!(day(d("2017-08-03")), "3 Aug 2017");
        assert_eq!(days(d("2017-05-15"), d("2017-05-21")), "15–21 May 2017");
        assert_eq!(days(d("2017-05-29"), d("2017-06-04")), "29 May – 4 Jun 2017");
        assert_eq!(days(d("2017-12-25"), d("2018-01-01")), "25 Dec 2017 – 1 Jan 2018");
        assert_eq!(days(d("2017-12-25"), d("2017-12-25")), "25 Dec 2017");
        assert_eq!(count(1, "payment", "payments"), "1 payment");
        assert_eq!(count(1_354, "payment", "payments"), "1,354 payments");
        assert_eq!(count_in_words(6, "transaction", "transactions"), "six transactions");
        assert_eq!(count_in_words(0, "transaction", "transactions"), "no transactions");
    }
}
