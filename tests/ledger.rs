//! The store: what several sources tell of one transaction, pages in any order, a full disk.

use bitcoin::Network;
use proptest::prelude::*;
use ransomtrail::domain::{Address, Amount, BlockRef, Provenance, Said, State, Sums, Time, Totals, Tx, Txid};
use ransomtrail::explorer::{Dialect, ESPLORA, Explorer, Known, Request, Told};
use ransomtrail::http::{Http, HttpOptions};
use ransomtrail::store::{PageRecord, SharedStore, Store, StoreError};
use ransomtrail::sync;

use crate::support::{FakeChain, FakeExplorer, Kind, Style, esplora};

const NET: Network = Network::Regtest;

fn provenance(explorer: &str) -> Provenance {
    let url = format!("test:{explorer}");
    Provenance { explorer: explorer.to_owned(), url, asked_at: Time::UNIX_EPOCH, sha256: "0".repeat(64), bytes: 0 }
}

fn page(address: &Address, explorer: &str, txs: Vec<Tx>) -> PageRecord {
    PageRecord {
        address: address.clone(),
        txs,
        next: None,
        provenance: provenance(explorer),
        raw: Vec::new(),
        tip: None,
        left: Vec::new(),
        held: None,
        goal: None,
    }
}

/// A chain of payments to one address and a withdrawal of the first two, as an Esplora server tells it.
fn told(payments: u64) -> (Address, Vec<Tx>) {
    let mut chain = FakeChain::new(NET);
    let ours = chain.address(Kind::P2wpkh, 1);
    let paid: Vec<Txid> = (0..payments).map(|n| chain.pay(&ours, 10_000 + n)).collect();
    chain.mine();
    let away = chain.address(Kind::P2pkh, 2);
    let inputs: Vec<_> = paid.iter().take(2).map(|txid| bitcoin::OutPoint::new(*txid, 0)).collect();
    chain.spend(&inputs, &[(&away, 15_000)]);
    chain.mine();
    let mut txs = Vec::new();
    let mut path = format!("address/{ours}/txs");
    loop {
        let body = esplora::answer(&chain, &path, Style::Blockstream).body;
        let (answers, known) = ([(Request::get(path.as_str()), body)], Known::default());
        let page = ESPLORA.read_address_page(&Told::new(&answers, NET, &known)).unwrap();
        txs.extend(page.txs);
        match page.next {
            Some(next) => path = format!("address/{ours}/txs/chain/{}", next.0),
            None => break,
        }
    }
    (Address::parse(&ours.to_string(), NET).unwrap(), txs)
}

/// What a source that knows little would have told: no scripts, no outpoints of strangers, no block hash.
fn sketched(tx: &Tx) -> Tx {
    let mut tx = tx.clone();
    for input in &mut tx.inputs {
        input.prev_txid = None;
        input.script_sig = None;
        input.witness = None;
        input.sequence = None;
    }
    for output in &mut tx.outputs {
        output.script = None;
    }
    if let State::Confirmed(BlockRef { hash, .. }) = &mut tx.state {
        *hash = None;
    }
    tx.version = None;
    tx.first_seen = Some(Time::UNIX_EPOCH);
    tx
}

fn sums(store: &Store, address: &Address) -> (u64, u64, u64) {
    let totals = store.ledger([address]).unwrap().addresses[0].ledger;
    assert_eq!(totals, store.address_totals(address).unwrap(), "the database adds up as the rows do");
    (totals.tx_count, totals.received.to_sat(), totals.spent.to_sat())
}

