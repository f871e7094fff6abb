//! How the rows of a slice lie in the database: one list of columns a table, by which they are read and written.

use bitcoin::Witness;
use bitcoin::consensus::{deserialize, serialize};
use bitcoin::hex::{DisplayHex, FromHex};
use rusqlite::types::{Type, Value as Cell, ValueRef};
use rusqlite::{Connection, Params, params_from_iter};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::domain::Time;
use crate::store::ledger::time;

/// How a field of a row is written in its column. What is null is null.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// As it is: text, or a whole number.
    Plain,
    /// True is 1.
    Flag,
    /// RFC 3339 is unix seconds.
    Time,
    /// Hex is bytes.
    Hex,
    /// Items in hex are bytes as on the wire.
    Witness,
    /// A txid is the number of its transaction in `tx`.
    Tx,
    /// One of several columns that make a list, in their order.
    Item,
}

/// A field, its column, and how it is written.
type Column = (&'static str, &'static str, How);

/// A table of the database as rows of a slice see it.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name.
    name: &'static str,
    /// The column that tells in which order rows were written down, or a number where that does not matter.
    key: &'static str,
    columns: &'static [Column],
}

macro_rules! tables {
    ($($name:ident = $table:literal, $key:literal: $($field:literal $column:literal $how:ident),+;)+) => {
        $(pub(super) static $name: Table =
            Table { name: $table, key: $key, columns: &[$(($field, $column, How::$how)),+] };)+
    };
}

tables! {
    REQUESTS = "request", "request_id": "explorer" "explorer" Plain, "url" "url" Plain, "asked_at" "asked_at" Time,
        "sha256" "sha256" Plain, "bytes" "bytes" Plain, "dialect" "dialect" Plain, "path" "path" Plain;
    PARTS = "request_part", "part": "path" "path" Plain, "url" "url" Plain, "asked_at" "asked_at" Time,
        "sha256" "sha256" Plain, "bytes" "bytes" Plain;
    TRANSACTIONS = "tx", "tx_id": "txid" "txid" Plain, "first_seen" "first_seen" Time, "version" "version" Plain,
        "lock_time" "lock_time" Plain, "size" "size" Plain, "recomputed" "recomputed" Flag, "request" "request_id" Plain,
        "completed_by" "completed_by" Plain;
    INPUTS = "tx_input", "vin": "prev_txid" "prev_txid" Plain, "prev_vout" "prev_vout" Plain, "address" "address" Plain,
        "sats" "sats" Plain, "script_sig" "script_sig" Hex, "witness" "witness" Witness, "sequence" "sequence" Plain,
        "coinbase" "coinbase" Flag;
    OUTPUTS = "tx_output", "vout": "address" "address" Plain, "sats" "sats" Plain, "script" "script" Hex;
    OBSERVATIONS = "observation", "observation_id": "txid" "tx_id" Tx, "request" "request_id" Plain, "state" "state" Plain,
        "block_height" "block_height" Plain, "block_hash" "block_hash" Plain, "block_time" "block_time" Time;
    TOTALS = "totals", "answered": "address" "address" Plain, "request" "request_id" Plain, "said_from" "said_from" Time,
        "said_to" "said_to" Time, "tip_height" "tip_height" Plain, "confirmed" "tx_count" Item, "confirmed" "received" Item,
        "confirmed" "spent" Item, "waiting" "mempool_tx_count" Item, "waiting" "mempool_received" Item,
        "waiting" "mempool_spent" Item, "together" "all_tx_count" Item, "together" "all_received" Item,
        "together" "all_spent" Item;
    OUTSPENDS = "outspend", "outspend_id": "txid" "txid" Plain, "vout" "vout" Plain, "request" "request_id" Plain,
        "said_from" "said_from" Time, "said_to" "said_to" Time, "spent" "spent" Flag, "spender" "spender" Plain;
    HEADERS = "block", "0": "hash" "hash" Plain, "height" "height" Plain, "time" "time" Time, "header" "header" Hex,
        "request" "request_id" Plain;
    BRANCHES = "proof", "0": "txid" "tx_id" Tx, "block_hash" "block_hash" Plain, "pos" "pos" Plain, "branch" "branch" Hex,
        "request" "request_id" Plain;
    PRICES = "price", "price_id": "day" "day" Plain, "source" "source" Plain, "low" "low" Plain, "close" "close" Plain,
        "high" "high" Plain, "asked_at" "asked_at" Time, "request" "request_id" Plain;
    INCIDENTS = "incident", "incident_id": "request" "request_id" Plain, "kind" "kind" Plain, "address" "address" Plain,
        "txid" "txid" Plain, "what" "what" Plain, "times" "times" Plain, "last_at" "last_at" Time;
    FOLLOWED = "scan", "scan_id": "from_height" "from_height" Plain, "to_height" "to_height" Plain,
        "to_hash" "to_hash" Plain, "complete_to" "complete_to" Time;
    SCANNED_ADDRESSES = "scanned_address", "0": "address" "address" Plain, "height" "height" Plain, "settled" "settled" Flag;
    WATCHED_OUTPOINTS = "watched_outpoint", "0": "txid" "txid" Plain, "vout" "vout" Plain, "height" "height" Plain;
}

