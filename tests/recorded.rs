//! Real answers read as they should, and those of different services about the same transactions read the same.

use std::collections::BTreeMap;

use bitcoin::Network;
use bitcoin::consensus::encode::serialize_hex;
use ransomtrail::domain::{Amount, Tx};
use ransomtrail::explorer::{
    BLOCKCHAIN_INFO, BLOCKCYPHER, Block, DIALECTS, Dialect, ESPLORA, Known, Request, Told, Unread,
};

use crate::dialects::agree;
use crate::support::services::SERVICES;
use crate::trial::source;

const NET: Network = Network::Bitcoin;

fn recorded(name: &str) -> Vec<u8> {
    std::fs::read(source("tests/recorded").join(name)).unwrap()
}

/// Reads an answer to a question that needs no further one.
fn read<T>(name: &str, read: impl Fn(&Told<'_>) -> Result<T, Unread>) -> T {
    let (answers, known) = ([(Request::get("asked"), recorded(name))], Known::default());
    read(&Told::new(&answers, NET, &known)).unwrap_or_else(|unread| panic!("{name}: {unread:?}"))
}

/// Reads an answer of blockchain.info. The bytes of its transactions, and their blocks, are built from how BlockCypher tells
/// them: they were not recorded.
fn with_bytes<T>(name: &str, told: &[Tx], read: impl Fn(&Told<'_>) -> Result<T, Unread>) -> T {
    let mut answers = vec![(Request::get("asked"), recorded(name))];
    let mut known = Known::default();
    for tx in told {
        let hex = serialize_hex(&tx.to_bitcoin().unwrap()).into_bytes();
        answers.push((Request::get(format!("rawtx/{}?format=hex", tx.txid)), hex));
        let block = tx.state.block().unwrap();
        let (height, hash, time) = (block.height, block.hash.unwrap(), block.time);
        known.blocks.insert(height, Block { hash, height, time });
    }
    read(&Told::new(&answers, NET, &known)).unwrap_or_else(|unread| panic!("{name}: {unread:?}"))
}

fn proven(tx: &Tx) {
    assert_eq!(tx.recomputed_txid(), Some(tx.txid));
}

/// Transactions that every API is asked about whose answers are recorded: one spends a bare public key, one carries data alone.
const SHARED: [&str; 2] = [
    "1db6251a9afce7025a2061a19e63c700dffc3bec368bd1883decfac353357a9d",
    "eb4d2def800c4993928a6f8cc3dd350933a1fb71e6706902025f29a061e5547f",
];

/// What `tests/recorded/NAME/answers.json` says that an API of that name answered: the file of the answer, by path.
fn answers_of(name: &str) -> Option<BTreeMap<String, String>> {
    let text = std::fs::read(source("tests/recorded").join(name).join("answers.json")).ok()?;
    Some(serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}/answers.json: {error}")))
}

/// A transaction as a dialect reads it, asking on as far as answers are recorded.
fn asked(dialect: &dyn Dialect, answers: &BTreeMap<String, String>, txid: &str) -> Tx {
    let (mut told, known) = (Vec::new(), Known::default());
    let mut wanted = vec![dialect.transaction(&txid.parse().unwrap())];
    loop {
        for request in wanted {
            let file = answers.get(&request.path);
            let file = file.unwrap_or_else(|| panic!("{}/answers.json lacks {}", dialect.name(), request.path));
            told.push((request, recorded(&format!("{}/{file}", dialect.name()))));
        }
        match dialect.read_transaction(&Told::new(&told, NET, &known)) {
            Ok(tx) => return tx,
            Err(Unread::Ask(more)) => wanted = more,
            Err(Unread::Garbled(garbled)) => panic!("{}: {txid}: {garbled}", dialect.name()),
        }
    }
}

/// A dialect is held against a fake server, or against what its API really answered.
#[test]
fn every_dialect_reads_the_shared_transactions_alike_or_has_a_server() {
    let mut compared = 0;
    for dialect in DIALECTS.iter().filter(|d| d.name() != "built-in") {
        let Some(answers) = answers_of(dialect.name()) else {
            let served = SERVICES.iter().any(|service| service.dialect == dialect.name());
            assert!(served, "record what {0} answers in tests/recorded/{0}/answers.json", dialect.name());
            continue;
        };
        for (txid, name) in SHARED.into_iter().zip(["1db6251a", "eb4d2def"]) {
            let tx = asked(*dialect, &answers, txid);
            assert!(tx.recomputed_txid().is_none_or(|is| is == tx.txid), "{}", dialect.name());
            assert!(!dialect.proves() || tx.recomputed_txid().is_some(), "{}: {txid} is not proven", dialect.name());
            agree(&tx, &read(&format!("blockcypher/txs-{name}.json"), |told| BLOCKCYPHER.read_transaction(told)));
            compared += 1;
        }
    }
    assert!(compared >= SHARED.len(), "answers are recorded of one API at least");
}

#[test]
fn two_services_tell_the_same_of_a_transaction() {
    for name in ["1db6251a", "eb4d2def"] {
        let one = read(&format!("blockcypher/txs-{name}.json"), |told| BLOCKCYPHER.read_transaction(told));
        proven(&one);
        let other = with_bytes(&format!("blockchain.info/rawtx-{name}.json"), std::slice::from_ref(&one), |told| {
            BLOCKCHAIN_INFO.read_transaction(told)
        });
        proven(&other);
        agree(&one, &other);
    }
    // Seen ten hours before its block by the one; not before its block by the other.
    let seen = read("blockcypher/txs-eb4d2def.json", |told| BLOCKCYPHER.read_transaction(told)).first_seen;
    assert_eq!(seen.unwrap().to_rfc3339(), "2024-10-22T23:46:15+00:00");
    let old = read("blockcypher/txs-1db6251a.json", |told| BLOCKCYPHER.read_transaction(told));
    assert_eq!(old.first_seen, None, "the block's time is no observation");
    // It spends a bare public key, which has no address of its own, and pays one.
    assert_eq!((&old.inputs[0].address, old.inputs[0].value), (&None, Some(Amount::from_sat(30_000_000_000))));
    assert!(old.outputs[0].address.is_some() && old.outputs[1].address.is_none());
}

#[test]
fn two_services_tell_the_same_of_an_address() {
    let page = read("blockcypher/page-first.json", |told| BLOCKCYPHER.read_address_page(told));
    page.txs.iter().for_each(proven);
    let lowest = page.txs.iter().map(|tx| tx.state.block().unwrap().height).min().unwrap();
    assert_eq!(page.next.unwrap().0, (lowest + 1).to_string(), "the lowest block again, then on");
    let other = with_bytes("blockchain.info/address.json", &page.txs, |told| BLOCKCHAIN_INFO.read_address_page(told));
    assert_eq!(other.next.unwrap().0, "3");
    assert_eq!(other.txs.len(), 3);
    for tx in &other.txs {
        proven(tx);
        agree(tx, page.txs.iter().find(|one| one.txid == tx.txid).unwrap());
    }
    let last = read("blockcypher/page-last.json", |told| BLOCKCYPHER.read_address_page(told));
    last.txs.iter().for_each(proven);
    assert_eq!(last.next, None);

    let one = read("blockcypher/balance.json", |told| BLOCKCYPHER.read_totals(told)).said;
    let other = read("blockchain.info/address.json", |told| BLOCKCHAIN_INFO.read_totals(told)).said;
    assert_eq!(one.everything(), other.everything());
    assert_eq!((other.together.tx_count, other.together.spent), (Some(61), Some(Amount::from_sat(532_969))));
}

/// The size that BlockCypher tells counts witnesses that it leaves out.
#[test]
fn a_witness_that_is_left_out_is_not_empty() {
    let tx = read("blockcypher/txs-0d39207f.json", |told| BLOCKCYPHER.read_transaction(told));
    proven(&tx);
    assert!(tx.inputs.iter().all(|input| input.witness.is_none()));
    assert_ne!(tx.size, u32::try_from(tx.to_bitcoin().unwrap().total_size()).ok());
}

#[test]
fn spent_outputs() {
    use ransomtrail::explorer::Outspend;
    let one = read("blockcypher/txs-1db6251a.json", |told| BLOCKCYPHER.read_outspends(told));
    assert!(matches!(one[..], [Outspend::Spent { .. }, Outspend::Spent { .. }]), "{one:?}");
    let other = read("blockchain.info/rawtx-1db6251a.json", |told| BLOCKCHAIN_INFO.read_outspends(told));
    assert_eq!(other, [Outspend::SpentBySomebody; 2]);
    let multisig = read("blockchain.info/rawtx-4a367acd.json", |told| BLOCKCHAIN_INFO.read_outspends(told));
    assert_eq!(multisig.len(), 2);
}

#[test]
fn esplora_transactions_hash_to_their_txids() {
    for name in
        ["bare-multisig", "op-return-charley", "simple-legacy-p2pkh", "taproot-op-return", "taproot-script-path"]
    {
        proven(&read(&format!("esplora/{name}.json"), |told| ESPLORA.read_transaction(told)));
    }
}
