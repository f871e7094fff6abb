//! What a round costs in which nothing happened.

use bitcoin::Network;

use crate::live::configure;
use crate::support::{FakeChain, FakeExplorer, Kind};
use crate::trial::Trial;

/// Watched addresses.
const MANY: u32 = 300;

#[test]
fn a_quiet_round_costs_one_request_an_address_or_one_in_all() {
    let mut chain = FakeChain::new(Network::Regtest);
    let addresses: Vec<_> = (0..MANY).map(|n| chain.address(Kind::P2wpkh, 500 + n)).collect();
    for address in addresses.iter().step_by(10) {
        chain.pay(address, 5_000);
    }
    chain.mine();
    let trial = Trial::new();
    configure(&trial, "");
    let list: Vec<String> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
    trial.write(
        "config/ransomtrail/families/many.toml",
        &format!(
            "name = \"many\"\ntitle = \"Many\"\nsummary = \"For tests.\"\nnetwork = \"regtest\"\n\
             [sources.us]\ntitle = \"ourselves\"\n[[addresses]]\nsource = \"us\"\nlist = [{}]\n",
            list.join(", ")
        ),
    );
    let server = FakeExplorer::start(chain);
    let round = |way: &str| {
        let asked = server.asked();
        let ran = trial.run(&["sync", "--explorer", &server.url(), "--follow", way]);
        assert_eq!(ran.code, 0, "{way}: {}{}", ran.out, ran.err);
        server.requests().split_off(asked)
    };
    let many = MANY as usize;
    let first = round("addresses");
    // The chain is asked for before (three) and after each address of which something was read, and that in a page.
    assert_eq!(first.len(), 3 + many + many / 10 * 2, "{first:?}");
    let quiet = round("addresses");
    assert_eq!(quiet.iter().filter(|path| path.starts_with("address/")).count(), many);
    // The genesis block, the newest and its height, and the ledger's newest block, once.
    assert_eq!(quiet.len(), many + 4, "{quiet:?}");

    let begins = round("blocks");
    assert_eq!(begins.len(), 7 + 4 + many, "{begins:?}");
    assert_eq!(round("blocks"), ["blocks/tip/hash"]);
    server.chain.lock().unwrap().mine();
    assert_eq!(round("blocks").len(), 3, "the newest block's hash, its height, its bytes");
    assert_eq!(round("auto").len(), 2, "whether it pays, and whether there is a block");
}
