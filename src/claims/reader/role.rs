//! What words do in a sentence, and how the files of words call it.

use super::interval::Modifier;
use crate::claims::reading::Refusal;
use crate::claims::{Basis, Unit};
use crate::domain::{Currency, Decimal};

/// What a word does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    Digits,
    Clock,
    Address,
    Garbled,
    Dash,
    Pause,
    Minus,
    Stop(char),
    /// No language's word, written with a capital.
    Name,
    Unknown,
    /// A family's name.
    Family,
    /// A labelled service's name.
    Service,
    Number(Decimal),
    /// Multiplies the number before it.
    Scale(Decimal),
    /// Does so too, and alone is at least two of it: `Millionen`.
    Scales(Decimal),
    /// Does so where it is written onto it: `140k`.
    Letter(Decimal),
    /// No more than how many there are at least: `several`.
    Vague(Decimal),
    /// One of so many parts: `half`.
    Share(u32),
    Bound(Modifier),
    /// A bound behind its number: `or more`.
    Behind(Modifier),
    /// A sign or code, on either side of its number.
    Sign(Counted),
    Unit(Counted),
    Month(u32),
    /// Monday is 1.
    Weekday(u8),
    /// So many days; 0 where it is no number of days.
    Period(u32),
    /// 0 is the last.
    Ordinal(u32),
    Verb(Verb),
    /// A verb without a subject of its own: `taking`.
    Gerund(Verb),
    Noun(Noun),
    /// Which payment of all, and whether the word says of itself that it is a payment.
    Superlative(&'static str, bool),
    /// A category of labels.
    Place(&'static str),
    Basis(Basis),
    Preposition(Preposition),
    Join(Join),
    /// What has no table of its own.
    Word(Word),
    Adjective,
    /// What makes a sentence one that is refused.
    Refuse(Refusal),
}

impl Role {
    /// Those who pay, many of them.
    pub fn is_payers(self) -> bool {
        matches!(self, Role::Noun(Noun::Payers) | Role::Unit(Counted::Victims))
    }
}

/// What a number can be a number of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Counted {
    Known(Unit),
    /// A part of a bitcoin, by its decimal places.
    Small(u32),
    Outputs,
    /// Who was hit; payments where they are said to have paid.
    Victims,
    Machines,
    Foreign,
}

named!(
    /// What verbs say of coins.
    Verb {
        Made = "made", Amassed = "amassed", Received = "received", Arrived = "arrived", Paid = "paid", Withdrawn = "withdrawn", Sent = "sent",
        Left = "left", Seized = "seized", Emptied = "emptied", Untouched = "untouched", Equals = "equals",
        MoreThan = "more-than", LessThan = "less-than", About = "about", Used = "used",
    }
);
named!(
    /// What nouns say.
    Noun {
        Payment = "payment", Ransom = "ransom", Transfer = "transfer", Withdrawal = "withdrawal", Balance = "balance",
        Total = "total", Money = "money", People = "people", Payers = "payers", Payer = "payer",
        Authorities = "authorities", Thing = "things", Target = "target",
    }
);
named!(
    /// Words before a noun.
    Preposition {
        Of = "of", In = "in", On = "on", By = "by", Until = "until", Since = "since", From = "from", To = "to", At = "at",
        Via = "via", Between = "between", After = "after", Per = "per", Other = "other",
    }
);
named!(
    /// Words that join clauses or parts of them.
    Join { And = "and", Or = "or", Clause = "clause", That = "that", When = "when", Said = "said" }
);
named!(
    /// Words with a use of their own.
    Word {
        A = "a", The = "the", Be = "be", Have = "have", Do = "do", There = "there", Worth = "worth", AllBut = "all-but",
        Figures = "figures", Another = "another", Changed = "changed", Adverb = "adverb", Time = "time", Early = "early", End = "end",
        Computes = "computes", Elsewhere = "elsewhere", Minus = "minus",
    }
);

/// What the words of a table do, under this key of it.
pub(super) fn role(table: &str, key: &str) -> Option<Role> {
    let number = || key.parse::<Decimal>().ok();
    Some(match table {
        "numbers" => Role::Number(number()?),
        "scales" => Role::Scale(number()?),
        "plurals" => Role::Scales(number()?),
        "letters" => Role::Letter(number()?),
        "vague" => Role::Vague(number()?),
        "shares" => Role::Share(key.parse().ok()?),
        "bounds" => Role::Bound(Modifier::named(key)?),
        "behind" => Role::Behind(Modifier::named(key)?),
        "signs" => Role::Sign(counted(key)?),
        "units" => Role::Unit(counted(key)?),
        "foreign" => Role::Unit(Counted::Foreign),
        "foreign-signs" => Role::Sign(Counted::Foreign),
        "months" => Role::Month(key.parse().ok()?),
        "weekdays" => Role::Weekday(key.parse().ok()?),
        "periods" => Role::Period(key.parse().ok()?),
        "ordinals" => Role::Ordinal(key.parse().ok()?),
        "verbs" => Role::Verb(Verb::named(key)?),
        "gerunds" => Role::Gerund(Verb::named(key)?),
        "nouns" => Role::Noun(Noun::named(key)?),
        "superlatives" => match key {
            "largest" => Role::Superlative("largest-payment", false),
            "smallest" => Role::Superlative("smallest-payment", false),
            "average" => Role::Superlative("average-payment", false),
            "average-payment" => Role::Superlative("average-payment", true),
            "median" => Role::Superlative("median-payment", false),
            _ => return None,
        },
        "places" => Role::Place(crate::domain::Category::all().find(|category| category.name() == key)?.name()),
        "bases" => Role::Basis(BASES.into_iter().find(|basis| basis.name() == key)?),
        "prepositions" => Role::Preposition(Preposition::named(key)?),
        "conjunctions" => Role::Join(Join::named(key)?),
        "words" if key == "adjective" => Role::Adjective,
        "words" => Role::Word(Word::named(key)?),
        "names" if key == "family" => Role::Family,
        "names" => Role::Service,
        "refusals" => Role::Refuse(Refusal::ALL.into_iter().find(|code| code.name() == key)?),
        _ => return None,
    })
}

/// The bases that words name.
const BASES: [Basis; 4] = [Basis::AtReceipt, Basis::AtWithdrawal, Basis::AsOf, Basis::Peak];

fn counted(key: &str) -> Option<Counted> {
    let units = [
        Unit::Bitcoin,
        Unit::Payments,
        Unit::Transactions,
        Unit::Withdrawals,
        Unit::Addresses,
        Unit::Days,
        Unit::Percent,
    ];
    let known = units.into_iter().chain(Currency::ALL.map(Unit::Money)).find(|unit| unit.name() == key);
    known.map(Counted::Known).or(match key {
        "mBTC" => Some(Counted::Small(3)),
        "satoshi" => Some(Counted::Small(8)),
        "outputs" => Some(Counted::Outputs),
        "victims" => Some(Counted::Victims),
        "machines" => Some(Counted::Machines),
        _ => None,
    })
}
