//! `labels export`: what the user keeps, to pass it on.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::super::{Answer, Context, member};
use super::Filter;
use crate::catalog::labels::{self, Form, Head};
use crate::document;
use crate::domain::{Label, Origin, format};
use crate::files::{self, Mode};

/// Flags of `labels export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The form to write
    #[arg(long, value_name = "FORMAT", value_parser = member::of(written()), default_value = written().next().map(|form| form.name))]
    format: &'static Form,
    /// Write to this file [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Title of the list, where its form has one
    #[arg(long, value_name = "WORDS", default_value = "Labels kept with ransomtrail")]
    title: String,
    /// Who made the list, where its form says so
    #[arg(long, value_name = "NAME", default_value = "a user of ransomtrail")]
    creator: String,
    #[command(flatten)]
    filter: Filter,
}

/// The forms that can be written.
fn written() -> impl Iterator<Item = &'static Form> {
    labels::FORMS.iter().filter(|form| form.write.is_some())
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let all = context.labels()?;
    let mut chosen: Vec<&Label> = args.filter.of(context, &all)?;
    chosen.retain(|label| label.origin != Origin::BuiltIn);
    let write = args.format.write.context("this form cannot be written")?;
    let text = write(&chosen, &Head { title: &args.title, creator: &args.creator })?;
    let rows: Vec<document::Label> = chosen.iter().map(|label| (*label).into()).collect();
    let Some(path) = &args.out else {
        return Ok(Answer::of(text, &rows)?);
    };
    files::write_atomic(path, text.as_bytes(), Mode::Shared)?;
    let said = format!("wrote {} to {}\n", format::count(chosen.len(), "label", "labels"), path.display());
    Ok(Answer::new(said, json!({ "file": path.display().to_string(), "labels": rows })))
}
