//! The watch list, through the program: the built-in families, and one's own.

use crate::trial::Trial;

const OWN: &str = r#"name = "my-case"
title = "My Case"
aliases = ["The Case"]
summary = "A case of my own."

[sources.police]
title = "Police report 12/2026"

[[addresses]]
source = "police"
list = ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT"]
"#;

#[test]
fn the_shipped_families() {
    let trial = Trial::new();
    let families = trial.json(&["families"]);
    let named = |name: &str| {
        let all = families.as_array().unwrap();
        all.iter().find(|f| f["name"] == name).unwrap_or_else(|| panic!("{name} is missing")).clone()
    };
    for name in [
        "wannacry",
        "wannacry-1",
        "notpetya",
        "cryptolocker",
        "locky",
        "samsam",
        "darkside",
        "ryuk",
        "conti",
        "netwalker",
        "revil",
    ] {
        let family = named(name);
        assert!(family["addresses"].as_array().unwrap().iter().all(|a| a["source"].is_string()), "{name}");
    }
    let addresses: Vec<_> =
        named("wannacry")["addresses"].as_array().unwrap().iter().map(|a| a["address"].clone()).collect();
    assert_eq!(
        addresses,
        [
            "115p7UMMngoj1pMvkpHijcRdfJNXj6LrLn",
            "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw",
            "13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94"
        ]
    );
    let demands: Vec<_> = named("wannacry")["demands"].as_array().unwrap().iter().map(|d| d["usd"].clone()).collect();
    assert_eq!(demands, ["300", "600"]);
    assert!(named("locky")["sample"].is_string());
    assert!(trial.ok(&["families", "WannaCrypt"]).starts_with("WannaCry · wannacry"), "an alias finds its family");
}

#[test]
fn ones_own_family_comes_and_goes() {
    let trial = Trial::new();
    let file = trial.write("my-case.toml", OWN);
    let said = trial.ok(&["families", "add", file.to_str().unwrap()]);
    assert!(said.contains("added my-case with 1 address"), "{said}");
    assert!(trial.path("config/ransomtrail/families/my-case.toml").exists());
    assert!(trial.ok(&["families"]).contains("[your own]"));
    assert!(trial.ok(&["families", "the case"]).contains("Police report 12/2026"));
    trial.fails(&["families", "add", file.to_str().unwrap()], 1, "there is a family my-case already");
    trial.ok(&["families", "remove", "my-case"]);
    trial.fails(&["families", "my-case"], 2, "no family \"my-case\"");
    trial.fails(&["families", "remove", "wannacry"], 1, "built in and cannot be removed");
}

