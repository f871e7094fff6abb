//! A sentence read to a [`Quantity`]: one number with its unit, what softens or sharpens it, and the basis that the wording
//! names. What is not a quantity of the take (countries, dates, the sum demanded) is passed over; two quantities are
//! refused, since nobody could say which one was judged.

mod amount;
mod digits;
mod guard;
#[cfg(test)]
mod headlines;
mod interval;
mod nouns;
#[cfg(test)]
mod tests;
mod token;
mod words;

use amount::{Amount, Form, amount_at};
use interval::{from_range, from_single};
use nouns::Noun;
use token::{Kind, Token, tokens};
use words::Modifier;

use super::quantity::{Quantity, Unit};
use super::{Basis, Interval};
use crate::domain::{Currency, Decimal, words as words_of_others};

/// What can be understood, for every complaint.
const HELP: &str = "write one quantity like \"millions of dollars\", \"over $140,000\", \"nearly £1m\", \"about 52 bitcoin\", \
                    \"52.19666422 BTC\", \"more than 300 payments\", \"six withdrawals\" or \"between 5 and 10 million euros\"";

/// Why a sentence is not a claim that can be held against the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    /// Longer than claims are: an article, or an attack.
    #[error(transparent)]
    Long(#[from] words_of_others::TooLong),
    /// No number of anything that the chain shows.
    #[error("no quantity of money, bitcoin, payments or withdrawals in \"{0}\"; {HELP}")]
    Nothing(String),
    /// More than one.
    #[error("there is more than one quantity: {}; give one of them", quoted(.0))]
    Several(Vec<String>),
    /// Money without a rate.
    #[error("\"{0}\": there are no rates of {1}; use USD, EUR, GBP, JPY, CHF, CAD, AUD or BTC")]
    Foreign(String, &'static str),
    /// Separators that make no sense, or more digits than a claim has.
    #[error("\"{0}\" is not a number that can be read; write it like 1,234.56 or 1.234,56")]
    Number(String),
    /// A denial: what it allows is not an interval.
    #[error("\"{0}\" is denied in the sentence; give what is claimed itself, like \"less than $100,000\"")]
    Denied(String),
    /// A sum that is asked of each victim.
    #[error("\"{0}\" is a demand or a rate, not a take; give a total, or the quantity alone to check it all the same")]
    Demand(String),
    /// A share, a multiple, or one of two sums that are told apart.
    #[error("\"{0}\" is only a part or a multiple of what is meant, or one end of a change; give the sum itself")]
    Share(String),
    /// What an attack cost others, or a reward.
    #[error(
        "\"{0}\" is damage, a cost or a reward, not a take; give what came in, or the quantity alone to check it all the same"
    )]
    Cost(String),
    /// What one victim pays.
    #[error(
        "\"{0}\" is what one victim pays, not a take; give a total, or the quantity alone to check it all the same"
    )]
    One(String),
    /// Money that is said to lie in the wallets.
    #[error(
        "\"{0}\" is what lies in the wallets, and has no price of its own; give it in bitcoin, like \"a balance of 0.186 BTC\""
    )]
    Balance(String),
    /// Less than nothing.
    #[error("\"{0}\" is less than nothing; give a quantity that can have been received")]
    Negative(String),
    /// A range whose end lies below its beginning, or a most that has no number.
    #[error("\"{0}\" does not say from where to where; {HELP}")]
    Range(String),
}

/// The first of them: a whole article has many.
fn quoted(all: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = all.iter().take(SHOWN).map(|one| format!("\"{one}\"")).collect();
    let more = if all.len() > SHOWN { " and more" } else { "" };
    shown.join(" and ") + more
}

/// A quantity at its place in the sentence.
struct Found {
    unit: Unit,
    noun: Noun,
    reading: Reading,
    from: usize,
    to: usize,
    /// It begins with `between`, which stands before its number.
    between: bool,
}

