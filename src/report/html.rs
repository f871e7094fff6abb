use anyhow::Result;
use askama::Template;

use super::sections::{self, Written};
use super::{Format, Page};

/// One file that holds everything: it asks nothing of the network.
pub(super) const FORMAT: Format =
    Format { name: "html", about: "one page that holds everything, for screens and paper", write };

/// How every page looks.
pub(super) const STYLE: &str = include_str!("templates/style.css");

#[derive(Template)]
#[template(path = "page.html")]
struct Html<'a> {
    page: &'a Page,
    style: &'static str,
    sections: Vec<Written>,
}

fn write(page: &Page) -> Result<String> {
    let sections = sections::written(page, |section| section.html)?;
    Ok(tight(&Html { page, style: STYLE, sections }.render()?))
}

/// A page without empty lines: templates leave those of their own instructions.
pub(super) fn tight(html: &str) -> String {
    let lines: Vec<&str> = html.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}
