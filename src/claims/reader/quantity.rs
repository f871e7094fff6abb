//! A number with its unit, and what softens or sharpens it.

use super::days::is_written_out;
use super::interval::{self, Modifier, from_range, from_single};
use super::number::{Form, Number};
use super::role::Role::*;
use super::role::{Counted, Verb};
use super::vocabulary::Words;
use crate::claims::reading::{Day, Refusal};
use crate::claims::{Bound, Interval, Unit};
use crate::domain::{Currency, Decimal, nearest};

/// A quantity at its place in the sentence.
#[derive(Clone, Debug)]
pub(super) struct Quantity {
    pub counted: Counted,
    /// What it allows and whether it is meant to the last digit, or why it cannot be read.
    pub interval: Result<(Interval, bool), Refusal>,
    /// One past its last symbol.
    pub to: usize,
}

impl Quantity {
    pub fn unit(&self) -> Unit {
        self.counted.unit()
    }

    /// Money or bitcoin.
    pub fn is_value(&self) -> bool {
        matches!(self.unit(), Unit::Money(_) | Unit::Bitcoin)
    }
}

/// The numbers of a quantity, what they count, and one past its last symbol.
struct Found {
    low: Number,
    high: Option<Number>,
    counted: Counted,
    to: usize,
}

impl Found {
    /// One past the last symbol of its number.
    fn number_end(&self) -> usize {
        self.high.as_ref().unwrap_or(&self.low).end
    }
}

const USD: Counted = Counted::Known(Unit::Money(Currency::Usd));
const BTC: Counted = Counted::Known(Unit::Bitcoin);
/// What a misspelt word that multiplies is compared with.
const SCALES: [&str; 6] = ["million", "millions", "billion", "thousand", "trillion", "miljoen"];

