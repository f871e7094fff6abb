//! Reads the configuration file. It is code: it can run programs and send files. One that others can write to is not read.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result};

/// The text of the file; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>> {
    let name = || path.display().to_string();
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.with_context(name)?,
    };
    #[cfg(unix)]
    owner::check(path, &file)?;
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(name)?;
    Ok(Some(text))
}

#[cfg(unix)]
mod owner {
    use std::fs::{self, File, Metadata};
    use std::os::unix::fs::MetadataExt as _;
    use std::path::{Path, PathBuf};

    use anyhow::{Context as _, Result, bail};

    const WHY: &str = "a configuration can run programs and send files";
    /// The group and everybody may write.
    const OTHERS_WRITE: u32 = 0o022;
    /// In a folder with this bit files are moved and removed by their owners alone.
    const STICKY: u32 = 0o1000;

    /// Refuses a file that somebody else than its user and root can change, by itself or by way of its folder. What is no file, like a pipe
    /// that a shell opens for `--config <(…)`, has nobody who could write to it later.
    pub(super) fn check(path: &Path, file: &File) -> Result<()> {
        let (shown, file) = (quoted(path), file.metadata().with_context(|| path.display().to_string())?);
        if !file.is_file() {
            return Ok(());
        }
        let me = rustix::process::geteuid().as_raw();
        let foreign = |file: &Metadata| file.uid() != me && file.uid() != 0;
        if foreign(&file) {
            bail!(
                "{}: belongs to another user, and {WHY}; look through it, then run: chown {me} {shown}",
                path.display()
            );
        }
        if file.mode() & OTHERS_WRITE != 0 {
            bail!(
                "{}: others can write to it, and {WHY}; look through it, then run: chmod go-w {shown}",
                path.display()
            );
        }
        // A link is replaced where it lies, what it leads to where that lies.
        let folders = [Some(path.to_owned()), fs::canonicalize(path).ok()].into_iter().flatten().filter_map(folder_of);
        for folder in folders {
            let Ok(held) = fs::metadata(&folder) else { continue };
            let shown = quoted(&folder);
            if foreign(&held) {
                bail!(
                    "{}: its folder {shown} belongs to another user, and {WHY}; move it into a folder of yours",
                    path.display()
                );
            }
            if held.mode() & OTHERS_WRITE != 0 && held.mode() & STICKY == 0 {
                bail!(
                    "{}: others can replace it in its folder, and {WHY}; look through it, then run: chmod go-w {shown}",
                    path.display()
                );
            }
        }
        Ok(())
    }

    fn folder_of(path: PathBuf) -> Option<PathBuf> {
        let folder = path.parent()?;
        Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
    }

    /// The path as a shell reads it.
    fn quoted(path: &Path) -> String {
        let text = path.display().to_string();
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+,@".contains(c));
        if plain && !text.starts_with('-') { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn commands_to_copy() {
            let check = |text: &str, expect: &str| assert_eq!(quoted(Path::new(text)), expect);
            check("/home/x/ransomtrail.toml", "/home/x/ransomtrail.toml");
            check("/home/x y/it's", "'/home/x y/it'\\''s'");
            check("$(reboot)", "'$(reboot)'");
        }
    }
}
