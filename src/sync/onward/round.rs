//! One family after the other: what to ask, in which order, and what is written down at the end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::TimeDelta;

use super::held::{Held, may_go_on};
use super::{Following, Onward, Turns, limits};
use crate::domain::{Address, Network, OutPoint, Time, Txid};
use crate::explorer::Explorer;
use crate::store::{FrontierRow, OpenEnd, SharedStore, StoreError, TrailStanding, TrailStart};
use crate::sync::chain::Chain;
use crate::trace::{Destination, Labels, Reason, Rules, Stop, Trail};

/// What is to be asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// What became of this output; the transaction that was said to spend it waits, if there is one.
    Outspend(OutPoint, Option<Txid>),
    /// A transaction that is named as a spender, or whose inputs nobody told the values of.
    Spender(Txid),
}

/// One round over all families.
pub(super) struct Round<'a> {
    pub store: &'a SharedStore,
    pub explorers: &'a [Explorer],
    labels: Labels<'a>,
    turns: Turns,
    now: Time,
    /// The explorers were met. That costs requests, and waits until there is something to ask.
    met: bool,
    /// The newest block of each explorer that tells.
    pub heights: BTreeMap<String, u32>,
    pub asked: BTreeSet<Question>,
    /// Transactions whose outputs were told of in this round, with the newest block of who told.
    pub told: BTreeMap<Txid, Option<u32>>,
    /// Explorers that are not asked any more.
    pub lost: BTreeSet<String>,
    /// About transactions whose block left the chain.
    unsettled: BTreeSet<Question>,
    /// Of the family in hand.
    pub held: Held,
    /// Coins that blocks were searched for, by family: they need not be asked about in this round.
    in_blocks: HashMap<String, HashSet<OutPoint>>,
    /// Coins of the family in hand that need not be asked about in this round.
    resting: HashSet<OutPoint>,
    requests: usize,
    sleeping: usize,
}

impl<'a> Round<'a> {
    /// Begins a round. What stands in blocks that left the chain, as the explorers in use were met last, is asked about again.
    pub async fn new(
        store: &'a SharedStore,
        explorers: &'a [Explorer],
        labels: Labels<'a>,
        turns: Turns,
        now: Time,
    ) -> Result<Self, StoreError> {
        let names: Vec<String> = explorers.iter().map(|explorer| explorer.name().to_owned()).collect();
        let oldest = oldest(turns, now);
        let (standing, watched_outpoints) = store
            .run(move |store| {
                let watched_outpoints = if turns.by_blocks { store.watched_outpoints()? } else { Vec::new() };
                Ok((store.standing_in(&store.blocks_left(&names)?)?, watched_outpoints))
            })
            .await?;
        let mut in_blocks: HashMap<String, HashSet<OutPoint>> = HashMap::new();
        for one in watched_outpoints.into_iter().filter(|one| !one.unsettled && one.checked_at >= oldest) {
            in_blocks.entry(one.family).or_default().insert(one.output);
        }
        Ok(Self {
            store,
            explorers,
            labels,
            turns,
            now,
            met: false,
            heights: BTreeMap::new(),
            asked: BTreeSet::new(),
            told: BTreeMap::new(),
            lost: BTreeSet::new(),
            unsettled: standing.into_iter().map(|(txid, coin)| Question::Outspend(coin, Some(txid))).collect(),
            held: Held::default(),
            in_blocks,
            resting: HashSet::new(),
            requests: 0,
            sleeping: 0,
        })
    }

    /// Follows one family.
    pub async fn family(&mut self, following: &Following) -> Result<Onward, StoreError> {
        let mut done = Onward::default();
        let limits = limits(following.rules);
        let (standing, ends) = self.look_up(following, &limits).await?;
        if self.turns.in_passing && !standing.changed && !self.is_anything_due(following.rules, &ends) {
            done.passed = true;
            return Ok(done);
        }
        self.held = Held::default();
        let network = self.explorers.first().map_or(Network::Bitcoin, Explorer::network);
        self.held.read(self.store, TrailStart::Addresses(following.addresses.clone()), network).await?;
        let trail = loop {
            let trail = self.held.follow(&following.addresses, following.rules, self.labels);
            let questions = self.questions(&trail, following.rules);
            if questions.is_empty() {
                break trail;
            }
            if !self.ask_all(questions, following.requests, &mut done).await? {
                break trail;
            }
        };
        self.requests += done.requests;
        self.write_down(following, trail, (standing.observation, limits), &mut done).await?;
        Ok(done)
    }

