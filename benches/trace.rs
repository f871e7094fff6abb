//! How fast coins are followed, and how time and memory grow with the graph: a generated one of 10⁴, 10⁵ and 10⁶
//! transactions, each policy.
//!
//! `cargo bench --bench trace` prints the table of the README. The generator is seeded: the same graph each time.

#![allow(clippy::print_stdout, reason = "a benchmark reports what it measured")]

use std::time::Instant;

use bitcoin::hashes::{Hash, hash160};
use bitcoin::{Network, ScriptBuf, WPubkeyHash};
use chrono::DateTime;
use ransomtrail::domain::{Address, Amount, BlockRef, OutPoint, State, Tx, TxIn, TxOut, Txid};
use ransomtrail::trace::{Graph, GraphBuilder, LabelInfo, Policy, Rules, Source, follow};

const SEED: u64 = 2017;
const SIZES: &[u64] = &[10_000, 100_000, 1_000_000];
/// Each measurement is the best of so many.
const RUNS: usize = 3;
/// Coins that are followed: outputs of the first transactions.
const SOURCES: u64 = 100;
/// A coin is spent within so many transactions, or never: wallets do not let everything mix with everything.
const MEMORY: usize = 2_000;

fn txid(n: u64) -> Txid {
    Txid::hash(&n.to_le_bytes())
}

fn address(n: u64) -> Option<Address> {
    let key = WPubkeyHash::from_raw_hash(hash160::Hash::hash(&n.to_le_bytes()));
    Address::from_script(&ScriptBuf::new_p2wpkh(&key), Network::Bitcoin)
}

/// One to three inputs, two thirds of them coins of earlier transactions, and two or three outputs.
fn generate(size: u64) -> Graph {
    let mut dice = fastrand::Rng::with_seed(SEED);
    let mut builder = GraphBuilder::new();
    let mut coins: Vec<(OutPoint, Option<Address>, Amount)> = Vec::new();
    for n in 0..size {
        let mut inputs = Vec::new();
        for _ in 0..dice.usize(1..=3) {
            let known = n >= SOURCES && !coins.is_empty() && dice.u8(0..3) > 0;
            let (coin, owner, value) = if known {
                coins.swap_remove(dice.usize(0..coins.len()))
            } else {
                // A coin from outside of the record.
                let owner = address(size + dice.u64(0..size));
                (OutPoint::new(txid(size + n), 0), owner, Amount::from_sat(dice.u64(10_000..100_000_000)))
            };
            inputs.push(TxIn {
                prev_txid: Some(coin.txid),
                prev_vout: Some(coin.vout),
                address: owner,
                value: Some(value),
                ..TxIn::default()
            });
        }
        let spent: u64 = inputs.iter().filter_map(|input| input.value).map(Amount::to_sat).sum();
        let mut left = spent - spent.min(200);
        let mut outputs = Vec::new();
        for vout in 0..dice.u32(2..=3) {
            let value = if vout == 0 { dice.u64(0..=left) } else { left / 2 };
            left -= value;
            let owner = address(n * 3 + u64::from(vout));
            outputs.push(TxOut { address: owner.clone(), script: None, value: Amount::from_sat(value) });
            coins.push((OutPoint::new(txid(n), vout), owner, Amount::from_sat(value)));
        }
        while coins.len() > MEMORY {
            coins.swap_remove(dice.usize(0..coins.len()));
        }
        let height = u32::try_from(n).unwrap_or(u32::MAX);
        let block =
            BlockRef { height, hash: None, time: DateTime::from_timestamp(1_500_000_000, 0).unwrap_or_default() };
        builder.add(&Tx {
            txid: txid(n),
            state: State::Confirmed(block),
            first_seen: None,
            version: Some(2),
            lock_time: Some(0),
            size: None,
            inputs,
            outputs,
        });
    }
    builder.finish()
}

/// Megabytes that the process holds now and held at most, where the system tells.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kb| kb / 1024)
    };
    (field("VmRSS:").unwrap_or_default(), field("VmHWM:").unwrap_or_default())
}

fn nobody(_: &Address) -> Option<LabelInfo> {
    None
}

fn main() {
    println!("| transactions | policy | with taint | time | transactions a second | graph | most memory |");
    println!("|---|---|---|---|---|---|---|");
    for size in SIZES {
        let before = memory().0;
        let graph = generate(*size);
        let held = memory().0.saturating_sub(before);
        let coins = (0..SOURCES).flat_map(|n| graph.outpoints(&txid(n)));
        let source = Source::Outputs(coins.collect());
        for policy in Policy::ALL {
            let rules = Rules { policy, hops: u32::MAX, ..Rules::default() };
            let mut best = f64::INFINITY;
            let mut followed = 0;
            for _ in 0..RUNS {
                let begin = Instant::now();
                let trail = follow(&graph, &source, rules, &nobody);
                best = best.min(begin.elapsed().as_secs_f64());
                followed = trail.hops.len();
                assert!(!policy.conserves() || trail.adds_up());
            }
            let rate = *size as f64 / best;
            let most = memory().1;
            println!("| {size} | {policy} | {followed} | {best:.3} s | {rate:.0} | {held} MB | {most} MB |");
        }
    }
}
