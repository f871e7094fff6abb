//! Asking about addresses, one after the other.

use chrono::TimeDelta;

use super::address::Reader;
use super::{AddressRound, End, Options, Progress, Round, Step, refuses};
use crate::domain::{Address, Time};
use crate::explorer::Explorer;
use crate::store::{Aside, SharedStore, StoreError};

/// So many addresses in a row that an explorer fails on, and it is not asked again in the round.
const STRIKES: usize = 3;

/// Asks `explorers`, the preferred first, about every address. An explorer that cannot be reached is not asked again in this
/// round; an address that it could not answer goes to the next. What was read before a failure stays. With `join` the addresses
/// that are reconciled are looked for in blocks from then on.
pub(super) async fn poll(
    store: &SharedStore,
    explorers: &[Explorer],
    addresses: &[Address],
    options: Options<'_>,
    join: bool,
    progress: Progress<'_>,
    round: &mut Round,
) -> Result<(), StoreError> {
    let mut usable: Vec<Reader<'_>> = explorers.iter().map(|e| Reader::new(e, store)).collect();
    let mut waiting = oldest_check_first(store, addresses).await?.into_iter();
    let aside = set_aside(store, options).await?;
    for next in waiting.by_ref() {
        progress(Step::Address(&next));
        let mut best: Option<AddressRound> = None;
        let (mut at, mut pages) = (0, options.max_pages);
        while let Some(reader) = usable.get_mut(at) {
            let (name, address) = (reader.explorer.name(), next.as_str());
            if let Some(one) = aside.iter().find(|one| one.explorer == name && one.address == address) {
                let (explorer, end) = (name.to_owned(), End::Aside { reason: one.reason.clone() });
                best.get_or_insert(AddressRound {
                    address: next.clone(),
                    explorer,
                    new: 0,
                    gone: 0,
                    waiting_whole: false,
                    end,
                });
                at += 1;
                continue;
            }
            match reader.read(&next, options.now, &mut pages, progress, round).await? {
                Ok(done) => {
                    reader.strikes = 0;
                    round.tip = reader.tip().or(round.tip);
                    let (whole, goes_on) = (done.end.is_whole(), matches!(done.end, End::Paused { .. }));
                    if whole && join {
                        reader.join(&next).await?;
                    }
                    best = Some(done);
                    // Nothing is left to ask another one for, and this one goes on where it stopped.
                    if whole || goes_on {
                        break;
                    }
                    at += 1;
                }
                Err(error) => {
                    reader.strikes += 1;
                    let lost = !reader.contacted || refuses(&error) || reader.strikes >= STRIKES;
                    let address = (!lost).then(|| next.clone());
                    round.fail(reader.explorer, address, &error);
                    if lost {
                        usable.remove(at);
                    } else {
                        at += 1;
                    }
                }
            }
        }
        match best {
            Some(done) => round.addresses.push(done),
            None => round.not_asked.push(next),
        }
        progress(Step::Done);
        if usable.is_empty() {
            break;
        }
    }
    round.not_asked.extend(waiting);
    Ok(())
}

/// What is not asked about: an explorer that had no end is tried again after the same time as any that did not speak for long.
async fn set_aside(store: &SharedStore, options: Options<'_>) -> Result<Vec<Aside>, StoreError> {
    let recheck = TimeDelta::from_std(options.recheck).unwrap_or(TimeDelta::MAX);
    let oldest = options.now.checked_sub_signed(recheck).unwrap_or(Time::MIN_UTC);
    let mut aside = store.run(|store| store.asides()).await?;
    aside.retain(|one| one.at > oldest);
    Ok(aside)
}

/// The addresses whose last answer is oldest come first, so that a broken-off round goes on where it stopped.
async fn oldest_check_first(store: &SharedStore, addresses: &[Address]) -> Result<Vec<Address>, StoreError> {
    let wanted = addresses.to_vec();
    store
        .run(move |store| {
            let mut order = Vec::with_capacity(wanted.len());
            for address in wanted {
                order.push((store.last_check(&address)?.map(|c| c.as_of), address));
            }
            order.sort_by_key(|(asked, _)| *asked);
            Ok(order.into_iter().map(|(_, address)| address).collect())
        })
        .await
}
