//! Every shipped row: a valid address, a source that can be looked up, no duplicates, and snapshots that add up.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::{Network, Target};
use chrono::DateTime;
use ransomtrail::catalog::{Catalog, Labels};
use ransomtrail::domain::{Confidence, Currency};
use ransomtrail::explorer::snapshots;
use ransomtrail::price::{Live, Prices};
use ransomtrail::proof::periods;
use serde_json::Value;

use crate::trial::source;

#[test]
fn every_family_is_sound() {
    // Loading checks checksums, networks, names, duplicates within and across families, and the key of each source.
    let catalog = Catalog::load(Network::Bitcoin, None).unwrap();
    let files = std::fs::read_dir(source("data/families")).unwrap().count();
    assert_eq!(catalog.families().count(), files, "a file is not embedded");
    for family in catalog.families() {
        assert!(family.built_in);
        assert!(family.summary.len() > 20 && family.summary.ends_with('.'), "{}: say what it was", family.name);
        for watched in &family.addresses {
            let named = family.sources.iter().find(|s| s.key == watched.source).unwrap();
            assert!(named.url.is_some(), "{}: source {} has no link", family.name, named.key);
        }
        for fact in &family.facts {
            let named = family.sources.iter().find(|s| s.key == fact.source).unwrap();
            assert!(named.url.is_some() && !fact.by.is_empty(), "{}: {fact:?} has no link", family.name);
        }
        for link in &family.links {
            assert!(link.url.starts_with("https://"), "{}: {}", family.name, link.url);
        }
    }
}

#[test]
fn every_label_is_sound() {
    // Loading checks checksums, categories and the vocabulary of confidence, and refuses what a file says twice.
    let labels = Labels::load(Network::Bitcoin, None).unwrap();
    let mut said = BTreeSet::new();
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for label in labels.iter() {
        let place = format!("{} {}", label.file, label.address);
        assert!(label.source.starts_with("https://"), "{place}: its source has no link");
        assert!(label.confidence != Confidence::Unknown, "{place}");
        assert!(said.insert((&label.address, &label.name, label.category)), "{place} stands twice");
        assert!(!labels.disagree(&label.address), "{place}: we ship what contradicts itself");
        *files.entry(&label.file).or_default() += 1;
    }
    assert_eq!(files.len(), std::fs::read_dir(source("data/labels")).unwrap().count(), "a file is not embedded");
    let readme = std::fs::read_to_string(source("data/README.md")).unwrap();
    for (file, count) in files {
        let name = file.trim_start_matches("data/");
        let row = readme.lines().find(|l| l.starts_with(&format!("| `{name}` |"))).unwrap_or_default();
        assert!(row.contains(&format!("| {count} |")), "data/README.md does not say that {name} has {count} labels");
    }
}

#[test]
fn every_file_names_its_source() {
    let readme = std::fs::read_to_string(source("data/README.md")).unwrap();
    for folder in ["claims", "families", "labels", "prices", "snapshots"] {
        assert!(readme.contains(folder), "data/README.md does not tell of {folder}");
    }
    let labels = std::fs::read_dir(source("data/labels")).unwrap().map(|entry| entry.unwrap().path());
    let prices = std::fs::read_dir(source("data/prices")).unwrap().map(|entry| entry.unwrap().path());
    for file in labels.chain(prices) {
        let text = std::fs::read_to_string(&file).unwrap();
        let file = file.display();
        let head: String = text.lines().take_while(|l| l.starts_with('#')).collect();
        assert!(head.contains("Source: ") && head.contains("Licence: "), "{file} does not name its source and licence");
    }
    for currency in Currency::ALL {
        let prices = Prices::load(currency, &Live::default()).unwrap();
        let day = "2017-08-03".parse().unwrap();
        assert!(prices.at(day).is_some() && !prices.source().is_empty(), "{currency}");
    }
}

