//! The forms in which lists of labels come and go: what the members of [`super::FORMS`] are.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use bitcoin::Network;

use super::draft::Reading;
use crate::domain::{Label, Origin};

/// Writes labels as a list.
pub type Write = fn(&[&Label], &Head<'_>) -> Result<String>;

/// A form of list.
#[derive(Debug)]
pub struct Form {
    /// Name on the command line.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Whether a file is called as such lists are; the first form in the table that says so reads it.
    pub(super) is_named: fn(&Path) -> bool,
    /// Reads a list: every row becomes a label or a refusal. It never panics on any text.
    pub(super) read: fn(&Source<'_>) -> Result<Reading>,
    /// Writes labels so that its reader reads the same; `None` where this form cannot say all that a label says.
    pub write: Option<Write>,
}

/// A list that is to be read.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// Where it lies: some lists say in their name what they are about.
    pub path: &'a Path,
    /// What is in it.
    pub text: &'a str,
    /// The network whose addresses are wanted.
    pub network: Network,
    /// Who brought it.
    pub origin: Origin,
    /// The file that its labels are kept in.
    pub file: &'a Arc<str>,
}

/// What a list says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Its title.
    pub title: &'a str,
    /// Who made it.
    pub creator: &'a str,
}

/// Whether a file's name has one of these endings, in any case.
pub(super) fn ends(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    endings.iter().any(|one| ending.eq_ignore_ascii_case(one))
}