    /// How the family's trail stands; which of its coins rest.
    async fn look_up(
        &mut self,
        following: &Following,
        limits: &str,
    ) -> Result<(TrailStanding, Vec<OpenEnd>), StoreError> {
        let (family, limits) = (following.family.clone(), limits.to_owned());
        let (mut standing, ends, services) = self
            .store
            .run(move |store| {
                Ok((
                    store.trail_standing(&family, &limits)?,
                    store.open_ends(&family)?,
                    store.ends_at_services(&family)?,
                ))
            })
            .await?;
        // Where a label was taken back, the trail goes on.
        let network = self.explorers.first().map_or(Network::Bitcoin, Explorer::network);
        let is_service = |text: &String| match Address::parse(text, network) {
            Ok(address) => (self.labels)(&address).is_some_and(|label| label.service),
            Err(_) => true,
        };
        standing.changed |= !services.iter().all(is_service);
        let oldest = oldest(self.turns, self.now);
        self.resting = self.in_blocks.remove(&following.family).unwrap_or_default();
        // Who did not tell by what will hardly do so within the hour.
        let untold = ends.iter().filter(|end| end.by_somebody && end.asked_at.is_some_and(|at| at >= oldest));
        self.resting.extend(untold.map(|end| end.output));
        Ok((standing, ends))
    }

    /// Whether somebody is to be asked though nothing came.
    fn is_anything_due(&self, rules: Rules, ends: &[OpenEnd]) -> bool {
        let may_go_on =
            |end: &&OpenEnd| end.hop.is_none_or(|hop| hop < rules.hops) && end.sats >= rules.min_value.to_sat();
        let is_due = |end: &OpenEnd| {
            let rests = self.resting.contains(&end.output);
            if end.asleep { !rests && !self.sleeping_used_up() } else { !(end.by_somebody && rests) }
        };
        self.unsettled.difference(&self.asked).next().is_some() || ends.iter().filter(may_go_on).any(is_due)
    }

    fn sleeping_used_up(&self) -> bool {
        self.turns.sleeping.is_some_and(|most| self.sleeping >= most)
    }

    /// Asks one question after the other. False where none could be asked.
    async fn ask_all(
        &mut self,
        questions: Vec<(Question, bool)>,
        requests: Option<usize>,
        done: &mut Onward,
    ) -> Result<bool, StoreError> {
        let mut asked = false;
        let mut left = 0;
        for (question, asleep) in questions {
            if asleep && self.sleeping_used_up() {
                continue;
            }
            self.meet(done).await?;
            let used_up = requests.is_some_and(|most| done.requests >= most)
                || self.turns.requests.is_some_and(|most| self.requests + done.requests >= most);
            if used_up || self.lost.len() == self.explorers.len() {
                left += 1;
                continue;
            }
            if asleep {
                self.sleeping += 1;
                done.sleeping += 1;
            }
            self.ask(question, done).await?;
            asked = true;
        }
        if !asked {
            done.not_asked = left;
        }
        Ok(asked)
    }

    /// Explorers of another chain, and those that stand still, are not asked. What stands in blocks that left the chain is
    /// asked about again.
    async fn meet(&mut self, done: &mut Onward) -> Result<(), StoreError> {
        if std::mem::replace(&mut self.met, true) {
            return Ok(());
        }
        for explorer in self.explorers {
            let mut chain = Chain::default();
            if let Err(error) = chain.meet(explorer, self.store, self.now).await? {
                self.fail(explorer, &error, done);
                self.lost.insert(explorer.name().to_owned());
                continue;
            }
            self.heights.extend(chain.height().map(|height| (explorer.name().to_owned(), height)));
            let left = chain.left;
            let standing = self.store.run(move |store| store.standing_in(&left)).await?;
            self.unsettled.extend(standing.into_iter().map(|(txid, coin)| Question::Outspend(coin, Some(txid))));
        }
        Ok(())
    }

