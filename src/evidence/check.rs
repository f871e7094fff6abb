//! Checking a pack that comes from anywhere: first that it is unchanged, then all that follows from what is in it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::archive::{self, Entry};
use super::compute::{Computed, REPORT};
use super::contents::Contents;
use super::files::Files;
use super::manifest::{self, Manifest};
use super::pack::cited;
use super::statement::{Statement, Verdict};
use super::{PROGRAM_VERSION, bounds, ledger, readme, reread, sha256};
use crate::catalog;
use crate::claims;
use crate::domain::format::{count, grouped, on_a_line};
use crate::domain::{Trust, Txid, rfc3339};
use crate::price::Tables;

/// More files that differ are not named.
const NAMED: usize = 5;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// SHA-256 of the file, to be compared with the published one.
    pub sha256: String,
    /// Its length.
    pub bytes: usize,
    /// The version of the program that packed it, if the pack tells.
    pub packed_by: Option<String>,
    /// The version that checked it.
    pub checked_by: &'static str,
    /// Files that are not what they should be, the first ones.
    pub differing: Vec<String>,
    /// What holds and what does not, and what cannot be said.
    pub statements: Vec<Statement>,
}

impl Checked {
    /// Whether everything that can be checked holds.
    pub fn holds(&self) -> bool {
        self.statements.iter().all(|statement| statement.verdict != Verdict::Violated)
    }

