//! Shows a [`FakeChain`] the way Esplora servers do. A further dialect is a further function like [`answer`].

use std::str::FromStr;

use bitcoin::consensus::encode::{serialize, serialize_hex};
use bitcoin::hashes::{Hash, sha256d};
use bitcoin::{Address, OutPoint, TxOut, Txid};
use serde_json::{Value, json};

use super::chain::{FakeBlock, FakeChain, FakeTx, Place};
use super::explorer::Answer;

/// Whose habits the server has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Up to 50 that wait and 25 confirmed on the first page.
    #[default]
    Blockstream,
    /// 50 in all on the first page, and on behind a transaction that waits; those that wait come twice, and the order within a page
    /// is no order.
    Mempool,
}

/// Answers a path below the base URL.
pub fn answer(chain: &FakeChain, path: &str, style: Style) -> Answer {
    // A query is nothing that Esplora knows, but for where to go on behind what waits at mempool's servers.
    let (plain, query) = path.split_once('?').unwrap_or((path, ""));
    let after = query.strip_prefix("after_txid=").filter(|_| style == Style::Mempool);
    let segments: Vec<_> = plain.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["address", text, rest @ ..] => {
            let Ok(address) = Address::from_str(text) else { return Answer::text(400, "Invalid Bitcoin address") };
            let Ok(address) = address.require_network(chain.network) else {
                return Answer::text(400, "Address on invalid network");
            };
            about_address(chain, &address, rest, style, after)
        }
        ["tx", text, rest @ ..] => {
            let Ok(txid) = Txid::from_str(text) else { return Answer::text(400, "Invalid hex string") };
            match chain.tx(&txid).filter(|tx| tx.place != Place::Gone) {
                Some(tx) => about_tx(chain, tx, rest),
                None => Answer::text(404, "Transaction not found"),
            }
        }
        ["blocks", "tip", "hash"] => Answer::text(200, &chain.tip().header.block_hash().to_string()),
        ["blocks", "tip", "height"] => Answer::text(200, &chain.tip().height.to_string()),
        ["block", hash] => match chain.blocks.iter().find(|b| b.header.block_hash().to_string() == *hash) {
            Some(block) => Answer::json(&block_json(block)),
            None => Answer::text(404, "Block not found"),
        },
        ["block", hash, part @ ("header" | "raw" | "txids")] => {
            match chain.blocks.iter().find(|b| b.header.block_hash().to_string() == *hash) {
                Some(block) => block_part(chain, block, part),
                None => Answer::text(404, "Block not found"),
            }
        }
        // Servers answer for blocks that they do not know, too.
        ["block", hash, "status"] => {
            let known = chain.blocks.iter().any(|b| b.header.block_hash().to_string() == *hash);
            Answer::json(&json!({ "in_best_chain": known }))
        }
        ["block-height", "0"] => {
            Answer::text(200, &bitcoin::constants::genesis_block(chain.network).block_hash().to_string())
        }
        ["block-height", height] => match chain.blocks.iter().find(|b| b.height.to_string() == *height) {
            Some(block) => Answer::text(200, &block.header.block_hash().to_string()),
            None => Answer::text(404, "Block not found"),
        },
        _ => Answer::text(404, &format!("endpoint does not exist \"/{path}\"")),
    }
}

