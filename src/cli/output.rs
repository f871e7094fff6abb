//! What a command returns, and the one place that prints.

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::Value;

use crate::catalog::UnknownFamily;

/// What a command has to say: the same as text and as JSON.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// For people, with ANSI styles; they are taken out where nobody sees them.
    pub text: String,
    /// For programs.
    pub json: Value,
    /// For people, to stderr: what they should know though it is not data.
    pub notes: Vec<String>,
    /// The command did its work only in part: exit code 1.
    pub failed: bool,
}

impl Answer {
    /// A text and the JSON that says the same.
    pub fn new(text: String, json: Value) -> Self {
        Self { text, json, ..Self::default() }
    }
}

/// A mistake in what the user asked, as against something that went wrong: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Prints the answer to stdout and its notes to stderr.
pub(super) fn print(answer: &Answer, json: bool) -> ExitCode {
    let written = if json { write_json(&answer.json) } else { write_text(&answer.text) };
    for note in &answer.notes {
        say(note);
    }
    match written {
        Ok(()) if answer.failed => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read us has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: cannot write the output: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn write_text(text: &str) -> io::Result<()> {
    let mut out = anstream::AutoStream::auto(io::stdout()).lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') && !text.is_empty() {
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn write_json(json: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, json)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Prints an error with its chain of causes; a mistake of the user's is exit code 2.
pub(super) fn fail(error: &anyhow::Error) -> ExitCode {
    say(&format!("error: {error:#}"));
    if error.is::<UnknownFamily>() {
        say("       (ransomtrail families lists all)");
    }
    if error.is::<UnknownFamily>() || error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

/// Prints what clap says: help and version to stdout, mistakes to stderr.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    match error.print() {
        Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
    }
}

/// A line to stderr. That stderr is closed is nothing one could tell anybody.
pub(super) fn say(line: &str) {
    let _ = writeln!(anstream::AutoStream::auto(io::stderr()).lock(), "{line}");
}
