//! Evidence packs: whole round trips through the built program, forgeries, and bytes that are no pack at all.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};
use std::sync::LazyLock;

use bitcoin::OutPoint;
use bitcoin::hashes::{Hash, sha256};
use proptest::prelude::*;
use ransomtrail::evidence::{Checked, Level, Statement, Verdict, check};
use ransomtrail::store::Store;
use serde_json::Value;

use crate::dialects::{ours, services};
use crate::live::{block, configure, story, trial};
use crate::support::{FakeExplorer, FakeMarket, Kind, Style, esplora};
use crate::trial::{Trial, data};

/// The files of a pack, in order.
pub type Files = Vec<(String, Vec<u8>)>;

fn packed(trial: &Trial, family: &str, flags: &[&str]) -> Vec<u8> {
    let mut args = vec!["evidence", "pack", family, "--out", "pack.zip", "--force"];
    args.extend(flags);
    trial.ok(&args);
    std::fs::read(trial.path("pack.zip")).unwrap()
}

/// The recorded ledger, with what the record holds of the withdrawals.
fn recorded() -> Trial {
    let trial = Trial::new();
    trial.ok(&["sync", "wannacry", "--explorer", "built-in", "--onward"]);
    trial
}

/// Its pack, made once.
fn pack_of_the_record() -> &'static [u8] {
    static PACK: LazyLock<Vec<u8>> = LazyLock::new(|| packed(&recorded(), "wannacry", &[]));
    &PACK
}

/// The pack of an eventful ledger, made once.
fn eventful_pack() -> &'static [u8] {
    static PACK: LazyLock<Vec<u8>> = LazyLock::new(|| packed(&eventful(&[]), "story", &[]));
    &PACK
}

fn checked(bytes: &[u8]) -> Checked {
    check(bytes)
}

pub fn holds(bytes: &[u8]) -> Checked {
    let checked = checked(bytes);
    assert!(checked.holds(), "{:#?}", checked.statements);
    let nothing = |one: &Statement| one.verdict == Verdict::Established && one.text.starts_with("0 ");
    assert!(!checked.statements.iter().any(nothing), "nothing is established: {:#?}", checked.statements);
    checked
}

pub fn says(checked: &Checked, verdict: Verdict, part: &str) -> bool {
    checked.statements.iter().any(|one| one.verdict == verdict && one.text.contains(part))
}

pub fn unzip(bytes: &[u8]) -> Files {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Files::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.push((file.name().unwrap().into_owned(), content));
    }
    files
}

fn rezip(files: &Files) -> Vec<u8> {
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644)
        .system(zip::System::Unix);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn file<'a>(files: &'a mut Files, name: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1
}

/// Figures and report in a pack are those that the commands print and write.
fn as_printed(trial: &Trial, family: &str, files: &mut Files, flags: &[&str]) {
    let printed = |words: &[&str]| data(trial.json(&[words, flags].concat()));
    assert_eq!(json_of(files, "figures/summary.json"), printed(&["summary", family]));
    assert_eq!(json_of(files, "figures/events.json"), printed(&["events", family]));
    for policy in ["fifo", "haircut", "poison"] {
        let name = format!("figures/trace-{policy}.json");
        assert_eq!(json_of(files, &name), printed(&["trace", family, "--policy", policy]), "{name}");
    }
    trial.ok(&[&["report", family, "--format", "html,md,json", "--out", "pages"], flags].concat());
    let pages: Vec<_> = std::fs::read_dir(trial.path("pages").join(family)).unwrap().map(|at| at.unwrap()).collect();
    for page in &pages {
        let name = format!("report/{}", page.file_name().into_string().unwrap());
        assert!(std::fs::read(page.path()).unwrap() == *file(files, &name), "{name}");
    }
    assert_eq!(files.iter().filter(|(name, _)| name.starts_with("report/")).count(), pages.len());
}

fn json_of(files: &mut Files, name: &str) -> Value {
    serde_json::from_slice(file(files, name)).unwrap()
}

