//! Runs the built program in a folder of its own, away from the user's configuration.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A folder, and the program in it.
pub struct Trial {
    folder: TempDir,
}

/// What a run printed.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Trial {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// With the recorded WannaCry ledger in its database: read in once for all tests, each of which has a copy of its own.
    pub fn recorded() -> Self {
        static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
        let trial = Self::new();
        let database = DATABASE.get_or_init(|| {
            let first = Self::new();
            first.ok(&["sync", "wannacry", "--explorer", "built-in"]);
            std::fs::read(first.path("test.db")).unwrap()
        });
        std::fs::write(trial.path("test.db"), database).unwrap();
        trial.mode("test.db", 0o600);
        trial
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file as private as the program's own are.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        let path = self.path(name);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Sets who may do what with a file or a folder.
    pub fn mode(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        Command::from_std(self.process(args))
    }

    /// The same as a process that can be started and let run.
    pub fn process(&self, args: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ransomtrail"));
        command.args(args).current_dir(self.folder.path());
        for (key, _) in std::env::vars() {
            if key.starts_with("RANSOMTRAIL_") || key.to_lowercase().ends_with("_proxy") {
                command.env_remove(key);
            }
        }
        command
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("RANSOMTRAIL_DB", self.path("test.db"))
            .env("NO_COLOR", "1");
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        let done = self.command(args).output().unwrap();
        Ran {
            code: done.status.code().unwrap_or(-1),
            out: String::from_utf8(done.stdout).unwrap(),
            err: String::from_utf8(done.stderr).unwrap(),
        }
    }

    /// Runs a command that has to succeed; returns what it printed.
    pub fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// Runs a command that has to fail in this way, with a message that holds `expect`; nothing may panic.
    pub fn fails(&self, args: &[&str], code: i32, expect: &str) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, code, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(expect), "{args:?} says {:?}, not {expect:?}", ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let mut all = args.to_vec();
        all.push("--json");
        serde_json::from_str(&self.ok(&all)).unwrap()
    }
}

/// The codes of a document's caveats.
pub fn codes(document: &Value) -> Vec<&str> {
    document["caveats"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

/// A document without the sentences that the terminal adds: as it is packed.
pub fn data(mut document: Value) -> Value {
    let caveats = document.get_mut("caveats").and_then(Value::as_array_mut);
    for caveat in caveats.into_iter().flatten().filter_map(Value::as_object_mut) {
        assert!(caveat.remove("text").is_some_and(|text| text.is_string()), "{caveat:?}");
    }
    document
}

/// The file beside the sources.
pub fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What the public views show of what is confirmed, without who told and when.
pub fn views(trial: &Trial) -> Vec<String> {
    views_of(&trial.path("test.db"))
}

/// The same of any database.
pub fn views_of(path: &Path) -> Vec<String> {
    const WHAT: &[&str] = &[
        "SELECT family, address, txid, vout, sats, block_height, block_time, internal FROM payments WHERE state = 'confirmed'",
        "SELECT family, txid, inputs, spent_sats, returned_sats, net_sats, block_height, block_time FROM withdrawals
         WHERE state = 'confirmed'",
        "SELECT * FROM daily_inflows",
        "SELECT family, address, received_sats, spent_sats, transactions FROM addresses",
    ];
    let db = rusqlite::Connection::open(path).unwrap();
    let mut out = Vec::new();
    for sql in WHAT {
        let mut query = db.prepare(sql).unwrap();
        let columns = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<_> = (0..columns).map(|n| row.get::<_, rusqlite::types::Value>(n).unwrap()).collect();
            out.push(format!("{cells:?}"));
        }
    }
    out.sort();
    out
}

/// The ledger as text: what was said, without who asked when.
pub fn dump(trial: &Trial) -> Vec<String> {
    const WHAT: &[(&str, &str)] = &[
        ("tx", "SELECT txid, version, lock_time, size, recomputed FROM tx"),
        ("input", "SELECT t.txid, i.* FROM tx_input i JOIN tx t USING (tx_id)"),
        ("output", "SELECT t.txid, o.* FROM tx_output o JOIN tx t USING (tx_id)"),
        ("state", "SELECT txid, state, block_height, block_hash, block_time FROM tx_state"),
        (
            "totals",
            "SELECT address, tx_count, received, spent, mempool_tx_count, mempool_received, mempool_spent FROM totals
                    WHERE totals_id IN (SELECT max(totals_id) FROM totals GROUP BY address)",
        ),
        ("cursor", "SELECT * FROM cursor"),
        ("watched", "SELECT * FROM watched"),
    ];
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let mut out = Vec::new();
    for (name, sql) in WHAT {
        let mut query = db.prepare(sql).unwrap();
        let columns: Vec<String> = query.column_names().iter().map(|c| (*c).to_owned()).collect();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<_> = (0..columns.len())
                .filter(|n| columns[*n] != "tx_id")
                .map(|n| row.get::<_, rusqlite::types::Value>(n).unwrap())
                .collect();
            out.push(format!("{name} {cells:?}"));
        }
    }
    out.sort();
    out
}
