//! `notify`: who is told when coins move, whether notices arrive, and what waits. `watch` sends them after each round.

use std::num::NonZeroU32;
use std::path::Path;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use super::context::KeepArgs;
use super::output::Usage;
use super::status::outbox_line;
use super::{Answer, Context, context, secrets};
use crate::config::SecretSource;
use crate::document::ReceiverStatus;
use crate::domain::{Family, Time, format, one_of};
use crate::http::{Http, HttpOptions};
use crate::notify::{Desk, Means, Message, Receiver, Telling};
use crate::store::{SharedStore, Store, StoreError};
use crate::work::{self, chosen};

/// Flags of `notify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Send a test to every receiver, or to the named ones
    Test {
        /// Names of receivers [default: all]
        #[arg(value_name = "RECEIVER")]
        names: Vec<String>,
    },
    /// Look for news in the database and send what waits; for a cron job after sync (watch does it after each round)
    Send {
        /// The families [default: all on the watch list]
        #[arg(value_name = "FAMILY")]
        families: Vec<String>,
    },
    /// Do not send a receiver what has waited longest for it, so that the rest goes on
    Skip {
        /// The name of a receiver
        #[arg(value_name = "RECEIVER")]
        name: String,
        /// Skip all that waits
        #[arg(long)]
        all: bool,
    },
    /// Let what was skipped for a receiver wait again: it is sent the next time
    Resend {
        /// The name of a receiver
        #[arg(value_name = "RECEIVER")]
        name: String,
    },
    /// Show the receivers, how much they were sent, and what waits
    List,
}

/// A receiver that is down is tried again in the next round: so often within one is enough.
const RETRIES: usize = 2;

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    match &args.command {
        Command::Test { names } => test(context, names),
        Command::Send { families } => send(context, families),
        Command::Skip { name, all } => {
            change(context, name, "skipped", |store, now| store.skip_notices(name, *all, now))
        }
        Command::Resend { name } => {
            change(context, name, "waiting again", |store, now| store.resend_notices(name, now))
        }
        Command::List => list(context),
    }
}

/// The receivers of the configuration, and what telling them takes; `None` where there are none.
pub(super) fn desk(context: &Context) -> Result<Option<Desk>> {
    if context.receivers.is_empty() {
        return Ok(None);
    }
    // A feed and a program ask nobody.
    let options = match context.receivers.iter().any(|one| one.channel.asks) {
        true => Some(context.http_options()?),
        false => None,
    };
    let proxied = options.as_ref().is_some_and(|options| options.proxy.is_some());
    let http = options.map(|options| {
        Http::new(HttpOptions {
            retries: RETRIES.min(context.config.http.retries),
            // A host that fails is asked again in the next round, not after a rest: notices wait in the database.
            breaker_failures: NonZeroU32::MAX,
            ..options
        })
    });
    let catalog = context.catalog()?;
    let mut receivers = context.receivers.clone();
    for name in receivers.iter_mut().flat_map(|one| one.families.iter_mut()) {
        *name = catalog.find(name)?.name.clone();
    }
    let secret = |source: &SecretSource, folder: &Path, what: &str| {
        secrets::secret(source, folder, what).map_err(|error| error.to_string())
    };
    let variable = |name: &str| std::env::var_os(name);
    let folder = context.config_folder.clone();
    Ok(Some(Desk { receivers, means: Means { http: http.transpose()?, proxied, folder, secret, variable } }))
}

fn test(context: &Context, names: &[String]) -> Result<Answer> {
    let Desk { receivers: all, means } = desk(context)?.ok_or_else(|| nobody(context))?;
    for name in names {
        one_of("receiver", name, &all, |receiver| &receiver.name).map_err(Usage)?;
    }
    let wanted: Vec<&Receiver> = all.iter().filter(|one| names.is_empty() || names.contains(&one.name)).collect();
    let message = Message::test(context::now());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut text, mut rows, mut failed) = (String::new(), Vec::new(), false);
    for receiver in wanted {
        let told = runtime.block_on(receiver.tell(&message, &means)).map_err(|failure| failure.why);
        failed |= told.is_err();
        let said = match &told {
            Ok(()) if matches!(*receiver.telling, Telling::Feed(_)) => "the file can be written".to_owned(),
            Ok(()) => "told".to_owned(),
            Err(why) => format!("not told: {why}"),
        };
        text.push_str(&format!("{}: {said}\n", receiver.name));
        rows.push(json!({ "receiver": receiver.name, "ok": told.is_ok(), "failure": told.err() }));
    }
    let mut answer = Answer::new(text, Value::Array(rows));
    answer.failed = failed;
    Ok(answer)
}

