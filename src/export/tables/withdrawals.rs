use super::{Cell, Column, column};
use crate::domain::Address;
use crate::figures::Withdrawal;

pub(super) const COLUMNS: &[Column<Withdrawal>] = &[
    column("family", "name of the family", |_, frame| Cell::text(frame.family)),
    column("txid", "the transaction", |row, _| Cell::text(row.txid)),
    column("time", "the moment that places it, on the chosen time basis", |row, _| Cell::time(row.time)),
    column("block_time", "time in the block's header", |row, _| Cell::time(row.block_time)),
    column("block_height", "height of the block", |row, _| Cell::Integer(row.block_height.into())),
    column("first_seen", "when it was first seen; empty where nobody told", |row, _| {
        row.first_seen.map_or(Cell::Nothing, Cell::time)
    }),
    column("addresses", "the addresses whose coins leave, with spaces between them", |row, _| {
        Cell::Text(row.addresses.iter().map(Address::to_string).collect::<Vec<_>>().join(" "))
    }),
    column(
        "sats",
        "satoshis that leave: spent minus what returns, the fee included; empty where the value of a spent coin is unknown",
        |row, _| row.amount.map_or(Cell::Nothing, Cell::sats),
    ),
    column("btc", "the same in bitcoin", |row, _| row.amount.map_or(Cell::Nothing, Cell::btc)),
    column("currency", "of the values", |_, frame| Cell::text(frame.currency)),
    column("low", "value on the UTC day of time, at the day's low; empty where the day has no price", |row, _| {
        Cell::money(row.value.as_ref(), 0)
    }),
    column("close", "the same at the day's close", |row, _| Cell::money(row.value.as_ref(), 1)),
    column("high", "the same at the day's high", |row, _| Cell::money(row.value.as_ref(), 2)),
];
