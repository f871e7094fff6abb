//! `families new`: starts a family file from the command line.

use anyhow::{Result, bail};
use bitcoin::Denomination;
use chrono::NaiveDate;
use reqwest::Url;
use serde_json::json;

use super::super::output::Usage;
use super::super::{Answer, Context};
use crate::catalog::{self, Catalog};
use crate::document;
use crate::domain::words::{Limit, NAME, SUMMARY, TITLE};
use crate::domain::{
    Address, Amount, Decimal, Demand, DemandAmount, Family, Network, Source, WatchedAddress, format, link,
    network_name, parse_day,
};

/// Flags of `families new`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Short name: lower-case letters, digits and hyphens
    name: String,
    /// An address to watch; several in one go or one a flag
    #[arg(long = "address", value_name = "ADDRESS", required = true, num_args = 1..)]
    addresses: Vec<String>,
    /// Where the addresses are published: a URL, or words where there is none
    #[arg(long, value_name = "URL|WORDS")]
    source: String,
    /// Name in print [default: the short name]
    #[arg(long)]
    title: Option<String>,
    /// Another name it goes by; may be given several times
    #[arg(long = "alias", value_name = "NAME")]
    aliases: Vec<String>,
    /// What it was, in a sentence or two [default: who named its addresses]
    #[arg(long, value_name = "WORDS")]
    summary: Option<String>,
    /// First day that it was active, like 2017-05-12
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    from: Option<NaiveDate>,
    /// Last day that it was active
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    to: Option<NaiveDate>,
    /// What was demanded, like "300 USD" or "0.5 BTC", ±10 %; may be given several times
    #[arg(long = "demand", value_name = "AMOUNT", value_parser = parse_demand)]
    demands: Vec<DemandAmount>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let network = context.network();
    let family = family(args, network)?;
    let catalog = context.catalog()?;
    is_free(&catalog, &family)?;
    let added = catalog::create(&family, network, &context.families_folder())?;

    let name = &family.name;
    let flag = match network {
        Network::Bitcoin => String::new(),
        other => format!(" --network {}", network_name(other)),
    };
    let text = format!(
        "started {name} with {}\nfile   {}\nnext   ransomtrail sync {name}{flag}\n       notes, further sources and dates of demands go into the file\n",
        format::count(family.addresses.len(), "address", "addresses"),
        added.path.display()
    );
    let json = json!({ "added": name, "file": added.path.display().to_string(), "addresses": family.addresses.len(),
        "network": network_name(network), "family": document::Family::from(&family) });
    Ok(Answer::new(text, json))
}

/// The family that the flags describe; what is wrong with them is a mistake of the user's.
fn family(args: &Args, network: Network) -> Result<Family, Usage> {
    let wrong = |what: String| Err(Usage(what));
    let name = &args.name;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return wrong(format!(
            "\"{name}\" is no short name; use lower-case letters, digits and hyphens, and --title for the rest"
        ));
    }
    let words = [Some(&args.source), args.title.as_ref(), args.summary.as_ref()];
    if words.into_iter().flatten().chain(&args.aliases).any(|text| text.trim().is_empty()) {
        return wrong("--source, --title, --summary and --alias have to say something".to_owned());
    }
    let kept = |text: &String, limit: Limit| limit.line(text).map_err(|long| Usage(long.to_string()));
    kept(name, NAME)?;
    let title = args.title.as_ref().map(|title| kept(title, TITLE)).transpose()?;
    let summary = args.summary.as_ref().map(|summary| kept(summary, SUMMARY)).transpose()?;
    let aliases = args.aliases.iter().map(|alias| kept(alias, NAME)).collect::<Result<_, _>>()?;
    if let (Some(from), Some(to)) = (args.from, args.to)
        && to < from
    {
        return wrong(format!("it ends ({to}) before it begins ({from}); change --from or --to"));
    }
    let source = source(&args.source)?;
    let mut addresses: Vec<WatchedAddress> = Vec::new();
    for text in &args.addresses {
        let address = Address::parse(text, network).map_err(|error| Usage(error.to_string()))?;
        if addresses.iter().any(|a| a.address == address) {
            return wrong(format!("{address} is named twice"));
        }
        addresses.push(WatchedAddress { address, source: source.key.clone(), note: None });
    }
    let demand = |amount: &DemandAmount| Demand {
        amount: *amount,
        from: None,
        to: None,
        tolerance: Decimal::new(10, 2),
        note: None,
    };
    Ok(Family {
        name: name.clone(),
        title: title.unwrap_or_else(|| name.clone()),
        aliases,
        summary: summary.unwrap_or_else(|| format!("Its addresses are those that {} names.", source.title)),
        active_from: args.from,
        active_to: args.to,
        sample: None,
        complete: None,
        demands: args.demands.iter().map(demand).collect(),
        sources: vec![source],
        addresses,
        stations: Vec::new(),
        facts: Vec::new(),
        links: Vec::new(),
        built_in: false,
    })
}

