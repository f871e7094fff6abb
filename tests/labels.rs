//! Labels, through the built program: what is shipped, lists taken in and accounted for, one's own word, and the way back out.

use serde_json::{Value, json};

use crate::trial::{Trial, source};

const SHAPESHIFT: &str = "18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3";
const HITBTC: &str = "1Dha5e1jbTtu4YGALQ3DnfTAk5yxzm4XSR";
const UNKNOWN: &str = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT";

fn recorded(name: &str) -> String {
    source("tests/recorded/labels").join(name).to_str().unwrap().to_owned()
}

fn labels_of(trial: &Trial, address: &str) -> Vec<Value> {
    trial.json(&["labels", "list", "--address", address]).as_array().unwrap().clone()
}

/// A label without where it is kept.
fn content(label: &Value) -> Value {
    let mut label = label.clone();
    for key in ["file", "origin", "shown", "disputed"] {
        label.as_object_mut().unwrap().remove(key);
    }
    label
}

#[test]
fn the_shipped_labels_are_listed_and_chosen_from() {
    let trial = Trial::new();
    let all = trial.json(&["labels", "list"]);
    assert!(all.as_array().unwrap().iter().all(|l| l["origin"] == "built-in"));
    let [label] = &labels_of(&trial, SHAPESHIFT)[..] else { panic!("one label") };
    assert_eq!(
        (&label["name"], &label["category"], &label["service"], &label["confidence"], &label["confidence_level"]),
        (&json!("ShapeShift"), &json!("swap service"), &json!(true), &json!("service_api"), &json!(70))
    );
    let pools = trial.json(&["labels", "list", "--category", "mining-pool"]);
    assert!(pools.as_array().unwrap().iter().all(|l| l["category"] == "mining pool"));
    let by_source = trial.json(&["labels", "list", "--source", "NICKBAX"]);
    assert_eq!(by_source.as_array().unwrap().len(), 8);
    let said = trial.ok(&["labels", "list", "--address", HITBTC]);
    assert!(said.contains("HitBTC") && said.contains("1 label of 1 address"), "{said}");
    assert!(trial.ok(&["labels", "list", "--address", UNKNOWN]).contains("no such labels"));
    trial.fails(&["labels", "list", "--address", "1Boat"], 2, "fails its checksum");
    trial.fails(&["labels", "list", "--category", "bank"], 2, "there are exchange, swap service");
}

#[test]
fn every_row_of_a_list_is_stored_or_refused_with_its_reason() {
    let trial = Trial::new();
    let check = |file: &str, stored: usize, reasons: Value, categories: Value| {
        let done = trial.json(&["labels", "import", &recorded(file)]);
        let refused: u64 = reasons.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!((&done["stored"], &done["refused"]), (&json!(stored), &json!(refused)), "{done:#}");
        assert_eq!(done["read"], json!(stored as u64 + refused), "{done:#}");
        assert_eq!((&done["reasons"], &done["categories"]), (&reasons, &categories), "{done:#}");
        assert_eq!(done["refusals"].as_array().unwrap().len() as u64, refused);
    };
    check("exchange-wallets-huobi.yaml", 3, json!({"other currency": 5}), json!({"exchange": 3}));
    check("exchange-wallets-okx.yaml", 3, json!({"other currency": 2}), json!({"exchange": 3}));
    check("ransomware.yaml", 4, json!({}), json!({"ransomware": 4}));
    check("ofac.yaml", 2, json!({"other currency": 6}), json!({"sanctioned": 2}));
    check("sanctioned_addresses_XBT.txt", 3, json!({"bad address": 1}), json!({"sanctioned": 3}));

    // What passes a bitcoin checksum is refused by its currency all the same.
    for other in ["17om4dHcDNy9LAagMj8mGW59vyXjvA3GBn", "3LtcaPbCj87CwJHnRX3vh7c2y9RZQqeSy8"] {
        assert!(labels_of(&trial, other).iter().all(|l| l["origin"] == "built-in"), "{other}");
    }
    // Header and tag together.
    let okx = labels_of(&trial, "16rF2zwSJ9goQ9fZfYoti5LsUqqegb5RnA");
    let okx = okx.iter().find(|l| l["origin"] == "imported").unwrap();
    assert_eq!(
        [&okx["name"], &okx["confidence"], &okx["lastmod"], &okx["cluster"], &okx["actor"]],
        [&json!("okx reserves wallets"), &json!("service_data"), &json!("2022-11-15"), &json!(true), &json!("okex")]
    );
    let cluster = |address: &str| labels_of(&trial, address)[0]["cluster"].clone();
    assert_eq!(cluster("1Lud76Q98VRHCUiyK7XUs7AgFofrqXeP78"), true);
    assert_eq!(cluster("1KP72fBmh3XBRfuJDMn53APaqM6iMRspCh"), false);
}

