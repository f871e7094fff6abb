//! Reading the kept answers again, with the same dialects that read them first, and holding the ledger against what they say.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use bitcoin::hex::DisplayHex;

use super::Statement;
use super::contents::Contents;
use super::index::Index;
use super::ledger::listed;
use crate::domain::format::count;
use crate::domain::{Amount, Network, Quote, State, Sums, Tx, Txid};
use crate::explorer::{Block, Dialect, Garbled, Known, Outspend, Request, Told, TotalsAnswer, Unread, dialect};
use crate::price::reader;
use crate::proof::MerkleBranch;
use crate::store::Slice;
use crate::store::slice::{BranchRow, HeaderRow, ObservationRow, OutspendRow, PriceRow, RequestRow, TotalsRow, TxRow};

/// A row that cites an answer.
enum Row<'a> {
    Observation(&'a ObservationRow),
    Totals(&'a TotalsRow),
    Outspend(&'a OutspendRow),
    Header(&'a HeaderRow),
    Branch(&'a BranchRow),
    Price(&'a PriceRow),
}

/// What became of the rows.
#[derive(Default)]
struct Tally {
    same: usize,
    /// Told so at first, and replaced by content that hashes to the txid.
    overruled: usize,
    not_kept: usize,
    /// A part of the answer is not kept, and the ledger's own word stands in for it.
    in_part: usize,
    /// That something is gone, which an answer says by leaving it out.
    gone: usize,
    /// The answer cannot be read here.
    unread: usize,
    differing: Vec<String>,
}

/// What one row is, held against its answer.
enum Agreement {
    Same,
    Overruled,
    InPart,
    Gone,
    Unread,
    Differs(String),
}

/// What reading the answers again showed.
pub(super) struct Reread<'a> {
    pub statements: Vec<Statement>,
    /// Who tells of each transaction, as it is and where it stands, in an answer that is in the pack.
    pub told: HashMap<Txid, BTreeSet<&'a str>>,
}

/// Gives the body of an answer by its SHA-256.
pub(super) type Bodies<'a> = dyn FnMut(&str) -> Option<Vec<u8>> + 'a;

/// Answers may be cited by several requests; so much is read in all, and no more.
const MOST_READ: u64 = 4 << 30;
/// The answers to one question together.
const MOST_AT_ONCE: u64 = 256 << 20;
/// The further requests of one question.
const MOST_PARTS: usize = 1_000;

/// Holds every row that cites a kept answer against what the answer says. Each answer is read once for all rows of a request.
pub(super) fn compare<'a>(
    contents: &'a Contents,
    index: &Index<'_>,
    network: Network,
    bodies: &mut Bodies<'_>,
) -> Reread<'a> {
    let slice = &contents.slice;
    let (nothing, known) = (Known::default(), known(slice));
    let (mut tally, mut told_by) = (Tally::default(), HashMap::<Txid, BTreeSet<&str>>::new());
    let mut cited = cited(slice);
    let mut read = 0_u64;
    for (request, number) in slice.requests.iter().zip(1_u64..) {
        let Some(rows) = cited.remove(&number) else { continue };
        if read > MOST_READ || request.parts.len() > MOST_PARTS {
            tally.differing.push(format!("more than can be read within reason is cited ({})", request.url));
            break;
        }
        let Some(answers) = answers(contents, request, bodies) else {
            tally.not_kept += rows.len();
            continue;
        };
        read += answers.iter().map(|(_, body)| body.len() as u64).sum::<u64>();
        let told = |known| Told::new(&answers, network, known);
        let mut answer = Answer::new(request, told(&nothing), told(&known));
        for row in rows {
            let found = answer.holds(&row, &index.txs);
            if let (Row::Observation(row), Agreement::Same | Agreement::Overruled) = (&row, &found)
                && index.last.get(&row.txid).is_some_and(|last| is_same_place(last, row))
            {
                told_by.entry(row.txid).or_default().insert(&request.explorer);
            }
            match found {
                Agreement::Same => tally.same += 1,
                Agreement::Overruled => tally.overruled += 1,
                Agreement::InPart => tally.in_part += 1,
                Agreement::Gone => tally.gone += 1,
                Agreement::Unread => tally.unread += 1,
                Agreement::Differs(what) => tally.differing.push(format!("{what} ({})", request.url)),
            }
        }
    }
    Reread { statements: tally.statements(), told: told_by }
}

/// Whether both say the same of where a transaction stands.
pub(super) fn is_same_place(one: &ObservationRow, other: &ObservationRow) -> bool {
    (&one.state, one.block_height, one.block_time) == (&other.state, other.block_height, other.block_time)
}

impl Tally {
    fn statements(&self) -> Vec<Statement> {
        let rows = |n| count(n, "row", "rows");
        let mut out = listed(&self.differing);
        let overruled = match self.overruled {
            0 => String::new(),
            n => format!(", {} of them told otherwise and overruled by content that hashes to the txid", rows(n)),
        };
        let found = self.same + self.overruled;
        out.push(Statement::counted(
            found,
            format!(
                "{} of the ledger read again in the answers that brought them, and found there{overruled}",
                rows(found)
            ),
        ));
        if self.not_kept > 0 {
            out.push(Statement::not_established(format!(
                "{} cite answers that are not kept: whole blocks, and what was recorded without keeping answers",
                rows(self.not_kept)
            )));
        }
        if self.in_part > 0 {
            let text = "are in their answers but for a part that is not kept: their blocks, or bytes that the ledger held before";
            out.push(Statement::not_established(format!("{} {text}", rows(self.in_part))));
        }
        if self.gone > 0 {
            let gone = count(self.gone, "time", "times");
            out.push(Statement::not_established(format!(
                "that a transaction was gone, which the ledger says {gone}: an answer says so by leaving it out"
            )));
        }
        if self.unread > 0 {
            let text = "cite answers that are here and cannot be read again by this program";
            out.push(Statement::not_established(format!("{} {text}", rows(self.unread))));
        }
        out
    }
}

/// What the rest of the ledger tells a dialect that would ask for it.
fn known(slice: &Slice) -> Known {
    let proven = slice.transactions.iter().filter(|tx| tx.recomputed).map(|tx| tx.txid).collect();
    let told = slice.observations.iter().filter_map(|row| {
        let (height, hash, time) = (row.block_height?, row.block_hash?, row.block_time?);
        Some((height, Block { hash, height, time }))
    });
    Known { proven, blocks: told.collect() }
}

fn cited(slice: &Slice) -> BTreeMap<u64, Vec<Row<'_>>> {
    let mut out: BTreeMap<u64, Vec<Row<'_>>> = BTreeMap::new();
    let mut cite = |request: u64, row| out.entry(request).or_default().push(row);
    slice.observations.iter().for_each(|row| cite(row.request, Row::Observation(row)));
    slice.totals.iter().for_each(|row| cite(row.request, Row::Totals(row)));
    slice.outspends.iter().for_each(|row| cite(row.request, Row::Outspend(row)));
    slice.headers.iter().for_each(|row| cite(row.request, Row::Header(row)));
    slice.branches.iter().for_each(|row| cite(row.request, Row::Branch(row)));
    slice.prices.iter().for_each(|row| cite(row.request, Row::Price(row)));
    out
}

/// The built-in record is asked under its own scheme.
fn recorded(url: &str) -> Option<&str> {
    url.strip_prefix("built-in:")
}

/// The question and all that was answered to it; `None` where not all of it is kept. Parts may be missing: they were too large.
fn answers(contents: &Contents, request: &RequestRow, bodies: &mut Bodies<'_>) -> Option<Vec<(Request, Vec<u8>)>> {
    let path = request.path.as_deref().or_else(|| recorded(&request.url))?;
    let mut left = MOST_AT_ONCE;
    let mut body = |sha256: &str| {
        let body = contents.answers.contains(sha256).then(|| bodies(sha256)).flatten()?;
        left = left.checked_sub(body.len() as u64)?;
        Some(body)
    };
    let question = (Request::get(path), body(&request.sha256)?);
    let parts = request.parts.iter().filter_map(|part| Some((Request::get(part.path.as_str()), body(&part.sha256)?)));
    Some(std::iter::once(question).chain(parts).collect())
}

/// Transactions by txid.
type Txs = HashMap<Txid, Tx>;
/// Day, low, close and high.
type Days = BTreeMap<String, [Option<String>; 3]>;

/// Everything that was answered to a question, each part of it read when it is first needed, and once.
struct Answer<'a> {
    request: &'a RequestRow,
    told: Told<'a>,
    /// The same to a dialect that may ask the ledger for what is missing.
    knowing: Told<'a>,
    dialect: Option<&'static dyn Dialect>,
    /// The transactions that it tells, none where it cannot be read, and whether it tells them whole.
    txs: OnceCell<(Txs, bool)>,
    totals: OnceCell<Option<TotalsAnswer>>,
    /// What it tells of a transaction's outputs; nothing where it cannot be read.
    outspends: OnceCell<Vec<Outspend>>,
    header: OnceCell<Option<String>>,
    branch: OnceCell<Option<(u32, Option<String>)>>,
    /// The prices that it tells, by source.
    prices: HashMap<String, Days>,
}

