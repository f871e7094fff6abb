//! Esplora, as blockstream.info, mempool.space and self-hosted servers speak it. All amounts are satoshis.
//!
//! The API is described at <https://github.com/Blockstream/esplora/blob/master/API.md>. Servers add fields, so none is
//! refused for being unknown. Addresses are derived from the scripts, which the txid commits to; what the server says
//! they are is not looked at.

use bitcoin::hex::FromHex;
use bitcoin::{TxMerkleNode, Txid};

use super::reading::{each_once, json, no_web_page};
use super::{
    Block, Cursor, Dialect, Garbled, MerkleProof, Outspend, Page, Request, Subject, Told, TotalsAnswer, Unread,
};
use crate::domain::{Address, BlockHash, Tx};

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

    fn read_totals(&self, told: &Told<'_>) -> Result<TotalsAnswer, Unread> {
        let totals = json::<wire::AddressStats>(told.body())?.read()?;
        Ok(TotalsAnswer { said: totals.into(), as_of: None })
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

    fn read_address_page(&self, told: &Told<'_>) -> Result<Page, Unread> {
        let wire: Vec<wire::Tx> = json(told.body())?;
        let rows = wire.into_iter().map(|tx| tx.read(told.network)).collect::<Result<Vec<_>, _>>()?;
        // In page order, which some servers shuffle: the server itself looks its cursor up in the history.
        let last = rows.iter().rev().find(|tx| tx.state.block().is_some()).map(|tx| Cursor(tx.txid.to_string()));
        // Where none is confirmed, those that wait fill the page, and the confirmed ones are still to come.
        let next = if rows.is_empty() { None } else { Some(last.unwrap_or(Cursor(String::new()))) };
        Ok(Page { txs: each_once(rows), next })
    }

    /// mempool's servers go on behind the fifty that they show; Blockstream's show the first page again.
    fn waiting_page(&self, address: &Address, after: &Txid) -> Option<Request> {
        Some(Request::get(format!("address/{address}/txs?after_txid={after}")))
    }

    fn transaction(&self, txid: &Txid) -> Request {
        Request::get(format!("tx/{txid}"))
    }

    fn read_transaction(&self, told: &Told<'_>) -> Result<Tx, Unread> {
        Ok(json::<wire::Tx>(told.body())?.read(told.network)?)
    }

    fn outspends(&self, txid: &Txid) -> Request {
        Request::get(format!("tx/{txid}/outspends"))
    }

    fn read_outspends(&self, told: &Told<'_>) -> Result<Vec<Outspend>, Unread> {
        Ok(json::<Vec<wire::Outspend>>(told.body())?.into_iter().map(wire::Outspend::read).collect::<Result<_, _>>()?)
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

    fn read_best_chain(&self, told: &Told<'_>) -> Result<bool, Unread> {
        Ok(json::<wire::BlockStatus>(told.body())?.in_best_chain)
    }

    fn tip(&self) -> Request {
        Request::get("blocks/tip/hash")
    }

    fn read_block_hash(&self, told: &Told<'_>) -> Result<BlockHash, Unread> {
        no_web_page(told.body())?;
        let text = std::str::from_utf8(told.body()).map(str::trim).unwrap_or_default();
        text.parse().map_err(|_| Garbled("no block hash".to_owned()).into())
    }

    fn block(&self, hash: &BlockHash) -> Request {
        Request::get(format!("block/{hash}"))
    }

    fn read_block(&self, told: &Told<'_>) -> Result<Block, Unread> {
        Ok(json::<wire::Block>(told.body())?.read()?)
    }

    fn header(&self, hash: &BlockHash) -> Option<Request> {
        Some(Request::get(format!("block/{hash}/header")))
    }

    fn read_header(&self, told: &Told<'_>) -> Result<[u8; 80], Unread> {
        let text = std::str::from_utf8(told.body()).map(str::trim).unwrap_or_default();
        <[u8; 80]>::from_hex(text).map_err(|_| Garbled("no block header".to_owned()).into())
    }

    fn raw_block(&self, hash: &BlockHash) -> Option<Request> {
        Some(Request::get(format!("block/{hash}/raw")))
    }

    fn merkle_proof(&self, txid: &Txid) -> Option<Request> {
        Some(Request::get(format!("tx/{txid}/merkle-proof")))
    }

    fn read_merkle_proof(&self, told: &Told<'_>) -> Result<MerkleProof, Unread> {
        let wire: wire::MerkleProof = json(told.body())?;
        let node = |text: &String| text.parse::<TxMerkleNode>().map_err(|_| Garbled("merkle branch".to_owned()));
        let branch = wire.merkle.iter().map(node).collect::<Result<_, _>>()?;
        Ok(MerkleProof { height: wire.block_height, pos: wire.pos, branch })
    }

    /// Public servers show the pages beside the API: `https://mempool.space/tx/…` beside `https://mempool.space/api`.
    fn page_for_people(&self, base: &str, subject: Subject<'_>) -> Option<String> {
        let site = base.trim_end_matches('/').strip_suffix("/api")?;
        Some(match subject {
            Subject::Transaction(txid) => format!("{site}/tx/{txid}"),
            Subject::Address(address) => format!("{site}/address/{address}"),
        })
    }
}

#[cfg(test)]
mod tests;
