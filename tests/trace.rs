//! Following coins: Clayton's vector, random transaction graphs, CoinJoins, and the recorded WannaCry trail.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::Network;
use bitcoin::hashes::Hash;
use chrono::DateTime;
use proptest::prelude::*;
use ransomtrail::domain::{Address, Amount, BlockRef, OutPoint, OutspendStatus, State, Time, Tx, TxIn, TxOut, Txid};
use ransomtrail::explorer::{Dialect, ESPLORA, Known, Request, Told};
use ransomtrail::store::{Store, TrailStart};
use ransomtrail::trace::{
    self, CoinJoin, Graph, GraphBuilder, LabelInfo, Policy, Reason, Rules, Source, Stop, Trail, coinjoin, follow,
};
use serde_json::{Value, json};

use crate::trial::{Trial, source};

fn txid(n: u64) -> Txid {
    Txid::hash(&n.to_le_bytes())
}

fn address(n: u64) -> Address {
    let hash = bitcoin::hashes::hash160::Hash::hash(&n.to_le_bytes());
    let script = bitcoin::ScriptBuf::new_p2wpkh(&bitcoin::WPubkeyHash::from_raw_hash(hash));
    Address::from_script(&script, Network::Bitcoin).unwrap()
}

fn time(minutes: u64) -> Time {
    DateTime::from_timestamp(1_500_000_000 + 60 * minutes as i64, 0).unwrap()
}

/// A transaction in a block: inputs as (transaction, output, owner, satoshis), outputs as (owner, satoshis).
fn tx(n: u64, inputs: &[(u64, u32, u64, u64)], outputs: &[(u64, u64)]) -> Tx {
    let block = BlockRef { height: n as u32, hash: None, time: time(n) };
    let input = |(from, vout, owner, sats): &(u64, u32, u64, u64)| TxIn {
        prev_txid: Some(txid(*from)),
        prev_vout: Some(*vout),
        address: Some(address(*owner)),
        value: Some(Amount::from_sat(*sats)),
        sequence: Some(u32::MAX),
        ..TxIn::default()
    };
    let output = |(owner, sats): &(u64, u64)| TxOut {
        address: Some(address(*owner)),
        script: None,
        value: Amount::from_sat(*sats),
    };
    Tx {
        txid: txid(n),
        state: State::Confirmed(block),
        first_seen: None,
        version: Some(2),
        lock_time: Some(0),
        size: None,
        inputs: inputs.iter().map(input).collect(),
        outputs: outputs.iter().map(output).collect(),
    }
}

fn graph<'a>(txs: impl IntoIterator<Item = &'a Tx>) -> Graph {
    let mut builder = GraphBuilder::new();
    txs.into_iter().for_each(|tx| builder.add(tx));
    builder.finish()
}

fn nobody(_: &Address) -> Option<LabelInfo> {
    None
}

fn rules(policy: Policy) -> Rules {
    Rules { policy, ..Rules::default() }
}

fn outputs(of: &[(u64, u32)]) -> Source {
    Source::Outputs(of.iter().map(|(n, vout)| OutPoint::new(txid(*n), *vout)).collect())
}

/// Tainted satoshis by the coin that they end in.
fn ends(trail: &Trail) -> BTreeMap<(Txid, u32), u64> {
    let coin = |end: &trace::Destination| end.coin.map(|coin| (coin.txid, coin.vout)).unwrap();
    trail.destinations.iter().map(|end| (coin(end), end.amount.to_sat())).collect()
}

