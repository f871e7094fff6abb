//! Every trouble that an explorer can make, in each dialect and by blocks: what the user is told, and what is in the database
//! when it is over.

use bitcoin::{Network, OutPoint};
use ransomtrail::explorer::Dialect;

use crate::dialects::{Speaker, services};
use crate::live::{clean_views, configure, story, trial};
use crate::support::{Answer, FakeChain, FakeExplorer, Kind, Trouble};
use crate::trial::{Ran, Trial, views};
use crate::world::{confirmed, differences, evict, held, present, watched};

/// A way to follow the chain: through one dialect by address, or by blocks.
#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    dialect: &'static dyn Dialect,
    speaker: Speaker,
    blocks: bool,
}

fn ways() -> Vec<Way> {
    let by_address = |(dialect, speaker): (&'static dyn Dialect, Speaker)| Way {
        name: dialect.name(),
        dialect,
        speaker,
        blocks: false,
    };
    let mut ways: Vec<Way> = services().into_iter().map(by_address).collect();
    ways.push(Way { name: "blocks", blocks: true, ..ways[0] });
    ways
}

/// A database on the way, and the server that it is filled from.
struct Setting {
    way: Way,
    trial: Trial,
    server: FakeExplorer,
}

impl Setting {
    fn new(way: Way, chain: FakeChain) -> Self {
        let trial = trial(&chain);
        let server = FakeExplorer::speaking(chain, way.speaker);
        let (dialect, url) = (way.dialect.name(), server.url());
        configure(&trial, &format!("[[explorer]]\nname = \"one\"\ndialect = \"{dialect}\"\nurl = \"{url}\"\n"));
        Self { way, trial, server }
    }

    /// There is something to be read: everything, or by blocks the last of them.
    fn begun(way: Way, chain: FakeChain) -> Self {
        if !way.blocks {
            return Self::new(way, chain);
        }
        let mut before = chain.clone();
        before.disconnect(2);
        let waiting: Vec<_> = before.txs.iter().map(|tx| tx.txid).collect();
        for txid in waiting {
            if before.tx(&txid).unwrap().place == crate::support::chain::Place::Mempool {
                before.evict(&txid);
            }
        }
        let setting = Self::new(way, before);
        assert_eq!(setting.sync().code, 0);
        *setting.server.chain.lock().unwrap() = chain;
        setting
    }

    fn sync(&self) -> Ran {
        let follow = if self.way.blocks { "blocks" } else { "addresses" };
        self.trial.run(&["sync", "story", "--follow", follow])
    }

    /// A quiet round, and the database is that of one clean pass.
    fn ends_well(&self, what: &str) {
        self.server.calm();
        let ran = self.sync();
        assert_eq!(ran.code, 0, "{what}: {}{}", ran.out, ran.err);
        assert_eq!(views(&self.trial), clean_views(self.server.chain.lock().unwrap().clone()), "{what}");
    }

    /// What is confirmed is what the chain says; by address also what waits.
    fn is_true(&self, what: &str) {
        let (held, truth) = (held(&self.trial.path("test.db")), present(&self.server.chain.lock().unwrap()));
        let wrong = match self.way.blocks {
            true => differences(&confirmed(&held), &confirmed(&truth)),
            false => differences(&held, &truth),
        };
        assert!(wrong.is_empty(), "{what}: {wrong:#?}");
    }
}

/// Thirteen blocks; a payment in each, a withdrawal, and in the end one that waits.
fn chain() -> FakeChain {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = watched(&chain);
    let away = chain.address(Kind::P2sh, 9);
    for n in 0..13 {
        let paid = chain.pay_many(&[(&first, 100_000 + n), (&second, 7_000 + n)]);
        if n % 5 == 4 {
            let spent = chain.spend(&[OutPoint::new(paid, 0)], &[(&away, 80_000), (&second, 10_000)]);
            chain.spend(&[OutPoint::new(spent, 1)], &[(&first, 9_000)]);
        }
        chain.mine();
    }
    chain.pay(&first, 55_555);
    chain
}

fn too_many(html: bool, retry_after: Option<&str>) -> Trouble {
    let answer = match html {
        true => Answer::html(429, "429 Too Many Requests"),
        false => Answer { status: 429, ..Answer::json(&serde_json::json!({ "error": "Limits reached" })) },
    };
    Trouble::Answer(match retry_after {
        Some(seconds) => answer.with("retry-after", seconds),
        None => answer,
    })
}

