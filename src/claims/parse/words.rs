//! The words around a quantity: what softens or sharpens a number, what names a basis, what says that it is no take.

use super::super::Basis;
use super::nouns::{phrase_at, word};
use super::token::{Kind, Token};

/// How a word before the number changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Modifier {
    MoreThan,
    AtLeast,
    LessThan,
    AtMost,
    About,
    JustOver,
    JustUnder,
    Exactly,
}

/// Before the number, the longer before the shorter that they end with.
static BEFORE: &[(&str, Modifier)] = &[
    ("no more than", Modifier::AtMost),
    ("not more than", Modifier::AtMost),
    ("no less than", Modifier::AtLeast),
    ("not less than", Modifier::AtLeast),
    ("no fewer than", Modifier::AtLeast),
    ("not fewer than", Modifier::AtLeast),
    ("a maximum of", Modifier::AtMost),
    ("maximum of", Modifier::AtMost),
    ("a minimum of", Modifier::AtLeast),
    ("minimum of", Modifier::AtLeast),
    ("as much as", Modifier::AtMost),
    ("as many as", Modifier::AtMost),
    ("up to", Modifier::AtMost),
    ("at most", Modifier::AtMost),
    ("at least", Modifier::AtLeast),
    ("just over", Modifier::JustOver),
    ("a little over", Modifier::JustOver),
    ("little over", Modifier::JustOver),
    ("slightly over", Modifier::JustOver),
    ("just above", Modifier::JustOver),
    ("just more than", Modifier::JustOver),
    ("a little more than", Modifier::JustOver),
    ("little more than", Modifier::JustOver),
    ("slightly more than", Modifier::JustOver),
    ("just under", Modifier::JustUnder),
    ("just below", Modifier::JustUnder),
    ("a max of", Modifier::AtMost),
    ("as little as", Modifier::AtLeast),
    ("as few as", Modifier::AtLeast),
    ("just short of", Modifier::JustUnder),
    ("just shy of", Modifier::JustUnder),
    ("slightly under", Modifier::JustUnder),
    ("slightly less than", Modifier::JustUnder),
    ("a little less than", Modifier::JustUnder),
    ("a little under", Modifier::JustUnder),
    ("more than", Modifier::MoreThan),
    ("greater than", Modifier::MoreThan),
    ("in excess of", Modifier::MoreThan),
    ("upwards of", Modifier::MoreThan),
    ("upward of", Modifier::MoreThan),
    ("north of", Modifier::MoreThan),
    ("exceeding", Modifier::MoreThan),
    ("exceeded", Modifier::MoreThan),
    ("exceeds", Modifier::MoreThan),
    ("surpassing", Modifier::MoreThan),
    ("surpassed", Modifier::MoreThan),
    ("topping", Modifier::MoreThan),
    ("topped", Modifier::MoreThan),
    ("above", Modifier::MoreThan),
    ("over", Modifier::MoreThan),
    (">", Modifier::MoreThan),
    ("≥", Modifier::AtLeast),
    ("less than", Modifier::LessThan),
    ("fewer than", Modifier::LessThan),
    ("short of", Modifier::LessThan),
    ("shy of", Modifier::LessThan),
    ("south of", Modifier::LessThan),
    ("under", Modifier::LessThan),
    ("below", Modifier::LessThan),
    ("<", Modifier::LessThan),
    ("≤", Modifier::AtMost),
    ("maximum", Modifier::AtMost),
    ("max", Modifier::AtMost),
    ("minimum", Modifier::AtLeast),
    ("about", Modifier::About),
    ("around", Modifier::About),
    ("approximately", Modifier::About),
    ("approx", Modifier::About),
    ("roughly", Modifier::About),
    ("circa", Modifier::About),
    ("ca", Modifier::About),
    ("nearly", Modifier::About),
    ("almost", Modifier::About),
    ("close to", Modifier::About),
    ("approaching", Modifier::About),
    ("approached", Modifier::About),
    ("nearing", Modifier::About),
    ("near", Modifier::About),
    ("some", Modifier::About),
    ("estimated at", Modifier::About),
    ("estimated", Modifier::About),
    ("in the region of", Modifier::About),
    ("~", Modifier::About),
    ("≈", Modifier::About),
    ("exactly", Modifier::Exactly),
    ("precisely", Modifier::Exactly),
    ("=", Modifier::Exactly),
];

