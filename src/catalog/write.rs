//! A family as the text of a family file; `data/README.md` describes the format.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use bitcoin::{Denomination, Network};
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use toml::value::{Date, Datetime};

use crate::domain::{Demand, DemandAmount, Fact, FactKind, Family, network_name};

/// The order is that of the format's description: plain values first, as TOML wants it.
#[derive(Serialize)]
struct Raw<'a> {
    name: &'a str,
    title: &'a str,
    network: Option<&'static str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    aliases: &'a [String],
    summary: &'a str,
    sample: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    complete: bool,
    complete_source: Option<&'a str>,
    active: Option<RawActive>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    demands: Vec<RawDemand<'a>>,
    sources: BTreeMap<&'a str, RawSource<'a>>,
    addresses: Vec<RawAddresses<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facts: Vec<RawFact<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<RawLink<'a>>,
}

#[derive(Serialize)]
struct RawActive {
    from: Option<Datetime>,
    to: Option<Datetime>,
}

#[derive(Serialize)]
struct RawDemand<'a> {
    usd: Option<String>,
    btc: Option<String>,
    from: Option<Datetime>,
    to: Option<Datetime>,
    tolerance: String,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct RawSource<'a> {
    title: &'a str,
    url: Option<&'a str>,
    licence: Option<&'a str>,
}

#[derive(Serialize)]
struct RawAddresses<'a> {
    source: &'a str,
    role: Option<&'static str>,
    note: Option<&'a str>,
    list: Vec<&'a str>,
}

#[derive(Default, Serialize)]
struct RawFact<'a> {
    machines: Option<u64>,
    countries: Option<u64>,
    first_day: Option<Datetime>,
    attributed_to: Option<&'a str>,
    by: &'a str,
    on: Option<Datetime>,
    source: &'a str,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct RawLink<'a> {
    title: &'a str,
    url: &'a str,
}

/// The text of the family's file.
pub(super) fn family(family: &Family, network: Network) -> Result<String> {
    let active = RawActive { from: day(family.active_from)?, to: day(family.active_to)? };
    let raw = Raw {
        name: &family.name,
        title: &family.title,
        network: (network != Network::Bitcoin).then(|| network_name(network)),
        aliases: &family.aliases,
        summary: &family.summary,
        sample: family.sample.as_deref(),
        complete: family.complete.is_some(),
        complete_source: family.complete.as_deref(),
        active: (active.from.is_some() || active.to.is_some()).then_some(active),
        demands: family.demands.iter().map(demand).collect::<Result<_>>()?,
        sources: family
            .sources
            .iter()
            .map(|s| {
                (s.key.as_str(), RawSource { title: &s.title, url: s.url.as_deref(), licence: s.licence.as_deref() })
            })
            .collect(),
        addresses: addresses(family),
        facts: family.facts.iter().map(fact).collect::<Result<_>>()?,
        links: family.links.iter().map(|l| RawLink { title: &l.title, url: &l.url }).collect(),
    };
    toml::to_string_pretty(&raw).with_context(|| format!("the family {} cannot be written as TOML", family.name))
}

/// One block a source, role and note, in the order of the addresses.
fn addresses(family: &Family) -> Vec<RawAddresses<'_>> {
    let mut blocks: Vec<RawAddresses<'_>> = Vec::new();
    let ransom = family.addresses.iter().map(|watched| (watched, None));
    let stations = family.stations.iter().map(|station| (&station.watched, Some(station.role.name())));
    for (watched, role) in ransom.chain(stations) {
        let (source, note) = (watched.source.as_str(), watched.note.as_deref());
        match blocks.last_mut().filter(|block| (block.source, block.role, block.note) == (source, role, note)) {
            Some(block) => block.list.push(watched.address.as_str()),
            None => blocks.push(RawAddresses { source, role, note, list: vec![watched.address.as_str()] }),
        }
    }
    blocks
}

fn demand(demand: &Demand) -> Result<RawDemand<'_>> {
    let (usd, btc) = match demand.amount {
        DemandAmount::Usd(usd) => (Some(usd.to_string()), None),
        DemandAmount::Btc(amount) => (None, Some(amount.to_string_in(Denomination::Bitcoin))),
    };
    Ok(RawDemand {
        usd,
        btc,
        from: day(demand.from)?,
        to: day(demand.to)?,
        tolerance: demand.tolerance.to_string(),
        note: demand.note.as_deref(),
    })
}

