//! What is known beforehand: the watch list, and [`labels`], which say whose an address is.
//!
//! The watch list is made of ransom families, one TOML file each, shipped with the program or the user's own.
//! A file is checked whole when it is read: checksums, network, duplicates within and across families, a source for every
//! address. A bad file is refused with its name, the line and the reason.

mod file;
pub mod labels;
mod lines;
mod own;
mod read;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use bitcoin::Network;
use rust_embed::Embed;

use crate::domain::{Address, Family, WatchedAddress, nearest, words};

pub use labels::Labels;
pub use own::{Added, add, create, remove};

/// The families that the program carries.
#[derive(Embed)]
#[folder = "data/families"]
#[include = "*.toml"]
struct Shipped;

/// The families of one network, the built-in ones and the user's own, by name.
#[derive(Debug, Default)]
pub struct Catalog {
    families: BTreeMap<String, Family>,
    /// Lower-case names and aliases, each with the family's name.
    names: HashMap<String, String>,
    /// Each address with the file and line that names it.
    places: HashMap<Address, (String, usize)>,
    /// The text of each family's file, by the family's name.
    texts: HashMap<String, String>,
}

/// A name that no family has.
#[derive(Debug, thiserror::Error)]
#[error("no family \"{name}\"{}", near.as_ref().map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default())]
pub struct UnknownFamily {
    /// What was asked for.
    pub name: String,
    /// The nearest name there is.
    pub near: Option<String>,
}

impl Catalog {
    /// The built-in families (they are all of mainnet) and those in `own`, a folder that need not exist.
    pub fn load(network: Network, own: Option<&Path>) -> Result<Self> {
        let mut catalog = Self::default();
        if network == Network::Bitcoin {
            for name in Shipped::iter() {
                let data = Shipped::get(&name).with_context(|| format!("data/families/{name} is not embedded"))?;
                let text = std::str::from_utf8(&data.data).with_context(|| format!("data/families/{name}"))?;
                catalog.admit(&format!("data/families/{name}"), text, network, true)?;
            }
        }
        for path in own.map(|folder| own::listed(folder, "toml")).transpose()?.unwrap_or_default() {
            let text = read::text(&path, read::FAMILY)?;
            catalog.admit(&path.display().to_string(), &text, network, false)?;
        }
        Ok(catalog)
    }

    /// Reads one file into the catalogue; a family of another network is checked and left out.
    fn admit(&mut self, place: &str, text: &str, network: Network, built_in: bool) -> Result<()> {
        let file::FamilyFile { mut family, network: own_network, lines } =
            file::parse(text).map_err(|error| anyhow::anyhow!("{place}: {error}"))?;
        let stem = Path::new(place).file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        if stem != family.name {
            bail!("{place}: line 1: the family is called \"{}\"; name the file {}.toml", family.name, family.name);
        }
        if own_network != network {
            return Ok(());
        }
        family.built_in = built_in;
        for name in std::iter::once(&family.name).chain(&family.aliases) {
            let key = name.to_lowercase();
            match self.names.get(&key) {
                Some(other) if *other != family.name => {
                    bail!("{place}: line 1: the name \"{name}\" is taken by the family {other}")
                }
                Some(_) if self.families.contains_key(&family.name) => {
                    bail!("{place}: line 1: there is a family {} already", family.name)
                }
                _ => self.names.insert(key, family.name.clone()),
            };
        }
        for (watched, line) in family.watched().zip(lines) {
            if let Some((other, there)) = self.places.insert(watched.address.clone(), (place.to_owned(), line)) {
                bail!("{place}: line {line}: {} is named before ({other}, line {there})", watched.address);
            }
        }
        // The file goes into packs: one that holds what acts, in comments too, is written anew.
        let acts = |c: char| words::acts(c) && !matches!(c, '\n' | '\r' | '\t');
        let text = if text.contains(acts) { write::family(&family, network)? } else { text.to_owned() };
        self.texts.insert(family.name.clone(), text);
        self.families.insert(family.name.clone(), family);
        Ok(())
    }

    /// The file of a family, as it was read.
    pub fn text_of(&self, family: &Family) -> Option<&str> {
        self.texts.get(&family.name).map(String::as_str)
    }

    /// All families, by name.
    pub fn families(&self) -> impl Iterator<Item = &Family> {
        self.families.values()
    }

    /// The family of that name or alias, in any case.
    pub fn find(&self, name: &str) -> Result<&Family, UnknownFamily> {
        let key = name.to_lowercase();
        if let Some(family) = self.names.get(&key).and_then(|name| self.families.get(name)) {
            return Ok(family);
        }
        let near = nearest(&key, self.names.keys().map(String::as_str), 0.7).and_then(|known| self.names.get(known));
        Err(UnknownFamily { name: name.to_owned(), near: near.cloned() })
    }

    /// A family that a sentence names beside, or in place of, this one. Names that are part of one another (`WannaCry`, `WannaCry 1`) tell nothing.
    pub fn another_named(&self, sentence: &str, family: &Family) -> Option<&Family> {
        let plain = |text: &str| {
            let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            format!(" {} ", words.collect::<Vec<_>>().join(" ").to_lowercase())
        };
        let (sentence, own) = (plain(sentence), plain(&family.title));
        let names = |one: &Family| [one.name.clone(), one.title.clone()].into_iter().chain(one.aliases.clone());
        self.families().filter(|one| one.name != family.name).find(|one| {
            let title = plain(&one.title);
            let related = own.contains(title.trim_end()) || title.contains(own.trim_end());
            !related && names(one).any(|name| sentence.contains(&plain(&name)))
        })
    }

    /// The family that watches an address, and what it says of it.
    pub fn watching(&self, address: &Address) -> Option<(&Family, &WatchedAddress)> {
        self.places.get(address)?;
        self.families().find_map(|family| Some((family, family.watched().find(|w| w.address == *address)?)))
    }

    /// Where an address is named: file and line.
    pub fn place_of(&self, address: &Address) -> Option<(&str, usize)> {
        self.places.get(address).map(|(file, line)| (file.as_str(), *line))
    }
}

/// The file of that name among those that the program carries.
pub fn built_in_text(name: &str) -> Option<String> {
    let file = Shipped::get(&format!("{name}.toml"))?;
    String::from_utf8(file.data.into_owned()).ok()
}

/// Reads and checks the text of one family file by itself; an error names the line. Returns the family and the network of its
/// addresses.
pub fn read(text: &str) -> Result<(Family, Network)> {
    let file::FamilyFile { family, network, .. } = file::parse(text).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok((family, network))
}

/// The user's own family files live here, below the configuration folder.
pub fn own_folder(config_folder: &Path) -> PathBuf {
    config_folder.join("families")
}
