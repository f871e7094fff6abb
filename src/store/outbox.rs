//! What waits for whom, what was sent, and what is skipped.

use rusqlite::{OptionalExtension, Row, params};

use super::ledger::{parsed, time};
use super::{Store, StoreError};
use crate::domain::{EventKind, Time, Txid};

/// What somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRecord {
    /// Its key.
    pub id: i64,
    /// The family whose coins moved.
    pub family: String,
    /// What tells the event apart.
    pub event_key: String,
    /// The event's kind.
    pub kind: EventKind,
    /// The transaction.
    pub txid: Txid,
    /// What it is about: a word of `notice_kind`.
    pub about: String,
    /// The message that it belongs to, where that was settled.
    pub message: Option<String>,
    /// When it was made.
    pub made_at: Time,
    /// The event as it was then, as JSON.
    pub body: String,
    /// Times that sending it failed.
    pub tries: u32,
    /// When it was sent; `None` while it waits.
    pub sent_at: Option<Time>,
}

/// How the notices of one receiver stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxState {
    /// Sent.
    pub sent: usize,
    /// Made and not sent yet.
    pub waiting: usize,
    /// Not sent, and not to be.
    pub skipped: usize,
    /// Of those, the ones that it refused for good.
    pub refused: usize,
    /// When the last one was sent.
    pub last_sent_at: Option<Time>,
    /// Why the last try of one that waits failed.
    pub failure: Option<String>,
    /// When that one is tried again.
    pub next_try: Option<Time>,
}

impl Store {
    /// What waits for a receiver and may be tried at that moment, the oldest first. Where one of them has to wait, so do those that
    /// came after it: nobody reads a correction before what it corrects.
    pub fn notices_due(&self, receiver: &str, now: Time) -> Result<Vec<NoticeRecord>, StoreError> {
        let due = "n.receiver = ?1 AND n.sent_at IS NULL AND n.skipped_at IS NULL AND NOT EXISTS
                   (SELECT 1 FROM notice o WHERE o.receiver = ?1 AND o.sent_at IS NULL AND o.skipped_at IS NULL
                   AND o.next_try > ?2)
                   ORDER BY n.notice_id";
        self.notices_where(due, params![receiver, now.timestamp()])
    }

    /// The last notices that were made for a receiver, sent or not, the newest first.
    pub fn notices_of(&self, receiver: &str, most: usize) -> Result<Vec<NoticeRecord>, StoreError> {
        self.notices_where("n.receiver = ?1 ORDER BY n.notice_id DESC LIMIT ?2", params![receiver, most])
    }

