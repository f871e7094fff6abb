//! Plain types over rust-bitcoin's: transactions as an explorer tells them, families, prices, values, times.
//!
//! Nothing here reads a clock, a file or the network. What a source did not tell is `None`; it is never guessed
//! and never 0. Satoshis are integers ([`Amount`]), money is [`Decimal`], times are UTC.

mod address;
mod ask;
pub mod caveat;
mod coins;
mod confidence;
pub mod csv;
mod event;
mod family;
mod follow;
pub mod format;
mod history;
mod incident;
pub mod json;
mod kinds;
mod label;
mod ledger;
pub mod link;
mod money;
mod one_of;
mod outspend;
mod provenance;
mod quote;
mod said;
mod stop;
mod time;
mod totals;
mod trust;
mod tx;
pub mod words;

pub use address::{Address, BadAddress, network_name, parse_network};
pub use ask::Ask;
pub use bitcoin::{Amount, BlockHash, Network, OutPoint, SignedAmount, Txid};
pub use caveat::Caveat;
pub use coins::{Inflow, Spend};
pub use confidence::Confidence;
pub use event::EventKind;
pub use family::{Demand, DemandAmount, Fact, FactKind, Family, Link, Role, Source, Station, WatchedAddress};
pub use follow::Follow;
pub use history::Observation;
pub use incident::{Incident, IncidentKind};
pub use label::{Category, Label, Origin};
pub use ledger::{AddressRecord, Check, Ledger};
pub use money::{Currency, DayPrice, Value};
pub use one_of::{nearest, one_of};
pub use outspend::OutspendStatus;
pub use provenance::{Asked, Provenance, RawAnswer};
pub use quote::{BadQuote, Quote, QuoteRecord};
pub use rust_decimal::Decimal;
pub use said::Said;
pub use stop::Stop;
pub(crate) use time::rfc3339;
pub use time::{BadMoment, Moment, Period, Span, Time, TimeBasis, parse_day, parse_instant, parse_zone};
pub use totals::{Sums, Totals};
pub use trust::Trust;
pub use tx::{BlockRef, State, Tx, TxIn, TxOut};
