use bitcoin::consensus::encode::serialize_hex;
use bitcoin::{Amount, Network, OutPoint, ScriptBuf, Transaction, absolute, transaction};
use serde_json::{Value, json};

use super::*;
use crate::domain::{Sums, Time};
use crate::explorer::Known;

const BLOCK: &str = "00000000000000000007878ec04bb2b2e12317804810f4c26033585b3f81ffaa";
const SCRIPT: &str = "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac";

/// A transaction that spends one output and pays two.
fn transaction() -> Transaction {
    let out =
        |sats| bitcoin::TxOut { value: Amount::from_sat(sats), script_pubkey: ScriptBuf::from_hex(SCRIPT).unwrap() };
    let previous_output = OutPoint::new("ee".repeat(32).parse().unwrap(), 3);
    Transaction {
        version: transaction::Version::TWO,
        lock_time: absolute::LockTime::ZERO,
        input: vec![bitcoin::TxIn { previous_output, ..bitcoin::TxIn::default() }],
        output: vec![out(5_000), out(70)],
    }
}

fn row(tx: &Transaction) -> Value {
    let out = |n: usize| json!({ "n": n, "value": tx.output[n].value.to_sat(), "script": SCRIPT, "spent": n == 0, "addr": "a lie" });
    json!({
        "hash": tx.compute_txid().to_string(), "ver": 2, "lock_time": 0, "size": 99, "time": 1_494_574_100,
        "block_height": 7,
        "inputs": [{ "sequence": 4_294_967_295_u32, "script": "", "witness": "", "prev_out": {
            "n": 3, "value": 6_000, "script": SCRIPT, "addr": "another lie", "tx_index": 1,
        } }],
        "out": [out(0), out(1)],
    })
}

fn block(hash: &str, height: u32, main_chain: bool) -> Value {
    json!({
        "hash": hash, "ver": 2, "prev_block": BLOCK, "mrkl_root": BLOCK, "time": 1_494_574_000, "bits": 1, "nonce": 2,
        "height": height, "main_chain": main_chain, "tx": [{ "anything": [1.5, null] }],
    })
}

fn blocks(blocks: Value) -> (Request, Vec<u8>) {
    (BLOCKCHAIN_INFO.block_at(7), json!({ "blocks": blocks }).to_string().into_bytes())
}

fn bytes(tx: &Transaction) -> (Request, Vec<u8>) {
    (Request::get(format!("rawtx/{}?format=hex", tx.compute_txid())), format!("{}\n", serialize_hex(tx)).into_bytes())
}

