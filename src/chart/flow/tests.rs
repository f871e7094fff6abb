//! Trails that are hard to draw, and what the layout keeps on all of them.

use std::collections::BTreeMap;

use bitcoin::hashes::Hash;
use chrono::TimeDelta;
use proptest::prelude::*;

use super::layout::Layout;
use super::*;
use crate::chart::geometry::Rect;
use crate::chart::samples::{TrailSample, keeps_the_rules, with_trail};
use crate::chart::sheet::TWO_LINES;
use crate::chart::{Look, Theme, destinations};
use crate::domain::{Address, BlockRef, Network, OutPoint, OutspendStatus, State, Time, Tx, TxIn, TxOut, Txid};
use crate::trace::{GraphBuilder, LabelInfo, Policy, Rules, Source, follow, peel_chains};

const SIZES: [Size; 3] = [Size::Wide, Size::Square, Size::Tall];

/// Transactions under way: outputs that can be spent, as (transaction, output, owner, satoshis).
#[derive(Default)]
struct Chain {
    txs: Vec<Tx>,
    coins: Vec<(Txid, u32, u64, u64)>,
    said: Vec<(OutPoint, OutspendStatus)>,
}

fn owner(n: u64) -> Address {
    let hash = bitcoin::hashes::hash160::Hash::hash(&n.to_le_bytes());
    let script = bitcoin::ScriptBuf::new_p2wpkh(&bitcoin::WPubkeyHash::from_raw_hash(hash));
    Address::from_script(&script, Network::Bitcoin).unwrap()
}

fn time(n: usize) -> Time {
    "2019-03-01T00:00:00Z".parse::<Time>().unwrap() + TimeDelta::hours(3 * n as i64)
}

impl Chain {
    /// Spends those coins, which leave the list; outputs are (owner, satoshis) and join it.
    fn pay(&mut self, coins: &[(Txid, u32, u64, u64)], outputs: &[(u64, u64)]) -> Txid {
        let n = self.txs.len();
        let txid = Txid::hash(&(n as u64).to_le_bytes());
        let input = |(from, vout, of, sats): &(Txid, u32, u64, u64)| TxIn {
            prev_txid: Some(*from),
            prev_vout: Some(*vout),
            address: Some(owner(*of)),
            value: Some(Amount::from_sat(*sats)),
            sequence: Some(u32::MAX),
            ..TxIn::default()
        };
        let output =
            |(of, sats): &(u64, u64)| TxOut { address: Some(owner(*of)), script: None, value: Amount::from_sat(*sats) };
        self.txs.push(Tx {
            txid,
            state: State::Confirmed(BlockRef { height: 500_000 + n as u32, hash: None, time: time(n) }),
            first_seen: None,
            version: Some(2),
            lock_time: Some(0),
            size: None,
            inputs: coins.iter().map(input).collect(),
            outputs: outputs.iter().map(output).collect(),
        });
        self.coins.retain(|coin| !coins.contains(coin));
        self.coins.extend((0..).zip(outputs).map(|(vout, (of, sats))| (txid, vout, *of, *sats)));
        txid
    }

    fn take(&self, of: u64) -> (Txid, u32, u64, u64) {
        *self.coins.iter().find(|coin| coin.2 == of).unwrap()
    }

    fn unspent(&mut self, of: u64) {
        let (txid, vout, ..) = self.take(of);
        self.said.push((
            OutPoint::new(txid, vout),
            OutspendStatus::Unspent { explorer: "a server".into(), at: time(9_000) },
        ));
    }

    /// What left the first owner, under a policy. Owners from a million on are services.
    fn trail(self, policy: Policy, hops: u32) -> (Trail, Vec<crate::trace::PeelChain>) {
        let mut builder = GraphBuilder::new();
        self.txs.iter().for_each(|tx| builder.add(tx));
        self.said.into_iter().for_each(|(at, outspend)| builder.say(at, outspend));
        let graph = builder.finish();
        let services: BTreeMap<Address, u64> = (0..1_500).map(|n| (owner(1_000_000 + n), n)).collect();
        let label = |address: &Address| {
            services.get(address).map(|n| LabelInfo {
                name: if *n % 7 == 6 { format!("Tumbler {n}") } else { format!("Exchange {n} of a long name") },
                category: if *n % 7 == 6 { "mixer" } else { "exchange" }.to_owned(),
                service: true,
            })
        };
        let trail =
            follow(&graph, &Source::Addresses([owner(1)].into()), Rules { policy, hops, ..Rules::default() }, &label);
        let chains = peel_chains(&graph, &|txid| trail.hops.iter().any(|hop| hop.txid == *txid));
        (trail, chains)
    }
}

