//! Charts as parts of a page.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::Chart;

/// A chart in the page: the pictures and the series to download.
pub(super) struct Drawn {
    pub alt: String,
    pub wide: String,
    pub dark: String,
    pub tall: String,
    pub href: String,
    pub file: String,
}

impl Chart {
    pub(super) fn drawn(&self, family: &str) -> Drawn {
        Drawn {
            alt: self.wide.alt.clone(),
            wide: inline(&self.wide.svg, "wide", family),
            dark: inline(&self.dark.svg, "dark", family),
            tall: inline(&self.tall.svg, "tall", family),
            href: format!("data:text/csv;charset=utf-8;base64,{}", BASE64_STANDARD.encode(&self.wide.csv)),
            file: format!("{family}-{}.csv", self.name),
        }
    }
}

/// The picture as part of a page: without the declaration of a file, as wide as there is room, with names of its own.
fn inline(svg: &str, form: &str, family: &str) -> String {
    let from = svg.find("<svg").unwrap_or_default();
    let (head, rest) = svg[from..].split_once('>').unwrap_or((&svg[from..], ""));
    let words =
        head.split(' ').filter(|word| !["width=", "height=", "xml:lang="].iter().any(|name| word.starts_with(name)));
    let head = words.collect::<Vec<_>>().join(" ").replacen("<svg", &format!("<svg class=\"{form}\""), 1);
    let named = |text: &str| text.replace(&format!("\"{family}-"), &format!("\"{form}-{family}-"));
    // The list of names that the picture is labelled by holds two of them.
    let head = named(&head).replace(&format!(" {family}-"), &format!(" {form}-{family}-"));
    format!("{head}>{}", named(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_becomes_part_of_the_page() {
        let svg = "<?xml version=\"1.0\"?>\n<svg xmlns=\"x\" xml:lang=\"en\" width=\"10\" height=\"6\" viewBox=\"0 0 4 2\" \
                   aria-labelledby=\"abc-v-title abc-v-desc\">\n<title id=\"abc-v-title\">T</title><desc id=\"abc-v-desc\">D</desc></svg>";
        let expect = "<svg class=\"dark\" xmlns=\"x\" viewBox=\"0 0 4 2\" \
                      aria-labelledby=\"dark-abc-v-title dark-abc-v-desc\">\n<title id=\"dark-abc-v-title\">T</title>\
                      <desc id=\"dark-abc-v-desc\">D</desc></svg>";
        assert_eq!(inline(svg, "dark", "abc"), expect);
    }
}