/// Troubles of the transport, and what is said when they do not pass.
fn troubles() -> Vec<(&'static str, Trouble, &'static str)> {
    vec![
        ("429 as a page", too_many(true, None), "answered 429"),
        ("429 as JSON", too_many(false, None), "answered 429"),
        ("429 as a page with Retry-After", too_many(true, Some("0")), "429 Too Many Requests"),
        ("429 as JSON with Retry-After", too_many(false, Some("0")), "Limits reached"),
        ("500", Trouble::server_error(), "answered 500"),
        ("half a body", Trouble::CutBody, "cannot be reached"),
        ("closed", Trouble::Close, "cannot be reached"),
    ]
}

/// Troubles that no further try mends, and what is said.
fn lasting() -> Vec<(&'static str, Trouble, &'static str)> {
    vec![
        ("429 for an hour", too_many(true, Some("3600")), "answered 429"),
        ("429 for an hour as JSON", too_many(false, Some("3600")), "answered 429"),
        ("gzip bomb", Trouble::GzipBomb(40_000_000), "sent more than 33554432 bytes"),
        ("web page", Trouble::html(), "cannot be read"),
        ("garbage", Trouble::garbage(), "cannot be read"),
        ("not there", Trouble::Answer(Answer::text(404, "not found")), "404"),
    ]
}

fn every_way(test: impl Fn(Way)) {
    ways().into_iter().for_each(test);
}

#[test]
fn troubles_that_pass_are_counted_and_change_nothing() {
    every_way(|way| {
        for (what, trouble, _) in troubles() {
            let what = format!("{}: {what}", way.name);
            let setting = Setting::begun(way, chain());
            let asked = setting.server.asked();
            // Alone, and twice in a row: each is tried four times.
            for n in [0, 2, 5, 6] {
                setting.server.script_at(asked + n, trouble.clone());
            }
            let ran = setting.sync();
            assert_eq!(ran.code, 0, "{what}: {}{}", ran.out, ran.err);
            assert_eq!(views(&setting.trial), clean_views(chain()), "{what}");
            setting.is_true(&what);
            let status: serde_json::Value =
                serde_json::from_str(&setting.trial.run(&["status", "--json"]).out).unwrap();
            let one = &status["explorers"][0];
            let failed = one["refusals"].as_u64().unwrap() + one["failures"].as_u64().unwrap();
            assert_eq!((failed, &status["ok"]), (4, &true.into()), "{what}: {one}");
        }
    });
}

