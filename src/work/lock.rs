//! Files beside the database that say that somebody is at work on it; who only reads does not look at them.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::files::Lock;

const WATCH: &str = ".watch";
const TELL: &str = ".notify";

/// Whoever holds it is the only one who makes rounds on an interval. It is held until it is dropped.
#[derive(Debug)]
pub struct WatchLock {
    _held: Lock,
}

impl WatchLock {
    /// Refuses where another program watches this database.
    pub fn take(db: &Path) -> Result<Self> {
        let Some(_held) = Lock::try_take(&path(db, WATCH))? else {
            bail!("{}: another ransomtrail watch is at work on it; stop that one first", db.display());
        };
        Ok(Self { _held })
    }
}

/// Whether somebody watches this database at the moment.
pub fn is_watched(db: &Path) -> bool {
    Lock::is_taken(&path(db, WATCH))
}

/// Two programs that tell at the same time would tell the same.
pub(super) fn telling(db: &Path) -> Result<Lock> {
    match Lock::try_take(&path(db, TELL))? {
        Some(held) => Ok(held),
        None => bail!(
            "another ransomtrail is telling the receivers at the moment; what waits is sent by it, or the next time"
        ),
    }
}

fn path(db: &Path, ending: &str) -> PathBuf {
    // A link to the database is the same database.
    let real = db.canonicalize().unwrap_or_else(|_| db.to_owned());
    let mut name = real.into_os_string();
    name.push(ending);
    PathBuf::from(name)
}