fn fact(fact: &Fact) -> Result<RawFact<'_>> {
    let Fact { what, by, on, source, note } = fact;
    let said = RawFact { by, on: day(*on)?, source, note: note.as_deref(), ..RawFact::default() };
    Ok(match what {
        FactKind::Machines(count) => RawFact { machines: Some(*count), ..said },
        FactKind::Countries(count) => RawFact { countries: Some(*count), ..said },
        FactKind::FirstDay(first) => RawFact { first_day: day(Some(*first))?, ..said },
        FactKind::AttributedTo(whom) => RawFact { attributed_to: Some(whom), ..said },
    })
}

fn day(day: Option<NaiveDate>) -> Result<Option<Datetime>> {
    let Some(day) = day else { return Ok(None) };
    let year = u16::try_from(day.year()).with_context(|| format!("{day} cannot be written as TOML"))?;
    // Months and days fit a byte.
    let date = Date { year, month: day.month() as u8, day: day.day() as u8 };
    Ok(Some(Datetime { date: Some(date), time: None, offset: None }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::file;
    use super::*;
    use crate::domain::words::{NAME, shown};
    use crate::domain::{Address, Amount, Decimal, Link, Role, Source, Station, WatchedAddress};

    /// A family with every field in use, and this text, as it is kept, wherever text may stand.
    fn with(text: &str) -> Family {
        let text = &*shown(text).chars().take(NAME.most).collect::<String>();
        let url = || "https://example.org/?a='\u{fc}'".to_owned();
        let watched = |address: &str, note: Option<&str>| WatchedAddress {
            address: Address::parse(address, Network::Bitcoin).unwrap(),
            source: text.to_owned(),
            note: note.map(str::to_owned),
        };
        let day = |text: &str| text.parse().ok();
        let fact =
            |what, on| Fact { what, by: text.to_owned(), on, source: text.to_owned(), note: Some(text.to_owned()) };
        let demand = |amount, from, to, tolerance| Demand { amount, from, to, tolerance, note: Some(text.to_owned()) };
        Family {
            name: "try-one".to_owned(),
            title: text.to_owned(),
            aliases: vec![text.to_owned(), "Another".to_owned()],
            summary: text.to_owned(),
            active_from: day("2017-05-12"),
            active_to: None,
            sample: Some(text.to_owned()),
            complete: None,
            demands: vec![
                demand(DemandAmount::Usd("300.50".parse().unwrap()), day("2017-05-12"), None, Decimal::new(10, 2)),
                demand(DemandAmount::Btc(Amount::from_sat(1_780)), None, day("2017-05-15"), Decimal::new(5, 2)),
            ],
            sources: vec![Source {
                key: text.to_owned(),
                title: text.to_owned(),
                url: Some(url()),
                licence: Some(text.to_owned()),
            }],
            addresses: vec![
                watched("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", None),
                watched("13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94", None),
                watched("115p7UMMngoj1pMvkpHijcRdfJNXj6LrLn", Some(text)),
            ],
            stations: vec![Station {
                watched: watched("1DToN8Q6y31TGAz75Df729Bnujk6Xg7q5X", None),
                role: Role::Collector,
            }],
            facts: vec![
                fact(FactKind::Machines(230_000), day("2017-05-15")),
                fact(FactKind::Countries(150), None),
                fact(FactKind::FirstDay("2017-05-12".parse().unwrap()), None),
                fact(FactKind::AttributedTo(text.to_owned()), day("2017-12-19")),
            ],
            links: vec![Link { title: text.to_owned(), url: url() }],
            built_in: false,
        }
    }

    fn reads_back(text: &str) {
        let sample = with(text);
        let complete = Family { sample: None, complete: Some(sample.sources[0].key.clone()), ..sample.clone() };
        for written in [sample, complete] {
            let file = family(&written, Network::Bitcoin).unwrap();
            let read = file::parse(&file).map_err(|error| error.to_string());
            assert_eq!(read.map(|r| r.family), Ok(written), "{file}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            "Plain words",
            "\"quoted\" and 'quoted' and \\ and ''' and \"\"\"",
            "first\nsecond\r\n\tthird\n",
            "\n",
            "",
            "[sources.x]\ntitle = \"no\"\n# comment",
            "\u{0}\u{7}\u{1b}[31m\u{7f}\u{85}\u{2028}\u{feff}ß€🦀",
        ] {
            reads_back(text);
        }
    }

    proptest! {
        #[test]
        fn any_text_reads_back(text in any::<String>()) {
            reads_back(&text);
        }
    }

    #[test]
    fn the_network_is_written_where_it_is_not_mainnet() {
        let mut one = with("x");
        one.addresses.truncate(1);
        one.stations.clear();
        one.addresses[0].address =
            Address::parse("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", Network::Signet).unwrap();
        let read = file::parse(&family(&one, Network::Signet).unwrap()).map_err(|e| e.to_string()).unwrap();
        assert_eq!((read.family, read.network), (one, Network::Signet));
    }
}
