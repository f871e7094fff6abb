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

const SIGNS: &[char] = &['$', '€', '£', '¥', '₿', '₽', '₹', '₩', '₴', '%', '+', '~', '≈', '>', '<', '≥', '≤', '=', '&'];
const HYPHENS: &[char] = &['-', '–', '—', '−', '‐', '‑'];

/// The sentence in single characters, each in lower case.
fn lower(text: &str) -> Vec<char> {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
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
        let kind = if c.is_ascii_digit() {
            at = end_of_number(&chars, at);
            let raw: String = chars.get(from..at).unwrap_or_default().iter().collect();
            let ordinal: String =
                chars.get(at..).unwrap_or_default().iter().take_while(|c| c.is_alphabetic()).collect();
            if matches!(ordinal.as_str(), "st" | "nd" | "rd" | "th") {
                at += 2;
                Kind::Word(raw + &ordinal)
            } else {
                Kind::Digits(raw)
            }
        } else if c.is_alphabetic() {
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

/// Letters and digits; an apostrophe or the points of `u.s.` inside; a dollar sign that names its country (`us$`).
fn end_of_word(chars: &[char], from: usize) -> usize {
    let letter = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
    let initial = |at: usize| letter(at) && !letter(at + 1) && chars.get(at + 1) == Some(&'.');
    if initial(from) && initial(from + 2) {
        return from + 4;
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
    }
}
