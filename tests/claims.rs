//! Claims held against the recorded WannaCry ledger through the built program, and against ledgers made up for the purpose.

use std::rc::Rc;

use ransomtrail::claims::{self, Basis, Checked, Claim, Evidence, Known, Landed, Scope, Verdict, published, read};
use ransomtrail::domain::caveat::Code;
use ransomtrail::domain::{Currency, Family, Ledger, Time, TimeBasis};
use ransomtrail::figures::{self as account, Account, Counting, Linked, Question, USUAL, open, paying_share};
use ransomtrail::price::{Live, Prices};
use ransomtrail::trace::{LabelInfo, Policy};
use serde_json::{Value, json};

use crate::figures::{Book, family};
use crate::trial::{Trial, codes};

/// The row of a basis, by block time.
fn row<'a>(answer: &'a Value, basis: &str, known: &str) -> &'a Value {
    let rows = answer["bases"].as_array().unwrap();
    rows.iter()
        .find(|r| r["basis"] == basis && r["known"] == known && r["time_basis"] == "block")
        .unwrap_or_else(|| panic!("no {basis} {known} in {answer}"))
}

fn numbers(row: &Value) -> [&str; 3] {
    ["low", "close", "high"].map(|key| row[key].as_str().unwrap())
}

#[test]
fn millions_are_not_supported_on_any_basis() {
    let trial = Trial::recorded();
    let said = "millions of dollars in cryptocurrencies such as bitcoin";
    let answer = trial.json(&["verify", "wannacry", said, "--on", "2017-12-19"]);
    assert_eq!(answer["claim"], said);
    assert_eq!((&answer["on"], &answer["family"]), (&json!("2017-12-19"), &json!("wannacry")));
    assert_eq!((&answer["verdict"], &answer["recorded_to"]), (&json!("not-supported"), &json!("2017-09-17T23:59:59Z")));
    let understood = &answer["understood"];
    assert_eq!(
        (&understood["unit"], &understood["min"], &understood["max"]),
        (&json!("USD"), &json!("2000000"), &Value::Null)
    );
    let check = |basis: &str, expect: [&str; 3], factor: &str| {
        let then = row(&answer, basis, "then");
        assert_eq!((numbers(then), then["verdict"].as_str()), (expect, Some("not-supported")), "{basis}");
        assert_eq!(then["factor"], factor, "{basis}");
    };
    check("at-receipt", ["91261.66", "95396.61", "98200.39"], "20.3665");
    check("at-withdrawal", ["139431.02", "145640.96", "146086.49"], "13.6905");
    check("as-of", ["900271.36", "926395.56", "999410.95"], "2.0012");
    check("peak", ["988795.55", "997482.78", "1046896.24"], "1.9104");
    assert_eq!(row(&answer, "peak", "then")["day"], "2017-12-17");
    // Later prices are told apart, and change nothing.
    let now = row(&answer, "as-of", "now");
    assert_eq!((&now["verdict"], &now["supported_from"]), (&json!("supported"), &json!("2021-01-07")));
    assert_eq!(row(&answer, "at-receipt", "now")["verdict"], "not-supported");
    let finding = answer["finding"].as_str().unwrap();
    assert_eq!(
        finding,
        "Not supported. The three tracked addresses received about $95,000 (value when paid), withdrawn on 3 August 2017 for about \
         $146,000. Had everything been kept, it would have been worth at most $1.05 million by 19 December 2017; the claim needs \
         at least $2 million."
    );
    assert_eq!(codes(&answer), ["lower-bound", "recorded-to", "withdrawn-by-then", "after-emptied"]);
    for word in ["false", "wrong", "lie"] {
        assert!(!finding.to_lowercase().contains(word), "{finding}");
    }
}

