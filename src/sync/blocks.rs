//! Following the chain by blocks: each new block is read once, whole, and searched for everything that is watched.
//!
//! It costs two requests a block, whatever the number of addresses, and the explorer learns nothing about whom we watch. A block
//! proves itself: its header carries work and names the block before, its transactions hash to its merkle root.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::asked::{Asked, ask};
use super::chain::{Chain, behind};
use super::onward::{Ahead, Trails};
use super::sought::{FOLLOWED, Sought, WAITING, look_for, made_by};
use super::{Options, Progress, Round, Step};
use crate::domain::{BlockHash, BlockRef, IncidentKind, Network, Provenance, RawAnswer, State, Time, Tx, Txid};
use crate::explorer::{Answer, AskError, Explorer, Garbled};
use crate::proof::{BadBlock, Scanned, scan_block};
use crate::store::{BlockRecord, BlockTx, Finding, HeaderRecord, ProofRecord, ScanPoint, SharedStore, StoreError};

/// Nobody is believed about a reorganisation that goes deeper.
const DEEPEST_REORGANISATION: usize = 100;

/// How following ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Every block up to the explorer's newest was read.
    Level,
    /// The explorer's newest block is not above the last one that was read, or old: nothing new was learnt.
    NotAhead,
    /// The explorer's chain leaves ours before the first block that was read: there is nothing to go on from.
    Forked,
}

/// A newest block older than this may be that of a server that lags; that it is the newest is not taken for granted any more.
const QUIET_MINUTES: i64 = 60;

/// Begins to follow behind the explorer's newest block.
pub(super) async fn begin(explorer: &Explorer, store: &SharedStore, now: Time, round: &mut Round) -> Asked<ScanPoint> {
    let mut chain = Chain::default();
    ask!(chain.meet(explorer, store, now).await?);
    let tip = ask!(explorer.tip().await).value;
    let block = ask!(explorer.block(&tip).await).value;
    // The whole block, since only its coinbase tells the height, and every further one is held against it.
    let answer = ask!(explorer.raw_block(&tip).await);
    let provenance = answer.provenance;
    let bytes = Arc::new(answer.value);
    let scanned = scan(&bytes, tip, block.height, explorer, &mut Sought::default()).await?;
    let header = match scanned {
        Ok(scanned) => header_record(&scanned, block.height),
        Err(bad) => {
            let refused = refuse(explorer, store, provenance, answer.raw, tip, bad.to_string(), round).await?;
            return Ok(Err(refused));
        }
    };
    let point = store
        .run(move |store| {
            store.begin_scan(&header, &provenance)?;
            store.scan_point()
        })
        .await?;
    Ok(point.ok_or_else(|| behind(explorer, "following by blocks could not begin".to_owned())))
}

/// A header as told, with its hash and work checked.
pub(super) fn checked_header(
    explorer: &Explorer,
    answer: &Answer<[u8; 80]>,
    expected: &BlockHash,
    height: u32,
) -> Result<HeaderRecord, AskError> {
    let garbled = |reason: String| AskError::Garbled {
        explorer: explorer.name().to_owned(),
        url: answer.provenance.url.clone(),
        source: Garbled(reason),
    };
    let header = crate::proof::ProvenHeader::from_bytes(&answer.value, explorer.network())
        .map_err(|e| garbled(e.to_string()))?;
    if header.hash() != *expected {
        return Err(garbled(format!("the header of block {}, not of {expected}", header.hash())));
    }
    header.at_height(height).map_err(|e| garbled(e.to_string()))?;
    let block = BlockRef { height, hash: Some(header.hash()), time: header.time() };
    Ok(HeaderRecord { block, header: answer.value })
}