impl Found {
    /// One past the last token of its number.
    fn number_end(&self) -> usize {
        match &self.reading {
            Reading::Single(amount, _) | Reading::Range(_, amount, _) => amount.end,
        }
    }
}

/// The numbers of a quantity.
enum Reading {
    Single(Amount, Decimal),
    Range(Amount, Amount, Decimal),
}

/// Reads a claim.
pub fn parse(text: &str) -> Result<Quantity, NotUnderstood> {
    words_of_others::CLAIM.line(text)?;
    let tokens = tokens(text);
    let words = |from: usize, to: usize| -> String {
        let begin = tokens.get(from).map_or(0, |t| t.from);
        let end = to.checked_sub(1).and_then(|n| tokens.get(n)).map_or(0, |t| t.to);
        text.chars().skip(begin).take(end.saturating_sub(begin)).collect()
    };
    let mut found: Vec<Found> = Vec::new();
    let mut refused = None;
    let mut at = 0;
    while at < tokens.len() {
        match quantity_at(&tokens, at) {
            Step::Found(one) => {
                let whole = words(one.from, one.to);
                at = one.to;
                if words::is_a_demand(&tokens, one.from, one.to) {
                    refused = refused.or(Some(NotUnderstood::Demand(whole)));
                } else if guard::is_a_cost(&tokens, one.from, one.to) {
                    refused = refused.or(Some(NotUnderstood::Cost(whole)));
                } else if one.noun == Noun::Victims && words::is_about_hits(&tokens, one.from) {
                    // Machines that were hit are no payments.
                } else if let Noun::Foreign(name) = one.noun {
                    refused = refused.or(Some(NotUnderstood::Foreign(whole, name)));
                } else {
                    found.push(one);
                }
            }
            Step::Over(to) => at = to,
        }
    }
    let mut one = match found.len() {
        0 => return Err(refused.unwrap_or_else(|| NotUnderstood::Nothing(shortened(text)))),
        1 => found.remove(0),
        _ => return Err(NotUnderstood::Several(found.iter().map(|one| words(one.from, one.to)).collect())),
    };

    let before = words::modifier_before(&tokens, one.from);
    // Behind the unit, or between number and unit: `300+ payments`.
    let after = words::modifier_after(&tokens, one.to).or_else(|| words::modifier_after(&tokens, one.number_end()));
    let from = before.map_or(one.from, |(_, from)| from);
    let to = after.map_or(one.to, |(_, to)| to.max(one.to));
    let whole = words(from, to);
    if one.from > 0 && tokens.get(one.from - 1).is_some_and(|t| t.kind == Kind::Minus) {
        return Err(NotUnderstood::Negative(format!("-{whole}")));
    }
    if words::is_denied(&tokens, from) {
        return Err(NotUnderstood::Denied(whole));
    }
    let (begin, number_end) = (one.from + usize::from(one.between), one.number_end());
    if guard::goes_on(&tokens, begin, number_end, to) {
        return Err(NotUnderstood::Number(words(begin.saturating_sub(1), (number_end.max(to) + 1).min(tokens.len()))));
    }
    let is_range = matches!(one.reading, Reading::Range(..));
    if guard::is_a_share(&tokens, from, to) || (is_range && guard::is_a_change(&tokens, from)) {
        return Err(NotUnderstood::Share(whole));
    }
    if !one.unit.is_count() && guard::is_of_one(&tokens, from, one.to) {
        return Err(NotUnderstood::One(whole));
    }
    // What leaves in transactions is withdrawn in them.
    if one.unit == Unit::Transactions && guard::leaves(&tokens) {
        one.unit = Unit::Withdrawals;
    }
    if matches!(one.unit, Unit::Money(_)) && guard::is_a_balance(&tokens) {
        return Err(NotUnderstood::Balance(whole));
    }
    let modifier = before.or(after).map(|(modifier, _)| modifier);
    let (interval, exact) = read(&one, modifier).map_err(|bad| match bad {
        Bad::Number => NotUnderstood::Number(whole.clone()),
        Bad::Range => NotUnderstood::Range(whole.clone()),
    })?;
    let named = named(&tokens, one.unit, one.noun);
    let victims = one.noun == Noun::Victims;
    let part = guard::part(&tokens, from);
    Ok(Quantity { unit: one.unit, interval, exact, named, victims, part, words: whole })
}

