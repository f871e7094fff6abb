//! The published figures of the recorded WannaCry ledger, through the built program.

use serde_json::{Value, json};

use crate::trial::{Trial, codes, dump};

fn summary(trial: &Trial, flags: &[&str]) -> Value {
    let mut args = vec!["summary", "wannacry"];
    args.extend(flags);
    trial.json(&args)
}

#[test]
fn before_at_and_after_the_withdrawals() {
    let trial = Trial::recorded();
    let values = |low: &str, close: &str, high: &str| json!({ "low": low, "close": close, "high": high });

    let before = summary(&trial, &["--as-of", "2017-08-02"]);
    let received = &before["received"];
    assert_eq!((&received["outputs"], &received["transactions"]), (&json!(352), &json!(333)));
    assert_eq!(received["sats"], 5_192_690_943_u64);
    assert_eq!(received["at_receipt"], values("90686.50", "94746.59", "97533.93"));
    assert_eq!(before["withdrawn"]["transactions"], 0);
    assert_eq!(before["balance_sats"], 5_192_690_943_u64);

    let on_the_day = summary(&trial, &["--as-of", "2017-08-03"]);
    let withdrawn = &on_the_day["withdrawn"];
    assert_eq!((&withdrawn["transactions"], &withdrawn["sats"]), (&json!(6), &json!(5_192_690_943_u64)));
    assert_eq!(withdrawn["at_withdrawal"], values("139431.02", "145640.96", "146086.49"));
    assert_eq!(on_the_day["balance_sats"], 0);

    let all = summary(&trial, &[]);
    let received = &all["received"];
    assert_eq!((&received["outputs"], &received["transactions"]), (&json!(354), &json!(335)));
    assert_eq!(received["sats"], 5_211_290_943_u64);
    assert_eq!(received["at_receipt"], values("91261.66", "95396.61", "98200.39"));
    assert_eq!(all["balance_sats"], 18_600_000);
    assert_eq!(all["recorded_to"], "2017-09-17T23:59:59Z");
    assert_eq!(all["as_of"], "2017-09-17T23:59:59Z");
    assert_eq!(all["internal"], json!({ "outputs": 0, "sats": 0, "fees_sats": 0 }));
    assert_eq!(all["joined"], json!({ "transactions": 0, "sats": 0 }));
    assert_eq!(all["after_withdrawal"], json!({ "outputs": 2, "sats": 18_600_000 }));
    let transactions: Vec<_> = all["addresses"].as_array().unwrap().iter().map(|a| a["transactions"].clone()).collect();
    assert_eq!(transactions, [115, 115, 130]);
    assert!(all["addresses"].as_array().unwrap().iter().all(|a| a["reconciled"] == true));
}

#[test]
fn what_the_coins_were_worth_on_other_days() {
    let trial = Trial::recorded();
    let day = |flags: &[&str]| {
        let summary = summary(&trial, flags);
        let value = &summary["received"]["as_of_value"];
        let peak = &summary["received"]["peak"];
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        (
            [text(&value["low"]), text(&value["close"]), text(&value["high"])],
            text(&peak["date"]),
            text(&peak["high"]),
            summary["caveats"].clone(),
        )
    };
    let (value, date, high, caveats) = day(&["--as-of", "2017-12-19"]);
    assert_eq!(value, ["900271.36", "926395.56", "999410.95"]);
    assert_eq!((date.as_str(), high.as_str()), ("2017-12-17", "1046896.24"));
    assert_eq!((&caveats[0]["code"], &caveats[0]["values"]), (&json!("recorded-to"), &json!({ "to": "2017-09-17" })));
    assert!(caveats[0]["text"].as_str().unwrap().contains("complete to 17 Sep 2017"), "{caveats}");

    let (_, date, high, caveats) = day(&[]);
    assert_eq!((date.as_str(), high.as_str()), ("2017-09-02", "258786.21"));
    assert_eq!(caveats, json!([]));
}

