//! Tables of rows that are documents: columns with their meaning come from the same structs, so that no list of columns is kept beside them.

use anyhow::Result;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::Serialize;
use serde_json::Value;

use super::{Event, Frame, Payment, Step, Withdrawal};
use crate::casebook::Case;
use crate::domain::Period;

/// A table of rows.
#[derive(Debug)]
pub struct Table {
    /// Name on the command line, and part of file names.
    pub name: &'static str,
    /// What a row is.
    pub row: &'static str,
    schema: fn() -> Schema,
    rows: fn(&Case<'_>, Period) -> Result<Vec<Value>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub about: String,
    /// Whether it holds decimal numbers, which stand as text.
    pub decimal: bool,
}

/// A table with its rows.
#[derive(Debug)]
pub struct Content {
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its rows: an object each, with a field a column.
    pub rows: Vec<Value>,
}

/// Every table.
pub static TABLES: &[Table] = &[
    Table {
        name: "payments",
        row: "an output to an address of the family, in order of time",
        schema: schema::<Payment>,
        rows: |case, _| case.account().and_then(|one| rows(&one.payments, Frame::of(one), Payment::of)),
    },
    Table {
        name: "withdrawals",
        row: "a transaction that spends from the family, in order of time",
        schema: schema::<Withdrawal>,
        rows: |case, _| case.account().and_then(|one| rows(&one.withdrawals, Frame::of(one), Withdrawal::of)),
    },
    Table {
        name: "events",
        row: "a cash-out event, the newest first",
        schema: schema::<Event>,
        rows: |case, _| case.account().and_then(|one| rows(case.events()?, Frame::of(one), Event::of)),
    },
    Table {
        name: "series",
        row: "a day, week or month, with none left out",
        schema: schema::<Step>,
        rows: |case, period| case.account().and_then(|one| rows(&case.steps(period)?, Frame::of(one), Step::of)),
    },
];

/// The table of that name.
pub fn find(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

impl Table {
    /// Its columns, in the order of the struct's fields; a field that has parts of its own is none.
    pub fn columns(&self) -> Vec<Column> {
        columns(&(self.schema)())
    }

    /// What the case holds of it; the series is by `period`.
    pub fn of(&self, case: &Case<'_>, period: Period) -> Result<Content> {
        let (columns, mut rows) = (self.columns(), (self.rows)(case, period)?);
        for row in rows.iter_mut().filter_map(Value::as_object_mut) {
            row.retain(|name, _| columns.iter().any(|column| column.name == *name));
        }
        Ok(Content { columns, rows })
    }
}

/// The JSON schema of a document as it is written: with every field, since unknown is null and not left out.
pub fn schema<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

fn columns(schema: &Schema) -> Vec<Column> {
    // Properties are sorted by name; the required ones, which are all, stand as in the struct.
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let column = |name: &str| {
        let field = schema.get("properties")?.get(name)?;
        let about = field.get("description").and_then(Value::as_str).unwrap_or_default();
        let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
        let decimal = field.get("format").and_then(Value::as_str) == Some("decimal");
        let is_plain = field.get("type").is_some_and(|kind| kind != "object");
        is_plain.then(|| Column { name: name.to_owned(), about: about.trim_end_matches('.').to_owned(), decimal })
    };
    names.filter_map(column).collect()
}

fn rows<T, D: Serialize>(all: &[T], frame: Frame<'_>, of: fn(&T, Frame<'_>) -> D) -> Result<Vec<Value>> {
    all.iter().map(|one| Ok(serde_json::to_value(of(one, frame))?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_the_order_of_fields_and_say_what_they_hold() {
        for table in TABLES {
            for column in table.columns() {
                assert!(!column.about.is_empty(), "{}: {}", table.name, column.name);
                let decimal = ["btc", "low", "close", "high"].contains(&column.name.as_str());
                assert_eq!(column.decimal, decimal, "{}: {}", table.name, column.name);
            }
        }
        let names = |table: &str| -> String {
            find(table).unwrap().columns().into_iter().map(|column| column.name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            names("withdrawals"),
            "family txid time block_time block_height first_seen addresses sats btc currency low close high whole"
        );
        assert!(!names("events").contains("value"), "what has parts is no column");
    }
}
