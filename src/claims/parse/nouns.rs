//! What a number counts: the sign or code before it, the noun behind it.

use super::super::Unit;
use super::token::{Kind, Token};
use crate::domain::{Currency, Decimal};

/// What a number can be a number of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Noun {
    /// One of the claim's units.
    Known(Unit),
    /// A thousandth, or a hundred-millionth, of a bitcoin.
    Small(u32),
    /// Outputs, which name their basis.
    Outputs,
    /// Somebody who pays.
    Victims,
    /// Money that no rate is known for.
    Foreign(&'static str),
}

impl Noun {
    pub fn unit(self) -> Option<Unit> {
        match self {
            Noun::Known(unit) => Some(unit),
            Noun::Small(_) => Some(Unit::Bitcoin),
            Noun::Outputs | Noun::Victims => Some(Unit::Payments),
            Noun::Foreign(_) => None,
        }
    }

    /// What one of it is worth in its unit.
    pub fn scale(self) -> Decimal {
        match self {
            Noun::Small(places) => Decimal::new(1, places),
            _ => Decimal::ONE,
        }
    }
}

const fn money(currency: Currency) -> Noun {
    Noun::Known(Unit::Money(currency))
}

/// Nouns behind a number, the longer before the shorter that they begin with.
static NOUNS: &[(&str, Noun)] = &[
    ("bitcoin cash", Noun::Foreign("bitcoin cash")),
    ("us dollar", money(Currency::Usd)),
    ("us dollars", money(Currency::Usd)),
    ("us$", money(Currency::Usd)),
    ("american dollars", money(Currency::Usd)),
    ("canadian dollars", money(Currency::Cad)),
    ("australian dollars", money(Currency::Aud)),
    ("dollar", money(Currency::Usd)),
    ("dollars", money(Currency::Usd)),
    ("bucks", money(Currency::Usd)),
    ("usd", money(Currency::Usd)),
    ("$", money(Currency::Usd)),
    ("euro", money(Currency::Eur)),
    ("euros", money(Currency::Eur)),
    ("eur", money(Currency::Eur)),
    ("€", money(Currency::Eur)),
    ("british pounds", money(Currency::Gbp)),
    ("pounds sterling", money(Currency::Gbp)),
    ("pound", money(Currency::Gbp)),
    ("pounds", money(Currency::Gbp)),
    ("sterling", money(Currency::Gbp)),
    ("gbp", money(Currency::Gbp)),
    ("£", money(Currency::Gbp)),
    ("japanese yen", money(Currency::Jpy)),
    ("yen", money(Currency::Jpy)),
    ("jpy", money(Currency::Jpy)),
    ("¥", money(Currency::Jpy)),
    ("swiss francs", money(Currency::Chf)),
    ("francs", money(Currency::Chf)),
    ("franc", money(Currency::Chf)),
    ("chf", money(Currency::Chf)),
    ("sfr", money(Currency::Chf)),
    ("cad", money(Currency::Cad)),
    ("c$", money(Currency::Cad)),
    ("ca$", money(Currency::Cad)),
    ("cad$", money(Currency::Cad)),
    ("canadian", money(Currency::Cad)),
    ("aud", money(Currency::Aud)),
    ("a$", money(Currency::Aud)),
    ("au$", money(Currency::Aud)),
    ("aud$", money(Currency::Aud)),
    ("australian", money(Currency::Aud)),
    ("bitcoin", Noun::Known(Unit::Bitcoin)),
    ("bitcoins", Noun::Known(Unit::Bitcoin)),
    ("btc", Noun::Known(Unit::Bitcoin)),
    ("btcs", Noun::Known(Unit::Bitcoin)),
    ("xbt", Noun::Known(Unit::Bitcoin)),
    ("₿", Noun::Known(Unit::Bitcoin)),
    ("mbtc", Noun::Small(3)),
    ("millibitcoin", Noun::Small(3)),
    ("millibitcoins", Noun::Small(3)),
    ("sat", Noun::Small(8)),
    ("sats", Noun::Small(8)),
    ("satoshi", Noun::Small(8)),
    ("satoshis", Noun::Small(8)),
    ("payment", Noun::Known(Unit::Payments)),
    ("payments", Noun::Known(Unit::Payments)),
    ("ransoms", Noun::Known(Unit::Payments)),
    ("deposits", Noun::Known(Unit::Payments)),
    ("credits", Noun::Known(Unit::Payments)),
    ("outputs", Noun::Outputs),
    ("transaction", Noun::Known(Unit::Transactions)),
    ("transactions", Noun::Known(Unit::Transactions)),
    ("txs", Noun::Known(Unit::Transactions)),
    ("withdrawal", Noun::Known(Unit::Withdrawals)),
    ("withdrawals", Noun::Known(Unit::Withdrawals)),
    ("victim", Noun::Victims),
    ("victims", Noun::Victims),
    ("rubles", Noun::Foreign("rubles")),
    ("roubles", Noun::Foreign("roubles")),
    ("₽", Noun::Foreign("rubles")),
    ("yuan", Noun::Foreign("yuan")),
    ("renminbi", Noun::Foreign("renminbi")),
    ("won", Noun::Foreign("won")),
    ("₩", Noun::Foreign("won")),
    ("rupees", Noun::Foreign("rupees")),
    ("₹", Noun::Foreign("rupees")),
    ("hryvnia", Noun::Foreign("hryvnia")),
    ("₴", Noun::Foreign("hryvnia")),
    ("kronor", Noun::Foreign("kronor")),
    ("pesos", Noun::Foreign("pesos")),
    ("hong kong dollars", Noun::Foreign("Hong Kong dollars")),
    ("hk$", Noun::Foreign("Hong Kong dollars")),
    ("singapore dollars", Noun::Foreign("Singapore dollars")),
    ("s$", Noun::Foreign("Singapore dollars")),
    ("new zealand dollars", Noun::Foreign("New Zealand dollars")),
    ("nz$", Noun::Foreign("New Zealand dollars")),
    ("rs", Noun::Foreign("rupees")),
    ("inr", Noun::Foreign("rupees")),
    ("r$", Noun::Foreign("reais")),
    ("brl", Noun::Foreign("reais")),
    ("sek", Noun::Foreign("kronor")),
    ("nok", Noun::Foreign("kroner")),
    ("dkk", Noun::Foreign("kroner")),
    ("kr", Noun::Foreign("kronor")),
    ("rub", Noun::Foreign("rubles")),
    ("krw", Noun::Foreign("won")),
    ("cny", Noun::Foreign("yuan")),
    ("rmb", Noun::Foreign("yuan")),
    ("pln", Noun::Foreign("zlotys")),
    ("zar", Noun::Foreign("rand")),
    ("hkd", Noun::Foreign("Hong Kong dollars")),
    ("sgd", Noun::Foreign("Singapore dollars")),
    ("nzd", Noun::Foreign("New Zealand dollars")),
    ("monero", Noun::Foreign("monero")),
    ("xmr", Noun::Foreign("monero")),
    ("ether", Noun::Foreign("ether")),
    ("eth", Noun::Foreign("ether")),
    ("litecoin", Noun::Foreign("litecoin")),
    ("litecoins", Noun::Foreign("litecoin")),
];

