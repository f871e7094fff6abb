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
