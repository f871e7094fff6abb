//! Tells people when coins move: webhooks, letters, a feed, a program to run.
//!
//! What there is to tell stands in the database before anything is sent ([`crate::store::Store::record_events`]), and what was sent is
//! written down at once: each event is told once, also across restarts and reorganisations, and one that vanishes is taken back by
//! a second notice. Only where a receiver took a notice and nobody heard so may it come twice; both carry the same
//! [`Message::id`]. A receiver that is down is tried again in each round, and after [`PATIENCE`] failures less and less often. A fault in what
//! tells one receiver, down to a panic in a library that reads what its server says, is a failure of that receiver and of no other.

mod command;
mod feed;
mod mail;
mod message;
mod webhook;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt as _;

use crate::domain::{EventKind, Time};
use crate::store::{NoticeRecord, ReceiverRecord, SharedStore, StoreError};

pub use command::Environment;
pub use mail::Mail;
pub use message::{Message, Occasion};
pub use webhook::{SHAPES, Shape, Webhook, shape};

/// Somebody who wants to be told.
#[derive(Debug)]
pub struct Receiver {
    /// Its name in the configuration.
    pub name: String,
    /// The families that it is told of; empty for all.
    pub families: Vec<String>,
    /// The kinds of events that it is told of.
    pub events: Vec<EventKind>,
    /// How it is told.
    pub channel: Channel,
}

/// How somebody is told.
#[derive(Debug)]
pub enum Channel {
    /// A POST to a URL.
    Webhook(Webhook),
    /// A letter.
    Email(Mail),
    /// A feed in a file.
    Atom {
        /// The file.
        file: PathBuf,
        /// Where it will be found.
        url: Option<String>,
    },
    /// A program that reads the notice from its standard input.
    Command {
        /// The program and its arguments.
        run: Vec<String>,
        /// All that it sees of an environment.
        env: Environment,
        /// How long it may take.
        timeout: Duration,
    },
    /// A receiver whose telling panics.
    #[cfg(test)]
    Faulty,
}

/// What came of telling a receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Notices that it took.
    pub sent: usize,
    /// Notices that wait.
    pub waiting: usize,
    /// Why the first of them does.
    pub failure: Option<String>,
}

/// So often a notice is tried in round after round; then it rests for growing times.
pub const PATIENCE: u32 = 10;
/// The first of those rests, and the longest.
const RESTS: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::hours(1));
/// So many notices stand in a feed.
const ENTRIES: usize = 200;

impl Receiver {
    /// What the database has to know of it.
    pub fn record(&self) -> ReceiverRecord {
        ReceiverRecord { name: self.name.clone(), kinds: self.events.clone() }
    }

    /// Whether it is told of that family.
    pub fn wants(&self, family: &str) -> bool {
        self.families.is_empty() || self.families.iter().any(|name| name == family)
    }

    /// Tells it something that is not kept: a test. Nothing is written to a feed.
    pub async fn tell(&self, message: &Message) -> Result<(), String> {
        guarded(async {
            match &self.channel {
                Channel::Webhook(webhook) => webhook.send(message).await,
                Channel::Email(mail) => mail.send(message).await,
                Channel::Atom { file, .. } => feed::can_write(file),
                Channel::Command { run, env, timeout } => command::run(run, env, *timeout, message).await,
                #[cfg(test)]
                Channel::Faulty => panic!("a server said \u{1b}[31m"),
            }
        })
        .await
    }
}

/// What came of telling, also where that panicked. Nothing of ours is half done then: what was sent is written down only afterwards, and
/// a connection is made for each letter. What the panic says may quote a server, and is not kept.
async fn guarded(telling: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let told = AssertUnwindSafe(telling).catch_unwind().await;
    told.unwrap_or_else(|_| {
        Err("a fault of the program itself (standard error says where); please report it".to_owned())
    })
}

/// Sends what waits for a receiver, the oldest first, one message a transaction; stops at the first that fails, and between two when
/// `go_on` says no.
pub async fn deliver(
    store: &SharedStore,
    receiver: &Receiver,
    titles: &BTreeMap<String, String>,
    now: impl Fn() -> Time,
    go_on: &dyn Fn() -> bool,
) -> Result<Delivery, StoreError> {
    let (name, at) = (receiver.name.clone(), now());
    let due = store.run(move |store| store.notices_due(&name, at)).await?;
    let mut delivery = Delivery::default();
    for group in groups(due) {
        if !go_on() {
            break;
        }
        let ids: Vec<i64> = group.iter().map(|notice| notice.id).collect();
        let told = match &receiver.channel {
            Channel::Atom { file, url } => {
                let name = receiver.name.clone();
                let all = store.run(move |store| store.notices_of(&name, ENTRIES)).await?;
                let messages: Vec<Message> = groups(all).iter().filter_map(|group| message_of(group, titles)).collect();
                guarded(async { feed::write(file, url.as_deref(), &receiver.name, &messages) }).await
            }
            _ => match message_of(&group, titles) {
                Some(message) => receiver.tell(&message).await,
                None => Err("the notice in the database cannot be read".to_owned()),
            },
        };
        match told {
            Ok(()) => {
                let (count, at) = (ids.len(), now());
                store.run(move |store| store.notices_sent(&ids, at)).await?;
                delivery.sent += count;
            }
            Err(why) => {
                let tries = group.iter().map(|notice| notice.tries).max().unwrap_or_default() + 1;
                let (text, next) = (why.clone(), now() + rest(tries));
                store.run(move |store| store.notices_failed(&ids, &text, next)).await?;
                delivery.failure = Some(why);
                break;
            }
        }
    }
    let name = receiver.name.clone();
    let state = store.run(move |store| store.outbox(&name)).await?;
    delivery.waiting = state.waiting;
    delivery.failure = delivery.failure.or(state.failure);
    Ok(delivery)
}

