//! One contract for all dialects: whatever API a server speaks, the same chain reads the same.

use std::collections::BTreeSet;
use std::fmt::Debug;

use bitcoin::consensus::encode::deserialize;
use bitcoin::hashes::Hash;
use bitcoin::{BlockHash, Network, OutPoint, TxMerkleNode, TxOut, Txid};
use ransomtrail::domain::{Address, Amount, State, Time, Totals, Tx};
use ransomtrail::explorer::{AskError, Cursor, DIALECTS, Dialect, Explorer, Known, Outspend, dialect};
use ransomtrail::http::{Http, HttpError, HttpOptions};

use crate::support::FakeExplorer;
use crate::support::chain::{FakeChain, FakeTx, Kind, Place};
pub use crate::support::services::Speaker;
use crate::support::services::{SERVICES, service};

const NET: Network = Network::Regtest;
const KINDS: [Kind; 5] = [Kind::P2pkh, Kind::P2sh, Kind::P2wpkh, Kind::P2wsh, Kind::P2tr];

/// Every dialect that a fake server speaks, with that server, in the order of the table. `tests/recorded.rs` holds the others against
/// recorded answers.
pub fn services() -> Vec<(&'static dyn Dialect, Speaker)> {
    let served = |d: &&'static dyn Dialect| Some((*d, SERVICES.iter().find(|s| s.dialect == d.name())?.answer));
    DIALECTS.iter().filter_map(served).collect()
}

/// All kinds of script, more outputs and inputs than fit an answer, coinbases, spends, what waits, and a reorganisation.
fn chain() -> FakeChain {
    let mut chain = FakeChain::new(NET);
    let addresses = KINDS.map(|kind| chain.address(kind, 1));
    let first = &addresses[0];
    let mut paid = Vec::new();
    for n in 0..57 {
        paid.push(chain.pay(first, 10_000 + n));
        if n % 5 == 4 {
            chain.mine();
        }
    }
    for (n, address) in addresses.iter().enumerate() {
        chain.pay(address, 2_000_000 + n as u64);
    }
    let many: Vec<_> = (0..230).map(|n| chain.address(Kind::P2wpkh, 100 + n)).collect();
    let mut outputs: Vec<_> = many.iter().map(|address| (address, 700)).collect();
    outputs.push((first, 900));
    let many = chain.pay_many(&outputs);
    let (bare, _) = chain.bare_key();
    let data = bitcoin::ScriptBuf::new_op_return([7; 20]);
    let odd = [(bare, 40_000), (first.script_pubkey(), 50), (data, 0)];
    chain.pay_scripts(&odd.map(|(script_pubkey, sats)| TxOut { value: Amount::from_sat(sats), script_pubkey }));
    chain.mine();
    // The tip is replaced by two blocks, the first of them empty.
    chain.disconnect(1);
    let time = chain.tip().header.time + 500;
    chain.mine_only(&[], time);
    chain.mine();
    let inputs: Vec<_> = paid.iter().take(45).map(|txid| OutPoint::new(*txid, 0)).collect();
    chain.spend(&inputs, &[(&addresses[4], 400_000), (first, 1_000)]);
    // One output of every kind is spent.
    let each: Vec<_> =
        addresses.iter().skip(1).map(|address| chain.confirmed(&address.script_pubkey())[0].txid).collect();
    let each: Vec<_> = each.into_iter().map(|txid| OutPoint::new(txid, 0)).collect();
    chain.spend(&each, &[(first, 7_000_000)]);
    chain.mine();
    chain.spend(&[OutPoint::new(many, 230), OutPoint::new(paid[50], 0)], &[(&addresses[2], 8_000)]);
    chain.pay(first, 33_333);
    chain
}

fn ask(server: &FakeExplorer, dialect: &'static dyn Dialect) -> Explorer {
    let http = Http::new(HttpOptions { pace: "1000/s".parse().unwrap(), retries: 0, ..HttpOptions::default() });
    let url = server.url().parse().unwrap();
    Explorer::over_http(dialect.name(), dialect, url, http.unwrap(), NET, || Time::UNIX_EPOCH)
}

