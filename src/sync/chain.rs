//! Whether an explorer follows the chain: the right one, up to now, and which of the ledger's blocks are still in it.

use std::collections::BTreeSet;

use bitcoin::constants::genesis_block;

use super::asked::{Asked, ask};
use crate::domain::{Address, BlockHash, BlockRef, Network, Time, network_name};
use crate::explorer::{Answer, AskError, Explorer};
use crate::http::HttpError;
use crate::store::{SharedStore, StoreError};

/// A tip older than this means that the explorer's node stands still: on mainnet, three hours without a block come once in
/// a hundred years or more.
const STALE_TIP_MINUTES: i64 = 180;
/// Nobody is believed about a reorganisation that goes deeper; new coins may be spent after as many blocks.
const DEEPEST_REORGANISATION: u32 = 100;

/// What is known of an explorer's chain during a round.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// Its newest block; `None` for a record.
    tip: Option<BlockHash>,
    /// The height of that block, if the explorer tells.
    height: Option<u32>,
    /// Its height and time, as first met in the round.
    newest: Option<(u32, Time)>,
    /// Blocks of the ledger that are not in its best chain.
    pub left: Vec<BlockHash>,
}

impl Chain {
    /// Once a round: the same genesis block, a newest block of today, and the ledger's last blocks still in the chain.
    pub async fn meet(&mut self, explorer: &Explorer, store: &SharedStore, now: Time) -> Asked<()> {
        if explorer.is_recorded() {
            return Ok(Ok(()));
        }
        ask!(shows_our_chain(explorer).await);
        // A server that does not tell of its newest block can still answer for addresses.
        let Some(tip) = ask!(told(explorer.tip().await)) else { return Ok(Ok(())) };
        let block = ask!(told(explorer.block(&tip).await));
        if let Some(block) = block {
            ask!(Self::is_fresh(explorer, block.height, block.time, now));
        }
        self.tip = Some(tip);
        self.newest = block.map(|b| (b.height, b.time));
        self.height = block.map(|b| b.height);
        // Which blocks the ledger holds tells what is in it.
        if explorer.is_discreet() {
            return Ok(Ok(()));
        }
        self.find_left(explorer, store).await
    }

    /// A newest block that is hours old means that the explorer's node stands still. Regtest mines when somebody wants.
    pub fn is_fresh(explorer: &Explorer, height: u32, time: Time, now: Time) -> Result<(), AskError> {
        let age = (now - time).num_minutes();
        if explorer.network() == Network::Regtest || age <= STALE_TIP_MINUTES {
            return Ok(());
        }
        let age = if age < 48 * 60 { format!("{} hours", age / 60) } else { format!("{} days", age / 60 / 24) };
        Err(behind(explorer, format!("its newest block {height} is {age} old")))
    }

    /// Height and time of the explorer's newest block, if it tells.
    pub fn newest(&self) -> Option<(u32, Time)> {
        self.newest
    }

    /// The height of the explorer's newest block, if it tells.
    pub fn height(&self) -> Option<u32> {
        self.height
    }

    /// Blocks below this height are not replaced any more.
    pub fn deep(&self) -> u32 {
        self.height.unwrap_or_default().saturating_sub(DEEPEST_REORGANISATION)
    }

    /// Asks for the newest block again; when it is another one, blocks may have been replaced. When it is not, the blocks that
    /// were told of meanwhile are in the chain.
    pub async fn moved(
        &mut self,
        explorer: &Explorer,
        store: &SharedStore,
        met: &BTreeSet<(u32, BlockHash)>,
    ) -> Asked<bool> {
        let Some(before) = self.tip else { return Ok(Ok(false)) };
        let tip = ask!(explorer.tip().await).value;
        if tip == before {
            let recent = met.iter().filter(|(height, _)| *height >= self.deep());
            remember(explorer, store, recent.map(|(_, hash)| (*hash, true)).collect()).await?;
            return Ok(Ok(false));
        }
        self.tip = Some(tip);
        self.height = ask!(told(explorer.block(&tip).await)).map(|b| b.height);
        ask!(self.find_left(explorer, store).await?);
        Ok(Ok(true))
    }

