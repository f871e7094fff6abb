//! A sentence cut into words, numbers and signs.

/// A piece of the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    /// It follows the piece before it without a space.
    pub attached: bool,
    /// Where it stands, in characters.
    pub from: usize,
    pub to: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Lower case; a currency sign is a word too.
    Word(String),
    /// Digits with their separators, as written.
    Digits(String),
    /// A dash between two things.
    Dash,
    /// A minus sign in front of a number.
    Minus,
    /// The end of a clause: stop, comma, semicolon, bracket.
    Stop,
}

impl Token {
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }
}

const SIGNS: &[char] = &[
    '$', '€', '£', '¥', '₿', '₽', '₹', '₩', '₴', '%', '+', '~', '≈', '>', '<', '≥', '≤', '=', '&', '/', '^', '±', '×',
];
const HYPHENS: &[char] = &['-', '–', '—', '−', '‐', '‑'];

/// Codes that are written onto their number: `USD140,000`.
const CODES: &[&str] = &["usd", "eur", "gbp", "jpy", "chf", "cad", "aud", "btc", "xbt"];
/// Dollars by their country behind the sign, as Australians write them: `$US140,000`.
const COUNTRIES: &[(&str, &str)] = &[("us", "us$"), ("a", "a$"), ("c", "c$"), ("nz", "nz$"), ("hk", "hk$")];

/// The sentence in single characters, each in lower case; full-width digits as the usual ones.
fn lower(text: &str) -> Vec<char> {
    let digit = |c: char| u32::from(c).checked_sub(0xFF10).filter(|n| *n < 10).and_then(|n| char::from_digit(n, 10));
    text.chars().map(|c| digit(c).unwrap_or_else(|| c.to_lowercase().next().unwrap_or(c))).collect()
}

/// The word for `$US` before a number, and how long it is.
fn country_dollar(rest: &[char]) -> Option<(&'static str, usize)> {
    COUNTRIES.iter().find_map(|(country, word)| {
        let letters: Vec<char> = country.chars().collect();
        let behind = rest.strip_prefix(&['$'][..])?.strip_prefix(letters.as_slice())?;
        behind.first().is_some_and(char::is_ascii_digit).then_some((*word, 1 + letters.len()))
    })
}

/// Cuts a sentence into its pieces.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars = lower(text);
    let mut out: Vec<Token> = Vec::new();
    let mut at = 0;
    let mut attached = false;
    while let Some(&c) = chars.get(at) {
        let from = at;
        let next = chars.get(at + 1).copied();
        // `.5 million` is half a million.
        let point = c == '.' && !attached && next.is_some_and(|n| n.is_ascii_digit());
        let point = point || (c == '.' && next.is_some_and(|n| n.is_ascii_digit()) && ends_in_sign(&out));
        let kind = if c.is_ascii_digit() || point {
            at = end_of_number(&chars, at + usize::from(point));
            let raw: String = chars.get(from..at).unwrap_or_default().iter().collect();
            let raw = if point { format!("0{raw}") } else { raw };
            let ordinal: String =
                chars.get(at..).unwrap_or_default().iter().take_while(|c| c.is_alphabetic()).collect();
            if matches!(ordinal.as_str(), "st" | "nd" | "rd" | "th") {
                at += 2;
                Kind::Word(raw + &ordinal)
            } else {
                Kind::Digits(raw)
            }
        } else if let Some((word, long)) = country_dollar(chars.get(at..).unwrap_or_default()) {
            at += long;
            Kind::Word(word.to_owned())
        } else if c.is_alphanumeric() {
            at = end_of_word(&chars, at);
            let word: String = chars.get(from..at).unwrap_or_default().iter().filter(|c| **c != '.').collect();
            Kind::Word(word.replace('’', "'"))
        } else if HYPHENS.contains(&c) {
            at += 1;
            let before = at >= 2 && chars.get(at - 2).is_some_and(|c| c.is_alphanumeric() || *c == '$' || *c == '€');
            let number = next.is_some_and(|n| n.is_ascii_digit() || matches!(n, '$' | '€' | '£' | '¥' | '₿'));
            match (before, number) {
                (true, true) => Kind::Dash,
                (false, true) => Kind::Minus,
                // A hyphen inside words says nothing; one that stands alone joins or parts.
                (true, false) if next.is_some_and(char::is_alphanumeric) => {
                    attached = false;
                    continue;
                }
                _ => Kind::Dash,
            }
        } else if SIGNS.contains(&c) {
            at += 1;
            let two = matches!((c, next), ('>' | '<', Some('=')));
            at += usize::from(two);
            Kind::Word(match (c, two) {
                ('>', true) => "≥".to_owned(),
                ('<', true) => "≤".to_owned(),
                _ => c.to_string(),
            })
        } else if matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')' | '[' | ']') {
            at += 1;
            Kind::Stop
        } else {
            at += 1;
            attached = false;
            continue;
        };
        out.push(Token { kind, attached, from, to: at });
        attached = true;
    }
    out
}

