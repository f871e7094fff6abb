//! What was news, and the outbox of those who are told.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError};
use crate::domain::{EventKind, Time, Txid};

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// What tells it from all others of its family.
    pub key: String,
    /// Its kind.
    pub kind: EventKind,
    /// Its transaction.
    pub txid: Txid,
    /// Height of that transaction's block; `None` while a payment waits for one.
    pub height: Option<u32>,
    /// Satoshis, where they are known.
    pub sats: Option<u64>,
    /// What is told of it, as JSON.
    pub body: String,
}

/// Who is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverRecord {
    /// Its name in the configuration.
    pub name: String,
    /// The kinds of events that it wants to hear of.
    pub kinds: Vec<EventKind>,
    /// Whether it hears of payments that wait for a block.
    pub waiting: bool,
    /// It hears of no payment of fewer satoshis.
    pub min: u64,
}

/// What [`Store::record_events`] made of a family's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Notices that were made.
    pub made: usize,
    /// Events that are not found any more.
    pub vanished: usize,
}

/// Following by blocks steps back no further.
const DEEPEST: u32 = 100;

impl Store {
    /// Compares a family's events of these kinds with those that were found before, and writes notices for what is new and
    /// corrections for what vanished, in one transaction. Of other kinds nothing vanishes, nor does
    /// what stood in blocks that are being read anew and could not be had. A receiver is told of nothing that stands at or below the height
    /// `newest` that the chain had when it was first seen here.
    pub fn record_events(
        &mut self,
        family: &str,
        (kinds, events): (&[EventKind], &[EventRecord]),
        receivers: &[ReceiverRecord],
        newest: u32,
        now: Time,
    ) -> Result<News, StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<News> {
            let work = self.db.transaction()?;
            let mut news = News::default();
            for receiver in receivers {
                work.prepare_cached("INSERT OR IGNORE INTO receiver (name, family, height) VALUES (?1, ?2, ?3)")?
                    .execute(params![receiver.name, family, newest])?;
            }
            let known = known(&work, family)?;
            // Notices keep the order in which things happened; what one block holds stays together by transaction, and what waits comes last.
            let mut in_order: Vec<&EventRecord> = events.iter().collect();
            in_order.sort_by_key(|event| event.height.unwrap_or(u32::MAX));
            for event in in_order {
                let before = known.get(&event.key);
                let id = match before {
                    None => insert_event(&work, family, event, now)?,
                    Some(Known { id, .. }) => {
                        work.prepare_cached(
                            "UPDATE event SET vanished_at = NULL, height = ?2, body = ?3
                             WHERE event_id = ?1 AND (vanished_at IS NOT NULL OR height IS NOT ?2 OR body <> ?3)",
                        )?
                        .execute(params![id, event.height, event.body])?;
                        *id
                    }
                };
                match before {
                    Some(before) if !before.vanished && before.height.is_some() == event.height.is_some() => continue,
                    Some(before) if !before.vanished && event.height.is_none() => {
                        // Its block left the chain, and it waits again.
                        news.made += take_back(&work, id, true, now)?;
                        continue;
                    }
                    _ => {}
                }
                let spared = if event.height.is_some() { spare(&work, id)? } else { BTreeSet::new() };
                for receiver in receivers.iter().filter(|receiver| receiver.kinds.contains(&event.kind)) {
                    let spared = spared.contains(&receiver.name);
                    news.made += announce(&work, (id, family, event), receiver, spared, now)?;
                }
            }
            let found: BTreeSet<&str> = events.iter().map(|event| event.key.as_str()).collect();
            let looked_for = |key: &str| kinds.iter().any(|kind| key.split(':').next() == Some(kind.name()));
            for (key, Known { id, vanished, height, txid }) in &known {
                let unread = || height.map_or(Ok(false), |height| in_unread(&work, height, txid));
                if *vanished || found.contains(key.as_str()) || !looked_for(key) || unread()? {
                    continue;
                }
                work.prepare_cached("UPDATE event SET vanished_at = ?2 WHERE event_id = ?1")?
                    .execute(params![id, now.timestamp()])?;
                news.made += take_back(&work, *id, false, now)?;
                news.vanished += 1;
            }
            work.commit()?;
            Ok(news)
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// Writes down that receivers are told of families from this height on, where that is not known yet. Each pair is a receiver's
    /// name and a family's.
    pub fn begin_receivers(&mut self, pairs: &[(String, String)], newest: u32) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            for (receiver, family) in pairs {
                work.prepare_cached("INSERT OR IGNORE INTO receiver (name, family, height) VALUES (?1, ?2, ?3)")?
                    .execute(params![receiver, family, newest])?;
            }
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// The height above which somebody is told of a family; `None` where nobody was to be yet.
    pub fn told_from(&self, family: &str) -> Result<Option<u32>, StoreError> {
        self.db
            .query_row("SELECT min(height) FROM receiver WHERE family = ?1", [family], |row| row.get(0))
            .map_err(|error| self.explain(error))
    }

    /// The highest block that any explorer named as its newest; `None` where none did. A transaction's block says nothing of that: what
    /// a record or a round that was broken off brought lies anywhere in the past.
    pub fn newest_height(&self) -> Result<Option<u32>, StoreError> {
        self.db
            .query_row("SELECT max(tip_height) FROM round", [], |row| row.get(0))
            .map_err(|error| self.explain(error))
    }
}

/// An event that was found before.
struct Known {
    id: i64,
    vanished: bool,
    height: Option<u32>,
    txid: String,
}

/// The events of a family that were found before, by key.
fn known(work: &Transaction<'_>, family: &str) -> rusqlite::Result<BTreeMap<String, Known>> {
    work.prepare_cached(
        "SELECT event_key, event_id, vanished_at IS NOT NULL, height, txid FROM event WHERE family = ?1",
    )?
    .query_map([family], |row| {
        let known = Known { id: row.get(1)?, vanished: row.get(2)?, height: row.get(3)?, txid: row.get(4)? };
        Ok((row.get(0)?, known))
    })?
    .collect()
}

/// Whether following by blocks stepped back below that height and the last round could not read on: the transaction that was taken back
/// may stand in the next block just as well.
fn in_unread(work: &Transaction<'_>, height: u32, txid: &str) -> rusqlite::Result<bool> {
    work.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM scan WHERE to_height < ?1 AND to_height + ?3 >= ?1)
            AND coalesce((SELECT failures <> '' FROM round ORDER BY round_id DESC LIMIT 1), 0)
            AND NOT EXISTS (SELECT 1 FROM tx_state WHERE txid = ?2 AND state = 'confirmed')",
    )?
    .query_row(params![height, txid, DEEPEST], |row| row.get(0))
}