/// Reads every block from the last one that was read up to the explorer's newest.
pub(super) async fn follow(
    explorer: &Explorer,
    store: &SharedStore,
    options: Options<'_>,
    progress: Progress<'_>,
    round: &mut Round,
) -> Asked<Ended> {
    let now = options.now;
    let Some(mut point) = store.run(|store| store.scan_point()).await? else {
        return Ok(Err(behind(explorer, "following by blocks has not begun".to_owned())));
    };
    let tip = ask!(explorer.tip().await);
    let (tip, asked_at) = (tip.value, tip.provenance.asked_at);
    if tip == point.to_hash {
        let hash = point.to_hash;
        let held = store.run(move |store| store.header(&hash)).await?;
        if let Some(held) = held {
            ask!(Chain::is_fresh(explorer, held.block.height, held.block.time, now));
            round.tip = Some((held.block.height, held.block.time));
            let quiet = (now - held.block.time).num_minutes() > QUIET_MINUTES;
            if quiet && explorer.network() != Network::Regtest {
                return Ok(Ok(Ended::NotAhead));
            }
        }
        store.run(move |store| store.scan_is_level(&hash, asked_at)).await?;
        return Ok(Ok(Ended::Level));
    }
    let newest = ask!(explorer.block(&tip).await).value;
    ask!(Chain::is_fresh(explorer, newest.height, newest.time, now));
    if newest.height <= point.to_height {
        return Ok(Ok(Ended::NotAhead));
    }
    let mut ahead = Ahead::new(options.trails.unwrap_or(Trails { families: &[], labels: &|_| None }));
    let followed = ahead.names();
    store.run(move |store| store.watch_outpoints_of(&followed.iter().map(String::as_str).collect::<Vec<_>>())).await?;
    let mut sought = look_for(explorer, store, &ahead).await?;
    let mut stepped_back = 0;
    while point.to_height < newest.height {
        let height = point.to_height + 1;
        progress(Step::Block { height, of: newest.height });
        // The newest block itself may be replaced while the others are read.
        let is_newest = height == newest.height && stepped_back == 0;
        let hash = if is_newest { tip } else { ask!(explorer.block_at(height).await).value };
        let answer = ask!(explorer.raw_block(&hash).await);
        let (provenance, raw, bytes) = (answer.provenance.clone(), answer.raw, Arc::new(answer.value));
        let scanned = match scan(&bytes, hash, height, explorer, &mut sought).await? {
            Ok(scanned) => scanned,
            Err(bad) => {
                let refused = refuse(explorer, store, provenance, raw, hash, bad.to_string(), round).await?;
                return Ok(Err(refused));
            }
        };
        if scanned.header.prev_hash() != point.to_hash {
            stepped_back += 1;
            let back = provenance.clone();
            let gone = if stepped_back > DEEPEST_REORGANISATION {
                None
            } else {
                store.run(move |store| store.step_back(&back)).await?
            };
            let Some(gone) = gone else { return Ok(Ok(Ended::Forked)) };
            round.gone += gone;
            ahead.forget();
        } else {
            let block = header_record(&scanned, height).block;
            let (mut scanned, mut made) = (scanned, Vec::new());
            // A coin may move twice within one block: it is searched again for what it makes.
            while !scanned.found.is_empty() {
                made = made_by(explorer, store, (&scanned, block), &sought, &mut ahead).await?;
                if !sought.follow(&made, &ahead) {
                    break;
                }
                let again = scan(&bytes, hash, height, explorer, &mut sought).await?;
                // The same bytes were read before.
                let Ok(again) = again else {
                    made.clear();
                    break;
                };
                scanned = again;
            }
            let Some(mut record) = record(explorer, scanned, height, &sought, provenance) else { break };
            record.made = made;
            round.touched.extend(record.txs.iter().flat_map(|tx| tx.concerns.clone()));
            let recorded = store.run(move |store| store.record_block(&record)).await?;
            match recorded {
                Some(recorded) => {
                    sought.mark = recorded.mark;
                    if !recorded.refused.is_empty() {
                        ahead.forget();
                    }
                    round.blocks += 1;
                    round.new_in_blocks += recorded.new;
                    round.gone += recorded.displaced;
                    round.refused.extend(recorded.refused);
                    round.warnings.extend(recorded.settled.iter().map(ToString::to_string));
                }
                // Another program was here: go on from where it came to, and look for what it looks for.
                None => {
                    ahead.forget();
                    sought = look_for(explorer, store, &ahead).await?;
                }
            }
        }
        let Some(now_at) = store.run(|store| store.scan_point()).await? else { break };
        point = now_at;
    }
    round.tip = Some((newest.height, newest.time));
    store.run(move |store| store.scan_is_level(&tip, asked_at)).await?;
    Ok(Ok(Ended::Level))
}

