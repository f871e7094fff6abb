//! Forged packs: the built-in record, altered by somebody who keeps everything in order that can be kept in order. None of them
//! passes for more than it is.

use std::sync::LazyLock;

use ransomtrail::evidence::{Checked, Level, Verdict, check};
use rusqlite::Connection;

use crate::evidence::{forged, holds, replace, says};
use crate::trial::Trial;

/// What was really received.
const RECEIVED: &str = "of 52.11290943 BTC received, 0 proven, 0 recomputed, 52.11290943 told";

/// The database of the record.
static RECORD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let trial = Trial::new();
    trial.ok(&["sync", "wannacry", "--explorer", "built-in", "--onward"]);
    std::fs::read(trial.path("test.db")).unwrap()
});

/// Nothing of what was asked can be looked up: other servers, other answers, none of them kept.
const UNSOURCED: &str = "UPDATE request SET explorer = 'trusted', url = 'https://explorer.example/api/' || request_id,
    sha256 = printf('%064d', request_id * 7919), dialect = NULL, path = NULL;
    DELETE FROM request_part; DELETE FROM answer;";
/// All that was only told is a hundred times as much, and so is what spends it.
const SCALED: &str = "UPDATE tx_output SET sats = sats * 100 WHERE tx_id IN (SELECT tx_id FROM tx WHERE NOT recomputed);
    UPDATE tx_input SET sats = sats * 100 WHERE NOT EXISTS (SELECT 1 FROM tx p WHERE p.txid = prev_txid AND p.recomputed);
    UPDATE totals SET received = received * 100, spent = spent * 100;
    UPDATE totals SET all_received = all_received * 100, all_spent = all_spent * 100;";
/// The bytes of the six withdrawals are forgotten.
const WITHOUT_BYTES: &str = "UPDATE tx_output SET script = NULL; UPDATE tx SET recomputed = 0;
    UPDATE tx_input SET script_sig = NULL, witness = NULL, sequence = NULL;";
/// The withdrawal that came last, and what it makes of the totals.
const DROPPED: &str = "CREATE TEMP TABLE lost AS SELECT s.tx_id FROM spend s JOIN tx_state t USING (tx_id)
        WHERE s.address LIKE '13AM4VW2%' ORDER BY t.block_height DESC LIMIT 1;
    UPDATE totals SET tx_count = tx_count - (SELECT count(DISTINCT s.tx_id) FROM spend s WHERE s.address = totals.address
            AND s.tx_id IN (SELECT tx_id FROM lost)),
        spent = spent - (SELECT coalesce(sum(s.sats), 0) FROM spend s WHERE s.address = totals.address
            AND s.tx_id IN (SELECT tx_id FROM lost));
    DELETE FROM observation WHERE tx_id IN (SELECT tx_id FROM lost);
    DELETE FROM tx_output WHERE tx_id IN (SELECT tx_id FROM lost);
    DELETE FROM tx_input WHERE tx_id IN (SELECT tx_id FROM lost);
    DELETE FROM tx WHERE tx_id IN (SELECT tx_id FROM lost);";

/// A payment of 100 BTC at a moment, with totals to match.
fn invented(height: u32, time: &str) -> String {
    format!(
        "INSERT INTO tx (tx_id, txid, recomputed, request_id) VALUES (9001, printf('%064d', 9001), 0, 1);
         INSERT INTO tx_input (tx_id, vin, prev_vout, address, sats, coinbase)
             VALUES (9001, 0, 1, '1FeexV6bAHb8ybZjqQMjJrcCrHGW9sb6uF', 10000010000, 0);
         INSERT INTO tx_output (tx_id, vout, address, sats)
             VALUES (9001, 0, '13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94', 10000000000);
         INSERT INTO observation (tx_id, request_id, state, block_height, block_time)
             VALUES (9001, 1, 'confirmed', {height}, strftime('%s', '{time}') + 0);
         UPDATE totals SET tx_count = tx_count + 1, received = received + 10000000000 WHERE address LIKE '13AM4VW2%';
         UPDATE totals SET said_from = max(said_from, strftime('%s', '{time}') + 0),
             said_to = max(said_to, strftime('%s', '{time}') + 0);"
    )
}

/// The last withdrawal once more, under another txid.
const SPENT_TWICE: &str = "INSERT INTO tx (tx_id, txid, recomputed, request_id) VALUES (9001, printf('%064d', 9001), 0, 1);
    INSERT INTO tx_input SELECT 9001, vin, prev_txid, prev_vout, address, sats, NULL, NULL, NULL, coinbase FROM tx_input
        WHERE tx_id = (SELECT max(tx_id) FROM tx WHERE recomputed);
    INSERT INTO tx_output SELECT 9001, vout, address, sats, NULL FROM tx_output
        WHERE tx_id = (SELECT max(tx_id) FROM tx WHERE recomputed);
    INSERT INTO observation (tx_id, request_id, state, block_height, block_time) VALUES (9001, 1, 'confirmed', 600000, 1571443461);";