    fn notices_where(&self, condition: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<NoticeRecord>, StoreError> {
        let read = || -> rusqlite::Result<Vec<NoticeRecord>> {
            self.db
                .prepare_cached(&format!(
                    "SELECT n.notice_id, e.family, e.event_key, e.txid, n.about, n.made_at, n.body, n.tries,
                            n.sent_at, n.message, e.kind
                     FROM notice n JOIN event e USING (event_id) WHERE {condition}"
                ))?
                .query_map(values, notice)?
                .collect()
        };
        read().map_err(|error| self.explain(error))
    }

    /// Writes down, before anything is sent, which message tells these notices: after a kill they are told by the same.
    pub fn notices_gathered(&mut self, ids: &[i64], message: &str) -> Result<(), StoreError> {
        self.each_notice(ids, "UPDATE notice SET message = ?2 WHERE notice_id = ?1", &[&message])
    }

    /// So many messages about payments a receiver was sent after this moment.
    pub fn payments_told(&self, receiver: &str, after: Time) -> Result<usize, StoreError> {
        self.db
            .query_row(
                "SELECT count(DISTINCT n.message) FROM notice n JOIN event e USING (event_id)
                 WHERE n.receiver = ?1 AND n.sent_at > ?2 AND e.kind = 'payment'",
                params![receiver, after.timestamp()],
                |row| row.get(0),
            )
            .map_err(|error| self.explain(error))
    }

    /// Writes down that these notices were sent.
    pub fn notices_sent(&mut self, ids: &[i64], now: Time) -> Result<(), StoreError> {
        self.each_notice(
            ids,
            "UPDATE notice SET sent_at = ?2, failure = NULL WHERE notice_id = ?1",
            &[&now.timestamp()],
        )
    }

    /// Writes down that sending these failed, why, and when to try again.
    pub fn notices_failed(&mut self, ids: &[i64], why: &str, next_try: Time) -> Result<(), StoreError> {
        let sql = "UPDATE notice SET tries = tries + 1, failure = ?2, next_try = ?3 WHERE notice_id = ?1";
        self.each_notice(ids, sql, &[&why, &next_try.timestamp()])
    }

    /// Writes down that these were refused once too often: what came after them goes on.
    pub fn notices_refused(&mut self, ids: &[i64], why: &str, now: Time) -> Result<(), StoreError> {
        let sql = "UPDATE notice SET tries = tries + 1, failure = ?2, skipped_at = ?3 WHERE notice_id = ?1";
        self.each_notice(ids, sql, &[&why, &now.timestamp()])
    }

    /// Skips what waits for a receiver: all of it, or what was made first, with what was made of the same transaction. What was refused before is
    /// seen to. Returns how many were skipped.
    pub fn skip_notices(&mut self, receiver: &str, all: bool, now: Time) -> Result<usize, StoreError> {
        let waits = "receiver = ?1 AND sent_at IS NULL AND skipped_at IS NULL";
        let first = format!(
            "(SELECT f.txid, n.made_at FROM notice n JOIN event f USING (event_id) WHERE {waits} ORDER BY notice_id LIMIT 1)"
        );
        let skip = format!(
            "UPDATE notice SET skipped_at = ?2, failure = NULL WHERE {waits} AND
             (?3 OR ((SELECT txid FROM event e WHERE e.event_id = notice.event_id), made_at) = {first})"
        );
        self.change_notices(&skip, params![receiver, now.timestamp(), all]).and_then(|skipped| {
            self.change_notices(
                "UPDATE notice SET failure = NULL WHERE receiver = ?1 AND skipped_at IS NOT NULL",
                params![receiver],
            )?;
            Ok(skipped)
        })
    }

    /// What was skipped for a receiver waits again. Returns how much that is.
    pub fn resend_notices(&mut self, receiver: &str, now: Time) -> Result<usize, StoreError> {
        let again = "UPDATE notice SET skipped_at = NULL, failure = NULL, tries = 0, next_try = ?2
                     WHERE receiver = ?1 AND skipped_at IS NOT NULL";
        self.change_notices(again, params![receiver, now.timestamp()])
    }

    fn change_notices(&mut self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<usize, StoreError> {
        self.db.execute(sql, values).map_err(|error| self.explain(error))
    }

    fn each_notice(&mut self, ids: &[i64], sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            for id in ids {
                let all: Vec<&dyn rusqlite::ToSql> =
                    std::iter::once::<&dyn rusqlite::ToSql>(id).chain(values.iter().copied()).collect();
                work.prepare_cached(sql)?.execute(all.as_slice())?;
            }
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }

    /// How the notices of a receiver stand.
    pub fn outbox(&self, receiver: &str) -> Result<OutboxState, StoreError> {
        let read = || -> rusqlite::Result<OutboxState> {
            let mut state = self.db.query_row(
                "SELECT count(sent_at), count(*) FILTER (WHERE sent_at IS NULL AND skipped_at IS NULL),
                        count(skipped_at), count(*) FILTER (WHERE skipped_at IS NOT NULL AND failure IS NOT NULL), max(sent_at)
                 FROM notice WHERE receiver = ?1",
                [receiver],
                |row| {
                    Ok(OutboxState {
                        sent: row.get(0)?,
                        waiting: row.get(1)?,
                        skipped: row.get(2)?,
                        refused: row.get(3)?,
                        last_sent_at: row.get::<_, Option<i64>>(4)?.map(time),
                        ..OutboxState::default()
                    })
                },
            )?;
            let failed: Option<(String, i64)> = self
                .db
                .query_row(
                    "SELECT failure, next_try FROM notice WHERE receiver = ?1 AND sent_at IS NULL
                       AND skipped_at IS NULL AND failure IS NOT NULL ORDER BY notice_id LIMIT 1",
                    [receiver],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            if let Some((failure, next_try)) = failed {
                (state.failure, state.next_try) = (Some(failure), Some(time(next_try)));
            }
            Ok(state)
        };
        read().map_err(|error| self.explain(error))
    }

    /// Everybody who was ever to be told something.
    pub fn notified(&self) -> Result<Vec<String>, StoreError> {
        let read = || {
            let mut statement = self.db.prepare_cached("SELECT DISTINCT receiver FROM notice ORDER BY receiver")?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()
        };
        read().map_err(|error| self.explain(error))
    }
}

fn notice(row: &Row<'_>) -> rusqlite::Result<NoticeRecord> {
    Ok(NoticeRecord {
        id: row.get(0)?,
        family: row.get(1)?,
        event_key: row.get(2)?,
        txid: parsed(row, 3)?,
        about: row.get(4)?,
        made_at: time(row.get(5)?),
        body: row.get(6)?,
        tries: row.get(7)?,
        sent_at: row.get::<_, Option<i64>>(8)?.map(time),
        message: row.get(9)?,
        kind: parsed(row, 10)?,
    })
}
