//! Writing everything in a pack anew from what was read, and comparing it file by file, one at a time.

use std::collections::BTreeSet;

use anyhow::Result;

use super::archive::{Archive, Entry};
use super::checked::{Checked, NAMED};
use super::compute::{Computed, REPORT};
use super::contents::Contents;
use super::files::is_answer;
use super::manifest::{self, Manifest, Row, place_of};
use super::{PROGRAM_VERSION, Statement, readme, sha256};
use crate::domain::format::{count, on_a_line};

/// The files that were written anew, and those that differ.
struct Anew<'a, 'b> {
    archive: &'a Archive<'b>,
    written: BTreeSet<String>,
    differing: BTreeSet<String>,
}

impl Anew<'_, '_> {
    fn compare(&mut self, entry: &Entry) {
        let found = self.archive.place(&entry.name);
        if found.is_none_or(|place| place.bytes != entry.bytes.len() as u64 || place.sha256 != sha256(&entry.bytes)) {
            self.differing.insert(entry.name.clone());
        }
        self.written.insert(entry.name.clone());
    }

    /// Files that there should not be.
    fn rest(&mut self, is_meant: impl Fn(&str) -> bool) {
        let names = self.archive.files.iter().map(|place| &place.name);
        let rest = names.filter(|name| !is_meant(name) && !self.written.contains(*name));
        self.differing.extend(rest.cloned());
    }
}

/// Figures are computed and compared whoever packed them. What is laid out from them, report and README, is worded by a version of
/// the program: that of another one is passed over and named, since it may say anything.
pub(super) fn compare(
    archive: &Archive<'_>,
    contents: &Contents,
    computed: &Computed<'_>,
    checked: &mut Checked,
) -> Result<()> {
    let version = &contents.options.program_version;
    let is_own = version == PROGRAM_VERSION;
    let mut anew = Anew { archive, written: BTreeSet::new(), differing: BTreeSet::new() };
    contents.each_file(&mut |entry| {
        anew.compare(&entry);
        Ok(())
    })?;
    let figures = computed.figures()?;
    figures.iter().for_each(|entry| anew.compare(entry));
    let mut how_many = figures.len();
    drop(figures);
    let worded = |name: &str| name.starts_with(REPORT) || name == readme::NAME;
    anew.rest(|name| worded(name) || is_answer(name) || [manifest::NAME, manifest::SUMS].contains(&name));
    if anew.differing.is_empty() {
        if is_own {
            let report = computed.report()?;
            how_many += report.len();
            report.iter().for_each(|entry| anew.compare(entry));
            anew.compare(&readme::entry(contents, &computed.family));
            anew.rest(|name| !worded(name));
        }
        // Where a file differs, what lists them does too.
        if anew.differing.is_empty() {
            let rows: Vec<Row> = archive.files.iter().map(Row::of).collect();
            anew.compare(&manifest::sums(rows.iter()));
            let ordered = rows.is_sorted_by(|one, other| place_of(&one.name) < place_of(&other.name));
            anew.compare(&Manifest::of(rows.into_iter(), version).entry()?);
            if !ordered {
                anew.differing.insert(manifest::NAME.to_owned());
            }
        }
    }
    let differing = anew.differing;
    differing.iter().for_each(|name| checked.differs(name));
    if !differing.is_empty() {
        let listed = differing.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let hint = if is_own {
            String::new()
        } else {
            format!("; it was packed by version {version}: check it with that one, too")
        };
        let files = count(differing.len(), "file differs", "files differ");
        checked.say(Statement::violated(format!(
            "what is computed and written anew from the ledger is what the pack holds: {files} ({listed}){hint}"
        )));
        return Ok(());
    }
    let what = if is_own { "figures and report" } else { "figures" };
    checked.say(Statement::established(format!(
        "{} of {what} computed anew from the ledger, and all others written anew: the same, byte for byte",
        count(how_many, "file", "files")
    )));
    let foreign = archive.files.iter().filter(|place| !is_own && worded(&place.name));
    let names: Vec<String> = foreign.map(|place| on_a_line(&place.name)).collect();
    if !names.is_empty() {
        let named = names.join(", ");
        checked.say(Statement::not_established(format!(
            "what is said in {}, made by version {version}: {PROGRAM_VERSION} cannot write them anew, and they may say anything: {named}",
            count(names.len(), "file", "files")
        )));
    }
    Ok(())
}