/// Behind the number and its unit.
static AFTER: &[(&str, Modifier)] = &[
    ("+", Modifier::AtLeast),
    ("plus", Modifier::AtLeast),
    ("or more", Modifier::AtLeast),
    ("and more", Modifier::AtLeast),
    ("and up", Modifier::AtLeast),
    ("and above", Modifier::AtLeast),
    ("or above", Modifier::AtLeast),
    ("and upwards", Modifier::AtLeast),
    ("at the very least", Modifier::AtLeast),
    ("at the least", Modifier::AtLeast),
    ("minimum", Modifier::AtLeast),
    ("at the very most", Modifier::AtMost),
    ("at the most", Modifier::AtMost),
    ("maximum", Modifier::AtMost),
    ("max", Modifier::AtMost),
    ("tops", Modifier::AtMost),
    ("or under", Modifier::AtMost),
    ("or below", Modifier::AtMost),
    ("give or take", Modifier::About),
    ("or thereabouts", Modifier::About),
    ("at least", Modifier::AtLeast),
    ("and counting", Modifier::AtLeast),
    ("or less", Modifier::AtMost),
    ("or fewer", Modifier::AtMost),
    ("at most", Modifier::AtMost),
    ("or so", Modifier::About),
    ("odd", Modifier::About),
    ("exactly", Modifier::Exactly),
];

/// Words between a modifier and its number that change nothing.
static FILLERS: &[&str] = &["a", "an", "the", "only", "merely", "mere", "just", "whopping", "paltry", "many", "us"];

/// Wording that names how the take is counted.
static BASES: &[(&str, Basis)] = &[
    ("at the time of payment", Basis::AtReceipt),
    ("at the time of the payment", Basis::AtReceipt),
    ("at the time of the payments", Basis::AtReceipt),
    ("at the time of receipt", Basis::AtReceipt),
    ("at the time they were paid", Basis::AtReceipt),
    ("at the time it was paid", Basis::AtReceipt),
    ("when the payments were made", Basis::AtReceipt),
    ("when the ransoms were paid", Basis::AtReceipt),
    ("when they were paid", Basis::AtReceipt),
    ("when it was paid", Basis::AtReceipt),
    ("when paid", Basis::AtReceipt),
    ("when received", Basis::AtReceipt),
    ("at receipt", Basis::AtReceipt),
    ("withdraw", Basis::AtWithdrawal),
    ("withdraws", Basis::AtWithdrawal),
    ("withdrew", Basis::AtWithdrawal),
    ("withdrawn", Basis::AtWithdrawal),
    ("at withdrawal", Basis::AtWithdrawal),
    ("at the time of withdrawal", Basis::AtWithdrawal),
    ("at the time of the withdrawals", Basis::AtWithdrawal),
    ("cash out", Basis::AtWithdrawal),
    ("cashed out", Basis::AtWithdrawal),
    ("cashing out", Basis::AtWithdrawal),
    ("emptied", Basis::AtWithdrawal),
    ("now worth", Basis::AsOf),
    ("now valued", Basis::AsOf),
    ("currently valued", Basis::AsOf),
    ("worth today", Basis::AsOf),
    ("today worth", Basis::AsOf),
    ("currently worth", Basis::AsOf),
    ("at today's price", Basis::AsOf),
    ("at today's prices", Basis::AsOf),
    ("at the current price", Basis::AsOf),
    ("at current prices", Basis::AsOf),
    ("at current rates", Basis::AsOf),
    ("as of today", Basis::AsOf),
    ("at its peak", Basis::Peak),
    ("at their peak", Basis::Peak),
    ("at the peak", Basis::Peak),
    ("at its height", Basis::Peak),
    ("at its highest", Basis::Peak),
    ("at their highest", Basis::Peak),
    ("peaked at", Basis::Peak),
];

/// What says that a sum is asked for and not taken.
static DEMANDS: &[&str] = &[
    "demand",
    "demands",
    "demanded",
    "demanding",
    "ask",
    "asks",
    "asked",
    "asking",
    "charging",
    "require",
    "requires",
    "required",
    "requiring",
    "request",
    "requests",
    "requested",
    "requesting",
    "seek",
    "seeks",
    "seeking",
    "sought",
    "want",
    "wants",
    "wanted",
    "pay",
    "price",
    "fee",
    "average",
    "averaging",
    "averaged",
    "median",
];

/// What says that people were hit, not that they paid.
static HIT: &[&str] = &[
    "infected",
    "infecting",
    "infect",
    "infects",
    "hit",
    "hits",
    "hitting",
    "affected",
    "affecting",
    "struck",
    "attacked",
    "crippled",
    "impacted",
    "spread",
];

/// What makes a sum one of many.
static EACH: &[&str] = &[
    "per",
    "each",
    "apiece",
    "a machine",
    "a computer",
    "a victim",
    "a piece",
    "a day",
    "a week",
    "a month",
    "an hour",
    "daily",
    "weekly",
];

static MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sept",
    "sep",
    "oct",
    "nov",
    "dec",
];