/// A pack with other contents, whose manifest and archive are in order all the same.
pub fn forged(bytes: &[u8], change: impl FnOnce(&mut Files)) -> Vec<u8> {
    let mut files = unzip(bytes);
    change(&mut files);
    let sums: String = files
        .iter()
        .filter(|(name, _)| !["SHA256SUMS", "manifest.json"].contains(&name.as_str()))
        .map(|(name, content)| format!("{}  {name}\n", sha256::Hash::hash(content)))
        .collect();
    *file(&mut files, "SHA256SUMS") = sums.into_bytes();
    let mut manifest = json_of(&mut files, "manifest.json");
    let rows = files.iter().filter(|(name, _)| name != "manifest.json").map(|(name, content)| {
        let sha256 = sha256::Hash::hash(content).to_string();
        format!(
            "    {{\n      \"name\": \"{name}\",\n      \"bytes\": {},\n      \"sha256\": \"{sha256}\"\n    }}",
            content.len()
        )
    });
    let rows: Vec<String> = rows.collect();
    let version = manifest["program_version"].take();
    *file(&mut files, "manifest.json") = format!(
        "{{\n  \"format\": \"ransomtrail-evidence\",\n  \"format_version\": 1,\n  \"program_version\": {version},\n  \"files\": [\n{}\n  ]\n}}\n",
        rows.join(",\n")
    )
    .into_bytes();
    rezip(&files)
}

/// Replaces the first occurrence of a text in a file.
pub fn replace(files: &mut Files, name: &str, from: &str, to: &str) {
    let content = file(files, name);
    let text = String::from_utf8(content.clone()).unwrap();
    assert!(text.contains(from), "{name} does not hold {from}");
    *content = text.replacen(from, to, 1).into_bytes();
}

#[test]
fn the_recorded_ledger_is_packed_and_checked() {
    let trial = recorded();
    let printed = trial.json(&["evidence", "pack", "wannacry", "--as-of", "2017-12-19"]);
    assert_eq!(printed["file"], "wannacry-2017-12-19.zip");
    let bytes = std::fs::read(trial.path("wannacry-2017-12-19.zip")).unwrap();
    assert_eq!(printed["sha256"], sha256::Hash::hash(&bytes).to_string());
    let citation = printed["citation"].as_str().unwrap();
    assert!(
        citation
            .starts_with("WannaCry: ledger (complete to 2017-09-17T23:59:59Z) and figures as of 2017-12-19T23:59:59Z"),
        "{citation}"
    );
    let stands = "of 52.11290943 BTC received, 0 proven, 0 recomputed, 52.11290943 told by one source with its answer";
    assert!(citation.ends_with(stands) && printed["stands"] == stands, "{citation}");
    assert!(citation.contains("wannacry-2017-12-19.zip") && citation.contains(printed["sha256"].as_str().unwrap()));
    assert_eq!((&printed["transactions"], &printed["answers_not_kept"]), (&358.into(), &0.into()));

    // The same database and question give the same bytes; a file that is there is not overwritten by accident.
    assert_eq!(packed(&trial, "wannacry", &["--as-of", "2017-12-19"]), bytes);
    trial.fails(&["evidence", "pack", "wannacry", "--as-of", "2017-12-19"], 2, "--force overwrites it");
    assert_ne!(packed(&trial, "wannacry", &[]), bytes);
    holds(&packed(&trial, "wannacry", &["--currency", "CHF", "--time", "first-seen", "--tz", "Europe/Berlin"]));

    // On a machine that holds nothing but the file.
    let elsewhere = Trial::new();
    std::fs::write(elsewhere.path("w.zip"), &bytes).unwrap();
    let found = elsewhere.json(&["evidence", "check", "w.zip"]);
    assert_eq!((&found["holds"], &found["sha256"]), (&true.into(), &printed["sha256"]));
    let text = elsewhere.ok(&["evidence", "check", "w.zip"]);
    for part in [
        "of the 341 transactions of the addresses, 0 proven to be in a block, 6 recomputed to the txid, 335 told with an answer that is in the pack, 0 told without one",
        "46 answers of the 46",
        "the prices are those of the market",
        "358 transactions are as in the record of wannacry that this program carries, complete to 2017-09-17T23:59:59Z",
        "consistent: nothing in it is contradicted",
        "of 6 withdrawals, 0 proven, 0 recomputed, 6 told by one source with its answer",
    ] {
        assert!(text.contains(part), "{text} does not say {part}");
    }
    assert!(text.trim_end().ends_with(stands), "the last line is how it stands: {text}");
    let sums = ["received_sats", "proven_sats", "recomputed_sats", "told_sats", "told_without_answer_sats"];
    let sums = sums.map(|name| found[name].as_u64().unwrap());
    assert_eq!((found["verdict"].as_str(), sums), (Some("told"), [5_211_290_943, 0, 0, 5_211_290_943, 0]));
    elsewhere.ok(&["evidence", "check", "w.zip", "--require", "told"]);
    for level in ["recomputed", "proven"] {
        let ran = elsewhere.run(&["evidence", "check", "w.zip", "--require", level]);
        assert!(ran.code == 1 && ran.out.contains(&format!("required: {level}: NO")), "{}", ran.out);
        assert!(ran.out.contains("consistent") && ran.out.trim_end().ends_with(stands), "{}", ran.out);
    }
    elsewhere.fails(&["evidence", "check", "w.zip", "--require", "sworn"], 2, "told");
    assert!(!elsewhere.path("test.db").exists(), "a check touches no database");

    // The figures are those that the program prints, the report is the one that it writes.
    let mut files = unzip(&bytes);
    as_printed(&trial, "wannacry", &mut files, &["--as-of", "2017-12-19"]);
    let rows = trial.json(&["payments", "wannacry", "--as-of", "2017-12-19"]);
    let packed_rows = json_of(&mut files, "figures/payments.json");
    for (row, packed_row) in rows.as_array().unwrap().iter().zip(packed_rows.as_array().unwrap()) {
        for (name, value) in packed_row.as_object().unwrap() {
            assert_eq!(value, &row[name]);
        }
    }
    assert_eq!(rows.as_array().unwrap().len(), packed_rows.as_array().unwrap().len());
}

