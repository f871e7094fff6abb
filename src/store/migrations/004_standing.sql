-- Blocks that the ledger's transactions stand in, and whether they were in the best chain when an explorer was asked last. Working
-- state: a round that is broken off while it takes in a reorganisation, and a round over other addresses, leave it to the next.
CREATE TABLE standing (
    block_hash TEXT    PRIMARY KEY CHECK (length(block_hash) = 64),
    in_chain   INTEGER NOT NULL CHECK (in_chain IN (0, 1))
) STRICT, WITHOUT ROWID;
