//! One family file: its shape in TOML, and the checks that need no other file.

use std::collections::{BTreeMap, HashMap};

use bitcoin::Network;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use super::lines::{BadFile, Lines};
use crate::domain::words::{NAME, NOTE, SUMMARY, TITLE};
use crate::domain::{
    Address, Amount, Demand, DemandAmount, Fact, FactKind, Family, Link, Role, Source, Station, WatchedAddress,
    parse_network,
};

/// What a file says, with the line of each address, in the order of [`Family::watched`].
pub(super) struct FamilyFile {
    pub family: Family,
    pub network: Network,
    pub lines: Vec<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: Spanned<String>,
    title: Spanned<String>,
    #[serde(default)]
    aliases: Vec<Spanned<String>>,
    summary: Spanned<String>,
    network: Option<Spanned<String>>,
    #[serde(default)]
    active: RawActive,
    sample: Option<Spanned<String>>,
    #[serde(default)]
    complete: bool,
    complete_source: Option<Spanned<String>>,
    #[serde(default)]
    demands: Vec<Spanned<RawDemand>>,
    sources: BTreeMap<String, RawSource>,
    addresses: Vec<RawAddresses>,
    #[serde(default)]
    facts: Vec<Spanned<RawFact>>,
    #[serde(default)]
    links: Vec<RawLink>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawActive {
    from: Option<Spanned<toml::value::Datetime>>,
    to: Option<Spanned<toml::value::Datetime>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDemand {
    usd: Option<Spanned<String>>,
    btc: Option<Spanned<String>>,
    from: Option<Spanned<toml::value::Datetime>>,
    to: Option<Spanned<toml::value::Datetime>>,
    tolerance: Option<Spanned<String>>,
    note: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    title: Spanned<String>,
    url: Option<Spanned<String>>,
    licence: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAddresses {
    source: Spanned<String>,
    role: Option<Spanned<String>>,
    note: Option<Spanned<String>>,
    list: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFact {
    machines: Option<u64>,
    countries: Option<u64>,
    first_day: Option<Spanned<toml::value::Datetime>>,
    attributed_to: Option<Spanned<String>>,
    by: Spanned<String>,
    on: Option<Spanned<toml::value::Datetime>>,
    source: Spanned<String>,
    note: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLink {
    title: Spanned<String>,
    url: Spanned<String>,
}

/// Reads and checks one file.
pub(super) fn parse(text: &str) -> Result<FamilyFile, BadFile> {
    let lines = Lines(text);
    let raw: Raw = toml::from_str(text).map_err(|error| BadFile {
        line: error.span().map_or(1, |span| lines.of(span.start)),
        reason: error.message().to_owned(),
    })?;
    let name = raw.name.get_ref();
    let good_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !good_name {
        return Err(lines.bad(&raw.name, "a name has lower-case letters, digits and hyphens only"));
    }
    lines.words(&raw.name, NAME)?;
    let network = match &raw.network {
        None => Network::Bitcoin,
        Some(name) => parse_network(name.get_ref()).map_err(|reason| lines.bad(name, reason))?,
    };
    let Watched { addresses, stations, lines: address_lines } = addresses(&raw, network, &lines)?;
    let demands = raw.demands.iter().map(|d| demand(d, &lines)).collect::<Result<_, _>>()?;
    let facts = raw.facts.iter().map(|f| fact(f, &raw, &lines)).collect::<Result<_, _>>()?;
    let active_from = raw.active.from.as_ref().map(|d| day(d, &lines)).transpose()?;
    let active_to = raw.active.to.as_ref().map(|d| day(d, &lines)).transpose()?;
    if let (Some(from), Some(to), Some(at)) = (active_from, active_to, &raw.active.to)
        && to < from
    {
        return Err(lines.bad(at, "it ends before it begins"));
    }
    let sources = raw.sources.iter().map(|(key, source)| {
        let RawSource { title, url, licence } = source;
        // It stands in brackets beside addresses.
        if NAME.line(key).ok().as_ref() != Some(key) {
            return Err(lines.bad(title, "the key of this source is too long, or cannot be seen"));
        }
        Ok(Source {
            key: key.clone(),
            title: lines.words(title, TITLE)?,
            url: url.as_ref().map(|url| lines.link(url)).transpose()?,
            licence: lines.maybe(licence, TITLE)?,
        })
    });
    let links = raw.links.iter().map(|l| Ok(Link { title: lines.words(&l.title, TITLE)?, url: lines.link(&l.url)? }));
    let family = Family {
        name: name.clone(),
        title: lines.words(&raw.title, TITLE)?,
        aliases: raw.aliases.iter().map(|alias| lines.words(alias, NAME)).collect::<Result<_, _>>()?,
        summary: lines.words(&raw.summary, SUMMARY)?,
        active_from,
        active_to,
        sample: lines.maybe(&raw.sample, SUMMARY)?,
        complete: complete(&raw, &lines)?,
        demands,
        sources: sources.collect::<Result<_, _>>()?,
        addresses,
        stations,
        facts,
        links: links.collect::<Result<_, _>>()?,
        built_in: false,
    };
    Ok(FamilyFile { family, network, lines: address_lines })
}

/// The source that says that there are no other addresses.
fn complete(raw: &Raw, lines: &Lines<'_>) -> Result<Option<String>, BadFile> {
    match (raw.complete, &raw.complete_source, &raw.sample) {
        (false, None, _) => Ok(None),
        (true, Some(source), None) if raw.sources.contains_key(source.get_ref()) => Ok(Some(source.get_ref().clone())),
        (true, Some(_), Some(sample)) => Err(lines.bad(sample, "a sample is not complete")),
        (true, Some(source), None) => Err(lines.bad(source, format!("no source \"{}\"", source.get_ref()))),
        (false, Some(source), _) => Err(lines.bad(source, "complete_source goes with complete = true")),
        (true, None, _) => {
            Err(lines.bad(&raw.name, "complete = true needs complete_source: who says that there are no others"))
        }
    }
}

/// The addresses of a file, and the line of each.
struct Watched {
    addresses: Vec<WatchedAddress>,
    stations: Vec<Station>,
    lines: Vec<usize>,
}

/// The part of a block's addresses; `None` where they took ransom.
fn role(text: &Spanned<String>, lines: &Lines<'_>) -> Result<Option<Role>, BadFile> {
    let name = text.get_ref();
    let role = Role::ALL.into_iter().find(|role| role.name() == name);
    if role.is_none() && name != RANSOM {
        let known: Vec<&str> = [RANSOM].into_iter().chain(Role::ALL.map(Role::name)).collect();
        return Err(lines.bad(text, format!("no role \"{name}\"; there are {}", known.join(", "))));
    }
    Ok(role)
}

/// What a block's addresses are where it says nothing else.
const RANSOM: &str = "ransom";

fn addresses(raw: &Raw, network: Network, lines: &Lines<'_>) -> Result<Watched, BadFile> {
    let (mut out, mut stations) = (Vec::new(), Vec::new());
    let (mut found_at, mut stations_at) = (Vec::new(), Vec::new());
    let mut seen: HashMap<Address, usize> = HashMap::new();
    // Lines are counted onward from the last address, not from the top each time: files hold thousands.
    let (mut offset, mut line) = (0, 1);
    for block in &raw.addresses {
        let source = block.source.get_ref();
        if !raw.sources.contains_key(source) {
            return Err(lines.bad(&block.source, format!("no source \"{source}\"; add [sources.{source}]")));
        }
        let note = lines.maybe(&block.note, NOTE)?;
        let role = block.role.as_ref().map(|text| role(text, lines)).transpose()?.flatten();
        for text in &block.list {
            let at = text.span().start;
            if at >= offset {
                line += lines.0.as_bytes().get(offset..at).unwrap_or_default().iter().filter(|b| **b == b'\n').count();
            } else {
                line = lines.of(at);
            }
            offset = at;
            let address =
                Address::parse(text.get_ref(), network).map_err(|error| BadFile { line, reason: error.to_string() })?;
            if let Some(before) = seen.insert(address.clone(), line) {
                return Err(BadFile { line, reason: format!("{address} is named twice (line {before})") });
            }
            let watched = WatchedAddress { address, source: source.clone(), note: note.clone() };
            match role {
                None => {
                    out.push(watched);
                    found_at.push(line);
                }
                Some(role) => {
                    stations.push(Station { watched, role });
                    stations_at.push(line);
                }
            }
        }
    }
    if out.is_empty() {
        return Err(BadFile { line: 1, reason: "a family needs at least one address that took ransom".to_owned() });
    }
    found_at.extend(stations_at);
    Ok(Watched { addresses: out, stations, lines: found_at })
}

fn demand(raw: &Spanned<RawDemand>, lines: &Lines<'_>) -> Result<Demand, BadFile> {
    let RawDemand { usd, btc, from, to, tolerance, note } = raw.get_ref();
    let amount = match (usd, btc) {
        (Some(usd), None) => DemandAmount::Usd(positive(usd, lines)?),
        (None, Some(btc)) => {
            let coins = positive(btc, lines)?;
            let amount = Amount::from_str_in(&coins.to_string(), bitcoin::Denomination::Bitcoin)
                .map_err(|error| lines.bad(btc, format!("not an amount of bitcoin: {error}")))?;
            DemandAmount::Btc(amount)
        }
        _ => return Err(lines.bad(raw, "a demand needs either usd or btc")),
    };
    let tolerance = match tolerance {
        None => Decimal::new(10, 2),
        Some(text) => {
            let tolerance = positive(text, lines)?;
            if tolerance >= Decimal::ONE {
                return Err(lines.bad(text, "a tolerance is a share below 1, like \"0.10\""));
            }
            tolerance
        }
    };
    let from = from.as_ref().map(|d| day(d, lines)).transpose()?;
    let to = to.as_ref().map(|d| day(d, lines)).transpose()?;
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(lines.bad(raw, "the demand ends before it begins"));
    }
    Ok(Demand { amount, from, to, tolerance, note: lines.maybe(note, NOTE)? })
}

fn fact(spanned: &Spanned<RawFact>, raw: &Raw, lines: &Lines<'_>) -> Result<Fact, BadFile> {
    let RawFact { machines, countries, first_day, attributed_to, by, on, source, note } = spanned.get_ref();
    let first_day = first_day.as_ref().map(|d| day(d, lines)).transpose()?;
    let said = [
        machines.map(FactKind::Machines),
        countries.map(FactKind::Countries),
        first_day.map(FactKind::FirstDay),
        lines.maybe(attributed_to, TITLE)?.map(FactKind::AttributedTo),
    ];
    let mut said = said.into_iter().flatten();
    let (Some(what), None) = (said.next(), said.next()) else {
        return Err(lines.bad(spanned, "a fact is one of machines, countries, first_day and attributed_to"));
    };
    if matches!(what, FactKind::Machines(0) | FactKind::Countries(0)) {
        return Err(lines.bad(spanned, "leave out a number that is not known; 0 says that there were none"));
    }
    let key = source.get_ref();
    if !raw.sources.contains_key(key) {
        return Err(lines.bad(source, format!("no source \"{key}\"; add [sources.{key}]")));
    }
    let on = on.as_ref().map(|d| day(d, lines)).transpose()?;
    Ok(Fact { what, by: lines.words(by, TITLE)?, on, source: key.clone(), note: lines.maybe(note, NOTE)? })
}

/// A billion dollars a payment, and more than all bitcoin: what is larger could not be multiplied with.
const MOST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

fn positive(text: &Spanned<String>, lines: &Lines<'_>) -> Result<Decimal, BadFile> {
    match text.get_ref().parse::<Decimal>() {
        Ok(number) if number > Decimal::ZERO && number <= MOST => Ok(number),
        Ok(number) if number > MOST => Err(lines.bad(text, format!("{number} is more than anybody can demand"))),
        _ => Err(lines.bad(text, format!("\"{}\" is not a positive decimal number", text.get_ref()))),
    }
}

fn day(raw: &Spanned<toml::value::Datetime>, lines: &Lines<'_>) -> Result<NaiveDate, BadFile> {
    let value = raw.get_ref();
    let day = value.date.filter(|_| value.time.is_none());
    day.and_then(|d| NaiveDate::from_ymd_opt(d.year.into(), d.month.into(), d.day.into()))
        .ok_or_else(|| lines.bad(raw, format!("\"{value}\" is not a day like 2017-05-12")))
}

#[cfg(test)]
mod tests;
