//! The answers as data: plain structs that serialise, each with a JSON schema from the same derive. What a surface prints, exports, packs or sends is
//! one of these and nothing else, so that two surfaces cannot disagree.
//!
//! Unknown is `null`, never 0 and never a word. Satoshis are integers; money is decimal text, rounded once, here. A caveat has a code, what it is about, and its
//! numbers; surfaces put it into words.

mod event;
mod frame;
mod payment;
mod step;
mod table;
mod withdrawal;

mod money;

pub use event::Event;
pub use frame::Frame;
use frame::btc;
pub use payment::Payment;
pub use schemars::Schema;
pub use step::Step;
pub use table::{Column, Content, TABLES, Table, find, schema};
pub use withdrawal::Withdrawal;

pub use money::Money;
