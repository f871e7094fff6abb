//! Wrong input and bad luck: a clear error, exit 1 or 2, nothing damaged.

use std::process::Stdio;

use crate::trial::Trial;

#[test]
fn mistakes_of_the_user_are_exit_code_2() {
    let trial = Trial::recorded();
    let check = |args: &[&str], expect: &str| drop(trial.fails(args, 2, expect));
    check(&["summary", "wanacry"], "no family \"wanacry\"; did you mean \"wannacry\"?");
    check(&["summary", "wanacry"], "ransomtrail families lists all");
    check(&["summary", "zzzz"], "no family \"zzzz\"");
    check(&["summary", "wannacry", "--as-of", "2017-13-01"], "not a date");
    check(&["summary", "wannacry", "--as-of", "yesterday"], "not a date");
    check(&["summary", "wannacry", "--as-of", "+262142-12-31"], "not a date");
    check(&["summary", "wannacry", "--as-of", "0001-01-01"], "not a date");
    check(&["summary", "wannacry", "--tz", "Europe/Berln"], "did you mean \"Europe/Berlin\"?");
    check(&["summary", "wannacry", "--tz", "+02:00"], "write a name like Europe/Berlin");
    check(&["chart", "wannacry", "--until", "soon"], "not a date");
    check(&["summary", "wannacry", "--time", "sometime"], "there are block, first-seen");
    check(&["summary", "wannacry", "--currency", "XYZ"], "USD, EUR, GBP");
    check(&["summary", "wannacry", "--by", "year"], "day, week, month");
    check(&["summary"], "FAMILY");
    check(&["--network", "moonnet", "families"], "there are mainnet, testnet4, signet, regtest");
    check(&["sync", "wannacry", "--explorer", "nobody"], "no explorer \"nobody\"");
    check(&["sync", "wannacry", "--explorer", "http://example.com/api"], "not encrypted");
    check(
        &["chart", "wannacry", "--kind", "pie"],
        "invalid value 'pie' for '--kind <KIND>'\n  [possible values: cumulative, ",
    );
    check(
        &["chart", "wannacry", "--until", "2016-01-01"],
        "before the last day counted (2017-09-17); to leave out what came later, use --as-of 2016-01-01",
    );
    check(&["weekly", "--week", "2017-W99"], "not an ISO week");
    check(&["frobnicate"], "frobnicate");
}

#[test]
fn nothing_recorded_is_not_zero() {
    let trial = Trial::new();
    let ran = trial.fails(&["summary", "locky"], 1, "nothing is recorded of Locky yet");
    assert!(ran.out.is_empty() && ran.err.contains("ransomtrail sync locky"));
    trial.fails(&["sync", "locky", "--explorer", "built-in"], 1, "holds no ledger of locky; it holds: wannacry");
}

