//! `watch`: rounds on an interval, until somebody stops it.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use anyhow::{Result, bail};
use chrono::{NaiveDate, TimeDelta};
use sd_notify::NotifyState;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{error, info, warn};

use super::context::KeepArgs;
use super::onward::{self, Plan, WatchOnwardArgs};
use super::rounds::{self, follow_name};
use super::sync::{asking, chosen, explorers, unfinished};
use super::{Answer, Context, context, notify, prices};
use crate::config::{parse_duration, parse_every};
use crate::domain::{Address, Ask, Family, Follow, Network, Time, format};
use crate::explorer::Explorer;
use crate::files::Lock;
use crate::notify::Receiver;
use crate::store::{SharedStore, StoreError};
use crate::sync::{self, End, PriceFeed, Round};

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

/// Ending of the file that a watcher holds.
const WATCH: &str = ".watch";

/// How long a notice that is being sent may keep the program from stopping.
const GRACE: Duration = Duration::from_secs(10);

/// Why the waiting ended.
enum Woken {
    Time,
    Stop(&'static str),
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    // Mistakes are told before anything is begun.
    let catalog = context.catalog()?;
    chosen(&catalog, &args.families)?;
    onward::check_names(context, &catalog)?;
    let ask = asking(context, args.ask, args.follow.unwrap_or(context.config.follow))?;
    let explorers = explorers(context, args.explorer.as_deref(), ask)?;
    let every = args.every.unwrap_or(context.config.every);
    let receivers = notify::receivers(context)?;
    begin_log(args.log_format);
    if let Some(open) = context.open_to_others() {
        warn!("{open}");
    }
    let path = context.db_path()?;
    let store = context.store(args.keep)?;
    let Some(_held) = Lock::try_take(&lock_path(&path, WATCH))? else {
        bail!("{}: another ransomtrail watch is at work on it; stop that one first", path.display());
    };
    let shared = SharedStore::new(store);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let made = runtime.block_on(watch(context, args, &explorers, &receivers, &shared, every));
    // Waits for the page in hand: it is stored whole, or not at all.
    drop(runtime);
    let made = made?;
    let text = format!("stopped after {}\n", format::count(made, "round", "rounds"));
    Ok(Answer::new(text, json!({ "rounds": made })))
}

/// Makes rounds until a signal, or as many as were asked for. Returns how many were made.
async fn watch(
    context: &Context,
    args: &Args,
    explorers: &[Explorer],
    receivers: &[Receiver],
    store: &SharedStore,
    every: Duration,
) -> Result<usize> {
    let mut stop = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    let watchdog = tokio::spawn(keep_watchdog());
    info!(
        every = format!("{every:?}"),
        explorers = explorers.len(),
        database = context.db_path()?.display().to_string(),
        "watching"
    );
    let mut made = 0;
    let mut prices = DailyPrices::new(context)?;
    // Who is new is told of what comes after the newest block that was known when it was set up.
    let mut before = store.run(|store| store.newest_height()).await?;
    if let Some(newest) = before {
        // Written down before anything is asked, so that a program that is killed tells of it the next time.
        let families: Vec<Family> = chosen(&context.catalog()?, &args.families)?.into_iter().cloned().collect();
        if let Err(failed) = notify::begin(store, receivers, &families, newest).await {
            error!("notices: {failed}");
        }
    }
    let stopping = Cell::new(false);
    let go_on = || !stopping.get();
    let ended = loop {
        let one = tokio::select! {
            one = one_round(context, args, explorers, store) => one,
            by = told_to_stop(&mut stop) => break by,
        };
        made += 1;
        match one {
            Ok(round) => log(&round),
            // What another program or a full disk does today may be over tomorrow.
            Err(failed) if is_passing(&failed) => error!("{failed:#}"),
            Err(failed) => return Err(failed),
        }
        tokio::select! {
            () = prices.update(context, explorers, store) => {}
            by = told_to_stop(&mut stop) => break by,
        }
        let mut telling = pin!(tell(context, args, receivers, store, &mut before, &go_on));
        tokio::select! {
            () = &mut telling => {}
            by = told_to_stop(&mut stop) => {
                // Let the notice in hand be written down as sent, so that it does not come twice; no other is begun.
                stopping.set(true);
                let _ = tokio::time::timeout(GRACE, telling).await;
                break by;
            }
        }
        if args.rounds.is_some_and(|most| made >= most) {
            break "the last round";
        }
        match wait(jittered(every), &mut stop).await {
            Woken::Time => {}
            Woken::Stop(by) => break by,
        }
    };
    watchdog.abort();
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
    info!(rounds = made, by = ended, "stopped");
    Ok(usize::try_from(made).unwrap_or(usize::MAX))
}

/// The watch list is read anew for each round, so that a family that is added is watched from then on.
async fn one_round(context: &Context, args: &Args, explorers: &[Explorer], store: &SharedStore) -> Result<Round> {
    let catalog = context.catalog()?;
    let families: Vec<Family> = chosen(&catalog, &args.families)?.into_iter().cloned().collect();
    let addresses: Vec<Address> = families.iter().flat_map(|f| f.addresses.iter().map(|a| a.address.clone())).collect();
    let watched: Vec<String> = catalog.families().map(|f| f.name.clone()).collect();
    let mirrored = families.clone();
    store
        .run(move |store| {
            store.keep_watching(&watched.iter().map(String::as_str).collect::<Vec<_>>())?;
            mirrored.iter().try_for_each(|family| store.watch(family))
        })
        .await?;
    let options = rounds::options(context, args.follow.unwrap_or(context.config.follow));
    let plan = Plan::of_watch(context, &catalog, &families, args.onward, explorers)?;
    let _ = sd_notify::notify(&[NotifyState::Status("making a round")]);
    let made = rounds::round(store, explorers, &addresses, options, Some(&plan), &|_| ()).await?;
    onward::log(&made.onward);
    let _ = sd_notify::notify(&[NotifyState::Status("waiting for the next round")]);
    Ok(made.round)
}

/// Looks for news and sends what waits. Whatever goes wrong with it, the rounds go on.
async fn tell(
    context: &Context,
    args: &Args,
    receivers: &[Receiver],
    store: &SharedStore,
    before: &mut Option<u32>,
    go_on: &dyn Fn() -> bool,
) {
    if receivers.is_empty() {
        return;
    }
    let news = async {
        let families: Vec<Family> = chosen(&context.catalog()?, &args.families)?.into_iter().cloned().collect();
        let told = notify::round(context, store, receivers, &families, *before, go_on).await?;
        *before = store.run(|store| store.newest_height()).await?;
        Ok::<_, anyhow::Error>(told)
    };
    match news.await {
        Ok(told) => {
            for (receiver, delivery) in told {
                let (sent, waiting) = (delivery.sent, delivery.waiting);
                match delivery.failure {
                    Some(failure) => warn!(receiver, sent, waiting, "not told: {failure}"),
                    None if sent > 0 => info!(receiver, sent, waiting, "told"),
                    None => {}
                }
            }
        }
        Err(failed) => error!("notices: {failed:#}"),
    }
}

/// The newest prices, asked for once a day, and every hour while a day is missing.
struct DailyPrices {
    feeds: Vec<PriceFeed>,
    complete_to: Option<NaiveDate>,
    not_before: Option<Time>,
}

impl DailyPrices {
    /// Coins of test networks have no price, and nobody is asked for one.
    fn new(context: &Context) -> Result<Self> {
        let feeds = if context.network() == Network::Bitcoin { prices::feeds(context)? } else { Vec::new() };
        Ok(Self { feeds, complete_to: None, not_before: None })
    }