/// Searches a block on a thread that may work for long.
async fn scan(
    bytes: &Arc<Vec<u8>>,
    hash: BlockHash,
    height: u32,
    explorer: &Explorer,
    sought: &mut Sought,
) -> Result<Result<Scanned, Unfit>, StoreError> {
    let network = explorer.network();
    let (mut watched, bytes) = (std::mem::take(&mut sought.watched), Arc::clone(bytes));
    let job = tokio::task::spawn_blocking(move || {
        let scanned = scan_block(&bytes, &hash, network, &mut watched);
        (watched, scanned)
    });
    let (watched, scanned) = job.await.map_err(|error| StoreError::Unusable {
        path: "block".to_owned(),
        reason: format!("work was broken off: {error}"),
    })?;
    sought.watched = watched;
    Ok(match scanned {
        Ok(scanned) if scanned.height_agrees(height) => match scanned.header.at_height(height) {
            Ok(()) => Ok(scanned),
            Err(bad) => Err(Unfit::Bad(bad.into())),
        },
        Ok(scanned) => Err(Unfit::Height { hash, claimed: height, told: scanned.height }),
        Err(bad) => Err(Unfit::Bad(bad)),
    })
}

/// Why a block is not taken.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error(transparent)]
    Bad(BadBlock),
    #[error("block {hash} is said to be at height {claimed}; its coinbase says {}", told.map_or("nothing".to_owned(), |h| h.to_string()))]
    Height { hash: BlockHash, claimed: u32, told: Option<u32> },
}

/// Writes the incident down; the explorer is not believed, and this is why.
async fn refuse(
    explorer: &Explorer,
    store: &SharedStore,
    provenance: Provenance,
    raw: Vec<RawAnswer>,
    hash: BlockHash,
    what: String,
    round: &mut Round,
) -> Result<AskError, StoreError> {
    let finding = Finding { kind: IncidentKind::BadBlock, address: None, txid: None, what: what.clone() };
    round.warnings.push(format!("{}: block {hash} refused: {what}", explorer.name()));
    let url = provenance.url.clone();
    store.run(move |store| store.record_incidents(&[finding], &provenance, &raw)).await?;
    Ok(AskError::Garbled { explorer: explorer.name().to_owned(), url, source: Garbled(what) })
}

/// The header of a scanned block.
fn header_record(scanned: &Scanned, height: u32) -> HeaderRecord {
    let header = &scanned.header;
    let mut bytes = [0; 80];
    for (to, from) in bytes.iter_mut().zip(header.to_bytes()) {
        *to = from;
    }
    HeaderRecord { block: BlockRef { height, hash: Some(header.hash()), time: header.time() }, header: bytes }
}

/// What of a scanned block goes into the ledger.
fn record(
    explorer: &Explorer,
    scanned: Scanned,
    height: u32,
    sought: &Sought,
    provenance: Provenance,
) -> Option<BlockRecord> {
    let header = header_record(&scanned, height);
    let hash = scanned.header.hash();
    let in_block: BTreeSet<Txid> = scanned.found.iter().map(|found| found.txid).collect();
    let mut replaced: BTreeSet<Txid> = BTreeSet::new();
    let mut txs = Vec::new();
    for found in &scanned.found {
        for hit in &found.inputs {
            let spent = found.tx.input.get(hit.index as usize).map(|input| input.previous_output);
            let waited = spent.and_then(|outpoint| sought.waiting.get(&outpoint));
            replaced.extend(waited.into_iter().flatten().copied().filter(|txid| !in_block.contains(txid)));
        }
        let hits = found.outputs.iter().chain(&found.inputs).filter(|hit| hit.id != WAITING && hit.id != FOLLOWED);
        let concerned: BTreeSet<&String> = hits.filter_map(|hit| sought.addresses.get(hit.id as usize)).collect();
        // What only spends what somebody waited to spend is none of ours.
        let spends = found.tx.input.iter().map(|input| &input.previous_output);
        if !concerned.is_empty()
            || spends.into_iter().any(|coin| sought.followed.contains_key(coin))
            || sought.waiting.values().flatten().any(|txid| *txid == found.txid)
        {
            let tx = Tx::from_bitcoin(&found.tx, explorer.network(), State::Confirmed(header.block));
            let (pos, branch) = (found.branch.pos(), found.branch.to_bytes());
            let proof = ProofRecord { txid: found.txid, block: hash, pos, branch };
            txs.push(BlockTx { tx, proof, concerns: concerned.into_iter().cloned().collect() });
        }
    }
    let previous = scanned.header.prev_hash();
    let replaced = replaced.into_iter().collect();
    Some(BlockRecord { header, previous, txs, replaced, provenance, made: Vec::new(), mark: sought.mark? })
}