#[test]
fn a_list_is_replaced_only_when_asked_and_nothing_is_stored_of_what_cannot_be_read() {
    let trial = Trial::new();
    let huobi = recorded("exchange-wallets-huobi.yaml");
    let said = trial.ok(&["labels", "import", &huobi]);
    assert!(said.contains("read     8 rows") && said.contains("stored   3 labels"), "{said}");
    assert!(said.contains("refused  5 rows") && said.contains("5 other currency (BCH 2, ETH 2, ADA 1)"), "{said}");
    trial.fails(&["labels", "import", &huobi], 1, "give --replace");
    trial.ok(&["labels", "import", &huobi, "--replace"]);
    let imported = trial.json(&["labels", "list", "--source", "labels/exchange-wallets-huobi.csv"]);
    assert_eq!(imported.as_array().unwrap().len(), 3);

    let import = |name: &str, text: &str, more: &[&str], expect: &str| {
        let file = trial.write(name, text);
        let mut args = vec!["labels", "import", file.to_str().unwrap()];
        args.extend(more);
        trial.fails(&args, 1, expect);
    };
    import("a.yaml", "title: x\ntags:\n- address: [1\n", &[], "a.yaml: line");
    import("a.yaml", "title: x\n", &[], "not a TagPack");
    import("a.csv", "address,who\n", &[], "no column \"who\"");
    import("a.txt", "1Boat\n", &[], "say so with --format");
    import("a.txt", "1Boat\n", &["--format", "ofac"], "nothing is left to store");
    import("own.csv", "address,name,category,source\n", &[], "rename the file");
    import("sanctioned_addresses_BCH.txt", &format!("{UNKNOWN}\n"), &[], "nothing is left to store");
    trial.fails(&["labels", "import", "nowhere.yaml"], 1, "nowhere.yaml");
    let files = std::fs::read_dir(trial.path("config/ransomtrail/labels")).unwrap().count();
    assert_eq!(files, 1, "only the first list is there");
}

#[test]
fn ones_own_word_overrides_and_the_conflict_is_shown() {
    let trial = Trial::new();
    let add =
        ["labels", "add", HITBTC, "Somebody else", "--category", "mixer", "--source", "https://example.org/report"];
    let said = trial.ok(&add);
    assert!(said.contains("labelled") && said.contains("against  HitBTC, exchange"), "{said}");
    trial.fails(&add, 1, "says so already");

    let all = labels_of(&trial, HITBTC);
    let said: Vec<_> = all.iter().map(|l| (&l["name"], &l["origin"], &l["shown"], &l["disputed"])).collect();
    assert_eq!(
        said,
        [
            (&json!("Somebody else"), &json!("own"), &json!(true), &json!(true)),
            (&json!("HitBTC"), &json!("built-in"), &json!(false), &json!(true)),
        ]
    );
    let text = trial.ok(&["labels", "list", "--address", HITBTC]);
    assert!(text.contains("[own, disputed]") && text.contains("sources disagree about 1 address"), "{text}");

    // A list taken in later does not override one's own word, however sure it is.
    let list = format!("address,name,category,source,confidence\n{HITBTC},A list,exchange,x,override\n");
    let file = trial.write("list.csv", &list);
    trial.ok(&["labels", "import", file.to_str().unwrap()]);
    let names: Vec<_> = labels_of(&trial, HITBTC).iter().map(|l| l["name"].clone()).collect();
    assert_eq!(names, ["Somebody else", "A list", "HitBTC"]);

    trial.ok(&["labels", "remove", HITBTC]);
    assert_eq!(labels_of(&trial, HITBTC)[0]["name"], "A list");
    trial.fails(&["labels", "remove", HITBTC], 1, "you have not labelled");
}

#[test]
fn what_is_added_wrongly_is_refused() {
    let trial = Trial::new();
    let check = |address: &str, name: &str, category: &str, source: &str, expect: &str| {
        trial.fails(&["labels", "add", address, name, "--category", category, "--source", source], 2, expect);
    };
    check("1BoatSLRHtKNngkdXEeobR76b53LETtpyU", "X", "exchange", "s", "fails its checksum");
    check(UNKNOWN, " ", "exchange", "s", "have to say something");
    check(UNKNOWN, "X", "bank", "s", "no category \"bank\"");
    check(UNKNOWN, "X", "exchange", "", "have to say something");
    check(UNKNOWN, "\u{1b}[2J", "exchange", "s", "control characters");
    trial.fails(&["labels", "add", UNKNOWN, "X", "--category", "exchange"], 2, "--source");
    assert!(!trial.path("config/ransomtrail/labels").exists());

    // A damaged file is named with its line, and not written over.
    let text = "# mine\naddress,name,category,source\n1Boat,X,exchange,s\n";
    let file = trial.write("config/ransomtrail/labels/own.csv", text);
    trial.fails(&["labels", "list"], 1, "own.csv: line 3: \"1Boat\" is not");
    let add = ["labels", "add", UNKNOWN, "X", "--category", "exchange", "--source", "s"];
    trial.fails(&add, 1, "own.csv: line 3: \"1Boat\" is not");
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
}

