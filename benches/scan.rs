//! How fast blocks are scanned, and what a long watch list costs: against reading the block alone, and reading it with
//! its merkle root, which no honest scan can do without.
//!
//! `cargo bench --bench scan` uses a made block of 1 MB; `RANSOMTRAIL_BLOCKS=folder` adds every `*.raw` file in it (one
//! serialised mainnet block each).

#![allow(clippy::print_stderr, reason = "a benchmark reports what it measured")]

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use bitcoin::consensus::{deserialize, serialize};
use bitcoin::{Block, Network};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ransomtrail::proof::{Watched, scan_block};

#[path = "../tests/support/blocks.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
#[allow(clippy::unwrap_used, missing_docs, reason = "support of tests")]
mod blocks;

/// Scripts in the watch list.
const LISTS: &[(&str, u64)] = &[("10", 10), ("10 thousand", 10_000), ("1 million", 1_000_000)];

struct Raw {
    name: String,
    network: Network,
    bytes: Vec<u8>,
}

fn raw_blocks() -> Vec<Raw> {
    let made = serialize(&blocks::full_block(1, 1_000_000));
    let mut all = vec![Raw { name: "made".to_owned(), network: Network::Regtest, bytes: made }];
    let Some(folder) = std::env::var_os("RANSOMTRAIL_BLOCKS") else { return all };
    let entries = std::fs::read_dir(Path::new(&folder)).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "raw")).collect();
    files.sort();
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap_or_default();
        if deserialize::<Block>(&bytes).is_ok() {
            all.push(Raw { name, network: Network::Bitcoin, bytes });
        }
    }
    all
}

fn watch(scripts: u64) -> Watched {
    let mut watched = Watched::with_capacity(usize::try_from(scripts).unwrap_or_default());
    for (id, n) in (0..).zip(0..scripts) {
        watched.insert_script(&blocks::script(n), id);
    }
    watched
}

/// Megabytes of memory that the process holds now, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kb| kb / 1024)
}

fn scan(bench: &mut Criterion) {
    let before = resident();
    let lists: Vec<_> = LISTS.iter().map(|(name, scripts)| (*name, watch(*scripts))).collect();
    if let (Some(before), Some(after)) = (before, resident()) {
        eprintln!("all watch lists together: {} MB of memory", after - before);
    }
    for raw in raw_blocks() {
        let Ok(block) = deserialize::<Block>(&raw.bytes) else { continue };
        let hash = block.block_hash();
        let mut group = bench.benchmark_group(format!("scan/{}", raw.name));
        group.throughput(Throughput::Bytes(raw.bytes.len() as u64));
        group.measurement_time(Duration::from_secs(4)).warm_up_time(Duration::from_secs(1));
        group.bench_function("decode", |b| b.iter(|| deserialize::<Block>(black_box(&raw.bytes))));
        group.bench_function("decode and merkle root", |b| {
            b.iter(|| deserialize::<Block>(black_box(&raw.bytes)).is_ok_and(|block| block.check_merkle_root()))
        });
        group.bench_function("decode, merkle root and witnesses", |b| {
            b.iter(|| {
                let block = deserialize::<Block>(black_box(&raw.bytes));
                block.is_ok_and(|block| block.check_merkle_root() && block.check_witness_commitment())
            })
        });
        for (name, watched) in &lists {
            // The scan adds outpoints to the list: the same ones each time.
            let mut watched = watched.clone();
            group.bench_function(format!("scan for {name}"), |b| {
                b.iter_batched(
                    || (),
                    |()| scan_block(black_box(&raw.bytes), &hash, raw.network, &mut watched),
                    BatchSize::SmallInput,
                )
            });
            let found = scan_block(&raw.bytes, &hash, raw.network, &mut watched).map(|s| s.found.len());
            assert!(found.is_ok(), "{found:?}");
        }
        group.finish();
    }
}

criterion_group!(benches, scan);
criterion_main!(benches);
