//! Telling people what is news: first it is written down, then sent.

use std::collections::BTreeMap;

use anyhow::Result;
use futures_util::future::join_all;

use super::{Context, lock};
use crate::document::{self, Frame};
use crate::domain::{Amount, EventKind, Family};
use crate::events::Event;
use crate::notify::{self, Delivery, Desk, Receiver};
use crate::store::{EventRecord, SharedStore, Store, StoreError};

/// So many blocks below where receivers are told from, payments are written down.
const KEPT: u32 = 100;

/// Writes down from where on receivers are told of these families, where that is not known yet.
pub async fn begin(
    store: &SharedStore,
    receivers: &[Receiver],
    families: &[Family],
    newest: u32,
) -> Result<(), StoreError> {
    let wanted = |receiver: &Receiver| {
        let theirs = families.iter().filter(|family| receiver.wants(&family.name));
        theirs.map(|family| (receiver.name.clone(), family.name.clone())).collect::<Vec<_>>()
    };
    let pairs: Vec<(String, String)> = receivers.iter().flat_map(wanted).collect();
    store.run(move |store| store.begin_receivers(&pairs, newest)).await
}

/// Looks for news of the families and sends what waits, as long as `go_on` says so. `before` is the newest block before anything was asked, if one was known: who
/// is new is told of what came after it.
pub async fn tell(
    context: &Context,
    store: &SharedStore,
    Desk { receivers, means }: &Desk,
    families: &[Family],
    before: Option<u32>,
    go_on: &dyn Fn() -> bool,
) -> Result<Vec<(String, Delivery)>> {
    let _held = lock::telling(&context.db_path()?)?;
    // What waits may be of other families than those of this round.
    let titles: BTreeMap<String, String> =
        context.catalog()?.families().map(|family| (family.name.clone(), family.title.clone())).collect();
    for family in families {
        let wanting: Vec<&Receiver> = receivers.iter().filter(|receiver| receiver.wants(&family.name)).collect();
        if wanting.is_empty() {
            continue;
        }
        let kinds: Vec<EventKind> =
            EventKind::ALL.into_iter().filter(|kind| wanting.iter().any(|r| r.events.contains(kind))).collect();
        let records = wanting.iter().map(|receiver| receiver.record()).collect::<Vec<_>>();
        let (context, family, now) = (context.clone(), family.clone(), (context.clock)());
        let made = store
            .run(move |store| -> Result<Result<()>, StoreError> {
                let newest = before.or(store.newest_height()?);
                let Some(newest) = newest else { return Ok(Ok(())) };
                let Some(found) = found(&context, store, &family, &kinds, newest).transpose() else {
                    return Ok(Ok(()));
                };
                let found = match found {
                    Ok(found) => found,
                    Err(error) => return Ok(Err(error)),
                };
                store.record_events(&family.name, (&kinds, &found), &records, newest, now)?;
                Ok(Ok(()))
            })
            .await?;
        made?;
    }
    // One that hangs keeps nobody else waiting.
    let all = receivers.iter().map(|receiver| notify::deliver(store, (receiver, means), &titles, context.clock, go_on));
    let done = join_all(all).await.into_iter().collect::<Result<Vec<Delivery>, StoreError>>()?;
    Ok(receivers.iter().map(|receiver| receiver.name.clone()).zip(done).collect())
}

/// The events of a family as they are kept; `None` where nothing is recorded of it.
fn found(
    context: &Context,
    store: &Store,
    family: &Family,
    kinds: &[EventKind],
    newest: u32,
) -> Result<Option<Vec<EventRecord>>> {
    let book = context.casebook(store)?;
    let case = book.case(family, context.inquiry(family))?;
    if !case.is_recorded() {
        return Ok(None);
    }
    let frame = Frame { family: &family.name, currency: case.inquiry().currency };
    let record = |event: &Event| {
        Ok(EventRecord {
            key: event.key(),
            kind: event.kind,
            txid: event.txid,
            height: event.height,
            sats: event.amount.map(Amount::to_sat),
            body: serde_json::to_string(&document::Event::of(event, frame))?,
        })
    };
    // What came in before anybody was to be told is history, and may be long; some of it is kept, should its block move.
    let from = store.told_from(&family.name)?.unwrap_or(newest).min(newest).saturating_sub(KEPT);
    let is_new = |event: &&Event| event.kind != EventKind::Payment || event.height.is_none_or(|height| height > from);
    case.events_of(kinds)?.iter().filter(is_new).map(record).collect::<Result<_>>().map(Some)
}
