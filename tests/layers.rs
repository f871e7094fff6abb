//! The floor plan in code: a room uses only rooms on lower floors, and some things live in one room only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the ground up; rooms on one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["domain", "http", "files"],
    &["config", "catalog", "store", "explorer", "price", "proof"],
    &["figures", "trace"],
    &["events", "claims", "sync"],
    &["casebook"],
    &["document"],
    &["chart", "export"],
    &["report", "notify"],
    &["evidence", "work"],
    &["cli"],
];

/// Rooms on one floor that may know each other all the same, and why.
const NEIGHBOURS: &[(&str, &str)] = &[
    // The transport's options are written in terms of times, and its errors need no more of the domain than that.
    ("http", "domain"),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, out: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut out = Vec::new();
    walk(&root, &mut out);
    out.iter().map(|(path, text)| (path.strip_prefix(&root).unwrap().to_owned(), text.clone())).collect()
}

fn room(path: &Path) -> String {
    let first = path.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// Code without comments and without what only tests use.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = before_tests.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_room_uses_only_lower_floors() {
    let mut wrong = BTreeSet::new();
    for (path, text) in sources() {
        let here = room(&path);
        if ["main", "lib"].contains(&here.as_str()) {
            continue;
        }
        let mine = floor(&here).unwrap_or_else(|| panic!("{here} is on no floor; add it to FLOORS"));
        for used in code(&text).split("crate::").skip(1) {
            let name: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(theirs) = floor(&name) else { continue };
            let allowed = theirs < mine || name == here || NEIGHBOURS.contains(&(here.as_str(), name.as_str()));
            if !allowed {
                wrong.insert(format!("{} uses {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn some_things_live_in_one_room() {
    let check = |what: &[&str], rooms: &[&str]| {
        let mut wrong = BTreeSet::new();
        for (path, text) in sources() {
            let code = code(&text);
            for word in what {
                if code.contains(word) && !rooms.contains(&room(&path).as_str()) {
                    wrong.insert(format!("{} has {word}", path.display()));
                }
            }
        }
        assert!(wrong.is_empty(), "only in {rooms:?}: {wrong:#?}");
    };
    check(&["SELECT ", "INSERT ", "rusqlite"], &["store"]);
    check(&["reqwest::Client", "ClientBuilder", ".send()"], &["http"]);
    check(&["Utc::now", "Local::now", "SystemTime::now"], &["cli"]);
    check(&["std::env::var", "env::args", "io::stdout", "println!"], &["cli"]);
    let writing = [
        "fs::write",
        "fs::rename",
        "fs::copy",
        "hard_link",
        "File::create",
        "File::options",
        "OpenOptions",
        "create_dir",
        "DirBuilder",
        "tempfile",
    ];
    check(&writing, &["files"]);
    check(&["lettre", "atom_syndication"], &["notify"]);
    // One writer of CSV, which guards what strangers wrote; joined commas would be another.
    check(&["csv::Writer", "WriterBuilder", "{},{}"], &["domain"]);
    // The built-in record joins rows of JSON.
    check(&[".join(\",\")"], &["domain", "explorer"]);
    check(&["plotters", "resvg", "dejavu"], &["chart"]);
}

#[test]
fn no_float_holds_money() {
    for (path, text) in sources() {
        let money = ["domain", "price", "figures", "store", "catalog", "sync", "explorer", "proof", "trace", "claims"];
        if money.contains(&room(&path).as_str()) && !path.ends_with("tests.rs") {
            let code = code(&text);
            let scores = code.contains("jaro_winkler");
            assert!(scores || !(code.contains("f64") || code.contains("f32")), "{} has a float", path.display());
        }
    }
}

#[test]
fn files_stay_readable() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines; split it", path.display());
    }
}

/// Read off the imports: each file of the room stands on others, and none on itself.
#[test]
fn no_circle_of_files_is_in_figures() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let files: Vec<(String, String)> = sources()
        .into_iter()
        .filter(|(path, _)| room(path) == "figures" && !path.ends_with("mod.rs"))
        .map(|(path, text)| (path.file_stem().unwrap().to_str().unwrap().to_owned(), code(&text)))
        .collect();
    for (name, text) in &files {
        let mut used = BTreeSet::new();
        for after in text.split("super::").skip(1) {
            let inside = after.strip_prefix('{').map(|list| list.split('}').next().unwrap_or_default());
            let word = |part: &str| part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            used.extend(inside.unwrap_or_else(|| after.split([';', ',']).next().unwrap()).split(',').map(word));
        }
        for other in used.iter().filter(|other: &&String| !other.is_empty()) {
            assert!(files.iter().any(|(file, _)| file == other), "{name} names no file: super::{other}");
        }
        uses.insert(name.clone(), used);
    }
    let mut done: BTreeSet<String> = BTreeSet::from([String::new()]);
    loop {
        let free: Vec<String> =
            uses.iter().filter(|(_, used)| used.is_subset(&done)).map(|(name, _)| name.clone()).collect();
        if free.is_empty() {
            break;
        }
        uses.retain(|name, _| !free.contains(name));
        done.extend(free);
    }
    assert!(uses.is_empty(), "these files stand on each other: {uses:#?}");
    assert!(done.len() > 15);
}
