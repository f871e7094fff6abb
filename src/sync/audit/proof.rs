//! Proofs that transactions are in blocks.

use std::collections::BTreeMap;

use super::{Audit, STRIKES};
use crate::domain::{Address, BlockHash, BlockRef, IncidentKind, Provenance, RawAnswer, State, Tx, Txid};
use crate::explorer::{AskError, Explorer};
use crate::http::HttpError;
use crate::proof::{BadProof, MerkleBranch, ProvenHeader, targets_known_to};
use crate::store::{Finding, HeaderRecord, ProofRecord, SharedStore, StoreError};
use crate::sync::blocks::checked_header;
use crate::sync::{Failure, Progress, Step, reason};

/// Fetches merkle proofs and block headers for every confirmed transaction of the addresses that has none, folds them, checks
/// the headers' work, and keeps them.
pub async fn proofs(
    store: &SharedStore,
    explorers: &[Explorer],
    addresses: &[Address],
    progress: Progress<'_>,
    audit: &mut Audit,
) -> Result<(), StoreError> {
    let of = addresses.to_vec();
    let mut wanted: BTreeMap<Txid, BlockRef> = store.run(move |store| store.unproven(&of)).await?.into_iter().collect();
    let mut reasons: BTreeMap<Txid, String> = BTreeMap::new();
    // Why nobody was asked about the rest.
    let mut lost: Option<String> = None;
    for explorer in explorers.iter().filter(|e| e.gives_proofs()) {
        let mut strikes = 0;
        let mut order: Vec<(Txid, BlockRef)> = wanted.iter().map(|(txid, block)| (*txid, *block)).collect();
        order.sort_by_key(|(txid, block)| (block.height, *txid));
        for (txid, block) in order {
            progress(Step::Proof { txid: &txid });
            match prove(store, explorer, txid, block, audit).await? {
                Ok(()) => {
                    strikes = 0;
                    audit.proven += 1;
                    audit.by_floor += usize::from(block.height > targets_known_to());
                    wanted.remove(&txid);
                    progress(Step::Done);
                }
                Err(why) => {
                    strikes = match (why.of_transport, why.is_final) {
                        (_, true) => STRIKES,
                        (true, false) => strikes + 1,
                        (false, false) => 0,
                    };
                    reasons.insert(txid, format!("{}: {}", explorer.name(), why.text));
                    if strikes >= STRIKES {
                        lost = Some(format!("{}: {}", explorer.name(), why.text));
                        audit.failures.push(Failure {
                            explorer: explorer.name().to_owned(),
                            address: None,
                            reason: why.text,
                        });
                        break;
                    }
                }
            }
        }
    }
    for txid in wanted.into_keys() {
        let nobody = || lost.clone().unwrap_or_else(|| "no explorer that was asked gives merkle proofs".to_owned());
        let why = reasons.remove(&txid).unwrap_or_else(nobody);
        audit.unproven.push((txid, why));
    }
    Ok(())
}

/// Why there is no proof.
struct Why {
    text: String,
    /// The explorer did not answer; it may not answer for the next one either.
    of_transport: bool,
    /// It cannot be reached at all, or refuses us: asking on would be in vain.
    is_final: bool,
}

impl Why {
    /// The answer does not prove what it should.
    fn of_answer(text: impl Into<String>) -> Self {
        Self { text: text.into(), of_transport: false, is_final: false }
    }
}

impl From<AskError> for Why {
    fn from(error: AskError) -> Self {
        let of_transport = match &error {
            AskError::Http { source: HttpError::Status { status, .. }, .. } => *status != 404,
            AskError::Http { .. } => true,
            _ => false,
        };
        let is_final = matches!(&error, AskError::Http { source, .. }
            if source.is_refusal() || matches!(source, HttpError::Unreachable { .. }));
        Self { text: reason(&error), of_transport, is_final }
    }
}

impl From<BadProof> for Why {
    fn from(bad: BadProof) -> Self {
        Self::of_answer(bad.to_string())
    }
}

