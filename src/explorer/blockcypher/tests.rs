use bitcoin::{Amount, Network};
use serde_json::{Value, json};

use super::*;
use crate::domain::{State, Sums};
use crate::explorer::Known;

const BLOCK: &str = "00000000000000000007878ec04bb2b2e12317804810f4c26033585b3f81ffaa";
const SCRIPT: &str = "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac";

fn txid(n: u32) -> String {
    format!("{n:02x}").repeat(32)
}

/// A transaction with outputs of 0, 1, 2 … satoshis from `from` on, of `all`.
fn tx(n: u32, from: usize, to: usize, all: usize) -> Value {
    json!({
        "hash": txid(n), "block_height": 7, "block_hash": BLOCK, "confirmed": "2017-05-12T07:26:40Z",
        "received": "2017-05-12T07:20:00.541Z", "ver": 2, "vin_sz": 1, "vout_sz": all,
        "inputs": [{
            "prev_hash": txid(0xee), "output_index": 3, "output_value": 9_000, "sequence": 5, "script_type": "pay-to-pubkey-hash",
            "addresses": ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"], "witness": ["00ff"],
        }],
        "outputs": (from..to).map(|sats| json!({ "value": sats, "script": SCRIPT, "addresses": ["a lie"] })).collect::<Vec<_>>(),
    })
}

