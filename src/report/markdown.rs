use anyhow::Result;
use askama::Template;

use super::sections::{self, Written};
use super::{Format, Made, Page};

/// For wikis and version control; the charts lie beside it.
pub(super) const FORMAT: Format = Format { name: "md", about: "Markdown, with the charts as files beside it", write };

#[derive(Template)]
#[template(path = "page.md")]
struct Markdown<'a> {
    page: &'a Page,
    sections: Vec<Written>,
}

fn write(made: &Made) -> Result<String> {
    let sections = sections::written(made, |section| section.markdown)?;
    Ok(Markdown { page: &made.page, sections }.render()?.trim_end().to_owned() + "\n")
}