#[test]
fn nothing_recorded_is_nothing_to_pack() {
    let trial = Trial::new();
    trial.fails(&["evidence", "pack", "locky"], 1, "nothing is recorded of Locky yet");
    trial.fails(&["evidence", "check", "none.zip"], 1, "none.zip");
    trial.fails(&["evidence", "check", "."], 2, "is no file");
    trial.write("not.zip", "hello");
    let ran = trial.run(&["evidence", "check", "not.zip"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("NOT SO") && ran.out.contains("THE PACK DOES NOT HOLD"), "{}", ran.out);
    trial.ok(&["sync", "wannacry", "--explorer", "built-in"]);
    trial.fails(&["evidence", "pack", "ryuk"], 1, "nothing is recorded of");
}

/// A ledger with everything in it: two explorers, proofs, coins followed onward, a block that left the chain, a payment that
/// was replaced.
fn eventful(keep: &[&str]) -> Trial {
    let chain = story();
    let trial = trial(&chain);
    let (first, second) = (FakeExplorer::start(chain.clone()), FakeExplorer::start(chain));
    configure(&trial, &(block("first", &first.url()) + &block("second", &second.url())));
    let run = |args: &[&str]| {
        let all: Vec<&str> = args.iter().chain(keep).copied().collect();
        trial.ok(&all)
    };
    run(&["sync", "story", "--onward"]);
    for server in [&first, &second] {
        let mut chain = server.chain.lock().unwrap();
        let [one, other] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
        let waiting = chain.txs.last().unwrap().txid;
        chain.replace(&waiting, &[(&other, 123_000)]);
        chain.disconnect(1);
        chain.mine();
        let paid = chain.pay(&one, 42_000);
        chain.mine();
        let away = chain.address(Kind::P2tr, 3);
        chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 40_000)]);
        chain.mine();
    }
    run(&["sync", "story", "--onward"]);
    run(&["audit", "story"]);
    trial
}

#[test]
fn a_synced_chain_is_packed_with_answers_and_proofs() {
    let trial = eventful(&[]);
    let bytes = packed(&trial, "story", &[]);
    let found = holds(&bytes);
    let established = |part: &str| assert!(says(&found, Verdict::Established, part), "{part}: {:#?}", found.statements);
    established("79 transactions hash to the txid; 0 are only told");
    established("78 merkle branches lead to block headers from 78 transactions");
    established("of the 78 transactions of the addresses, 78 proven to be in a block");
    assert!(found.holds_at(Level::Proven) && found.verdict() == "proven", "{:?}", found.standing);
    let standing = found.standing.clone().unwrap();
    let sums = (standing.received.all(), standing.received.of(Level::Proven), standing.received.told());
    assert!(sums.0 > 0 && sums == (sums.0, sums.0, 0), "{standing}");
    // The payment that was replaced is in it, with what was said of it.
    let mut files = unzip(&bytes);
    let observations = String::from_utf8(file(&mut files, "ledger/observations.jsonl").clone()).unwrap();
    assert!(observations.contains("\"state\":\"gone\"") && observations.contains("\"state\":\"mempool\""));
    assert!(says(&found, Verdict::NotEstablished, "that a transaction was gone, which the ledger says 1 time"));
    assert_eq!(packed(&trial, "story", &[]), bytes);
    assert_eq!(json_of(&mut files, "figures/summary.json"), data(trial.json(&["summary", "story"])));
    let index = String::from_utf8(file(&mut files, "answers/index.jsonl").clone()).unwrap();
    assert!(index.lines().all(|line| line.contains("\"kept\":true")), "{index}");
}

