//! The part of the ledger that concerns some addresses, row by row, as it goes into an evidence pack and comes back out of
//! one. What figures and trails say of those addresses follows from it alone.
//!
//! Rows refer to requests by their place in [`Slice::requests`], counted from 1, and to transactions by their txid. The order
//! is that in which they were written down: the last word about something is the one that counts.

mod load;
mod read;
mod table;

use bitcoin::{BlockHash, ScriptBuf, Txid, Witness};
use serde::{Deserialize, Serialize};

use crate::domain::Time;

/// The ground state of some addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Whatever was asked that brought one of the other rows.
    pub requests: Vec<RequestRow>,
    /// Every transaction that pays the addresses or spends from them, and all that follows from the latter in the ledger.
    pub transactions: Vec<TxRow>,
    /// What was said of where they stand.
    pub observations: Vec<ObservationRow>,
    /// What was said of the addresses' totals.
    pub totals: Vec<TotalsRow>,
    /// What was said of the transactions' outputs.
    pub outspends: Vec<OutspendRow>,
    /// Checked headers of the blocks that they are said to be in.
    pub headers: Vec<HeaderRow>,
    /// Merkle branches.
    pub branches: Vec<BranchRow>,
    /// What live sources told of prices.
    pub prices: Vec<PriceRow>,
    /// What was told of the addresses or the transactions and cannot be true.
    pub incidents: Vec<IncidentRow>,
    /// The span of blocks that was read without a gap; at most one.
    pub followed: Vec<FollowedRow>,
    /// The addresses that were looked for in it.
    pub scanned_addresses: Vec<ScannedAddressRow>,
    /// The coins that were looked for in it.
    pub watched_outpoints: Vec<WatchedOutpointRow>,
}

/// A request and its answer, without the answer's body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestRow {
    /// Who was asked.
    pub explorer: String,
    /// What.
    pub url: String,
    /// When.
    pub asked_at: Time,
    /// SHA-256 of the answer.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// The API spoken; null where the answer was not kept.
    pub dialect: Option<String>,
    /// The request below the base of the API.
    pub path: Option<String>,
    /// What was asked besides, where the answer is spread over several requests.
    pub parts: Vec<PartRow>,
}

/// A further request of the same question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRow {
    /// The request below the base of the API.
    pub path: String,
    /// What was asked.
    pub url: String,
    /// When.
    pub asked_at: Time,
    /// SHA-256 of the answer.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TxRow {
    /// Its txid.
    pub txid: Txid,
    /// When it was first seen, as told.
    pub first_seen: Option<Time>,
    /// Version.
    pub version: Option<i32>,
    /// Lock time as on the wire.
    pub lock_time: Option<u32>,
    /// Bytes, with witnesses.
    pub size: Option<u32>,
    /// The content hashes to the txid.
    pub recomputed: bool,
    /// The request that told of it first.
    pub request: u64,
    /// The request that last filled in what was missing.
    pub completed_by: Option<u64>,
    /// Inputs in order.
    pub inputs: Vec<InputRow>,
    /// Outputs in order.
    pub outputs: Vec<OutputRow>,
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputRow {
    /// Transaction whose output is spent.
    pub prev_txid: Option<Txid>,
    /// Which output.
    pub prev_vout: Option<u32>,
    /// Address of that output: a claim where that transaction is not in the slice.
    pub address: Option<String>,
    /// Its value, likewise.
    pub sats: Option<u64>,
    /// Script, in hex.
    pub script_sig: Option<ScriptBuf>,
    /// Witness items, in hex. No txid commits to them.
    pub witness: Option<Witness>,
    /// Sequence number.
    pub sequence: Option<u32>,
    /// Newly mined coins.
    pub coinbase: bool,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputRow {
    /// Address, if the script has one.
    pub address: Option<String>,
    /// Satoshis.
    pub sats: u64,
    /// Script, in hex, if told.
    pub script: Option<ScriptBuf>,
}

/// Where a transaction stood when somebody looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservationRow {
    /// Transaction.
    pub txid: Txid,
    /// The request that brought it.
    pub request: u64,
    /// `mempool`, `confirmed`, `gone`.
    pub state: String,
    /// Height of its block.
    pub block_height: Option<u32>,
    /// Hash of its block, if told.
    pub block_hash: Option<BlockHash>,
    /// Time in its block's header.
    pub block_time: Option<Time>,
}

