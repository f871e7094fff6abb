//! Which way a round goes: by blocks, by address, or whichever needs fewer requests.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::blocks::{self, Ended};
use super::chain::behind;
use super::{Followed, Options, Progress, Round};
use crate::domain::{Address, Follow, Time};
use crate::explorer::Explorer;
use crate::store::{ScanPoint, SharedStore, StoreError};

/// With fewer addresses following by blocks is not begun by itself: to begin costs as much as to ask about them.
const WORTH_BLOCKS: usize = 16;
/// Requests that a round by blocks needs in any case: for the newest block and what is known of it.
const BLOCK_ROUND: usize = 2;
/// Requests a block: its hash by height, and its bytes.
const BLOCK: usize = 2;

/// Follows by blocks where that is wanted and pays. Returns the addresses that must be asked about all the same, and whether they
/// are looked for in blocks from then on.
pub(super) async fn by_blocks(
    store: &SharedStore,
    explorers: &[Explorer],
    addresses: &[Address],
    options: Options<'_>,
    progress: Progress<'_>,
    round: &mut Round,
) -> Result<(Vec<Address>, bool), StoreError> {
    let all = || addresses.to_vec();
    let giving: Vec<&Explorer> = explorers.iter().filter(|e| e.gives_blocks()).collect();
    // Who wants blocks does not want explorers to learn the addresses because there are none, or one of them failed.
    let discreet = options.follow == Follow::Blocks && !explorers.iter().all(Explorer::is_recorded);
    // Nobody is asked about any address: each is looked for from the block on that is read next.
    let unasked = explorers.iter().any(Explorer::is_discreet);
    let discreet = discreet || unasked;
    let asked = addresses.len() + coins(store, options).await?;
    if !discreet && (giving.is_empty() || options.follow == Follow::Auto && asked < WORTH_BLOCKS) {
        return Ok((all(), false));
    }
    let (mut forked, mut followed) = (None, false);
    for explorer in &giving {
        let Some(point) = store.run(|store| store.scan_point()).await? else {
            // Everything is asked about in this round, and followed by blocks from here on.
            match blocks::begin(explorer, store, options.now, round).await? {
                Ok(_) if unasked => return begun_unasked(store, addresses, round).await,
                Ok(_) => return Ok((all(), true)),
                Err(error) => round.fail(explorer, None, &error),
            }
            continue;
        };
        if unasked {
            join_unasked(store, addresses).await?;
        } else if options.follow == Follow::Auto && !pays(store, explorer, &point, (addresses, asked), options).await? {
            // What others look for is not given up for the sake of these.
            if others_joined(store, addresses).await? {
                return Ok((all(), false));
            }
            match blocks::begin(explorer, store, options.now, round).await? {
                Ok(_) => return Ok((all(), true)),
                Err(error) => round.fail(explorer, None, &error),
            }
            continue;
        }
        match blocks::follow(explorer, store, options, progress, round).await? {
            Ok(Ended::Level) => {
                followed = true;
                break;
            }
            // Somebody else may be further on.
            Ok(Ended::NotAhead) => followed = true,
            Ok(Ended::Forked) => {
                forked = forked.or(Some(*explorer));
                let reason = "its chain leaves ours before the first block that was read";
                round.fail(explorer, None, &behind(explorer, reason.to_owned()));
            }
            Err(error) => round.fail(explorer, None, &error),
        }
    }
    // Nobody is on the chain that was followed: it is begun anew, or it would never be followed again.
    if let Some(explorer) = forked.filter(|_| !followed) {
        match blocks::begin(explorer, store, options.now, round).await? {
            Ok(_) => {
                round.warnings.push("following by blocks begins anew, on another chain".to_owned());
                if unasked {
                    return begun_unasked(store, addresses, round).await;
                }
                return Ok((all(), true));
            }
            Err(error) => round.fail(explorer, None, &error),
        }
    }
    let due = if unasked { Vec::new() } else { due(store, addresses, &round.touched, options).await? };
    if followed {
        round.follow = Followed::Blocks;
        round.in_blocks = addresses.len() - due.len();
        return Ok((due, true));
    }
    if !discreet {
        return Ok((all(), false));
    }
    // Whom nobody answered: the round was one by blocks all the same.
    round.follow = Followed::Blocks;
    if giving.is_empty() {
        let what = "no explorer in use gives whole blocks; follow = \"blocks\" asks about addresses only beside them";
        round.warnings.push(what.to_owned());
    }
    let begun = store.run(|store| store.scan_point()).await?.is_some() && !unasked;
    let asked: BTreeSet<&Address> = due.iter().filter(|_| begun).collect();
    round.not_asked.extend(addresses.iter().filter(|a| !asked.contains(a)).cloned());
    Ok((if begun { due } else { Vec::new() }, false))
}

