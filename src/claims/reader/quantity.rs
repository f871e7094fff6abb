//! A number with its unit, and what softens or sharpens it.

use super::days;
use super::interval::{self, Modifier, from_range, from_single};
use super::number::{Form, Number, number_at, role, share_at};
use super::role::{Counted, Join, Noun, Preposition, Role, Verb, Word};
use super::vocabulary::Symbol;
use crate::claims::Unit;
use crate::claims::reading::Refusal;
use crate::claims::{Bound, Interval};
use crate::domain::{Currency, Decimal, nearest};

/// A quantity at its place in the sentence.
#[derive(Clone, Debug)]
pub(super) struct Quantity {
    pub counted: Counted,
    /// What it allows and whether it is meant to the last digit, or why it cannot be read.
    pub interval: Result<(Interval, bool), Refusal>,
    /// From this symbol to before that one.
    pub from: usize,
    pub to: usize,
}

impl Quantity {
    pub fn unit(&self) -> Unit {
        match self.counted {
            Counted::Known(unit) => unit,
            Counted::Small(_) => Unit::Bitcoin,
            _ => Unit::Payments,
        }
    }

    /// Money or bitcoin.
    pub fn is_value(&self) -> bool {
        matches!(self.unit(), Unit::Money(_) | Unit::Bitcoin)
    }
}

/// Where a quantity's parts end: the numbers, what they count, and one past its last symbol.
struct Found {
    numbers: (Number, Option<Number>),
    counted: Counted,
    to: usize,
}

const USD: Counted = Counted::Known(Unit::Money(Currency::Usd));
const BTC: Counted = Counted::Known(Unit::Bitcoin);

/// Symbols, and the decimal mark of their language.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub symbols: &'a [Symbol],
    pub mark: char,
}