/// A withdrawal that is split; a peel chain that feeds exchanges, a CoinJoin, a payout to many, coins that stay.
fn five_hops() -> Chain {
    let mut chain = Chain::default();
    chain.pay(&[], &[(1, 6_000_000_000), (1, 3_000_000_000)]);
    let both = chain.coins.clone();
    chain.pay(&both, &[(10, 5_000_000_000), (11, 2_500_000_000), (12, 1_499_900_000)]);
    let mut rest = chain.take(10);
    for n in 0..6 {
        let peel = 350_000_000 + 20_000_000 * n;
        let (_, _, _, sats) = rest;
        // Peels go to an exchange's address of another script type, or to another one.
        let to = [1_000_000, 1_000_001, 900][n as usize % 3];
        chain.pay(&[rest], &[(to, peel), (20 + n, sats - peel - 10_000)]);
        rest = chain.take(20 + n);
    }
    let (_, _, _, sats) = rest;
    chain.pay(&[rest], &[(1_000_002, sats / 2), (31, sats / 2 - 5_000)]);
    chain.unspent(31);
    let two = chain.take(11);
    let (_, _, _, sats) = two;
    chain.pay(&[two], &[(40, sats / 2), (41, sats / 2 - 3_000)]);
    chain.coins.push((Txid::hash(&[9; 9]), 0, 42, 1_400_000_000));
    let (mine, theirs) = (chain.take(40), chain.take(42));
    chain.pay(&[mine, theirs], &[(43, 1_000_000_000), (44, 1_000_000_000), (45, 399_000_000), (46, 240_000_000)]);
    let many = chain.take(12);
    let outputs: Vec<(u64, u64)> = (0..150).map(|n| (300 + n, 9_990_000)).collect();
    chain.pay(&[many], &outputs);
    chain
}

/// Hundreds of hops: splits, small peels, joins, and at last three exchanges.
fn many_hops(hops: u64, seed: u64) -> Chain {
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut chain = Chain::default();
    chain.pay(&[], &[(1, 50_000_000_000), (1, 20_000_000_000), (1, 5_000_000_000)]);
    for n in 0..3 {
        let coin = chain.take(1);
        chain.pay(&[coin], &[(10 + n, coin.3 - 4_000)]);
    }
    for hop in 0..hops {
        let largest = *chain.coins.iter().filter(|c| c.2 < 1_000_000).max_by_key(|c| (c.3, c.0)).unwrap();
        let base = 1_000 + hop * 10;
        let sats = largest.3 - 2_000;
        match dice.u64(0..9) {
            0 => {
                chain.pay(&[largest], &[(base, sats / 2), (base + 1, sats - sats / 2)]);
            }
            1 => {
                let others = chain.coins.iter().filter(|c| c.2 < 1_000_000 && **c != largest);
                let Some(other) = others.max_by_key(|c| (c.3, c.0)).copied() else { continue };
                chain.pay(&[largest, other], &[(base, sats + other.3)]);
            }
            2 => {
                chain.pay(&[largest], &[(1_000_000 + dice.u64(0..12), sats / 30), (base, sats - sats / 30)]);
            }
            3 => {
                chain.pay(&[largest], &[(base, sats - sats / 40), (base + 1, sats / 40)]);
            }
            _ => {
                chain.pay(&[largest], &[(base, sats)]);
            }
        }
    }
    chain
}

/// One withdrawal to so many services and strangers at once.
fn many_ends(ends: u64) -> Chain {
    let mut chain = Chain::default();
    chain.pay(&[], &[(1, 100_000_000_000)]);
    let coin = chain.take(1);
    let parts: Vec<(u64, u64)> = (0..40).map(|n| (10 + n, 100_000_000_000 / 41)).collect();
    chain.pay(&[coin], &parts);
    for n in 0..40 {
        let coin = chain.take(10 + n);
        let each = ends / 40;
        let outputs: Vec<(u64, u64)> =
            (0..each).map(|k| (1_000_000 + n * each + k, (coin.3 - 1_000) / (2 * each) * (1 + k % 2))).collect();
        chain.pay(&[coin], &outputs);
    }
    chain
}