#[test]
fn a_sum_is_true_on_the_basis_it_was_meant_on() {
    let trial = Trial::recorded();
    let answer = trial.json(&["verify", "wannacry", "$140,000", "--on", "2017-08-03"]);
    assert_eq!(answer["verdict"], "supported-only-at");
    let withdrawn = row(&answer, "at-withdrawal", "then");
    assert_eq!((numbers(withdrawn), &withdrawn["factor"]), (["139431.02", "145640.96", "146086.49"], &Value::Null));
    assert_eq!(withdrawn["verdict"], "supported");
    let received = row(&answer, "at-receipt", "then");
    assert_eq!(received["verdict"], "not-supported");
    assert_eq!(received["high"], "97533.93");
    // The wording may name the basis, and then the others do not matter.
    let named = trial.json(&["verify", "wannacry", "hackers withdrew $140,000", "--on", "2017-08-03"]);
    assert_eq!((&named["verdict"], &named["claims"][0]["measure"]), (&json!("supported"), &json!("withdrawn")));
    let early = trial.json(&["verify", "wannacry", "hackers withdrew $140,000", "--on", "2017-08-02"]);
    // Nothing had been withdrawn yet, whatever the coins were worth.
    let none = row(&early, "at-withdrawal", "then");
    assert_eq!((numbers(none), &none["verdict"]), (["0.00"; 3], &json!("not-supported")));
    assert_ne!(early["verdict"], "supported");
    let pounds = trial.json(&["verify", "wannacry", "£108,953 was withdrawn", "--on", "2017-08-03"]);
    assert_eq!((&pounds["verdict"], &pounds["understood"]["unit"]), (&json!("supported"), &json!("GBP")));
    assert_eq!(row(&pounds, "at-withdrawal", "then")["close"], "110910.63");
    assert!(pounds["price_source"].as_str().unwrap().contains("European Central Bank"));
}

#[test]
fn exact_figures_are_held_to_the_last_digit() {
    let trial = Trial::recorded();
    let verify = |claim: &str| trial.json(&["verify", "wannacry", claim, "--on", "2017-08-03"]);
    let coins = verify("52.19666422 BTC");
    let then = row(&coins, "coins", "then");
    assert_eq!(coins["verdict"], "not-supported");
    assert_eq!(verify("the wallets received 52.19666422 BTC")["verdict"], "contradicted");
    assert_eq!((numbers(then), &then["difference"]), (["51.92690943"; 3], &json!("0.26975479")));
    assert_eq!(then["factor"], "1.0052");
    assert!(coins["finding"].as_str().unwrap().contains("0.26975479 BTC less"), "{}", coins["finding"]);
    assert!(coins["caveats"].as_array().unwrap().iter().all(|one| one["about"] != "prices"), "{}", coins["caveats"]);
    assert_eq!(verify("six withdrawals")["verdict"], "supported");
    let seven = verify("seven withdrawals");
    assert_eq!(
        (&seven["verdict"], &row(&seven, "withdrawals", "then")["high"]),
        (&json!("not-supported"), &json!("6"))
    );
    assert_eq!(verify("51.92690943 BTC")["verdict"], "supported");
    assert_eq!(verify("51.92690944 BTC")["verdict"], "not-supported");
    assert_eq!(verify("about 52 bitcoin")["verdict"], "supported");
    // The ledger is not the last word on what is at least so much.
    assert_eq!(verify("more than 60 bitcoin")["verdict"], "not-supported");
    assert_eq!(verify("less than 50 bitcoin")["verdict"], "contradicted");
    let later = trial.json(&["verify", "wannacry", "51.92690943 BTC were withdrawn", "--on", "2017-09-17"]);
    assert_eq!((&later["verdict"], &later["bases"][0]["basis"]), (&json!("supported"), &json!("coins-withdrawn")));
}

#[test]
fn outputs_and_transactions_are_both_counted() {
    let trial = Trial::recorded();
    let verify = |claim: &str| trial.json(&["verify", "wannacry", claim, "--on", "2017-08-02"]);
    let both = verify("more than 300 payments");
    assert_eq!(both["verdict"], "supported");
    assert_eq!(
        (&row(&both, "outputs", "then")["low"], &row(&both, "transactions", "then")["low"]),
        (&json!("352"), &json!("333"))
    );
    assert_eq!(row(&both, "outputs", "now")["low"], "354");
    assert_eq!(verify("352 payments")["verdict"], "supported-only-at");
    assert_eq!(verify("333 transactions")["verdict"], "supported");
    assert_eq!(verify("352 outputs")["verdict"], "supported");
    assert_eq!(verify("more than 352 outputs")["verdict"], "not-supported");
    let victims = verify("more than 300 victims paid");
    assert!(codes(&victims).contains(&"no-victims"), "{victims}");
}

