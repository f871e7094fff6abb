use anyhow::Result;
use askama::Template;

use super::{Format, Made, Page};

/// For wikis and version control; the charts lie beside it.
pub(super) const FORMAT: Format = Format { name: "md", about: "Markdown, with the charts as files beside it", write };

#[derive(Template)]
#[template(path = "page.md", escape = "none")]
struct Markdown<'a> {
    page: &'a Page,
}

fn write(made: &Made) -> Result<String> {
    Ok(Markdown { page: &made.page }.render()?.trim_end().to_owned() + "\n")
}

mod filters {
    use std::fmt::{Display, Write as _};

    use askama::Values;

    /// Text as it is, also where it holds what Markdown or HTML would read as more.
    #[askama::filter_fn]
    pub fn md(text: impl Display, _: &dyn Values) -> askama::Result<String> {
        let mut out = String::new();
        for c in text.to_string().chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '\\' | '`' | '*' | '_' | '[' | ']' | '>' | '#' | '|' => {
                    let _ = write!(out, "\\{c}");
                }
                '\n' | '\r' => out.push(' '),
                _ => out.push(c),
            }
        }
        Ok(out)
    }
}
