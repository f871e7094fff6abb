//! A tampered answer never becomes a figure: each amount and each script that a server tells of, changed in turn.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bitcoin::consensus::{deserialize, serialize};
use bitcoin::hex::FromHex;
use bitcoin::{Amount, Block, Network, OutPoint};
use ransomtrail::domain::Follow;
use ransomtrail::store::Store;

use crate::dialects::{Speaker, services};
use crate::live::{configure, trial};
use crate::support::services::service;
use crate::support::{Answer, FakeChain, FakeExplorer, Kind, tamper};
use crate::world::{Plan, World, held, watched};

/// Payments to one and to both, a withdrawal with change, and one that waits: eleven outputs.
fn chain() -> FakeChain {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = watched(&chain);
    let away = chain.address(Kind::P2sh, 9);
    let paid = chain.pay_many(&[(&away, 4_000), (&first, 50_000), (&second, 7_000)]);
    chain.mine();
    chain.pay(&second, 33_000);
    chain.spend(&[OutPoint::new(paid, 1)], &[(&away, 30_000), (&first, 15_000)]);
    chain.mine();
    chain.pay_many(&[(&away, 1_000), (&first, 2_000)]);
    chain
}

/// What is changed: an amount, or a byte of a script and so the address.
#[derive(Clone, Copy, Debug)]
enum What {
    Amount,
    Script,
}

/// Changes the output number `n` of those that an answer tells of, whatever the answer; false where it tells of fewer.
type Lie = fn(&mut Answer, usize, What) -> bool;

fn in_json(answer: &mut Answer, n: usize, what: What) -> bool {
    match what {
        What::Amount => tamper::amount_at(answer, n),
        What::Script => tamper::script_at(answer, n),
    }
}

/// In a whole block as bytes, or in hex as blockchain.info gives it.
fn in_block(answer: &mut Answer, n: usize, what: What) -> bool {
    let unpacked = std::str::from_utf8(&answer.body).ok().and_then(|text| Vec::<u8>::from_hex(text).ok());
    let hex = unpacked.is_some();
    let bytes = unpacked.unwrap_or_else(|| answer.body.clone());
    let Ok(mut block) = deserialize::<Block>(&bytes) else { return false };
    let Some(output) = block.txdata.iter_mut().flat_map(|tx| &mut tx.output).nth(n) else { return false };
    match what {
        What::Amount => output.value += Amount::ONE_SAT,
        What::Script => {
            let mut script = output.script_pubkey.to_bytes();
            script[5] ^= 1;
            output.script_pubkey = script.into();
        }
    }
    let bytes = serialize(&block);
    answer.body = if hex { bytes.iter().map(|b| format!("{b:02x}")).collect::<String>().into_bytes() } else { bytes };
    true
}

/// A server that lies in each answer whose path holds `part`, and looks at every request into the ledger that is being made:
/// nothing false is there, not even for a moment. Its word whether it lied, and what it saw.
struct Liar {
    lied: Arc<Mutex<bool>>,
    saw: Arc<Mutex<BTreeSet<String>>>,
    db: Arc<Mutex<PathBuf>>,
    server: FakeExplorer,
}

fn liar(honest: Speaker, part: &'static str, lie: Lie, n: usize, what: What) -> Liar {
    let (lied, saw) = (Arc::new(Mutex::new(false)), Arc::new(Mutex::new(BTreeSet::new())));
    let db = Arc::new(Mutex::new(PathBuf::new()));
    let server = {
        let (lied, saw, db) = (lied.clone(), saw.clone(), db.clone());
        FakeExplorer::speaking(chain(), move |chain, path| {
            let mut answer = honest(chain, path);
            if path.contains(part) && answer.status == 200 && lie(&mut answer, n, what) {
                *lied.lock().unwrap() = true;
            }
            let db = db.lock().unwrap();
            if db.exists() {
                saw.lock().unwrap().extend(held(&db));
            }
            answer
        })
    };
    Liar { lied, saw, db, server }
}

