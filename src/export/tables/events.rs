use super::{Cell, Column, column};
use crate::domain::Txid;
use crate::events::Event;

pub(super) const COLUMNS: &[Column<Event>] = &[
    column("family", "name of the family", |_, frame| Cell::text(frame.family)),
    column("kind", "withdrawal, arrival or awakening", |row, _| Cell::text(row.kind.name())),
    column("txid", "the transaction", |row, _| Cell::text(row.txid)),
    column("vout", "index of the output that arrived; of an arrival alone", |row, _| {
        row.vout.map_or(Cell::Nothing, |vout| Cell::Integer(vout.into()))
    }),
    column("time", "time in the block's header", |row, _| Cell::time(row.time)),
    column("block_height", "height of the block", |row, _| Cell::Integer(row.height.into())),
    column("sats", "satoshis that left, arrived or moved; empty where unknown", |row, _| {
        row.amount.map_or(Cell::Nothing, Cell::sats)
    }),
    column("btc", "the same in bitcoin", |row, _| row.amount.map_or(Cell::Nothing, Cell::btc)),
    column("currency", "of the values", |_, frame| Cell::text(frame.currency)),
    column("low", "value on the UTC day of time, at the day's low; empty where the day has no price", |row, _| {
        Cell::money(row.value.as_ref(), 0)
    }),
    column("close", "the same at the day's close", |row, _| Cell::money(row.value.as_ref(), 1)),
    column("high", "the same at the day's high", |row, _| Cell::money(row.value.as_ref(), 2)),
    column("label", "the service at which it arrived", |row, _| {
        row.label.as_ref().map(|label| label.name.clone()).into()
    }),
    column("category", "what that is: exchange, swap service, mixer", |row, _| {
        row.label.as_ref().map(|label| label.category.clone()).into()
    }),
    column("address", "the service's address", |row, _| row.address.as_ref().map(ToString::to_string).into()),
    column("hop", "transactions since the withdrawal, by the shortest way", |row, _| Cell::Integer(row.hop.into())),
    column("path", "the txids that lead to it, with spaces between them", |row, _| {
        Cell::Text(row.path.iter().map(Txid::to_string).collect::<Vec<_>>().join(" "))
    }),
    column("policy", "how mixed coins were told apart; empty for a withdrawal", |row, _| {
        row.policy.map(|policy| policy.name().to_owned()).into()
    }),
    column("rule", "what made it an event", |row, _| Cell::text(&row.rule)),
];