#[test]
fn what_is_exported_reads_back_equal() {
    let from = Trial::new();
    let names = ["=HYPERLINK(\"http://example.org\")", "- a: 'b' # c", "null", "Ключ 🔑, \"x\"", "@x", "2021-11-14"];
    let categories = ["swap-service", "seizure", "sanctioned", "other", "ransomware", "mixer"];
    for (name, category) in names.iter().zip(categories) {
        from.ok(&[
            "labels",
            "add",
            UNKNOWN,
            "--category",
            category,
            "--source",
            "Report 12/2026: p. 3",
            "--confidence",
            "manual_transaction",
            "--day",
            "2026-10-01",
            "--note",
            "{\"a\": 1}",
            "--",
            name,
        ]);
    }
    from.ok(&["labels", "import", &recorded("exchange-wallets-okx.yaml")]);
    let before = from.json(&["labels", "export"]);
    assert_eq!(before.as_array().unwrap().len(), names.len() + 3);
    let sorted = |rows: &Value| {
        let mut rows: Vec<String> = rows.as_array().unwrap().iter().map(|l| content(l).to_string()).collect();
        rows.sort();
        rows
    };
    for (format, file) in [("tagpack", "mine.yaml"), ("csv", "mine.csv")] {
        let text = from.ok(&["labels", "export", "--format", format]);
        let to = Trial::new();
        let file = to.write(file, &text);
        let done = to.json(&["labels", "import", file.to_str().unwrap()]);
        assert_eq!((&done["stored"], &done["refused"]), (&json!(names.len() + 3), &json!(0)), "{text}");
        assert_eq!(sorted(&to.json(&["labels", "export"])), sorted(&before), "{text}");
    }
    // GraphSense's tool wants a date, which stands bare, and text, which is quoted even where it looks like one.
    let pack = from.ok(&["labels", "export"]);
    assert!(pack.contains("  lastmod: 2026-10-01\n") && pack.contains("  label: \"2021-11-14\"\n"), "{pack}");
    // No spreadsheet takes a cell for a formula.
    let csv = from.ok(&["labels", "export", "--format", "csv"]);
    assert!(csv.contains(",\"'=HYPERLINK(") && csv.contains(",'@x,") && csv.contains(",'- a: 'b' # c,"), "{csv}");
    let out = from.path("out.yaml");
    from.ok(&["labels", "export", "--category", "exchange", "--out", out.to_str().unwrap(), "--creator", "Us"]);
    let text = std::fs::read_to_string(out).unwrap();
    assert!(text.contains("creator: \"Us\"") && text.matches("- address:").count() == 3, "{text}");
}

#[test]
fn a_look_up_names_whose_an_address_is() {
    let trial = Trial::recorded();
    const TXID: &str = "340b44c7a7857e36f81b2e8ba713911ea93e82afde6ea5590df1a35688845d16";
    let args = ["lookup", TXID, "--explorer", "built-in"];
    let page = trial.ok(&args);
    assert!(page.contains(&format!("{SHAPESHIFT} [ShapeShift]")), "{page}");
    assert!(page.contains(&format!("{SHAPESHIFT}: ShapeShift, swap service (https://")), "{page}");
    let tx = trial.json(&args);
    let output = tx["outputs"].as_array().unwrap().iter().find(|o| o["address"] == SHAPESHIFT).unwrap();
    assert_eq!((&output["sats"], &output["labels"][0]["name"]), (&json!(183_760_000), &json!("ShapeShift")));

    const WALLET: &str = "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw";
    assert_eq!(trial.json(&["lookup", WALLET, "--offline"])["labels"], json!([]));
    for name in ["A police report", "Another report"] {
        trial.ok(&["labels", "add", WALLET, name, "--category", "ransomware", "--source", "paper"]);
    }
    let page = trial.ok(&["lookup", WALLET, "--offline"]);
    assert!(page.contains("label     A police report, ransomware (paper)"), "{page}");
    assert!(page.contains("label     Another report") && page.contains("the sources disagree"), "{page}");
    assert_eq!(trial.json(&["lookup", WALLET, "--offline"])["labels"].as_array().unwrap().len(), 2);
}
