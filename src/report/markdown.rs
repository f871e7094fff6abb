use anyhow::Result;
use askama::Template;

use super::{Format, Made, Page};

/// For wikis and version control; the charts lie beside it.
pub(super) const FORMAT: Format = Format { name: "md", about: "Markdown, with the charts as files beside it", write };

#[derive(Template)]
#[template(path = "page.md")]
struct Markdown<'a> {
    page: &'a Page,
}

fn write(made: &Made) -> Result<String> {
    Ok(Markdown { page: &made.page }.render()?.trim_end().to_owned() + "\n")
}