async fn prove(
    store: &SharedStore,
    explorer: &Explorer,
    txid: Txid,
    block: BlockRef,
    audit: &mut Audit,
) -> Result<Result<(), Why>, StoreError> {
    // What was only told is asked for again: a proof of the txid says nothing of a content that does not hash to it.
    let mut content = store.run(move |store| store.content(&txid)).await?;
    if content.is_none() {
        let answer = match explorer.transaction(&txid).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error.into())),
        };
        content = answer.value.to_bitcoin().filter(|tx| tx.compute_txid() == txid);
        let (tx, provenance, raw) = (answer.value, answer.provenance, answer.raw);
        let recorded = store.run(move |store| store.record_transaction(tx, None, &provenance, &raw)).await?;
        audit.refused.extend(recorded.refused);
        audit.warnings.extend(recorded.settled.iter().map(ToString::to_string));
    }
    let Some(content) = content else {
        return Ok(Err(Why::of_answer("its content does not hash to its txid")));
    };
    let proof = match explorer.merkle_proof(&txid).await {
        Ok(proof) => proof,
        Err(error) => return Ok(Err(error.into())),
    };
    let told = proof.value.clone();
    if block.hash.is_some() && told.height != block.height {
        let text =
            format!("it is said to be at height {}, while the ledger has its block at {}", told.height, block.height);
        note(store, IncidentKind::BadProof, txid, &text, Some(proof.provenance), proof.raw).await?;
        return Ok(Err(Why::of_answer(text)));
    }
    let hash = match block.hash {
        Some(hash) => hash,
        None => match explorer.block_at(told.height).await {
            Ok(answer) => answer.value,
            Err(error) => return Ok(Err(error.into())),
        },
    };
    let header = match header_of(store, explorer, hash, told.height, audit).await? {
        Ok(header) => header,
        Err(why) => return Ok(Err(why)),
    };
    let checked = ProvenHeader::from_bytes(&header.header, explorer.network())
        .and_then(|checked| checked.at_height(header.block.height).map(|()| checked));
    let branch = MerkleBranch::new(told.pos, told.branch);
    let verdict = match (checked, branch) {
        (Ok(checked), Ok(branch)) => branch.proves_transaction(&content, &checked).map(|()| branch).map_err(Why::from),
        (Err(bad), _) => Err(Why::of_answer(bad.to_string())),
        (_, Err(bad)) => Err(bad.into()),
    };
    let height_agrees = header.block.height == block.height && header.block.time == block.time;
    match verdict {
        Ok(branch) => {
            let record = ProofRecord { txid, block: hash, pos: branch.pos(), branch: branch.to_bytes() };
            let (provenance, raw, kept) = (proof.provenance, proof.raw.clone(), proof.raw);
            store.run(move |store| store.record_proof(&record, &provenance, &kept)).await?;
            if height_agrees {
                return Ok(Ok(()));
            }
            let text = format!(
                "it is in block {} of {}, while the ledger has it in block {} of {}",
                header.block.height,
                crate::domain::rfc3339(header.block.time),
                block.height,
                crate::domain::rfc3339(block.time)
            );
            note(store, IncidentKind::Corrected, txid, &text, provenance_of(&raw), raw.clone()).await?;
            // What the header says is proven; what was told of its time is not.
            let tx = Tx::from_bitcoin(&content, explorer.network(), State::Confirmed(header.block));
            if let Some(provenance) = provenance_of(&raw) {
                store.run(move |store| store.record_transaction(tx, None, &provenance, &[])).await?;
            }
            audit.warnings.push(format!("transaction {txid}: {text}; corrected"));
            Ok(Ok(()))
        }
        Err(why) => {
            let raw = proof.raw;
            note(store, IncidentKind::BadProof, txid, &why.text, Some(proof.provenance), raw).await?;
            Ok(Err(why))
        }
    }
}

fn provenance_of(raw: &[RawAnswer]) -> Option<Provenance> {
    raw.first().map(|answer| answer.provenance.clone())
}

/// Writes an incident down.
async fn note(
    store: &SharedStore,
    kind: IncidentKind,
    txid: Txid,
    what: &str,
    provenance: Option<Provenance>,
    raw: Vec<RawAnswer>,
) -> Result<(), StoreError> {
    let Some(provenance) = provenance else { return Ok(()) };
    let finding = Finding { kind, address: None, txid: Some(txid.to_string()), what: what.to_owned() };
    store.run(move |store| store.record_incidents(&[finding], &provenance, &raw)).await
}

/// The header of a block, kept or fetched and checked.
async fn header_of(
    store: &SharedStore,
    explorer: &Explorer,
    hash: BlockHash,
    height: u32,
    audit: &mut Audit,
) -> Result<Result<HeaderRecord, Why>, StoreError> {
    if let Some(kept) = store.run(move |store| store.header(&hash)).await? {
        return Ok(Ok(kept));
    }
    let answer = match explorer.header(&hash).await {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error.into())),
    };
    let header = match checked_header(explorer, &answer, &hash, height) {
        Ok(header) => header,
        Err(error) => return Ok(Err(error.into())),
    };
    let (record, provenance, raw) = (header.clone(), answer.provenance, answer.raw);
    store.run(move |store| store.record_header(&record, &provenance, &raw)).await?;
    audit.headers += 1;
    Ok(Ok(header))
}