#[test]
fn the_time_basis_may_decide() {
    let trial = Trial::recorded();
    let answer = trial.json(&["verify", "wannacry", "8.2052332 BTC", "--on", "2017-05-13T07:07:14Z"]);
    assert_eq!((&answer["verdict"], &answer["on"]), (&json!("supported-only-at"), &json!("2017-05-13T07:07:14Z")));
    let rows = answer["bases"].as_array().unwrap();
    let then = |basis: &str| rows.iter().find(|r| r["time_basis"] == basis && r["known"] == "then").unwrap();
    assert_eq!(
        (&then("first-seen")["verdict"], &then("first-seen")["low"]),
        (&json!("supported"), &json!("8.20523320"))
    );
    assert_eq!((&then("block")["verdict"], &then("block")["low"]), (&json!("not-supported"), &json!("7.67784480")));
    assert!(codes(&answer).contains(&"clock-decides"), "{answer}");
    let text = trial.ok(&["verify", "wannacry", "8.2052332 BTC", "--on", "2017-05-13T07:07:14Z"]);
    assert!(text.contains("Supported only at first-seen time."), "{text}");
    // Where both clocks say the same, one is enough.
    let day = trial.json(&["verify", "wannacry", "about 52 bitcoin", "--on", "2017-08-03"]);
    assert!(day["bases"].as_array().unwrap().iter().all(|r| r["time_basis"] == "block"));
}

#[test]
fn the_page_says_first_what_happened() {
    let trial = Trial::recorded();
    let page = trial.ok(&["verify", "wannacry", "over $140,000", "--on", "2017-08-03"]);
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let text = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words:?} in {text}"));
    assert!(
        at("Supported only at") < at("received about $95,000") && at("$95,000") < at("more than 140,000 US dollars")
    );
    assert!(at("understood") < at("as known then") && at("as known then") < at("caveat") && at("caveat") < at("next"));
    // Without a day it is held against all that is recorded, and says so.
    let answer = trial.json(&["verify", "wannacry", "354 outputs"]);
    assert_eq!(
        (&answer["verdict"], &answer["on"], &answer["on_given"]),
        (&json!("supported"), &json!("2017-09-17T23:59:59Z"), &json!(false))
    );
    assert!(codes(&answer).contains(&"no-day"), "{answer}");
    assert_eq!(trial.json(&["verify", "wannacry", "52 BTC", "--estimate", "dd"])["counting"], "DD");
}

#[test]
fn what_cannot_be_checked_or_understood() {
    let trial = Trial::new();
    let nothing = trial.json(&["verify", "notpetya", "millions of dollars", "--on", "2017-12-19"]);
    assert_eq!(
        (&nothing["verdict"], &nothing["bases"], &nothing["recorded_to"]),
        (&json!("cannot-check"), &json!([]), &Value::Null)
    );
    assert!(trial.ok(&["verify", "notpetya", "millions"]).contains("ransomtrail sync notpetya"));
    trial.fails(&["verify", "wannacry", "it was terrible"], 2, "no quantity");
    trial.fails(&["verify", "wannacry", "they never made $140,000"], 2, "denies");
    trial.fails(&["verify", "wannacry"], 2, "<CLAIM>");
    trial.fails(&["verify", "wannacri", "$5"], 2, "did you mean");
    trial.fails(&["verify", "wannacry", "$5", "--estimate", "XX"], 2, "there are DD, DD-DC, DD-DC+MI, DD-DC+MI-OW");
    let recorded = Trial::recorded();
    // No price is known of that day: what the coins were worth then cannot be checked.
    let answer = recorded.json(&["verify", "wannacry", "millions of dollars now worth", "--on", "2026-10-01"]);
    assert_eq!(row(&answer, "as-of", "then")["verdict"], "cannot-check");
    assert!(row(&answer, "as-of", "then")["missing"].as_str().unwrap().contains("no price is known for 1 Oct 2026"));
}