impl<'a> Answer<'a> {
    fn new(request: &'a RequestRow, told: Told<'a>, knowing: Told<'a>) -> Self {
        let name = request.dialect.as_deref().or_else(|| recorded(&request.url).map(|_| "built-in"));
        Self {
            request,
            told,
            knowing,
            dialect: name.and_then(dialect),
            txs: OnceCell::new(),
            totals: OnceCell::new(),
            outspends: OnceCell::new(),
            header: OnceCell::new(),
            branch: OnceCell::new(),
            prices: HashMap::new(),
        }
    }

    fn holds(&mut self, row: &Row<'_>, transactions: &HashMap<Txid, &TxRow>) -> Agreement {
        if let Row::Price(row) = row {
            return self.price(row);
        }
        let Some(dialect) = self.dialect else { return Agreement::Unread };
        match row {
            Row::Observation(row) => self.observation(dialect, row, transactions.get(&row.txid).copied()),
            Row::Totals(row) => self.totals(dialect, row),
            Row::Outspend(row) => self.outspend(dialect, row),
            Row::Header(row) => self.header(dialect, row),
            Row::Branch(row) => self.branch(dialect, row),
            Row::Price(_) => Agreement::Unread,
        }
    }

    fn header(&self, dialect: &dyn Dialect, row: &HeaderRow) -> Agreement {
        let read = || dialect.read_header(&self.told).ok().map(|header| header.to_lower_hex_string());
        let Some(header) = self.header.get_or_init(read) else { return Agreement::Unread };
        same(*header == row.header, || format!("the header of block {}", row.hash))
    }