#[test]
fn a_slice_of_the_ledger_is_a_ledger() {
    let trial = eventful(&[]);
    let chain = story();
    let addresses = [Kind::P2pkh, Kind::P2wpkh].map(|kind| ours(&chain.address(kind, 1)));
    let store = Store::open(&trial.path("test.db")).unwrap();
    let slice = store.slice(&addresses, true).unwrap();
    assert!(
        !slice.outspends.is_empty()
            && !slice.branches.is_empty()
            && slice.observations.iter().any(|o| o.state == "gone")
    );
    let held = Store::holding(&slice).unwrap();
    assert_eq!(held.slice(&addresses, true).unwrap(), slice);
    let (whole, part) = (store.ledger(&addresses).unwrap(), held.ledger(&addresses).unwrap());
    assert_eq!((part.inflows, part.spends), (whole.inflows, whole.spends));
    let one = store.slice(&addresses[1..], true).unwrap();
    assert!(one.transactions.len() < slice.transactions.len() && !one.transactions.is_empty());
    // A row that refers to nothing is no ledger.
    let mut broken = slice;
    broken.observations[0].request = 9_999;
    assert!(Store::holding(&broken).is_err());
}

#[test]
fn without_kept_answers_a_pack_says_so() {
    let trial = eventful(&["--no-keep-answers"]);
    let kept = |trial: &Trial| {
        let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
        db.query_row("SELECT count(*) FROM answer", [], |row| row.get::<_, usize>(0)).unwrap()
    };
    assert_eq!(kept(&trial), 0);
    let found = holds(&packed(&trial, "story", &[]));
    assert!(says(&found, Verdict::NotEstablished, "cite answers that are not kept"), "{:#?}", found.statements);
    assert!(says(&found, Verdict::NotEstablished, "0 answers of the"));
    assert!(found.holds_at(Level::Proven), "proofs need no answers: {:?}", found.standing);

    // The same by the configuration; and a round in which nothing happens keeps nothing more.
    let chain = story();
    let (trial, server) = (crate::live::trial(&chain), FakeExplorer::start(chain));
    configure(&trial, &format!("keep_answers = false\n{}", block("one", &server.url())));
    let config = std::fs::read_to_string(trial.path("config/ransomtrail/ransomtrail.toml")).unwrap();
    trial.write(
        "config/ransomtrail/ransomtrail.toml",
        &format!("keep_answers = false\n{}", config.replace("keep_answers = false\n", "")),
    );
    trial.ok(&["sync", "story"]);
    assert_eq!(kept(&trial), 0);
    std::fs::remove_file(trial.path("test.db")).unwrap();
    configure(&trial, &block("one", &server.url()));
    trial.ok(&["sync", "story"]);
    let (many, size) = (kept(&trial), std::fs::metadata(trial.path("test.db")).unwrap().len());
    assert!(many > 3, "{many}");
    trial.ok(&["sync", "story"]);
    assert_eq!((kept(&trial), std::fs::metadata(trial.path("test.db")).unwrap().len()), (many, size));
}

#[test]
fn live_prices_are_packed_with_their_answers() {
    let trial = recorded();
    let market = FakeMarket::start(chrono::Utc::now().date_naive());
    let http = "[http]\nbackoff = \"1ms\"\npace = \"1000/s\"\n";
    trial.write("config/ransomtrail/ransomtrail.toml", &(http.to_owned() + &market.config("band = \"3%\"")));
    trial.ok(&["prices", "--update"]);
    let bytes = packed(&trial, "wannacry", &["--currency", "EUR"]);
    let found = holds(&bytes);
    assert!(!says(&found, Verdict::NotEstablished, "answers that are not kept"), "{:#?}", found.statements);
    let mut files = unzip(&bytes);
    let summary = json_of(&mut files, "figures/summary.json");
    assert_eq!(summary, data(trial.json(&["summary", "wannacry", "--currency", "EUR"])));
    assert!(!summary["price_source"].to_string().contains("Kraken"), "no figure of 2017 takes a price of today");
    let told = String::from_utf8(file(&mut files, "prices/told.jsonl").clone()).unwrap();
    let close =
        told.lines().next().unwrap().split("\"close\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let close = format!("\"close\":\"{close}\"");
    let forged = checked(&forged(&bytes, |files| replace(files, "prices/told.jsonl", &close, "\"close\":\"1.5\"")));
    assert!(!forged.holds(), "{:#?}", forged.statements);
}

