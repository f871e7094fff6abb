//! Looking up one address or one transaction, through the built program: from the record, and from a server on loopback.

use bitcoin::{Network, OutPoint, Txid};
use serde_json::{Value, json};

use crate::support::{Answer, FakeChain, FakeExplorer, Kind, Style, Trouble, esplora};
use crate::trial::{Ran, Trial, dump};

const WALLET: &str = "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw";

/// Four payments, a withdrawal that leaves change, and one payment that waits.
struct Story {
    trial: Trial,
    server: FakeExplorer,
    address: bitcoin::Address,
    paid: Vec<Txid>,
    withdrawal: Txid,
    waiting: Txid,
}

impl Story {
    fn new() -> Self {
        let mut chain = FakeChain::new(Network::Regtest);
        let address = chain.address(Kind::P2wpkh, 1);
        let paid: Vec<Txid> = (0..4).map(|n| chain.pay(&address, 100_000 + n)).collect();
        chain.mine();
        let away = chain.address(Kind::P2sh, 9);
        let inputs = [OutPoint::new(paid[0], 0), OutPoint::new(paid[1], 0)];
        let withdrawal = chain.spend(&inputs, &[(&away, 150_000), (&address, 40_000)]);
        chain.mine();
        let waiting = chain.pay(&address, 777);
        let trial = Trial::new();
        trial.write(
            "config/ransomtrail/ransomtrail.toml",
            "network = \"regtest\"\n[http]\nbackoff = \"1ms\"\nmax_wait = \"5ms\"\nretries = 1\ntimeout = \"5s\"\npace = \"1000/s\"\n",
        );
        Self { trial, server: FakeExplorer::start(chain), address, paid, withdrawal, waiting }
    }

    fn run(&self, what: &str, more: &[&str]) -> Ran {
        let url = self.server.url();
        let mut args = vec!["lookup", what, "--explorer", &url];
        args.extend(more);
        self.trial.run(&args)
    }

