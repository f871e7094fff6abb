//! Claims that were published, as data: `data/claims/FAMILY.toml`, shipped with the program.

use anyhow::{Context, Result, bail};
use rust_embed::Embed;
use serde::{Deserialize, Serialize};

use super::{Claim, Scope};
use crate::domain::words::{CLAIM, NOTE, TITLE, shown};
use crate::domain::{Address, Family, Moment, Network, link, rfc3339};

#[derive(Embed)]
#[folder = "data/claims"]
#[include = "*.toml"]
struct Shipped;

/// A claim that somebody published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Short name of the family it is about.
    pub family: String,
    /// The words, as published.
    pub text: String,
    /// Who published them.
    pub who: String,
    /// When.
    pub when: Moment,
    /// The moment that they speak of, where that is not `when`.
    pub about: Option<Moment>,
    /// The part of the take that they speak of.
    pub scope: Scope,
    /// Where they can be read.
    pub link: String,
    /// The quantity in them, as [`Clause::quantity`](super::Clause::quantity) writes it.
    pub quantity: String,
    /// What else is known of it.
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    family: String,
    claims: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    text: String,
    who: String,
    when: toml::value::Datetime,
    about: Option<toml::value::Datetime>,
    from: Option<toml::value::Datetime>,
    #[serde(default)]
    addresses: Vec<String>,
    link: String,
    quantity: String,
    note: Option<String>,
}

impl Published {
    /// As it is kept: with a link to the web, and words that do not act and are not too long.
    pub fn kept(self) -> Result<Self> {
        let link = link::web(&self.link).with_context(|| format!("the link of \"{}\"", shown(&self.text)))?;
        Ok(Self {
            text: CLAIM.line(&self.text)?,
            who: TITLE.line(&self.who)?,
            quantity: CLAIM.line(&self.quantity)?,
            note: self.note.as_deref().map(|note| NOTE.line(note)).transpose()?,
            link,
            ..self
        })
    }

    /// The claim to hold against the chain.
    pub fn claim(&self) -> Result<Claim> {
        let reading = super::read(&self.text).with_context(|| format!("the published claim \"{}\"", self.text))?;
        Ok(Claim {
            text: self.text.clone(),
            reading,
            on: Some(self.about.unwrap_or(self.when)),
            scope: self.scope.clone(),
        })
    }
}

impl Serialize for Published {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let moment = |moment: Moment| match moment {
            Moment::Day(day) => day.to_string(),
            Moment::Instant(time) => rfc3339(time),
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("text", &self.text)?;
        map.serialize_entry("who", &self.who)?;
        map.serialize_entry("when", &moment(self.when))?;
        map.serialize_entry("about", &self.about.map(moment))?;
        map.serialize_entry("from", &self.scope.from)?;
        map.serialize_entry("addresses", &self.scope.addresses)?;
        map.serialize_entry("link", &self.link)?;
        map.serialize_entry("quantity", &self.quantity)?;
        map.serialize_entry("note", &self.note)?;
        map.end()
    }
}

/// The shipped claims, by family and then in the order of their files; of one family where one is given.
pub fn published(family: Option<&Family>) -> Result<Vec<Published>> {
    let mut files: Vec<_> = Shipped::iter().collect();
    files.sort();
    let mut out = Vec::new();
    for name in files {
        let data = Shipped::get(&name).with_context(|| format!("data/claims/{name} is not embedded"))?;
        let text = std::str::from_utf8(&data.data).with_context(|| format!("data/claims/{name}"))?;
        let read = read(text).with_context(|| format!("data/claims/{name}"))?;
        if name.strip_suffix(".toml") != read.first().map(|claim| claim.family.as_str()) {
            bail!("data/claims/{name}: name the file after its family");
        }
        out.extend(read.into_iter().filter(|claim| family.is_none_or(|family| family.name == claim.family)));
    }
    Ok(out)
}

fn read(text: &str) -> Result<Vec<Published>> {
    let file: File = toml::from_str(text)?;
    let moment = |moment: toml::value::Datetime| -> Result<Moment> { Ok(moment.to_string().parse()?) };
    let one = |raw: Raw| -> Result<Published> {
        let scope = Scope {
            from: raw.from.map(|day| day.to_string().parse()).transpose().context("from: not a day")?,
            // Shipped claims are about families of mainnet.
            addresses: raw.addresses.iter().map(|a| Address::parse(a, Network::Bitcoin)).collect::<Result<_, _>>()?,
        };
        let published = Published {
            scope,
            family: file.family.clone(),
            text: raw.text,
            who: raw.who,
            when: moment(raw.when)?,
            about: raw.about.map(moment).transpose()?,
            link: raw.link,
            quantity: raw.quantity,
            note: raw.note,
        };
        published.kept()
    };
    file.claims.into_iter().map(one).collect()
}
