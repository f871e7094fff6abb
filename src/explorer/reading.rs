//! What the readers of several dialects share: numbers that can exist, times, hex, rows that come twice.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use bitcoin::block::{Header, Version};
use bitcoin::consensus::encode::serialize;
use bitcoin::{Amount, BlockHash, CompactTarget, ScriptBuf, TxMerkleNode};
use chrono::DateTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, de};

use super::Garbled;
use crate::domain::{State, Time, Tx, TxIn, TxOut};

/// Reads JSON; a web page, as firewalls and landing pages send it with status 200, is called one, and an error in JSON is
/// told in the server's words.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Garbled> {
    no_web_page(body)?;
    serde_json::from_slice(body).map_err(|error| match serde_json::from_slice::<Refusal>(body) {
        Ok(refusal) => Garbled(format!("an error: {}", refusal.error)),
        Err(_) => error.into(),
    })
}

/// Landing pages of networks, and the pages for people that lie beside an API, are no answers.
pub(super) fn no_web_page(body: &[u8]) -> Result<(), Garbled> {
    match body.trim_ascii_start().first() {
        Some(b'<') => {
            let what = "a web page, not an explorer's answer; is /api missing from the URL?";
            Err(Garbled(what.to_owned()))
        }
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// Removes rows that come twice, as mempool's server sends what waits, and as pages overlap. Of two states of one
/// transaction the confirmed one stays: it was mined while the page was put together.
pub(super) fn each_once(rows: Vec<Tx>) -> Vec<Tx> {
    let mut places = HashMap::new();
    let mut txs: Vec<Tx> = Vec::with_capacity(rows.len());
    for tx in rows {
        match places.get(&tx.txid) {
            None => {
                places.insert(tx.txid, txs.len());
                txs.push(tx);
            }
            Some(&place) if txs[place].state == State::Mempool => txs[place] = tx,
            Some(_) => {}
        }
    }
    txs
}

/// An amount that can exist.
pub(super) fn possible(sats: Option<u64>) -> Result<Amount, Garbled> {
    sats.map(Amount::from_sat)
        .filter(|amount| *amount <= Amount::MAX_MONEY)
        .ok_or_else(|| Garbled("an amount above 21 million bitcoin".to_owned()))
}

/// The sums of a transaction can exist. What is spent is not part of the txid, but bounded all the same.
pub(super) fn possible_sums(inputs: &[TxIn], outputs: &[TxOut]) -> Result<(), Garbled> {
    let paid = outputs.iter().try_fold(Amount::ZERO, |sum: Amount, out| sum.checked_add(out.value));
    possible(paid.map(Amount::to_sat))?;
    let spent = inputs.iter().filter_map(|input| input.value).try_fold(Amount::ZERO, Amount::checked_add);
    possible(spent.map(Amount::to_sat))?;
    Ok(())
}

/// A total that fits an SQLite integer and is not negative. It may be above 21 million bitcoin: a busy address receives the
/// same coins again and again.
pub(super) fn storable(number: impl TryInto<u64> + Display + Copy) -> Result<u64, Garbled> {
    let impossible = || Garbled(format!("garbled: the total {number} is impossible"));
    let number: u64 = number.try_into().map_err(|_| impossible())?;
    i64::try_from(number).map(|_| number).map_err(|_| impossible())
}

/// A transaction's or a block's version: on the wire four bytes, which some servers write signed and some unsigned.
pub(super) fn version(told: i64) -> Result<i32, Garbled> {
    i32::try_from(told)
        .or_else(|_| u32::try_from(told).map(u32::cast_signed))
        .map_err(|_| Garbled(format!("version {told}")))
}

pub(super) fn instant(seconds: u32) -> Result<Time, Garbled> {
    DateTime::from_timestamp(i64::from(seconds), 0).ok_or_else(|| Garbled(format!("time {seconds}")))
}

/// A time as block headers have it: four bytes.
pub(super) fn seconds(time: Time) -> Result<u32, Garbled> {
    u32::try_from(time.timestamp()).map_err(|_| Garbled(format!("time {time}")))
}

/// When a server first saw a transaction. A time that is just the block's was not observed by it: it took the
/// transaction from the block.
pub(super) fn seen(told: Option<Time>, state: &State) -> Option<Time> {
    told.filter(|time| time.timestamp() > 0 && state.block().is_none_or(|block| block.time != *time))
}

pub(super) fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(de::Error::custom)
}

pub(super) fn script<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ScriptBuf, D::Error> {
    let text = String::deserialize(deserializer)?;
    ScriptBuf::from_hex(&text).map_err(de::Error::custom)
}

/// The fields of a block header, as services tell them one by one.
pub(super) struct HeaderFields {
    pub version: i64,
    pub prev_block: BlockHash,
    pub merkle_root: TxMerkleNode,
    pub time: u32,
    pub bits: u32,
    pub nonce: u32,
}

impl HeaderFields {
    /// The 80 bytes, which hash to the block's hash if the fields are true.
    pub fn bytes(&self) -> Result<[u8; 80], Garbled> {
        let header = Header {
            version: Version::from_consensus(version(self.version)?),
            prev_blockhash: self.prev_block,
            merkle_root: self.merkle_root,
            time: self.time,
            bits: CompactTarget::from_consensus(self.bits),
            nonce: self.nonce,
        };
        serialize(&header).try_into().map_err(|_| Garbled("no block header".to_owned()))
    }
}
