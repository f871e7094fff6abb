-- What is needed to take nothing on faith: headers and proofs, answers that were refused, what explorers are like, and how
-- far the chain was followed by blocks.

-- Services tell different parts of an address's totals: what is not told is null. all_… is confirmed and waiting together.
DROP VIEW addresses;
CREATE TABLE totals_told (
    totals_id        INTEGER PRIMARY KEY,
    address          TEXT    NOT NULL,
    request_id       INTEGER NOT NULL REFERENCES request,
    said_from        INTEGER NOT NULL,
    said_to          INTEGER NOT NULL,
    tip_height       INTEGER,                   -- the explorer's newest block when it said so last, if it tells
    tx_count         INTEGER,
    received         INTEGER,
    spent            INTEGER,
    mempool_tx_count INTEGER,
    mempool_received INTEGER,
    mempool_spent    INTEGER,
    all_tx_count     INTEGER,
    all_received     INTEGER,
    all_spent        INTEGER
) STRICT;
INSERT INTO totals_told (totals_id, address, request_id, said_from, said_to, tx_count, received, spent,
                         mempool_tx_count, mempool_received, mempool_spent)
SELECT totals_id, address, request_id, said_from, said_to, tx_count, received, spent,
       mempool_tx_count, mempool_received, mempool_spent FROM totals;
DROP TABLE totals;
ALTER TABLE totals_told RENAME TO totals;
CREATE INDEX totals_address ON totals (address, said_to);

