//! Lies and slips in right answers, whatever the dialect.

use bitcoin::consensus::encode::{deserialize_hex, serialize_hex};
use bitcoin::{Amount, Transaction};
use serde_json::{Value, json};

use super::explorer::Answer;

/// Adds a satoshi to the first output told of, in JSON or bytes, as a lying server might.
pub fn amount(answer: &mut Answer) {
    if let Some(mut tx) = bytes(answer) {
        tx.output[0].value += Amount::ONE_SAT;
        answer.body = serialize_hex(&tx).into_bytes();
        return;
    }
    change_outputs(answer, |outputs| {
        let sats = outputs[0]["value"].as_u64().expect("an amount to tamper with");
        outputs[0]["value"] = json!(sats + 1);
    });
}

/// Changes a byte of the first output's script, and so its address.
pub fn script(answer: &mut Answer) {
    if let Some(mut tx) = bytes(answer) {
        let mut script = tx.output[0].script_pubkey.to_bytes();
        script[5] ^= 1;
        tx.output[0].script_pubkey = script.into();
        answer.body = serialize_hex(&tx).into_bytes();
        return;
    }
    change_outputs(answer, |outputs| {
        let name = if outputs[0]["script"].is_string() { "script" } else { "scriptpubkey" };
        let hex = outputs[0][name].as_str().expect("a script to tamper with").to_owned();
        let byte = u8::from_str_radix(&hex[10..12], 16).expect("hex") ^ 1;
        outputs[0][name] = format!("{}{byte:02x}{}", &hex[..10], &hex[12..]).into();
    });
}

/// Leaves out every row of a page.
pub fn empty_page(answer: &mut Answer) {
    change_rows(answer, Vec::clear);
}

/// Every row of a page comes twice.
pub fn duplicate_rows(answer: &mut Answer) {
    change_rows(answer, |rows| {
        let again = rows.clone();
        rows.splice(0..0, again);
    });
}

/// Turns a page around, so that children and parents change places. The last row stays: on real servers it is where the next
/// page begins.
pub fn reorder(answer: &mut Answer) {
    change_rows(answer, |rows| {
        let last = rows.len().saturating_sub(1);
        rows[..last].reverse();
    });
}

/// Totals by which more was spent than received.
pub fn negative_balance(answer: &mut Answer) {
    let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) else { return };
    for name in ["total_sent", "final_balance", "balance"] {
        if value[name].is_number() {
            value[name] = if name == "total_sent" { json!(2_100_000_000_000_000_u64) } else { json!(-1) };
        }
    }
    if value["chain_stats"].is_object() {
        value["chain_stats"]["spent_txo_sum"] = json!(-1);
    }
    answer.body = value.to_string().into_bytes();
}

/// A transaction in hex.
fn bytes(answer: &Answer) -> Option<Transaction> {
    deserialize_hex(std::str::from_utf8(&answer.body).ok()?.trim()).ok()
}

fn change_rows(answer: &mut Answer, change: impl FnOnce(&mut Vec<Value>)) {
    let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) else { return };
    let list = if value.is_array() { &mut value } else { &mut value["txs"] };
    let Some(rows) = list.as_array_mut().filter(|rows| rows.first().is_none_or(|row| outputs_of(row).is_some())) else {
        return;
    };
    change(rows);
    answer.body = value.to_string().into_bytes();
}

fn change_outputs(answer: &mut Answer, change: impl FnOnce(&mut Value)) {
    let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) else { return };
    let row = match &mut value {
        Value::Array(rows) => rows.first_mut(),
        other if outputs_of(other).is_some() => Some(other),
        other => other.get_mut("txs").and_then(|txs| txs.get_mut(0)),
    };
    let Some(row) = row else { return };
    let Some(name) = outputs_of(row) else { return };
    change(&mut row[name]);
    answer.body = value.to_string().into_bytes();
}

/// How the dialect calls the outputs of a transaction; `None` for what is none.
fn outputs_of(row: &Value) -> Option<&'static str> {
    ["vout", "out", "outputs"].into_iter().find(|name| row[name].get(0).is_some_and(|out| out["value"].is_u64()))
}

/// Adds a satoshi to the output number `n` of all that are told of, in JSON or bytes; false where there are fewer.
pub fn amount_at(answer: &mut Answer, n: usize) -> bool {
    if let Some(mut tx) = bytes(answer) {
        let Some(output) = tx.output.get_mut(n) else { return false };
        output.value += Amount::ONE_SAT;
        answer.body = serialize_hex(&tx).into_bytes();
        return true;
    }
    change_output(answer, n, |output| {
        let sats = output["value"].as_u64().expect("an amount to tamper with");
        output["value"] = json!(sats + 1);
    })
}

/// Changes a byte of the script of the output number `n`; false where there are fewer.
pub fn script_at(answer: &mut Answer, n: usize) -> bool {
    if let Some(mut tx) = bytes(answer) {
        let Some(output) = tx.output.get_mut(n) else { return false };
        let mut script = output.script_pubkey.to_bytes();
        script[5] ^= 1;
        output.script_pubkey = script.into();
        answer.body = serialize_hex(&tx).into_bytes();
        return true;
    }
    change_output(answer, n, |output| {
        let name = if output["script"].is_string() { "script" } else { "scriptpubkey" };
        let hex = output[name].as_str().expect("a script to tamper with").to_owned();
        let byte = u8::from_str_radix(&hex[10..12], 16).expect("hex") ^ 1;
        output[name] = format!("{}{byte:02x}{}", &hex[..10], &hex[12..]).into();
    })
}

/// Changes the output number `n`, counted over all rows.
fn change_output(answer: &mut Answer, n: usize, change: impl FnOnce(&mut Value)) -> bool {
    let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) else { return false };
    let list = if value.is_array() { &mut value } else { &mut value["txs"] };
    let rows = list.as_array_mut().into_iter().flatten();
    let outputs = rows.filter_map(|row| {
        let name = outputs_of(row)?;
        row[name].as_array_mut()
    });
    let Some(output) = outputs.flatten().nth(n) else { return false };
    change(output);
    answer.body = value.to_string().into_bytes();
    true
}
