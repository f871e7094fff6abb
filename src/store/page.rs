//! Writing a page of transactions: all of it or nothing, and only what agrees with itself and with the ledger.

use rusqlite::{Connection, OptionalExtension, params};

use super::complete;
use super::incidents::{self, Finding};
use super::kept;
use super::links;
pub(super) use super::place::Word;
use super::place::{TIP_MOVES, observe};
use super::request::{commit, insert_request};
use super::scan_mark::ScanMark;
use super::sums;
use super::{Store, StoreError};
use crate::domain::{Address, BlockHash, IncidentKind, Provenance, RawAnswer, Said, Totals, Tx, Txid};

/// A page of an address's history, to be stored in one go.
#[derive(Clone, Debug)]
pub struct PageRecord {
    /// The address whose history it is.
    pub address: Address,
    /// The transactions.
    pub txs: Vec<Tx>,
    /// The cursor to go on from; `None` at the end.
    pub next: Option<String>,
    /// The answer that brought it.
    pub provenance: Provenance,
    /// Everything that was answered, to be kept where something in it cannot be true.
    pub raw: Vec<RawAnswer>,
    /// The height of the explorer's newest block, if it tells.
    pub tip: Option<u32>,
    /// Blocks that are not in the explorer's best chain any more.
    pub left: Vec<BlockHash>,
    /// What the ledger holds of the address before the page, where the caller knows; else it is added up.
    pub held: Option<Totals>,
    /// Where the ledger is to come to; once it is there, no page is to go on from.
    pub goal: Option<Goal>,
}

/// When the ledger holds of an address what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What the explorer says.
    pub said: Said,
    /// What its history came to, where that is known to be something else.
    pub walked: Option<Totals>,
}

impl Goal {
    /// Whether a ledger is there.
    pub fn is_reached(&self, ledger: &Totals) -> bool {
        self.said.agrees(ledger) || self.walked == Some(*ledger)
    }
}

/// What storing a page did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Transactions that were not known before.
    pub new: usize,
    /// Transactions refused; they are not in the ledger.
    pub refused: Vec<Refusal>,
    /// Contradictions that proof decided: what the ledger holds now is right, and somebody told otherwise.
    pub settled: Vec<Refusal>,
    /// Transactions that were told to stand in another block of the same height, which is not in the chain then.
    pub displaced: usize,
    /// What is looked for in blocks, after this one.
    pub mark: Option<ScanMark>,
    /// What the ledger holds of the address after the page.
    pub ledger: Totals,
}

/// What an explorer told of a transaction that was not taken into the ledger, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{explorer}: transaction {txid}: {reason}")]
pub struct Refusal {
    /// The txid as told.
    pub txid: Txid,
    /// Who told.
    pub explorer: String,
    /// What kind of thing it is.
    pub kind: IncidentKind,
    /// What does not agree.
    pub reason: String,
}

impl Refusal {
    fn finding(&self, address: &Address) -> Finding {
        let (address, txid) = (Some(address.to_string()), Some(self.txid.to_string()));
        Finding { kind: self.kind, address, txid, what: self.reason.clone() }
    }
}

impl Store {
    /// Stores a page: its request, transactions, observations and the cursor, in one SQLite transaction. A transaction
    /// whose recomputed txid differs from the one told, or that contradicts what the ledger holds, is refused.
    pub fn record_page(&mut self, page: &PageRecord) -> Result<Recorded, StoreError> {
        let path = self.path.clone();
        self.write_page(page).map_err(|error| super::explain(&path, error))
    }