fn send(context: &Context, names: &[String]) -> Result<Answer> {
    let desk = desk(context)?.ok_or_else(|| nobody(context))?;
    let families: Vec<Family> = chosen(&context.catalog()?, names)?.into_iter().cloned().collect();
    let store = context.existing_store_to_write(KeepArgs::default())?.ok_or_else(no_database)?;
    let shared = SharedStore::new(store);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work::tell(context, &shared, &desk, &families, None, &|| true))?;
    let (mut text, mut rows) = (String::new(), Vec::new());
    for (name, delivery) in &done {
        let some = |count: usize, what: &str| if count == 0 { String::new() } else { format!(", {count} {what}") };
        let (skipped, waiting) = (some(delivery.skipped, "skipped"), some(delivery.waiting, "waiting"));
        let sent = format::count(delivery.sent, "notice sent", "notices sent");
        text.push_str(&format!("{name}: {sent}{skipped}{waiting}\n"));
        rows.push(json!({
            "receiver": name, "sent": delivery.sent, "skipped": delivery.skipped, "waiting": delivery.waiting, "failure": delivery.failure,
        }));
    }
    let mut answer = Answer::new(text, Value::Array(rows));
    answer.notes =
        done.iter().filter_map(|(name, d)| Some(format!("warning: {name}: {}", d.failure.as_ref()?))).collect();
    answer.failed = done.iter().any(|(_, delivery)| delivery.failure.is_some());
    Ok(answer)
}

/// Changes which notices a receiver is sent.
fn change(
    context: &Context,
    name: &str,
    done: &str,
    change: impl FnOnce(&mut Store, Time) -> Result<usize, StoreError>,
) -> Result<Answer> {
    one_of("receiver", name, &context.receivers, |receiver| &receiver.name).map_err(Usage)?;
    let mut store = context.existing_store_to_write(KeepArgs::default())?.ok_or_else(no_database)?;
    let count = change(&mut store, context::now())?;
    let text = format!("{name}: {} {done}\n", format::count(count, "notice", "notices"));
    Ok(Answer::new(text, json!({ "receiver": name, "notices": count })))
}

fn list(context: &Context) -> Result<Answer> {
    let store = context.existing_store()?;
    let (mut text, mut rows) = (String::new(), Vec::new());
    for config in &context.receivers {
        let state = match &store {
            Some(store) => store.outbox(&config.name)?,
            None => Default::default(),
        };
        let state = ReceiverStatus::of(config.name.clone(), state);
        let kinds: Vec<&str> = config.events.iter().map(|kind| kind.name()).collect();
        let families = if config.families.is_empty() { "all families".to_owned() } else { config.families.join(", ") };
        let (name, kind, outbox) = (&config.name, config.channel.name, outbox_line(&state));
        text.push_str(&format!("{name} ({kind}): {families}; {}; {outbox}\n", kinds.join(", ")));
        if let Some(failure) = &state.failure {
            text.push_str(&format!("  last try failed: {failure}\n"));
        }
        let mut row = json!({ "kind": kind, "families": config.families, "events": kinds });
        if let (Some(row), Value::Object(state)) = (row.as_object_mut(), serde_json::to_value(&state)?) {
            row.extend(state);
        }
        rows.push(row);
    }
    if rows.is_empty() {
        text = format!("{}\n", nobody(context));
    }
    Ok(Answer::new(text, Value::Array(rows)))
}

fn no_database() -> anyhow::Error {
    anyhow!("there is no database yet; run: ransomtrail sync")
}

fn nobody(context: &Context) -> anyhow::Error {
    let file = &context.config_file;
    anyhow!(
        "nobody is to be told: there is no [[notify]] block in {}; ransomtrail.example.toml shows some",
        file.display()
    )
}
