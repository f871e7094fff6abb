-- What explorers said, each row with the request that brought it, and what is computed from it where that saves asking again.
-- Satoshis and unix seconds (UTC) are integers, hashes are lower-case hex in display order. Every reference has an index: people
-- follow them in both directions. docs/database.md describes tables, views and columns.

-- ---------------------------------------------------------------------------------------------------------------------
-- Words. Filled from the program's own lists (src/store/words.rs) whenever a program that knows more of them writes.

CREATE TABLE state         (name TEXT PRIMARY KEY, position INTEGER NOT NULL, meaning TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE trust         (name TEXT PRIMARY KEY, position INTEGER NOT NULL, meaning TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE incident_kind (name TEXT PRIMARY KEY, position INTEGER NOT NULL, meaning TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE event_kind    (name TEXT PRIMARY KEY, position INTEGER NOT NULL, meaning TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE stop          (name TEXT PRIMARY KEY, position INTEGER NOT NULL, meaning TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE follow        (name TEXT PRIMARY KEY, position INTEGER NOT NULL, meaning TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE notice_kind   (name TEXT PRIMARY KEY, position INTEGER NOT NULL, meaning TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What the program carries itself and has written down here, by the version of it.
CREATE TABLE built_in (
    name    TEXT PRIMARY KEY,
    version TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------------------------------------------------------------
-- Ground state

CREATE TABLE request (
    request_id INTEGER PRIMARY KEY,
    explorer   TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    asked_at   INTEGER NOT NULL,
    sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
    bytes      INTEGER NOT NULL,
    dialect    TEXT,                            -- the API spoken, or the price source; null where the answer is not kept
    path       TEXT                             -- the request below the base of the API, so that the answer can be read again
) STRICT;
CREATE INDEX request_sha256 ON request (sha256);

-- Where an answer is spread over several requests: what was asked besides the question itself.
CREATE TABLE request_part (
    request_id INTEGER NOT NULL REFERENCES request,
    part       INTEGER NOT NULL,                -- from 1, in the order asked
    path       TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    asked_at   INTEGER NOT NULL,
    sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
    bytes      INTEGER NOT NULL,
    PRIMARY KEY (request_id, part)
) STRICT, WITHOUT ROWID;

-- Bodies of answers as they came, each once (zlib).
CREATE TABLE answer (
    sha256 TEXT    PRIMARY KEY CHECK (length(sha256) = 64),
    bytes  INTEGER NOT NULL,                    -- before compression
    body   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tx (
    tx_id        INTEGER PRIMARY KEY,
    txid         TEXT    NOT NULL UNIQUE CHECK (length(txid) = 64),
    first_seen   INTEGER,                       -- as an explorer told it
    version      INTEGER,
    lock_time    INTEGER,
    size         INTEGER,
    recomputed   INTEGER NOT NULL CHECK (recomputed IN (0, 1)), -- the txid was computed from the content and is right
    request_id   INTEGER NOT NULL REFERENCES request,           -- who told of it first
    completed_by INTEGER REFERENCES request                     -- who last filled in what was missing
) STRICT;
CREATE INDEX tx_request ON tx (request_id);
CREATE INDEX tx_completed_by ON tx (completed_by) WHERE completed_by IS NOT NULL;
CREATE INDEX tx_unproven ON tx (tx_id) WHERE recomputed = 0;

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

-- What was told of a transaction before content came that hashes to its txid and says otherwise: the parts that were replaced, as JSON.
CREATE TABLE replaced (
    replaced_id INTEGER PRIMARY KEY,
    tx_id       INTEGER NOT NULL REFERENCES tx,
    request_id  INTEGER NOT NULL REFERENCES request,    -- what replaced it
    inputs      TEXT    NOT NULL,
    outputs     TEXT    NOT NULL
) STRICT;
CREATE INDEX replaced_tx ON replaced (tx_id);
CREATE INDEX replaced_request ON replaced (request_id);

-- Where a transaction stood when somebody looked. A new row is written when an explorer says something else than before.
CREATE TABLE observation (
    observation_id INTEGER PRIMARY KEY,
    tx_id          INTEGER NOT NULL REFERENCES tx,
    request_id     INTEGER NOT NULL REFERENCES request,
    state          TEXT    NOT NULL REFERENCES state,
    block_height   INTEGER,
    block_hash     TEXT,
    block_time     INTEGER,
    CHECK ((state = 'confirmed') = (block_height IS NOT NULL AND block_time IS NOT NULL))
) STRICT;
CREATE INDEX observation_tx ON observation (tx_id, observation_id);
CREATE INDEX observation_request ON observation (request_id);
CREATE INDEX observation_state ON observation (state, tx_id);
CREATE INDEX observation_block ON observation (block_height) WHERE block_height IS NOT NULL;
CREATE INDEX observation_block_hash ON observation (block_hash) WHERE block_hash IS NOT NULL;

-- What an explorer said of an address. Said again unchanged, only said_to moves on. Services tell different parts: what is not told
-- is null. all_… is confirmed and waiting together.
CREATE TABLE totals (
    totals_id        INTEGER PRIMARY KEY,
    address          TEXT    NOT NULL,
    request_id       INTEGER NOT NULL REFERENCES request,
    said_from        INTEGER NOT NULL,
    said_to          INTEGER NOT NULL,
    answered         INTEGER NOT NULL DEFAULT 0, -- rises from answer to answer: of two of the same second the later one counts
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
CREATE INDEX totals_address ON totals (address, said_to);
CREATE INDEX totals_answered ON totals (answered);
CREATE INDEX totals_request ON totals (request_id);

-- What was told and cannot be true. The same again is counted, not repeated.
CREATE TABLE incident (
    incident_id INTEGER PRIMARY KEY,
    request_id  INTEGER NOT NULL REFERENCES request,   -- the first time; its answer is kept
    kind        TEXT    NOT NULL REFERENCES incident_kind,
    address     TEXT,
    txid        TEXT,
    what        TEXT    NOT NULL,
    times       INTEGER NOT NULL DEFAULT 1,
    last_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX incident_request ON incident (request_id);
CREATE INDEX incident_kind_of ON incident (kind);
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
CREATE INDEX block_request ON block (request_id);

-- That a transaction is in a block: the neighbours on the way up to the merkle root, 32 bytes each, in internal byte order.
CREATE TABLE proof (
    tx_id      INTEGER NOT NULL REFERENCES tx,
    block_hash TEXT    NOT NULL REFERENCES block (hash),
    pos        INTEGER NOT NULL,
    branch     BLOB    NOT NULL CHECK (length(branch) % 32 = 0),
    request_id INTEGER NOT NULL REFERENCES request,
    PRIMARY KEY (tx_id, block_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX proof_block ON proof (block_hash);
CREATE INDEX proof_request ON proof (request_id);

-- What explorers said of single outputs. Said again unchanged, only said_to moves on; the newest row of an output counts. That a
-- record does not tell is no row.
CREATE TABLE outspend (
    outspend_id    INTEGER PRIMARY KEY,
    txid       TEXT    NOT NULL CHECK (length(txid) = 64),
    vout       INTEGER NOT NULL,
    request_id INTEGER NOT NULL REFERENCES request,
    said_from  INTEGER NOT NULL,
    said_to    INTEGER NOT NULL,
    spent      INTEGER NOT NULL CHECK (spent IN (0, 1)),
    spender    TEXT,                            -- the txid that spends it, where it is told
    CHECK (spent OR spender IS NULL)
) STRICT;
CREATE INDEX outspend_output ON outspend (txid, vout, outspend_id);
CREATE INDEX outspend_request ON outspend (request_id);

-- What live sources told of a day's price, in US dollars for a bitcoin as decimal text: no number here passes through a binary
-- fraction. Nothing is ever changed: a source that tells something else than before gets a further row, and the newest counts.
CREATE TABLE price (
    price_id   INTEGER PRIMARY KEY,
    day        TEXT    NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'), -- UTC
    source     TEXT    NOT NULL,
    low        TEXT,                            -- low and high are missing where a source tells the close alone
    close      TEXT    NOT NULL,
    high       TEXT,
    asked_at   INTEGER NOT NULL,
    request_id INTEGER NOT NULL REFERENCES request,
    CHECK ((low IS NULL) = (high IS NULL))
) STRICT;
CREATE INDEX price_day ON price (day, source, price_id);
CREATE INDEX price_request ON price (request_id);

-- ---------------------------------------------------------------------------------------------------------------------
-- Mirrors of what the program and the user's files hold, so that this file can be read on its own. Those are what counts: rows are
-- replaced when they change.

CREATE TABLE watched (
    address  TEXT    PRIMARY KEY,
    family   TEXT    NOT NULL,
    source   TEXT    NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX watched_family ON watched (family, position);

-- The built-in history of prices, in 1/10,000 of a US dollar for a bitcoin.
CREATE TABLE built_in_price (
    day   TEXT    PRIMARY KEY,                  -- UTC
    low   INTEGER NOT NULL,
    close INTEGER NOT NULL,
    high  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The live sources in the order of the configuration: the first one that tells low, close and high of a newer day counts.
CREATE TABLE price_source (
    name     TEXT    PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------------------------------------------------------------
-- Working state

-- How far an unfinished reading of an address's history has come; written together with the page it belongs to.
CREATE TABLE cursor (
    address  TEXT NOT NULL,
    explorer TEXT NOT NULL,
    after    TEXT NOT NULL,
    PRIMARY KEY (address, explorer)
) STRICT, WITHOUT ROWID;

-- Long histories of addresses, read over several rounds, and those that seem to have no end. Working state, all of it.
CREATE TABLE paging (
    address  TEXT    NOT NULL,
    explorer TEXT    NOT NULL,
    pages    INTEGER NOT NULL,              -- asked for since the ledger last equalled the explorer's totals
    aside_at INTEGER,                       -- when it was set aside: it is not asked about for a while
    reason   TEXT,                          -- why
    PRIMARY KEY (address, explorer)
) STRICT, WITHOUT ROWID;

-- Histories that were read to their end and do not come to what their explorer counts: while it says the same and the ledger holds the
-- same, they are not read again.
CREATE TABLE walked (
    address          TEXT    NOT NULL,
    explorer         TEXT    NOT NULL,
    totals_id        INTEGER NOT NULL REFERENCES totals,                -- what it said
    at               INTEGER NOT NULL,
    miscounted       INTEGER NOT NULL CHECK (miscounted IN (0, 1)),     -- the ledger held just what it shows
    tx_count         INTEGER NOT NULL,          -- what the ledger held, in blocks and waiting
    received         INTEGER NOT NULL,
    spent            INTEGER NOT NULL,
    mempool_tx_count INTEGER NOT NULL,
    mempool_received INTEGER NOT NULL,
    mempool_spent    INTEGER NOT NULL,
    PRIMARY KEY (address, explorer)
) STRICT, WITHOUT ROWID;
CREATE INDEX walked_totals ON walked (totals_id);

-- Blocks that the ledger's transactions stand in, and whether they were in an explorer's best chain when it was asked last: a round
-- that is broken off while it takes in a reorganisation, and a round over other addresses, leave it to the next.
CREATE TABLE best_chain_check (
    explorer   TEXT    NOT NULL,
    block_hash TEXT    NOT NULL CHECK (length(block_hash) = 64),
    in_chain   INTEGER NOT NULL CHECK (in_chain IN (0, 1)),
    PRIMARY KEY (explorer, block_hash)
) STRICT, WITHOUT ROWID;

-- How far the chain was followed by blocks: a span without a gap. The newest row counts.
CREATE TABLE scan (
    scan_id     INTEGER PRIMARY KEY,
    from_height INTEGER NOT NULL,
    to_height   INTEGER NOT NULL,
    to_hash     TEXT    NOT NULL,
    complete_to INTEGER NOT NULL                -- the moment at which there was no further block, or the time of the last one
) STRICT;

-- From which height on an address is looked for in blocks: its history up to there was read by address.
CREATE TABLE scanned_address (
    address TEXT    PRIMARY KEY,
    height  INTEGER NOT NULL,
    settled INTEGER NOT NULL CHECK (settled IN (0, 1))  -- asked about again when that block lay deep
) STRICT, WITHOUT ROWID;

-- Coins on families' trails that are looked for in blocks, and the block up to which each is known to be unspent. A coin that is
-- spent stays for a while: a reorganisation may take that back.
CREATE TABLE watched_outpoint (
    family     TEXT    NOT NULL,
    txid       TEXT    NOT NULL CHECK (length(txid) = 64),
    vout       INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,            -- when an explorer was asked, or the block read that made it
    settled    INTEGER NOT NULL CHECK (settled IN (0, 1)),  -- made by a block that was read, or asked about again when that block lay deep
    PRIMARY KEY (family, txid, vout)
) STRICT, WITHOUT ROWID;
CREATE INDEX watched_outpoint_output ON watched_outpoint (txid, vout);

-- The ends of a family's trail as the last round left them; written anew with each round.
CREATE TABLE frontier (
    family   TEXT    NOT NULL,
    txid     TEXT    NOT NULL,
    vout     INTEGER NOT NULL,
    address  TEXT,
    sats     INTEGER NOT NULL,                  -- the whole coin
    hop      INTEGER,                           -- of the transaction that made it; null where it is the family's own
    stop     TEXT    NOT NULL REFERENCES stop,
    reason   TEXT,
    asked_at INTEGER,                           -- when an explorer last told of it; null where nobody was asked
    PRIMARY KEY (family, txid, vout)
) STRICT, WITHOUT ROWID;
CREATE INDEX frontier_stop ON frontier (stop);

-- When a family's frontier was written last, the newest observation that it knows of, and the limits that it was written under.
CREATE TABLE followed (
    family      TEXT    PRIMARY KEY,
    at          INTEGER NOT NULL,
    observation INTEGER NOT NULL,
    limits      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- What explorers are like, added up over all rounds.
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

-- The rounds that were made, for `status`. Those in which nothing happened, one after the other, are one row with the times of the last.
CREATE TABLE round (
    round_id         INTEGER PRIMARY KEY,
    times            INTEGER NOT NULL DEFAULT 1, -- rounds that this row stands for
    first_at         INTEGER NOT NULL,          -- when the first of them began
    started_at       INTEGER NOT NULL,
    ended_at         INTEGER NOT NULL,
    follow           TEXT    NOT NULL REFERENCES follow,
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
CREATE INDEX round_follow ON round (follow);

-- Every event that was ever found, by what tells it apart. One that is not found any more has vanished.
CREATE TABLE event (
    event_id    INTEGER PRIMARY KEY,
    family      TEXT    NOT NULL,
    event_key   TEXT    NOT NULL,               -- kind:txid, and :vout for an arrival
    kind        TEXT    NOT NULL REFERENCES event_kind,
    txid        TEXT    NOT NULL CHECK (length(txid) = 64),
    height      INTEGER,                        -- of its block when it was found last; null: a payment that waited for one
    found_at    INTEGER NOT NULL,
    vanished_at INTEGER,
    body        TEXT    NOT NULL,               -- what is told of it, as JSON
    UNIQUE (family, event_key)
) STRICT;
CREATE INDEX event_kind_of ON event (kind);

-- A receiver is told of what happens in blocks above this height: what was there before it was set up is history.
CREATE TABLE receiver (
    name   TEXT    NOT NULL,
    family TEXT    NOT NULL,
    height INTEGER NOT NULL,
    PRIMARY KEY (name, family)
) STRICT, WITHOUT ROWID;

-- The outbox: one row an event and receiver, and one more where the event vanished, or a payment that waited came into a block, after it was sent.
CREATE TABLE notice (
    notice_id INTEGER PRIMARY KEY,
    receiver  TEXT    NOT NULL,
    event_id  INTEGER NOT NULL REFERENCES event,
    about     TEXT    NOT NULL REFERENCES notice_kind,
    made_at   INTEGER NOT NULL,
    body      TEXT    NOT NULL,                 -- the event as it was when the notice was made
    tries     INTEGER NOT NULL DEFAULT 0,
    next_try  INTEGER NOT NULL,
    failure   TEXT,                             -- of the last try
    sent_at    INTEGER,
    message    TEXT,                            -- the id of the message that told it, or is about to
    skipped_at INTEGER                          -- it is not sent; with a failure: the receiver refused it for good
) STRICT;
CREATE INDEX notice_waiting ON notice (receiver, next_try) WHERE sent_at IS NULL AND skipped_at IS NULL;
CREATE INDEX notice_event ON notice (event_id, receiver);
CREATE INDEX notice_about ON notice (about);