#[test]
fn the_time_basis_decides() {
    let trial = Trial::recorded();
    let sats = |flags: &[&str]| summary(&trial, flags)["received"]["sats"].as_u64().unwrap();
    assert_eq!(sats(&["--time", "first-seen", "--as-of", "2017-05-13T07:07:14Z"]), 820_523_320);
    assert_eq!(sats(&["--as-of", "2017-05-13T07:07:14Z"]), 767_784_480);
    // The second is part of it: an instant is inclusive.
    assert!(sats(&["--as-of", "2017-05-12T11:08:21Z"]) > 0);
    assert_eq!(sats(&["--as-of", "2017-05-12T11:08:20Z"]), 0);
}

#[test]
fn series_by_day_and_week() {
    let trial = Trial::recorded();
    let series = |flags: &[&str], label: &str| {
        let summary = summary(&trial, flags);
        let steps = summary["series"].as_array().unwrap().clone();
        steps.into_iter().find(|s| s["label"] == label).unwrap()
    };
    for (day, outputs) in [("2017-05-12", 29), ("2017-05-13", 71), ("2017-05-14", 33), ("2017-05-15", 89)] {
        assert_eq!(series(&["--by", "day"], day)["outputs"], outputs, "{day}");
    }
    // The Hill printed 5.78, 9.67 and 5.50 bitcoin.
    for (day, sats) in [("2017-05-12", 577_791_528), ("2017-05-13", 967_143_124), ("2017-05-14", 550_445_632)] {
        assert_eq!(series(&["--by", "day", "--time", "first-seen"], day)["sats"], sats, "{day}");
    }
    for (week, outputs, sats) in [("2017-W19", 133, 2_095_356_854_u64), ("2017-W20", 179, 2_808_206_047)] {
        let step = series(&["--by", "week"], week);
        assert_eq!((step["outputs"].as_u64(), step["sats"].as_u64()), (Some(outputs), Some(sats)), "{week}");
    }
    // A week of which two hours are recorded says so, and is no week without payments.
    let berlin = series(&["--by", "week", "--tz", "Europe/Berlin"], "2017-W38");
    assert_eq!((&berlin["complete"], &berlin["outputs"]), (&json!(false), &json!(0)));
    assert_eq!(series(&["--by", "week"], "2017-W37")["complete"], true);
    assert!(trial.ok(&["summary", "wannacry", "--by", "week", "--tz", "Europe/Berlin"]).contains("in part"));
    let months = summary(&trial, &["--by", "month"]);
    let steps = months["series"].as_array().unwrap();
    let labels: Vec<&str> = steps.iter().map(|s| s["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["2017-05", "2017-06", "2017-07", "2017-08", "2017-09"]);
    let sum: u64 = steps.iter().map(|s| s["sats"].as_u64().unwrap()).sum();
    assert_eq!(sum, 5_211_290_943);
}

#[test]
fn a_zone_groups_and_the_utc_day_prices() {
    let trial = Trial::recorded();
    let utc = summary(&trial, &["--by", "day"]);
    let auckland = summary(&trial, &["--by", "day", "--tz", "Pacific/Auckland"]);
    assert_eq!(utc["received"]["at_receipt"], auckland["received"]["at_receipt"]);
    assert_ne!(utc["series"], auckland["series"]);
    assert_eq!(auckland["time_zone"], "Pacific/Auckland");
    assert_eq!(summary(&trial, &["--tz", "Europe/Berlin", "--as-of", "2017-08-03"])["as_of"], "2017-08-03T21:59:59Z");
}

#[test]
fn classes_and_their_tolerance() {
    let trial = Trial::recorded();
    let before = summary(&trial, &["--as-of", "2017-08-02"]);
    let count = |class: &str| before["classes"][class]["outputs"].as_u64().unwrap();
    assert_eq!([count("demand"), count("multiple"), count("dust"), count("other")], [228, 0, 53, 71]);
    assert_eq!(before["class_tolerance"], "0.10");
    let text = trial.ok(&["summary", "wannacry"]);
    assert!(text.contains("meets one ±10 %"), "{text}");
}

#[test]
fn other_currencies_name_both_sources() {
    let trial = Trial::recorded();
    let pounds = summary(&trial, &["--currency", "gbp"]);
    // 145,640.96 dollars at 1.1860 dollars and 0.90318 pounds a euro on 3 August 2017.
    assert_eq!(pounds["withdrawn"]["at_withdrawal"]["close"], "110910.63");
    assert!(pounds["price_source"].as_str().unwrap().contains("European Central Bank"));
    // Demands are in dollars, whatever the currency of the answer.
    assert_eq!(pounds["classes"]["demand"]["outputs"], 230);
}

#[test]
fn a_day_without_a_price_is_unknown_and_said() {
    let trial = Trial::recorded();
    let late = summary(&trial, &["--as-of", "2026-10-01"]);
    assert_eq!(late["received"]["as_of_value"], Value::Null);
    assert!(codes(&late).contains(&"no-price-as-of"), "{late}");
    assert!(codes(&late).contains(&"ask-prices"), "{late}");
    assert!(trial.ok(&["summary", "wannacry", "--as-of", "2026-10-01"]).contains("unknown"));
}

#[test]
fn payments_are_the_ledger() {
    let trial = Trial::recorded();
    let rows = trial.json(&["payments", "wannacry"]);
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 354);
    assert_eq!(rows.iter().map(|r| r["sats"].as_u64().unwrap()).sum::<u64>(), 5_211_290_943);
    let mut keys: Vec<String> = rows.iter().map(|r| format!("{}:{}", r["txid"], r["vout"])).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 354, "a payment is keyed by transaction and output");
    let first = &rows[0];
    assert_eq!(first["txid"], "cce780ee91f0eda86d733f8fa93e23eb676ea1dd43c0822353501de61414ece9");
    assert_eq!((&first["vout"], &first["block_height"]), (&json!(2), &json!(466_030)));
    assert_eq!((&first["time"], &first["explorer"]), (&json!("2017-05-12T11:08:21Z"), &json!("built-in")));
    assert_eq!(first["close"], "9.14");
    let text = trial.ok(&["payments", "wannacry"]);
    assert!(
        text.contains("block time, UTC")
            && text.contains("cce780ee91f0eda86d733f8fa93e23eb676ea1dd43c0822353501de61414ece9:2")
    );
    assert_eq!(rows.iter().filter(|r| r["after_withdrawal"] == true).count(), 2);
}

