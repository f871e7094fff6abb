//! The whole demo, as a user runs it: new database, sync from the built-in record, figures, the charts as SVG, PNG and CSV.
//! Then its parts. `cargo bench`; `python3 benches/compare.py` sets it against the same job in pandas and matplotlib.

use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};
use ransomtrail::catalog::Catalog;
use ransomtrail::domain::{Currency, Network};
use ransomtrail::price::{Live, Prices};

fn run(folder: &std::path::Path, args: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_ransomtrail"))
        .args(args)
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder)
        .env("RANSOMTRAIL_DB", folder.join("bench.db"))
        .stdout(Stdio::null())
        .status();
    assert!(status.is_ok_and(|s| s.success()), "{args:?}");
}

fn program(bench: &mut Criterion) {
    let folder = std::env::temp_dir().join("ransomtrail-bench");
    assert!(std::fs::create_dir_all(&folder).is_ok());
    let mut group = bench.benchmark_group("program");
    group.sample_size(20);
    group.bench_function("demo", |b| b.iter(|| run(&folder, &["demo"])));
    run(&folder, &["sync", "wannacry", "--explorer", "built-in"]);
    group.bench_function("summary", |b| b.iter(|| run(&folder, &["summary", "wannacry", "--json"])));
    group.bench_function("families", |b| b.iter(|| run(&folder, &["families"])));
    group.finish();
}

fn parts(bench: &mut Criterion) {
    bench.bench_function("load the catalogue", |b| {
        b.iter(|| Catalog::load(Network::Bitcoin, None).map(|c| c.families().count()))
    });
    bench.bench_function("load prices in euros", |b| {
        b.iter(|| Prices::load(Currency::Eur, &Live::default()).map(|p| p.last_day()))
    });
}

criterion_group!(benches, program, parts);
criterion_main!(benches);
