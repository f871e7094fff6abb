//! Links to the web: `http` and `https`, and nothing else that a browser could follow or run.

use reqwest::Url;

use super::words::{self, acts};

/// Why a text is no link that is kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// Another scheme, or no URL at all.
    #[error("\"{0}\" is no web page; use http:// or https://")]
    NotWeb(String),
    /// As a source it would have to be words, and begins like a link.
    #[error("\"{0}\" is no web page; use http:// or https://, or words that do not begin like a link")]
    NotWords(String),
    /// It shows another host than the one that it leads to, or something that cannot be seen.
    #[error("\"{0}\" may not lead where it seems to; leave out user names, spaces and characters that cannot be seen")]
    Hidden(String),
    /// It is longer than links are.
    #[error(transparent)]
    TooLong(#[from] words::TooLong),
}

/// Checks that a text is a link to a page of the web, and returns it as it is.
pub fn web(text: &str) -> Result<String, BadLink> {
    let text = words::SOURCE.line(text)?;
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else { return Err(BadLink::NotWeb(shortened(&text))) };
    // What acts was written out by now, and a backslash is no part of a URL.
    let hidden = |c: char| c.is_whitespace() || acts(c) || matches!(c, '\\' | '<' | '>' | '"');
    if !url.username().is_empty() || url.password().is_some() || text.contains(hidden) {
        return Err(BadLink::Hidden(shortened(&text)));
    }
    Ok(text)
}

/// Checks a source: a link to the web, or words. Words never begin like a link of another kind.
pub fn source(text: &str) -> Result<String, BadLink> {
    let text = words::SOURCE.line(text)?;
    match scheme(&text) {
        Some("http" | "https") => web(&text),
        Some(_) => Err(BadLink::NotWords(shortened(&text))),
        None => Ok(text),
    }
}

/// The text, where it is a link that may be followed.
pub fn followed(text: &str) -> Option<&str> {
    web(text).is_ok_and(|link| link == text).then_some(text)
}

/// The scheme that a text begins with, in lower case where it is one of ours: `javascript:alert(1)`, but not `Police report: 12/2026`.
fn scheme(text: &str) -> Option<&str> {
    /// What runs or shows something by itself, also with a space behind the colon.
    const RUN: [&str; 7] = ["javascript", "data", "vbscript", "file", "blob", "view-source", "about"];
    let (name, rest) = text.trim_start().split_once(':')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let runs = RUN.iter().any(|word| word.eq_ignore_ascii_case(name));
    if !is_name || !(runs || rest.starts_with(|c: char| !c.is_whitespace())) {
        return None;
    }
    Some(["http", "https"].into_iter().find(|web| web.eq_ignore_ascii_case(name)).unwrap_or(name))
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_a_link() {
        let check = |text: &str, link: bool, words: bool| {
            assert_eq!((web(text).is_ok(), source(text).is_ok()), (link, words), "{text:?}");
            assert_eq!(followed(text).is_some(), link, "{text:?}");
        };
        check("https://example.org/report/?q=1#x", true, true);
        check("HTTP://example.org", true, true);
        check("http://127.0.0.1:8080/x", true, true);
        check("https://example.org/a_(b);c", true, true);
        check("javascript:alert(1)", false, false);
        check("JavaScript: alert(1)", false, false);
        check(" javascript:alert(1)", false, false);
        check("data:text/html,<script>", false, false);
        check("vbscript:x", false, false);
        check("file:///etc/passwd", false, false);
        check("ftp://example.org", false, false);
        check("mailto:a@example.org", false, false);
        check("https://", false, false);
        check("https://bank.example@evil.example/", false, false);
        check("https://example.org/\u{202e}gpj.exe", false, false);
        check("https://example.org/a b", false, false);
        check("https://example.org/\\evil", false, false);
        check("https://example.org/><script>", false, false);
        check("java\nscript:alert(1)", false, true);
        check("Police report 12/2026", false, true);
        check("Police report: 12/2026", false, true);
        check("letter: of the bank", false, true);
        check("told by http://example.org", false, true);
        assert!(matches!(web(&format!("https://x.example/{}", "a".repeat(5_000))), Err(BadLink::TooLong(_))));
        let said = source("javascript:alert(1)").unwrap_err().to_string();
        assert!(said.starts_with("\"javascript:alert(1)\" is no web page; use http:// or https://"), "{said}");
    }
}
