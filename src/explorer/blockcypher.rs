//! BlockCypher, as <https://www.blockcypher.com/dev/bitcoin/> describes it. All amounts are satoshis.
//!
//! Totals are those of confirmed transactions; of what waits it tells the number and the net balance, so what waits has
//! no sums unless nothing waits. Long lists of inputs and outputs are paged inside the transaction: the rest is asked for with
//! requests of our own, never with the URL in the answer. The outputs carry scripts, from which the addresses are derived;
//! of what an input spends there is only the address and the kind of script, and the address is taken where that kind has
//! one. A bare public key is shown under the address of its hash, which is not its own.
//!
//! Witnesses of inputs that spend from a script hash are left out in its answers, so a witness that is not there is not told,
//! rather than empty, unless the kind of script has none. No txid commits to witnesses.
//!
//! `received` is when the service first saw a transaction, or the block's time where it did not see it before.

use bitcoin::Txid;

use super::reading::{each_once, json};
use super::{Block, Cursor, Dialect, Outspend, Page, Request, Subject, Told, TotalsAnswer, Unread};
use crate::domain::{Address, BlockHash, Tx};

mod wire;

/// Rows of a page: the most that the service gives. It may give more, to complete the last block.
const PAGE: usize = 50;
/// Above all blocks.
const TOP: u32 = 2_000_000_000;

/// The dialect of BlockCypher.
pub static BLOCKCYPHER: BlockCypher = BlockCypher;

/// Speaks BlockCypher; use [`BLOCKCYPHER`].
#[derive(Clone, Copy, Debug)]
pub struct BlockCypher;

impl Dialect for BlockCypher {
    fn name(&self) -> &'static str {
        "blockcypher"
    }

    fn totals(&self, address: &Address) -> Request {
        Request::get(format!("addrs/{address}/balance"))
    }

    fn read_totals(&self, told: &Told<'_>) -> Result<TotalsAnswer, Unread> {
        Ok(TotalsAnswer { said: json::<wire::AddressTotals>(told.body())?.read()?, as_of: None })
    }

    /// A cursor is the height below which the page begins.
    fn address_page(&self, address: &Address, after: Option<&Cursor>) -> Request {
        let before = after.and_then(|cursor| cursor.0.parse::<u32>().ok());
        let before = before.map(|height| format!("&before={height}")).unwrap_or_default();
        Request::get(format!("addrs/{address}/full?limit={PAGE}&txlimit={}{before}", wire::ROWS))
    }

    fn read_address_page(&self, told: &Told<'_>) -> Result<Page, Unread> {
        let wire::AddressPage { txs, has_more } = json(told.body())?;
        let txs = wire::read_all(txs, told)?;
        let next = if has_more { next(&txs, before(told)) } else { None };
        Ok(Page { txs: each_once(txs), next: next.map(|height| Cursor(height.to_string())) })
    }

    fn transaction(&self, txid: &Txid) -> Request {
        Request::get(format!("txs/{txid}?limit={}", wire::ROWS))
    }

    fn read_transaction(&self, told: &Told<'_>) -> Result<Tx, Unread> {
        let row = json::<wire::Tx>(told.body())?.complete(told)?;
        Ok(row.read(told.network)?)
    }

    fn outspends(&self, txid: &Txid) -> Request {
        self.transaction(txid)
    }

    fn read_outspends(&self, told: &Told<'_>) -> Result<Vec<Outspend>, Unread> {
        Ok(json::<wire::Tx>(told.body())?.complete(told)?.outspends()?)
    }

    fn proves(&self) -> bool {
        true
    }

    fn block_at(&self, height: u32) -> Request {
        wire::block(&height)
    }

    /// The document at the root of the API describes the chain.
    fn tip(&self) -> Request {
        Request::get("")
    }

    fn read_block_hash(&self, told: &Told<'_>) -> Result<BlockHash, Unread> {
        Ok(json::<wire::Hash>(told.body())?.hash)
    }

    /// A block is in the best chain if it is the block at its height.
    fn best_chain(&self, hash: &BlockHash) -> Request {
        wire::block(hash)
    }

    fn read_best_chain(&self, told: &Told<'_>) -> Result<bool, Unread> {
        let block = json::<wire::Block>(told.body())?.read()?;
        let at_its_height = wire::block(&block.height);
        match told.answer_to(&at_its_height) {
            Some(body) => Ok(json::<wire::Hash>(body)?.hash == block.hash),
            None => Err(Unread::Ask(vec![at_its_height])),
        }
    }

    fn block(&self, hash: &BlockHash) -> Request {
        wire::block(hash)
    }

    fn read_block(&self, told: &Told<'_>) -> Result<Block, Unread> {
        Ok(json::<wire::Block>(told.body())?.read()?)
    }

    fn header(&self, hash: &BlockHash) -> Option<Request> {
        Some(wire::block(hash))
    }

    fn read_header(&self, told: &Told<'_>) -> Result<[u8; 80], Unread> {
        Ok(json::<wire::Block>(told.body())?.header()?)
    }

    fn page_for_people(&self, base: &str, subject: Subject<'_>) -> Option<String> {
        base.trim_end_matches('/').strip_suffix("api.blockcypher.com/v1/btc/main")?;
        Some(match subject {
            Subject::Transaction(txid) => format!("https://live.blockcypher.com/btc/tx/{txid}/"),
            Subject::Address(address) => format!("https://live.blockcypher.com/btc/address/{address}/"),
        })
    }
}

/// The height below which the page was asked for.
fn before(told: &Told<'_>) -> Option<u32> {
    let path = told.question().map(|question| question.path.as_str()).unwrap_or_default();
    path.rsplit_once("before=").and_then(|(_, height)| height.parse().ok())
}

/// Below which height the next page begins. Recorded answers complete their last block, but nothing promises it: the
/// lowest block is read again with the next page, unless the whole page stood in it, which would be read for ever.
fn next(txs: &[Tx], asked: Option<u32>) -> Option<u32> {
    let heights = || txs.iter().filter_map(|tx| tx.state.block()).map(|block| block.height);
    let next = match (heights().min(), heights().max()) {
        (Some(lowest), Some(highest)) if lowest < highest => lowest.checked_add(1)?,
        (Some(lowest), _) => lowest,
        // What waits fills the page; the confirmed ones are still to come.
        (None, _) => TOP,
    };
    asked.is_none_or(|asked| next < asked).then_some(next)
}

#[cfg(test)]
mod tests;
