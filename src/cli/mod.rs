//! The commands: flags, clock, environment and output. One file a subcommand; each returns an [`Answer`], which is printed in
//! one place as text or as JSON. Nothing is computed here that a reader could take for a figure.

mod ask;
mod audit;
mod chart;
mod complete;
mod config_file;
mod context;
mod demo;
mod events;
mod evidence;
mod export;
mod families;
mod incidents;
mod labels;
mod links;
mod lookup;
mod member;
mod notify;
mod onward;
mod output;
mod payments;
mod prices;
mod proxy;
mod report;
mod secrets;
mod status;
mod summary;
mod sync;
mod table;
mod trace;
mod verify;
mod watch;
mod weekly;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::domain::{Network, parse_network};
use crate::http::Pace;

pub use context::Context;
pub use output::Answer;

/// Follows known ransom addresses on the Bitcoin block chain and says what they took, when, and what it was worth.
///
/// Every figure can be traced to a transaction, a price, a source and a method. `ransomtrail demo` shows all of it on
/// the recorded WannaCry ledger, without a network.
#[derive(Debug, Parser)]
#[command(name = "ransomtrail", version, max_term_width = 110, arg_required_else_help = true)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    command: Command,
    /// The flags that every command knows
    #[command(flatten)]
    global: Global,
}

/// Flags that every command knows.
#[derive(Clone, Debug, clap::Args)]
pub struct Global {
    /// Database file [default: ransomtrail.db in the XDG data folder]
    #[arg(long, global = true, value_name = "FILE", env = "RANSOMTRAIL_DB", value_parser = maybe_empty())]
    db: Option<PathBuf>,
    /// Configuration file [default: ransomtrail/ransomtrail.toml in the XDG configuration folder]
    #[arg(long, global = true, value_name = "FILE", env = "RANSOMTRAIL_CONFIG", value_parser = maybe_empty())]
    config: Option<PathBuf>,
    /// Bitcoin network: mainnet, testnet4, signet or regtest [default: mainnet]
    #[arg(long, global = true, value_name = "NAME", env = "RANSOMTRAIL_NETWORK", value_parser = parse_network)]
    network: Option<Network>,
    /// How often each host is asked, whatever the configuration says: "1/s", "30/m", "700/h", or "none" [default: as configured]
    #[arg(long, global = true, value_name = "PACE")]
    pace: Option<Pace>,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
}

/// A path that may be empty: a variable of the environment that is set to nothing is none.
fn maybe_empty() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Show everything on the recorded WannaCry ledger: database, figures, charts; needs no network
    Demo(demo::Args),
    /// List the watch list, show one family, or edit your own
    Families(families::Args),
    /// Say who addresses belong to: exchanges, mixers, markets; list, take in and add labels
    Labels(labels::Args),
    /// Ask explorers what happened since: one round over the addresses of the named families
    Sync(sync::Args),
    /// Make rounds on an interval until stopped: the poller of a small server
    Watch(watch::Args),
    /// Say whether the ledger is fresh and whole, and what the explorers are like; for people and monitoring
    Status(status::Args),
    /// Ask a second explorer, and for proofs that the recorded transactions are in blocks
    Audit(audit::Args),
    /// List what was told and cannot be true, and the answers that told it
    Incidents(incidents::Args),
    /// Print the figures of a family: received, withdrawn, left, and what it was worth
    Summary(summary::Args),
    /// Hold a claim ("millions of dollars in bitcoin") against the chain: what it comes to, and by how much it misses
    Verify(verify::Args),
    /// Print the ledger of a family, a row a payment
    Payments(payments::Args),
    /// Look up one address or one transaction, without a family and without a trace in the database
    Lookup(lookup::Args),
    /// Follow coins: where what was withdrawn went, or where it came from, and where the record ends
    Trace(trace::Args),
    /// List what is news of a family: withdrawals, arrivals at services, coins that wake; the newest first
    Events(events::Args),
    /// Tell people when coins move: receivers, a test, what waits
    Notify(notify::Args),
    /// Draw charts of a family, with the drawn series beside them as CSV
    Chart(chart::Args),
    /// Make a page about a family: finding, figures, charts, claims, where the money went, ledger, sources
    Report(report::Args),
    /// Write payments, withdrawals, events and series for other programs
    Export(export::Args),
    /// Make a page of one week over all families: what came in, what moved, the change, what is news; meant for cron
    Weekly(weekly::Args),
    /// Pack everything that a family's figures were computed from into one file, or check such a file
    Evidence(evidence::Args),
    /// Show the prices that values are computed with, or ask live sources for the newest days
    Prices(prices::Args),
    /// Print a completion script for a shell
    Completions(complete::CompletionsArgs),
    /// Print the manual page (roff)
    Man(complete::ManArgs),
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return output::usage(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error),
    };
    let json = cli.global.json;
    match run(cli) {
        Ok(answer) => output::print(&answer, json),
        Err(error) => output::fail(&error),
    }
}

fn run(cli: Cli) -> anyhow::Result<Answer> {
    // Whoever checks a pack has nothing but the file, and a configuration must not matter.
    if let Command::Evidence(args) = &cli.command
        && let Some(answer) = evidence::run_alone(args)
    {
        return answer;
    }
    let context = Context::new(cli.global)?;
    // A watch says it in its log.
    if !matches!(cli.command, Command::Watch(_))
        && let Some(open) = context.open_to_others()
    {
        output::say(&format!("warning: {open}"));
    }
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Families(args) => families::run(&context, &args),
        Command::Labels(args) => labels::run(&context, &args),
        Command::Sync(args) => sync::run(&context, &args),
        Command::Watch(args) => watch::run(&context, &args),
        Command::Status(args) => status::run(&context, &args),
        Command::Audit(args) => audit::run(&context, &args),
        Command::Incidents(args) => incidents::run(&context, &args),
        Command::Summary(args) => summary::run(&context, &args),
        Command::Verify(args) => verify::run(&context, &args),
        Command::Payments(args) => payments::run(&context, &args),
        Command::Lookup(args) => lookup::run(&context, &args),
        Command::Trace(args) => trace::run(&context, &args),
        Command::Events(args) => events::run(&context, &args),
        Command::Notify(args) => notify::run(&context, &args),
        Command::Chart(args) => chart::run(&context, &args),
        Command::Report(args) => report::run(&context, &args),
        Command::Export(args) => export::run(&context, &args),
        Command::Weekly(args) => weekly::run(&context, &args),
        Command::Evidence(args) => evidence::run(&context, &args),
        Command::Prices(args) => prices::run(&context, &args),
        Command::Completions(args) => complete::completions(&args),
        Command::Man(args) => complete::man(&args),
    }
}

/// The command line's definition, for completions, the manual and the test that the docs name everything.
pub fn command() -> clap::Command {
    Cli::command()
}