#[test]
fn databases_that_are_not_ours() {
    let trial = Trial::recorded();
    let garbage = trial.write("garbage.db", &"not a database at all. ".repeat(200));
    let check = |path: &std::path::Path, expect: &str| {
        let before = std::fs::read(path).unwrap();
        trial.fails(&["summary", "wannacry", "--db", path.to_str().unwrap()], 1, expect);
        assert_eq!(std::fs::read(path).unwrap(), before, "the file was changed");
    };
    check(&garbage, "not a ransomtrail database, or damaged");

    let foreign = trial.path("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    check(&foreign, "not a ransomtrail database");

    let newer = trial.path("newer.db");
    std::fs::copy(trial.path("test.db"), &newer).unwrap();
    let db = rusqlite::Connection::open(&newer).unwrap();
    db.execute_batch("PRAGMA journal_mode = delete; PRAGMA user_version = 999").unwrap();
    drop(db);
    check(&newer, "written by a newer version of ransomtrail (schema 999, this program knows 100)");
    let sync = ["sync", "wannacry", "--explorer", "built-in", "--db", newer.to_str().unwrap()];
    trial.fails(&sync, 1, "written by a newer version");
    // What was made before the first release is not brought up to date.
    for version in [0, 1, 8, 99] {
        let db = rusqlite::Connection::open(&newer).unwrap();
        db.execute_batch(&format!("PRAGMA user_version = {version}")).unwrap();
        drop(db);
        check(&newer, "newer.db: made before 0.1: sync anew; move the file away, or name another with --db");
        let before = std::fs::read(&newer).unwrap();
        trial.fails(&sync, 1, "newer.db: made before 0.1: sync anew");
        assert_eq!(std::fs::read(&newer).unwrap(), before, "the file was changed");
    }

    // A page in the middle overwritten: found when it is read, and said.
    let broken = trial.path("broken.db");
    let mut bytes = std::fs::read(trial.path("test.db")).unwrap();
    bytes[8_192..].fill(0x5a);
    std::fs::write(&broken, bytes).unwrap();
    trial.fails(&["summary", "wannacry", "--db", broken.to_str().unwrap()], 1, "damaged");
}

#[test]
fn folders_that_cannot_be_written() {
    let trial = Trial::recorded();
    trial.write("file", "");
    trial.fails(&["summary", "wannacry", "--db", "."], 1, "is a folder; name a file");
    trial.fails(&["sync", "wannacry", "--explorer", "built-in", "--db", "file/x.db"], 1, "file/x.db");
    trial.fails(&["summary", "wannacry", "--db", "file/x.db"], 1, "file/x.db: Not a directory");
    trial.fails(&["demo", "--out", "file/out"], 1, "file/out");
    trial.fails(&["chart", "wannacry", "--out", "file"], 1, "file/wannacry");
    trial.fails(&["chart", "wannacry", "--out", "/proc/nowhere"], 1, "/proc/nowhere");
    // A file system that nobody can write to, not even root.
    trial.fails(&["sync", "wannacry", "--explorer", "built-in", "--db", "/proc/x.db"], 1, "/proc/x.db");
    trial.fails(&["weekly", "--week", "2017-W20", "--out", "/proc/nowhere"], 1, "/proc/nowhere");
    trial.fails(&["families", "add", "missing.toml"], 1, "missing.toml");
    trial.fails(&["families", "--config", "missing.toml"], 1, "missing.toml");
}

#[test]
fn several_programs_may_work_on_one_database_at_once() {
    let trial = Trial::new();
    let sync = || {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ransomtrail"));
        command.args(["sync", "wannacry", "--explorer", "built-in", "--db"]).arg(trial.path("test.db"));
        command
            .env("XDG_CONFIG_HOME", trial.path("config"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let running: Vec<_> = (0..4).map(|_| sync()).collect();
    for child in running {
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    assert_eq!(trial.json(&["summary", "wannacry"])["received"]["outputs"], 354);
}

#[test]
fn the_demo_replaces_only_a_demo() {
    let trial = Trial::new();
    trial.ok(&["demo"]);
    trial.ok(&["demo"]);
    let path = trial.path("ransomtrail-demo/ransomtrail.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "INSERT INTO request (explorer, url, asked_at, sha256, bytes)
         VALUES ('mempool.space', 'https://mempool.space/api/x', 1, printf('%064d', 0), 1)",
    )
    .unwrap();
    drop(db);
    trial.fails(&["demo"], 1, "holds more than the recorded ledger");
    assert!(path.exists());
}

#[test]
fn reading_makes_no_database() {
    let trial = Trial::new();
    trial.fails(&["summary", "locky", "--db", "typo/x.db"], 1, "nothing is recorded of Locky yet in typo/x.db");
    let said = trial.run(&["summary", "wannacry", "--db", "typo/x.db"]).err;
    assert!(said.contains("nothing is recorded of WannaCry in typo/x.db: this is the record"), "{said}");
    assert!(!trial.path("typo").exists());
}

#[test]
fn a_full_disk_at_the_other_end_of_stdout() {
    let trial = Trial::recorded();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ransomtrail"));
    let done = command
        .args(["payments", "wannacry", "--db"])
        .arg(trial.path("test.db"))
        .stdout(Stdio::from(full))
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("cannot write the output"));
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let trial = Trial::recorded();
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ransomtrail"));
    let mut child = command
        .args(["payments", "wannacry", "--json", "--db"])
        .arg(trial.path("test.db"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert!(done.stderr.is_empty());
}

#[test]
fn a_bad_configuration_names_file_and_line() {
    let trial = Trial::new();
    trial.write("config/ransomtrail/ransomtrail.toml", "network = \"mainnet\"\ncurrancy = \"EUR\"\n");
    let ran = trial.fails(&["families"], 1, "line 2");
    assert!(ran.err.contains("ransomtrail.toml") && ran.err.contains("currency"), "{}", ran.err);
}
