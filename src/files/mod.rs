//! The one place that writes files, apart from the database that SQLite writes.
//!
//! Folders may be such that other users can write to them, and may hold symbolic links that somebody planted. So a file is
//! written under a random name that nobody else has and renamed: a link that stands under the final name is replaced, and what it
//! points to is never touched. What the program makes for itself is for its user alone; what is made to be passed on has the
//! mode that the user's umask says.

mod links;
mod lock;
mod modes;

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Error, ErrorKind, Write as _};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

pub use links::{is_link, refuse_strange_links};
pub use lock::Lock;
pub use modes::{Mode, warning};

/// Writes the file whole or not at all: readers see the old one or the new one. A file of the user's that is replaced keeps its mode.
pub fn write_atomic(path: &Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
    let made = || {
        let mut beside = beside(path, mode)?;
        beside.write_all(bytes)?;
        modes::keep(path, beside.as_file())?;
        if mode == Mode::Private {
            // Nobody can ask anybody for it again.
            beside.as_file().sync_all()?;
        }
        beside.persist(path).map_err(|failed| failed.error).map(drop)
    };
    made().map_err(|error| named(path, error))
}

/// Whether the file could be written there; it is left as it is.
pub fn can_write(path: &Path) -> io::Result<()> {
    beside(path, Mode::Private).map_err(|error| named(path, error)).map(drop)
}

/// Makes a folder and those above it where they are not there; one that is there keeps its mode.
pub fn create_folder(path: &Path, mode: Mode) -> io::Result<()> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    refuse_strange_links(path)?;
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    modes::of_folder(&mut builder, mode);
    builder.create(path).map_err(|error| named(path, error))
}

/// Makes an empty file for the user alone, where there is none.
pub fn create_private(path: &Path) -> io::Result<()> {
    refuse_strange_links(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    modes::of_file(&mut options);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop).map_err(|error| named(path, error)),
    }
}

/// A file of a random name in the folder of `path`, which goes away again unless it is renamed.
fn beside(path: &Path, mode: Mode) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    refuse_strange_links(folder)?;
    // A device or a pipe would be replaced by a file, and so would a link that leads to one, like /dev/stdout.
    if folder == Path::new("/dev") || path.metadata().is_ok_and(|there| !there.is_file()) {
        return Err(Error::other("is there and no file; name another"));
    }
    let mut builder = Builder::new();
    builder.prefix(".ransomtrail-").suffix(".part");
    modes::of_temporary(&mut builder, mode);
    builder.tempfile_in(folder)
}

/// The error with the path that it is about, once.
fn named(path: &Path, error: Error) -> Error {
    let (path, said) = (path.display().to_string(), error.to_string());
    // What a file of a random name was to be called says nothing to anybody.
    let said = said.split(" at path \"").next().unwrap_or_default();
    if said.starts_with(&path) { error } else { Error::new(error.kind(), format!("{path}: {said}")) }
}

#[cfg(test)]
mod tests;
