//! Following withdrawals onward: what spends their outputs is asked for hop by hop, within a budget, and stored like all
//! other transactions. Where the chain is followed by blocks, blocks are searched for it instead ([`Ahead`]).
//!
//! What to ask for follows from the ledger alone, by the rules of [`crate::trace`] under poison, which reaches whatever
//! any policy reaches. So a broken-off round goes on where it stopped, and a coin that was unspent is asked about again.

mod ahead;
mod ask;
mod held;
mod round;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::Failure;
use crate::domain::{Address, Time};
use crate::explorer::Explorer;
use crate::store::{Refusal, SharedStore, StoreError};
use crate::trace::{Labels, Rules, Stop};

pub(super) use ahead::{Ahead, Made};

/// A family whose withdrawals are followed onward.
#[derive(Clone, Debug)]
pub struct Following {
    /// Its name.
    pub family: String,
    /// Its addresses.
    pub addresses: Vec<Address>,
    /// Hops, smallest amount and fan-out; the policy is always poison.
    pub rules: Rules,
    /// Requests to explorers in one round; `None` has no limit.
    pub requests: Option<usize>,
    /// Explorers are asked about its coins; otherwise they are only looked for in blocks that are read anyway.
    pub asked: bool,
}

/// The families whose withdrawals are followed onward, and where services begin.
#[derive(Clone, Copy)]
pub struct Trails<'a> {
    /// The families.
    pub families: &'a [Following],
    /// Who addresses belong to.
    pub labels: Labels<'a>,
}

/// How much is asked in a round.
#[derive(Clone, Copy, Debug)]
pub struct Turns {
    /// Requests of all families together; `None` leaves it to each.
    pub requests: Option<usize>,
    /// So many of the transactions whose outputs slept when last asked about are asked about again, those asked longest ago
    /// first; `None` asks about all.
    pub sleeping: Option<usize>,
    /// A family that nothing happened to and that has nobody to be asked about is passed over.
    pub in_passing: bool,
    /// Coins that are looked for in blocks were looked for in this round.
    pub by_blocks: bool,
    /// Such coins, and those of which nobody tells by what they are spent, are asked about when the last answer is older.
    pub recheck: Duration,
}

/// What following onward did.
#[derive(Clone, Debug, Default)]
pub struct Onward {
    /// Transactions that were new.
    pub new: usize,
    /// Requests that were made.
    pub requests: usize,
    /// Of the questions those about coins that slept.
    pub sleeping: usize,
    /// The family was passed over: nothing happened to it, and nobody was to be asked.
    pub passed: bool,
    /// The ends of the trail: how many of each stop.
    pub ends: BTreeMap<Stop, usize>,
    /// Ends that nobody could be asked about any more: the budget of requests is used up, or no explorer answers.
    pub not_asked: usize,
    /// What was told and refused.
    pub refused: Vec<Refusal>,
    /// What else a reader should know.
    pub warnings: Vec<String>,
    /// Explorers that failed, and why.
    pub failures: Vec<Failure>,
}

/// Follows what left these families onward. Each end of a trail that may have moved is asked about at most once in a round. With
/// [`Turns::in_passing`] the families come in turns, those followed longest ago first.
pub async fn onward(
    store: &SharedStore,
    explorers: &[Explorer],
    trails: Trails<'_>,
    turns: Turns,
    now: Time,
) -> Result<Vec<(String, Onward)>, StoreError> {
    let mut round = round::Round::new(store, explorers, trails.labels, turns, now).await?;
    let mut families: Vec<&Following> = trails.families.iter().filter(|following| following.asked).collect();
    if turns.in_passing {
        let names: Vec<String> = families.iter().map(|following| following.family.clone()).collect();
        let followed_at = store
            .run(move |store| {
                let at = |name: &String| Ok((name.clone(), store.trail_standing(name, "")?.followed_at));
                names.iter().map(at).collect::<Result<BTreeMap<_, _>, StoreError>>()
            })
            .await?;
        families.sort_by_key(|following| followed_at.get(&following.family).copied().flatten());
    }
    let mut out = Vec::with_capacity(families.len());
    for following in families {
        out.push((following.family.clone(), round.family(following).await?));
    }
    Ok(out)
}

/// The limits that a frontier is written under, as text.
fn limits(rules: Rules) -> String {
    format!("{} hops, {} sat, fan-out {}", rules.hops, rules.min_value.to_sat(), rules.fan_out)
}

impl fmt::Debug for Trails<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trails").field("families", &self.families).finish_non_exhaustive()
    }
}