    fn write_page(&mut self, page: &PageRecord) -> rusqlite::Result<Recorded> {
        let keeps = self.keeps_answers;
        let held = page.held.map_or_else(|| self.sum_up(&page.address), Ok)?;
        let mut work = self.db.transaction()?;
        let begun = work.total_changes();
        let mut recorded = Recorded::default();
        let touched = sums::touched(&work, &page.txs)?;
        let before = sums::brought(&work, &page.address, &touched)?;
        let request = insert_request(&work, &page.provenance)?;
        let mut news = false;
        let refusal = |txid, kind, reason| Refusal { txid, explorer: page.provenance.explorer.clone(), kind, reason };
        for tx in &page.txs {
            // A refused transaction takes back what was written of it, and nothing else of the page.
            let attempt = work.savepoint()?;
            let word = Word::Told { left: &page.left, tip: page.tip };
            let before = attempt.total_changes();
            match write_tx(&attempt, tx, request, &page.provenance.explorer, word)? {
                Ok(written) => {
                    recorded.new += usize::from(written.new);
                    news |= attempt.total_changes() > before;
                    let corrected = |reason| refusal(tx.txid, IncidentKind::Corrected, reason);
                    recorded.settled.extend(written.settled.into_iter().map(corrected));
                    let disputed = |reason| refusal(tx.txid, IncidentKind::Disagreement, reason);
                    recorded.settled.extend(written.disputed.into_iter().map(disputed));
                    attempt.commit()?;
                }
                Err((kind, reason)) => {
                    drop(attempt);
                    recorded.refused.push(refusal(tx.txid, kind, format!("refused: {reason}")));
                }
            }
        }
        recorded.ledger = held.changed(&before, &sums::brought(&work, &page.address, &touched)?);
        if !sums::are_plausible(&recorded.ledger) {
            // Rolled back: sums that no chain can hold would make the ledger unreadable.
            drop(work);
            let reason =
                "refused with its page: the sums are larger than all bitcoin moved a thousand times".to_owned();
            let implausible = |tx: &Tx| refusal(tx.txid, IncidentKind::Implausible, reason.clone());
            let refused: Vec<Refusal> = page.txs.iter().map(implausible).collect();
            let work = self.db.transaction()?;
            let begun = work.total_changes();
            let request = insert_request(&work, &page.provenance)?;
            let what = Finding {
                kind: IncidentKind::Implausible,
                address: Some(page.address.to_string()),
                txid: None,
                what: reason,
            };
            incidents::note(&work, &what, &page.provenance, &page.raw, request)?;
            commit(work, request, begun)?;
            return Ok(Recorded { refused, ledger: held, ..Recorded::default() });
        }
        // A page that told nothing new is not kept: quiet rounds do not grow the file.
        if keeps && news {
            kept::keep(&work, request, &page.raw)?;
        }
        for told in recorded.refused.iter().chain(&recorded.settled) {
            incidents::note(&work, &told.finding(&page.address), &page.provenance, &page.raw, request)?;
        }
        match &page.next {
            _ if page.goal.is_some_and(|goal| goal.is_reached(&recorded.ledger)) => {
                work.prepare_cached("DELETE FROM cursor WHERE address = ?1")?.execute([page.address.as_str()])?
            }
            Some(after) => work
                .prepare_cached("INSERT OR REPLACE INTO cursor VALUES (?1, ?2, ?3)")?
                .execute(params![page.address.as_str(), page.provenance.explorer, after])?,
            None => work
                .prepare_cached("DELETE FROM cursor WHERE address = ?1 AND explorer = ?2")?
                .execute([page.address.as_str(), &page.provenance.explorer])?,
        };
        commit(work, request, begun)?;
        Ok(recorded)
    }

    /// Where an interrupted reading of an address's history has come to.
    pub fn cursor(&self, address: &Address, explorer: &str) -> Result<Option<String>, StoreError> {
        self.db
            .prepare_cached("SELECT after FROM cursor WHERE address = ?1 AND explorer = ?2")
            .and_then(|mut q| q.query_row([address.as_str(), explorer], |row| row.get(0)).optional())
            .map_err(|error| self.explain(error))
    }

    /// The reading is finished, whoever began it: there is nothing to go on from.
    pub fn forget_cursors(&mut self, address: &Address) -> Result<(), StoreError> {
        self.db
            .prepare_cached("DELETE FROM cursor WHERE address = ?1")
            .and_then(|mut q| q.execute([address.as_str()]))
            .map(|_| ())
            .map_err(|error| self.explain(error))
    }

    /// Records that an explorer, asked for its whole history of an address, does not know these transactions any more.
    pub fn record_gone(
        &mut self,
        txids: &[Txid],
        provenance: &Provenance,
        raw: &[RawAnswer],
    ) -> Result<(), StoreError> {
        let (path, keeps) = (self.path.clone(), self.keeps_answers);
        let mut write = || -> rusqlite::Result<()> {
            let work = self.db.transaction()?;
            let request = insert_request(&work, provenance)?;
            insert_gone(&work, txids, request)?;
            if keeps {
                kept::keep(&work, request, raw)?;
            }
            work.commit()
        };
        write().map_err(|error| super::explain(&path, error))
    }
}

