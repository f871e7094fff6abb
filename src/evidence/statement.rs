//! What a check found, one sentence each.

use std::fmt;

use serde::Serialize;

use crate::domain::words;

/// What came of one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It does not hold: the pack is not what it says.
    Violated,
    /// It holds, by what is in the pack.
    Established,
    /// Nothing in the pack can decide it.
    NotEstablished,
}

impl Verdict {
    /// In words, for the beginning of a line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Violated => "NOT SO",
            Self::Established => "established",
            Self::NotEstablished => "not established",
        }
    }
}

/// A sentence of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// What came of it.
    pub verdict: Verdict,
    /// The sentence.
    pub text: String,
}

impl Statement {
    pub(super) fn established(text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Established, text: shown(&text.into()) }
    }

    /// Established of `number` things; of none of them nothing is established.
    pub(super) fn counted(number: usize, text: impl Into<String>) -> Self {
        if number == 0 { Self::not_established(text) } else { Self::established(text) }
    }

    pub(super) fn not_established(text: impl Into<String>) -> Self {
        Self { verdict: Verdict::NotEstablished, text: shown(&text.into()) }
    }

    pub(super) fn violated(text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Violated, text: shown(&text.into()) }
    }
}

/// Longer sentences quote something that is not worth it.
const LONGEST: usize = 1_000;

/// What quotes a pack, which may come from anybody, does not move the cursor of whoever looks at it.
fn shown(text: &str) -> String {
    let text: String = text.chars().take(LONGEST).collect();
    words::shown(&text).into_owned()
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.verdict.name(), self.text)
    }
}