    /// What may have moved and was not asked in this round, the largest coins first, and whether it slept. What nobody was ever
    /// asked about comes before what was unspent when last asked, and of that what was asked longest ago: a small budget gets
    /// around.
    fn questions(&self, trail: &Trail, rules: Rules) -> Vec<(Question, bool)> {
        let mut ends: Vec<_> = trail.destinations.iter().filter(|end| may_go_on(end, rules)).collect();
        let asked_at = |end: &Destination| match end.reason {
            Some(Reason::SaidUnspent(_, at)) => Some(at),
            _ => None,
        };
        ends.sort_by_key(|end| (asked_at(end), std::cmp::Reverse(end.amount), end.coin));
        let mut out: Vec<_> = self.unsettled.difference(&self.asked).map(|question| (*question, false)).collect();
        let (mut fresh, mut wanted) = (!out.is_empty(), self.asked.clone());
        for end in ends {
            let Some(coin) = end.coin else { continue };
            let asleep = asked_at(end).is_some();
            // What may lead on goes first; the sleeping ones follow when nothing else is left.
            if asleep && fresh {
                break;
            }
            let question = match (&end.stop, &end.reason) {
                (Stop::Unspent, _) | (Stop::Unrecorded, Some(Reason::NotAsked | Reason::SpentBySomebody)) => {
                    Question::Outspend(coin, None)
                }
                (Stop::Unrecorded, Some(Reason::Waiting(txid))) => Question::Outspend(coin, Some(*txid)),
                // Nobody knows that one any more: a reorganisation may have put another in its place.
                (Stop::Unrecorded, Some(Reason::SpentBy(txid))) if self.asked.contains(&Question::Spender(*txid)) => {
                    Question::Outspend(coin, None)
                }
                // A block does not tell what the inputs of its transactions bring.
                (Stop::Unrecorded, Some(Reason::SpentBy(txid) | Reason::ValueUnknown(txid))) => {
                    Question::Spender(*txid)
                }
                _ => continue,
            };
            let rests = |coin: &OutPoint| self.told.contains_key(&coin.txid) || self.resting.contains(coin);
            if !matches!(question, Question::Outspend(coin, None) if rests(&coin)) && wanted.insert(question) {
                fresh |= !asleep;
                out.push((question, asleep));
            }
        }
        out
    }

    /// Writes the frontier down. What an explorer said to be unspent is looked for in blocks from there on, where the chain is
    /// followed by blocks.
    async fn write_down(
        &self,
        following: &Following,
        trail: Trail,
        (observation, limits): (i64, String),
        done: &mut Onward,
    ) -> Result<(), StoreError> {
        let mut unspent: BTreeMap<u32, Vec<OutPoint>> = BTreeMap::new();
        for end in &trail.destinations {
            *done.ends.entry(end.stop).or_default() += 1;
            if let Some(coin) = end.coin.filter(|_| end.stop == Stop::Unspent && may_go_on(end, following.rules))
                && let Some(Some(height)) = self.told.get(&coin.txid)
            {
                unspent.entry(*height).or_default().push(coin);
            }
        }
        let row = |end: Destination| {
            Some(FrontierRow {
                output: end.coin?,
                address: end.address,
                sats: end.value?.to_sat(),
                hop: end.hop,
                stop: end.stop.name(),
                reason: end.reason.map(|reason| reason.to_string()),
            })
        };
        let rows: Vec<FrontierRow> = trail.destinations.into_iter().filter_map(row).collect();
        let (family, now) = (following.family.clone(), self.now);
        self.store
            .run(move |store| {
                for (height, coins) in unspent {
                    store.watch_outpoints(&family, &coins, height, now)?;
                }
                store.record_frontier(&family, &rows, (now, observation, &limits))
            })
            .await
    }
}

/// Whoever was asked before that moment is asked again.
fn oldest(turns: Turns, now: Time) -> Time {
    let recheck = TimeDelta::from_std(turns.recheck).unwrap_or(TimeDelta::MAX);
    now.checked_sub_signed(recheck).unwrap_or(Time::MIN_UTC)
}
