use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::domain::words::shown;
use crate::domain::{Category, Confidence, link};

const ADDRESS: &str = "18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3";

fn address(text: &str) -> Address {
    Address::parse(text, Network::Bitcoin).unwrap()
}

fn of(files: &[(&str, Origin)]) -> Labels {
    let mut labels = Labels::default();
    for (rows, origin) in files {
        let text = format!("address,name,category,source,confidence,lastmod\n{rows}");
        labels.admit("x.csv", &text, Network::Bitcoin, *origin).unwrap();
    }
    labels.arrange();
    labels
}

#[test]
fn which_label_is_shown() {
    let check = |files: &[(&str, Origin)], order: &[&str], disagree: bool| {
        let labels = of(files);
        let at = address(ADDRESS);
        let names: Vec<&str> = labels.labels_of(&at).map(|l| l.name.as_str()).collect();
        assert_eq!(names, order);
        assert_eq!(labels.of(&at).map(|l| l.name.as_str()), order.first().copied());
        assert_eq!(labels.disagree(&at), disagree);
    };
    let row = |name: &str, category: &str, rest: &str| format!("{ADDRESS},{name},{category},s,{rest}\n");
    let low = row("Low", "exchange", "web_crawl,2024-01-01");
    let high = row("High", "exchange", "service_api,2011-01-01");
    let new = row("New", "exchange", "forensic,2024-01-01");
    // Its word has another name, and the same level.
    let old = row("Old", "exchange", "trusted_provider,2011-01-01");
    let undated = row("Undated", "exchange", "service_data,");
    check(&[], &[], false);
    check(&[(&low, Origin::BuiltIn)], &["Low"], false);
    check(&[(&format!("{low}{high}"), Origin::BuiltIn)], &["High", "Low"], true);
    check(&[(&format!("{undated}{old}{new}"), Origin::BuiltIn)], &["New", "Old", "Undated"], true);
    check(&[(&high, Origin::BuiltIn), (&low, Origin::Own)], &["Low", "High"], true);
    check(
        &[(&new, Origin::Own), (&high, Origin::Imported), (&row("List", "exchange", "override,"), Origin::BuiltIn)],
        &["New", "High", "List"],
        true,
    );
    let listed = row("OFAC", "sanctioned", "authority_data,2024-01-01");
    let mixer = row("Blender.io", "mixer", "authority_data,2022-05-16");
    check(&[(&format!("{listed}{mixer}"), Origin::BuiltIn)], &["Blender.io", "OFAC"], false);
    check(&[(&format!("{listed}{low}"), Origin::BuiltIn)], &["OFAC", "Low"], false);
}

#[test]
fn a_bad_row_is_named_and_another_network_left_out() {
    let mut labels = Labels::default();
    let mut admit = |row: &str| {
        let text = format!("# Source: x\naddress,name,category,source\n{row}\n");
        labels.admit("labels/x.csv", &text, Network::Bitcoin, Origin::Own).map_err(|e| e.to_string())
    };
    assert_eq!(admit("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx,X,exchange,s"), Ok(()));
    assert_eq!(
        admit(&format!("{ADDRESS},X,bank,s")).map_err(|e| e.split(';').next().unwrap().to_owned()),
        Err(format!("labels/x.csv: line 3: {ADDRESS}: no category \"bank\""))
    );
    assert_eq!(labels.iter().count(), 0);
}

#[test]
fn the_shipped_labels_name_where_wannacry_went() {
    let labels = Labels::load(Network::Bitcoin, None).unwrap();
    let check = |text: &str, name: &str, category: Category| {
        let label = labels.of(&address(text)).unwrap();
        assert_eq!((label.name.as_str(), label.category, label.origin), (name, category, Origin::BuiltIn));
    };
    check(ADDRESS, "ShapeShift", Category::SwapService);
    check("1DVhsPyrTyNPKmwMWUq6Dtf24Ja6je5Thq", "ShapeShift", Category::SwapService);
    check("1Dha5e1jbTtu4YGALQ3DnfTAk5yxzm4XSR", "HitBTC", Category::Exchange);
    // On both lists: whose it is comes first.
    check("15PggTG7YhJKiE6B16vkKzA1YDTZipXEX4", "Blender.io", Category::Mixer);
    assert_eq!(Labels::load(Network::Signet, None).unwrap().iter().count(), 0);
}

