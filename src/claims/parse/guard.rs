//! What stands around a quantity and makes it another one: a share or a multiple of it, half of a number, one victim's
//! payment, a span of time. Where it cannot be read, the sentence is refused: a quantity that nobody meant is worse than none.

use super::super::Part;
use super::nouns::{self, word};
use super::token::{Kind, Token};
use super::words;

/// Words that begin like `million` and are no such word here: other languages, slips of the pen.
static LARGE: &[&str] = &[
    "mil", "mio", "mrd", "mia", "bil", "bn", "tril", "tau", "tsd", "tys", "thous", "thou", "hund", "lak", "cror",
    "gran",
];
/// Signs that compute.
static COMPUTES: &[&str] = &["/", "^", "±", "×", "%"];

/// Whether the number from `from` to `number_end` goes on in what was not read: `$1 40 000`, `10^6`, `2½`, `$5 milion`.
pub(super) fn goes_on(tokens: &[Token], from: usize, number_end: usize, to: usize) -> bool {
    let kind = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|t| &t.kind);
    let digits = |at: Option<usize>| matches!(kind(at), Some(Kind::Digits(_)));
    let computes = |at: usize| word(tokens, at).is_some_and(|w| COMPUTES.contains(&w));
    let strange =
        |at: usize| word(tokens, at).is_some_and(|w| w.chars().any(|c| c.is_numeric() && !c.is_ascii_digit()));
    let before = from.checked_sub(1);
    // What stands before a sign is no digit of its number: `On 2017-08-03 $140,000`.
    let dated = before.is_some_and(|at| words::is_a_date(tokens, at)) || nouns::sign_at(tokens, from).is_some();
    let said = before.and_then(|at| word(tokens, at));
    let halved = said.is_some_and(|w| matches!(w, "point" | "digit" | "digits" | "figure" | "figures"));
    // `CN¥`, `x5`; of `U.S.$` the sign is known.
    let glued = tokens.get(from).is_some_and(|t| t.attached)
        && said.is_some_and(|w| w != "us" && w.ends_with(char::is_alphabetic));
    if (digits(before) && !dated) || halved || glued || before.is_some_and(|at| computes(at) || strange(at)) {
        return true;
    }
    if strange(from) || strange(number_end) || (computes(number_end) && digits(Some(number_end + 1))) {
        return true;
    }
    if digits(Some(number_end)) {
        return true;
    }
    // `$140, 000`.
    let short = |at: usize| match kind(Some(at)) {
        Some(Kind::Digits(raw)) => raw.len() <= 3 && raw.chars().all(|c| c.is_ascii_digit()),
        _ => false,
    };
    let whole = |at: usize| matches!(kind(Some(at)), Some(Kind::Digits(raw)) if raw.len() == 3) && short(at);
    if number_end > 0 && short(number_end - 1) && kind(Some(number_end)) == Some(&Kind::Stop) && whole(number_end + 1) {
        return true;
    }
    let Some(next) = tokens.get(number_end).filter(|_| to == number_end) else { return false };
    let Some(letters) = next.word() else { return false };
    let attached = next.attached && letters.starts_with(|c: char| c.is_alphanumeric() || c == '%');
    let bare = digits(number_end.checked_sub(1));
    attached || (bare && LARGE.iter().any(|large| letters.starts_with(large)))
}

/// Shares and multiples whatever stands between them and the quantity, and those that `of` must follow.
static SHARES: &[&str] = &[
    "twice",
    "thrice",
    "double",
    "triple",
    "treble",
    "quadruple",
    "times",
    "fold",
    "tenfold",
    "half",
    "percent",
    "pct",
    "%",
];
static SHARES_OF: &[&str] = &[
    "third",
    "thirds",
    "quarter",
    "quarters",
    "fourth",
    "fifth",
    "fifths",
    "sixth",
    "tenth",
    "tenths",
    "hundredth",
    "most",
    "much",
    "some",
    "part",
    "portion",
    "bulk",
    "majority",
    "share",
    "rest",
    "remainder",
    "chunk",
    "fraction",
    "cent",
];
/// One sum of several: `another 9.67 bitcoin`.
static OTHERS: &[&str] =
    &["another", "additional", "further", "extra", "remaining", "other", "first", "last", "next", "initial"];
/// What can stand between a share and its whole.
static BETWEEN: &[&str] =
    &["of", "the", "that", "this", "these", "those", "its", "their", "his", "a", "an", "as", "than", "more"];

