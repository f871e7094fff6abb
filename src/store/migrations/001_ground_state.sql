-- What explorers said, each row with the request that brought it. Nothing here is ever deleted; satoshis and unix seconds
-- (UTC) are integers, hashes are lower-case hex in display order.

CREATE TABLE request (
    request_id INTEGER PRIMARY KEY,
    explorer   TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    asked_at   INTEGER NOT NULL,
    sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
    bytes      INTEGER NOT NULL
) STRICT;

-- A mirror of the watch list, so that the file can be read on its own; the family files are what counts.
CREATE TABLE watched (
    address  TEXT    PRIMARY KEY,
    family   TEXT    NOT NULL,
    source   TEXT    NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX watched_family ON watched (family, position);

CREATE TABLE tx (
    tx_id        INTEGER PRIMARY KEY,
    txid         TEXT    NOT NULL UNIQUE CHECK (length(txid) = 64),
    first_seen   INTEGER,                   -- as an explorer told it
    version      INTEGER,
    lock_time    INTEGER,
    size         INTEGER,
    recomputed   INTEGER NOT NULL CHECK (recomputed IN (0, 1)), -- the txid was computed from the content and is right
    request_id   INTEGER NOT NULL REFERENCES request,           -- who told of it first
    completed_by INTEGER REFERENCES request                     -- who last filled in what was missing
) STRICT;

CREATE TABLE tx_input (
    tx_id      INTEGER NOT NULL REFERENCES tx,
    vin        INTEGER NOT NULL,
    prev_txid  TEXT,
    prev_vout  INTEGER,
    address    TEXT,
    sats       INTEGER CHECK (sats >= 0),
    script_sig BLOB,
    witness    BLOB,
    sequence   INTEGER,
    coinbase   INTEGER NOT NULL CHECK (coinbase IN (0, 1)),
    PRIMARY KEY (tx_id, vin)
) STRICT, WITHOUT ROWID;
CREATE INDEX tx_input_address ON tx_input (address) WHERE address IS NOT NULL;
CREATE INDEX tx_input_prevout ON tx_input (prev_txid, prev_vout) WHERE prev_txid IS NOT NULL;

CREATE TABLE tx_output (
    tx_id   INTEGER NOT NULL REFERENCES tx,
    vout    INTEGER NOT NULL,
    address TEXT,
    sats    INTEGER NOT NULL CHECK (sats >= 0),
    script  BLOB,
    PRIMARY KEY (tx_id, vout)
) STRICT, WITHOUT ROWID;
CREATE INDEX tx_output_address ON tx_output (address) WHERE address IS NOT NULL;

CREATE INDEX tx_unproven ON tx (tx_id) WHERE recomputed = 0;

-- Where a transaction stood when somebody looked. A new row is written when an explorer says something else than before.
CREATE TABLE observation (
    observation_id INTEGER PRIMARY KEY,
    tx_id          INTEGER NOT NULL REFERENCES tx,
    request_id     INTEGER NOT NULL REFERENCES request,
    state          TEXT    NOT NULL CHECK (state IN ('mempool', 'confirmed', 'gone')),
    block_height   INTEGER,
    block_hash     TEXT,
    block_time     INTEGER,
    CHECK ((state = 'confirmed') = (block_height IS NOT NULL AND block_time IS NOT NULL))
) STRICT;
CREATE INDEX observation_tx ON observation (tx_id, observation_id);
CREATE INDEX observation_block ON observation (block_height) WHERE block_height IS NOT NULL;

-- What an explorer said of an address. Said again unchanged, only said_to moves on.
CREATE TABLE totals (
    totals_id        INTEGER PRIMARY KEY,
    address          TEXT    NOT NULL,
    request_id       INTEGER NOT NULL REFERENCES request,
    said_from        INTEGER NOT NULL,
    said_to          INTEGER NOT NULL,
    tx_count         INTEGER NOT NULL,
    received         INTEGER NOT NULL,
    spent            INTEGER NOT NULL,
    mempool_tx_count INTEGER NOT NULL,
    mempool_received INTEGER NOT NULL,
    mempool_spent    INTEGER NOT NULL
) STRICT;
CREATE INDEX totals_address ON totals (address, said_to);

-- How far an unfinished reading of an address's history has come; written together with the page it belongs to.
CREATE TABLE cursor (
    address  TEXT NOT NULL,
    explorer TEXT NOT NULL,
    after    TEXT NOT NULL,
    PRIMARY KEY (address, explorer)
) STRICT, WITHOUT ROWID;

-- The present: what was last said of each transaction. The hash of its block is that of anybody who told it; first seen is
-- what an explorer told, or when we first found it waiting before anybody found it confirmed.
CREATE VIEW tx_state AS
SELECT t.tx_id,
       t.txid,
       o.state,
       o.block_height,
       coalesce(o.block_hash, (SELECT max(h.block_hash) FROM observation h
           WHERE h.tx_id = t.tx_id AND h.block_height = o.block_height AND h.block_time = o.block_time)) AS block_hash,
       o.block_time,
       (SELECT min(seen) FROM (
            SELECT t.first_seen AS seen
            UNION ALL
            SELECT r.asked_at FROM observation m JOIN request r USING (request_id)
            WHERE m.tx_id = t.tx_id AND m.state = 'mempool'
              AND m.observation_id < coalesce((SELECT min(c.observation_id) FROM observation c
                                               WHERE c.tx_id = t.tx_id AND c.state = 'confirmed'), m.observation_id + 1)
        )) AS first_seen,
       t.recomputed,
       t.request_id
FROM tx t
JOIN observation o ON o.observation_id = (SELECT max(l.observation_id) FROM observation l WHERE l.tx_id = t.tx_id);

-- What each input spends. A txid commits to the output spent, not to its address and value: those are taken from the
-- output itself. Only where a source does not name the output (no prev_txid) its word is all there is.
CREATE VIEW spend AS
SELECT i.tx_id, i.vin, o.address, o.sats
FROM tx_input i
JOIN tx p ON p.txid = i.prev_txid
JOIN tx_output o ON o.tx_id = p.tx_id AND o.vout = i.prev_vout
UNION ALL
SELECT i.tx_id, i.vin, i.address, i.sats FROM tx_input i WHERE i.prev_txid IS NULL AND NOT i.coinbase;

-- ---------------------------------------------------------------------------------------------------------------------
-- Public views: a stable interface for Datasette, DuckDB, pandas. Described in ARCHITECTURE.md.

CREATE VIEW payments AS
SELECT w.family,
       w.address,
       s.txid,
       o.vout,
       o.sats,
       s.state,
       s.block_height,
       strftime('%Y-%m-%dT%H:%M:%SZ', s.block_time, 'unixepoch') AS block_time,
       strftime('%Y-%m-%dT%H:%M:%SZ', s.first_seen, 'unixepoch') AS first_seen,
       EXISTS (SELECT 1 FROM spend i JOIN watched own ON own.address = i.address
               WHERE i.tx_id = o.tx_id AND own.family = w.family) AS internal,
       r.explorer,
       r.url
FROM watched w
JOIN tx_output o ON o.address = w.address
JOIN tx_state s ON s.tx_id = o.tx_id
JOIN request r ON r.request_id = s.request_id
WHERE s.state <> 'gone';

CREATE VIEW withdrawals AS
SELECT w.family,
       s.txid,
       count(*) AS inputs,
       sum(i.sats) AS spent_sats,
       (SELECT coalesce(sum(o.sats), 0) FROM tx_output o JOIN watched own ON own.address = o.address
        WHERE o.tx_id = i.tx_id AND own.family = w.family) AS returned_sats,
       sum(i.sats) - (SELECT coalesce(sum(o.sats), 0) FROM tx_output o JOIN watched own ON own.address = o.address
        WHERE o.tx_id = i.tx_id AND own.family = w.family) AS net_sats,
       s.state,
       s.block_height,
       strftime('%Y-%m-%dT%H:%M:%SZ', s.block_time, 'unixepoch') AS block_time,
       strftime('%Y-%m-%dT%H:%M:%SZ', s.first_seen, 'unixepoch') AS first_seen,
       r.explorer,
       r.url
FROM watched w
JOIN spend i ON i.address = w.address
JOIN tx_state s ON s.tx_id = i.tx_id
JOIN request r ON r.request_id = s.request_id
WHERE s.state <> 'gone'
GROUP BY w.family, i.tx_id;

CREATE VIEW daily_inflows AS
SELECT family,
       substr(block_time, 1, 10) AS day,
       count(*) AS outputs,
       count(DISTINCT txid) AS transactions,
       sum(sats) AS sats
FROM payments
WHERE state = 'confirmed' AND NOT internal
GROUP BY family, day;

CREATE VIEW addresses AS
WITH held AS (
    SELECT w.family,
           w.address,
           w.source,
           w.position,
           (SELECT coalesce(sum(o.sats), 0) FROM tx_output o JOIN tx_state s USING (tx_id)
            WHERE o.address = w.address AND s.state = 'confirmed') AS received_sats,
           (SELECT coalesce(sum(i.sats), 0) FROM spend i JOIN tx_state s USING (tx_id)
            WHERE i.address = w.address AND s.state = 'confirmed') AS spent_sats,
           (SELECT count(*) FROM (
                SELECT o.tx_id FROM tx_output o JOIN tx_state s USING (tx_id)
                WHERE o.address = w.address AND s.state = 'confirmed'
                UNION
                SELECT i.tx_id FROM spend i JOIN tx_state s USING (tx_id)
                WHERE i.address = w.address AND s.state = 'confirmed')) AS transactions
    FROM watched w)
SELECT h.family,
       h.address,
       h.source,
       h.received_sats,
       h.spent_sats,
       h.transactions,
       t.received AS explorer_received_sats,
       t.spent AS explorer_spent_sats,
       t.tx_count AS explorer_transactions,
       h.received_sats = t.received AND h.spent_sats = t.spent AND h.transactions = t.tx_count AS reconciled,
       r.explorer,
       strftime('%Y-%m-%dT%H:%M:%SZ', t.said_to, 'unixepoch') AS asked_at
FROM held h
LEFT JOIN totals t ON t.totals_id =
    (SELECT l.totals_id FROM totals l WHERE l.address = h.address ORDER BY l.said_to DESC, l.totals_id DESC LIMIT 1)
LEFT JOIN request r ON r.request_id = t.request_id
ORDER BY h.family, h.position;
