//! Who may read what is written.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Whom a file or a folder is for. Where files have no modes, it lies in the user's own folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What the program keeps for its user, who alone may read it: 0600, in folders 0700.
    Private,
    /// What is made to be passed on: as the user's umask says.
    Shared,
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};

    use super::*;

    pub(in super::super) fn of_folder(builder: &mut DirBuilder, mode: Mode) {
        builder.mode(if mode == Mode::Private { 0o700 } else { 0o777 });
    }

    pub(in super::super) fn of_file(options: &mut OpenOptions) {
        options.mode(0o600);
    }

    pub(in super::super) fn of_temporary(builder: &mut tempfile::Builder<'_, '_>, mode: Mode) {
        let bits = if mode == Mode::Private { 0o600 } else { 0o666 };
        builder.permissions(std::fs::Permissions::from_mode(bits));
    }

    pub(in super::super) fn follow_no_link(options: &mut OpenOptions) {
        options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }

    /// The mode that a file of the same user's has at `path` goes over to the one that takes its place.
    pub(in super::super) fn keep(path: &Path, file: &File) -> io::Result<()> {
        match path.symlink_metadata() {
            Ok(old) if old.is_file() && old.uid() == file.metadata()?.uid() => file.set_permissions(old.permissions()),
            _ => Ok(()),
        }
    }

    /// The mode, where others may do anything at all with what is the user's own.
    pub(super) fn open_to_others(path: &Path) -> Option<(u32, bool)> {
        let found = path.metadata().ok()?;
        let mine = found.uid() == rustix::process::geteuid().as_raw();
        let mode = found.mode() & 0o7777;
        (mine && mode & 0o077 != 0).then_some((mode, found.is_dir()))
    }
}

#[cfg(unix)]
use unix::open_to_others;
#[cfg(unix)]
pub(super) use unix::{follow_no_link, keep, of_file, of_folder, of_temporary};

#[cfg(not(unix))]
mod elsewhere {
    use super::*;

    pub(in super::super) fn of_folder(_: &mut DirBuilder, _: Mode) {}
    pub(in super::super) fn of_file(_: &mut OpenOptions) {}
    pub(in super::super) fn of_temporary(_: &mut tempfile::Builder<'_, '_>, _: Mode) {}
    pub(in super::super) fn follow_no_link(_: &mut OpenOptions) {}
    pub(in super::super) fn keep(_: &Path, _: &File) -> io::Result<()> {
        Ok(())
    }
    pub(super) fn open_to_others(_: &Path) -> Option<(u32, bool)> {
        None
    }
}

#[cfg(not(unix))]
use elsewhere::open_to_others;
#[cfg(not(unix))]
pub(super) use elsewhere::{follow_no_link, keep, of_file, of_folder, of_temporary};

/// What to say where other users of the machine can read, or more, what is the program's own: the paths with their modes, and the command that
/// keeps them out. Nothing is changed: somebody may have meant it.
pub fn warning(paths: &[PathBuf]) -> Option<String> {
    let mut seen: Vec<String> = Vec::new();
    let (mut files, mut folders) = (String::new(), String::new());
    for path in paths {
        let Some((mode, is_folder)) = open_to_others(path) else { continue };
        seen.push(format!("{} ({mode:04o})", path.display()));
        let list = if is_folder { &mut folders } else { &mut files };
        list.push(' ');
        list.push_str(&quoted(&path.display().to_string()));
    }
    let command = |mode: &str, list: String| (!list.is_empty()).then(|| format!("chmod {mode}{list}"));
    let commands: Vec<String> = [command("700", folders), command("600", files)].into_iter().flatten().collect();
    (!seen.is_empty()).then(|| {
        format!("open to other users of this machine: {}; to keep them out: {}", seen.join(", "), commands.join(" && "))
    })
}

/// A word of a shell's.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell() {
        let check = |text: &str, expect: &str| assert_eq!(quoted(text), expect);
        check("/home/me/ransomtrail.db", "/home/me/ransomtrail.db");
        check("/home/o'neil/my db", r"'/home/o'\''neil/my db'");
        check("/x;rm", "'/x;rm'");
    }
}
