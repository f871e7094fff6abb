-- Following coins onward while the chain is followed by blocks. Working state, all of it.

-- Coins on families' trails that are looked for in blocks, and the block up to which each is known to be unspent. A coin that is
-- spent stays for a while: a reorganisation may take that back.
CREATE TABLE awaited (
    family     TEXT    NOT NULL,
    txid       TEXT    NOT NULL CHECK (length(txid) = 64),
    vout       INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,            -- when an explorer was asked, or the block read that made it
    settled    INTEGER NOT NULL CHECK (settled IN (0, 1)),  -- made by a block that was read, or asked about again when that block lay deep
    PRIMARY KEY (family, txid, vout)
) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_output ON awaited (txid, vout);

-- When a family's frontier was written last, the newest observation that it knows of, and the limits that it was written under.
CREATE TABLE followed (
    family      TEXT    PRIMARY KEY,
    at          INTEGER NOT NULL,
    observation INTEGER NOT NULL,
    limits      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
