//! A sentence cut into words, numbers and signs.

use std::ops::Range;

/// A piece of the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    /// In small letters; a number with its separators.
    pub text: String,
    /// It follows the piece before it without a space.
    pub attached: bool,
    /// Where it stands, in characters.
    pub at: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A currency sign is a word too. `true` where it begins with a capital.
    Word(bool),
    /// Digits with their separators.
    Digits,
    /// A time of day.
    Clock,
    /// A bitcoin address.
    Address,
    /// Words and numbers with no more than a mark between them.
    Garbled,
    /// A dash between two things.
    Dash,
    /// A dash with spaces around it.
    Pause,
    /// A minus sign in front of a number.
    Minus,
    /// Stop, comma, bracket: the character itself.
    Stop(char),
}

const SIGNS: &[char] = &[
    '$', '€', '£', '¥', '₿', '₽', '₹', '₩', '₴', '%', '+', '~', '≈', '>', '<', '≥', '≤', '=', '&', '/', '^', '±', '×',
];
const HYPHENS: &[char] = &['-', '–', '—', '−', '‐', '‑'];
/// Codes that are written onto their number: `USD140,000`.
const CODES: &[&str] = &["usd", "eur", "gbp", "jpy", "chf", "cad", "aud", "btc", "xbt"];
/// Dollars by their country behind the sign, as Australians write them: `$US140,000`.
const COUNTRIES: &[(&str, &str)] = &[("us", "us$"), ("a", "a$"), ("c", "c$"), ("nz", "nz$"), ("hk", "hk$")];
/// What French writes onto the next word: `d'euros`, `n'ont`.
const ELIDED: &[&str] = &["d", "l", "n", "s", "c", "j", "m", "t", "qu"];

/// Cuts a sentence into its pieces.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let digit = |c: char| u32::from(c).checked_sub(0xFF10).filter(|n| *n < 10).and_then(|n| char::from_digit(n, 10));
    let lower = |c: char| digit(c).unwrap_or_else(|| c.to_lowercase().next().unwrap_or(c));
    let chars: Vec<char> = text.chars().map(|c| if matches!(c, '’' | '‘') { '\'' } else { lower(c) }).collect();
    let capitals: Vec<bool> = text.chars().map(char::is_uppercase).collect();
    let mut out: Vec<Token> = Vec::new();
    let (mut at, mut attached) = (0, false);
    while let Some((kind, end)) = next(&chars, at, attached, &out) {
        let Some(kind) = kind else {
            (at, attached) = (end, false);
            continue;
        };
        let capital = capitals.get(at).copied().unwrap_or_default();
        let kind = if kind == Kind::Word(false) { Kind::Word(capital) } else { kind };
        let written: String = chars.get(at..end).unwrap_or_default().iter().collect();
        let text = match kind {
            Kind::Word(_) => country(&written).unwrap_or_else(|| written.replace('.', "")),
            Kind::Digits if written.starts_with('.') => format!("0{written}"),
            _ => written,
        };
        out.push(Token { kind, text, attached, at: at..end });
        (at, attached) = (end, true);
    }
    out
}

