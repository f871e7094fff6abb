//! `report`: one page that holds everything, in three forms, the same bytes each time.

use serde_json::Value;

use crate::trial::{Trial, data};

/// Rows without the explorers' pages, which only the terminal adds.
fn without_pages(document: &Value) -> Value {
    let mut document = document.clone();
    for row in document.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        row.retain(|key, _| !key.ends_with("page"));
    }
    document
}

fn page(trial: &Trial, args: &[&str], name: &str) -> String {
    let out = trial.path("pages");
    let all = [&["report", "wannacry", "--out", out.to_str().unwrap()], args].concat();
    trial.ok(&all);
    std::fs::read_to_string(out.join("wannacry").join(name)).unwrap()
}

#[test]
fn the_page_says_what_the_figures_say_and_loads_nothing() {
    let trial = Trial::recorded();
    let html = page(&trial, &[], "index.html");
    for words in [
        "received 52.11290943 BTC in 354 payment outputs (335 transactions), 12 May – 15 Sep 2017: worth about $95,397",
        "51.92690943 BTC were withdrawn in 6 transactions, 3 Aug 2017, worth about $145,641 then.",
        "the ledger equals the explorer",
        "<td class=\"n\">139,431.02</td><td class=\"n\">145,640.96</td><td class=\"n\">146,086.49</td>",
        "ShapeShift (swap service)",
        "333 transactions with 352 outputs to the tracked addresses paid before the wallets were emptied: at most 2 in a thousand",
        "There were a total of six withdrawals from the WannaCry bitcoin accounts",
        "ransomtrail report wannacry",
    ] {
        assert!(html.contains(words), "{words}");
    }
    // Links are for readers to follow; nothing else leads out of the page.
    for forbidden in ["<script", "<link", "<img", "<iframe", " src=", "@import", "url(http", "xlink:href=\"http"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert!(html.contains("default-src 'none'"), "the page itself forbids it");
    for chart in ransomtrail::chart::CHARTS {
        for form in ["wide", "dark", "tall"] {
            assert!(
                html.contains(&format!("aria-labelledby=\"{form}-wannacry-{}-title", chart.name)),
                "{}",
                chart.name
            );
        }
        assert!(html.contains(&format!("download=\"wannacry-{}.csv\"", chart.name)), "{}", chart.name);
    }
    // Each name of a place in the page is there once.
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    for target in html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(&target), "{target}");
    }
    assert_eq!(page(&trial, &[], "index.html"), html, "the same bytes each time");
}

#[test]
fn the_ledger_on_the_page_adds_up() {
    let trial = Trial::recorded();
    let json: Value = serde_json::from_str(&page(&trial, &["--format", "json,md"], "index.json")).unwrap();
    for (key, args) in [
        ("summary", &["summary", "wannacry"][..]),
        ("payments", &["payments", "wannacry"]),
        ("events", &["events", "wannacry"]),
        ("trail", &["trace", "wannacry"]),
        ("family", &["families", "wannacry"]),
    ] {
        assert_eq!(without_pages(&json[key]), without_pages(&data(trial.json(args))), "{key}");
    }
    let ledger = json["payments"].as_array().unwrap();
    assert_eq!(ledger.len(), 354);
    assert_eq!(ledger.iter().map(|row| row["sats"].as_u64().unwrap()).sum::<u64>(), 5_211_290_943);
    let parts = json["trail"]["by_category"].as_object().unwrap();
    assert_eq!(parts.values().map(|sats| sats.as_u64().unwrap()).sum::<u64>(), 5_192_690_943);
    let share = json["share"]["outputs"].as_u64().unwrap();
    assert!(share > 0 && json["claims"].as_array().unwrap().iter().all(|one| one["verdict"]["bases"].is_array()));
    assert_eq!(json["summary"]["received"]["sats"], 5_211_290_943_u64);
    let md = std::fs::read_to_string(trial.path("pages/wannacry/index.md")).unwrap();
    assert!(md.contains("| received | 52.11290943 | 354 outputs in 335 transactions, 12 May – 15 Sep 2017 |"), "{md}");
    for chart in md.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        assert!(chart.starts_with("http") || trial.path("pages/wannacry").join(chart).exists(), "{chart}");
    }
}

#[test]
fn a_claim_of_ones_own_comes_first() {
    let trial = Trial::recorded();
    let claim = "hackers <bitcoin> made millions of dollars";
    let html = page(&trial, &["--claim", claim, "--on", "2017-12-19"], "index.html");
    let finding = html.split("aria-label=\"Finding\">").nth(1).unwrap().split("</p>").next().unwrap().to_owned();
    assert!(finding.contains("by 19 December 2017") && finding.contains("$1.05 million"), "{finding}");
    assert!(!html.contains("<bitcoin>"), "what the reader types is text");
    let before = page(&trial, &["--as-of", "2017-05-20", "--currency", "EUR"], "index.html");
    assert!(before.contains("in EUR") && !before.contains("were withdrawn in 6 transactions"));
    assert!(before.contains("ransomtrail report wannacry --as-of 2017-05-20 --currency EUR"));
    for (args, code, expect) in [
        (&["report", "wannacry", "--claim", "lots of money"][..], 2, ""),
        (&["report", "wannacry", "--on", "2017-12-19"], 2, "--claim"),
        (&["report", "wannacry", "--format", "pdf"], 2, "possible values: html, md, json"),
        (&["report", "wannacry", "--policy", "poison"], 2, "use fifo or haircut"),
        (&["report", "locky"], 1, "nothing is recorded of Locky"),
    ] {
        let ran = trial.run(args);
        assert!(ran.code == code && ran.err.contains(expect), "{args:?}: {} {}", ran.code, ran.err);
    }
}

#[test]
fn names_of_strangers_stay_text() {
    let trial = Trial::recorded();
    let name = "<script>alert(1)</script> [x](http://evil.example) | *b*";
    let label = ["labels", "add", "18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3", name, "--category", "exchange", "--source"];
    trial.fails(
        &[&label[..], &["https://example.org/\"onmouseover=\"x"]].concat(),
        2,
        "may not lead where it seems to",
    );
    trial.ok(&[&label[..], &["https://example.org/'onmouseover='x"]].concat());
    let html = page(&trial, &["--format", "html,md"], "index.html");
    assert!(html.contains("alert(1)") && !html.contains("<script"), "escaped");
    assert!(!html.contains("'onmouseover"), "{html}");
    let md = std::fs::read_to_string(trial.path("pages/wannacry/index.md")).unwrap();
    assert!(!md.contains("<script") && !md.contains("[x](http"), "{md}");
}
