//! A page about a family that can be shown, printed and checked: figures, charts, claims, where the money went, ledger, methods. [`weekly`] is
//! the other kind of page: one ISO week over all families.
//!
//! Nothing is reckoned here: [`Material::make`] takes the document of a case and puts it into words, once, and each of [`FORMATS`] lays that out; as JSON it is the
//! document and nothing else. Same input, same bytes; a page asks nothing of the network, neither when it is made nor when it is read.

mod command;
mod escape;
mod filters;
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

pub use command::Asked;
pub use material::Material;
pub use money::Money;
pub use page::{FactRow, Page, SourceRow};
pub use rows::{EventRow, ValueRow};

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
    pub write: fn(&Page) -> anyhow::Result<String>,
}

/// Every form.
pub static FORMATS: &[Format] = &[html::FORMAT, markdown::FORMAT, json::FORMAT];

impl Page {
    /// The files that the page in this form is made of: itself, and beside Markdown its charts; each with its name.
    pub fn files(&self, format: &Format) -> anyhow::Result<Vec<(String, String)>> {
        let mut out = vec![(format!("index.{}", format.name), (format.write)(self)?)];
        if format.name == "md" {
            for chart in &self.charts {
                out.push((format!("{}.svg", chart.name), chart.wide.svg.clone()));
                out.push((format!("{}.csv", chart.name), chart.wide.csv.clone()));
            }
        }
        Ok(out)
    }
}