#[test]
fn in_a_page_no_amount_and_no_address_can_be_changed() {
    for (place, (dialect, speaker)) in services().into_iter().enumerate() {
        for part in service(dialect.name()).tells {
            let mut lies = 0;
            for what in [What::Amount, What::Script] {
                for n in 0.. {
                    let Liar { lied, saw, db, server } = liar(speaker, part, in_json, n, what);
                    let world = World::with(server.chain.clone(), vec![(dialect, server)]);
                    *db.lock().unwrap() = world.db();
                    let name = format!("{} {part}: {what:?} {n}", dialect.name());
                    let plan = Plan::by(0, Follow::Addresses);
                    let made = world.round(&plan).unwrap();
                    if !*lied.lock().unwrap() {
                        break;
                    }
                    lies += 1;
                    world.check(&name);
                    let never: Vec<String> = saw.lock().unwrap().difference(&world.truth()).cloned().collect();
                    assert!(never.is_empty(), "{name}: for a moment there was {never:?}");
                    assert!(!made.refused.is_empty() && !made.is_whole(), "{name}: {made:?}");
                    let store = Store::open(&world.db()).unwrap();
                    let incidents = store.incidents().unwrap();
                    assert!(!incidents.is_empty(), "{name}");
                    for incident in incidents {
                        let kind = incident.kind.name();
                        assert!(["wrong-content", "contradiction"].contains(&kind), "{name}: {incident:?}");
                        assert!(store.kept_answer(&incident.sha256).unwrap().is_some(), "{name}: {incident:?}");
                    }
                    drop(store);
                    // An honest one makes it whole.
                    let honest = World::new(chain());
                    assert!(honest.round_into(&world.db(), &Plan::by(place, Follow::Addresses)).unwrap().is_whole());
                    assert_eq!(world.held(), world.truth(), "{name}");
                }
            }
            assert!(lies >= 4, "{} {part}: {lies}", dialect.name());
        }
    }
}

#[test]
fn in_a_block_no_amount_and_no_address_can_be_changed() {
    for (dialect, speaker) in services() {
        let Some(part) = service(dialect.name()).block else { continue };
        for what in [What::Amount, What::Script] {
            for n in 0.. {
                let Liar { lied, saw, db, server } = liar(speaker, part, in_block, n, what);
                let world = World::with(server.chain.clone(), vec![(dialect, server)]);
                *db.lock().unwrap() = world.db();
                let name = format!("{}: {what:?} {n}", dialect.name());
                let plan = Plan::by(0, Follow::Blocks);
                // An honest one begins; then there is a block to read.
                let honest = World::new(chain());
                assert!(honest.round_into(&world.db(), &Plan::by(0, Follow::Blocks)).unwrap().is_whole(), "{name}");
                let before = world.held();
                world.chain.lock().unwrap().mine();
                let made = world.round(&plan).unwrap();
                if !*lied.lock().unwrap() {
                    break;
                }
                let told = made.warnings.iter().any(|warning| warning.contains("refused"));
                assert!(told && !made.is_whole() && made.blocks == 0, "{name}: {made:?}");
                assert_eq!(world.held(), before, "{name}");
                let never: Vec<String> = saw.lock().unwrap().difference(&before).cloned().collect();
                assert!(never.is_empty(), "{name}: for a moment there was {never:?}");
                let store = Store::open(&world.db()).unwrap();
                let incident = store.incidents().unwrap().remove(0);
                assert_eq!(incident.kind.name(), "bad-block", "{name}");
                assert!(store.kept_answer(&incident.sha256).unwrap().is_some(), "{name}");
                // The coinbase's two outputs, and those of what waited.
                assert!(n < 4, "{name}: the block has no such output");
            }
        }
    }
}

/// The same as the user sees it.
#[test]
fn who_was_lied_to_is_told_and_can_read_the_answer() {
    for (dialect, speaker) in services() {
        let server = liar(speaker, service(dialect.name()).tells[0], in_json, 3, What::Amount).server;
        let trial = trial(&chain());
        let one =
            format!("[[explorer]]\nname = \"one\"\ndialect = \"{}\"\nurl = \"{}\"\n", dialect.name(), server.url());
        configure(&trial, &one);
        let ran = trial.run(&["sync", "story"]);
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("one: transaction ") && ran.err.contains("its content hashes to"), "{}", ran.err);
        assert!(ran.out.contains("NOT reconciled"), "{}", ran.out);
        let listed = trial.ok(&["incidents"]);
        assert!(listed.contains("wrong-content") && listed.contains("one"), "{listed}");
        let json = trial.json(&["incidents"]);
        let answer = trial.ok(&["incidents", "--answer", &json[0]["id"].to_string()]);
        assert!(answer.contains(json[0]["txid"].as_str().unwrap()), "{}: {answer}", dialect.name());
        assert!(trial.ok(&["summary", "story"]).contains("NOT reconciled"));
    }
}