pub fn ours(address: &bitcoin::Address) -> Address {
    Address::parse(&address.to_string(), NET).unwrap()
}

fn told<T: PartialEq + Debug>(a: &Option<T>, b: &Option<T>, what: &str) {
    if let (Some(a), Some(b)) = (a, b) {
        assert_eq!(a, b, "{what}");
    }
}

/// Where both tell, both tell the same.
pub fn agree(a: &Tx, b: &Tx) {
    assert_eq!((a.txid, a.inputs.len(), a.outputs.len()), (b.txid, b.inputs.len(), b.outputs.len()));
    let at = a.txid;
    let place = |tx: &Tx| tx.state.block().map(|block| (block.height, block.time));
    assert_eq!(place(a), place(b), "{at}");
    told(&a.state.block().map(|b| b.hash), &b.state.block().map(|b| b.hash), "block");
    told(&a.version, &b.version, "version");
    told(&a.lock_time, &b.lock_time, "lock time");
    told(&a.size, &b.size, &format!("size of {}", a.txid));
    for (a, b) in a.inputs.iter().zip(&b.inputs) {
        assert_eq!(a.coinbase, b.coinbase, "{at}");
        told(&a.outpoint(), &b.outpoint(), "outpoint");
        told(&a.address, &b.address, "address of an input");
        told(&a.value, &b.value, "value of an input");
        told(&a.script_sig, &b.script_sig, "script of an input");
        told(&a.witness, &b.witness, "witness");
        told(&a.sequence, &b.sequence, "sequence");
    }
    for (a, b) in a.outputs.iter().zip(&b.outputs) {
        assert_eq!((&a.address, a.value), (&b.address, b.value), "{at}");
        told(&a.script, &b.script, "script");
    }
}

/// The transaction is the one in the chain, to the last byte that is told, and stands where the chain has it.
fn is_true(chain: &FakeChain, tx: &Tx) {
    let fake = chain.tx(&tx.txid).expect("a transaction of the chain");
    assert_eq!(tx.recomputed_txid(), Some(tx.txid));
    let mut all = tx.clone();
    for (input, fake) in all.inputs.iter_mut().zip(&fake.tx.input) {
        input.witness.get_or_insert_with(|| fake.witness.clone());
    }
    assert_eq!(all.to_bitcoin().as_ref(), Some(&fake.tx));
    match fake.place {
        Place::Block(index) => {
            let (is, block) = (tx.state.block().expect("mined"), &chain.blocks[index]);
            assert_eq!((is.height, is.hash), (block.height, Some(block.header.block_hash())));
            assert_eq!(is.time.timestamp(), i64::from(block.header.time));
        }
        _ => assert_eq!(tx.state, State::Mempool),
    }
    for (input, out) in tx.inputs.iter().zip(&fake.prevouts) {
        assert_eq!(input.value, Some(out.value));
        let address = bitcoin::Address::from_script(&out.script_pubkey, NET).ok();
        assert_eq!(input.address, address.as_ref().map(ours));
    }
}

