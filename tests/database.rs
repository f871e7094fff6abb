//! The file by itself, as people open it in Datasette, DuckDB or pandas: what its views say, and how fast they can be.

use std::collections::BTreeMap;

use ransomtrail::store::Store;
use rusqlite::Connection;

use crate::trial::{Trial, source};

fn open(trial: &Trial) -> Connection {
    Connection::open(trial.path("test.db")).unwrap()
}

fn strings(db: &Connection, sql: &str) -> Vec<String> {
    let mut query = db.prepare(sql).unwrap();
    let columns = query.column_count();
    let text = |row: &rusqlite::Row<'_>| {
        let cell = |n| match row.get_ref_unwrap(n) {
            rusqlite::types::ValueRef::Null => "null".to_owned(),
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            other => other.as_str().unwrap().to_owned(),
        };
        Ok((0..columns).map(cell).collect::<Vec<_>>().join(" "))
    };
    query.query_map([], text).unwrap().collect::<Result<_, _>>().unwrap()
}

/// The example of that heading in the page about the database.
fn example(heading: &str) -> String {
    let page = std::fs::read_to_string(source("docs/database.md")).unwrap();
    let after = page.split(&format!("### {heading}\n")).nth(1).expect("a heading");
    after.split("```sql\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[test]
fn every_reference_is_indexed_where_it_points_from() {
    let trial = Trial::recorded();
    let db = open(&trial);
    let mut references = 0;
    for table in strings(&db, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
        for from in strings(&db, &format!("SELECT \"from\" FROM pragma_foreign_key_list('{table}')")) {
            references += 1;
            // The first column of the table's key, or of an index that leaves out nothing but nulls.
            let first = strings(
                &db,
                &format!(
                    "SELECT i.name FROM pragma_index_list('{table}') l JOIN pragma_index_info(l.name) i ON i.seqno = 0
                     LEFT JOIN sqlite_schema s ON s.name = l.name
                     WHERE NOT l.partial OR s.sql LIKE '%WHERE ' || i.name || ' IS NOT NULL'
                     UNION SELECT name FROM pragma_table_info('{table}') WHERE pk = 1"
                ),
            );
            assert!(first.contains(&from), "{table}.{from} has no index");
        }
    }
    assert!(references > 20, "{references}");
}

#[test]
fn views_of_one_family_or_address_read_no_table_from_end_to_end() {
    let trial = Trial::recorded();
    let db = open(&trial);
    let check = |sql: &str| {
        let plan = strings(&db, &format!("EXPLAIN QUERY PLAN {sql}"));
        // Rows that a view has made are gone through; tables are not.
        let made = ["CONSTANT ROW", "addresses", "trail", "daily_inflows", "day_prices"];
        let harmless = |step: &str| step.split("SCAN ").skip(1).all(|of| made.contains(&of));
        assert!(plan.iter().all(|step| harmless(step)), "{sql}: {plan:#?}");
    };
    for view in ["payments", "withdrawals", "spending_transactions", "addresses", "trail"] {
        check(&format!("SELECT * FROM {view} WHERE family = 'wannacry'"));
        check(&format!("SELECT count(*) FROM {view} WHERE family = 'wannacry'"));
    }
    for view in ["payments", "addresses"] {
        check(&format!("SELECT * FROM {view} WHERE address = '13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94'"));
        check(&format!("SELECT count(*) FROM {view} WHERE address = '13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94'"));
    }
    check("SELECT * FROM daily_inflows WHERE family = 'wannacry'");
    check("SELECT * FROM tx_state WHERE txid = 'x'");
    check("SELECT * FROM observation WHERE block_hash = 'x'");
    check("SELECT * FROM day_prices WHERE day = '2017-05-12'");
}

#[test]
fn the_value_at_receipt_comes_out_to_the_cent() {
    let trial = Trial::recorded();
    let db = open(&trial);
    let sql = example("What payments were worth when they came");
    let check = |condition: &str, expect: &str| {
        let sql = sql.replace("WHERE family = 'wannacry'", &format!("WHERE family = 'wannacry' AND {condition}"));
        assert_eq!(strings(&db, &sql), [expect], "{condition}");
    };
    check("block_time < '2017-08-03'", "352 51.92690943 90686.50 94746.59 97533.93");
    check("true", "354 52.11290943 91261.66 95396.61 98200.39");
    // All the bitcoin that can exist, at nine million dollars: nothing overflows, and nothing is rounded on the way.
    let (sats, price) = (2_099_999_999_999_999_i128, 89_999_999_999_i128);
    db.execute_batch(&format!(
        "UPDATE tx_output SET sats = iif(rowid_of = 1, {sats}, 0) FROM
             (SELECT o.tx_id AS t, o.vout AS v, row_number() OVER () AS rowid_of FROM tx_output o JOIN watched USING (address))
         WHERE tx_id = t AND vout = v;
         UPDATE built_in_price SET low = {price};"
    ))
    .unwrap();
    let cents = (sats * price + 5_000_000_000) / 10_000_000_000;
    assert_eq!(strings(&db, &sql)[0].split(' ').nth(2), Some(format!("{}.{:02}", cents / 100, cents % 100).as_str()));
}

type HandMade<'a> = (&'a [In], &'a [(&'a str, i64)]);

