//! Every surface tells the same figures of ledgers of every kind: text, JSON, rows, tables, charts and series.

use std::collections::BTreeMap;

use bitcoin::{Address, Network, OutPoint};
use serde_json::{Value, json};

use crate::live::trial;
use crate::support::{FakeChain, FakeExplorer, Kind};
use crate::trial::{Trial, codes, data};

const COIN: u64 = 100_000_000;

/// Income, joined, withdrawn, fees of moves within, what is left; `None` is unknown.
type Sums = [Option<u64>; 5];

fn known(sums: [u64; 5]) -> Sums {
    sums.map(Some)
}

type Rows = Vec<BTreeMap<String, String>>;

fn table(text: &str) -> Rows {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

/// A column's sum; `None` where a cell is empty.
fn sum(rows: &Rows, column: &str) -> Option<u64> {
    rows.iter().map(|row| row[column].parse::<u64>().ok()).sum()
}

fn btc(sats: Option<u64>) -> String {
    sats.map_or("unknown".to_owned(), |sats| format!("{}.{:08}", sats / COIN, sats % COIN))
}

/// A cell of a chart's series in bitcoin; empty is unknown.
fn sats(cell: &str) -> Option<u64> {
    let number: ransomtrail::domain::Decimal = cell.parse().ok()?;
    (number * ransomtrail::domain::Decimal::from(COIN)).normalize().to_string().parse().ok()
}

/// The word that stands second in the line of a page that begins so.
fn said(page: &str, name: &str) -> Option<String> {
    page.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some(name)).then(|| words.next().unwrap_or_default().to_owned())
    })
}