/// Whether only a share or a multiple of the quantity is meant: `half of the $140,000`, `twice $140,000`.
pub(super) fn is_a_share(tokens: &[Token], from: usize, to: usize) -> bool {
    let mut of = false;
    let others = from.checked_sub(1).and_then(|at| word(tokens, at)).is_some_and(|w| OTHERS.contains(&w));
    // What is left is no take.
    let kept = matches!(word(tokens, to), Some("remain" | "remains" | "remained" | "remaining" | "unspent"));
    if others || kept || (word(tokens, to) == Some("more") && word(tokens, to + 1) != Some("than")) {
        return true;
    }
    let back = (from.saturating_sub(5)..from).rev();
    for at in back {
        match tokens.get(at).map(|t| &t.kind) {
            Some(Kind::Word(word)) if SHARES.contains(&word.as_str()) => return true,
            Some(Kind::Word(word)) if of && SHARES_OF.contains(&word.as_str()) => return true,
            Some(Kind::Word(word)) if BETWEEN.contains(&word.as_str()) => of |= word == "of",
            Some(Kind::Digits(_)) => return of,
            _ => return false,
        }
    }
    false
}

static CHANGES: &[&str] = &[
    "rose",
    "rise",
    "rises",
    "risen",
    "rising",
    "grew",
    "grow",
    "grows",
    "grown",
    "growing",
    "jumped",
    "jumps",
    "climbed",
    "climbs",
    "increased",
    "increasing",
    "increases",
    "went",
    "soared",
    "surged",
    "swelled",
    "fell",
    "dropped",
    "up",
    "down",
    "doubled",
    "tripled",
    "moved",
    "raised",
    "changed",
];

/// Whether a range is from what was before to what is after: `rose from $70,000 to $140,000`.
pub(super) fn is_a_change(tokens: &[Token], from: usize) -> bool {
    let Some(at) = from.checked_sub(1).filter(|at| word(tokens, *at) == Some("from")) else { return false };
    (at.saturating_sub(3)..at).any(|n| word(tokens, n).is_some_and(|w| CHANGES.contains(&w)))
}

static AFTER_RANSOM: &[&str] =
    &["haul", "money", "pot", "total", "fund", "funds", "proceeds", "take", "payments", "payouts"];
static RANSOMS: &[&str] = &[
    "ransom of",
    "ransom was",
    "ransom is",
    "ransom at",
    "ransom doubles to",
    "ransom doubled to",
    "payment of",
    "payout of",
    "ransom worth",
];
static TOTALS: &[&str] =
    &["total", "totals", "totaling", "totalling", "combined", "overall", "altogether", "cumulative"];
/// What can stand between a sum and what makes it one of many: `$300 worth of bitcoin per machine`.
static OF_BITCOIN: &[&str] = &[
    "worth",
    "of",
    "in",
    "the",
    "bitcoin",
    "bitcoins",
    "btc",
    "ransom",
    "ransoms",
    "cryptocurrency",
    "payment",
    "payments",
];

/// Whether the quantity is what one victim pays: `a $4.4 million ransom`, `$300 in bitcoin per machine`, `each paid $300`.
pub(super) fn is_of_one(tokens: &[Token], from: usize, to: usize) -> bool {
    let near = |back: usize| (from.saturating_sub(back)..from).rev().map_while(|at| word(tokens, at));
    if near(4).any(|w| matches!(w, "each" | "every" | "per")) {
        return true;
    }
    let mut end = to;
    while end < to + 5 && word(tokens, end).is_some_and(|w| OF_BITCOIN.contains(&w)) {
        end += 1;
    }
    let rate =
        word(tokens, end) == Some("/") && word(tokens, end + 1).is_some() && nouns::sign_at(tokens, end + 1).is_none();
    if rate || (word(tokens, end.saturating_sub(1)) != Some("in") && words::is_each(tokens, end)) {
        return true;
    }
    let total = near(6).any(|w| TOTALS.contains(&w));
    let article = near(1).any(|w| matches!(w, "a" | "an" | "the"));
    let ransom = word(tokens, to) == Some("ransom") && !word(tokens, to + 1).is_some_and(|w| AFTER_RANSOM.contains(&w));
    let named = RANSOMS.iter().any(|phrase| {
        let begin = from.checked_sub(phrase.split(' ').count());
        begin.is_some_and(|begin| nouns::phrase_at(tokens, begin, phrase) == Some(from))
    });
    !total && ((article && ransom) || named)
}

