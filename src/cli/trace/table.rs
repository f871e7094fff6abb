//! A trail for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::table::lines;
use crate::document::{Destination, Trail};
use crate::domain::{Address, Amount, Stop, format};

/// More destinations are counted, not listed; JSON has them all.
const LISTED: usize = 60;

/// Totals, destinations, hops, and what is guessed beside them.
pub(super) fn page(title: &str, trail: &Trail) -> String {
    let mut out = format!("{title} · {}\n\n", headline(trail));
    out.push_str(&totals(trail));
    if !trail.destinations.destinations.is_empty() {
        out.push('\n');
        out.push_str(&destinations(&trail.destinations.destinations));
    }
    if !trail.hops.is_empty() {
        out.push('\n');
        out.push_str(&hops(trail));
    }
    for link in &trail.links {
        let wallets: Vec<&str> = link.wallets.iter().map(Address::as_str).collect();
        let _ = writeln!(
            out,
            "\nlinked through the withdrawals' change, which {} spends together:\n  {}",
            link.txid,
            wallets.join("\n  ")
        );
    }
    for chain in &trail.peel_chains {
        let (first, steps) = (chain.txids.first().map_or("", String::as_str), chain.txids.len());
        let peeled = btc(chain.sats);
        let _ = writeln!(out, "\npeel chain of {steps} steps from {first}: {peeled} BTC peeled off");
    }
    if let Some(clusters) = &trail.clusters {
        let _ = writeln!(out, "\nspent from together (multi-input rule, CoinJoins left out; a guess):");
        for members in clusters {
            let listed: Vec<&str> = members.iter().take(8).map(Address::as_str).collect();
            let more = members.len() - listed.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(out, "  {}{more}", listed.join(" "));
        }
    }
    out
}

fn headline(trail: &Trail) -> String {
    let found = &trail.destinations;
    let coins = format::count(found.coins, "coin", "coins");
    let verb = match (&trail.subject.txid, found.backwards) {
        (None, false) => "left in",
        (None, true) => "came in",
        (Some(_), false) => "followed in",
        (Some(_), true) => "followed back from",
    };
    format!("{} BTC {verb} {coins} · policy {}", btc(found.source_sats), found.policy)
}

fn totals(trail: &Trail) -> String {
    let found = &trail.destinations;
    let heading = if found.backwards { "where it came from" } else { "where it went" };
    let mut rows: Vec<[String; 2]> = found.by_category.iter().map(|(name, sats)| [name.clone(), btc(*sats)]).collect();
    if found.conserves {
        rows.push(["together".to_owned(), btc(found.source_sats)]);
    }
    text(&lines(&[heading, "BTC"], rows, &[1]))
}

fn destinations(all: &[Destination]) -> String {
    let row = |end: &Destination| {
        [
            end.stop.to_owned(),
            who(end),
            end.address.as_ref().map_or("no address".to_owned(), ToString::to_string),
            end.coin().unwrap_or_else(|| "unknown".to_owned()),
            btc(end.sats),
            end.hop.map_or(String::new(), |hop| hop.to_string()),
            end.reason.clone().unwrap_or_default(),
        ]
    };
    let header = ["stop", "who", "address", "transaction:output", "BTC", "hop", "why"];
    let mut out = text(&lines(&header, all.iter().take(LISTED).map(row), &[4, 5]));
    let more = all.len().saturating_sub(LISTED);
    if more > 0 {
        let _ = writeln!(out, "and {}; --json lists them all", format::count(more, "more end", "more ends"));
    }
    out
}

fn hops(trail: &Trail) -> String {
    let mut rows: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for hop in &trail.hops {
        let row = rows.entry(hop.hop).or_default();
        row.0 += 1;
        row.1 += hop.coins.iter().filter(|coin| coin.stop.is_some()).count() as u64;
    }
    let row = |(hop, (transactions, ends)): (u32, (u64, u64))| {
        [hop.to_string(), format::grouped(transactions), format::grouped(ends)]
    };
    text(&lines(&["hop", "transactions", "paths that end"], rows.into_iter().map(row), &[0, 1, 2]))
}

/// The label with its category, where there is one.
fn who(end: &Destination) -> String {
    let followed = if end.stop == Stop::Service.name() { "" } else { ", followed on" };
    let label = end.label.as_ref().zip(end.label_category.as_ref());
    label.map_or(String::new(), |(name, category)| format!("{name} ({category}{followed})"))
}

fn btc(sats: u64) -> String {
    format::btc(Amount::from_sat(sats), 8)
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
