//! The answers as data: plain structs that serialise, each with a JSON schema from the same derive. Rows that a surface prints, exports, packs or sends are
//! made here, so that two surfaces cannot disagree.
//!
//! Unknown is `null`, never 0 and never a word. Satoshis are integers; money is decimal text, rounded once.

mod address;
mod destinations;
mod event;
mod frame;
mod payment;
mod report;
mod step;
mod summary;
mod table;
mod trail;
mod week;
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
mod verdict;

pub use address::{AddressLookup, PaymentPages, WithdrawalPage};
pub use destinations::{Destination, Destinations, Share, TrailEnd};
pub use event::Event;
pub use frame::Frame;
use frame::btc;
pub use payment::Payment;
pub use report::{Report, ReportClaim};
pub use schemars::Schema;
pub use step::Step;
pub use summary::{LinkedAddress, StationFigures, Summary};
pub use table::{Column, Content, TABLES, Table, find, schema};
pub use trail::{Peel, Trail, TrailChain, TrailCoin, TrailHop, TrailLimits, TrailLink, TrailSubject};
pub use week::{ChartFile, FamilyWeek, Week, WeekBefore, WeekReach};
pub use withdrawal::Withdrawal;

pub use family::{Demand, Fact, FactValue, Family, FamilyAddress, FamilyLink, FamilySource, Watched, WatchedSource};
pub use incident::{AnswerBody, Incident, IncidentAnswer};
pub use label::{Label, WeighedLabel};
pub use money::Money;
pub use price::{
    OtherPrice, PriceCorrection, PriceCoverage, PriceDay, PriceDisagreement, PriceExtreme, PriceFeedUpdate, PriceGap,
    PriceImport, PriceUpdate, Prices, corrections,
};
pub use status::{
    AsideStatus, ExplorerStatus, FamilyStatus, ReceiverStatus, RoundStatus, ScanStatus, Status, Unreconciled,
};
pub use sums::AddressSums;
pub use timestamp::Timestamp;
pub use transaction::{Input, MoneyOn, Output, SpentBy, Transaction, TransactionFacts, TransactionState};
pub use verdict::{BasisRow, CheckedClaim, Understood, Verified};