#[test]
fn a_fuller_source_completes_rows_and_doubles_none() {
    let (address, txs) = told(4);
    let mut store = Store::in_memory().unwrap();
    let sketches: Vec<Tx> = txs.iter().map(sketched).collect();
    assert!(sketches.iter().all(|tx| tx.recomputed_txid().is_none()));
    assert_eq!(store.record_page(&page(&address, "old", sketches)).unwrap().new, 5);
    let before = sums(&store, &address);
    let ledger = store.ledger([&address]).unwrap();
    assert!(ledger.inflows.iter().all(|i| i.block.unwrap().hash.is_none()));

    let recorded = store.record_page(&page(&address, "new", txs.clone())).unwrap();
    assert_eq!((recorded.new, recorded.refused.len()), (0, 0));
    assert_eq!(sums(&store, &address), before);
    let ledger = store.ledger([&address]).unwrap();
    assert_eq!(ledger.inflows.len(), 4);
    assert!(ledger.inflows.iter().all(|i| i.block.unwrap().hash.is_some()), "the block's hash is filled in");
    assert!(ledger.inflows.iter().all(|i| i.first_seen == Some(Time::UNIX_EPOCH)), "what was known stays");
    assert!(ledger.inflows.iter().all(|i| i.explorer == "old"), "who told first is kept");

    // And the other way round nothing is lost.
    let sketches: Vec<Tx> = txs.iter().map(sketched).collect();
    store.record_page(&page(&address, "old", sketches)).unwrap();
    assert_eq!(sums(&store, &address), before);
}

#[test]
fn contradictions_are_refused_and_the_rest_of_the_page_is_kept() {
    let (address, txs) = told(4);
    let refused = |change: &dyn Fn(&mut Tx), words: &str| {
        let mut store = Store::in_memory().unwrap();
        store.record_page(&page(&address, "honest", txs.iter().map(sketched).collect())).unwrap();
        let before = sums(&store, &address);
        let mut lies: Vec<Tx> = txs.iter().map(sketched).collect();
        change(&mut lies[0]);
        let recorded = store.record_page(&page(&address, "liar", lies)).unwrap();
        assert_eq!(recorded.refused.len(), 1);
        assert!(recorded.refused[0].to_string().contains(words), "{}", recorded.refused[0]);
        assert_eq!(sums(&store, &address), before);
    };
    refused(&|tx| tx.outputs[0].value = Amount::from_sat(1), "output 0 is not the one in the ledger");
    refused(&|tx| tx.inputs[0].value = Some(Amount::from_sat(1)), "input 0 is not the one in the ledger");
    refused(&|tx| drop(tx.outputs.pop()), "outputs here");
}

#[test]
fn the_output_spent_decides_what_an_input_is_worth() {
    let (address, txs) = told(4);
    let spending = txs.iter().position(|tx| tx.inputs.len() == 2).unwrap();
    // The txid does not commit to the values of what is spent: a liar can change them and keep the txid right.
    let mut lies = txs.clone();
    lies[spending].inputs[1].value = Some(Amount::from_sat(5));
    lies[spending].inputs[0].address = None;
    assert_eq!(lies[spending].recomputed_txid(), Some(lies[spending].txid));
    for reversed in [false, true] {
        let mut order = lies.clone();
        if reversed {
            order.reverse();
        }
        let mut store = Store::in_memory().unwrap();
        let recorded = store.record_page(&page(&address, "liar", order)).unwrap();
        assert!(recorded.refused.is_empty(), "the proven parent is not refused for a claim about it");
        assert_eq!(recorded.settled.len(), 1, "{:?}", recorded.settled);
        assert_eq!(sums(&store, &address), (5, 40_006, 20_001));
        // And an honest explorer is heard afterwards.
        let recorded = store.record_page(&page(&address, "honest", txs.clone())).unwrap();
        assert!(recorded.refused.is_empty());
        assert_eq!(sums(&store, &address), (5, 40_006, 20_001));
    }
}

#[test]
fn a_claim_about_somebody_elses_input_is_no_spend() {
    let (address, txs) = told(3);
    let mut lies = txs.clone();
    for tx in &mut lies {
        // The payers' own inputs, said to be ours.
        if tx.inputs.len() == 1 {
            tx.inputs[0].address = Some(address.clone());
        }
    }
    let mut store = Store::in_memory().unwrap();
    store.record_page(&page(&address, "liar", lies)).unwrap();
    assert_eq!(sums(&store, &address), (4, 30_003, 20_001));
}

