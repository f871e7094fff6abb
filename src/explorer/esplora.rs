//! Esplora, as blockstream.info, mempool.space and self-hosted servers speak it. All amounts are satoshis.
//!
//! The API is described at <https://github.com/Blockstream/esplora/blob/master/API.md>. Servers add fields, so none is
//! refused for being unknown. Addresses are derived from the scripts, which the txid commits to; what the server says
//! they are is not looked at.

use std::collections::HashMap;

use bitcoin::{Network, Txid};
use serde::de::DeserializeOwned;

use super::{Block, Cursor, Dialect, Garbled, Outspend, Page, Request, TotalsAnswer};
use crate::domain::{Address, BlockHash, State, Tx};

mod wire;

/// The Esplora dialect.
pub static ESPLORA: Esplora = Esplora;

/// Speaks Esplora; use [`ESPLORA`].
#[derive(Clone, Copy, Debug)]
pub struct Esplora;

impl Dialect for Esplora {
    fn name(&self) -> &'static str {
        "esplora"
    }

    fn totals(&self, address: &Address) -> Request {
        Request::get(format!("address/{address}"))
    }

    fn read_totals(&self, body: &[u8]) -> Result<TotalsAnswer, Garbled> {
        let totals = json::<wire::AddressStats>(body)?.read()?;
        Ok(TotalsAnswer { totals, as_of: None })
    }

    /// The first page holds what waits and the newest confirmed ones; every further page is asked for by the last
    /// confirmed txid of the page before. The empty cursor asks for the newest confirmed ones alone.
    fn address_page(&self, address: &Address, after: Option<&Cursor>) -> Request {
        Request::get(match after {
            None => format!("address/{address}/txs"),
            Some(Cursor(txid)) if txid.is_empty() => format!("address/{address}/txs/chain"),
            Some(Cursor(txid)) => format!("address/{address}/txs/chain/{txid}"),
        })
    }

    fn read_address_page(&self, body: &[u8], network: Network) -> Result<Page, Garbled> {
        let wire: Vec<wire::Tx> = json(body)?;
        let rows = wire.into_iter().map(|tx| tx.read(network)).collect::<Result<Vec<_>, _>>()?;
        // In page order, which some servers shuffle: the server itself looks its cursor up in the history.
        let last = rows.iter().rev().find(|tx| tx.state.block().is_some()).map(|tx| Cursor(tx.txid.to_string()));
        // Where none is confirmed, those that wait fill the page, and the confirmed ones are still to come.
        let next = if rows.is_empty() { None } else { Some(last.unwrap_or(Cursor(String::new()))) };
        Ok(Page { txs: each_once(rows), next })
    }

    fn transaction(&self, txid: &Txid) -> Request {
        Request::get(format!("tx/{txid}"))
    }

    fn read_transaction(&self, body: &[u8], network: Network) -> Result<Tx, Garbled> {
        json::<wire::Tx>(body)?.read(network)
    }

    fn outspends(&self, txid: &Txid) -> Request {
        Request::get(format!("tx/{txid}/outspends"))
    }

    fn read_outspends(&self, body: &[u8]) -> Result<Vec<Outspend>, Garbled> {
        json::<Vec<wire::Outspend>>(body)?.into_iter().map(wire::Outspend::read).collect()
    }

    fn proves(&self) -> bool {
        true
    }

    fn block_at(&self, height: u32) -> Request {
        Request::get(format!("block-height/{height}"))
    }

    fn best_chain(&self, hash: &BlockHash) -> Request {
        Request::get(format!("block/{hash}/status"))
    }

    fn read_best_chain(&self, body: &[u8]) -> Result<bool, Garbled> {
        Ok(json::<wire::BlockStatus>(body)?.in_best_chain)
    }

    fn tip(&self) -> Request {
        Request::get("blocks/tip/hash")
    }

    fn read_block_hash(&self, body: &[u8]) -> Result<BlockHash, Garbled> {
        let text = std::str::from_utf8(body).map(str::trim).unwrap_or_default();
        text.parse().map_err(|_| Garbled("no block hash".to_owned()))
    }

    fn block(&self, hash: &BlockHash) -> Request {
        Request::get(format!("block/{hash}"))
    }

    fn read_block(&self, body: &[u8]) -> Result<Block, Garbled> {
        json::<wire::Block>(body)?.read()
    }
}

/// Reads JSON; a web page, as firewalls and landing pages send it with status 200, is called one.
fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Garbled> {
    if body.trim_ascii_start().first() == Some(&b'<') {
        return Err(Garbled("a web page, not JSON".to_owned()));
    }
    Ok(serde_json::from_slice(body)?)
}

/// Removes rows that come twice, as mempool's server sends what waits. Of two states of one transaction the confirmed one
/// stays: it was mined while the page was put together.
fn each_once(rows: Vec<Tx>) -> Vec<Tx> {
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

#[cfg(test)]
mod tests;
