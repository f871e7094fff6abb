//! What was claimed, held against the chain: a sentence is read to a [`Quantity`] ([`parse()`]), and the quantity is judged on
//! each basis that it can be meant on ([`verify()`]), as known on its day and as known now.
//!
//! The addresses of a family are those that are known, so what they took is a lower bound. Nothing here says that a claim is
//! false: at most that the tracked addresses do not show it, or show something else.

mod basis;
mod caveats;
mod claim;
mod finding;
pub mod measure;
mod parse;
mod published;
mod quantity;
pub mod reader;
pub mod reading;
mod scope;
mod verdict;
mod verify;

pub use basis::Basis;
pub use claim::{Claim, Evidence};
pub use measure::{MEASURES, Measure};
pub use parse::{NotUnderstood, parse};
pub use published::{Published, published};
pub use quantity::{Bound, Interval, Part, Quantity, Standing, Unit};
pub use scope::Scope;
pub use verdict::{Known, Row, Verdict, Verified};
pub use verify::verify;
