//! Words of strangers: labels, titles, notes, what a server complains of. They are shown, and never act.
//!
//! A character that acts (moves a cursor, turns the direction of writing, cannot be seen) is written out as `\u{202e}`, at the
//! door, where such words are read, and once more on every surface, for what came through no door. What is longer than its
//! [`Limit`] is refused.

use std::borrow::Cow;

/// Whether a character does something, or nothing that can be seen, instead of standing on its line: control characters, what
/// Unicode calls default ignorable (zero-width characters, bidirectional marks, variation selectors, tags), separators of lines
/// and paragraphs, marks of annotation, private use and noncharacters. Characters that Unicode has not assigned yet are let
/// through: which those are changes every year.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
            | '\u{f0000}'..)
        || matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff)
}

/// Words on one line, with nothing left that acts: line breaks and tabs are spaces, all else is written out.
pub fn shown(text: &str) -> Cow<'_, str> {
    written_out(text, |c| matches!(c, '\n' | '\r' | '\t').then_some(' '))
}

/// The same for words that may have several lines.
pub fn shown_lines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        // A file of another system; a lone one would write over its line.
        return Cow::Owned(shown_lines(&text.replace("\r\n", "\n").replace('\r', "\\u{d}")).into_owned());
    }
    written_out(text, |c| match c {
        '\n' => Some('\n'),
        '\t' => Some(' '),
        _ => None,
    })
}

fn written_out(text: &str, instead: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match instead(c) {
            Some(other) => out.push(other),
            None if acts(c) => out.extend(c.escape_unicode()),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// How long words of a kind may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it limits.
    pub of: &'static str,
    /// The most characters, as they are shown.
    pub most: usize,
}

/// Names: of families and their aliases, of whom a label names, of keys.
pub const NAME: Limit = Limit { of: "name", most: 200 };
/// Titles, licences, and who said something.
pub const TITLE: Limit = Limit { of: "title", most: 300 };
/// What a family was, and of what its addresses are a sample.
pub const SUMMARY: Limit = Limit { of: "summary", most: 2_000 };
/// Notes.
pub const NOTE: Limit = Limit { of: "note", most: 4_000 };
/// Sources and links.
pub const SOURCE: Limit = Limit { of: "source", most: 2_000 };
/// Claims.
pub const CLAIM: Limit = Limit { of: "claim", most: 1_000 };
/// Every limit, for the documentation.
pub const LIMITS: &[Limit] = &[NAME, TITLE, SUMMARY, NOTE, SOURCE, CLAIM];

/// Words that are longer than their limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {0} has more than {1} characters")]
pub struct TooLong(pub &'static str, pub usize);

impl Limit {
    /// Words on one line as they are kept: shown, and not too long.
    pub fn line(self, text: &str) -> Result<String, TooLong> {
        self.check(text, shown)
    }

    /// The same for words that may have several lines.
    pub fn lines(self, text: &str) -> Result<String, TooLong> {
        self.check(text, shown_lines)
    }

    fn check(self, text: &str, shown: fn(&str) -> Cow<'_, str>) -> Result<String, TooLong> {
        let too_long = TooLong(self.of, self.most);
        // Before anything is made of it: no character has more than four bytes.
        if text.len() > self.most.saturating_mul(4) {
            return Err(too_long);
        }
        let text = shown(text);
        if text.chars().count() > self.most { Err(too_long) } else { Ok(text.into_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_is_written_out() {
        let check =
            |text: &str, line: &str, lines: &str| assert_eq!((&*shown(text), &*shown_lines(text)), (line, lines));
        check("HitBTC", "HitBTC", "HitBTC");
        check("Käse — 日本 ☠ €", "Käse — 日本 ☠ €", "Käse — 日本 ☠ €");
        check("a\u{202e}b", "a\\u{202e}b", "a\\u{202e}b");
        check("\u{1b}[2J\u{7}\u{9b}", "\\u{1b}[2J\\u{7}\\u{9b}", "\\u{1b}[2J\\u{7}\\u{9b}");
        check(
            "a\u{200b}\u{feff}\u{ad}\u{2066}",
            "a\\u{200b}\\u{feff}\\u{ad}\\u{2066}",
            "a\\u{200b}\\u{feff}\\u{ad}\\u{2066}",
        );
        check("\u{e0041}\u{fe0f}\u{2028}", "\\u{e0041}\\u{fe0f}\\u{2028}", "\\u{e0041}\\u{fe0f}\\u{2028}");
        check("\u{ffff}\u{1fffe}\u{e000}", "\\u{ffff}\\u{1fffe}\\u{e000}", "\\u{ffff}\\u{1fffe}\\u{e000}");
        check("one\r\ntwo\tthree\rfour", "one  two three four", "one\ntwo three\\u{d}four");
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let check = |text: &str, most: usize, expect: Option<&str>| {
            let said = Limit { of: "name", most }.line(text);
            assert_eq!(said.as_deref().ok(), expect, "{text:?}");
        };
        check("four", 4, Some("four"));
        check("fünf!", 4, None);
        check("日本日本", 4, Some("日本日本"));
        // As it is shown, since it is read again as that.
        check("a\u{202e}", 8, None);
        check("a\u{202e}", 9, Some("a\\u{202e}"));
        let said = NAME.line(&"x".repeat(60 << 20)).unwrap_err().to_string();
        assert_eq!(said, "the name has more than 200 characters");
    }

    proptest! {
        #[test]
        fn nothing_acts_and_what_is_shown_stays(text in any::<String>()) {
            let (line, lines) = (shown(&text).into_owned(), shown_lines(&text).into_owned());
            prop_assert!(!line.contains(acts), "{line:?}");
            prop_assert!(!lines.contains(|c| acts(c) && c != '\n'), "{lines:?}");
            prop_assert_eq!(&*shown(&line), line.as_str());
            prop_assert_eq!(&*shown_lines(&lines), lines.as_str());
        }
    }
}