fn insert_event(work: &Transaction<'_>, family: &str, event: &EventRecord, now: Time) -> rusqlite::Result<i64> {
    work.prepare_cached(
        "INSERT INTO event (family, event_key, kind, txid, height, found_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        family,
        event.key,
        event.kind.name(),
        event.txid.to_string(),
        event.height,
        now.timestamp(),
        event.body
    ])?;
    Ok(work.last_insert_rowid())
}

/// Takes back the corrections of an event that is there again, where nobody can have read them, and names who need not be told of
/// it anew.
fn spare(work: &Transaction<'_>, id: i64) -> rusqlite::Result<BTreeSet<String>> {
    work.prepare_cached(
        "DELETE FROM notice WHERE event_id = ?1 AND about IN ('correction', 'gone') AND sent_at IS NULL AND tries = 0 RETURNING receiver",
    )?
    .query_map([id], |row| row.get(0))?
    .collect()
}

/// Tells a receiver of an event that is new, is there again, or is in a block now. Whoever was told of it before hears of it wherever it stands now.
fn announce(
    work: &Transaction<'_>,
    (id, family, event): (i64, &str, &EventRecord),
    receiver: &ReceiverRecord,
    spared: bool,
    now: Time,
) -> rusqlite::Result<usize> {
    // What was to be said of it as waiting, and nobody can have read, is not said any more.
    if event.height.is_some() {
        work.prepare_cached(
            "DELETE FROM notice WHERE event_id = ?1 AND receiver = ?2 AND about = 'waiting' AND sent_at IS NULL AND tries = 0",
        )?
        .execute(params![id, receiver.name])?;
    }
    let last: Option<String> = work
        .prepare_cached(
            "SELECT about FROM notice WHERE event_id = ?1 AND receiver = ?2 AND skipped_at IS NULL ORDER BY notice_id DESC LIMIT 1",
        )?
        .query_row(params![id, receiver.name], |row| row.get(0))
        .optional()?;
    let too_small = event.kind == EventKind::Payment && event.sats.is_some_and(|sats| sats < receiver.min);
    let about = match (event.height, last.as_deref()) {
        (None, Some("waiting")) => return Ok(0),
        (None, _) if !receiver.waiting => return Ok(0),
        (None, _) => "waiting",
        (Some(_), Some("waiting")) => "confirmed",
        (Some(_), _) if spared => return Ok(0),
        (Some(_), _) => "event",
    };
    if last.is_none() && too_small {
        return Ok(0);
    }
    let from: u32 = work
        .prepare_cached("SELECT height FROM receiver WHERE name = ?1 AND family = ?2")?
        .query_row(params![receiver.name, family], |row| row.get(0))?;
    if last.is_none() && event.height.is_some_and(|height| height <= from) {
        return Ok(0);
    }
    insert(work, id, &receiver.name, about, &event.body, now)
}

