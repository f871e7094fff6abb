-- Blocks that the ledger's transactions stand in, and whether they were in an explorer's best chain when it was asked last. Working
-- state: a round that is broken off while it takes in a reorganisation, and a round over other addresses, leave it to the next.
CREATE TABLE standing (
    explorer   TEXT    NOT NULL,
    block_hash TEXT    NOT NULL CHECK (length(block_hash) = 64),
    in_chain   INTEGER NOT NULL CHECK (in_chain IN (0, 1)),
    PRIMARY KEY (explorer, block_hash)
) STRICT, WITHOUT ROWID;