fn keeps(trail: &Trail, chains: &[crate::trace::PeelChain], size: Size) {
    let ends = Ends::at_most(trail, ENDS);
    let limits = limits(size);
    let net = Net::of(trail, chains, &ends, limits);
    assert!(net.columns <= limits.columns + 2, "{} columns", net.columns);
    for column in 1..net.columns - 1 {
        let here = net.stations.iter().filter(|station| station.column == column).count();
        assert!(here <= limits.stations, "{here} stations in column {column}");
    }
    let sum =
        |f: &dyn Fn(&net::Link) -> bool| net.links.iter().filter(|link| f(link)).map(|link| link.sats).sum::<u64>();
    let is_end = |at: usize| matches!(net.stations[at].what, What::End(_));
    assert_eq!(sum(&|link| link.from == 0), trail.source.to_sat(), "all of it leaves the wallets");
    assert_eq!(sum(&|link| is_end(link.to)), trail.source.to_sat(), "and all of it arrives");
    let txs: usize = net.stations.iter().map(|station| station.txs).sum();
    assert_eq!(txs, trail.hops.len(), "no transaction is lost");
    for (at, station) in net.stations.iter().enumerate() {
        let (before, after) = (sum(&|link| link.to == at), sum(&|link| link.from == at));
        assert!(at == 0 || before == station.sats, "{station:?} gets {before}");
        assert!(is_end(at) || after == station.sats, "{station:?} pays {after}");
    }
    for link in &net.links {
        assert!(net.stations[link.from].column < net.stations[link.to].column, "{link:?} does not lead to the right");
    }
    for end in &ends.list {
        let drawn = net.stations.iter().find(|s| matches!(s.what, What::End(n) if ends.list[n].name == end.name && ends.list[n].category == end.category));
        assert_eq!(drawn.unwrap().sats, end.amount.to_sat(), "{}", end.name);
    }
    let area = Rect::new(40.0, 150.0, 760.0, 560.0);
    let layout = Layout::of(&net, &ends, area, TWO_LINES);
    let inside = area.grown(0.01);
    for (at, slot) in layout.slots.iter().enumerate() {
        assert!(inside.holds(&slot.bounds), "{slot:?} leaves the picture");
        let height = |f: &dyn Fn(&layout::Ribbon) -> bool| -> f64 {
            layout.ribbons.iter().filter(|ribbon| f(ribbon)).map(|ribbon| ribbon.height).sum()
        };
        let (before, after) = (height(&|ribbon| ribbon.to == at), height(&|ribbon| ribbon.from == at));
        let same = |sum: f64| (sum - slot.bounds.height()).abs() < 1e-6 * area.height();
        assert!(slot.column == 0 || same(before), "{before} flow into {slot:?}");
        assert!(slot.column + 1 == net.columns || same(after), "{after} flow out of {slot:?}");
        let below = layout.slots[at + 1..].iter().filter(|other| other.column == slot.column);
        for other in below {
            let (a, b) = (slot.bounds, other.bounds);
            assert!(a.bottom <= b.top + 1e-6 || b.bottom <= a.top + 1e-6, "{slot:?} lies over {other:?}");
        }
    }
    for ribbon in &layout.ribbons {
        for place in [ribbon.left, ribbon.right] {
            assert!(inside.holds(&Rect::new(place.x, place.y, place.x, place.y + ribbon.height)), "{ribbon:?}");
        }
    }
}

/// Both charts of a trail, drawn in a look and held against the rules.
fn drawn(name: &str, trail: &Trail, chains: &[crate::trace::PeelChain], look: Look) -> Vec<Drawing> {
    let sample = TrailSample::new();
    let draw = |chart: &Chart| {
        let drawing = with_trail(&sample, trail, chains, look, |input| (chart.draw)(input));
        keeps_the_rules(&format!("{name}, {}, {:?}", chart.name, look.size), &drawing, look);
        drawing
    };
    vec![draw(&CHART), draw(&destinations::CHART)]
}

fn column(csv: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let at = reader.headers().unwrap().iter().position(|header| header == name).unwrap();
    reader.records().map(|row| row.unwrap()[at].to_owned()).collect()
}

fn samples() -> Vec<(&'static str, Chain, u32)> {
    vec![
        ("nothing", Chain::default(), 100),
        ("five hops", five_hops(), 100),
        ("five hundred hops", many_hops(500, 7), 600),
        ("cut off", many_hops(500, 11), 40),
        ("a thousand ends", many_ends(1_000), 100),
    ]
}

