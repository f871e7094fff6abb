//! Files that say that somebody is at work. Nothing stands in them, and they are never cut.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Error, ErrorKind};
use std::path::Path;
use std::time::Duration;

use super::{is_link, modes, named, refuse_strange_links};

/// How often, and how long apart, a taken lock is tried again: whoever looks whether it is taken holds it for an instant.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// A lock that is held until this is dropped, or the program ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until nobody else holds it.
    pub fn take(path: &Path) -> io::Result<Self> {
        let file = open(path, true)?;
        let locked = file.lock();
        held(file, locked).map_err(|error| named(path, error))
    }

    /// `None` where somebody else goes on holding it.
    pub fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path, true)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => {
                    return held(file, Err(error)).map(Some).map_err(|error| named(path, error));
                }
                Ok(()) => return Ok(Some(Self { _file: file })),
            }
        }
        Ok(None)
    }

    /// Somebody holds it.
    pub fn is_taken(path: &Path) -> bool {
        open(path, false).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

/// Some network folders have no locks; files are whole there too.
fn held(file: File, locked: io::Result<()>) -> io::Result<Lock> {
    match locked {
        Err(error) if error.kind() != ErrorKind::Unsupported => Err(error),
        _ => Ok(Lock { _file: file }),
    }
}

fn open(path: &Path, create: bool) -> io::Result<File> {
    refuse_strange_links(path)?;
    if is_link(path) {
        return Err(named(path, Error::other("is a symbolic link, which no lock may be; remove it")));
    }
    let mut options = OpenOptions::new();
    options.read(true).write(create).create(create).truncate(false);
    modes::of_file(&mut options);
    modes::follow_no_link(&mut options);
    options.open(path).map_err(|error| named(path, error))
}
