mod events;
mod payments;
mod series;
mod withdrawals;

use super::Cell;
use crate::events::Event;
use crate::figures::{Account, Step};

/// What rows are made of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The family's figures, under the question that was asked.
    pub account: &'a Account,
    /// Its cash-out events.
    pub events: &'a [Event],
    /// Its series.
    pub steps: &'a [Step],
}

/// A column of a table: name, what stands in it, and how it is made.
struct Column<T: 'static> {
    name: &'static str,
    about: &'static str,
    cell: fn(&T, &Frame<'_>) -> Cell,
}

/// What all rows of a table share.
struct Frame<'a> {
    family: &'a str,
    currency: &'a str,
}

/// A table that can be exported.
#[derive(Debug)]
pub struct Table {
    /// Name on the command line, and part of file names.
    pub name: &'static str,
    /// What a row is.
    pub row: &'static str,
    names: fn() -> Vec<Named>,
    rows: fn(&Subject<'_>, &Frame<'_>) -> Vec<Vec<Cell>>,
}

/// Name and meaning of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub about: &'static str,
}

/// A table with its rows.
#[derive(Debug)]
pub struct Content {
    /// Which table.
    pub table: &'static Table,
    /// Its rows, a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// Every table.
pub static TABLES: &[Table] = &[
    Table {
        name: "payments",
        row: "an output to an address of the family, in order of time",
        names: || named(payments::COLUMNS),
        rows: |subject, frame| rows(payments::COLUMNS, subject.account.payments.iter(), frame),
    },
    Table {
        name: "withdrawals",
        row: "a transaction that spends from the family, in order of time",
        names: || named(withdrawals::COLUMNS),
        rows: |subject, frame| rows(withdrawals::COLUMNS, subject.account.withdrawals.iter(), frame),
    },
    Table {
        name: "events",
        row: "a cash-out event, the newest first",
        names: || named(events::COLUMNS),
        rows: |subject, frame| rows(events::COLUMNS, subject.events.iter(), frame),
    },
    Table {
        name: "series",
        row: "a day, week or month, with none left out",
        names: || named(series::COLUMNS),
        rows: |subject, frame| rows(series::COLUMNS, subject.steps.iter(), frame),
    },
];

/// The table of that name.
pub fn find(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

impl Table {
    /// Its columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = Named> {
        (self.names)().into_iter()
    }

    /// Its rows.
    pub fn of(&'static self, subject: &Subject<'_>) -> Content {
        let frame = Frame { family: &subject.account.summary.family, currency: subject.account.currency.code() };
        Content { table: self, rows: (self.rows)(subject, &frame) }
    }
}

fn named<T>(columns: &[Column<T>]) -> Vec<Named> {
    columns.iter().map(|column| Named { name: column.name, about: column.about }).collect()
}

fn rows<'a, T: 'a>(columns: &[Column<T>], rows: impl Iterator<Item = &'a T>, frame: &Frame<'_>) -> Vec<Vec<Cell>> {
    rows.map(|row| columns.iter().map(|column| (column.cell)(row, frame)).collect()).collect()
}

const fn column<T>(name: &'static str, about: &'static str, cell: fn(&T, &Frame<'_>) -> Cell) -> Column<T> {
    Column { name, about, cell }
}