/// The pack of the altered record, and whether its maker was told that it does not hold.
fn pack_of(changes: &[&str]) -> (Trial, Vec<u8>, bool) {
    let trial = Trial::new();
    std::fs::write(trial.path("test.db"), RECORD.as_slice()).unwrap();
    let db = Connection::open(trial.path("test.db")).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for change in changes {
        db.execute_batch(change).unwrap_or_else(|error| panic!("{change}: {error}"));
    }
    db.close().unwrap();
    let packed = trial.run(&["evidence", "pack", "wannacry", "--out", "pack.zip"]);
    let told = packed.code == 1 && packed.err.contains("the pack does not hold: NOT SO");
    assert!(told || packed.code == 0, "{}", packed.err);
    let bytes = std::fs::read(trial.path("pack.zip")).unwrap();
    (trial, bytes, told)
}

/// Whatever it says of itself, it is told only, and says so last.
fn is_only_told(trial: &Trial, bytes: &[u8], what: &str) -> Checked {
    std::fs::write(trial.path("pack.zip"), bytes).unwrap();
    let ran = trial.run(&["evidence", "check", "pack.zip", "--require", "recomputed"]);
    assert_eq!(ran.code, 1, "{what}: {}", ran.out);
    let last = ran.out.trim_end().lines().last().unwrap_or_default().trim();
    assert!(last.starts_with("of ") && last.contains(" BTC received, 0 proven, 0 recomputed, "), "{what}: {last}");
    assert!(last.ends_with(" told by one source without its answer"), "{what}: {last}");
    let found = check(bytes);
    for level in [Level::Told, Level::Recomputed, Level::Proven] {
        assert!(!found.holds_at(level), "{what}: {:?}", found.standing);
    }
    let nothing = |text: &str| text.starts_with("0 ") || text.contains(" 0 answers");
    let established = found.statements.iter().filter(|one| one.verdict == Verdict::Established);
    assert!(!established.clone().any(|one| nothing(&one.text)), "{what}: {:#?}", found.statements);
    found
}

#[test]
fn what_contradicts_the_record_or_itself_does_not_hold() {
    let (in_time, later) = (invented(470_000, "2017-06-07 12:00:00"), invented(510_000, "2018-02-20 12:00:00"));
    let check = |changes: &[&str], expect: &str| {
        let (trial, bytes, told) = pack_of(&[changes, &[UNSOURCED]].concat());
        let found = is_only_told(&trial, &bytes, expect);
        assert!(told && !found.holds() && found.verdict() == "contradicted", "{expect}: {:#?}", found.statements);
        assert!(says(&found, Verdict::Violated, expect), "{expect}: {:#?}", found.statements);
        found
    };
    let scaled = check(&[SCALED], "is another one in the record");
    let received = scaled.standing.as_ref().map(|standing| standing.received.all());
    assert_eq!(received, Some(521_129_094_300));
    // The six withdrawals are what their bytes say, and would leave the rest to the miner.
    assert!(says(&scaled, Verdict::NotEstablished, "more than a bitcoin"), "{:#?}", scaled.statements);
    check(&[WITHOUT_BYTES, SCALED], "is another one in the record");
    check(&[&in_time], "is here, and not in the record");
    check(&[DROPPED], "is in the record, and not here");
    check(&["UPDATE observation SET block_time = block_time - 86400 * 30"], "stands elsewhere in the record");
    check(&["UPDATE tx_output SET address = NULL WHERE address LIKE '13AM4VW2%' AND vout = 1"], "in the record");
    check(&[&later, "UPDATE tx_output SET sats = sats * 2 WHERE tx_id = 9001"], "pays more than it spends");
    check(&[SPENT_TWICE], "is spent twice in blocks");
    check(
        &["UPDATE tx_input SET prev_vout = 99 WHERE prev_txid IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM tx WHERE tx.tx_id = tx_input.tx_id AND recomputed)"],
        "spends an output that there is not",
    );
}

#[test]
fn what_nothing_contradicts_is_only_told_all_the_same() {
    let (trial, bytes, told) = pack_of(&[UNSOURCED]);
    assert!(!told);
    let found = is_only_told(&trial, &bytes, "answers deleted");
    assert!(found.holds() && found.verdict() == "told-without-answer", "{:#?}", found.statements);
    assert!(says(&found, Verdict::NotEstablished, "0 answers of the"), "{:#?}", found.statements);
    let line = found.standing.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!(line, format!("{RECEIVED} by one source without its answer"));
    let json = trial.json(&["evidence", "check", "pack.zip"]);
    assert_eq!(
        (&json["told_sats"], &json["told_without_answer_sats"]),
        (&5_211_290_943_u64.into(), &5_211_290_943_u64.into())
    );
    assert_eq!((&json["holds"], &json["withdrawals"]["told_without_answer"]), (&true.into(), &6.into()));

    // What came after the record, the record cannot contradict.
    let later = invented(510_000, "2018-02-20 12:00:00");
    let (trial, bytes, _) = pack_of(&[&later, UNSOURCED]);
    let found = is_only_told(&trial, &bytes, "a payment of later");
    assert_eq!(found.standing.map(|standing| standing.received.told()), Some(15_211_290_943));
}

