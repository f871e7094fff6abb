//! `kill -9` at two hundred random moments of a running sync: what is in the file is sound after each, and at the end it is
//! what one clean pass makes: nothing is lost, and nothing is there twice.

use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use bitcoin::{Network, OutPoint};
use ransomtrail::store::Store;

use crate::story::{clean_views, trial};
use crate::support::blocks::Dice;
use crate::support::{FakeChain, FakeExplorer, Kind};
use crate::trial::{Trial, views};

/// Databases a way of following, and kills of rounds into each.
const DATABASES: u64 = 4;
const KILLS: usize = 25;

/// Forty payments to one address, some to the other, and nothing that waits.
fn chain() -> FakeChain {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    for n in 0..40 {
        chain.pay(&first, 100_000 + n);
        if n % 8 == 7 {
            chain.pay(&second, 70_000 + n);
            chain.mine();
        }
    }
    chain
}

/// Payments, a withdrawal and a few blocks; sometimes a reorganisation.
fn go_on(chain: &mut FakeChain, dice: &mut Dice) {
    let [first, second] = [Kind::P2pkh, Kind::P2wpkh].map(|kind| chain.address(kind, 1));
    let away = chain.address(Kind::P2sh, 9);
    if dice.below(4) == 0 {
        let depth = 1 + dice.below(3);
        chain.disconnect(depth as usize);
        for _ in 0..depth {
            chain.mine_only(&[], chain.tip().header.time + 660);
        }
        chain.mine();
    }
    for _ in 0..=dice.below(3) {
        let paid = chain.pay_many(&[(&first, 1_000_000 + dice.below(1_000)), (&second, 4_000)]);
        chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 900_000), (&second, 50_000)]);
        chain.mine();
    }
}

/// Starts a round and kills it at a moment that the dice choose: so many requests, and a moment more. False where the round
/// was over before.
fn kill_one(trial: &Trial, server: &FakeExplorer, way: &str, dice: &mut Dice) -> bool {
    let asked = server.asked();
    let moment = asked + dice.below(16) as usize;
    let more = Duration::from_micros(dice.below(3_000));
    let args = ["sync", "story", "--explorer", &server.url(), "--follow", way];
    let mut child = trial.process(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while server.asked() < moment && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    // Nobody ever says anything here: it is a clock.
    let (_says, hears) = mpsc::channel::<()>();
    let _ = hears.recv_timeout(more);
    let over = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    !over
}

fn killed_at_random_moments(way: &str) {
    let mut kills = 0;
    for seed in 0..DATABASES {
        let mut dice = Dice(seed + 0x6b69_6c6c);
        let trial = trial(&chain());
        let server = FakeExplorer::start(chain());
        let mut here = 0;
        for round in 0.. {
            assert!(round < 20 * KILLS, "{way}: rounds are over before they can be killed");
            if here == KILLS {
                break;
            }
            if dice.below(2) == 0 {
                go_on(&mut server.chain.lock().unwrap(), &mut dice);
            }
            here += usize::from(kill_one(&trial, &server, way, &mut dice));
            // A kill may come before there is a file.
            if trial.path("test.db").exists() {
                Store::open(&trial.path("test.db")).unwrap().check().unwrap();
            }
        }
        kills += here;
        let clean = clean_views(server.chain.lock().unwrap().clone());
        // A round by the same way, and one that asks about everything.
        for way in [way, "addresses"] {
            let ran = trial.run(&["sync", "story", "--explorer", &server.url(), "--follow", way]);
            assert_eq!(ran.code, 0, "{way}, seed {seed}: {}{}", ran.out, ran.err);
            assert_eq!(views(&trial), clean, "{way}, seed {seed}");
        }
    }
    assert_eq!(kills, KILLS * DATABASES as usize);
}

#[test]
fn a_hundred_kills_of_rounds_by_address() {
    killed_at_random_moments("addresses");
}

#[test]
fn a_hundred_kills_of_rounds_by_blocks() {
    killed_at_random_moments("blocks");
}
