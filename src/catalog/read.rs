//! Files that somebody else may have written: read whole, and no further than they may be long.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Most bytes of a family file: some hundred thousand addresses.
pub(super) const FAMILY: u64 = 16 << 20;
/// Most bytes of a list of labels: some million of them.
pub(super) const LABELS: u64 = 256 << 20;

/// The text of a file of at most so many bytes; an error names it.
pub(super) fn text(path: &Path, most: u64) -> Result<String> {
    let place = || path.display().to_string();
    let mut text = String::new();
    let file = File::open(path).with_context(place)?;
    // One more than may be: a device or a pipe does not tell its length.
    file.take(most + 1).read_to_string(&mut text).with_context(place)?;
    if text.len() as u64 > most {
        bail!("{}: the file has more than {} MB", place(), most >> 20);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "abcd").unwrap();
        assert_eq!(text(&path, 4).unwrap(), "abcd");
        assert!(text(&path, 3).unwrap_err().to_string().contains("x: the file has more than"));
        assert!(text(&folder.path().join("y"), 3).is_err());
    }
}