#[test]
fn sentences_are_answered_with_what_happened() {
    let trial = Trial::recorded();
    let check = |claim: &str, on: &str, verdict: &str, words: &[&str]| {
        let answer = trial.json(&["verify", "wannacry", claim, "--on", on]);
        assert_eq!(answer["verdict"], verdict, "{claim}: {answer}");
        let said = answer.to_string();
        for one in words {
            assert!(said.contains(one), "{claim}: no {one:?} in {said}");
        }
    };
    let hitbtc = &["20003", "21137.99", "1 arrival at HitBTC, by fifo"];
    check("$20,000 was cashed out at HitBTC", "2017-08-04", "supported", hitbtc);
    check("HitBTC received 7.29 BTC", "2017-08-04", "supported", &["7.29393932"]);
    check("the largest payment was 2 bitcoin", "2017-08-03", "supported", &["The largest payment to the three"]);
    let first = &["Supported only at first-seen time.", "9.6", "8.73"];
    check("the first withdrawal was 8.73 BTC", "2017-08-03", "supported-only-at", first);
    check("sent 52 BTC to mixers", "2017-12-19", "not-supported", &["0 arrivals, by fifo, as far as recorded"]);
    check("three wallets held 51.9 BTC", "2017-08-05", "contradicted", &["0 BTC was left on the three tracked"]);
    check("all but 0.186 BTC has been withdrawn", "2017-09-17", "supported", &["0.186 BTC was left"]);
    check("Weniger als 70.000 Dollar Lösegeld an WannaCry-Hacker gezahlt", "2017-05-15", "supported", &[]);
    check("authorized the $600 payment", "2017-08-03", "supported", &["payments"]);
    check("half of it was cashed out", "2017-08-03", "contradicted", &["100 percent was withdrawn"]);
    check("WannaCry made 9.67 bitcoin on Saturday", "2017-05-15", "supported-only-at", &["on 13 May 2017"]);
}

#[test]
fn a_sentence_may_hold_several_claims() {
    let trial = Trial::recorded();
    let args = ["verify", "wannacry", "North Korean hackers collected 52 BTC ($140,000)", "--on", "2017-08-03"];
    let answer = trial.json(&args);
    let claims = answer["claims"].as_array().unwrap();
    let verdicts: Vec<&Value> = claims.iter().map(|one| &one["verdict"]).collect();
    assert_eq!(verdicts, ["supported", "supported-only-at"]);
    assert_eq!((&answer["verdict"], &answer["not_checked"][0]), (&json!("supported"), &json!("North Korean hackers")));
    let page = trial.ok(&args);
    assert!(
        page.contains("not checked “North Korean hackers”") && page.lines().all(|line| line.chars().count() <= 80),
        "{page}"
    );
    // For scripts only what is supported whole is good.
    let strict = |claim: &str| trial.run(&["verify", "wannacry", claim, "--on", "2017-08-03", "--strict"]).code;
    assert_eq!((strict("52 BTC ($140,000)"), strict("52 BTC"), strict("60 BTC"), strict("nonsense")), (1, 0, 1, 2));
    assert_eq!(trial.run(&["verify", "wannacry", "60 BTC", "--on", "2017-08-03"]).code, 0);
    // The days of the sentence and those asked for have none in common.
    let apart =
        ["verify", "wannacry", "WannaCry made 5 BTC on 13 May 2017", "--from", "2017-06-01", "--on", "2017-08-03"];
    trial.fails(&apart, 2, "give other days");
    trial.fails(&["verify", "wannacry", "WannaCry made 9.67 bitcoin on Saturday"], 2, "which Saturday is meant?");
}

