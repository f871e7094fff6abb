//! The docs are complete and true: what the program has is named, and what a page shows is what the program prints.

use ransomtrail::catalog::labels::FORMS;
use ransomtrail::chart::CHARTS;
use ransomtrail::explorer::DIALECTS;
use ransomtrail::export::{FORMATS, TABLES};
use ransomtrail::notify::SHAPES;
use ransomtrail::price::LIVE_SOURCES;

use crate::trial::{Trial, source};

fn read(name: &str) -> String {
    std::fs::read_to_string(source(name)).unwrap()
}

/// Holds what a page shows between two marks against what it should be; with WRITE_DOCS in the environment (`just docs`) puts that there.
fn holds(page: &str, begins: &str, ends: &str, expect: &str) {
    let text = read(page);
    let (head, rest) = text.split_once(begins).unwrap_or_else(|| panic!("{page} lacks {begins:?}"));
    let (shown, tail) = rest.split_once(ends).unwrap_or_else(|| panic!("{page} lacks {ends:?} after {begins:?}"));
    if shown != expect && std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(source(page), [head, begins, expect, ends, tail].concat()).unwrap();
    } else {
        assert_eq!(shown, expect, "{page} is stale; run: just docs");
    }
}

#[test]
fn lists_in_the_docs_are_those_of_the_tables() {
    let rows: Vec<String> = FORMATS.iter().map(|format| format!("| `{}` | {} |", format.name, format.about)).collect();
    holds("docs/export.md", "| format | |\n|---|---|\n", "\n\n", &rows.join("\n"));
    let example = "ransomtrail.example.toml";
    let names: Vec<&str> = DIALECTS.iter().map(|d| d.name()).filter(|name| *name != "built-in").collect();
    holds(example, "# APIs that are spoken: ", ".\n", &names.join(", "));
    let names: Vec<String> = LIVE_SOURCES.iter().map(|source| format!("\"{}\"", source.name)).collect();
    holds(example, "\n#sources = [", "]\n", &names.join(", "));
}

#[test]
fn help_lists_every_member_of_a_table() {
    let check = |args: &[&str], members: Vec<(&str, &str)>| {
        let help = Trial::new().ok(&[args, &["--help"]].concat());
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for (name, about) in members {
            assert!(help.contains(&format!("- {name}: {about}")), "{args:?} --help does not name {name}: {help}");
        }
    };
    check(&["chart"], CHARTS.iter().map(|one| (one.name, one.about)).collect());
    check(&["export"], FORMATS.iter().map(|one| (one.name, one.about)).collect());
    check(&["export"], TABLES.iter().map(|one| (one.name, one.row)).collect());
    check(&["report"], ransomtrail::report::FORMATS.iter().map(|one| (one.name, one.about)).collect());
    check(&["labels", "import"], FORMS.iter().map(|one| (one.name, one.about)).collect());
    let written = FORMS.iter().filter(|one| one.write.is_some());
    check(&["labels", "export"], written.map(|one| (one.name, one.about)).collect());
}

#[test]
fn every_command_and_flag_is_named_in_the_readme() {
    let readme = read("README.md");
    let command = ransomtrail::cli::command();
    for sub in command.get_subcommands() {
        let name = sub.get_name();
        assert!(readme.contains(&format!("`ransomtrail {name}")), "README.md does not name the command {name}");
        assert!(sub.get_about().is_some(), "{name} does not say what it does");
        for flag in sub.get_arguments() {
            assert!(flag.get_help().is_some(), "{name}: {} explains nothing", flag.get_id());
        }
    }
    for flag in [
        "as-of",
        "time",
        "tz",
        "currency",
        "by",
        "estimates",
        "json",
        "db",
        "config",
        "network",
        "policy",
        "hops",
        "min-value",
    ] {
        assert!(readme.contains(&format!("--{flag}")), "README.md does not name --{flag}");
    }
}

#[test]
fn every_view_and_notice_is_documented() {
    let page = read("docs/database.md");
    let db = Trial::recorded();
    let db = rusqlite::Connection::open(db.path("test.db")).unwrap();
    let inner = ["tx_state", "tx_trust", "spend", "family_spend", "live_price"];
    let mut views =
        db.prepare("SELECT name, type = 'view' FROM sqlite_schema WHERE type IN ('view', 'table')").unwrap();
    let views = views.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))).unwrap();
    for (name, is_view) in views.map(Result::unwrap) {
        if !is_view || inner.contains(&name.as_str()) {
            let words = ["state", "trust", "stop", "incident_kind", "event_kind", "notice_kind", "follow"];
            let named = page.contains(&format!("`{name}`")) || words.contains(&name.as_str());
            assert!(named || name.starts_with("sqlite_"), "docs/database.md does not name {name}");
            continue;
        }
        let row = page.lines().find(|l| l.starts_with(&format!("| `{name}` |"))).unwrap_or_default();
        let query = db.prepare(&format!("SELECT * FROM {name}")).unwrap();
        for column in query.column_names() {
            assert!(row.contains(&format!("`{column}`")), "docs/database.md: {name} lacks {column}");
        }
    }
    let example = read("ransomtrail.example.toml");
    for shape in SHAPES.iter().filter(|shape| shape.name != "json") {
        assert!(example.contains(shape.name), "ransomtrail.example.toml does not name {}", shape.name);
    }
}

#[test]
fn every_exported_column_is_documented() {
    let page = read("docs/export.md");
    for table in TABLES {
        let section = page.split(&format!("## {}\n", table.name)).nth(1).expect(table.name);
        let section = section.split("\n## ").next().unwrap();
        assert!(section.contains(table.row), "docs/export.md: {}", table.name);
        for column in table.columns() {
            let row = format!("| `{}` | {} |", column.name, column.about);
            assert!(section.contains(&row), "docs/export.md: {} lacks {row}", table.name);
        }
    }
}

#[test]
fn the_readme_shows_what_the_demo_prints() {
    let printed = Trial::new().ok(&["demo"]);
    holds("README.md", "<!-- demo -->\n```text\n", "\n```", printed.trim_end());
}

#[test]
fn ci_ends_with_the_readmes_test_command() {
    let readme = read("README.md");
    let block = readme.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let commands: Vec<&str> = block.lines().map(|l| l.split('#').next().unwrap().trim()).collect();
    assert_eq!(commands.len(), 2, "the first screen has two commands");
    assert_eq!(read(".ci/run").trim_end().lines().last().unwrap(), commands[1]);
}

#[test]
fn every_local_link_leads_somewhere() {
    for page in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "data/README.md",
        "docs/server.md",
        "docs/notices.md",
        "docs/export.md",
        "docs/database.md",
    ] {
        let folder = source(page).parent().unwrap().to_owned();
        for link in read(page).split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if !link.contains("://") && !link.starts_with('#') {
                assert!(folder.join(link).exists(), "{page}: {link} does not exist");
            }
        }
    }
}
