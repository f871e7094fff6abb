//! `docs/commands.md`, made from what clap knows of the commands: `tests/docs.rs` compares.

use std::fmt::Write as _;

use clap::{Arg, Command};
use ransomtrail::chart::CHARTS;

const HEAD: &str = "# Commands

Made from the program's own help by `UPDATE_DOCS=1 cargo test --test tests docs::`; `ransomtrail COMMAND --help` says the same.
What is printed goes to stdout, everything else to stderr. Exit codes: 0 done, 1 failed or only done in part, 2 bad usage.
[methods.md](methods.md) says what the words and figures mean, [the README](../README.md) what to begin with.
";

/// Every command and subcommand, without the `help` that clap adds.
pub fn all() -> Vec<Command> {
    fn gather(of: &Command, found: &mut Vec<Command>) {
        for command in of.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
            found.push(command.clone());
            gather(command, found);
        }
    }
    let mut root = ransomtrail::cli::command();
    root.build();
    let mut found = Vec::new();
    gather(&root, &mut found);
    found
}

pub fn page() -> String {
    let mut root = ransomtrail::cli::command();
    root.build();
    let everywhere: Vec<&Arg> = root.get_arguments().filter(|arg| arg.is_global_set()).collect();
    let mut page = format!("{HEAD}\n| command | does |\n|---|---|\n");
    for command in all() {
        let (name, about) = (command.get_bin_name().unwrap(), command.get_about().unwrap());
        let anchor = name.replace(' ', "-");
        writeln!(page, "| [`{name}`](#{anchor}) | {} |", cell(&about.to_string())).unwrap();
    }
    page.push_str("\n## Flags that every command knows\n");
    arguments(&mut page, &everywhere);
    for command in all() {
        let own = command.get_arguments().filter(|arg| !everywhere.iter().any(|a| a.get_id() == arg.get_id()));
        let own: Vec<&Arg> = own.filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version")).collect();
        let about = command.get_long_about().or(command.get_about()).unwrap().to_string();
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").replace("\n       ", "\n");
        let (name, about) = (command.get_bin_name().unwrap(), about.trim());
        write!(page, "\n## {name}\n\n{about}\n\n```text\n{}\n```\n", usage.trim()).unwrap();
        arguments(&mut page, &own);
        if command.get_name() == "chart" {
            page.push_str("\n| chart | shows |\n|---|---|\n");
            for chart in CHARTS {
                writeln!(page, "| `{}` | {} |", chart.name, cell(chart.about)).unwrap();
            }
        }
    }
    page
}

/// A row an argument; what its help says beyond the first paragraph stands below the table.
fn arguments(page: &mut String, arguments: &[&Arg]) {
    let shown: Vec<&&Arg> = arguments.iter().filter(|arg| !arg.is_hide_set()).collect();
    if shown.is_empty() {
        return;
    }
    page.push_str("\n| argument | default | meaning |\n|---|---|---|\n");
    let mut more = String::new();
    for arg in shown {
        let (help, told) = default_of(&arg.get_help().unwrap().to_string());
        let takes = arg.get_action().takes_values();
        let values = arg.get_default_values().iter().filter(|_| takes);
        let default: Vec<String> = values.map(|value| format!("`{}`", value.to_string_lossy())).chain(told).collect();
        let choices: Vec<String> =
            arg.get_possible_values().iter().filter(|_| takes).map(|value| format!("`{}`", value.get_name())).collect();
        let choices = if choices.is_empty() { String::new() } else { format!(": {}", choices.join(", ")) };
        let env = arg.get_env().map(|name| format!(" (environment: `{}`)", name.to_string_lossy())).unwrap_or_default();
        let (short, rest) = in_a_sentence(&help);
        let meaning = cell(&format!("{short}{choices}{env}"));
        writeln!(page, "| {} | {} | {meaning} |", cell(&format!("`{arg}`")), cell(&default.join(", "))).unwrap();
        let long = arg.get_long_help().map(ToString::to_string).unwrap_or_default();
        let beyond = long.split_once("\n\n").map(|(_, beyond)| beyond.trim());
        for text in rest.into_iter().chain(beyond) {
            writeln!(more, "\n`{arg}`: {text}").unwrap();
        }
    }
    page.push_str(&more);
}

/// What a help says at its end of the default is for a column of its own.
fn default_of(help: &str) -> (String, Option<String>) {
    match help.trim().strip_suffix(']').and_then(|help| help.rsplit_once(" [default: ")) {
        Some((help, default)) => (help.to_owned(), Some(default.to_owned())),
        None => (help.trim().to_owned(), None),
    }
}

/// What fits a cell of a help, and all of it where that is less than the whole.
fn in_a_sentence(help: &str) -> (&str, Option<&str>) {
    let first = help.split(". ").next().unwrap_or(help);
    let short = if first.chars().count() > 180 { first.split(": ").next().unwrap_or(first) } else { first };
    (short, (short.len() < help.len()).then_some(help))
}

/// A text as it may stand in a cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
