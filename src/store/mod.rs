//! The only room with SQL: one SQLite file that holds what explorers said, and views that people can open elsewhere.
//!
//! A page of transactions and the cursor that says "read up to here" are written in one SQLite transaction, together with
//! the request that brought them. Observations are only ever added; the present is a view over them.

mod best_chain;
mod complete;
mod incidents;
mod kept;
mod ledger;
mod links;
mod notices;
mod outbox;
mod page;
mod paging;
mod place;
mod prices;
mod proofs;
mod reading;
mod request;
mod rounds;
mod scan;
mod scan_mark;
mod schema;
mod shared;
pub mod slice;
mod sums;
mod telling;
mod totals;
mod trail;
mod transaction;
mod walked;
mod watch;
mod watched_outpoint;
mod words;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::files::{self, Mode};

pub use incidents::Finding;
pub use notices::{EventRecord, News, ReceiverRecord};
pub use outbox::{NoticeRecord, OutboxState};
pub use page::{Goal, PageRecord, Recorded, Refusal};
pub use paging::Aside;
pub use prices::RecordedPrices;
pub use proofs::{HeaderRecord, ProofRecord};
pub use reading::Reading;
pub use rounds::{ExplorerRecord, RoundRecord};
pub use scan::{BlockRecord, BlockTx, Outpoints, ScanPoint, ScannedAddress};
pub use scan_mark::ScanMark;
use schema::{FIRST, NEWEST, Schema};
pub use shared::SharedStore;
pub use slice::Slice;
pub use trail::{FrontierRow, OutspendRecord, TrailStart};
pub use transaction::StoredTx;
pub use walked::Walked;
pub use watched_outpoint::{OpenEnd, TrailStanding, WatchedOutpoint};

