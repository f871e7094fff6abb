//! The sections of a page: one file each, with its words in HTML and in Markdown, and the [`SECTIONS`] table.

/// A section: its name, its title, whether there is anything to say, how it looks in HTML (a `section` whose heading has the name), and how
/// in Markdown (a heading of the second level, and an empty line at its end).
macro_rules! section {
    ($id:literal, $title:literal, $is_shown:expr, $html:tt, $markdown:tt) => {
        pub(super) const SECTION: super::Section = super::Section {
            id: $id,
            title: $title,
            is_shown: $is_shown,
            html: |page| Ok(askama::Template::render(&Html { page })?),
            markdown: |page| Ok(askama::Template::render(&Markdown { page })?),
        };

        #[allow(unused_imports, reason = "a section may have no numbers")]
        use super::filters;

        #[derive(askama::Template)]
        #[template(ext = "html", source = $html)]
        struct Html<'a> {
            page: &'a super::Page,
        }

        #[derive(askama::Template)]
        #[template(ext = "md", source = $markdown)]
        struct Markdown<'a> {
            page: &'a super::Page,
        }
    };
}

mod charts;
mod check;
mod claims;
mod figures;
mod methods;
mod money;
mod payments;
mod sources;

use anyhow::Result;

use super::{Page, filters};

/// Lays a section out.
type Lay = fn(&Page) -> Result<String>;

/// A section of a page.
pub(super) struct Section {
    /// Its name within the page, which links lead to.
    pub id: &'static str,
    /// What the list of sections calls it.
    pub title: &'static str,
    /// Whether there is anything to say.
    pub is_shown: fn(&Page) -> bool,
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
pub(super) fn written(page: &Page, form: fn(&Section) -> Lay) -> Result<Vec<Written>> {
    let shown = SECTIONS.iter().filter(|section| (section.is_shown)(page));
    shown.map(|one| Ok(Written { id: one.id, title: one.title, body: form(one)(page)? })).collect()
}
