//! Words of strangers on every surface: a label and a family whose words are formulas, turn the direction of writing, steer a
//! terminal and lead to scripts are taken in, and then everything that shows them is read byte by byte.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use ransomtrail::domain::words::{LIMITS, acts};

use crate::live::{configure, trial};
use crate::notify::{cash_out, round, story};
use crate::support::{FakeChain, FakeExplorer, FakeMailServer, FakeReceiver, Kind};
use crate::trial::{Trial, source};

const SHAPESHIFT: &str = "18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3";
/// A formula, a mark that turns what follows, one that cannot be seen, the beginning of an escape sequence, HTML, Markdown.
const NAME: &str = "=HYPERLINK(\"http://evil.example\")\u{202e}x\u{200b}\u{1b}[2J<b>[a](javascript:alert(1))|@everyone";

/// No byte of it acts, and it opens nothing but pages of the web.
fn harmless(what: &str, text: &str) {
    // Lines, and the styles of the program's own, which a pipe does not get.
    let bad: Vec<char> = text.chars().filter(|c| acts(*c) && *c != '\n').collect();
    assert!(bad.is_empty(), "{what}: {bad:?} in {text}");
    for link in text.split("href=\"").skip(1) {
        let own = link.starts_with("data:text/csv;charset=utf-8;base64,");
        assert!(own || link.starts_with(['#', '.', '2']) || link.starts_with("http"), "{what}: {}", &link[..60]);
    }
    for link in text.split("](").skip(1).filter(|_| what.ends_with(".md")) {
        let escaped = link.starts_with("javascript:") && text.contains("\\](javascript:");
        assert!(escaped || link.contains(".svg)") || link.contains(".csv)"), "{what}: {link}");
    }
    let is_page = ["html", "md", "svg", "xml"].iter().any(|ending| what.ends_with(ending));
    assert!(!is_page || !(text.contains("<javascript:") || text.contains("<b>[a]")), "{what}: {text}");
}

/// No cell of it is a formula, whatever separates cells.
fn no_formula(what: &str, csv: &str) {
    harmless(what, csv);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).comment(Some(b'#')).from_reader(csv.as_bytes());
    for cell in reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
        let number = cell.parse::<ransomtrail::domain::Decimal>().is_ok();
        assert!(number || !cell.trim_start().starts_with(['=', '+', '-', '@']), "{what}: {cell}");
    }
}

fn check_file(name: &str, bytes: &[u8]) {
    match Path::new(name).extension().and_then(|ending| ending.to_str()) {
        Some("csv") => no_formula(name, std::str::from_utf8(bytes).unwrap()),
        Some("png") => {}
        _ => harmless(name, std::str::from_utf8(bytes).unwrap()),
    }
}

/// Checks every file below; says how many there were.
fn check_folder(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let count = |path: std::path::PathBuf| match path.is_dir() {
        true => check_folder(&path),
        false => {
            check_file(&path.display().to_string(), &fs::read(&path).unwrap());
            1
        }
    };
    entries.map(count).sum()
}

/// Checks every file of a pack; what explorers answered is kept as it came, and so is what begins with one of `as_it_came`.
fn check_pack(path: &Path, as_it_came: &[&str]) {
    let mut pack = zip::ZipArchive::new(Cursor::new(fs::read(path).unwrap())).unwrap();
    for at in 0..pack.len() {
        let mut file = pack.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if !["answers/", "proofs/"].iter().chain(as_it_came).any(|folder| name.starts_with(folder)) {
            check_file(&name, &bytes);
        }
    }
}

/// Runs it with and without `--json`, and checks what it says; every one names what was labelled.
fn says(trial: &Trial, args: &[&str]) {
    for args in [args.to_vec(), [args, &["--json"]].concat()] {
        let ran = trial.run(&args);
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
        harmless(&format!("{args:?}"), &(ran.out + &ran.err));
    }
}