    fn branch(&self, dialect: &dyn Dialect, row: &BranchRow) -> Agreement {
        let read = || {
            let proof = dialect.read_merkle_proof(&self.told).ok()?;
            let branch = MerkleBranch::new(proof.pos, proof.branch).ok();
            Some((proof.pos, branch.map(|branch| branch.to_bytes().to_lower_hex_string())))
        };
        let Some((pos, branch)) = self.branch.get_or_init(read) else { return Agreement::Unread };
        same(*pos == row.pos && branch.as_ref() == Some(&row.branch), || format!("the merkle branch of {}", row.txid))
    }

    fn observation(&self, dialect: &dyn Dialect, row: &ObservationRow, stored: Option<&TxRow>) -> Agreement {
        if row.state == "gone" {
            return Agreement::Gone;
        }
        let (txs, whole) = self.txs.get_or_init(|| match transactions(dialect, &self.told) {
            Err(Unread::Ask(_)) => (transactions(dialect, &self.knowing).unwrap_or_default(), false),
            read => (read.unwrap_or_default(), true),
        });
        let (Some(stored), false) = (stored, txs.is_empty()) else { return Agreement::Unread };
        let Some(tx) = txs.get(&row.txid) else {
            return Agreement::Differs(format!("transaction {} is not in its answer", row.txid));
        };
        if !stands_there(&tx.state, row) {
            return Agreement::Differs(format!("transaction {} stands elsewhere in its answer", row.txid));
        }
        if tells(tx, stored) {
            if *whole { Agreement::Same } else { Agreement::InPart }
        } else if stored.recomputed && tx.recomputed_txid().is_none() {
            Agreement::Overruled
        } else {
            Agreement::Differs(format!("transaction {} is another one in its answer", row.txid))
        }
    }

    fn totals(&self, dialect: &dyn Dialect, row: &TotalsRow) -> Agreement {
        let read = || dialect.read_totals(&self.told).ok();
        let Some(answer) = self.totals.get_or_init(read) else { return Agreement::Unread };
        let three = |sums: Sums| [sums.tx_count, sums.received.map(Amount::to_sat), sums.spent.map(Amount::to_sat)];
        let said = [answer.said.confirmed, answer.said.waiting, answer.said.together].map(three);
        let as_of = answer.as_of.unwrap_or(self.request.asked_at).timestamp();
        let agrees = said == [row.confirmed, row.waiting, row.together] && as_of == row.said_from.timestamp();
        same(agrees, || format!("the totals of {}", row.address))
    }

