use bitcoin::{Amount, Network};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::Sums;
use crate::explorer::{DIALECTS, Known};

const NET: Network = Network::Bitcoin;
const BLOCK: &str = "00000000000000000007878ec04bb2b2e12317804810f4c26033585b3f81ffaa";

/// What a reader makes of one body.
fn told<T>(body: &[u8], network: Network, read: impl Fn(&Told<'_>) -> Result<T, Unread>) -> Result<T, Garbled> {
    let answers = [(Request::get("asked"), body.to_vec())];
    let known = Known::default();
    read(&Told::new(&answers, network, &known)).map_err(|unread| match unread {
        Unread::Garbled(garbled) => garbled,
        Unread::Ask(more) => Garbled(format!("asks for {more:?}")),
    })
}

fn txid(n: u8) -> String {
    format!("{n:02x}").repeat(32)
}

fn waiting() -> Value {
    json!({ "confirmed": false })
}

fn confirmed(height: u32) -> Value {
    json!({ "confirmed": true, "block_height": height, "block_hash": BLOCK, "block_time": 1_494_574_000 })
}

fn tx(n: u8, script: &str, value: Value, status: Value) -> Value {
    json!({
        "txid": txid(n), "version": 2, "locktime": 0, "size": 100, "weight": 400, "fee": 10, "sigops": 4,
        "vin": [{
            "txid": txid(0xee), "vout": 1, "scriptsig": "", "sequence": 4_294_967_293_u32, "is_coinbase": false,
            "witness": ["00ff", ""],
            "prevout": { "scriptpubkey": script, "scriptpubkey_address": "a lie", "value": 5000 },
        }],
        "vout": [{ "scriptpubkey": script, "scriptpubkey_address": "another lie", "value": value }],
        "status": status,
    })
}

fn read(value: &Value) -> Result<Tx, Garbled> {
    told(value.to_string().as_bytes(), NET, |told| ESPLORA.read_transaction(told))
}

#[test]
fn requests() {
    let address = Address::parse("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", NET).unwrap();
    let page = |cursor: Option<&str>| ESPLORA.address_page(&address, cursor.map(|c| Cursor(c.into())).as_ref()).path;
    assert_eq!(ESPLORA.totals(&address).path, "address/12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw");
    assert_eq!(page(None), "address/12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw/txs");
    assert_eq!(page(Some("")), "address/12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw/txs/chain");
    assert_eq!(page(Some("ab")), "address/12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw/txs/chain/ab");
    let id = txid(0xab).parse().unwrap();
    assert_eq!(ESPLORA.transaction(&id).path, format!("tx/{id}"));
    assert_eq!(ESPLORA.outspends(&id).path, format!("tx/{id}/outspends"));
    assert_eq!(ESPLORA.tip().path, "blocks/tip/hash");
    assert_eq!(ESPLORA.block(&BLOCK.parse().unwrap()).path, format!("block/{BLOCK}"));
}

/// The address is what the script says.
#[test]
fn addresses_of_each_kind_of_script() {
    let check = |script: &str, expect: Option<&str>| {
        let tx = read(&tx(1, script, json!(7), waiting())).unwrap();
        let address = |address: &Option<Address>| address.as_ref().map(ToString::to_string);
        assert_eq!(address(&tx.outputs[0].address).as_deref(), expect, "{script}");
        assert_eq!(address(&tx.inputs[0].address).as_deref(), expect, "{script}");
    };
    let hash = "62e907b15cbf27d5425399ebf6f0fb50ebb88f18";
    let long = "0d6263ebfbf3dbb32a6ad7e4bd2ac9ea66d21c3b1f1ac9b2b1e1d0b0a5b1b3c4";
    check(&format!("76a914{hash}88ac"), Some("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
    check("a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487", Some("3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN"));
    check("0014751e76e8199196d454941c45d1b3a323f1433bd6", Some("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
    check(
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
        Some("bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3"),
    );
    check(
        "5120a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c",
        Some("bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"),
    );
    // A bare public key, data, a bare multisig and nothing at all have none.
    check(
        "4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac",
        None,
    );
    check("6a0b68656c6c6f20776f726c64", None);
    check(&format!("5121{}{long}51ae", "02"), None);
    check("", None);
}

#[test]
fn reads_every_field() {
    let script = "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac";
    let tx = read(&tx(1, script, json!(123_456_789), confirmed(465_879))).unwrap();
    assert_eq!(tx.txid.to_string(), txid(1));
    assert_eq!((tx.version, tx.lock_time, tx.size, tx.first_seen), (Some(2), Some(0), Some(100), None));
    let block = tx.state.block().unwrap();
    assert_eq!((block.height, block.time.timestamp()), (465_879, 1_494_574_000));
    assert_eq!(block.hash.unwrap().to_string(), BLOCK);
    let input = &tx.inputs[0];
    assert_eq!(input.outpoint().unwrap().to_string(), format!("{}:1", txid(0xee)));
    assert_eq!(input.value, Some(Amount::from_sat(5000)));
    assert_eq!(input.sequence, Some(4_294_967_293));
    assert_eq!(input.witness.as_ref().unwrap().to_vec(), vec![vec![0, 255], vec![]]);
    assert!(!input.coinbase);
    assert_eq!(tx.outputs[0].value, Amount::from_sat(123_456_789));
}

/// The genesis coinbase, whose txid everybody knows.
#[test]
fn a_coinbase_has_no_previous_output() {
    let id = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b";
    let tx = read(&json!({
        "txid": id, "version": 1, "locktime": 0,
        "vin": [{
            "txid": txid(0), "vout": 4_294_967_295_u32, "prevout": null, "is_coinbase": true, "sequence": 4_294_967_295_u32,
            "scriptsig": "04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73",
        }],
        "vout": [{
            "scriptpubkey": "4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac",
            "value": 5_000_000_000_u64,
        }],
        "status": confirmed(0),
    }))
    .unwrap();
    assert!(tx.inputs[0].coinbase);
    assert_eq!((tx.inputs[0].outpoint(), tx.inputs[0].value, &tx.inputs[0].address), (None, None, &None));
    assert_eq!(tx.recomputed_txid().unwrap().to_string(), id);
}

#[test]
fn impossible_numbers_are_garbled() {
    let check = |field: &str, value: Value, expect: Option<&str>| {
        let mut tx = tx(1, "", json!(0), confirmed(1));
        *tx.pointer_mut(field).unwrap() = value;
        let said = read(&tx).err().map(|e| e.to_string());
        match (expect, said) {
            (None, None) => {}
            (Some(expect), Some(said)) => assert!(said.contains(expect), "{field}: {said}"),
            other => panic!("{field}: {other:?}"),
        }
    };
    check("/vout/0/value", json!(2_100_000_000_000_000_u64), None);
    check("/vout/0/value", json!(2_100_000_000_000_001_u64), Some("above 21 million"));
    check("/vout/0/value", json!(u64::MAX), Some("above 21 million"));
    check("/vout/0/value", json!(-1), Some("not the JSON expected"));
    check("/vout/0/value", json!(0.5), Some("not the JSON expected"));
    check("/vin/0/prevout/value", json!(2_100_000_000_000_001_u64), Some("above 21 million"));
    check("/version", json!(-1), None);
    check("/version", json!(u32::MAX), None);
    check("/version", json!(1_u64 << 40), Some("version"));
    check("/vin/0/witness/0", json!("0g"), Some("witness is not hex"));
    check("/status/block_height", Value::Null, Some("without block height"));
    check("/status/block_hash", json!("00"), Some("block hash"));
    check("/txid", json!("00"), Some("not the JSON expected"));
    let two = json!({ "scriptpubkey": "", "value": 2_000_000_000_000_000_u64 });
    check("/vout", json!([two, two]), Some("above 21 million"));
}

#[test]
fn totals() {
    let answer = |chain: Value, mempool: Value| {
        let stats = |sums: Value| json!({ "tx_count": sums[0], "funded_txo_sum": sums[1], "spent_txo_sum": sums[2], "funded_txo_count": 1 });
        let body = json!({ "address": "any", "chain_stats": stats(chain), "mempool_stats": stats(mempool) });
        told(body.to_string().as_bytes(), NET, |told| ESPLORA.read_totals(told)).map(|answer| answer.said)
    };
    let said = answer(json!([3, 500, 200]), json!([1, 7, 0])).unwrap();
    let sums = |count, received, spent| Sums::all(count, Amount::from_sat(received), Amount::from_sat(spent));
    assert_eq!((said.confirmed, said.waiting), (sums(3, 500, 200), sums(1, 7, 0)));
    // What a hot wallet received in its life may be more than there are coins.
    assert!(answer(json!([3, 9_000_000_000_000_000_u64, 200]), json!([0, 0, 0])).is_ok());
    assert!(answer(json!([3, -1, 200]), json!([0, 0, 0])).is_err());
    let more_spent = answer(json!([3, 500, 501]), json!([0, 0, 0])).unwrap_err();
    assert_eq!(more_spent, Garbled("garbled: of 500 received 501 are spent".to_owned()));
    assert!(answer(json!([3, 500, 500]), json!([1, 7, 90])).is_ok(), "what waits may have been confirmed meanwhile");
    assert!(answer(json!([3, u64::MAX, 200]), json!([0, 0, 0])).is_err());
    assert!(told(b"{}", NET, |told| ESPLORA.read_totals(told)).is_err());
}

#[test]
fn pages() {
    let check = |rows: &[(u8, bool)], expect: &[u8], next: Option<&str>| {
        let rows: Vec<_> =
            rows.iter().map(|&(n, mined)| tx(n, "", json!(0), if mined { confirmed(1) } else { waiting() })).collect();
        let page = told(Value::from(rows.clone()).to_string().as_bytes(), NET, |told| ESPLORA.read_address_page(told))
            .unwrap();
        let read: Vec<_> = page.txs.iter().map(|tx| tx.txid.to_string()).collect();
        assert_eq!(read, expect.iter().map(|&n| txid(n)).collect::<Vec<_>>());
        assert_eq!(page.next.map(|c| c.0), next.map(str::to_owned));
        page.txs
    };
    check(&[], &[], None);
    check(&[(1, true), (2, true)], &[1, 2], Some(&txid(2)));
    // The last confirmed one in page order, wherever it stands.
    check(&[(1, false), (2, true), (3, true), (4, false)], &[1, 2, 3, 4], Some(&txid(3)));
    check(&[(1, false)], &[1], Some(""));
    // Rows that come twice.
    check(&[(1, false), (2, false), (1, false), (3, true), (2, false)], &[1, 2, 3], Some(&txid(3)));
    // Mined while the page was put together: the block wins.
    let txs = check(&[(1, false), (1, true)], &[1], Some(&txid(1)));
    assert!(txs[0].state.block().is_some());
    let txs = check(&[(1, true), (1, false)], &[1], Some(&txid(1)));
    assert!(txs[0].state.block().is_some());
}

#[test]
fn outspends() {
    let spent =
        |txid: Value| json!([{ "spent": false }, { "spent": true, "txid": txid, "vin": 2, "status": waiting() }]);
    let read = told(spent(json!(txid(9))).to_string().as_bytes(), NET, |told| ESPLORA.read_outspends(told)).unwrap();
    let by = Outspend::Spent { txid: txid(9).parse().unwrap(), vin: Some(2) };
    assert_eq!(read, [Outspend::Unspent, by]);
    assert!(told(spent(Value::Null).to_string().as_bytes(), NET, |told| ESPLORA.read_outspends(told)).is_err());
}

#[test]
fn tip_and_block() {
    assert_eq!(
        told(format!("{BLOCK}\n").as_bytes(), NET, |told| ESPLORA.read_block_hash(told)).unwrap().to_string(),
        BLOCK
    );
    let page = told(b"<html>", NET, |told| ESPLORA.read_block_hash(told)).unwrap_err();
    assert!(page.to_string().contains("a web page"), "{page}");
    assert!(told(&[0xff], NET, |told| ESPLORA.read_block_hash(told)).is_err());
    let block = json!({ "id": BLOCK, "height": 465_879, "timestamp": 1_494_574_000, "extras": {} });
    let block = told(block.to_string().as_bytes(), NET, |told| ESPLORA.read_block(told)).unwrap();
    assert_eq!(
        (block.hash.to_string().as_str(), block.height, block.time.timestamp()),
        (BLOCK, 465_879, 1_494_574_000)
    );
}

#[test]
fn a_web_page_is_called_one() {
    let said = told(b"\n<!DOCTYPE html><title>Just a moment...</title>", NET, |told| ESPLORA.read_address_page(told))
        .unwrap_err();
    assert_eq!(said.to_string(), "a web page, not an explorer's answer; is /api missing from the URL?");
    assert!(
        told(b"{\"cut\": ", NET, |told| ESPLORA.read_address_page(told))
            .unwrap_err()
            .to_string()
            .starts_with("not the JSON expected")
    );
}

/// Every reader of every dialect takes any bytes.
fn read_all(body: &[u8]) {
    for dialect in DIALECTS {
        for network in [Network::Bitcoin, Network::Regtest] {
            let _ = told(body, network, |told| dialect.read_address_page(told));
            let _ = told(body, network, |told| dialect.read_transaction(told)).map(|tx| tx.recomputed_txid());
        }
        let _ = told(body, NET, |told| dialect.read_totals(told));
        let _ = told(body, NET, |told| dialect.read_outspends(told));
        let _ = told(body, NET, |told| dialect.read_block_hash(told));
        let _ = told(body, NET, |told| dialect.read_block(told));
        let _ = told(body, NET, |told| dialect.read_best_chain(told));
        let _ = told(body, NET, |told| dialect.read_header(told));
        let _ = told(body, NET, |told| dialect.read_raw_block(told));
        let _ = told(body, NET, |told| dialect.read_merkle_proof(told));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_all(&body);
    }

    /// Real answers with some bytes changed get further into the readers than noise does.
    #[test]
    fn damaged_answers_never_panic(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut body = json!([tx(1, "0014751e76e8199196d454941c45d1b3a323f1433bd6", json!(12_345), confirmed(7))]).to_string().into_bytes();
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        read_all(&body);
        read_all(&body[1..body.len() - 1]);
    }
}
