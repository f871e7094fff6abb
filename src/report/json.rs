use super::Format;

/// The document behind the page.
pub(super) const FORMAT: Format = Format {
    name: "json",
    about: "what the page shows, as data",
    write: |page| Ok(crate::domain::json::pretty(&page.data)? + "\n"),
};
