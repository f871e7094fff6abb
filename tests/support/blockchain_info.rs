//! Shows a [`FakeChain`] the way blockchain.info does.

use std::str::FromStr;

use bitcoin::block::Header;
use bitcoin::consensus::encode::{serialize, serialize_hex};
use bitcoin::{Address, OutPoint, Txid};
use serde_json::{Value, json};

use super::chain::{FakeBlock, FakeChain, FakeTx, Place};
use super::explorer::{Answer, query};

/// Answers a path below the base URL.
pub fn answer(chain: &FakeChain, path: &str) -> Answer {
    let (route, asked) = path.split_once('?').unwrap_or((path, ""));
    let segments: Vec<_> = route.trim_matches('/').split('/').collect();
    let hex = query(asked, "format") == Some("hex");
    match segments.as_slice() {
        ["rawaddr", text] => {
            let address = Address::from_str(text).ok().filter(|a| a.is_valid_for_network(chain.network));
            if address.is_some() { about_address(chain, text, asked) } else { not_found() }
        }
        ["rawtx", text] => {
            let txid = Txid::from_str(text).ok();
            match txid.and_then(|txid| chain.tx(&txid)).filter(|tx| !matches!(tx.place, Place::Gone | Place::Ghost)) {
                Some(tx) if hex => Answer::text(200, &serialize_hex(&tx.tx)),
                Some(tx) => Answer::json(&tx_json(chain, tx)),
                None => not_found(),
            }
        }
        ["latestblock"] => {
            let tip = chain.tip();
            Answer::json(&json!({
                "hash": tip.header.block_hash().to_string(), "time": tip.header.time, "block_index": tip.height,
                "height": tip.height, "txIndexes": [],
            }))
        }
        ["rawblock", hash] => match chain.block(hash) {
            Some(block) if hex => Answer::text(200, &lower_hex(&serialize(&chain.whole(block)))),
            Some(block) => Answer::json(&block_json(chain, block)),
            None => not_found(),
        },
        ["block-height", "0"] => {
            let header = bitcoin::constants::genesis_block(chain.network).header;
            Answer::json(&json!({ "blocks": [header_json(&header, 0, true)] }))
        }
        // Also blocks that left the chain, which may come first.
        ["block-height", height] => {
            let blocks: Vec<_> = chain
                .stale
                .iter()
                .chain(&chain.blocks)
                .filter(|block| block.height.to_string() == *height)
                .map(|block| block_json(chain, block))
                .collect();
            if blocks.is_empty() { not_found() } else { Answer::json(&json!({ "blocks": blocks })) }
        }
        _ => not_found(),
    }
}

fn not_found() -> Answer {
    let error = json!({ "error": "not-found-or-invalid-arg", "message": "Item not found or argument invalid" });
    Answer { status: 404, ..Answer::json(&error) }
}

fn about_address(chain: &FakeChain, address: &str, asked: &str) -> Answer {
    let (mut txs, confirmed) = chain.shown_history(address);
    txs.extend(confirmed);
    let (received, sent) = chain.shown_sums(address, &txs);
    let number = |name, default| query(asked, name).map_or(default, |n| n.parse::<usize>().expect("a number"));
    let (limit, offset) = (number("limit", 50).min(100), number("offset", 0));
    let rows: Vec<_> = txs.iter().skip(offset).take(limit).map(|tx| tx_json(chain, tx)).collect();
    Answer::json(&json!({
        "address": address, "n_tx": txs.len(), "n_unredeemed": 0, "total_received": received, "total_sent": sent,
        "final_balance": received - sent, "txs": rows,
    }))
}

fn tx_json(chain: &FakeChain, fake: &FakeTx) -> Value {
    let tx = &fake.tx;
    let inputs = tx.input.iter().enumerate().map(|(n, input)| {
        let mut row = json!({
            "sequence": input.sequence.0, "witness": lower_hex(&serialize(&input.witness)),
            "script": input.script_sig.to_hex_string(), "index": n,
        });
        if input.witness.is_empty() {
            row["witness"] = "".into();
        }
        if let Some(out) = fake.prevouts.get(n) {
            row["prev_out"] = json!({
                "type": 0, "spent": true, "value": out.value.to_sat(), "n": input.previous_output.vout, "tx_index": 1,
                "script": out.script_pubkey.to_hex_string(), "addr": chain.shown(&out.script_pubkey),
            });
        }
        row
    });
    let out = tx.output.iter().enumerate().map(|(n, out)| {
        let spender = chain.spender(&OutPoint::new(fake.txid, u32::try_from(n).expect("few outputs")));
        json!({
            "type": 0, "spent": spender.is_some(), "value": out.value.to_sat(), "n": n, "tx_index": 2,
            "spending_outpoints": spender.map(|(_, vin)| json!({ "tx_index": 3, "n": vin })).into_iter().collect::<Vec<_>>(),
            "script": out.script_pubkey.to_hex_string(), "addr": chain.shown(&out.script_pubkey),
        })
    });
    let mut row = json!({
        "hash": fake.txid.to_string(), "ver": tx.version.0, "vin_sz": tx.input.len(), "vout_sz": tx.output.len(),
        "size": tx.total_size(), "weight": tx.weight().to_wu(), "relayed_by": "0.0.0.0",
        "lock_time": tx.lock_time.to_consensus_u32(), "tx_index": 2, "double_spend": false, "time": fake.seen,
        "inputs": inputs.collect::<Vec<_>>(), "out": out.collect::<Vec<_>>(),
    });
    if let Place::Block(index) = fake.place {
        row["block_height"] = chain.blocks[index].height.into();
    }
    row
}

fn block_json(chain: &FakeChain, block: &FakeBlock) -> Value {
    let mut json = header_json(&block.header, block.height, chain.has(block));
    let txs = block.txids.iter().filter_map(|txid| chain.tx(txid));
    json["tx"] = txs.map(|tx| tx_json(chain, tx)).collect();
    json
}

fn header_json(header: &Header, height: u32, main_chain: bool) -> Value {
    json!({
        "hash": header.block_hash().to_string(), "ver": header.version.to_consensus(),
        "prev_block": header.prev_blockhash.to_string(), "mrkl_root": header.merkle_root.to_string(),
        "time": header.time, "bits": header.bits.to_consensus(), "nonce": header.nonce, "height": height,
        "main_chain": main_chain, "next_block": [], "tx": [],
    })
}

fn lower_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