impl Table {
    /// The rows that `tail` leaves, each with its key.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        db: &Connection,
        tail: &str,
        params: impl Params,
    ) -> rusqlite::Result<Vec<(i64, T)>> {
        let rows = self.read_fields(db, tail, params)?;
        rows.into_iter().map(|(key, fields)| Ok((key, typed(fields)?))).collect()
    }

    /// The same by the names of fields.
    pub(super) fn read_fields(
        &self,
        db: &Connection,
        tail: &str,
        params: impl Params,
    ) -> rusqlite::Result<Vec<(i64, Map<String, Value>)>> {
        let name = self.name;
        let expression = |(_, column, how): &Column| match how {
            How::Tx => format!(", (SELECT t.txid FROM tx t WHERE t.tx_id = {name}.{column})"),
            _ => format!(", {column}"),
        };
        let columns: String = self.columns.iter().map(expression).collect();
        db.prepare_cached(&format!("SELECT {}{columns} FROM {name} {tail}", self.key))?
            .query_map(params, |row| {
                let mut fields = Map::new();
                for ((field, _, how), at) in self.columns.iter().zip(1..) {
                    let value =
                        decoded(*how, row.get_ref(at)?).ok_or_else(|| unusable(at, "not what is expected here"))?;
                    match (how, fields.get_mut(*field)) {
                        (How::Item, Some(Value::Array(items))) => items.push(value),
                        (How::Item, _) => drop(fields.insert((*field).to_owned(), Value::Array(vec![value]))),
                        _ => drop(fields.insert((*field).to_owned(), value)),
                    }
                }
                Ok((row.get(0)?, fields))
            })?
            .collect()
    }

    /// Writes a row, with `more` columns that are none of its fields.
    pub(super) fn insert(&self, db: &Connection, row: &impl Serialize, more: &[(&str, i64)]) -> rusqlite::Result<()> {
        let fields = serde_json::to_value(row).map_err(|error| unusable(0, error))?;
        let (mut names, mut places, mut cells) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (field, column, how)) in self.columns.iter().enumerate() {
            let item = self.columns[..at].iter().filter(|earlier| earlier.0 == *field).count();
            let value = if matches!(how, How::Item) { &fields[*field][item] } else { &fields[*field] };
            names.push(*column);
            places.push(if matches!(how, How::Tx) { "(SELECT tx_id FROM tx WHERE txid = ?)" } else { "?" });
            cells.push(encoded(*how, value).ok_or_else(|| unusable(at, "cannot be written down"))?);
        }
        for (column, number) in more {
            names.push(column);
            places.push("?");
            cells.push(Cell::Integer(*number));
        }
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", self.name, names.join(", "), places.join(", "));
        db.prepare_cached(&sql)?.execute(params_from_iter(cells)).map(|_| ())
    }
}

/// The row of these fields.
pub(super) fn typed<T: DeserializeOwned>(fields: Map<String, Value>) -> rusqlite::Result<T> {
    serde_json::from_value(Value::Object(fields)).map_err(|error| unusable(0, error))
}

fn decoded(how: How, cell: ValueRef<'_>) -> Option<Value> {
    Some(match (how, cell) {
        (_, ValueRef::Null) => Value::Null,
        (How::Flag, ValueRef::Integer(number)) => Value::Bool(number != 0),
        (How::Time, ValueRef::Integer(seconds)) => serde_json::to_value(time(seconds)).ok()?,
        (How::Hex, ValueRef::Blob(bytes)) => Value::String(bytes.to_lower_hex_string()),
        (How::Witness, ValueRef::Blob(bytes)) => serde_json::to_value(deserialize::<Witness>(bytes).ok()).ok()?,
        (How::Plain | How::Item, ValueRef::Integer(number)) => number.into(),
        (How::Plain | How::Tx, ValueRef::Text(text)) => std::str::from_utf8(text).ok()?.into(),
        _ => return None,
    })
}

fn encoded(how: How, value: &Value) -> Option<Cell> {
    Some(match (how, value) {
        (_, Value::Null) => Cell::Null,
        (How::Flag, Value::Bool(flag)) => Cell::Integer((*flag).into()),
        (How::Time, text) => Cell::Integer(serde_json::from_value::<Time>(text.clone()).ok()?.timestamp()),
        (How::Hex, Value::String(text)) => Cell::Blob(Vec::from_hex(text).ok()?),
        (How::Witness, items) => Cell::Blob(serialize(&serde_json::from_value::<Witness>(items.clone()).ok()?)),
        (_, Value::Number(number)) => Cell::Integer(number.as_i64()?),
        (_, Value::String(text)) => Cell::Text(text.clone()),
        _ => return None,
    })
}

fn unusable(column: usize, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
}