impl Words<'_> {
    /// The quantity that begins at a symbol, with what is said before its number.
    pub fn quantity_at(&self, at: usize) -> Option<Quantity> {
        let mut bounds = Vec::new();
        let (mut next, mut fillers, mut minus) = (at, 0, false);
        let found = loop {
            if let Some(found) = self.share_of(next).or_else(|| self.found_at(next)) {
                break found;
            }
            match self.role(next) {
                Bound(modifier) => bounds.push(modifier),
                Minus => minus = true,
                A | The | Adverb | Adjective if next > at && fillers < 3 => fillers += 1,
                _ => return None,
            }
            next += 1;
        };
        // `exceeded $1 million`.
        let verb = self.before(at).verb().filter(|_| bounds.is_empty());
        bounds.extend(verb.and_then(|verb| match verb {
            Verb::MoreThan => Some(Modifier::MoreThan),
            Verb::LessThan => Some(Modifier::LessThan),
            Verb::About => Some(Modifier::About),
            _ => None,
        }));
        let behind = self.bound_behind(found.to).or_else(|| self.bound_behind(found.number_end()));
        bounds.extend(behind.map(|(modifier, _)| modifier));
        let to = behind.map_or(found.to, |(_, end)| end.max(found.to));
        let interval = if minus {
            Err(Refusal::Negative)
        } else if self.goes_on(next, &found) {
            Err(Refusal::Number)
        } else if bounds.len() > 1 {
            Err(Refusal::Range)
        } else {
            self.interval(&found, bounds.first().copied())
        };
        Some(Quantity { counted: found.counted, interval, to })
    }

    /// `or more`, `at least` behind a number or its unit, unless another number follows.
    fn bound_behind(&self, at: usize) -> Option<(Modifier, usize)> {
        match (self.role(at), self.role(at + 1)) {
            (Behind(modifier), _) => Some((modifier, at + 1)),
            // `$50,000 – and counting –`.
            (Pause, Behind(modifier)) => Some((modifier, self.skip(at + 2, Pause))),
            (Bound(modifier @ (Modifier::AtLeast | Modifier::AtMost | Modifier::Exactly)), _) => {
                let alone = self.found_at(at + 1).is_none() && self.number_at(at + 1).is_none();
                alone.then_some((modifier, at + 1))
            }
            _ => None,
        }
    }

    /// `half of it`, where what follows is no number: a share in percent.
    fn share_of(&self, at: usize) -> Option<Found> {
        let (count, parts, end) = self.share_at(at).filter(|(_, _, end)| self.role(*end) == Of)?;
        if self.found_at(self.skip(end + 1, The)).is_some() || self.number_at(end + 1).is_some() {
            return None;
        }
        let percent = count.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(parts)?;
        Some(Found { low: Number::said(percent, end), high: None, counted: Counted::Known(Unit::Percent), to: end })
    }

    /// A number or range with its unit, its sign before it.
    fn found_at(&self, at: usize) -> Option<Found> {
        // `between 5 and 10`, `from 50 to 60`.
        let between = self.role(at) == Between;
        let ranges = |at: usize| {
            let number = self.number_at(at + usize::from(self.sign_at(at).is_some()))?;
            self.range_at(false, self.sign_at(at), &number)
        };
        let from_to = self.role(at) == From && self.before(at) != Changed && ranges(at + 1).is_some();
        let at = at + usize::from(between || from_to);
        // What is a date is no number.
        if self.day_at(at).is_some_and(|(day, _): (Day, usize)| is_written_out(day)) {
            return None;
        }
        let sign = self.sign_at(at);
        let low = self.number_at(at + usize::from(sign.is_some()))?;
        if let Some(range) = self.range_at(between, sign, &low) {
            return Some(range);
        }
        let sum = low.form == Form::Figures || (low.is_sum() && self.money_may_end(low.end));
        let (counted, to) = self.unit_of(sign, low.end).or(sum.then_some((USD, low.end)))?;
        Some(Found { low, high: None, counted, to })
    }

    /// What the sign or code before a number says.
    fn sign_at(&self, at: usize) -> Option<Counted> {
        match self.role(at) {
            Sign(counted) => self.number_at(at + 1).map(|_| counted),
            _ => None,
        }
    }

    /// What a number counts: the sign before it, or the noun behind it. Behind a dollar sign stands which dollars they are.
    fn unit_of(&self, sign: Option<Counted>, end: usize) -> Option<(Counted, usize)> {
        let softened = || self.unit_behind(self.bound_behind(end)?.1, sign.is_some());
        let behind = self.unit_behind(end, sign.is_some()).or_else(softened);
        let Some(sign) = sign else { return behind };
        let dollars = [Currency::Usd, Currency::Cad, Currency::Aud].map(|c| Counted::Known(Unit::Money(c)));
        // `$5 million of bitcoin`: the sign decides.
        let closer = behind.filter(|(counted, _)| *counted == sign || (sign == USD && dollars.contains(counted)));
        Some(closer.filter(|_| self.role(end) != Of).unwrap_or((sign, end)))
    }

    /// What stands behind a number and says what it counts.
    fn unit_behind(&self, at: usize, signed: bool) -> Option<(Counted, usize)> {
        let money = |found: &(Counted, usize)| matches!(found.0, Counted::Known(Unit::Money(_)) | Counted::Foreign);
        match (self.role(at), self.role(at + 1)) {
            (Of, _) => self.counted_at(at + 1, signed),
            // `a six-figure sum in euros`; millions in bitcoin are dollars, millions in euros are euros.
            (Total, In | Of) => self.noun_at(at + 2).filter(money),
            (In, _) => self.noun_at(at + 1).filter(money),
            _ => self.counted_at(at, signed),
        }
    }

    fn counted_at(&self, at: usize, signed: bool) -> Option<(Counted, usize)> {
        let next = (at..at + 3).find(|n| !matches!(self.role(*n), Adjective | Elsewhere | Ransom)).unwrap_or(at + 3);
        let (counted, end) = self.noun_at(next)?;
        if counted != BTC {
            return Some((counted, end));
        }
        // Bitcoin payments are payments, and three bitcoin hackers are no three bitcoin.
        let behind = self.counted_at(end, signed);
        let behind = behind.filter(|(c, _)| !matches!(c, Counted::Known(Unit::Money(_) | Unit::Bitcoin)));
        let compound = matches!(self.role(end), Place(_) | People | Payers | Payer);
        (signed || !compound).then(|| behind.unwrap_or((counted, end)))
    }

    /// The noun of a unit. A sign that is written onto the next number is that one's: `in 2017 $140,000`.
    fn noun_at(&self, at: usize) -> Option<(Counted, usize)> {
        let of_next = !self.attached(at) && self.attached(at + 1) && self.role(at + 1) == Digits;
        // One payment of so much is no number of payments.
        let one = (self.before(at) == Number(Decimal::ONE) || self.text(at.saturating_sub(1)) == "1")
            && self.role(at + 1) != Of;
        let counted = match self.role(at) {
            Unit(counted) | Sign(counted) if !of_next => counted,
            Payment if one => Counted::Known(Unit::Payments),
            Transfer if one => Counted::Known(Unit::Transactions),
            Withdrawal if one => Counted::Known(Unit::Withdrawals),
            _ => return None,
        };
        Some((counted, at + 1))
    }

    /// Whether what follows leaves a large number without a noun, so that it must be money.
    fn money_may_end(&self, at: usize) -> bool {
        let role = self.role(at);
        let noun = role.is_noun() && !matches!(role, Total | Ransom);
        let other = matches!(
            role,
            Unit(_)
                | Sign(_)
                | Unknown
                | Name
                | Garbled
                | Adjective
                | Digits
                | Place(_)
                | Number(_)
                | Period(_)
                | Family
                | Service
                | Share(_)
                | Of
                | Computes
                | Elsewhere
        );
        !noun && !other
    }

    /// `between 5 and 10 million`, `$5m to $10m`, `5-10 million dollars`, `six or seven withdrawals`.
    fn range_at(&self, between: bool, sign: Option<Counted>, low: &Number) -> Option<Found> {
        let own = self.unit_of(sign, low.end);
        let joint = own.map_or(low.end, |(_, end)| end);
        let joins = match self.role(joint) {
            Dash | Pause => true,
            To | Or => !between,
            role => between && role == And,
        };
        let signed = self.sign_at(joint + 1);
        let high = self.number_at(joint + 1 + usize::from(signed.is_some()))?;
        if !joins || (low.form, high.form) != (Form::Plain, Form::Plain) {
            return None;
        }
        let theirs = self.unit_of(signed, high.end);
        let bare = self.money_may_end(high.end);
        let (counted, to) = match (own, theirs) {
            (Some((own, _)), Some((theirs, end))) if own == theirs => (own, end),
            (None, Some(found)) => found,
            // The second takes the sign of the first: `$5-10 million`.
            (Some((own, _)), None) if bare && (sign.is_some() || between) => (own, high.end),
            (None, None) if bare && high.is_sum() => (USD, high.end),
            _ => return None,
        };
        // `between 5 and 10 million` are millions both; `between 500,000 and 1 million` are not, and of `between 500 and 1
        // million` nobody knows: shared, it is a range that ends below its beginning.
        let mut low = low.clone();
        let value = low.mantissa(self.point(counted), self.mark)?.value;
        // `300 to four hundred` shares no hundred.
        let shares = high.factor != Decimal::ONE_HUNDRED || value < Decimal::TEN;
        if low.factor == Decimal::ONE && value < Decimal::ONE_THOUSAND && shares {
            let dozen = Decimal::from(12);
            let dozens = high.factor == Decimal::ONE && self.before(high.end) == Scale(dozen);
            low.factor = if dozens { dozen } else { high.factor };
        }
        Some(Found { low, high: Some(high), counted, to })
    }

    /// Money has two decimals and counts have none: a mark before three digits sets thousands apart there.
    fn point(&self, counted: Counted) -> Option<char> {
        (counted.unit() == Unit::Bitcoin).then_some(self.mark)
    }

    /// Whether the number goes on in what was not read: `$1 40 000`, `10^6`, `2½`, `$5 milion`.
    fn goes_on(&self, from: usize, found: &Found) -> bool {
        let end = found.number_end();
        let strange = |at: usize| {
            self.role(at) == Computes || self.text(at).chars().any(|c| c.is_numeric() && !c.is_ascii_digit())
        };
        let digits = |at: usize| self.role(at) == Digits;
        let signed = matches!(self.role(from), Sign(_));
        // `CN¥`, `x5`.
        let glued = self.attached(from) && matches!(self.before(from), Unknown | Name);
        let after_digits = self.before(from) == Digits && !signed && !self.day_ends_at(from);
        // `$140, 000`.
        let short = self.before(end) == Digits && self.text(end.saturating_sub(1)).len() <= 3;
        let parted = short && self.role(end) == Stop(',') && digits(end + 1) && self.text(end + 1).len() == 3;
        // `$5 milion`, `5milion`.
        let scale = self.attached(end) || nearest(self.text(end), SCALES, 0.85).is_some();
        let misspelt = self.role(end) == Unknown && scale && self.before(end) == Digits;
        let around = [end, found.to, from].into_iter().chain(from.checked_sub(1)).any(strange);
        around || after_digits || digits(end) || glued || parted || misspelt
    }

    fn interval(&self, found: &Found, modifier: Option<Modifier>) -> Result<(Interval, bool), Refusal> {
        let scale = match found.counted {
            Counted::Small(places) => Decimal::new(1, places),
            _ => Decimal::ONE,
        };
        let written = |number: &Number| {
            let read = number.read(self.point(found.counted), self.mark).ok_or(Refusal::Number)?;
            interval::scaled(read, scale).ok_or(Refusal::Number)
        };
        let unit = found.counted.unit();
        let low = written(&found.low)?;
        let (mut interval, exact) = match &found.high {
            None => from_single(low, &found.low, modifier, unit).ok_or(Refusal::Range)?,
            Some(high) => {
                let high = written(high)?;
                // `$135-145,000`: nobody knows what the first is thousands of.
                let thousands = high.value >= Decimal::ONE_THOUSAND && (high.value % Decimal::ONE_THOUSAND).is_zero();
                let apart = low.value * Decimal::ONE_HUNDRED <= high.value && low.value < Decimal::ONE_THOUSAND;
                if found.low.factor == Decimal::ONE && thousands && apart && !low.value.is_zero() {
                    return Err(Refusal::Range);
                }
                (from_range(low.value, high.value, modifier).ok_or(Refusal::Range)?, false)
            }
        };
        if unit == Unit::Percent {
            if low.value > Decimal::ONE_HUNDRED {
                return Err(Refusal::Change);
            }
            interval.max = interval.max.map(|max| Bound { at: max.at.min(Decimal::ONE_HUNDRED), ..max });
        }
        if interval::is_sane(&interval) { Ok((interval, exact)) } else { Err(Refusal::Number) }
    }
}
