//! `evidence`: packs of everything that figures were computed from, and their check on any machine.

mod check;
mod pack;

use anyhow::Result;
use clap::Subcommand;

use super::{Answer, Context};

/// What to do with evidence.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the ledger of a family, the answers it came from, proofs, prices, labels and figures into one file
    Pack(pack::Args),
    /// Check such a file, without a network: every hash, txid, proof and figure
    Check(check::Args),
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    match &args.command {
        Command::Pack(args) => pack::run(context, args),
        Command::Check(args) => check::run(args),
    }
}

/// Runs what needs no configuration; `None` where one is needed.
pub(super) fn run_alone(args: &Args) -> Option<Result<Answer>> {
    match &args.command {
        Command::Pack(_) => None,
        Command::Check(args) => Some(check::run(args)),
    }
}