static COSTS: &[&str] = &[
    "damage",
    "damages",
    "loss",
    "losses",
    "cost",
    "costs",
    "costing",
    "bounty",
    "reward",
    "fined",
    "insurance",
    "budget",
];

/// Whether the quantity is what an attack cost, or a reward: `£92m in losses`.
pub(super) fn is_a_cost(tokens: &[Token], from: usize, to: usize) -> bool {
    let before = (from.saturating_sub(3)..from).rev().map_while(|at| word(tokens, at));
    let behind = (to..to + 3).map_while(|at| word(tokens, at));
    before.chain(behind.take_while(|w| *w != "and")).any(|w| COSTS.contains(&w))
}

static DAYS: &[&str] =
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "overnight", "yesterday"];
static SPANS: &[&str] =
    &["day", "days", "week", "weeks", "weekend", "month", "months", "year", "years", "hour", "hours", "quarter"];
/// Before a date or a span, these say that everything until or since then is meant.
static CUMULATIVE: &[&str] = &["by", "until", "till", "since", "before", "of", "to", "after", "ago", "later", "from"];
static MANY: &[&str] = &[
    "victims",
    "people",
    "users",
    "companies",
    "organizations",
    "organisations",
    "businesses",
    "firms",
    "hospitals",
    "targets",
    "customers",
    "individuals",
    "institutions",
    "cities",
    "been",
    "was",
    "were",
    "got",
    "is",
    "are",
];

/// Words for what lies in wallets.
const LYING: &[&str] =
    &["balance", "balances", "hold", "holds", "holding", "holdings", "remain", "remains", "remaining"];
/// Words for what leaves them.
const LEAVING: &[&str] = &["emptied", "drained", "moved", "withdrawn", "withdrew", "outgoing", "cashed"];

/// Whether the wording speaks of what lies in the wallets, as against what came in: `the balance was 0.186 BTC`.
pub(super) fn is_a_balance(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| match word(tokens, at) {
        Some("still") => matches!(word(tokens, at + 1), Some("have" | "has" | "had" | "in" | "there")),
        Some("left") => matches!(word(tokens, at + 1), Some("in" | "over")),
        Some(name) => LYING.contains(&name),
        None => false,
    })
}

/// Whether the wording speaks of what left the wallets: `emptied in six transactions`, `left the wallets`.
pub(super) fn leaves(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| match word(tokens, at) {
        Some("left") => matches!(word(tokens, at + 1), Some("the" | "wannacry" | "its" | "their")),
        Some(name) => LEAVING.contains(&name),
        None => false,
    })
}

/// The part of the take that the wording speaks of: of a span of time (`$25 million in five months`, `on Friday`), or of one
/// payer (`Colonial Pipeline paid 75 bitcoin`). What came in altogether is not less than it.
pub(super) fn part(tokens: &[Token], from: usize) -> Option<Part> {
    let spans = |at: usize| {
        let Some(name) = word(tokens, at) else { return false };
        let back = |n: usize| at.checked_sub(n).and_then(|at| word(tokens, at));
        let near = |words: &[&str]| (1..=3).filter_map(back).any(|w| words.contains(&w));
        let behind =
            word(tokens, at + 1).is_some_and(|w| matches!(w, "after" | "later" | "ago" | "before" | "earlier"));
        let span = SPANS.contains(&name)
            && !behind
            && near(&["in", "within", "during", "over", "last", "this", "past", "first"]);
        let dated = words::is_month(name) && near(&["in", "on", "between", "during", "through", "paid"]);
        (DAYS.contains(&name) || span || dated) && !(1..=2).filter_map(back).any(|w| CUMULATIVE.contains(&w))
    };
    let year =
        |at: usize| words::is_a_date(tokens, at) && at > 0 && matches!(word(tokens, at - 1), Some("in" | "during"));
    if (0..tokens.len()).any(|at| spans(at) || year(at)) {
        return Some(Part::Time);
    }
    let transfers = ["transfer of", "withdrawal of", "transaction of", "deposit of"];
    let one = |phrase: &&str| from.checked_sub(2).and_then(|at| nouns::phrase_at(tokens, at, phrase)).is_some();
    if transfers.iter().any(one) {
        return Some(Part::Transfer);
    }
    let paid = (from.saturating_sub(4)..from).rev().map_while(|at| word(tokens, at)).any(|w| w == "paid");
    let many = (0..from).filter_map(|at| word(tokens, at)).any(|w| MANY.contains(&w));
    (paid && !many).then_some(Part::Payer)
}
