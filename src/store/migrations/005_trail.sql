-- What explorers said of single outputs on a trail, and where following stopped.

-- Said again unchanged, only said_to moves on; the newest row of an output counts. That a record does not tell is no row.
CREATE TABLE fate (
    fate_id    INTEGER PRIMARY KEY,
    txid       TEXT    NOT NULL CHECK (length(txid) = 64),
    vout       INTEGER NOT NULL,
    request_id INTEGER NOT NULL REFERENCES request,
    said_from  INTEGER NOT NULL,
    said_to    INTEGER NOT NULL,
    spent      INTEGER NOT NULL CHECK (spent IN (0, 1)),
    spender    TEXT,                    -- the txid that spends it, where it is told
    CHECK (spent OR spender IS NULL)
) STRICT;
CREATE INDEX fate_output ON fate (txid, vout, fate_id);

-- The ends of a family's trail as the last round left them. Working state: written anew with each round.
CREATE TABLE frontier (
    family   TEXT    NOT NULL,
    txid     TEXT    NOT NULL,
    vout     INTEGER NOT NULL,
    address  TEXT,
    sats     INTEGER NOT NULL,          -- the whole coin
    hop      INTEGER,                   -- of the transaction that made it; null where it is the family's own
    stop     TEXT    NOT NULL CHECK (stop IN ('service', 'coinjoin', 'fan-out', 'budget', 'unspent', 'unrecorded', 'returned',
                                              'mined')),
    reason   TEXT,
    asked_at INTEGER,                   -- when an explorer last told of it; null where nobody was asked
    PRIMARY KEY (family, txid, vout)
) STRICT, WITHOUT ROWID;

-- Public view, described in ARCHITECTURE.md.
CREATE VIEW trail AS
SELECT family,
       txid,
       vout,
       address,
       sats,
       hop,
       stop,
       reason,
       strftime('%Y-%m-%dT%H:%M:%SZ', asked_at, 'unixepoch') AS asked_at
FROM frontier
ORDER BY family, stop, sats DESC, txid, vout;
