//! What is written: who may read it, and that no link that somebody planted leads elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::notify::{cash_out, story, told};
use crate::support::FakeExplorer;
use crate::trial::{Ran, Trial};

const BOAT: &str = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT";
const PAGE: &str = "https://example.org/page";

/// Every command that writes files; whether it goes on over whatever stands under the names that it writes.
const COMMANDS: &[(&[&str], bool)] = &[
    (&["sync", "wannacry", "--explorer", "built-in"], true),
    (&["families", "add", "input/case.toml"], false),
    (&["families", "new", "second", "--address", BOAT, "--source", PAGE], false),
    (&["labels", "add", BOAT, "Boat", "--category", "exchange", "--source", PAGE], false),
    (&["labels", "import", "input/list.csv", "--replace"], true),
    (&["labels", "export", "--out", "labels.yaml"], true),
    (&["chart", "wannacry", "--kind", "weekly", "--out", "charts", "--format", "svg"], true),
    (&["report", "wannacry", "--out", "pages"], true),
    (&["export", "wannacry", "--out", "tables"], true),
    (&["evidence", "pack", "wannacry", "--out", "pack.zip", "--force"], true),
    (&["weekly", "--week", "2017-W20", "--out", "weeks"], true),
    (&["demo", "--out", "demo", "--format", "svg"], true),
];

/// A folder with what the commands need, and the recorded ledger unless they make it.
fn bench(ledger: Option<&Trial>) -> Trial {
    let trial = Trial::new();
    trial.write(
        "input/case.toml",
        &format!(
            "name = \"case\"\ntitle = \"Case\"\nsummary = \"Ours.\"\n[sources.us]\ntitle = \"ourselves\"\n\
             [[addresses]]\nsource = \"us\"\nlist = [\"{BOAT}\"]\n"
        ),
    );
    trial.write("input/list.csv", &format!("address,name,category,source\n{BOAT},Boat,exchange,{PAGE}\n"));
    if let Some(ledger) = ledger {
        fs::copy(ledger.path("test.db"), trial.path("test.db")).unwrap();
    }
    trial
}

fn needs_no_ledger(args: &[&str]) -> bool {
    ["sync", "demo"].contains(&args[0])
}

/// Runs the program where new files are readable by all unless it says otherwise.
fn under(umask: &str, command: &Command) -> Ran {
    let mut outer = Command::new("sh");
    outer.arg("-c").arg(format!("umask {umask}; exec \"$0\" \"$@\"")).arg(command.get_program());
    outer.args(command.get_args()).current_dir(command.get_current_dir().unwrap());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(key, value),
            None => outer.env_remove(key),
        };
    }
    let done = outer.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: done.status.code().unwrap_or(-1), out: text(done.stdout), err: text(done.stderr) }
}

/// All that lies in the folder but the input, by its name there.
fn all(trial: &Trial) -> BTreeSet<String> {
    fn walk(folder: &Path, name: &str, out: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{name}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() && name != "input" {
                walk(&entry.path(), &format!("{name}/"), out);
            }
            if name != "input" {
                out.insert(name);
            }
        }
    }
    let mut out = BTreeSet::new();
    walk(&trial.path(""), "", &mut out);
    out
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

/// The database, its side files and locks.
fn is_working_file(name: &str) -> bool {
    name.contains(".db") || name.ends_with(".lock")
}

fn private(name: &str) -> bool {
    is_working_file(name) || name.starts_with("data") || (name.starts_with("config") && !name.contains("/feed"))
}

fn modes_are_right(trial: &Trial, before: &BTreeSet<String>, shared: (u32, u32), what: &str) {
    let made: Vec<String> = all(trial).difference(before).cloned().collect();
    assert!(!made.is_empty(), "{what} makes nothing");
    for name in made {
        let path = trial.path(&name);
        let expect = match (private(&name), path.is_dir()) {
            (true, true) => 0o700,
            (true, false) => 0o600,
            (false, true) => shared.0,
            (false, false) => shared.1,
        };
        assert_eq!(format!("{:o}", mode(&path)), format!("{expect:o}"), "{what}: {name}");
    }
}

#[test]
fn what_the_program_keeps_is_for_its_user_and_what_it_makes_is_as_the_umask_says() {
    let ledger = Trial::recorded();
    for (args, _) in COMMANDS {
        let trial = bench((!needs_no_ledger(args)).then_some(&ledger));
        let before = all(&trial);
        let ran = under("022", &trial.process(args));
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
        assert!(!ran.err.contains("open to other users"), "{args:?}: {}", ran.err);
        modes_are_right(&trial, &before, (0o755, 0o644), args[0]);
    }
    let trial = bench(Some(&ledger));
    let before = all(&trial);
    under("027", &trial.process(&["export", "wannacry", "--out", "tables"]));
    modes_are_right(&trial, &before, (0o750, 0o640), "export");
    // Where no database is named.
    let trial = bench(None);
    let mut sync = trial.process(&["sync", "wannacry", "--explorer", "built-in"]);
    sync.env_remove("RANSOMTRAIL_DB");
    under("000", &sync);
    assert!(trial.path("data/ransomtrail/ransomtrail.db").exists());
    modes_are_right(&trial, &BTreeSet::new(), (0, 0), "sync");
}

