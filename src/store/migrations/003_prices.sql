-- What live sources told of a day's price, in US dollars for a bitcoin as decimal text: no number here passes through a binary
-- fraction. Nothing is ever changed: a source that tells something else than before gets a further row, and the newest counts.

CREATE TABLE price (
    price_id   INTEGER PRIMARY KEY,
    day        TEXT    NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'), -- UTC
    source     TEXT    NOT NULL,
    low        TEXT,                    -- low and high are missing where a source tells the close alone
    close      TEXT    NOT NULL,
    high       TEXT,
    asked_at   INTEGER NOT NULL,
    request_id INTEGER NOT NULL REFERENCES request,
    CHECK ((low IS NULL) = (high IS NULL))
) STRICT;
CREATE INDEX price_day ON price (day, source, price_id);

-- Public view, described in ARCHITECTURE.md.
CREATE VIEW prices AS
SELECT p.day,
       p.source,
       p.low,
       p.close,
       p.high,
       strftime('%Y-%m-%dT%H:%M:%SZ', p.asked_at, 'unixepoch') AS asked_at,
       (SELECT count(*) FROM price o WHERE o.day = p.day AND o.source = p.source) - 1 AS corrections,
       r.url
FROM price p
JOIN request r USING (request_id)
WHERE p.price_id = (SELECT max(n.price_id) FROM price n WHERE n.day = p.day AND n.source = p.source)
ORDER BY p.day, p.source;
