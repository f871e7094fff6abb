-- What was news, and who was told of it.

-- Every event that was ever found, by what tells it apart. One that is not found any more has vanished.
CREATE TABLE event (
    event_id    INTEGER PRIMARY KEY,
    family      TEXT    NOT NULL,
    event_key   TEXT    NOT NULL,         -- kind:txid, and :vout for an arrival
    kind        TEXT    NOT NULL CHECK (kind IN ('withdrawal', 'arrival', 'awakening', 'movement')),
    txid        TEXT    NOT NULL CHECK (length(txid) = 64),
    height      INTEGER NOT NULL,         -- of its block when it was found last
    found_at    INTEGER NOT NULL,
    vanished_at INTEGER,
    body        TEXT    NOT NULL,         -- what is told of it, as JSON
    UNIQUE (family, event_key)
) STRICT;

-- A receiver is told of what happens in blocks above this height: what was there before it was set up is history.
CREATE TABLE receiver (
    name   TEXT    NOT NULL,
    family TEXT    NOT NULL,
    height INTEGER NOT NULL,
    PRIMARY KEY (name, family)
) STRICT, WITHOUT ROWID;

-- The outbox: one row an event and receiver, and one more where the event vanished after it was sent.
CREATE TABLE notice (
    notice_id INTEGER PRIMARY KEY,
    receiver  TEXT    NOT NULL,
    event_id  INTEGER NOT NULL REFERENCES event,
    about     TEXT    NOT NULL CHECK (about IN ('event', 'correction')),
    made_at   INTEGER NOT NULL,
    body      TEXT    NOT NULL,           -- the event as it was when the notice was made
    tries     INTEGER NOT NULL DEFAULT 0,
    next_try  INTEGER NOT NULL,
    failure   TEXT,                       -- of the last try
    sent_at   INTEGER                     -- null: waits
) STRICT;
CREATE INDEX notice_waiting ON notice (receiver, next_try) WHERE sent_at IS NULL;
CREATE INDEX notice_event ON notice (event_id, receiver);

-- Public view, described in ARCHITECTURE.md.
CREATE VIEW notices AS
SELECT n.receiver,
       e.family,
       e.kind,
       e.txid,
       n.about,
       strftime('%Y-%m-%dT%H:%M:%SZ', n.made_at, 'unixepoch') AS made_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', n.sent_at, 'unixepoch') AS sent_at,
       n.tries,
       n.failure
FROM notice n JOIN event e USING (event_id)
ORDER BY n.notice_id;
