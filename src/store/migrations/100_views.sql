-- What follows from the tables. A view that starts at the watch list settles the order of its joins (CROSS JOIN): SQLite knows nothing
-- of how many rows a family has, and would begin at the wrong end.

-- The present: what was last said of each transaction. The hash of its block is that of anybody who told it; first seen is
-- what an explorer told, or when we first found it waiting before anybody found it confirmed.
CREATE VIEW tx_state AS
SELECT t.tx_id,
       t.txid,
       o.state,
       o.block_height,
       coalesce(o.block_hash, (SELECT max(h.block_hash) FROM observation h
           WHERE h.tx_id = t.tx_id AND +h.block_height = o.block_height AND h.block_time = o.block_time)) AS block_hash,
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

-- What each input spends. A txid commits to the output spent, not to its address and value: wherever the ledger holds the output, the
-- input has both from it (store::links). Of an output that the ledger lacks, nothing is known; where a source does not name the output
-- (no prev_txid), its word is all there is. One plain SELECT, so that it is fast from either end: a transaction, or an address.
CREATE VIEW spend AS
SELECT i.tx_id, i.vin, i.address, i.sats
FROM tx_input i
WHERE NOT i.coinbase
  AND (i.prev_txid IS NULL OR EXISTS (
      SELECT 1 FROM tx p CROSS JOIN tx_output o ON o.tx_id = p.tx_id AND o.vout = i.prev_vout WHERE p.txid = i.prev_txid));

-- Those that spend a family's coins.
CREATE VIEW family_spend AS
SELECT w.family, i.tx_id, i.vin, i.sats FROM spend i CROSS JOIN watched w ON w.address = i.address;

-- How far each transaction can be trusted: told < recomputed < agreed < proven (table trust). A proof covers block and time; agreed
-- are sources of two names on two hosts that tell the same block and time.
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
                 WHERE o.tx_id = s.tx_id AND +o.state = s.state AND +o.block_height IS s.block_height
                   AND o.block_time IS s.block_time
                   AND (o.block_hash IS NULL OR s.block_hash IS NULL OR o.block_hash = s.block_hash)) > 1
               THEN 'agreed'
           WHEN s.recomputed THEN 'recomputed'
           ELSE 'told'
       END AS trust
FROM tx_state s;

-- ---------------------------------------------------------------------------------------------------------------------
-- Public views: a stable interface for Datasette, DuckDB, pandas. Described in docs/database.md.

-- What live sources told last of each day.
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

-- The price of each day after the built-in history: of the first live source in order that tells low, close and high. Decimal text
-- becomes 1/10,000 of a dollar digit by digit, the fifth place rounded.
CREATE VIEW live_price AS
SELECT p.day, p.source,
       CAST(substr(p.low, 1, instr(p.low || '.', '.') - 1) AS INTEGER) * 10000
           + (CAST(substr(substr(p.low, instr(p.low || '.', '.') + 1) || '00000', 1, 5) AS INTEGER) + 5) / 10 AS low,
       CAST(substr(p.close, 1, instr(p.close || '.', '.') - 1) AS INTEGER) * 10000
           + (CAST(substr(substr(p.close, instr(p.close || '.', '.') + 1) || '00000', 1, 5) AS INTEGER) + 5) / 10 AS close,
       CAST(substr(p.high, 1, instr(p.high || '.', '.') - 1) AS INTEGER) * 10000
           + (CAST(substr(substr(p.high, instr(p.high || '.', '.') + 1) || '00000', 1, 5) AS INTEGER) + 5) / 10 AS high
FROM price p
WHERE p.day > coalesce((SELECT max(b.day) FROM built_in_price b), '')
  AND p.price_id = (
      SELECT n.price_id FROM price n CROSS JOIN price_source s ON s.name = n.source
      WHERE n.day = p.day AND n.low IS NOT NULL
        AND n.price_id = (SELECT max(l.price_id) FROM price l WHERE l.day = n.day AND l.source = n.source)
      ORDER BY s.position LIMIT 1);

-- The one price that figures use for a day, in 1/10,000 of a US dollar for a bitcoin.
CREATE VIEW day_prices AS
SELECT day, 'built-in' AS source, low, close, high FROM built_in_price
UNION ALL
SELECT day, source, low, close, high FROM live_price;

