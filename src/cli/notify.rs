//! `notify`: who is told when coins move, whether notices arrive, and what waits. `watch` sends them after each round.

use std::num::NonZeroU32;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};

use super::context::KeepArgs;
use super::output::Usage;
use super::{Answer, Context, context, secrets};
use crate::config::SecretSource;
use crate::domain::{Family, format, one_of, rfc3339};
use crate::http::{Http, HttpOptions};
use crate::notify::{Desk, Means, Message, Receiver, Telling};
use crate::store::SharedStore;
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
        /// Names of [[notify]] blocks [default: all]
        #[arg(value_name = "RECEIVER")]
        names: Vec<String>,
    },
    /// Look for news in the database and send what waits; for a cron job after sync (watch does it after each round)
    Send {
        /// The families [default: all on the watch list]
        #[arg(value_name = "FAMILY")]
        families: Vec<String>,
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
    let Some(store) = context.existing_store_to_write(KeepArgs::default())? else {
        bail!("there is no database yet; run: ransomtrail sync");
    };
    let shared = SharedStore::new(store);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work::tell(context, &shared, &desk, &families, None, &|| true))?;
    let (mut text, mut rows) = (String::new(), Vec::new());
    for (name, delivery) in &done {
        let waiting = if delivery.waiting == 0 { String::new() } else { format!(", {} waiting", delivery.waiting) };
        text.push_str(&format!("{name}: {}{waiting}\n", format::count(delivery.sent, "notice sent", "notices sent")));
        rows.push(json!({
            "receiver": name, "sent": delivery.sent, "waiting": delivery.waiting, "failure": delivery.failure,
        }));
    }
    let mut answer = Answer::new(text, Value::Array(rows));
    answer.notes =
        done.iter().filter_map(|(name, d)| Some(format!("warning: {name}: {}", d.failure.as_ref()?))).collect();
    answer.failed = done.iter().any(|(_, delivery)| delivery.failure.is_some());
    Ok(answer)
}

fn list(context: &Context) -> Result<Answer> {
    let store = context.existing_store()?;
    let (mut text, mut rows) = (String::new(), Vec::new());
    for config in &context.receivers {
        let state = match &store {
            Some(store) => store.outbox(&config.name)?,
            None => Default::default(),
        };
        let kinds: Vec<&str> = config.events.iter().map(|kind| kind.name()).collect();
        let families = if config.families.is_empty() { "all families".to_owned() } else { config.families.join(", ") };
        text.push_str(&format!(
            "{} ({}): {families}; {}; {}, {} waiting\n",
            config.name,
            config.channel.name,
            kinds.join(", "),
            format::count(state.sent, "notice sent", "notices sent"),
            state.waiting
        ));
        if let Some(failure) = &state.failure {
            text.push_str(&format!("  last try failed: {failure}\n"));
        }
        rows.push(json!({
            "receiver": config.name, "kind": config.channel.name, "families": config.families, "events": kinds,
            "sent": state.sent, "waiting": state.waiting, "last_sent_at": state.last_sent_at.map(rfc3339),
            "failure": state.failure, "next_try": state.next_try.map(rfc3339),
        }));
    }
    if rows.is_empty() {
        text = format!("{}\n", nobody(context));
    }
    Ok(Answer::new(text, Value::Array(rows)))
}

fn nobody(context: &Context) -> anyhow::Error {
    let file = &context.config_file;
    anyhow!(
        "nobody is to be told: there is no [[notify]] block in {}; ransomtrail.example.toml shows some",
        file.display()
    )
}
