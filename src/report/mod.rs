//! A page about a family that can be shown, printed and checked: figures, charts, claims, where the money went, ledger, methods. [`weekly`] is
//! the other kind of page: one ISO week over all families.
//!
//! Nothing is reckoned here: [`Material::make`] asks the other rooms and puts what they computed into words, once, and each of [`FORMATS`] lays that out. Same
//! input, same bytes; a page asks nothing of the network, neither when it is made nor when it is read.

mod command;
mod escape;
mod html;
mod json;
mod markdown;
mod material;
mod money;
mod page;
mod picture;
mod rows;
mod sections;
pub mod weekly;

use crate::chart::Drawing;
use crate::domain::Family;
use crate::events::Event;
use crate::figures::Account;
use crate::trace::Trail;

pub use command::Asked;
pub use material::{Made, Material};
pub use money::Money;
pub use page::{ClaimRow, FactRow, Page, Plate, SourceRow};
pub use rows::{AddressRow, EventRow, PaymentRow, ValueRow, WithdrawalRow};

/// What the words of a page are made of.
#[derive(Clone, Copy, Debug)]
struct Subject<'a> {
    /// The family.
    family: &'a Family,
    /// Its figures, under the question that was asked.
    account: &'a Account,
    /// Where what was withdrawn went; `None` where that was not followed.
    trail: Option<&'a Trail>,
    /// What of it is news, the newest first.
    events: &'a [Event],
    /// What was said of it and how that stands to the chain.
    claims: &'a [ClaimRow],
    /// What was said of it that no chain shows.
    facts: &'a [FactRow],
    /// Payments against infected machines, in words, where that is known.
    share: Option<&'a str>,
    /// The charts.
    charts: &'a [Chart],
    /// Sources of the labels that the trail names.
    labels: &'a [SourceRow],
    /// The words after the program's name that make this page again.
    command: &'a str,
}

/// A chart in the three forms that a page needs.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Its name.
    pub name: &'static str,
    /// Wide, on white paper: for desks and printers.
    pub wide: Drawing,
    /// Wide, on a dark screen.
    pub dark: Drawing,
    /// Tall, on white paper: for phones.
    pub tall: Drawing,
}

/// A form of the page.
#[derive(Debug)]
pub struct Format {
    /// Name on the command line, and the ending of the file.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Lays the page out.
    pub write: fn(&Made) -> anyhow::Result<String>,
}

/// Every form.
pub static FORMATS: &[Format] = &[html::FORMAT, markdown::FORMAT, json::FORMAT];
