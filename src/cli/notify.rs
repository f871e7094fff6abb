//! `notify`: who is told when coins move, whether notices arrive, and what waits. `watch` sends them after each round.

use std::ffi::OsString;
use std::num::NonZeroU32;

use anyhow::{Result, anyhow, bail};
use reqwest::Url;
use serde_json::{Value, json};

use super::context::KeepArgs;
use super::output::Usage;
use super::{Answer, Context, context, secrets};
use crate::config::{ChannelConfig, NotifyConfig, SecretSource};
use crate::domain::{Family, format, one_of, rfc3339};
use crate::http::{Http, HttpOptions};
use crate::notify::{self, Channel, Environment, Mail, Message, Receiver, Webhook};
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

/// The receivers of the configuration, with their secrets fetched.
pub(super) fn receivers(context: &Context) -> Result<Vec<Receiver>> {
    if context.config.notify.is_empty() {
        return Ok(Vec::new());
    }
    let asks =
        |config: &NotifyConfig| matches!(config.channel, ChannelConfig::Webhook { .. } | ChannelConfig::Email { .. });
    // A feed and a program ask nobody.
    let options = match context.config.notify.iter().any(asks) {
        true => context.http_options()?,
        false => context.config.http_options(None),
    };
    let proxied = options.proxy.is_some();
    let http = Http::new(HttpOptions {
        retries: RETRIES.min(context.config.http.retries),
        // A host that fails is asked again in the next round, not after a rest: notices wait in the database.
        breaker_failures: NonZeroU32::MAX,
        ..options
    })?;
    let catalog = context.catalog()?;
    let mut out = Vec::new();
    for config in &context.config.notify {
        let families =
            config.families.iter().map(|name| Ok(catalog.find(name)?.name.clone())).collect::<Result<_>>()?;
        let (name, events) = (config.name.clone(), config.events.clone());
        out.push(Receiver { name, families, events, channel: channel(context, config, &http, proxied)? });
    }
    Ok(out)
}

fn channel(context: &Context, config: &NotifyConfig, http: &Http, proxied: bool) -> Result<Channel> {
    let folder = &context.config_folder;
    let who = format!("notify \"{}\"", config.name);
    Ok(match &config.channel {
        ChannelConfig::Webhook { shape, url, headers, allow_http } => Channel::Webhook(Webhook {
            http: http.clone(),
            shape: notify::shape(shape).ok_or_else(|| anyhow!(Usage(format!("{who}: no shape \"{shape}\""))))?,
            url: hook(context, url, *allow_http, &who)?,
            credentials: secrets::headers(headers, folder, &who)?,
        }),
        ChannelConfig::Email { host, port, tls, login, from, to, around_proxy } => {
            if proxied && !around_proxy && !is_here(host) {
                bail!(Usage(format!(
                    "{who}: mail cannot go through the proxy, and would show {host} where it comes from; set around_proxy = true beside \
                     server to send it all the same, or tell them by a webhook"
                )));
            }
            let login = match login {
                Some((user, password)) => {
                    Some((user.clone(), secrets::secret(password, folder, &format!("{who}: password"))?))
                }
                None => None,
            };
            let mail = Mail::new((host, *port), *tls, login, from, to);
            Channel::Email(mail.map_err(|reason| anyhow!(Usage(format!("{who}: {reason}"))))?)
        }
        ChannelConfig::Atom { file, url } => Channel::Atom { file: folder.join(file), url: url.clone() },
        ChannelConfig::Command { run, env, timeout } => {
            Channel::Command { run: run.clone(), env: environment(env, &who)?, timeout: *timeout }
        }
    })
}

/// What a program gets to see of our environment whether or not it asks for it.
const SHARED: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// The environment of a program: what is harmless, and what its block names.
fn environment(names: &[String], who: &str) -> Result<Environment> {
    let shared = SHARED.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var_os(name)?)));
    let mut all: Vec<(String, OsString)> = shared.collect();
    for name in names {
        let Some(value) = std::env::var_os(name) else {
            bail!(Usage(format!("{who}: env: the environment variable {name} is not set")));
        };
        all.push((name.clone(), value));
    }
    Ok(Environment(all))
}