/// What an explorer said of an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotalsRow {
    /// Address.
    pub address: String,
    /// The request that brought it first.
    pub request: u64,
    /// When it was first said.
    pub said_from: Time,
    /// When it was last said, unchanged.
    pub said_to: Time,
    /// The explorer's newest block then, if told.
    pub tip_height: Option<u32>,
    /// Transactions, satoshis received and spent, in blocks.
    pub confirmed: [Option<u64>; 3],
    /// The same of what waits.
    pub waiting: [Option<u64>; 3],
    /// The same of both together.
    pub together: [Option<u64>; 3],
}

/// What an explorer said of an output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutspendRow {
    /// Transaction.
    pub txid: Txid,
    /// Output.
    pub vout: u32,
    /// The request that brought it first.
    pub request: u64,
    /// When it was first said.
    pub said_from: Time,
    /// When it was last said, unchanged.
    pub said_to: Time,
    /// Spent or not.
    pub spent: bool,
    /// By what, if told.
    pub spender: Option<Txid>,
}

/// A block header whose work was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderRow {
    /// Hash.
    pub hash: BlockHash,
    /// Height; the explorer's word, unless the block itself told it.
    pub height: u32,
    /// Time in the header.
    pub time: Time,
    /// The 80 bytes, in hex.
    pub header: String,
    /// The request that brought it.
    pub request: u64,
}

/// That a transaction is in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchRow {
    /// Transaction.
    pub txid: Txid,
    /// Block.
    pub block_hash: BlockHash,
    /// Place in the block.
    pub pos: u32,
    /// The neighbours on the way up, 32 bytes each in internal byte order, in hex.
    pub branch: String,
    /// The request that brought it.
    pub request: u64,
}

/// What a live source told of a day's price, in US dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRow {
    /// UTC day.
    pub day: String,
    /// Source.
    pub source: String,
    /// Low, if told.
    pub low: Option<String>,
    /// Close.
    pub close: String,
    /// High, if told.
    pub high: Option<String>,
    /// When it was asked.
    pub asked_at: Time,
    /// The request that brought it.
    pub request: u64,
}

/// Something that was told and cannot be true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentRow {
    /// The request that told it first; its answer is kept.
    pub request: u64,
    /// Kind, as `ransomtrail incidents` names it.
    pub kind: String,
    /// The address it was told with.
    pub address: Option<String>,
    /// The transaction, as told.
    pub txid: Option<String>,
    /// What does not agree.
    pub what: String,
    /// How often.
    pub times: u64,
    /// The last time.
    pub last_at: Time,
}

/// A span of blocks that was read without a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowedRow {
    /// First height read.
    pub from_height: u32,
    /// Last height read.
    pub to_height: u32,
    /// Hash of that block.
    pub to_hash: BlockHash,
    /// The moment to which that is everything.
    pub complete_to: Time,
}

/// An address that was looked for in blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScannedAddressRow {
    /// Address.
    pub address: String,
    /// Its history up to this height was read by address.
    pub height: u32,
    /// Asked about again when that block lay deep.
    pub settled: bool,
}

/// A coin that was looked for in blocks: unspent as far as they were read, unless a transaction here spends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchedOutpointRow {
    /// Transaction.
    pub txid: Txid,
    /// Output.
    pub vout: u32,
    /// It was unspent at this height, and is looked for in all blocks above.
    pub height: u32,
}