/// Any text that may stand in a field.
fn words() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        any::<String>(),
        "[-=+@'\"#,;:&*!|>%{}\\[\\]~ a-z0-9._?]{1,12}",
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("2021-11-14".to_owned()),
        Just("1e5".to_owned()),
        Just("0x1F".to_owned()),
        Just("<<".to_owned()),
        Just("---".to_owned()),
    ];
    // As they are kept.
    text.prop_map(|t| shown(&t.chars().take(20).collect::<String>()).into_owned())
        .prop_filter("it says something, and is no link", |t| !t.trim().is_empty() && link::source(t).is_ok())
}

fn note() -> impl Strategy<Value = String> {
    let lines = proptest::collection::vec(words(), 1..4).prop_map(|lines| lines.join("\n"));
    let endings = prop_oneof![Just(""), Just("\n"), Just("\n\n"), Just(" ")];
    let json = words().prop_map(|w| serde_json::json!({ "ransomtrail": { "note": w } }).to_string());
    prop_oneof![(lines, endings).prop_map(|(a, b)| a + b), json, Just("7".to_owned())]
}

fn label() -> impl Strategy<Value = Label> {
    let categories: Vec<Category> = Category::all().collect();
    let confidences: Vec<Confidence> = Confidence::all().collect();
    (
        (words(), words(), proptest::option::of(words()), proptest::option::of(note())),
        (proptest::sample::select(categories), proptest::sample::select(confidences)),
        (proptest::option::of(0_i32..200_000), any::<bool>()),
    )
        .prop_map(|((name, source, actor, note), (category, confidence), (day, cluster))| Label {
            address: address(ADDRESS),
            name,
            category,
            source,
            confidence,
            lastmod: day.and_then(|d| NaiveDate::from_num_days_from_ce_opt(657_000 + d)),
            cluster,
            actor,
            note,
            origin: Origin::Imported,
            file: "x".into(),
        })
}

/// A list under a name that says nothing.
fn source<'a>(text: &'a str, file: &'a Arc<str>) -> form::Source<'a> {
    form::Source { path: Path::new("x"), text, network: Network::Bitcoin, origin: Origin::Imported, file }
}

proptest! {
    #[test]
    fn what_is_exported_reads_back_equal(label in label(), title in any::<String>()) {
        let file: Arc<str> = "x".into();
        for form in FORMS {
            let Some(write) = form.write else { continue };
            let list = write(&[&label], &Head { title: &title, creator: "me" }).unwrap();
            let read = (form.read)(&source(&list, &file));
            let read = read.map_err(|error| TestCaseError::fail(format!("{}: {error}\n{list}", form.name)))?;
            prop_assert_eq!(&read.labels, std::slice::from_ref(&label), "{}: {}", form.name, list);
        }
        let csv = table::write(std::slice::from_ref(&label), &[title]);
        let read = table::read(&csv, Network::Bitcoin, Origin::Imported, &file).unwrap();
        prop_assert_eq!(&read.labels, std::slice::from_ref(&label), "{}", csv);
    }

    #[test]
    fn no_cell_is_a_formula(label in label()) {
        let csv = as_csv(&[&label]);
        for record in csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes()).into_records() {
            for cell in &record.unwrap() {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", csv);
            }
        }
    }

    #[test]
    fn no_file_makes_a_reader_panic(text in any::<String>(), rows in "[-a-z:\\[{}&*#'\"|\n ,]{0,80}") {
        let file: Arc<str> = "x".into();
        for text in [text, rows.clone(), format!("tags:\n{rows}"), format!("address,name,category,source\n{rows}")] {
            for form in FORMS {
                let _ = (form.read)(&source(&text, &file));
            }
        }
    }
}