    fn json(&self, what: &str) -> Value {
        let ran = self.run(what, &["--json"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        serde_json::from_str(&ran.out).unwrap()
    }

    fn site(&self) -> String {
        format!("http://{}", self.server.host())
    }
}

#[test]
fn a_recorded_address_has_the_figures_of_its_family() {
    let trial = Trial::recorded();
    let summary = trial.json(&["summary", "wannacry"]);
    let of_family = summary["addresses"].as_array().unwrap().iter().find(|a| a["address"] == WALLET).unwrap().clone();
    let before = dump(&trial);
    for how in [&["--explorer", "built-in"][..], &["--offline"]] {
        let found = trial.json(&[&["lookup", WALLET], how].concat());
        assert_eq!(found["addresses"], json!([of_family]));
        assert_eq!(found["received"]["sats"], of_family["received_sats"]);
        assert_eq!(found["withdrawn"]["sats"], of_family["withdrawn_sats"]);
        let left = of_family["received_sats"].as_u64().unwrap() - of_family["withdrawn_sats"].as_u64().unwrap();
        assert_eq!(found["balance_sats"], left);
        // Row by row the payments of the family's ledger.
        let of_ledger = trial.json(&["payments", "wannacry"]);
        let rows: Vec<&Value> = of_ledger.as_array().unwrap().iter().filter(|p| p["address"] == WALLET).collect();
        let looked_up = found["payments"].as_array().unwrap();
        assert_eq!(looked_up.len(), rows.len());
        for (row, expect) in looked_up.iter().zip(rows) {
            for key in ["txid", "vout", "sats", "block_time", "first_seen", "low", "close", "high", "explorer"] {
                assert_eq!(row[key], expect[key], "{key}");
            }
            assert_eq!((&row["class"], &row["page"]), (&Value::Null, &Value::Null), "nothing was demanded by nobody");
        }
        assert_eq!(found["watched"]["family"], "wannacry");
        assert_eq!(found["watched"]["source"]["url"], "https://doi.org/10.5281/zenodo.6512122");
        assert_eq!(found["page"], Value::Null, "the record has no page");
    }
    assert_eq!(dump(&trial), before, "a look-up leaves no trace");
}

#[test]
fn the_page_of_a_recorded_address() {
    let trial = Trial::new();
    let page = trial.ok(&["lookup", WALLET, "--explorer", "built-in", "--as-of", "2017-12-19", "--currency", "EUR"]);
    for words in [
        "ledger = explorer totals, to the satoshi",
        "what it was worth (euros)",
        "on 19 Dec 2017",
        "received      17.86713037 BTC   113 outputs in 113 transactions        12 May – 15 Sep 2017",
        "first     2017-05-12 12:43:33",
        "…         107 more",
        "last      2017-09-15 06:57:33",
        "watched   by WannaCry (wannacry), named by Jack Cable",
        "caveat    the ledger is complete to 17 Sep 2017 only",
    ] {
        assert!(page.contains(words), "{page}\ndoes not say {words:?}");
    }
    assert!(!page.contains("classes") && !page.contains('\u{1b}'), "{page}");
    assert!(!trial.path("test.db").exists(), "no database is made");
}

#[test]
fn a_live_address() {
    let story = Story::new();
    let found = story.json(&story.address.to_string());
    // What returns from its own spending is no income, and what waits is not counted.
    assert_eq!(found["received"]["sats"], 400_006);
    assert_eq!(found["internal"], json!({ "outputs": 1, "sats": 40_000, "fees_sats": 0 }));
    assert_eq!(found["withdrawn"]["sats"], 200_001 - 40_000);
    assert_eq!(found["addresses"][0]["received_sats"], 440_006);
    assert_eq!(found["addresses"][0]["reconciled"], true);
    assert_eq!(found["unconfirmed"]["sats"], 777);
    assert_eq!((&found["family"], &found["watched"]), (&Value::Null, &Value::Null));
    assert_eq!(found["page"], format!("{}/address/{}", story.site(), story.address));
    let row = &found["payments"][0];
    assert_eq!(row["page"], format!("{}/tx/{}", story.site(), row["txid"].as_str().unwrap()));
    assert_eq!(found["withdrawals"][0]["txid"], story.withdrawal.to_string());
    assert!(!story.trial.path("test.db").exists());

    let page = story.run(&story.address.to_string(), &[]).out;
    for words in ["watched   by no family", "change    1 output, 0.00040000 BTC", "0.00000777 BTC unconfirmed"] {
        assert!(page.contains(words), "{page}\ndoes not say {words:?}");
    }
}

#[test]
fn a_live_transaction() {
    let story = Story::new();
    let list = format!("\"{}\"", story.address);
    story.trial.write(
        "config/ransomtrail/families/story.toml",
        &format!(
            "name = \"story\"\ntitle = \"Story\"\nsummary = \"For tests.\"\nnetwork = \"regtest\"\n\
             [sources.us]\ntitle = \"ourselves\"\n[[addresses]]\nsource = \"us\"\nlist = [{list}]\n"
        ),
    );
    let found = story.json(&story.withdrawal.to_string());
    assert_eq!(found["state"], "confirmed");
    let height = story.server.chain.lock().unwrap().tip().height;
    assert_eq!(found["block_height"], height);
    assert_eq!(found["recomputed"], true);
    assert_eq!(found["fee_sats"], 200_001 - 190_000);
    assert_eq!(found["paid_sats"], 190_000);
    assert_eq!(found["paid_value"], Value::Null, "coins of a test network have no price");
    assert_eq!(found["page"], format!("{}/tx/{}", story.site(), story.withdrawal));
    let inputs = found["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 2);
    assert_eq!((&inputs[1]["prev_txid"], &inputs[1]["sats"]), (&json!(story.paid[1].to_string()), &json!(100_001)));
    assert_eq!(inputs[0]["watched"]["family"], "story");
    assert_eq!(found["outputs"][0]["watched"], Value::Null);
    assert_eq!(found["outputs"][1]["fate"], "unspent");
    let spent = story.json(&story.paid[0].to_string());
    assert_eq!(spent["outputs"][0]["fate"], "spent");
    assert_eq!(spent["outputs"][0]["spent_by"]["txid"], story.withdrawal.to_string());

    let page = story.run(&story.withdrawal.to_string(), &[]).out;
    let block = format!("in block {height},");
    for words in [block.as_str(), "by Story (story), named by ourselves", "the content hashes to the txid", "unspent, "]
    {
        assert!(page.contains(words), "{page}\ndoes not say {words:?}");
    }
    let waits = story.json(&story.waiting.to_string());
    assert_eq!((&waits["state"], &waits["block_height"]), (&json!("mempool"), &Value::Null));
}

#[test]
fn a_recorded_transaction() {
    let trial = Trial::recorded();
    let payments = trial.json(&["payments", "wannacry"]);
    let payment = payments.as_array().unwrap().iter().find(|p| p["address"] == WALLET).unwrap();
    let txid = payment["txid"].as_str().unwrap();
    let asked = trial.json(&["lookup", txid, "--explorer", "built-in"]);
    let stored = trial.json(&["lookup", txid, "--offline"]);
    for found in [&asked, &stored] {
        assert_eq!(found["block_time"], payment["block_time"]);
        assert_eq!(found["page"], Value::Null);
        let output = &found["outputs"][usize::try_from(payment["vout"].as_u64().unwrap()).unwrap()];
        assert_eq!((&output["address"], &output["sats"]), (&payment["address"], &payment["sats"]));
        let value = json!({ "low": payment["low"], "close": payment["close"], "high": payment["high"] });
        assert_eq!(output["value"], value);
        assert_eq!(output["watched"]["family"], "wannacry");
    }
    for key in
        ["inputs", "fee_sats", "paid_sats", "paid_value", "size", "state", "block_height", "recomputed", "version"]
    {
        assert_eq!(asked[key], stored[key], "{key}");
    }
    // A record in which nobody wrote down what spends an output does not call it unspent.
    let fates = |found: &Value| -> Vec<String> {
        found["outputs"].as_array().unwrap().iter().map(|o| o["fate"].as_str().unwrap().to_owned()).collect()
    };
    let all: Vec<String> = [&asked, &stored].into_iter().flat_map(fates).collect();
    assert!(all.iter().any(|f| f == "unrecorded") && all.iter().all(|f| f != "unspent"), "{all:?}");
    let page = trial.ok(&["lookup", txid, "--explorer", "built-in", "--as-of", "2017-12-19"]);
    assert!(page.contains("moved, on 19 Dec 2017") && page.contains("not recorded"), "{page}");
    let page = trial.ok(&["lookup", txid, "--explorer", "built-in", "--as-of", "2016-12-19"]);
    assert!(page.contains("caveat    it was not made yet on 19 Dec 2016"), "{page}");
}

#[test]
fn a_transaction_that_does_not_hash_to_its_txid_is_refused() {
    let story = Story::new();
    let txid = story.withdrawal.to_string();
    story.server.script_on("tx/", 1, Trouble::TamperedAmount);
    let ran = story.run(&txid, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(ran.err.contains("refused: its content hashes to"), "{}", ran.err);
    // Another transaction than the one asked about, sound in itself.
    let other =
        esplora::answer(&story.server.chain.lock().unwrap(), &format!("tx/{}", story.paid[0]), Style::Blockstream);
    story.server.script_on("tx/", 1, Trouble::Answer(other));
    let ran = story.run(&txid, &["--json"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(ran.err.contains(&format!("refused: the answer is about {}", story.paid[0])), "{}", ran.err);
    assert_eq!(story.json(&txid)["txid"], txid, "the server is asked again, and believed");
}

#[test]
fn what_cannot_be_found_is_said() {
    let story = Story::new();
    let check = |what: &str, code: i32, expect: &[&str]| {
        let ran = story.run(what, &[]);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{}", ran.err);
        for words in expect {
            assert!(ran.err.contains(words), "{:?} does not say {words:?}", ran.err);
        }
    };
    let nothing = "ab".repeat(32);
    check(&nothing, 1, &["is not known to", &story.server.host()]);
    check(WALLET, 2, &["not an address of regtest; give --network mainnet"]);
    check(&story.address.to_string().replace('q', "p"), 2, &["fails its checksum"]);
    check("ab", 2, &["a txid has 64 hex digits, and this has 2"]);
    for (path, what) in [("tx/", story.withdrawal.to_string()), ("address/", story.address.to_string())] {
        story.server.script_on(path, 2, Trouble::Answer(Answer::text(500, "on fire")));
        check(&what, 1, &["answered 500", "on fire"]);
    }
    // What became of the outputs is missing: the rest is shown, and it is said.
    story.server.script_on("outspends", 2, Trouble::server_error());
    let ran = story.run(&story.withdrawal.to_string(), &["--json"]);
    assert_eq!(ran.code, 1);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&found["fee_sats"], &found["outputs"][1]["fate"]), (&json!(10_001), &json!("unknown")));
    // A server of another chain is not believed.
    story.server.script_on("block-height/0", 1, Trouble::Answer(Answer::text(200, &"00".repeat(32))));
    check(&story.withdrawal.to_string(), 1, &["it shows another chain than regtest"]);

    let trial = Trial::recorded();
    trial.fails(&["lookup", &nothing, "--explorer", "built-in"], 1, "the built-in record does not hold transaction");
    trial.fails(&["lookup", &nothing, "--offline"], 1, "does not hold transaction");
    let boat = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT";
    trial.fails(&["lookup", boat, "--explorer", "built-in"], 1, "the built-in record does not hold 1Boat");
    trial.fails(&["lookup", boat, "--offline"], 1, "no explorer was ever asked about 1Boat");
    trial.fails(&["lookup", WALLET, "--offline", "--explorer", "built-in"], 2, "cannot be used with");
    trial.fails(&["lookup"], 2, "ADDRESS|TXID");
    trial.fails(&["lookup", WALLET, "--explorer", "nobody"], 2, "no explorer \"nobody\"");
}

#[test]
fn terminals_get_links_and_files_do_not() {
    let story = Story::new();
    let (url, txid) = (story.server.url(), story.withdrawal.to_string());
    let run = |forced: bool| {
        let mut command = story.trial.command(&["lookup", &txid, "--explorer", &url]);
        if forced {
            command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").env("FORCE_HYPERLINK", "1");
        }
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let (linked, plain) = (run(true), run(false));
    let link = |words: &str, page: &str| format!("\u{1b}]8;;{}/{page}\u{1b}\\{words}\u{1b}]8;;\u{1b}\\", story.site());
    let (from, address) = (story.paid[0].to_string(), story.address.to_string());
    for expect in [
        link(&txid, &format!("tx/{txid}")),
        link(&from, &format!("tx/{from}")),
        link(&address, &format!("address/{address}")),
    ] {
        assert!(linked.contains(&expect), "{linked:?} has no {expect:?}");
    }
    assert!(!plain.contains('\u{1b}'));
    // But for what is not seen, the pages are the same: the columns stand where they stood.
    assert_eq!(anstream::adapter::strip_str(&linked).to_string(), plain);
}

#[test]
fn payments_link_to_the_explorer_that_told() {
    let trial = Trial::recorded();
    let rows = trial.json(&["payments", "wannacry"]);
    assert!(rows.as_array().unwrap().iter().all(|r| r["page"].is_null() && r["address_page"].is_null()));
    // The same rows, told by an explorer that has pages.
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    db.execute("UPDATE request SET explorer = 'mempool.space'", []).unwrap();
    drop(db);
    let row = &trial.json(&["payments", "wannacry"])[0];
    let (txid, address) = (row["txid"].as_str().unwrap(), row["address"].as_str().unwrap());
    assert_eq!(row["page"], format!("https://mempool.space/tx/{txid}"));
    assert_eq!(row["address_page"], format!("https://mempool.space/address/{address}"));
    let plain = trial.ok(&["payments", "wannacry"]);
    let mut command = trial.command(&["payments", "wannacry"]);
    command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").env("FORCE_HYPERLINK", "1");
    let linked = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(linked.contains(&format!("\u{1b}]8;;https://mempool.space/tx/{txid}\u{1b}\\{txid}\u{1b}]8;;\u{1b}\\:")));
    assert_eq!(anstream::adapter::strip_str(&linked).to_string(), plain);
}
