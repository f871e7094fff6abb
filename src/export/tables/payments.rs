use super::{Cell, Column, column};
use crate::figures::Payment;

pub(super) const COLUMNS: &[Column<Payment>] = &[
    column("family", "name of the family", |_, frame| Cell::text(frame.family)),
    column("txid", "the transaction", |row, _| Cell::text(row.txid)),
    column("vout", "index of the output in it", |row, _| Cell::Integer(row.vout.into())),
    column("address", "the address paid", |row, _| Cell::text(&row.address)),
    column("time", "the moment that places it, on the chosen time basis", |row, _| Cell::time(row.time)),
    column("block_time", "time in the block's header", |row, _| Cell::time(row.block_time)),
    column("block_height", "height of the block", |row, _| Cell::Integer(row.block_height.into())),
    column("first_seen", "when it was first seen; empty where nobody told", |row, _| {
        row.first_seen.map_or(Cell::Nothing, Cell::time)
    }),
    column("sats", "satoshis", |row, _| Cell::sats(row.amount)),
    column("btc", "the same in bitcoin", |row, _| Cell::btc(row.amount)),
    column("price_day", "the UTC day whose price gives the values", |row, _| Cell::day(row.price_day())),
    column("currency", "of the values", |_, frame| Cell::text(frame.currency)),
    column("low", "value on that day, at the day's low; empty where the day has no price", |row, _| {
        Cell::money(row.value.as_ref(), 0)
    }),
    column("close", "the same at the day's close", |row, _| Cell::money(row.value.as_ref(), 1)),
    column("high", "the same at the day's high", |row, _| Cell::money(row.value.as_ref(), 2)),
    column(
        "class",
        "what kind of payment it looks like: demand, multiple, dust, other, unknown; empty where it is no income",
        |row, _| row.class().map_or(Cell::Nothing, |class| Cell::text(class.name())),
    ),
    column("after_withdrawal", "whether it came after the wallets had been emptied", |row, _| {
        Cell::Flag(row.after_withdrawal)
    }),
    column("internal", "whether its transaction also spends from the family: no income", |row, _| {
        Cell::Flag(row.internal)
    }),
    column("internal_sats", "what of it only moves within the family; empty where unknown", |row, _| {
        row.within().map_or(Cell::Nothing, Cell::sats)
    }),
    column(
        "joined_sats",
        "what of it is coins of others that came in together with the family's; empty where unknown",
        |row, _| row.joined.map_or(Cell::Nothing, Cell::sats),
    ),
    column("explorer", "who told of it first", |row, _| Cell::text(&row.explorer)),
    column("trust", "told, recomputed, agreed or proven", |row, _| Cell::text(row.trust.name())),
];
