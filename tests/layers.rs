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

pub fn sources() -> Vec<(PathBuf, String)> {
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
    check(&["lettre", "atom_syndication", "rss::"], &["notify"]);
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

#[test]
fn no_circle_of_files_is_in_a_room() {
    let files: Vec<(String, String)> =
        sources().into_iter().map(|(path, text)| (path.to_str().unwrap().to_owned(), code(&text))).collect();
    assert!(files.len() > 200);
    let circles = circles(&files);
    assert!(circles.is_empty(), "these files stand on each other: {circles:#?}");
}

#[test]
fn circles_are_found_however_files_are_named() {
    let check = |files: &[(&str, &str)], expect: &[&str]| {
        let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let found: Vec<String> = circles(&files).into_keys().collect();
        assert_eq!(found, expect, "{files:?}");
    };
    let front = ("room/mod.rs", "mod a;\nmod b;\npub use a::{\n    One,\n    Two as Three,\n};\npub use b::*;\n");
    check(&[front, ("room/a.rs", "use super::b::Four;\n"), ("room/b.rs", "struct Four;\n")], &[]);
    let both = &["room/a.rs", "room/b.rs"][..];
    let a = ("room/a.rs", "use super::b::Four;\n");
    check(&[front, a, ("room/b.rs", "use super::{One, c};\n")], both);
    check(&[front, a, ("room/b.rs", "use crate::room::{self, Else};\nfn f() { room::One }\n")], both);
    check(&[front, a, ("room/b.rs", "fn f() -> super::a::One {}\n")], both);
    check(&[front, a, ("room/b.rs", "use super::{\n    x::{Y, Z},\n    a::{self, One},\n};\n")], both);
    // Through a third one; who only uses the circle or is only used by it is none of it.
    let c = ("room/c.rs", "use super::a;\nuse super::e::E;\n");
    let others = [("room/d.rs", "use super::a::One;\n"), ("room/e.rs", "struct E;\n")];
    check(
        &[front, a, ("room/b.rs", "use super::c::C;\n"), c, others[0], others[1]],
        &["room/a.rs", "room/b.rs", "room/c.rs"],
    );
    // A folder's front holds what its files have in common, and what another room has is the floors' business.
    check(&[front, ("room/a.rs", "use super::One;\nuse super::Own;\nuse crate::hall::One;\n")], &[]);
}

/// Files of a room that stand on each other, each with what it uses of the others. Read off the paths that are named; what a front
/// file (`mod.rs`, or `x.rs` beside `x/`) gives on is where it is from, and what a front has of its own belongs to all of its files.
fn circles(files: &[(String, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let module = |path: &str| -> Module {
        let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(str::to_owned).collect()
    };
    let known: BTreeMap<Module, &str> = files.iter().map(|(path, _)| (module(path), path.as_str())).collect();
    let is_front = |at: &Module| {
        known[at].ends_with("/mod.rs") || known.keys().any(|other| other.len() > at.len() && other.starts_with(at))
    };
    let named: BTreeMap<Module, (Vec<Named>, String)> =
        files.iter().map(|(path, text)| (module(path), imports(text))).collect();
    let mut given = BTreeMap::new();
    for (at, (imports, _)) in &named {
        for import in imports.iter().filter(|import| import.public) {
            given.insert((at.clone(), import.name.clone()), import.path.clone());
        }
    }
    let find = |at: &Module, path: &[String]| home(&known, &given, at, path, 0);
    let mut uses: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (at, (imports, rest)) in &named {
        let mut paths: Vec<Module> = imports.iter().map(|import| import.path.clone()).collect();
        for word in rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').filter(|w| w.contains("::")) {
            let parts: Module = word.split("::").map(|part| part.trim_matches(':').to_owned()).collect();
            let through = imports.iter().find(|import| import.name == parts[0]);
            paths.push(through.map_or(parts.clone(), |import| [&import.path, &parts[1..]].concat()));
        }
        let found = paths.iter().filter_map(|path| find(at, path));
        let used = found.filter(|other| other != at && other[0] == at[0] && !is_front(other) && !is_front(at));
        uses.insert(at.clone(), used.collect());
    }
    loop {
        let used: BTreeSet<Module> = uses.values().flatten().cloned().collect();
        let before = uses.len();
        uses.retain(|at, using| !using.is_empty() && used.contains(at));
        let left: BTreeSet<Module> = uses.keys().cloned().collect();
        uses.values_mut().for_each(|using| using.retain(|other| left.contains(other)));
        if uses.len() == before {
            break;
        }
    }
    let path = |at: &Module| known[at].to_owned();
    uses.iter().map(|(at, using)| (path(at), using.iter().map(path).collect())).collect()
}

/// The names of the modules down to a file, or to something in it.
type Module = Vec<String>;

/// What a `use` brings in.
struct Named {
    public: bool,
    name: String,
    path: Module,
}

/// What the `use` lines of a file bring in, and the rest of it.
fn imports(text: &str) -> (Vec<Named>, String) {
    let (mut out, mut rest, mut lines) = (Vec::new(), String::new(), text.lines());
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        let tree =
            ["use ", "pub use ", "pub(super) use ", "pub(crate) use "].iter().find_map(|w| trimmed.strip_prefix(w));
        let Some(tree) = tree else {
            rest += &format!("{line}\n");
            continue;
        };
        let mut tree = tree.to_owned();
        while !tree.contains(';') {
            tree += lines.next().unwrap_or(";");
        }
        for mut path in paths(tree.split(';').next().unwrap()) {
            let name = path.pop().unwrap();
            let (real, name) = name.split_once(" as ").unwrap_or((&name, &name));
            if real != "self" {
                path.push(real.to_owned());
            }
            let name = if name == "self" { path.last().unwrap() } else { name };
            out.push(Named { public: trimmed.starts_with("pub"), name: name.to_owned(), path });
        }
    }
    (out, rest)
}

/// The paths of a tree like `a::{b, c::{d, e}}`.
fn paths(tree: &str) -> Vec<Module> {
    let parts =
        |path: &str| path.split("::").map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect::<Module>();
    let Some((before, inside)) = tree.split_once('{') else { return vec![parts(tree)] };
    let inside = &inside[..inside.rfind('}').unwrap()];
    let (mut depth, mut branches) = (0, vec![String::new()]);
    for c in inside.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match c {
            ',' if depth == 0 => branches.push(String::new()),
            c => branches.last_mut().unwrap().push(c),
        }
    }
    let branches = branches.iter().filter(|branch| !branch.trim().is_empty());
    branches.flat_map(|branch| paths(branch)).map(|path| [parts(before), path].concat()).collect()
}

/// The file that a path leads to from a module, through what fronts give on; `None` where that is no file of the program.
fn home(
    known: &BTreeMap<Module, &str>,
    given: &BTreeMap<(Module, String), Module>,
    from: &Module,
    path: &[String],
    depth: usize,
) -> Option<Module> {
    let mut at = from.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => (at, rest) = (Vec::new(), &path[1..]),
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                at.pop();
                rest = &rest[1..];
            }
        }
        child => {
            known.get(&[&at[..], &[child.to_owned()]].concat())?;
        }
    }
    while let Some(part) = rest.first() {
        let deeper = [&at[..], std::slice::from_ref(part)].concat();
        if !known.contains_key(&deeper) {
            break;
        }
        (at, rest) = (deeper, &rest[1..]);
    }
    let through = rest.first().and_then(|part| given.get(&(at.clone(), part.clone()))).filter(|_| depth < 8);
    through.and_then(|path| home(known, given, &at, path, depth + 1)).or_else(|| known.contains_key(&at).then_some(at))
}
