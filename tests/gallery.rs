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
