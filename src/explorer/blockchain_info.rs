//! blockchain.info, as <https://www.blockchain.com/explorer/api/blockchain_api> describes it. All amounts are satoshis.
//!
//! Its rows tell neither the transactions that the inputs spend from nor the block's hash and time, so a page asks on: the
//! bytes of every transaction that the ledger has not proven yet, and every block that it does not hold. `time` is when the
//! service first saw the transaction, or the block's time where it did not see it before.
//!
//! Totals are those of blocks and mempool together. The service shows an output to a bare public key under the address
//! of that key's hash and counts it there. Ours is the address that the script itself has, which is none for a bare key: a
//! ledger of an address whose key was also paid bare differs from this service's totals, and is reported as differing.

use bitcoin::Txid;
use bitcoin::hex::FromHex;

use super::reading::{each_once, json};
use super::{Block, Cursor, Dialect, Garbled, Outspend, Page, Request, Subject, Told, TotalsAnswer, Unread};
use crate::domain::{Address, BlockHash, Said, Tx};

mod wire;

/// Rows of a page. A row may cost two further requests at one request in ten seconds: little is lost when one fails.
const PAGE: usize = 10;

/// The dialect of blockchain.info.
pub static BLOCKCHAIN_INFO: BlockchainInfo = BlockchainInfo;

/// Speaks blockchain.info; use [`BLOCKCHAIN_INFO`].
#[derive(Clone, Copy, Debug)]
pub struct BlockchainInfo;

impl Dialect for BlockchainInfo {
    fn name(&self) -> &'static str {
        "blockchain.info"
    }

    /// Of the ways to ask, the one that tells received and sent both, with no row beside them.
    fn totals(&self, address: &Address) -> Request {
        Request::get(format!("rawaddr/{address}?limit=0"))
    }

    fn read_totals(&self, told: &Told<'_>) -> Result<TotalsAnswer, Unread> {
        let together = json::<wire::AddressTotals>(told.body())?.read()?;
        Ok(TotalsAnswer { said: Said { together, ..Said::default() }, as_of: None })
    }

    /// Not `multiaddr`, which leaves out outputs to others. A transaction that comes between two pages moves the rows on, so
    /// that some come twice; one that goes leaves a gap, which the totals show.
    fn address_page(&self, address: &Address, after: Option<&Cursor>) -> Request {
        let offset: usize = after.and_then(|cursor| cursor.0.parse().ok()).unwrap_or_default();
        Request::get(format!("rawaddr/{address}?limit={PAGE}&offset={offset}"))
    }

    fn read_address_page(&self, told: &Told<'_>) -> Result<Page, Unread> {
        let wire::AddressPage { n_tx, txs } = json(told.body())?;
        let txs = each_once(wire::read_all(txs, told)?);
        // A row that came twice took the place of none: rather read one again than miss one.
        let read = offset(told).saturating_add(txs.len());
        let more = !txs.is_empty() && n_tx.is_none_or(|all| u64::try_from(read).is_ok_and(|read| read < all));
        Ok(Page { txs, next: more.then(|| Cursor(read.to_string())) })
    }

    fn transaction(&self, txid: &Txid) -> Request {
        Request::get(format!("rawtx/{txid}"))
    }

    fn read_transaction(&self, told: &Told<'_>) -> Result<Tx, Unread> {
        let row: wire::Tx = json(told.body())?;
        wire::read_all(vec![row], told)?.pop().ok_or_else(|| Garbled("no transaction".to_owned()).into())
    }

    /// The service tells that an output is spent, but of the spender only a number of its own.
    fn outspends(&self, txid: &Txid) -> Request {
        self.transaction(txid)
    }

    fn read_outspends(&self, told: &Told<'_>) -> Result<Vec<Outspend>, Unread> {
        Ok(json::<wire::Tx>(told.body())?.outspends()?)
    }

    fn proves(&self) -> bool {
        true
    }

    fn wants_known(&self) -> bool {
        true
    }

    fn block_at(&self, height: u32) -> Request {
        wire::block_at(height)
    }

    fn tip(&self) -> Request {
        Request::get("latestblock")
    }

    fn read_block_hash(&self, told: &Told<'_>) -> Result<BlockHash, Unread> {
        Ok(json::<wire::TipOrBlocks>(told.body())?.hash()?)
    }

    fn best_chain(&self, hash: &BlockHash) -> Request {
        self.block(hash)
    }

    fn read_best_chain(&self, told: &Told<'_>) -> Result<bool, Unread> {
        Ok(json::<wire::Block>(told.body())?.main_chain)
    }

    fn block(&self, hash: &BlockHash) -> Request {
        Request::get(format!("rawblock/{hash}"))
    }

    fn read_block(&self, told: &Told<'_>) -> Result<Block, Unread> {
        Ok(json::<wire::Block>(told.body())?.read()?)
    }

    fn header(&self, hash: &BlockHash) -> Option<Request> {
        Some(self.block(hash))
    }

    fn read_header(&self, told: &Told<'_>) -> Result<[u8; 80], Unread> {
        Ok(json::<wire::Block>(told.body())?.header()?)
    }

    fn raw_block(&self, hash: &BlockHash) -> Option<Request> {
        Some(Request::get(format!("rawblock/{hash}?format=hex")))
    }

    fn read_raw_block(&self, told: &Told<'_>) -> Result<Vec<u8>, Unread> {
        let text = std::str::from_utf8(told.body()).map(str::trim).unwrap_or_default();
        Vec::from_hex(text).map_err(|_| Garbled("no block in hex".to_owned()).into())
    }

    fn page_for_people(&self, base: &str, subject: Subject<'_>) -> Option<String> {
        base.trim_end_matches('/').strip_suffix("blockchain.info")?;
        Some(match subject {
            Subject::Transaction(txid) => format!("https://www.blockchain.com/explorer/transactions/btc/{txid}"),
            Subject::Address(address) => format!("https://www.blockchain.com/explorer/addresses/btc/{address}"),
        })
    }
}

/// From which row on the page was asked for.
fn offset(told: &Told<'_>) -> usize {
    let path = told.question().map(|question| question.path.as_str()).unwrap_or_default();
    path.rsplit_once("offset=").and_then(|(_, offset)| offset.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