#[test]
fn side_files_of_an_open_database_are_as_private_as_it_is() {
    let trial = Trial::new();
    let path = trial.path("new/folder/x.db");
    let store = ransomtrail::store::Store::open(&path).unwrap();
    for name in ["x.db", "x.db-wal", "x.db-shm"] {
        assert_eq!(mode(&path.with_file_name(name)), 0o600, "{name}");
    }
    assert_eq!((mode(&trial.path("new/folder")), mode(&trial.path("new"))), (0o700, 0o700));
    drop(store);
}

#[test]
fn watch_and_notices_keep_to_it_and_their_locks_are_no_links() {
    let (chain, coin) = story();
    let trial = told(&chain, "[[notify]]\nkind = \"atom\"\nfile = \"feed/coins.xml\"\nevents = [\"arrival\"]\n");
    let before = all(&trial);
    let server = FakeExplorer::start(chain);
    let url = server.url();
    let watch = ["watch", "story", "--onward", "--explorer", &url, "--rounds", "1"];
    let ok = |args: &[&str]| {
        let ran = under("022", &trial.process(args));
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
    };
    ok(&watch);
    cash_out(&server, coin);
    let (victim, feed) = (trial.write("input/victim", "precious"), trial.path("config/ransomtrail/feed/coins.xml"));
    fs::create_dir_all(feed.parent().unwrap()).unwrap();
    fs::set_permissions(feed.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    symlink(&victim, &feed).unwrap();
    symlink(&victim, feed.with_file_name("coins.xml.new")).unwrap();
    ok(&["notify", "test"]);
    assert!(fs::symlink_metadata(&feed).unwrap().is_symlink(), "a test writes no feed");
    ok(&watch);
    assert!(fs::read_to_string(&feed).unwrap().contains("arrived at"));
    fs::remove_file(feed.with_file_name("coins.xml.new")).unwrap();
    modes_are_right(&trial, &before, (0o755, 0o644), "watch");
    assert!(trial.path("test.db.watch").exists() && trial.path("test.db.notify").exists());

    for (lock, args) in [("test.db.watch", &watch[..]), ("test.db.notify", &["notify", "send"])] {
        let lock = trial.path(lock);
        fs::remove_file(&lock).unwrap();
        symlink(&victim, &lock).unwrap();
        trial.fails(args, 1, "is a symbolic link, which no lock may be; remove it");
        fs::remove_file(&lock).unwrap();
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn a_planted_link_leads_nowhere() {
    let ledger = Trial::recorded();
    for (args, goes_on) in COMMANDS {
        let trial = bench((!needs_no_ledger(args)).then_some(&ledger));
        let victim = trial.write("input/victim", "precious");
        let before = all(&trial);
        trial.ok(args);
        let made: Vec<String> =
            all(&trial).difference(&before).filter(|name| trial.path(name).is_file()).cloned().collect();
        let (working, results): (Vec<String>, Vec<String>) = made.into_iter().partition(|name| is_working_file(name));

        // Under every final name, and the names that files were once written under before they were renamed.
        for name in &results {
            let path = trial.path(name);
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            fs::remove_file(&path).unwrap();
            let beside = [format!("{file}.new"), format!(".{stem}.new"), format!("{stem}.new"), format!("{file}.part")];
            for planted in beside.iter().chain([&file]) {
                let _ = symlink(&victim, path.with_file_name(planted));
            }
        }
        let ran = trial.run(args);
        assert!(!ran.err.contains("panicked"), "{args:?}: {}", ran.err);
        assert_eq!(ran.code == 0, *goes_on, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.code == 0 || ran.err.starts_with("error: "), "{args:?}: {}", ran.err);
        for name in results.iter().filter(|_| *goes_on) {
            let path = trial.path(name);
            assert!(fs::symlink_metadata(&path).unwrap().is_file(), "{args:?}: {name} is still a link");
        }
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{args:?}");

        // Under the names that are opened as they are.
        for name in working {
            for target in [&victim, &trial.path("input/none")] {
                fs::remove_file(trial.path(&name)).unwrap();
                symlink(target, trial.path(&name)).unwrap();
                let expect = if name.ends_with(".db") && target.exists() {
                    "not a ransomtrail database"
                } else {
                    "is a symbolic link"
                };
                trial.fails(args, 1, expect);
                assert!(!trial.path("input/none").exists(), "{args:?}: {name}");
            }
            assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{args:?}: {name}");
        }
    }
}

#[test]
fn a_database_is_found_through_a_link_but_never_made_through_one() {
    let trial = Trial::recorded();
    symlink(trial.path("test.db"), trial.path("link.db")).unwrap();
    trial.ok(&["summary", "wannacry", "--db", "link.db"]);
    let empty = trial.write("empty", "");
    symlink(&empty, trial.path("empty.db")).unwrap();
    let sync = |db| ["sync", "wannacry", "--explorer", "built-in", "--db", db];
    trial.fails(&sync("empty.db"), 1, "not a ransomtrail database");
    assert_eq!(fs::metadata(&empty).unwrap().len(), 0);

    let victim = trial.write("victim", "precious");
    for ending in ["-wal", "-shm", "-journal"] {
        let side = trial.path(&format!("test.db{ending}"));
        symlink(&victim, &side).unwrap();
        for db in ["test.db", "link.db"] {
            trial.fails(&sync(db), 1, &format!("test.db{ending}: is a symbolic link; remove it"));
        }
        fs::remove_file(side).unwrap();
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    trial.ok(&sync("test.db"));
}

#[test]
fn wider_modes_are_told_once_and_left_as_they_are() {
    let trial = Trial::recorded();
    let family = trial.write(
        "config/ransomtrail/families/case.toml",
        &format!(
            "name = \"case\"\ntitle = \"Case\"\nsummary = \"Ours.\"\n[sources.us]\ntitle = \"ourselves\"\n\
             [[addresses]]\nsource = \"us\"\nlist = [\"{BOAT}\"]\n"
        ),
    );
    let wider = [(trial.path("test.db"), 0o644), (family.clone(), 0o640), (family.parent().unwrap().to_owned(), 0o711)];
    assert!(!trial.run(&["summary", "wannacry"]).err.contains("open to other users"));
    for (path, mode) in &wider {
        fs::set_permissions(path, fs::Permissions::from_mode(*mode)).unwrap();
    }
    let ran = trial.run(&["summary", "wannacry"]);
    let [db, file, folder] = wider.each_ref().map(|(path, _)| path.display());
    let expect = format!(
        "warning: open to other users of this machine: {folder} (0711), {file} (0640), {db} (0644); \
         to keep them out: chmod 700 {folder} && chmod 600 {file} {db}\n"
    );
    assert_eq!((ran.code, ran.err.matches(&expect).count()), (0, 1), "{}", ran.err);
    assert!(wider.iter().all(|(path, expect)| mode(path) == *expect));
    // The command that it names does it.
    let command = expect.split("out: ").nth(1).unwrap();
    assert!(Command::new("sh").args(["-c", command]).status().unwrap().success());
    assert!(!trial.run(&["summary", "wannacry"]).err.contains("open to other users"));
}

/// A folder may be named in any bytes.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_stops_nobody() {
    use std::os::unix::ffi::OsStrExt;
    let trial = Trial::recorded();
    let folder = trial.path("out").join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir_all(&folder).unwrap();
    let pack = folder.join("pack.zip");
    let commands: [(&[&str], &Path); 6] = [
        (&["chart", "wannacry", "--out"], &folder),
        (&["report", "wannacry", "--out"], &folder),
        (&["export", "wannacry", "--out"], &folder),
        (&["weekly", "--week", "2017-W20", "--out"], &folder),
        (&["evidence", "pack", "wannacry", "--out"], &pack),
        (&["evidence", "check"], &pack),
    ];
    for (args, path) in commands {
        for json in [false, true] {
            let mut command = trial.process(args);
            command.arg(path).args(json.then_some("--json"));
            if args.contains(&"pack") && json {
                command.arg("--force");
            }
            let done = command.output().unwrap();
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.code() != Some(101) && !said.contains("panicked"), "{args:?}: {said}");
        }
    }
    assert!(pack.exists() && folder.join("wannacry").exists());
}

/// Commands that read neither make a database nor write into a file that is none.
#[test]
fn commands_that_read_leave_files_alone() {
    let trial = Trial::new();
    let empty = trial.write("empty.csv", "");
    let before: BTreeSet<_> = fs::read_dir(trial.path("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    for args in [
        &["summary", "wannacry"][..],
        &["payments", "wannacry"],
        &["status"],
        &["events", "wannacry"],
        &["trace", "wannacry"],
        &["incidents"],
        &["verify", "--family", "wannacry", "millions"],
        &["export", "wannacry"],
    ] {
        for db in ["empty.csv", "missing.db"] {
            trial.run(&[args, &["--db", db]].concat());
        }
    }
    assert_eq!(fs::metadata(empty).unwrap().len(), 0);
    let after: BTreeSet<_> = fs::read_dir(trial.path("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(before, after);
}