fn about_address(chain: &FakeChain, address: &Address, rest: &[&str], style: Style, after: Option<&str>) -> Answer {
    let script = address.script_pubkey();
    let (confirmed, waiting) = (chain.confirmed(&script), chain.waiting(&script));
    match rest {
        [] => {
            let stats = |txs: &[&FakeTx]| {
                let total = |part: fn(&FakeTx, &bitcoin::ScriptBuf) -> (u64, u64)| {
                    txs.iter().map(|tx| part(tx, &script)).fold((0, 0), |sum, tx| (sum.0 + tx.0, sum.1 + tx.1))
                };
                let (funded, spent) = (total(FakeTx::funded), total(FakeTx::spent));
                json!({
                    "tx_count": txs.len(),
                    "funded_txo_sum": funded.0, "funded_txo_count": funded.1,
                    "spent_txo_sum": spent.0, "spent_txo_count": spent.1,
                })
            };
            let address = address.to_string();
            Answer::json(&json!({
                "address": address, "chain_stats": stats(&confirmed), "mempool_stats": stats(&waiting),
            }))
        }
        ["txs"] => {
            let from = match after.map(|after| waiting.iter().position(|tx| tx.txid.to_string() == after)) {
                None => 0,
                Some(Some(place)) => place + 1,
                Some(None) => return Answer::text(422, "after_txid not found"),
            };
            let waiting = &waiting[from..waiting.len().min(from + 50)];
            let room = if style == Style::Mempool { 50 - waiting.len() } else { 25 };
            rows(chain, waiting, &confirmed[..confirmed.len().min(room)], style)
        }
        ["txs", "mempool"] => rows(chain, &waiting[..waiting.len().min(50)], &[], style),
        ["txs", "chain"] => rows(chain, &[], &confirmed[..confirmed.len().min(25)], style),
        ["txs", "chain", after] => {
            // An unknown cursor answers like the end of the history.
            let from = confirmed.iter().position(|tx| tx.txid.to_string() == *after).map_or(confirmed.len(), |n| n + 1);
            rows(chain, &[], &confirmed[from..confirmed.len().min(from + 25)], style)
        }
        _ => Answer::text(404, "endpoint does not exist"),
    }
}

fn rows(chain: &FakeChain, waiting: &[&FakeTx], confirmed: &[&FakeTx], style: Style) -> Answer {
    let mut rows: Vec<_> = waiting.to_vec();
    let mut mined = confirmed.to_vec();
    if style == Style::Mempool {
        rows.extend_from_slice(waiting);
        // The last one stays where it is: on real servers no walk loses a transaction.
        let last = mined.pop();
        rows.append(&mut mined);
        shuffle(&mut rows);
        mined.extend(last);
    }
    rows.append(&mut mined);
    Answer::json(&rows.iter().map(|tx| tx_json(chain, tx)).collect())
}

/// No order that anybody could rely on, but the same each time.
fn shuffle<T>(rows: &mut [T]) {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for end in (1..rows.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        rows.swap(end, (state >> 33) as usize % (end + 1));
    }
}

fn about_tx(chain: &FakeChain, tx: &FakeTx, rest: &[&str]) -> Answer {
    match rest {
        [] => Answer::json(&tx_json(chain, tx)),
        ["hex"] => Answer::text(200, &serialize_hex(&tx.tx)),
        ["status"] => Answer::json(&status_json(chain, tx)),
        ["merkle-proof"] => match tx.place {
            Place::Block(index) => merkle_proof(&chain.blocks[index], &tx.txid),
            Place::Mempool | Place::Ghost | Place::Gone => Answer::text(404, "Transaction not found or is unconfirmed"),
        },
        ["outspends"] => {
            let spends = (0..tx.tx.output.len()).map(|vout| {
                let outpoint = OutPoint::new(tx.txid, u32::try_from(vout).expect("few outputs"));
                match chain.spender(&outpoint) {
                    Some((by, vin)) => json!({
                        "spent": true, "txid": by.txid.to_string(), "vin": vin, "status": status_json(chain, by),
                    }),
                    None => json!({ "spent": false }),
                }
            });
            Answer::json(&spends.collect())
        }
        _ => Answer::text(404, "endpoint does not exist"),
    }
}

