//! `export`: every table in every format says the same, and no spreadsheet takes a text for a formula.

use ransomtrail::document::{Event, Payment, Step, TABLES, Withdrawal, find, schema};
use ransomtrail::export::FORMATS;
use serde_json::{Map, Value};

use crate::trial::Trial;

/// The rows of a format as texts by column; what is unknown is left out.
fn read(format: &str, text: &str) -> Vec<Map<String, Value>> {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone().into(),
        Value::Array(all) => all.iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>().join(" ").into(),
        other => other.to_string().into(),
    };
    let rows: Vec<Map<String, Value>> = match format {
        "csv" => {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            reader
                .deserialize::<std::collections::BTreeMap<String, String>>()
                .map(|row| row.unwrap())
                .map(|row| {
                    row.into_iter()
                        .filter(|(_, text)| !text.is_empty())
                        .map(|(name, text)| (name, text.into()))
                        .collect()
                })
                .collect()
        }
        "json" => serde_json::from_str(text).unwrap(),
        _ => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
    };
    let filled = |row: &Map<String, Value>| {
        row.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), plain(value))).collect()
    };
    rows.iter().map(filled).collect()
}

#[test]
fn all_formats_say_the_same() {
    let trial = Trial::recorded();
    for (table, rows) in [("payments", 354), ("withdrawals", 6), ("events", 10), ("series", 129)] {
        let of = |format: &str| trial.ok(&["export", "wannacry", "--table", table, "--format", format]);
        let (expect, csv) = (read("json", &of("json")), of("csv"));
        assert_eq!(expect.len(), rows, "{table}");
        assert_eq!((read("csv", &csv) == expect, read("ndjson", &of("ndjson")) == expect), (true, true), "{table}");
        // Every column that a row can have is documented, in that order.
        let header = csv.lines().next().unwrap();
        let known: Vec<String> = find(table).unwrap().columns().into_iter().map(|column| column.name).collect();
        assert_eq!(header, known.join(","));
    }
    let payments = read("json", &trial.ok(&["export", "wannacry", "--format", "json"]));
    let sum: u64 = payments.iter().map(|row| row["sats"].as_str().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(sum, 5_211_290_943);
    assert_eq!(
        payments[0]["btc"].as_str().unwrap().split('.').nth(1).unwrap().len(),
        8,
        "unformatted, with all its places"
    );
    let left = read("csv", &trial.ok(&["export", "wannacry", "--table", "withdrawals"]));
    let sum: u64 = left.iter().map(|row| row["sats"].as_str().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(sum, 5_192_690_943);
}

#[test]
fn a_document_has_the_fields_of_its_schema_and_no_others() {
    let trial = Trial::recorded();
    let check = |rows: Value, schema: ransomtrail::document::Schema, beside: &[&str]| {
        let fields: Vec<&String> = schema.get("properties").unwrap().as_object().unwrap().keys().collect();
        let rows = rows.as_array().unwrap();
        assert!(!rows.is_empty());
        for row in rows {
            let told = row.as_object().unwrap().keys();
            assert_eq!(told.filter(|name| !beside.contains(&name.as_str())).collect::<Vec<_>>(), fields);
        }
    };
    check(trial.json(&["payments", "wannacry"]), schema::<Payment>(), &["page", "address_page"]);
    check(trial.json(&["export", "wannacry", "--table", "withdrawals"]), schema::<Withdrawal>(), &[]);
    check(trial.json(&["events", "wannacry"]), schema::<Event>(), &[]);
    let series = trial.json(&["summary", "wannacry", "--by", "month"])["series"].clone();
    check(series, schema::<Step>(), &[]);
}

#[test]
fn what_is_asked_is_what_is_written() {
    let trial = Trial::recorded();
    let rows = |args: &[&str]| read("csv", &trial.ok(&[&["export", "wannacry"], args].concat()));
    assert_eq!(rows(&["--as-of", "2017-08-03"]).len(), 352);
    assert_eq!(rows(&["--table", "events", "--as-of", "2017-08-02"]).len(), 0);
    assert_eq!(rows(&["--table", "series", "--by", "month"]).len(), 5);
    assert_eq!(rows(&["--currency", "EUR"])[0]["currency"], "EUR");
    let out = trial.path("out");
    let said = trial.ok(&["export", "wannacry", "--format", "ndjson", "--out", out.to_str().unwrap()]);
    for table in TABLES {
        let file = out.join(format!("wannacry-{}.ndjson", table.name));
        assert!(said.contains(&file.display().to_string()), "{said}");
        assert!(!read("ndjson", &std::fs::read_to_string(file).unwrap()).is_empty());
    }
    let columns = trial.ok(&["export", "--columns"]);
    assert!(columns.contains("after_withdrawal") && columns.contains("withdrawn_sats"), "{columns}");
    for (args, expect) in [
        (&["export", "wannacry", "--format", "xlsx"][..], "possible values: csv, json, ndjson"),
        (&["export", "wannacry", "--table", "victims"], "possible values: payments, withdrawals, events, series"),
        (&["export"], "FAMILY"),
    ] {
        let ran = trial.run(args);
        assert!(ran.code == 2 && ran.err.contains(expect), "{}", ran.err);
    }
    for format in FORMATS {
        let out = trial.path(format.name);
        trial.ok(&["export", "wannacry", "--format", format.name, "--out", out.to_str().unwrap()]);
        for table in TABLES {
            let file = out.join(format!("wannacry-{}.{}", table.name, format.name));
            assert!(std::fs::metadata(&file).unwrap().len() > 0, "{}", file.display());
        }
    }
}

#[test]
fn a_hostile_label_is_no_formula() {
    let trial = Trial::recorded();
    // The ShapeShift deposit of the trail, under a name that a spreadsheet would run.
    trial.ok(&[
        "labels",
        "add",
        "18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3",
        "=HYPERLINK(\"http://evil.example\")",
        "--category",
        "exchange",
        "--source",
        "https://example.org",
    ]);
    let text = trial.ok(&["export", "wannacry", "--table", "events"]);
    assert!(text.contains("'=HYPERLINK") && !text.contains(",=HYPERLINK") && !text.contains("\"=HYPERLINK"), "{text}");
    let json = trial.ok(&["export", "wannacry", "--table", "events", "--format", "json"]);
    assert!(json.contains("\"label\":\"=HYPERLINK"), "only CSV needs it");
}

#[test]
fn events_follow_coins_as_far_as_is_configured() {
    let trial = Trial::recorded();
    let both = || {
        let rows = |json: Value| -> Vec<(String, String)> {
            let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
            json.as_array().unwrap().iter().map(|row| (text(row, "kind"), text(row, "txid"))).collect()
        };
        let exported = rows(trial.json(&["export", "wannacry", "--table", "events"]));
        assert_eq!(exported, rows(trial.json(&["events", "wannacry"])));
        exported.len()
    };
    assert_eq!(both(), 10);
    trial.write("config/ransomtrail/ransomtrail.toml", "[onward.families.wannacry]\nhops = 0\n");
    assert_eq!(both(), 6, "the withdrawals alone");
}
