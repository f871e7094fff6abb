-- How a kept answer was asked for, so that it can be read again: the API spoken (or the price source), and the request below its base.
-- Null where the answer is not kept.
ALTER TABLE request ADD COLUMN dialect TEXT;
ALTER TABLE request ADD COLUMN path TEXT;

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