/// Notices that were made together about one transaction, in their order.
fn groups(notices: Vec<NoticeRecord>) -> Vec<Vec<NoticeRecord>> {
    let mut out: Vec<Vec<NoticeRecord>> = Vec::new();
    for notice in notices {
        let same = |other: &NoticeRecord| {
            (&other.family, other.txid, other.made_at, other.correction)
                == (&notice.family, notice.txid, notice.made_at, notice.correction)
        };
        match out.last_mut() {
            Some(group) if group.first().is_some_and(same) => group.push(notice),
            _ => out.push(vec![notice]),
        }
    }
    out
}

/// `None` where the database holds something that is no event.
fn message_of(group: &[NoticeRecord], titles: &BTreeMap<String, String>) -> Option<Message> {
    let first = group.first()?;
    let title = titles.get(&first.family).unwrap_or(&first.family);
    let occasion = if first.correction { Occasion::Correction } else { Occasion::Event };
    let bodies: Vec<&str> = group.iter().map(|notice| notice.body.as_str()).collect();
    Message::new(occasion, (&first.family, title), first.made_at, &bodies)
}

/// How long a notice waits after so many failures.
fn rest(tries: u32) -> TimeDelta {
    let Some(more) = tries.checked_sub(PATIENCE) else { return TimeDelta::zero() };
    let doubled = 1_i32.checked_shl(more.min(20)).and_then(|times| RESTS.0.checked_mul(times));
    doubled.unwrap_or(RESTS.1).min(RESTS.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{EventRecord, Store};
    use bitcoin::hashes::Hash as _;

    /// Any kind of receiver: what telling one does, and whatever it panics with, is a failure of that one, tried again later.
    #[tokio::test]
    async fn a_panic_is_a_failure_of_the_one_receiver() {
        let folder = tempfile::tempdir().unwrap();
        let receiver = |name: &str, channel: Channel| Receiver {
            name: name.to_owned(),
            families: Vec::new(),
            events: vec![EventKind::Withdrawal],
            channel,
        };
        let file = folder.path().join("coins.xml");
        let all = [receiver("bad", Channel::Faulty), receiver("good", Channel::Atom { file: file.clone(), url: None })];
        let now = || crate::domain::parse_instant("2017-08-03T11:00:00Z").unwrap();
        let mut store = Store::open(&folder.path().join("test.db")).unwrap();
        let event = EventRecord {
            key: "withdrawal:x".to_owned(),
            kind: EventKind::Withdrawal,
            txid: bitcoin::Txid::from_byte_array([7; 32]),
            height: 11,
            body: r#"{"kind":"withdrawal","txid":"07","time":"2017-08-03T10:00:00Z","block_height":11,"sats":1,"value":null,"currency":"USD",
                "label":null,"category":null,"hop":0,"path":["07"],"rule":"spends"}"#
                .to_owned(),
        };
        let records = all.each_ref().map(Receiver::record);
        store.record_events("story", (&EventKind::ALL, &[event]), &records, 10, now()).unwrap();
        let store = SharedStore::new(store);
        let titles = BTreeMap::new();
        let rounds = all.each_ref().map(|one| deliver(&store, one, &titles, now, &|| true));
        let [bad, good] = futures_util::future::join_all(rounds).await.try_into().unwrap();
        let (bad, good) = (bad.unwrap(), good.unwrap());
        assert_eq!((bad.sent, bad.waiting), (0, 1));
        assert!(bad.failure.as_ref().is_some_and(|why| why.starts_with("a fault of the program itself")), "{bad:?}");
        assert_eq!((good.sent, good.waiting, good.failure), (1, 0, None));
        let kept = store.run(|store| store.notices_due("bad", crate::domain::Time::MAX_UTC)).await.unwrap();
        assert_eq!((kept[0].tries, kept[0].sent_at), (1, None));
        let state = store.run(|store| store.outbox("bad")).await.unwrap();
        assert_eq!(state.failure, bad.failure, "it is kept");
    }

    #[test]
    fn a_receiver_that_stays_down_is_tried_less_and_less() {
        let check = |tries: u32, minutes: i64| assert_eq!(rest(tries), TimeDelta::minutes(minutes), "{tries}");
        check(1, 0);
        check(9, 0);
        check(10, 1);
        check(11, 2);
        check(15, 32);
        check(16, 60);
        check(u32::MAX, 60);
    }
}
