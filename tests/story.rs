//! A story on a chain, told by a fake explorer, and the program that watches its two addresses.

use bitcoin::{Network, OutPoint, Txid};

use crate::support::{FakeChain, FakeExplorer, Kind};
use crate::trial::{Ran, Trial, dump, views};

pub const NAMES: [Kind; 2] = [Kind::P2pkh, Kind::P2wpkh];

/// Seventy payments to one address and three to the other, one that pays both, one that waits, one withdrawal.
pub fn story() -> FakeChain {
    let mut chain = FakeChain::new(Network::Regtest);
    let [first, second] = NAMES.map(|kind| chain.address(kind, 1));
    let mut paid: Vec<Txid> = Vec::new();
    for n in 0..70 {
        paid.push(chain.pay(&first, 100_000 + n));
        if n % 9 == 8 {
            chain.mine();
        }
    }
    for n in 0..3 {
        chain.pay(&second, 5_000_000 + n);
    }
    chain.pay_many(&[(&first, 700_000), (&second, 800_000)]);
    chain.mine();
    let away = chain.address(Kind::P2sh, 9);
    let inputs: Vec<OutPoint> = paid.iter().take(40).map(|txid| OutPoint::new(*txid, 0)).collect();
    chain.spend(&inputs, &[(&away, 3_900_000), (&first, 50_000)]);
    chain.mine();
    chain.pay(&first, 123_456);
    chain
}

/// A trial with the story's two addresses on the watch list and a configuration that does not wait.
pub fn trial(chain: &FakeChain) -> Trial {
    let trial = Trial::new();
    configure(&trial, "");
    let list: Vec<String> = NAMES.iter().map(|kind| format!("\"{}\"", chain.address(*kind, 1))).collect();
    trial.write(
        "config/ransomtrail/families/story.toml",
        &format!(
            "name = \"story\"\ntitle = \"Story\"\nsummary = \"For tests.\"\nnetwork = \"regtest\"\n\
             [sources.us]\ntitle = \"ourselves\"\n[[addresses]]\nsource = \"us\"\nlist = [{}]\n",
            list.join(", ")
        ),
    );
    trial
}

pub fn configure(trial: &Trial, explorers: &str) {
    let http = "[http]\nbackoff = \"1ms\"\nmax_wait = \"5ms\"\nretries = 3\ntimeout = \"5s\"\npace = \"1000/s\"\n";
    trial.write("config/ransomtrail/ransomtrail.toml", &format!("network = \"regtest\"\n{http}{explorers}"));
}

/// An `[[explorer]]` block.
pub fn block(name: &str, url: &str) -> String {
    format!("[[explorer]]\nname = \"{name}\"\nurl = \"{url}\"\n")
}

pub fn sync(trial: &Trial, server: &FakeExplorer) -> Ran {
    trial.run(&["sync", "story", "--explorer", &server.url()])
}

/// What the public views show after one clean pass over the chain.
pub fn clean_views(chain: FakeChain) -> Vec<String> {
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    views(&trial)
}

/// The ledger that one clean pass over the chain makes.
pub fn clean(chain: FakeChain) -> Vec<String> {
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let ran = sync(&trial, &server);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    dump(&trial)
}
