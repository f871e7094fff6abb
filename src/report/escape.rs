//! What every `{{ … }}` of a template goes through (`askama.toml` names these), so that no word can be forgotten: nothing acts, in
//! the page or on whoever reads its source.

use std::fmt::{Result, Write};

use askama::filters::{Escaper, Html};

use crate::domain::words::shown;

/// Text as it is, in HTML.
#[derive(Clone, Copy, Debug, Default)]
pub struct HtmlText;

impl Escaper for HtmlText {
    fn write_escaped_str<W: Write>(&self, dest: W, text: &str) -> Result {
        Html.write_escaped_str(dest, &shown(text))
    }
}

/// Text as it is, in Markdown: also where it holds what Markdown or HTML would read as more, and an address of the web, which
/// some readers make a link of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Markdown;

impl Escaper for Markdown {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> Result {
        let mut before = String::new();
        for c in shown(text).chars() {
            let list = before.trim_start().is_empty() && matches!(c, '-' | '+' | '=');
            let link =
                (c == '/' && before.ends_with(':')) || (c == '.' && before.to_ascii_lowercase().ends_with("www"));
            match c {
                '&' => dest.write_str("&amp;")?,
                '<' => dest.write_str("&lt;")?,
                '\\' | '`' | '*' | '_' | '[' | ']' | '>' | '#' | '|' | '~' => write!(dest, "\\{c}")?,
                _ if list || link => write!(dest, "\\{c}")?,
                _ => dest.write_char(c)?,
            }
            // The last three say all that is asked.
            if before.chars().count() >= 3 {
                before.remove(0);
            }
            before.push(c);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_more_than_text() {
        let check = |text: &str, html: &str, markdown: &str| {
            let (mut page, mut md) = (String::new(), String::new());
            HtmlText.write_escaped_str(&mut page, text).unwrap();
            Markdown.write_escaped_str(&mut md, text).unwrap();
            assert_eq!((page.as_str(), md.as_str()), (html, markdown));
        };
        check("HitBTC, 1.5 BTC", "HitBTC, 1.5 BTC", "HitBTC, 1.5 BTC");
        check("<b>&\u{202e}", "&#60;b&#62;&#38;\\u{202e}", "&lt;b\\>&amp;\\\\u{202e}");
        check("[a](javascript:x) | `y`", "[a](javascript:x) | `y`", "\\[a\\](javascript:x) \\| \\`y\\`");
        check("![x](http://a)", "![x](http://a)", "!\\[x\\](http:\\//a)");
        check("https://x.example Www.y", "https://x.example Www.y", "https:\\//x.example Www\\.y");
        check("one\ntwo", "one two", "one two");
        check("- item", "- item", "\\- item");
    }
}
