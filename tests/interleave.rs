//! Whatever happens, in whatever order: on the chain, on the network, to the process. After quiet rounds the ledger is the
//! one that a single clean pass makes.
//!
//! `PROPTEST_CASES` makes it search longer.

use bitcoin::{Network, OutPoint, Txid};
use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::Index;
use ransomtrail::domain::Follow;

use crate::support::chain::Place;
use crate::support::{FakeChain, Kind, Trouble};
use crate::trial::views_of;
use crate::world::{Plan, World, confirmed, differences, evict, unspent, watched};

/// What happens on the chain.
#[derive(Clone, Debug)]
enum Event {
    Pay(usize, u64),
    /// So many payments to one address: more than a page.
    Burst(usize),
    PayBoth,
    Spend(Index, bool),
    /// Spends of what waits, one from the other.
    Chain(Index, usize),
    Mine,
    MineSome(Index),
    /// So many blocks are replaced; the waiting transactions come back in another block, all, half or none of them, and one
    /// may not come back at all.
    Reorganise(usize, usize, Option<Index>),
    /// A waiting transaction is replaced; the sums may stay what they were.
    Replace(Index, bool),
    Evict(Index),
    Ghost(Index),
}

/// What happens to us.
#[derive(Clone, Debug)]
enum Step {
    On(Event),
    Round(Plan, Option<(usize, Trouble)>, Option<(usize, Event)>),
    /// So long that everything is due again.
    Fortnight,
}

fn waiting(chain: &FakeChain) -> Vec<Txid> {
    chain.txs.iter().filter(|tx| tx.place == Place::Mempool).map(|tx| tx.txid).collect()
}

fn pick<T: Clone>(from: &[T], which: &Index) -> Option<T> {
    (!from.is_empty()).then(|| which.get(from).clone())
}

fn happen(chain: &mut FakeChain, event: &Event) {
    let addresses = watched(chain);
    let away = chain.address(Kind::P2sh, 9);
    // Makes each transaction another one.
    let serial = chain.txs.len() as u64;
    match event {
        Event::Pay(to, sats) => {
            chain.pay(&addresses[to % 2], *sats);
        }
        Event::Burst(to) => {
            for n in 0..28 {
                chain.pay(&addresses[to % 2], 2_000 + n);
            }
        }
        Event::PayBoth => {
            chain.pay_many(&[(&addresses[0], 3_000 + serial), (&away, 9), (&addresses[1], 4_000)]);
        }
        Event::Spend(which, back) => {
            if let Some((output, sats)) = pick(&unspent(chain), which) {
                let mut outputs = vec![(&away, sats / 2 + serial)];
                if *back {
                    outputs.push((&addresses[1], sats / 4));
                }
                chain.spend(&[output], &outputs);
            }
        }
        Event::Chain(which, length) => {
            let Some((mut output, mut sats)) = pick(&unspent(chain), which) else { return };
            for n in 0..*length {
                sats = sats * 2 / 3;
                let next = chain.spend(&[output], &[(&addresses[n % 2], sats), (&away, serial + n as u64)]);
                output = OutPoint::new(next, 0);
            }
        }
        Event::Mine => {
            chain.mine();
        }
        Event::MineSome(which) => {
            let waiting = waiting(chain);
            let time = chain.tip().header.time + 600;
            // Parents come before their children in the list.
            chain.mine_only(&waiting[..which.index(waiting.len() + 1)], time);
        }
        Event::Reorganise(depth, how, lost) => {
            let depth = (*depth).min(chain.blocks.len() - 1);
            chain.disconnect(depth);
            if let Some(lost) = lost.as_ref().and_then(|lost| pick(&waiting(chain), lost)) {
                evict(chain, &lost);
            }
            for n in 0..=depth {
                let waiting = waiting(chain);
                let some = match (how % 4, n) {
                    (0, 0) | (1, _) => waiting.len(),
                    (2, _) => waiting.len() / 2,
                    _ => 0,
                };
                let time = chain.tip().header.time + if how % 2 == 0 { 600 } else { 660 };
                chain.mine_only(&waiting[..some], time);
            }
        }
        Event::Replace(which, same) => {
            let Some(old) = pick(&waiting(chain), which) else { return };
            let of: Vec<_> =
                addresses.iter().map(|a| (a, chain.tx(&old).unwrap().funded(&a.script_pubkey()).0)).collect();
            let mut outputs: Vec<_> = of.into_iter().filter(|(_, sats)| *sats > 0).collect();
            if !same && let Some(first) = outputs.first_mut() {
                first.1 += 7;
            }
            outputs.push((&away, 546 + serial));
            evict(chain, &old);
            chain.replace(&old, &outputs);
        }
        Event::Evict(which) => {
            if let Some(lost) = pick(&waiting(chain), which) {
                evict(chain, &lost);
            }
        }
        Event::Ghost(which) => {
            if let Some(lost) = pick(&waiting(chain), which) {
                evict(chain, &lost);
                chain.make_ghost(&lost);
            }
        }
    }
}

