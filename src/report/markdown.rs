use anyhow::Result;
use askama::Template;

use super::sections::{self, Written};
use super::{Format, Page};

/// For wikis and version control; the charts lie beside it.
pub(super) const FORMAT: Format = Format { name: "md", about: "Markdown, with the charts as files beside it", write };

#[derive(Template)]
#[template(path = "page.md")]
struct Markdown<'a> {
    page: &'a Page,
    sections: Vec<Written>,
}

fn write(page: &Page) -> Result<String> {
    let sections = sections::written(page, |section| section.markdown)?;
    Ok(Markdown { page, sections }.render()?.trim_end().to_owned() + "\n")
}
