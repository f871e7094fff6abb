//! The user's own family files: one folder, one file a family.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use bitcoin::Network;

use super::{Catalog, file, read, write};
use crate::domain::Family;
use crate::files::{self, Mode};

/// The files of a folder with that ending, in order of name; none where the folder does not exist.
pub(super) fn listed(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| folder.display().to_string()),
    };
    let mut out = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        if path.extension().is_some_and(|e| e == ending) {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

/// A family that was put on the watch list.
#[derive(Debug)]
pub struct Added {
    /// The family.
    pub family: Family,
    /// The network its addresses are of.
    pub network: Network,
    /// The file it now lives in.
    pub path: PathBuf,
}

/// Checks the family file at `from` against the whole catalogue and copies it into the user's folder.
pub fn add(from: &Path, folder: &Path) -> Result<Added> {
    let text = read::text(from, read::FAMILY)?;
    put(&text, &from.display().to_string(), folder)
}

/// Writes a new family file into the user's folder, checked like one that is added: what it reads back as is the family.
pub fn create(family: &Family, network: Network, folder: &Path) -> Result<Added> {
    let name = &family.name;
    let text = write::family(family, network)?;
    let read = file::parse(&text).map_err(|error| anyhow::anyhow!("the file of {name} would not be read: {error}"))?;
    if (&read.family, read.network) != (family, network) {
        bail!(
            "the file of {name} would be read as another family; write it by hand and use: ransomtrail families add FILE"
        );
    }
    put(&text, &format!("{name}.toml"), folder)
}

/// Checks the text of a family file, which came from `place`, and puts it into the folder.
fn put(text: &str, place: &str, folder: &Path) -> Result<Added> {
    let parsed = file::parse(text).map_err(|error| anyhow::anyhow!("{place}: {error}"))?;
    let name = &parsed.family.name;
    let target = folder.join(format!("{name}.toml"));
    if target.exists() {
        bail!("there is a family {name} already ({}); remove it first", target.display());
    }
    // Checked under the name it will have, against the catalogue of its own network.
    let mut catalog = Catalog::load(parsed.network, Some(folder))?;
    let named_as = target.display().to_string();
    catalog
        .admit(&named_as, text, parsed.network, false)
        .map_err(|error| anyhow::anyhow!(error.to_string().replacen(&named_as, place, 1)))?;
    files::create_folder(folder, Mode::Private)?;
    files::write_atomic(&target, text.as_bytes(), Mode::Private)?;
    Ok(Added { family: parsed.family, network: parsed.network, path: target })
}

/// Takes one of the user's own families off the watch list, by its name; built-in ones stay. It needs no catalogue that can
/// be read: this is how a broken file is got rid of. Returns the file removed.
pub fn remove(name: &str, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(format!("{name}.toml"));
    let is_name = !name.contains(['/', '\\']) && !name.starts_with('.');
    if is_name && path.is_file() {
        std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        return Ok(path);
    }
    if Catalog::load(Network::Bitcoin, None)?.find(name).is_ok() {
        bail!("{name} is built in and cannot be removed");
    }
    bail!("none of your own families is called \"{name}\" ({} does not exist)", path.display())
}
