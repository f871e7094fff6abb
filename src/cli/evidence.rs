//! `evidence`: packs of everything that figures were computed from, and their check on any machine.

mod check;
mod pack;

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Answer, Context};
use crate::evidence::{Level, Standing, Sums};

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

/// Adds how well the ground state stands; null where that is not known.
fn add_standing(json: &mut Value, standing: Option<&Standing>) {
    let sats = |of: fn(&Sums) -> u64| standing.map(|standing| of(&standing.received));
    json["received_sats"] = json!(sats(Sums::all));
    json["proven_sats"] = json!(sats(|sums| sums.of(Level::Proven)));
    json["recomputed_sats"] = json!(sats(|sums| sums.of(Level::Recomputed)));
    json["told_sats"] = json!(sats(Sums::told));
    json["told_without_answer_sats"] = json!(sats(|sums| sums.of(Level::ToldWithoutAnswer)));
    json["withdrawals"] = json!(standing.map(|Standing { withdrawals, .. }| json!({
        "transactions": withdrawals.all(), "proven": withdrawals.of(Level::Proven),
        "recomputed": withdrawals.of(Level::Recomputed), "told": withdrawals.told(),
        "told_without_answer": withdrawals.of(Level::ToldWithoutAnswer),
    })));
    json["stands"] = json!(standing.map(ToString::to_string));
}
