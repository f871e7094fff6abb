//! Sentences, and what they are read to: the table in `tests/claims`, and what happens to its sentences when words of them change.

use std::collections::HashMap;

use proptest::prelude::*;

use super::role::role;
use super::vocabulary::{LANGUAGES, file};
use super::*;
use crate::claims::reading::Place;
use crate::claims::{Bound, Interval, Unit};
use crate::domain::{Currency, Decimal};

struct Row {
    language: String,
    sentence: String,
    reading: String,
}

fn table() -> Vec<Row> {
    let mut rows = csv::Reader::from_reader(include_str!("../../../tests/claims/sentences.csv").as_bytes());
    let row = |row: csv::StringRecord| {
        let [language, sentence, reading] = [0, 1, 3].map(|at| row[at].to_owned());
        Row { language, sentence, reading }
    };
    rows.records().map(|record| row(record.unwrap())).collect()
}

/// What a sentence is read to, as the table writes it.
fn said(text: &str) -> String {
    match read(text) {
        Ok(reading) => reading.claims.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "),
        Err(refused) => format!("refused: {}", refused.code.name()),
    }
}

#[test]
fn every_word_has_one_use() {
    let common = file("common").unwrap();
    let english = file("en").unwrap();
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        let own = file(language).unwrap();
        let mut seen: HashMap<String, String> = HashMap::new();
        for (table, words) in common.tables.iter().chain(&own.tables) {
            for (key, phrases) in words {
                let place = format!("{language}: {table}.{key}");
                if role(table, key).is_none() {
                    wrong.push(format!("{place} is no use of words"));
                }
                if phrases.is_empty() {
                    wrong.push(format!("{place} is empty"));
                }
                for phrase in phrases {
                    let words: Vec<String> =
                        token::tokens(phrase.trim_end_matches('.')).into_iter().map(|t| t.text).collect();
                    if let Some(other) = seen.insert(words.join(" "), place.clone()) {
                        wrong.push(format!("\"{phrase}\" is in {other} and {place}"));
                    }
                }
            }
        }
        wrong.extend(
            english
                .tables
                .keys()
                .filter(|table| **table != "gerunds" && !own.tables.contains_key(*table))
                .map(|t| format!("{language} has no {t}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sentences_are_read_as_the_table_says() {
    let rows = table();
    assert!(rows.len() >= 400);
    let wrong: Vec<String> = rows
        .iter()
        .filter(|row| said(&row.sentence) != row.reading)
        .map(|row| {
            format!("{} {}\n  table: {}\n  read:  {}", row.language, row.sentence, row.reading, said(&row.sentence))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sentences of the table that are read, with the characters of their clauses' words.
fn words_of_clauses() -> Vec<(Row, Reading, Vec<std::ops::Range<usize>>)> {
    let words = |text: &str, reading: &Reading| {
        let letters: Vec<char> = text.chars().collect();
        let inside = |at: usize| reading.claims.iter().any(|claim| claim.at.contains(&at));
        let part = |at: usize| {
            letters[at].is_alphanumeric() || (at > 0 && at + 1 < letters.len() && "'’".contains(letters[at]))
        };
        let mut out: Vec<std::ops::Range<usize>> = Vec::new();
        for at in (0..letters.len()).filter(|at| inside(*at) && part(*at)) {
            match out.last_mut() {
                Some(last) if last.end == at => last.end = at + 1,
                _ => out.push(at..at + 1),
            }
        }
        out
    };
    let read = |row: Row| {
        let reading = read(&row.sentence).ok()?;
        let words = words(&row.sentence, &reading);
        Some((row, reading, words))
    };
    table().into_iter().filter_map(read).collect()
}

fn replaced(text: &str, range: std::ops::Range<usize>, with: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters[..range.start].iter().chain(&with.chars().collect::<Vec<_>>()).chain(&letters[range.end..]).collect()
}

#[test]
fn an_unknown_word_in_a_clause_is_a_refusal() {
    let mut wrong = Vec::new();
    for (row, reading, words) in words_of_clauses() {
        for range in words {
            let lower = replaced(&row.sentence, range.clone(), "zorble");
            let upper = replaced(&row.sentence, range.clone(), "Zorble");
            // What other clauses say stays.
            let others: Vec<String> =
                reading.claims.iter().filter(|c| !c.at.contains(&range.start)).map(ToString::to_string).collect();
            let stays = |text: &str| !others.is_empty() && said(text) == others.join(" | ");
            if read(&lower).is_ok() && !stays(&lower) {
                wrong.push(format!("{lower} -> {}", said(&lower)));
            }
            // A name that nobody knows can be a place's, and a subject's, which is said.
            if let Ok(read) = read(&upper) {
                let placed = read.claims.iter().all(|claim| claim.place == Some(Place::Named("zorble".to_owned())));
                let listed = read.not_checked.iter().any(|words| words.contains("Zorble"));
                if !placed && !listed && !stays(&upper) {
                    wrong.push(format!("{upper} -> {}", said(&upper)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_denial_in_a_clause_leaves_no_reading() {
    let denials: HashMap<&str, &[&str]> = HashMap::from([
        ("en", ["not", "never", "no one", "nobody"].as_slice()),
        ("de", ["nicht", "nie", "niemand", "keine"].as_slice()),
        ("fr", ["pas", "jamais", "personne", "ne pas"].as_slice()),
        ("es", ["no", "nunca", "nadie"].as_slice()),
    ]);
    // Together with the words beside them, these say something that is no denial of a sum.
    let others = [
        "not more than",
        "not less than",
        "not fewer than",
        "never been moved",
        "not exceeding",
        "nicht mehr als",
        "nicht über",
        "nicht weniger als",
        "nie bewegt",
        "pas plus d",
        "pas moins d",
        "no más de",
        "no menos de",
        "never moved",
        "not moved",
        "never been withdrawn",
        "never been touched",
        "never been spent",
        "not been moved",
    ];
    let mut wrong = Vec::new();
    for (row, reading, words) in words_of_clauses() {
        for range in words {
            for denial in denials[reading.language] {
                let text = replaced(&row.sentence, range.start..range.start, &format!("{denial} "));
                let other = others.iter().any(|other| text.to_lowercase().contains(other));
                let said = said(&text);
                if !said.starts_with("refused") && (said == row.reading || !other) {
                    wrong.push(format!("{text} -> {said}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_refusal_says_what_was_understood_and_how_to_ask() {
    let check = |text: &str, expect: &str| assert_eq!(read(text).unwrap_err().to_string(), expect);
    check(
        "The hackers splurged $140,000 on yachts",
        "\"splurged\" is not understood (understood: between 135,000 and 145,000 US dollars); say it in fewer words, like \"$140,000 was withdrawn\" or \"the wallets received 52 bitcoin\"",
    );
    for row in table() {
        if let Err(refused) = read(&row.sentence) {
            let text = refused.to_string();
            assert!(text.chars().count() < 700 && !text.contains('\n') && !refused.ask.is_empty(), "{text}");
        }
    }
}

#[test]
fn words_that_take_no_part_are_listed() {
    let check = |text: &str, expect: &[&str]| assert_eq!(read(text).unwrap().not_checked, expect, "{text}");
    check("North Korean hackers collected over $140,000", &["North Korean hackers"]);
    check("WannaCry made $140,000", &[]);
    check(
        "the worm hit 230,000 computers in 150 countries and took in 52 bitcoin",
        &["the worm hit 230,000 computers in 150 countries"],
    );
}

/// Claims as the program writes them.
fn quantities() -> impl Strategy<Value = (Unit, Interval)> {
    let units = Currency::ALL.map(Unit::Money).into_iter().chain([
        Unit::Bitcoin,
        Unit::Payments,
        Unit::Transactions,
        Unit::Withdrawals,
        Unit::Addresses,
    ]);
    let units = prop::sample::select(units.collect::<Vec<_>>());
    let number = || (0_i64..100_000_000_000_000, 0_u32..9).prop_map(|(n, places)| Decimal::new(n, places).normalize());
    (units, number(), number(), 0..6).prop_map(|(unit, a, b, shape)| {
        let end = |open: bool| Some(Bound { at: a, open });
        let interval = match shape {
            0 => Interval::point(a),
            1 => Interval { min: end(false), max: None },
            2 => Interval { min: end(true), max: None },
            3 => Interval { min: None, max: end(false) },
            4 => Interval { min: None, max: end(true) },
            _ => Interval::between(a.min(b), a.max(b)),
        };
        (unit, interval)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back((unit, interval) in quantities()) {
        let text = in_words(unit, &interval);
        let claims = read(&text).map(|reading| reading.claims.into_iter().map(|c| (c.unit, c.interval)).collect::<Vec<_>>());
        prop_assert_eq!(claims, Ok(vec![(unit, interval)]), "{}", text);
    }

    #[test]
    fn small_sums_read_back(mills in 0_i64..2_000_000) {
        let interval = Interval::between(Decimal::new(mills, 3), Decimal::new(mills + 5, 3));
        let text = in_words(Unit::Money(Currency::Usd), &interval);
        prop_assert_eq!(read(&text).map(|reading| reading.claims[0].interval), Ok(interval), "{}", text);
    }

    #[test]
    fn no_text_breaks_it(text in any::<String>()) {
        let _ = read(&text);
    }

    #[test]
    fn unknown_words_around_a_number_say_nothing(before in "[bcdfgh]{3,8}( [bcdfgh]{3,8}){0,3}", after in "( [bcdfgh]{3,8}){1,3}") {
        let text = format!("{before} $140,000{after}");
        prop_assert!(read(&text).is_err(), "{}", text);
    }

    #[test]
    fn no_pieces_break_it(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "$", "€", "5", "10", "1,234", "1.234", "-", "–", "million", "k", "m", "bn.", "of", "a", "half", "and", "between", "to",
                "or", "hundred", "two", "twenty", "trillion", "billions", "bitcoin", "BTC", "payments", "about", "over", "six", "figure",
                "multi", "quarter", "dozen", "999999999999999", "satoshis", "us", "dollars", "in", "+", "%", ".", "U.S.", "may", "2017",
                "’", "İ", "ß", "received", "was", "withdrawn", "(", ")", ",", "which", "the", "first", "days", "wallets", "largest",
            ]),
            0..12,
        ),
        gap in prop::sample::select(vec!["", " "]),
    ) {
        let text = pieces.join(gap);
        for claim in read(&text).map(|reading| reading.claims).unwrap_or_default() {
            prop_assert!(claim.interval.min.is_some() || claim.interval.max.is_some(), "{}", text);
            prop_assert!(claim.at.end <= text.chars().count(), "{}", text);
        }
    }
}