/// Why numbers make no interval.
enum Bad {
    Number,
    Range,
}

fn read(one: &Found, modifier: Option<Modifier>) -> Result<(Interval, bool), Bad> {
    // Money has two decimals and counts have none: a point before three digits sets thousands apart there.
    let groups = one.unit != Unit::Bitcoin;
    let written = |amount: &Amount, scale: Decimal| {
        let read = amount.read(groups).ok_or(Bad::Number)?;
        interval::scaled(read, scale).ok_or(Bad::Number)
    };
    let (interval, exact) = match &one.reading {
        Reading::Single(amount, scale) => {
            from_single(written(amount, *scale)?, amount, modifier, one.unit).ok_or(Bad::Range)?
        }
        Reading::Range(first, second, scale) => {
            let (low, high) = (written(first, *scale)?, written(second, *scale)?);
            // `$135-145,000`: nobody knows what the first is thousands of.
            let thousands = high.value >= Decimal::ONE_THOUSAND && (high.value % Decimal::ONE_THOUSAND).is_zero();
            let apart = low.value * Decimal::ONE_HUNDRED <= high.value && low.value < Decimal::ONE_THOUSAND;
            if first.factor == Decimal::ONE && thousands && apart && !low.value.is_zero() {
                return Err(Bad::Range);
            }
            (from_range(low.value, high.value, modifier).ok_or(Bad::Range)?, false)
        }
    };
    if interval::is_sane(&interval) { Ok((interval, exact)) } else { Err(Bad::Number) }
}

/// The bases that the wording names and that a quantity of this unit has.
fn named(tokens: &[Token], unit: Unit, noun: Noun) -> Vec<Basis> {
    let said = words::bases(tokens);
    match unit {
        Unit::Money(_) => said,
        Unit::Bitcoin if guard::is_a_balance(tokens) => vec![Basis::CoinsLeft],
        Unit::Bitcoin if guard::leaves(tokens) => vec![Basis::CoinsWithdrawn],
        Unit::Bitcoin if said.contains(&Basis::AtWithdrawal) => vec![Basis::CoinsWithdrawn],
        Unit::Transactions => vec![Basis::Transactions],
        Unit::Payments if noun == Noun::Outputs => vec![Basis::Outputs],
        _ => Vec::new(),
    }
}

enum Step {
    Found(Found),
    /// Nothing here; go on at this token.
    Over(usize),
}

/// The quantity that begins at a token, with the sign before its number.
fn quantity_at(tokens: &[Token], at: usize) -> Step {
    if words::is_a_date(tokens, at) {
        return Step::Over(at + 1);
    }
    let sign = nouns::sign_at(tokens, at).filter(|_| amount_at(tokens, at + 1).is_some());
    let start = at + usize::from(sign.is_some());
    let Some(amount) = amount_at(tokens, start) else { return Step::Over(at + 1) };
    if let Some(range) = range_at(tokens, at, sign, &amount) {
        return Step::Found(range);
    }
    let (noun, to) = match unit_of(tokens, sign, amount.end) {
        Some(found) => found,
        None if amount.form == Form::Figures || (amount.is_sum() && nouns::money_may_end(tokens, amount.end)) => {
            (Noun::Known(Unit::Money(Currency::Usd)), amount.end)
        }
        None => return Step::Over(amount.end),
    };
    let (unit, scale) = (noun.unit().unwrap_or(Unit::Bitcoin), noun.scale());
    Step::Found(Found { unit, noun, reading: Reading::Single(amount, scale), from: at, to, between: false })
}

