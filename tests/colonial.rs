//! The second record that ships: Colonial Pipeline's ransom, whose addresses play different parts; and commands about recorded families.

use ransomtrail::casebook::{Casebook, Inquiry, Shelf};
use ransomtrail::explorer::snapshots;
use ransomtrail::store::Store;
use ransomtrail::trace::Stop;
use serde_json::{Value, json};

use crate::trial::Trial;

const COLLECTOR: &str = "bc1qq2euq8pw950klpjcawuy4uj39ym43hs6cfsegq";
const FBI: &str = "bc1qpx7vyv5tp7dm0g475ev527krg764t73dh77gls";
/// 63.69996546 BTC, as the Department of Justice published it on 7 June 2021.
const SEIZED: u64 = 6_369_996_546;

#[test]
fn every_transaction_of_the_record_is_recomputed_from_its_bytes() {
    let snapshot = snapshots().iter().find(|s| s.header.family == "colonial-pipeline").unwrap();
    let mut txids: Vec<_> = snapshot.addresses().flat_map(|address| snapshot.transactions_of(address)).collect();
    txids.sort();
    txids.dedup();
    assert_eq!(txids.len(), 10);
    for txid in &txids {
        let tx = snapshot.transaction(txid).unwrap();
        assert_eq!(tx.recomputed_txid(), Some(*txid));
        assert!(tx.fee().is_some_and(|fee| fee.to_sat() > 0), "{txid}");
    }
}

#[test]
fn the_sums_are_those_of_the_ransom_and_the_others_have_a_table_of_their_own() {
    let trial = Trial::new();
    trial.ok(&["sync", "colonial-pipeline", "--explorer", "built-in"]);
    let summary = trial.json(&["summary", "colonial-pipeline"]);
    let received = &summary["received"];
    assert_eq!((&received["sats"], &received["transactions"]), (&json!(7_500_050_000_u64), &json!(2)), "{summary}");
    assert_eq!((&summary["withdrawn"]["sats"], &summary["balance_sats"]), (&json!(7_500_050_000_u64), &json!(0)));
    assert_eq!(summary["trust"], json!({ "recomputed": { "outputs": 2, "sats": 7_500_050_000_u64 } }));
    let station =
        |role: &str| summary["stations"].as_array().unwrap().iter().find(|s| s["role"] == role).unwrap().clone();
    let (collector, seizure) = (station("collector"), station("seizure"));
    assert_eq!((&collector["address"], &seizure["address"]), (&json!(COLLECTOR), &json!(FBI)));
    assert_eq!((&collector["reconciled"], &seizure["reconciled"]), (&json!(true), &json!(true)));
    assert_eq!(collector["received_sats"], 7_550_943_453_u64);
    // What was seized came in one piece; dust came later.
    let at = |day: &str| trial.json(&["summary", "colonial-pipeline", "--as-of", day])["stations"][1].clone();
    assert_eq!(at("2021-06-06")["received_sats"], 0);
    assert_eq!((&at("2021-06-07")["received_sats"], &at("2021-06-07")["outputs"]), (&json!(SEIZED), &json!(1)));
    let page = trial.ok(&["summary", "colonial-pipeline"]);
    assert!(page.contains("other addresses, no part of the sums") && page.contains(FBI), "{page}");
    assert!(trial.json(&["status"])["families"].to_string().contains("colonial-pipeline"));
    // The database keeps them apart, too.
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let sum = |family: &str| -> u64 {
        db.query_row("SELECT sum(sats) FROM payments WHERE family = ?1", [family], |row| row.get(0)).unwrap()
    };
    assert_eq!([sum("colonial-pipeline"), sum("colonial-pipeline/seizure")], [7_500_050_000, 6_370_059_652]);
    trial.ok(&["report", "colonial-pipeline", "--out", "report"]);
    let family = trial.json(&["families", "colonial-pipeline"]);
    let roles: Vec<&Value> = family["addresses"].as_array().unwrap().iter().map(|a| &a["role"]).collect();
    assert_eq!(roles, ["ransom", "collector", "seizure"]);
}

#[test]
fn the_trail_ends_where_the_record_does() {
    let trial = Trial::new();
    let trail = trial.json(&["trace", "colonial-pipeline"]);
    let ends: Vec<&Value> = trail["destinations"].as_array().unwrap().iter().map(|end| &end["stop"]).collect();
    assert!(ends.iter().all(|stop| **stop == "unrecorded"), "unrecorded, never unspent: {ends:?}");
    let bytes = trial.ok(&["evidence", "pack", "colonial-pipeline", "--out", "colonial.zip"]);
    let checked = trial.ok(&["evidence", "check", "colonial.zip"]);
    assert!(!checked.contains("violated"), "{bytes}{checked}");
}

#[test]
fn a_seizure_ends_a_trail_and_a_collector_does_not() {
    let trial = Trial::new();
    trial.ok(&["sync", "colonial-pipeline", "--explorer", "built-in"]);
    let store = Store::open_existing(&trial.path("test.db")).unwrap();
    let book = Casebook::open(&store, Shelf::carried()).unwrap();
    let stop_at_the_fbi = |role: &str| {
        let text = format!(
            "name = \"mine\"\ntitle = \"Mine\"\nsummary = \"x\"\n[sources.me]\ntitle = \"me\"\n\
             [[addresses]]\nsource = \"me\"\nlist = [\"{COLLECTOR}\"]\n\
             [[addresses]]\nsource = \"me\"\nrole = \"{role}\"\nlist = [\"{FBI}\"]\n"
        );
        let (family, _) = ransomtrail::catalog::read(&text).unwrap();
        let case = book.case(&family, Inquiry::default()).unwrap();
        let ends = case.trail().unwrap().destinations.clone();
        ends.into_iter().find(|end| end.address.as_ref().is_some_and(|a| a.as_str() == FBI))
    };
    let seized = stop_at_the_fbi("seizure").unwrap();
    assert_eq!((seized.stop, seized.amount.to_sat()), (Stop::Service, SEIZED));
    assert_eq!(seized.label.unwrap().name, "Mine, seizure");
    assert!(stop_at_the_fbi("collector").is_none(), "coins are followed on");
}

#[test]
fn a_command_about_a_recorded_family_just_works_and_writes_nothing() {
    let trial = Trial::new();
    for args in [
        &["summary", "wannacry"][..],
        &["payments", "wannacry"],
        &["events", "wannacry"],
        &["trace", "wannacry"],
        &["verify", "wannacry", "millions of dollars", "--on", "2017-12-19"],
        &["export", "wannacry", "--table", "payments"],
        &["verify", "--all", "wannacry"],
    ] {
        let ran = trial.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        assert!(ran.err.contains("this is the record that the program carries"), "{args:?}: {}", ran.err);
        assert!(!trial.path("test.db").exists(), "{args:?} wrote a database");
    }
    let fresh = trial.json(&["summary", "wannacry"]);
    assert_eq!(fresh["received"]["sats"], 5_211_290_943_u64);
    let recorded = Trial::recorded();
    let ran = recorded.run(&["summary", "wannacry", "--json"]);
    assert!(!ran.err.contains("the program carries"), "{}", ran.err);
    let held: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(held["received"], fresh["received"], "the same figures as after a sync");
    // Of a family without a record there is still nothing to say, not even 0.
    trial.fails(&["summary", "locky"], 1, "nothing is recorded of Locky yet");
}
