//! Shows a [`FakeChain`] the way BlockCypher does.

use std::str::FromStr;

use bitcoin::block::Header;
use bitcoin::{Address, OutPoint, ScriptBuf, Txid};
use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::chain::{FakeBlock, FakeChain, FakeTx, Place};
use super::explorer::{Answer, query};

/// Inputs and outputs of a transaction at once, however many are asked for.
const ROWS: usize = 30;

/// Answers a path below the base URL.
pub fn answer(chain: &FakeChain, path: &str) -> Answer {
    let (route, asked) = path.split_once('?').unwrap_or((path, ""));
    let segments: Vec<_> = route.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        [""] => Answer::json(&json!({
            "name": "BTC.main", "height": chain.tip().height, "hash": chain.tip().header.block_hash().to_string(),
            "time": "2026-01-01T00:00:00.123456789Z", "peer_count": 239, "unconfirmed_count": 617,
        })),
        ["addrs", text, what @ ("balance" | "full")] => {
            let address = Address::from_str(text).ok().filter(|a| a.is_valid_for_network(chain.network));
            match address {
                Some(_) => about_address(chain, text, *what == "full", asked),
                None => error(400, &format!("Error: wallet not found for {text}")),
            }
        }
        ["txs", text] => {
            let txid = Txid::from_str(text).ok();
            match txid.and_then(|txid| chain.tx(&txid)).filter(|tx| !matches!(tx.place, Place::Gone | Place::Ghost)) {
                Some(tx) => Answer::json(&tx_json(chain, tx, asked, "limit")),
                None => error(404, &format!("Transaction {text} not found.")),
            }
        }
        ["blocks", "0"] => Answer::json(&header_json(&bitcoin::constants::genesis_block(chain.network).header, 0, &[])),
        ["blocks", which] => {
            let by_height = chain.blocks.iter().find(|block| block.height.to_string() == *which);
            match by_height.or_else(|| chain.block(which)) {
                Some(FakeBlock { header, height, txids }) => Answer::json(&header_json(header, *height, txids)),
                None => error(404, &format!("Block {which} not found.")),
            }
        }
        _ => error(404, "not found"),
    }
}

fn error(status: u16, text: &str) -> Answer {
    Answer { status, ..Answer::json(&json!({ "error": text })) }
}

fn about_address(chain: &FakeChain, address: &str, full: bool, asked: &str) -> Answer {
    let (waiting, confirmed) = chain.shown_history(address);
    let (received, sent) = chain.shown_sums(address, &confirmed);
    let (in_mempool, out_of_mempool) = chain.shown_sums(address, &waiting);
    let signed = |sats: u64| i64::try_from(sats).expect("few coins");
    let balance = signed(received) - signed(sent);
    let net = signed(in_mempool) - signed(out_of_mempool);
    let mut about = json!({
        "address": address, "total_received": received, "total_sent": sent, "balance": balance,
        "unconfirmed_balance": net, "final_balance": balance + net, "n_tx": confirmed.len(),
        "unconfirmed_n_tx": waiting.len(), "final_n_tx": confirmed.len() + waiting.len(),
    });
    if full {
        let limit = query(asked, "limit").map_or(10, |n| n.parse::<usize>().expect("a number").min(50));
        let before = query(asked, "before").map(|n| n.parse::<u32>().expect("a height"));
        let height = |tx: &FakeTx| match tx.place {
            Place::Block(index) => Some(chain.blocks[index].height),
            Place::Mempool | Place::Ghost | Place::Gone => None,
        };
        let all: Vec<_> = match before {
            None => waiting.into_iter().chain(confirmed).collect(),
            Some(before) => confirmed.into_iter().filter(|tx| height(tx).is_some_and(|h| h < before)).collect(),
        };
        // The last block is completed, above the limit.
        let mut end = all.len().min(limit);
        while end > 0 && end < all.len() && height(all[end]).is_some() && height(all[end]) == height(all[end - 1]) {
            end += 1;
        }
        about["txs"] = all[..end].iter().map(|tx| tx_json(chain, tx, asked, "txlimit")).collect();
        if end < all.len() {
            about["hasMore"] = true.into();
        }
    }
    Answer::json(&about)
}