#[test]
fn prices_that_no_market_had_are_contradicted() {
    let trial = Trial::new();
    std::fs::write(trial.path("test.db"), RECORD.as_slice()).unwrap();
    trial.ok(&["evidence", "pack", "wannacry", "--currency", "EUR", "--out", "pack.zip"]);
    let honest = std::fs::read(trial.path("pack.zip")).unwrap();
    // The numbers of the table from this day on, times `factor`; the first column is the day.
    let scaled = |name: &str, columns: std::ops::Range<usize>, factor: u32| {
        forged(&honest, |files| {
            let (_, content) = files.iter_mut().find(|(known, _)| known == name).unwrap();
            let row = |line: &str| {
                let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
                for cell in cells.iter_mut().take(columns.end).skip(columns.start) {
                    if let Ok(number) = cell.parse::<ransomtrail::domain::Decimal>() {
                        *cell = (number * ransomtrail::domain::Decimal::from(factor)).to_string();
                    }
                }
                cells.join(",") + "\n"
            };
            *content = std::str::from_utf8(content).unwrap().lines().map(row).collect::<String>().into_bytes();
        })
    };
    let check = |name: &str, columns, factor, expect: Option<&str>| {
        let found = check(&scaled(name, columns, factor));
        let said: Vec<&str> = found.statements.iter().map(|one| one.text.as_str()).collect();
        let by_market = said.iter().filter(|text| text.contains("in the table that this program carries")).count();
        assert_eq!(by_market > 0, expect.is_some(), "{name} {factor}: {said:#?}");
        assert!(expect.is_none_or(|expect| says(&found, Verdict::Violated, expect)), "{name} {factor}: {said:#?}");
        // Figures that were not made of these prices differ all the same.
        assert!(!found.holds() || factor == 1, "{name} {factor}: {said:#?}");
    };
    let (history, rates) = ("prices/btc-usd.csv", "prices/ecb.csv");
    check(history, 1..5, 1, None);
    check(history, 1..5, 100, Some("the close of a bitcoin on "));
    // High alone, which the peak is computed with.
    check(history, 2..3, 100, Some("the high of a bitcoin on "));
    // Dollars for a euro: all euros are a tenth, and all dollars as they were.
    check(rates, 1..2, 10, Some(" EUR, in the table that this program carries"));
}

#[test]
fn another_versions_prose_is_named_and_not_believed() {
    let (trial, bytes, _) = pack_of(&[UNSOURCED]);
    let version = concat!("\"program_version\": \"", env!("CARGO_PKG_VERSION"), "\"");
    let other = |change: &dyn Fn(&mut crate::evidence::Files)| {
        forged(&bytes, |files| {
            replace(files, "options.json", version, "\"program_version\": \"9.9.9\"");
            replace(files, "manifest.json", version, "\"program_version\": \"9.9.9\"");
            change(files);
        })
    };
    let worded = other(&|files| {
        replace(files, "README.txt", "Evidence pack", "All of it is proven. Evidence pack");
        replace(files, "report/index.html", "</body>", "<p>Millions.</p></body>");
        files.push(("report/more.txt".to_owned(), b"anything".to_vec()));
        files.sort_by_key(|(name, _)| (name != "README.txt", name != "manifest.json", name.clone()));
    });
    let found = is_only_told(&trial, &worded, "another version's README");
    assert!(found.holds() && found.packed_by.as_deref() == Some("9.9.9"), "{:#?}", found.statements);
    for part in ["README.txt", "report/index.html", "report/more.txt", "made by version 9.9.9"] {
        assert!(says(&found, Verdict::NotEstablished, part), "{part}: {:#?}", found.statements);
    }
    // Figures are computed whoever packed them, and nothing else may be added.
    let figures = check(&other(&|files| replace(files, "figures/summary.json", "5211290943", "5211290944")));
    assert_eq!((figures.holds(), figures.differing), (false, vec!["figures/summary.json".to_owned()]));
    let more = check(&other(&|files| {
        files.push(("notes.txt".to_owned(), b"anything".to_vec()));
        files.sort_by_key(|(name, _)| (name != "README.txt", name != "manifest.json", name.clone()));
    }));
    assert_eq!((more.holds(), more.differing), (false, vec!["notes.txt".to_owned()]));
    holds(&bytes);
}
