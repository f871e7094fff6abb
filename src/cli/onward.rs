//! What `sync --onward` and `watch` add to a round: the withdrawals of each family followed on, within a budget.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tracing::{info, warn};

use super::output::Usage;
use super::sync::must_ask;
use super::trace::Limits;
use super::{Answer, Context};
use crate::catalog::Catalog;
use crate::domain::{Address, Family, Follow, Network, format};
use crate::explorer::Explorer;
use crate::sync::{Following, Onward, Options, Trails, Turns};
use crate::trace::{LabelInfo, Rules};

/// Flags of `sync` about following onward.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct OnwardArgs {
    /// Follow what was withdrawn onward, hop by hop (the built-in record always does)
    #[arg(long)]
    onward: bool,
    #[command(flatten)]
    limits: Limits,
    /// With --onward: ask at most so many requests a family [default: 500]
    #[arg(long, value_name = "N")]
    max_requests: Option<usize>,
}

/// Flags of `watch` about following onward.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct WatchOnwardArgs {
    /// Follow what was withdrawn onward in each round, hop by hop [default: yes, unless the configuration says otherwise]
    #[arg(long, overrides_with = "no_onward")]
    onward: bool,
    /// Leave what was withdrawn alone
    #[arg(long, overrides_with = "onward")]
    no_onward: bool,
}

impl OnwardArgs {
    /// Who asks what became of a coin tells whom he watches.
    pub fn check(self, explorers: &[Explorer]) -> Result<()> {
        if self.onward { must_ask(explorers, "--onward asks what became of coins, and that") } else { Ok(()) }
    }
}

/// Where services begin.
type Services = Box<dyn Fn(&Address) -> Option<LabelInfo>>;

/// Whose coins are followed in a round, how far, and how much is asked for it.
pub(super) struct Plan {
    families: Vec<Following>,
    labels: Services,
    requests: Option<usize>,
    sleeping: Option<usize>,
    in_passing: bool,
}

impl Plan {
    /// The plan of `sync`: the chosen families are asked about with `--onward`, and by the built-in record, which costs nothing. The
    /// coins of the others are looked for where blocks are read anyway, so that `watch` need not begin anew.
    pub fn of_sync(
        context: &Context,
        catalog: &Catalog,
        chosen: &[&Family],
        explorers: &[Explorer],
        args: OnwardArgs,
    ) -> Result<Self> {
        check_names(context, catalog)?;
        let recorded = explorers.iter().all(Explorer::is_recorded);
        let following = |family: &Family| {
            let limits = context.config.onward.limits_of(&family.name);
            Following {
                family: family.name.clone(),
                addresses: addresses(family),
                rules: args.limits.rules(limits),
                requests: (!recorded).then_some(args.max_requests.unwrap_or(limits.max_requests)),
                asked: (args.onward || recorded) && chosen.iter().any(|one| one.name == family.name),
            }
        };
        let families = catalog.families().map(following).filter(|one| one.asked || context.config.onward.follow);
        let families = families.collect();
        // The recorded trail is stored whole, also behind the services where a trace stops.
        let labels: Services = if recorded { Box::new(|_| None) } else { Box::new(context.services()?) };
        Ok(Self { families, labels, requests: None, sleeping: None, in_passing: false })
    }

    /// The recorded trail of these families whole, also behind the services where a trace stops.
    pub fn of_record(families: &[&Family]) -> Self {
        let following = |family: &&Family| Following {
            family: family.name.clone(),
            addresses: addresses(family),
            rules: Rules::default(),
            requests: None,
            asked: true,
        };
        let families = families.iter().map(following).collect();
        Self { families, labels: Box::new(|_| None), requests: None, sleeping: None, in_passing: false }
    }

    /// The plan of a round of `watch` over these families.
    pub fn of_watch(
        context: &Context,
        catalog: &Catalog,
        chosen: &[Family],
        args: WatchOnwardArgs,
        explorers: &[Explorer],
    ) -> Result<Self> {
        // Where nobody may be asked, coins are looked for in blocks alone.
        let asks = !explorers.iter().any(Explorer::is_discreet);
        let config = &context.config.onward;
        let follows = args.onward || config.follow && !args.no_onward;
        let following = |family: &Family| {
            let limits = config.limits_of(&family.name);
            Following {
                family: family.name.clone(),
                addresses: addresses(family),
                rules: context.rules_of(&family.name),
                requests: Some(limits.max_requests),
                asked: asks && chosen.iter().any(|one| one.name == family.name),
            }
        };
        let families = catalog.families().filter(|_| follows).map(following).collect();
        let (requests, sleeping) = (Some(config.limits.max_requests), Some(config.sleeping));
        Ok(Self { families, labels: Box::new(context.services()?), requests, sleeping, in_passing: true })
    }

