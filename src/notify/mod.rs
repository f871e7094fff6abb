//! Tells people when coins move: webhooks, letters, a feed, a program to run.
//!
//! What there is to tell stands in the database before anything is sent ([`crate::store::Store::record_events`]), and what was sent is
//! written down at once: each event is told once, also across restarts and reorganisations, and one that vanishes is taken back by
//! a second notice. Only where a receiver took a notice and nobody heard so may it come twice; both carry the same
//! [`Message::id`]. A receiver that is down is tried again in each round, and after [`PATIENCE`] failures less and less often.

mod command;
mod feed;
mod mail;
mod message;
mod webhook;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::{EventKind, Time};
use crate::store::{NoticeRecord, ReceiverRecord, SharedStore, StoreError};

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
        /// How long it may take.
        timeout: Duration,
    },
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
        match &self.channel {
            Channel::Webhook(webhook) => webhook.send(message).await,
            Channel::Email(mail) => mail.send(message).await,
            Channel::Atom { file, .. } => feed::can_write(file),
            Channel::Command { run, timeout } => command::run(run, *timeout, message).await,
        }
    }
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
                feed::write(file, url.as_deref(), &receiver.name, &messages)
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
