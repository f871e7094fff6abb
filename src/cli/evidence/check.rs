//! `evidence check`: what a pack establishes, and what it cannot.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::super::Answer;
use super::super::output::Usage;
use crate::domain::format;
use crate::evidence::{self, Verdict};

/// Flags of `evidence check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The pack
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Larger files are no packs: the largest ledgers make some hundred megabytes.
const LARGEST: u64 = 2 << 30;

pub(super) fn run(args: &Args) -> Result<Answer> {
    let place = args.file.display().to_string();
    let length = std::fs::metadata(&args.file).with_context(|| place.clone())?;
    if !length.is_file() {
        bail!(Usage(format!("{place}: is no file; name an evidence pack")));
    }
    if length.len() > LARGEST {
        bail!("{place}: is larger than any evidence pack");
    }
    let bytes = std::fs::read(&args.file).with_context(|| place.clone())?;
    let checked = evidence::check(&bytes);

    let mut text = String::new();
    writeln!(text, "  file      {place}, {} bytes", format::grouped(checked.bytes as u64))?;
    writeln!(text, "  SHA-256   {}   (compare it with the published one)", checked.sha256)?;
    let packed_by = checked.packed_by.as_deref().unwrap_or("unknown");
    writeln!(text, "  versions  packed by ransomtrail {packed_by}, checked by {}", checked.checked_by)?;
    for verdict in [Verdict::Violated, Verdict::Established, Verdict::NotEstablished] {
        let of: Vec<_> = checked.statements.iter().filter(|one| one.verdict == verdict).collect();
        if !of.is_empty() {
            writeln!(text, "\n  {}", verdict.name())?;
        }
        for one in of {
            writeln!(text, "    - {}", one.text)?;
        }
    }
    let holds = checked.holds();
    text.push_str(if holds { "\n  everything that can be checked holds\n" } else { "\n  THE PACK DOES NOT HOLD\n" });
    let json = json!({
        "file": place, "bytes": checked.bytes, "sha256": checked.sha256, "packed_by": checked.packed_by,
        "checked_by": checked.checked_by, "holds": holds, "differing": checked.differing,
        "statements": checked.statements,
    });
    let mut answer = Answer::new(text, json);
    answer.failed = !holds;
    Ok(answer)
}
