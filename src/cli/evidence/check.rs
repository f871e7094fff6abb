//! `evidence check`: what a pack establishes, and what it cannot.

use std::fmt::Write as _;
use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::super::Answer;
use super::super::output::Usage;
use crate::domain::format;
use crate::evidence::{self, Level, Verdict};

/// Flags of `evidence check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The pack
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Fail unless all that was received and withdrawn stands at least so well [default: fail only where the pack does not hold]
    #[arg(long, value_name = "LEVEL")]
    require: Option<Required>,
}

/// How well a ground state may have to stand.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Required {
    /// An answer in the pack tells of every payment, and of every withdrawal and what it spends
    Told,
    /// The content of all those transactions is in the pack and hashes to the txid: the amounts are those of the chain, if they are
    /// in it
    Recomputed,
    /// A merkle branch leads from each of them to the header of its block, and work stands behind that
    Proven,
}

impl Required {
    fn level(self) -> Level {
        match self {
            Self::Told => Level::Told,
            Self::Recomputed => Level::Recomputed,
            Self::Proven => Level::Proven,
        }
    }
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
    let mut file = File::open(&args.file).with_context(|| place.clone())?;
    let checked = evidence::check_from(&mut file);

    let mut text = String::new();
    writeln!(text, "  file      {place}, {} bytes", format::grouped(checked.bytes))?;
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
    let (holds, level) = (checked.holds(), args.require.map(Required::level));
    let met = level.map_or(holds, |level| checked.holds_at(level));
    text.push_str(if holds {
        "\n  consistent: nothing in it is contradicted\n"
    } else {
        "\n  THE PACK DOES NOT HOLD\n"
    });
    if let Some(level) = level {
        writeln!(text, "  required: {}: {}", level.name(), if met { "yes" } else { "NO" })?;
    }
    match &checked.standing {
        Some(standing) => writeln!(text, "  {}\n  {standing}", standing.of_withdrawals())?,
        None => writeln!(text, "  of what was received nothing can be said")?,
    }
    let mut json = json!({
        "file": place, "bytes": checked.bytes, "sha256": checked.sha256, "packed_by": checked.packed_by,
        "checked_by": checked.checked_by, "holds": holds, "verdict": checked.verdict(), "unchanged": checked.unchanged,
        "required": level, "met": met, "differing": checked.differing, "statements": checked.statements,
    });
    super::add_standing(&mut json, checked.standing.as_ref());
    let mut answer = Answer::new(text, json);
    answer.failed = !met;
    Ok(answer)
}
