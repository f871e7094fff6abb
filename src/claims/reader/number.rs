//! Numbers in digits and in words, with the words that multiply them.

use super::digits::{self, Written, step_of};
use super::role::Role::*;
use super::vocabulary::Words;
use crate::domain::Decimal;

/// A number as it stands in a sentence.
#[derive(Clone, Debug)]
pub(super) struct Number {
    base: Base,
    /// What the words after it multiply it by.
    pub factor: Decimal,
    /// How it is meant.
    pub form: Form,
    /// One past its last symbol.
    pub end: usize,
}

#[derive(Clone, Debug)]
enum Base {
    /// Read only when the unit is known.
    Digits(String),
    Known(Written),
}

/// How a number is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As a number.
    Plain,
    /// As the least there can be: `millions` are at least two.
    AtLeast,
    /// As a number of digits: a six-figure sum.
    Figures,
    /// As a share in words.
    Share,
}

impl Number {
    fn known(value: Decimal, step: Decimal, factor: Decimal, form: Form, end: usize) -> Self {
        Self { base: Base::Known(Written { value, step }), factor, form, end }
    }

    /// A share in words, which nobody measured.
    pub fn said(percent: Decimal, end: usize) -> Self {
        Self::known(percent, Decimal::ZERO, Decimal::ONE, Form::Share, end)
    }

    /// The number without what multiplies it. `point` is the decimal mark where one before three digits can be meant.
    pub fn mantissa(&self, point: Option<char>, mark: char) -> Option<Written> {
        match &self.base {
            Base::Digits(raw) => digits::read(raw, point.or((self.factor != Decimal::ONE).then_some(mark))),
            Base::Known(written) => Some(*written),
        }
    }

    /// The number; `None` where its separators make no sense or it is larger than anything.
    pub fn read(&self, point: Option<char>, mark: char) -> Option<Written> {
        let Written { value, step } = self.mantissa(point, mark)?;
        Some(Written { value: value.checked_mul(self.factor)?, step: step.checked_mul(self.factor)? })
    }

    /// Whether it is as large as only money is said without naming it: thousands and more, by a word.
    pub fn is_sum(&self) -> bool {
        let large = |n: Decimal| n >= Decimal::ONE_THOUSAND;
        match (&self.base, self.form) {
            (_, Form::Figures) => true,
            (Base::Known(written), Form::AtLeast) => large(written.value),
            _ => large(self.factor),
        }
    }
}

/// What the last word of a cardinal was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Start,
    Small,
    Tens,
    Hundred,
    Scale,
}