    fn say(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// A file is not what it should be.
    fn differs(&mut self, name: &str) {
        if self.differing.len() < NAMED && !self.differing.iter().any(|known| known == name) {
            self.differing.push(on_a_line(name));
        }
    }
}

/// Checks the bytes of a pack, which may be anything; nothing else is read, and nothing is written anywhere.
///
/// A pack that is not byte for byte what this program writes is not looked into any further: what was changed by accident is
/// found at once, and what was changed on purpose is found by recomputing everything.
pub fn check(bytes: &[u8]) -> Checked {
    let mut checked = Checked {
        sha256: sha256(bytes),
        bytes: bytes.len(),
        packed_by: None,
        checked_by: PROGRAM_VERSION,
        differing: Vec::new(),
        statements: Vec::new(),
    };
    match archive::read(bytes) {
        Ok(entries) => {
            if is_unchanged(bytes, &entries, &mut checked) {
                contents(&entries, &mut checked);
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
fn is_unchanged(bytes: &[u8], entries: &[Entry], checked: &mut Checked) -> bool {
    let Some(Ok(told)) = entries.iter().find(|entry| entry.name == manifest::NAME).map(|e| Manifest::read(&e.bytes))
    else {
        checked.differs(manifest::NAME);
        checked.say(Statement::violated("there is a manifest that can be read"));
        return false;
    };
    checked.packed_by = Some(on_a_line(&told.program_version));
    let held = Manifest::of(entries, &told.program_version);
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
    let files = count(entries.len(), "file", "files");
    if archive::write(entries).ok().as_deref() != Some(bytes) {
        checked.say(Statement::violated(format!("the archive around its {files} is the one that the program writes")));
        return false;
    }
    let length = grouped(bytes.len() as u64);
    checked.say(Statement::established(format!(
        "{files} as the manifest lists them, in an archive of {length} bytes that can be written in this one way"
    )));
    true
}

fn rows(manifest: &Manifest) -> BTreeMap<&str, &manifest::Row> {
    manifest.files.iter().map(|row| (row.name.as_str(), row)).collect()
}

/// Everything behind the manifest.
fn contents(entries: &[Entry], checked: &mut Checked) {
    let files: Files<'_> = entries.iter().map(|entry| (entry.name.as_str(), entry.bytes.as_slice())).collect();
    let contents = match Contents::read(&files) {
        Ok(contents) => contents,
        Err(error) => return checked.say(Statement::violated(format!("the files can be read: {error:#}"))),
    };
    let network = match contents.options.network() {
        Ok(network) => network,
        Err(error) => return checked.say(Statement::violated(format!("the network is known: {error:#}"))),
    };
    if let Err(error) = bounds::plausible(&contents) {
        return checked.say(Statement::violated(format!("the figures can be computed: {error:#}")));
    }
    answers(&contents, checked);
    checked.statements.extend(ledger::verify(&contents.slice, network));
    checked.statements.extend(reread::compare(&contents, network));
    if !checked.holds() {
        // What would follow from a ledger that does not hold says nothing.
        return;
    }
    match Computed::of(&contents) {
        Ok(computed) => {
            trust(&computed, checked);
            if let Err(error) = rebuilt(entries, &contents, &computed, checked) {
                checked.say(Statement::violated(format!("the figures can be computed: {error:#}")));
            }
            open_questions(&contents, &computed, checked);
        }
        Err(error) => checked.say(Statement::violated(format!("the figures can be computed: {error:#}"))),
    }
}

/// Answers are what their names say, and nothing else is among them.
fn answers(contents: &Contents, checked: &mut Checked) {
    let cited = cited(&contents.slice);
    let wrong = |name: &&String| {
        !cited.contains(name.as_str()) || contents.answers.get(*name).is_none_or(|body| sha256(body) != **name)
    };
    let wrong: Vec<&String> = contents.answers.keys().filter(wrong).collect();
    for name in &wrong {
        checked.differs(&format!("answers/{name}"));
    }
    if !wrong.is_empty() {
        checked.say(Statement::violated(
            "each answer has the SHA-256 that it is named by, and a row of the ledger cites it",
        ));
        return;
    }
    let (kept, all) = (contents.answers.len(), cited.len());
    checked.say(Statement::established(format!(
        "{} of the {} that the ledger cites as they came, each with its SHA-256",
        count(kept, "answer", "answers"),
        grouped(all as u64)
    )));
}

/// How far the transactions of the addresses can be trusted.
fn trust(computed: &Computed<'_>, checked: &mut Checked) {
    let ledger = &computed.ledger;
    let mut of: BTreeMap<Txid, Trust> = ledger.inflows.iter().map(|row| (row.txid, row.trust)).collect();
    of.extend(ledger.spends.iter().map(|row| (row.txid, row.trust)));
    let level = |level: Trust| of.values().filter(|trust| **trust == level).count();
    let levels: Vec<String> =
        Trust::ALL.iter().rev().map(|one| format!("{} {}", grouped(level(*one) as u64), one.meaning())).collect();
    let all = count(of.len(), "transaction", "transactions");
    checked.say(Statement::established(format!("of the {all} of the addresses, {}", levels.join(", "))));
}

/// Writes everything anew from what was read, and compares it file by file. What is laid out from figures is only made where
/// everything below it holds.
fn rebuilt(entries: &[Entry], contents: &Contents, computed: &Computed<'_>, checked: &mut Checked) -> Result<()> {
    let version = &contents.options.program_version;
    let (mut files, figures) = (contents.files()?, computed.figures()?);
    let mut how_many = figures.len();
    files.extend(figures);
    let above = |name: &str| name.starts_with(REPORT) || [readme::NAME, manifest::NAME, manifest::SUMS].contains(&name);
    let mut names = differing(&files, entries, above);
    if names.is_empty() {
        let report = computed.report()?;
        how_many += report.len();
        files.extend(report);
        let own = readme::entry(contents, &computed.family);
        // Another version may word this page otherwise; the manifest holds it all the same.
        let told = entries.iter().find(|entry| entry.name == readme::NAME).filter(|_| version != PROGRAM_VERSION);
        files = manifest::assembled(told.cloned().unwrap_or(own), files, version)?;
        // Where a file differs, what lists them does too.
        let lists = |name: &str| [manifest::NAME, manifest::SUMS].contains(&name);
        names = differing(&files, entries, lists);
        if names.is_empty() && files != entries {
            names = vec![manifest::NAME.to_owned()];
        }
    }
    names.iter().for_each(|name| checked.differs(name));
    if names.is_empty() {
        checked.say(Statement::established(format!(
            "{} of figures and report computed anew from the ledger, and all others written anew: the same, byte for byte",
            count(how_many, "file", "files")
        )));
        return Ok(());
    }
    let listed = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let hint = if version == PROGRAM_VERSION {
        String::new()
    } else {
        format!("; it was packed by version {version}: check it with that one, too")
    };
    let differing = count(names.len(), "file differs", "files differ");
    checked.say(Statement::violated(format!(
        "what is computed and written anew from the ledger is what the pack holds: {differing} ({listed}){hint}"
    )));
    Ok(())
}

/// The names of the files that are not the same in both, but for those that are passed over.
fn differing(expect: &[Entry], found: &[Entry], passed_over: impl Fn(&str) -> bool) -> Vec<String> {
    let by_name = |entries: &'_ [Entry]| -> BTreeMap<String, usize> {
        entries.iter().enumerate().map(|(at, entry)| (entry.name.clone(), at)).collect()
    };
    let (left, right) = (by_name(expect), by_name(found));
    let bytes =
        |name: &String| (left.get(name).map(|at| &expect[*at].bytes), right.get(name).map(|at| &found[*at].bytes));
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).filter(|name| !passed_over(name)).collect();
    names.into_iter().filter(|name| matches!(bytes(name), (a, b) if a != b)).cloned().collect()
}

/// What nothing in the pack can decide.
fn open_questions(contents: &Contents, computed: &Computed<'_>, checked: &mut Checked) {
    let text = catalog::built_in_text(&computed.family.name);
    let carried = |what: &str, same: bool| match same {
        true => Statement::established(format!("{what} that this program carries")),
        false => Statement::not_established(format!(
            "{what} that this program carries: it is another one, and may be as good"
        )),
    };
    checked.say(carried("the family's file is the one", text.as_deref() == Some(contents.family.as_str())));
    if let (Some(tables), Ok(currencies)) = (&contents.prices, contents.currencies()) {
        checked.say(carried("the table of prices is the one", *tables == Tables::built_in(&currencies)));
    }
    if let Ok(published) = contents.published()
        && !published.is_empty()
    {
        let own = claims::published(Some(&computed.family)).ok();
        checked.say(carried("the list of published claims is the one", own == Some(published)));
    }
    let recorded = computed.account.summary.recorded_to.map_or("no moment that is known".to_owned(), rfc3339);
    let mut open = vec![
        "whose the addresses are: the family's file and the labels name their sources, and are claims".to_owned(),
        "that the answers came from those servers at those moments: nobody signs them".to_owned(),
        format!("that nothing is missing: the ledger is complete to {recorded} by the explorers' own totals"),
    ];
    if contents.prices.is_some() {
        open.push("that the prices are those of the market: they are taken as given".to_owned());
    }
    if !contents.slice.headers.is_empty() {
        open.push("that the blocks are in the best chain: compare their hashes with a node".to_owned());
    }
    if !contents.slice.followed.is_empty() {
        open.push("that the blocks between were read without a gap: whole blocks are not in a pack".to_owned());
    }
    open.into_iter().for_each(|text| checked.say(Statement::not_established(text)));
}