fn read<T>(
    question: &str,
    body: &Value,
    further: &[(Request, Vec<u8>)],
    read: impl Fn(&Told<'_>) -> Result<T, Unread>,
) -> Result<T, Unread> {
    let mut answers = vec![(Request::get(question), body.to_string().into_bytes())];
    answers.extend_from_slice(further);
    read(&Told::new(&answers, Network::Bitcoin, &Known::default()))
}

fn read_tx(row: &Value, further: &[(Request, Vec<u8>)]) -> Result<Tx, Unread> {
    read("asked", row, further, |told| BLOCKCHAIN_INFO.read_transaction(told))
}

fn reason<T: std::fmt::Debug>(read: Result<T, Unread>) -> String {
    match read.unwrap_err() {
        Unread::Garbled(garbled) => garbled.to_string(),
        Unread::Ask(more) => panic!("asks for {more:?}"),
    }
}

#[test]
fn requests() {
    let address = Address::parse("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", Network::Bitcoin).unwrap();
    let page =
        |cursor: Option<&str>| BLOCKCHAIN_INFO.address_page(&address, cursor.map(|c| Cursor(c.into())).as_ref()).path;
    assert_eq!(BLOCKCHAIN_INFO.totals(&address).path, format!("rawaddr/{address}?limit=0"));
    assert_eq!(page(None), format!("rawaddr/{address}?limit=10&offset=0"));
    assert_eq!(page(Some("30")), format!("rawaddr/{address}?limit=10&offset=30"));
    // A cursor of another dialect under the same name starts anew.
    assert_eq!(page(Some(BLOCK)), page(None));
}

#[test]
fn asks_for_bytes_and_block_and_then_tells_everything() {
    let tx = transaction();
    let Unread::Ask(asked) = read_tx(&row(&tx), &[]).unwrap_err() else { panic!("enough was told") };
    assert_eq!(asked, [blocks(json!([])).0, bytes(&tx).0]);
    let stale = "11".repeat(32);
    let told =
        read_tx(&row(&tx), &[bytes(&tx), blocks(json!([block(&stale, 7, false), block(BLOCK, 7, true)]))]).unwrap();
    assert_eq!((told.recomputed_txid(), told.to_bitcoin()), (Some(told.txid), Some(tx)));
    let place = told.state.block().unwrap();
    assert_eq!((place.height, place.hash.unwrap().to_string().as_str()), (7, BLOCK));
    assert_eq!(place.time.timestamp(), 1_494_574_000);
    assert_eq!(told.first_seen.map(|time: Time| time.timestamp()), Some(1_494_574_100));
    let ours = Some("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
    assert_eq!(told.inputs[0].address.as_ref().map(Address::as_str), ours);
    assert_eq!(told.outputs[1].address.as_ref().map(Address::as_str), ours);
}

#[test]
fn a_time_that_is_the_blocks_is_no_observation() {
    let tx = transaction();
    for (time, seen) in
        [(json!(1_494_574_000), false), (json!(1_494_573_000), true), (json!(0), false), (Value::Null, false)]
    {
        let mut row = row(&tx);
        row["time"] = time.clone();
        let told = read_tx(&row, &[bytes(&tx), blocks(json!([block(BLOCK, 7, true)]))]).unwrap();
        assert_eq!(told.first_seen.is_some(), seen, "{time}");
    }
}

#[test]
fn a_row_that_contradicts_its_bytes_is_garbled() {
    let check = |place: &str, value: Value, expect: &str| {
        let tx = transaction();
        let mut row = row(&tx);
        *row.pointer_mut(place).unwrap() = value;
        let said = reason(read_tx(&row, &[bytes(&tx), blocks(json!([block(BLOCK, 7, true)]))]));
        assert!(said.contains(expect), "{place}: {said}");
    };
    check("/out", json!([]), "its bytes say something else");
    check("/inputs", json!([]), "its bytes say something else");
    check("/inputs/0/prev_out/n", json!(4), "its bytes say something else");
    check("/inputs/0/prev_out/value", json!(2_100_000_000_000_001_u64), "above 21 million");
    check("/out/0/n", json!(2), "outputs are left out");
    check("/out/0/value", json!(-1), "not the JSON expected");
}

/// It is refused where content is held against its txid, and the answer is kept there.
#[test]
fn of_a_row_and_bytes_that_contradict_each_other_the_wrong_one_is_told() {
    let tx = transaction();
    let others = || blocks(json!([block(BLOCK, 7, true)]));
    for (place, value) in [("/out/0/value", json!(5_001)), ("/out/1/script", json!("6a00"))] {
        let mut row = row(&tx);
        *row.pointer_mut(place).unwrap() = value;
        let told = read_tx(&row, &[bytes(&tx), others()]).unwrap();
        assert_ne!(told.recomputed_txid().unwrap(), told.txid, "{place}");
    }
    let mut lie = tx.clone();
    lie.output[0].value += Amount::ONE_SAT;
    let (request, _) = bytes(&tx);
    let told = read_tx(&row(&tx), &[(request, bytes(&lie).1), others()]).unwrap();
    assert_ne!(told.recomputed_txid().unwrap(), told.txid);
}

#[test]
fn a_block_has_to_be_the_one_asked_for() {
    let tx = transaction();
    let said = |answer| reason(read_tx(&row(&tx), &[bytes(&tx), blocks(answer)]));
    assert!(said(json!([block(BLOCK, 8, true)])).contains("asked for block 7, told of block 8"));
    assert!(said(json!([block(BLOCK, 7, false)])).contains("no block of the best chain"));
    assert!(said(json!([])).contains("no block of the best chain"));
}

#[test]
fn a_coinbase_spends_nothing() {
    for previous in [Value::Null, json!({})] {
        let mut tx = transaction();
        tx.input[0].previous_output = OutPoint::null();
        let mut row = row(&tx);
        row["block_height"] = Value::Null;
        row["inputs"][0]["prev_out"] = previous;
        let told = read_tx(&row, &[bytes(&tx)]).unwrap();
        assert!(told.inputs[0].coinbase && told.state == crate::domain::State::Mempool);
        assert_eq!(
            (told.inputs[0].outpoint(), told.inputs[0].value, told.recomputed_txid()),
            (None, None, Some(told.txid))
        );
    }
}

#[test]
fn totals_that_cannot_be_are_garbled() {
    let read = |n: Value, received: Value, sent: Value, left: Value| {
        let body =
            json!({ "n_tx": n, "total_received": received, "total_sent": sent, "final_balance": left, "txs": [] });
        read("asked", &body, &[], |told| BLOCKCHAIN_INFO.read_totals(told)).map(|answer| answer.said)
    };
    let said = read(json!(3), json!(500), json!(200), json!(300)).unwrap();
    assert_eq!(said.together, Sums::all(3, Amount::from_sat(500), Amount::from_sat(200)));
    assert_eq!((said.confirmed, said.waiting), (Sums::default(), Sums::default()), "not told apart");
    assert!(reason(read(json!(3), json!(200), json!(500), json!(-300))).contains("impossible"));
    assert!(reason(read(json!(3), json!(500), json!(200), json!(301))).contains("leave 301"));
    assert!(reason(read(json!(-3), json!(500), json!(200), json!(300))).contains("impossible"));
}

#[test]
fn pages_go_on_until_all_are_read() {
    let check = |question: &str, n_tx: Value, rows: usize, next: Option<&str>| {
        let tx = transaction();
        let body = json!({ "n_tx": n_tx, "txs": vec![row(&tx); rows] });
        let further = [bytes(&tx), blocks(json!([block(BLOCK, 7, true)]))];
        let page = read(question, &body, &further, |told| BLOCKCHAIN_INFO.read_address_page(told)).unwrap();
        assert_eq!(page.next.map(|cursor| cursor.0).as_deref(), next, "{question}");
    };
    check("rawaddr/1a?limit=10&offset=0", json!(3), 1, Some("1"));
    check("rawaddr/1a?limit=10&offset=2", json!(3), 1, None);
    check("rawaddr/1a?limit=10&offset=20", json!(25), 0, None);
    check("rawaddr/1a?limit=10&offset=20", Value::Null, 1, Some("21"));
    // The same row twice counts once.
    check("rawaddr/1a?limit=10&offset=0", json!(3), 2, Some("1"));
}

#[test]
fn errors_are_told_in_the_servers_words() {
    let body = json!({ "error": "not-found-or-invalid-arg", "message": "Item not found or argument invalid" });
    assert_eq!(reason(read_tx(&body, &[])), "an error: not-found-or-invalid-arg");
    let hostile = json!({ "error": format!("\u{1b}[2J{}", "no ".repeat(2_000)) });
    let said = reason(read_tx(&hostile, &[]));
    assert!(said.starts_with("an error: \\u{1b}[2Jno no") && said.chars().count() == 300, "{said}");
}
