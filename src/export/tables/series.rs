use super::{Cell, Column, column};
use crate::figures::Step;

pub(super) const COLUMNS: &[Column<Step>] = &[
    column("family", "name of the family", |_, frame| Cell::text(frame.family)),
    column("step", "2017-05-12, 2017-W19 or 2017-05", |row, _| Cell::text(&row.label)),
    column("from", "first day, in the chosen zone", |row, _| Cell::day(row.from)),
    column("to", "last day", |row, _| Cell::day(row.to)),
    column("complete", "whether the ledger reaches to the end of the step", |row, _| Cell::Flag(row.is_complete())),
    column("outputs", "outputs received", |row, _| Cell::count(row.flows.outputs)),
    column("transactions", "transactions that hold them", |row, _| Cell::count(row.flows.transactions)),
    column("sats", "satoshis received", |row, _| Cell::Integer(row.flows.sats)),
    column("currency", "of the values", |_, frame| Cell::text(frame.currency)),
    column("low", "value at receipt, at the day's low; empty where the day has no price", |row, _| {
        Cell::money(row.flows.value.as_ref(), 0)
    }),
    column("close", "the same at the day's close", |row, _| Cell::money(row.flows.value.as_ref(), 1)),
    column("high", "the same at the day's high", |row, _| Cell::money(row.flows.value.as_ref(), 2)),
    column("without_price", "outputs without a price, which the values lack", |row, _| {
        Cell::count(row.flows.without_price)
    }),
    column("withdrawals", "transactions that spend from the family and pay others", |row, _| {
        Cell::count(row.flows.withdrawals)
    }),
    column("withdrawn_sats", "satoshis that left; empty where the value of a spent coin is unknown", |row, _| {
        row.flows.withdrawn_sats.map_or(Cell::Nothing, Cell::Integer)
    }),
    column(
        "joined_sats",
        "satoshis of others that came in together with coins of the family; empty where unknown",
        |row, _| row.flows.joined_sats.map_or(Cell::Nothing, Cell::Integer),
    ),
];