fn read<T>(answers: &[(&str, &Value)], read: impl Fn(&Told<'_>) -> Result<T, Unread>) -> Result<T, Unread> {
    let answer = |(path, body): &(&str, &Value)| (Request::get(*path), body.to_string().into_bytes());
    let answers: Vec<_> = answers.iter().map(answer).collect();
    read(&Told::new(&answers, Network::Bitcoin, &Known::default()))
}

fn read_tx(row: &Value) -> Result<Tx, Unread> {
    read(&[("asked", row)], |told| BLOCKCYPHER.read_transaction(told))
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
        |cursor: Option<&str>| BLOCKCYPHER.address_page(&address, cursor.map(|c| Cursor(c.into())).as_ref()).path;
    assert_eq!(BLOCKCYPHER.totals(&address).path, format!("addrs/{address}/balance"));
    assert_eq!(page(None), format!("addrs/{address}/full?limit=50&txlimit=200"));
    assert_eq!(page(Some("300")), format!("addrs/{address}/full?limit=50&txlimit=200&before=300"));
    assert_eq!(page(Some(BLOCK)), page(None), "a cursor of another dialect starts anew");
    assert_eq!(BLOCKCYPHER.tip().path, "");
    assert_eq!(BLOCKCYPHER.block_at(7).path, "blocks/7?txstart=0&limit=1");
}

#[test]
fn what_is_left_out_is_nothing() {
    let told = read_tx(&tx(1, 0, 2, 2)).unwrap();
    assert_eq!((told.version, told.lock_time, told.size), (Some(2), Some(0), None));
    let input = &told.inputs[0];
    assert_eq!(
        (input.outpoint().unwrap().vout, input.value, input.sequence),
        (3, Some(Amount::from_sat(9_000)), Some(5))
    );
    assert_eq!(input.script_sig.as_ref().map(|script| script.len()), Some(0));
    assert_eq!(input.witness.as_ref().unwrap().to_vec(), [vec![0, 255]]);
    let block = told.state.block().unwrap();
    assert_eq!(
        (block.height, block.hash.unwrap().to_string().as_str(), block.time.timestamp()),
        (7, BLOCK, 1_494_574_000)
    );
    assert_eq!(told.first_seen.unwrap().timestamp(), 1_494_573_600);
    assert_eq!(told.outputs[1].address.as_ref().unwrap().as_str(), "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
    let mut own = tx(1, 0, 1, 1);
    own["received"] = own["confirmed"].clone();
    assert_eq!(read_tx(&own).unwrap().first_seen, None, "the block's time is no observation");
    for never in ["0001-01-01T00:00:00Z", "2106-02-07T06:28:16Z", "+262142-12-31T23:59:59Z"] {
        own["received"] = never.into();
        assert_eq!(read_tx(&own).unwrap().first_seen, None, "{never}");
    }
    let mut coinbase = tx(1, 0, 1, 1);
    coinbase["inputs"] = json!([{ "output_index": -1, "script": "51", "script_type": "empty" }]);
    let told = read_tx(&coinbase).unwrap();
    assert_eq!(told.inputs[0].witness, None, "a witness that is not there is not told");
    assert!(told.inputs[0].coinbase && told.inputs[0].value.is_none() && told.to_bitcoin().unwrap().is_coinbase());
}

#[test]
fn a_witness_is_empty_only_where_there_can_be_none() {
    let check = |kind: &str, expect: Option<usize>| {
        let mut row = tx(1, 0, 1, 1);
        row["inputs"][0]["script_type"] = kind.into();
        row["inputs"][0].as_object_mut().unwrap().remove("witness");
        assert_eq!(read_tx(&row).unwrap().inputs[0].witness.as_ref().map(|witness| witness.len()), expect, "{kind}");
    };
    check("pay-to-pubkey-hash", Some(0));
    check("pay-to-pubkey", Some(0));
    check("pay-to-script-hash", None);
    check("pay-to-witness-pubkey-hash", None);
}

/// The address of what is spent is taken where that kind of script has one.
#[test]
fn addresses_of_inputs() {
    let check = |kind: &str, addresses: Value, expect: bool| {
        let mut row = tx(1, 0, 1, 1);
        row["inputs"][0]["script_type"] = kind.into();
        row["inputs"][0]["addresses"] = addresses;
        assert_eq!(read_tx(&row).unwrap().inputs[0].address.is_some(), expect, "{kind}");
    };
    let one = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
    check("pay-to-pubkey-hash", json!([one]), true);
    check("pay-to-witness-pubkey-hash", json!(["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"]), true);
    check("pay-to-pubkey", json!([one]), false);
    check("pay-to-multi-pubkey-hash", json!([one]), false);
    check("pay-to-pubkey-hash", json!([one, one]), false);
    check("pay-to-pubkey-hash", json!(["zsomething"]), false);
    check("pay-to-pubkey-hash", Value::Null, false);
}

#[test]
fn what_cannot_be_is_garbled() {
    let check = |place: &str, value: Value, expect: &str| {
        let mut row = tx(1, 0, 2, 2);
        *row.pointer_mut(place).unwrap() = value;
        let said = reason(read_tx(&row));
        assert!(said.contains(expect), "{place}: {said}");
    };
    check("/confirmed", Value::Null, "without block time");
    check("/confirmed", json!("0001-01-01T00:00:00Z"), "time 0001");
    check("/block_hash", json!("00"), "block hash");
    check("/block_height", json!(1_u64 << 40), "block height");
    check("/ver", json!(1_u64 << 40), "version");
    check("/outputs/0/value", json!(2_100_000_000_000_001_u64), "above 21 million");
    check("/inputs/0/output_value", json!(2_100_000_000_000_001_u64), "above 21 million");
    check("/inputs/0/output_index", json!(-1), "output index");
    check("/inputs/0/prev_hash", json!("00"), "no txid says what an input spends");
    check("/inputs/0/witness/0", json!("0g"), "witness is not hex");
    check("/vout_sz", json!(1), "more inputs or outputs than it counts");
    check("/vin_sz", json!(1_000_000), "more inputs or outputs than a block has room for");
    let mut waits = tx(1, 0, 1, 1);
    waits["block_height"] = json!(-1);
    assert_eq!(read_tx(&waits).unwrap().state, State::Mempool);
}

#[test]
fn long_lists_are_asked_for_until_they_are_complete() {
    let first = tx(1, 0, 3, 7);
    let rest = |from: usize| format!("txs/{}?instart=0&outstart={from}&limit=200", txid(1));
    let (second, third) = (tx(1, 3, 6, 7), tx(1, 6, 7, 7));
    let page = |further: &[(&str, &Value)]| {
        let page = json!({ "txs": [first, tx(2, 0, 1, 1)], "hasMore": false });
        let mut answers = vec![("asked", &page)];
        answers.extend_from_slice(further);
        read(&answers, |told| BLOCKCYPHER.read_address_page(told))
    };
    let asks = |read: Result<Page, Unread>| match read.unwrap_err() {
        Unread::Ask(more) => more.into_iter().map(|request| request.path).collect::<Vec<_>>(),
        Unread::Garbled(garbled) => panic!("{garbled}"),
    };
    assert_eq!(asks(page(&[])), [rest(3)]);
    let twice = json!({ "txs": [first, first] });
    let twice = read(&[("asked", &twice)], |told| BLOCKCYPHER.read_address_page(told));
    assert_eq!(asks(twice), [rest(3)], "one request for a row that came twice");
    assert_eq!(asks(page(&[(&rest(3), &second)])), [rest(6)]);
    let whole = page(&[(&rest(3), &second), (&rest(6), &third)]).unwrap();
    let sats: Vec<u64> = whole.txs[0].outputs.iter().map(|out| out.value.to_sat()).collect();
    assert_eq!((sats, whole.txs[0].inputs.len(), whole.txs.len()), ((0..7).collect(), 1, 2));
    assert!(reason(page(&[(&rest(3), &tx(1, 3, 3, 7))])).contains("its rest is missing"));
    assert!(reason(page(&[(&rest(3), &tx(2, 3, 6, 7))])).contains("its rest belongs to another one"));
    assert!(reason(page(&[(&rest(3), &tx(1, 0, 6, 7))])).contains("more inputs or outputs than it counts"));
}

#[test]
fn pages_go_on_below_the_last_block() {
    let check = |question: &str, heights: &[i64], more: bool, next: Option<&str>| {
        let row = |(n, height): (usize, &i64)| {
            let mut row = tx(u32::try_from(n).unwrap() + 1, 0, 1, 1);
            row["block_height"] = json!(height);
            row
        };
        let page = json!({ "txs": heights.iter().enumerate().map(row).collect::<Vec<_>>(), "hasMore": more });
        let page = read(&[(question, &page)], |told| BLOCKCYPHER.read_address_page(told)).unwrap();
        assert_eq!(page.next.map(|cursor| cursor.0).as_deref(), next, "{question} {heights:?}");
    };
    check("addrs/1a/full", &[-1, 9, 8, 7], true, Some("8"));
    check("addrs/1a/full", &[-1, 9, 8, 7], false, None);
    // The lowest block again, unless that leads nowhere.
    check("addrs/1a/full?before=8", &[7, 6], true, Some("7"));
    check("addrs/1a/full?before=8", &[7, 7], true, Some("7"));
    check("addrs/1a/full?before=7", &[7, 7], true, None);
    check("addrs/1a/full", &[-1, -1], true, Some("2000000000"));
    check("addrs/1a/full?before=2000000000", &[-1], true, None);
    check("addrs/1a/full", &[], true, Some("2000000000"));
    let none = json!({ "address": "1a", "txs": null });
    let page = read(&[("addrs/1a/full", &none)], |told| BLOCKCYPHER.read_address_page(told)).unwrap();
    assert_eq!(page, Page::default());
}

#[test]
fn totals() {
    let read = |sums: [i64; 4], waits: [i64; 2]| {
        let body = json!({
            "n_tx": sums[0], "total_received": sums[1], "total_sent": sums[2], "balance": sums[3],
            "unconfirmed_n_tx": waits[0], "unconfirmed_balance": waits[1], "final_balance": sums[3] + waits[1],
        });
        read(&[("asked", &body)], |told| BLOCKCYPHER.read_totals(told)).map(|answer| answer.said)
    };
    let said = read([3, 500, 200, 300], [0, 0]).unwrap();
    assert_eq!(said.confirmed, Sums::all(3, Amount::from_sat(500), Amount::from_sat(200)));
    assert_eq!(said.waiting, Sums::all(0, Amount::ZERO, Amount::ZERO), "nothing waits, and nothing is the sum of it");
    let waiting = read([3, 500, 200, 300], [2, -300]).unwrap().waiting;
    assert_eq!(waiting, Sums { tx_count: Some(2), received: None, spent: None }, "a net balance is no sum");
    for (wrong, expect) in
        [([3, 200, 500, -300], "impossible"), ([3, 500, 200, 7], "leave 7"), ([-1, 0, 0, 0], "impossible")]
    {
        assert!(reason(read(wrong, [0, 0])).contains(expect), "{wrong:?}");
    }
    assert!(reason(read([3, 500, 200, 300], [-1, 0])).contains("impossible"));
}

#[test]
fn a_block_is_in_the_best_chain_if_it_is_the_one_at_its_height() {
    let block = |hash: &str| {
        json!({
            "hash": hash, "height": 7, "ver": 1, "prev_block": BLOCK, "mrkl_root": BLOCK, "bits": 1,
            "time": "2017-05-12T07:26:40Z", "txids": [BLOCK],
        })
    };
    let (one, other) = (block(BLOCK), block(&txid(1)));
    let best = |answers: &[(&str, &Value)]| read(answers, |told| BLOCKCYPHER.read_best_chain(told));
    let at = BLOCKCYPHER.block_at(7);
    assert_eq!(best(&[("asked", &one)]), Err(Unread::Ask(vec![at.clone()])));
    assert_eq!(best(&[("asked", &one), (&at.path, &one)]), Ok(true));
    assert_eq!(best(&[("asked", &one), (&at.path, &other)]), Ok(false));
}