-- Outputs to watched addresses. Where a transaction also spends from the family, as much of what it pays to the family as it spends is
-- internal and the rest joined; in the order of its outputs, internal first.
CREATE VIEW payments AS
SELECT family,
       address,
       txid,
       vout,
       sats,
       state,
       block_height,
       strftime('%Y-%m-%dT%H:%M:%SZ', block_time, 'unixepoch') AS block_time,
       strftime('%Y-%m-%dT%H:%M:%SZ', first_seen, 'unixepoch') AS first_seen,
       EXISTS (SELECT 1 FROM family_spend f WHERE f.tx_id = p.tx_id AND f.family = p.family) AS internal,
       max(0, min(sats, spent - before)) AS internal_sats,
       iif(spent IS NOT 0 OR EXISTS (SELECT 1 FROM family_spend f WHERE f.tx_id = p.tx_id AND f.family = p.family),
           sats - max(0, min(sats, spent - before)), 0) AS joined_sats,
       coalesce((SELECT d.low FROM built_in_price d WHERE d.day = date(p.block_time, 'unixepoch')),
           (SELECT d.low FROM live_price d WHERE d.day = date(p.block_time, 'unixepoch'))) AS low,
       coalesce((SELECT d.close FROM built_in_price d WHERE d.day = date(p.block_time, 'unixepoch')),
           (SELECT d.close FROM live_price d WHERE d.day = date(p.block_time, 'unixepoch'))) AS close,
       coalesce((SELECT d.high FROM built_in_price d WHERE d.day = date(p.block_time, 'unixepoch')),
           (SELECT d.high FROM live_price d WHERE d.day = date(p.block_time, 'unixepoch'))) AS high,
       explorer,
       url,
       (SELECT t.trust FROM tx_trust t WHERE t.tx_id = p.tx_id) AS trust
FROM (SELECT w.family, w.address, o.tx_id, s.txid, o.vout, o.sats, s.state, s.block_height, s.block_time, s.first_seen, r.explorer, r.url,
             (SELECT iif(count(*) = count(f.sats), coalesce(sum(f.sats), 0), NULL) FROM family_spend f
              WHERE f.tx_id = o.tx_id AND f.family = w.family) AS spent,
             (SELECT coalesce(sum(b.sats), 0) FROM tx_output b CROSS JOIN watched own ON own.address = b.address
              WHERE b.tx_id = o.tx_id AND b.vout < o.vout AND own.family = w.family) AS before
      FROM watched w
      CROSS JOIN tx_output o ON o.address = w.address
      CROSS JOIN tx_state s ON s.tx_id = o.tx_id
      CROSS JOIN request r ON r.request_id = s.request_id
      WHERE s.state <> 'gone') p;

-- Transactions that spend from a family, whatever they do with it: each is found by the first of its inputs that does. What cannot be
-- known is null.
CREATE VIEW spending_transactions AS
SELECT family,
       txid,
       inputs,
       spent AS spent_sats,
       returned AS returned_sats,
       min(spent, returned) AS internal_sats,
       max(0, returned - spent) AS joined_sats,
       iif(pays_others, max(0, spent - returned), 0) AS withdrawn_sats,
       iif(pays_others, 0, max(0, spent - returned)) AS internal_fee_sats,
       pays_others,
       state,
       block_height,
       strftime('%Y-%m-%dT%H:%M:%SZ', block_time, 'unixepoch') AS block_time,
       strftime('%Y-%m-%dT%H:%M:%SZ', first_seen, 'unixepoch') AS first_seen,
       explorer,
       url
FROM (SELECT w.family, s.txid, s.state, s.block_height, s.block_time, s.first_seen, r.explorer, r.url,
             (SELECT count(*) FROM family_spend f WHERE f.tx_id = i.tx_id AND f.family = w.family) AS inputs,
             (SELECT iif(count(*) = count(f.sats), sum(f.sats), NULL) FROM family_spend f
              WHERE f.tx_id = i.tx_id AND f.family = w.family) AS spent,
             (SELECT coalesce(sum(o.sats), 0) FROM tx_output o CROSS JOIN watched own ON own.address = o.address
              WHERE o.tx_id = i.tx_id AND own.family = w.family) AS returned,
             EXISTS (SELECT 1 FROM tx_output o WHERE o.tx_id = i.tx_id AND o.sats > 0
                     AND NOT EXISTS (SELECT 1 FROM watched own WHERE own.address = o.address AND own.family = w.family)) AS pays_others
      FROM watched w
      CROSS JOIN spend i ON i.address = w.address
      CROSS JOIN tx_state s ON s.tx_id = i.tx_id
      CROSS JOIN request r ON r.request_id = s.request_id
      WHERE s.state <> 'gone'
        AND NOT EXISTS (SELECT 1 FROM family_spend f WHERE f.tx_id = i.tx_id AND f.vin < i.vin AND f.family = w.family));