/// Takes back what was told of an event that vanished, or that waits again. Who was not told yet, is not told at all.
fn take_back(work: &Transaction<'_>, id: i64, waits: bool, now: Time) -> rusqlite::Result<usize> {
    // One that was tried may have arrived: both are sent.
    work.prepare_cached(
        "DELETE FROM notice WHERE event_id = ?1 AND about IN ('event', 'confirmed', 'waiting') AND sent_at IS NULL AND tries = 0",
    )?
    .execute([id])?;
    // What the reader wants to know first: whether the transaction is gone, or only counts no longer; and which one took its place.
    let told: Vec<(String, String, String)> = work
        .prepare_cached(
            "SELECT receiver, about, json_set(n.body,
                 '$.stands', (SELECT max(state = 'confirmed') FROM tx_state s WHERE s.txid = e.txid) IS 1,
                 '$.replaced_by', (SELECT s.txid FROM tx t JOIN tx_input i USING (tx_id)
                      JOIN tx_input j ON j.prev_txid = i.prev_txid AND j.prev_vout = i.prev_vout AND j.tx_id <> i.tx_id
                      JOIN tx_state s ON s.tx_id = j.tx_id AND s.state <> 'gone' WHERE t.txid = e.txid LIMIT 1))
             FROM notice n JOIN event e USING (event_id) WHERE event_id = ?1 AND about IN ('event', 'confirmed', 'waiting')
               AND skipped_at IS NULL
               AND notice_id = (SELECT max(notice_id) FROM notice l WHERE l.event_id = ?1 AND l.receiver = n.receiver AND l.skipped_at IS NULL)
             ORDER BY receiver",
        )?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut made = 0;
    for (receiver, about, body) in told {
        made += match about.as_str() {
            // That it waits is true again.
            "waiting" if waits => 0,
            "waiting" => insert(work, id, &receiver, "gone", &body, now)?,
            _ => insert(work, id, &receiver, "correction", &body, now)?,
        };
    }
    Ok(made)
}

fn insert(
    work: &Transaction<'_>,
    id: i64,
    receiver: &str,
    about: &str,
    body: &str,
    now: Time,
) -> rusqlite::Result<usize> {
    work.prepare_cached(
        "INSERT INTO notice (receiver, event_id, about, made_at, next_try, body) VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
    )?
    .execute(params![receiver, id, about, now.timestamp(), body])
}