/// Notes that these transactions are not in the chain (any more), and what waits to spend from them cannot come either.
pub(super) fn insert_gone(db: &Connection, txids: &[Txid], request: i64) -> rusqlite::Result<()> {
    for txid in txids {
        db.prepare_cached(
            "WITH RECURSIVE lost (txid) AS (
                SELECT ?1 UNION
                SELECT s.txid FROM lost JOIN tx_input i ON i.prev_txid = lost.txid JOIN tx_state s USING (tx_id)
                WHERE s.state = 'mempool')
             INSERT INTO observation (tx_id, request_id, state) SELECT tx_id, ?2, 'gone' FROM lost JOIN tx USING (txid)",
        )?
        .execute(params![txid.to_string(), request])?;
    }
    Ok(())
}

/// Outer error: SQLite. Inner error: what kind of thing was told, and why it is refused.
pub(super) type Taken = rusqlite::Result<Result<Written, (IncidentKind, String)>>;

/// What writing a transaction did.
pub(super) struct Written {
    /// It was not known before.
    pub new: bool,
    /// Contradictions that proof decided.
    pub settled: Vec<String>,
    /// What was told otherwise before, of where it stands, and not taken in.
    pub disputed: Option<String>,
}

/// Takes a transaction into the ledger. Content that hashes to its txid is proof, and overrules what was told without.
pub(super) fn write_tx(db: &Connection, tx: &Tx, request: i64, explorer: &str, word: Word<'_>) -> Taken {
    if let (Word::Told { tip: Some(tip), .. }, Some(block)) = (word, tx.state.block())
        && block.height > tip + TIP_MOVES
    {
        let reason = format!("it is said to be in block {}, while the newest is {tip}", block.height);
        return Ok(Err((IncidentKind::Implausible, reason)));
    }
    let recomputed = tx.recomputed_txid();
    if let Some(other) = recomputed.filter(|other| *other != tx.txid) {
        return Ok(Err((IncidentKind::WrongContent, format!("its content hashes to {other}"))));
    }
    let proven = recomputed.is_some();
    let known: Option<(i64, bool)> = db
        .prepare_cached("SELECT tx_id, recomputed FROM tx WHERE txid = ?1")?
        .query_row([tx.txid.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let mut settled = Vec::new();
    let tx_id = match known {
        None => insert_tx(db, tx, request, proven)?,
        Some((tx_id, was_proven)) => {
            match complete::tx(db, tx_id, tx, request, proven)? {
                Ok(()) => {}
                Err(reason) if proven && !was_proven => {
                    complete::replace(db, tx_id, request)?;
                    insert_parts(db, tx_id, tx)?;
                    settled
                        .push(format!("an earlier telling was wrong ({reason}); replaced by what hashes to the txid"));
                }
                Err(reason) => return Ok(Err((IncidentKind::Contradiction, reason))),
            }
            tx_id
        }
    };
    match links::settle(db, tx_id, &tx.txid)? {
        Ok(contradictions) => settled.extend(contradictions),
        Err(reason) => return Ok(Err((IncidentKind::Contradiction, reason))),
    }
    let disputed = observe(db, tx_id, &tx.state, request, explorer, word)?;
    Ok(Ok(Written { new: known.is_none(), settled, disputed }))
}

fn insert_tx(db: &Connection, tx: &Tx, request: i64, recomputed: bool) -> rusqlite::Result<i64> {
    let tx_id = db
        .prepare_cached(
            "INSERT INTO tx (txid, first_seen, version, lock_time, size, recomputed, request_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .insert(params![
            tx.txid.to_string(),
            tx.first_seen.map(|t| t.timestamp()),
            tx.version,
            tx.lock_time,
            tx.size,
            recomputed,
            request,
        ])?;
    insert_parts(db, tx_id, tx)?;
    Ok(tx_id)
}

fn insert_parts(db: &Connection, tx_id: i64, tx: &Tx) -> rusqlite::Result<()> {
    for (vin, input) in tx.inputs.iter().enumerate() {
        db.prepare_cached("INSERT INTO tx_input VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
            params![
                tx_id,
                vin,
                input.prev_txid.map(|t| t.to_string()),
                input.prev_vout,
                input.address.as_ref().map(Address::as_str),
                input.value.map(|v| v.to_sat()),
                input.script_sig.as_ref().map(|s| s.as_bytes()),
                input.witness.as_ref().map(bitcoin::consensus::serialize),
                input.sequence,
                input.coinbase,
            ],
        )?;
    }
    for (vout, output) in tx.outputs.iter().enumerate() {
        db.prepare_cached("INSERT INTO tx_output VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            tx_id,
            vout,
            output.address.as_ref().map(Address::as_str),
            output.value.to_sat(),
            output.script.as_ref().map(|s| s.as_bytes()),
        ])?;
    }
    Ok(())
}
