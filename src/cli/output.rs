//! What a command returns, and the one place that prints.

use std::borrow::Cow;
use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::Value;

use crate::catalog::UnknownFamily;
use crate::domain::caveat::put_into_words;
use crate::domain::{link, words};
pub use crate::work::Usage;

/// What a command has to say: the same as text and as JSON.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// For people, with ANSI styles; they are taken out where nobody sees them.
    pub text: String,
    /// For programs.
    pub json: Value,
    /// For people, to stderr: what they should know though it is not data.
    pub notes: Vec<String>,
    /// The command did its work only in part: exit code 1.
    pub failed: bool,
}

impl Answer {
    /// A document, and the text made from it.
    pub fn of(text: String, document: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self::new(text, serde_json::to_value(document)?))
    }

    /// A text and the JSON that says the same.
    pub fn new(text: String, json: Value) -> Self {
        Self { text, json, ..Self::default() }
    }
}

/// Prints the answer to stdout and its notes to stderr.
pub(super) fn print(answer: &Answer, json: bool) -> ExitCode {
    let written = if json { write_json(&answer.json) } else { write_text(&answer.text) };
    for note in &answer.notes {
        say(note);
    }
    match written {
        Ok(()) if answer.failed => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read us has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: cannot write the output: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn write_text(text: &str) -> io::Result<()> {
    let mut out = anstream::AutoStream::auto(io::stdout()).lock();
    out.write_all(harmless(text).as_bytes())?;
    if !text.ends_with('\n') && !text.is_empty() {
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn write_json(json: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut json = json.clone();
    put_into_words(&mut json);
    out.write_all(crate::domain::json::pretty(&json)?.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Prints an error with its chain of causes; a mistake of the user's is exit code 2.
pub(super) fn fail(error: &anyhow::Error) -> ExitCode {
    say(&format!("error: {error:#}"));
    if error.is::<UnknownFamily>() {
        say("       (ransomtrail families lists all)");
    }
    if error.is::<UnknownFamily>() || error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

/// Prints what clap says: help and version to stdout, mistakes to stderr.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    match error.print() {
        Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
    }
}

/// A line to stderr. That stderr is closed is nothing one could tell anybody.
pub(super) fn say(line: &str) {
    let _ = writeln!(anstream::AutoStream::auto(io::stderr()).lock(), "{}", harmless(line));
}

/// Text for a terminal: styles and links of the program's own pass, and everything else that would act is written out. A style is
/// `ESC [ … m`; a link is `ESC ] 8 ; ; … ESC \` around a page of the web or nothing.
fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| words::acts(c) && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        let (before, after) = rest.split_at(at);
        out.push_str(&words::shown_lines(before));
        let own = style(after).or_else(|| link_end(after)).unwrap_or(0);
        out.push_str(&after[..own]);
        if own == 0 {
            out.push_str("\\u{1b}");
        }
        rest = &after[own.max(1)..];
    }
    out.push_str(&words::shown_lines(rest));
    Cow::Owned(out)
}

/// How long the style is that a text begins with.
fn style(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("\u{1b}[")?;
    let end = inside.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
    inside[end..].starts_with('m').then_some(end + 3)
}

/// How long the beginning or end of a link is that a text begins with.
fn link_end(text: &str) -> Option<usize> {
    let (page, _) = text.strip_prefix("\u{1b}]8;;")?.split_once("\u{1b}\\")?;
    (page.is_empty() || link::followed(page).is_some()).then_some(page.len() + 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_styles_and_links_act_on_a_terminal() {
        let check = |text: &str, expect: &str| assert_eq!(harmless(text), expect);
        check("plain\nlines\n", "plain\nlines\n");
        check("\u{1b}[1;31mred\u{1b}[0m", "\u{1b}[1;31mred\u{1b}[0m");
        let link = "\u{1b}]8;;https://x.example\u{1b}\\abc\u{1b}]8;;\u{1b}\\ d";
        check(link, link);
        check("\u{1b}]8;;javascript:x\u{1b}\\abc", "\\u{1b}]8;;javascript:x\\u{1b}\\abc");
        check("a\u{1b}[2Jb\u{7}", "a\\u{1b}[2Jb\\u{7}");
        check("\u{1b}]0;title\u{7}\u{1b}", "\\u{1b}]0;title\\u{7}\\u{1b}");
        check("a\u{202e}b\u{200b}\n\u{1b}[1mc", "a\\u{202e}b\\u{200b}\n\u{1b}[1mc");
    }
}
