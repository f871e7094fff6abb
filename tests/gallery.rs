//! The gallery in `charts/` is what the program draws from its own data, and drawing is deterministic.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ransomtrail::chart;

use crate::trial::{Trial, source};

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_gallery_is_not_stale() {
    let trial = Trial::recorded();
    trial.ok(&["chart", "wannacry", "--out", "drawn", "--format", "svg"]);
    let (drawn, kept) = (trial.path("drawn/wannacry"), source("charts/wannacry"));
    for name in names(&drawn) {
        let same = fs::read(drawn.join(&name)).unwrap() == fs::read(kept.join(&name)).unwrap_or_default();
        assert!(same, "charts/wannacry/{name} is stale; run: just gallery");
    }
    // Pixels may differ from machine to machine: each picture says which SVG it was rendered from.
    for chart in chart::CHARTS {
        let svg = fs::read_to_string(kept.join(format!("{}.svg", chart.name))).unwrap();
        let png = fs::read(kept.join(format!("{}.png", chart.name))).unwrap();
        assert!(chart::is_of(&png, &svg), "charts/wannacry/{}.png is stale; run: just gallery", chart.name);
    }
    assert_eq!(names(&kept).len(), 3 * chart::CHARTS.len(), "nothing else lies in the gallery");
}

#[test]
fn same_input_same_bytes() {
    let trial = Trial::recorded();
    trial.ok(&["chart", "wannacry", "--out", "one"]);
    trial.ok(&["chart", "wannacry", "--out", "two"]);
    for name in names(&trial.path("one/wannacry")) {
        let read = |out: &str| fs::read(trial.path(out).join("wannacry").join(&name)).unwrap();
        assert!(read("one") == read("two"), "{name}");
    }
}

#[test]
fn pictures_are_whole_and_can_be_read_aloud() {
    let trial = Trial::recorded();
    trial.ok(&["chart", "wannacry", "--out", "drawn", "--theme", "dark", "--size", "tall", "--currency", "eur"]);
    for chart in chart::CHARTS {
        let path = |ending: &str| trial.path("drawn/wannacry").join(format!("{}.{ending}", chart.name));
        let svg = fs::read_to_string(path("svg")).unwrap();
        for part in ["<title", "<desc", "role=\"img\"", "</svg>"] {
            assert!(svg.contains(part), "{}: no {part}", chart.name);
        }
        assert!(fs::read(path("png")).unwrap().starts_with(b"\x89PNG"));
        let csv = fs::read_to_string(path("csv")).unwrap();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert!(reader.records().all(|row| row.is_ok()) && csv.lines().count() > 1, "{}", chart.name);
    }
}

/// The satoshis of a CSV's rows, those that `of` chooses by a column.
fn sats(csv: &Path, column: &str, of: impl Fn(&str) -> bool) -> u64 {
    let mut reader = csv::Reader::from_path(csv).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (chosen, sats) = (at(column), at("sats"));
    let rows = reader.records().map(|row| row.unwrap()).filter(|row| of(&row[chosen]));
    rows.map(|row| row[sats].parse::<u64>().unwrap()).sum()
}

#[test]
fn the_charts_of_the_trail_sum_to_what_was_withdrawn() {
    const WITHDRAWN: u64 = 5_192_690_943;
    let trial = Trial::recorded();
    let kinds = ["chart", "wannacry", "--kind", "flow,destinations", "--format", "svg", "--out"];
    let draw = |out: &str, more: &[&str]| -> (String, std::path::PathBuf) {
        let said = trial.json(&[&kinds[..], &[out], more].concat());
        (said["files"][0]["headline"].as_str().unwrap().to_owned(), trial.path(out).join("wannacry"))
    };
    let ends = |kind: &str| !["transaction", "peel-chain", "run", "several", "others"].contains(&kind);
    for policy in ["fifo", "haircut"] {
        for size in ["wide", "tall"] {
            let (headline, folder) = draw(&format!("{policy}-{size}"), &["--policy", policy, "--size", size]);
            let expect =
                "Of 52 bitcoin withdrawn from WannaCry, 11 reached named services; 41 are not recorded further";
            assert_eq!(headline, expect, "{policy}");
            assert_eq!(sats(&folder.join("flow.csv"), "to_kind", ends), WITHDRAWN, "{policy} {size}");
            assert_eq!(sats(&folder.join("destinations.csv"), "kind", |_| true), WITHDRAWN, "{policy} {size}");
            let svg = fs::read_to_string(folder.join("flow.svg")).unwrap();
            assert!(svg.contains(policy) || svg.contains(&policy.to_uppercase()), "the policy is named");
        }
    }
    let fifo = trial.path("fifo-wide/wannacry/destinations.csv");
    assert_eq!(sats(&fifo, "destination", |name| name == "ShapeShift"), 364_189_238);
    assert_eq!(sats(&fifo, "destination", |name| name == "HitBTC"), 729_393_932);

    // On the day of the withdrawal HitBTC had nothing yet, and what reached it later had not moved.
    let (headline, folder) = draw("that-day", &["--as-of", "2017-08-03"]);
    assert!(headline.contains("were unspent") && !headline.contains("HitBTC"), "{headline}");
    assert_eq!(sats(&folder.join("destinations.csv"), "kind", |_| true), WITHDRAWN);
    assert!(sats(&folder.join("destinations.csv"), "kind", |kind| kind == "unspent") > 0);
    let (headline, _) = draw("before", &["--as-of", "2017-07-31"]);
    assert_eq!(headline, "No withdrawal from WannaCry is recorded up to 31 Jul 2017");
    trial.fails(&["chart", "wannacry", "--policy", "poison"], 2, "use fifo or haircut");
}

#[test]
fn only_what_was_asked_for_is_drawn() {
    let trial = Trial::recorded();
    trial.ok(&["chart", "wannacry", "--kind", "value,weekly", "--format", "svg", "--out", "some"]);
    let drawn: Vec<String> = names(&trial.path("some/wannacry")).into_iter().collect();
    assert_eq!(drawn, ["value.csv", "value.svg", "weekly.csv", "weekly.svg"]);
    let list = trial.ok(&["chart", "--list"]);
    assert_eq!(list.lines().count(), chart::CHARTS.len());
}

#[test]
fn the_week_of_every_family_with_data() {
    let trial = Trial::recorded();
    let said = trial.ok(&["weekly", "--week", "2017-W20", "--out", "weeks"]);
    assert!(said.contains("week 2017-W20, 15–21 May 2017"), "{said}");
    assert!(said.contains("28.08206047 BTC in, 179 outputs"), "{said}");
    assert!(trial.path("weeks/2017-W20/wannacry/weekly.svg").exists());
    let json = trial.json(&["weekly", "--week", "2017-W31", "--out", "weeks"]);
    let week = &json["families"][0]["week"];
    assert_eq!((week["withdrawals"].as_u64(), week["withdrawn_sats"].as_u64()), (Some(6), Some(5_192_690_943)));
    // A week that the record does not reach is said to be so, and is not an empty week.
    let late = trial.run(&["weekly", "--week", "2018-W02", "--out", "weeks"]);
    assert!(late.out.contains("not recorded") && late.err.contains("caveat"), "{}{}", late.out, late.err);
    assert!(Trial::new().ok(&["weekly"]).contains("nothing is recorded of any family yet"));
}
