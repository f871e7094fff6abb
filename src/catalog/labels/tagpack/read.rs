//! A TagPack becomes rows.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use bitcoin::Network;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_saphyr::Spanned;

use super::super::concepts;
use super::super::draft::{Draft, Reading, check_all, printable};
use super::{Context, Extra};
use crate::domain::{Category, Origin};

/// What a tag may say, and the header for all tags.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    address: Option<String>,
    label: Option<String>,
    source: Option<String>,
    currency: Option<String>,
    network: Option<String>,
    confidence: Option<String>,
    lastmod: Option<String>,
    category: Option<String>,
    abuse: Option<String>,
    concepts: Option<Vec<String>>,
    is_cluster_definer: Option<bool>,
    actor: Option<String>,
    context: Option<String>,
}

#[derive(Deserialize)]
struct Pack {
    title: Option<String>,
    creator: Option<String>,
    tags: Vec<Spanned<Fields>>,
}

/// Reads a file; an error means that it is no TagPack at all.
pub(in super::super) fn read(text: &str, network: Network, origin: Origin, file: &Arc<str>) -> Result<Reading> {
    // Twice, since a header flattened into the pack would lose the lines of its tags.
    let header: Fields = yaml(text)?;
    let pack: Pack = yaml(text)?;
    let about = [("Title", &pack.title), ("Creator", &pack.creator)];
    let about = about.iter().filter_map(|(what, text)| Some(format!("{what}: {}", text.as_ref()?))).collect();
    let rows = pack.tags.into_iter().map(|tag| {
        let line = usize::try_from(tag.referenced.line()).unwrap_or(usize::MAX);
        draft(line, tag.value, &header)
    });
    Ok(check_all(rows, network, origin, file, about))
}

/// Packs are long lists: the usual limits against too large documents are for configuration files.
fn yaml<T: DeserializeOwned>(text: &str) -> Result<T> {
    let budget = serde_saphyr::budget! {
        max_events: 200_000_000,
        max_nodes: 100_000_000,
        max_total_scalar_bytes: 512 << 20,
    };
    let options = serde_saphyr::options! { budget: budget, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        // It says the place at its end; everywhere else in this program a line comes first.
        let words = error.to_string();
        let words = printable(words.split(" at line ").next().unwrap_or_default());
        let line = error.location().map(|at| format!("line {}: ", at.line())).unwrap_or_default();
        anyhow!("{line}not a TagPack: {words}")
    })
}

fn draft(line: usize, tag: Fields, header: &Fields) -> Draft {
    let inherited = |own: Option<String>, all: &Option<String>| own.or_else(|| all.clone());
    let name = inherited(tag.label, &header.label);
    let source = inherited(tag.source, &header.source);
    let context = inherited(tag.context, &header.context);
    let first = inherited(tag.category, &header.category);
    let abuse = inherited(tag.abuse, &header.abuse);
    let concepts = tag.concepts.or_else(|| header.concepts.clone()).unwrap_or_default();
    let words: Vec<&str> =
        first.iter().chain(&concepts).chain(&abuse).map(String::as_str).filter(|w| !w.trim().is_empty()).collect();

    let (category, note) = match context.as_deref().map(serde_json::from_str::<Context>) {
        // Written by this program: it says exactly what was meant.
        Some(Ok(Context { ransomtrail: Extra { category: Some(category), note } })) => (category.parse(), note),
        Some(Ok(Context { ransomtrail: Extra { category: None, note } })) => (Ok(ours(&words, &name, &source)), note),
        _ => {
            let category = ours(&words, &name, &source);
            let filed = (category == Category::Other && !words.is_empty())
                .then(|| format!("filed under {}", printable(&words.join(", "))));
            let note: Vec<String> = filed.into_iter().chain(context).collect();
            (Ok(category), Some(note.join("; ")))
        }
    };
    Draft {
        line,
        address: inherited(tag.address, &header.address),
        currency: inherited(tag.currency, &header.currency),
        network: inherited(tag.network, &header.network),
        name,
        category: Some(category),
        source,
        confidence: inherited(tag.confidence, &header.confidence),
        lastmod: inherited(tag.lastmod, &header.lastmod),
        cluster: tag.is_cluster_definer.or(header.is_cluster_definer).unwrap_or(false),
        actor: inherited(tag.actor, &header.actor),
        note,
    }
}

fn ours(words: &[&str], name: &Option<String>, source: &Option<String>) -> Category {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    concepts::category(words.iter().copied(), &text(name), &text(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(text: &str) -> Result<Reading> {
        read(text, Network::Bitcoin, Origin::Imported, &"pack.yaml".into())
    }

    #[test]
    fn the_header_holds_for_all_tags_that_do_not_say_otherwise() {
        let reading = pack(
            "---\ntitle: A pack\ncreator: Me\nlabel: X\ncurrency: BTC\nsource: https://example.org\ncategory: exchange\n\
             is_cluster_definer: true\nlastmod: 2021-11-14\nconfidence: forensic\ntags:\n\
             - address: 18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3\n\
             - address: 1DVhsPyrTyNPKmwMWUq6Dtf24Ja6je5Thq\n  label: 42\n  category: mixing_service\n  lastmod: 2022-01-02\n\
             \x20 is_cluster_definer: false\n  confidence: authority_data\n\
             - address: 18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3\n  currency: BCH\n\
             - tx_hash: abcd\n",
        )
        .unwrap();
        assert_eq!(reading.about, ["Title: A pack", "Creator: Me"]);
        let said: Vec<String> = reading
            .labels
            .iter()
            .map(|l| format!("{} {} {} {:?} {}", l.name, l.category, l.confidence, l.lastmod, l.cluster))
            .collect();
        assert_eq!(
            said,
            ["X exchange forensic Some(2021-11-14) true", "42 mixer authority_data Some(2022-01-02) false"]
        );
        let refused: Vec<String> = reading.refused.iter().map(ToString::to_string).collect();
        assert_eq!(
            refused,
            ["line 19: 18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3: the currency is BCH, not BTC", "line 21: no address"]
        );
    }

    #[test]
    fn words_without_a_category_of_ours_are_kept_as_a_note() {
        let reading = pack(
            "currency: BTC\nsource: s\nlabel: x\nabuse: sextortion\ncontext: seen in spam\ntags:\n\
             - address: 18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3\n\
             - address: 18hjgJRmafRkJmGNiNDy9sEsERLw53ZWv3\n  concepts: [hosted_wallet]\n",
        )
        .unwrap();
        let said: Vec<_> = reading.labels.iter().map(|l| (l.category, l.note.as_deref())).collect();
        assert_eq!(
            said,
            [
                (Category::Other, Some("filed under sextortion; seen in spam")),
                (Category::WalletService, Some("seen in spam"))
            ]
        );
    }

    #[test]
    fn what_is_no_tagpack_is_refused_with_its_line() {
        let check = |text: &str, expect: &str| {
            let said = pack(text).map(|_| ()).unwrap_err().to_string();
            assert!(said.contains("not a TagPack") && said.contains(expect), "{said}");
        };
        check("", "");
        check("title: x\n", "tags");
        check("title: x\ntags: 3\n", "line 2");
        check("title: x\ntags:\n- address: [a\n", "line");
        check("title: x\ntitle: y\ntags: []\n", "line 2");
    }
}