    /// Steps back from the ledger's last block to the first that is in the explorer's best chain and was there before: so are
    /// all below that were. Blocks that are new in the ledger may lie above others that left the chain unnoticed, and stop
    /// nothing. Where nothing is new that is one request.
    async fn find_left(&mut self, explorer: &Explorer, store: &SharedStore) -> Asked<()> {
        self.left.clear();
        let Some(height) = self.height else { return Ok(Ok(())) };
        let from = height.saturating_sub(DEEPEST_REORGANISATION);
        let name = explorer.name().to_owned();
        let blocks = store.run(move |store| store.blocks_from(from, &name)).await?;
        let (mut stands, mut asked) = (false, Vec::new());
        for (hash, stood) in blocks {
            if stands {
                // Found to have left before, by a round that did not come to read where its transactions are now.
                self.left.extend((stood == Some(false)).then_some(hash));
                continue;
            }
            let is_in = ask!(is_in_best_chain(explorer, &hash).await);
            stands = is_in && stood == Some(true);
            self.left.extend((!is_in).then_some(hash));
            asked.extend((stood != Some(is_in)).then_some((hash, is_in)));
        }
        remember(explorer, store, asked).await?;
        Ok(Ok(()))
    }

    /// An explorer whose newest block is below what the ledger holds of an address knows less than the ledger: its totals
    /// say nothing, and what it does not know is not gone.
    pub async fn is_level_with(&self, explorer: &Explorer, store: &SharedStore, address: &Address) -> Asked<()> {
        let Some(height) = self.height else { return Ok(Ok(())) };
        let of = address.clone();
        let highest = store.run(move |store| store.highest_block(&of)).await?;
        Ok(match highest {
            Some(held) if held > height => {
                Err(behind(explorer, format!("its newest block {height} is below block {held} of the ledger")))
            }
            _ => Ok(()),
        })
    }

    /// Whether a block, whose transaction the explorer does not tell of any more, left the chain.
    pub async fn has_left(&self, explorer: &Explorer, block: &BlockRef) -> Result<bool, AskError> {
        let depth = self.height.and_then(|height| height.checked_sub(block.height));
        let within_reach = depth.is_some_and(|depth| depth <= DEEPEST_REORGANISATION);
        match block.hash {
            Some(hash) if within_reach => Ok(!is_in_best_chain(explorer, &hash).await?),
            _ => Ok(false),
        }
    }
}

/// The same genesis block, where the explorer tells it.
pub(super) async fn shows_our_chain(explorer: &Explorer) -> Result<(), AskError> {
    let network = explorer.network();
    let genesis = told(explorer.block_at(0).await)?;
    if genesis.is_some_and(|hash| hash != genesis_block(network).block_hash()) {
        return Err(behind(explorer, format!("it shows another chain than {}", network_name(network))));
    }
    Ok(())
}

pub(super) fn behind(explorer: &Explorer, reason: String) -> AskError {
    AskError::Behind { explorer: explorer.name().to_owned(), reason }
}

async fn remember(explorer: &Explorer, store: &SharedStore, blocks: Vec<(BlockHash, bool)>) -> Result<(), StoreError> {
    if blocks.is_empty() {
        return Ok(());
    }
    let name = explorer.name().to_owned();
    store.run(move |store| store.record_best_chain_check(&name, &blocks)).await
}

/// A block that the explorer does not know at all is not in its chain.
async fn is_in_best_chain(explorer: &Explorer, hash: &BlockHash) -> Result<bool, AskError> {
    Ok(told(explorer.best_chain(hash).await)?.unwrap_or(false))
}

/// What was answered; `None` where the explorer does not know.
fn told<T>(answer: Result<Answer<T>, AskError>) -> Result<Option<T>, AskError> {
    match answer {
        Ok(answer) => Ok(Some(answer.value)),
        Err(AskError::Http { source: HttpError::Status { status: 404, .. }, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