#[test]
fn an_answer_that_repeats_a_secret_is_kept_nowhere() {
    const TOKEN: &str = "t0ken-9876-5432";
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::speaking(chain, |chain, path| {
        let mut answer = esplora::answer(chain, path.split('?').next().unwrap(), Style::Blockstream);
        if let Ok(Value::Object(mut fields)) = serde_json::from_slice(&answer.body)
            && fields.contains_key("chain_stats")
        {
            fields.insert("asked_with".to_owned(), TOKEN.into());
            answer.body = Value::from(fields).to_string().into_bytes();
        }
        answer
    });
    trial.write("config/ransomtrail/token", TOKEN);
    configure(&trial, &format!("{}token = \"file:token\"\n", block("one", &server.url())));
    trial.ok(&["sync", "story"]);
    let bytes = packed(&trial, "story", &[]);
    let found = holds(&bytes);
    assert!(says(&found, Verdict::NotEstablished, "2 rows cite answers that are not kept"), "{:#?}", found.statements);
    assert!(!bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes()));
}

#[test]
fn every_dialects_answers_are_read_again() {
    for (dialect, speaker) in services() {
        let name = dialect.name();
        let trial = trial(&story());
        let server = FakeExplorer::speaking(story(), speaker);
        configure(&trial, &format!("[[explorer]]\nname = \"one\"\ndialect = \"{name}\"\nurl = \"{}\"\n", server.url()));
        trial.ok(&["sync", "story", "--onward"]);
        let found = holds(&packed(&trial, "story", &[]));
        let unread = |part| says(&found, Verdict::NotEstablished, part);
        assert!(
            !unread("answers that are not kept") && !unread("cannot be read again"),
            "{name}: {:#?}",
            found.statements
        );
        // It is spared the bytes of transactions that the ledger held already.
        assert_eq!(
            unread("but for a part that is not kept"),
            name == "blockchain.info",
            "{name}: {:#?}",
            found.statements
        );
    }
}

#[test]
fn a_chain_followed_by_blocks_is_packed_without_the_blocks() {
    let chain = story();
    let (trial, server) = (trial(&chain), FakeExplorer::start(chain));
    let url = server.url();
    trial.ok(&["sync", "story", "--explorer", &url, "--follow", "blocks"]);
    {
        let mut chain = server.chain.lock().unwrap();
        let ours = chain.address(Kind::P2wpkh, 1);
        chain.pay(&ours, 31_000);
        chain.mine();
    }
    trial.ok(&["sync", "story", "--explorer", &url, "--follow", "blocks"]);
    let bytes = packed(&trial, "story", &[]);
    let found = holds(&bytes);
    assert!(says(&found, Verdict::NotEstablished, "read without a gap"), "{:#?}", found.statements);
    assert!(says(&found, Verdict::NotEstablished, "whole blocks"), "{:#?}", found.statements);
    let mut files = unzip(&bytes);
    assert_eq!(
        json_of(&mut files, "figures/summary.json")["recorded_to"],
        trial.json(&["summary", "story"])["recorded_to"]
    );
}

#[test]
fn a_changed_byte_is_found() {
    for (bytes, how_many) in [(pack_of_the_record().to_vec(), 700_usize), (eventful_pack().to_vec(), 300)] {
        holds(&bytes);
        let mut random = fastrand::Rng::with_seed(20_171_219);
        let changes: Vec<(usize, u8)> =
            (0..how_many).map(|_| (random.usize(..bytes.len()), random.u8(1..=255))).collect();
        std::thread::scope(|scope| {
            for part in changes.chunks(how_many.div_ceil(2)) {
                let mut bytes = bytes.clone();
                scope.spawn(move || {
                    for (at, flip) in part {
                        bytes[*at] ^= flip;
                        assert!(!checked(&bytes).holds(), "byte {at} xor {flip}");
                        bytes[*at] ^= flip;
                    }
                });
            }
        });
    }
}