    fn outspend(&self, dialect: &dyn Dialect, row: &OutspendRow) -> Agreement {
        let outspends = self.outspends.get_or_init(|| dialect.read_outspends(&self.told).unwrap_or_default());
        if outspends.is_empty() {
            return Agreement::Unread;
        }
        let told = match outspends.get(row.vout as usize) {
            Some(Outspend::Unspent) => Some((false, None)),
            Some(Outspend::Spent { txid, .. }) => Some((true, Some(*txid))),
            Some(Outspend::SpentBySomebody) => Some((true, None)),
            Some(Outspend::Unrecorded) | None => None,
        };
        same(told == Some((row.spent, row.spender)), || format!("what became of output {}:{}", row.txid, row.vout))
    }

    fn price(&mut self, row: &PriceRow) -> Agreement {
        let Some(read) = reader(&row.source) else { return Agreement::Unread };
        let body = self.told.body();
        let prices = self.prices.entry(row.source.clone()).or_insert_with(|| {
            let quotes = read(body).map(|reading| reading.quotes).unwrap_or_default();
            let row = |quote: &Quote| {
                let (low, high) = quote.range().map(|(low, high)| (low.to_string(), high.to_string())).unzip();
                (quote.day().to_string(), [low, Some(quote.close().to_string()), high])
            };
            quotes.iter().map(row).collect()
        });
        if prices.is_empty() {
            return Agreement::Unread;
        }
        let found = prices
            .get(&row.day)
            .is_some_and(|[low, close, high]| (low, close.as_ref(), high) == (&row.low, Some(&row.close), &row.high));
        same(found, || format!("the price of {} from {}", row.day, row.source))
    }
}

fn same(agrees: bool, what: impl FnOnce() -> String) -> Agreement {
    if agrees { Agreement::Same } else { Agreement::Differs(format!("{} is not what its answer says", what())) }
}

/// The transactions of a page, or the one of an answer about it. A page that tells one twice contradicts itself.
fn transactions(dialect: &dyn Dialect, told: &Told<'_>) -> Result<Txs, Unread> {
    let txs = match dialect.read_address_page(told) {
        Ok(page) => page.txs,
        Err(Unread::Ask(more)) => return Err(Unread::Ask(more)),
        Err(Unread::Garbled(_)) => vec![dialect.read_transaction(told)?],
    };
    let all = txs.len();
    let by_txid: Txs = txs.into_iter().map(|tx| (tx.txid, tx)).collect();
    if by_txid.len() == all { Ok(by_txid) } else { Err(Garbled("a transaction is told twice".to_owned()).into()) }
}

fn stands_there(told: &State, row: &ObservationRow) -> bool {
    match told.block() {
        None => row.state == "mempool",
        Some(block) => {
            let hashes = block.hash.is_none() || row.block_hash.is_none() || block.hash == row.block_hash;
            (Some(block.height), Some(block.time)) == (row.block_height, row.block_time) && hashes
        }
    }
}

/// Whether the ledger has what was told, as far as it was told. The address and value of what an input spends are claims, and
/// the ledger takes them from the output itself.
fn tells(told: &Tx, stored: &TxRow) -> bool {
    let agree = |one: Option<&str>, other: Option<&str>| one.is_none() || other.is_none() || one == other;
    (told.version.is_none() || told.version == stored.version)
        && (told.lock_time.is_none() || told.lock_time == stored.lock_time)
        && (told.size.is_none() || told.size == stored.size)
        && told.outputs.len() == stored.outputs.len()
        && told.inputs.len() == stored.inputs.len()
        && told.outputs.iter().zip(&stored.outputs).all(|(told, stored)| {
            told.value.to_sat() == stored.sats
                && agree(told.address.as_ref().map(|a| a.as_str()), stored.address.as_deref())
                && (told.script.is_none() || told.script == stored.script)
        })
        && told.inputs.iter().zip(&stored.inputs).all(|(told, stored)| {
            let named = told.prev_txid.is_none() || told.prev_txid == stored.prev_txid;
            named
                && (told.prev_vout.is_none() || told.prev_vout == stored.prev_vout)
                && (told.sequence.is_none() || told.sequence == stored.sequence)
        })
}
