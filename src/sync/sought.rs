//! What is looked for in blocks: scripts and outputs of addresses, what waiting transactions spend, and coins on trails.

use std::collections::{BTreeSet, HashMap};

use bitcoin::OutPoint;

use super::onward::{Ahead, Made};
use crate::domain::{Address, BlockRef, State, Tx, Txid};
use crate::explorer::Explorer;
use crate::proof::{Scanned, Watched};
use crate::store::{ScanMark, SharedStore, Store, StoreError, WatchedOutpoint};

/// What is looked for in blocks.
#[derive(Default)]
pub(super) struct Sought {
    pub watched: Watched,
    /// The addresses, by the numbers under which they are watched.
    pub addresses: Vec<String>,
    /// The set that they are.
    pub mark: Option<ScanMark>,
    /// What the transactions spend that wait in the ledger.
    pub waiting: HashMap<OutPoint, Vec<Txid>>,
    /// Coins on trails, with the families whose trails they are on.
    pub followed: HashMap<OutPoint, BTreeSet<usize>>,
}

/// Outpoints that transactions of the ledger wait to spend are watched under this number.
pub(super) const WAITING: u32 = u32::MAX;
/// Coins on trails are watched under this number.
pub(super) const FOLLOWED: u32 = u32::MAX - 1;

/// Everything that is looked for, the coins of trails among it.
pub(super) async fn look_for(
    explorer: &Explorer,
    store: &SharedStore,
    ahead: &Ahead<'_>,
) -> Result<Sought, StoreError> {
    let (mut sought, watched_outpoints) = store.run(sought(explorer)).await?;
    for one in watched_outpoints {
        if let Some(family) = ahead.of_name(&one.family) {
            sought.watched.insert_outpoint(one.output, FOLLOWED);
            sought.followed.entry(one.output).or_default().insert(family);
        }
    }
    Ok(sought)
}

impl Sought {
    /// Looks for these coins as well; true where one of them is new.
    pub fn follow(&mut self, made: &[Made], ahead: &Ahead<'_>) -> bool {
        let mut new = false;
        for (family, coin) in made {
            let Some(family) = ahead.of_name(family) else { continue };
            self.watched.insert_outpoint(*coin, FOLLOWED);
            new |= self.followed.entry(*coin).or_default().insert(family);
        }
        new
    }
}

/// The coins that a block makes on the trails of those families from which, or from whose trails, something in it spends.
pub(super) async fn made_by(
    explorer: &Explorer,
    store: &SharedStore,
    (scanned, block): (&Scanned, BlockRef),
    sought: &Sought,
    ahead: &mut Ahead<'_>,
) -> Result<Vec<Made>, StoreError> {
    let mut families: BTreeSet<usize> = BTreeSet::new();
    for found in &scanned.found {
        for hit in &found.inputs {
            let spent = found.tx.input.get(hit.index as usize).map(|input| input.previous_output);
            families.extend(spent.and_then(|coin| sought.followed.get(&coin)).into_iter().flatten());
            let address = sought.addresses.get(hit.id as usize);
            families.extend(address.and_then(|address| ahead.of_address(address)));
        }
    }
    let state = State::Confirmed(block);
    let txs: Vec<Tx> =
        scanned.found.iter().map(|found| Tx::from_bitcoin(&found.tx, explorer.network(), state)).collect();
    ahead.made(store, explorer.network(), &families, &txs).await
}

/// The scripts of all joined addresses, their outputs, and what waiting transactions spend; beside it the coins of trails.
fn sought(
    explorer: &Explorer,
) -> impl FnOnce(&mut Store) -> Result<(Sought, Vec<WatchedOutpoint>), StoreError> + Send + 'static {
    let network = explorer.network();
    move |store| {
        let mark = store.scan_mark()?;
        let joined: Vec<String> = store.scanned_addresses()?.into_iter().map(|joined| joined.address).collect();
        let mut watched = Watched::with_capacity(joined.len());
        for (id, text) in (0..).zip(&joined) {
            if let Some(script) = Address::parse(text, network).ok().and_then(|a| a.script()) {
                watched.insert_script(&script, id);
            }
        }
        let outpoints = store.outpoints(&joined)?;
        for (outpoint, place) in outpoints.ours {
            watched.insert_outpoint(outpoint, u32::try_from(place).unwrap_or(WAITING - 1));
        }
        let mut waiting: HashMap<OutPoint, Vec<Txid>> = HashMap::new();
        for (outpoint, txid) in outpoints.waiting {
            watched.insert_outpoint(outpoint, WAITING);
            waiting.entry(outpoint).or_default().push(txid);
        }
        let sought = Sought { watched, addresses: joined, mark: Some(mark), waiting, followed: HashMap::new() };
        Ok((sought, store.watched_outpoints()?))
    }
}
