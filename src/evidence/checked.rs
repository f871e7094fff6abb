use super::standing::{Level, Standing};
use super::statement::{Statement, Verdict};
use crate::domain::format::on_a_line;

/// More files that differ are not named.
pub(super) const NAMED: usize = 5;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// SHA-256 of the file, to be compared with the published one.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// The version of the program that packed it, if the pack tells.
    pub packed_by: Option<String>,
    /// The version that checked it.
    pub checked_by: &'static str,
    /// Files that are not what they should be, the first ones.
    pub differing: Vec<String>,
    /// What holds and what does not, and what cannot be said.
    pub statements: Vec<Statement>,
    /// Whether it is byte for byte what the program writes for the files in it.
    pub unchanged: bool,
    /// How well the ground state stands; `None` where it cannot be read.
    pub standing: Option<Standing>,
}

impl Checked {
    /// Whether everything that can be checked holds.
    pub fn holds(&self) -> bool {
        self.statements.iter().all(|statement| statement.verdict != Verdict::Violated)
    }

    /// Whether it holds, and all that was received and withdrawn stands at least so well.
    pub fn holds_at(&self, level: Level) -> bool {
        self.holds() && self.standing.as_ref().is_some_and(|standing| standing.is_at_least(level))
    }

    /// What came of it in one word: `changed`, `contradicted`, or how well the weakest part of the ground state stands.
    pub fn verdict(&self) -> &'static str {
        match &self.standing {
            _ if !self.unchanged => "changed",
            Some(standing) if self.holds() => standing.lowest().unwrap_or(Level::Proven).name(),
            _ => "contradicted",
        }
    }

    pub(super) fn say(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// A file is not what it should be.
    pub(super) fn differs(&mut self, name: &str) {
        if self.differing.len() < NAMED && !self.differing.iter().any(|known| known == name) {
            self.differing.push(on_a_line(name));
        }
    }
}