-- Bodies of answers as they came, each once (zlib).
CREATE TABLE answer (
    sha256 TEXT    PRIMARY KEY CHECK (length(sha256) = 64),
    bytes  INTEGER NOT NULL,                    -- before compression
    body   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- What was told and cannot be true. The same again is counted, not repeated.
CREATE TABLE incident (
    incident_id INTEGER PRIMARY KEY,
    request_id  INTEGER NOT NULL REFERENCES request,   -- the first time; its answer is kept
    kind        TEXT    NOT NULL CHECK (kind IN ('wrong-content', 'contradiction', 'implausible', 'corrected', 'bad-block',
                                                 'bad-proof', 'disagreement')),
    address     TEXT,
    txid        TEXT,
    what        TEXT    NOT NULL,
    times       INTEGER NOT NULL DEFAULT 1,
    last_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX incident_txid ON incident (txid) WHERE txid IS NOT NULL;

-- Headers whose hash and proof of work were checked. The height is the explorer's word, unless the block itself told it.
CREATE TABLE block (
    hash       TEXT    PRIMARY KEY CHECK (length(hash) = 64),
    height     INTEGER NOT NULL,
    time       INTEGER NOT NULL,
    header     BLOB    NOT NULL CHECK (length(header) = 80),
    request_id INTEGER NOT NULL REFERENCES request
) STRICT, WITHOUT ROWID;
CREATE INDEX block_height ON block (height);
CREATE INDEX observation_mempool ON observation (tx_id) WHERE state = 'mempool';

-- That a transaction is in a block: the neighbours on the way up to the merkle root, 32 bytes each, in internal byte order.
CREATE TABLE proof (
    tx_id      INTEGER NOT NULL REFERENCES tx,
    block_hash TEXT    NOT NULL REFERENCES block (hash),
    pos        INTEGER NOT NULL,
    branch     BLOB    NOT NULL CHECK (length(branch) % 32 = 0),
    request_id INTEGER NOT NULL REFERENCES request,
    PRIMARY KEY (tx_id, block_hash)
) STRICT, WITHOUT ROWID;

-- How far the chain was followed by blocks: a span without a gap. Working state; the newest row counts.
CREATE TABLE scan (
    scan_id     INTEGER PRIMARY KEY,
    from_height INTEGER NOT NULL,
    to_height   INTEGER NOT NULL,
    to_hash     TEXT    NOT NULL,
    complete_to INTEGER NOT NULL                -- the moment at which there was no further block, or the time of the last one
) STRICT;

-- From which height on an address is looked for in blocks: its history up to there was read by address. Working state.
CREATE TABLE joined (
    address TEXT    PRIMARY KEY,
    height  INTEGER NOT NULL,
    settled INTEGER NOT NULL CHECK (settled IN (0, 1))  -- asked about again when that block lay deep
) STRICT, WITHOUT ROWID;

-- What explorers are like, added up over all rounds. Working state.
CREATE TABLE explorer (
    name            TEXT    PRIMARY KEY,
    dialect         TEXT    NOT NULL,
    base            TEXT    NOT NULL,
    requests        INTEGER NOT NULL DEFAULT 0,
    answered        INTEGER NOT NULL DEFAULT 0,
    refusals        INTEGER NOT NULL DEFAULT 0,
    failures        INTEGER NOT NULL DEFAULT 0,
    latency_ms      INTEGER NOT NULL DEFAULT 0,  -- of all answered requests together
    last_answer_at  INTEGER,
    last_failure_at INTEGER,
    last_failure    TEXT,
    resting_until   INTEGER
) STRICT, WITHOUT ROWID;

-- The rounds that were made, for `status`.
CREATE TABLE round (
    round_id         INTEGER PRIMARY KEY,
    started_at       INTEGER NOT NULL,
    ended_at         INTEGER NOT NULL,
    follow           TEXT    NOT NULL CHECK (follow IN ('addresses', 'blocks')),
    addresses        INTEGER NOT NULL,          -- asked about or looked for in blocks
    blocks           INTEGER NOT NULL,          -- read
    requests         INTEGER NOT NULL,
    new_transactions INTEGER NOT NULL,
    unreconciled     INTEGER NOT NULL,
    not_asked        INTEGER NOT NULL,
    refused          INTEGER NOT NULL,
    tip_height       INTEGER,
    tip_time         INTEGER,
    failures         TEXT    NOT NULL           -- a line each
) STRICT;

-- How far each transaction can be trusted: told < recomputed < agreed < proven (README, What the words mean). A proof covers block
-- and time; agreed are sources of two names on two hosts that tell the same block and time.
CREATE VIEW tx_trust AS
SELECT s.tx_id,
       CASE
           WHEN s.recomputed AND s.state = 'confirmed' AND EXISTS (
               SELECT 1 FROM proof p JOIN block b ON b.hash = p.block_hash
               WHERE p.tx_id = s.tx_id AND b.height = s.block_height AND b.time = s.block_time
                 AND (s.block_hash IS NULL OR s.block_hash = b.hash))
               THEN 'proven'
           WHEN (SELECT min(count(DISTINCT r.explorer),
                            count(DISTINCT iif(instr(r.url, '://') = 0, r.explorer,
                                substr(r.url, 1, instr(r.url, '://') + 2 + instr(substr(r.url, instr(r.url, '://') + 3), '/')))))
                 FROM observation o JOIN request r USING (request_id)
                 WHERE o.tx_id = s.tx_id AND o.state = s.state AND o.block_height IS s.block_height
                   AND o.block_time IS s.block_time
                   AND (o.block_hash IS NULL OR s.block_hash IS NULL OR o.block_hash = s.block_hash)) > 1
               THEN 'agreed'
           WHEN s.recomputed THEN 'recomputed'
           ELSE 'told'
       END AS trust
FROM tx_state s;

-- ---------------------------------------------------------------------------------------------------------------------
-- Public views

DROP VIEW payments;
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
       r.url,
       (SELECT t.trust FROM tx_trust t WHERE t.tx_id = o.tx_id) AS trust
FROM watched w
JOIN tx_output o ON o.address = w.address
JOIN tx_state s ON s.tx_id = o.tx_id
JOIN request r ON r.request_id = s.request_id
WHERE s.state <> 'gone';

-- The same as spend, with the order of the join settled for those who come with an address.
CREATE VIEW spend_of AS
SELECT i.tx_id, i.vin, o.address, o.sats
FROM tx_output o
CROSS JOIN tx p ON p.tx_id = o.tx_id
CROSS JOIN tx_input i ON i.prev_txid = p.txid AND i.prev_vout = o.vout
UNION ALL
SELECT i.tx_id, i.vin, i.address, i.sats FROM tx_input i WHERE i.prev_txid IS NULL AND NOT i.coinbase;

CREATE VIEW addresses AS
WITH held AS (
    SELECT w.family,
           w.address,
           w.source,
           w.position,
           (SELECT coalesce(sum(o.sats), 0) FROM tx_output o JOIN tx_state s USING (tx_id)
            WHERE o.address = w.address AND s.state = 'confirmed') AS received_sats,
           (SELECT coalesce(sum(i.sats), 0) FROM spend_of i JOIN tx_state s USING (tx_id)
            WHERE i.address = w.address AND s.state = 'confirmed') AS spent_sats,
           (SELECT count(*) FROM (
                SELECT o.tx_id FROM tx_output o JOIN tx_state s USING (tx_id)
                WHERE o.address = w.address AND s.state = 'confirmed'
                UNION
                SELECT i.tx_id FROM spend_of i JOIN tx_state s USING (tx_id)
                WHERE i.address = w.address AND s.state = 'confirmed')) AS transactions,
           (SELECT coalesce(sum(o.sats), 0) FROM tx_output o JOIN tx_state s USING (tx_id)
            WHERE o.address = w.address AND s.state = 'mempool') AS waiting_received,
           (SELECT coalesce(sum(i.sats), 0) FROM spend_of i JOIN tx_state s USING (tx_id)
            WHERE i.address = w.address AND s.state = 'mempool') AS waiting_spent
    FROM watched w)
SELECT h.family,
       h.address,
       h.source,
       h.received_sats,
       h.spent_sats,
       h.transactions,
       coalesce(t.received, t.all_received) AS explorer_received_sats,
       coalesce(t.spent, t.all_spent) AS explorer_spent_sats,
       coalesce(t.tx_count, t.all_tx_count) AS explorer_transactions,
       h.received_sats + iif(t.received IS NULL, h.waiting_received, 0) = coalesce(t.received, t.all_received)
           AND h.spent_sats + iif(t.spent IS NULL, h.waiting_spent, 0) = coalesce(t.spent, t.all_spent)
           AND (t.tx_count IS NULL OR h.transactions = t.tx_count) AS reconciled,
       r.explorer,
       strftime('%Y-%m-%dT%H:%M:%SZ', t.said_to, 'unixepoch') AS asked_at
FROM held h
LEFT JOIN totals t ON t.totals_id =
    (SELECT l.totals_id FROM totals l WHERE l.address = h.address ORDER BY l.said_to DESC, l.totals_id DESC LIMIT 1)
LEFT JOIN request r ON r.request_id = t.request_id
ORDER BY h.family, h.position;

CREATE VIEW incidents AS
SELECT i.kind,
       i.txid,
       i.address,
       i.what,
       i.times,
       r.explorer,
       r.url,
       strftime('%Y-%m-%dT%H:%M:%SZ', r.asked_at, 'unixepoch') AS first_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', i.last_at, 'unixepoch') AS last_at,
       r.sha256 AS answer_sha256
FROM incident i
JOIN request r USING (request_id)
ORDER BY i.incident_id;

-- Where transactions stood, whenever somebody said something else than before: seen waiting, in a block, gone, in a block again.
CREATE VIEW history AS
SELECT t.txid,
       strftime('%Y-%m-%dT%H:%M:%SZ', r.asked_at, 'unixepoch') AS asked_at,
       r.explorer,
       o.state,
       o.block_height,
       o.block_hash,
       strftime('%Y-%m-%dT%H:%M:%SZ', o.block_time, 'unixepoch') AS block_time,
       r.url
FROM observation o
JOIN tx t USING (tx_id)
JOIN request r ON r.request_id = o.request_id
ORDER BY o.observation_id;