impl Words<'_> {
    fn role(&self, at: usize) -> Option<Role> {
        role(self.symbols, at)
    }

    fn behind(&self, at: usize) -> Option<Role> {
        at.checked_sub(1).and_then(|at| self.role(at))
    }

    /// The quantity that begins at a symbol, with what is said before its number.
    pub fn quantity_at(&self, at: usize) -> Option<Quantity> {
        let mut bounds = Vec::new();
        let (mut next, mut fillers, mut minus) = (at, 0, false);
        let found = loop {
            if let Some(found) = self.share_of(next).or_else(|| self.found_at(next)) {
                break found;
            }
            match self.role(next)? {
                Role::Bound(modifier) => bounds.push(modifier),
                Role::Minus | Role::Word(Word::Minus) => minus = true,
                Role::Word(Word::A | Word::The | Word::Adverb) | Role::Adjective if next > at && fillers < 3 => {
                    fillers += 1
                }
                _ => return None,
            }
            next += 1;
        };
        // `exceeded $1 million`.
        if let (true, Some(Role::Verb(verb) | Role::Gerund(verb))) = (bounds.is_empty(), self.behind(at)) {
            bounds.extend(match verb {
                Verb::MoreThan => Some(Modifier::MoreThan),
                Verb::LessThan => Some(Modifier::LessThan),
                Verb::About => Some(Modifier::About),
                _ => None,
            });
        }
        let mut to = found.to;
        if let Some((modifier, end)) = self.bound_behind(to).or_else(|| self.bound_behind(found.number_end())) {
            bounds.push(modifier);
            to = to.max(end);
        }
        let trouble = if minus {
            Some(Refusal::Negative)
        } else if self.goes_on(next, &found) {
            Some(Refusal::Number)
        } else if bounds.len() > 1 {
            Some(Refusal::Range)
        } else {
            None
        };
        let interval = trouble.map_or_else(|| self.interval(&found, bounds.first().copied()), Err);
        Some(Quantity { counted: found.counted, interval, from: at, to })
    }

    /// `or more`, `at least` behind a number or its unit, unless another number follows.
    fn bound_behind(&self, at: usize) -> Option<(Modifier, usize)> {
        let pause = |at: usize| usize::from(matches!(self.role(at), Some(Role::Pause)));
        match self.role(at)? {
            Role::Behind(modifier) => Some((modifier, at + 1)),
            // `$50,000 – and counting –`.
            Role::Pause => match self.role(at + 1)? {
                Role::Behind(modifier) => Some((modifier, at + 2 + pause(at + 2))),
                _ => None,
            },
            Role::Bound(modifier @ (Modifier::AtLeast | Modifier::AtMost | Modifier::Exactly))
                if self.found_at(at + 1).is_none() && number_at(self.symbols, at + 1).is_none() =>
            {
                Some((modifier, at + 1))
            }
            _ => None,
        }
    }

    /// `half of it`, where what follows is no number: a share in percent.
    fn share_of(&self, at: usize) -> Option<Found> {
        let (count, parts, end) = share_at(self.symbols, at)?;
        if self.role(end) != Some(Role::Preposition(Preposition::Of)) {
            return None;
        }
        let the = usize::from(matches!(self.role(end + 1), Some(Role::Word(Word::The))));
        if self.found_at(end + 1 + the).is_some() || number_at(self.symbols, end + 1).is_some() {
            return None;
        }
        let percent = count.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(parts)?;
        Some(Found { numbers: (Number::said(percent, end), None), counted: Counted::Known(Unit::Percent), to: end })
    }

    /// A number or range with its unit, its sign before it.
    fn found_at(&self, at: usize) -> Option<Found> {
        let between = self.role(at) == Some(Role::Preposition(Preposition::Between));
        let at = at + usize::from(between || self.is_from_to(at));
        // What is a date is no number.
        if days::day_at(self.symbols, at).is_some_and(|(day, _)| days::is_written_out(day)) {
            return None;
        }
        let sign = self.sign_at(at);
        let first = number_at(self.symbols, at + usize::from(sign.is_some()))?;
        if let Some(range) = self.range_at(between, sign, &first) {
            return Some(range);
        }
        let (counted, to) = match self.unit_of(sign, first.end) {
            Some(found) => found,
            None if first.form == Form::Figures || (first.is_sum() && self.money_may_end(first.end)) => {
                (USD, first.end)
            }
            None => return None,
        };
        Some(Found { numbers: (first, None), counted, to })
    }

    /// `from 50 to 60 bitcoin`.
    fn is_from_to(&self, at: usize) -> bool {
        let sign = usize::from(self.sign_at(at + 1).is_some());
        let number = number_at(self.symbols, at + 1 + sign);
        self.role(at) == Some(Role::Preposition(Preposition::From))
            && !matches!(self.behind(at), Some(Role::Word(Word::Changed)))
            && number.is_some_and(|number| self.range_at(false, self.sign_at(at + 1), &number).is_some())
    }

    /// What the sign or code before a number says.
    fn sign_at(&self, at: usize) -> Option<Counted> {
        let Role::Sign(counted) = self.role(at)? else { return None };
        number_at(self.symbols, at + 1).is_some().then_some(counted)
    }

    /// What a number counts: the sign before it, or the noun behind it. Behind a dollar sign stands which dollars they are.
    fn unit_of(&self, sign: Option<Counted>, end: usize) -> Option<(Counted, usize)> {
        let softened = || self.unit_behind(self.bound_behind(end)?.1, sign.is_some());
        let behind = self.unit_behind(end, sign.is_some()).or_else(softened);
        let Some(sign) = sign else { return behind };
        let dollars = [Currency::Usd, Currency::Cad, Currency::Aud].map(|c| Counted::Known(Unit::Money(c)));
        let closer = behind.filter(|(counted, _)| *counted == sign || (sign == USD && dollars.contains(counted)));
        // `$5 million of bitcoin`: the sign decides.
        let of = self.role(end) == Some(Role::Preposition(Preposition::Of));
        Some(closer.filter(|_| !of).unwrap_or((sign, end)))
    }

    /// What stands behind a number and says what it counts.
    fn unit_behind(&self, at: usize, signed: bool) -> Option<(Counted, usize)> {
        let role = self.role(at)?;
        let money = |found: &(Counted, usize)| matches!(found.0, Counted::Known(Unit::Money(_)) | Counted::Foreign);
        match (role, self.role(at + 1)) {
            (Role::Preposition(Preposition::Of), _) => self.counted_at(at + 1, signed),
            // `a six-figure sum in euros`; millions in bitcoin are dollars, millions in euros are euros.
            (Role::Noun(Noun::Total), Some(Role::Preposition(Preposition::In | Preposition::Of))) => {
                self.noun_at(at + 2).filter(money)
            }
            (Role::Preposition(Preposition::In), _) => self.noun_at(at + 1).filter(money),
            _ => self.counted_at(at, signed),
        }
    }

    fn counted_at(&self, at: usize, signed: bool) -> Option<(Counted, usize)> {
        let mut next = at;
        while matches!(self.role(next), Some(Role::Adjective | Role::Word(Word::Elsewhere) | Role::Noun(Noun::Ransom)))
            && next < at + 3
        {
            next += 1;
        }
        let (counted, end) = self.noun_at(next)?;
        if counted == BTC {
            // Bitcoin payments are payments, and three bitcoin wallets are no three bitcoin.
            let behind = self
                .counted_at(end, signed)
                .filter(|(c, _)| !matches!(c, Counted::Known(Unit::Money(_) | Unit::Bitcoin)));
            let compound =
                matches!(self.role(end), Some(Role::Place(_) | Role::Noun(Noun::People | Noun::Payers | Noun::Payer)));
            return if signed || !compound { Some(behind.unwrap_or((counted, end))) } else { None };
        }
        Some((counted, end))
    }

    /// The noun of a unit. A sign that is written onto the next number is that one's: `in 2017 $140,000`.
    fn noun_at(&self, at: usize) -> Option<(Counted, usize)> {
        let symbol = self.symbols.get(at)?;
        let of_next =
            !symbol.attached && self.symbols.get(at + 1).is_some_and(|next| next.attached && next.role == Role::Digits);
        let one = at
            .checked_sub(1)
            .and_then(|n| self.symbols.get(n))
            .is_some_and(|s| s.text == "1" || s.role == Role::Number(Decimal::ONE));
        let of = self.role(at + 1) == Some(Role::Preposition(Preposition::Of));
        match symbol.role {
            Role::Unit(counted) | Role::Sign(counted) if !of_next => Some((counted, at + 1)),
            // One payment of so much is no number of payments.
            Role::Noun(noun) if one && !of => {
                let unit = match noun {
                    Noun::Payment => Unit::Payments,
                    Noun::Transfer => Unit::Transactions,
                    Noun::Withdrawal => Unit::Withdrawals,
                    _ => return None,
                };
                Some((Counted::Known(unit), at + 1))
            }
            _ => None,
        }
    }

    /// Whether what follows leaves a large number without a noun, so that it must be money.
    fn money_may_end(&self, at: usize) -> bool {
        !matches!(
            self.role(at),
            Some(
                Role::Unit(_)
                    | Role::Sign(_)
                    | Role::Unknown
                    | Role::Name
                    | Role::Adjective
                    | Role::Digits
                    | Role::Place(_)
                    | Role::Number(_)
                    | Role::Period(_)
                    | Role::Family
                    | Role::Service
                    | Role::Share(_)
                    | Role::Preposition(Preposition::Of)
                    | Role::Word(Word::Computes | Word::Elsewhere)
            )
        ) && !matches!(self.role(at), Some(Role::Noun(noun)) if !matches!(noun, Noun::Total | Noun::Ransom))
    }

    /// `between 5 and 10 million`, `$5m to $10m`, `5-10 million dollars`, `six or seven withdrawals`.
    fn range_at(&self, between: bool, sign: Option<Counted>, first: &Number) -> Option<Found> {
        let own = self.unit_of(sign, first.end);
        let joint = own.map_or(first.end, |(_, end)| end);
        match self.role(joint)? {
            Role::Dash | Role::Pause => {}
            Role::Preposition(Preposition::To) | Role::Join(Join::Or) if !between => {}
            Role::Join(Join::And) if between => {}
            _ => return None,
        }
        let signed = self.sign_at(joint + 1);
        let mut second = number_at(self.symbols, joint + 1 + usize::from(signed.is_some()))?;
        if (first.form, second.form) != (Form::Plain, Form::Plain) {
            return None;
        }
        let theirs = self.unit_of(signed, second.end);
        let bare = self.money_may_end(second.end);
        let (counted, to) = match (own, theirs) {
            (Some((own, _)), Some((theirs, end))) if own == theirs => (own, end),
            (None, Some(found)) => found,
            // The second takes the sign of the first: `$5-10 million`.
            (Some((own, _)), None) if bare && (sign.is_some() || between) => (own, second.end),
            (None, None) if bare && second.is_sum() => (USD, second.end),
            _ => return None,
        };
        // `between 5 and 10 million` are millions both; `between 500,000 and 1 million` are not, and of `between 500 and 1
        // million` nobody knows: shared, it is a range that ends below its beginning.
        let mut first = first.clone();
        let low = first.mantissa(self.point(counted), self.mark)?.value;
        // `300 to four hundred` shares no hundred.
        let shares = second.factor != Decimal::ONE_HUNDRED || low < Decimal::TEN;
        if first.factor == Decimal::ONE && low < Decimal::ONE_THOUSAND && shares {
            let dozen = matches!(self.role(second.end.saturating_sub(1)), Some(Role::Scale(scale)) if scale == Decimal::from(12));
            first.factor = if dozen && second.factor == Decimal::ONE { Decimal::from(12) } else { second.factor };
        }
        second.end = second.end.max(first.end);
        Some(Found { numbers: (first, Some(second)), counted, to })
    }

    /// Money has two decimals and counts have none: a mark before three digits sets thousands apart there.
    fn point(&self, counted: Counted) -> Option<char> {
        matches!(counted, BTC | Counted::Small(_)).then_some(self.mark)
    }

    /// Whether the number goes on in what was not read: `$1 40 000`, `10^6`, `2½`, `$5 milion`.
    fn goes_on(&self, from: usize, found: &Found) -> bool {
        let end = found.number_end();
        let text = |at: usize| self.symbols.get(at).map_or("", |symbol| symbol.text.as_str());
        let digits = |at: Option<usize>| at.and_then(|at| self.role(at)) == Some(Role::Digits);
        let strange = |at: Option<usize>| {
            let Some(at) = at else { return false };
            let computes = self.role(at) == Some(Role::Word(Word::Computes));
            computes || text(at).chars().any(|c| c.is_numeric() && !c.is_ascii_digit())
        };
        let before = from.checked_sub(1);
        let signed = matches!(self.role(from), Some(Role::Sign(_)));
        // `CN¥`, `x5`.
        let glued = self.symbols.get(from).is_some_and(|s| s.attached)
            && matches!(before.and_then(|at| self.role(at)), Some(Role::Unknown | Role::Name));
        // `$140, 000`.
        let parted = digits(end.checked_sub(1))
            && self.role(end) == Some(Role::Stop(','))
            && text(end + 1).len() == 3
            && digits(Some(end + 1))
            && text(end - 1).len() <= 3;
        // `$5 milion`, `5milion`.
        let unknown = matches!(self.role(end), Some(Role::Unknown));
        let scales = self.symbols.get(end).is_some_and(|s| s.attached || nearest(&s.text, SCALES, 0.85).is_some());
        (digits(before) && !signed && !days::ends_at(self.symbols, from))
            || strange(before)
            || strange(Some(end))
            || strange(Some(found.to))
            || strange(Some(from))
            || digits(Some(end))
            || glued
            || parted
            || (unknown && scales && digits(end.checked_sub(1)))
    }

    fn interval(&self, found: &Found, modifier: Option<Modifier>) -> Result<(Interval, bool), Refusal> {
        let scale = match found.counted {
            Counted::Small(places) => Decimal::new(1, places),
            _ => Decimal::ONE,
        };
        let point = self.point(found.counted);
        let written = |number: &Number| {
            let read = number.read(point, self.mark).ok_or(Refusal::Number)?;
            interval::scaled(read, scale).ok_or(Refusal::Number)
        };
        let unit = match found.counted {
            Counted::Known(unit) => unit,
            Counted::Small(_) => Unit::Bitcoin,
            _ => Unit::Payments,
        };
        let (first, second) = &found.numbers;
        let low = written(first)?;
        let (mut interval, exact) = match second {
            None => from_single(low, first, modifier, unit).ok_or(Refusal::Range)?,
            Some(second) => {
                let high = written(second)?;
                // `$135-145,000`: nobody knows what the first is thousands of.
                let thousands = high.value >= Decimal::ONE_THOUSAND && (high.value % Decimal::ONE_THOUSAND).is_zero();
                let apart = low.value * Decimal::ONE_HUNDRED <= high.value && low.value < Decimal::ONE_THOUSAND;
                if first.factor == Decimal::ONE && thousands && apart && !low.value.is_zero() {
                    return Err(Refusal::Range);
                }
                (from_range(low.value, high.value, modifier).ok_or(Refusal::Range)?, false)
            }
        };
        if unit == Unit::Percent {
            let least = low.value > Decimal::ONE_HUNDRED;
            interval.max = interval.max.map(|max| Bound { at: max.at.min(Decimal::ONE_HUNDRED), ..max });
            if least {
                return Err(Refusal::Change);
            }
        }
        if interval::is_sane(&interval) { Ok((interval, exact)) } else { Err(Refusal::Number) }
    }
}

/// What a misspelt word that multiplies is compared with.
const SCALES: [&str; 6] = ["million", "millions", "billion", "thousand", "trillion", "miljoen"];

impl Found {
    /// One past the last symbol of its number.
    fn number_end(&self) -> usize {
        self.numbers.1.as_ref().unwrap_or(&self.numbers.0).end
    }
}