#[test]
fn published_claims_make_a_table() {
    let trial = Trial::recorded();
    let all = trial.json(&["verify", "--all"]);
    let verdict = |words: &str| {
        let all = all.as_array().unwrap();
        let found = all.iter().find(|one| one["published"]["text"].as_str().unwrap().contains(words)).unwrap();
        assert_eq!(found["result"]["understood"]["text"], found["published"]["quantity"]);
        found["result"]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("8.2052332 BTC"), "supported-only-at");
    assert_eq!(verdict("5.78 bitcoin"), "supported-only-at");
    assert_eq!(verdict("52.2 BTC"), "supported");
    assert_eq!(verdict("six withdrawals"), "supported");
    assert_eq!(verdict("£108,953"), "supported");
    assert_eq!(verdict("millions in bitcoin"), "not-supported");
    assert_eq!(verdict("$5.9 million"), "cannot-check");
    let one = trial.ok(&["verify", "--all", "wannacry"]);
    assert!(
        one.contains("what was said") && one.contains("https://qz.com/1045270") && !one.contains("SamSam"),
        "{one}"
    );
    assert!(trial.ok(&["verify", "--all"]).contains("ransomtrail sync"), "families without a ledger say what to do");
    assert!(trial.ok(&["verify", "--all", "locky"]).contains("no published claims about Locky"));
}

#[test]
fn every_published_claim_is_sound() {
    let catalog = ransomtrail::catalog::Catalog::load(bitcoin::Network::Bitcoin, None).unwrap();
    let all = published(None).unwrap();
    assert!(all.len() >= 10);
    for one in &all {
        let family = catalog.find(&one.family).unwrap();
        assert_eq!(family.name, one.family);
        assert!(one.link.starts_with("http") && one.link.contains("://"), "{}", one.text);
        assert!(!one.who.is_empty());
        let said = read(&one.text).unwrap_or_else(|error| panic!("{}: {error}", one.text)).claims;
        let meant = said.iter().find(|claim| claim.quantity() == one.quantity);
        let meant = meant.unwrap_or_else(|| panic!("{}: {said:?}", one.text));
        assert_eq!(read(&one.quantity).unwrap().claims[0].interval, meant.interval, "{}", one.text);
    }
    let files = std::fs::read_dir(crate::trial::source("data/claims")).unwrap().count();
    let families: std::collections::BTreeSet<_> = all.iter().map(|one| &one.family).collect();
    assert_eq!(families.len(), files, "a file is not embedded");
}

#[test]
fn at_most_two_in_a_thousand_were_paid_for() {
    let trial = Trial::recorded();
    let catalog = ransomtrail::catalog::Catalog::load(bitcoin::Network::Bitcoin, None).unwrap();
    let wannacry = catalog.find("wannacry").unwrap();
    let facts = trial.json(&["families", "wannacry"])["facts"].clone();
    assert_eq!((&facts[0]["kind"], &facts[0]["value"]), (&json!("machines"), &json!(230_000)));
    assert!(trial.ok(&["families", "wannacry"]).contains("230,000 machines infected (The Guardian, 3 Aug 2017)"));
    let store = ransomtrail::store::Store::open_existing(&trial.path("test.db")).unwrap();
    let ledger = store.ledger(wannacry.addresses.iter().map(|a| &a.address)).unwrap();
    let prices = Prices::load(Currency::Usd, &Live::default()).unwrap();
    let account = open(wannacry, &ledger, &prices, Default::default()).unwrap();
    let share = paying_share(&account, wannacry.machines().unwrap()).unwrap();
    assert_eq!((share.transactions, share.outputs, share.at_most_in_a_thousand), (333, 352, 2));
    assert_eq!(paying_share(&account, 0), None);
}

/// What a claim comes to on a ledger made up for the purpose.
fn judge(book: Book, family: &Family, claim: &str, on: &str, counting: Option<&'static Counting>) -> Checked {
    let ledger = book.ledger();
    of_ledger(&ledger, family, claim, on, counting)
}

/// A ledger made up for the purpose, with nothing beside it.
struct Made<'a> {
    ledger: &'a Ledger,
    family: &'a Family,
    counting: Option<&'static Counting>,
}