#[test]
fn bad_files_are_refused_with_file_line_and_reason() {
    let trial = Trial::new();
    let refused = |name: &str, text: &str, expect: &[&str]| {
        let file = trial.write(name, text);
        let ran = trial.fails(&["families", "add", file.to_str().unwrap()], 1, ".toml: line ");
        for words in expect {
            assert!(ran.err.contains(words), "{} does not say {words}", ran.err);
        }
        assert!(!trial.path("config/ransomtrail/families").join(name).exists());
    };
    let address = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT";
    refused("a.toml", &OWN.replace(address, "1BoatSLRHtKNngkdXEeobR76b53LETtpyX"), &["line 11", "checksum"]);
    refused(
        "b.toml",
        &OWN.replace(address, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"),
        &["line 11", "not an address of mainnet"],
    );
    refused("c.toml", &OWN.replace(address, &format!("{address}\", \"{address}")), &["named twice"]);
    refused("d.toml", &OWN.replace(address, "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw"), &["named before", "wannacry.toml"]);
    refused("e.toml", &OWN.replace("source = \"police\"", "source = \"rumour\""), &["no source \"rumour\""]);
    refused("f.toml", &OWN.replace("The Case", "WannaCry"), &["taken by the family wannacry"]);
    refused("g.toml", &OWN.replace("summary", "sumary"), &["line 4"]);
    refused("h.toml", "name = ", &["line 1"]);
}

#[test]
fn a_broken_file_on_the_watch_list_is_named() {
    let trial = Trial::new();
    trial.write("config/ransomtrail/families/my-case.toml", &OWN.replace("police\"\nlist", "nobody\"\nlist"));
    trial.fails(&["families"], 1, "my-case.toml: line 10: no source \"nobody\"");
    trial.ok(&["demo"]);
    trial.ok(&["families", "remove", "my-case"]);
    trial.ok(&["families"]);
}

const BOAT: &str = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT";
const PAGE: &str = "https://example.org/report?case=12";

#[test]
fn a_family_is_started_from_the_command_line() {
    let trial = Trial::new();
    let title = "The \"Case\" \\ of [brackets] # 'quotes'\nand\ttabs ß";
    let bech32 = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    let mut args = vec!["families", "new", "my-case", "--address", BOAT, bech32, "--source", PAGE, "--title", title];
    args.extend(["--alias", "The Case", "--alias", "Case 12", "--summary", "What \"it\" was."]);
    args.extend(["--from", "2026-05-12", "--to", "2026-06-01", "--demand", "300.50 USD", "--demand", "0.5 BTC"]);
    let said = trial.json(&args);
    let path = trial.path("config/ransomtrail/families/my-case.toml");
    assert_eq!(said["file"], path.to_str().unwrap());
    let family = trial.json(&["families", "case 12"]);
    assert_eq!(family, said["family"], "the file reads back as what was asked for");
    assert_eq!(family["title"], title.replace(['\n', '\t'], " "), "on one line");
    assert_eq!((&family["active_from"], &family["active_to"]), (&"2026-05-12".into(), &"2026-06-01".into()));
    assert_eq!((&family["demands"][0]["usd"], &family["demands"][1]["sats"]), (&"300.50".into(), &50_000_000.into()));
    assert_eq!(
        (&family["sources"][0]["url"], &family["sources"][0]["title"]),
        (&PAGE.into(), &"example.org/report".into())
    );
    let addresses: Vec<_> = family["addresses"].as_array().unwrap().iter().map(|a| a["address"].clone()).collect();
    assert_eq!(addresses, [BOAT, bech32]);
    // It is a family file like any other: it goes, and comes back through `add`.
    let text = std::fs::read_to_string(&path).unwrap();
    trial.ok(&["families", "remove", "my-case"]);
    let kept = trial.write("my-case.toml", &text);
    trial.ok(&["families", "add", kept.to_str().unwrap()]);
    assert_eq!(trial.json(&["families", "my-case"]), family);

    let said = trial.ok(&[
        "families",
        "new",
        "second",
        "--address",
        "12ib7dApVFvg82TXKycWBNpN8kFyiAN1dr",
        "--source",
        "a letter",
    ]);
    assert!(
        said.contains("started second with 1 address") && said.contains("next   ransomtrail sync second"),
        "{said}"
    );
    assert!(said.contains("second.toml"));
    let signet = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx";
    let said =
        trial.ok(&["families", "new", "tests", "--address", signet, "--source", "a letter", "--network", "signet"]);
    assert!(said.contains("ransomtrail sync tests --network signet"), "{said}");
    assert!(trial.ok(&["families", "tests", "--network", "signet"]).contains(signet));
}

#[test]
fn a_family_that_cannot_be_started_leaves_no_file() {
    let trial = Trial::new();
    let check = |args: &[&str], code: i32, expect: &str| {
        let mut all = vec!["families", "new"];
        all.extend(args);
        let ran = trial.fails(&all, code, expect);
        assert!(ran.out.is_empty());
        assert!(!trial.path("config/ransomtrail/families").exists(), "{args:?}");
    };
    let with = |name: &'static str, address: &'static str| vec![name, "--address", address, "--source", PAGE];
    check(&with("Case One", BOAT), 2, "is no short name");
    check(&with("../case", BOAT), 2, "is no short name");
    check(&with("case", "1BoatSLRHtKNngkdXEeobR76b53LETtpyX"), 2, "fails its checksum");
    check(&with("case", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"), 2, "not an address of mainnet");
    check(&["case", "--address", BOAT, "--address", BOAT, "--source", PAGE], 2, "is named twice");
    check(&["case", "--address", BOAT, "--source", "https://"], 2, "is no web page");
    check(&["case", "--address", BOAT, "--source", " "], 2, "have to say something");
    check(&["case", "--address", BOAT], 2, "--source");
    check(&["case", "--source", PAGE], 2, "--address");
    let more = |flags: &[&'static str]| [&with("case", BOAT)[..], flags].concat();
    check(&more(&["--demand", "300 EUR"]), 2, "write it like \"300 USD\"");
    check(&more(&["--from", "yesterday"]), 2, "not a date");
    check(&more(&["--from", "2017-05-13", "--to", "2017-05-12"]), 2, "before it begins");
    check(&with("wannacry", BOAT), 1, "\"wannacry\" is taken by the family wannacry, which is built in");
    check(&with("wannacrypt", BOAT), 1, "\"wannacrypt\" is taken by the family wannacry");
    check(&more(&["--alias", "WCry"]), 1, "\"WCry\" is taken by the family wannacry");
    check(
        &with("case", "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw"),
        1,
        "belongs to the family wannacry already (data/families/wannacry.toml, line ",
    );
    trial.ok(&["families", "new", "case", "--address", BOAT, "--source", PAGE]);
    trial.fails(
        &["families", "new", "case", "--address", BOAT, "--source", PAGE],
        1,
        "\"case\" is taken by the family case",
    );
}