/// The piece that begins at a character and where it ends; no kind for what says nothing.
fn next(chars: &[char], at: usize, attached: bool, before: &[Token]) -> Option<(Option<Kind>, usize)> {
    let c = *chars.get(at)?;
    let rest = chars.get(at..).unwrap_or_default();
    let after = rest.get(1).copied();
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    // `.5 million` is half a million.
    let sign = before.last().is_some_and(|t| t.text.ends_with(['$', '€', '£', '¥', '₿']));
    let point = c == '.' && is_digit(after) && (!attached || sign);
    if let Some(long) = address(rest) {
        return Some((Some(Kind::Address), at + long));
    }
    if let Some(long) = clock(rest) {
        return Some((Some(Kind::Clock), at + long));
    }
    // `140,x` and `x.140` are no numbers.
    if let Some(long) = garbled(rest) {
        return Some((Some(Kind::Garbled), at + long));
    }
    if c.is_ascii_digit() || point {
        let end = end_of_number(chars, at + usize::from(point));
        let letters: String = chars.get(end..).unwrap_or_default().iter().take_while(|c| c.is_alphabetic()).collect();
        let ordinal = matches!(letters.as_str(), "st" | "nd" | "rd" | "th" | "er" | "e" | "ème");
        return Some(if ordinal {
            (Some(Kind::Word(false)), end + letters.chars().count())
        } else {
            (Some(Kind::Digits), end)
        });
    }
    if c == '$' && COUNTRIES.iter().any(|(name, _)| written_onto(rest.get(1..).unwrap_or_default(), name)) {
        let letters = rest.iter().skip(1).take_while(|c| c.is_alphabetic()).count();
        return Some((Some(Kind::Word(false)), at + 1 + letters));
    }
    if c.is_alphanumeric() {
        return Some((Some(Kind::Word(false)), end_of_word(chars, at)));
    }
    if HYPHENS.contains(&c) {
        let joins =
            at.checked_sub(1).and_then(|n| chars.get(n)).is_some_and(|c| c.is_alphanumeric() || "$€".contains(*c));
        let number = is_digit(after) || after.is_some_and(|c| "$€£¥₿".contains(c));
        let kind = match (joins, number) {
            (true, true) => Some(Kind::Dash),
            (false, true) => Some(Kind::Minus),
            // A hyphen inside words says nothing; one that stands alone parts.
            (true, false) if after.is_some_and(char::is_alphanumeric) => None,
            _ => Some(Kind::Pause),
        };
        return Some((kind, at + 1));
    }
    if SIGNS.contains(&c) {
        let two = matches!((c, after), ('>' | '<', Some('=')));
        return Some((Some(Kind::Word(false)), at + 1 + usize::from(two)));
    }
    Some((matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')' | '[' | ']').then_some(Kind::Stop(c)), at + 1))
}

/// `$US` as `us$`, `>=` as `≥`.
fn country(written: &str) -> Option<String> {
    let known = COUNTRIES.iter().find(|(name, _)| written.strip_prefix('$') == Some(name)).map(|(_, word)| *word);
    known
        .or(match written {
            ">=" => Some("≥"),
            "<=" => Some("≤"),
            _ => None,
        })
        .map(str::to_owned)
}

/// Whether a code stands directly before a digit.
fn written_onto(rest: &[char], code: &str) -> bool {
    let long = code.chars().count();
    code.chars().eq(rest.iter().take(long).copied()) && rest.get(long).is_some_and(char::is_ascii_digit)
}

/// How long the address is that begins here.
fn address(rest: &[char]) -> Option<usize> {
    let long = rest.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
    let begins = matches!(rest.first(), Some('1' | '3')) || rest.starts_with(&['b', 'c', '1']);
    let letters = rest.iter().take(long).filter(|c| c.is_ascii_alphabetic()).count();
    (begins && (26..=62).contains(&long) && letters > 4).then_some(long)
}

/// How long the time of day is that begins here: `10:07`, `10:07:14`.
fn clock(rest: &[char]) -> Option<usize> {
    let digits = |at: usize| rest.iter().skip(at).take_while(|c| c.is_ascii_digit()).count();
    let hour = digits(0);
    let part = |at: usize| rest.get(at) == Some(&':') && digits(at + 1) == 2;
    let minutes = (1..=2).contains(&hour) && part(hour);
    let long = if part(hour + 3) { hour + 6 } else { hour + 3 };
    (minutes && rest.get(long) != Some(&':')).then_some(long)
}

/// How long what is written without a space and mixes words with numbers by a mark between them is.
fn garbled(rest: &[char]) -> Option<usize> {
    let long = rest.iter().take_while(|c| c.is_alphanumeric() || ".,:".contains(**c)).count();
    let mixed = |three: &[char]| match three {
        [a, mark, b] => {
            ".,:".contains(*mark)
                && (a.is_ascii_digit() && b.is_alphabetic() || a.is_alphabetic() && b.is_ascii_digit())
        }
        _ => false,
    };
    let written = rest.get(..long).unwrap_or_default();
    let stops = written.iter().rev().take_while(|c| !c.is_alphanumeric()).count();
    written.windows(3).any(mixed).then_some(long - stops)
}