#[test]
fn a_second_sync_changes_nothing() {
    let trial = Trial::recorded();
    let before = dump(&trial);
    trial.ok(&["sync", "wannacry", "--explorer", "built-in"]);
    assert_eq!(dump(&trial), before);
}

#[test]
fn the_views_tell_the_same_as_the_program() {
    let trial = Trial::recorded();
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("SELECT count(*) FROM payments WHERE family = 'wannacry'"), 354);
    assert_eq!(number("SELECT sum(sats) FROM payments WHERE NOT internal"), 5_211_290_943);
    assert_eq!(number("SELECT sum(net_sats) FROM withdrawals"), 5_192_690_943);
    assert_eq!(number("SELECT count(*) FROM withdrawals"), 6);
    assert_eq!(number("SELECT outputs FROM daily_inflows WHERE day = '2017-05-13'"), 71);
    assert_eq!(number("SELECT sum(sats) FROM daily_inflows"), 5_211_290_943);
    assert_eq!(
        number(
            "SELECT count(*) FROM addresses WHERE received_sats = explorer_received_sats
                AND spent_sats = explorer_spent_sats AND transactions = explorer_transactions"
        ),
        3
    );
    // The six withdrawals carry their raw transactions: their txids are recomputed, those of the payments cannot be.
    assert_eq!(number("SELECT count(*) FROM tx WHERE recomputed"), 6);
    // The ledger of the three addresses, and the recorded trail behind the withdrawals.
    assert_eq!(number("SELECT count(*) FROM tx"), 341 + 17);
}