/// Three stolen coins, then seven clean ones, into one transaction (Clayton's case; Anderson et al. 2018).
#[test]
fn claytons_vector() {
    let txs =
        [tx(1, &[], &[(1, 3)]), tx(2, &[], &[(2, 7)]), tx(3, &[(1, 0, 1, 3), (2, 0, 2, 7)], &[(3, 5), (4, 3), (5, 2)])];
    let graph = graph(&txs);
    let check = |policy: Policy, expect: &[(u32, u64)]| {
        let trail = follow(&graph, &outputs(&[(1, 0)]), rules(policy), &nobody);
        let expect: BTreeMap<_, _> = expect.iter().map(|(vout, sats)| ((txid(3), *vout), *sats)).collect();
        assert_eq!(ends(&trail), expect, "{policy}");
        assert_eq!(trail.source.to_sat(), 3);
        assert_eq!(trail.adds_up(), policy.conserves(), "{policy}");
    };
    check(Policy::Poison, &[(0, 5), (1, 3), (2, 2)]);
    // 1.5, 0.9 and 0.6: the largest remainders get the satoshis that rounding left.
    check(Policy::Haircut, &[(0, 1), (1, 1), (2, 1)]);
    check(Policy::Fifo, &[(0, 3)]);
}

#[test]
fn every_end_has_its_name() {
    let txs = [
        tx(1, &[], &[(1, 1_000)]),
        tx(
            2,
            &[(1, 0, 1, 1_000)],
            &[(10, 100), (11, 100), (12, 100), (13, 100), (14, 100), (15, 100), (16, 9), (1, 91), (17, 290)],
        ),
        // Into a crowd: two equal outputs of two payers; into many outputs; and one that waits.
        tx(3, &[(2, 1, 11, 100), (900, 0, 90, 100)], &[(20, 60), (21, 60), (22, 38), (23, 40)]),
        tx(4, &[(2, 2, 12, 100)], &[(24, 10), (25, 11), (26, 12), (27, 13), (28, 14), (29, 15)]),
        Tx { state: State::Mempool, ..tx(5, &[(2, 3, 13, 100)], &[(30, 99)]) },
        tx(6, &[(2, 6, 16, 9)], &[(31, 8)]),
        tx(8, &[(2, 8, 17, 290)], &[(32, 280)]),
        tx(9, &[(8, 0, 32, 280)], &[(33, 270)]),
    ];
    let mut builder = GraphBuilder::new();
    txs.iter().for_each(|tx| builder.add(tx));
    let unspent = OutspendStatus::Unspent { explorer: "a server".into(), at: time(99) };
    builder.say(OutPoint::new(txid(2), 4), unspent.clone());
    builder.say(OutPoint::new(txid(2), 5), OutspendStatus::SpentBy(txid(77)));
    // What a recorded transaction spends is spent, whatever was said before.
    builder.say(OutPoint::new(txid(2), 8), unspent);
    let graph = builder.finish();
    let labels = |of: &Address| {
        (*of == address(10)).then(|| LabelInfo {
            name: "Shop".to_owned(),
            category: "exchange".to_owned(),
            service: true,
        })
    };
    let own = Source::Addresses([address(1)].into());
    let limits = Rules { fan_out: 5, hops: 1, min_value: Amount::from_sat(10), ..rules(Policy::Fifo) };
    let trail = follow(&graph, &own, Rules { fan_out: 9, ..limits }, &labels);
    // What returned in the same transaction never left.
    assert_eq!(trail.source.to_sat(), 1_000 - 91);
    assert!(trail.adds_up());
    let trail = follow(&graph, &own, Rules { fan_out: 9, ..limits }, &labels);
    let name = |vout: u32| {
        let end = trail.destinations.iter().find(|end| end.coin == Some(OutPoint::new(txid(2), vout))).unwrap();
        (end.stop, end.reason.clone())
    };
    assert_eq!(name(0), (Stop::Service, None));
    assert_eq!(name(1), (Stop::CoinJoin, Some(Reason::CoinJoin(CoinJoin::EqualOutputs, txid(3)))));
    assert_eq!(name(3), (Stop::Unrecorded, Some(Reason::Waiting(txid(5)))));
    assert_eq!(name(4), (Stop::Unspent, Some(Reason::SaidUnspent("a server".into(), time(99)))));
    assert_eq!(name(5), (Stop::Unrecorded, Some(Reason::SpentBy(txid(77)))));
    assert_eq!(name(6), (Stop::Budget, Some(Reason::MinValue)));
    let last = trail.destinations.iter().find(|end| end.coin == Some(OutPoint::new(txid(8), 0))).unwrap();
    assert_eq!((last.stop, &last.reason), (Stop::Budget, &Some(Reason::Hops(txid(9)))));
    assert_eq!(trail.ways().to(last.via.unwrap()), [txid(2), txid(8)]);
    let by_category: BTreeMap<&str, u64> = trail.by_category().into_iter().map(|(k, v)| (k, v.to_sat())).collect();
    assert_eq!(by_category["exchange"], 100);
    assert_eq!(by_category.values().sum::<u64>(), trail.source.to_sat(), "fees among them");

    // With a narrow limit the withdrawal itself fans out too far, and its coins are where it ends.
    let trail = follow(&graph, &own, limits, &labels);
    assert_eq!(ends(&trail), [((txid(1), 0), 909)].into());
    assert_eq!(trail.destinations[0].reason, Some(Reason::FanOut(9, txid(2))));

    // Asked as of a moment before, a coin that was spent afterwards is unspent: the record proves it.
    let trail = follow(&graph, &own, Rules { until: Some(time(5)), fan_out: 9, ..limits }, &labels);
    let end = trail.destinations.iter().find(|end| end.coin == Some(OutPoint::new(txid(2), 8))).unwrap();
    assert_eq!((end.stop, &end.reason), (Stop::Unspent, &Some(Reason::SpentLater(txid(8)))));
    let trail = follow(&graph, &own, Rules { until: Some(time(1)), ..limits }, &labels);
    assert_eq!((trail.source, trail.destinations.len(), trail.hops.len()), (Amount::ZERO, 0, 0));
}

