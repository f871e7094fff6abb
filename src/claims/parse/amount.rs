//! Numbers in digits and in words, with the words that multiply them.

use super::digits::{self, Written, step_of};
use super::token::{Kind, Token};
use crate::domain::Decimal;

/// A number as it stands in a sentence.
#[derive(Clone, Debug)]
pub(super) struct Amount {
    base: Base,
    /// What the words after it multiply it by.
    pub factor: Decimal,
    /// How it is meant.
    pub form: Form,
    /// One past its last token.
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
}

impl Amount {
    /// The number without what multiplies it.
    pub fn mantissa(&self, point_groups: bool) -> Option<Written> {
        match &self.base {
            Base::Digits(raw) => digits::read(raw, point_groups && self.factor == Decimal::ONE),
            Base::Known(written) => Some(*written),
        }
    }

    /// The number; `None` where its separators make no sense or it is larger than anything.
    pub fn read(&self, point_groups: bool) -> Option<Written> {
        let Written { value, step } = self.mantissa(point_groups)?;
        let value = value.checked_mul(self.factor)?;
        Some(Written { value, step: step.checked_mul(self.factor)? })
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

/// Words that multiply: word, by what, and whether it must follow its number without a space.
static SCALES: &[(&str, u64, bool)] = &[
    ("hundred", 100, false),
    ("dozen", 12, false),
    ("thousand", 1_000, false),
    ("thousands", 1_000, false),
    ("grand", 1_000, false),
    ("k", 1_000, true),
    ("million", 1_000_000, false),
    ("millions", 1_000_000, false),
    ("mil", 1_000_000, false),
    ("mill", 1_000_000, false),
    ("mm", 1_000_000, false),
    ("mn", 1_000_000, false),
    ("mln", 1_000_000, false),
    ("mio", 1_000_000, false),
    ("m", 1_000_000, true),
    ("billion", 1_000_000_000, false),
    ("billions", 1_000_000_000, false),
    ("bil", 1_000_000_000, false),
    ("bn", 1_000_000_000, false),
    ("mrd", 1_000_000_000, false),
    ("b", 1_000_000_000, true),
    ("trillion", 1_000_000_000_000, false),
    ("tn", 1_000_000_000_000, false),
];

/// Words that say no more than how many there are at least.
static AT_LEAST: &[(&str, u64)] = &[
    ("few", 2),
    ("couple", 2),
    ("multi", 2),
    ("several", 3),
    ("tens", 20),
    ("dozens", 24),
    ("scores", 40),
    ("hundreds", 200),
    ("thousands", 2_000),
    ("millions", 2_000_000),
    ("multimillion", 2_000_000),
    ("billions", 2_000_000_000),
    ("multibillion", 2_000_000_000),
    ("trillions", 2_000_000_000_000),
];

static SMALL: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
static TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn word(tokens: &[Token], at: usize) -> Option<&str> {
    tokens.get(at)?.word()
}

fn scale_at(tokens: &[Token], at: usize) -> Option<Decimal> {
    let word = word(tokens, at)?;
    let (_, factor, attached) = SCALES.iter().find(|(name, ..)| *name == word)?;
    (!attached || tokens.get(at)?.attached || is_signed(tokens, at)).then(|| Decimal::from(*factor))
}

/// Whether a sign stands before the number that ends before a token: the letter of `$1.5 m` can only multiply.
fn is_signed(tokens: &[Token], at: usize) -> bool {
    at >= 2
        && matches!(tokens.get(at - 1).map(|t| &t.kind), Some(Kind::Digits(_)))
        && super::nouns::sign_at(tokens, at - 2).is_some()
}

fn small_at(tokens: &[Token], at: usize) -> Option<u64> {
    let word = word(tokens, at)?;
    SMALL.iter().position(|w| *w == word).and_then(|n| u64::try_from(n).ok())
}

fn tens_at(tokens: &[Token], at: usize) -> Option<u64> {
    let word = word(tokens, at)?;
    TENS.iter().position(|w| *w == word).and_then(|n| u64::try_from(20 + 10 * n).ok())
}

/// The number that begins at a token. After `between`, an `and` does not belong to it.
pub(super) fn amount_at(tokens: &[Token], at: usize) -> Option<Amount> {
    let between = at > 0 && word(tokens, at - 1) == Some("between");
    figures_at(tokens, at)
        .or_else(|| digits_at(tokens, at))
        .or_else(|| fraction_at(tokens, at))
        .or_else(|| at_least_at(tokens, at))
        .or_else(|| cardinal_at(tokens, at, between))
}

/// `six-figure`, `seven figures`.
fn figures_at(tokens: &[Token], at: usize) -> Option<Amount> {
    let count = match &tokens.get(at)?.kind {
        Kind::Digits(raw) => raw.parse().ok()?,
        _ => small_at(tokens, at)?,
    };
    let figures = matches!(word(tokens, at + 1)?, "figure" | "figures" | "digit" | "digits");
    let least = Decimal::from(10_u64.checked_pow(u32::try_from(count).ok()?.checked_sub(1)?)?);
    let fits = figures && (2..=12).contains(&count);
    let base = Base::Known(Written { value: least, step: Decimal::ONE });
    fits.then_some(Amount { base, factor: Decimal::ONE, form: Form::Figures, end: at + 2 })
}

fn digits_at(tokens: &[Token], at: usize) -> Option<Amount> {
    let Kind::Digits(raw) = &tokens.get(at)?.kind else { return None };
    let (factor, end) = scales(tokens, at + 1)?;
    Some(Amount { base: Base::Digits(raw.clone()), factor, form: Form::Plain, end })
}

/// All the words that multiply from there on, as one factor, and where they end.
fn scales(tokens: &[Token], mut at: usize) -> Option<(Decimal, usize)> {
    let mut factor = Decimal::ONE;
    while let Some(scale) = scale_at(tokens, at) {
        factor = factor.checked_mul(scale)?;
        at += 1;
    }
    Some((factor, at))
}

/// `half a million`, `a quarter of a million`, `three quarters of a million`, `half a bitcoin`.
fn fraction_at(tokens: &[Token], at: usize) -> Option<Amount> {
    let words: Vec<&str> = (at..at + 2).map_while(|n| word(tokens, n)).collect();
    let (hundredths, mut next) = match words.as_slice() {
        ["half", ..] => (50, at + 1),
        ["a", "half"] => (50, at + 2),
        ["a" | "one", "quarter"] => (25, at + 2),
        ["three", "quarters"] => (75, at + 2),
        _ => return None,
    };
    next += usize::from(word(tokens, next) == Some("of"));
    let article = matches!(word(tokens, next), Some("a" | "an"));
    if !article && scale_at(tokens, next).is_none() {
        return None;
    }
    let (factor, end) = scales(tokens, next + usize::from(article))?;
    let step = if hundredths == 50 { Decimal::new(1, 1) } else { Decimal::new(1, 2) };
    let base = Base::Known(Written { value: Decimal::new(hundredths, 2), step });
    Some(Amount { base, factor, form: Form::Plain, end })
}

/// `millions`, `hundreds of thousands`, `several hundred`, `a few dozen`.
fn at_least_at(tokens: &[Token], at: usize) -> Option<Amount> {
    let first = at + usize::from(matches!(word(tokens, at), Some("a")) && is_few(tokens, at + 1));
    let name = word(tokens, first)?;
    let (_, least) = AT_LEAST.iter().find(|(known, _)| *known == name)?;
    let mut value = Decimal::from(*least);
    let mut end = first + 1;
    loop {
        let of = usize::from(word(tokens, end) == Some("of"));
        let Some(scale) = scale_at(tokens, end + of) else { break };
        value = value.checked_mul(scale)?;
        end += of + 1;
    }
    if name == "multi" && end == first + 1 {
        return None;
    }
    let base = Base::Known(Written { value, step: Decimal::ONE });
    Some(Amount { base, factor: Decimal::ONE, form: Form::AtLeast, end })
}

fn is_few(tokens: &[Token], at: usize) -> bool {
    matches!(word(tokens, at), Some("few" | "couple" | "multi" | "multimillion" | "multibillion"))
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

/// `twenty-one`, `one hundred and forty thousand`, `a million`, `two and a half million`, `million` by itself.
fn cardinal_at(tokens: &[Token], at: usize, between: bool) -> Option<Amount> {
    let mut next = at;
    let (mut total, mut current, mut last) = (Decimal::ZERO, Decimal::ZERO, Last::Start);
    let mut lowest = None;
    // The hundred that nothing was said after: it is shared like the thousand of `two or three hundred thousand`.
    let mut group = Decimal::ONE;
    if matches!(word(tokens, at), Some("a" | "an")) {
        scale_at(tokens, at + 1)?;
        next += 1;
    }
    if scale_at(tokens, next).is_some_and(|scale| next > at || scale > Decimal::ONE_THOUSAND) {
        (current, last) = (Decimal::ONE, Last::Small);
    }
    loop {
        let joined = !between
            && matches!(last, Last::Hundred | Last::Scale)
            && word(tokens, next) == Some("and")
            && (small_at(tokens, next + 1).is_some() || tens_at(tokens, next + 1).is_some());
        let here = next + usize::from(joined);
        if let Some(n) = small_at(tokens, here).filter(|n| last != Last::Small && (last != Last::Tens || *n < 10)) {
            current = current.checked_add(Decimal::from(n))?;
            (last, group) = (Last::Small, Decimal::ONE);
        } else if let Some(n) = tens_at(tokens, here).filter(|_| !matches!(last, Last::Small | Last::Tens)) {
            current = current.checked_add(Decimal::from(n))?;
            (last, group) = (Last::Tens, Decimal::ONE);
        } else if let Some(scale) = scale_at(tokens, here).filter(|_| !current.is_zero()) {
            if scale < Decimal::ONE_THOUSAND {
                current = current.checked_mul(scale)?;
                last = Last::Hundred;
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
    let half = ["and", "a", "half"].iter().enumerate().all(|(n, w)| word(tokens, next + n) == Some(w));
    if half && !between {
        // `a million and a half` halves the million, `two and a half million` counts halves of one.
        let (factor, end) = scales(tokens, next + 3)?;
        let unit = if last == Last::Scale { lowest.unwrap_or(Decimal::ONE) } else { Decimal::ONE };
        let value = value.checked_add(unit.checked_div(Decimal::TWO)?)?.checked_div(unit)?;
        let base = Base::Known(Written { value, step: Decimal::new(1, 1) });
        return Some(Amount { base, factor: factor.checked_mul(unit)?, form: Form::Plain, end });
    }
    // Kept apart, so that `between five and ten million` can share the million.
    let factor = lowest.unwrap_or(Decimal::ONE);
    let shared = factor.checked_mul(group)?;
    let divides = |scale: &Decimal| (value % scale).is_zero();
    let factor = [shared, factor].into_iter().find(divides).unwrap_or(Decimal::ONE);
    let value = value.checked_div(factor)?;
    let base = Base::Known(Written { value, step: step_of(value) });
    Some(Amount { base, factor, form: Form::Plain, end: next })
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    #[test]
    fn numbers_are_read() {
        let check = |text: &str, form: Form, expect: &str, step: &str| {
            let tokens = tokens(text);
            let found = amount_at(&tokens, 0).unwrap_or_else(|| panic!("{text}"));
            let written = found.read(true).unwrap();
            assert_eq!(found.end, tokens.len(), "{text} is read to its end");
            let expect = (expect.parse::<Decimal>().unwrap(), step.parse::<Decimal>().unwrap());
            assert_eq!((written.value, written.step, found.form), (expect.0, expect.1, form), "{text}");
        };
        check("140,000", Form::Plain, "140000", "10000");
        check("1.2 million", Form::Plain, "1200000", "100000");
        check("1.234 million", Form::Plain, "1234000", "1000");
        check("140k", Form::Plain, "140000", "10000");
        check("5 hundred thousand", Form::Plain, "500000", "100000");
        check("six", Form::Plain, "6", "1");
        check("twenty-one", Form::Plain, "21", "1");
        check("one hundred and forty thousand", Form::Plain, "140000", "10000");
        check("three hundred and thirty-three", Form::Plain, "333", "1");
        check("two million three hundred thousand", Form::Plain, "2300000", "100000");
        check("a million", Form::Plain, "1000000", "1000000");
        check("a dozen", Form::Plain, "12", "1");
        check("two dozen", Form::Plain, "24", "1");
        check("half a dozen", Form::Plain, "6", "1.2");
        check("half a million", Form::Plain, "500000", "100000");
        check("a quarter of a million", Form::Plain, "250000", "10000");
        check("three quarters of a million", Form::Plain, "750000", "10000");
        check("two and a half million", Form::Plain, "2500000", "100000");
        check("a million and a half", Form::Plain, "1500000", "100000");
        check("millions", Form::AtLeast, "2000000", "1");
        check("hundreds of thousands", Form::AtLeast, "200000", "1");
        check("tens of millions", Form::AtLeast, "20000000", "1");
        check("several hundred thousand", Form::AtLeast, "300000", "1");
        check("a few dozen", Form::AtLeast, "24", "1");
        check("multi-million", Form::AtLeast, "2000000", "1");
        check("six-figure", Form::Figures, "100000", "1");
        check("7 figures", Form::Figures, "1000000", "1");
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["a", "an attack", "half", "multi", "payments", "and", "hundred payments", "k"] {
            assert!(amount_at(&tokens(text), 0).is_none(), "{text}");
        }
    }
}