/// The WannaCry record, followed, with a list of labels whose words act, as strangers pass them on.
fn labelled() -> Trial {
    let trial = Trial::new();
    let list =
        format!("address,name,category,source,note\n{SHAPESHIFT},{},exchange,=1+1\u{202e},@SUM(1)\n", quoted(NAME));
    let list = trial.write("list.csv", &list);
    says(&trial, &["labels", "import", list.to_str().unwrap(), "--replace"]);
    // Its own word comes before the built-in one.
    let name = "=cmd|'/c calc'!A0\u{202e}\u{2066}";
    let added = trial.ok(&["labels", "add", SHAPESHIFT, name, "--category", "exchange", "--source", "a letter"]);
    harmless("labels add", &added);
    trial.ok(&["sync", "wannacry", "--explorer", "built-in", "--onward"]);
    trial
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

#[test]
fn a_strangers_label_is_text_on_every_surface() {
    let trial = labelled();
    for args in [
        &["labels", "list", "--address", SHAPESHIFT][..],
        &["summary", "wannacry"],
        &["trace", "wannacry"],
        &["trace", "wannacry", "--policy", "haircut"],
        &["events", "wannacry"],
        &["payments", "wannacry"],
        &["chart", "wannacry", "--out", "charts", "--format", "svg"],
        &["report", "wannacry", "--format", "html,md,json", "--out", "pages"],
        &["weekly", "--week", "2017-W31", "--out", "weeks", "--format", "svg"],
        &["evidence", "pack", "wannacry", "--out", "pack.zip", "--force"],
        &["evidence", "check", "pack.zip"],
    ] {
        says(&trial, args);
    }
    let shown = trial.ok(&["labels", "list", "--address", SHAPESHIFT]);
    assert!(shown.contains("=cmd|'/c calc'!A0\\u{202e}\\u{2066}") && shown.contains("\\u{1b}[2J"), "{shown}");
    for format in ransomtrail::export::FORMATS.iter().map(|format| format.name) {
        let table = trial.ok(&["export", "wannacry", "--table", "events", "--format", format]);
        assert!(table.contains("cmd|"), "{format}: {table}");
        check_file(&format!("events.{format}"), table.as_bytes());
    }
    for format in ["csv", "tagpack"] {
        let list = trial.ok(&["labels", "export", "--format", format]);
        check_file(&format!("labels.{format}"), list.as_bytes());
        // What goes out comes back.
        let ending = if format == "csv" { "csv" } else { "yaml" };
        let other = Trial::new();
        let file = other.write(&format!("list.{ending}"), &list);
        other.ok(&["labels", "import", file.to_str().unwrap()]);
        let name = |trial: &Trial| {
            let all = trial.json(&["labels", "list", "--address", SHAPESHIFT]);
            let mut names: Vec<String> = all.as_array().unwrap().iter().map(|l| l["name"].to_string()).collect();
            names.sort();
            names
        };
        assert_eq!(name(&other), name(&trial), "{format}");
    }
    let files: usize = ["charts", "pages", "weeks"].iter().map(|folder| check_folder(&trial.path(folder))).sum();
    assert!(files > 15, "{files}");
    check_pack(&trial.path("pack.zip"), &[]);
}

#[test]
fn a_strangers_family_is_text_on_every_surface() {
    let trial = Trial::new();
    let words = "=1+1\\u202E\\u200b\\u001b[2J<b>[a](javascript:alert(1))|@everyone";
    let file = format!(
        "# \u{202e}\nname = \"odd\"\ntitle = \"{words}\"\naliases = [\"{words} too\"]\nsummary = \"{words}\"\n\
         [sources.s]\ntitle = \"{words}\"\nurl = \"https://example.org/x\"\nlicence = \"{words}\"\n\
         [[addresses]]\nsource = \"s\"\nnote = \"{words}\"\nlist = [\"1BoatSLRHtKNngkdXEeobR76b53LETtpyT\"]\n\
         [[facts]]\nattributed_to = \"{words}\"\nby = \"{words}\"\nsource = \"s\"\n"
    );
    let path = trial.write("odd.toml", &file);
    says(&trial, &["families"]);
    trial.ok(&["families", "add", path.to_str().unwrap()]);
    for args in [&["families"][..], &["families", "odd"]] {
        says(&trial, args);
    }
    assert!(trial.ok(&["families", "odd"]).contains("=1+1\\u{202e}\\u{200b}\\u{1b}[2J<b>"));
}

/// A family of two addresses on a test network whose every word acts, in an order in which nothing is left out.
fn hostile_family(chain: &FakeChain) -> String {
    let words = "=HYPERLINK(\\\"http://evil.example\\\")\\u202e\\u200b\\u001b[2J<b>[a](javascript:alert(1))|@everyone";
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    let long = "x".repeat(1_500);
    format!(
        "# \u{202e}\nname = \"story\"\ntitle = \"{words}\"\naliases = [\"{words} too\"]\nsummary = \"{words} {long}\"\n\
         network = \"regtest\"\n[sources.s]\ntitle = \"{words}\"\nurl = \"https://example.org/x\"\nlicence = \"{words}\"\n\
         [[addresses]]\nsource = \"s\"\nnote = \"{words}\"\nlist = [\"{first}\", \"{second}\"]\n\
         [[facts]]\nattributed_to = \"{words}\"\nby = \"{words}\"\nsource = \"s\"\n"
    )
}

#[test]
fn a_strangers_followed_family_is_text_on_every_surface() {
    let (chain, coin) = story();
    let address = chain.address(Kind::P2pkh, 1);
    let address_text = address.to_string();
    let server = FakeExplorer::start(chain.clone());
    let (hook, mail) = (FakeReceiver::start(), FakeMailServer::start());
    let trial = trial(&chain);
    trial.write("config/ransomtrail/families/story.toml", &hostile_family(&chain));
    let [coins, file] = ["coins.xml", "told.json"].map(|name| trial.path(name).display().to_string());
    let letters = format!(
        "[[notify]]\nkind = \"email\"\nserver = \"127.0.0.1:{}\"\ntls = \"none\"\nfrom = \"trail@news.example\"\n\
         to = [\"desk@news.example\"]\n",
        mail.port
    );
    let feed = format!("[[notify]]\nkind = \"atom\"\nfile = \"{coins}\"\n");
    let run = format!("[[notify]]\nkind = \"command\"\nrun = [\"sh\", \"-c\", \"cat >> '{file}'\"]\n");
    let events = "events = [\"withdrawal\", \"arrival\", \"awakening\"]\n";
    let blocks: Vec<String> = [letters, feed, run, block_of("webhook", &hook.url()), block_of("discord", &hook.url())]
        .map(|block| block + events)
        .to_vec();
    configure(&trial, &blocks.concat());
    for _ in 0..2 {
        let told = round(&trial, &server);
        harmless("notify send", &(told.out + &told.err));
        if hook.told().is_empty() {
            server.chain.lock().unwrap().pay(&address, 300_000);
            cash_out(&server, coin);
            let paid = server.chain.lock().unwrap().pay(&address, 200_000);
            let mut chain = server.chain.lock().unwrap();
            chain.mine();
            let away = chain.address(Kind::P2wpkh, 503);
            chain.spend(&[bitcoin::OutPoint::new(paid, 0)], &[(&away, 190_000)]);
            chain.mine();
        }
    }
    for args in [
        &["families"][..],
        &["families", "story"],
        &["sync", "story", "--explorer", &server.url()],
        &["summary", "story", "--estimates", "--by", "week"],
        &["payments", "story"],
        &["events", "story"],
        &["trace", "story"],
        &["trace", "story", "--policy", "haircut"],
        &["trace", &address_text],
        &["lookup", &address_text, "--offline"],
        &["verify", "story", "a balance of 0.001 BTC\u{202e}\u{1b}"],
        &["incidents"],
        &["notify", "list"],
        &["chart", "story", "--out", "charts", "--format", "svg"],
        &[
            "report",
            "story",
            "--claim",
            "@everyone hackers made over 0.001 BTC\u{202e}",
            "--format",
            "html,md,json",
            "--out",
            "pages",
        ],
        &["weekly", "--out", "weeks", "--format", "svg"],
        &[
            "evidence",
            "pack",
            "story",
            "--claim",
            "@everyone hackers made over 0.001 BTC\u{202e}",
            "--out",
            "pack.zip",
            "--force",
        ],
        &["evidence", "check", "pack.zip"],
    ] {
        says(&trial, args);
    }
    for args in [&["status"][..], &["status", "--json"], &["labels", "list"], &["audit", "story"]] {
        // Their exit codes are about freshness and explorers.
        let ran = trial.run(args);
        harmless(&format!("{args:?}"), &(ran.out + &ran.err));
    }
    for table in ["payments", "withdrawals", "events", "series"] {
        for format in ["csv", "json", "ndjson"] {
            let text = trial.ok(&["export", "story", "--table", table, "--format", format]);
            check_file(&format!("{table}.{format}"), text.as_bytes());
        }
    }
    let files: usize = ["charts", "pages", "weeks"].iter().map(|folder| check_folder(&trial.path(folder))).sum();
    assert!(files > 10, "{files}");
    check_pack(&trial.path("pack.zip"), &["families/"]);
    assert!(
        trial.ok(&["summary", "story"]).contains("HYPERLINK(\"http://evil.example\")\\u{202e}\\u{200b}\\u{1b}[2J<b>")
    );

    let letter = mail.spoken();
    harmless("letter", &letter);
    let subjects = letter.lines().filter(|line| line.starts_with("Subject:")).count();
    assert!(subjects > 0 && subjects == letter.matches("MAIL FROM").count(), "{letter}");
    assert!(hook.told().iter().any(|one| one.body.to_string().contains("HYPERLINK")));
    for file in ["coins.xml", "told.json"] {
        let text = fs::read_to_string(trial.path(file)).unwrap();
        assert!(text.contains("HYPERLINK"), "{text}");
        harmless(file, &text);
    }
}

#[test]
fn what_runs_is_no_source_and_what_is_endless_is_no_name() {
    let trial = Trial::new();
    for link in ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "https://a@b.example/"]
    {
        let words = ["labels", "add", SHAPESHIFT, "x", "--category", "exchange", "--source", link];
        trial.fails(&words, 2, "--source");
        let words = ["families", "new", "odd", "--address", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "--source", link];
        trial.fails(&words, 2, "--source");
        let list =
            trial.write("bad.csv", &format!("address,name,category,source\n{SHAPESHIFT},x,exchange,\"{link}\"\n"));
        trial.fails(&["labels", "import", list.to_str().unwrap()], 1, "nothing is left to store");
    }
    let long = "x".repeat(1 << 20);
    let rows = format!("address,name,category,source\n{SHAPESHIFT},{long},exchange,s\n{SHAPESHIFT},good,exchange,s\n");
    let list = trial.write("long.csv", &rows);
    let done = trial.json(&["labels", "import", list.to_str().unwrap()]);
    assert_eq!((&done["stored"], &done["reasons"]["too long"]), (&1.into(), &1.into()), "{done:#}");
}