fn tx_json(chain: &FakeChain, fake: &FakeTx, asked: &str, limit: &str) -> Value {
    let tx = &fake.tx;
    let number = |name, default| query(asked, name).map_or(default, |n| n.parse::<usize>().expect("a number"));
    let limit = number(limit, 20).min(ROWS);
    let (instart, outstart) = (number("instart", 0), number("outstart", 0));
    let inputs: Vec<_> =
        tx.input.iter().enumerate().skip(instart).take(limit).map(|(n, _)| input_json(chain, fake, n)).collect();
    let outputs: Vec<_> =
        (0..tx.output.len()).skip(outstart).take(limit).map(|n| output_json(chain, fake, n)).collect();
    let mut row = json!({
        "block_height": -1, "block_index": -1, "hash": fake.txid.to_string(), "size": tx.total_size(),
        "received": time(fake.seen).replace('Z', ".541Z"), "ver": tx.version.0, "double_spend": false,
        "vin_sz": tx.input.len(), "vout_sz": tx.output.len(), "inputs": inputs, "outputs": outputs,
    });
    let rest = |start: usize, all: usize| start + limit < all;
    let url = "https://api.blockcypher.com/v1/btc/main/txs/elsewhere";
    if rest(instart, tx.input.len()) {
        row["next_inputs"] = url.into();
    }
    if rest(outstart, tx.output.len()) {
        row["next_outputs"] = url.into();
    }
    if tx.lock_time.to_consensus_u32() != 0 {
        row["lock_time"] = tx.lock_time.to_consensus_u32().into();
    }
    if let Place::Block(index) = fake.place {
        let FakeBlock { header, height, .. } = &chain.blocks[index];
        row["block_height"] = (*height).into();
        row["block_hash"] = header.block_hash().to_string().into();
        row["confirmed"] = time(header.time).into();
    }
    row
}

fn input_json(chain: &FakeChain, fake: &FakeTx, n: usize) -> Value {
    let input = &fake.tx.input[n];
    let mut row = json!({ "output_index": -1, "script_type": "empty" });
    if !input.script_sig.is_empty() {
        row["script"] = input.script_sig.to_hex_string().into();
    }
    if input.sequence.0 != 0 {
        row["sequence"] = input.sequence.0.into();
    }
    // The real service, too, leaves out the witness of what spends from a script hash.
    if !input.witness.is_empty() && !fake.prevouts.get(n).is_some_and(|out| out.script_pubkey.is_p2sh()) {
        let item = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        row["witness"] = input.witness.iter().map(item).collect();
    }
    if let Some(out) = fake.prevouts.get(n) {
        row["prev_hash"] = input.previous_output.txid.to_string().into();
        row["output_index"] = input.previous_output.vout.into();
        if out.value.to_sat() > 0 {
            row["output_value"] = out.value.to_sat().into();
        }
        row["addresses"] = addresses(chain, &out.script_pubkey);
        row["script_type"] = kind(&out.script_pubkey).into();
    }
    row
}

fn output_json(chain: &FakeChain, fake: &FakeTx, n: usize) -> Value {
    let out = &fake.tx.output[n];
    let mut row = json!({ "value": out.value.to_sat(), "addresses": addresses(chain, &out.script_pubkey) });
    row["script_type"] = kind(&out.script_pubkey).into();
    if !out.script_pubkey.is_empty() {
        row["script"] = out.script_pubkey.to_hex_string().into();
    }
    if let Some((by, _)) = chain.spender(&OutPoint::new(fake.txid, u32::try_from(n).expect("few outputs"))) {
        row["spent_by"] = by.txid.to_string().into();
    }
    row
}

/// Null where the script has none; that of its hash for a bare public key.
fn addresses(chain: &FakeChain, script: &ScriptBuf) -> Value {
    chain.shown(script).map_or(Value::Null, |address| json!([address]))
}

fn kind(script: &ScriptBuf) -> &'static str {
    match script {
        s if s.is_p2pkh() => "pay-to-pubkey-hash",
        s if s.is_p2sh() => "pay-to-script-hash",
        s if s.is_p2wpkh() => "pay-to-witness-pubkey-hash",
        s if s.is_p2wsh() => "pay-to-witness-script-hash",
        s if s.is_p2tr() => "pay-to-taproot",
        s if s.is_p2pk() => "pay-to-pubkey",
        s if s.is_op_return() => "null-data",
        _ => "unknown",
    }
}

fn header_json(header: &Header, height: u32, txids: &[Txid]) -> Value {
    json!({
        "hash": header.block_hash().to_string(), "height": height, "chain": "BTC.main",
        "ver": header.version.to_consensus(), "time": time(header.time), "bits": header.bits.to_consensus(),
        "nonce": header.nonce, "n_tx": txids.len(), "prev_block": header.prev_blockhash.to_string(),
        "mrkl_root": header.merkle_root.to_string(),
        "txids": txids.iter().take(1).map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn time(seconds: u32) -> String {
    DateTime::from_timestamp(seconds.into(), 0).expect("a time").to_rfc3339_opts(SecondsFormat::Secs, true)
}