#[test]
fn values_that_are_not_told_and_circles_stop_by_name() {
    let mut secret = tx(3, &[(2, 0, 2, 50), (800, 0, 8, 50)], &[(3, 90)]);
    secret.inputs[1].value = None;
    let txs = [tx(1, &[], &[(1, 60)]), tx(2, &[(1, 0, 1, 60)], &[(2, 50)]), secret];
    let trail = follow(&graph(&txs), &outputs(&[(1, 0)]), rules(Policy::Haircut), &nobody);
    assert_eq!(trail.destinations[0].reason, Some(Reason::ValueUnknown(txid(3))));
    assert!(trail.adds_up());

    // Each spends the other's output, and one its own.
    let circle = [
        tx(1, &[], &[(1, 100)]),
        tx(2, &[(1, 0, 1, 100), (3, 0, 3, 40)], &[(2, 140)]),
        tx(3, &[(2, 0, 2, 140)], &[(3, 40), (4, 100)]),
        tx(4, &[(3, 1, 4, 100), (4, 0, 5, 7)], &[(5, 7), (6, 100)]),
    ];
    for policy in Policy::ALL {
        let trail = follow(&graph(&circle), &outputs(&[(1, 0)]), rules(policy), &nobody);
        assert_eq!(trail.destinations.len(), 1, "{policy}");
        assert_eq!(trail.destinations[0].reason, Some(Reason::Circle), "{policy}");
        assert!(trail.adds_up());
    }
}

/// Coins of a thousand strangers and some of ours, spent on in all ways; the first ten owners are ours.
fn random(seed: u64, circles: bool) -> Vec<Tx> {
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut coins: Vec<(u64, u32, u64, u64)> = Vec::new();
    let mut txs = Vec::new();
    let count = dice.u64(2..40);
    for n in 1..=count {
        let mut inputs = Vec::new();
        for _ in 0..dice.usize(1..5) {
            if !coins.is_empty() && dice.u8(0..4) > 0 {
                inputs.push(coins.swap_remove(dice.usize(0..coins.len())));
            } else {
                inputs.push((10_000 + dice.u64(0..1_000_000), 0, dice.u64(0..40), dice.u64(0..5_000)));
            }
        }
        if circles && dice.u8(0..6) == 0 {
            // An output of a transaction that comes later, or its own.
            inputs.push((dice.u64(n..=count), dice.u32(0..3), dice.u64(0..40), dice.u64(0..5_000)));
        }
        let mut left: u64 = inputs.iter().map(|(.., sats)| sats).sum();
        let mut outputs = Vec::new();
        for vout in 0..dice.u32(1..6) {
            let sats = dice.u64(0..=left);
            left -= sats;
            let owner = dice.u64(0..60);
            outputs.push((owner, sats));
            coins.push((n, vout, owner, sats));
        }
        txs.push(tx(n, &inputs, &outputs));
    }
    txs
}

