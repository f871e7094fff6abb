//! The docs are complete and true: what the program has is named, and what a page shows is what the program prints.

use ransomtrail::catalog::labels::FORMS;
use ransomtrail::chart::CHARTS;
use ransomtrail::config::Config;
use ransomtrail::document::TABLES;
use ransomtrail::explorer::DIALECTS;
use ransomtrail::export::FORMATS;
use ransomtrail::notify::{self, CHANNELS, Channel, Key};
use ransomtrail::price::LIVE_SOURCES;

use crate::commands;
use crate::trial::{Trial, source};

fn read(name: &str) -> String {
    std::fs::read_to_string(source(name)).unwrap()
}

/// Holds what a page shows between two marks against what it should be; with UPDATE_DOCS in the environment (`just docs`) puts that there.
fn holds(page: &str, begins: &str, ends: &str, expect: &str) {
    let text = read(page);
    let (head, rest) = text.split_once(begins).unwrap_or_else(|| panic!("{page} lacks {begins:?}"));
    let (shown, tail) = rest.split_once(ends).unwrap_or_else(|| panic!("{page} lacks {ends:?} after {begins:?}"));
    if shown != expect && std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(source(page), [head, begins, expect, ends, tail].concat()).unwrap();
    } else {
        assert_eq!(shown, expect, "{page} is stale; run: just docs");
    }
}

/// Every page: those at the root, those beside data and fuzz targets, and whatever lies in `docs/`.
fn pages() -> Vec<String> {
    let named = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "data/README.md", "fuzz/README.md"];
    let docs = std::fs::read_dir(source("docs")).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
    let mut docs: Vec<String> = docs.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")).collect();
    docs.sort();
    named.map(str::to_owned).into_iter().chain(docs).collect()
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

/// Channels that have the same keys, together.
fn channels() -> Vec<Vec<&'static Channel>> {
    let keys = |channel: &Channel| channel.keys.iter().map(|key| key.about).collect::<Vec<_>>();
    let mut out: Vec<Vec<&Channel>> = Vec::new();
    for channel in CHANNELS {
        match out.iter_mut().find(|like| keys(like[0]) == keys(channel)) {
            Some(like) => like.push(channel),
            None => out.push(vec![channel]),
        }
    }
    out
}

#[test]
fn receivers_in_the_docs_are_those_of_the_table() {
    let rows = |keys: &[Key]| -> String {
        let row = |key: &Key| {
            let without = key.without.unwrap_or("it has to be there");
            format!("| `{}` | `{}` | {} | {without} |\n", key.name, key.example, key.about)
        };
        format!(
            "| key | for example | what for | without it |\n|---|---|---|---|\n{}",
            keys.iter().map(row).collect::<String>()
        )
    };
    let mut page = format!("Every block:\n\n{}", rows(notify::KEYS));
    let mut blocks = Vec::new();
    for (n, like) in channels().into_iter().enumerate() {
        let names: Vec<String> = like.iter().map(|one| format!("`{}`, {}", one.name, one.about)).collect();
        page += &format!("\n{}:\n\n{}", names.join("; "), rows(like[0].keys));
        let kinds: Vec<&str> = like.iter().map(|one| one.name).collect();
        let more = if kinds.len() > 1 { format!("  # or {}", kinds[1..].join(", ")) } else { String::new() };
        let shared = if n == 0 { &notify::KEYS[1..] } else { &[] };
        let lines = shared.iter().chain(like[0].keys).map(|key| {
            let without = key.without.map_or(String::new(), |without| format!("; without it: {without}"));
            format!("# # {}{without}\n# {} = {}\n", key.about, key.name, key.example)
        });
        blocks.push(format!("# [[notify]]\n# kind = \"{}\"{more}\n{}", kinds[0], lines.collect::<String>()));
    }
    holds("docs/notices.md", "<!-- channels -->\n", "<!-- end of channels -->\n", &page);
    let example = "ransomtrail.example.toml";
    let (begins, ends) = ("# Receivers, with every key of each kind:\n", "# End of the receivers.\n");
    holds(example, begins, ends, &format!("{}\n", blocks.join("\n")));
    // What is shown can be read.
    let kinds = |text: &str| -> Vec<&str> {
        let all = Config::parse_receivers(text, "x.toml", notify::read).unwrap();
        all.iter().map(|receiver| receiver.channel.name).collect()
    };
    let shown = read(example).split_once(begins).unwrap().1.split_once(ends).unwrap().0.to_owned();
    let lines: Vec<&str> = shown
        .lines()
        .map(|line| line.trim_start_matches("# "))
        .filter(|l| l.contains(" = ") || l.starts_with('['))
        .collect();
    assert_eq!(kinds(&lines.join("\n")), channels().iter().map(|like| like[0].name).collect::<Vec<_>>());
    let page = read("docs/notices.md");
    assert_eq!(kinds(page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap()), ["slack", "email"]);
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
fn the_page_of_commands_is_what_clap_says() {
    let made = commands::page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(source("docs/commands.md"), &made).unwrap();
    }
    assert!(
        read("docs/commands.md") == made,
        "`UPDATE_DOCS=1 cargo test --test tests docs::` writes docs/commands.md anew"
    );
}

#[test]
fn every_command_and_flag_explains_itself() {
    for command in commands::all() {
        let name = command.get_bin_name().unwrap();
        assert!(command.get_about().is_some(), "{name} does not say what it does");
        for flag in command.get_arguments() {
            assert!(flag.get_help().is_some(), "{name}: {} explains nothing", flag.get_id());
        }
    }
}

