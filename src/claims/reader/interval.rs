//! A number with what was said before it, as an interval.

use super::digits::Written;
use super::number::{Form, Number};
use crate::claims::{Bound, Interval, Unit};
use crate::domain::Decimal;

named!(
    /// How a word before the number changes it.
    Modifier {
        MoreThan = "more-than", AtLeast = "at-least", LessThan = "less-than", AtMost = "at-most", About = "about",
        JustOver = "just-over", JustUnder = "just-under", Exactly = "exactly",
    }
);

/// `about` and `nearly`: a tenth to either side.
const ABOUT: Decimal = Decimal::from_parts(1, 0, 0, false, 1);
/// A bare figure is never taken to be better than a hundredth to either side.
const BARE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// Bitcoin written to this place or finer is meant to the satoshi.
const EXACT_COINS: Decimal = Decimal::from_parts(1, 0, 0, false, 7);
/// Counts below this are counted and not rounded.
const COUNTED: Decimal = Decimal::ONE_HUNDRED;
/// No sum of anything is larger: all the bitcoin there will be is far below it in any currency.
const MOST: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// The number in its unit; `None` where it is larger than anything.
pub(super) fn scaled(written: Written, scale: Decimal) -> Option<Written> {
    let value = written.value.checked_mul(scale).filter(|value| *value <= MOST)?;
    Some(Written { value, step: written.step.checked_mul(scale)? })
}

/// Whether the interval ends where a number can still be read, so that it reads back.
pub(super) fn is_sane(interval: &Interval) -> bool {
    interval.min.iter().chain(&interval.max).all(|bound| bound.at <= MOST)
}

/// Rounded to what reads back: no claim says more.
fn rounded(interval: Interval) -> Interval {
    let round = |bound: Bound| Bound { at: bound.at.round_dp(12).normalize(), ..bound };
    Interval { min: interval.min.map(round), max: interval.max.map(round) }
}

/// The interval of one number, and whether it is exact. `None` for a most that has no number (`up to millions`).
pub(super) fn from_single(
    written: Written,
    number: &Number,
    modifier: Option<Modifier>,
    unit: Unit,
) -> Option<(Interval, bool)> {
    let Written { value, step } = written;
    match number.form {
        Form::Plain => Some(match modifier {
            Some(modifier) => (modified(value, modifier), modifier == Modifier::Exactly),
            None => bare(value, step, number, unit),
        }),
        Form::Share => {
            let modifier = modifier.unwrap_or(Modifier::About);
            Some((modified(value, modifier), modifier == Modifier::Exactly))
        }
        Form::AtLeast => match modifier {
            Some(Modifier::AtMost | Modifier::LessThan) => None,
            _ => Some((at_least(value), false)),
        },
        Form::Figures => {
            // One cent below the next number of digits.
            let most = value.checked_mul(Decimal::TEN)?.checked_sub(Decimal::new(1, 2))?;
            Some(match modifier {
                Some(Modifier::LessThan) => (modified(value, Modifier::LessThan), false),
                Some(Modifier::AtMost) => (Interval { min: None, max: Some(Bound::closed(most)) }, false),
                Some(Modifier::AtLeast | Modifier::MoreThan) => (at_least(value), false),
                _ => (Interval::between(value, most), false),
            })
        }
    }
}

/// The interval of a range; `None` where it ends below where it begins.
pub(super) fn from_range(low: Decimal, high: Decimal, modifier: Option<Modifier>) -> Option<Interval> {
    if low > high {
        return None;
    }
    Some(rounded(match modifier {
        Some(Modifier::AtLeast | Modifier::MoreThan) => at_least(low),
        Some(Modifier::AtMost | Modifier::LessThan) => Interval { min: None, max: Some(Bound::closed(high)) },
        Some(Modifier::About) => Interval::between(low - low * ABOUT, high + high * ABOUT),
        _ => Interval::between(low, high),
    }))
}

fn at_least(value: Decimal) -> Interval {
    Interval { min: Some(Bound::closed(value)), max: None }
}

fn modified(value: Decimal, modifier: Modifier) -> Interval {
    let tenth = value * ABOUT;
    rounded(match modifier {
        Modifier::MoreThan => Interval { min: Some(Bound { at: value, open: true }), max: None },
        Modifier::AtLeast => at_least(value),
        Modifier::LessThan => Interval { min: None, max: Some(Bound { at: value, open: true }) },
        Modifier::AtMost => Interval { min: None, max: Some(Bound::closed(value)) },
        Modifier::About => Interval::between(value - tenth, value + tenth),
        Modifier::JustOver => Interval::between(value, value + tenth),
        Modifier::JustUnder => Interval::between(value - tenth, value),
        Modifier::Exactly => Interval::point(value),
    })
}

/// A figure with nothing before it: exact where it is a count that nobody rounds or bitcoin to the satoshi, otherwise to half
/// of its last written place, and at least a hundredth.
fn bare(value: Decimal, step: Decimal, number: &Number, unit: Unit) -> (Interval, bool) {
    let exact = match unit {
        Unit::Money(_) | Unit::Percent => false,
        Unit::Bitcoin => step <= EXACT_COINS,
        _ => step == Decimal::ONE || (value < COUNTED && !number.is_sum()),
    };
    if exact {
        return (rounded(Interval::point(value)), true);
    }
    let around = (step / Decimal::TWO).max(value * BARE);
    (rounded(Interval::between((value - around).max(Decimal::ZERO), value + around)), false)
}