#[test]
fn a_claim_is_as_long_as_claims_are_and_never_acts() {
    let trial = Trial::recorded();
    let long = format!("over $140,000 {}", "x ".repeat(500));
    for args in [
        &["verify", "wannacry", &long][..],
        &["report", "wannacry", "--claim", &long, "--out", "pages"],
        &["evidence", "pack", "wannacry", "--claim", &long],
    ] {
        trial.fails(args, 2, "the claim has more than 1000 characters");
    }
    let said = trial.json(&["verify", "wannacry", "\u{1b} over $140,000 \u{202e}"]);
    assert_eq!(said["claim"], "\\u{1b} over $140,000 \\u{202e}");
}

#[test]
fn a_notice_calls_nobody() {
    let (chain, coin) = story();
    let exchange = chain.address(crate::support::Kind::P2pkh, 777);
    let server = FakeExplorer::start(chain.clone());
    let hook = FakeReceiver::start();
    let trial = trial(&chain);
    let list = format!("address,name,category,source\n{exchange},{},exchange,s\n", quoted(NAME));
    trial.write("config/ransomtrail/labels/mine.csv", &list);
    let hooks: Vec<String> =
        ["webhook", "slack", "mattermost", "discord"].iter().map(|shape| block_of(shape, &hook.url())).collect();
    let [coins, file] = ["coins.xml", "told.json"].map(|name| trial.path(name).display().to_string());
    let feed = format!("[[notify]]\nname = \"feed\"\nkind = \"atom\"\nfile = \"{coins}\"\n");
    let run = format!("[[notify]]\nname = \"run\"\nkind = \"command\"\nrun = [\"sh\", \"-c\", \"cat >> '{file}'\"]\n");
    configure(&trial, &format!("{}{feed}{run}", hooks.concat()));
    round(&trial, &server);
    cash_out(&server, coin);
    round(&trial, &server);
    let told = hook.told();
    assert_eq!(told.len(), 4);
    for one in &told {
        let body = one.body.to_string();
        // Only chats with Markdown make calls and links of words; there both are broken up.
        assert!(!body.contains("**") || !(body.contains("@everyone") || body.contains("://evil")), "{body}");
    }
    for file in ["coins.xml", "told.json"] {
        let text = fs::read_to_string(trial.path(file)).unwrap();
        assert!(text.contains("HYPERLINK"), "{text}");
        harmless(file, &text);
    }
}

fn block_of(kind: &str, url: &str) -> String {
    format!("[[notify]]\nname = \"{kind}\"\nkind = \"{kind}\"\nurl = \"plain:{url}\"\n")
}

#[test]
fn the_limits_are_documented() {
    let text = fs::read_to_string(source("data/README.md")).unwrap();
    for limit in LIMITS {
        assert!(text.contains(&format!("| {} | {} |", limit.of, limit.most)), "{limit:?}");
    }
}
