//! `labels export`: what the user keeps, to pass it on.

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Value, json};

use super::super::{Answer, Context};
use super::{Filter, plain_json};
use crate::catalog::labels;
use crate::domain::{Label, Origin, format};
use crate::files::{self, Mode};

/// Flags of `labels export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The form to write
    #[arg(long, value_name = "FORMAT", default_value = "tagpack")]
    format: To,
    /// Write to this file [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Title of the TagPack
    #[arg(long, value_name = "WORDS", default_value = "Labels kept with ransomtrail")]
    title: String,
    /// Who made the TagPack
    #[arg(long, value_name = "NAME", default_value = "a user of ransomtrail")]
    creator: String,
    #[command(flatten)]
    filter: Filter,
}

/// A form to write.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum To {
    /// GraphSense TagPack, YAML
    Tagpack,
    /// CSV in the format of data/README.md
    Csv,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let all = context.labels()?;
    let mut chosen: Vec<&Label> = args.filter.of(context, &all)?;
    chosen.retain(|label| label.origin != Origin::BuiltIn);
    let text = match args.format {
        To::Tagpack => labels::as_tagpack(&chosen, &args.title, &args.creator)?,
        To::Csv => labels::as_csv(&chosen),
    };
    let rows: Vec<Value> = chosen.iter().map(|label| plain_json(label)).collect();
    let Some(path) = &args.out else {
        return Ok(Answer::new(text, Value::Array(rows)));
    };
    files::write_atomic(path, text.as_bytes(), Mode::Shared)?;
    let said = format!("wrote {} to {}\n", format::count(chosen.len(), "label", "labels"), path.display());
    Ok(Answer::new(said, json!({ "file": path, "labels": rows })))
}