fn tx_json(chain: &FakeChain, fake: &FakeTx) -> Value {
    let tx = &fake.tx;
    let vin: Vec<_> = tx
        .input
        .iter()
        .enumerate()
        .map(|(n, input)| {
            let mut vin = json!({
                "txid": input.previous_output.txid.to_string(),
                "vout": input.previous_output.vout,
                "prevout": fake.prevouts.get(n).map(|out| out_json(chain, out)),
                "scriptsig": input.script_sig.to_hex_string(),
                "is_coinbase": tx.is_coinbase(),
                "sequence": input.sequence.0,
            });
            if !input.witness.is_empty() {
                let item = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
                vin["witness"] = input.witness.iter().map(item).collect();
            }
            vin
        })
        .collect();
    let paid_in: u64 = fake.prevouts.iter().map(|out| out.value.to_sat()).sum();
    let paid_out: u64 = tx.output.iter().map(|out| out.value.to_sat()).sum();
    json!({
        "txid": fake.txid.to_string(),
        "version": tx.version.0,
        "locktime": tx.lock_time.to_consensus_u32(),
        "vin": vin,
        "vout": tx.output.iter().map(|out| out_json(chain, out)).collect::<Vec<_>>(),
        "size": tx.total_size(),
        "weight": tx.weight().to_wu(),
        "fee": paid_in.saturating_sub(paid_out),
        "status": status_json(chain, fake),
    })
}

fn out_json(chain: &FakeChain, out: &TxOut) -> Value {
    let mut json = json!({ "scriptpubkey": out.script_pubkey.to_hex_string(), "value": out.value.to_sat() });
    if let Ok(address) = Address::from_script(&out.script_pubkey, chain.network) {
        json["scriptpubkey_address"] = address.to_string().into();
    }
    json
}

fn status_json(chain: &FakeChain, tx: &FakeTx) -> Value {
    match tx.place {
        Place::Block(index) => {
            let FakeBlock { height, header, .. } = &chain.blocks[index];
            json!({
                "confirmed": true, "block_height": height, "block_hash": header.block_hash().to_string(),
                "block_time": header.time,
            })
        }
        Place::Mempool | Place::Ghost | Place::Gone => json!({ "confirmed": false }),
    }
}

/// A block's header in hex, its bytes, or the txids in it.
fn block_part(chain: &FakeChain, block: &FakeBlock, part: &str) -> Answer {
    match part {
        "header" => Answer::text(200, &serialize_hex(&block.header)),
        "txids" => Answer::json(&block.txids.iter().map(ToString::to_string).collect()),
        _ => {
            let headers = vec![("content-type", "application/octet-stream".into())];
            Answer { status: 200, headers, body: serialize(&chain.whole(block)) }
        }
    }
}

/// The neighbours on the way from a transaction up to the merkle root; the last of an odd row is its own.
fn merkle_proof(block: &FakeBlock, txid: &Txid) -> Answer {
    let place = block.txids.iter().position(|t| t == txid).expect("a transaction of the block");
    let mut row: Vec<sha256d::Hash> = block.txids.iter().map(|txid| txid.to_raw_hash()).collect();
    let (mut at, mut merkle) = (place, Vec::new());
    while row.len() > 1 {
        merkle.push(row.get(at ^ 1).unwrap_or(&row[at]).to_string());
        row = row
            .chunks(2)
            .map(|pair| sha256d::Hash::hash(&[pair[0].to_byte_array(), pair[pair.len() - 1].to_byte_array()].concat()))
            .collect();
        at /= 2;
    }
    Answer::json(&json!({ "block_height": block.height, "merkle": merkle, "pos": place }))
}

fn block_json(block: &FakeBlock) -> Value {
    json!({
        "id": block.header.block_hash().to_string(),
        "height": block.height,
        "version": block.header.version.to_consensus(),
        "timestamp": block.header.time,
        "tx_count": block.txids.len(),
        "merkle_root": block.header.merkle_root.to_string(),
        "previousblockhash": block.header.prev_blockhash.to_string(),
        "nonce": block.header.nonce,
        "bits": block.header.bits.to_consensus(),
    })
}