fn some_labels(of: &Address) -> Option<LabelInfo> {
    let service = (50..56).map(address).any(|known| known == *of);
    service.then(|| LabelInfo { name: "Shop".to_owned(), category: "exchange".to_owned(), service: true })
}

fn ours() -> BTreeSet<Address> {
    (0..10).map(address).collect()
}

/// What is conserved is conserved at every transaction, and no coin holds more taint than value.
fn conserved(trail: &Trail) -> Result<(), TestCaseError> {
    for hop in &trail.hops {
        let arrived: Amount = hop.arrivals.iter().map(|arrival| arrival.amount).sum();
        if trail.policy.conserves() {
            prop_assert_eq!(hop.amount, arrived + hop.fee, "{} at {}", trail.policy, hop.txid);
        }
        prop_assert!(
            hop.arrivals.iter().all(|arrival| arrival.amount <= arrival.value && arrival.amount > Amount::ZERO)
        );
    }
    if trail.policy.conserves() {
        prop_assert!(
            trail.adds_up(),
            "{}: {} arrived, {} fees of {}",
            trail.policy,
            trail.arrived(),
            trail.fees,
            trail.source
        );
        prop_assert_eq!(trail.by_category().values().copied().sum::<Amount>(), trail.source);
    }
    prop_assert!(trail.destinations.iter().all(|end| end.value.is_none_or(|value| end.amount <= value)));
    Ok(())
}

