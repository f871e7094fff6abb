//! What a round over a long watch list costs: requests, seconds and memory, by address and by blocks, first and quiet.
//!
//! `cargo bench --bench round` runs the built program over 10,000 addresses, of which every tenth was paid, against an explorer
//! on loopback; `RANSOMTRAIL_ADDRESSES=1000` takes another number.

#![allow(clippy::print_stdout, reason = "a benchmark reports what it measured")]

use std::process::{Command, Stdio};
use std::time::Instant;

use bitcoin::Network;
use support::{FakeChain, FakeExplorer, Kind};
use tempfile::TempDir;

#[path = "../tests/support/mod.rs"]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unused_imports,
    missing_docs,
    reason = "support of tests"
)]
mod support;

/// Runs the program in `folder`; returns seconds and the most memory in MB that it held, where the system tells.
fn measure(folder: &TempDir, args: &[&str]) -> std::io::Result<(f64, Option<u64>)> {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ransomtrail"))
        .args(args)
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .env("RANSOMTRAIL_DB", folder.path().join("bench.db"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = None;
    while child.try_wait()?.is_none() {
        let told = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = told.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        most = peak.map(|kb: u64| kb / 1024).or(most);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let seconds = began.elapsed().as_secs_f64();
    let done = child.wait_with_output()?;
    if !done.status.success() {
        println!("{args:?} failed: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok((seconds, most))
}

fn main() -> std::io::Result<()> {
    let many = std::env::var("RANSOMTRAIL_ADDRESSES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000_u32);
    let mut chain = FakeChain::new(Network::Regtest);
    let addresses: Vec<_> = (0..many).map(|n| chain.address(Kind::P2wpkh, 2_000_000 + n)).collect();
    for paid in addresses.iter().step_by(10).collect::<Vec<_>>().chunks(20) {
        chain.pay_many(&paid.iter().map(|address| (*address, 50_000)).collect::<Vec<_>>());
    }
    chain.mine();
    let folder = TempDir::new()?;
    let config = folder.path().join("config/ransomtrail");
    std::fs::create_dir_all(config.join("families"))?;
    std::fs::write(config.join("ransomtrail.toml"), "network = \"regtest\"\n[http]\npace = \"1000/s\"\n")?;
    let list: Vec<String> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
    let family = format!(
        "name = \"many\"\ntitle = \"Many\"\nsummary = \"For the benchmark.\"\nnetwork = \"regtest\"\n\
         [sources.us]\ntitle = \"ourselves\"\n[[addresses]]\nsource = \"us\"\nlist = [{}]\n",
        list.join(", ")
    );
    std::fs::write(config.join("families/many.toml"), family)?;
    let server = FakeExplorer::start(chain);
    let url = server.url();
    println!("{many} addresses, at most 1,000 requests a second");
    println!("{:<34}{:>10}{:>10}{:>10}", "round", "requests", "seconds", "peak MB");
    let round = |name: &str, args: &[&str]| -> std::io::Result<()> {
        let asked = server.asked();
        let (seconds, most) = measure(&folder, args)?;
        let most = most.map_or("unknown".to_owned(), |mb| mb.to_string());
        println!("{name:<34}{:>10}{seconds:>10.2}{most:>10}", server.asked() - asked);
        Ok(())
    };
    let sync = |name: &str, way: &str| round(name, &["sync", "many", "--explorer", &url, "--follow", way]);
    sync("by address, the first", "addresses")?;
    sync("by address, nothing new", "addresses")?;
    sync("by blocks, the first", "blocks")?;
    sync("by blocks, nothing new", "blocks")?;
    if let Ok(mut chain) = server.chain.lock() {
        let address = chain.address(Kind::P2wpkh, 2_000_001);
        chain.pay(&address, 60_000);
        chain.mine();
    }
    sync("by blocks, one block, one payment", "blocks")?;
    if let Ok(mut chain) = server.chain.lock() {
        chain.mine();
    }
    sync("by blocks, one block, nothing in it", "blocks")?;
    round("status", &["status"])?;
    round("summary", &["summary", "many"])
}
