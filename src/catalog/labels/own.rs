//! The user's label files: one folder, `own.csv` for what the user says, and a file for each list taken in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bitcoin::Network;

use super::draft::Reading;
use super::form::{Form, Source};
use super::{FORMS, Refusal, table};
use crate::catalog::read;
use crate::domain::{Address, Label, Origin, network_name, parse_network};
use crate::files::{self, Mode};

/// The file of the user's own word; each further network has one with its name.
const OWN: &str = "own";

/// A list that was taken in: `labels` and `refused` are all of its rows.
#[derive(Debug)]
pub struct Imported {
    /// What is stored.
    pub labels: Vec<Label>,
    /// What is not, and why.
    pub refused: Vec<Refusal>,
    /// The file it is stored in; `None` where nothing was left to store.
    pub path: Option<PathBuf>,
}

/// The file holds the user's own word.
pub(super) fn is_own(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    stem == OWN
        || stem.strip_prefix(OWN).and_then(|rest| rest.strip_prefix('-')).is_some_and(|n| parse_network(n).is_ok())
}

fn own_file(network: Network, folder: &Path) -> PathBuf {
    match network {
        Network::Bitcoin => folder.join(format!("{OWN}.csv")),
        other => folder.join(format!("{OWN}-{}.csv", network_name(other))),
    }
}

/// Takes in a list of labels, by its name's ending where no format is given. A file of the same name that was taken in before
/// is only overwritten with `replace`.
pub fn import(from: &Path, form: Option<&Form>, network: Network, folder: &Path, replace: bool) -> Result<Imported> {
    let place = from.display().to_string();
    let Some(form) = form.or_else(|| FORMS.iter().find(|form| (form.is_named)(from))) else {
        let names: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
        bail!("{place}: what kind of list is it? say so with --format {}", names.join("|"));
    };
    let stem = from.file_stem().and_then(|s| s.to_str()).map(file_name).unwrap_or_default();
    let target = folder.join(format!("{stem}.csv"));
    if stem.is_empty() || is_own(&target) {
        bail!("{place}: a list cannot be kept under this name; rename the file");
    }
    if target.exists() && !replace {
        bail!("{place}: {} is there already; give --replace to put this list in its place", target.display());
    }
    let text = read::text(from, read::LABELS)?;
    let file: Arc<str> = target.display().to_string().into();
    let source = Source { path: from, text: &text, network, origin: Origin::Imported, file: &file };
    let Reading { labels, refused, mut about } = (form.read)(&source).with_context(|| place.clone())?;
    let path = if labels.is_empty() {
        None
    } else {
        let name = from.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        about.insert(0, format!("Taken in from {name} by ransomtrail labels import"));
        put(&target, &table::write(&labels, &about))?;
        Some(target)
    };
    Ok(Imported { labels, refused, path })
}

/// A name that is a file's on every system.
fn file_name(stem: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    stem.chars().map(keep).collect()
}

/// Adds a label to the user's own file, and returns that file. It is read back first: what would not come back the same is
/// not written.
pub fn add(label: &Label, network: Network, folder: &Path) -> Result<PathBuf> {
    let path = own_file(network, folder);
    let (mut labels, about) = own(&path, network)?;
    if labels.iter().any(|l| says(l) == says(label)) {
        bail!("{} says so already", path.display());
    }
    labels.push(Label { origin: Origin::Own, file: path.display().to_string().into(), ..label.clone() });
    rewrite(&path, &labels, &about, network)?;
    Ok(path)
}

/// Takes all labels of an address out of the user's own file. Returns the file and how many there were.
pub fn remove(address: &Address, network: Network, folder: &Path) -> Result<(PathBuf, usize)> {
    let path = own_file(network, folder);
    let (labels, about) = own(&path, network)?;
    let before = labels.len();
    let left: Vec<Label> = labels.into_iter().filter(|l| l.address != *address).collect();
    let gone = before - left.len();
    if gone == 0 {
        bail!("you have not labelled {address} yourself ({} does not name it)", path.display());
    }
    rewrite(&path, &left, &about, network)?;
    Ok((path, gone))
}

/// What the file holds; it has to be of this network alone, since it is written anew.
fn own(path: &Path, network: Network) -> Result<(Vec<Label>, Vec<String>)> {
    if path.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return Ok((Vec::new(), vec!["What you say yourself; written by ransomtrail labels add".to_owned()]));
    }
    let text = read::text(path, read::LABELS)?;
    let file: Arc<str> = path.display().to_string().into();
    let reading = table::read(&text, network, Origin::Own, &file).with_context(|| path.display().to_string())?;
    match reading.refused.first() {
        Some(refusal) => bail!("{}: {refusal}; put it right first", path.display()),
        None => Ok((reading.labels, reading.about)),
    }
}

fn rewrite(path: &Path, labels: &[Label], about: &[String], network: Network) -> Result<()> {
    let text = table::write(labels, about);
    let file: Arc<str> = path.display().to_string().into();
    let reading = table::read(&text, network, Origin::Own, &file)?;
    if let Some(refusal) = reading.refused.first() {
        bail!("{}", refusal.reason);
    }
    if reading.labels != labels {
        bail!("the label would not be read back as it is");
    }
    put(path, &text)
}

fn put(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        files::create_folder(folder, Mode::Private)?;
    }
    Ok(files::write_atomic(path, text.as_bytes(), Mode::Private)?)
}

fn says(label: &Label) -> (&Address, &str, crate::domain::Category, &str) {
    (&label.address, &label.name, label.category, &label.source)
}