#[test]
fn proof_overrules_what_was_told_without() {
    let (address, txs) = told(3);
    let mut sketches: Vec<Tx> = txs.iter().map(sketched).collect();
    let wrong = sketches.iter().position(|tx| tx.inputs.len() == 1).unwrap();
    sketches[wrong].outputs[0].value = Amount::from_sat(77);
    let mut store = Store::in_memory().unwrap();
    store.record_page(&page(&address, "mistaken", sketches)).unwrap();
    let recorded = store.record_page(&page(&address, "proven", txs)).unwrap();
    assert_eq!((recorded.refused.len(), recorded.settled.len()), (0, 1), "{recorded:?}");
    assert!(recorded.settled[0].reason.contains("an earlier telling was wrong"));
    assert_eq!(sums(&store, &address).1, 30_003);
    // Without proof nobody overrules proof.
    let (_, again) = told(3);
    let mut sketch = sketched(&again[wrong]);
    sketch.outputs[0].value = Amount::from_sat(78);
    let recorded = store.record_page(&page(&address, "mistaken", vec![sketch])).unwrap();
    assert_eq!(recorded.refused.len(), 1);
}

#[test]
fn sums_that_no_chain_can_hold_are_refused_whole() {
    let (address, txs) = told(3);
    let most = Amount::from_sat(2_100_000_000_000_000);
    let mut store = Store::in_memory().unwrap();
    let crafted: Vec<Tx> = (0..1_100_u64)
        .map(|n| {
            let mut tx = txs[0].clone();
            tx.txid = bitcoin::hashes::Hash::hash(&n.to_le_bytes());
            let mut tx = sketched(&tx);
            tx.outputs[0] = ransomtrail::domain::TxOut { address: Some(address.clone()), script: None, value: most };
            tx
        })
        .collect();
    let recorded = store.record_page(&page(&address, "liar", crafted)).unwrap();
    assert_eq!((recorded.new, recorded.refused.len()), (0, 1_100));
    assert_eq!(sums(&store, &address), (0, 0, 0));
    store.record_page(&page(&address, "honest", txs)).unwrap();
    assert_eq!(sums(&store, &address), (4, 30_003, 20_001));
}

#[test]
fn of_two_totals_of_one_second_those_count_that_were_answered_last() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    let mut store = Store::open(&path).unwrap();
    let (address, txs) = told(3);
    store.record_page(&page(&address, "one", txs)).unwrap();
    let said = |received: u64| Said {
        confirmed: Sums::all(4, Amount::from_sat(received), Amount::from_sat(20_001)),
        ..Said::default()
    };
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute("INSERT INTO watched VALUES (?1, 'story', 'us', 0)", [address.as_str()]).unwrap();
    // Each says the same each time: nothing is added, and who spoke last counts all the same.
    let told = |order: &[&str]| {
        let mut store = Store::open(&path).unwrap();
        for name in order {
            let said = said(if *name == "wrong" { 1 } else { 30_003 });
            store.record_totals(&address, &said, Time::UNIX_EPOCH, None, &provenance(name), &[]).unwrap();
        }
        let check = store.last_check(&address).unwrap().unwrap();
        let row = "SELECT explorer, reconciled FROM addresses";
        let shown: (String, bool) = db.query_row(row, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!((&check.explorer, check.said == said(30_003)), (&shown.0, shown.1), "{order:?}");
        shown
    };
    assert_eq!(told(&["wrong", "right"]), ("right".to_owned(), true));
    assert_eq!(told(&["right", "wrong"]), ("wrong".to_owned(), false));
    assert_eq!(told(&["wrong", "right"]), ("right".to_owned(), true));
    let rows: i64 = db.query_row("SELECT count(*) FROM totals", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 2);
}