/// Addresses that are not looked for in blocks yet are looked for from the next one on, and nobody is asked about them.
async fn join_unasked(store: &SharedStore, addresses: &[Address]) -> Result<(), StoreError> {
    let wanted = addresses.to_vec();
    store.run(move |store| store.join_unasked(&wanted)).await
}

/// Following has just begun: everything is looked for from the next block on.
async fn begun_unasked(
    store: &SharedStore,
    addresses: &[Address],
    round: &mut Round,
) -> Result<(Vec<Address>, bool), StoreError> {
    join_unasked(store, addresses).await?;
    round.follow = Followed::Blocks;
    round.in_blocks = addresses.len();
    Ok((Vec::new(), false))
}

/// Whether reading the blocks since then needs fewer requests than asking about each address and each coin.
async fn pays(
    store: &SharedStore,
    explorer: &Explorer,
    point: &ScanPoint,
    (addresses, asked): (&[Address], usize),
    options: Options<'_>,
) -> Result<bool, StoreError> {
    let Ok(tip) = explorer.tip().await else { return Ok(true) };
    if tip.value == point.to_hash {
        return Ok(true);
    }
    let Ok(block) = explorer.block(&tip.value).await else { return Ok(true) };
    let due = due(store, addresses, &BTreeSet::new(), options).await?.len();
    let behind = block.value.height.saturating_sub(point.to_height) as usize;
    Ok(behind.saturating_mul(BLOCK).saturating_add(BLOCK_ROUND + due) < asked)
}

/// How many transactions would have to be asked about to learn whether their coins still sleep.
async fn coins(store: &SharedStore, options: Options<'_>) -> Result<usize, StoreError> {
    let families = options.trails.map(|trails| trails.families).unwrap_or_default();
    let asked: Vec<String> = families.iter().filter(|one| one.asked).map(|one| one.family.clone()).collect();
    store
        .run(move |store| {
            let mut txids = BTreeSet::new();
            for family in asked {
                txids.extend(store.open_ends(&family)?.into_iter().filter(|end| end.asleep).map(|end| end.output.txid));
            }
            Ok(txids.len())
        })
        .await
}

/// Whether addresses are looked for in blocks that are not among these.
async fn others_joined(store: &SharedStore, addresses: &[Address]) -> Result<bool, StoreError> {
    let ours: BTreeSet<String> = addresses.iter().map(ToString::to_string).collect();
    let joined = store.run(|store| store.scanned_addresses()).await?;
    Ok(joined.iter().any(|one| !ours.contains(&one.address)))
}

/// The addresses that are not looked for in blocks yet, whose last answer is old, who were joined with a block that was fresh then,
/// or whom new blocks brought something that does not add up with the last answer.
async fn due(
    store: &SharedStore,
    addresses: &[Address],
    touched: &BTreeSet<String>,
    options: Options<'_>,
) -> Result<Vec<Address>, StoreError> {
    let (wanted, touched) = (addresses.to_vec(), touched.clone());
    let recheck = TimeDelta::from_std(options.recheck).unwrap_or(TimeDelta::MAX);
    let oldest = options.now.checked_sub_signed(recheck).unwrap_or(Time::MIN_UTC);
    store
        .run(move |store| {
            let joined: BTreeMap<String, bool> =
                store.scanned_addresses()?.into_iter().map(|one| (one.address, one.settled)).collect();
            let mut due = Vec::new();
            for address in wanted {
                let settled = joined.get(address.as_str()) == Some(&true);
                let fresh = settled && store.last_check(&address)?.is_some_and(|check| check.as_of >= oldest);
                let adds_up = !touched.contains(address.as_str())
                    || store.ledger([&address])?.addresses.iter().all(|record| record.reconciled() == Some(true));
                if !fresh || !adds_up {
                    due.push(address);
                }
            }
            Ok(due)
        })
        .await
}