impl Evidence for Made<'_> {
    fn family(&self) -> &Family {
        self.family
    }

    fn zone(&self) -> chrono_tz::Tz {
        chrono_tz::Tz::UTC
    }

    fn counting(&self) -> &'static str {
        self.counting.map_or(USUAL, |counting| counting.name)
    }

    fn prices(&self, currency: Currency) -> anyhow::Result<Rc<Prices>> {
        Ok(Rc::new(Prices::load(currency, &Live::default())?))
    }

    fn account(&self, question: Question, scope: &Scope, prices: &Prices) -> anyhow::Result<Option<Account>> {
        let (family, ledger) = (&*scope.family(self.family), &*scope.ledger(self.ledger, question));
        let known = account::Recorded { family, ledger, linked: &Linked::default() };
        let account = open(family, ledger, prices, question);
        Ok(account.map(|account| match self.counting {
            Some(counting) => counting.of(account, known, prices),
            None => account,
        }))
    }

    fn landed(&self, _: Time, _: &Scope, _: &dyn Fn(&LabelInfo) -> bool) -> anyhow::Result<Landed> {
        Ok(Landed { landings: vec![], whole: true, policy: Policy::Fifo })
    }
}

fn of_ledger(ledger: &Ledger, family: &Family, claim: &str, on: &str, counting: Option<&'static Counting>) -> Checked {
    let claim = Claim::typed(claim, Some(on.parse().unwrap())).unwrap();
    let mut verified = claims::verify(&claim, &Made { ledger, family, counting }).unwrap();
    verified.claims.remove(0)
}

#[test]
fn only_a_complete_ledger_contradicts_what_it_falls_short_of() {
    let book = || Book::default().inflow(1, 0, 0, 500_000_000, Some("2017-05-12T10:00:00Z"));
    let ours = family(vec![]);
    let check = |ledger: &Ledger, family: &Family, claim: &str, on: &str, expect: Verdict| {
        assert_eq!(of_ledger(ledger, family, claim, on, None).verdict, expect, "{claim} on {on}");
    };
    let whole = book().ledger();
    // Of the wallets themselves the ledger knows all; of their owner it does not.
    let wallets = |rest: &str| format!("the wallets received {rest}");
    check(&whole, &ours, &wallets("exactly 6 BTC"), "2017-06-01", Verdict::Contradicted);
    check(&whole, &ours, &wallets("between 6 and 7 BTC"), "2017-06-01", Verdict::Contradicted);
    check(&whole, &ours, &wallets("at least 6 BTC"), "2017-06-01", Verdict::Contradicted);
    check(&whole, &ours, "exactly 6 BTC", "2017-06-01", Verdict::NotSupported);
    check(&whole, &ours, "exactly 4 BTC", "2017-06-01", Verdict::Contradicted);
    // The ledger is complete to the last day of 2017 only.
    check(&whole, &ours, &wallets("exactly 6 BTC"), "2018-06-01", Verdict::NotSupported);
    check(&whole, &ours, "exactly 4 BTC", "2018-06-01", Verdict::Contradicted);
    // What is left may have left since.
    check(&whole, &ours, "the balance was 4 BTC", "2017-06-01", Verdict::Contradicted);
    check(&whole, &ours, "the balance was 4 BTC", "2018-06-01", Verdict::NotSupported);
    // An explorer says that there is more than the ledger holds.
    let mut unreconciled = book().ledger();
    let check_of = unreconciled.addresses[0].check.as_mut().unwrap();
    check_of.said = book().inflow(9, 0, 0, 7, Some("2017-05-12T10:00:00Z")).ledger().addresses[0].ledger.into();
    check(&unreconciled, &ours, &wallets("exactly 6 BTC"), "2017-06-01", Verdict::NotSupported);
    check(&unreconciled, &ours, "less than 4 BTC", "2017-06-01", Verdict::Contradicted);
    // Of a family whose addresses are all there are, less is a contradiction as well.
    let complete = Family { complete: Some("a court".to_owned()), ..family(vec![]) };
    check(&whole, &complete, "exactly 6 BTC", "2017-06-01", Verdict::Contradicted);
    check(&whole, &complete, "exactly 6 BTC", "2018-06-01", Verdict::NotSupported);
    check(&whole, &complete, "exactly 5 BTC", "2017-06-01", Verdict::Supported);
}

