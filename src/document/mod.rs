//! The answers as data: plain structs that serialise, each with a JSON schema from the same derive. Rows that a surface prints, exports, packs or sends are
//! made here, so that two surfaces cannot disagree. The summary, trails and verdicts are not among them yet: they serialise where they are computed.
//!
//! Unknown is `null`, never 0 and never a word. Satoshis are integers; money is decimal text, rounded once.

mod event;
mod frame;
mod payment;
mod step;
mod table;
mod withdrawal;

mod family;
mod incident;
mod label;
mod money;
mod price;
mod status;
mod sums;
mod timestamp;
mod transaction;

pub use event::Event;
pub use frame::Frame;
use frame::btc;
pub use payment::Payment;
pub use schemars::Schema;
pub use step::Step;
pub use table::{Column, Content, TABLES, Table, find, schema};
pub use withdrawal::Withdrawal;

pub use family::{Demand, Fact, FactValue, Family, FamilyAddress, FamilyLink, FamilySource, Watched, WatchedSource};
pub use incident::{AnswerBody, Incident, IncidentAnswer};
pub use label::{Label, WeighedLabel};
pub use money::Money;
pub use price::{
    OtherPrice, PriceCorrection, PriceCoverage, PriceDay, PriceDisagreement, PriceExtreme, PriceFeedUpdate, PriceGap,
    PriceImport, PriceUpdate, Prices, corrections,
};
pub use status::{AsideStatus, ExplorerStatus, FamilyStatus, RoundStatus, ScanStatus, Status, Unreconciled};
pub use sums::AddressSums;
pub use timestamp::Timestamp;
pub use transaction::{Input, MoneyOn, Output, SpentBy, Transaction, TransactionFacts, TransactionState};
