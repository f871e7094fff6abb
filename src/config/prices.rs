use std::collections::BTreeMap;

use reqwest::Url;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::DeValue;

use super::ConfigError;
use super::explorers::parse_url;
use super::reader::{Section, Source, table};

/// The `[prices]` table: where the days after the built-in history are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricesConfig {
    /// Names of the live sources, in the order in which figures prefer them; `None`: all that the program speaks, in its order.
    pub sources: Option<Vec<String>>,
    /// The part of a close by which two sources may differ: 0.02 is two per cent.
    pub band: Decimal,
    /// Where a source is asked instead of at its public address, by its name.
    pub urls: BTreeMap<String, Url>,
}

impl Default for PricesConfig {
    fn default() -> Self {
        Self { sources: None, band: Decimal::new(2, 2), urls: BTreeMap::new() }
    }
}

impl PricesConfig {
    pub(super) fn read(source: &Source<'_>, value: &Spanned<DeValue<'_>>) -> Result<Self, ConfigError> {
        let known = ["sources", "band", "urls", "allow_http"];
        let section = Section::new(source, "[prices]", value.span(), table(source, value, "[prices]")?, &known)?;
        let default = Self::default();
        let allow_http = section.flag("allow_http")?.unwrap_or(false);
        let mut urls = BTreeMap::new();
        for (name, value) in section.texts_by_name("urls")? {
            let url =
                parse_url(value, allow_http).map_err(|reason| section.error("urls", format!("{name}: {reason}")))?;
            urls.insert(name.to_owned(), url);
        }
        let sources: Option<Vec<String>> =
            section.texts("sources")?.map(|names| names.into_iter().map(str::to_owned).collect());
        let named = sources.as_deref().unwrap_or_default();
        if let Some(twice) = named.iter().enumerate().find(|(at, name)| named[..*at].contains(name)) {
            return Err(section.error("sources", format!("\"{}\" stands there twice", twice.1)));
        }
        Ok(Self { sources, band: section.text("band", parse_percent)?.unwrap_or(default.band), urls })
    }
}

/// Reads a part of a whole: `2%`, `0.5 %`.
fn parse_percent(text: &str) -> Result<Decimal, String> {
    let number = text.trim().strip_suffix('%').map(str::trim_end);
    let digits = number.filter(|n| n.len() <= 8 && n.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    let percent = digits.and_then(|n| n.parse::<Decimal>().ok()).filter(|p| *p <= Decimal::ONE_HUNDRED);
    percent
        .map(|p| p / Decimal::ONE_HUNDRED)
        .ok_or_else(|| format!("\"{text}\" is not a part of a hundred; write it like \"2%\" or \"0.5%\""))
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn reads() {
        let text =
            "[prices]\nsources = [\"coinbase\"]\nband = \"0.5 %\"\nurls = { coinbase = \"http://127.0.0.1:3000\" }";
        let prices = Config::parse(text, "x.toml").unwrap().prices;
        assert_eq!((prices.sources, prices.band.to_string()), (Some(vec!["coinbase".to_owned()]), "0.005".to_owned()));
        assert_eq!(prices.urls["coinbase"].as_str(), "http://127.0.0.1:3000/");
        let far = "[prices]\nallow_http = true\n[prices.urls]\nkraken = \"http://192.168.1.5/\"";
        assert_eq!(Config::parse(far, "x.toml").unwrap().prices.urls.len(), 1);
        assert!(Config::parse("[prices]\nsources = []", "x.toml").unwrap().prices.sources.unwrap().is_empty());
        assert_eq!(Config::parse("", "x.toml").unwrap().prices.sources, None);
    }

    #[test]
    fn complaints_name_the_key() {
        let check = |text: &str, expect: &str| {
            let said = Config::parse(&format!("[prices]\n{text}"), "x.toml").unwrap_err().to_string();
            assert!(said.starts_with("x.toml: line 2: ") && said.contains(expect), "{said}");
        };
        check("band = 2", "band: expected a text in quotes, found integer");
        for wrong in ["2", "-2%", "101%", "two%", "%", "1e2%"] {
            check(&format!("band = \"{wrong}\""), "is not a part of a hundred; write it like \"2%\"");
        }
        check("bnad = \"2%\"", "unknown key \"bnad\" in [prices]; did you mean \"band\"?");
        check("sources = \"kraken\"", "sources: expected a list of texts, found string");
        check("sources = [\"kraken\", 3]", "sources: expected a list of texts, found integer");
        check("sources = [\"kraken\", \"kraken\"]", "sources: \"kraken\" stands there twice");
        check("urls = [\"kraken\"]", "urls: expected a table of texts, found array");
        check("urls = { kraken = 3 }", "urls: expected a table of texts, found integer");
        check("urls = { kraken = \"http://192.168.1.5/\" }", "urls: kraken: \"http://192.168.1.5/\" is not encrypted");
    }
}