#[test]
fn a_missing_price_is_not_a_miss() {
    let ours = family(vec![]);
    let book = || {
        let first = Book::default().inflow(1, 0, 0, 100_000_000, Some("2010-05-12T10:00:00Z"));
        first.inflow(2, 0, 0, 100_000_000, Some("2017-05-12T10:00:00Z"))
    };
    // One bitcoin was worth some 1,700 to 1,850 dollars on the second day; the first has no price.
    let more = judge(book(), &ours, "exactly $5,000", "2017-06-01", None);
    let receipt = more.row(Basis::AtReceipt, TimeBasis::Block).unwrap();
    assert_eq!(
        (receipt.verdict, receipt.missing.as_deref()),
        (Verdict::CannotCheck, Some("1 payment without a price"))
    );
    let less = judge(book(), &ours, "less than $1,000", "2017-06-01", None);
    assert_eq!(less.row(Basis::AtReceipt, TimeBasis::Block).unwrap().verdict, Verdict::Contradicted);
    let none =
        judge(Book::default().inflow(1, 0, 0, 5_000, Some("2010-05-12T10:00:00Z")), &ours, "$5", "2010-06-01", None);
    assert_eq!(none.verdict, Verdict::CannotCheck);
    assert!(none.finding.starts_with("Cannot be checked."), "{}", none.finding);
    assert!(none.then().all(|row| row.value.is_none()), "{:?}", none.rows);
}

#[test]
fn another_way_of_counting_is_another_answer() {
    let book = || {
        Book::default()
            .inflow(1, 0, 0, 500_000_000, Some("2017-05-12T10:00:00Z"))
            .spend(2, 0, 0, 500_000_000, Some("2017-05-13T10:00:00Z"))
            .inflow(2, 0, 1, 300_000_000, Some("2017-05-13T10:00:00Z"))
    };
    let ours = family(vec![]);
    let usual = judge(book(), &ours, "exactly 8 BTC", "2017-06-01", None);
    assert_eq!(usual.verdict, Verdict::NotSupported);
    let direct = judge(book(), &ours, "exactly 8 BTC", "2017-06-01", Some(Counting::find("DD").unwrap()));
    assert_eq!(direct.verdict, Verdict::Supported);
    assert!(direct.caveats.iter().any(|c| c.code == Code::CountedAs), "{:?}", direct.caveats);
    // They count what the summary's table of estimates says.
    let prices = Prices::load(Currency::Usd, &Live::default()).unwrap();
    let ledger = book().ledger();
    let linked = Linked::default();
    let known = account::Recorded { family: &ours, ledger: &ledger, linked: &linked };
    for counting in account::COUNTINGS {
        let account = open(&ours, &ledger, &prices, Default::default()).unwrap();
        let shown = account::with_linked(account.clone(), &ours, &ledger, &linked, &prices);
        let line = shown.summary.estimates.iter().find(|e| e.name == counting.name).cloned().unwrap();
        let received = counting.of(account, known, &prices).summary.received;
        assert_eq!((received.outputs, received.amount), (line.outputs, line.amount), "{}", counting.name);
    }
}

#[test]
fn nothing_was_taken_before_the_first_payment() {
    let book = || Book::default().inflow(1, 0, 0, 500_000_000, Some("2017-05-12T10:00:00Z"));
    let early = judge(book(), &family(vec![]), "$5,000", "2017-05-01", None);
    assert!(early.then().all(|row| row.factor.is_none() && row.verdict == Verdict::NotSupported), "{:?}", early.rows);
    assert!(early.row(Basis::Peak, TimeBasis::Block).is_none(), "nothing has no highest day");
    let none = judge(Book::default(), &family(vec![]), "at most 5 payments", "2017-05-01", None);
    assert_eq!(none.verdict, Verdict::Supported);
    assert!(none.caveats.iter().any(|c| c.code == Code::AtMost), "{:?}", none.caveats);
    assert!(none.rows.iter().any(|row| row.known == Known::Now));
}

