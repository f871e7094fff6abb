//! `weekly`: a page of one ISO week over all families, and the index of all weeks that were made.

use std::fs;
use std::path::Path;

use ransomtrail::casebook::{Casebook, Inquiry, Shelf, Week};
use ransomtrail::catalog::Catalog;
use ransomtrail::domain::{Currency, Family, Moment, Network, Span};
use ransomtrail::figures::{Question, Reach};
use ransomtrail::report::weekly;
use ransomtrail::store::Store;
use serde_json::Value;

use crate::trial::Trial;

fn read(trial: &Trial, name: &str) -> String {
    fs::read_to_string(trial.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs `weekly` into `weeks` and returns the document of that week.
fn week(trial: &Trial, label: &str) -> Value {
    trial.ok(&["weekly", "--week", label, "--out", "weeks", "--format", "svg"]);
    serde_json::from_str(&read(trial, &format!("weeks/{label}/index.json"))).unwrap()
}

/// Every file below, by its path, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(files(&path));
        } else {
            out.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    out.sort();
    out
}

#[test]
fn the_weeks_of_wannacry() {
    let trial = Trial::recorded();
    let check = |label: &str, outputs: u64, sats: u64, close: &str| {
        let document = week(&trial, label);
        let flows = &document["families"][0]["flows"];
        assert_eq!(flows["outputs"], outputs, "{label}");
        assert_eq!(flows["sats"], sats, "{label}");
        assert_eq!(flows["value"]["close"], close, "{label}");
        assert_eq!(flows, &document["totals"], "{label}: of one family the sums are its own");
        document
    };
    // The first week; the one before is known to be empty, and not unknown.
    let first = check("2017-W19", 133, 2_095_356_854, "37432.98");
    assert_eq!(first["families"][0]["before"]["flows"]["outputs"], 0);
    assert_eq!(first["change"]["sats"], 2_095_356_854_u64);
    let second = check("2017-W20", 179, 2_808_206_047, "50171.20");
    assert_eq!(second["change"]["sats"], 712_849_193);
    assert_eq!(second["change"]["outputs"], 179 - 133);
    assert_eq!(second["change"]["value"]["close"], "12738.22");
    assert_eq!(second["events"], 0);
    let page = read(&trial, "weeks/2017-W20/index.html");
    for words in [
        "28.08206047 BTC came to the tracked addresses of WannaCry in 179 payment outputs",
        "worth about $50,171 when each payment arrived",
        "Nothing was withdrawn.",
        "Against the week before: 7.12849193 BTC more came in, as much withdrawn.",
        "<td class=\"n\">48,361.87</td><td class=\"n\">+12,835.05</td><td class=\"n\">35,526.82</td>",
        "1 of 25 families recorded to the end of the week, 24 not at all",
        "CryptoLocker",
    ] {
        assert!(page.contains(words), "{words}");
    }

    let third = check("2017-W31", 0, 0, "0.00");
    let flows = &third["totals"];
    assert_eq!((&flows["withdrawals"], &flows["withdrawn_sats"]), (&6.into(), &5_192_690_943_u64.into()));
    assert_eq!(flows["withdrawn_value"]["low"], "139431.02");
    assert_eq!(flows["withdrawn_value"]["high"], "146086.49");
    let kinds = |kind: &str| {
        let events = third["families"][0]["events"].as_array().unwrap();
        events.iter().filter(|event| event["kind"] == kind).count()
    };
    assert_eq!((kinds("withdrawal"), kinds("arrival"), third["events"].as_u64()), (6, 3, Some(9)));
    let page = read(&trial, "weeks/2017-W31/index.html");
    for words in [
        "51.92690943 BTC were withdrawn in 6 transactions, worth about $145,641 then.",
        "139,431.02",
        "146,086.49",
        "+51.92690943",
        "HitBTC (exchange)",
        "ShapeShift (swap service)",
        "131551e35e7a644b76ea5366f744313bff3f959207c416f7b7b7f9b1cc90b0a3",
        "ransomtrail weekly --week 2017-W31",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // A week later nothing of it is new.
    assert_eq!(week(&trial, "2017-W32")["change"]["withdrawals"], -6);
    assert!(!read(&trial, "weeks/2017-W32/index.html").contains("409803bb"), "events of another week");
}

#[test]
fn the_chart_is_about_the_week() {
    let trial = Trial::recorded();
    let json = trial.json(&["weekly", "--week", "2017-W22", "--out", "weeks", "--format", "svg"]);
    let headline = json["families"][0]["files"][0]["headline"].as_str().unwrap();
    assert_eq!(
        headline,
        "WannaCry took in 0.256 bitcoin in the week of 29 May – 4 Jun 2017, after 1.5 the week before"
    );
    let svg = read(&trial, "weeks/2017-W22/wannacry/weekly.svg");
    let bars = |fill: &str| svg.lines().filter(|line| line.starts_with("<rect") && line.contains(fill)).count();
    assert_eq!(bars("#0072B2"), 1, "one bar in full colour");
    assert_eq!(read(&trial, "weeks/2017-W22/wannacry/weekly.csv").lines().count(), 1 + 4, "the weeks up to it");
    let json = trial.json(&["weekly", "--week", "2017-W31", "--out", "weeks", "--format", "svg"]);
    let headline = json["families"][0]["files"][0]["headline"].as_str().unwrap();
    assert_eq!(headline, "52 bitcoin left WannaCry in the week of 31 Jul – 6 Aug 2017");
    assert!(read(&trial, "weeks/2017-W31/wannacry/weekly.svg").contains("3 Aug: all 51.93 BTC leave"));
    // The page shows it in the three forms that fit screens and paper, and loads nothing.
    let page = read(&trial, "weeks/2017-W31/index.html");
    for form in ["wide", "dark", "tall"] {
        assert!(page.contains(&format!("aria-labelledby=\"{form}-wannacry-weekly-title")), "{form}");
    }
    assert!(page.contains("download=\"wannacry-weekly.csv\"") && page.contains("default-src 'none'"));
    for forbidden in ["<script", "<link", "<img", "<iframe", " src=", "@import", "url(http"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_week_without_data_says_so() {
    let nothing = Trial::new();
    let said = nothing.ok(&["weekly", "--week", "2017-W20", "--out", "weeks"]);
    assert!(said.contains("nothing is recorded of any family yet"), "{said}");
    assert!(read(&nothing, "weeks/2017-W20/index.html").contains("Nothing is recorded of any family in this week"));
    assert!(read(&nothing, "weeks/index.html").contains("nothing is recorded of this week"));

    let trial = Trial::recorded();
    let quiet = trial.ok(&["weekly", "--week", "2017-W10", "--out", "weeks"]);
    assert!(quiet.contains("nothing came in, nothing moved"), "{quiet}");
    let page = read(&trial, "weeks/2017-W10/index.html");
    assert!(page.contains("Nothing came to the tracked addresses of one family, and nothing moved."));
    assert!(read(&trial, "weeks/index.html").contains("nothing came in and nothing moved (1 of 25 families recorded)"));

    // What the record does not reach is unknown, and not empty.
    let late = trial.run(&["weekly", "--week", "2018-W02", "--out", "weeks"]);
    assert!(late.out.contains("not recorded") && late.err.contains("caveat"), "{}{}", late.out, late.err);
    let document: Value = serde_json::from_str(&read(&trial, "weeks/2018-W02/index.json")).unwrap();
    assert!(document["totals"].is_null() && document["change"].is_null() && document["events"].is_null());
    assert!(document["not_recorded"].as_array().unwrap().contains(&"wannacry".into()));
    assert!(read(&trial, "weeks/2018-W02/index.html").contains("what came in and what moved is unknown"));
    // Of a week that is recorded in part the change is unknown.
    let args = ["weekly", "--week", "2017-W37", "--out", "weeks", "--tz", "America/New_York"];
    let part = trial.json(&args);
    assert_eq!((&part["families"][0]["reach"], &part["change"]), (&"part".into(), &Value::Null));
    let page = read(&trial, "weeks/2017-W37/index.html");
    assert!(page.contains("How that stands to the week before is unknown") && page.contains(">unknown</td>"));
    assert!(page.contains("Not recorded to the end of the week") && page.contains("WannaCry (recorded to 17 Sep 2017"));
}

#[test]
fn twice_and_at_once_are_safe() {
    let trial = Trial::recorded();
    let args = |label| ["weekly", "--week", label, "--out", "weeks", "--format", "svg"];
    trial.ok(&args("2017-W31"));
    let once = files(&trial.path("weeks"));
    trial.ok(&args("2017-W31"));
    assert!(once == files(&trial.path("weeks")), "the same bytes");

    let labels = ["2017-W19", "2017-W20", "2017-W21", "2017-W31", "2017-W31"];
    let runs: Vec<_> = labels.iter().map(|label| trial.process(&args(label)).spawn().unwrap()).collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    let index = read(&trial, "weeks/index.html");
    for label in labels {
        assert!(index.contains(&format!("<a href=\"{label}/index.html\">")), "{label}: {index}");
        let document = read(&trial, &format!("weeks/{label}/index.json"));
        assert_eq!(serde_json::from_str::<Value>(&document).unwrap()["week"], label);
    }
    let all = files(&trial.path("weeks"));
    assert!(all.iter().all(|(name, _)| !name.contains(".part")), "nothing half is left");
    let same = |(name, bytes): &(String, Vec<u8>)| all.iter().any(|(other, found)| other == name && found == bytes);
    assert!(once.iter().filter(|(name, _)| name.contains("2017-W31")).all(same));
}

#[test]
fn the_index_lists_whatever_lies_there() {
    let trial = Trial::recorded();
    for label in ["2017-W20", "2017-W31", "2017-W19"] {
        week(&trial, label);
    }
    trial.write("weeks/2017-W05/wannacry/weekly.svg", "<svg/>");
    trial.write("weeks/2017-W06/index.json", "{\"format\": 1, \"week\": \"<script>\"");
    trial.write("weeks/2017-W07/index.json", "{\"format\": 0}");
    trial.write("weeks/notes/index.json", "{}");
    trial.write("weeks/2017-W8/index.json", "{}");
    fs::create_dir_all(trial.path("weeks/2017-W09/index.json")).unwrap();
    week(&trial, "2018-W02");
    let index = read(&trial, "weeks/index.html");
    let order: Vec<&str> = index
        .split("<tr><th scope=\"row\">")
        .skip(1)
        .map(|row| row.trim_start_matches("<a href=\"").get(..8).unwrap())
        .collect();
    let newest_first = ["2018-W02", "2017-W31", "2017-W20", "2017-W19", "2017-W09", "2017-W07", "2017-W06", "2017-W05"];
    assert_eq!(order, newest_first);
    let line = |label: &str| {
        index.lines().find(|line| line.contains(&format!("{label}</"))).unwrap_or_else(|| panic!("{label}")).to_owned()
    };
    for (label, words) in [
        ("2017-W20", &["28.08206047", "$50,171.20", "<a href=\"2017-W20/index.html\">", "15–21 May 2017"][..]),
        ("2017-W31", &["51.92690943", "$145,640.96", "<td class=\"n\">9</td>", "1 of 25"]),
        ("2018-W02", &["nothing is recorded of this week", "<a href"]),
        ("2017-W09", &["damaged", "ransomtrail weekly --week 2017-W09"]),
        ("2017-W07", &["made by an earlier version", "ransomtrail weekly --week 2017-W07"]),
        ("2017-W06", &["damaged"]),
        ("2017-W05", &["made by an earlier version"]),
    ] {
        for word in words {
            assert!(line(label).contains(word), "{label}: {word}: {}", line(label));
        }
    }
    assert!(!line("2017-W06").contains("<a href") && !index.contains("<script"), "no way to what is broken");
    // A week that is made again is whole again.
    week(&trial, "2017-W06");
    assert!(read(&trial, "weeks/index.html").contains("<a href=\"2017-W06/index.html\">"));
}

#[test]
fn old_fields_stay_and_new_ones_come() {
    let trial = Trial::recorded();
    let json =
        trial.json(&["weekly", "--week", "2017-W20", "--out", "weeks", "--tz", "Europe/Berlin", "--currency", "eur"]);
    assert_eq!(
        (&json["week"], &json["from"], &json["to"]),
        (&"2017-W20".into(), &"2017-05-15".into(), &"2017-05-21".into())
    );
    let family = &json["families"][0];
    assert_eq!((&family["recorded"], &family["complete"]), (&true.into(), &true.into()));
    for field in ["outputs", "transactions", "sats", "close", "withdrawals", "withdrawn_sats"] {
        assert!(!family["week"][field].is_null(), "{field}");
    }
    assert_eq!(family["week"]["sats"], family["flows"]["sats"]);
    assert_eq!(family["week"]["close"], family["flows"]["value"]["close"]);
    assert_eq!(json["page"], "weeks/2017-W20/index.html");
    assert_eq!((&json["time_zone"], &json["currency"]), (&"Europe/Berlin".into(), &"EUR".into()));
    let page = read(&trial, "weeks/2017-W20/index.html");
    assert!(page.contains("ransomtrail weekly --week 2017-W20 --tz Europe/Berlin --currency EUR"));
    assert!(page.contains("block time, Europe/Berlin") && page.contains("values in EUR"));
}

/// WannaCry's addresses as two families, the first with a title that wants out of the page.
fn torn(catalog: &Catalog) -> [Family; 2] {
    let whole = catalog.find("wannacry").unwrap().clone();
    let mut parts = [whole.clone(), whole];
    parts[0].addresses.truncate(1);
    parts[0].name = "one".to_owned();
    parts[0].title = "<script>alert(1)</script> & \"onmouseover=\"x".to_owned();
    parts[1].addresses.remove(0);
    parts[1].name = "two".to_owned();
    parts
}

#[test]
fn sums_over_families_are_of_what_is_known() {
    let trial = Trial::recorded();
    let catalog = Catalog::load(Network::Bitcoin, None).unwrap();
    let (families, stranger) = (torn(&catalog), catalog.find("locky").unwrap());
    let store = Store::open_existing(&trial.path("test.db")).unwrap();
    let week = Span::parse_week("2017-W20").unwrap();
    let question = Question { as_of: Some(Moment::Day(week.to)), ..Question::default() };
    let book = Casebook::open(&store, Shelf::carried()).unwrap();
    let inquiry = Inquiry { question, ..Inquiry::default() };
    let cases = [&families[0], &families[1], stranger].map(|family| book.case(family, inquiry).unwrap());
    let weeks = Week::of(week, question, book.prices(Currency::Usd).unwrap(), &cases).unwrap();
    let flows = weeks.total.flows.as_ref().unwrap();
    assert_eq!((flows.outputs, flows.transactions, flows.sats), (179, 170, 2_808_206_047));
    assert_eq!(flows.value.unwrap().rounded()[1].to_string(), "50171.20");
    let change = weeks.total.change.as_ref().unwrap();
    let parts: i64 = weeks.families.iter().map(|family| family.weeks.change.as_ref().unwrap().sats).sum();
    assert_eq!((change.sats, parts), (712_849_193, 712_849_193));
    assert_eq!((weeks.total.whole, weeks.total.part, weeks.total.nothing), (2, 0, 1));
    assert!(weeks.families.iter().all(|family| family.reach() == Reach::Whole));
    let html = weekly::make(&weeks, "weekly").unwrap().html().unwrap();
    assert!(html.contains("Locky") && html.contains("2 of 3 families recorded"), "what is missing is named");
    assert!(html.contains("together") && html.contains("+7.12849193"), "the row of the sums");
    assert!(html.contains("alert(1)") && !html.contains("<script"), "escaped");
    // In a picture a quotation mark is text like any other; in the page itself it could end an attribute.
    let page: String = html.split("<svg").map(|part| part.rsplit("</svg>").next().unwrap()).collect();
    assert!(page.contains("onmouseover") && !page.contains("\"onmouseover"), "{page}");
}