#[test]
fn whatever_is_done_to_the_archive_is_found() {
    let whole = pack_of_the_record().to_vec();
    let fails = |bytes: &[u8], what: &str| assert!(!checked(bytes).holds(), "{what}");
    for length in [0, 1, 21, 22, whole.len() / 2, whole.len() - 1] {
        fails(&whole[..length], "truncated");
    }
    fails(&[whole.as_slice(), b"\0"].concat(), "extended");
    fails(&[b"\0".as_slice(), &whole].concat(), "with something before it");
    let mut commented = whole.clone();
    let end = commented.len();
    commented[end - 2] = 1;
    commented.push(b'!');
    fails(&commented, "with a comment");
    let files = unzip(&whole);
    assert_eq!(rezip(&files), whole, "these tests write archives as the program does");
    let mut damaged = whole.clone();
    let at = damaged.windows(9).position(|part| part == b"\"price_ba").unwrap();
    damaged[at + 2] = b'u';
    assert_eq!(checked(&damaged).differing, ["options.json"]);
    let mut reordered = files.clone();
    reordered.swap(5, 6);
    fails(&rezip(&reordered), "reordered");
    let ordered = forged(&whole, |files| files.swap(5, 6));
    fails(&ordered, "reordered, with a manifest of that order");
    fails(&forged(&whole, |files| files.push(("ledger/more.jsonl".to_owned(), Vec::new()))), "with one file more");
    fails(&forged(&whole, |files| files.push(("../escape".to_owned(), b"x".to_vec()))), "with a path");
    fails(&forged(&whole, |files| drop(files.pop())), "with one file less");
    let mut deflated = whole.clone();
    let local = deflated.windows(4).position(|w| w == b"PK\x03\x04").unwrap();
    deflated[local + 8] = 8;
    fails(&deflated, "said to be compressed");
}

#[test]
fn a_forgery_in_good_order_is_found_and_named() {
    let bytes = eventful_pack();
    let found = |name: &str, from: &str, to: &str, expect: &str| {
        let found = checked(&forged(bytes, |files| replace(files, name, from, to)));
        assert!(!found.holds(), "{name}: {from} to {to}");
        let text: Vec<String> = found.statements.iter().map(ToString::to_string).collect();
        assert!(text.iter().any(|line| line.starts_with("NOT SO") && line.contains(expect)), "{expect}: {text:#?}");
    };
    found("figures/summary.json", "\"outputs\": 7", "\"outputs\": 8", "figures/summary.json");
    found(
        "ledger/transactions.jsonl",
        "\"sats\":100001,\"script\"",
        "\"sats\":900001,\"script\"",
        "does not hash to its txid",
    );
    found(
        "ledger/observations.jsonl",
        "\"block_height\":101",
        "\"block_height\":100",
        "stands elsewhere in its answer",
    );
    found("ledger/totals.jsonl", "\"confirmed\":[7", "\"confirmed\":[8", "the totals of");
    found("ledger/outputs.jsonl", "\"spent\":false", "\"spent\":true", "what became of output");
    found("proofs/branches.jsonl", "\"pos\":1", "\"pos\":2", "the merkle branch of");
    found("proofs/headers.jsonl", "\"header\":\"00", "\"header\":\"01", "the header of block");
    found("ledger/requests.jsonl", "\"asked_at\":\"20", "\"asked_at\":\"19", "is no time of the block chain's");
    found("options.json", "\"time\": \"block\"", "\"time\": \"first-seen\"", "figures/");
    found("options.json", "\"format_version\": 1", "\"format_version\": 2", "check it with ransomtrail");
    found("options.json", "\"regtest\"", "\"mainnet\"", "");
    found("families/story.toml", "Story", "Tale", "figures/summary.json");
    found("README.txt", "Evidence", "evidence", "README.txt");
    found("labels/own.csv", "address,", "address ,", "labels");
    // The amount in the ledger and in the answer that told it.
    let both = checked(&forged(bytes, |files| {
        let before: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        for name in before.iter().filter(|name| name.starts_with("answers/") || name.starts_with("ledger/")) {
            let content = file(files, name);
            *content = String::from_utf8_lossy(content).replace("100001", "900001").into_bytes();
        }
    }));
    assert!(says(&both, Verdict::Violated, "SHA-256 that it is named by"), "{:#?}", both.statements);
}