/// Makes the steps, looking at the ledger after each; then quiet rounds, and the ledger is what the chain says.
fn live(steps: &[Step], last: usize) {
    let mut chain = FakeChain::new(Network::Regtest);
    let first = watched(&chain)[0].clone();
    for n in 0..3 {
        chain.pay(&first, 10_000 + n);
        chain.mine();
    }
    let world = World::new(chain);
    for (n, step) in steps.iter().enumerate() {
        match step {
            Step::On(event) => happen(&mut world.chain.lock().unwrap(), event),
            Step::Fortnight => world.wait(TimeDelta::days(14)),
            Step::Round(plan, trouble, event) => {
                let server = world.first(plan);
                let asked = server.asked();
                if let Some((at, trouble)) = trouble {
                    // Twice: the first is met by a second try.
                    server.script_at(asked + at, trouble.clone());
                    server.script_at(asked + at + 1, trouble.clone());
                }
                if let Some((at, event)) = event.clone() {
                    server.before(asked + at, move |chain| happen(chain, &event));
                }
                let made = world.round(plan);
                server.calm();
                let when = format!("after step {n}, {plan:?}, of {steps:#?}");
                world.check(&when);
                // Where nothing went wrong and the round says that it is whole, it is.
                let calm = trouble.is_none() && event.is_none();
                if let Some(made) = made.filter(|made| calm && made.is_whole() && made.failures.is_empty()) {
                    let (held, truth) = (world.held(), world.truth());
                    let wrong = differences(&confirmed(&held), &confirmed(&truth));
                    assert!(wrong.is_empty(), "{wrong:#?}\n{when}");
                    if made.follow == ransomtrail::sync::Followed::Addresses {
                        let wrong = differences(&held, &truth);
                        assert!(wrong.is_empty(), "{wrong:#?}\n{when}");
                    }
                }
            }
        }
    }
    quiet(&world, last, &format!("{steps:#?}"));
}

/// Quiet rounds by address until one is whole: the ledger is what the chain says, and what a clean pass makes.
fn quiet(world: &World, last: usize, what: &str) {
    // Esplora servers show no more than fifty that wait; with more, a round is not whole, and says so.
    let crowded = waiting(&world.chain.lock().unwrap()).len() > 45;
    if crowded {
        world.chain.lock().unwrap().mine();
    }
    let plan = Plan::by(last, Follow::Addresses);
    let whole = (0..3).any(|_| world.round(&plan).unwrap().is_whole());
    assert!(whole, "three quiet rounds are not enough: {what}");
    let wrong = differences(&world.held(), &world.truth());
    assert!(wrong.is_empty(), "{wrong:#?}\nasked {last} last: {what}");
    world.check(what);
    let clean = world.db().with_file_name("clean.db");
    assert!(world.round_into(&clean, &Plan::by(0, Follow::Addresses)).unwrap().is_whole());
    assert_eq!(views_of(&world.db()), views_of(&clean), "{what}");
}

fn an_event() -> impl Strategy<Value = Event> {
    let index = any::<Index>;
    prop_oneof![
        3 => (0..2_usize, 1_000..90_000_u64).prop_map(|(to, sats)| Event::Pay(to, sats)),
        1 => (0..2_usize).prop_map(Event::Burst),
        2 => Just(Event::PayBoth),
        2 => (index(), any::<bool>()).prop_map(|(which, back)| Event::Spend(which, back)),
        2 => (index(), 1..5_usize).prop_map(|(which, length)| Event::Chain(which, length)),
        4 => Just(Event::Mine),
        2 => index().prop_map(Event::MineSome),
        4 => (1..13_usize, 0..4_usize, proptest::option::of(index()))
            .prop_map(|(depth, how, lost)| Event::Reorganise(depth, how, lost)),
        2 => (index(), any::<bool>()).prop_map(|(which, same)| Event::Replace(which, same)),
        1 => index().prop_map(Event::Evict),
        1 => index().prop_map(Event::Ghost),
    ]
}

fn a_trouble() -> impl Strategy<Value = Trouble> {
    prop::sample::select(vec![
        Trouble::too_many(),
        Trouble::too_many_for("0"),
        Trouble::server_error(),
        Trouble::html(),
        Trouble::garbage(),
        Trouble::CutBody,
        Trouble::Close,
        Trouble::MissingRow,
        Trouble::TamperedAmount,
        Trouble::TamperedScript,
        Trouble::EmptyPage,
        Trouble::DuplicatedRows,
        Trouble::Reordered,
        Trouble::NegativeBalance,
    ])
}

fn a_plan() -> impl Strategy<Value = Plan> {
    let ways =
        prop::sample::select(vec![Follow::Addresses, Follow::Addresses, Follow::Blocks, Follow::Blocks, Follow::Auto]);
    (ways, 0..3_usize, any::<bool>(), proptest::option::weighted(0.3, 0..24_usize))
        .prop_map(|(follow, first, alone, kill)| Plan { follow, first, alone, kill })
}

fn a_step() -> impl Strategy<Value = Step> {
    let trouble = proptest::option::weighted(0.4, (0..24_usize, a_trouble()));
    let event = proptest::option::weighted(0.3, (0..24_usize, an_event()));
    prop_oneof![
        10 => an_event().prop_map(Step::On),
        8 => (a_plan(), trouble, event).prop_map(|(plan, trouble, event)| Step::Round(plan, trouble, event)),
        1 => Just(Step::Fortnight),
    ]
}

fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(8), max_shrink_iters: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_ends_in_the_ledger_of_a_clean_pass(
        steps in proptest::collection::vec(a_step(), 1..18),
        last in 0..3_usize,
    ) {
        live(&steps, last);
    }
}
