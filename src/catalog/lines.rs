//! Where in a file something stands, for complaints, and strangers' words in it as they are kept.

use std::fmt;

use toml::Spanned;

use crate::domain::link;
use crate::domain::words::Limit;

/// A line and what is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadFile {
    pub line: usize,
    pub reason: String,
}

impl fmt::Display for BadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Turns a byte offset into a line number.
pub(super) struct Lines<'a>(pub &'a str);

impl Lines<'_> {
    pub fn of(&self, offset: usize) -> usize {
        1 + self.0.as_bytes().iter().take(offset).filter(|b| **b == b'\n').count()
    }

    pub fn bad<T>(&self, at: &Spanned<T>, reason: impl Into<String>) -> BadFile {
        BadFile { line: self.of(at.span().start), reason: reason.into() }
    }

    /// Somebody's words as they are kept, on one line.
    pub fn words(&self, text: &Spanned<String>, limit: Limit) -> Result<String, BadFile> {
        limit.line(text.get_ref()).map_err(|long| self.bad(text, long.to_string()))
    }

    /// The same where there may be none.
    pub fn maybe(&self, text: &Option<Spanned<String>>, limit: Limit) -> Result<Option<String>, BadFile> {
        text.as_ref().map(|text| self.words(text, limit)).transpose()
    }

    pub fn link(&self, text: &Spanned<String>) -> Result<String, BadFile> {
        link::web(text.get_ref()).map_err(|bad| self.bad(text, bad.to_string()))
    }
}