    /// Whose coins are followed.
    pub fn trails(&self) -> Trails<'_> {
        Trails { families: &self.families, labels: &*self.labels }
    }

    /// Whether explorers are asked about anybody's coins.
    pub fn asks(&self) -> bool {
        self.families.iter().any(|following| following.asked)
    }

    /// How much is asked after a round that was made with these options.
    pub fn turns(&self, options: Options<'_>, by_blocks: bool) -> Turns {
        let Self { requests, sleeping, in_passing, .. } = *self;
        // Who wants blocks does not want explorers to learn about coins because a block could not be had.
        let by_blocks = by_blocks || options.follow == Follow::Blocks;
        Turns { requests, sleeping, in_passing, by_blocks, recheck: options.recheck }
    }
}

fn addresses(family: &Family) -> Vec<Address> {
    family.addresses.iter().map(|a| a.address.clone()).collect()
}

/// Limits for a family that nobody knows are a typing error. Families of mainnet may be named whatever network is in use.
pub(super) fn check_names(context: &Context, catalog: &Catalog) -> Result<()> {
    let mut mainnet = None;
    for name in context.config.onward.families.keys() {
        let Err(error) = named(catalog, name) else { continue };
        if context.network() != Network::Bitcoin {
            let folder = context.families_folder();
            let other = match mainnet.take() {
                Some(known) => known,
                None => Catalog::load(Network::Bitcoin, Some(&folder))?,
            };
            let known = named(&other, name).is_ok();
            mainnet = Some(other);
            if known {
                continue;
            }
        }
        bail!(Usage(format!("[onward.families] in the configuration: {error}")));
    }
    Ok(())
}

fn named(catalog: &Catalog, name: &str) -> Result<(), String> {
    match catalog.find(name) {
        Ok(family) if family.name == name => Ok(()),
        Ok(family) => Err(format!("write {} instead of \"{name}\"", family.name)),
        Err(error) => Err(error.to_string()),
    }
}

/// Adds what following onward did to the answer of `sync`.
pub(super) fn report(answer: &mut Answer, followed: &[(String, Onward)]) {
    for (family, done) in followed {
        let ends: Vec<String> = done.ends.iter().map(|(stop, count)| format!("{count} {stop}")).collect();
        let new = format::count(done.new, "new transaction", "new transactions");
        let ends =
            if ends.is_empty() { "nothing was withdrawn".to_owned() } else { format!("ends: {}", ends.join(", ")) };
        let _ = writeln!(answer.text, "onward {family}: {new}; {ends}");
        if done.not_asked > 0 {
            let ends = format::count(done.not_asked, "end was", "ends were");
            answer.notes.push(format!("{ends} not asked about; the next sync --onward goes on from there"));
        }
        answer.notes.extend(done.warnings.iter().map(|warning| format!("warning: {warning}")));
        answer.notes.extend(done.refused.iter().map(|refusal| format!("warning: {refusal}")));
        answer.notes.extend(done.failures.iter().map(|failure| format!("warning: {failure}")));
        // Used up as ordered is no failure; nobody left to ask is.
        answer.failed |= done.not_asked > 0 && !done.failures.is_empty();
    }
    if let Value::Object(object) = &mut answer.json {
        object.insert("onward".to_owned(), followed.iter().map(as_json).collect());
    }
}

/// Logs what following onward did in a round of `watch`; families that nothing happened to are not told of.
pub(super) fn log(followed: &[(String, Onward)]) {
    for (family, done) in followed {
        done.refused.iter().for_each(|refusal| warn!(family, "{refusal}"));
        done.warnings.iter().for_each(|warning| warn!(family, "{warning}"));
        done.failures.iter().for_each(|failure| warn!(family, explorer = failure.explorer, "{failure}"));
        if !done.passed {
            let (new, requests, not_asked) = (done.new, done.requests, done.not_asked);
            info!(family, new, requests, not_asked, "onward");
        }
    }
}

fn as_json((family, done): &(String, Onward)) -> Value {
    let ends: serde_json::Map<String, Value> =
        done.ends.iter().map(|(stop, count)| (stop.name().to_owned(), (*count).into())).collect();
    json!({
        "family": family, "new": done.new, "requests": done.requests, "ends": ends, "not_asked": done.not_asked,
        "failures": done.failures.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "refused": done.refused.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