/// A URL is its own title; words are a source that one has on paper.
fn source(text: &str) -> Result<Source, Usage> {
    let text = link::source(text).map_err(|bad| Usage(format!("--source {bad}")))?;
    let url = link::followed(&text).and_then(|text| Url::parse(text).ok());
    let title = match &url {
        Some(url) => format!("{}{}", url.host_str().unwrap_or_default(), url.path().trim_end_matches('/')),
        None => text.clone(),
    };
    // The path of a link may be longer than a title.
    let title = if url.is_some() { title.chars().take(TITLE.most).collect() } else { title };
    let title = TITLE.line(&title).map_err(|long| Usage(format!("--source: {long}")))?;
    Ok(Source { key: "source".to_owned(), title, url: url.map(|_| text), licence: None })
}

/// No other family has these names or addresses.
fn is_free(catalog: &Catalog, family: &Family) -> Result<()> {
    for name in std::iter::once(&family.name).chain(&family.aliases) {
        if let Ok(other) = catalog.find(name) {
            let whose = if other.built_in { ", which is built in" } else { "" };
            bail!("the name \"{name}\" is taken by the family {}{whose}; choose another", other.name);
        }
    }
    for watched in &family.addresses {
        if let Some((other, _)) = catalog.watching(&watched.address) {
            let place = catalog.place_of(&watched.address).map(|(file, line)| format!(" ({file}, line {line})"));
            bail!("{} belongs to the family {} already{}", watched.address, other.name, place.unwrap_or_default());
        }
    }
    Ok(())
}

fn parse_demand(text: &str) -> Result<DemandAmount, String> {
    let wrong = || format!("\"{text}\" is not a demand; write it like \"300 USD\" or \"0.5 BTC\"");
    let (number, unit) = text.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
    let number: Decimal = number.parse().map_err(|_| wrong())?;
    if number <= Decimal::ZERO {
        return Err(wrong());
    }
    match unit.trim().to_ascii_uppercase().as_str() {
        "USD" => Ok(DemandAmount::Usd(number)),
        "BTC" => Amount::from_str_in(&number.to_string(), Denomination::Bitcoin)
            .map(DemandAmount::Btc)
            .map_err(|error| format!("\"{text}\" is not an amount of bitcoin: {error}")),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demands_are_in_dollars_or_bitcoin() {
        let usd = |text: &str| Ok(DemandAmount::Usd(text.parse().unwrap()));
        assert_eq!(parse_demand("300 USD"), usd("300"));
        assert_eq!(parse_demand(" 300.50  usd "), usd("300.50"));
        assert_eq!(parse_demand("0.5 BTC"), Ok(DemandAmount::Btc(Amount::from_sat(50_000_000))));
        for bad in ["300", "USD 300", "$300", "-3 USD", "0 BTC", "300 EUR", "0.123456789 BTC", "22000000000000 BTC", ""]
        {
            assert!(parse_demand(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_source_is_a_page_or_words() {
        let check = |text: &str, title: &str, url: Option<&str>| {
            let source = source(text).unwrap();
            assert_eq!((source.title.as_str(), source.url.as_deref()), (title, url));
        };
        check("https://example.org/report/?q=1#x", "example.org/report", Some("https://example.org/report/?q=1#x"));
        check("https://example.org", "example.org", Some("https://example.org"));
        check("Police report 12/2026", "Police report 12/2026", None);
        for bad in ["ftp://example.org", "https://", "javascript:alert(1)", "data:text/html,x"] {
            assert!(source(bad).is_err(), "{bad}");
        }
    }
}