/// Signs and codes that stand before a number.
static SIGNS: &[&str] = &[
    "$", "us$", "c$", "ca$", "cad$", "a$", "au$", "aud$", "nz$", "hk$", "s$", "€", "£", "¥", "₿", "₽", "₩", "₹", "₴",
    "usd", "eur", "gbp", "jpy", "chf", "sfr", "cad", "aud", "btc", "xbt", "xmr", "eth", "rs", "inr", "r$", "brl",
    "sek", "nok", "dkk", "kr", "rub", "krw", "cny", "rmb", "pln", "zar", "hkd", "sgd", "nzd",
];

/// Words between a number and what it counts that change nothing: `six separate withdrawals`.
static ADJECTIVES: &[&str] = &[
    "ransom",
    "ransomware",
    "outgoing",
    "incoming",
    "separate",
    "individual",
    "different",
    "distinct",
    "single",
    "confirmed",
    "known",
    "incoming",
    "recorded",
    "successful",
    "unique",
    "small",
    "further",
    "such",
    "paying",
];

/// Words that can follow a sum of money whose currency goes without saying: `made five million in a week`.
static AFTER_MONEY: &[&str] = &[
    "in",
    "from",
    "by",
    "at",
    "on",
    "since",
    "for",
    "to",
    "and",
    "but",
    "so",
    "with",
    "during",
    "until",
    "when",
    "worth",
    "through",
    "via",
    "after",
    "before",
    "as",
    "while",
    "was",
    "were",
    "had",
    "has",
    "have",
    "is",
    "are",
    "or",
    "over",
    "between",
    "across",
    "within",
    "out",
    "off",
    "into",
    "overall",
    "altogether",
    "total",
    "today",
    "now",
    "then",
    "sum",
    "haul",
    "each",
    "per",
    "a",
    "extorted",
    "paid",
    "made",
    "collected",
    "received",
    "withdrawn",
    "stolen",
    "earned",
    "moved",
    "plus",
    "+",
    "that",
    "which",
    "there",
    "last",
    "this",
    "so",
    "cashed",
    "raised",
    "went",
    "netted",
];

