//! What words do in a sentence, and how the files of words call it.

use super::interval::Modifier;
use crate::claims::reading::{Refusal, Span};
use crate::claims::{Basis, Unit};
use crate::domain::{Category, Currency, Decimal};

/// What a word, a number or a sign does, or a larger part that was made of some.
#[derive(Clone, Copy, Debug, PartialEq)]
#[rustfmt::skip]
pub(super) enum Role {
    /// Beyond the end.
    Nothing,
    Digits, Clock, Address, Dash, Pause, Minus, Stop(char),
    /// Words and numbers that a mark ties together.
    Garbled,
    /// No language's word; the first is written with a capital.
    Name, Unknown,
    /// Names that the program knows.
    Family, Service,
    /// What was made of several words.
    Quantity, Span(Span),
    /// A span of which neither end is told.
    Length,
    Number(Decimal),
    /// Multiplies the number before it. `Scales` alone is at least two of it, `Letter` is written onto its number.
    Scale(Decimal), Scales(Decimal), Letter(Decimal),
    /// No more than how many there are at least: `several`.
    Vague(Decimal),
    /// One of so many parts: `half`.
    Share(u32),
    /// What changes a number, before or behind it.
    Bound(Modifier), Behind(Modifier),
    /// What a number counts: a sign or code on either side of it, or a noun.
    Sign(Counted), Unit(Counted),
    Month(u32),
    /// Monday is 1.
    Weekday(u8),
    /// So many days; 0 where it is no number of days.
    Period(u32),
    /// 0 is the last.
    Ordinal(u32),
    /// A gerund is a verb without a subject of its own: `taking`.
    Verb(Verb), Gerund(Verb),
    /// Which payment of all, and whether the word says of itself that it is a payment.
    Superlative(&'static str, bool),
    /// A category of labels.
    Place(&'static str),
    Basis(Basis),
    /// What makes a sentence one that is refused.
    Refuse(Refusal),
    // Prepositions.
    Of, In, On, By, Until, Since, From, To, At, Via, Between, After, Per, Across,
    // Words that join clauses or parts of them.
    And, Or, Clause, That, When, Said,
    // Nouns.
    Payment, Ransom, Transfer, Withdrawal, Balance, Total, Money, People, Payers, Payer, Authorities, Thing, Target,
    // Others.
    A, The, Be, Have, Do, There, Worth, AllBut, Figures, Another, Changed, Adjective, Adverb, Time, Early, End, Computes, Elsewhere,
}

use Role::*;

/// Roles without anything in them: table and key of the files, and the role.
#[rustfmt::skip]
static PLAIN: &[(&str, &str, Role)] = &[
    ("prepositions", "of", Of), ("prepositions", "in", In), ("prepositions", "on", On), ("prepositions", "by", By),
    ("prepositions", "until", Until), ("prepositions", "since", Since), ("prepositions", "from", From), ("prepositions", "to", To),
    ("prepositions", "at", At), ("prepositions", "via", Via), ("prepositions", "between", Between), ("prepositions", "after", After),
    ("prepositions", "per", Per), ("prepositions", "across", Across),
    ("conjunctions", "and", And), ("conjunctions", "or", Or), ("conjunctions", "clause", Clause), ("conjunctions", "that", That),
    ("conjunctions", "when", When), ("conjunctions", "said", Said),
    ("nouns", "payment", Payment), ("nouns", "ransom", Ransom), ("nouns", "transfer", Transfer), ("nouns", "withdrawal", Withdrawal),
    ("nouns", "balance", Balance), ("nouns", "total", Total), ("nouns", "money", Money), ("nouns", "people", People),
    ("nouns", "payers", Payers), ("nouns", "payer", Payer), ("nouns", "authorities", Authorities), ("nouns", "things", Thing),
    ("nouns", "target", Target),
    ("names", "family", Family), ("names", "service", Service),
    ("words", "a", A), ("words", "the", The), ("words", "be", Be), ("words", "have", Have), ("words", "do", Do), ("words", "there", There),
    ("words", "worth", Worth), ("words", "all-but", AllBut), ("words", "figures", Figures), ("words", "another", Another),
    ("words", "changed", Changed), ("words", "adjective", Adjective), ("words", "adverb", Adverb), ("words", "time", Time),
    ("words", "early", Early), ("words", "end", End), ("words", "computes", Computes), ("words", "elsewhere", Elsewhere),
    ("words", "minus", Minus),
];

impl Role {
    pub fn is_preposition(self) -> bool {
        matches!(self, Of | In | On | By | Until | Since | From | To | At | Via | Between | After | Per | Across)
    }

    pub fn is_noun(self) -> bool {
        PLAIN.iter().any(|(table, _, role)| *table == "nouns" && *role == self)
    }

    pub fn is_join(self) -> bool {
        matches!(self, And | Or | Clause | That | When | Said)
    }

    /// It helps a verb.
    pub fn helps(self) -> bool {
        matches!(self, Be | Have | Do)
    }

    /// Those who pay, many of them.
    pub fn is_payers(self) -> bool {
        matches!(self, Payers | Unit(Counted::Victims))
    }

    /// A period that a rate can be of.
    pub fn is_period(self) -> bool {
        matches!(self, Period(_) | DAYS)
    }

    pub fn verb(self) -> Option<Verb> {
        match self {
            Verb(verb) | Gerund(verb) => Some(verb),
            _ => None,
        }
    }
}

/// Words for what the family has its coins in.
pub(super) const WALLETS: Role = Unit(Counted::Known(Unit::Addresses));
/// The noun of coins.
pub(super) const COINS: Role = Unit(Counted::Known(Unit::Bitcoin));
const DAYS: Role = Unit(Counted::Known(Unit::Days));

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

impl Counted {
    pub fn unit(self) -> Unit {
        match self {
            Counted::Known(unit) => unit,
            Counted::Small(_) => Unit::Bitcoin,
            _ => Unit::Payments,
        }
    }
}

named!(
    /// What verbs say of coins.
    Verb {
        Made = "made", Amassed = "amassed", Received = "received", Arrived = "arrived", Paid = "paid", Withdrawn = "withdrawn", Sent = "sent",
        Left = "left", Seized = "seized", Emptied = "emptied", Untouched = "untouched", Equals = "equals",
        MoreThan = "more-than", LessThan = "less-than", About = "about", Used = "used",
    }
);

impl Verb {
    /// A copula, whose subject says what is measured.
    pub fn is_copula(self) -> bool {
        matches!(self, Self::Equals | Self::MoreThan | Self::LessThan | Self::About)
    }
}

/// What the words of a table do, under this key of it.
pub(super) fn role(table: &str, key: &str) -> Option<Role> {
    let number = || key.parse::<Decimal>().ok();
    Some(match table {
        "numbers" => Number(number()?),
        "scales" => Scale(number()?),
        "plurals" => Scales(number()?),
        "letters" => Letter(number()?),
        "vague" => Vague(number()?),
        "shares" => Share(key.parse().ok()?),
        "bounds" => Bound(Modifier::named(key)?),
        "behind" => Behind(Modifier::named(key)?),
        "signs" => Sign(counted(key)?),
        "units" => Unit(counted(key)?),
        "foreign" => Unit(Counted::Foreign),
        "foreign-signs" => Sign(Counted::Foreign),
        "months" => Month(key.parse().ok()?),
        "weekdays" => Weekday(key.parse().ok()?),
        "periods" => Period(key.parse().ok()?),
        "ordinals" => Ordinal(key.parse().ok()?),
        "verbs" => Verb(Verb::named(key)?),
        "gerunds" => Gerund(Verb::named(key)?),
        "superlatives" => {
            let (name, whole) = key.strip_suffix("-payment").map_or((key, false), |name| (name, true));
            let measures = ["largest-payment", "smallest-payment", "average-payment", "median-payment"];
            Superlative(measures.into_iter().find(|measure| measure.strip_suffix("-payment") == Some(name))?, whole)
        }
        "places" => Place(Category::all().find(|category| category.name() == key)?.name()),
        "bases" => Basis(BASES.into_iter().find(|basis| basis.name() == key)?),
        "refusals" => Refuse(Refusal::ALL.into_iter().find(|code| code.name() == key)?),
        _ => PLAIN.iter().find(|plain| (plain.0, plain.1) == (table, key))?.2,
    })
}

/// The bases that words name.
const BASES: [Basis; 4] = [Basis::AtReceipt, Basis::AtWithdrawal, Basis::AsOf, Basis::Peak];

fn counted(key: &str) -> Option<Counted> {
    use crate::claims::Unit::*;
    let units = [Bitcoin, Payments, Transactions, Withdrawals, Addresses, Days, Percent];
    let known = units.into_iter().chain(Currency::ALL.map(Money)).find(|unit| unit.name() == key);
    known.map(Counted::Known).or(match key {
        "mBTC" => Some(Counted::Small(3)),
        "satoshi" => Some(Counted::Small(8)),
        "outputs" => Some(Counted::Outputs),
        "victims" => Some(Counted::Victims),
        "machines" => Some(Counted::Machines),
        _ => None,
    })
}