/// A small ledger written by hand: transactions as (inputs, outputs). An input names an earlier transaction's output, or an address
/// with what it told; an output is an address and satoshis.
fn ledger(addresses: &[&str], txs: &[HandMade]) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    drop(Store::open(&path).unwrap());
    let db = Connection::open(&path).unwrap();
    for (n, address) in addresses.iter().enumerate() {
        db.execute("INSERT INTO watched VALUES (?1, 'story', 'us', ?2)", (address, n)).unwrap();
    }
    db.execute("INSERT INTO request VALUES (1, 'us', 'https://x.example/', 1, printf('%064d', 0), 1, NULL, NULL)", [])
        .unwrap();
    let mut paid: BTreeMap<(usize, usize), (&str, i64)> = BTreeMap::new();
    for (n, (inputs, outputs)) in txs.iter().enumerate() {
        let id = n as i64 + 1;
        db.execute("INSERT INTO tx (tx_id, txid, recomputed, request_id) VALUES (?1, printf('%064d', ?1), 0, 1)", [id])
            .unwrap();
        for (vin, input) in inputs.iter().enumerate() {
            let (prev, address, sats) = match *input {
                In::Output(tx, vout) => (Some((tx, vout)), Some(paid[&(tx, vout)].0), Some(paid[&(tx, vout)].1)),
                In::Told(address, sats) => (None, Some(address), sats),
            };
            db.execute(
                "INSERT INTO tx_input VALUES (?1, ?2, printf('%064d', ?3), ?4, ?5, ?6, NULL, NULL, NULL, 0)",
                (id, vin, prev.map(|p| p.0 as i64 + 1), prev.map(|p| p.1), address, sats),
            )
            .unwrap();
            if prev.is_none() {
                db.execute("UPDATE tx_input SET prev_txid = NULL WHERE tx_id = ?1 AND vin = ?2", (id, vin)).unwrap();
            }
        }
        for (vout, (address, sats)) in outputs.iter().enumerate() {
            paid.insert((n, vout), (address, *sats));
            db.execute("INSERT INTO tx_output VALUES (?1, ?2, ?3, ?4, NULL)", (id, vout, address, sats)).unwrap();
        }
        db.execute("INSERT INTO observation VALUES (?1, ?1, 1, 'confirmed', 100 + ?1, NULL, 1494547200 + ?1)", [id])
            .unwrap();
    }
    (folder, db)
}