fn is_here(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

/// The URL that a reference leads to. No error shows it.
fn hook(context: &Context, source: &SecretSource, allow_http: bool, who: &str) -> Result<Url> {
    let text = secrets::secret(source, &context.config_folder, &format!("{who}: url"))?;
    let url = Url::parse(text.expose()).map_err(|error| anyhow!(Usage(format!("{who}: url: not a URL: {error}"))))?;
    let host = url.host_str().unwrap_or_default();
    let is_here = is_here(host) || host.ends_with(".onion");
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here || allow_http => Ok(url),
        "http" => bail!(Usage(format!("{who}: url: is not encrypted; use https://, or set allow_http = true"))),
        _ => bail!(Usage(format!("{who}: url: has to begin with https://"))),
    }
}

fn test(context: &Context, names: &[String]) -> Result<Answer> {
    let all = receivers(context)?;
    if all.is_empty() {
        bail!(nobody(context));
    }
    for name in names {
        one_of("receiver", name, &all, |receiver| &receiver.name).map_err(Usage)?;
    }
    let wanted: Vec<&Receiver> = all.iter().filter(|one| names.is_empty() || names.contains(&one.name)).collect();
    let message = Message::test(context::now());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut text, mut rows, mut failed) = (String::new(), Vec::new(), false);
    for receiver in wanted {
        let told = runtime.block_on(receiver.tell(&message));
        failed |= told.is_err();
        let said = match &told {
            Ok(()) if matches!(receiver.channel, Channel::Atom { .. }) => "the file can be written".to_owned(),
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
    let receivers = receivers(context)?;
    if receivers.is_empty() {
        bail!(nobody(context));
    }
    let families: Vec<Family> = chosen(&context.catalog()?, names)?.into_iter().cloned().collect();
    let Some(store) = context.existing_store_to_write(KeepArgs::default())? else {
        bail!("there is no database yet; run: ransomtrail sync");
    };
    let shared = SharedStore::new(store);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work::tell(context, &shared, &receivers, &families, None, &|| true))?;
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
    for config in &context.config.notify {
        let state = match &store {
            Some(store) => store.outbox(&config.name)?,
            None => Default::default(),
        };
        let kinds: Vec<&str> = config.events.iter().map(|kind| kind.name()).collect();
        let families = if config.families.is_empty() { "all families".to_owned() } else { config.families.join(", ") };
        text.push_str(&format!(
            "{} ({}): {families}; {}; {}, {} waiting\n",
            config.name,
            kind(&config.channel),
            kinds.join(", "),
            format::count(state.sent, "notice sent", "notices sent"),
            state.waiting
        ));
        if let Some(failure) = &state.failure {
            text.push_str(&format!("  last try failed: {failure}\n"));
        }
        rows.push(json!({
            "receiver": config.name, "kind": kind(&config.channel), "families": config.families, "events": kinds,
            "sent": state.sent, "waiting": state.waiting, "last_sent_at": state.last_sent_at.map(rfc3339),
            "failure": state.failure, "next_try": state.next_try.map(rfc3339),
        }));
    }
    if rows.is_empty() {
        text = format!("{}\n", nobody(context));
    }
    Ok(Answer::new(text, Value::Array(rows)))
}

fn kind(channel: &ChannelConfig) -> &str {
    match channel {
        ChannelConfig::Webhook { shape, .. } if shape == "json" => "webhook",
        ChannelConfig::Webhook { shape, .. } => shape,
        ChannelConfig::Email { .. } => "email",
        ChannelConfig::Atom { .. } => "atom",
        ChannelConfig::Command { .. } => "command",
    }
}

fn nobody(context: &Context) -> anyhow::Error {
    let file = &context.config_file;
    anyhow!(
        "nobody is to be told: there is no [[notify]] block in {}; ransomtrail.example.toml shows some",
        file.display()
    )
}