#[test]
fn payments_do_not_contradict_a_number_of_victims() {
    let trial = Trial::recorded();
    let verify = |claim: &str, on: &str| trial.json(&["verify", "wannacry", claim, "--on", on]);
    assert_eq!(verify("WannaCry made 9.67 bitcoin", "2017-05-13")["verdict"], "contradicted");
    // Nobody counted victims.
    assert_eq!(verify("about 200 victims paid", "2017-08-03")["verdict"], "cannot-check");
    assert_eq!(verify("exactly 500 victims paid", "2017-08-03")["verdict"], "not-supported");
    assert_eq!(verify("500 payments", "2017-08-03")["verdict"], "not-supported");
}

#[test]
fn a_claim_may_speak_of_a_span_of_days_or_of_one_wallet() {
    let trial = Trial::recorded();
    let verify = |args: &[&str]| trial.json(&[&["verify", "wannacry"], args].concat());
    // The Hill, 15 May 2017, by first-seen times.
    for (day, claim, sats) in
        [("2017-05-13", "9.67 bitcoin Saturday", "9.67143124"), ("2017-05-14", "5.50 bitcoin Sunday", "5.50445632")]
    {
        let found = verify(&[claim, "--from", day, "--on", day]);
        assert_eq!(found["verdict"], "supported-only-at", "{found}");
        let rows = found["bases"].as_array().unwrap();
        let row = rows.iter().find(|row| row["known"] == "then" && row["time_basis"] == "first-seen").unwrap();
        assert_eq!((&row["close"], &row["verdict"]), (&sats.into(), &"supported".into()));
        assert!(found["scope"].as_str().unwrap().starts_with("counted on 1"), "{found}");
    }
    // SwitHak, 8 August 2017: the three wallets just before the withdrawals.
    for (address, claim) in [
        ("115p7UMMngoj1pMvkpHijcRdfJNXj6LrLn", "14.41067602 BTC"),
        ("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", "17.77113037 BTC"),
        ("13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94", "19.74510304 BTC"),
    ] {
        assert_eq!(verify(&[claim, "--on", "2017-08-03", "--address", address])["verdict"], "supported", "{claim}");
        assert_eq!(verify(&[claim, "--on", "2017-08-03"])["verdict"], "contradicted", "{claim}");
    }
    for (args, expect) in [
        (&["1 BTC", "--from", "2017-05-13"][..], "--on"),
        (&["1 BTC", "--from", "2017-05-14", "--on", "2017-05-13"], "--from is after --on"),
        (&["1 BTC", "--on", "2999-01-01"], "days that have come"),
        (&["1 BTC", "--address", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"], "is no address of WannaCry"),
        (&["1 BTC", "--address", "nonsense"], "nonsense"),
    ] {
        let ran = trial.run(&[&["verify", "wannacry"], args].concat());
        assert!(ran.code == 2 && ran.err.contains(expect), "{}", ran.err);
    }
}

#[test]
fn a_balance_is_held_against_what_is_left() {
    let trial = Trial::recorded();
    let verdict = |claim: &str, on: &str| trial.json(&["verify", "wannacry", claim, "--on", on])["verdict"].clone();
    assert_eq!(verdict("the balance was 0.186 BTC", "2017-09-17"), "supported");
    assert_eq!(verdict("the balance was 52.11290943 BTC", "2017-09-17"), "contradicted");
    assert_eq!(verdict("the wallets still hold 51.92690943 BTC", "2017-08-02"), "supported");
    assert_eq!(verdict("the wallets were emptied in six transactions", "2017-08-03"), "supported");
}

#[test]
fn a_sentence_about_another_family_is_refused() {
    let trial = Trial::recorded();
    for (text, named) in [
        ("Conti made $5 million", "Conti"),
        ("the DMA Locker gang received 52 bitcoin", "DMA Locker"),
        ("Critroni made $95,000", "CTB-Locker"),
    ] {
        let expect = format!("the sentence names {named}, and WannaCry is asked about");
        trial.fails(&["verify", "wannacry", text], 2, &expect);
        trial.fails(&["report", "wannacry", "--claim", text], 2, &expect);
        trial.fails(&["evidence", "pack", "wannacry", "--claim", text], 2, &expect);
    }
    trial.ok(&["verify", "wannacry", "WannaCry made $95,000"]);
}