/// Another process may be writing a page; pages are small.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How often, and how long apart, a database that is just being made is tried again.
const BUSY_TRIES: usize = 50;
const BUSY_PAUSE: Duration = Duration::from_millis(100);

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is something else, or damaged.
    #[error("{0}: not a ransomtrail database, or damaged; name another file with --db, or move this one away")]
    NotOurs(String),
    /// There is no such file.
    #[error("{0}: there is no database yet; run ransomtrail sync, or name another file with --db")]
    Missing(String),
    /// Written by a newer version of the program.
    #[error(
        "{path}: written by a newer version of ransomtrail (schema {found}, this program knows {known}); update the program"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Written before the first release.
    #[error("{0}: made before 0.1: sync anew; move the file away, or name another with --db, and run ransomtrail sync")]
    TooOld(String),
    /// Written by an earlier version of the program, and only read by this command.
    #[error(
        "{path}: written by an earlier version of ransomtrail (schema {found}, this program reads {known}); run ransomtrail sync, which brings it up to date"
    )]
    Behind {
        /// The file.
        path: String,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The folder or the file cannot be opened or written.
    #[error("{path}: {reason}")]
    Unusable {
        /// The file.
        path: String,
        /// What SQLite or the system says.
        reason: String,
    },
    /// Another program holds it.
    #[error("{0}: is in use by another program that does not let go")]
    Busy(String),
    /// The disk is full; the last page was rolled back.
    #[error("{0}: the disk is full; nothing was damaged and what was stored before is kept")]
    Full(String),
    /// Anything else that SQLite says.
    #[error("{path}: {source}")]
    Sql {
        /// The file.
        path: String,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

/// The database.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: String,
    keeps_answers: bool,
}

/// What a database that is no file is called.
const MEMORY: &str = ":memory:";

impl Store {
    /// Opens the database at `path`, makes it where there is none, and brings an older one up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        let unusable = |reason: String| StoreError::Unusable { path: name.clone(), reason };
        if path.is_dir() {
            return Err(unusable("is a folder; name a file".to_owned()));
        }
        // Whoever plants a link chooses what it leads to: a database that is there is used, none is made of anything else.
        let linked = files::is_link(path);
        make(path, linked).map_err(|error| unusable(error.to_string()))?;
        // While another process makes the tables, SQLite does not wait on our behalf.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut tries = 0;
        loop {
            let db = Connection::open_with_flags(path, flags).map_err(|error| explain(&name, error))?;
            match Self::prepare(db, name.clone(), !linked) {
                Err(StoreError::Busy(_)) if tries < BUSY_TRIES => {
                    tries += 1;
                    std::thread::sleep(BUSY_PAUSE);
                }
                other => return other,
            }
        }
    }

    /// Opens the database at `path` for reading; there must be one. Nothing is written, neither rows nor tables. On a medium that
    /// cannot be written it is read as it lies.
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(StoreError::Unusable { path: name, reason: "is a folder; name a file".to_owned() });
        }
        match path.try_exists() {
            Ok(true) => {}
            Ok(false) => return Err(StoreError::Missing(name)),
            // What somebody may not look at is not for that reason not there.
            Err(error) => return Err(StoreError::Unusable { path: name, reason: error.to_string() }),
        }
        beside_are_no_links(path)
            .map_err(|error| StoreError::Unusable { path: name.clone(), reason: error.to_string() })?;
        // Opened read-only, SQLite would leave its -wal and -shm files behind: so it may write, and is told not to.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags).map_err(|error| explain(&name, error));
        match opened.and_then(|db| Self::prepare_reading(db, name.clone())) {
            Err(StoreError::Unusable { .. }) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                let escaped = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
                let db = Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
                    .map_err(|error| explain(&name, error))?;
                Self::prepare_reading(db, name)
            }
            other => other,
        }
    }

    /// Whether all that it holds comes from the explorer of that name.
    pub fn holds_only(&self, explorer: &str) -> Result<bool, StoreError> {
        self.db
            .query_row("SELECT NOT EXISTS (SELECT 1 FROM request WHERE explorer <> ?1)", [explorer], |row| row.get(0))
            .map_err(|error| self.explain(error))
    }

    /// A database in memory, for tests and trials.
    pub fn in_memory() -> Result<Self, StoreError> {
        let name = MEMORY.to_owned();
        let db = Connection::open_in_memory().map_err(|error| explain(&name, error))?;
        Self::prepare(db, name, true)
    }

    fn prepare(mut db: Connection, path: String, may_make: bool) -> Result<Self, StoreError> {
        let sql = |error| explain(&path, error);
        db.busy_timeout(BUSY_TIMEOUT).map_err(sql)?;
        match Schema::of(&db).map_err(sql)? {
            Schema::Foreign => return Err(StoreError::NotOurs(path)),
            Schema::Version(found) if found < FIRST => return Err(StoreError::TooOld(path)),
            Schema::Version(found) if found > NEWEST => return Err(StoreError::Newer { path, found, known: NEWEST }),
            Schema::Empty if !may_make => return Err(StoreError::NotOurs(path)),
            Schema::Version(_) | Schema::Empty => {}
        }
        // A transaction that begins by reading cannot wait for another writer when it comes to write: they all begin as
        // writers. So does the switch to WAL, which is made once.
        db.set_transaction_behavior(TransactionBehavior::Immediate);
        let mode: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(sql)?;
        if mode != "wal" {
            db.pragma_update(None, "journal_mode", "wal").map_err(sql)?;
        }
        db.pragma_update(None, "synchronous", "normal").map_err(sql)?;
        // Each transaction of a page is a savepoint: what it may have to take back is kept in memory, not in a file.
        db.pragma_update(None, "temp_store", "memory").map_err(sql)?;
        // A step may have to make a table anew that others refer to.
        db.pragma_update(None, "foreign_keys", false).map_err(sql)?;
        schema::bring_up_to_date(&mut db).map_err(sql)?;
        db.pragma_update(None, "foreign_keys", true).map_err(sql)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Self { db, path, keeps_answers: false })
    }

    fn prepare_reading(db: Connection, path: String) -> Result<Self, StoreError> {
        let sql = |error| explain(&path, error);
        db.busy_timeout(BUSY_TIMEOUT).map_err(sql)?;
        match Schema::of(&db).map_err(sql)? {
            Schema::Version(NEWEST) => {}
            Schema::Foreign => return Err(StoreError::NotOurs(path)),
            // Somebody is just making it.
            Schema::Empty => return Err(StoreError::Missing(path)),
            Schema::Version(found) if found < FIRST => return Err(StoreError::TooOld(path)),
            Schema::Version(found) if found > NEWEST => return Err(StoreError::Newer { path, found, known: NEWEST }),
            Schema::Version(found) => return Err(StoreError::Behind { path, found, known: NEWEST }),
        }
        db.pragma_update(None, "query_only", true).map_err(sql)?;
        db.pragma_update(None, "temp_store", "memory").map_err(sql)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Self { db, path, keeps_answers: false })
    }

    /// From now on the answers that bring something into the ledger are kept as they came, compressed, each once. A new store
    /// keeps none but those of incidents.
    pub fn keep_answers(&mut self, keep: bool) {
        self.keeps_answers = keep;
    }

    /// The file's path as given.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it is no file, and gone when it is closed.
    pub fn is_in_memory(&self) -> bool {
        self.path == MEMORY
    }

    /// Lets the file grow to that many pages of 4,096 bytes and no further; then it behaves as on a full disk.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.db
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .map_err(|error| explain(&self.path, error))
    }

    /// Checks the file's structure through and through; `Ok` is sound.
    pub fn check(&self) -> Result<(), StoreError> {
        let answer: String = self
            .db
            .pragma_query_value(None, "integrity_check", |row| row.get(0))
            .map_err(|error| explain(&self.path, error))?;
        if answer == "ok" { Ok(()) } else { Err(StoreError::NotOurs(self.path.clone())) }
    }

    fn explain(&self, error: rusqlite::Error) -> StoreError {
        explain(&self.path, error)
    }
}

/// Makes folder and file before SQLite does, for the user alone: its side files get the mode of the file. They are no links.
fn make(path: &Path, linked: bool) -> std::io::Result<()> {
    files::create_folder(path.parent().unwrap_or(Path::new("")), Mode::Private)?;
    no_link(linked && !path.exists(), path)?;
    if linked {
        files::refuse_strange_links(path)?;
    } else {
        files::create_private(path)?;
    }
    beside_are_no_links(path)
}

/// The side files of a database are SQLite's: a link there was planted.
fn beside_are_no_links(path: &Path) -> std::io::Result<()> {
    let real = path.canonicalize()?;
    for ending in ["-wal", "-shm", "-journal"] {
        let mut beside = real.clone().into_os_string();
        beside.push(ending);
        no_link(files::is_link(Path::new(&beside)), Path::new(&beside))?;
    }
    Ok(())
}

fn no_link(is_one: bool, path: &Path) -> std::io::Result<()> {
    match is_one {
        true => Err(std::io::Error::other(format!("{}: is a symbolic link; remove it", path.display()))),
        false => Ok(()),
    }
}

/// Says what a SQLite error means for the user.
fn explain(path: &str, error: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::NotOurs(path),
        Some(ErrorCode::DiskFull) => StoreError::Full(path),
        Some(ErrorCode::CannotOpen) => StoreError::Unusable {
            path,
            reason: "cannot be opened or made; is the folder there and writable?".to_owned(),
        },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            StoreError::Unusable { path, reason: "cannot be written; is the file or its folder read-only?".to_owned() }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy(path),
        _ => StoreError::Sql { path, source: error },
    }
}