/// A history of so many payments, page by page, the newest first.
fn long(payments: u64) -> (Address, Vec<Vec<Tx>>) {
    let mut chain = FakeChain::new(NET);
    let ours = chain.address(Kind::P2wpkh, 1);
    for n in 0..payments {
        chain.pay(&ours, 1_000 + n);
    }
    let block = |n: u32| BlockRef { height: 100 + n / 40, hash: None, time: Time::UNIX_EPOCH };
    let txs: Vec<Tx> = (0..)
        .zip(&chain.txs[1..])
        .map(|(n, fake)| Tx::from_bitcoin(&fake.tx, NET, State::Confirmed(block(n))))
        .collect();
    (Address::parse(&ours.to_string(), NET).unwrap(), txs.rchunks(25).map(<[Tx]>::to_vec).collect())
}

#[test]
fn a_page_costs_no_more_at_the_end_of_a_long_history_than_at_its_beginning() {
    let (address, pages) = long(16_000);
    let mut store = Store::in_memory().unwrap();
    let (mut held, mut took) = (Totals::default(), Vec::new());
    for txs in pages {
        let page = PageRecord { held: Some(held), ..page(&address, "one", txs) };
        let begun = std::time::Instant::now();
        held = store.record_page(&page).unwrap().ledger;
        took.push(begun.elapsed());
    }
    assert_eq!(held, store.address_totals(&address).unwrap());
    assert_eq!(held.tx_count, 16_000);
    let median = |some: &[std::time::Duration]| {
        let mut some = some.to_vec();
        some.sort();
        some[some.len() / 2]
    };
    // Adding up the whole address for each page made the last ones forty times as dear as the first.
    let (first, last) = (median(&took[..100]), median(&took[took.len() - 100..]));
    assert!(last < first * 4, "{first:?} for one of the first pages, {last:?} for one of the last");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_pages_does_not_matter(
        cuts in prop::collection::vec(1_usize..6, 1..6),
        order in Just((0_usize..13).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(0_usize..13, 0..8),
    ) {
        let (address, txs) = told(12);
        let mut straight = Store::in_memory().unwrap();
        straight.record_page(&page(&address, "a", txs.clone())).unwrap();
        let mut shuffled = Store::in_memory().unwrap();
        let mut rest: Vec<Tx> = order.iter().chain(&again).map(|n| txs[*n].clone()).collect();
        let mut held = Totals::default();
        let mut record = |some: Vec<Tx>| {
            let recorded = shuffled.record_page(&PageRecord { held: Some(held), ..page(&address, "a", some) }).unwrap();
            held = recorded.ledger;
            assert_eq!(held, shuffled.address_totals(&address).unwrap(), "page by page as added up whole");
        };
        for cut in cuts {
            record(rest.drain(..cut.min(rest.len())).collect());
        }
        record(rest);
        prop_assert_eq!(sums(&straight, &address), sums(&shuffled, &address));
        let rows = |store: &Store| {
            let ledger = store.ledger([&address]).unwrap();
            let mut rows: Vec<String> = ledger.inflows.iter().map(|i| format!("{:?}", (i.txid, i.vout, i.value, i.block))).collect();
            rows.extend(ledger.spends.iter().map(|s| format!("{:?}", (s.txid, s.vin, s.value, s.block))));
            rows.sort();
            rows
        };
        prop_assert_eq!(rows(&straight), rows(&shuffled));
        // Totals are the sum of the rows, whatever the order.
        let ledger = shuffled.ledger([&address]).unwrap();
        let sum: u64 = ledger.inflows.iter().map(|i| i.value.to_sat()).sum();
        prop_assert_eq!(sum, sums(&shuffled, &address).1);
    }
}

#[tokio::test]
async fn a_live_round_proves_what_a_record_told_though_the_sums_agree() {
    let mut chain = FakeChain::new(NET);
    let ours = chain.address(Kind::P2wpkh, 1);
    for n in 0..60 {
        chain.pay(&ours, 10_000 + n);
    }
    chain.mine();
    let address = Address::parse(&ours.to_string(), NET).unwrap();
    let server = FakeExplorer::start(chain);
    let options = HttpOptions { pace: "1000/s".parse().unwrap(), ..HttpOptions::default() };
    let http = Http::new(options).unwrap();
    let live = [Explorer::over_http("live", &ESPLORA, server.url().parse().unwrap(), http, NET, || Time::UNIX_EPOCH)];

    // The whole history, as a record without scripts tells it.
    let mut txs = Vec::new();
    let mut page_of = live[0].address_page(&address, None, &Known::default()).await.unwrap().value;
    loop {
        txs.extend(page_of.txs.iter().map(sketched));
        let Some(next) = page_of.next.take() else { break };
        page_of = live[0].address_page(&address, Some(&next), &Known::default()).await.unwrap().value;
    }
    let mut store = Store::in_memory().unwrap();
    store.record_page(&page(&address, "record", txs)).unwrap();
    let before = sums(&store, &address);
    assert_eq!((before.0, store.unsettled(&address, &[], Some("fake")).unwrap().len()), (60, 60));

    let shared = SharedStore::new(store);
    for pages in [true, false] {
        let asked = server.requests().len();
        let round = sync::round(
            &shared,
            &live,
            std::slice::from_ref(&address),
            sync::Options::by_address(Time::UNIX_EPOCH),
            &|_| (),
        )
        .await
        .unwrap();
        assert!(round.is_whole() && round.new_transactions() == 0, "{round:?}");
        let read = server.requests().split_off(asked).iter().any(|path| path.contains("/txs"));
        assert_eq!(read, pages, "read once to the end, and then never again");
    }
    let store = shared.into_inner().unwrap();
    assert_eq!(sums(&store, &address), before);
    assert!(store.unsettled(&address, &[], Some("fake")).unwrap().is_empty(), "every txid is recomputed");
}

#[tokio::test]
async fn a_full_disk_damages_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.db");
    let addresses: Vec<Address> = [
        "115p7UMMngoj1pMvkpHijcRdfJNXj6LrLn",
        "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw",
        "13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94",
    ]
    .iter()
    .map(|a| Address::parse(a, Network::Bitcoin).unwrap())
    .collect();
    let built_in = [Explorer::built_in(|| Time::UNIX_EPOCH)];
    let store = Store::open(&path).unwrap();
    // Room for some pages of transactions behind the empty tables, and not for all.
    let empty: u32 = rusqlite::Connection::open(&path)
        .and_then(|db| db.pragma_query_value(None, "page_count", |row| row.get(0)))
        .unwrap();
    store.limit_pages(empty + 45).unwrap();
    let shared = SharedStore::new(store);
    let error = sync::round(&shared, &built_in, &addresses, sync::Options::by_address(Time::UNIX_EPOCH), &|_| ())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Full(_)), "{error}");
    assert!(error.to_string().contains("the disk is full; nothing was damaged"));

    let store = shared.into_inner().unwrap();
    store.check().unwrap();
    let kept: usize = store.ledger(&addresses).unwrap().inflows.len();
    assert!(kept > 0 && kept < 354, "whole pages are kept: {kept}");
    store.limit_pages(10_000).unwrap();
    let shared = SharedStore::new(store);
    let round = sync::round(&shared, &built_in, &addresses, sync::Options::by_address(Time::UNIX_EPOCH), &|_| ())
        .await
        .unwrap();
    assert!(round.is_whole() && round.new_transactions() > 0, "{round:?}");
    assert_eq!(shared.into_inner().unwrap().ledger(&addresses).unwrap().inflows.len(), 354);
}