#[test]
fn hostile_numbers_are_refused_and_nothing_panics() {
    let bytes = pack_of_the_record();
    let check = |name: &str, from: &str, to: &str| {
        let found = checked(&forged(bytes, |files| replace(files, name, from, to)));
        assert!(!found.holds(), "{name}: {from} to {to}");
    };
    let sats = "\"sats\":";
    for hostile in
        ["18446744073709551615", "9223372036854775807", "2100000000000000000", "-1", "1e400", "null", "\"x\""]
    {
        check("ledger/transactions.jsonl", sats, &format!("{sats}{hostile},\"x\":"));
        check(
            "ledger/transactions.jsonl",
            "\"sats\":2",
            &format!("{sats}{hostile},\"script\":null}},{{\"address\":null,\"sats\":2"),
        );
    }
    for moment in ["+262142-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"] {
        check(
            "ledger/observations.jsonl",
            "\"block_time\":\"",
            &format!("\"block_time\":\"{moment}\",\"block_time\":\""),
        );
        let text = String::from_utf8(file(&mut unzip(bytes), "ledger/observations.jsonl").clone()).unwrap();
        let at = text.find("\"block_time\":\"").unwrap() + 14;
        check("ledger/observations.jsonl", &text[at..at + 20], moment);
    }
    check("options.json", "\"as_of\": null", "\"as_of\": \"9999-12-31\"");
    check("options.json", "\"time_zone\": \"UTC\"", "\"time_zone\": \"Mars\"");
    check(
        "prices/btc-usd.csv",
        "2017-05-12,",
        "2017-05-12,1,79228162514264337593543950335,1,79228162514264337593543950335\n2017-05-12,",
    );
    check("families/wannacry.toml", "usd = \"300\"", "usd = \"79228162514264337593543950335\"");
    check("families/wannacry.toml", "name = \"wannacry\"", "name = \"other\"");
    let escape = checked(&forged(bytes, |files| replace(files, "options.json", "\"UTC\"", "\"\\u001b[2J\"")));
    assert!(
        !escape.holds() && !escape.statements.iter().any(|one| one.text.contains('\u{1b}')),
        "{:?}",
        escape.statements
    );
    check("ledger/requests.jsonl", "{", &format!("{}{{", "[".repeat(100_000)));
    check("ledger/transactions.jsonl", "\"request\":1", "\"request\":99999");
    check("ledger/observations.jsonl", "\"request\":", "\"request\":0,\"x\":");
}

#[test]
fn a_check_asks_nothing_of_the_machine_it_runs_on() {
    let trial = recorded();
    let config =
        "[events]\nsleep = \"3d\"\n[onward]\nhops = 2\nmin_value = 1000\n[onward.families.wannacry]\nfan_out = 20\n";
    let place = "config/ransomtrail/ransomtrail.toml";
    trial.write(place, config);
    let claim = ["--claim", "at least €100,000", "--on", "2017-08-03"];
    let bytes = packed(&trial, "wannacry", &claim);
    let mut files = unzip(&bytes);
    let options = json_of(&mut files, "options.json");
    let limits = ["hops", "min_value_sats", "fan_out", "sleep_seconds"].map(|name| options[name].as_u64().unwrap());
    assert_eq!((limits, options["claim"].as_str()), ([2, 1000, 20, 259_200], Some(claim[1])));
    assert_eq!(json_of(&mut files, "figures/trace-fifo.json"), data(trial.json(&["trace", "wannacry"])));
    assert_eq!(json_of(&mut files, "figures/events.json"), trial.json(&["events", "wannacry"]));
    let claims = json_of(&mut files, "report/index.json")["claims"].to_string();
    assert!(claims.contains("at least €100,000") && claims.contains("£108,953"), "the reader's, and those published");
    // Neither a configuration that cannot be read, nor files of families and labels, matter.
    trial.write(place, "nonsense");
    trial.write("config/ransomtrail/families/wannacry.toml", "nonsense");
    trial.write("config/ransomtrail/labels/own.csv", "nonsense");
    let found = trial.json(&["evidence", "check", "pack.zip"]);
    assert_eq!(found["holds"], true, "{found:#}");
    let of = |name: &str, from: &str, to: &str| forged(&bytes, |files| replace(files, name, from, to));
    assert_eq!(
        checked(&of("options.json", "\"sleep_seconds\": 259200", "\"sleep_seconds\": 0")).differing[0],
        "figures/events.json"
    );
    assert_eq!(checked(&of("options.json", "at least", "at most")).differing[0], "report/index.html");
    assert_eq!(checked(&of("claims/published.jsonl", "Quartz", "Quarts")).differing[0], "report/index.html");
    assert_eq!(checked(&of("report/index.html", "WannaCry", "WannaCri")).differing, ["report/index.html"]);
}

#[test]
fn rates_are_packed_where_a_claim_needs_them() {
    let bytes = pack_of_the_record();
    let without = forged(bytes, |files| files.retain(|(name, _)| name != "prices/ecb.csv"));
    assert!(says(&checked(&without), Verdict::Violated, "exchange rates are in a pack where they are needed"));
    let unneeded = forged(bytes, |files| {
        let claims = file(files, "claims/published.jsonl");
        let text = String::from_utf8(claims.clone()).unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| !line.contains('£')).collect();
        assert_eq!(kept.len() + 1, text.lines().count());
        *claims = (kept.join("\n") + "\n").into_bytes();
    });
    assert!(says(&checked(&unneeded), Verdict::Violated, "and only there"));
    assert!(says(&checked(bytes), Verdict::Established, "the list of published claims is the one"));
}