-- Those of them by which value leaves to others, or may.
CREATE VIEW withdrawals AS
SELECT family,
       txid,
       inputs,
       spent_sats,
       returned_sats,
       spent_sats - returned_sats AS net_sats,
       state,
       block_height,
       block_time,
       first_seen,
       explorer,
       url
FROM spending_transactions
WHERE pays_others AND (spent_sats IS NULL OR spent_sats > returned_sats);

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
           AND (t.tx_count IS NULL OR h.transactions = t.tx_count)
       -- What blocks brought since is not in the explorer's figures: then those of that moment are compared.
       OR coalesce(t.tx_count, t.received, t.spent) IS NOT NULL
           AND coalesce(t.received = (SELECT coalesce(sum(o.sats), 0) FROM tx_output o CROSS JOIN tx_state s ON s.tx_id = o.tx_id
               WHERE o.address = h.address AND s.state = 'confirmed'
                 AND iif(t.tip_height IS NULL, s.block_time <= t.said_to, s.block_height <= t.tip_height)), t.received IS NULL)
           AND coalesce(t.spent = (SELECT coalesce(sum(i.sats), 0) FROM spend i CROSS JOIN tx_state s ON s.tx_id = i.tx_id
               WHERE i.address = h.address AND s.state = 'confirmed'
                 AND iif(t.tip_height IS NULL, s.block_time <= t.said_to, s.block_height <= t.tip_height)), t.spent IS NULL)
           AND coalesce(t.tx_count = (SELECT count(*) FROM tx_state s
               WHERE s.tx_id IN (SELECT o.tx_id FROM tx_output o WHERE o.address = h.address
                   UNION SELECT i.tx_id FROM spend i WHERE i.address = h.address) AND s.state = 'confirmed'
                 AND iif(t.tip_height IS NULL, s.block_time <= t.said_to, s.block_height <= t.tip_height)), t.tx_count IS NULL) AS reconciled,
       r.explorer,
       strftime('%Y-%m-%dT%H:%M:%SZ', t.said_to, 'unixepoch') AS asked_at
FROM (
    SELECT w.family, w.position, w.address, w.source,
           (SELECT coalesce(sum(o.sats), 0) FROM tx_output o CROSS JOIN tx_state s ON s.tx_id = o.tx_id
            WHERE o.address = w.address AND s.state = 'confirmed') AS received_sats,
           (SELECT iif(count(*) = count(i.sats), coalesce(sum(i.sats), 0), NULL) FROM spend i CROSS JOIN tx_state s ON s.tx_id = i.tx_id
            WHERE i.address = w.address AND s.state = 'confirmed') AS spent_sats,
           (SELECT count(DISTINCT o.tx_id) FROM tx_output o CROSS JOIN tx_state s ON s.tx_id = o.tx_id
            WHERE o.address = w.address AND s.state = 'confirmed')
               + (SELECT count(DISTINCT i.tx_id) FROM spend i CROSS JOIN tx_state s ON s.tx_id = i.tx_id
                  WHERE i.address = w.address AND s.state = 'confirmed'
                    AND NOT EXISTS (SELECT 1 FROM tx_output o WHERE o.tx_id = i.tx_id AND o.address = w.address)) AS transactions,
           (SELECT coalesce(sum(o.sats), 0) FROM tx_output o CROSS JOIN tx_state s ON s.tx_id = o.tx_id
            WHERE o.address = w.address AND s.state = 'mempool') AS waiting_received,
           (SELECT coalesce(sum(i.sats), 0) FROM spend i CROSS JOIN tx_state s ON s.tx_id = i.tx_id
            WHERE i.address = w.address AND s.state = 'mempool') AS waiting_spent
    FROM watched w) h
LEFT JOIN totals t ON t.totals_id =
    (SELECT l.totals_id FROM totals l WHERE l.address = h.address ORDER BY l.said_to DESC, l.answered DESC, l.totals_id DESC LIMIT 1)
LEFT JOIN request r ON r.request_id = t.request_id
ORDER BY h.family, h.position;

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

CREATE VIEW notices AS
SELECT n.receiver,
       e.family,
       e.kind,
       e.txid,
       n.about,
       strftime('%Y-%m-%dT%H:%M:%SZ', n.made_at, 'unixepoch') AS made_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', n.sent_at, 'unixepoch') AS sent_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', n.skipped_at, 'unixepoch') AS skipped_at,
       n.tries,
       n.failure,
       n.message
FROM notice n JOIN event e USING (event_id)
ORDER BY n.notice_id;
