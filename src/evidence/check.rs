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
use super::{Checked, PROGRAM_VERSION, Standing, Statement, bounds, market, open, rebuilt};
use crate::domain::format::{count, grouped, on_a_line};

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