#[test]
fn snapshots_add_up_and_hang_together() {
    for entry in std::fs::read_dir(source("data/snapshots")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut lines = text.lines().map(|l| serde_json::from_str::<Value>(l).unwrap());
        let header = lines.next().unwrap();
        assert!(snapshots().iter().any(|s| s.header.family == header["family"]), "it is not embedded");
        let sources: BTreeSet<&str> =
            header["sources"].as_array().unwrap().iter().map(|s| s["key"].as_str().unwrap()).collect();
        let rows: Vec<Value> = lines.collect();
        let txids: BTreeSet<&str> = rows.iter().map(|r| r["txid"].as_str().unwrap()).collect();
        assert_eq!(txids.len(), rows.len(), "a transaction stands twice");

        // Sums by address, to hold against the totals of the header.
        let mut sums: BTreeMap<&str, (BTreeSet<&str>, u64, u64)> = BTreeMap::new();
        for row in &rows {
            let txid = row["txid"].as_str().unwrap();
            assert!(sources.contains(row["source"].as_str().unwrap()), "{txid} names no source");
            for output in row["out"].as_array().unwrap() {
                if let Some(address) = output[0].as_str() {
                    let sum = sums.entry(address).or_default();
                    sum.0.insert(txid);
                    sum.1 += output[1].as_u64().unwrap();
                }
            }
            for input in row["in"].as_array().unwrap() {
                if let Some(address) = input[2].as_str() {
                    let sum = sums.entry(address).or_default();
                    sum.0.insert(txid);
                    sum.2 += input[3].as_u64().unwrap();
                }
            }
        }
        for totals in header["totals"].as_array().unwrap() {
            let address = totals["address"].as_str().unwrap();
            let (txids, received, spent) = &sums[address];
            assert_eq!(txids.len() as u64, totals["tx_count"].as_u64().unwrap(), "{address}");
            assert_eq!(*received, totals["received"].as_u64().unwrap(), "{address}");
            assert_eq!(*spent, totals["spent"].as_u64().unwrap(), "{address}");
        }
    }
}

#[test]
fn the_wannacry_record_is_whole() {
    let text = std::fs::read_to_string(source("data/snapshots/wannacry.jsonl")).unwrap();
    let rows: Vec<Value> = text.lines().skip(1).map(|l| serde_json::from_str(l).unwrap()).collect();
    let part = |name: &str| rows.iter().filter(|r| r["part"] == name).count();
    assert_eq!((part("ledger"), part("onward")), (341, 17));
    assert_eq!(rows.iter().filter(|r| r["hex"].is_string()).count(), 6, "the withdrawals as raw transactions");
    let unknown = |r: &&Value| r["in"].as_array().unwrap().iter().any(|i| i[0].is_null());
    assert!(rows.iter().filter(unknown).count() > 300, "what is unknown stays unknown");
}

#[test]
fn checkpoints_are_those_of_the_chain() {
    let text = std::fs::read_to_string(source("data/checkpoints/mainnet.csv")).unwrap();
    for head in ["# What:", "# Unit:", "# Range:", "# Source:", "# Licence:"] {
        assert!(text.lines().any(|line| line.starts_with(head)), "{head} is missing");
    }
    let rows = text.lines().filter(|line| !line.starts_with('#')).count() - 1;
    let periods = periods();
    assert_eq!(periods.len(), rows, "a row cannot be read");
    let target = |bits| Target::from_compact(bits);
    assert_eq!(target(periods[0].bits), Target::MAX_ATTAINABLE_MAINNET);
    for (at, period) in periods.iter().enumerate() {
        assert_eq!(period.first_height as usize, at * 2016);
        assert_eq!(target(period.bits).to_compact_lossy(), period.bits, "{at}: not as headers carry it");
        assert_eq!(period.last_hash.is_none(), at + 1 == rows, "{at}: only the last one has no end yet");
        assert!(period.last_hash.is_none_or(|hash| target(period.bits).is_met_by(hash)), "{at}: no work");
        if let Some(next) = periods.get(at + 1) {
            let (here, after) = (target(period.bits), target(next.bits));
            assert!(after <= here.max_transition_threshold_unchecked(), "{at}: more than four times as easy");
            // Where it is four times as hard, the compact form may have lost a little.
            assert!(after.difficulty(Network::Bitcoin) <= 4 * here.difficulty(Network::Bitcoin) + 4, "{at}");
            assert!(period.span.0 < period.span.1 && period.span.1 <= next.span.1, "{at}");
        }
    }
    let of_2013 = periods.iter().filter(|p| (1_356_998_400..1_388_534_400).contains(&p.span.1));
    assert_eq!(of_2013.map(|p| p.difficulty()).min(), Some(2_968_775));
}

#[test]
fn recorded_blocks_lie_in_their_periods() {
    let text = std::fs::read_to_string(source("data/snapshots/wannacry.jsonl")).unwrap();
    let mut blocks = 0;
    for line in text.lines().skip(1) {
        let row: Value = serde_json::from_str(line).unwrap();
        let height = row["height"].as_u64().unwrap();
        let time = DateTime::parse_from_rfc3339(row["time"].as_str().unwrap()).unwrap().timestamp();
        let (begins, ends) = periods()[height as usize / 2016].span;
        // A day more on both sides, as a header is held against it.
        assert!((begins - 86_400..=ends + 86_400).contains(&time), "{height}: {time}, {begins} to {ends}");
        blocks += 1;
    }
    assert!(blocks > 300);
}