impl Words<'_> {
    fn scale_at(&self, at: usize) -> Option<Decimal> {
        match self.role(at) {
            Scale(factor) | Scales(factor) => Some(factor),
            // The letter of `$1.5 m` can only multiply.
            Letter(factor) => {
                let signed = self.before(at) == Digits && matches!(self.before(at - 1), Sign(_));
                (signed || self.attached(at)).then_some(factor)
            }
            _ => None,
        }
    }

    fn value_at(&self, at: usize) -> Option<Decimal> {
        match self.role(at) {
            Number(value) => Some(value),
            _ => None,
        }
    }

    /// All the words that multiply from there on, as one factor, and where they end.
    fn scales(&self, mut at: usize) -> Option<(Decimal, usize)> {
        let mut factor = Decimal::ONE;
        while let Some(scale) = self.scale_at(at) {
            factor = factor.checked_mul(scale)?;
            at += 1;
        }
        Some((factor, at))
    }

    /// The number that begins at a symbol. After `between`, an `and` does not belong to it.
    pub fn number_at(&self, at: usize) -> Option<Number> {
        self.figures_at(at)
            .or_else(|| self.digits_at(at))
            .or_else(|| self.fraction_at(at))
            .or_else(|| self.at_least_at(at))
            .or_else(|| self.cardinal_at(at, self.before(at) == Between))
    }

    /// `six-figure`, `seven figures`.
    fn figures_at(&self, at: usize) -> Option<Number> {
        let count = match self.role(at) {
            Digits => self.text(at).parse().ok()?,
            Number(count) => count,
            _ => return None,
        };
        let count =
            u32::try_from(count).ok().filter(|count| (2..=12).contains(count) && self.role(at + 1) == Figures)?;
        let least = Decimal::from(10_u64.checked_pow(count - 1)?);
        Some(Number::known(least, Decimal::ONE, Decimal::ONE, Form::Figures, at + 2))
    }

    fn digits_at(&self, at: usize) -> Option<Number> {
        let (factor, end) = self.scales(at + 1).filter(|_| self.role(at) == Digits)?;
        Some(Number { base: Base::Digits(self.text(at).to_owned()), factor, form: Form::Plain, end })
    }

    /// `half`, `a third`, `two thirds`: how many of how many parts, and where it ends.
    pub fn share_at(&self, at: usize) -> Option<(Decimal, Decimal, usize)> {
        let count = self.value_at(at);
        let next = if count.is_some() { at + 1 } else { self.skip(at, A) };
        let Share(parts) = self.role(next) else { return None };
        Some((count.unwrap_or(Decimal::ONE), Decimal::from(parts), next + 1))
    }

    /// `half a million`, `a quarter of a million`, `half a bitcoin`.
    fn fraction_at(&self, at: usize) -> Option<Number> {
        // Two thirds of a million are a part of one, and nobody's way of writing a number.
        let (count, parts, end) =
            self.share_at(at).filter(|(_, parts, _)| matches!(u32::try_from(*parts), Ok(2 | 4)))?;
        let next = self.skip(end, Of);
        if self.role(next) != A && self.scale_at(next).is_none() {
            return None;
        }
        let (factor, end) = self.scales(self.skip(next, A))?;
        let step = Decimal::new(1, if parts == Decimal::TWO { 1 } else { 2 });
        Some(Number::known(count.checked_div(parts)?, step, factor, Form::Plain, end))
    }

    /// `millions`, `hundreds of thousands`, `several hundred`, `a few dozen`.
    fn at_least_at(&self, at: usize) -> Option<Number> {
        let first = if matches!(self.role(at + 1), Vague(_)) { self.skip(at, A) } else { at };
        let mut value = match self.role(first) {
            Vague(value) => value,
            Scales(scale) => scale.checked_mul(Decimal::TWO)?,
            _ => return None,
        };
        let mut end = first + 1;
        loop {
            let next = self.skip(end, Of);
            // Hundreds of thousands: the second multiplies by one of it.
            let scale = match self.role(next) {
                Vague(many) if many >= Decimal::from(200) => many.checked_div(Decimal::TWO),
                _ => self.scale_at(next),
            };
            let Some(scale) = scale else { break };
            (value, end) = (value.checked_mul(scale)?, next + 1);
        }
        Some(Number::known(value, Decimal::ONE, Decimal::ONE, Form::AtLeast, end))
    }

    /// `twenty-one`, `one hundred and forty thousand`, `a million`, `two and a half million`, `million` by itself.
    fn cardinal_at(&self, at: usize, between: bool) -> Option<Number> {
        let and = |at: usize| self.role(at) == And;
        let is_tens =
            |n: &Decimal| *n >= Decimal::from(20) && *n < Decimal::ONE_HUNDRED && (*n % Decimal::TEN).is_zero();
        let mut next = at;
        let (mut total, mut current, mut last) = (Decimal::ZERO, Decimal::ZERO, Last::Start);
        let mut lowest = None;
        // The hundred that nothing was said after: it is shared like the thousand of `two or three hundred thousand`.
        let mut group = Decimal::ONE;
        if self.role(at) == A {
            self.scale_at(at + 1)?;
            next += 1;
        }
        if self.scale_at(next).is_some_and(|scale| next > at || scale >= Decimal::ONE_HUNDRED) {
            (current, last) = (Decimal::ONE, Last::Small);
        }
        loop {
            let joined = !between && last != Last::Start && and(next) && self.value_at(next + 1).is_some();
            let here = next + usize::from(joined);
            let value = self.value_at(here);
            if let Some(n) = value.filter(is_tens).filter(|_| !matches!(last, Last::Small | Last::Tens)) {
                (current, last, group) = (current.checked_add(n)?, Last::Tens, Decimal::ONE);
            } else if let Some(n) = value.filter(|n| last != Last::Small && (last != Last::Tens || *n < Decimal::TEN)) {
                (current, last, group) = (current.checked_add(n)?, Last::Small, Decimal::ONE);
            } else if let Some(scale) = self.scale_at(here).filter(|_| !current.is_zero() && !joined) {
                if scale < Decimal::ONE_THOUSAND {
                    (current, last) = (current.checked_mul(scale)?, Last::Hundred);
                    if scale == Decimal::ONE_HUNDRED {
                        group = scale;
                    }
                } else if lowest.is_none_or(|lowest| scale < lowest) {
                    total = total.checked_add(current.checked_mul(scale)?)?;
                    (current, last, lowest) = (Decimal::ZERO, Last::Scale, Some(scale));
                } else {
                    break;
                }
            } else {
                break;
            }
            next = here + 1;
        }
        if last == Last::Start {
            return None;
        }
        let value = total.checked_add(current)?;
        let half = self.skip(next + 1, A);
        if !between && and(next) && self.role(half) == Share(2) {
            // `a million and a half` halves the million, `two and a half million` counts halves of one.
            let (factor, end) = self.scales(half + 1)?;
            let unit = if last == Last::Scale { lowest.unwrap_or(Decimal::ONE) } else { Decimal::ONE };
            let value = value.checked_add(unit.checked_div(Decimal::TWO)?)?.checked_div(unit)?;
            return Some(Number::known(value, Decimal::new(1, 1), factor.checked_mul(unit)?, Form::Plain, end));
        }
        // Kept apart, so that `between five and ten million` can share the million.
        let factor = lowest.unwrap_or(Decimal::ONE);
        let shared = factor.checked_mul(group)?;
        let divides = |scale: &Decimal| (value % scale).is_zero();
        let factor = [shared, factor].into_iter().find(divides).unwrap_or(Decimal::ONE);
        let value = value.checked_div(factor)?;
        let step = if value.is_integer() { step_of(value) } else { Decimal::new(1, value.scale()) };
        Some(Number::known(value, step, factor, Form::Plain, next))
    }
}
