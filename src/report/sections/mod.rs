//! The sections of a page: one file each, with its words in HTML and in Markdown, and the [`SECTIONS`] table.

mod charts;
mod check;
mod claims;
mod figures;
mod methods;
mod money;
mod payments;
mod sources;

use anyhow::Result;

use super::Made;

/// Lays a section out.
type Lay = fn(&Made) -> Result<String>;

/// A section of a page.
pub(super) struct Section {
    /// Its name within the page, which links lead to.
    pub id: &'static str,
    /// What the list of sections calls it.
    pub title: &'static str,
    /// Whether there is anything to say.
    pub is_shown: fn(&Made) -> bool,
    /// How it looks in HTML: a `section` whose heading has the name.
    pub html: Lay,
    /// How it looks in Markdown: a heading of the second level, and an empty line at its end.
    pub markdown: Lay,
}

/// Every section, in the order of the page.
#[rustfmt::skip]
pub(super) static SECTIONS: &[Section] = &[
    figures::SECTION,
    claims::SECTION,
    charts::SECTION,
    money::SECTION,
    payments::SECTION,
    methods::SECTION,
    sources::SECTION,
    check::SECTION,
];

/// A section as it stands on a page.
pub(super) struct Written {
    pub id: &'static str,
    pub title: &'static str,
    pub body: String,
}

/// The sections that have something to say, in one of their forms.
pub(super) fn written(made: &Made, form: fn(&Section) -> Lay) -> Result<Vec<Written>> {
    let shown = SECTIONS.iter().filter(|section| (section.is_shown)(made));
    shown.map(|one| Ok(Written { id: one.id, title: one.title, body: form(one)(made)? })).collect()
}
