//! Labels become a TagPack.

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_saphyr::DoubleQuoted;

use super::super::concepts;
use super::{Context, Extra};
use crate::domain::{Category, Label};

#[derive(Serialize)]
struct Pack<'a> {
    title: DoubleQuoted<&'a str>,
    creator: DoubleQuoted<&'a str>,
    currency: &'static str,
    network: &'static str,
    tags: Vec<Tag<'a>>,
}

#[derive(Serialize)]
struct Tag<'a> {
    address: DoubleQuoted<&'a str>,
    label: DoubleQuoted<&'a str>,
    source: DoubleQuoted<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    abuse: Option<&'static str>,
    confidence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lastmod: Option<String>,
    is_cluster_definer: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<DoubleQuoted<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<DoubleQuoted<String>>,
}

/// Labels of bitcoin addresses as the text of a TagPack.
pub(in super::super) fn write(labels: &[&Label], title: &str, creator: &str) -> Result<String> {
    let tags = labels.iter().map(|label| tag(label)).collect::<Result<_>>()?;
    let (title, creator) = (DoubleQuoted(title), DoubleQuoted(creator));
    let pack = Pack { title, creator, currency: "BTC", network: "BTC", tags };
    // GraphSense's own tool reads YAML 1.1, and wants `lastmod` as a date and the rest as text: so the day stands bare, which
    // these options allow, and every text in quotes.
    let options = serde_saphyr::ser_options! { yaml_12: true, no_lang_directive: true };
    serde_saphyr::to_string_with_options(&pack, options).context("the labels cannot be written as YAML")
}

fn tag(label: &Label) -> Result<Tag<'_>> {
    let word = concepts::concept(label.category);
    let abuse = label.category == Category::Ransomware;
    Ok(Tag {
        address: DoubleQuoted(label.address.as_str()),
        label: DoubleQuoted(&label.name),
        source: DoubleQuoted(&label.source),
        category: word.filter(|_| !abuse),
        abuse: word.filter(|_| abuse),
        confidence: label.confidence.name(),
        lastmod: label.lastmod.map(|day| day.to_string()),
        is_cluster_definer: label.cluster,
        actor: label.actor.as_deref().map(DoubleQuoted),
        context: context(label, word)?.map(DoubleQuoted),
    })
}

/// The note, and the category where the tag's own words would not be read as it.
fn context(label: &Label, word: Option<&str>) -> Result<Option<String>> {
    let read_as = concepts::category(word.into_iter(), &label.name, &label.source);
    let category = (read_as != label.category).then(|| label.category.name().to_owned());
    if category.is_none() && label.note.is_none() {
        return Ok(None);
    }
    // Always JSON, as GraphSense's own tool wants it.
    let extra = Context { ransomtrail: Extra { category, note: label.note.clone() } };
    Ok(Some(serde_json::to_string(&extra)?))
}
