//! `watch`: rounds on an interval, until somebody stops it.

use std::time::Duration;

use anyhow::Result;
use sd_notify::NotifyState;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::warn;

use super::context::KeepArgs;
use super::onward::WatchOnwardArgs;
use super::sync::explorers;
use super::{Answer, Context, notify};
use crate::config::parse_every;
use crate::domain::{Ask, Follow, format};
use crate::store::SharedStore;
use crate::work::{Phase, Watch, WatchLock, asking, check_names, chosen};

/// Flags of `watch`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The families [default: all on the watch list]
    #[arg(value_name = "FAMILY")]
    families: Vec<String>,
    /// Time between two rounds, like 10m; a tenth more or less by chance [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = parse_every)]
    every: Option<Duration>,
    /// Stop after so many rounds [default: when told to]
    #[arg(long, value_name = "N")]
    rounds: Option<u64>,
    /// Make one round, tell what is news, and stop: for cron
    #[arg(long, conflicts_with = "rounds")]
    once: bool,
    /// Ask this explorer alone: a name from the configuration, or the URL of an Esplora server
    #[arg(long, value_name = "NAME|URL")]
    explorer: Option<String>,
    /// Ask about each address, read each new block, or whichever needs fewer requests (auto); sync --help says
    /// what that tells explorers [default: auto]
    #[arg(long, value_name = "WAY", value_parser = |text: &str| text.parse::<Follow>())]
    follow: Option<Follow>,
    /// Whether explorers may be asked about addresses; never: whole blocks alone [default: auto]
    #[arg(long, value_name = "WHEN", value_parser = |text: &str| text.parse::<Ask>())]
    ask: Option<Ask>,
    #[command(flatten)]
    onward: WatchOnwardArgs,
    #[command(flatten)]
    keep: KeepArgs,
    /// What log lines look like: text for people, json for programs
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
}

/// What log lines look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    // Mistakes are told before anything is begun.
    let catalog = context.catalog()?;
    chosen(&catalog, &args.families)?;
    check_names(context, &catalog)?;
    let follow = args.follow.unwrap_or(context.config.follow);
    let ask = asking(context, args.ask, follow)?;
    let explorers = explorers(context, args.explorer.as_deref(), ask)?;
    let desk = notify::desk(context)?;
    begin_log(args.log_format);
    if let Some(open) = context.open_to_others() {
        warn!("{open}");
    }
    let store = context.store(args.keep)?;
    let lock = WatchLock::take(&context.db_path()?)?;
    let shared = SharedStore::new(store);
    let watch = Watch {
        context,
        families: &args.families,
        explorers: &explorers,
        desk: desk.as_ref(),
        follow,
        onward: args.onward.follows(&context.config.onward),
        every: args.every.unwrap_or(context.config.every),
        most: if args.once { Some(1) } else { args.rounds },
        phase: &tell_systemd,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let made = runtime.block_on(async {
        let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
        let _ = sd_notify::notify(&[NotifyState::Ready]);
        let watchdog = tokio::spawn(keep_watchdog());
        let made = watch.run(&lock, &shared, told_to_stop(&mut signals)).await;
        watchdog.abort();
        let _ = sd_notify::notify(&[NotifyState::Stopping]);
        made
    });
    // Waits for the page in hand: it is stored whole, or not at all.
    drop(runtime);
    let made = made?;
    let text = format!("stopped after {}\n", format::count(usize::try_from(made)?, "round", "rounds"));
    Ok(Answer::new(text, json!({ "rounds": made })))
}

fn tell_systemd(phase: Phase) {
    let status = match phase {
        Phase::Round => "making a round",
        Phase::Waiting => "waiting for the next round",
    };
    let _ = sd_notify::notify(&[NotifyState::Status(status)]);
}

async fn told_to_stop([interrupt, terminate]: &mut [Signal; 2]) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}

/// Tells systemd twice in its time that this thread still turns.
async fn keep_watchdog() {
    let Some(time) = sd_notify::watchdog_enabled() else { return };
    loop {
        let _ = sd_notify::notify(&[NotifyState::Watchdog]);
        tokio::time::sleep(time / 2).await;
    }
}

fn begin_log(log: LogFormat) {
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_target(false);
    // An error means that somebody logs already, which is all that is wanted.
    let _ = match log {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}