#[test]
fn trails_of_all_lengths_are_drawn() {
    for (name, chain, hops) in samples() {
        let (trail, chains) = chain.trail(Policy::Fifo, hops);
        assert!(trail.adds_up());
        for size in SIZES {
            if trail.source > Amount::ZERO {
                keeps(&trail, &chains, size);
            }
            for theme in [Theme::Print, Theme::Dark] {
                drawn(name, &trail, &chains, Look { theme, size });
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn random_trails_keep_the_rules(
        length in 0u64..160,
        seed in any::<u64>(),
        limit in 0u32..200,
        haircut in any::<bool>(),
        size in 0usize..3,
    ) {
        let policy = if haircut { Policy::Haircut } else { Policy::Fifo };
        let (trail, chains) = many_hops(length, seed).trail(policy, limit);
        keeps(&trail, &chains, SIZES[size]);
        drawn("random", &trail, &chains, Look { theme: Theme::Dark, size: SIZES[size] });
    }
}

#[test]
fn what_is_drawn_sums_to_the_trail() {
    for (name, chain, hops) in samples() {
        let (trail, chains) = chain.trail(Policy::Haircut, hops);
        let charts = drawn(name, &trail, &chains, Look::default());
        let sum = |csv: &str, of: &dyn Fn(usize) -> bool| -> u64 {
            let sats = column(csv, "sats").into_iter().enumerate().filter(|(row, _)| of(*row));
            sats.map(|(_, sats)| sats.parse::<u64>().unwrap()).sum()
        };
        let kinds = column(&charts[0].csv, "to_kind");
        let stops = ["transaction", "peel-chain", "run", "several", "others"];
        assert_eq!(sum(&charts[0].csv, &|row| !stops.contains(&kinds[row].as_str())), trail.source.to_sat(), "{name}");
        assert_eq!(sum(&charts[1].csv, &|_| true), trail.source.to_sat(), "{name}");
    }
}

#[test]
fn each_thing_is_drawn_as_what_it_is() {
    let (trail, chains) = five_hops().trail(Policy::Fifo, 100);
    let charts = drawn("five hops", &trail, &chains, Look::default());
    let kinds = column(&charts[0].csv, "to_kind");
    for kind in ["peel-chain", "service", "coinjoin", "fan-out", "unspent", "unrecorded", "fees"] {
        assert!(kinds.iter().any(|k| k == kind), "no {kind} in {kinds:?}");
    }
    assert!(charts[0].svg.contains(">peel chain<") && charts[0].svg.contains(">6 hops<"));
    assert_eq!(charts[0].svg.matches("class=\"marks\"").count(), 1, "the rings of the CoinJoin");
    assert!(charts[0].headline.ends_with("; 21 are not recorded further"), "{}", charts[0].headline);

    let (trail, chains) = many_hops(500, 7).trail(Policy::Fifo, 600);
    let charts = drawn("five hundred hops", &trail, &chains, Look::default());
    let kinds = column(&charts[0].csv, "to_kind");
    assert!(kinds.iter().any(|kind| kind == "several"), "{kinds:?}");
    // A run of nothing but hops is one station, and no others are needed.
    let mut line = Chain::default();
    line.pay(&[], &[(1, 1_000_000_000)]);
    for n in 1..90 {
        let coin = line.take(n);
        line.pay(&[coin], &[(n + 1, coin.3 - 100)]);
    }
    let (trail, chains) = line.trail(Policy::Fifo, 100);
    let charts = drawn("one path", &trail, &chains, Look::default());
    assert_eq!(column(&charts[0].csv, "to_kind"), ["run", "unrecorded", "fees"]);
    assert!(charts[0].svg.contains(">89 hops<"));
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let says = |trail: Option<&Trail>, expect: &str| {
        let sample = TrailSample::new();
        let (empty, _) = Chain::default().trail(Policy::Fifo, 1);
        for chart in [&CHART, &destinations::CHART] {
            let drawing = with_trail(&sample, trail.unwrap_or(&empty), &[], Look::default(), |input| {
                (chart.draw)(&Input { trail, ..*input })
            });
            assert!(drawing.headline.contains(expect), "{}: {}", chart.name, drawing.headline);
            assert_eq!(drawing.csv.lines().count(), 1, "{}", drawing.csv);
        }
    };
    says(None, "has not been followed");
    let (trail, _) = five_hops().trail(Policy::Poison, 100);
    says(Some(&trail), "cannot be drawn");
    let (trail, _) = five_hops().trail(Policy::Fifo, 100);
    says(Some(&Trail { backwards: true, ..trail }), "cannot be drawn");
    let (nothing, _) = Chain::default().trail(Policy::Fifo, 100);
    says(Some(&nothing), "No withdrawal from Sample is recorded up to 13 Mar 2016");
}
