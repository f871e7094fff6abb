//! What following adds to a round: the withdrawals of each family followed on, within a budget.

use std::collections::HashMap;
use std::fmt;

use anyhow::{Result, bail};

use super::{Context, Usage};
use crate::casebook::station;
use crate::catalog::Catalog;
use crate::config::OnwardLimits;
use crate::domain::{Address, Family, Follow, Network};
use crate::explorer::Explorer;
use crate::sync::{Following, Options, Trails, Turns};
use crate::trace::{LabelInfo, Rules};

/// Where services begin.
type Services = Box<dyn Fn(&Address) -> Option<LabelInfo>>;

/// Whose coins are followed in a round, how far, and how much is asked for it.
pub struct Plan {
    families: Vec<Following>,
    labels: Services,
    requests: Option<usize>,
    sleeping: Option<usize>,
    in_passing: bool,
}

impl Plan {
    /// The plan of one round: the chosen families are asked about where that is wanted, and by the built-in record, which costs nothing.
    /// `limits` makes rules and the most requests of what is configured of a family. The coins of the others are looked for where blocks are read anyway, so that `watch` need not begin anew.
    pub fn of_sync(
        context: &Context,
        catalog: &Catalog,
        chosen: &[&Family],
        explorers: &[Explorer],
        wanted: bool,
        limits: impl Fn(OnwardLimits) -> (Rules, usize),
    ) -> Result<Self> {
        check_names(context, catalog)?;
        let recorded = explorers.iter().all(Explorer::is_recorded);
        let following = |family: &Family| {
            let (rules, requests) = limits(context.config.onward.limits_of(&family.name));
            Following {
                family: family.name.clone(),
                addresses: addresses(family),
                rules,
                requests: (!recorded).then_some(requests),
                asked: (wanted || recorded) && chosen.iter().any(|one| one.name == family.name),
            }
        };
        let families = catalog.families().map(following).filter(|one| one.asked || context.config.onward.follow);
        let families = families.collect();
        // The recorded trail is stored whole, also behind the services where a trace stops.
        let labels: Services = if recorded { Box::new(|_| None) } else { services(context, catalog)? };
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

    /// The plan of a round of many over these families.
    pub fn of_watch(
        context: &Context,
        catalog: &Catalog,
        chosen: &[&Family],
        follows: bool,
        explorers: &[Explorer],
    ) -> Result<Self> {
        // Where nobody may be asked, coins are looked for in blocks alone.
        let asks = !explorers.iter().any(Explorer::is_discreet);
        let config = &context.config.onward;
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
        Ok(Self { families, labels: services(context, catalog)?, requests, sleeping, in_passing: true })
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

/// Where coins are somebody else's: at services, and at the stations of families that end a trail.
fn services(context: &Context, catalog: &Catalog) -> Result<Services> {
    let known = context.services()?;
    let stations: HashMap<Address, LabelInfo> = catalog
        .families()
        .flat_map(|family| family.stations.iter().map(move |one| (family, &one.watched.address)))
        .filter_map(|(family, address)| Some((address.clone(), station(family, address)?)))
        .collect();
    Ok(Box::new(move |address| stations.get(address).cloned().or_else(|| known(address))))
}

fn addresses(family: &Family) -> Vec<Address> {
    family.addresses.iter().map(|a| a.address.clone()).collect()
}

/// Limits for a family that nobody knows are a typing error. Families of mainnet may be named whatever network is in use.
pub fn check_names(context: &Context, catalog: &Catalog) -> Result<()> {
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

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("families", &self.families).finish_non_exhaustive()
    }
}
