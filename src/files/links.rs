//! Symbolic links that somebody else may have planted.

use std::io;
use std::path::Path;

/// Something of that name is a symbolic link, wherever it leads.
pub fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_symlink())
}

/// An error where the way to `path`, or `path` itself, is a link of somebody else's. The user's own links are meant, and so are those of the
/// system and of whoever owns the folder, who could as well replace all that is in it.
#[cfg(unix)]
pub fn refuse_strange_links(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let me = rustix::process::geteuid().as_raw();
    for place in path.ancestors() {
        let Ok(found) = place.symlink_metadata() else { continue };
        if !found.is_symlink() {
            continue;
        }
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !may_follow(found.uid(), me, folder.metadata()?.uid()) {
            let said = format!("{}: is a symbolic link that another user made; remove it", place.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, said));
        }
    }
    Ok(())
}

/// Only administrators make links there.
#[cfg(not(unix))]
pub fn refuse_strange_links(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn may_follow(link: u32, me: u32, folder: u32) -> bool {
    link == me || link == 0 || link == folder
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn whose_links_are_followed() {
        let check =
            |link, me, folder, expect| assert_eq!(super::may_follow(link, me, folder), expect, "{link} {me} {folder}");
        check(1000, 1000, 0, true);
        check(0, 1000, 0, true);
        // A folder that somebody else shares with us, and his link in it.
        check(1001, 1000, 1001, true);
        // /tmp, and somebody's link in it.
        check(1001, 1000, 0, false);
        check(1001, 0, 0, false);
        check(1001, 1000, 1000, false);
    }
}