pub(super) fn word(tokens: &[Token], at: usize) -> Option<&str> {
    tokens.get(at)?.word()
}

/// One past the phrase, where it begins at a token.
pub(super) fn phrase_at(tokens: &[Token], at: usize, phrase: &str) -> Option<usize> {
    let mut next = at;
    for part in phrase.split(' ') {
        if word(tokens, next)? != part {
            return None;
        }
        next += 1;
    }
    Some(next)
}

fn noun_at(tokens: &[Token], at: usize) -> Option<(Noun, usize)> {
    NOUNS.iter().find_map(|(phrase, noun)| Some((*noun, phrase_at(tokens, at, phrase)?)))
}

/// What bitcoin says more of: three bitcoin wallets are no three bitcoin.
static COMPOUNDS: &[&str] = &[
    "wallet",
    "wallets",
    "address",
    "addresses",
    "account",
    "accounts",
    "ransomware",
    "malware",
    "worm",
    "exchange",
    "exchanges",
    "user",
    "users",
    "atm",
    "atms",
];

/// The noun behind a number. A sign that is written onto the next number is that one's: `in 2017 $140,000`.
fn noun_behind(tokens: &[Token], at: usize) -> Option<(Noun, usize)> {
    let (noun, end) = noun_at(tokens, at)?;
    let next = tokens.get(end);
    let apart = !tokens.get(at).is_some_and(|t| t.attached);
    let of_next = apart && next.is_some_and(|t| t.attached && matches!(t.kind, Kind::Digits(_)));
    let compound = word(tokens, end).is_some_and(|w| COMPOUNDS.contains(&w));
    let other = compound && noun == Noun::Known(Unit::Bitcoin);
    (!of_next && !other).then_some((noun, end))
}

/// What the sign or code before a number says.
pub(super) fn sign_at(tokens: &[Token], at: usize) -> Option<Noun> {
    let sign = SIGNS.contains(&word(tokens, at)?);
    noun_at(tokens, at).filter(|_| sign).map(|(noun, _)| noun)
}

/// What a number that ends before `at` counts, and where that ends.
pub(super) fn noun_after(tokens: &[Token], at: usize) -> Option<(Noun, usize)> {
    match word(tokens, at)? {
        "of" => counted(tokens, at + 1),
        // `a six-figure sum in euros`.
        "sum" | "amount" | "number" if matches!(word(tokens, at + 1), Some("in" | "of")) => {
            noun_behind(tokens, at + 2).filter(|(noun, _)| !matches!(noun, Noun::Known(Unit::Bitcoin)))
        }
        // Millions in bitcoin are dollars, millions in euros are euros.
        "in" => noun_behind(tokens, at + 1).filter(|(noun, _)| matches!(noun, Noun::Known(Unit::Money(_)))),
        _ => counted(tokens, at),
    }
}

fn counted(tokens: &[Token], at: usize) -> Option<(Noun, usize)> {
    let mut next = at;
    while word(tokens, next).is_some_and(|w| ADJECTIVES.contains(&w)) && next < at + 3 {
        next += 1;
    }
    let (noun, end) = noun_behind(tokens, next)?;
    if noun == Noun::Known(Unit::Bitcoin) {
        // Bitcoin payments are payments.
        let behind = counted(tokens, end).filter(|(n, _)| n.unit().is_some_and(Unit::is_count));
        return Some(behind.unwrap_or((noun, end)));
    }
    Some((noun, end))
}

/// Whether what follows leaves a large number without a noun, so that it must be money.
pub(super) fn money_may_end(tokens: &[Token], at: usize) -> bool {
    match tokens.get(at).map(|t| &t.kind) {
        None | Some(Kind::Stop | Kind::Dash) => true,
        Some(Kind::Word(word)) => AFTER_MONEY.contains(&word.as_str()),
        _ => false,
    }
}