/// Letters and digits; an apostrophe or the points of `u.s.` inside; a dollar sign that names its country (`us$`).
fn end_of_word(chars: &[char], from: usize) -> usize {
    let letter = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
    let initial = |at: usize| letter(at) && !letter(at + 1) && chars.get(at + 1) == Some(&'.');
    if initial(from) && initial(from + 2) {
        return from + 4;
    }
    let rest = chars.get(from..).unwrap_or_default();
    if let Some(code) = CODES.iter().find(|code| written_onto(rest, code)) {
        return from + code.len();
    }
    let mut at = from;
    while letter(at) || (chars.get(at) == Some(&'\'') && letter(at + 1)) {
        at += 1;
        let before: String = chars.get(from..at).unwrap_or_default().iter().collect();
        if chars.get(at) == Some(&'\'') && ELIDED.contains(&before.as_str()) {
            return at + 1;
        }
    }
    if at - from <= 3 && chars.get(at) == Some(&'$') { at + 1 } else { at }
}

/// Digits, and separators between digits; a plain space only where it plainly sets thousands apart.
fn end_of_number(chars: &[char], from: usize) -> usize {
    let digits = |at: usize| chars.iter().skip(at).take_while(|c| c.is_ascii_digit()).count();
    let first = digits(from);
    let (mut at, mut group) = (from + first, first);
    while let Some(separator) = chars.get(at) {
        let more = digits(at + 1);
        let goes_on = match separator {
            '.' | ',' | '\'' | '\u{a0}' | '\u{202f}' | '\u{2009}' => more > 0,
            ' ' => more == 3 && first <= 3 && group <= 3 && (at == from + first || group == 3),
            _ => false,
        };
        if !goes_on {
            break;
        }
        (at, group) = (at + 1 + more, more);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_cut() {
        let check = |text: &str, expect: &[&str]| {
            let shown: Vec<String> = tokens(text)
                .into_iter()
                .map(|t| match t.kind {
                    Kind::Digits => format!("#{}", t.text),
                    Kind::Clock => format!("@{}", t.text),
                    Kind::Address => format!("!{}", t.text),
                    Kind::Minus => "minus".to_owned(),
                    Kind::Pause => "pause".to_owned(),
                    _ => t.text,
                })
                .collect();
            assert_eq!(shown, expect, "{text}");
        };
        check("Over US$140,000, said 1 man.", &["over", "us$", "#140,000", ",", "said", "#1", "man", "."]);
        check("U.S. dollars", &["us", "dollars"]);
        check("140 000 euros in 2017 300", &["#140 000", "euros", "in", "#2017", "#300"]);
        check("$5m-$10m or twenty-one", &["$", "#5", "m", "-", "$", "#10", "m", "or", "twenty", "one"]);
        check("the 12th, -5, 5-10 – so", &["the", "12th", ",", "minus", "#5", ",", "#5", "-", "#10", "pause", "so"]);
        check("didn’t >= 5", &["didn't", "≥", "#5"]);
        check("d'euros n’ont aujourd'hui", &["d'", "euros", "n'", "ont", "aujourd'hui"]);
        check("1.234.567,89 EUR", &["#1.234.567,89", "eur"]);
        check("USD140,000 or $US5", &["usd", "#140,000", "or", "us$", "#5"]);
        check(".3 BTC, $.5m", &["#0.3", "btc", ",", "$", "#0.5", "m"]);
        check("３00 payments, 2½", &["#300", "payments", ",", "#2", "½"]);
        check("13 10:07:14 EEST", &["#13", "@10:07:14", "eest"]);
        check("13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94 5", &["!13am4vw2dhxygxeqepohkhsquy6ngaeb94", "#5"]);
    }
}