#[test]
fn coins_that_blocks_are_searched_for_are_unspent_in_the_pack_too() {
    let (chain, txids) = crate::onward::story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let round = || {
        trial.ok(&["sync", "story", "--onward", "--follow", "blocks", "--explorer", &server.url()]);
    };
    round();
    // A coin of hop 2 that no explorer was asked about: the block tells of it.
    let moved = {
        let mut chain = server.chain.lock().unwrap();
        let away = chain.address(Kind::P2tr, 9);
        let moved = chain.spend(&[OutPoint::new(txids[1], 0)], &[(&away, 290_000)]);
        chain.mine();
        moved
    };
    round();
    server.chain.lock().unwrap().mine();
    round();
    let bytes = packed(&trial, "story", &[]);
    let mut files = unzip(&bytes);
    let trace = json_of(&mut files, "figures/trace-fifo.json").to_string();
    assert!(trace.contains("unspent"), "{trace}");
    let coins = String::from_utf8(file(&mut files, "ledger/coins-looked-for.jsonl").clone()).unwrap();
    assert!(coins.contains(&format!("\"txid\":\"{}\",\"vout\":0", moved)), "{coins}");
    assert!(trace.contains("the blocks"), "who says so is the blocks: {trace}");
    as_printed(&trial, "story", &mut files, &[]);
    holds(&bytes);
    // Without those rows the trail ends otherwise.
    let forgotten = checked(&forged(&bytes, |files| file(files, "ledger/coins-looked-for.jsonl").clear()));
    assert!(forgotten.differing.iter().any(|name| name == "figures/trace-fifo.json"), "{:?}", forgotten.differing);
}

#[test]
fn entries_come_in_a_fixed_order() {
    let mut files = unzip(pack_of_the_record());
    // What `sha256sum --check` reads lists everything that was unpacked, but for itself and the manifest.
    let sums = String::from_utf8(file(&mut files, "SHA256SUMS").clone()).unwrap();
    let others = files.iter().filter(|(name, _)| !["SHA256SUMS", "manifest.json"].contains(&name.as_str()));
    let expect: String = others.map(|(name, bytes)| format!("{}  {name}\n", sha256::Hash::hash(bytes))).collect();
    assert_eq!(sums, expect);
    let names: Vec<String> = files.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names[..3], ["README.txt", "manifest.json", "SHA256SUMS"]);
    assert!(names[2..].is_sorted());
    let folders: BTreeSet<&str> = names[2..].iter().map(|name| name.split('/').next().unwrap()).collect();
    let expect = [
        "SHA256SUMS",
        "answers",
        "claims",
        "families",
        "figures",
        "labels",
        "ledger",
        "options.json",
        "prices",
        "proofs",
        "report",
    ];
    assert_eq!(folders, expect.into());
}

/// Other digits where digits stand, and other letters: what can still be read, for the most part.
fn spoil(content: &mut [u8], random: &mut fastrand::Rng) {
    let digits: Vec<usize> = (0..content.len()).filter(|at| content[*at].is_ascii_digit()).collect();
    for _ in 0..random.usize(1..4) {
        match random.choice(&digits).filter(|_| random.u8(..) > 40) {
            Some(at) => content[*at] = random.u8(b'0'..=b'9'),
            None => content[random.usize(..content.len())] = random.u8(..),
        }
    }
}

#[test]
fn no_contents_in_good_order_make_the_check_panic() {
    let mut random = fastrand::Rng::with_seed(7);
    let bytes = eventful_pack();
    let names: Vec<String> = unzip(bytes)
        .into_iter()
        .filter(|(name, content)| {
            let derived = ["figures/", "report/", "manifest.json", "SHA256SUMS"];
            !content.is_empty() && !derived.iter().any(|part| name.starts_with(part))
        })
        .map(|(name, _)| name)
        .collect();
    let ledger: Vec<&String> = names.iter().filter(|name| !name.starts_with("answers/")).collect();
    for _ in 0..30 {
        let name =
            if random.u8(..) > 60 { ledger[random.usize(..ledger.len())] } else { &names[random.usize(..names.len())] };
        let spoilt = forged(bytes, |files| spoil(file(files, name), &mut random));
        let found = checked(&spoilt);
        assert!(found.packed_by.is_some(), "{name}: {:?}", found.statements);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn arbitrary_bytes_are_no_pack(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0usize..400) {
        prop_assert!(!checked(&bytes).holds());
        let mut framed = rezip(&vec![("manifest.json".to_owned(), bytes)]);
        prop_assert!(!checked(&framed).holds());
        let length = framed.len();
        framed[at % length] ^= 0x55;
        prop_assert!(!checked(&framed).holds());
    }
}