/// The modifier that ends before a token, and where it begins.
pub(super) fn modifier_before(tokens: &[Token], at: usize) -> Option<(Modifier, usize)> {
    let mut end = at;
    loop {
        let ends = |phrase: &str| {
            let from = end.checked_sub(phrase.split(' ').count())?;
            phrase_at(tokens, from, phrase).filter(|to| *to == end).map(|_| from)
        };
        if let Some(found) = BEFORE.iter().find_map(|(phrase, modifier)| Some((*modifier, ends(phrase)?))) {
            return Some(found);
        }
        end = end.checked_sub(1)?;
        if !word(tokens, end).is_some_and(|w| FILLERS.contains(&w)) || at - end > 3 {
            return None;
        }
    }
}

/// The modifier that begins at a token, and where it ends.
pub(super) fn modifier_after(tokens: &[Token], at: usize) -> Option<(Modifier, usize)> {
    AFTER.iter().find_map(|(phrase, modifier)| Some((*modifier, phrase_at(tokens, at, phrase)?)))
}

/// The bases that the wording names, each once.
pub(super) fn bases(tokens: &[Token]) -> Vec<Basis> {
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        for (phrase, basis) in BASES {
            if phrase_at(tokens, at, phrase).is_some() && !out.contains(basis) {
                out.push(*basis);
            }
        }
    }
    out
}

/// The words of the clause around a token.
fn clause(tokens: &[Token], at: usize) -> impl Iterator<Item = &str> {
    let stop = |t: &Token| t.kind == Kind::Stop;
    let from = tokens.get(..at).unwrap_or_default().iter().rposition(stop).map_or(0, |n| n + 1);
    let rest = tokens.get(from..).unwrap_or_default();
    rest.iter().enumerate().take_while(move |(n, t)| from + n < at || !stop(t)).filter_map(|(_, t)| t.word())
}

/// Whether the clause denies what it says.
pub(super) fn is_denied(tokens: &[Token], at: usize) -> bool {
    let words: Vec<&str> = clause(tokens, at).collect();
    words.iter().enumerate().any(|(n, word)| {
        let only = words.get(n + 1).is_some_and(|next| matches!(*next, "only" | "more" | "less" | "fewer"));
        let next = words.get(n + 1).copied();
        let far = (matches!(*word, "nothing" | "far") && matches!(next, Some("like" | "near" | "from" | "close")))
            || (matches!(*word, "failed" | "failing" | "fails" | "unable" | "refused" | "refuses")
                && next == Some("to"));
        (*word == "not" && !only)
            || word.ends_with("n't")
            || matches!(*word, "never" | "neither" | "nor" | "nowhere" | "cannot" | "without")
            || far
    }) || at.checked_sub(1).and_then(|n| word(tokens, n)) == Some("no")
}

/// Whether the clause says that people were hit.
pub(super) fn is_about_hits(tokens: &[Token], at: usize) -> bool {
    let words: Vec<&str> = clause(tokens, at).collect();
    words.iter().any(|w| HIT.contains(w)) && !words.iter().any(|w| matches!(*w, "paid" | "pay" | "pays" | "paying"))
}

/// Whether the sum from `from` to `to` is demanded, or one of many.
pub(super) fn is_a_demand(tokens: &[Token], from: usize, to: usize) -> bool {
    let before = (from.saturating_sub(4)..from).rev().map_while(|n| word(tokens, n));
    let asked = before.into_iter().any(|w| DEMANDS.contains(&w));
    let behind = word(tokens, to) == Some("demand")
        || (word(tokens, to) == Some("ransom") && word(tokens, to + 1) == Some("demand"));
    asked || behind || is_each(tokens, to)
}

/// Whether what begins at a token makes the sum before it one of many. A week after is no rate.
pub(super) fn is_each(tokens: &[Token], at: usize) -> bool {
    let apart =
        |end: usize| word(tokens, end).is_some_and(|w| matches!(w, "after" | "later" | "ago" | "before" | "earlier"));
    EACH.iter().filter_map(|phrase| phrase_at(tokens, at, phrase)).any(|end| !apart(end))
}

pub(super) fn is_month(name: &str) -> bool {
    MONTHS.contains(&name)
}

/// Whether digits are part of a date.
pub(super) fn is_a_date(tokens: &[Token], at: usize) -> bool {
    let Some(Kind::Digits(raw)) = tokens.get(at).map(|t| &t.kind) else { return false };
    let month = |n: Option<usize>| n.and_then(|n| word(tokens, n)).is_some_and(|w| MONTHS.contains(&w));
    let year = raw.len() == 4 && (raw.starts_with("19") || raw.starts_with("20"));
    let back = |n: usize| at.checked_sub(n).and_then(|n| word(tokens, n));
    let in_year =
        year && back(1).is_some_and(|w| matches!(w, "in" | "since" | "until" | "during" | "early" | "late" | "mid"));
    let after_day =
        year && matches!(tokens.get(at.wrapping_sub(1)).map(|t| &t.kind), Some(Kind::Stop)) && month(at.checked_sub(3));
    month(at.checked_sub(1)) || (month(Some(at + 1)) && raw.len() <= 2) || in_year || after_day
}
