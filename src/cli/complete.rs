//! `completions` and `man`: made from the same definitions as the command line.

use anyhow::Result;
use clap_complete::Shell;
use serde_json::json;

use super::Answer;
use super::output::Usage;
use crate::domain::one_of;

/// Flags of `completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Flags of `man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// The page of this command, like `summary` or `families add` [default: the program's]
    command: Vec<String>,
}

pub(super) fn completions(args: &CompletionsArgs) -> Result<Answer> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "ransomtrail", &mut out);
    let text = String::from_utf8(out)?;
    Ok(Answer::new(text.clone(), json!({ "shell": args.shell.to_string(), "script": text })))
}

pub(super) fn man(args: &ManArgs) -> Result<Answer> {
    let mut whole = super::command();
    // Built, each command knows its whole name and the flags that all share.
    whole.build();
    let mut page = whole;
    for name in &args.command {
        page = one_of("command", name, page.get_subcommands(), |command| command.get_name()).map_err(Usage)?.clone();
    }
    let mut out = Vec::new();
    clap_mangen::Man::new(page).render(&mut out)?;
    let text = String::from_utf8(out)?;
    Ok(Answer::new(text.clone(), json!({ "roff": text })))
}
