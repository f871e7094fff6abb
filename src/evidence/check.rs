//! Checking a pack that comes from anywhere: first that it is unchanged, then all that follows from what is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Seek};

use super::archive::Archive;
use super::compute::Computed;
use super::contents::Contents;
use super::files::{ANSWERS, is_answer};
use super::judge::{Judged, judge};
use super::manifest::{self, Manifest, Row};
use super::pack::cited;
use super::standing::{Level, Standing};
use super::statement::{Statement, Verdict};
use super::{PROGRAM_VERSION, bounds, market, open, rebuilt};
use crate::domain::format::{count, grouped, on_a_line};

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

/// Checks the bytes of a pack; see [`check_from`].
pub fn check(bytes: &[u8]) -> Checked {
    check_from(&mut Cursor::new(bytes))
}

/// Checks a pack, which may be anything; nothing else is read, and nothing is written anywhere. Of the file no more is in memory
/// than the ledger and one answer.
///
/// A pack that is not byte for byte what this program writes is not looked into any further: what was changed by accident is
/// found at once, and what was changed on purpose is found by recomputing everything.
pub fn check_from(source: &mut (impl Read + Seek)) -> Checked {
    let (sha256, bytes, archive) = Archive::open(source);
    let mut checked = Checked {
        sha256,
        bytes,
        packed_by: None,
        checked_by: PROGRAM_VERSION,
        differing: Vec::new(),
        statements: Vec::new(),
        unchanged: false,
        standing: None,
    };
    match archive {
        Ok(mut archive) => {
            checked.unchanged = is_unchanged(&mut archive, &mut checked);
            if checked.unchanged {
                contents(&mut archive, &mut checked);
            }
        }
        Err(error) => {
            error.entry.iter().for_each(|name| checked.differs(name));
            checked.say(Statement::violated(format!("the archive can be read whole: {error}")));
        }
    }
    checked
}

/// Archive and manifest.
fn is_unchanged(archive: &mut Archive<'_>, checked: &mut Checked) -> bool {
    let Ok(told) = archive.read(manifest::NAME).and_then(|bytes| Manifest::read(&bytes)) else {
        checked.differs(manifest::NAME);
        checked.say(Statement::violated("there is a manifest that can be read"));
        return false;
    };
    checked.packed_by = Some(on_a_line(&told.program_version));
    let held = Manifest::of(archive.files.iter().map(Row::of), &told.program_version);
    let (listed, found) = (rows(&told), rows(&held));
    for name in listed.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
        if listed.get(name) != found.get(name) {
            checked.differs(name);
        }
    }
    if !checked.differing.is_empty() || held != told {
        let names = checked.differing.join(", ");
        checked.say(Statement::violated(format!("each file is there once and as the manifest says: {names}")));
        return false;
    }
    let files = count(archive.files.len(), "file", "files");
    if !archive.is_ours {
        checked.say(Statement::violated(format!("the archive around its {files} is the one that the program writes")));
        return false;
    }
    let length = grouped(archive.length);
    checked.say(Statement::established(format!(
        "{files} as the manifest lists them, in an archive of {length} bytes that can be written in this one way"
    )));
    true
}

fn rows(manifest: &Manifest) -> BTreeMap<&str, &Row> {
    manifest.files.iter().map(|row| (row.name.as_str(), row)).collect()
}

/// Everything behind the manifest.
fn contents(archive: &mut Archive<'_>, checked: &mut Checked) {
    let uncomputed = |error: anyhow::Error| Statement::violated(format!("the figures can be computed: {error:#}"));
    let contents = match Contents::read(archive) {
        Ok(contents) => contents,
        Err(error) => return checked.say(Statement::violated(format!("the files can be read: {error:#}"))),
    };
    if let Err(error) = bounds::plausible(&contents) {
        return checked.say(uncomputed(error));
    }
    if !answers(archive, &contents, checked) {
        return;
    }
    let Judged { statements, index, levels } =
        match judge(&contents, &mut |sha256| archive.read(&(ANSWERS.to_owned() + sha256)).ok()) {
            Ok(judged) => judged,
            Err(error) => return checked.say(uncomputed(error)),
        };
    checked.statements.extend(statements);
    match Computed::of(&contents) {
        Ok(computed) => {
            checked.standing = Some(Standing::of(&computed, &index, &levels));
            match market::compare(&contents, &computed) {
                Ok(statements) => checked.statements.extend(statements),
                Err(error) => checked.say(uncomputed(error)),
            }
            if checked.holds() {
                checked.say(levels.statement(&computed));
                drop((index, levels));
                if let Err(error) = rebuilt::compare(archive, &contents, &computed, checked) {
                    checked.say(uncomputed(error));
                }
                checked.statements.extend(open::questions(&contents, &computed));
            }
        }
        Err(error) => checked.say(uncomputed(error)),
    }
}

/// Answers are what their names say, and nothing else is among them.
fn answers(archive: &Archive<'_>, contents: &Contents, checked: &mut Checked) -> bool {
    let cited = cited(&contents.slice);
    let of = |name: &str| name.strip_prefix(ANSWERS).map(str::to_owned).unwrap_or_default();
    let bodies = archive.files.iter().filter(|place| is_answer(&place.name));
    let wrong = bodies.filter(|place| of(&place.name) != place.sha256 || !cited.contains(place.sha256.as_str()));
    let wrong: Vec<&str> = wrong.map(|place| place.name.as_str()).collect();
    for name in &wrong {
        checked.differs(name);
    }
    if !wrong.is_empty() {
        checked.say(Statement::violated(
            "each answer has the SHA-256 that it is named by, and a row of the ledger cites it",
        ));
        return false;
    }
    let (kept, all) = (contents.answers.len(), cited.len());
    let of_all = format!(
        "{} of the {} that the ledger cites as they came, each with its SHA-256",
        count(kept, "answer", "answers"),
        grouped(all as u64)
    );
    checked.say(Statement::counted(kept, of_all));
    true
}
