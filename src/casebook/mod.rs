//! A case is opened once: [`Casebook`] is one moment of the database with all that lies beside it (labels, prices, published claims), and a
//! [`Case`] is a family in it under one [`Inquiry`]. Account, trail, events, linked addresses and verdicts are computed from it when they
//! are first asked for, and once, so that all who show them show the same.

mod book;
mod case;
mod inquiry;
mod linked;
mod week;

pub use book::{Casebook, Shelf, owner, station};
pub use case::{Case, NothingRecorded};
pub use inquiry::Inquiry;
pub use linked::LinkedAddresses;
pub use week::{FamilyWeek, Week};