/// Holds every surface against these sums.
fn check(name: &str, trial: &Trial, expect: Sums) {
    let [received, joined, withdrawn, fees, left] = expect;
    let json = trial.json(&["summary", "story", "--by", "day"]);
    let parts = [&json["received"]["sats"], &json["joined"]["sats"], &json["withdrawn"]["sats"]];
    let parts = parts.into_iter().chain([&json["internal"]["fees_sats"], &json["balance_sats"]]);
    assert_eq!(parts.map(Value::as_u64).collect::<Vec<_>>(), expect, "{name}: {json}");
    let page = trial.ok(&["summary", "story"]);
    for (line, sats) in [("received", received), ("withdrawn", withdrawn), ("left", left)] {
        assert_eq!(said(&page, line), Some(btc(sats)), "{name}: {line}\n{page}");
    }
    let line = (joined != Some(0)).then(|| btc(joined));
    assert_eq!(said(&page, "joined"), line, "{name}\n{page}");

    let step =
        |field: &str| json["series"].as_array().unwrap().iter().map(|step| step[field].as_u64()).sum::<Option<u64>>();
    assert_eq!([step("sats"), step("joined_sats"), step("withdrawn_sats")], [received, joined, withdrawn], "{name}");
    let exported = |table_of: &str| table(&trial.ok(&["export", "story", "--table", table_of]));
    let series = exported("series");
    let found = ["sats", "joined_sats", "withdrawn_sats"].map(|column| sum(&series, column));
    assert_eq!(found, [received, joined, withdrawn], "{name}");
    let rows = exported("payments");
    let income: Rows = rows.iter().filter(|row| row["internal"] == "false").cloned().collect();
    let internal = json["internal"]["sats"].as_u64();
    let found = [sum(&income, "sats"), sum(&rows, "joined_sats"), sum(&rows, "internal_sats")];
    assert_eq!(found, [received, joined, internal], "{name}");
    assert!(rows.iter().all(|row| row["class"].is_empty() == (row["internal"] == "true")), "{name}: {rows:?}");
    assert_eq!(sum(&exported("withdrawals"), "sats"), withdrawn, "{name}");

    let told = trial.json(&["payments", "story"]);
    let each = |field: &str| told.as_array().unwrap().iter().map(|row| row[field].as_u64()).sum::<Option<u64>>();
    assert_eq!([each("joined_sats"), each("internal_sats")], [joined, internal], "{name}: {told}");
    let direct = json["estimates"][0]["sats"].as_u64().unwrap();
    assert_eq!(each("sats"), Some(direct), "{name}: all direct deposits");
    if let (Some(joined), Some(internal)) = (joined, internal) {
        assert_eq!(direct, received.unwrap() + internal + joined, "{name}");
    }
    if let [Some(received), Some(joined), Some(withdrawn), Some(fees)] = [received, joined, withdrawn, fees] {
        assert_eq!(left.map(|left| left + withdrawn + fees), Some(received + joined), "{name}");
    }
    trial.ok(&["report", "story", "--format", "json,html"]);
    let report = std::fs::read_to_string(trial.path("ransomtrail-report/story/index.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["summary"], data(trial.json(&["summary", "story"])), "{name}: the report's document");
    assert_eq!(codes(&report["summary"]), codes(&json), "{name}");
    let listed =
        |key: &str| report[key].as_array().unwrap().iter().map(|row| row["sats"].as_u64()).sum::<Option<u64>>();
    assert_eq!([listed("payments"), listed("withdrawals")], [Some(direct), withdrawn], "{name}");
    let written = std::fs::read_to_string(trial.path("ransomtrail-report/story/index.html")).unwrap();
    for (line, sats) in [("received", received), ("withdrawn", withdrawn), ("left", left)] {
        let row = format!("<th scope=\"row\">{line}</th><td class=\"n\">{}</td>", btc(sats));
        assert!(written.contains(&row), "{name}: {row}");
    }
    for one in json["caveats"].as_array().unwrap() {
        assert!(page.contains(one["text"].as_str().unwrap()), "{name}: {one}\n{page}");
    }

    trial.ok(&["chart", "story", "--kind", "cumulative,weekly,timeline", "--format", "svg", "--out", "charts"]);
    let drawn = |kind: &str| std::fs::read_to_string(trial.path(&format!("charts/story/{kind}.csv"))).unwrap();
    let states = table(&drawn("cumulative"));
    if let Some(last) = states.last() {
        let found = ["received_btc", "withdrawn_btc", "held_btc"].map(|column| sats(&last[column]));
        assert_eq!(found, [received, withdrawn, left], "{name}: {last:?}");
    } else {
        assert_eq!(expect, known([0; 5]), "{name}");
    }
    let of = |rows: &Rows, event: &str, column: &str| {
        rows.iter().filter(|row| row["event"] == event).map(|row| sats(&row[column])).sum::<Option<u64>>()
    };
    let events = ["payment", "joined", "withdrawal", "fee"].map(|event| of(&states, event, "btc"));
    assert_eq!(events, [received, joined, withdrawn, fees], "{name}");
    let marks = table(&drawn("timeline"));
    assert_eq!([of(&marks, "payment", "btc"), of(&marks, "withdrawal", "btc")], [received, withdrawn], "{name}");
    let weeks = table(&drawn("weekly"));
    let column = |column: &str| weeks.iter().map(|row| row.get(column).map_or(Some(0), |cell| sats(cell))).sum();
    let found: [Option<u64>; 3] = ["received_btc", "joined_btc", "withdrawn_btc"].map(column);
    assert_eq!(found, [received, joined, withdrawn], "{name}");
    in_sql(name, trial, [received, joined, withdrawn, fees]);
    along_the_trail(name, trial, (&report, &written), withdrawn);
    in_its_weeks(name, trial);
    address_by_address(name, trial, &json, &told);
    // A coin was made unknown by hand: such a ledger holds in no pack.
    if expect.iter().all(Option::is_some) {
        in_a_pack(name, trial, expect);
    }
}

/// The database's own views say the same.
fn in_sql(name: &str, trial: &Trial, expect: [Option<u64>; 4]) {
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let sum = |column: &str, view: &str| -> Option<u64> {
        // A sum of what is not all known is not known.
        let sql = format!("SELECT iif(count(*) = count({column}), coalesce(sum({column}), 0), NULL) FROM {view}");
        db.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    let found = [
        sum("sats", "daily_inflows WHERE family = 'story'"),
        sum("joined_sats", "payments WHERE family = 'story' AND state = 'confirmed'"),
        sum("net_sats", "withdrawals WHERE family = 'story' AND state = 'confirmed'"),
        sum("internal_fee_sats", "spending_transactions WHERE family = 'story' AND state = 'confirmed'"),
    ];
    assert_eq!(found, expect, "{name}: views");
}

/// Where the money went is the same on every surface: command, report and charts.
fn along_the_trail(name: &str, trial: &Trial, (report, written): (&Value, &str), withdrawn: Option<u64>) {
    let trail = trial.json(&["trace", "story"]);
    let source = trail["source_sats"].as_u64().unwrap();
    // Withdrawals of unknown amount are left out of a trail.
    assert!(withdrawn.is_none_or(|withdrawn| withdrawn == source), "{name}: {withdrawn:?} {source}");
    let shares = trail["shares"].as_array().unwrap();
    let named: BTreeMap<&str, &Value> =
        shares.iter().map(|one| (one["category"].as_str().unwrap(), &one["sats"])).collect();
    assert_eq!(json!(named), trail["by_category"], "{name}");
    assert_eq!(shares.iter().map(|one| one["sats"].as_u64().unwrap()).sum::<u64>(), source, "{name}");
    let ends = trail["destinations"].as_array().unwrap();
    let arrived: u64 = ends.iter().map(|end| end["sats"].as_u64().unwrap()).sum();
    assert_eq!(json!(arrived), trail["arrived_sats"], "{name}");
    assert_eq!(arrived + trail["fees_sats"].as_u64().unwrap(), source, "{name}");

    let page = trial.ok(&["trace", "story"]);
    assert!(page.contains(&format!("{} BTC left in", btc(Some(source)))), "{name}: {page}");
    for share in shares {
        let (category, btc) = (share["category"].as_str().unwrap(), share["btc"].as_str().unwrap());
        assert_eq!(said(&page, category).as_deref(), Some(btc), "{name}: {page}");
    }
    assert_eq!(report["trail"], data(trail.clone()), "{name}: the report's trail");
    for share in shares.iter().filter(|_| source > 0) {
        let cells = [&share["btc"], &share["share"]].map(|cell| cell.as_str().unwrap());
        assert!(cells.iter().all(|cell| written.contains(cell)), "{name}: {share}");
    }

    trial.ok(&["chart", "story", "--kind", "destinations,flow", "--format", "svg", "--out", "charts"]);
    let drawn = |kind: &str| table(&std::fs::read_to_string(trial.path(&format!("charts/story/{kind}.csv"))).unwrap());
    let bars = drawn("destinations");
    assert_eq!(sum(&bars, "sats"), Some(source), "{name}");
    let named = trail["ends"].as_array().unwrap();
    assert_eq!(bars.len(), named.len(), "{name}: none is folded");
    for (bar, end) in bars.iter().zip(named) {
        let told = ["destination", "kind"].map(|field| end[field].as_str().unwrap());
        assert_eq!([&bar["destination"], &bar["kind"]], told, "{name}");
        assert!(
            ["coins", "sats"].iter().all(|column| bar[*column].parse::<u64>().ok() == end[column].as_u64()),
            "{name}: {bar:?} {end}"
        );
        assert_eq!(json!(format!("{} %", bar["percent"])), end["share"], "{name}");
        assert_eq!(&json!(bar["btc"]), &end["btc"], "{name}");
    }
    let from: Rows = drawn("flow").into_iter().filter(|link| link["from_kind"] == "withdrawn").collect();
    assert_eq!(sum(&from, "sats"), Some(source), "{name}: {from:?}");
}

/// A week is what the series says of it, and the same in its page, in `index.json` and as JSON.
fn in_its_weeks(name: &str, trial: &Trial) {
    let summary = trial.json(&["summary", "story", "--by", "week"]);
    let steps = summary["series"].as_array().unwrap().iter();
    // Years in which nothing happened are in the series too.
    let is_busy = |step: &&Value| ["outputs", "withdrawals", "joined_sats"].iter().any(|field| step[field] != 0);
    for step in steps.filter(is_busy).take(2) {
        let label = step["step"].as_str().unwrap();
        let week = trial.json(&["weekly", "--week", label, "--out", "weeks", "--format", "svg"]);
        let family = &week["families"][0];
        assert_eq!((&family["week"], &family["complete"]), (step, &step["complete"]), "{name}: {label}");
        for field in ["outputs", "transactions", "sats", "joined_sats", "withdrawals", "withdrawn_sats"] {
            assert_eq!(family["flows"][field], step[field], "{name}: {label} {field}");
            assert_eq!(week["totals"][field], step[field], "{name}: {label} {field}, of one family");
        }
        for price in ["low", "close", "high"] {
            assert_eq!(family["flows"]["value"][price], step[price], "{name}: {label} {price}");
        }
        let read = |file: &str| std::fs::read_to_string(trial.path(&format!("weeks/{label}/{file}"))).unwrap();
        let mut printed = week.clone();
        for field in ["page", "index"] {
            printed.as_object_mut().unwrap().remove(field);
        }
        printed["families"][0].as_object_mut().unwrap().remove("files");
        assert_eq!(serde_json::from_str::<Value>(&read("index.json")).unwrap(), printed, "{name}: {label}");
        let page = read("index.html");
        for (field, count) in [("sats", "outputs"), ("withdrawn_sats", "withdrawals")] {
            let shown = page.contains(&format!("{} BTC", btc(step[field].as_u64())));
            assert!(shown || step[count] == 0 || step[field].is_null(), "{name}: {label} {field}\n{page}");
        }
        let drawn = table(&read("story/weekly.csv"));
        let row = drawn.iter().find(|row| row["week"] == label);
        assert!(row.is_none_or(|row| sats(&row["received_btc"]) == step["sats"].as_u64()), "{name}: {label} {row:?}");
    }
}

/// What is looked up of an address is what the family's figures say of it.
fn address_by_address(name: &str, trial: &Trial, summary: &Value, payments: &Value) {
    for one in summary["addresses"].as_array().unwrap() {
        let address = one["address"].as_str().unwrap();
        let found = trial.json(&["lookup", address, "--offline"]);
        assert_eq!((&found["addresses"], &found["family"]), (&json!([one]), &json!("story")), "{name}");
        let mut rows: Vec<Value> =
            payments.as_array().unwrap().iter().filter(|row| row["address"] == address).cloned().collect();
        let (gross, balance) = (one["received_sats"].as_u64(), found["balance_sats"].as_u64());
        assert_eq!(rows.iter().map(|row| row["sats"].as_u64()).sum::<Option<u64>>(), gross, "{name}");
        let left = gross.zip(one["withdrawn_sats"].as_u64()).map(|(gross, spent)| gross - spent);
        assert_eq!(balance, left, "{name}: {address}");
        // By itself an address has change of its own, and no class.
        let mut alone = found["payments"].clone();
        for row in rows.iter_mut().chain(alone.as_array_mut().unwrap()) {
            for field in ["class", "internal", "internal_sats", "joined_sats", "after_withdrawal"] {
                row.as_object_mut().unwrap().remove(field);
            }
        }
        assert_eq!(alone, json!(rows), "{name}: {address}");
        let page = trial.ok(&["lookup", address, "--offline"]);
        assert_eq!(said(&page, "received"), Some(btc(found["received"]["sats"].as_u64())), "{name}: {page}");
        assert_eq!(said(&page, "left"), Some(btc(balance)), "{name}: {page}");
    }
}

/// So do the figures in a pack, which its check computes anew.
fn in_a_pack(name: &str, trial: &Trial, expect: Sums) {
    trial.ok(&["evidence", "pack", "story", "--out", "story.zip", "--force"]);
    let checked = trial.run(&["evidence", "check", "story.zip"]);
    assert_eq!(checked.code, 0, "{name}: {}{}", checked.out, checked.err);
    let packed = std::fs::File::open(trial.path("story.zip")).unwrap();
    let mut packed = zip::ZipArchive::new(packed).unwrap();
    let summary: Value = serde_json::from_reader(packed.by_name("figures/summary.json").unwrap()).unwrap();
    let parts = [&summary["received"]["sats"], &summary["joined"]["sats"], &summary["withdrawn"]["sats"]];
    let parts = parts.into_iter().chain([&summary["internal"]["fees_sats"], &summary["balance_sats"]]);
    assert_eq!(parts.map(Value::as_u64).collect::<Vec<_>>(), expect, "{name}: pack");
    assert_eq!(summary, data(trial.json(&["summary", "story"])), "{name}: pack");
}

fn at(txid: bitcoin::Txid, vout: u32) -> OutPoint {
    OutPoint::new(txid, vout)
}

struct Story {
    chain: FakeChain,
    ours: [Address; 2],
    other: Address,
}

impl Story {
    fn new() -> Self {
        let chain = FakeChain::new(Network::Regtest);
        let ours = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
        let other = chain.address(Kind::P2tr, 900);
        Self { chain, ours, other }
    }

    fn synced(&self) -> Trial {
        let trial = trial(&self.chain);
        let server = FakeExplorer::start(self.chain.clone());
        trial.ok(&["sync", "story", "--explorer", &server.url()]);
        trial
    }
}

/// W1 is swept together with five coins of somebody else into W2; later W2 pays others, with change.
fn sweep() -> Story {
    let mut story = Story::new();
    let Story { chain, ours: [w1, w2], other } = &mut story;
    let (own, foreign) = (chain.pay(w1, COIN), chain.pay(other, 5 * COIN));
    chain.mine();
    let swept = chain.spend(&[at(own, 0), at(foreign, 0)], &[(w2, 599_900_000)]);
    chain.mine();
    chain.pay(w1, COIN / 2);
    chain.mine();
    chain.spend(&[at(swept, 0)], &[(other, 3 * COIN), (w2, 299_800_000)]);
    chain.mine();
    story
}

#[test]
fn a_sweep_reads_the_same_everywhere() {
    let trial = sweep().synced();
    check("sweep", &trial, known([COIN * 3 / 2, 499_900_000, 300_100_000, 0, 349_800_000]));
    let summary = trial.json(&["summary", "story"]);
    let found = codes(&summary);
    assert!(found.contains(&"joined") && !found.contains(&"payments-missing"), "{found:?}");
}

#[test]
fn a_coin_of_unknown_value_is_unknown_everywhere() {
    let trial = sweep().synced();
    // As a source tells it that gives the address of an input and neither its coin nor its value.
    let db = rusqlite::Connection::open(trial.path("test.db")).unwrap();
    let last =
        "(SELECT max(tx_id) FROM tx_input WHERE address = (SELECT address FROM tx_output WHERE sats = 299800000))";
    let changed = db
        .execute(
            &format!("UPDATE tx_input SET prev_txid = NULL, prev_vout = NULL, sats = NULL WHERE tx_id = {last}"),
            [],
        )
        .unwrap();
    assert_eq!(changed, 1);
    drop(db);
    // What the unknown coin returned may be its own or somebody else's.
    let unknown = [Some(COIN * 3 / 2), None, None, Some(0), None];
    check("unknown", &trial, unknown);
    let svg = std::fs::read_to_string(trial.path("charts/story/cumulative.svg")).unwrap();
    assert!(svg.contains("Of unknown amount: 1 withdrawal"), "the foot says so");
}

#[test]
fn a_move_within_is_no_withdrawal() {
    let mut story = Story::new();
    let Story { chain, ours: [a, b], .. } = &mut story;
    let paid = chain.pay(a, COIN);
    chain.mine();
    chain.spend(&[at(paid, 0)], &[(b, COIN / 4), (a, COIN / 2)]);
    chain.mine();
    let trial = story.synced();
    check("internal", &trial, known([COIN, 0, 0, COIN / 4, COIN * 3 / 4]));
    let summary = trial.json(&["summary", "story"]);
    assert_eq!((&summary["withdrawn"]["transactions"], &summary["internal"]["outputs"]), (&json!(0), &json!(2)));
    assert_eq!(trial.json(&["events", "story"]), json!([]), "it is no event either");
}

#[test]
fn other_ledgers_read_the_same_everywhere() {
    check("empty", &Story::new().synced(), known([0; 5]));

    let mut story = Story::new();
    let paid = story.chain.pay(&story.ours[0], COIN);
    story.chain.mine();
    story.chain.pay(&story.ours[1], COIN);
    story.chain.spend(&[at(paid, 0)], &[(&story.other, COIN / 2)]);
    let trial = story.synced();
    check("waiting", &trial, known([COIN, 0, 0, 0, COIN]));
    assert_eq!(trial.json(&["summary", "story"])["waiting"]["whole"], true);

    let mut story = Story::new();
    let paid = story.chain.pay(&story.ours[0], COIN);
    story.chain.mine_at(1_230_000_000);
    story.chain.spend(&[at(paid, 0)], &[(&story.other, COIN / 2)]);
    story.chain.mine_at(1_230_100_000);
    let trial = story.synced();
    check("no price", &trial, known([COIN, 0, COIN, 0, 0]));
    let summary = trial.json(&["summary", "story"]);
    assert_eq!(
        (&summary["withdrawn"]["without_price"], &summary["withdrawn"]["at_withdrawal"]),
        (&json!(1), &Value::Null)
    );

    let mut story = Story::new();
    let paid = story.chain.pay(&story.ours[0], COIN);
    story.chain.mine();
    story.chain.spend(&[at(paid, 0)], &[(&story.other, COIN / 2)]);
    story.chain.mine();
    let trial = trial_of_reorganised(story);
    check("reorganised", &trial, known([COIN, 0, 0, 0, COIN]));
}

/// Synchronised, then again after the last block left the chain and the withdrawal in it was forgotten.
fn trial_of_reorganised(mut story: Story) -> Trial {
    let trial = story.synced();
    check("before", &trial, known([COIN, 0, COIN, 0, 0]));
    let gone = story.chain.txs.last().map(|_| story.chain.tip().txids[1]).unwrap();
    story.chain.disconnect(1);
    story.chain.evict(&gone);
    story.chain.mine();
    story.chain.mine();
    let server = FakeExplorer::start(story.chain);
    trial.ok(&["sync", "story", "--explorer", &server.url()]);
    trial
}

/// A server lists fifty transactions that wait, and counts all of them.
#[test]
fn more_that_waits_than_is_listed_is_at_least_so_much_and_no_disagreement() {
    let mut story = Story::new();
    story.chain.pay(&story.ours[0], COIN);
    story.chain.mine();
    for n in 0..60 {
        story.chain.pay(&story.ours[0], 10_000 + n);
    }
    let trial = trial(&story.chain);
    let server = FakeExplorer::start(story.chain.clone());
    let round = trial.json(&["sync", "story", "--explorer", &server.url()]);
    assert_eq!(round["whole"], true, "confirmed figures are equal: {round}");
    let waits: Vec<&Value> = round["addresses"].as_array().unwrap().iter().map(|one| &one["waiting_whole"]).collect();
    assert_eq!(waits, [&json!(false), &json!(true)]);
    let said = trial.run(&["sync", "story", "--explorer", &server.url()]).out;
    assert!(said.contains("at least 50 transactions waiting"), "{said}");
    let summary = trial.json(&["summary", "story"]);
    assert!(summary["addresses"].as_array().unwrap().iter().all(|one| one["reconciled"] == true), "{summary}");
    assert_eq!((&summary["waiting"]["whole"], &summary["waiting"]["outputs"]), (&json!(false), &json!(50)));
    assert!(codes(&summary).contains(&"waiting-in-part"), "{summary}");
    assert!(trial.ok(&["summary", "story"]).contains("at least 50 outputs"));
    let status = trial.json(&["status"]);
    let family = status["families"].as_array().unwrap().iter().find(|one| one["family"] == "story").unwrap();
    assert_eq!((&family["reconciled"], &family["waiting_in_part"]), (&json!(2), &json!(1)), "{status}");
    check("waiting in part", &trial, known([COIN, 0, 0, 0, COIN]));
    // When the rest is in a block everything is there.
    story.chain.mine();
    let server = FakeExplorer::start(story.chain);
    trial.ok(&["sync", "story", "--explorer", &server.url()]);
    assert_eq!(trial.json(&["summary", "story"])["waiting"]["whole"], true);
}
