//! Asking about addresses, one after the other.

use std::collections::{BTreeMap, VecDeque};

use chrono::TimeDelta;

use super::address::Reader;
use super::{AddressRound, End, Options, Progress, Round, Step, refuses};
use crate::domain::{Address, Time};
use crate::explorer::Explorer;
use crate::store::{Aside, SharedStore, StoreError};

/// So many addresses in a row that an explorer fails on, and it is not asked again in the round.
const STRIKES: usize = 3;
/// So often an address is read again because blocks may have been replaced under its pages.
const AGAIN: usize = 2;

/// A round over addresses, and where it has come to.
struct Poll<'a, 'b> {
    usable: Vec<Reader<'a>>,
    queue: VecDeque<Address>,
    aside: Vec<Aside>,
    /// What was found about addresses that have to be asked about again.
    before: BTreeMap<String, AddressRound>,
    /// How often each was asked about again.
    again: BTreeMap<String, usize>,
    options: Options<'a>,
    join: bool,
    progress: Progress<'a>,
    round: &'b mut Round,
}

/// Asks `explorers`, the preferred first, about every address. An explorer that cannot be reached is not asked again in this
/// round; an address that it could not answer goes to the next. What was read before a failure stays. With `join` the addresses
/// that are reconciled are looked for in blocks from then on.
pub(super) async fn poll<'a>(
    store: &'a SharedStore,
    explorers: &'a [Explorer],
    addresses: &[Address],
    options: Options<'a>,
    join: bool,
    progress: Progress<'a>,
    round: &mut Round,
) -> Result<(), StoreError> {
    let recheck = TimeDelta::from_std(options.recheck).unwrap_or(TimeDelta::MAX);
    let oldest = options.now.checked_sub_signed(recheck).unwrap_or(Time::MIN_UTC);
    let mut poll = Poll {
        usable: explorers.iter().map(|explorer| Reader::new(explorer, store, oldest)).collect(),
        queue: oldest_check_first(store, addresses).await?.into(),
        aside: set_aside(store, oldest).await?,
        before: BTreeMap::new(),
        again: BTreeMap::new(),
        options,
        join,
        progress,
        round,
    };
    loop {
        // When all were asked about, the newest block is asked for once more, and some may have to be asked about again.
        let asked = poll.queue.pop_front();
        if let Some(next) = &asked {
            poll.one(next).await?;
        }
        for at in (0..poll.usable.len()).rev() {
            let is_due = |reader: &Reader<'_>| asked.is_none() || reader.guard.is_due();
            if poll.usable.get(at).is_some_and(is_due) {
                poll.look(at).await?;
            }
        }
        if poll.usable.is_empty() || (asked.is_none() && poll.queue.is_empty()) {
            break;
        }
    }
    poll.round.not_asked.extend(poll.queue);
    poll.round.addresses.extend(poll.before.into_values());
    Ok(())
}

impl Poll<'_, '_> {
    /// Asks one explorer after the other about an address.
    async fn one(&mut self, next: &Address) -> Result<(), StoreError> {
        (self.progress)(Step::Address(next));
        let mut best: Option<AddressRound> = None;
        let (mut at, mut pages) = (0, self.options.max_pages);
        while let Some(reader) = self.usable.get_mut(at) {
            let (name, address) = (reader.explorer.name(), next.as_str());
            if let Some(one) = self.aside.iter().find(|one| one.explorer == name && one.address == address) {
                let (explorer, end) = (name.to_owned(), End::Aside { reason: one.reason.clone() });
                best.get_or_insert(AddressRound {
                    address: next.clone(),
                    explorer,
                    new: 0,
                    gone: 0,
                    waiting_whole: false,
                    waiting: 0,
                    end,
                });
                at += 1;
                continue;
            }
            match reader.read(next, self.options.now, &mut pages, self.progress, self.round).await? {
                Ok(done) => {
                    reader.strikes = 0;
                    self.round.tip = reader.tip().or(self.round.tip);
                    let (whole, goes_on) = (done.end.is_whole(), matches!(done.end, End::Paused { .. }));
                    if whole && self.join && !reader.guard.holds(next) {
                        reader.join(next).await?;
                    }
                    // What was new by one explorer is new, also where another one settles the address.
                    best = Some(together(best, done));
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
                    self.round.fail(reader.explorer, address, &error);
                    if lost {
                        self.lose(at);
                    } else {
                        at += 1;
                    }
                }
            }
        }
        let before = self.before.remove(next.as_str());
        match best {
            Some(done) => self.round.addresses.push(together(before, done)),
            None => {
                self.round.addresses.extend(before);
                self.round.not_asked.push(next.clone());
            }
        }
        (self.progress)(Step::Done);
        Ok(())
    }

    /// Asks an explorer whether blocks were replaced under the pages that it gave since it was asked last.
    async fn look(&mut self, at: usize) -> Result<(), StoreError> {
        let Some(reader) = self.usable.get_mut(at) else { return Ok(()) };
        match reader.look().await? {
            Ok((read, false)) => {
                for address in read.iter().filter(|_| self.join) {
                    let is_it = |one: &AddressRound| one.address == *address && one.end.is_whole();
                    if self.round.addresses.iter().any(is_it) {
                        reader.join(address).await?;
                    }
                }
            }
            Ok((mut read, true)) => {
                read.retain(|address| {
                    let again = self.again.entry(address.to_string()).or_default();
                    *again += 1;
                    *again <= AGAIN
                });
                self.ask_again(read);
            }
            Err(error) => {
                self.round.fail(reader.explorer, None, &error);
                self.lose(at);
            }
        }
        Ok(())
    }

    /// An explorer is not asked any more in this round. What nobody knows the newest block of is asked of another.
    fn lose(&mut self, at: usize) {
        let unsure = self.usable.remove(at).guard.take();
        self.ask_again(unsure);
    }

    fn ask_again(&mut self, addresses: Vec<Address>) {
        for address in addresses {
            let place = self.round.addresses.iter().position(|one| one.address == address);
            self.before.extend(place.map(|place| (address.to_string(), self.round.addresses.remove(place))));
            self.queue.push_back(address);
        }
    }
}

/// What was found about an address now, with what was brought before.
fn together(before: Option<AddressRound>, mut now: AddressRound) -> AddressRound {
    let Some(before) = before else { return now };
    now.new += before.new;
    now.gone += before.gone;
    if now.end == End::Unchanged && before.new + before.gone > 0 {
        now.end = End::Reconciled;
    }
    now
}

/// What is not asked about: an explorer that had no end is tried again after the same time as any that did not speak for long.
async fn set_aside(store: &SharedStore, oldest: Time) -> Result<Vec<Aside>, StoreError> {
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
