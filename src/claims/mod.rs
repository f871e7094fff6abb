//! What was claimed, held against the chain: a sentence is read to claims ([`read()`]), each of which says a number of a [`Measure`],
//! and each is judged on every basis that it can be meant on ([`verify()`]), as known on its day and as known now.
//!
//! The addresses of a family are those that are known, so what they took is a lower bound. Nothing here says that a claim is
//! false: at most that the tracked addresses do not show it, or show something else.

mod basis;
mod caveats;
mod claim;
mod finding;
mod judge;
pub mod measure;
mod published;
mod quantity;
mod reader;
mod reading;
mod scope;
mod span;
mod verdict;
mod verify;

pub use basis::Basis;
pub use claim::{Claim, Evidence, Landed};
pub use measure::{MEASURES, Measure};
pub use published::{Published, published};
pub use quantity::{Bound, Interval, Standing, Unit};
pub use reader::read;
pub use reading::{Clause, Day, NotUnderstood, Place, Reading, Refusal, Span, Subject};
pub use scope::Scope;
pub use span::NoDays;
pub use verdict::{Checked, Known, Row, Verdict, Verified};
pub use verify::verify;