    async fn update(&mut self, context: &Context, explorers: &[Explorer], store: &SharedStore) {
        let now = context::now();
        let last = sync::last_finished_day(now);
        let due = self.complete_to.is_none_or(|day| day < last) && self.not_before.is_none_or(|time| time <= now);
        let Some(http) = explorers.iter().find_map(Explorer::http).filter(|_| due && !self.feeds.is_empty()) else {
            return;
        };
        self.not_before = Some(now + TimeDelta::hours(1));
        match sync::prices(store, http, &self.feeds, context.config.prices.band, context::now).await {
            Ok(round) => {
                for failure in round.feeds.iter().filter_map(|feed| feed.failure.as_ref()) {
                    warn!("{failure}");
                }
                if round.missing.is_empty() {
                    self.complete_to = Some(last);
                }
                info!(
                    filled = round.filled.len(),
                    missing = round.missing.len(),
                    disagreements = round.disagreements.len(),
                    "prices"
                );
            }
            Err(failed) => error!("{failed:#}"),
        }
    }
}

fn log(round: &Round) {
    for refused in &round.refused {
        warn!(
            explorer = refused.explorer,
            txid = refused.txid.to_string(),
            kind = refused.kind.name(),
            "{}",
            refused.reason
        );
    }
    for warning in &round.warnings {
        warn!("{warning}");
    }
    for failure in &round.failures {
        warn!(explorer = failure.explorer, "{failure}");
    }
    for address in &round.addresses {
        unfinished(address).into_iter().for_each(|unfinished| warn!("{unfinished}"));
        if let End::Unreconciled { .. } = address.end {
            let address = address.address.as_str();
            warn!(address, "the ledger does not equal the explorer's totals; ransomtrail status shows by how much");
        }
    }
    info!(
        follow = follow_name(round.follow),
        addresses = round.addresses.len() + round.in_blocks,
        blocks = round.blocks,
        new = round.new_transactions(),
        not_asked = round.not_asked.len(),
        whole = round.is_whole(),
        tip = round.tip.map(|t| t.0),
        "round"
    );
}

/// Whether a further round may go well.
fn is_passing(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::Busy(_) | StoreError::Full(_)) => true,
        Some(_) => false,
        // A family file that is being written.
        None => true,
    }
}

/// A tenth more or less, so that not all watchers of the world ask at the full hour.
fn jittered(every: Duration) -> Duration {
    every.mul_f64(0.9 + 0.2 * fastrand::f64())
}

async fn wait(time: Duration, stop: &mut [Signal; 2]) -> Woken {
    tokio::select! {
        () = tokio::time::sleep(time) => Woken::Time,
        by = told_to_stop(stop) => Woken::Stop(by),
    }
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

/// The file that says that somebody watches, or tells, beside the database; readers do not look at it.
pub(super) fn lock_path(db: &Path, ending: &str) -> PathBuf {
    // A link to the database is the same database.
    let real = db.canonicalize().unwrap_or_else(|_| db.to_owned());
    let mut name = real.into_os_string();
    name.push(ending);
    PathBuf::from(name)
}

/// Whether somebody watches this database at the moment.
pub(super) fn is_watched(db: &Path) -> bool {
    Lock::is_taken(&lock_path(db, WATCH))
}

/// Reads a length of time that a round may be old.
pub(super) fn parse_age(text: &str) -> Result<Duration, String> {
    parse_duration(text)
}