/// What a number counts: the sign before it, or the noun behind it. Behind a dollar sign stands which dollars they are.
fn unit_of(tokens: &[Token], sign: Option<Noun>, end: usize) -> Option<(Noun, usize)> {
    let softened = || nouns::noun_after(tokens, words::modifier_after(tokens, end)?.1);
    let behind = nouns::noun_after(tokens, end).or_else(softened);
    let Some(sign) = sign else { return behind };
    let usd = Noun::Known(Unit::Money(Currency::Usd));
    let dollars = [Currency::Usd, Currency::Cad, Currency::Aud].map(|c| Noun::Known(Unit::Money(c)));
    let closer = behind.filter(|(noun, _)| *noun == sign || (sign == usd && dollars.contains(noun)));
    // `$5 million of bitcoin`, `£300 of payments`: the sign decides.
    Some(closer.filter(|_| tokens.get(end).and_then(Token::word) != Some("of")).unwrap_or((sign, end)))
}

/// `between 5 and 10 million`, `$5m to $10m`, `5-10 million dollars`, `six or seven withdrawals`.
fn range_at(tokens: &[Token], at: usize, sign: Option<Noun>, first: &Amount) -> Option<Found> {
    let own = unit_of(tokens, sign, first.end);
    let joint = own.map_or(first.end, |(_, end)| end);
    let between = at > 0 && tokens.get(at - 1).and_then(Token::word) == Some("between");
    match &tokens.get(joint)?.kind {
        Kind::Dash => {}
        Kind::Word(word) if matches!(word.as_str(), "to" | "or") || (between && word == "and") => {}
        _ => return None,
    }
    let second_sign = nouns::sign_at(tokens, joint + 1).filter(|_| amount_at(tokens, joint + 2).is_some());
    let second = amount_at(tokens, joint + 1 + usize::from(second_sign.is_some()))?;
    if (first.form, second.form) != (Form::Plain, Form::Plain) {
        return None;
    }
    let theirs = unit_of(tokens, second_sign, second.end);
    let bare = nouns::money_may_end(tokens, second.end);
    let (noun, to) = match (own, theirs) {
        (Some((own, _)), Some((theirs, end))) if own == theirs => (own, end),
        (None, Some(found)) => found,
        // The second takes the sign of the first: `$5-10 million`.
        (Some((own, _)), None) if bare && (sign.is_some() || between) => (own, second.end),
        (None, None) if bare && second.is_sum() => (Noun::Known(Unit::Money(Currency::Usd)), second.end),
        _ => return None,
    };
    // `between 5 and 10 million` are millions both; `between 500,000 and 1 million` are not, and of `between 500 and
    // 1 million` nobody knows: shared, it is a range that ends below its beginning.
    let groups = noun.unit() != Some(Unit::Bitcoin);
    let mut first = first.clone();
    let low = first.mantissa(groups)?.value;
    if first.factor == Decimal::ONE && low < Decimal::ONE_THOUSAND {
        // `300 to four hundred` shares no hundred.
        let shares = second.factor != Decimal::ONE_HUNDRED || low < Decimal::TEN;
        if shares {
            first.factor = second.factor;
        }
        if tokens.get(second.end - 1).and_then(Token::word) == Some("dozen") && second.factor == Decimal::ONE {
            first.factor = Decimal::from(12);
        }
    }
    let (unit, scale) = (noun.unit().unwrap_or(Unit::Bitcoin), noun.scale());
    let from = if between { at - 1 } else { at };
    Some(Found { unit, noun, reading: Reading::Range(first, second, scale), from, to, between })
}

/// What somebody wrote, short enough for a complaint.
fn shortened(text: &str) -> String {
    let clean: String = words_of_others::shown(text).chars().take(200).collect();
    if text.chars().count() > 200 { clean + "…" } else { clean }
}
