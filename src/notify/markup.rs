//! Names of strangers in chats: none calls anybody, none is a link, none is markup.

use std::fmt::Write as _;

/// Text as it is, for readers of Markdown.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in quiet(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~') {
            let _ = write!(out, "\\{c}");
        } else {
            out.push(c);
        }
    }
    out
}

/// Text as it is, for chats that find names and addresses in it by themselves. An @ is kept from calling anybody, and an address of the web
/// from being a link, by a zero-width space.
pub(super) fn quiet(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '@' => out.push_str("@\u{200b}"),
            '/' if out.ends_with(':') => out.push_str("\u{200b}/"),
            '.' if out.to_ascii_lowercase().ends_with("www") => out.push_str("\u{200b}."),
            _ => out.push(c),
        }
    }
    out
}

/// The beginning of a text that has more than so many characters.
pub(super) fn cut(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_called_and_no_length_is_too_much() {
        assert_eq!(markdown("@everyone _x_ [a](b)"), "@\u{200b}everyone \\_x\\_ \\[a\\](b)");
        assert_eq!(markdown("https://x.example www.y"), "https:\u{200b}//x.example www\u{200b}.y");
        let check = |text: &str, most: usize, expect: &str| assert_eq!(cut(text.to_owned(), most), expect, "{text}");
        check("äöü", 3, "äöü");
        check("äöüß", 3, "äö…");
        check("", 1, "");
    }
}