async fn walk(explorer: &Explorer, address: &Address, known: &Known) -> Vec<Tx> {
    let (mut all, mut after, mut pages) = (Vec::new(), None::<Cursor>, 0);
    loop {
        let page = explorer.address_page(address, after.as_ref(), known).await.unwrap().value;
        let once: BTreeSet<Txid> = page.txs.iter().map(|tx| tx.txid).collect();
        assert_eq!(once.len(), page.txs.len(), "each once");
        all.extend(page.txs);
        pages += 1;
        assert!(pages < 50, "{} goes in circles", explorer.name());
        match page.next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}

fn totals(chain: &FakeChain, address: &bitcoin::Address) -> Totals {
    let script = address.script_pubkey();
    let sums = |txs: &[&FakeTx]| {
        let sum = |part: fn(&FakeTx, &bitcoin::ScriptBuf) -> (u64, u64)| {
            Amount::from_sat(txs.iter().map(|tx| part(tx, &script).0).sum())
        };
        (txs.len() as u64, sum(FakeTx::funded), sum(FakeTx::spent))
    };
    let (confirmed, waiting) = (sums(&chain.confirmed(&script)), sums(&chain.waiting(&script)));
    Totals {
        tx_count: confirmed.0,
        received: confirmed.1,
        spent: confirmed.2,
        mempool_tx_count: waiting.0,
        mempool_received: waiting.1,
        mempool_spent: waiting.2,
    }
}

#[tokio::test]
async fn a_transaction_reads_the_same_in_every_dialect() {
    let chain = chain();
    let alive = chain.txs.iter().filter(|tx| tx.place != Place::Gone).map(|tx| tx.txid);
    // The odd ones and some of the ordinary ones.
    let txids: Vec<Txid> = alive.clone().skip(60).chain(alive.take(6)).collect();
    let servers: Vec<_> = services().into_iter().map(|(d, s)| (FakeExplorer::speaking(chain.clone(), s), d)).collect();
    for txid in txids {
        let mut readings = Vec::new();
        for (server, dialect) in &servers {
            let tx = ask(server, *dialect).transaction(&txid).await.unwrap().value;
            is_true(&chain, &tx);
            let fake = chain.tx(&txid).unwrap();
            // Who tells when it was first seen tells that, and not the time of the block.
            told(&tx.first_seen.map(|t| t.timestamp()), &Some(i64::from(fake.seen)), "first seen");
            readings.push(tx);
        }
        readings.iter().for_each(|tx| agree(&readings[0], tx));
    }
}

#[tokio::test]
async fn whole_walks_find_every_transaction_and_totals_agree() {
    let chain = chain();
    let mut addresses = KINDS.map(|kind| chain.address(kind, 1)).to_vec();
    addresses.push(chain.address(Kind::P2wpkh, 999_999)); // the miner
    addresses.push(chain.address(Kind::P2wsh, 77)); // never paid
    for (dialect, speaker) in services() {
        let server = FakeExplorer::speaking(chain.clone(), speaker);
        let explorer = ask(&server, dialect);
        for address in &addresses {
            let script = address.script_pubkey();
            let all = [chain.confirmed(&script), chain.waiting(&script)].concat();
            let found = walk(&explorer, &ours(address), &Known::default()).await;
            found.iter().for_each(|tx| is_true(&chain, tx));
            let found: BTreeSet<Txid> = found.iter().map(|tx| tx.txid).collect();
            assert_eq!(found, all.iter().map(|tx| tx.txid).collect(), "{} {address}", dialect.name());
            let said = explorer.totals(&ours(address)).await.unwrap().value.said;
            let truth = totals(&chain, address);
            assert!(said.agrees(&truth), "{}: {said:?}, not {truth:?}", dialect.name());
            let more = Totals { received: truth.received + Amount::ONE_SAT, ..truth };
            assert!(!said.agrees(&more), "{} tells what was received", dialect.name());
        }
    }
}

/// Services that show a bare key under the address of its hash count it there; the ledger, which goes by scripts, differs.
#[tokio::test]
async fn a_bare_key_is_no_address() {
    let chain = chain();
    let (_, shown) = chain.bare_key();
    for (dialect, speaker) in services() {
        let server = FakeExplorer::speaking(chain.clone(), speaker);
        let explorer = ask(&server, dialect);
        let mixes = service(dialect.name()).counts_bare_keys;
        let found = walk(&explorer, &ours(&shown), &Known::default()).await;
        assert_eq!(found.len(), usize::from(mixes), "{}", dialect.name());
        assert!(found.iter().flat_map(|tx| &tx.outputs).all(|out| out.address != Some(ours(&shown))));
        let said = explorer.totals(&ours(&shown)).await.unwrap().value.said;
        assert_eq!(said.agrees(&Totals::default()), !mixes, "{}", dialect.name());
    }
}

#[tokio::test]
async fn what_the_ledger_holds_is_not_asked_for_again() {
    let chain = chain();
    let first = ours(&chain.address(Kind::P2pkh, 1));
    for (dialect, speaker) in services().into_iter().filter(|(d, _)| d.wants_known()) {
        let server = FakeExplorer::speaking(chain.clone(), speaker);
        let explorer = ask(&server, dialect);
        let fresh = walk(&explorer, &first, &Known::default()).await;
        let asked = server.requests().len();
        let mut known = Known::default();
        known.proven.extend(fresh.iter().map(|tx| tx.txid));
        for block in fresh.iter().filter_map(|tx| tx.state.block()) {
            let (height, hash, time) = (block.height, block.hash.unwrap(), block.time);
            known.blocks.insert(height, ransomtrail::explorer::Block { hash, height, time });
        }
        let again = walk(&explorer, &first, &known).await;
        fresh.iter().zip(&again).for_each(|(fresh, again)| agree(fresh, again));
        let pages = server.requests().len() - asked;
        assert_eq!(pages, fresh.len().div_ceil(10), "pages alone: {:?}", &server.requests()[asked..]);
        assert!(again[0].recomputed_txid().is_none(), "what was not asked for is not made up");
    }
}

#[tokio::test]
async fn tells_what_became_of_outputs() {
    let chain = chain();
    for (dialect, speaker) in services() {
        let server = FakeExplorer::speaking(chain.clone(), speaker);
        let explorer = ask(&server, dialect);
        for fake in chain.txs.iter().filter(|tx| tx.place != Place::Gone).skip(50) {
            let told = explorer.outspends(&fake.txid).await.unwrap().value;
            assert_eq!(told.len(), fake.tx.output.len());
            for (vout, told) in told.iter().enumerate() {
                let spender = chain.spender(&OutPoint::new(fake.txid, u32::try_from(vout).unwrap()));
                match (told, spender) {
                    (Outspend::Unspent, None) | (Outspend::SpentBySomebody, Some(_)) => {}
                    (Outspend::Spent { txid, vin }, Some((by, n))) if *txid == by.txid => {
                        assert!(vin.is_none_or(|vin| vin == u32::try_from(n).unwrap()));
                    }
                    other => panic!("{}: {other:?}", dialect.name()),
                }
            }
        }
    }
}

#[tokio::test]
async fn tells_of_the_chain() {
    let chain = chain();
    let genesis = bitcoin::constants::genesis_block(NET).block_hash();
    let orphan = chain.stale[0].header.block_hash();
    for (dialect, speaker) in services() {
        let server = FakeExplorer::speaking(chain.clone(), speaker);
        let (explorer, name) = (ask(&server, dialect), dialect.name());
        let tip = explorer.tip().await.unwrap();
        assert_eq!(tip.value, chain.tip().header.block_hash(), "{name}");
        assert!(!tip.provenance.url.ends_with('/'), "{name}: {}", tip.provenance.url);
        assert_eq!(explorer.block_at(0).await.unwrap().value, genesis, "{name}");
        for block in &chain.blocks[chain.blocks.len() - 4..] {
            let hash = block.header.block_hash();
            assert_eq!(explorer.block_at(block.height).await.unwrap().value, hash, "{name}");
            let told = explorer.block(&hash).await.unwrap().value;
            assert_eq!((told.hash, told.height), (hash, block.height), "{name}");
            assert_eq!(told.time.timestamp(), i64::from(block.header.time), "{name}");
            assert!(explorer.best_chain(&hash).await.unwrap().value, "{name}");
            let header: bitcoin::block::Header = deserialize(&explorer.header(&hash).await.unwrap().value).unwrap();
            assert_eq!(header, block.header, "{name}");
            match explorer.raw_block(&hash).await {
                Ok(raw) => assert_eq!(deserialize::<bitcoin::Block>(&raw.value).unwrap(), chain.whole(block), "{name}"),
                Err(error) => assert!(!explorer.gives_blocks() && matches!(error, AskError::Unsupported { .. })),
            }
        }
        // A block that was replaced is not in the chain, whether the service remembers it or not.
        assert!(!explorer.best_chain(&orphan).await.is_ok_and(|answer| answer.value), "{name}");
        assert_ne!(explorer.block_at(chain.stale[0].height).await.unwrap().value, orphan, "{name}");
    }
}

/// Which of the things that not every API gives each dialect gives.
#[tokio::test]
async fn proofs_lead_to_the_header() {
    let chain = chain();
    for (dialect, speaker) in services() {
        let server = FakeExplorer::speaking(chain.clone(), speaker);
        let explorer = ask(&server, dialect);
        let gives = [explorer.gives_blocks(), explorer.gives_proofs(), explorer.proves()];
        assert_eq!(gives, service(dialect.name()).gives, "{}", dialect.name());
        let txid = chain.blocks[3].txids[2];
        match explorer.merkle_proof(&txid).await {
            Ok(proof) => {
                let (mut at, mut node) = (proof.value.pos, TxMerkleNode::from_raw_hash(txid.to_raw_hash()));
                for other in &proof.value.branch {
                    let pair = if at % 2 == 0 { [node, *other] } else { [*other, node] };
                    node = TxMerkleNode::hash(&pair.map(TxMerkleNode::to_byte_array).concat());
                    at /= 2;
                }
                assert_eq!((node, proof.value.height), (chain.blocks[3].header.merkle_root, chain.blocks[3].height));
            }
            Err(error) => assert!(!explorer.gives_proofs() && matches!(error, AskError::Unsupported { .. })),
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_error() {
    let unknown: Txid = "ab".repeat(32).parse().unwrap();
    for (dialect, speaker) in services() {
        let server = FakeExplorer::speaking(chain(), speaker);
        let explorer = ask(&server, dialect);
        let missing = |error: AskError| {
            let AskError::Http { source: HttpError::Status { status, .. }, .. } = error else { return None };
            Some(status)
        };
        assert_eq!(missing(explorer.transaction(&unknown).await.unwrap_err()), Some(404), "{}", dialect.name());
        assert_eq!(missing(explorer.outspends(&unknown).await.unwrap_err()), Some(404), "{}", dialect.name());
        let block = BlockHash::from_byte_array([3; 32]);
        assert_eq!(missing(explorer.block(&block).await.unwrap_err()), Some(404), "{}", dialect.name());
        let foreign = Address::parse("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", Network::Bitcoin).unwrap();
        assert!(missing(explorer.totals(&foreign).await.unwrap_err()).is_some(), "{}", dialect.name());
    }
}

#[test]
fn pages_for_people() {
    use ransomtrail::explorer::Subject;
    let page = |name: &str, base: &str, subject| dialect(name).unwrap().page_for_people(base, subject);
    let check = |name, base, tx: Option<&str>, address: Option<&str>| {
        assert_eq!(page(name, base, Subject::Transaction("ab")).as_deref(), tx);
        assert_eq!(page(name, base, Subject::Address("1a")).as_deref(), address);
    };
    check("esplora", "https://x.org/api", Some("https://x.org/tx/ab"), Some("https://x.org/address/1a"));
    check(
        "blockchain.info",
        "https://blockchain.info/",
        Some("https://www.blockchain.com/explorer/transactions/btc/ab"),
        Some("https://www.blockchain.com/explorer/addresses/btc/1a"),
    );
    check(
        "blockcypher",
        "https://api.blockcypher.com/v1/btc/main",
        Some("https://live.blockcypher.com/btc/tx/ab/"),
        Some("https://live.blockcypher.com/btc/address/1a/"),
    );
    for name in ["esplora", "blockchain.info", "blockcypher"] {
        check(name, "http://127.0.0.1:3000", None, None);
    }
}