fn reached(trail: &Trail) -> BTreeMap<OutPoint, Amount> {
    let arrivals = trail.hops.iter().flat_map(|hop| &hop.arrivals);
    arrivals.filter_map(|arrival| Some((arrival.coin?, arrival.amount))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn value_is_conserved_and_order_does_not_matter(
        seed in any::<u64>(), circles in any::<bool>(), backwards in any::<bool>(), single in any::<bool>(),
        hops in 0_u32..8, min_value in 0_u64..300, fan_out in 2_usize..7, until in 1_u64..60,
    ) {
        let txs = random(seed, circles);
        let mut shuffled: Vec<&Tx> = txs.iter().collect();
        fastrand::Rng::with_seed(!seed).shuffle(&mut shuffled);
        let (one, other) = (graph(&txs), graph(shuffled));
        let from = if single { outputs(&[(1, 0)]) } else { Source::Addresses(ours()) };
        for limited in [false, true] {
            let mut poisoned = BTreeMap::new();
            for policy in [Policy::Poison, Policy::Haircut, Policy::Fifo] {
                let mut rules = Rules { policy, backwards, fan_out: 100, ..Rules::default() };
                if limited {
                    rules = Rules { hops, min_value: Amount::from_sat(min_value), fan_out, until: Some(time(until)), ..rules };
                }
                let trail = follow(&one, &from, rules, &some_labels);
                conserved(&trail)?;
                prop_assert_eq!(&trail, &follow(&other, &from, rules, &some_labels), "another order");
                prop_assert!(trail.hops.iter().all(|hop| hop.hop <= rules.hops));
                if policy == Policy::Poison {
                    poisoned = reached(&trail);
                } else {
                    for (coin, amount) in reached(&trail) {
                        prop_assert!(poisoned.get(&coin).is_some_and(|most| amount <= *most), "{policy} exceeds poison at {coin}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_left_is_what_was_spent_minus_what_returned(seed in any::<u64>()) {
        let txs = random(seed, false);
        let own = ours();
        let mut left = 0;
        for tx in &txs {
            // Only outputs that are recorded are known to be ours.
            let recorded = |input: &&TxIn| txs.iter().any(|tx| Some(tx.txid) == input.prev_txid);
            let spent: u64 = tx.inputs.iter().filter(recorded).filter(|i| own.contains(i.address.as_ref().unwrap()))
                .map(|i| i.value.unwrap().to_sat()).sum();
            let back: u64 = tx.outputs.iter().filter(|o| own.contains(o.address.as_ref().unwrap()))
                .map(|o| o.value.to_sat()).sum();
            // Where everything returns, the rest is the fee of a move within.
            let all: u64 = tx.outputs.iter().map(|o| o.value.to_sat()).sum();
            left += if all > back { spent.saturating_sub(back) } else { 0 };
        }
        let trail = follow(&graph(&txs), &Source::Addresses(own), Rules::default(), &nobody);
        prop_assert_eq!(trail.source.to_sat(), left);
    }
}

#[test]
fn where_a_coin_came_from() {
    let mined = Tx { inputs: vec![TxIn { coinbase: true, ..TxIn::default() }], ..tx(1, &[], &[(1, 600)]) };
    let txs = [
        mined,
        tx(2, &[(1, 0, 1, 600), (700, 2, 7, 400)], &[(2, 500), (3, 490)]),
        tx(3, &[(2, 0, 2, 500)], &[(4, 480)]),
    ];
    let graph = graph(&txs);
    let check = |policy: Policy, expect: [(Stop, u64); 2]| {
        let trail = follow(
            &graph,
            &Source::Addresses([address(4)].into()),
            Rules { backwards: true, ..rules(policy) },
            &nobody,
        );
        let found: Vec<_> =
            trail.destinations.iter().map(|end| (end.stop, end.amount.to_sat())).filter(|e| e.1 > 0).collect();
        let expect: Vec<_> = expect.into_iter().filter(|e| e.1 > 0).collect();
        assert_eq!(found, expect, "{policy}");
        assert_eq!(trail.fees, Amount::ZERO);
    };
    check(Policy::Fifo, [(Stop::Unrecorded, 0), (Stop::Mined, 480)]);
    check(Policy::Haircut, [(Stop::Unrecorded, 192), (Stop::Mined, 288)]);
    check(Policy::Poison, [(Stop::Unrecorded, 400), (Stop::Mined, 600)]);
}

#[test]
fn peel_chains_need_every_sign() {
    let chain = |change: &dyn Fn(u64) -> u64| -> Vec<Tx> {
        let mut txs = vec![tx(1, &[], &[(1, 10_000)])];
        let (mut owner, mut sats) = (1, 10_000);
        for n in 2..8 {
            let next = change(n);
            txs.push(tx(n, &[(n - 1, u32::from(n > 2), owner, sats)], &[(500, 100), (next, sats - 110)]));
            (owner, sats) = (next, sats - 110);
        }
        txs
    };
    let everything = |_: &Txid| true;
    let found = trace::peel_chains(&graph(&chain(&|n| 100 + n)), &everything);
    // The last one's change is not spent: its fingerprint is not known, and there is no agreement.
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].txids, (2..7).map(txid).collect::<Vec<_>>());
    assert!(found[0].peels.iter().all(|(coin, sats)| coin.vout == 0 && sats.to_sat() == 100));
    // An address used twice is not fresh, and another version is another program.
    assert_eq!(trace::peel_chains(&graph(&chain(&|_| 100)), &everything), []);
    let mut versions = chain(&|n| 100 + n);
    versions.iter_mut().step_by(2).for_each(|tx| tx.version = Some(1));
    assert_eq!(trace::peel_chains(&graph(&versions), &everything), []);
}

#[test]
fn clusters_leave_coinjoins_out() {
    let txs = [
        tx(1, &[(900, 0, 1, 10), (901, 0, 2, 10)], &[(3, 19)]),
        tx(2, &[(902, 0, 2, 10), (903, 0, 4, 10)], &[(3, 19)]),
        tx(3, &[(904, 0, 4, 100), (905, 0, 5, 90)], &[(20, 60), (21, 60), (22, 39), (23, 30)]),
    ];
    let found = trace::clusters(&graph(&txs));
    assert_eq!(found.members, [[1, 2, 4].map(address).into()]);
    assert_eq!(found.of(&address(4)), Some(&[1, 2, 4].map(address).into()));
    assert_eq!(found.of(&address(5)), None);
}

#[test]
fn recorded_coinjoins_are_recognised_by_kind() {
    let read = |name: &str| {
        let body = std::fs::read(source("tests/recorded/esplora").join(name)).unwrap();
        let answers = [(Request::get("asked"), body)];
        ESPLORA.read_transaction(&Told::new(&answers, Network::Bitcoin, &Known::default())).unwrap()
    };
    for (name, expect) in
        [("joinmarket-coinjoin.json", CoinJoin::JoinMarket), ("whirlpool-coinjoin.json", CoinJoin::Whirlpool)]
    {
        let tx = read(name);
        assert_eq!(tx.recomputed_txid(), Some(tx.txid), "{name}");
        assert_eq!(coinjoin(&tx), Some(expect), "{name}");
    }
    let shapes = std::fs::read_to_string(source("tests/recorded/esplora/ordinary-shapes.jsonl")).unwrap();
    let lines: Vec<Value> = shapes.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 56);
    for line in lines {
        let parts = |side: &str| -> Vec<(Option<Address>, Option<Amount>)> {
            let of = |row: &Value| {
                (
                    row[0].as_str().map(|a| Address::parse(a, Network::Bitcoin).unwrap()),
                    row[1].as_u64().map(Amount::from_sat),
                )
            };
            line[side].as_array().unwrap().iter().map(of).collect()
        };
        let mut tx = tx(1, &[], &[]);
        tx.inputs =
            parts("in").into_iter().map(|(address, value)| TxIn { address, value, ..TxIn::default() }).collect();
        tx.outputs = parts("out")
            .into_iter()
            .map(|(address, value)| TxOut { address, script: None, value: value.unwrap() })
            .collect();
        assert_eq!(coinjoin(&tx), None, "{}", line["txid"]);
    }
}

/// Labels of onward addresses, from the ShapeShift status answers kept by nickbax/wannacry_monero_tracing and the
/// WalletExplorer labels in records kept by AdamT23/bitcoin-seed-extract.
const LABELS: &[(&str, &str, &str)] = &[
    ("18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3", "ShapeShift", "swap service"),
    ("1DVhsPyrTyNPKmwMWUq6Dtf24Ja6je5Thq", "ShapeShift", "swap service"),
    ("1BvTQTP5PJVCEz7dCU2YxgMskMxxikSruM", "Poloniex", "exchange"),
    ("1Dha5e1jbTtu4YGALQ3DnfTAk5yxzm4XSR", "HitBTC", "exchange"),
    ("1ETWkyQUY9nRpVMyGwha4vRhwKgMbomMQe", "HitBTC", "exchange"),
];

fn wannacry_labels(of: &Address) -> Option<LabelInfo> {
    let (_, name, category) = LABELS.iter().find(|(address, ..)| *address == of.as_str())?;
    Some(LabelInfo { name: (*name).to_owned(), category: (*category).to_owned(), service: true })
}

const WALLETS: [&str; 3] =
    ["115p7UMMngoj1pMvkpHijcRdfJNXj6LrLn", "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", "13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94"];

fn wallets() -> BTreeSet<Address> {
    WALLETS.iter().map(|text| Address::parse(text, Network::Bitcoin).unwrap()).collect()
}

fn wannacry() -> (Graph, Vec<Tx>) {
    let trial = Trial::recorded();
    let store = Store::open(&trial.path("test.db")).unwrap();
    let (mut builder, mut txs) = (GraphBuilder::new(), Vec::new());
    let start = TrailStart::Addresses(wallets().into_iter().collect());
    let outspends = store.trail(&start, false, Network::Bitcoin, |tx| {
        builder.add(&tx);
        txs.push(tx);
    });
    outspends.unwrap().into_iter().for_each(|(output, outspend)| builder.say(output, outspend));
    (builder.finish(), txs)
}

#[test]
fn the_recorded_withdrawals() {
    let (graph, txs) = wannacry();
    assert_eq!(graph.len(), 341 + 17, "the ledger and the recorded trail");
    assert!(
        txs.iter().all(|tx| coinjoin(tx).is_none()),
        "no WannaCry transaction is a CoinJoin, batch payments included"
    );
    for policy in Policy::ALL {
        let trail = follow(&graph, &Source::Addresses(wallets()), rules(policy), &wannacry_labels);
        assert_eq!(trail.source.to_sat(), 5_192_690_943, "{policy}");
        let at = |hop: u32| trail.hops.iter().filter(|row| row.hop == hop).collect::<Vec<_>>();
        assert_eq!(at(0).len(), 6, "six withdrawals");
        assert_eq!(at(0).iter().map(|row| row.arrivals.len()).sum::<usize>(), 9, "nine outputs");
        // ShapeShift's deposit addresses, in full: nothing was mixed in before.
        for (address, from, sats) in [
            ("18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3", "340b44c7", 183_760_000),
            ("1DVhsPyrTyNPKmwMWUq6Dtf24Ja6je5Thq", "95d36a69", 180_429_238),
        ] {
            let end = trail.destinations.iter().find(|end| end.address.as_ref().is_some_and(|a| a.as_str() == address));
            let end = end.unwrap();
            assert_eq!((end.stop, end.amount.to_sat()), (Stop::Service, sats), "{policy} {address}");
            assert!(
                end.coin.unwrap().txid.to_string().starts_with(from)
                    && end.label.as_ref().unwrap().name == "ShapeShift"
            );
        }
        // What the services did afterwards is not followed.
        let moved: Vec<String> = trail.hops.iter().map(|hop| hop.txid.to_string()).collect();
        for behind in ["1b2a3333", "5c181889", "36ef488e", "6fc639ba", "1589f5d0"] {
            assert!(!moved.iter().any(|txid| txid.starts_with(behind)), "{policy}: {behind} is a service's own move");
        }
        assert!(
            trail.destinations.iter().all(|end| [Stop::Service, Stop::Unrecorded].contains(&end.stop)),
            "never unspent"
        );
        let landed = trace::landings(&trail, &wannacry_labels, &|label| label.name == "HitBTC");
        assert!(landed.iter().all(|one| one.time.is_some() && one.label.service), "{landed:?}");
        assert!(!trail.is_whole(), "the record breaks off");
        let hitbtc: u64 = trail
            .destinations
            .iter()
            .filter(|end| end.label.as_ref().is_some_and(|label| label.name == "HitBTC"))
            .map(|end| end.amount.to_sat())
            .sum();
        // Four withdrawals are not followed in the record: all of it ends where they paid.
        assert_eq!(trail.adds_up(), policy.conserves());
        let expect = match policy {
            Policy::Fifo => HITBTC_FIFO,
            Policy::Haircut => HITBTC_HAIRCUT,
            // Two deposits, whole: 131551e3 and 29779df2; and the five thousand that went on into d66b4c33.
            Policy::Poison => 3_202_476_446 + 79_950_000 + 393_909_290,
        };
        assert_eq!(hitbtc, expect, "{policy}");
        assert_eq!(landed.iter().map(|one| one.amount.to_sat()).sum::<u64>(), expect, "{policy}");
    }
}

#[test]
fn what_moves_on_from_a_place_has_come_there_once() {
    let txs =
        [tx(1, &[], &[(1, 10)]), tx(2, &[(1, 0, 1, 10)], &[(7, 6), (3, 4)]), tx(3, &[(2, 0, 7, 6)], &[(8, 5), (7, 1)])];
    let graph = graph(&txs);
    let seized = |of: &Address| {
        let category = "seizure".to_owned();
        [7, 8].map(address).contains(of).then(|| LabelInfo { name: "FBI".to_owned(), category, service: false })
    };
    let trail = follow(&graph, &outputs(&[(1, 0)]), rules(Policy::Fifo), &seized);
    let landed = trace::landings(&trail, &seized, &|label| label.category == "seizure");
    let found: Vec<_> = landed.iter().map(|one| (one.address.clone(), one.amount.to_sat(), one.via)).collect();
    assert_eq!(found, [(address(7), 6, txid(2))]);
    assert_eq!(trace::landings(&trail, &seized, &|label| label.category == "mixer"), []);
}

// Computed a second time by a program of its own.
const HITBTC_FIFO: u64 = 729_393_932;
const HITBTC_HAIRCUT: u64 = 719_917_332;

#[test]
fn the_three_wallets_are_linked_through_the_withdrawals_change() {
    let (graph, _) = wannacry();
    let links = trace::change_links(&graph, &wallets());
    assert_eq!(links.len(), 1);
    assert!(links[0].txid.to_string().starts_with("c03e48ad"));
    assert_eq!(links[0].wallets, wallets());
    assert_eq!(links[0].withdrawals.len(), 3);
    // By inputs they stay three.
    let clusters = trace::clusters(&graph);
    assert!(clusters.members.iter().all(|members| members.intersection(&wallets()).count() <= 1));
}

#[test]
fn the_command_says_the_same() {
    let trial = Trial::recorded();
    for policy in ["fifo", "haircut"] {
        let found = trial.json(&["trace", "wannacry", "--policy", policy]);
        assert_eq!((&found["policy"], &found["source_sats"]), (&json!(policy), &json!(5_192_690_943_u64)));
        let ends = found["destinations"].as_array().unwrap();
        let arrived: u64 = ends.iter().map(|end| end["sats"].as_u64().unwrap()).sum();
        assert_eq!(arrived + found["fees_sats"].as_u64().unwrap(), 5_192_690_943, "{policy}");
        let by_category = found["by_category"].as_object().unwrap();
        assert_eq!(by_category.values().map(|sats| sats.as_u64().unwrap()).sum::<u64>(), 5_192_690_943);
        assert!(ends.iter().all(|end| end["stop"] != "unspent"), "what is not recorded is not unspent");
        assert_eq!(found["hops"].as_array().unwrap().iter().filter(|hop| hop["hop"] == 0).count(), 6);
        assert_eq!(found["links"][0]["kind"], "withdrawals-change");
        assert_eq!(found["links"][0]["wallets"], json!(WALLETS));
    }
    let page = trial.ok(&["trace", "wannacry"]);
    assert!(page.starts_with("WannaCry · 51.92690943 BTC left in 352 coins · policy fifo"), "{page}");
    assert!(page.contains("linked through the withdrawals' change, which c03e48ad"), "{page}");
    let poison = trial.run(&["trace", "wannacry", "--policy", "poison"]);
    assert!(poison.err.contains("poison conserves nothing"), "{}", poison.err);
    let before = trial.json(&["trace", "wannacry", "--as-of", "2017-08-02"]);
    assert_eq!((&before["source_sats"], &before["destinations"]), (&json!(0), &json!([])));

    // One payment: from which payment which satoshi went where.
    let payment = trial.json(&["payments", "wannacry"])[0].clone();
    let output = format!("{}:{}", payment["txid"].as_str().unwrap(), payment["vout"]);
    let found = trial.json(&["trace", &output]);
    assert_eq!(found["source_sats"], payment["sats"]);
    assert_eq!(found["hops"][0]["hop"], 1);
    // An address of the trail, backwards to the three wallets' payers, and a whole transaction.
    let back = trial.json(&["trace", "1FQQ86tMuvhQ4Ruyggbb8j7iaNfUZ69gpY", "--backwards"]);
    assert_eq!(back["source_sats"], 871_529_348);
    assert_eq!(back["fees_sats"], 0);
    let sum: u64 = back["destinations"].as_array().unwrap().iter().map(|end| end["sats"].as_u64().unwrap()).sum();
    assert_eq!(sum, 871_529_348);
    let txid = "409803bb5e124fd028c0482027c7722e84ce55b78204b279d3a44aba5e7c1698";
    assert_eq!(trial.json(&["trace", txid])["source_sats"], 871_529_348 + 1_227_173);

    trial.fails(&["trace", "wannacri"], 2, "wannacri");
    trial.fails(&["trace", &format!("{txid}:x")], 2, "no output index");
    trial.fails(&["trace", &format!("{txid}:7")], 1, "does not hold");
    trial.fails(&["trace", txid, "--as-of", "2017-08-02"], 1, "is in no block up to that moment");
    trial.fails(&["trace", "wannacry", "--policy", "lifo"], 2, "there are fifo, haircut, poison");
}
