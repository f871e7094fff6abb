use anyhow::Result;
use serde_json::json;

use super::{Format, Made};

/// The words of the page, and the figures behind them as numbers.
pub(super) const FORMAT: Format =
    Format { name: "json", about: "the page's words, and the figures behind them", write };

fn write(made: &Made) -> Result<String> {
    let document = json!({ "family": made.summary.family, "summary": made.summary, "page": made.page });
    Ok(crate::domain::json::pretty(&document)? + "\n")
}
