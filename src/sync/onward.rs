//! Following withdrawals onward: what spends their outputs is asked for hop by hop, within a budget, and stored like all
//! other transactions.
//!
//! What to ask for follows from the ledger alone, by the rules of [`crate::trace`] under poison, which reaches whatever
//! any policy reaches. So a broken-off round goes on where it stopped, and a coin that was unspent is asked about again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::chain::Chain;
use super::{Failure, reason};
use crate::domain::{Address, Fate, Network, OutPoint, Provenance, Time, Tx, Txid};
use crate::explorer::{Answer, AskError, Explorer, Outspend};
use crate::http::HttpError;
use crate::store::{FateRecord, FrontierRow, Recorded, Refusal, SharedStore, StoreError, TrailStart};
use crate::trace::{self, Destination, GraphBuilder, Labels, Policy, Reason, Rules, Source, Stop, Trail};

/// So many questions in a row that an explorer fails on, and it is not asked any more.
const STRIKES: usize = 3;

/// How far a family is followed in one round.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Hops, smallest amount and fan-out; the policy is always poison.
    pub rules: Rules,
    /// Requests to explorers; `None` has no limit.
    pub requests: Option<usize>,
}

/// What following onward did.
#[derive(Clone, Debug, Default)]
pub struct Onward {
    /// Transactions that were new.
    pub new: usize,
    /// Requests that were made.
    pub requests: usize,
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

/// What is to be asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    /// What became of this output; the transaction that was said to spend it waits, if there is one.
    Fate(OutPoint, Option<Txid>),
    /// A transaction that is named as a spender.
    Spender(Txid),
}

/// Follows what left these addresses onward. Each end of the trail that may have moved is asked about once in a round.
pub async fn onward(
    store: &SharedStore,
    explorers: &[Explorer],
    (family, addresses): (&str, &[Address]),
    budget: &Budget,
    labels: Labels<'_>,
    now: Time,
) -> Result<Onward, StoreError> {
    let mut done = Onward::default();
    let mut round = Round {
        store,
        asked: BTreeSet::new(),
        told: BTreeSet::new(),
        lost: BTreeSet::new(),
        unsettled: BTreeSet::new(),
        held: Held::default(),
    };
    round.meet(explorers, now, &mut done).await?;
    let network = explorers.first().map_or(Network::Bitcoin, Explorer::network);
    round.held.read(store, TrailStart::Addresses(addresses.to_vec()), network).await?;
    let trail = loop {
        let trail = round.held.follow(addresses, budget.rules, labels);
        let questions = round.questions(&trail, budget.rules);
        if questions.is_empty() {
            break trail;
        }
        let (mut asked, mut left) = (false, questions.len());
        for question in questions {
            if budget.requests.is_some_and(|most| done.requests >= most) || round.lost.len() == explorers.len() {
                break;
            }
            round.ask(explorers, question, &mut done).await?;
            (asked, left) = (true, left - 1);
        }
        if !asked {
            done.not_asked = left;
            break trail;
        }
    };
    for destination in &trail.destinations {
        *done.ends.entry(destination.stop).or_default() += 1;
    }
    let rows: Vec<FrontierRow> = trail
        .destinations
        .into_iter()
        .filter_map(|end| {
            Some(FrontierRow {
                output: end.coin?,
                address: end.address,
                sats: end.value?.to_sat(),
                hop: end.hop,
                stop: end.stop.name(),
                reason: end.reason.map(|reason| reason.to_string()),
            })
        })
        .collect();
    let family = family.to_owned();
    store.run(move |store| store.record_frontier(&family, &rows)).await?;
    Ok(done)
}

/// What the ledger holds of a trail. It is read once, and what comes in is added: a round has many steps.
#[derive(Default)]
struct Held {
    txs: HashMap<Txid, Tx>,
    fates: HashMap<OutPoint, Fate>,
}

impl Held {
    /// Reads from the ledger what can be reached from there.
    async fn read(&mut self, store: &SharedStore, start: TrailStart, network: Network) -> Result<(), StoreError> {
        let (txs, fates) = store
            .run(move |store| {
                let mut txs = Vec::new();
                let fates = store.trail(&start, false, network, |tx| txs.push(tx))?;
                Ok((txs, fates))
            })
            .await?;
        self.txs.extend(txs.into_iter().map(|tx| (tx.txid, tx)));
        self.fates.extend(fates);
        Ok(())
    }