#[test]
fn troubles_that_stay_are_told_and_the_next_quiet_round_is_whole() {
    every_way(|way| {
        for (what, trouble, told) in troubles().into_iter().chain(lasting()) {
            let what = format!("{}: {what}", way.name);
            let setting = Setting::begun(way, chain());
            let before = setting.trial.path("test.db").exists().then(|| held(&setting.trial.path("test.db")));
            // The first answers are right.
            let asked = setting.server.asked();
            (0..400).for_each(|n| setting.server.script_at(asked + 3 + n, trouble.clone()));
            let ran = setting.sync();
            assert_eq!(ran.code, 1, "{what}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains(told) && ran.err.contains("nothing was lost"), "{what}: {}", ran.err);
            let held = held(&setting.trial.path("test.db"));
            assert!(before.is_none_or(|before| before.is_subset(&held)), "{what}: something was lost");
            assert!(held.is_subset(&present(&chain())), "{what}: {held:?}");
            let status = setting.trial.run(&["status"]);
            assert!(status.code == 1 && !status.out.contains("all is well"), "{what}: {}", status.out);
            setting.ends_well(&what);
        }
    });
}

#[test]
fn a_page_that_is_missing_is_told_and_read_later() {
    for (way, page) in ways().into_iter().zip(["/txs/chain/", "offset=10", "before=", "/raw"]) {
        let setting = Setting::begun(way, story());
        setting.server.script_on(page, 1_000, Trouble::Answer(Answer::text(404, "no such page")));
        let ran = setting.sync();
        assert_eq!(ran.code, 1, "{}: {}{}", way.name, ran.out, ran.err);
        assert!(ran.err.contains("answered 404") && ran.err.contains("no such page"), "{}: {}", way.name, ran.err);
        setting.ends_well(way.name);
        setting.is_true(way.name);
    }
}

/// What happens on a chain, and what is said of it by address and by blocks.
struct Turn {
    what: &'static str,
    happens: fn(&mut FakeChain),
    by_address: &'static str,
    by_blocks: &'static str,
}

fn waiting(chain: &FakeChain) -> bitcoin::Txid {
    chain.waiting(&watched(chain)[0].script_pubkey())[0].txid
}

/// The newest blocks are replaced by one more, and what they held comes back in the last of these.
fn reorganise(chain: &mut FakeChain, depth: usize) {
    chain.disconnect(depth);
    for _ in 0..depth {
        chain.mine_only(&[], chain.tip().header.time + 660);
    }
    chain.mine();
}

static TURNS: &[Turn] = &[
    Turn {
        what: "a payment is replaced by a larger one",
        happens: |chain| {
            let first = watched(chain)[0].clone();
            chain.replace(&waiting(chain), &[(&first, 66_666)]);
        },
        by_address: "1 transaction of the ledger no longer known to one",
        by_blocks: "0 blocks read",
    },
    Turn {
        what: "a payment is replaced by one of the same amount",
        happens: |chain| {
            let (first, away) = (watched(chain)[0].clone(), chain.address(Kind::P2sh, 9));
            chain.replace(&waiting(chain), &[(&first, 55_555), (&away, 1)]);
        },
        by_address: "1 transaction of the ledger no longer known to one",
        by_blocks: "0 blocks read",
    },
    Turn {
        what: "a payment is replaced by one of the same amount, which is mined",
        happens: |chain| {
            let (first, away) = (watched(chain)[0].clone(), chain.address(Kind::P2sh, 9));
            chain.replace(&waiting(chain), &[(&first, 55_555), (&away, 1)]);
            chain.mine();
        },
        by_address: "1 transaction of the ledger no longer known to one",
        by_blocks: "1 block read",
    },
    Turn {
        what: "what waited is mined",
        happens: |chain| {
            chain.mine();
        },
        by_address: "2 addresses asked, 1 unchanged",
        by_blocks: "1 block read",
    },
    Turn {
        what: "a payment is evicted",
        happens: |chain| {
            let lost = waiting(chain);
            chain.evict(&lost);
        },
        by_address: "1 transaction of the ledger no longer known to one",
        by_blocks: "0 blocks read",
    },
    Turn {
        what: "a payment is evicted, and still told of when asked for",
        happens: |chain| {
            let lost = waiting(chain);
            chain.make_ghost(&lost);
        },
        by_address: "1 transaction of the ledger no longer known to one",
        by_blocks: "0 blocks read",
    },
    Turn {
        what: "a reorganisation",
        happens: |chain| reorganise(chain, 2),
        by_address: "every ledger equals the explorer's totals",
        by_blocks: "",
    },
    Turn {
        what: "one deeper than six blocks",
        happens: |chain| reorganise(chain, 9),
        by_address: "every ledger equals the explorer's totals",
        by_blocks: "",
    },
    Turn {
        what: "one that loses a payment and what spent it",
        happens: |chain| {
            chain.disconnect(10);
            let first = watched(chain)[0].clone();
            let lost = chain.txs.iter().find(|tx| tx.txid == chain_child(chain, &first)).unwrap().txid;
            evict(chain, &lost);
            for _ in 0..11 {
                chain.mine();
            }
        },
        by_address: "no longer known to one",
        by_blocks: "",
    },
];

/// A waiting transaction of the address that another one spends.
fn chain_child(chain: &FakeChain, address: &bitcoin::Address) -> bitcoin::Txid {
    let waiting = chain.waiting(&address.script_pubkey());
    let spent = waiting.into_iter().find(|tx| chain.spender(&OutPoint::new(tx.txid, 0)).is_some());
    spent.expect("a payment that is spent").txid
}

#[test]
fn what_happens_on_the_chain_is_seen_and_said() {
    every_way(|way| {
        for turn in TURNS {
            let what = format!("{}: {}", way.name, turn.what);
            let setting = Setting::begun(way, chain());
            assert_eq!(setting.sync().code, 0, "{what}");
            (turn.happens)(&mut setting.server.chain.lock().unwrap());
            let ran = setting.sync();
            assert_eq!(ran.code, 0, "{what}: {}{}", ran.out, ran.err);
            let told = if way.blocks { turn.by_blocks } else { turn.by_address };
            assert!(ran.out.contains(told), "{what}: {}{}", ran.out, ran.err);
            setting.is_true(&what);
            setting.ends_well(&what);
        }
    });
}

#[test]
fn blocks_are_replaced_between_any_two_requests() {
    every_way(|way| {
        let requests = {
            let setting = Setting::begun(way, chain());
            let asked = setting.server.asked();
            setting.sync();
            setting.server.asked() - asked
        };
        for n in (0..requests).step_by(requests.div_ceil(4)) {
            let what = format!("{}: before request {n}", way.name);
            let setting = Setting::begun(way, chain());
            let asked = setting.server.asked();
            setting.server.before(asked + n, |chain| reorganise(chain, 7));
            let ran = setting.sync();
            // Whoever is overtaken may say so.
            assert!(ran.code <= 1 && !ran.err.contains("panicked"), "{what}: {}{}", ran.out, ran.err);
            setting.ends_well(&what);
            setting.is_true(&what);
        }
    });
}
