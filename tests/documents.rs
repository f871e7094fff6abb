//! What a command prints as JSON is its document: the keys are those of the schema, neither more nor fewer, and null stands only where it may.

use ransomtrail::document::{
    AddressLookup, Family, Incident, PaymentPages, Prices, Report, Status, Summary, Trail, Transaction, Verified, Week,
    WeighedLabel, schema,
};
use schemars::{Schema, schema_for};
use serde_json::{Value, json};

use crate::trial::Trial;

/// What of a value is not as the schema says.
fn differences(value: &Value, schema: &Value, root: &Value, place: &str, out: &mut Vec<String>) {
    let schema = match schema["$ref"].as_str() {
        Some(name) => root.pointer(name.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let choices = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    let nullable =
        |one: &Value| one["type"] == "null" || one["type"].as_array().is_some_and(|t| t.contains(&json!("null")));
    let is_anything = ["type", "properties", "const"].iter().all(|key| schema[key].is_null()) && choices.is_none();
    if is_anything {
        // What another command's document is, and has its own schema.
    } else if value.is_null() {
        if !nullable(schema) && !choices.is_some_and(|all| all.iter().any(nullable)) {
            out.push(format!("{place} is null"));
        }
    } else if let Some(all) = choices {
        let fits = |one: &Value| {
            let mut found = Vec::new();
            differences(value, one, root, place, &mut found);
            found
        };
        let tried: Vec<Vec<String>> = all.iter().filter(|one| !nullable(one)).map(fits).collect();
        if !tried.iter().any(Vec::is_empty) {
            out.extend(tried.concat());
        }
    } else if let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
        for key in known.keys().filter(|key| !fields.contains_key(*key)) {
            // What need not be there is not there at all.
            if schema["required"].as_array().is_some_and(|all| all.contains(&json!(key))) {
                out.push(format!("{place}.{key} is not printed"));
            }
        }
        for (key, field) in fields {
            match known.get(key) {
                Some(schema) => differences(field, schema, root, &format!("{place}.{key}"), out),
                None => out.push(format!("{place}.{key} is in no schema")),
            }
        }
    } else if let (Some(fields), true) = (value.as_object(), schema["additionalProperties"].is_object()) {
        for (key, field) in fields {
            differences(field, &schema["additionalProperties"], root, &format!("{place}.{key}"), out);
        }
    } else if let Some(rows) = value.as_array() {
        for row in rows {
            differences(row, &schema["items"], root, &format!("{place}[]"), out);
        }
    } else {
        let kind = match value {
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Object(_) => "object",
            _ => "integer",
        };
        let said = |one: &Value| one == kind || one.as_array().is_some_and(|all| all.contains(&json!(kind)));
        let other = schema.get("const").is_some_and(|only| only != value);
        if other || !said(&schema["type"]) {
            out.push(format!("{place} is {value}, and not {}", schema["type"]));
        }
    }
}

fn check(trial: &Trial, args: &[&str], schema: Schema) -> Value {
    let mut all = args.to_vec();
    all.push("--json");
    // A status or a look-up that is not well says so by its exit code too.
    let value: Value = serde_json::from_str(&trial.run(&all).out).unwrap();
    holds(&args.join(" "), &value, schema);
    value
}

fn holds(name: &str, value: &Value, schema: Schema) {
    let (schema, mut wrong) = (schema.to_value(), Vec::new());
    differences(value, &schema, &schema, "", &mut wrong);
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
}

#[test]
fn what_is_printed_is_what_the_schema_says() {
    let trial = Trial::recorded();
    let rows = trial.json(&["payments", "wannacry"]);
    let txid = rows[0]["txid"].as_str().unwrap();
    check(&trial, &["status"], schema_for!(Status));
    check(&trial, &["families"], schema_for!(Vec<Family>));
    check(&trial, &["families", "wannacry"], schema_for!(Family));
    check(&trial, &["labels", "list", "--category", "exchange"], schema_for!(Vec<WeighedLabel>));
    check(&trial, &["incidents"], schema_for!(Vec<Incident>));
    let said = check(&trial, &["verify", "wannacry", "over $140,000", "--on", "2017-08-03"], schema_for!(Verified));
    assert_eq!((&said["claims"][0]["measure"], &said["claims"][0]["subject"]), (&json!("received"), &json!("family")));
    for field in ["understood", "scope", "verdict", "as_of", "bases", "finding", "later", "caveats", "price_source"] {
        assert_eq!(said[field], said["claims"][0][field], "the sentence's {field} is its first claim's");
    }
    for how in [&[][..], &["--clusters", "--as-of", "2017-08-10"], &["--backwards"], &["--policy", "poison"]] {
        check(&trial, &[&["trace", "wannacry"], how].concat(), schema_for!(Trail));
    }
    let output = format!("{txid}:0");
    let one = check(&trial, &["trace", &output], schema_for!(Trail));
    assert_eq!((&one["family"], &one["txid"], &one["vout"]), (&Value::Null, &json!(txid), &json!(0)));
    check(&trial, &["summary", "wannacry", "--as-of", "2017-12-19"], schema_for!(Summary));
    let all = check(&trial, &["summary", "wannacry", "--by", "week", "--estimates"], schema_for!(Summary));
    assert!(all["by"] == "week" && all["series"].is_array() && all["linked_addresses"].is_array(), "{all}");
    trial.ok(&["report", "wannacry", "--format", "json", "--claim", "$100,000", "--on", "2017-08-03"]);
    let report = std::fs::read_to_string(trial.path("ransomtrail-report/wannacry/index.json")).unwrap();
    holds("report", &serde_json::from_str(&report).unwrap(), schema_for!(Report));
    let asked = check(&trial, &["lookup", txid, "--explorer", "built-in"], schema_for!(Transaction));
    assert!(asked["trust"].is_null() && asked["history"].is_null(), "{asked}");
    let held = check(&trial, &["lookup", txid, "--offline"], schema_for!(Transaction));
    assert!(held["trust"].is_string() && held["history"].is_array(), "{held}");
    let early = check(&trial, &["lookup", txid, "--offline", "--as-of", "2016-12-19"], schema_for!(Transaction));
    assert_eq!(early["caveats"][0]["text"], "it was not made yet on 19 Dec 2016");
    let wallet = rows[0]["address"].as_str().unwrap();
    check(&trial, &["payments", "wannacry"], schema_for!(Vec<PaymentPages>));
    for how in ["--offline", "--explorer=built-in"] {
        check(&trial, &["lookup", wallet, how], schema_for!(AddressLookup));
    }
    for week in ["2017-W31", "2017-W10", "2018-W02"] {
        check(&trial, &["weekly", "--week", week, "--out", "weeks", "--format", "svg"], schema::<Week>());
    }
    let dated = check(&trial, &["lookup", txid, "--offline", "--as-of", "2017-08-03"], schema_for!(Transaction));
    assert_eq!(dated["as_of_value"]["date"], "2017-08-03");
}

#[test]
fn unknown_is_null() {
    let trial = Trial::new();
    let status = check(&trial, &["status"], schema_for!(Status));
    assert_eq!((&status["ok"], &status["round"]), (&json!(false), &Value::Null));
    let said = check(&trial, &["verify", "notpetya", "over $140,000"], schema_for!(Verified));
    assert!(said["on"].is_null() && said["as_of"].is_null() && said["recorded_to"].is_null(), "{said}");
    let prices = check(&trial, &["prices", "--last", "1"], schema_for!(Prices));
    let day = &prices["last_days"][0];
    assert!(day["close"].is_null() && day["source"].is_null() && day["asked_at"].is_null(), "{day}");
    let early = check(&Trial::recorded(), &["summary", "wannacry", "--as-of", "2009-05-12"], schema_for!(Summary));
    assert!(early["received"]["as_of_value"].is_null() && early["received"]["peak"].is_null(), "{early}");
}

#[test]
fn another_key_or_a_wrong_null_is_found() {
    let schema = schema_for!(Incident).to_value();
    let found = |value: Value| {
        let mut out = Vec::new();
        differences(&value, &schema, &schema, "", &mut out);
        out.join(", ")
    };
    let whole = json!({ "id": 1, "kind": "bad-block", "explorer": "x", "url": "x", "address": null, "txid": null,
        "what": "x", "times": 1, "first_at": "x", "last_at": "x", "answer_sha256": "x" });
    let with = |key: &str, value: Value| {
        let mut out = whole.clone();
        out[key] = value;
        out
    };
    assert_eq!(found(whole.clone()), "");
    assert_eq!(found(with("what", Value::Null)), ".what is null");
    assert_eq!(found(with("other", json!(1))), ".other is in no schema");
    assert_eq!(found(with("id", json!("1"))), ".id is \"1\", and not \"integer\"");
    let mut less = whole.clone();
    less.as_object_mut().unwrap().remove("url");
    assert_eq!(found(less), ".url is not printed");
}
