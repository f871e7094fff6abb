use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

use chrono::TimeDelta;
use futures_util::FutureExt as _;

use super::{Failure, Means, Message, Occasion, Receiver, Telling};
use crate::domain::{EventKind, Time};
use crate::store::{NoticeRecord, SharedStore, StoreError};

/// What came of telling a receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Notices that it took.
    pub sent: usize,
    /// Notices that it refused for good by now, and that are skipped.
    pub skipped: usize,
    /// Notices that wait.
    pub waiting: usize,
    /// Why the first of them does.
    pub failure: Option<String>,
}

/// So often a notice is tried in round after round. Then it rests for growing times; one that is refused is skipped.
pub const PATIENCE: u32 = 10;
/// The first of those rests, and the longest.
const RESTS: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::hours(1));
/// So many notices stand in a feed.
const ENTRIES: usize = 200;

/// What came of telling, also where that panicked. Nothing of ours is half done then: what was sent is written down only afterwards, and
/// a connection is made for each letter. What the panic says may quote a server, and is not kept.
async fn guarded(telling: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let told = AssertUnwindSafe(telling).catch_unwind().await;
    told.unwrap_or_else(|_| {
        Err(Failure::from("a fault of the program itself (standard error says where); please report it".to_owned()))
    })
}

/// Sends what waits for a receiver, the oldest first, one message a transaction; stops at the first that fails, and between two when
/// `go_on` says no.
pub async fn deliver(
    store: &SharedStore,
    (receiver, means): (&Receiver, &Means),
    titles: &BTreeMap<String, String>,
    now: impl Fn() -> Time,
    go_on: &dyn Fn() -> bool,
) -> Result<Delivery, StoreError> {
    let (name, at) = (receiver.name.clone(), now());
    let due = store.run(move |store| store.notices_due(&name, at)).await?;
    let mut delivery = Delivery::default();
    let mut due = groups(due);
    if let Some(most) = receiver.at_most {
        let (name, after) = (receiver.name.clone(), at - most.time);
        let told = store.run(move |store| store.payments_told(&name, after)).await?;
        let is_payment = |group: &Vec<NoticeRecord>| group.first().is_some_and(|one| one.kind == EventKind::Payment);
        let (payments, others): (Vec<_>, Vec<_>) = due.into_iter().partition(is_payment);
        // What was settled before, and may be under way, is told as it was.
        let (settled, open): (Vec<_>, Vec<_>) =
            payments.into_iter().partition(|group| group.first().is_some_and(|one| one.message.is_some()));
        let open = most.arrange(open, told + settled.len());
        due = [others, settled, open].concat();
    }
    for group in due {
        if !go_on() {
            break;
        }
        let ids: Vec<i64> = group.iter().map(|notice| notice.id).collect();
        let message = message_of(&group, titles);
        if let Some(message) = &message {
            let (ids, delivery) = (ids.clone(), message.delivery.clone());
            store.run(move |store| store.notices_gathered(&ids, &delivery)).await?;
        }
        let told = match (&*receiver.telling, message) {
            (_, None) => Err(Failure::from("the notice in the database cannot be read".to_owned())),
            (Telling::Feed(feed), Some(_)) => {
                let name = receiver.name.clone();
                let all = store.run(move |store| store.notices_of(&name, ENTRIES)).await?;
                let messages = groups(all).into_iter().filter_map(|group| message_of(&group, titles));
                let messages: Vec<Message> = messages.map(|one| receiver.worded(one.clone()).unwrap_or(one)).collect();
                guarded(async { Ok(feed.write(&means.folder, &receiver.name, &messages)?) }).await
            }
            (_, Some(message)) => guarded(async { receiver.tell(&receiver.worded(message)?, means).await }).await,
        };
        match told {
            Ok(()) => {
                let (count, at) = (ids.len(), now());
                store.run(move |store| store.notices_sent(&ids, at)).await?;
                delivery.sent += count;
            }
            Err(Failure { why, refused }) => {
                let tries = group.iter().map(|notice| notice.tries).max().unwrap_or_default() + 1;
                if refused && tries >= PATIENCE {
                    let (count, text, at) = (ids.len(), why.clone(), now());
                    store.run(move |store| store.notices_refused(&ids, &text, at)).await?;
                    delivery.skipped += count;
                    delivery.failure = Some(format!("refused {PATIENCE} times, and skipped: {why}"));
                    continue;
                }
                let (text, next) = (why.clone(), now() + rest(tries));
                store.run(move |store| store.notices_failed(&ids, &text, next)).await?;
                delivery.failure.get_or_insert(why);
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

/// Notices that belong to a message: that was settled, or they were made together about one transaction.
fn groups(notices: Vec<NoticeRecord>) -> Vec<Vec<NoticeRecord>> {
    grouped(notices, |one, other| match (&one.message, &other.message) {
        (None, None) => is_about_the_same(one, other),
        (one, other) => one == other,
    })
}

fn is_about_the_same(one: &NoticeRecord, other: &NoticeRecord) -> bool {
    (&one.family, one.txid, one.made_at, &one.about) == (&other.family, other.txid, other.made_at, &other.about)
}

/// Neighbours that belong together, in their order.
fn grouped(
    notices: Vec<NoticeRecord>,
    together: impl Fn(&NoticeRecord, &NoticeRecord) -> bool,
) -> Vec<Vec<NoticeRecord>> {
    let mut out: Vec<Vec<NoticeRecord>> = Vec::new();
    for notice in notices {
        match out.last_mut() {
            Some(group) if group.first().is_some_and(|other| together(other, &notice)) => group.push(notice),
            _ => out.push(vec![notice]),
        }
    }
    out
}

/// `None` where the database holds something that is no event.
fn message_of(group: &[NoticeRecord], titles: &BTreeMap<String, String>) -> Option<Message> {
    let one = |group: &Vec<NoticeRecord>| {
        let first = group.first()?;
        let title = titles.get(&first.family).unwrap_or(&first.family);
        let bodies: Vec<&str> = group.iter().map(|notice| notice.body.as_str()).collect();
        Message::new(Occasion::of(&first.about)?, (&first.family, title), first.made_at, &bodies)
    };
    let mut parts = grouped(group.to_vec(), is_about_the_same).iter().map(one).collect::<Option<Vec<_>>>()?;
    if parts.len() > 1 { Message::digest(parts) } else { parts.pop() }
}

/// How long a notice waits after so many failures.
fn rest(tries: u32) -> TimeDelta {
    let Some(more) = tries.checked_sub(PATIENCE) else { return TimeDelta::zero() };
    let doubled = 1_i32.checked_shl(more.min(20)).and_then(|times| RESTS.0.checked_mul(times));
    doubled.unwrap_or(RESTS.1).min(RESTS.1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::CHANNELS;
    use super::*;
    use crate::store::{EventRecord, Store};
    use bitcoin::hashes::Hash as _;

    /// Any kind of receiver: what telling one does, and whatever it panics with, is a failure of that one, tried again later.
    #[tokio::test]
    async fn a_panic_is_a_failure_of_the_one_receiver() {
        let folder = tempfile::tempdir().unwrap();
        let receiver = |name: &str, telling: Telling| Receiver {
            name: name.to_owned(),
            families: Vec::new(),
            events: vec![EventKind::Withdrawal],
            channel: &CHANNELS[0],
            waiting: false,
            min: crate::domain::Amount::ZERO,
            at_most: None,
            template: None,
            telling: Arc::new(telling),
        };
        let means = Means {
            http: None,
            proxied: false,
            folder: folder.path().to_owned(),
            secret: |_, _, _| Err("none".to_owned()),
            variable: |_| None,
        };
        let bad = Telling::Own(Box::new(|_, _| async { panic!("a server said \u{1b}[31m") }.boxed()));
        let good = Telling::Own(Box::new(|_, _| async { Ok(()) }.boxed()));
        let all = [receiver("bad", bad), receiver("good", good)];
        let now = || crate::domain::parse_instant("2017-08-03T11:00:00Z").unwrap();
        let mut store = Store::open(&folder.path().join("test.db")).unwrap();
        let event = EventRecord {
            key: "withdrawal:x".to_owned(),
            kind: EventKind::Withdrawal,
            txid: bitcoin::Txid::from_byte_array([7; 32]),
            height: Some(11),
            sats: Some(1),
            body: r#"{"kind":"withdrawal","txid":"07","time":"2017-08-03T10:00:00Z","block_height":11,"sats":1,"value":null,"currency":"USD",
                "label":null,"category":null,"hop":0,"path":["07"],"rule":"spends"}"#
                .to_owned(),
        };
        let records = all.each_ref().map(Receiver::record);
        store.record_events("story", (&EventKind::ALL, &[event]), &records, 10, now()).unwrap();
        let store = SharedStore::new(store);
        let titles = BTreeMap::new();
        let rounds = all.each_ref().map(|one| deliver(&store, (one, &means), &titles, now, &|| true));
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