    /// The trail, under poison.
    fn follow(&self, addresses: &[Address], rules: Rules, labels: Labels<'_>) -> Trail {
        let mut builder = GraphBuilder::new();
        self.txs.values().for_each(|tx| builder.add(tx));
        self.fates.iter().for_each(|(output, fate)| builder.say(*output, fate.clone()));
        let rules = Rules { policy: Policy::Poison, backwards: false, until: None, ..rules };
        trace::follow(&builder.finish(), &Source::Addresses(addresses.iter().cloned().collect()), rules, labels)
    }
}

struct Round<'a> {
    store: &'a SharedStore,
    asked: BTreeSet<Question>,
    /// Transactions whose outputs were told of in this round.
    told: BTreeSet<Txid>,
    /// Explorers that are not asked any more.
    lost: BTreeSet<String>,
    /// About transactions whose block left the chain.
    unsettled: BTreeSet<Question>,
    held: Held,
}

impl Round<'_> {
    /// Explorers of another chain, and those that stand still, are not asked. What stands in blocks that left the chain is
    /// asked about again.
    async fn meet(&mut self, explorers: &[Explorer], now: Time, done: &mut Onward) -> Result<(), StoreError> {
        for explorer in explorers {
            let mut chain = Chain::default();
            if let Err(error) = chain.meet(explorer, self.store, now).await? {
                self.fail(explorer, &error, done);
                self.lost.insert(explorer.name().to_owned());
                continue;
            }
            let left = chain.left;
            let standing = self.store.run(move |store| store.standing_in(&left)).await?;
            self.unsettled.extend(standing.into_iter().map(|(txid, coin)| Question::Fate(coin, Some(txid))));
        }
        Ok(())
    }

    /// What may have moved and was not asked in this round, the largest coins first. What nobody was ever asked about comes
    /// before what was unspent when last asked, and of that what was asked longest ago: a small budget gets around.
    fn questions(&self, trail: &Trail, rules: Rules) -> Vec<Question> {
        let mut ends: Vec<_> = trail.destinations.iter().collect();
        let asked_at = |end: &Destination| match end.reason {
            Some(Reason::SaidUnspent(_, at)) => Some(at),
            _ => None,
        };
        ends.sort_by_key(|end| (asked_at(end), std::cmp::Reverse(end.amount), end.coin));
        let mut out: Vec<Question> = self.unsettled.difference(&self.asked).copied().collect();
        let (mut fresh, mut wanted) = (!out.is_empty(), self.asked.clone());
        for end in ends {
            let Some(coin) = end.coin else { continue };
            // What may not be followed need not be asked about.
            if end.hop.is_some_and(|hop| hop >= rules.hops || end.amount < rules.min_value) {
                continue;
            }
            // What may lead on goes first; the sleeping ones follow when nothing else is left.
            if asked_at(end).is_some() && fresh {
                break;
            }
            let question = match (&end.stop, &end.reason) {
                (Stop::Unspent, _) | (Stop::Unrecorded, Some(Reason::NotAsked | Reason::SpentBySomebody)) => {
                    Question::Fate(coin, None)
                }
                (Stop::Unrecorded, Some(Reason::Waiting(txid))) => Question::Fate(coin, Some(*txid)),
                (Stop::Unrecorded, Some(Reason::SpentBy(txid))) => Question::Spender(*txid),
                _ => continue,
            };
            let is_told = matches!(question, Question::Fate(coin, None) if self.told.contains(&coin.txid));
            if !is_told && wanted.insert(question) {
                fresh |= asked_at(end).is_none();
                out.push(question);
            }
        }
        out
    }

    /// Asks one explorer after the other until one answers.
    async fn ask(&mut self, explorers: &[Explorer], question: Question, done: &mut Onward) -> Result<(), StoreError> {
        self.asked.insert(question);
        if matches!(question, Question::Fate(coin, None) if self.told.contains(&coin.txid)) {
            return Ok(());
        }
        for explorer in explorers {
            if self.lost.contains(explorer.name()) {
                continue;
            }
            let answered = match question {
                Question::Fate(coin, waiting) => self.fate(explorer, coin, waiting, done).await?,
                Question::Spender(txid) => self.spender(explorer, txid, done).await?,
            };
            match answered {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => {
                    self.fail(explorer, &error, done);
                    let strikes = done.failures.iter().filter(|f| f.explorer == explorer.name()).count();
                    if strikes >= STRIKES || super::refuses(&error) {
                        self.lost.insert(explorer.name().to_owned());
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks what became of a transaction's outputs; false where the explorer does not know the transaction.
    async fn fate(
        &mut self,
        explorer: &Explorer,
        coin: OutPoint,
        waiting: Option<Txid>,
        done: &mut Onward,
    ) -> Result<Result<bool, AskError>, StoreError> {
        let answer = match known(explorer.outspends(&coin.txid).await, done) {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(Ok(false)),
            Err(error) => return Ok(Err(error)),
        };
        let fates: Vec<FateRecord> =
            (0..).zip(&answer.value).filter_map(|(vout, told)| said(coin.txid, vout, *told)).collect();
        let spender = fates.iter().find(|fate| fate.output == coin).and_then(|fate| fate.spender);
        let (provenance, noted) = (answer.provenance.clone(), answer.provenance);
        for fate in &fates {
            self.held.fates.insert(fate.output, held(fate, &provenance));
        }
        self.store.run(move |store| store.record_fates(&fates, &noted)).await?;
        self.told.insert(coin.txid);
        match waiting {
            // Still the same: is it in a block by now?
            Some(txid) if spender == Some(txid) => return self.spender(explorer, txid, done).await,
            // The explorer tells something else of the coin, so what waited does not spend it any more.
            Some(txid) => {
                self.store.run(move |store| store.record_gone(&[txid], &provenance)).await?;
                self.held.txs.remove(&txid);
            }
            None => {}
        }
        Ok(Ok(true))
    }

    /// Asks for a transaction and stores it; false where the explorer does not know it.
    async fn spender(
        &mut self,
        explorer: &Explorer,
        txid: Txid,
        done: &mut Onward,
    ) -> Result<Result<bool, AskError>, StoreError> {
        let answer = match known(explorer.transaction(&txid).await, done) {
            Ok(Some(answer)) if answer.value.txid == txid => answer,
            Ok(_) => return Ok(Ok(false)),
            Err(error) => return Ok(Err(error)),
        };
        let Answer { value, provenance, raw } = answer;
        let recorded = self.store.run(move |store| store.record_transaction(value, None, &provenance, &raw)).await?;
        let Recorded { new, refused, settled, .. } = recorded;
        done.new += new;
        let taken = refused.is_empty();
        if taken {
            // With all that the ledger knew to spend it before.
            self.held.read(self.store, TrailStart::Transaction(txid), explorer.network()).await?;
        }
        done.refused.extend(refused);
        done.warnings.extend(settled.iter().map(ToString::to_string));
        Ok(Ok(taken))
    }

    fn fail(&self, explorer: &Explorer, error: &AskError, done: &mut Onward) {
        done.failures.push(Failure { explorer: explorer.name().to_owned(), address: None, reason: reason(error) });
    }
}

/// What an answer says of one output; a record that does not tell says nothing.
fn said(txid: Txid, vout: u32, told: Outspend) -> Option<FateRecord> {
    let (spent, spender) = match told {
        Outspend::Unspent => (false, None),
        Outspend::Spent { txid, .. } => (true, Some(txid)),
        Outspend::SpentBySomebody => (true, None),
        Outspend::Unrecorded => return None,
    };
    Some(FateRecord { output: OutPoint::new(txid, vout), spent, spender })
}

/// The same as a trail has it.
fn held(fate: &FateRecord, provenance: &Provenance) -> Fate {
    match (fate.spent, fate.spender) {
        (true, Some(txid)) => Fate::SpentBy(txid),
        (true, None) => Fate::SpentBySomebody,
        (false, _) => Fate::Unspent { explorer: provenance.explorer.as_str().into(), at: provenance.asked_at },
    }
}

/// The answer; `None` where the explorer does not know. Either way it took requests.
fn known<T>(answer: Result<Answer<T>, AskError>, done: &mut Onward) -> Result<Option<Answer<T>>, AskError> {
    done.requests += answer.as_ref().map_or(1, |answer| answer.raw.len());
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(AskError::NotRecorded(_) | AskError::Http { source: HttpError::Status { status: 404, .. }, .. }) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