#[test]
fn every_command_that_a_page_shows_is_one_that_the_program_knows() {
    let mut shown = 0;
    for page in pages() {
        let text = read(&page);
        for block in text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
            for line in block.lines().filter(|line| line.starts_with("ransomtrail ")) {
                let parsed = ransomtrail::cli::command().try_get_matches_from(words(line));
                let shows_help = |e: &clap::Error| e.kind() == clap::error::ErrorKind::DisplayHelp;
                assert!(parsed.as_ref().err().is_none_or(shows_help), "{page}: {line}: {}", parsed.unwrap_err());
                shown += 1;
            }
        }
    }
    assert!(shown > 20, "{shown} commands found");
}

#[test]
fn every_flag_and_command_that_a_sentence_names_exists() {
    let root = ransomtrail::cli::command();
    let all = commands::all();
    let mut flags: Vec<&str> = all.iter().flat_map(|c| c.get_arguments().filter_map(|a| a.get_long())).collect();
    flags.extend(root.get_arguments().filter_map(|arg| arg.get_long()));
    for page in pages() {
        let text = read(&page);
        let prose: String = text.split("```").step_by(2).collect();
        for code in prose.split('`').skip(1).step_by(2) {
            if let Some(flag) = code.strip_prefix("--") {
                let name = flag.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap();
                assert!(flags.contains(&name), "{page}: `{code}`: no command has this flag");
            }
            let named = code.strip_prefix("ransomtrail ").and_then(|rest| rest.split(' ').next());
            if let Some(name) = named.filter(|name| name.chars().all(|c| c.is_ascii_lowercase())) {
                assert!(root.find_subcommand(name).is_some(), "{page}: `{code}`: there is no such command");
            }
        }
    }
}

/// The words of a command line as a shell parts them, up to a comment, a pipe or another command.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for char in line.chars() {
        match char {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '#' | '|' | '>' | '&' if !quoted && word.is_none() => break,
            ' ' if !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    words
}

#[test]
fn a_cell_of_a_table_is_no_longer_than_a_sentence() {
    let mut long = Vec::new();
    for page in pages() {
        for (number, line) in read(&page).lines().enumerate().filter(|(_, line)| line.starts_with('|')) {
            for cell in line.replace("\\|", "/").split('|').map(str::trim) {
                // What stands in code is no sentence: lists of columns are as long as they are.
                let prose: String = cell.split('`').step_by(2).collect();
                if prose.chars().count() > 220 || prose.contains(". ") {
                    long.push(format!("{page}:{}: {cell}", number + 1));
                }
            }
        }
    }
    assert!(long.is_empty(), "these cells want a list or a paragraph beside the table:\n{}", long.join("\n"));
}

#[test]
fn the_pages_that_are_read_first_stay_short() {
    for (page, most) in [("README.md", 140), ("ARCHITECTURE.md", 200)] {
        let lines = read(page).lines().count();
        assert!(lines <= most, "{page} has {lines} lines, and at most {most} are read");
    }
    for (number, line) in read("ARCHITECTURE.md").lines().enumerate().filter(|(_, line)| !line.starts_with('|')) {
        assert!(line.chars().count() <= 160, "ARCHITECTURE.md:{} is {} characters wide", number + 1, line.len());
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

/// The names in capitals that the table of places has are tables of the code.
#[test]
fn the_tables_where_something_is_added_exist() {
    let page = read("ARCHITECTURE.md");
    let places = page.split("| to add | you write |").nth(1).expect("the table of places");
    let code: String = crate::layers::sources().into_iter().map(|(_, text)| text).collect();
    let mut named = 0;
    for name in places.split('`').skip(1).step_by(2).filter(|n| n.chars().all(|c| c.is_ascii_uppercase() || c == '_')) {
        assert!(code.contains(&format!("static {name}: &[")), "ARCHITECTURE.md: there is no table {name}");
        named += 1;
    }
    assert!(named > 5, "{named} tables found");
}

#[test]
fn every_local_link_leads_somewhere() {
    for page in pages() {
        let folder = source(&page).parent().unwrap().to_owned();
        let text = read(&page);
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            assert!(folder.join(file).exists(), "{page}: {link} does not exist");
            let target = if file.is_empty() { text.clone() } else { String::new() };
            let target =
                if file.ends_with(".md") { std::fs::read_to_string(folder.join(file)).unwrap() } else { target };
            assert!(anchor.is_empty() || anchors(&target).any(|a| a == anchor), "{page}: {link} has no such heading");
        }
    }
}

#[test]
fn every_page_is_reached_from_the_readme() {
    let mut reached = vec!["README.md".to_owned()];
    let mut next = 0;
    while let Some(page) = reached.get(next).cloned() {
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        for link in read(&page).split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap()) {
            let path = match link.strip_prefix("../") {
                Some(above) => above.to_owned(),
                None if folder.is_empty() => link.to_owned(),
                None => format!("{folder}/{link}"),
            };
            if path.ends_with(".md") && !path.contains("://") && !reached.contains(&path) {
                reached.push(path);
            }
        }
        next += 1;
    }
    for page in pages() {
        assert!(reached.contains(&page), "no link leads from README.md to {page}");
    }
}

/// The anchors that GitHub gives to the headings of a page.
fn anchors(page: &str) -> impl Iterator<Item = String> {
    let headings = page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings.map(|heading| {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    })
}

#[test]
fn words_are_parted_as_a_shell_does() {
    let check = |line: &str, expect: &[&str]| assert_eq!(words(line), expect, "{line}");
    check("a b  --c d", &["a", "b", "--c", "d"]);
    check("a \"b c\" d # e", &["a", "b c", "d"]);
    check("a b > c", &["a", "b"]);
    check("a && b", &["a"]);
    check("a b#c", &["a", "b#c"]);
    check("a \"\" b", &["a", "", "b"]);
}