#[derive(Clone, Copy)]
enum In {
    Output(usize, usize),
    Told(&'static str, Option<i64>),
}

const BTC: i64 = 100_000_000;

#[test]
fn a_sweep_is_no_income_and_no_withdrawal() {
    let (_folder, db) = ledger(
        &["W1", "W2"],
        &[
            (&[In::Told("victim", None)], &[("W1", BTC)]),
            (&[In::Output(0, 0), In::Told("gang", Some(5 * BTC))], &[("W2", 599_900_000)]),
            (&[In::Told("victim", None)], &[("W1", BTC / 2), ("victim", 7)]),
            (&[In::Output(1, 0)], &[("exchange", 3 * BTC), ("W2", 299_800_000)]),
        ],
    );
    let one = |sql: &str| strings(&db, sql).join(", ");
    assert_eq!(
        one("SELECT sum(sats), sum(internal_sats), sum(joined_sats) FROM payments"),
        "1049700000 399800000 499900000"
    );
    assert_eq!(
        one("SELECT vout, sats, internal, internal_sats, joined_sats FROM payments ORDER BY txid"),
        "0 100000000 0 0 0, 0 599900000 1 100000000 499900000, 0 50000000 0 0 0, 1 299800000 1 299800000 0"
    );
    assert_eq!(one("SELECT outputs, transactions, sats FROM daily_inflows"), "2 2 150000000");
    assert_eq!(one("SELECT spent_sats, returned_sats, net_sats FROM withdrawals"), "599900000 299800000 300100000");
    assert_eq!(one("SELECT sum(received_sats), sum(spent_sats) FROM addresses"), "1049700000 699900000");
    assert_eq!(
        one(
            "SELECT inputs, internal_sats, joined_sats, withdrawn_sats, internal_fee_sats FROM spending_transactions ORDER BY txid"
        ),
        "1 100000000 499900000 0 0, 1 299800000 0 300100000 0"
    );
    // Received, joined and withdrawn come to what is left, to the satoshi.
    assert_eq!(one(&example("What is left")), "story 150000000 499900000 300100000 0 349800000");
}

#[test]
fn satoshis_are_split_among_outputs_in_their_order() {
    let (_folder, db) = ledger(
        &["W1", "W2"],
        &[
            (&[In::Told("victim", None)], &[("W1", 100)]),
            (&[In::Output(0, 0), In::Told("gang", Some(90))], &[("W2", 60), ("other", 10), ("W1", 70), ("W2", 45)]),
        ],
    );
    let rows = strings(&db, "SELECT vout, internal_sats, joined_sats FROM payments WHERE internal ORDER BY vout");
    assert_eq!(rows, ["0 60 0", "2 40 30", "3 0 45"]);
    assert_eq!(strings(&db, "SELECT count(*) FROM withdrawals"), ["0"]);
}

#[test]
fn what_only_moves_within_the_family_is_no_withdrawal() {
    let (_folder, db) = ledger(
        &["W1", "W2"],
        &[(&[In::Told("victim", None)], &[("W1", 100)]), (&[In::Output(0, 0)], &[("W2", 60), ("W1", 30)])],
    );
    assert_eq!(strings(&db, "SELECT count(*) FROM withdrawals"), ["0"]);
    let rows = strings(&db, "SELECT internal_sats, withdrawn_sats, internal_fee_sats FROM spending_transactions");
    assert_eq!(rows, ["90 0 10"]);
    assert_eq!(strings(&db, &example("What is left")), ["story 100 0 0 10 90"]);
}

#[test]
fn what_a_spent_coin_was_worth_is_unknown_and_so_is_what_depends_on_it() {
    let (_folder, db) = ledger(
        &["W1", "W2"],
        &[
            (&[In::Told("victim", None)], &[("W1", 100)]),
            (&[In::Output(0, 0), In::Told("W2", None)], &[("exchange", 150), ("W1", 20)]),
        ],
    );
    let one = |sql: &str| strings(&db, sql).join(", ");
    assert_eq!(one("SELECT inputs, spent_sats, returned_sats, net_sats FROM withdrawals"), "2 null 20 null");
    assert_eq!(
        one("SELECT internal_sats, joined_sats, withdrawn_sats, internal_fee_sats FROM spending_transactions"),
        "null null null 0"
    );
    assert_eq!(one("SELECT internal, internal_sats, joined_sats FROM payments ORDER BY txid"), "0 0 0, 1 null null");
    assert_eq!(one("SELECT spent_sats FROM addresses"), "100, null");
    assert_eq!(one(&example("What is left")), "story 100 null null 0 null");
}

#[test]
fn commands_that_read_leave_the_file_as_it_is() {
    let trial = Trial::recorded();
    let path = trial.path("test.db");
    let look = || (std::fs::read(&path).unwrap(), std::fs::metadata(&path).unwrap().modified().unwrap());
    let reading: &[&[&str]] = &[
        &["summary", "wannacry", "--estimates"],
        &["payments", "wannacry"],
        &["events", "wannacry"],
        &["trace", "wannacry"],
        &["status"],
        &["verify", "wannacry", "over $140,000", "--on", "2017-08-03"],
        &["verify", "--all"],
        &["chart", "wannacry", "--kind", "cumulative"],
        &["report", "wannacry", "--out", "page.html"],
        &["weekly", "--week", "2017-W20", "--out", "weeks"],
        &["export", "wannacry"],
        &["evidence", "pack", "wannacry", "--out", "pack.zip", "--force"],
        &["lookup", "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", "--offline"],
        &["prices"],
        &["incidents"],
        &["families"],
        &["notify", "list"],
    ];
    let check = |before: &_| {
        for args in reading {
            let ran = trial.run(args);
            assert!(ran.code < 2 && !ran.err.contains("panicked"), "{args:?}: {}", ran.err);
            assert!(look() == *before, "{args:?} wrote");
            for ending in ["-wal", "-shm"] {
                assert!(!trial.path(&format!("test.db{ending}")).exists(), "{args:?} leaves {ending}");
            }
        }
    };
    check(&look());
    // Nor does any of them mend a file that lacks a view, whose owner may have dropped it.
    Connection::open(&path).unwrap().execute_batch("DROP VIEW trail").unwrap();
    check(&look());
}

#[test]
fn words_are_explained_and_no_others_are_taken() {
    let trial = Trial::recorded();
    let db = open(&trial);
    for (table, most) in
        [("state", 3), ("trust", 4), ("incident_kind", 8), ("event_kind", 5), ("stop", 8), ("follow", 2)]
    {
        let rows = strings(&db, &format!("SELECT name, meaning FROM {table} ORDER BY position"));
        assert_eq!(rows.len(), most, "{table}");
        assert!(rows.iter().all(|row| row.contains(' ') && row.ends_with('.')), "{rows:#?}");
    }
    db.pragma_update(None, "foreign_keys", true).unwrap();
    let error = db.execute("UPDATE observation SET state = 'maybe', block_height = NULL", []).unwrap_err().to_string();
    assert!(error.contains("FOREIGN KEY"), "{error}");
}