/// Whether the last piece is a currency sign.
fn ends_in_sign(out: &[Token]) -> bool {
    out.last().and_then(Token::word).is_some_and(|word| word.ends_with(['$', '€', '£', '¥', '₿']))
}

/// Letters and digits; an apostrophe or the points of `u.s.` inside; a dollar sign that names its country (`us$`).
fn end_of_word(chars: &[char], from: usize) -> usize {
    let letter = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
    let initial = |at: usize| letter(at) && !letter(at + 1) && chars.get(at + 1) == Some(&'.');
    if initial(from) && initial(from + 2) {
        return from + 4;
    }
    let code: String = chars.get(from..from + 3).unwrap_or_default().iter().collect();
    if CODES.contains(&code.as_str()) && chars.get(from + 3).is_some_and(char::is_ascii_digit) {
        return from + 3;
    }
    let mut at = from;
    while letter(at) || (matches!(chars.get(at), Some('\'' | '’')) && letter(at + 1)) {
        at += 1;
    }
    if at - from <= 3 && chars.get(at) == Some(&'$') { at + 1 } else { at }
}

/// Digits, and separators between digits; a plain space only where it plainly sets thousands apart.
fn end_of_number(chars: &[char], from: usize) -> usize {
    let digits = |mut at: usize| {
        let start = at;
        while chars.get(at).is_some_and(char::is_ascii_digit) {
            at += 1;
        }
        at - start
    };
    let first = digits(from);
    let mut at = from + first;
    let mut group = first;
    while let Some(separator) = chars.get(at) {
        let more = digits(at + 1);
        let goes_on = match separator {
            '.' | ',' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '\u{2009}' => more > 0,
            ' ' => more == 3 && first <= 3 && group <= 3 && (at == from + first || group == 3),
            _ => false,
        };
        if !goes_on {
            break;
        }
        group = more;
        at += 1 + more;
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
                    Kind::Word(word) => word,
                    Kind::Digits(digits) => format!("#{digits}"),
                    Kind::Dash => "-".to_owned(),
                    Kind::Minus => "minus".to_owned(),
                    Kind::Stop => ".".to_owned(),
                })
                .collect();
            assert_eq!(shown, expect, "{text}");
        };
        check("Over US$140,000, said 1 man.", &["over", "us$", "#140,000", ".", "said", "#1", "man", "."]);
        check("U.S. dollars", &["us", "dollars"]);
        check("140 000 euros in 2017 300", &["#140 000", "euros", "in", "#2017", "#300"]);
        check("$5m-$10m or twenty-one", &["$", "#5", "m", "-", "$", "#10", "m", "or", "twenty", "one"]);
        check("the 12th, -5, 5-10", &["the", "12th", ".", "minus", "#5", ".", "#5", "-", "#10"]);
        check("didn’t >= 5", &["didn't", "≥", "#5"]);
        check("1.234.567,89 EUR", &["#1.234.567,89", "eur"]);
        check("USD140,000 or $US5", &["usd", "#140,000", "or", "us$", "#5"]);
        check(".3 BTC, $.5m", &["#0.3", "btc", ".", "$", "#0.5", "m"]);
        check("３00 payments, 2½", &["#300", "payments", ".", "#2", "½"]);
    }
}
